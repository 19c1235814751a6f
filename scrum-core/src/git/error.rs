//! Errors while reading a repository.

use std::io;
use std::path::PathBuf;

use crate::control::Cancelled;
use crate::path::RepoPath;

/// Which end of a range a revision was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RangeEnd {
    /// The old side: left of the dots, or the only revision.
    Base,
    /// The new side: right of the dots, or `HEAD`.
    Head,
    /// The base that the configuration names.
    Configured,
}

impl std::fmt::Display for RangeEnd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Base => "base of the range",
            Self::Head => "head of the range",
            Self::Configured => "[bundle] base in scrum.toml",
        })
    }
}

/// Why a repository, a range or a diff cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitError {
    /// Neither the folder nor one above it is a repository.
    #[error("{} is not in a git repository", path.display())]
    NotARepository {
        /// The requested folder.
        path: PathBuf,
    },
    /// The repository belongs to another user of the machine, and git's `safe.directory` does not list it.
    #[error("{} belongs to another user", path.display())]
    NotOwned {
        /// The requested folder.
        path: PathBuf,
    },
    /// The repository names its objects by SHA-256, which libgit2 cannot read.
    #[error("{} is a SHA-256 repository; only SHA-1 repositories can be read", path.display())]
    Sha256 {
        /// The requested folder.
        path: PathBuf,
    },
    /// The repository uses an extension of git's format that libgit2 does not know, such as reftable.
    #[error("{} uses {}, which libgit2 cannot read", path.display(),
        if name == "refstorage" { "reftable (`extensions.refStorage`)".to_owned() } else { format!("the extension `extensions.{name}`") })]
    Extension {
        /// The requested folder.
        path: PathBuf,
        /// The extension's name in lower case, without `extensions.`.
        name: String,
    },
    /// The repository exists, but libgit2 cannot open it.
    #[error("cannot open the repository at {}: {message}", path.display())]
    Open {
        /// The requested folder.
        path: PathBuf,
        /// libgit2's own words.
        message: String,
    },
    /// No such revision.
    #[error("unknown revision `{name}` ({end})")]
    UnknownRevision {
        /// The revision as given.
        name: String,
        /// Which end of the range it was for.
        end: RangeEnd,
        /// The revision that may have been meant: the nearest branch or tag, with the same suffix, such as `~2` or `^`.
        nearest: Option<String>,
        /// Whether the clone is shallow, so that the revision may be missing from it.
        shallow: bool,
    },
    /// An abbreviated id that several objects share.
    #[error("`{name}` is ambiguous: several objects have this prefix ({end})")]
    AmbiguousRevision {
        /// The revision as given.
        name: String,
        /// Which end of the range it was for.
        end: RangeEnd,
    },
    /// A revision that names a tree, although a commit is needed.
    #[error("`{name}` is not a commit, so it has no merge base")]
    NotACommit {
        /// The revision as given.
        name: String,
    },
    /// A revision that names a single file's content.
    #[error("`{name}` has no tree")]
    NotATree {
        /// The revision as given.
        name: String,
    },
    /// `HEAD` points to a branch that has no commit yet.
    #[error("HEAD has no commit yet")]
    UnbornHead,
    /// There is no default branch: no `origin/HEAD`, no `main`, no `master`.
    #[error(
        "there is no default branch to compare with: no origin/HEAD, no branch `main` or `master`"
    )]
    NoDefaultBase,
    /// The two have no history in common.
    #[error("`{base}` and `{head}` have no merge base")]
    NoMergeBase {
        /// The revision of the base.
        base: String,
        /// The revision of the head.
        head: String,
    },
    /// The two have no common history in this shallow clone.
    #[error("the clone is shallow and ends before the merge base of `{base}` and `{head}`")]
    ShallowMergeBase {
        /// The revision of the base.
        base: String,
        /// The revision of the head.
        head: String,
    },
    /// An object that the range needs is not in the repository.
    #[error("object {id}{} is missing{}", path.as_ref().map(|p| format!(" ({p})")).unwrap_or_default(),
        if *partial { " from this partial clone" } else { "" })]
    MissingObject {
        /// Full hex id.
        id: String,
        /// The path, if it is the content of a file.
        path: Option<RepoPath>,
        /// Whether the repository is a partial clone, which fetches objects on demand.
        partial: bool,
    },
    /// An object whose content is not what the repository says.
    #[error("object {id} is damaged: {message}")]
    DamagedObject {
        /// Full hex id.
        id: String,
        /// What is wrong with it.
        message: String,
    },
    /// Trees that are nested or repeated more than in any real project.
    #[error("the tree is too large: {what}")]
    TreeTooLarge {
        /// The limit that was passed.
        what: &'static str,
    },
    /// A pathspec that cannot be understood.
    #[error("pathspec `{text}`: {message}")]
    Pathspec {
        /// The pathspec as given.
        text: String,
        /// What is wrong with it.
        message: String,
    },
    /// The patches could not be stored.
    #[error("cannot store patches in a temporary file: {0}")]
    Spool(#[from] io::Error),
    /// The caller cancelled the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// Any other error of libgit2.
    #[error("{message}")]
    Library {
        /// libgit2's own words.
        message: String,
    },
}

impl GitError {
    /// A command that usually fixes this, to be run in the repository.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::ShallowMergeBase { .. } => Some("git fetch --unshallow"),
            Self::MissingObject { partial: true, .. } => {
                Some("git fetch --refetch --no-filter origin")
            }
            Self::MissingObject { partial: false, .. } | Self::DamagedObject { .. } => {
                Some("git fsck")
            }
            Self::NotOwned { .. } => Some("git config --global --add safe.directory \"$PWD\""),
            _ => None,
        }
    }
}

// Only for `?` in this folder: no part of the public interface.
#[doc(hidden)]
impl From<git2::Error> for GitError {
    fn from(error: git2::Error) -> Self {
        Self::Library {
            message: error.message().to_owned(),
        }
    }
}
