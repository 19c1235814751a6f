//! Writes the index or the work tree as a tree that can be compared with `HEAD`.
//!
//! The patch of `git diff HEAD` is applied to the tree of `HEAD` in a scratch repository. So git itself handles filters
//! (`text`, `eol`, `ident`, LFS), modes, links and conflicts, and nothing is written into the user's repository: git
//! reads a copy of its index, and the objects of the new tree are in the scratch repository.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use scrum_core::git::{EMPTY_TREE, Repository};
use scrum_core::patch::file_patches;
use scrum_core::path::RepoPath;
use scrum_core::range::RangeSpec;
use scrum_core::size::counted;

use crate::error::{CommandError, Context as _, Result, failure, usage_error};
use crate::git;
use crate::verify::scratch::Scratch;
use crate::verify::{PIECE_BYTES, pieces};

/// git knows it even if no repository stores it.
const EMPTY_BLOB: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

/// Which part of the uncommitted work is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The index.
    Staged,
    /// The work tree, with or without untracked files.
    Uncommitted { untracked: bool },
}

/// The index or the work tree, written as a tree. Its objects are deleted with this value.
#[derive(Debug)]
pub(crate) struct UncommittedSnapshot {
    scratch: Scratch,
    /// What is compared.
    pub(crate) spec: RangeSpec,
    /// Warnings about differences between the tree and what the user might expect.
    pub(crate) warnings: Vec<String>,
    /// What was left out on request.
    pub(crate) notes: Vec<String>,
}

impl UncommittedSnapshot {
    /// Uses the files that match the pathspecs, which are relative to the top folder. Untracked files below `out`
    /// belong to the wave.
    pub(crate) fn take(
        kind: Kind,
        repository: &Repository,
        pathspec: &[String],
        out: Option<&Path>,
    ) -> Result<Self> {
        let top = repository.top().ok_or_else(|| {
            usage_error("a bare repository has no work tree and no index")
                .hint("name a range: `scrum bundle main...BRANCH`")
        })?;
        let folder = tempfile::Builder::new()
            .prefix("scrum-index-")
            .tempdir()
            .context("no temporary folder can be made")?;
        let mut git = Git {
            git_dir: repository.git_dir(),
            top,
            index: None,
            pathspec,
        };
        let index = folder.path().join("index");
        git.copy_index(&index)?;
        git.index = Some(index);

        let unmerged = git.unmerged()?;
        let mut warnings: Vec<String> = Vec::new();
        let mut notes = Vec::new();
        if let Kind::Uncommitted { untracked } = kind {
            // git refuses to look into a submodule that became a symbolic link, and compares all the same.
            match git.dirty_submodules() {
                Ok(dirty) => warnings.extend(dirty),
                Err(error) => warnings.push(format!(
                    "uncommitted work inside submodules is not looked for: {}",
                    error.sentence()
                )),
            }
            let (files, nested) = git.untracked(out)?;
            if untracked {
                git.track(&files)?;
                warnings.extend(nested.iter().map(|path| {
                    format!(
                        "`{path}` is a repository of its own and not a submodule; it is left out"
                    )
                }));
            } else {
                notes.push(format!(
                    "{} left out",
                    counted(files.len(), "untracked file")
                ));
            }
        }
        let head = git.run(&["rev-parse", "-q", "--verify", "HEAD^{commit}"], None);
        let base = match head {
            Ok(_) => "HEAD",
            // There is no commit yet.
            Err(_) => EMPTY_TREE,
        };
        let tree = match git.run(&["rev-parse", "-q", "--verify", "HEAD^{tree}"], None) {
            Ok(tree) => String::from_utf8_lossy(&tree).trim().to_owned(),
            Err(_) => EMPTY_TREE.to_owned(),
        };
        let patch = git.diff(kind, base)?;
        let scratch = Scratch::new(&repository.object_folders(), tree.len())?;
        let (tree, replaced) = apply(&scratch, &tree, &patch, &unmerged)?;
        warnings.extend(unmerged.iter().map(|path| {
            let what = match kind {
                Kind::Uncommitted { .. } => {
                    "it is taken as it is on disk, conflict markers included"
                }
                Kind::Staged if replaced.contains(path) => "and what is staged takes its place",
                Kind::Staged => "so nothing of it is staged; it is left out",
            };
            format!("`{}` is in conflict, {what}", shown(path))
        }));
        let name = match kind {
            Kind::Staged => "staged",
            Kind::Uncommitted { .. } => "uncommitted",
        };
        Ok(Self {
            scratch,
            spec: RangeSpec::Uncommitted {
                name: name.to_owned(),
                base: base.to_owned(),
                tree,
            },
            warnings,
            notes,
        })
    }

