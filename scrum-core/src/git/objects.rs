//! One thread's view of the object database.
//!
//! Objects are read by gitoxide's `gix-odb`, which maps packs once for all threads, takes no lock to read them and unpacks
//! faster than libgit2. Only what it finds in a pack is taken from it: of a loose object it does not see whether the
//! compressed stream ends well, so a damaged one could pass. Everything else is asked of libgit2, whose word then counts,
//! also as to what is wrong. libgit2 maps the packs again, so nothing large is asked of it as long as all is well.

use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{Blob, ErrorCode, ObjectType, Oid};
use gix_odb::Header as _;
use gix_odb::pack::Find as _;

use super::GitError;
use crate::path::RepoPath;

/// The tree without entries. git knows it even where no repository stores it.
pub(super) const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// Contents that a thread keeps for the next; two are at hand at once.
const SPARE: usize = 2;

/// Larger ones are not kept.
const SPARE_BYTES: usize = 1 << 20;

/// The objects of a repository, from which each thread has its own view.
pub(super) struct Database {
    git_dir: PathBuf,
    common_dir: PathBuf,
    store: Arc<gix_odb::Store>,
}

impl Database {
    /// Opens the objects of a git folder as [`git2::Repository::path`] names it; `common_dir` is the one that linked work
    /// trees share.
    pub(super) fn open(git_dir: &Path, common_dir: &Path) -> Result<Self, GitError> {
        let folder = common_dir.join("objects");
        let options = gix_odb::store::init::Options::default();
        let hash = gix_hash::Kind::Sha1;
        // Replacement refs are not followed, as libgit2 does not.
        let store = gix_odb::Store::at_opts(folder, hash, &mut std::iter::empty(), options);
        let store = store.map_err(|error| GitError::Open {
            path: git_dir.to_owned(),
            message: error.to_string(),
        })?;
        Ok(Self {
            git_dir: git_dir.to_owned(),
            common_dir: common_dir.to_owned(),
            store: Arc::new(store),
        })
    }

    /// A view of these objects for one thread.
    pub(super) fn objects(&self) -> Objects {
        Objects {
            git_dir: self.git_dir.clone(),
            common_dir: self.common_dir.clone(),
            repository: OnceCell::new(),
            packs: self.store.to_cache_arc(),
            buffer: RefCell::default(),
            spare: RefCell::default(),
        }
    }
}

/// Reads objects for one thread: libgit2 allows no sharing of a repository between threads.
pub(super) struct Objects {
    git_dir: PathBuf,
    common_dir: PathBuf,
    /// Opened when it is first asked for; most threads never do.
    repository: OnceCell<git2::Repository>,
    packs: gix_odb::HandleArc,
    /// Trees and commits are read into this, one after the other.
    buffer: RefCell<Vec<u8>>,
    /// Contents that were given back.
    spare: RefCell<Vec<Vec<u8>>>,
}

impl Objects {
    pub(super) fn repository(&self) -> Result<&git2::Repository, GitError> {
        if let Some(repository) = self.repository.get() {
            return Ok(repository);
        }
        let repository = git2::Repository::open(&self.git_dir)?;
        Ok(self.repository.get_or_init(|| repository))
    }

    /// The folder with `objects`, which linked work trees share.
    pub(super) fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Reads a file's content for a comparison by libgit2, which hashes nothing that it read itself.
    pub(super) fn blob(&self, id: Oid, path: &RepoPath) -> Result<Blob<'_>, GitError> {
        self.repository()?
            .find_blob(id)
            .map_err(|error| self.read_error(&error, id, Some(path)))
    }

    /// Reads a file's content.
    pub(super) fn content(&self, id: Oid, path: &RepoPath) -> Result<Vec<u8>, GitError> {
        let mut content = self.spare.borrow_mut().pop().unwrap_or_default();
        self.read(id, ObjectType::Blob, Some(path), &mut content)?;
        Ok(content)
    }

    /// Takes a content back, whose memory the next is read into: memory that goes back to the system is cleared again by it.
    pub(super) fn reuse(&self, content: Vec<u8>) {
        let mut spare = self.spare.borrow_mut();
        if spare.len() < SPARE && content.capacity() <= SPARE_BYTES {
            spare.push(content);
        }
    }

    /// Reads the size of a file's content, without the content where the object's storage allows it.
    pub(super) fn blob_size(&self, id: Oid, path: &RepoPath) -> Result<u64, GitError> {
        if let Ok(Some(header)) = self.packs.try_header(&name(id)) {
            return Ok(header.size());
        }
        let size = self.repository()?.odb()?.read_header(id);
        size.map(|(size, _)| size as u64)
            .map_err(|error| self.read_error(&error, id, Some(path)))
    }

    /// Reads a tree or commit, and gives its raw bytes to `parse`, which must not read another.
    pub(super) fn parse<T>(
        &self,
        id: Oid,
        kind: ObjectType,
        parse: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<T, GitError> {
        let mut buffer = self.buffer.borrow_mut();
        self.read(id, kind, None, &mut buffer)?;
        parse(&buffer).ok_or_else(|| damaged(id, format!("not a {}", kind.str())))
    }

    fn read(
        &self,
        id: Oid,
        kind: ObjectType,
        path: Option<&RepoPath>,
        buffer: &mut Vec<u8>,
    ) -> Result<(), GitError> {
        let found = match self.packs.try_find(&name(id), buffer) {
            Ok(Some((object, Some(_)))) => Some(object.kind.as_bytes() == kind.str().as_bytes()),
            // Not in a pack, and so not checked to its end; or missing or damaged: libgit2 says which, and how.
            Ok(_) | Err(_) => None,
        };
        let fits = match found {
            Some(fits) => fits,
            None => {
                let odb = self.repository()?.odb()?;
                let object = odb.read(id).map_err(|e| self.read_error(&e, id, path))?;
                buffer.clear();
                buffer.extend_from_slice(object.data());
                object.kind() == kind
            }
        };
        if fits {
            Ok(())
        } else {
            Err(damaged(id, format!("{} expected", kind.str())))
        }
    }

    fn read_error(&self, error: &git2::Error, id: Oid, path: Option<&RepoPath>) -> GitError {
        if error.code() == ErrorCode::NotFound {
            GitError::MissingObject {
                id: id.to_string(),
                path: path.cloned(),
                partial: is_partial(&self.common_dir),
            }
        } else {
            damaged(id, error.message().to_owned())
        }
    }
}

/// An id as gitoxide has it. All ids here are of 20 bytes.
fn name(id: Oid) -> gix_hash::ObjectId {
    gix_hash::ObjectId::try_from(id.as_bytes())
        .unwrap_or(gix_hash::ObjectId::null(gix_hash::Kind::Sha1))
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
