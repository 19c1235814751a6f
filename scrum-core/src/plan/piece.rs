//! One file of a bundle, whole or cut.

use crate::change::{Change, ChangeKind, Hunk, Mode};
use crate::path::RepoPath;
use crate::plan::split::recipe::Cut;

/// One file of a bundle, or the part of it that the bundle shows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Piece {
    /// Index into [`ChangeSet::changes`](crate::change::ChangeSet::changes).
    pub change: usize,
    /// How it is made from the file's patch; `None` for the whole of it.
    pub cut: Option<Cut>,
    /// What this piece says happened. Of a cut file only the first piece adds, renames or copies and only the last
    /// deletes; the others modify.
    pub kind: ChangeKind,
    /// Source of a rename or copy, if this piece names it.
    pub old_path: Option<RepoPath>,
    /// Mode before this piece is applied; `None` if it adds the file.
    pub old_mode: Option<Mode>,
    /// Mode after this piece was applied; `None` if it deletes the file.
    pub new_mode: Option<Mode>,
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
    /// Bytes of the diff that are this file's.
    pub bytes: u64,
    /// The hunks. `new_start` is head numbering and `old_start` base numbering, also in parts. The `@@` lines of a part count its
    /// old side in what earlier parts left, and there the leading context may have lines that the base lacks.
    pub hunks: Vec<Hunk>,
    /// The component that a renamed file came from, if it is another one.
    pub moved_from_component: Option<String>,
}

impl Piece {
    /// The whole patch of a change.
    pub(crate) fn whole(index: usize, change: &Change) -> Self {
        Self {
            change: index,
            cut: None,
            kind: change.kind,
            old_path: change.old_path.clone(),
            old_mode: change.old_mode,
            new_mode: change.new_mode,
            additions: change.additions,
            deletions: change.deletions,
            bytes: change.bytes,
            hunks: change.hunks.clone(),
            moved_from_component: None,
        }
    }
}
