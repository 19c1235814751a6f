//! Reads objects through libgit2, with one reader per thread.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use git2::{Blob, ErrorCode, ObjectType, Oid};

use super::error::GitError;
use crate::path::RepoPath;

/// The tree without entries. git knows it even if the repository does not store it.
pub const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// The objects of a repository, from which each thread gets its own reader.
#[derive(Clone)]
pub(super) struct Database {
    git_dir: PathBuf,
    common_dir: PathBuf,
    /// Additional object folders.
    others: Vec<PathBuf>,
}

impl Database {
    /// The objects of a git folder, as [`git2::Repository::path`] names it. `common_dir` is the folder that linked work
    /// trees share, `others` are additional object folders.
    pub(super) fn open(git_dir: &Path, common_dir: &Path, others: &[PathBuf]) -> Self {
        Self {
            git_dir: git_dir.to_owned(),
            common_dir: common_dir.to_owned(),
            others: others.to_owned(),
        }
    }

    /// A reader of these objects for one thread.
    pub(super) fn objects(&self) -> Objects {
        Objects {
            folders: self.clone(),
            repository: OnceCell::new(),
        }
    }
}

/// Reads objects for one thread, because threads cannot share a repository of libgit2. The packs are mapped once for all
/// threads.
pub(super) struct Objects {
    folders: Database,
    /// Opened on first use.
    repository: OnceCell<git2::Repository>,
}

impl Objects {
    /// A reader of the same objects for another thread.
    pub(super) fn same_database(&self) -> Self {
        self.folders.objects()
    }

    pub(super) fn repository(&self) -> Result<&git2::Repository, GitError> {
        if let Some(repository) = self.repository.get() {
            return Ok(repository);
        }
        let repository = git2::Repository::open(&self.folders.git_dir)?;
        for folder in &self.folders.others {
            let folder = folder.to_str().ok_or_else(|| GitError::Library {
                message: format!("the name of {} is not UTF-8", folder.display()),
            })?;
            repository.odb()?.add_disk_alternate(folder)?;
        }
        Ok(self.repository.get_or_init(|| repository))
    }

    /// The folder with `objects`, which linked work trees share.
    pub(super) fn common_dir(&self) -> &Path {
        &self.folders.common_dir
    }

    /// Reads a file's content as a libgit2 blob: two blobs can be compared without hashing either.
    pub(super) fn blob(&self, id: Oid, path: &RepoPath) -> Result<Blob<'_>, GitError> {
        let repository = self.repository()?;
        repository.find_blob(id).map_err(|error| {
            // libgit2 also reports "not found" for an object that is not a blob.
            match repository.odb().and_then(|odb| odb.read_header(id)) {
                Ok((_, kind)) if kind != ObjectType::Blob => damaged(id, "blob expected"),
                _ => self.read_error(&error, id, Some(path)),
            }
        })
    }

    /// Reads the size of a file's content, if possible without the content.
    pub(super) fn blob_size(&self, id: Oid, path: &RepoPath) -> Result<u64, GitError> {
        let size = self.repository()?.odb()?.read_header(id);
        size.map(|(size, _)| size as u64)
            .map_err(|error| self.read_error(&error, id, Some(path)))
    }

    /// Reads a tree or commit, and passes its raw bytes to `parse`.
    pub(super) fn parse<T>(
        &self,
        id: Oid,
        kind: ObjectType,
        parse: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, GitError> {
        let odb = self.repository()?.odb()?;
        let object = odb
            .read(id)
            .map_err(|error| self.read_error(&error, id, None))?;
        if object.kind() != kind {
            return Err(damaged(id, format!("{} expected", kind.str())));
        }
        parse(object.data()).ok_or_else(|| damaged(id, format!("not a {}", kind.str())))
    }

    fn read_error(&self, error: &git2::Error, id: Oid, path: Option<&RepoPath>) -> GitError {
        if error.code() == ErrorCode::NotFound {
            GitError::MissingObject {
                id: id.to_string(),
                path: path.cloned(),
                partial: is_partial(self.common_dir()),
            }
        } else {
            damaged(id, error.message().to_owned())
        }
    }
}

/// An object whose bytes cannot be parsed as its type.
pub(super) fn damaged(id: Oid, message: impl Into<String>) -> GitError {
    GitError::DamagedObject {
        id: id.to_string(),
        message: message.into(),
    }
}

/// A pack with a `.promisor` file came from a remote that has the omitted objects.
fn is_partial(common_dir: &Path) -> bool {
    std::fs::read_dir(common_dir.join("objects/pack")).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.path().extension().is_some_and(|e| e == "promisor"))
    })
}
