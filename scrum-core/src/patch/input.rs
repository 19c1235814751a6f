//! A patch file in place of a range.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io;
use std::ops::Range as Span;

use super::{FilePatch, PatchError, file_patches, mail};
use crate::change::{Change, ChangeKind, ChangeSet, PatchSource, PathAttributes};
use crate::range::Range;

/// Reads a patch file into a [`ChangeSet`]: the output of `git diff`, of `gh pr diff`, one mail of
/// `git format-patch` or a series of them. `name` stands in [`Range::spec`].
///
/// A deletion directly followed by an addition of the same path is one type change. A series may touch a file
/// several times; each time is a change of its own, and all changes are in the order of the series. Mails in
/// quoted-printable and base64 are decoded. An interdiff in a cover letter is no change.
///
/// # Errors
///
/// [`PatchError`] with the line where reading failed; nothing is skipped. Binary data is inflated to see whether it is
/// whole, if the crate has its feature `git`.
pub fn change_set(name: &str, text: Vec<u8>) -> Result<ChangeSet, PatchError> {
    let mut text = match mail::decode(&text)? {
        Cow::Owned(decoded) => decoded,
        Cow::Borrowed(_) => text,
    };
    let mut files: Vec<(Change, Span<usize>)> = Vec::new();
    let mut at = 0;
    let mut commits = Vec::new();
    for file in file_patches(&text) {
        let file = file?;
        check_binary(&file)?;
        // Sections are slices of `text` in rising order, so the distance is their offset.
        let start = file.text.as_ptr() as usize - text.as_ptr() as usize;
        commits.extend(mail::commits(&text[at..start]));
        at = start + file.text.len();
        let change = file.change();
        match files.last_mut() {
            Some((last, span)) if span.end == start && retyped(last, &change) => {
                span.end = at;
                last.kind = ChangeKind::Typechange;
                last.new_mode = change.new_mode;
                last.binary |= change.binary;
                last.additions += change.additions;
                last.deletions += change.deletions;
                last.bytes += change.bytes;
                last.hunks.extend(change.hunks);
            }
            _ => files.push((change, start..at)),
        }
    }
    commits.extend(mail::commits(&text[at..]));
    let says_something = !text.iter().all(u8::is_ascii_whitespace);
    if files.is_empty() && says_something && !mail::is_only_cover(&text) {
        return Err(PatchError::NotGit);
    }
    // The last line of a file may lack its line feed; what follows in a bundle must not join it.
    if let Some((_, span)) = files.last_mut()
        && span.end == text.len()
        && !text.ends_with(b"\n")
    {
        text.reserve_exact(1);
        text.push(b'\n');
        span.end += 1;
    }
    // What builds on an earlier mail stays behind it, and with it the whole series in its order.
    if !builds_on_itself(&files) {
        files.sort_by(|(left, _), (right, _)| left.path.cmp(&right.path));
    }
    let mut tree: Vec<_> = files
        .iter()
        .filter(|(change, _)| change.kind != ChangeKind::Deleted)
        .map(|(change, _)| change.path.clone())
        .collect();
    tree.sort();
    tree.dedup();
    // A mail series is written oldest first; ranges list their newest commit first.
    commits.reverse();
    let range = Range {
        spec: name.to_owned(),
        commits,
        ..Range::default()
    };
    let (changes, spans) = files.into_iter().unzip();
    Ok(ChangeSet::new(
        range,
        changes,
        tree,
        Box::new(PatchFile { text, spans }),
    ))
}

fn check_binary(file: &FilePatch<'_>) -> Result<(), PatchError> {
    #[cfg(feature = "git")]
    if file.binary && !super::read::binary::inflates(&file.text[file.header.len()..]) {
        return Err(PatchError::BinaryDamaged { line: file.line });
    }
    let _ = file;
    Ok(())
}

/// Whether a section touches what an earlier one made or changed.
fn builds_on_itself(files: &[(Change, Span<usize>)]) -> bool {
    let mut touched = HashSet::new();
    files.iter().any(|(change, _)| {
        let old = change.old_path.as_ref().unwrap_or(&change.path);
        touched.contains(old) || !touched.insert(&change.path)
    })
}

