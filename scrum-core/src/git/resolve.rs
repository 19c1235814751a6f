//! Resolves the text of a range to two trees.

use git2::{ErrorCode, ObjectType, Oid};

use super::error::{GitError, RangeEnd};
use super::objects::{EMPTY_TREE, Objects};
use crate::nearest::nearest;
use crate::range::RangeSpec;

/// Both ends of a range, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ends {
    /// The range as text; for the default range, an equivalent text.
    pub(super) spec: String,
    /// Where the base comes from, if the user did not name it.
    pub(super) base_from: Option<&'static str>,
    pub(super) base: Point,
    pub(super) head: Point,
    /// The base as typed, if the diff equals that of the commits in between only if it is an ancestor of the head;
    /// `None` if it always is.
    pub(super) unchecked_base: Option<String>,
    /// Whether the head is the index or the work tree instead of a commit.
    pub(super) uncommitted: bool,
}

/// One end: a tree, and its commit, if a commit was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) commit: Option<Oid>,
    pub(super) tree: Oid,
}

/// The source of the base of [`RangeSpec::Configured`].
pub(super) const CONFIGURED: &str = "[bundle] base in scrum.toml";

/// Resolves both ends.
pub(super) fn resolve(objects: &Objects, spec: &RangeSpec) -> Result<Ends, GitError> {
    let ends = |spec: String, base: Point, head: Point| Ends {
        spec,
        base_from: None,
        base,
        head,
        unchecked_base: None,
        uncommitted: false,
    };
    let chosen = |name: &str, from: &'static str| {
        let (base, head) = from_merge_base(objects, name, "HEAD")?;
        Ok(Ends {
            base_from: Some(from),
            ..ends(format!("{name}...HEAD"), base, head)
        })
    };
    match spec {
        RangeSpec::Trees { base, head } => Ok(Ends {
            unchecked_base: Some(base.clone()),
            ..ends(
                spec.to_string(),
                point(objects, base, RangeEnd::Base)?,
                point(objects, head, RangeEnd::Head)?,
            )
        }),
        RangeSpec::MergeBase { base, head } => {
            let (base, head) = from_merge_base(objects, base, head)?;
            Ok(ends(spec.to_string(), base, head))
        }
        RangeSpec::Since(name) => {
            let (base, head) = from_merge_base(objects, name, "HEAD")?;
            Ok(ends(spec.to_string(), base, head))
        }
        RangeSpec::Commit(name) => {
            let head = point(objects, name, RangeEnd::Head)?;
            let base = parent(objects, name, head)?;
            Ok(ends(spec.to_string(), base, head))
        }
        RangeSpec::Uncommitted { base, tree, .. } => {
            let base = point(objects, base, RangeEnd::Base)?;
            let head = point(objects, tree, RangeEnd::Head)?;
            Ok(Ends {
                uncommitted: true,
                ..ends(spec.to_string(), base, head)
            })
        }
        RangeSpec::Configured(name) => chosen(name, CONFIGURED).map_err(|error| match error {
            GitError::UnknownRevision {
                name,
                nearest,
                shallow,
                ..
            } => GitError::UnknownRevision {
                name,
                end: RangeEnd::Configured,
                nearest,
                shallow,
            },
            other => other,
        }),
        RangeSpec::Default => {
            let (name, from) = default_base(objects.repository()?)?;
            chosen(&name, from)
        }
    }
}

fn from_merge_base(objects: &Objects, base: &str, head: &str) -> Result<(Point, Point), GitError> {
    let repository = objects.repository()?;
    let commit = |name: &str, end| {
        let point = point(objects, name, end)?;
        let commit = point.commit.ok_or_else(|| GitError::NotACommit {
            name: name.to_owned(),
        })?;
        Ok::<_, GitError>((commit, point))
    };
    let (base_commit, _) = commit(base, RangeEnd::Base)?;
    let (head_commit, head_point) = commit(head, RangeEnd::Head)?;
    let merge_base = repository
        .merge_base(base_commit, head_commit)
        .map_err(|error| {
            if error.code() != ErrorCode::NotFound {
                return GitError::from(error);
            }
            let (base, head) = (base.to_owned(), head.to_owned());
            if repository.is_shallow() {
                GitError::ShallowMergeBase { base, head }
            } else {
                GitError::NoMergeBase { base, head }
            }
        })?;
    let merge_point = Point {
        commit: Some(merge_base),
        tree: repository.find_commit(merge_base)?.tree_id(),
    };
    Ok((merge_point, head_point))
}

