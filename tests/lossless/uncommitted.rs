//! Random repositories in whatever state git allows: what is bundled of a range, of the index and of the work tree is what
//! `git diff` prints, byte for byte. A seed says everything, so a failure can be repeated.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::check::{bundle, same_lines, verify};
use crate::fixture::EMPTY_TREE;
use crate::place::Place;
use crate::random::{self, Dice, Tree, content, edit, flags, head, history, put};
use crate::sections::sections;
use crate::wave::Wave;

/// Names that a shell, a pathspec, a terminal or another file system reads otherwise.
const ODD_NAMES: [&[u8]; 24] = [
    b"-x",
    b"--",
    b":x",
    b":(glob)x",
    b"*",
    b"a[b]",
    b"!x",
    b"#x",
    b"@",
    b"HEAD",
    b"{a,b}",
    b"a => b",
    b" x",
    b"x ",
    b"x\r",
    b"\x1b[31m",
    b"\xe2\x80\xaex",
    b"e\xcc\x81",
    b"con:x",
    b"a\\b",
    b"%41",
    b".x",
    b"dev/null",
    b"a/b ",
];

/// What the attributes are given to.
const PATTERNS: [&str; 11] = [
    "*", "*.rs", "a", "/a", "a/*", "b/**", "**/c", "src", "*\\ *", "\"x y\"", "[a-b]",
];
const ATTRIBUTES: [&str; 19] = [
    "-diff",
    "diff",
    "!diff",
    "diff=rust",
    "diff=cpp",
    "diff=python",
    "diff=markdown",
    "diff=nobody",
    "binary",
    "text",
    "-text",
    "text=auto",
    "eol=crlf",
    "eol=lf",
    "ident",
    "linguist-generated",
    "linguist-vendored=true",
    "whitespace=cr-at-eol",
    "mine",
];

/// What the user has in `~/.gitconfig` changes no patch.
const USER: [(&str, &str); 12] = [
    ("diff.noprefix", "true"),
    ("diff.mnemonicPrefix", "true"),
    ("diff.algorithm", "patience"),
    ("diff.context", "7"),
    ("diff.interHunkContext", "9"),
    ("diff.renames", "copies"),
    ("diff.suppressBlankEmpty", "true"),
    ("diff.ignoreSubmodules", "all"),
    ("diff.relative", "true"),
    ("diff.wsErrorHighlight", "all"),
    ("color.ui", "always"),
    ("core.quotePath", "false"),
];

/// What the repository has in `.git/config` may decide how files are read.
const REPOSITORY: [(&str, &str); 6] = [
    ("core.autocrlf", "true"),
    ("core.autocrlf", "input"),
    ("core.fileMode", "false"),
    ("core.untrackedCache", "true"),
    ("core.trustctime", "false"),
    ("index.version", "4"),
];

/// A repository, and the dice that decide what becomes of it.
struct Case {
    place: Place,
    dice: Dice,
}

impl Case {
    fn new(seed: u64) -> Self {
        let mut case = Self {
            place: Place::repository(),
            dice: Dice::new(seed ^ 0x5eed_0020),
        };
        let mut base = Tree::new();
        for _ in 0..3 + case.dice.below(20) {
            let (path, file) = (case.path(), random::file(&mut case.dice));
            put(&mut base, path, file);
        }
        case.attributes(&mut base);
        let mut head = head(&mut case.dice, &base);
        if case.dice.one_in(3) {
            case.attributes(&mut head);
        }
        history(&case.place, &base, &head);
        case.configure();
        case.git(&["reset", "-q", "--hard", "head"]);
        case
    }

    /// A path, now and then an odd one.
    fn path(&mut self) -> Vec<u8> {
        let path = random::path(&mut self.dice);
        match self.dice.below(8) {
            0 => self
                .dice
                .pick(&ODD_NAMES.each_ref().map(|name| *name))
                .to_vec(),
            1 => [
                self.dice.pick(&ODD_NAMES.each_ref().map(|name| *name)),
                b"/",
                &path,
            ]
            .concat(),
            _ => path,
        }
    }

    fn attributes(&mut self, tree: &mut Tree) {
        for place in [
            &b".gitattributes"[..],
            b"a/.gitattributes",
            b"src/.gitattributes",
        ] {
            if self.dice.one_in(2) {
                let text = self.attribute_lines();
                put(tree, place.to_vec(), ("100644", text));
            }
        }
    }

