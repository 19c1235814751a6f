//! Repositories: from a range to its changes.
//!
//! Takes a folder and a [`RangeSpec`]; gives a [`ChangeSet`]. Before it: [`range`](crate::range); after it:
//! [`component`](crate::plan::component).
//!
//! Only this module uses git2. It returns plain data ([`ChangeSet`]), which depends only on the objects of the range:
//! not on the user's configuration, the work tree, the index, or the number of threads.
//!
//! ```no_run
//! use scrum_core::git::{DiffOptions, Repository};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let repository = Repository::discover(".".as_ref())?;
//! let changes = repository.changes(&"main...HEAD".parse()?, &DiffOptions::default())?;
//! for change in changes.changes() {
//!     println!("{:?} {}", change.kind, change.path);
//! }
//! # Ok(()) }
//! ```
//!
//! # Patches
//!
//! The text equals that of `git diff --full-index --binary -M`, byte for byte, except in rare cases: function names of
//! languages whose rules are not known here; the compression of binary patches, which depends on the build of zlib; and
//! a symbolic link that is renamed while a folder takes its path, because git's own patch does not apply there. The
//! same renames are found as by git, except that replacement refs are ignored.
//!
//! Attributes come from the `.gitattributes` of the base and the head tree. `diff` and `-diff` decide whether content
//! is text only if both trees agree, so that a range cannot hide its own content by declaring it binary.

mod attributes;
mod checkout;
mod create;
mod dates;
mod diff;
mod error;
mod history;
mod objects;
mod options;
mod pair;
mod pathspec;
mod recent;
mod renames;
mod resolve;
mod state;
mod trees;
mod workers;
mod write;

use std::path::{Path, PathBuf};
use std::thread;

use git2::{ErrorClass, ErrorCode, Oid, RepositoryOpenFlags};

pub use checkout::Checkout;
pub use create::{Snapshot, create};
pub use error::{GitError, RangeEnd};
pub use history::TOUCHED_COMMITS;
pub use objects::EMPTY_TREE;
pub use options::DiffOptions;
pub use pathspec::pathspec_from_top;
pub use state::Uncommitted;

use crate::change::{ChangeSet, Mode};
use crate::control::{Control, Stage};
use crate::path::RepoPath;
use crate::range::{Range, RangeSpec};
use history::History;
use objects::{Database, Objects};
use pathspec::Pathspecs;
use resolve::Ends;
use workers::Workers;

/// A repository that was found. It is not kept open: every call opens what it needs, so that threads can share this
/// value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    git_dir: PathBuf,
    common_dir: PathBuf,
    top: Option<PathBuf>,
    /// Additional object folders.
    objects: Vec<PathBuf>,
}

