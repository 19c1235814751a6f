//! The text of patches is git's, and nothing but the objects of the range decides it.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fs, thread};

use scrum_core::change::{ChangeKind, ChangeSet};
use scrum_core::control::{Cancel, Control, Stage};
use scrum_core::git::{DiffOptions, GitError};

use crate::sandbox::{Sandbox, assert_same, text};

fn lines(from: usize, to: usize) -> String {
    (from..to).map(|n| format!("line {n}\n")).collect()
}

/// Every hard case that one pair of trees can hold.
fn hard_cases() -> (Sandbox, String, String) {
    let mut repo = Sandbox::new();
    let executable = |repo: &Sandbox, path: &str| {
        let path = repo.path().join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    };
    let gitlink = |repo: &Sandbox, path: &str, digit: &str| {
        let entry = format!("160000,{},{path}", digit.repeat(40));
        repo.git(["update-index", "--add", "--cacheinfo", &entry]);
    };
    let noise = |seed: u64| -> Vec<u8> {
        let mut state = seed;
        let next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 56) as u8
        };
        std::iter::repeat_with(next).take(3000).collect()
    };
    repo.write("moved/edited.txt", lines(0, 40));
    repo.write("moved/same.txt", lines(50, 90));
    repo.write("moved/binary.bin", [&noise(1)[..], &[0]].concat());
    repo.write("still/deep/deeper/file", "x\n");
    // Its name comes back with less of its content than another file has.
    repo.write("named/only-once.txt", lines(100, 130));
    repo.write("mode.sh", "echo\n");
    repo.write("mode-and-text.sh", lines(0, 5));
    repo.write("becomes-link", "target");
    symlink("somewhere", repo.path().join("becomes-file")).unwrap();
    symlink("old", repo.path().join("link")).unwrap();
    symlink("moved", repo.path().join("link-moves")).unwrap();
    repo.write("file-then-folder", lines(0, 9));
    repo.write("folder-then-file/inside", lines(10, 19));
    repo.write("empty-gone", "");
    repo.write("binary-gone.bin", b"\0gone");
    repo.write("binary-edited.bin", [&[0], &noise(2)[..]].concat());
    repo.write("no-newline", "a\nb");
    repo.write("newline-comes", "a\nb");
    repo.write("newline-goes", "a\nb\n");
    repo.write("crlf", "a\r\nb\r\nc\r\n");
    repo.write("lone-cr", "a\rb\rc\n");
    repo.write("a/b/c", "a\n");
    repo.write("b/b", "b\n");
    repo.write("- dash", "x\n");
    repo.write("sp ace", "x\n");
    repo.write("quo\"te", "x\n");
    repo.write("t\tab", "x\n");
    repo.write("new\nline", "x\n");
    repo.write("back\\slash", "x\n");
    repo.write("\u{fc}ml\u{e4}ut gone", "x\n");
    repo.write(b"not\xffutf8", "x\n");
    repo.write("Case", "case\n");
    let mut function = format!("fn {} \u{e9}\u{e9}\u{e9}\n", "x".repeat(72));
    function += &format!("  {}\n", lines(0, 9).replace('\n', "\n  "));
    repo.write("function.txt", &function);
    let spaced = format!("fn {} x\n{}", "x".repeat(76), function.split_off(80));
    repo.write("spaced.txt", &spaced);
    repo.write(
        "code.rs",
        format!("mod a {{\n    fn inner() {{\n{}", "        x;\n".repeat(9)),
    );
    repo.write("forced.txt", "a\nb\n");
    repo.write("forced-gone.txt", "");
    repo.write(".gitattributes", "*.rs diff=rust\nforced*.txt -diff\n");
    repo.git(["add", "-A"]);
    for (path, digit) in [
        ("sub/gone", "1"),
        ("sub/edited", "2"),
        ("sub/file", "3"),
        ("sub/moves", "4"),
    ] {
        gitlink(&repo, path, digit);
    }
    let base = repo.commit_index("base");

    fs::rename(repo.path().join("moved"), repo.path().join("elsewhere")).unwrap();
    repo.write("elsewhere/edited.txt", lines(3, 41));
    executable(&repo, "elsewhere/binary.bin");
    repo.remove("named");
    repo.write("other/only-once.txt", lines(100, 119));
    repo.write("other/better.txt", lines(100, 122));
    executable(&repo, "mode.sh");
    executable(&repo, "mode-and-text.sh");
    repo.write("mode-and-text.sh", lines(1, 6));
    for path in [
        "becomes-link",
        "becomes-file",
        "link",
        "file-then-folder",
        "folder-then-file",
    ] {
        repo.remove(path);
    }
    symlink("target", repo.path().join("becomes-link")).unwrap();
    symlink("new", repo.path().join("link")).unwrap();
    fs::rename(repo.path().join("link-moves"), repo.path().join("a/link")).unwrap();
    repo.write("becomes-file", "somewhere");
    repo.write("file-then-folder/inside", lines(0, 8));
    repo.write("folder-then-file", lines(10, 18));
    repo.remove("empty-gone");
    repo.remove("forced-gone.txt");
    repo.write("forced-comes.txt", "");
    repo.remove("binary-gone.bin");
    repo.write("empty-comes", "");
    repo.write("binary-comes.bin", b"\0comes");
    repo.write(
        "binary-edited.bin",
        [&[0], &noise(2)[..1500], b"edit", &noise(2)[1500..]].concat(),
    );
    repo.write("no-newline", "a\nc");
    repo.write("newline-comes", "a\nb\n");
    repo.write("newline-goes", "a\nb");
    repo.write("crlf", "a\r\nB\r\nc\r\n");
    repo.write("lone-cr", "a\rB\rc\n");
    repo.write("a/b/c", "A\n");
    repo.write("b/b", "B\n");
    for path in [
        "- dash",
        "sp ace",
        "quo\"te",
        "t\tab",
        "new\nline",
        "back\\slash",
    ] {
        repo.write(path, "y\n");
    }
    repo.write(b"not\xffutf8", "y\n");
    repo.remove("\u{fc}ml\u{e4}ut gone");
    repo.remove("Case");
    repo.write("case", "case\n");
    repo.write("function.txt", function.replace("line 8", "line eight"));
    for path in ["function.txt", "spaced.txt"] {
        let old = fs::read_to_string(repo.path().join(path)).unwrap();
        repo.write(path, old.replace("line 8", "line eight"));
    }
    repo.write(
        "code.rs",
        format!(
            "mod a {{\n    fn inner() {{\n{}y;\n",
            "        x;\n".repeat(8)
        ),
    );
    repo.write("forced.txt", "a\nc\n");
    repo.git(["add", "-A"]);
    repo.git(["update-index", "--force-remove", "sub/gone", "sub/moves"]);
    gitlink(&repo, "sub/edited", "5");
    gitlink(&repo, "sub/comes", "6");
    gitlink(&repo, "sub/moved-here", "4");
    repo.git(["update-index", "--force-remove", "sub/file"]);
    let blob = repo.git(["rev-parse", "HEAD:b/b"]);
    repo.git([
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("100644,{blob},sub/file"),
    ]);
    let head = repo.commit_index("head");
    (repo, base, head)
}