    fn attribute_lines(&mut self) -> Vec<u8> {
        let mut text = b"[attr]mine -diff linguist-vendored\n".to_vec();
        for _ in 0..self.dice.below(4) {
            let (pattern, attribute) = (self.dice.pick(&PATTERNS), self.dice.pick(&ATTRIBUTES));
            writeln!(text, "{pattern} {attribute}").unwrap();
        }
        text
    }

    fn configure(&mut self) {
        let global = self.place.beside("home").join(".gitconfig");
        for (key, value) in USER {
            if self.dice.one_in(4) {
                self.git(&["config", "--file", global.to_str().unwrap(), key, value]);
            }
        }
        if self.dice.one_in(2) {
            let (key, value) = REPOSITORY[self.dice.below(REPOSITORY.len())];
            self.git(&["config", key, value]);
        }
        if self.dice.one_in(3) {
            self.place
                .write(".git/info/exclude", "ignored\n*.a\n/b/x y\n");
        }
    }

    /// git without the user's settings. What it refuses, it refuses.
    fn git(&self, args: &[&str]) -> Option<Vec<u8>> {
        let args: Vec<&[u8]> = args.iter().map(|arg| arg.as_bytes()).collect();
        self.git_with(&args, b"")
    }

    fn git_with(&self, args: &[&[u8]], stdin: &[u8]) -> Option<Vec<u8>> {
        run(
            self.plain_git()
                .args(args.iter().map(|arg| OsStr::from_bytes(arg))),
            stdin,
        )
    }

    fn plain_git(&self) -> Command {
        let mut git = self.place.git_command();
        git.env("GIT_CONFIG_GLOBAL", "/dev/null");
        // In UTF-8 the languages' rules for functions pass over lines that are not.
        git.env("LC_ALL", "C");
        git.arg("--literal-pathspecs");
        git
    }

    fn at(&self, path: &[u8]) -> PathBuf {
        self.place.path().join(OsStr::from_bytes(path))
    }