struct PatchFile {
    text: Vec<u8>,
    spans: Vec<Span<usize>>,
}

impl PatchSource for PatchFile {
    fn read_patch(&self, index: usize, text: &mut Vec<u8>) -> io::Result<()> {
        text.clear();
        text.extend_from_slice(&self.text[self.spans[index].clone()]);
        Ok(())
    }

    fn patch_in_memory(&self, index: usize) -> Option<&[u8]> {
        Some(&self.text[self.spans[index].clone()])
    }
}

impl FilePatch<'_> {
    /// The section as plain data.
    pub fn change(&self) -> Change {
        Change {
            path: self.path.clone(),
            old_path: self.old_path.clone(),
            kind: self.kind,
            old_mode: self.old_mode,
            new_mode: self.new_mode,
            binary: self.binary,
            additions: self.additions(),
            deletions: self.deletions(),
            bytes: self.text.len() as u64 + u64::from(!self.text.ends_with(b"\n")),
            hunks: self.hunks.iter().map(|hunk| hunk.hunk).collect(),
            base_attributes: PathAttributes::default(),
            head_attributes: PathAttributes::default(),
        }
    }
}

fn retyped(old: &Change, new: &Change) -> bool {
    let types = (old.old_mode, new.new_mode);
    old.kind == ChangeKind::Deleted
        && new.kind == ChangeKind::Added
        && old.path == new.path
        && matches!(types, (Some(old), Some(new)) if old.kind() != new.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIES: &str = "From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001\nFrom: x <x@example.org>\nSubject: [PATCH 1/2] First\n step\n\nBody\n---\n x | 1 +\n\ndiff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n-- \n2.47.0\n\nFrom 2222222222222222222222222222222222222222 Mon Sep 17 00:00:00 2001\nSubject: [PATCH 2/2] Second\n\n---\n\ndiff --git a/a b/a\nnew file mode 100644\nindex 0..1\n--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+n\ndiff --git a/x b/x\nindex 2..3 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-b\n+c\n-- \n2.47.0\n";

    #[test]
    fn a_series_keeps_its_order_and_its_subjects() {
        let set = change_set("series.mbox", SERIES.as_bytes().to_vec()).unwrap();
        let paths: Vec<_> = set
            .changes()
            .iter()
            .map(|change| change.path.to_string())
            .collect();
        assert_eq!(paths, ["x", "a", "x"]);
        let subjects: Vec<_> = set
            .range
            .commits
            .iter()
            .map(|c| c.subject.as_str())
            .collect();
        assert_eq!(subjects, ["Second", "First step"]);
        let mut text = Vec::new();
        set.read_patch(0, &mut text).unwrap();
        assert!(text.ends_with(b"-a\n+b\n"));
        set.read_patch(2, &mut text).unwrap();
        assert!(text.ends_with(b"-b\n+c\n"));
        assert_eq!(set.changes()[2].bytes, text.len() as u64);
    }

    #[test]
    fn delete_and_add_of_another_type_is_one_change() {
        let text = "diff --git a/l b/l\ndeleted file mode 100644\nindex 1..0\n--- a/l\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\ndiff --git a/l b/l\nnew file mode 120000\nindex 0..1\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+t\n\\ No newline at end of file";
        let set = change_set("-", text.as_bytes().to_vec()).unwrap();
        assert_eq!(set.changes().len(), 1);
        assert_eq!(set.changes()[0].kind, ChangeKind::Typechange);
        let mut read = Vec::new();
        set.read_patch(0, &mut read).unwrap();
        assert_eq!(read, format!("{text}\n").as_bytes());
        assert_eq!(set.changes()[0].bytes, read.len() as u64);
    }

    #[test]
    fn text_without_a_section_is_no_patch() {
        assert_eq!(
            change_set("x", b"hello\n".to_vec()).unwrap_err(),
            PatchError::NotGit
        );
        assert!(change_set("x", Vec::new()).unwrap().changes().is_empty());
    }
}
