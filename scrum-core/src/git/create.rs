//! Creates small repositories from plain data, for demonstrations and tests. This uses neither a git binary nor a
//! configuration: the same snapshots give the same commit ids everywhere.

use std::path::Path;

use git2::build::{CheckoutBuilder, TreeUpdateBuilder};
use git2::{FileMode, ObjectType, RepositoryInitOptions, Signature, Time};

use super::error::GitError;

/// One commit: all files of its tree, and the branch whose tip it becomes.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Snapshot<'a> {
    /// Branch whose new tip this is, e.g. `main`.
    pub branch: &'a str,
    /// The commit's message.
    pub subject: &'a str,
    /// Author and committer: name and mail address.
    pub author: (&'a str, &'a str),
    /// When, in seconds since 1970, UTC.
    pub seconds: i64,
    /// Paths with `/` as separator, and contents. All are regular files.
    pub files: Vec<(&'a str, &'a [u8])>,
}

impl<'a> Snapshot<'a> {
    /// A commit without files, with a placeholder author.
    pub fn new(branch: &'a str, subject: &'a str) -> Self {
        Self {
            branch,
            subject,
            author: ("Author", "author@example.org"),
            ..Self::default()
        }
    }

    /// Sets the author and committer.
    #[must_use]
    pub fn author(mut self, name: &'a str, mail: &'a str) -> Self {
        self.author = (name, mail);
        self
    }

    /// Sets the time, in seconds since 1970.
    #[must_use]
    pub fn seconds(mut self, seconds: i64) -> Self {
        self.seconds = seconds;
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn file(mut self, path: &'a str, content: &'a [u8]) -> Self {
        self.files.push((path, content));
        self
    }
}

/// Creates a repository in `folder` whose history is the snapshots in order, and checks out the last one.
///
/// # Errors
///
/// If `folder` is already a repository or cannot be written, if git does not accept a branch, path or author, or if
/// there are no snapshots.
pub fn create(folder: &Path, snapshots: &[Snapshot<'_>]) -> Result<(), GitError> {
    let Some(last) = snapshots.last() else {
        return Err(GitError::UnbornHead);
    };
    let mut options = RepositoryInitOptions::new();
    // The user's templates may contain hooks.
    options
        .no_reinit(true)
        .external_template(false)
        .initial_head(last.branch);
    let repository = git2::Repository::init_opts(folder, &options)?;
    let empty = repository.find_tree(repository.treebuilder(None)?.write()?)?;
    let mut parent = None;
    for snapshot in snapshots {
        let mut tree = TreeUpdateBuilder::new();
        for (path, content) in &snapshot.files {
            // Written unchanged, without converting line ends as the user's configuration might.
            let blob = repository.odb()?.write(ObjectType::Blob, content)?;
            tree.upsert(*path, blob, FileMode::Blob);
        }
        let tree = repository.find_tree(tree.create_updated(&repository, &empty)?)?;
        let (name, mail) = snapshot.author;
        let author = Signature::new(name, mail, &Time::new(snapshot.seconds, 0))?;
        let parents: Vec<_> = parent.iter().collect();
        let id = repository.commit(None, &author, &author, snapshot.subject, &tree, &parents)?;
        repository.reference(
            &format!("refs/heads/{}", snapshot.branch),
            id,
            true,
            "snapshot",
        )?;
        parent = Some(repository.find_commit(id)?);
    }
    repository.checkout_head(Some(CheckoutBuilder::new().force().disable_filters(true)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::{DiffOptions, Repository};

    fn snapshots() -> Vec<Snapshot<'static>> {
        let first = Snapshot::new("main", "First").file("src/a.rs", b"one\n");
        let second = Snapshot::new("topic", "Second")
            .seconds(1)
            .file("src/a.rs", b"one\ntwo\r\n")
            .file("b", b"");
        vec![first, second]
    }

    #[test]
    fn a_repository_is_made_of_snapshots_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        create(folder.path(), &snapshots()).unwrap();
        let repository = Repository::discover(folder.path()).unwrap();
        let set = repository
            .changes(&"main...HEAD".parse().unwrap(), &DiffOptions::default())
            .unwrap();
        let paths: Vec<_> = set.changes().iter().map(|c| c.path.to_string()).collect();
        assert_eq!(paths, ["b", "src/a.rs"]);
        // The id that `git commit-tree` gives the same data.
        assert_eq!(
            set.range.head.as_deref(),
            Some("1f259b61d01764dbefacf3fe99f4e01c80295d3f")
        );
        let file = std::fs::read(folder.path().join("src/a.rs")).unwrap();
        assert_eq!(file, b"one\ntwo\r\n");
    }

    #[test]
    fn what_is_there_already_stays() {
        let folder = tempfile::tempdir().unwrap();
        create(folder.path(), &snapshots()).unwrap();
        assert!(create(folder.path(), &snapshots()[..1]).is_err());
        let repository = git2::Repository::open(folder.path()).unwrap();
        assert_eq!(repository.head().unwrap().shorthand().unwrap(), "topic");
        assert!(matches!(
            create(folder.path(), &[]),
            Err(GitError::UnbornHead)
        ));
    }

    #[test]
    fn paths_that_leave_the_folder_are_refused() {
        for path in ["../x", "/x", ".git/config", "a//b", ""] {
            let folder = tempfile::tempdir().unwrap();
            let inner = folder.path().join("inner");
            let snapshot = Snapshot::new("main", "First").file(path, b"x");
            assert!(create(&inner, &[snapshot]).is_err(), "{path}");
            assert!(!folder.path().join("x").exists(), "{path}");
        }
    }
}