#[test]
fn hard_cases_are_written_as_git_writes_them() {
    let (repo, base, head) = hard_cases();
    for (from, to) in [(&base, &head), (&head, &base)] {
        // Attributes of both ends are the same, so it does not matter which git looks at.
        let set = repo.changes(&format!("{from}..{to}"));
        assert_same(&text(&set), &repo.git_diff(from, to, &[]));
    }
    let set = repo.changes(&format!("{base}..{head}"));
    let kind = |path: &str| {
        set.changes()
            .iter()
            .find(|c| c.path.display() == path)
            .map(|c| c.kind)
    };
    assert_eq!(kind("becomes-link"), Some(ChangeKind::Typechange));
    assert_eq!(kind("sub/file"), Some(ChangeKind::Typechange));
    assert_eq!(kind("sub/moved-here"), Some(ChangeKind::Renamed));
    assert_eq!(kind("elsewhere/edited.txt"), Some(ChangeKind::Renamed));
    assert_eq!(kind("other/better.txt"), Some(ChangeKind::Renamed));
    assert_eq!(kind("other/only-once.txt"), Some(ChangeKind::Added));
    let binary: Vec<_> = set
        .changes()
        .iter()
        .filter(|c| c.binary)
        .map(|c| c.path.display())
        .collect();
    let expected = [
        "binary-comes.bin",
        "binary-edited.bin",
        "binary-gone.bin",
        "forced.txt",
    ];
    assert_eq!(binary, expected);
}

