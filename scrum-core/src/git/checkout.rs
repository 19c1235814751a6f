//! What is checked out, and whether it differs from the commit.

use super::{GitError, Repository};

/// The commit that is checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Full hex id.
    pub commit: String,
    /// Whether tracked files or the index differ from it. Untracked files are ignored.
    pub uncommitted: bool,
}

impl Repository {
    /// Examines `HEAD` and the work tree; `None` before the first commit, and in a bare repository.
    ///
    /// Unlike everything else in this module, the comparison obeys the user's settings for line ends, because they
    /// affect checked-out files.
    ///
    /// # Errors
    ///
    /// If the repository or its index cannot be read.
    pub fn checkout(&self) -> Result<Option<Checkout>, GitError> {
        let Some(top) = &self.top else {
            return Ok(None);
        };
        let repository = git2::Repository::open(top)?;
        let Ok(head) = repository.head().and_then(|head| head.peel_to_commit()) else {
            return Ok(None);
        };
        let mut options = git2::StatusOptions::new();
        options.include_untracked(false).include_ignored(false);
        let statuses = repository.statuses(Some(&mut options))?;
        Ok(Some(Checkout {
            commit: head.id().to_string(),
            uncommitted: !statuses.is_empty(),
        }))
    }
}
