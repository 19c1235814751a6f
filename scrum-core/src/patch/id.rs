//! An id of what a patch changes, which stays the same if the patch is cut.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::FilePatch;
use crate::change::ChangeKind;
use crate::digest::hex;

/// A set of file patches that does not depend on how they are grouped, ordered among files, or cut into parts.
///
/// Of each path it keeps a digest of what its patches do: names, kinds and modes, every added and every deleted line
/// in order, and binary data. Context and line numbers do not enter, because a part has other ones than the whole.
#[derive(Debug, Clone, Default)]
pub struct PatchId {
    files: BTreeMap<Vec<u8>, FileDigest>,
}

#[derive(Debug, Clone, Default)]
struct FileDigest {
    /// Names, kinds and modes, as far as they say something.
    headers: Sha256,
    /// Lines and binary data, in order.
    body: Sha256,
}

impl PatchId {
    /// Adds one section. The sections of one path must come in their order.
    pub fn add(&mut self, file: &FilePatch<'_>) {
        let entry = self.files.entry(file.path.as_bytes().to_vec()).or_default();
        // A later piece of a file that was cut is `modified` without modes: it says nothing about the file.
        let moded = file.old_mode != file.new_mode;
        if file.kind != ChangeKind::Modified || moded {
            let old_path = file
                .old_path
                .as_ref()
                .map_or(&b""[..], |path| path.as_bytes());
            let about = format!("{:?} {:?} {:?}\n", file.kind, file.old_mode, file.new_mode);
            entry.headers.update(about);
            entry.headers.update(old_path);
            entry.headers.update([0]);
        }
        if file.binary {
            entry.body.update(&file.text[file.header.len()..]);
        }
        for line in file.hunks.iter().flat_map(super::HunkText::lines) {
            if matches!(line.first(), Some(b'+' | b'-')) {
                entry.body.update(line);
                if !line.ends_with(b"\n") {
                    entry.body.update(b"\n");
                }
            }
        }
    }

    /// SHA-256 of the set, in lower-case hex.
    pub fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for (path, file) in &self.files {
            digest.update((path.len() as u64).to_be_bytes());
            digest.update(path);
            digest.update(file.headers.clone().finalize());
            digest.update(file.body.clone().finalize());
        }
        hex(&digest.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::file_patches;

    fn digest(texts: &[&str]) -> String {
        let mut id = PatchId::default();
        for text in texts {
            file_patches(text.as_bytes()).for_each(|file| id.add(&file.unwrap()));
        }
        id.digest()
    }

    const WHOLE: &str = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n-a\n+b\n c\n-d\n+e\n";
    const OTHER: &str = "diff --git a/y b/y\nold mode 100644\nnew mode 100755\n";

    #[test]
    fn cuts_and_order_do_not_matter() {
        let first = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n+b\n c\n";
        let second = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -2,2 +2,2 @@\n c\n-d\n+e\n";
        assert_eq!(digest(&[WHOLE, OTHER]), digest(&[OTHER, first, second]));
    }

    #[test]
    fn every_line_mode_and_name_matters() {
        let all = digest(&[WHOLE, OTHER]);
        assert_ne!(all, digest(&[WHOLE]));
        assert_ne!(all, digest(&[&WHOLE.replace("+e", "+f"), OTHER]));
        assert_ne!(all, digest(&[WHOLE, &OTHER.replace("755", "600")]));
        assert_ne!(all, digest(&[&WHOLE.replace("/x", "/z"), OTHER]));
    }
}
