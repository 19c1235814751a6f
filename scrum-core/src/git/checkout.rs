//! What is checked out, and whether it is what the commit says.

use super::{GitError, Repository};

/// The commit that is checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Full hex id.
    pub commit: String,
    /// Tracked files, or the index, differ from it. Files that git does not track are not looked at.
    pub uncommitted: bool,
}

impl Repository {
    /// Looks at `HEAD` and the work tree; `None` before the first commit, and in a bare repository.
    ///
    /// Unlike everything else here, the comparison obeys the user's settings for line ends: they decide what a checked
    /// out file looks like.
    ///
    /// # Errors
    ///
    /// When the repository or its index cannot be read.
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
