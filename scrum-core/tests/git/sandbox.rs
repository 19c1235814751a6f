//! A repository for one test, made by the real git with fixed dates and without anybody's configuration.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use scrum_core::change::ChangeSet;
use scrum_core::git::{DiffOptions, Repository};
use tempfile::TempDir;

/// A folder with a repository in it, gone at the end of the test.
pub(crate) struct Sandbox {
    _folder: TempDir,
    path: PathBuf,
    commits: u32,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("project");
        fs::create_dir(&path).unwrap();
        let sandbox = Self {
            _folder: folder,
            path,
            commits: 0,
        };
        sandbox.git(["init", "-q", "-b", "main"]);
        sandbox
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A place beside the repository.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }

    /// Runs git in a folder and returns what it printed; fails the test where git fails.
    pub(crate) fn git_in<S: AsRef<OsStr>>(
        &self,
        folder: &Path,
        arguments: impl IntoIterator<Item = S>,
        input: &[u8],
    ) -> Vec<u8> {
        // A second passes with every commit, so that the order of history is the order of commits.
        let date = format!("{} +0000", 1_700_000_000 + self.commits);
        let mut child = Command::new("git")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "A")
            .env("GIT_AUTHOR_EMAIL", "a@example.org")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", "A")
            .env("GIT_COMMITTER_EMAIL", "a@example.org")
            .env("GIT_COMMITTER_DATE", &date)
            .current_dir(folder)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git: {complaint}");
        output.stdout
    }

    pub(crate) fn git<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        let output = self.git_in(&self.path, arguments, b"");
        String::from_utf8_lossy(&output).trim_end().to_owned()
    }

    pub(crate) fn write(&self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) {
        let path = self.path.join(OsStr::from_bytes(path.as_ref()));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn remove(&self, path: &str) {
        let path = self.path.join(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }

    /// Commits the work tree as it is and returns the commit's id.
    pub(crate) fn commit(&mut self, subject: &str) -> String {
        self.commits += 1;
        self.git(["add", "-A"]);
        self.commit_index(subject)
    }

    /// Commits the index as it is.
    pub(crate) fn commit_index(&mut self, subject: &str) -> String {
        self.commits += 1;
        self.git(["commit", "-q", "--allow-empty", "-m", subject]);
        self.git(["rev-parse", "HEAD"])
    }

    pub(crate) fn repository(&self) -> Repository {
        Repository::discover(&self.path).unwrap()
    }

    pub(crate) fn changes(&self, range: &str) -> ChangeSet {
        self.changes_with(range, &DiffOptions::default())
    }

    pub(crate) fn changes_with(&self, range: &str, options: &DiffOptions) -> ChangeSet {
        let spec = range.parse().unwrap();
        self.repository().changes(&spec, options).unwrap()
    }

    /// What git itself says of a range, with the attributes of its head.
    pub(crate) fn git_diff(&self, base: &str, head: &str, more: &[&str]) -> Vec<u8> {
        let attributes = format!("--attr-source={head}");
        let diff = ["diff", "--full-index", "--binary", "-M", base, head];
        let arguments = [&attributes[..]].into_iter().chain(diff);
        self.git_in(&self.path, arguments.chain(more.iter().copied()), b"")
    }
}

/// All patches of a set, one after the other.
pub(crate) fn text(set: &ChangeSet) -> Vec<u8> {
    let (mut all, mut patch) = (Vec::new(), Vec::new());
    for (index, change) in set.changes().iter().enumerate() {
        set.read_patch(index, &mut patch).unwrap();
        assert_eq!(patch.len() as u64, change.bytes);
        all.extend_from_slice(&patch);
    }
    all
}

/// Compares line by line, for a message that can be read.
pub(crate) fn assert_same(ours: &[u8], theirs: &[u8]) {
    let lines = |text: &[u8]| -> Vec<String> {
        text.split(|&byte| byte == b'\n')
            .map(|line| line.escape_ascii().to_string())
            .collect()
    };
    if ours != theirs {
        assert_eq!(lines(ours).join("\n"), lines(theirs).join("\n"));
    }
}