#[test]
fn hunks_and_counts_are_those_of_the_text() {
    let (repo, base, head) = hard_cases();
    let set = repo.changes(&format!("{base}..{head}"));
    let mut patch = Vec::new();
    for (index, change) in set.changes().iter().enumerate() {
        set.read_patch(index, &mut patch).unwrap();
        let marked = |mark: u8| {
            let lines = patch
                .split(|&b| b == b'\n')
                .filter(|l| l.first() == Some(&mark));
            lines
                .filter(|l| !l.starts_with(b"---") && !l.starts_with(b"+++"))
                .count() as u64
        };
        let starts = patch.windows(5).filter(|w| w == b"\n@@ -").count();
        if !change.binary {
            assert_eq!(
                (marked(b'-'), marked(b'+')),
                (change.deletions, change.additions)
            );
            assert_eq!(starts, change.hunks.len(), "{}", change.path);
        }
    }
    let new = set
        .changes()
        .iter()
        .find(|c| c.path.display() == "file-then-folder/inside");
    // Eight of nine lines of the old file: found again under the new name.
    assert_eq!(
        new.unwrap().old_path.as_ref().unwrap().display(),
        "file-then-folder"
    );
}

#[test]
fn nothing_but_the_trees_decides_the_text() {
    let (repo, base, head) = hard_cases();
    let range = format!("{base}..{head}");
    let before = text(&repo.changes(&range));
    for (key, value) in [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.context", "0"),
        ("diff.interHunkContext", "9"),
        ("diff.algorithm", "patience"),
        ("diff.indentHeuristic", "false"),
        ("diff.renames", "false"),
        ("diff.renameLimit", "1"),
        ("diff.rust.xfuncname", "^nothing$"),
        ("core.quotePath", "false"),
        ("core.bigFileThreshold", "1"),
        ("core.autocrlf", "true"),
        ("core.attributesFile", "../attributes"),
    ] {
        repo.git(["config", key, value]);
    }
    fs::write(repo.beside("attributes"), "* -diff\n").unwrap();
    fs::create_dir_all(repo.path().join(".git/info")).unwrap();
    fs::write(repo.path().join(".git/info/attributes"), "* -diff\n").unwrap();
    repo.write(".gitattributes", "* -diff diff=cpp\n");
    repo.write("b/b", "dirty\n");
    repo.git(["add", "b/b", ".gitattributes"]);
    assert_same(&text(&repo.changes(&range)), &before);
    for jobs in [1, 2, 7] {
        let options = DiffOptions::default().jobs(Some(jobs));
        let set = repo.changes_with(&range, &options);
        assert_same(&text(&set), &before);
    }
}

#[test]
fn a_bare_clone_and_a_linked_work_tree_say_the_same() {
    let (repo, base, head) = hard_cases();
    let range = format!("{base}..{head}");
    let before = text(&repo.changes(&range));
    let (bare, linked) = (repo.beside("bare"), repo.beside("linked"));
    repo.git(["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    repo.git([
        "worktree",
        "add",
        "-q",
        "--detach",
        linked.to_str().unwrap(),
        &base,
    ]);
    for (path, has_top) in [(bare, false), (linked, true)] {
        let other = scrum_core::git::Repository::discover(&path).unwrap();
        assert_eq!(other.top().is_some(), has_top);
        let set = other
            .changes(&range.parse().unwrap(), &DiffOptions::default())
            .unwrap();
        assert_same(&text(&set), &before);
    }
}

/// Random pairs of trees whose files move, merge, split and change, built by one `git fast-import`.
#[test]
fn random_changes_are_those_of_git() {
    let repo = Sandbox::new();
    let mut state = 42u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut stream = String::new();
    let mut files: Vec<(String, Vec<String>)> = Vec::new();
    let rounds = 40;
    for round in 0..rounds {
        for _ in 0..4 {
            let count = random(30);
            let body = (0..count).map(|_| format!("{}{}", " ".repeat(random(4)), random(12)));
            let body = body.collect();
            files.push((format!("d{}/f{}", random(3), random(40)), body));
        }
        for _ in 0..6 {
            let at = random(files.len());
            match random(5) {
                0 => {
                    files.remove(at);
                }
                1 => files[at].0 = format!("d{}/f{}", random(4), random(40)),
                2 => {
                    let (_, body) = files[at].clone();
                    files.push((format!("e{}/g{}", random(3), random(9)), body));
                }
                _ => {
                    let body = &mut files[at].1;
                    let line = random(body.len() + 1);
                    if random(2) == 0 && line < body.len() {
                        body.remove(line);
                    } else {
                        body.insert(line, random(12).to_string());
                    }
                }
            }
            if files.is_empty() {
                files.push(("only".to_owned(), Vec::new()));
            }
        }
        stream += &format!(
            "commit refs/heads/main\ncommitter A <a> {} +0000\n",
            1_700_000_000 + round
        );
        stream += "data 1\nx\ndeleteall\n";
        for (path, body) in &files {
            let body: String = body.iter().map(|line| format!("{line}\n")).collect();
            stream += &format!("M 100644 inline {path}\ndata {}\n{body}\n", body.len());
        }
    }
    repo.git_in(repo.path(), ["fast-import", "--quiet"], stream.as_bytes());
    let ids = repo.git(["rev-list", "--reverse", "main"]);
    let ids: Vec<&str> = ids.lines().collect();
    assert_eq!(ids.len(), rounds);
    for pair in ids.windows(4) {
        let set = repo.changes(&format!("{}..{}", pair[0], pair[3]));
        assert_same(&text(&set), &repo.git_diff(pair[0], pair[3], &[]));
    }
}