/// Finds the tree that a revision names, and its commit.
fn point(objects: &Objects, name: &str, end: RangeEnd) -> Result<Point, GitError> {
    let repository = objects.repository()?;
    // git knows this tree even if it is not stored.
    if name == EMPTY_TREE {
        return Ok(Point {
            commit: None,
            tree: Oid::from_str(EMPTY_TREE)?,
        });
    }
    let object = repository.revparse_single(name).map_err(|error| {
        let name = name.to_owned();
        match error.code() {
            ErrorCode::Ambiguous => GitError::AmbiguousRevision { name, end },
            _ if name == "HEAD"
                && repository
                    .head()
                    .is_err_and(|e| e.code() == ErrorCode::UnbornBranch) =>
            {
                GitError::UnbornHead
            }
            _ => unknown(repository, name, end),
        }
    })?;
    if let Ok(commit) = object.peel_to_commit() {
        return Ok(Point {
            commit: Some(commit.id()),
            tree: commit.tree_id(),
        });
    }
    match object.peel(ObjectType::Tree) {
        Ok(tree) => Ok(Point {
            commit: None,
            tree: tree.id(),
        }),
        Err(_) => Err(GitError::NotATree {
            name: name.to_owned(),
        }),
    }
}

/// The commit that a revision names, if it names one.
pub(super) fn commit_of(objects: &Objects, name: &str) -> Option<Oid> {
    point(objects, name, RangeEnd::Head).ok()?.commit
}

/// Maximum number of references that are compared to find a similar name.
const MAX_REFERENCES: usize = 20_000;

/// The error for an unknown name, with the name that may have been meant.
fn unknown(repository: &git2::Repository, name: String, end: RangeEnd) -> GitError {
    let behind = name.find(['~', '^', '@', ':']).unwrap_or(name.len());
    let (stem, steps) = name.split_at(behind);
    // If the stem is known, the steps after it are wrong.
    let nearest = if repository.revparse_single(stem).is_ok() {
        None
    } else if let Some(other) = other_default(stem)
        && repository.revparse_single(&other).is_ok()
    {
        Some(format!("{other}{steps}"))
    } else {
        let names: Vec<String> = repository
            .references()
            .into_iter()
            .flat_map(|references| references.take(MAX_REFERENCES))
            .filter_map(|reference| Some(reference.ok()?.shorthand().ok()?.to_owned()))
            .collect();
        let known = names.iter().map(String::as_str).chain(["HEAD"]);
        nearest(stem, known).map(|known| format!("{known}{steps}"))
    };
    GitError::UnknownRevision {
        name,
        end,
        nearest,
        shallow: repository.is_shallow(),
    }
}

/// The other one of the two usual names of a default branch.
fn other_default(name: &str) -> Option<String> {
    let (remote, branch) = name
        .rsplit_once('/')
        .map_or(("", name), |(remote, branch)| {
            (&name[..=remote.len()], branch)
        });
    match branch {
        "main" => Some(format!("{remote}master")),
        "master" => Some(format!("{remote}main")),
        _ => None,
    }
}

/// The first parent of a commit, if it has one.
fn parent(objects: &Objects, name: &str, commit: Point) -> Result<Point, GitError> {
    let id = commit.commit.ok_or_else(|| GitError::NotACommit {
        name: name.to_owned(),
    })?;
    let repository = objects.repository()?;
    let Ok(parent) = repository.find_commit(id)?.parent_id(0) else {
        return Ok(Point {
            commit: None,
            tree: Oid::from_str(EMPTY_TREE)?,
        });
    };
    match repository.find_commit(parent) {
        Ok(parent) => Ok(Point {
            commit: Some(parent.id()),
            tree: parent.tree_id(),
        }),
        // The oldest commit of a shallow clone names a parent that is missing.
        Err(_) => Err(GitError::UnknownRevision {
            name: format!("{name}^"),
            end: RangeEnd::Base,
            nearest: None,
            shallow: repository.is_shallow(),
        }),
    }
}

/// The default branch, with which `HEAD` is compared by default, and where its name comes from.
///
/// The upstream of the current branch is not used: once a feature branch is pushed, that is the branch itself.
fn default_base(repository: &git2::Repository) -> Result<(String, &'static str), GitError> {
    let head = repository.head().map_err(|error| match error.code() {
        ErrorCode::UnbornBranch => GitError::UnbornHead,
        _ => error.into(),
    })?;
    let exists = |name: &str| repository.find_reference(name).is_ok();
    if let Ok(reference) = repository.find_reference("refs/remotes/origin/HEAD")
        && let Ok(Some(target)) = reference.symbolic_target()
        && let Some(name) = target.strip_prefix("refs/remotes/")
        && exists(target)
    {
        return Ok((name.to_owned(), "origin/HEAD"));
    }
    let configured = repository
        .config()
        .and_then(|config| config.get_string("init.defaultBranch"))
        .ok();
    let names = [
        (configured.as_deref(), "init.defaultBranch"),
        (Some("main"), "the usual names: main, master"),
        (Some("master"), "the usual names: main, master"),
    ];
    for (name, from) in names {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            continue;
        };
        let (local, remote) = (format!("refs/heads/{name}"), format!("origin/{name}"));
        let pushed = exists(&format!("refs/remotes/{remote}"));
        // The default branch compared with itself would be empty, so show what is not pushed yet.
        let is_head = head.name().is_ok_and(|head| head == local);
        if pushed && (is_head || !exists(&local)) {
            return Ok((remote, from));
        }
        if exists(&local) {
            return Ok((name.to_owned(), from));
        }
    }
    Err(GitError::NoDefaultBase)
}
