//! The source of the configuration and of the files that it names.

use std::path::Path;

use scrum_core::git::Repository;
use scrum_core::path::RepoPath;
use scrum_core::range::Range;

use crate::error::{Result, cannot_read};
use crate::terminal::Output;

/// Where configured files come from. Paths are relative to the top folder.
#[derive(Debug, Clone, Default)]
pub(crate) enum Source {
    /// The disk.
    #[default]
    Disk,
    /// A tree.
    Tree(Repository, String),
    /// The base of a range for files that the range changes, else the disk.
    Base {
        repository: Repository,
        base: String,
        /// `None` for uncommitted work, whose head is on disk.
        head: Option<String>,
    },
}

impl Source {
    /// The source for a review of a resolved range.
    pub(crate) fn base_of(range: &Range, repository: Repository) -> Self {
        let head = (!range.uncommitted).then(|| range.head_tree.clone());
        match (&range.base_tree, head) {
            (Some(base), Some(None)) if range.head_tree.is_none() => {
                Self::Tree(repository, base.clone())
            }
            (Some(base), head) => Self::Base {
                repository,
                base: base.clone(),
                head: head.flatten(),
            },
            _ => Self::Disk,
        }
    }

    /// Reads a configured file; `None` if there is none. Reports if it is not the one on disk.
    pub(crate) fn read(&self, top: &Path, path: &str, output: &Output) -> Result<Option<Vec<u8>>> {
        let disk = || {
            let full = top.join(path);
            match std::fs::read(&full) {
                Ok(text) => Ok(Some(text)),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(cannot_read(&full, &error)),
            }
        };
        match self {
            Self::Disk => disk(),
            Self::Tree(repository, tree) => at(repository, tree, path),
            Self::Base {
                repository,
                base,
                head,
            } => {
                let old = at(repository, base, path)?;
                let new = match head {
                    Some(head) => at(repository, head, path)?,
                    None => disk()?,
                };
                if old == new {
                    return disk();
                }
                let which = if old.is_some() {
                    "the base's version is used"
                } else {
                    "the base has none, so it is not used"
                };
                output.warning(&format!(
                    "`{path}` is changed by what is under review; {which} (`--config-from worktree` takes the new one)"
                ));
                Ok(old)
            }
        }
    }
}

fn at(repository: &Repository, tree: &str, path: &str) -> Result<Option<Vec<u8>>> {
    let range = Range {
        head_tree: Some(tree.to_owned()),
        ..Range::default()
    };
    Ok(repository.file_at_head(&range, &RepoPath::from(path))?)
}
