//! What a person can do about a bundle that is too large.

use std::collections::BTreeMap;

use super::Bundle;
use crate::change::ChangeSet;
use crate::path::RepoPath;
use crate::plan::component::ComponentRule;
use crate::plan::pattern::escaped;

/// A component that would take one sub-folder out of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SuggestedComponent {
    /// The rule, as `--component NAME=GLOB` would give it.
    pub rule: ComponentRule,
    /// Bytes of the bundle that it would take.
    pub bytes: u64,
}

/// Components for the sub-folders of a bundle, largest first: the folders directly in the innermost folder around all of
/// its files. Empty if there are none. Folders whose name is not UTF-8 cannot be written as a glob and are left out.
pub fn suggested_components(bundle: &Bundle, changes: &ChangeSet) -> Vec<SuggestedComponent> {
    let files: Vec<(&[u8], u64)> = files(bundle, changes)
        .map(|(path, bytes)| (path.as_bytes(), bytes))
        .collect();
    let prefix = shared_folder(&files);
    let mut folders: BTreeMap<&[u8], u64> = BTreeMap::new();
    for (path, bytes) in files {
        if let Some(end) = path[prefix..].iter().position(|byte| *byte == b'/') {
            *folders.entry(&path[..prefix + end]).or_default() += bytes;
        }
    }
    let mut suggested: Vec<_> = folders
        .into_iter()
        .filter_map(|(folder, bytes)| {
            let folder = std::str::from_utf8(folder).ok()?;
            let rule = ComponentRule {
                name: folder.to_owned(),
                paths: vec![format!("{}/**", escaped(folder))],
                instructions: None,
            };
            Some(SuggestedComponent { rule, bytes })
        })
        .collect();
    // Stable: equal sizes stay in the order of their names.
    suggested.sort_by_key(|suggested| std::cmp::Reverse(suggested.bytes));
    suggested
}

/// Length of the innermost folder around all files, with its slash.
fn shared_folder(files: &[(&[u8], u64)]) -> usize {
    let Some((first, _)) = files.first() else {
        return 0;
    };
    let shared = files
        .iter()
        .map(|(path, _)| crate::plan::folder_index::common_length(first, path))
        .min()
        .unwrap_or(0);
    first[..shared]
        .iter()
        .rposition(|byte| *byte == b'/')
        .map_or(0, |slash| slash + 1)
}

/// The largest files of a bundle, largest first, at most `count`, with their bytes in it.
pub fn largest_files<'a>(
    bundle: &Bundle,
    changes: &'a ChangeSet,
    count: usize,
) -> Vec<(&'a RepoPath, u64)> {
    let mut files: Vec<_> = files(bundle, changes).collect();
    files.sort_by(|(left, a), (right, b)| b.cmp(a).then_with(|| left.cmp(right)));
    files.truncate(count);
    files
}

/// The files of a bundle with their bytes in it. Those that another change set does not have are left out.
fn files<'a>(bundle: &Bundle, changes: &'a ChangeSet) -> impl Iterator<Item = (&'a RepoPath, u64)> {
    bundle.pieces.iter().filter_map(|piece| {
        let change = changes.changes().get(piece.change)?;
        Some((&change.path, piece.bytes))
    })
}
