//! A temporary folder with a repository in it, cut off from whatever the developer's machine is set up like.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder `repo` for the repository and a folder `home` for everything that would read a home.
pub(crate) struct Place {
    root: TempDir,
}

/// What a run printed, and how it ended.
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Run {
    /// All three, for a snapshot.
    pub(crate) fn all(&self) -> String {
        let mut text = format!("exit: {}\n", self.code);
        for (name, stream) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !stream.is_empty() {
                let _ = write!(text, "--- {name}\n{stream}");
            }
        }
        text
    }

    /// Panics with everything that was printed unless the run ended with `code`.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.all());
        self
    }

    /// The stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{}", self.all()))
    }
}

impl Place {
    /// A folder without a repository.
    pub(crate) fn empty() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("repo")).unwrap();
        fs::create_dir(root.path().join("home")).unwrap();
        Self { root }
    }

    /// An empty repository whose branch is `main`.
    pub(crate) fn repository() -> Self {
        let place = Self::empty();
        place.git(&["init", "-q", "-b", "main"]);
        place
    }

    pub(crate) fn path(&self) -> PathBuf {
        // The repository's own idea of its place has no symbolic links in it.
        self.root.path().canonicalize().unwrap().join("repo")
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.root.path().canonicalize().unwrap().join(name)
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.path().join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Commits everything in the work tree.
    pub(crate) fn commit(&self, subject: &str) {
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", subject]);
    }

    /// Runs git; panics where it fails.
    #[track_caller]
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let output = self.git_command().args(args).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "git {args:?}: {stderr}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs `scrum` in the repository.
    #[track_caller]
    pub(crate) fn scrum(&self, args: &[&str]) -> Run {
        self.finish(self.scrum_command().args(args).output().unwrap())
    }

    /// Runs `scrum` with a text on stdin.
    #[track_caller]
    pub(crate) fn scrum_with_stdin(&self, args: &[&str], stdin: &[u8]) -> Run {
        use std::io::Write as _;
        let mut command = self.scrum_command();
        command
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that refuses its arguments may not read at all.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        self.finish(child.wait_with_output().unwrap())
    }

    /// `scrum`, ready to be run in the repository.
    pub(crate) fn scrum_command(&self) -> Command {
        self.command(env!("CARGO_BIN_EXE_scrum"))
    }

    /// `git`, ready to be run in the repository.
    pub(crate) fn git_command(&self) -> Command {
        self.command("git")
    }

    /// What a command of [`scrum_command`](Self::scrum_command) printed.
    pub(crate) fn finish(&self, output: Output) -> Run {
        let text = |bytes: Vec<u8>| {
            // The folder is another one each time.
            String::from_utf8_lossy(&bytes).replace(&self.root_text(), "[PLACE]")
        };
        Run {
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            code: output.status.code().unwrap_or(-1),
        }
    }

    fn root_text(&self) -> String {
        self.root
            .path()
            .canonicalize()
            .unwrap()
            .display()
            .to_string()
    }

    /// A program, cut off from the developer's settings, ready to be run in the repository.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let home = self.beside("home");
        command.current_dir(self.path());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("GIT_")
                || name.starts_with("SCRUM_")
                || matches!(&*name, "CI" | "NO_COLOR")
            {
                command.env_remove(name.as_ref());
            }
        }
        command
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "A")
            .env("GIT_AUTHOR_EMAIL", "a@example.org")
            .env("GIT_AUTHOR_DATE", "2001-02-03T04:05:06Z")
            .env("GIT_COMMITTER_NAME", "C")
            .env("GIT_COMMITTER_EMAIL", "c@example.org")
            .env("GIT_COMMITTER_DATE", "2001-02-03T04:05:06Z")
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8");
        command
    }
}

/// The files below a folder, sorted, `/` between their parts.
pub(crate) fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap();
                found.push(name.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}
