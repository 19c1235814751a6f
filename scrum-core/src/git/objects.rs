//! One thread's view of the object database.

use std::path::Path;

use git2::{Blob, ErrorCode, ObjectType, Odb, OdbObject, Oid};

use super::GitError;
use crate::path::RepoPath;

/// The tree without entries. git knows it even where no repository stores it.
pub(super) const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// Reads objects for one thread: libgit2 allows no sharing of a repository between threads.
pub(super) struct Objects {
    repository: git2::Repository,
    /// Whether objects may be missing because they were left with a remote.
    partial: bool,
}

impl Objects {
    /// Opens a git folder as [`git2::Repository::path`] names it.
    pub(super) fn open(git_dir: &Path) -> Result<Self, GitError> {
        let repository = git2::Repository::open(git_dir)?;
        let partial = is_partial(repository.commondir());
        Ok(Self {
            repository,
            partial,
        })
    }

    pub(super) fn repository(&self) -> &git2::Repository {
        &self.repository
    }

    pub(super) fn odb(&self) -> Result<Odb<'_>, GitError> {
        Ok(self.repository.odb()?)
    }

    /// Reads a file's content.
    pub(super) fn blob(&self, id: Oid, path: &RepoPath) -> Result<Blob<'_>, GitError> {
        self.repository
            .find_blob(id)
            .map_err(|error| self.read_error(&error, id, Some(path)))
    }

    /// Reads the size of a file's content, without the content where the object's storage allows it.
    pub(super) fn blob_size(
        &self,
        odb: &Odb<'_>,
        id: Oid,
        path: &RepoPath,
    ) -> Result<usize, GitError> {
        odb.read_header(id)
            .map(|(size, _)| size)
            .map_err(|error| self.read_error(&error, id, Some(path)))
    }

    /// Reads a tree or commit as its raw bytes.
    pub(super) fn raw<'a>(
        &self,
        odb: &'a Odb<'_>,
        id: Oid,
        kind: ObjectType,
    ) -> Result<OdbObject<'a>, GitError> {
        let object = odb
            .read(id)
            .map_err(|error| self.read_error(&error, id, None))?;
        if object.kind() == kind {
            Ok(object)
        } else {
            Err(damaged(id, format!("{} expected", kind.str())))
        }
    }

    fn read_error(&self, error: &git2::Error, id: Oid, path: Option<&RepoPath>) -> GitError {
        if error.code() == ErrorCode::NotFound {
            GitError::MissingObject {
                id: id.to_string(),
                path: path.cloned(),
                partial: self.partial,
            }
        } else {
            damaged(id, error.message().to_owned())
        }
    }
}

/// An object whose bytes are not those of its kind.
pub(super) fn damaged(id: Oid, message: impl Into<String>) -> GitError {
    GitError::DamagedObject {
        id: id.to_string(),
        message: message.into(),
    }
}

/// A pack with a `.promisor` file beside it came from a remote that keeps what was left out.
fn is_partial(common_dir: &Path) -> bool {
    std::fs::read_dir(common_dir.join("objects/pack")).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.path().extension().is_some_and(|e| e == "promisor"))
    })
}