/// The location of a repository according to git's environment variables. The library does not read them; a program
/// that should work in git's hooks sets these fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct GitEnvironment {
    /// `GIT_DIR`: the git folder, relative to the current folder. Default none: search for it.
    pub git_dir: Option<PathBuf>,
    /// `GIT_WORK_TREE`: the top of the work tree. Default none: as configured in the repository; with `git_dir`, the
    /// current folder.
    pub work_tree: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY` and `GIT_ALTERNATE_OBJECT_DIRECTORIES`: additional object folders, such as the quarantine
    /// of a pre-receive hook. Default none.
    pub objects: Vec<PathBuf>,
}

impl GitEnvironment {
    /// Sets [`git_dir`](Self::git_dir).
    #[must_use]
    pub fn git_dir(mut self, folder: Option<PathBuf>) -> Self {
        self.git_dir = folder;
        self
    }

    /// Sets [`work_tree`](Self::work_tree).
    #[must_use]
    pub fn work_tree(mut self, folder: Option<PathBuf>) -> Self {
        self.work_tree = folder;
        self
    }

    /// Sets [`objects`](Self::objects).
    #[must_use]
    pub fn objects(mut self, folders: Vec<PathBuf>) -> Self {
        self.objects = folders;
        self
    }
}

impl Repository {
    /// Finds the repository that contains a folder, including bare repositories and linked work trees.
    ///
    /// # Errors
    ///
    /// If there is none, or it cannot be read because it belongs to another user, is damaged, or uses SHA-256.
    pub fn discover(path: &Path) -> Result<Self, GitError> {
        Self::find(path, &GitEnvironment::default())
    }

    /// As [`discover`](Self::discover), unless `environment` says where the repository is.
    ///
    /// # Errors
    ///
    /// As [`discover`](Self::discover).
    pub fn find(path: &Path, environment: &GitEnvironment) -> Result<Self, GitError> {
        let mut found = match &environment.git_dir {
            Some(git_dir) => Self::at(path, &path.join(git_dir))?,
            None => Self::search(path)?,
        };
        if let Some(top) = &environment.work_tree {
            found.top = Some(path.join(top));
        }
        // Missing and empty folders are ignored, as in git.
        let folders = environment.objects.iter().map(|folder| path.join(folder));
        found.objects = folders.filter(|folder| folder.is_dir()).collect();
        Ok(found)
    }

    /// The repository of a git folder, as seen from `path`.
    fn at(path: &Path, git_dir: &Path) -> Result<Self, GitError> {
        let repository = git2::Repository::open(git_dir)
            .map_err(|error| open_error(git_dir, Some(git_dir), &error))?;
        let named = repository
            .config()
            .is_ok_and(|config| config.get_entry("core.worktree").is_ok());
        let top = match repository.is_bare() {
            true => None,
            false if named || repository.is_worktree() => repository.workdir().map(Path::to_owned),
            false => Some(path.to_owned()),
        };
        Ok(Self {
            git_dir: repository.path().to_owned(),
            common_dir: repository.commondir().to_owned(),
            top,
            objects: Vec::new(),
        })
    }

    fn search(path: &Path) -> Result<Self, GitError> {
        let failed = |error: &git2::Error, git_dir: Option<&Path>| open_error(path, git_dir, error);
        let git_dir =
            git2::Repository::discover_path(path, &[] as &[&Path]).map_err(|e| failed(&e, None))?;
        // Open the folder, not the git folder, because a `.git` file determines the work tree.
        let repository =
            git2::Repository::open_ext(path, RepositoryOpenFlags::CROSS_FS, &[] as &[&Path])
                .map_err(|e| failed(&e, Some(&git_dir)))?;
        Ok(Self {
            git_dir: repository.path().to_owned(),
            common_dir: repository.commondir().to_owned(),
            top: work_tree(&repository),
            objects: Vec::new(),
        })
    }

    /// Adds an object folder.
    #[must_use]
    pub fn with_objects(mut self, folder: &Path) -> Self {
        self.objects.push(folder.to_owned());
        self
    }

    /// The object folders of this repository, its own first.
    pub fn object_folders(&self) -> Vec<PathBuf> {
        let own = self.common_dir.join("objects");
        std::iter::once(own)
            .chain(self.objects.iter().cloned())
            .collect()
    }

    /// The top folder of the work tree; `None` if the repository is bare.
    pub fn top(&self) -> Option<&Path> {
        self.top.as_deref()
    }

    /// The folder with `HEAD`: `.git`, or that of a linked work tree.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The folder with `objects`, which linked work trees share.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Finds the commits and trees of a range, without reading its files. The strings are warnings.
    ///
    /// # Errors
    ///
    /// If a revision or the merge base cannot be found, or a commit of the range is missing.
    pub fn range(
        &self,
        spec: &RangeSpec,
        pathspec: &[String],
    ) -> Result<(Range, Vec<String>), GitError> {
        Pathspecs::new(pathspec)?;
        let objects = self.database().objects();
        let ends = resolve::resolve(&objects, spec)?;
        let history = history_of(&objects, &ends, &Control::default())?;
        Ok(describe(&ends, &history, pathspec))
    }

    /// Finds the full hex ids of a range's base and head tree, without reading commits or files.
    ///
    /// # Errors
    ///
    /// If a revision or the merge base cannot be found.
    pub fn trees(&self, spec: &RangeSpec) -> Result<(String, String), GitError> {
        let ends = resolve::resolve(&self.database().objects(), spec)?;
        Ok((ends.base.tree.to_string(), ends.head.tree.to_string()))
    }

    /// Compares the two ends of a range, file by file.
    ///
    /// # Errors
    ///
    /// As [`range`](Self::range); also if an object is missing or damaged, if a temporary file cannot be written, or if
    /// [`DiffOptions::control`] cancelled the work.
    pub fn changes(&self, spec: &RangeSpec, options: &DiffOptions) -> Result<ChangeSet, GitError> {
        let mut pathspec = Pathspecs::new(&options.pathspec)?;
        let jobs = options.threads();
        let database = self.database();
        let mut workers = Workers::new(&database, jobs, options.control.clone());
        workers.enter(Stage::Trees)?;
        let ends = resolve::resolve(workers.objects(), spec)?;
        let walk = || history_of(&database.objects(), &ends, &options.control);
        let (history, patches) = if jobs == 1 {
            (
                walk()?,
                diff::patches(&ends, &mut pathspec, options, &mut workers)?,
            )
        } else {
            // Commits and files are independent, so both are read in parallel.
            thread::scope(|scope| {
                let history = scope.spawn(walk);
                let patches = diff::patches(&ends, &mut pathspec, options, &mut workers);
                let history = history
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                Ok::<_, GitError>((history?, patches?))
            })?
        };
        workers.enter(Stage::Commits)?;
        let touched = history::touched(&history.commits, &patches.changes, &mut workers)?;
        let (range, mut warnings) = describe(&ends, &history, &options.pathspec);
        warnings.extend(patches.warnings);
        let mut set = ChangeSet::new(
            range,
            patches.changes,
            patches.tree,
            Box::new(patches.source),
        );
        set.touched = touched;
        set.warnings = warnings;
        Ok(set)
    }

    /// Reads a file of the range's head tree; `None` if there is none, or it is a folder or a submodule.
    ///
    /// # Errors
    ///
    /// If an object is missing or damaged. The range of a patch file has no trees, and therefore no files.
    pub fn file_at_head(
        &self,
        range: &Range,
        path: &RepoPath,
    ) -> Result<Option<Vec<u8>>, GitError> {
        let Some(tree) = &range.head_tree else {
            return Ok(None);
        };
        let objects = self.database().objects();
        match trees::entry_at(&objects, Oid::from_str(tree)?, path)? {
            Some(entry) if entry.mode != Mode::SUBMODULE => {
                Ok(Some(objects.blob(entry.id, path)?.content().to_vec()))
            }
            _ => Ok(None),
        }
    }

    fn database(&self) -> Database {
        Database::open(&self.git_dir, &self.common_dir, &self.objects)
    }
}

/// Makes libgit2 trust the objects that it reads, in the whole process: like git, it then does not hash each object,
/// which takes a quarter of the time, and it does not cache them, since each is read once. Damage is still found,
/// because a compressed object ends with a checksum.
///
/// The library never calls this. A program can call it once, at its start.
pub fn trust_object_hashes() {
    git2::opts::strict_hash_verification(false);
    git2::opts::enable_caching(false);
}

/// The work tree. As in git, a bare repository has none, even if its configuration does not say that it is bare;
/// libgit2 would take the folder around it.
fn work_tree(repository: &git2::Repository) -> Option<PathBuf> {
    let top = repository.workdir()?;
    let git_dir = repository.path();
    let around = git_dir.parent() == Some(top) && !git_dir.ends_with(".git");
    let named = top.join(".git").exists()
        || repository
            .config()
            .is_ok_and(|config| config.get_entry("core.worktree").is_ok());
    (!around || named).then(|| top.to_owned())
}

fn open_error(path: &Path, git_dir: Option<&Path>, error: &git2::Error) -> GitError {
    let path = path.to_owned();
    if error.code() == ErrorCode::NotFound {
        return GitError::NotARepository { path };
    }
    if error.code() == ErrorCode::Owner {
        return GitError::NotOwned { path };
    }
    let format = git_dir
        .filter(|_| matches!(error.class(), ErrorClass::Repository | ErrorClass::Invalid))
        .and_then(|dir| git2::Config::open(&dir.join("config")).ok())
        .and_then(|config| config.get_string("extensions.objectformat").ok());
    if format.is_some_and(|format| format.eq_ignore_ascii_case("sha256")) {
        return GitError::Sha256 { path };
    }
    // "unsupported extension name extensions.refstorage"
    if let Some((_, name)) = error.message().split_once(" extension name extensions.") {
        let name = name.trim().to_ascii_lowercase();
        return GitError::Extension { path, name };
    }
    GitError::Open {
        path,
        message: error.message().to_owned(),
    }
}

fn history_of(objects: &Objects, ends: &Ends, control: &Control) -> Result<History, GitError> {
    let from_nothing = ends.base.tree.to_string() == EMPTY_TREE;
    match (ends.base.commit, ends.head.commit) {
        (Some(base), Some(head)) => history::walk(objects, Some(base), head, control),
        (None, Some(head)) if from_nothing => history::walk(objects, None, head, control),
        // A tree has no history.
        _ => Ok(History {
            base_is_ancestor: true,
            ..History::default()
        }),
    }
}

fn describe(ends: &Ends, history: &History, pathspec: &[String]) -> (Range, Vec<String>) {
    let mut warnings = Vec::new();
    if let Some(base) = ends
        .unchecked_base
        .as_ref()
        .filter(|_| !history.base_is_ancestor)
    {
        warnings.push(format!(
            "`{base}` is not an ancestor of the head, so what only `{base}` has appears as removed; \
             `{}` compares with their merge base",
            ends.spec.replacen("..", "...", 1),
        ));
    }
    let text = |id: Option<Oid>| id.map(|id| id.to_string());
    let range = Range {
        spec: ends.spec.clone(),
        base_from: ends.base_from.map(str::to_owned),
        base: text(ends.base.commit),
        head: text(ends.head.commit),
        base_tree: text(Some(ends.base.tree)),
        head_tree: text(Some(ends.head.tree)),
        pathspec: pathspec.to_vec(),
        commits: history.to_commits(),
        uncommitted: ends.uncommitted,
    };
    (range, warnings)
}
