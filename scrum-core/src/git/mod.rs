//! Repositories: from a range to its changes.
//!
//! Takes a folder and a [`RangeSpec`]; gives a [`ChangeSet`]. Before it: [`range`](crate::range); after it:
//! [`component`](crate::component).
//!
//! This is the only place that knows of git2 and gitoxide. It hands out plain data ([`ChangeSet`]), and depends on nothing but the objects
//! of the range: not on the user's configuration, the work tree, the index, or the number of threads.
//!
//! ```no_run
//! use scrum_core::git::{DiffOptions, Repository};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let repository = Repository::discover(".".as_ref())?;
//! let changes = repository.changes(&"main...HEAD".parse()?, &DiffOptions::default())?;
//! for change in &changes.changes {
//!     println!("{:?} {}", change.kind, change.path);
//! }
//! # Ok(()) }
//! ```
//!
//! # Patches
//!
//! The text is that of `git diff --full-index --binary -M`, byte for byte but for rare cases: function names of languages
//! whose rules are not known here, the compression of binary patches, which depends on the build of zlib, and a symbolic link
//! that moves and leaves its path to a folder: git's own patch does not apply there. As with git, replacement refs aside, a rename is found where git finds it.
//!
//! Attributes come from the `.gitattributes` of the base and the head tree. `diff` and `-diff` decide whether content is
//! text only where both trees say so: a range cannot hide its own content by declaring it binary.

mod attributes;
mod create;
mod error;
mod history;
mod languages;
mod objects;
mod options;
mod patch;
mod pathspec;
mod recent;
mod renames;
mod resolve;
mod trees;
mod workers;

use std::path::{Path, PathBuf};
use std::thread;

use git2::{ErrorClass, ErrorCode, Oid, RepositoryOpenFlags};

pub use create::{Snapshot, create};
pub use error::{GitError, RangeEnd};
pub use history::TOUCHED_COMMITS;
pub use options::{DiffOptions, Progress, ProgressFn, Stage};

use crate::change::{Change, ChangeKind, ChangeSet, Mode};
use crate::path::RepoPath;
use crate::range::{Range, RangeSpec};
use attributes::{AttributeTree, DiffAttribute};
use history::History;
use objects::{Database, Objects};
use patch::spool::{Place, Spool, Spooled};
use patch::{FunctionRule, Style, Treatment};
use pathspec::Pathspecs;
use renames::{FilePair, MAX_SCORE, Policy};
use resolve::Ends;
use trees::{Comparison, Entry, Listing};
use workers::Workers;

/// Patches that a thread keeps in memory before it turns to a temporary file.
const SPOOL_BYTES: usize = 4 << 20;

/// Files a thread takes from the queue at once.
const CHUNK_FILES: usize = 16;

/// A repository, found but not held open: every call opens what it needs, so that threads can share this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    git_dir: PathBuf,
    common_dir: PathBuf,
    top: Option<PathBuf>,
}

impl Repository {
    /// Finds the repository that a folder lies in. Bare ones and linked work trees are fine.
    ///
    /// # Errors
    ///
    /// When there is none, or it cannot be read: of another user, damaged, or one that names objects by SHA-256.
    pub fn discover(path: &Path) -> Result<Self, GitError> {
        let failed = |error: &git2::Error, git_dir: Option<&Path>| open_error(path, git_dir, error);
        let git_dir =
            git2::Repository::discover_path(path, &[] as &[&Path]).map_err(|e| failed(&e, None))?;
        // Opened from the folder and not from the git folder: a `.git` file says where the work tree is.
        let repository =
            git2::Repository::open_ext(path, RepositoryOpenFlags::CROSS_FS, &[] as &[&Path])
                .map_err(|e| failed(&e, Some(&git_dir)))?;
        Ok(Self {
            git_dir: repository.path().to_owned(),
            common_dir: repository.commondir().to_owned(),
            top: work_tree(&repository),
        })
    }

    /// The top folder of the work tree; `None` when the repository is bare.
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

    /// Finds the commits and trees of a range, without a look at its files. The strings are warnings for a person.
    ///
    /// # Errors
    ///
    /// When a revision or the merge base cannot be found, or a commit of the range is missing.
    pub fn range(
        &self,
        spec: &RangeSpec,
        pathspec: &[String],
    ) -> Result<(Range, Vec<String>), GitError> {
        Pathspecs::new(pathspec)?;
        let objects = self.database()?.objects();
        let ends = resolve::resolve(&objects, spec)?;
        let history = history_of(&objects, &ends)?;
        Ok(describe(&ends, &history, pathspec))
    }

