//! A temporary repository for one proof.
//!
//! It contains only the base side of the wave's files. Using the user's objects for everything would be simpler but
//! wrong for two reasons: if an object already exists, git updates the time of its file, and `git apply` takes the
//! result of a binary patch from the objects without reading the patch.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::error::{Context as _, Result, failure};
use crate::git;

/// A bare repository in a temporary folder, with an index of its own.
#[derive(Debug)]
pub(crate) struct Scratch {
    folder: TempDir,
    /// The user's object folders, in the form of git's environment variable.
    alternates: OsString,
}

/// Which objects a command sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScratchObjects {
    /// Those of the scratch repository.
    Own,
    /// Also the user's. Only for commands that write no objects.
    Borrowed,
}

/// Why git did not apply a patch.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The path that git names, where it names one.
    pub(crate) path: Option<String>,
    pub(crate) reason: String,
}

impl Scratch {
    /// Creates the repository. `id_length` is the length of an object id in hex, which determines the object format.
    pub(crate) fn new(objects: &[PathBuf], id_length: usize) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("scrum-verify-")
            .tempdir()
            .context("no temporary folder can be made")?;
        let mut alternates = OsString::new();
        for objects in objects {
            let objects = objects
                .canonicalize()
                .with_context(|| format!("{} cannot be found", objects.display()))?;
            if !alternates.is_empty() {
                alternates.push(if cfg!(windows) { ";" } else { ":" });
            }
            alternates.push(quoted_alternate(&objects));
        }
        let scratch = Self { folder, alternates };
        let format = if id_length == 64 { "sha256" } else { "sha1" };
        let format = format!("--object-format={format}");
        scratch.run(&["init", "-q", "--bare", "--template=", &format, "."], None)?;
        Ok(scratch)
    }

    /// The folder of its own objects.
    pub(crate) fn objects(&self) -> PathBuf {
        self.folder.path().join("objects")
    }

    /// Copies the trees of the base, and the files at these paths.
    pub(crate) fn copy_base(&self, base: &str, paths: &HashSet<Vec<u8>>) -> Result<()> {
        let args = ["ls-tree", "-r", "-t", "-z", "--full-tree", base];
        let listing = self.borrowing(&args, None)?.stdout;
        let mut wanted = format!("{base}\n").into_bytes();
        // `<mode> <type> <id>`, a tab, then the path.
        for entry in listing.split(|byte| *byte == 0) {
            let Some(tab) = entry.iter().position(|byte| *byte == b'\t') else {
                continue;
            };
            let about = String::from_utf8_lossy(&entry[..tab]);
            let id = match about.split(' ').collect::<Vec<_>>()[..] {
                [_, "tree", id] => id,
                [_, "blob", id] if paths.contains(&entry[tab + 1..]) => id,
                _ => continue,
            };
            wanted.extend_from_slice(id.as_bytes());
            wanted.push(b'\n');
        }
        // An empty tree need not exist as an object.
        if listing.is_empty() {
            return Ok(());
        }
        let args = ["pack-objects", "-q", "--window=0", "objects/pack/pack"];
        self.borrowing(&args, Some(&wanted)).map(drop)
    }

    /// The expected tree: the head's, or with a pathspec the base's with the matching paths of the head.
    pub(super) fn target(&self, base: &str, head: &str, pathspec: &[String]) -> Result<String> {
        if pathspec.is_empty() {
            return Ok(head.to_owned());
        }
        self.read_tree(base)?;
        let mut args = vec!["diff-tree", "-r", "-z", "--no-renames", base, head, "--"];
        args.extend(pathspec.iter().map(String::as_str));
        let raw = self.borrowing(&args, None)?.stdout;
        // `:<old mode> <new mode> <old id> <new id> <status>`, then the path.
        let mut removed = Vec::new();
        let mut set = Vec::new();
        let mut fields = raw.split(|byte| *byte == 0);
        while let (Some(about), Some(path)) = (fields.next(), fields.next()) {
            let about = String::from_utf8_lossy(about);
            let words: Vec<&str> = about.split(' ').collect();
            let [_, mode, _, id, _] = words[..] else {
                return Err(failure(format!("git diff-tree printed `{about}`")));
            };
            // `0` removes the path from the index. Removals must come before additions that take their place.
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

    pub(crate) fn read_tree(&self, tree: &str) -> Result<()> {
        self.run(&["read-tree", tree], None).map(drop)
    }

    /// Takes files out of the index.
    pub(crate) fn remove(&self, paths: &BTreeSet<Vec<u8>>) -> Result<()> {
        let entries = paths
            .iter()
            .map(|path| [b"0 ", &[b'0'; 40][..], b"\t", path, b"\0"].concat());
        let entries: Vec<u8> = entries.flatten().collect();
        self.run(&["update-index", "-z", "--index-info"], Some(&entries))
            .map(drop)
    }

    pub(crate) fn write_tree(&self) -> Result<String> {
        // Files that the wave does not touch were not copied.
        let output = self.run(&["write-tree", "--missing-ok"], None)?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Applies a patch to the index.
    pub(crate) fn apply(&self, patch: &[u8], without_context: bool) -> Result<Result<(), Refusal>> {
        let mut args = vec!["apply", "--cached", "--whitespace=nowarn", "--allow-empty"];
        // Without context, git needs an option to accept hunks anywhere. The tree id is checked in the end.
        if without_context {
            args.push("--unidiff-zero");
        }
        args.push("-");
        let output = self.output(ScratchObjects::Own, &args, Some(patch))?;
        if output.status.success() {
            return Ok(Ok(()));
        }
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(Err(Refusal {
            path: refused_path(&stderr),
            reason: stderr.trim_end().to_owned(),
        }))
    }

    /// Mode and content of a file of the base. `None` for what is no file there.
    pub(super) fn base_file(&self, base: &str, path: &str) -> Result<Option<(String, Vec<u8>)>> {
        let pathspec = format!(":(top,literal){path}");
        let args = ["ls-tree", "-z", "--full-tree", base, "--", &pathspec];
        let listing = self.run(&args, None)?.stdout;
        let about = String::from_utf8_lossy(&listing).into_owned();
        let words: Vec<&str> = about.split([' ', '\t']).collect();
        let [mode, "blob", id, ..] = words[..] else {
            return Ok(None);
        };
        let content = self.run(&["cat-file", "blob", id], None)?.stdout;
        Ok(Some((mode.to_owned(), content)))
    }

    /// Puts a file into the index.
    pub(super) fn put(&self, mode: &str, path: &str, content: &[u8]) -> Result<()> {
        let args = ["hash-object", "-w", "--no-filters", "--stdin"];
        let output = self.run(&args, Some(content))?;
        let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let line = format!("{mode} {id}\t{path}\0");
        self.run(
            &["update-index", "-z", "--index-info"],
            Some(line.as_bytes()),
        )
        .map(drop)
    }

    /// The first path in which two trees differ.
    pub(super) fn first_difference(&self, one: &str, two: &str) -> Result<Option<String>> {
        let args = [
            "diff-tree",
            "-r",
            "-z",
            "--no-renames",
            "--name-only",
            one,
            two,
        ];
        let output = self.borrowing(&args, None)?;
        let first = output
            .stdout
            .split(|byte| *byte == 0)
            .next()
            .unwrap_or_default();
        let path = scrum_core::path::RepoPath::new(first);
        Ok((!first.is_empty()).then(|| path.to_text().0))
    }

    /// Runs a command that cannot see the user's repository.
    fn run(&self, args: &[&str], stdin: Option<&[u8]>) -> Result<Output> {
        successful(args, self.output(ScratchObjects::Own, args, stdin)?)
    }

    /// Runs a command that reads the user's objects.
    fn borrowing(&self, args: &[&str], stdin: Option<&[u8]>) -> Result<Output> {
        successful(args, self.output(ScratchObjects::Borrowed, args, stdin)?)
    }

    fn output(
        &self,
        objects: ScratchObjects,
        args: &[&str],
        stdin: Option<&[u8]>,
    ) -> Result<Output> {
        let mut command = Command::new("git");
        let nowhere = if cfg!(windows) { "NUL" } else { "/dev/null" };
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        if objects == ScratchObjects::Borrowed {
            command.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &self.alternates);
        }
        command
            .current_dir(self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", nowhere)
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            // The objects are temporary.
            .args(["-c", "core.looseCompression=1", "-c", "core.fsync=none"])
            .args(args);
        git::output(&mut command, stdin, "verify")
    }
}

fn successful(args: &[&str], output: Output) -> Result<Output> {
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(failure(format!(
            "git {} failed: {}",
            args[0],
            stderr.trim_end()
        )));
    }
    Ok(output)
}

/// A folder as an entry of `GIT_ALTERNATE_OBJECT_DIRECTORIES`: in C-style quotes if it contains a separator, a quote or
/// a comment character.
fn quoted_alternate(folder: &Path) -> OsString {
    const SPECIAL: [char; 5] = ['"', '#', ':', ';', '\n'];
    let Some(text) = folder.to_str() else {
        return folder.as_os_str().to_owned();
    };
    // `C:\` is no separator on Windows, where the separator is `;`.
    let special = if cfg!(windows) {
        &SPECIAL[3..]
    } else {
        &SPECIAL[..]
    };
    if !text.contains(special) {
        return text.into();
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted.into()
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
    use std::path::Path;

    use super::{quoted_alternate, refused_path};

    #[cfg(unix)]
    #[test]
    fn a_folder_that_looks_like_two_is_quoted() {
        for (folder, entry) in [
            ("/plain folder/objects", "/plain folder/objects"),
            ("/one:two/objects", "\"/one:two/objects\""),
            ("/a\"b\\c\nd", "\"/a\\\"b\\\\c\\nd\""),
        ] {
            assert_eq!(quoted_alternate(Path::new(folder)), entry);
        }
    }

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