    /// A path of the index, or one that is new.
    fn any_path(&mut self) -> Vec<u8> {
        let listed = self.git(&["ls-files", "-z"]).unwrap();
        let paths: Vec<&[u8]> = listed
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty())
            .collect();
        if paths.is_empty() || self.dice.one_in(6) {
            return self.path();
        }
        paths[self.dice.below(paths.len())].to_vec()
    }

    /// Writes a file of the work tree, whatever is there.
    fn write(&self, path: &[u8], content: &[u8]) {
        let path = self.at(path);
        self.clear(&path);
        let _ = fs::write(path, content);
    }

    /// Makes room for a file.
    fn clear(&self, path: &Path) {
        let top = self.place.path();
        for folder in path
            .ancestors()
            .skip(1)
            .take_while(|folder| **folder != top)
        {
            if fs::symlink_metadata(folder).is_ok_and(|at| !at.is_dir()) {
                let _ = fs::remove_file(folder);
            }
        }
        let _ = fs::create_dir_all(path.parent().unwrap());
        if fs::symlink_metadata(path).is_ok_and(|at| at.is_dir()) {
            let _ = fs::remove_dir_all(path);
        } else {
            let _ = fs::remove_file(path);
        }
    }

    fn blob(&mut self) -> String {
        let content = content(&mut self.dice);
        let id = self.git_with(&[b"hash-object", b"-w", b"--stdin"], &content);
        String::from_utf8(id.unwrap()).unwrap().trim().to_owned()
    }

    /// One thing that a person or a program may do to the index or the work tree.
    fn act(&mut self) {
        let path = self.any_path();
        // Attributes in conflict are git's own matter: it takes those of one side.
        let is_attributes = path.ends_with(b".gitattributes");
        match self.dice.below(24) {
            0..=3 => {
                let old = fs::read(self.at(&path)).unwrap_or_default();
                let new = edit(&mut self.dice, &old);
                self.write(&path, &new);
            }
            4 => {
                let new = content(&mut self.dice);
                self.write(&path, &new);
            }
            5..=7 => {
                self.git_with(&[b"add", b"-A", b"--", &path], b"");
            }
            8 => self.clear(&self.at(&path)),
            9 => {
                self.git_with(&[b"rm", b"-q", b"-r", b"--cached", b"--", &path], b"");
            }
            10 => {
                let to = self.path();
                let _ = fs::create_dir_all(self.at(&to).parent().unwrap());
                self.git_with(&[b"mv", b"-k", b"-f", b"--", &path, &to], b"");
            }
            11 => {
                // A move that the index does not know of.
                let to = self.path();
                let to = self.at(&to);
                self.clear(&to);
                let _ = fs::rename(self.at(&path), to);
            }
            12 => {
                let new = content(&mut self.dice);
                self.write(&path, &new);
                self.git_with(&[b"add", b"-N", b"--", &path], b"");
            }
            13 => {
                let mode = if self.dice.one_in(2) { 0o755 } else { 0o644 };
                if fs::symlink_metadata(self.at(&path)).is_ok_and(|at| at.is_file()) {
                    let _ = fs::set_permissions(self.at(&path), fs::Permissions::from_mode(mode));
                }
            }
            14 => {
                let mode: &[u8] = if self.dice.one_in(2) {
                    b"--chmod=+x"
                } else {
                    b"--chmod=-x"
                };
                self.git_with(&[b"update-index", mode, b"--", &path], b"");
            }
            15 => {
                let at = self.at(&path);
                self.clear(&at);
                let _ = symlink(format!("to/{}", self.dice.below(9)), at);
            }
            16 => {
                let inside = [&path, &b"/"[..], b"inside"].concat();
                let new = content(&mut self.dice);
                self.write(&inside, &new);
            }
            17 | 18 if !is_attributes => self.conflict(&path),
            19 => {
                let bit = [
                    "--assume-unchanged",
                    "--skip-worktree",
                    "--no-assume-unchanged",
                    "--no-skip-worktree",
                ];
                let bit = self.dice.pick(&bit);
                self.git_with(&[b"update-index", bit.as_bytes(), b"--", &path], b"");
            }
            20 => {
                let entry = format!("160000 {:040x}\t", self.dice.below(1000) + 1);
                let entry = [entry.as_bytes(), &path, b"\0"].concat();
                self.git_with(
                    &[
                        b"update-index",
                        b"-z",
                        b"--add",
                        b"--replace",
                        b"--index-info",
                    ],
                    &entry,
                );
            }
            21 => self.submodule(&path),
            22 => {
                let folder = ["", "a/", "src/"][self.dice.below(3)];
                let text = self.attribute_lines();
                self.write(format!("{folder}.gitattributes").as_bytes(), &text);
            }
            _ => {
                let id = self.blob();
                let entry = [b"100644 ", id.as_bytes(), b"\t", &path, b"\0"].concat();
                self.git_with(
                    &[
                        b"update-index",
                        b"-z",
                        b"--add",
                        b"--replace",
                        b"--index-info",
                    ],
                    &entry,
                );
            }
        }
    }

    /// Some of the three stages of a path, as a merge leaves them.
    fn conflict(&mut self, path: &[u8]) {
        let mut entries = removed(path);
        let stages = 1 + self.dice.below(7);
        for stage in (1..=3).filter(|stage| stages & (1 << (stage - 1)) != 0) {
            let mode = self.dice.pick(&["100644", "100755", "120000"]);
            let id = self.blob();
            write!(entries, "{mode} {id} {stage}\t").unwrap();
            entries.extend_from_slice(path);
            entries.push(0);
        }
        self.git_with(&[b"update-index", b"-z", b"--index-info"], &entries);
    }

    /// A repository of its own in the work tree, at another commit than the index says.
    fn submodule(&mut self, path: &[u8]) {
        let at = self.at(path);
        self.clear(&at);
        let (moved, dirty) = (self.dice.one_in(2), self.dice.one_in(2));
        let commit = |subject: &str| {
            let mut git = self.plain_git();
            git.arg("-C").arg(&at);
            run(
                git.args(["commit", "-q", "--allow-empty", "-m", subject]),
                b"",
            )
        };
        let mut git = self.plain_git();
        run(
            git.args(["init", "-q", "-b", "main", "--template="])
                .arg(&at),
            b"",
        );
        commit("First");
        self.git_with(&[b"add", b"-f", b"--", path], b"");
        if moved {
            commit("Second");
        }
        if dirty {
            let _ = fs::write(at.join("dirty"), "x");
        }
    }

    /// The trees that are compared, made without anything that scrum does for it.
    fn trees(&self, mode: &str) -> [String; 2] {
        let tree = |name: &str| {
            text(
                self.git(&["rev-parse", &format!("{name}^{{tree}}")])
                    .unwrap(),
            )
        };
        if let Some((base, head)) = mode.split_once("..") {
            return [tree(base), tree(head)];
        }
        let index = self.place.beside("index");
        let own = self.place.path().join(".git/index");
        fs::copy(&own, &index).unwrap();
        // An index that is newer than its files is believed.
        let modified = fs::metadata(&own).unwrap().modified().unwrap();
        let copy = fs::File::options().write(true).open(&index).unwrap();
        copy.set_modified(modified).unwrap();
        let git = |args: &[&str], stdin: &[u8]| {
            let mut git = self.plain_git();
            git.env("GIT_INDEX_FILE", &index);
            run(git.args(["-c", "core.safecrlf=false"]).args(args), stdin).unwrap()
        };
        if mode == "--staged" {
            // What is in conflict is not staged: it is what HEAD has, unless something else takes its place.
            let unmerged = unmerged(&git(&["ls-files", "-u", "-z"], b""));
            let entries: Vec<u8> = unmerged.iter().flat_map(|path| removed(path)).collect();
            git(&["update-index", "-z", "--index-info"], &entries);
            let staged = text(git(&["write-tree"], b""));
            let staged = git(&["ls-tree", "-r", "-z", "--name-only", &staged], b"");
            for path in unmerged {
                let nested = |other: &[u8]| {
                    let (short, long) = if other.len() < path.len() {
                        (other, &path[..])
                    } else {
                        (&path[..], other)
                    };
                    !other.is_empty()
                        && long
                            .strip_prefix(short)
                            .is_some_and(|rest| rest.starts_with(b"/"))
                };
                if !staged.split(|byte| *byte == 0).any(nested) {
                    let mut at_head = self.plain_git();
                    at_head
                        .args(["ls-tree", "-z", "HEAD", "--"])
                        .arg(OsStr::from_bytes(&path));
                    git(
                        &["update-index", "-z", "--index-info"],
                        &run(&mut at_head, b"").unwrap(),
                    );
                }
            }
        } else {
            // A repository in the work tree that is no submodule is left out. `git add -N .` would take out what is gone.
            let untracked = git(&["ls-files", "-o", "--exclude-standard", "-z"], b"");
            let paths = untracked.split_inclusive(|byte| *byte == 0);
            let paths: Vec<&[u8]> = paths.filter(|path| !path.ends_with(b"/\0")).collect();
            if !paths.is_empty() {
                let from_stdin = ["--pathspec-from-file=-", "--pathspec-file-nul"];
                git(&[&["add", "-N"], &from_stdin[..]].concat(), &paths.concat());
            }
            // `git add` would not look again at files whose attributes alone have changed, so the patch decides.
            let diff = [
                "diff",
                "--full-index",
                "--binary",
                "--no-renames",
                "--ignore-submodules=dirty",
            ];
            let patch = git(
                &[&diff[..], &["--diff-filter=u", "HEAD", "--"]].concat(),
                b"",
            );
            git(&["read-tree", "HEAD"], b"");
            git(
                &["apply", "--cached", "--whitespace=nowarn", "--allow-empty"],
                &patch,
            );
        }
        [tree("HEAD"), text(git(&["write-tree"], b""))]
    }

    /// The sections that git prints, sorted: bundles are in an order of their own.
    ///
    /// Whether a file is text or binary may not be decided by a change of `.gitattributes` that is itself under review, so
    /// an attribute that is not the same at both ends counts as none.
    fn due(&self, [base, head]: &[String; 2], context: &str) -> Vec<Vec<u8>> {
        let diff = |source: &str, args: &[&str]| {
            let mut git = self.plain_git();
            git.env("GIT_ATTR_SOURCE", source);
            git.args(["diff", "-M"]).args(args).args([base, head, "--"]);
            run(&mut git, b"").unwrap()
        };
        let context = format!("-U{context}");
        let patch = |source| {
            let patch = diff(source, &["--full-index", "--binary", &context]);
            let all: Vec<_> = sections(&patch).into_iter().map(<[u8]>::to_vec).collect();
            all
        };
        let raw = diff(head, &["--raw", "-z"]);
        let mut fields = raw.split(|byte| *byte == 0);
        // Of each section its path at the base and at the head.
        let mut paths: Vec<(&[u8], &[u8])> = Vec::new();
        while let (Some(about), Some(old)) = (fields.next(), fields.next()) {
            let status = about.rsplit(|byte| *byte == b' ').next().unwrap()[0];
            let new = if status == b'R' {
                fields.next().unwrap()
            } else {
                old
            };
            // A type change is a deletion and an addition.
            for _ in 0..if status == b'T' { 2 } else { 1 } {
                paths.push((old, new));
            }
        }
        let (ours, without) = (patch(head), patch(EMPTY_TREE));
        assert_eq!((ours.len(), without.len()), (paths.len(), paths.len()));
        let before = self.diff_attribute(base, paths.iter().map(|(old, _)| *old));
        let after = self.diff_attribute(head, paths.iter().map(|(_, new)| *new));
        let mut due: Vec<_> = (ours.into_iter().zip(without).enumerate())
            .map(|(at, (ours, without))| {
                let is_changed = before[at] != after[at] && after[at] != "unspecified";
                if is_changed { without } else { ours }
            })
            .collect();
        due.sort();
        due
    }

    /// Whether `diff` is set or unset.
    fn diff_attribute<'a>(
        &self,
        tree: &str,
        paths: impl Iterator<Item = &'a [u8]>,
    ) -> Vec<&'static str> {
        let source = format!("--source={tree}");
        let args = [
            &b"check-attr"[..],
            b"-z",
            b"--stdin",
            source.as_bytes(),
            b"diff",
        ];
        let paths: Vec<&[u8]> = paths.flat_map(|path| [path, b"\0"]).collect();
        let found = self.git_with(&args, &paths.concat()).unwrap();
        let values = found.split(|byte| *byte == 0).skip(2).step_by(3);
        let known = |value: &[u8]| match value {
            b"set" => "set",
            b"unset" => "unset",
            _ => "unspecified",
        };
        values.map(known).collect()
    }

    fn prove(&mut self, mode: &str, seed: u64) {
        let flags = flags(&mut self.dice);
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let given = flags.iter().position(|flag| *flag == "--context");
        // git's patch of the index or the work tree has its usual context.
        let context = given.map_or("3", |at| flags[at + 1]);
        let what = format!("seed {seed}: scrum bundle {mode} {}", flags.join(" "));
        // What a failing thread printed says which seed to try again.
        eprintln!("{what}");
        let trees = self.trees(mode);
        let due = self.due(&trees, context);
        let index = fs::read(self.place.path().join(".git/index")).ok();
        if due.is_empty() {
            let run = self.place.scrum(&["bundle", mode, "-q"]);
            assert_eq!(run.code, 0, "{what}: {}", run.all());
            assert!(!self.place.path().join(".scrum").exists(), "{what}");
            return;
        }
        let whole = bundle(&self.place, mode, &flags);
        assert_eq!(whole.manifest["range"]["head_tree"], trees[1], "{what}");
        same_sections(&shown(&whole), &due, &what);
        verify(&self.place, &whole, &what);
        let lines = whole.lines();
        let cut = bundle(&self.place, mode, &[&flags[..], &["--split"]].concat());
        verify(&self.place, &cut, &what);
        same_lines(&cut.lines(), &lines, &what);
        let after = fs::read(self.place.path().join(".git/index")).ok();
        assert!(index == after, "{what}: the index is another one");
    }
}