#[test]
fn context_and_pathspec_are_gits() {
    let (repo, base, head) = hard_cases();
    let range = format!("{base}..{head}");
    for context in [0, 1, 8] {
        let options = DiffOptions::default().context(context);
        let ours = text(&repo.changes_with(&range, &options));
        assert_same(
            &ours,
            &repo.git_diff(&base, &head, &[&format!("-U{context}")]),
        );
    }
    for specs in [
        &["elsewhere"][..],
        &["moved", "elsewhere"],
        &["*.txt"],
        &[":(glob)*.txt"],
        &[".", ":!sub", ":^*.bin"],
        &["a/", "b"],
        &["[a-c]*"],
        &["file-then-folder"],
    ] {
        let pathspec = specs.iter().map(|&s| s.to_owned()).collect();
        let options = DiffOptions::default().pathspec(pathspec);
        let set = repo.changes_with(&range, &options);
        assert!(!set.changes().is_empty(), "{specs:?}");
        let more = [&["--"], specs].concat();
        assert_same(&text(&set), &repo.git_diff(&base, &head, &more));
        assert_eq!(
            set.tree.len(),
            repo.git(["ls-tree", "-r", &head]).lines().count()
        );
    }
}

#[test]
fn attributes_come_from_both_trees() {
    let mut repo = Sandbox::new();
    for path in ["gen.rs", "third/lib.c", "new-rule.rs", "text.rs"] {
        repo.write(path, "a\n");
    }
    repo.write(
        ".gitattributes",
        "gen.rs linguist-generated\nthird/** linguist-vendored\n",
    );
    let base = repo.commit("base");
    for path in ["gen.rs", "third/lib.c", "new-rule.rs", "text.rs"] {
        repo.write(path, "b\n");
    }
    repo.write(".gitattributes", "gen.rs linguist-generated\nthird/** linguist-vendored\nnew-rule.rs linguist-generated\ntext.rs -diff\n");
    let head = repo.commit("head");
    let set = repo.changes(&format!("{base}..{head}"));
    let of = |path: &str| {
        let change = set
            .changes()
            .iter()
            .find(|c| c.path.display() == path)
            .unwrap();
        (
            change.base_attributes,
            change.head_attributes,
            change.binary,
        )
    };
    let set = Some(true);
    assert_eq!(
        (of("gen.rs").0.generated, of("gen.rs").1.generated),
        (set, set)
    );
    assert_eq!(of("third/lib.c").0.vendored, set);
    let new_rule = of("new-rule.rs");
    assert_eq!((new_rule.0.generated, new_rule.1.generated), (None, set));
    // A range that declares its own content binary does not hide it.
    assert!(of("text.rs").1.no_diff && !of("text.rs").0.no_diff);
    assert!(!of("text.rs").2);
}

#[test]
fn the_header_of_each_version_is_read() {
    let mut repo = Sandbox::new();
    const HEADER: &str = "// Code generated by x; DO NOT EDIT.\n";
    let long = |end: &str| format!("{HEADER}{}{end}\n", lines(0, 40));
    // The change is far from the header, so no hunk shows it.
    repo.write("both.go", long("old"));
    repo.write("loses.go", format!("{HEADER}a\n"));
    repo.write("gains.go", "a\n");
    repo.write("gone.go", format!("{HEADER}{}", lines(100, 140)));
    repo.write("moved.go", long("old"));
    let base = repo.commit("base");
    repo.write("both.go", long("new"));
    repo.write("loses.go", "a\n");
    repo.write("gains.go", format!("{HEADER}a\n"));
    repo.remove("gone.go");
    repo.remove("moved.go");
    repo.write("to/moved.go", long("other"));
    repo.write("new.go", format!("{HEADER}{}", lines(200, 240)));
    let head = repo.commit("head");
    let set = repo.changes(&format!("{base}..{head}"));
    let said: Vec<_> = set
        .changes()
        .iter()
        .map(|change| {
            (
                change.path.display(),
                change.base_attributes.says_generated,
                change.head_attributes.says_generated,
            )
        })
        .collect();
    let row = |path: &str, base, head| (path.to_owned(), base, head);
    assert_eq!(
        said,
        [
            row("both.go", true, true),
            row("gains.go", false, true),
            row("gone.go", true, false),
            row("loses.go", true, false),
            row("new.go", false, true),
            row("to/moved.go", true, true),
        ]
    );
}

