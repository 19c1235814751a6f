//! Uncommitted work and other commits, for messages about empty ranges.

use git2::{Status, StatusOptions};

use super::resolve::commit_of;
use super::{GitError, Repository};

/// How many files differ from `HEAD` or are untracked. A file that is staged and then edited again counts twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Uncommitted {
    /// Files whose index entry differs from `HEAD`.
    pub staged: usize,
    /// Files whose content on disk differs from the index, conflicts included.
    pub unstaged: usize,
    /// Files that git neither tracks nor ignores.
    pub untracked: usize,
}

impl Uncommitted {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Repository {
    /// Counts uncommitted files; none in a bare repository.
    ///
    /// # Errors
    ///
    /// If the index or the work tree cannot be read.
    pub fn uncommitted(&self) -> Result<Uncommitted, GitError> {
        let mut found = Uncommitted::default();
        let Some(top) = &self.top else {
            return Ok(found);
        };
        let objects = self.database().objects();
        objects.repository()?.set_workdir(top, false)?;
        let mut options = StatusOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true);
        let staged = Status::INDEX_NEW
            | Status::INDEX_MODIFIED
            | Status::INDEX_DELETED
            | Status::INDEX_RENAMED
            | Status::INDEX_TYPECHANGE;
        let unstaged = Status::WT_MODIFIED
            | Status::WT_DELETED
            | Status::WT_RENAMED
            | Status::WT_TYPECHANGE
            | Status::CONFLICTED;
        for entry in objects.repository()?.statuses(Some(&mut options))?.iter() {
            let status = entry.status();
            found.staged += usize::from(status.intersects(staged));
            found.unstaged += usize::from(status.intersects(unstaged));
            found.untracked += usize::from(status.contains(Status::WT_NEW));
        }
        Ok(found)
    }

    /// Counts the commits of `name` that are not in `than`; `None` if either is not a commit.
    pub fn commits_beyond(&self, name: &str, than: &str) -> Option<usize> {
        let objects = self.database().objects();
        let (one, other) = (commit_of(&objects, name)?, commit_of(&objects, than)?);
        let (ahead, _) = objects
            .repository()
            .ok()?
            .graph_ahead_behind(one, other)
            .ok()?;
        Some(ahead)
    }
}
