//! From the words of a range to two trees.

use git2::{ErrorCode, ObjectType, Oid};

use super::objects::{EMPTY_TREE, Objects};
use super::{GitError, RangeEnd};
use crate::nearest::nearest;
use crate::range::RangeSpec;

/// Both ends of a range, found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ends {
    /// The range in words; of the default one, the words that say the same.
    pub(super) spec: String,
    pub(super) base: Point,
    pub(super) head: Point,
    /// What was typed for the base where that must be an ancestor of the head for the diff to be that of the commits
    /// between them; `None` where it is one by construction.
    pub(super) unchecked_base: Option<String>,
}

/// One end: a tree, and the commit it is of, if a commit was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) commit: Option<Oid>,
    pub(super) tree: Oid,
}

/// Finds both ends.
pub(super) fn resolve(objects: &Objects, spec: &RangeSpec) -> Result<Ends, GitError> {
    let ends = |spec: String, base: Point, head: Point| Ends {
        spec,
        base,
        head,
        unchecked_base: None,
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
        RangeSpec::Default => {
            let name = default_base(objects.repository()?)?;
            let (base, head) = from_merge_base(objects, &name, "HEAD")?;
            Ok(ends(format!("{name}...HEAD"), base, head))
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
    // git knows this tree even where it is not stored.
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

/// References that are looked at for one that is spelt nearly so.
const MAX_REFERENCES: usize = 20_000;

/// The error for a name that nothing has, with the name that may have been meant.
fn unknown(repository: &git2::Repository, name: String, end: RangeEnd) -> GitError {
    let behind = name.find(['~', '^', '@', ':']).unwrap_or(name.len());
    let (stem, steps) = name.split_at(behind);
    // Where the stem is known it is the steps that lead nowhere.
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

/// Of the two usual names of a first branch the other one.
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

/// The branch that `HEAD` is compared with when nothing is said.
fn default_base(repository: &git2::Repository) -> Result<String, GitError> {
    let head = repository.head().map_err(|error| match error.code() {
        ErrorCode::UnbornBranch => GitError::UnbornHead,
        _ => error.into(),
    })?;
    if head.is_branch()
        && let Ok(upstream) = git2::Branch::wrap(head).upstream()
        && let Ok(Some(name)) = upstream.name()
    {
        return Ok(name.to_owned());
    }
    ["main", "master"]
        .into_iter()
        .find(|name| {
            repository
                .find_branch(name, git2::BranchType::Local)
                .is_ok()
        })
        .map(str::to_owned)
        .ok_or(GitError::NoDefaultBase)
}
