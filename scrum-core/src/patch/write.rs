//! The lines that every writer of a patch needs.

use crate::change::Hunk;
use crate::path::{RepoPath, quote_with_prefix};

/// The `---` and `+++` lines; without a path, `/dev/null`.
pub(crate) fn name_lines(old: Option<&RepoPath>, new: Option<&RepoPath>) -> String {
    let line = |mark: &str, prefix: &str, path: Option<&RepoPath>| {
        let name = path.map_or_else(
            || "/dev/null".to_owned(),
            |path| quote_with_prefix(prefix, path.as_bytes()),
        );
        // Readers that expect a date after a space see from the tab where the name ends.
        let tab = if name.contains(' ') { "\t" } else { "" };
        format!("{mark} {name}{tab}\n")
    };
    line("---", "a/", old) + &line("+++", "b/", new)
}

/// A hunk header with its line feed.
pub(crate) fn hunk_line(hunk: Hunk, function: &[u8]) -> Vec<u8> {
    let mut line = hunk.to_string().into_bytes();
    if !function.is_empty() {
        line.push(b' ');
        line.extend_from_slice(function);
    }
    line.push(b'\n');
    line
}