/// What a command prints; `None` if it fails.
fn run(command: &mut Command, stdin: &[u8]) -> Option<Vec<u8>> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails may not read at all.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let output = child.wait_with_output().unwrap();
    if !output.status.success() && std::env::var_os("SCRUM_RANDOM_TRACE").is_some() {
        eprintln!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    output.status.success().then_some(output.stdout)
}

/// Whether the sections differ in that a binary patch has the content where git has a delta. libgit2 takes a delta only if
/// it is shorter than the content deflated as well as can be, git if it is shorter than the content deflated quickly.
fn is_longer_binary(is: &[u8], due: &[u8]) -> bool {
    let header = |section: &[u8]| {
        let text = String::from_utf8_lossy(section);
        let header = text.split_once("\nGIT binary patch\n");
        header.map(|(header, data)| (header.to_owned(), data.contains("delta ")))
    };
    let (is_header, due_header) = (header(is), header(due));
    is_header
        .zip(due_header)
        .is_some_and(|(is, due)| is.0 == due.0 && due.1)
}

fn text(output: Vec<u8>) -> String {
    String::from_utf8(output).unwrap().trim().to_owned()
}

/// What takes a path out of the index, for `git update-index --index-info`.
fn removed(path: &[u8]) -> Vec<u8> {
    [b"0 ", &[b'0'; 40][..], b"\t", path, b"\0"].concat()
}