    /// The folder with the objects of the tree that are not in the repository.
    pub(crate) fn objects(&self) -> PathBuf {
        self.scratch.objects()
    }
}

/// Applies git's own patch to a tree. Returns the tree that it makes, and which paths in conflict had to go because the
/// patch makes a folder of them, or a file of a folder around them.
fn apply(
    scratch: &Scratch,
    base: &str,
    patch: &[u8],
    unmerged: &BTreeSet<Vec<u8>>,
) -> Result<(String, BTreeSet<Vec<u8>>)> {
    let mut paths = HashSet::new();
    for file in file_patches(patch) {
        let change = file
            .map_err(|error| unreadable(&error.to_string()))?
            .change();
        paths.insert(change.path.as_bytes().to_vec());
    }
    scratch.copy_base(base, &paths)?;
    scratch.read_tree(base)?;
    let replaced: BTreeSet<Vec<u8>> = (unmerged.iter())
        .filter(|path| !paths.contains(*path))
        .filter(|path| {
            paths
                .iter()
                .any(|other| contains(path, other) || contains(other, path))
        })
        .cloned()
        .collect();
    scratch.remove(&replaced)?;
    for piece in pieces(patch, PIECE_BYTES).map_err(|error| unreadable(&error.to_string()))? {
        if let Err(refusal) = scratch.apply(&piece, false)? {
            return Err(unreadable(&refusal.reason));
        }
    }
    Ok((scratch.write_tree()?, replaced))
}

/// Whether one path lies below another one.
fn contains(folder: &[u8], path: &[u8]) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.starts_with(b"/"))
}

fn unreadable(reason: &str) -> CommandError {
    failure(format!(
        "what `git diff HEAD` prints does not apply to HEAD: {reason}"
    ))
    .hint("`git diff HEAD | scrum bundle --diff -` takes the patch as it is")
}

/// A git command in the user's repository, with a copy of the index.
struct Git<'a> {
    git_dir: &'a Path,
    top: &'a Path,
    index: Option<PathBuf>,
    pathspec: &'a [String],
}

