//! The names of files in a wave's folder, and of paths in the manifest. No other module contains these names.
//!
//! ```text
//! manifest.json               written last
//! bundles/<bundle>.diff
//! prompts/<bundle>.md
//! excluded.diff, tree.txt
//! reviews/<bundle>/<reviewer>.md, .json next to it
//! tally.json, tally.md, report.html
//! ```

use crate::path::RepoPath;
use crate::wave::manifest::{ExcludedRecord, FileRecord};

/// Name of the manifest.
pub const MANIFEST: &str = "manifest.json";
/// The patch of all excluded changes, if there are any.
pub const EXCLUDED: &str = "excluded.diff";
/// The paths of the head tree, one per line, quoted as by git.
pub const TREE: &str = "tree.txt";
/// Folder of the diffs.
pub const BUNDLES: &str = "bundles";
/// Folder of the prompts.
pub const PROMPTS: &str = "prompts";
/// Folder of the answers, with a folder for each bundle.
pub const REVIEWS: &str = "reviews";
/// The tally.
pub const TALLY: &str = "tally.json";
/// All reports of a wave.
pub const REPORTS: [&str; 3] = [TALLY, "tally.md", "report.html"];

/// The diff of a bundle.
pub fn diff(bundle: &str) -> String {
    format!("{BUNDLES}/{bundle}.diff")
}

/// The prompt of a bundle.
pub fn prompt(bundle: &str) -> String {
    format!("{PROMPTS}/{bundle}.md")
}

/// The bundle that a prompt belongs to; `None` for any other file.
pub fn bundle_of_prompt(name: &str) -> Option<&str> {
    let file = name.strip_prefix(PROMPTS)?.strip_prefix('/')?;
    file.strip_suffix(".md")
}

/// File names of a reviewer's answer and of its sidecar (metadata), in the bundle's folder in [`REVIEWS`].
pub fn answer(reviewer: &str) -> (String, String) {
    (format!("{reviewer}.md"), format!("{reviewer}.json"))
}

/// Reads a path from a record of the manifest. A path that is marked as quoted but is not is used as it is.
fn recorded(text: &str, quoted: bool) -> RepoPath {
    let unquoted = quoted.then(|| RepoPath::from_quoted(text.as_bytes()));
    unquoted.flatten().unwrap_or_else(|| RepoPath::new(text))
}

impl FileRecord {
    /// The file's path, then its old one if it is different.
    pub fn paths(&self) -> impl Iterator<Item = RepoPath> {
        both(
            &self.path,
            self.quoted,
            self.old_path.as_deref(),
            self.old_quoted,
        )
    }
}

impl ExcludedRecord {
    /// The file's path, then its old one if it is different.
    pub fn paths(&self) -> impl Iterator<Item = RepoPath> {
        both(
            &self.path,
            self.quoted,
            self.old_path.as_deref(),
            self.old_quoted,
        )
    }
}

fn both(
    path: &str,
    quoted: bool,
    old_path: Option<&str>,
    old_quoted: bool,
) -> impl Iterator<Item = RepoPath> + use<> {
    let old = old_path.map(|text| recorded(text, old_quoted));
    std::iter::once(recorded(path, quoted)).chain(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_bundle() {
        assert_eq!(bundle_of_prompt(&prompt("core.2")), Some("core.2"));
        assert_eq!(bundle_of_prompt(&diff("core.2")), None);
        assert_eq!(bundle_of_prompt("prompts/core.txt"), None);
    }

    #[test]
    fn quoted_paths_are_read_back() {
        for bytes in [&b"a/b.rs"[..], b"caf\xe9.rs", b"\"odd\".rs"] {
            let path = RepoPath::new(bytes);
            let (text, quoted) = path.to_text();
            assert_eq!(recorded(&text, quoted), path);
        }
        // No wave has these, but a manifest from elsewhere may.
        assert_eq!(
            recorded("\"never closed", true),
            RepoPath::new(&b"\"never closed"[..])
        );
    }
}
