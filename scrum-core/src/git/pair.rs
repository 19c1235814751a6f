//! A file on both sides of a change.

use super::trees::FileEntry;
use crate::path::RepoPath;

/// One side of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileVersion {
    pub(super) path: RepoPath,
    pub(super) entry: FileEntry,
}

/// A change of one file, after renames were detected. At least one side is present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FilePair {
    pub(super) old: Option<FileVersion>,
    pub(super) new: Option<FileVersion>,
    /// The similarity in percent, for a rename.
    pub(super) similarity: Option<u64>,
}

impl FilePair {
    /// The path the change is listed under.
    pub(super) fn path(&self) -> &RepoPath {
        match (&self.new, &self.old) {
            (Some(side), _) | (None, Some(side)) => &side.path,
            (None, None) => unreachable!("a pair has a side"),
        }
    }
}