/// The paths of `git ls-files -u -z`.
fn unmerged(listing: &[u8]) -> BTreeSet<Vec<u8>> {
    let entries = listing.split(|byte| *byte == 0);
    let paths = entries.filter_map(|entry| entry.splitn(2, |byte| *byte == b'\t').nth(1));
    paths.map(<[u8]>::to_vec).collect()
}

/// All sections of a wave, the excluded ones too, sorted.
fn shown(wave: &Wave) -> Vec<Vec<u8>> {
    let patches = wave.patches().into_iter().flat_map(|(_, text)| text);
    let patches: Vec<u8> = patches.collect();
    let mut sections: Vec<_> = sections(&patches).into_iter().map(as_git).collect();
    sections.sort();
    sections
}

/// A symbolic link that moves from where a folder comes says its mode, without which `git apply` refuses it. git leaves it
/// out.
fn as_git(section: &[u8]) -> Vec<u8> {
    let says_mode = |line: &&[u8]| {
        line.starts_with(b"index ") && line.ends_with(b" 120000\n") && line[6..46] == line[48..88]
    };
    let lines = section.split_inclusive(|byte| *byte == b'\n');
    lines
        .filter(|line| !says_mode(line))
        .collect::<Vec<_>>()
        .concat()
}

#[track_caller]
fn same_sections(is: &[Vec<u8>], due: &[Vec<u8>], what: &str) {
    let differ = |(is, due): (&Vec<u8>, &Vec<u8>)| is != due && !is_longer_binary(is, due);
    if is.len() == due.len() && !is.iter().zip(due).any(differ) {
        return;
    }
    let show = |all: &[Vec<u8>], others: &[Vec<u8>]| -> String {
        let others: BTreeSet<_> = others.iter().collect();
        let own = all
            .iter()
            .filter(|section| !others.contains(section))
            .take(3);
        own.map(|section| {
            section[..section.len().min(1500)]
                .escape_ascii()
                .to_string()
                .replace("\\n", "\n")
        })
        .collect()
    };
    panic!(
        "{what}\n--- only in the wave\n{}\n--- only in git's\n{}",
        show(is, due),
        show(due, is)
    );
}