impl Git<'_> {
    /// Copies the index that git would use; a hook may have set `GIT_INDEX_FILE`.
    fn copy_index(&self, to: &Path) -> Result<()> {
        let named = self.run(&["rev-parse", "--git-path", "index"], None)?;
        let index = self.top.join(path_of(trimmed(&named)));
        // A new repository without staged files has no index.
        if !index.exists() {
            return Ok(());
        }
        let copied = || -> std::io::Result<()> {
            let modified = std::fs::metadata(&index)?.modified()?;
            std::fs::copy(&index, to)?;
            // git trusts an entry only if its file is older than the index, so the copy needs the same time.
            std::fs::File::options()
                .write(true)
                .open(to)?
                .set_modified(modified)
        };
        copied().with_context(|| format!("{} cannot be copied", index.display()))
    }

    /// The paths in conflict.
    fn unmerged(&self) -> Result<BTreeSet<Vec<u8>>> {
        let listed = self.limited(&["ls-files", "-u", "-z"])?;
        let paths =
            fields(&listed).filter_map(|entry| entry.splitn(2, |byte| *byte == b'\t').nth(1));
        Ok(paths.map(<[u8]>::to_vec).collect())
    }

    /// Lists the submodules with changes of their own, which a superproject's diff cannot show.
    fn dirty_submodules(&self) -> Result<Vec<String>> {
        let status = [
            "status",
            "--porcelain=v2",
            "-z",
            "-uno",
            "--no-renames",
            "--ignore-submodules=none",
        ];
        let listed = self.limited(&status)?;
        let mut warnings = Vec::new();
        for entry in fields(&listed) {
            // `1 XY SUB …` and `u XY SUB …`; SUB is `N...`, or `S` with `M` and `U` for changed and untracked files.
            let words: Vec<&[u8]> = entry.splitn(9, |byte| *byte == b' ').collect();
            let [b"1", _, sub, .., path] = words[..] else {
                continue;
            };
            if sub.first() == Some(&b'S') && (sub.contains(&b'M') || sub.contains(&b'U')) {
                warnings.push(format!(
                    "the submodule `{0}` has uncommitted work of its own, which is left out; `scrum -C {0} bundle \
                     --uncommitted` takes it",
                    shown(path)
                ));
            }
        }
        Ok(warnings)
    }

    /// Untracked files that are not ignored, and the repositories among them.
    fn untracked(&self, out: Option<&Path>) -> Result<(Vec<Vec<u8>>, Vec<String>)> {
        let listed = self.limited(&["ls-files", "-o", "--exclude-standard", "-z"])?;
        // The wave of an earlier run may be in the work tree.
        let own = out.and_then(|out| {
            let out = std::path::absolute(out).ok()?;
            let top = self.top.canonicalize().ok()?;
            let below = out.strip_prefix(top).or(out.strip_prefix(self.top)).ok()?;
            Some(below.to_path_buf())
        });
        let is_own = |path: &[u8]| {
            own.as_ref()
                .is_some_and(|own| path_of(path).starts_with(own))
        };
        let (nested, files): (Vec<&[u8]>, Vec<&[u8]>) = fields(&listed)
            .filter(|path| !is_own(path))
            .partition(|path| path.ends_with(b"/"));
        Ok((
            files.into_iter().map(<[u8]>::to_vec).collect(),
            nested.into_iter().map(shown).collect(),
        ))
    }

    /// Adds files to the copy of the index. The entries have no time, so git examines the files.
    fn track(&self, files: &[Vec<u8>]) -> Result<()> {
        let mut entries = Vec::new();
        for file in files {
            entries.extend_from_slice(format!("100644 {EMPTY_BLOB}\t").as_bytes());
            entries.extend_from_slice(file);
            entries.push(0);
        }
        self.run(&["update-index", "-z", "--index-info"], Some(&entries))
            .map(drop)
    }

    /// The patch of the uncommitted work.
    fn diff(&self, kind: Kind, base: &str) -> Result<Vec<u8>> {
        let mut args = vec![
            "-c",
            "core.safecrlf=false",
            "diff",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--no-renames",
            "--no-relative",
            "--full-index",
            "--binary",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--submodule=short",
            "--ignore-submodules=dirty",
            "--inter-hunk-context=0",
            "-U3",
            "-O/dev/null",
            // For a file in conflict, git prints an extra line that is not part of the patch.
            "--diff-filter=u",
        ];
        if kind == Kind::Staged {
            args.push("--cached");
        }
        args.push(base);
        self.limited(&args)
    }

    /// Runs git on the requested paths.
    fn limited(&self, args: &[&str]) -> Result<Vec<u8>> {
        let mut args = args.to_vec();
        args.push("--");
        args.extend(self.pathspec.iter().map(String::as_str));
        self.run(&args, None)
    }

    fn run(&self, args: &[&str], stdin: Option<&[u8]>) -> Result<Vec<u8>> {
        let mut command = Command::new("git");
        if let Some(index) = &self.index {
            command.env("GIT_INDEX_FILE", index);
        }
        command
            .current_dir(self.top)
            // The paths in a hook's variables may be relative to another folder.
            .env("GIT_DIR", self.git_dir)
            .env("GIT_WORK_TREE", self.top)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("LC_ALL", "C")
            .env_remove("GIT_EXTERNAL_DIFF")
            .env_remove("GIT_DIFF_OPTS")
            .env_remove("GIT_LITERAL_PATHSPECS")
            .args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=true"])
            .args(["-c", "core.splitIndex=false"])
            .args(args);
        let output = git::output(&mut command, stdin, "uncommitted work")?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        let name = args
            .iter()
            .find(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
        let name = name.unwrap_or(&"");
        Err(failure(format!("git {name} failed: {}", stderr.trim_end())))
    }
}

/// The fields of a listing with `-z`.
fn fields(listing: &[u8]) -> impl Iterator<Item = &[u8]> {
    listing
        .split(|byte| *byte == 0)
        .filter(|field| !field.is_empty())
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

fn shown(path: &[u8]) -> String {
    RepoPath::new(path).display()
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(bytes.to_vec()).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    OsString::from(String::from_utf8_lossy(bytes).into_owned()).into()
}