    /// Compares the two ends of a range, file by file.
    ///
    /// # Errors
    ///
    /// As [`range`](Self::range); when an object is missing or damaged; when a temporary file cannot be written; or when
    /// [`DiffOptions::progress`] asked to stop.
    pub fn changes(&self, spec: &RangeSpec, options: &DiffOptions) -> Result<ChangeSet, GitError> {
        let pathspec = Pathspecs::new(&options.pathspec)?;
        let jobs = options.threads();
        let database = self.database()?;
        let mut workers = Workers::new(&database, jobs, options.progress.clone());
        workers.enter(Stage::Trees)?;
        let ends = resolve::resolve(workers.objects(), spec)?;
        let walk = || history_of(&database.objects(), &ends);
        let (history, patches) = if jobs == 1 {
            (walk()?, patches(&ends, &pathspec, options, &mut workers)?)
        } else {
            // Commits need none of the files, so the two go on side by side.
            thread::scope(|scope| {
                let history = scope.spawn(walk);
                let patches = patches(&ends, &pathspec, options, &mut workers);
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

    /// Reads a file of the range's head tree; `None` where there is none, or it is a folder or a submodule.
    ///
    /// # Errors
    ///
    /// When an object is missing or damaged. A range of a patch file has no trees, and so no files.
    pub fn file_at_head(
        &self,
        range: &Range,
        path: &RepoPath,
    ) -> Result<Option<Vec<u8>>, GitError> {
        let Some(tree) = &range.head_tree else {
            return Ok(None);
        };
        let objects = self.database()?.objects();
        match trees::entry_at(&objects, Oid::from_str(tree)?, path)? {
            Some(entry) if entry.mode != Mode::SUBMODULE => {
                Ok(Some(objects.content(entry.id, path)?))
            }
            _ => Ok(None),
        }
    }

    fn database(&self) -> Result<Database, GitError> {
        Database::open(&self.git_dir, &self.common_dir)
    }
}

/// Stops libgit2 from hashing every object that it reads, in the whole process. git does not hash them either; it takes a
/// quarter of the time. Objects that are read without libgit2, all of those in packs, are never hashed;
/// their compressed streams end in a checksum, which is compared all the same.
///
/// The library never calls this: it is for a program to decide, once, at its start.
pub fn trust_object_hashes() {
    git2::opts::strict_hash_verification(false);
}

/// The work tree. A bare repository whose configuration does not say that it is one has none either, as with git; libgit2
/// takes the folder around it.
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
    GitError::Open {
        path,
        message: error.message().to_owned(),
    }
}

fn history_of(objects: &Objects, ends: &Ends) -> Result<History, GitError> {
    let from_nothing = ends.base.tree.to_string() == objects::EMPTY_TREE;
    match (ends.base.commit, ends.head.commit) {
        (Some(base), Some(head)) => history::walk(objects, Some(base), head),
        (None, Some(head)) if from_nothing => history::walk(objects, None, head),
        // Between a tree and anything there is no history to speak of.
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
            "`{base}` is no ancestor of the head, so what only `{base}` has shows up as removed; \
             `{}` compares with their merge base",
            ends.spec.replacen("..", "...", 1),
        ));
    }
    let text = |id: Option<Oid>| id.map(|id| id.to_string());
    let range = Range {
        spec: ends.spec.clone(),
        base: text(ends.base.commit),
        head: text(ends.head.commit),
        base_tree: text(Some(ends.base.tree)),
        head_tree: text(Some(ends.head.tree)),
        pathspec: pathspec.to_vec(),
        commits: history.to_commits(),
    };
    (range, warnings)
}

struct Patches {
    changes: Vec<Change>,
    tree: Vec<RepoPath>,
    source: Spooled,
    warnings: Vec<String>,
}

fn patches(
    ends: &Ends,
    pathspec: &Pathspecs,
    options: &DiffOptions,
    workers: &mut Workers,
) -> Result<Patches, GitError> {
    let Comparison {
        mut differences,
        head_paths,
        base_attributes,
        head_attributes,
    } = trees::compare(
        workers.objects(),
        ends.base.tree,
        ends.head.tree,
        Listing::Head,
    )?;
    if !pathspec.is_all() {
        differences.retain(|difference| pathspec.matches(&difference.path));
    }
    let mut warnings = Vec::new();
    // Every old and new path is one of these, so no attributes file that matters is left out.
    let paths: Vec<_> = differences.iter().map(|d| &d.path).collect();
    let mut read = |files| AttributeTree::read(workers.objects(), files, &paths, &mut warnings);
    let (base_tree, head_tree) = (read(&base_attributes)?, read(&head_attributes)?);
    workers.enter(Stage::Renames)?;
    let policy = Policy {
        minimum: u64::from(options.rename_threshold.min(100)) * MAX_SCORE / 100,
        limit: options.rename_limit,
    };
    let pairs = renames::find(differences, policy, workers, &mut warnings)?;

    workers.enter(Stage::Patches)?;
    let style = Style {
        context: options.context,
    };
    let (spools, chunks) = workers.run(
        pairs.len(),
        CHUNK_FILES,
        |thread| (thread, Spool::new(SPOOL_BYTES)),
        |objects, (thread, spool), range| {
            let make = |pair: &FilePair| -> Result<_, GitError> {
                let says_mode = leaves_to_folder(pair, &head_paths);
                let trees = (&base_tree, &head_tree);
                let (change, place) = make(objects, pair, style, trees, says_mode, spool)?;
                Ok((change, (*thread, place)))
            };
            pairs[range].iter().map(make).collect::<Result<Vec<_>, _>>()
        },
    )?;
    let (changes, places): (Vec<_>, Vec<_>) = chunks.into_iter().flatten().unzip();
    let spools = spools.into_iter().map(|(_, spool)| spool).collect();
    Ok(Patches {
        changes,
        tree: head_paths,
        source: Spooled::new(spools, places),
        warnings,
    })
}

/// Whether a symbolic link moves away, and its old path is a folder at the head, whose sorted paths these are.
fn leaves_to_folder(pair: &FilePair, head_paths: &[RepoPath]) -> bool {
    let Some(old) = &pair.old else {
        return false;
    };
    if pair.similarity.is_none() || old.entry.mode != Mode::SYMLINK {
        return false;
    }
    let folder = [old.path.as_bytes(), b"/"].concat();
    let at = head_paths.partition_point(|path| path.as_bytes() < &folder[..]);
    head_paths
        .get(at)
        .is_some_and(|path| path.as_bytes().starts_with(&folder))
}

fn make(
    objects: &Objects,
    pair: &FilePair,
    style: Style,
    (base_tree, head_tree): (&AttributeTree, &AttributeTree),
    says_mode: bool,
    spool: &mut Spool,
) -> Result<(Change, Place), GitError> {
    let path = pair.path();
    let source = pair.old.as_ref().map_or(path, |side| &side.path);
    let (base, head) = (base_tree.of(source), head_tree.of(path));
    let treatment = Treatment {
        diff: if base.diff == head.diff {
            head.diff
        } else {
            DiffAttribute::Unspecified
        },
        function: head
            .language
            .map_or(FunctionRule::Default, FunctionRule::Language),
        says_mode,
    };
    let (place, summary) = spool.add(|out| patch::write(objects, pair, style, treatment, out))?;
    let mode = |entry: Entry| entry.mode;
    let old_mode = pair.old.as_ref().map(|side| mode(side.entry));
    let new_mode = pair.new.as_ref().map(|side| mode(side.entry));
    let kind = match (old_mode, new_mode) {
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Deleted,
        (Some(old), Some(new)) if old.kind() != new.kind() => ChangeKind::Typechange,
        _ if pair.similarity.is_some() => ChangeKind::Renamed,
        _ => ChangeKind::Modified,
    };
    let change = Change {
        path: path.clone(),
        old_path: (kind == ChangeKind::Renamed).then(|| source.clone()),
        kind,
        old_mode,
        new_mode,
        binary: summary.binary,
        additions: summary.additions,
        deletions: summary.deletions,
        bytes: place.length(),
        hunks: summary.hunks,
        base_attributes: base.public(),
        head_attributes: head.public(),
    };
    Ok((change, place))
}