fn prove(seed: u64) {
    let mut case = Case::new(seed);
    let _keep = std::env::var_os("SCRUM_RANDOM_KEEP").map(|to| Keep(case.place.beside(""), to));
    case.prove("base..head", seed);
    for _ in 0..case.dice.below(30) {
        case.act();
    }
    case.prove("--staged", seed);
    case.prove("--uncommitted", seed);
}

/// Where a repository is copied if its case fails.
struct Keep(PathBuf, OsString);

impl Drop for Keep {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = Command::new("cp")
                .arg("-a")
                .arg(&self.0)
                .arg(&self.1)
                .status();
        }
    }
}

/// Cases for each of the tests below; more of them with `SCRUM_RANDOM_CASES=1000 cargo test --test lossless uncommitted`.
/// `SCRUM_RANDOM_FIRST=500` begins there; `SCRUM_RANDOM_KEEP=FOLDER` keeps the repository of a case that fails.
fn cases() -> std::ops::Range<u64> {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|asked| asked.parse::<u64>().ok())
    };
    let first = number("SCRUM_RANDOM_FIRST").unwrap_or(0);
    first..first + number("SCRUM_RANDOM_CASES").unwrap_or(6)
}

#[test]
fn random_work_trees_of_even_seeds() {
    cases().for_each(|n| prove(2 * n));
}

#[test]
fn random_work_trees_of_odd_seeds() {
    cases().for_each(|n| prove(2 * n + 1));
}