#[test]
fn too_many_candidates_are_said_and_not_sought() {
    let mut repo = Sandbox::new();
    for at in 0..8 {
        repo.write(format!("old/{at}"), lines(at * 30, at * 30 + 20));
    }
    let base = repo.commit("base");
    repo.remove("old");
    for at in 0..8 {
        repo.write(format!("new/x{at}"), lines(at * 30, at * 30 + 19));
    }
    let head = repo.commit("head");
    let range = format!("{base}..{head}");
    let renamed = |set: &ChangeSet| {
        set.changes()
            .iter()
            .filter(|c| c.old_path.is_some())
            .count()
    };
    let set = repo.changes(&range);
    assert_eq!((renamed(&set), set.warnings.len()), (8, 0));
    let mut options = DiffOptions::default();
    options.rename_limit = 7;
    let set = repo.changes_with(&range, &options);
    assert_eq!((renamed(&set), set.warnings.len()), (0, 1));
}

#[test]
fn many_threads_read_patches_at_once() {
    let mut repo = Sandbox::new();
    let base = repo.commit("empty");
    // Enough text that the spools turn to files.
    for at in 0..60 {
        repo.write(format!("f{at}"), format!("{at}\n").repeat(150_000));
    }
    let head = repo.commit("full");
    let set = repo.changes(&format!("{base}..{head}"));
    let whole = text(&set);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(text(&set) == whole));
        }
    });
}

#[test]
fn a_cancel_ends_the_work() {
    let (repo, base, head) = hard_cases();
    let spec = format!("{base}..{head}").parse().unwrap();
    for jobs in [1, 4] {
        let cancel = Cancel::new();
        let control = Control::default().cancel(&cancel).progress({
            let cancel = cancel.clone();
            move |progress| {
                if progress.done > 0 {
                    cancel.cancel();
                }
            }
        });
        let options = DiffOptions::default().jobs(Some(jobs)).control(control);
        let error = repo.repository().changes(&spec, &options).unwrap_err();
        assert!(matches!(error, GitError::Cancelled(_)), "{error}");
    }
}

/// Lines of few kinds in an order without a pattern: what takes xdiff longest.
fn disordered(seed: u64, count: usize) -> String {
    let mut state = seed;
    let mut line = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        format!("line {}\n", (state >> 33) % 5_000)
    };
    (0..count).map(|_| line()).collect()
}

#[test]
fn a_cancel_reaches_into_one_huge_file() {
    let mut repo = Sandbox::new();
    repo.write("huge", disordered(1, 1_500_000));
    let base = repo.commit("base");
    repo.write("huge", disordered(2, 1_500_000));
    let head = repo.commit("head");
    let spec = format!("{base}..{head}").parse().unwrap();
    for jobs in [1, 2] {
        let cancel = Cancel::new();
        let finished = Arc::new(AtomicBool::new(false));
        let control = Control::default().cancel(&cancel).progress({
            let (cancel, finished) = (cancel.clone(), Arc::clone(&finished));
            move |progress| {
                if progress.stage != Stage::Patches {
                    return;
                }
                if progress.done > 0 {
                    finished.store(true, Ordering::Relaxed);
                    return;
                }
                let cancel = cancel.clone();
                thread::spawn(move || {
                    thread::sleep(Duration::from_millis(50));
                    cancel.cancel();
                });
            }
        });
        let options = DiffOptions::default().jobs(Some(jobs)).control(control);
        let error = repo.repository().changes(&spec, &options).unwrap_err();
        assert!(matches!(error, GitError::Cancelled(_)), "{error}");
        assert!(
            !finished.load(Ordering::Relaxed),
            "the file was compared to its end before the cancel was seen"
        );
    }
}
