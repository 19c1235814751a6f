//! Change sets made by hand, for the tests of the stages from a change set to a plan.

use std::io;

use crate::change::{Change, ChangeKind, ChangeSet, Mode, PatchSource, PathAttributes};
use crate::range::Range;

/// A change of one path whose patch has `bytes` bytes.
pub(crate) fn change(path: &str, kind: ChangeKind, bytes: u64) -> Change {
    Change {
        path: path.into(),
        old_path: None,
        kind,
        old_mode: (kind != ChangeKind::Added).then_some(Mode::FILE),
        new_mode: (kind != ChangeKind::Deleted).then_some(Mode::FILE),
        binary: false,
        additions: 1,
        deletions: 1,
        bytes,
        hunks: Vec::new(),
        base_attributes: PathAttributes::default(),
        head_attributes: PathAttributes::default(),
    }
}

/// A change set of these changes, sorted. The patch of each is `bytes` times the letter `x`, the last a line feed.
pub(crate) fn change_set(mut changes: Vec<Change>) -> ChangeSet {
    changes.sort_by(|left, right| left.path.cmp(&right.path));
    let sizes = changes.iter().map(|change| change.bytes).collect();
    let mut tree: Vec<_> = changes
        .iter()
        .filter(|change| change.kind != ChangeKind::Deleted)
        .map(|change| change.path.clone())
        .collect();
    tree.dedup();
    ChangeSet::new(Range::default(), changes, tree, Box::new(Filler(sizes)))
}

/// A change set of modified files with these paths and sizes.
pub(crate) fn modified(files: &[(&str, u64)]) -> ChangeSet {
    let changes = files
        .iter()
        .map(|(path, bytes)| change(path, ChangeKind::Modified, *bytes));
    change_set(changes.collect())
}

struct Filler(Vec<u64>);

impl PatchSource for Filler {
    fn read_patch(&self, index: usize, text: &mut Vec<u8>) -> io::Result<()> {
        text.clear();
        text.resize(usize::try_from(self.0[index]).unwrap_or(usize::MAX), b'x');
        if let Some(last) = text.last_mut() {
            *last = b'\n';
        }
        Ok(())
    }
}
