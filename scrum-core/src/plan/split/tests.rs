//! Plans of real diffs, applied with the real `git`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use crate::change::{ChangeKind, ChangeSet, Mode};
use crate::patch::{change_set, file_patches};
use crate::path::RepoPath;
use crate::plan::component::By;
use crate::plan::exclude::{ExcludeOptions, Reason};
use crate::plan::guard::{Limits, Verdict};
use crate::plan::{BundleOptions, Plan};

/// Mode and content of each file of a tree.
type Files = BTreeMap<String, (&'static str, Vec<u8>)>;

/// A repository with two commits, `base` and `head`.
struct Repo {
    folder: tempfile::TempDir,
}

impl Repo {
    fn new(base: &Files, head: &Files) -> Self {
        let repo = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        repo.git(&["init", "-q", "--bare", "."], b"");
        let mut stream = Vec::new();
        for (branch, tree) in [("base", base), ("head", head)] {
            write!(
                stream,
                "commit refs/heads/{branch}\ncommitter a <a> 0 +0000\ndata 0\n"
            )
            .unwrap();
            for (path, (mode, content)) in tree {
                let path = RepoPath::from(path.as_str()).quoted();
                if *mode == "160000" {
                    let id = String::from_utf8_lossy(content);
                    writeln!(stream, "M 160000 {id} {path}").unwrap();
                    continue;
                }
                writeln!(stream, "M {mode} inline {path}\ndata {}", content.len()).unwrap();
                stream.extend_from_slice(content);
                stream.push(b'\n');
            }
        }
        repo.git(&["fast-import", "--quiet"], &stream);
        repo
    }

    fn git(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        self.try_git(arguments, input)
            .unwrap_or_else(|error| panic!("git {arguments:?}: {error}"))
    }

    fn try_git(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
        let null = if cfg!(windows) { "NUL" } else { "/dev/null" };
        let mut child = Command::new("git")
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", null)
            .env("GIT_DIR", self.folder.path())
            .env(
                "GIT_CEILING_DIRECTORIES",
                self.folder.path().parent().unwrap_or(Path::new("/")),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that fails early closes its input; what it says then is the result.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    fn changes(&self, context: u32) -> ChangeSet {
        let context = format!("-U{context}");
        let text = self.git(
            &[
                "diff-tree",
                "-p",
                "-r",
                "--full-index",
                "--binary",
                "-M",
                &context,
                "base",
                "head",
            ],
            b"",
        );
        change_set("test", text).unwrap()
    }

    /// Applies the plan to the base tree, in order, and compares with the head tree.
    fn prove(&self, changes: &ChangeSet, plan: &Plan) -> Result<(), String> {
        self.git(&["read-tree", "base"], b"");
        let mut texts = Vec::new();
        let mut writer = crate::plan::DiffWriter::new(changes);
        for bundle in &plan.bundles {
            let mut text = Vec::new();
            writer.bundle(bundle, &mut text).unwrap();
            if text.len() as u64 != bundle.bytes {
                return Err(format!(
                    "{}: {} bytes, said {}",
                    bundle.id,
                    text.len(),
                    bundle.bytes
                ));
            }
            texts.push((bundle.id.as_str(), text));
        }
        let mut text = Vec::new();
        writer.excluded(plan, &mut text).unwrap();
        texts.push(("excluded", text));
        for (id, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
            self.try_git(&["apply", "--cached", "--whitespace=nowarn", "-"], text)
                .map_err(|error| {
                    let shown = String::from_utf8_lossy(text);
                    format!("{id}: {error}\n{shown}")
                })?;
        }
        let tree = self.git(&["write-tree"], b"");
        let head = self.git(&["rev-parse", "head^{tree}"], b"");
        if tree == head {
            return Ok(());
        }
        let tree = String::from_utf8_lossy(&tree).trim().to_owned();
        let difference = self.git(&["diff-tree", "-r", "-p", &tree, "head"], b"");
        Err(format!(
            "another tree: {}",
            String::from_utf8_lossy(&difference)
        ))
    }
}

/// Checks that `@@` lines name the place of their hunk on both sides, that added lines have their head number and, in
/// a deleted file, deleted lines their base number. git itself forgives wrong numbers as long as the text is found.
fn check_numbers(
    changes: &ChangeSet,
    plan: &Plan,
    base: &Files,
    head: &Files,
) -> Result<(), String> {
    let above = |start: u32, lines: u32| i64::from(start) - i64::from(lines > 0);
    let line = |tree: &Files, path: &RepoPath, number: u32| {
        let (_, content) = &tree[path.as_str().unwrap()];
        let mut lines = content.split(|byte| *byte == b'\n');
        lines.nth(number as usize - 1).unwrap_or_default().to_vec()
    };
    let mut writer = crate::plan::DiffWriter::new(changes);
    for piece in plan.bundles.iter().flat_map(|bundle| &bundle.pieces) {
        let change = &changes.changes()[piece.change];
        if change.binary
            || change.kind == ChangeKind::Typechange
            || change.new_mode == Some(Mode::SUBMODULE)
        {
            continue;
        }
        let mut text = Vec::new();
        writer.piece(piece, &mut text).unwrap();
        let patch = file_patches(&text).next().unwrap().unwrap();
        if patch.text.len() != text.len() || patch.hunks.len() != piece.hunks.len() {
            return Err(format!(
                "{piece:?} is not {}",
                String::from_utf8_lossy(&text)
            ));
        }
        let mut shift = 0;
        for (hunk, said) in patch.hunks.iter().zip(&piece.hunks) {
            let own = hunk.hunk;
            let (old, new) = (
                above(own.old_start, own.old_lines),
                above(own.new_start, own.new_lines),
            );
            if new - old != shift || own.new_lines != said.new_lines {
                return Err(format!(
                    "{said:?} {shift} {}",
                    String::from_utf8_lossy(&text)
                ));
            }
            shift += i64::from(own.new_lines) - i64::from(own.old_lines);
            for (at, shown) in hunk.numbered(*said) {
                let content = shown[1..].strip_suffix(b"\n").unwrap_or(&shown[1..]);
                let wrong = match shown[0] {
                    b'+' => line(head, &change.path, at.new_at) != content,
                    b'-' => line(base, change.source_path(), at.old_at) != content,
                    _ => false,
                };
                if wrong {
                    return Err(format!("{at:?} {}", String::from_utf8_lossy(&text)));
                }
            }
        }
    }
    Ok(())
}

fn split(warn: u64, fail: u64) -> BundleOptions {
    BundleOptions::default()
        .by(By::TopLevel)
        .split(true)
        .limits(Limits::new(warn, fail).unwrap())
}

fn file(content: impl Into<Vec<u8>>) -> (&'static str, Vec<u8>) {
    ("100644", content.into())
}

fn tree<const N: usize>(files: [(&str, (&'static str, Vec<u8>)); N]) -> Files {
    files
        .into_iter()
        .map(|(path, file)| (path.to_owned(), file))
        .collect()
}

/// Numbered lines with a function every ten.
fn code(lines: std::ops::Range<usize>, word: &str) -> String {
    lines
        .map(|line| match line % 10 {
            0 => format!("fn {word}_{line}() {{\n"),
            8 => "}\n".to_owned(),
            9 => "\n".to_owned(),
            _ => format!("    let {word}_{line} = {line};\n"),
        })
        .collect()
}

fn sizes(plan: &Plan) -> Vec<(String, u64)> {
    plan.bundles
        .iter()
        .map(|bundle| (bundle.id.clone(), bundle.bytes))
        .collect()
}

#[test]
fn a_large_new_file_is_cut_between_functions() {
    let repo = Repo::new(
        &Files::new(),
        &tree([("a/x.rs", file(code(0..400, "new")))]),
    );
    let changes = repo.changes(3);
    let plan = Plan::new(&changes, &split(3_000, 5_000)).unwrap();
    repo.prove(&changes, &plan).unwrap();
    let ids: Vec<_> = plan
        .bundles
        .iter()
        .map(|bundle| bundle.id.as_str())
        .collect();
    assert_eq!(ids, ["a.1", "a.2", "a.3"]);
    let (least, most) = (
        plan.bundles
            .iter()
            .map(|bundle| bundle.bytes)
            .min()
            .unwrap(),
        plan.bundles
            .iter()
            .map(|bundle| bundle.bytes)
            .max()
            .unwrap(),
    );
    assert!(most <= 3_000 && least * 3 > most * 2, "{:?}", sizes(&plan));
    let pieces: Vec<_> = plan
        .bundles
        .iter()
        .map(|bundle| &bundle.pieces[0])
        .collect();
    assert_eq!(pieces[0].kind, ChangeKind::Added);
    assert!(
        pieces[1..]
            .iter()
            .all(|piece| piece.kind == ChangeKind::Modified)
    );
    for (bundle, piece) in plan.bundles.iter().zip(&pieces).skip(1) {
        let mut text = Vec::new();
        bundle.write_diff(&changes, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(
            !text.contains("\nindex ") && !text.contains("new file"),
            "{text}"
        );
        // Three lines of what is there already, the last of them the blank one before a function.
        let hunk = piece.hunks[0];
        assert_eq!((hunk.old_lines, hunk.old_start), (0, 0));
        assert!(
            text.contains(&format!("@@ -{0},3 +{0},", hunk.new_start)),
            "{text}"
        );
        assert_eq!((hunk.new_start + 2) % 10, 0, "{hunk:?}");
        let section = format!("@@ fn new_{}() {{\n", hunk.new_start + 2 - 10);
        assert!(text.contains(&section), "{section} {text}");
    }
}

#[test]
fn a_deleted_file_keeps_base_numbers_and_goes_in_the_last_part() {
    let repo = Repo::new(&tree([("a/x", file(code(0..300, "old")))]), &Files::new());
    let changes = repo.changes(3);
    let plan = Plan::new(&changes, &split(3_000, 5_000)).unwrap();
    repo.prove(&changes, &plan).unwrap();
    let pieces: Vec<_> = plan
        .bundles
        .iter()
        .map(|bundle| &bundle.pieces[0])
        .collect();
    assert!(pieces.len() > 2);
    let mut next = 1;
    for piece in &pieces {
        assert_eq!(piece.hunks[0].old_start, next);
        next += u32::try_from(piece.deletions).unwrap();
        let last = next == 301;
        assert_eq!(piece.kind == ChangeKind::Deleted, last);
        assert_eq!(piece.new_mode.is_none(), last);
    }
    assert_eq!(next, 301);
}

#[test]
fn a_renamed_and_edited_file_with_a_new_mode_is_cut() {
    let base = code(0..200, "line");
    let head = base.replace("fn line_", "pub fn line_");
    let repo = Repo::new(
        &tree([("old dir/x y", file(base))]),
        &tree([("new dir/x y", ("100755", head.into_bytes()))]),
    );
    let changes = repo.changes(3);
    let plan = Plan::new(&changes, &split(1_500, 2_000)).unwrap();
    repo.prove(&changes, &plan).unwrap();
    let pieces: Vec<_> = plan
        .bundles
        .iter()
        .map(|bundle| &bundle.pieces[0])
        .collect();
    assert!(pieces.len() > 2);
    assert_eq!(pieces[0].kind, ChangeKind::Renamed);
    assert_eq!(pieces[0].moved_from_component.as_deref(), Some("old dir"));
    assert_ne!(pieces[0].old_mode, pieces[0].new_mode);
    assert_eq!(pieces[1].old_path, None);
    assert_eq!(pieces[1].old_mode, pieces[0].new_mode);
}

#[test]
fn ends_of_file_survive_in_every_combination() {
    let long = code(0..30, "x");
    for (old_end, new_end) in [
        ("old", "new"),
        ("old\n", "new"),
        ("old", "new\n"),
        ("same", "same"),
    ] {
        for (old, new) in [
            (
                format!("{long}{old_end}"),
                format!("{}{new_end}", code(0..30, "y")),
            ),
            (old_end.to_owned(), format!("{long}{new_end}")),
            (format!("{long}{old_end}"), new_end.to_owned()),
            (format!("{long}{old_end}"), String::new()),
            (String::new(), format!("{long}{new_end}")),
        ] {
            let repo = Repo::new(&tree([("x", file(old))]), &tree([("x", file(new))]));
            let changes = repo.changes(3);
            for warn in [300, 500] {
                let plan = Plan::new(&changes, &split(warn, 2_000)).unwrap();
                repo.prove(&changes, &plan).unwrap();
                assert!(plan.excluded.is_empty() && plan.bundles.len() > 1);
                assert!(
                    plan.bundles
                        .iter()
                        .all(|bundle| bundle.verdict == Verdict::Ok),
                    "{:?}",
                    sizes(&plan)
                );
            }
        }
    }
}

#[test]
fn a_line_above_the_warn_limit_stands_alone_and_one_above_the_fail_limit_excludes() {
    let long = |letter: &str| letter.repeat(1_500);
    let base = format!("{}{}\n{}", code(0..40, "a"), long("o"), code(40..80, "a"));
    let head = format!("{}{}\n{}", code(0..40, "b"), long("n"), code(40..80, "b"));
    let repo = Repo::new(
        &tree([("x", file(base))]),
        &tree([("x", file(head)), ("y", file("y\n"))]),
    );
    let changes = repo.changes(3);
    let cut = Plan::new(&changes, &split(1_000, 2_000)).unwrap();
    repo.prove(&changes, &cut).unwrap();
    let over: Vec<_> = cut
        .bundles
        .iter()
        .filter(|bundle| bundle.bytes > 1_000)
        .collect();
    assert_eq!(over.len(), 2, "{:?}", sizes(&cut));
    assert!(over.iter().all(|bundle| bundle.verdict == Verdict::Warn));
    assert!(cut.excluded.is_empty());

    let excluded = Plan::new(&changes, &split(1_000, 1_400)).unwrap();
    repo.prove(&changes, &excluded).unwrap();
    assert_eq!(excluded.excluded.len(), 1);
    assert_eq!(excluded.bundles.len(), 1);
    assert_eq!(excluded.bundles[0].part, None);
    let warning = excluded.warnings[0].to_string();
    assert!(warning.contains("the limit is 1400"), "{warning}");
}

/// Paths and bytes of the atoms after tests were moved to their sources.
fn beside(atoms: &[(&str, u64)], limit: u64) -> Vec<(String, u64)> {
    let paths: Vec<RepoPath> = atoms
        .iter()
        .map(|(path, _)| RepoPath::from(*path))
        .collect();
    let atoms = atoms
        .iter()
        .zip(&paths)
        .map(|((_, bytes), path)| super::Atom {
            path,
            bytes: *bytes,
            pieces: Vec::new(),
            continues: false,
        });
    super::beside_their_sources(atoms.collect(), limit)
        .into_iter()
        .map(|atom| (atom.path.to_string(), atom.bytes))
        .collect()
}

#[test]
fn tests_go_to_their_source_up_to_the_limit() {
    let atoms = [("a/x.py", 100), ("a/x_test.py", 60), ("t/test_x.py", 40)];
    for (limit, expected) in [
        (200, &[("a/x.py", 200)][..]),
        (199, &[("a/x.py", 160), ("t/test_x.py", 40)]),
        (160, &[("a/x.py", 160), ("t/test_x.py", 40)]),
        (159, &[("a/x.py", 140), ("a/x_test.py", 60)]),
        (139, &atoms),
    ] {
        let expected: Vec<(String, u64)> = expected
            .iter()
            .map(|(path, bytes)| ((*path).to_owned(), *bytes))
            .collect();
        assert_eq!(beside(&atoms, limit), expected, "{limit}");
    }
}

#[test]
fn folders_in_common() {
    for (left, right, shared) in [
        ("a", "b", 0),
        ("a/x", "a/y", 1),
        ("a/b/x", "a/b/y", 2),
        ("a/b/x", "a/bc/y", 1),
        ("ab/x", "ac/x", 0),
    ] {
        let found = super::shared_folders(&RepoPath::from(left), &RepoPath::from(right));
        assert_eq!(found, shared, "{left} {right}");
    }
}

#[test]
fn parts_end_between_folders() {
    let text = "diff --git a/x b/x\nold mode 100644\nnew mode 100755\n";
    let changes = change_set("test", text.as_bytes().to_vec()).unwrap();
    for (paths, expected) in [
        (["a/x/1", "a/x/2", "a/x/3", "a/y/1", "a/y/2"], [3, 2]),
        (["a/x/1", "a/x/2", "a/y/1", "a/y/2", "a/y/3"], [2, 3]),
        (["a/x/1", "a/x/2", "a/x/3", "b", "c"], [3, 2]),
    ] {
        let paths = paths.map(RepoPath::from);
        let run = paths.iter().map(|path| super::Atom {
            path,
            bytes: 100,
            pieces: vec![super::Piece::whole(0, &changes.changes()[0])],
            continues: false,
        });
        let found: Vec<usize> = super::parts(run.collect(), 300)
            .iter()
            .map(Vec::len)
            .collect();
        assert_eq!(found, expected, "{paths:?}");
    }
}

#[test]
fn a_file_whose_header_is_too_long_to_repeat_stays_whole_up_to_the_fail_limit() {
    let path = format!("{}x", "n/".repeat(2500));
    let lines = format!("+{}\n", "a".repeat(998)).repeat(100);
    let text = format!(
        "diff --git a/{path} b/{path}\nnew file mode 100644\nindex 0000000..2222222\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,100 @@\n{lines}"
    );
    let changes = change_set("test", text.into_bytes()).unwrap();
    let bytes = changes.changes()[0].bytes;
    for (fail, kept) in [(bytes, 1), (bytes - 1, 0)] {
        let plan = Plan::new(&changes, &split(21_500, fail)).unwrap();
        assert_eq!((plan.bundles.len(), plan.excluded.len()), (kept, 1 - kept));
    }
}

/// What cutting the only file of a patch leads to.
fn cut_only(text: &str, warn: u64, fail: u64) -> super::Pieces {
    let changes = change_set("test", text.as_bytes().to_vec()).unwrap();
    super::cut_file(&changes, 0, &mut Vec::new(), &split(warn, fail)).unwrap()
}

#[test]
fn a_submodule_is_not_cut_and_a_header_may_have_the_fail_limit() {
    let text = |mode: &str| {
        format!(
            "diff --git a/x b/x\nindex 1111111..2222222 {mode}\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-Subproject commit {}\n+Subproject commit {}\n",
            "1".repeat(40),
            "2".repeat(40)
        )
    };
    assert!(cut_only(&text("160000"), 10, 9000).unwrap().is_none());
    assert_eq!(
        cut_only(&text("100644"), 10, 9000).unwrap().unwrap().len(),
        2
    );
    // The header has 65 bytes. With the limit at that, a piece is what is too large.
    let bytes = |fail| match cut_only(&text("100644"), 10, fail) {
        Err(Reason::TooLarge { bytes, .. }) => bytes,
        other => panic!("{other:?}"),
    };
    assert_eq!(bytes(64), 65);
    assert!(bytes(65) > 65);
}

#[test]
fn whole_files_are_never_cut_and_tests_stay_beside_their_sources() {
    let mut head = Files::new();
    for name in ["a", "b", "c", "d", "e", "f"] {
        head.insert(format!("m/src/{name}.py"), file(code(0..20, name)));
        head.insert(format!("m/tests/test_{name}.py"), file(code(0..20, name)));
    }
    let repo = Repo::new(&Files::new(), &head);
    let changes = repo.changes(3);
    let plan = Plan::new(&changes, &split(3_000, 5_000).divide(false)).unwrap();
    repo.prove(&changes, &plan).unwrap();
    assert!(plan.bundles.len() > 1);
    for bundle in &plan.bundles {
        assert!(bundle.pieces.iter().all(|piece| piece.cut.is_none()));
        let mut names: Vec<_> = bundle
            .pieces
            .iter()
            .map(|piece| {
                changes.changes()[piece.change]
                    .path
                    .display()
                    .replace("test_", "")
            })
            .map(|path| path.rsplit('/').next().unwrap_or_default().to_owned())
            .collect();
        names.sort();
        assert!(names.chunks(2).all(|pair| pair[0] == pair[1]), "{names:?}");
    }
}

#[test]
fn a_unit_is_never_divided() {
    let base = tree([("a", file(code(0..100, "a"))), ("z", file("z\n"))]);
    let mut head = tree([("z", file("y\n"))]);
    for name in ["x", "y"] {
        head.insert(format!("a/{name}"), file(code(0..100, name)));
    }
    let repo = Repo::new(&base, &head);
    let changes = repo.changes(3);
    let plan = Plan::new(&changes, &split(1_000, 2_000)).unwrap();
    repo.prove(&changes, &plan).unwrap();
    let unit = plan
        .bundles
        .iter()
        .find(|bundle| bundle.component == "a")
        .unwrap();
    assert_eq!((unit.pieces.len(), unit.part), (3, None));
    assert_eq!(unit.verdict, Verdict::Fail);
}

#[test]
fn headers_that_leave_no_room_exclude_the_file() {
    let name = "\u{1}".repeat(200);
    let path = format!("d/{name}");
    let repo = Repo::new(
        &tree([(path.as_str(), file(code(0..50, "a")))]),
        &tree([(path.as_str(), file(code(0..50, "b")))]),
    );
    let changes = repo.changes(3);
    let plan = Plan::new(&changes, &split(1_000, 2_000)).unwrap();
    repo.prove(&changes, &plan).unwrap();
    assert!(plan.bundles.is_empty());
    assert_eq!(plan.excluded.len(), 1);
}

#[test]
fn carriage_returns_and_form_feeds_are_only_bytes() {
    let lines = |word: &str| -> String {
        (0..80)
            .map(|line| match line % 4 {
                0 => format!("{word} {line}\r\n"),
                1 => format!("{word}\r{line}\n"),
                2 => format!("\u{c}{word} {line}\n"),
                _ => "\r\n".to_owned(),
            })
            .collect()
    };
    let repo = Repo::new(
        &tree([("x", file(lines("old")))]),
        &tree([("x", file(lines("new")))]),
    );
    let changes = repo.changes(3);
    let plan = Plan::new(&changes, &split(500, 900)).unwrap();
    repo.prove(&changes, &plan).unwrap();
    assert!(plan.bundles.len() > 3);
}

const PATHS: [&str; 14] = [
    "a",
    "a/x",
    "a/x/y",
    "a/z.rs",
    "a/z_test.rs",
    "b",
    "b/x",
    "b/Cargo.lock",
    "b b/q\"\\",
    "c/deep/er/f",
    "c/deep/g",
    "d\tt/\u{e9}",
    "a-b/x",
    "e.png",
];

fn line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => "[a-d]{0,3}".prop_map(String::into_bytes),
        4 => "(    )?(let|fn|\\}) [a-z]{0,20};".prop_map(String::into_bytes),
        1 => Just(b"--- a/x".to_vec()),
        1 => Just(b"@@ -1 +1 @@".to_vec()),
        1 => Just(b"\\ No newline at end of file".to_vec()),
        1 => "[a-z]{0,4}\r".prop_map(String::into_bytes),
        1 => "[a-z]{1,2}\r[a-z]{1,2}".prop_map(String::into_bytes),
        1 => (50_usize..400).prop_map(|length| vec![b'w'; length]),
        1 => Just(vec![0xff, 0xfe, 0x0c]),
    ]
}

/// A text, with or without a line feed at its end; rarely a binary file.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let text = (
        prop::collection::vec(line(), 0..60),
        prop::bool::weighted(0.7),
    )
        .prop_map(|(lines, ends)| {
            let mut text = lines.join(&b'\n');
            if ends && !text.is_empty() {
                text.push(b'\n');
            }
            text
        });
    prop_oneof![
        9 => text,
        1 => prop::collection::vec(any::<u8>(), 1..80).prop_map(|mut bytes| { bytes.push(0); bytes }),
    ]
}

#[derive(Debug, Clone)]
enum LineEdit {
    Keep,
    Delete,
    Rewrite(Vec<u8>),
    /// Lines at a place, as thousandths of the file: how many go, and which come.
    Lines(Vec<(usize, usize, Vec<Vec<u8>>)>),
    Move(usize, Vec<(usize, usize, Vec<Vec<u8>>)>),
    Executable,
    Link,
    Module,
}

fn line_edits() -> impl Strategy<Value = Vec<(usize, usize, Vec<Vec<u8>>)>> {
    prop::collection::vec(
        (
            0_usize..1000,
            0_usize..8,
            prop::collection::vec(line(), 0..8),
        ),
        0..5,
    )
}

fn edit() -> impl Strategy<Value = LineEdit> {
    prop_oneof![
        2 => Just(LineEdit::Keep),
        2 => Just(LineEdit::Delete),
        2 => content().prop_map(LineEdit::Rewrite),
        6 => line_edits().prop_map(LineEdit::Lines),
        3 => (0..PATHS.len(), line_edits()).prop_map(|(path, edits)| LineEdit::Move(path, edits)),
        1 => Just(LineEdit::Executable),
        1 => Just(LineEdit::Link),
        1 => Just(LineEdit::Module),
    ]
}

fn edited(content: &[u8], edits: &[(usize, usize, Vec<Vec<u8>>)]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = content
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    for (place, gone, new) in edits {
        let at = (lines.len() * place / 1000).min(lines.len());
        let end = (at + gone).min(lines.len());
        lines.splice(at..end, new.iter().cloned());
    }
    lines.join(&b'\n')
}

/// Puts a file in, and out of its way what cannot stand beside it.
fn put(tree: &mut Files, path: &str, file: (&'static str, Vec<u8>)) {
    let inside = |outer: &str, inner: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    tree.retain(|other, _| !inside(other, path) && !inside(path, other));
    tree.insert(path.to_owned(), file);
}

fn trees() -> impl Strategy<Value = (Files, Files)> {
    let files = prop::collection::vec((0..PATHS.len(), content(), edit()), 1..9);
    let new = prop::collection::vec((0..PATHS.len(), content()), 0..4);
    (files, new).prop_map(|(files, new)| {
        let mut base = Files::new();
        for (path, content, _) in &files {
            put(&mut base, PATHS[*path], file(content.clone()));
        }
        let mut head = base.clone();
        for (path, _, edit) in files {
            let path = PATHS[path];
            let Some((_, content)) = base.get(path).cloned() else {
                continue;
            };
            match edit {
                LineEdit::Keep => {}
                LineEdit::Delete => {
                    head.remove(path);
                }
                LineEdit::Rewrite(content) => put(&mut head, path, file(content)),
                LineEdit::Lines(edits) => put(&mut head, path, file(edited(&content, &edits))),
                LineEdit::Move(to, edits) => {
                    head.remove(path);
                    put(&mut head, PATHS[to], file(edited(&content, &edits)));
                }
                LineEdit::Executable => put(&mut head, path, ("100755", content)),
                LineEdit::Link => put(&mut head, path, ("120000", b"a/target".to_vec())),
                LineEdit::Module => put(
                    &mut head,
                    path,
                    ("160000", "1234567890".repeat(4).into_bytes()),
                ),
            }
        }
        for (path, content) in new {
            put(&mut head, PATHS[path], file(content));
        }
        (base, head)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_plan_of_any_edit_gives_the_head_tree(
        (base, head) in trees(),
        warn in prop_oneof![200_u64..600, 600_u64..4_000],
        above in 0_u64..1_500,
        context in 1_u32..5,
        by in prop_oneof![Just(By::TopLevel), Just(By::Workspace)],
        split in prop::bool::weighted(0.8),
        pack: bool,
        lock_files: bool,
    ) {
        let repo = Repo::new(&base, &head);
        let changes = repo.changes(context);
        let limits = Limits::new(warn, warn + above).unwrap();
        let options = BundleOptions::default()
            .by(by)
            .pack(pack)
            .split(split)
            .context(context)
            .limits(limits)
            .exclude(ExcludeOptions::default().lock_files(lock_files));
        let plan = Plan::new(&changes, &options).unwrap();
        if let Err(error) = repo.prove(&changes, &plan) {
            prop_assert!(false, "{}", error);
        }
        if let Err(error) = check_numbers(&changes, &plan, &base, &head) {
            prop_assert!(false, "{}", error);
        }

        // Every line of every change stands in exactly one place.
        let mut lines: Vec<_> = changes
            .changes()
            .iter()
            .map(|change| (change.additions, change.deletions))
            .collect();
        for excluded in &plan.excluded {
            lines[excluded.change] = (0, 0);
        }
        for piece in plan.bundles.iter().flat_map(|bundle| &bundle.pieces) {
            let (additions, deletions) = &mut lines[piece.change];
            *additions -= piece.additions;
            *deletions -= piece.deletions;
        }
        prop_assert!(lines.iter().all(|left| *left == (0, 0)), "{:?}", lines);

        // Above the warn limit are only what cannot be divided and single lines with what they need around them.
        for bundle in plan.bundles.iter().filter(|bundle| split && bundle.bytes > warn) {
            for piece in &bundle.pieces {
                let change = &changes.changes()[piece.change];
                let unit = change.binary || change.kind == ChangeKind::Typechange || bundle.pieces.len() > 1;
                prop_assert!(unit || piece.additions + piece.deletions <= 2, "{} {:?}", bundle.id, piece);
            }
        }
    }
}
