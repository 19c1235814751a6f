//! A repository that exists for one proof.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

/// A bare repository in a temporary folder, with an index of its own, that reads the objects of another one.
#[derive(Debug)]
pub(super) struct Scratch {
    folder: TempDir,
}

/// Why git would not apply a patch.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The path that git names, where it names one.
    pub(super) path: Option<String>,
    pub(super) reason: String,
}

impl Scratch {
    /// Makes the repository. `id_length` is that of an object id in hex, which tells the object format.
    pub(super) fn new(objects: &Path, id_length: usize) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("scrum-verify-")
            .tempdir()
            .context("no temporary folder can be made")?;
        let scratch = Self { folder };
        let format = if id_length == 64 { "sha256" } else { "sha1" };
        let format = format!("--object-format={format}");
        scratch.run(&["init", "-q", "--bare", "--template=", &format, "."], None)?;
        let objects = objects
            .canonicalize()
            .with_context(|| format!("{} cannot be found", objects.display()))?;
        let info = scratch.folder.path().join("objects/info");
        std::fs::create_dir_all(&info)?;
        std::fs::write(info.join("alternates"), format!("{}\n", objects.display()))?;
        Ok(scratch)
    }

    /// The tree that the wave must make: the head's, or with a pathspec the base's with the matching paths of the head.
    pub(super) fn target(
        &self,
        base: &str,
        head: &str,
        pathspec: &[String],
    ) -> anyhow::Result<String> {
        if pathspec.is_empty() {
            return Ok(head.to_owned());
        }
        self.read_tree(base)?;
        let mut args = vec!["diff-tree", "-r", "-z", "--no-renames", base, head, "--"];
        args.extend(pathspec.iter().map(String::as_str));
        let raw = self.run(&args, None)?.stdout;
        // `:<old mode> <new mode> <old id> <new id> <status>`, then the path.
        let mut removed = Vec::new();
        let mut set = Vec::new();
        let mut fields = raw.split(|byte| *byte == 0);
        while let (Some(about), Some(path)) = (fields.next(), fields.next()) {
            let about = String::from_utf8_lossy(about);
            let words: Vec<&str> = about.split(' ').collect();
            let [_, mode, _, id, _] = words[..] else {
                bail!("git diff-tree printed `{about}`")
            };
            // `0` takes the path out of the index. All that goes must be gone before what takes its place comes.
            let (list, mode) = if mode == "000000" {
                (&mut removed, "0")
            } else {
                (&mut set, mode)
            };
            list.extend_from_slice(format!("{mode} {id}\t").as_bytes());
            list.extend_from_slice(path);
            list.push(0);
        }
        removed.append(&mut set);
        self.run(&["update-index", "-z", "--index-info"], Some(&removed))?;
        self.write_tree()
    }

    pub(super) fn read_tree(&self, tree: &str) -> anyhow::Result<()> {
        self.run(&["read-tree", tree], None).map(drop)
    }

    pub(super) fn write_tree(&self) -> anyhow::Result<String> {
        let output = self.run(&["write-tree"], None)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Applies a patch to the index.
    pub(super) fn apply(
        &self,
        patch: &[u8],
        without_context: bool,
    ) -> anyhow::Result<Result<(), Refusal>> {
        let mut args = vec!["apply", "--cached", "--whitespace=nowarn", "--allow-empty"];
        // Without context git wants to be told that a hunk may stand anywhere. The tree id decides in the end.
        if without_context {
            args.push("--unidiff-zero");
        }
        args.push("-");
        let output = self.output(&args, Some(patch))?;
        if output.status.success() {
            return Ok(Ok(()));
        }
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(Err(Refusal {
            path: refused_path(&stderr),
            reason: stderr.trim_end().to_owned(),
        }))
    }

    /// The first path in which two trees differ.
    pub(super) fn first_difference(&self, one: &str, two: &str) -> anyhow::Result<Option<String>> {
        let output = self.run(
            &[
                "diff-tree",
                "-r",
                "-z",
                "--no-renames",
                "--name-only",
                one,
                two,
            ],
            None,
        )?;
        let first = output
            .stdout
            .split(|byte| *byte == 0)
            .next()
            .unwrap_or_default();
        let path = scrum_core::path::RepoPath::new(first);
        Ok((!first.is_empty()).then(|| path.to_text().0))
    }

    fn run(&self, args: &[&str], stdin: Option<&[u8]>) -> anyhow::Result<Output> {
        let output = self.output(args, stdin)?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            bail!("git {} failed: {}", args[0], stderr.trim_end());
        }
        Ok(output)
    }

    fn output(&self, args: &[&str], stdin: Option<&[u8]>) -> anyhow::Result<Output> {
        let mut command = Command::new("git");
        let nowhere = if cfg!(windows) { "NUL" } else { "/dev/null" };
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command
            .current_dir(self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", nowhere)
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .args(args)
            .stdin(if stdin.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .context("git cannot be run; verify needs it on PATH")?;
        let pipe = child.stdin.take();
        // A git that stops reading says why on stderr, which is the better message.
        std::thread::scope(|scope| {
            if let (Some(mut pipe), Some(text)) = (pipe, stdin) {
                scope.spawn(move || pipe.write_all(text));
            }
            child.wait_with_output().context("git cannot be waited for")
        })
    }
}

/// The path in `error: patch failed: src/a.rs:12` or `error: src/a.rs: patch does not apply`.
fn refused_path(stderr: &str) -> Option<String> {
    stderr.lines().find_map(|line| {
        let rest = line.strip_prefix("error: ")?;
        if let Some(rest) = rest.strip_prefix("patch failed: ") {
            return rest.rsplit_once(':').map(|(path, _)| path.to_owned());
        }
        rest.rsplit_once(": ").map(|(path, _)| path.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::refused_path;

    #[test]
    fn gits_refusals_name_a_path() {
        for (stderr, path) in [
            (
                "error: patch failed: src/a b.rs:12\nerror: src/a b.rs: patch does not apply\n",
                "src/a b.rs",
            ),
            ("error: new.rs: already exists in index\n", "new.rs"),
        ] {
            assert_eq!(refused_path(stderr).as_deref(), Some(path));
        }
        assert_eq!(refused_path("fatal: something else\n"), None);
    }
}
