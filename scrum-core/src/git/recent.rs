//! The newest commits as a range.

use git2::ErrorCode;

use super::objects::EMPTY_TREE;
use super::{GitError, Repository, history};
use crate::range::RangeSpec;

impl Repository {
    /// The range of the newest commits of `HEAD`, counted along first parents: `HEAD~20..HEAD`. If the history has at
    /// most `commits` commits, it starts at the empty tree; if a shallow clone has fewer, at its oldest commit. `None`
    /// if `HEAD` has no commit, or a shallow clone only one.
    ///
    /// # Errors
    ///
    /// If a commit is missing or damaged.
    pub fn recent(&self, commits: usize) -> Result<Option<RangeSpec>, GitError> {
        let objects = self.database().objects();
        let head = match objects.repository()?.head() {
            Ok(head) => head,
            Err(error) if error.code() == ErrorCode::UnbornBranch => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let cut = history::shallow_commits(&objects);
        let mut commit = head.peel_to_commit()?;
        let mut steps = 0;
        let base = loop {
            if steps == commits {
                break format!("HEAD~{steps}");
            }
            if cut.contains(&commit.id()) {
                if steps == 0 {
                    return Ok(None);
                }
                break format!("HEAD~{steps}");
            }
            if commit.parent_count() == 0 {
                break EMPTY_TREE.to_owned();
            }
            commit = commit.parent(0)?;
            steps += 1;
        };
        Ok(Some(RangeSpec::Trees {
            base,
            head: "HEAD".to_owned(),
        }))
    }
}
