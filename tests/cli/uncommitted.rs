//! The index and the work tree as ranges: the same as git says, proven, and nothing of the repository touched.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::place::Place;

const ALL: [&str; 4] = [
    "--no-divide",
    "--show",
    "binary,generated,lock-files,vendored",
    "-q",
];

/// A work tree with most of what can be uncommitted: filters, modes, links, types, conflicts, untracked files.
fn dirty() -> Place {
    let place = Place::repository();
    place.write(
        ".gitattributes",
        "*.txt text\n*.crlf text eol=crlf\n*.id ident\n*.big filter=pointer -text\n",
    );
    place.git(&["config", "filter.pointer.clean", "sed s/content/pointer/"]);
    place.git(&["config", "filter.pointer.smudge", "sed s/pointer/content/"]);
    place.write(".git/info/exclude", "ignored\n");
    for (name, content) in [
        ("a.txt", "a\nb\n"),
        ("b.crlf", "a\r\nb\r\n"),
        ("c.id", "$Id$\n"),
        ("d.big", "content\n"),
        ("e.bin", "\0\u{1}"),
        ("mode.sh", "x\n"),
        ("gone", "x\n"),
        ("both", "base\n"),
        ("folder/f", "f\n"),
        ("touched", "x\n"),
    ] {
        place.write(name, content);
    }
    symlink("a.txt", place.path().join("link")).unwrap();
    place.commit("Base");
    place.git(&["checkout", "-q", "-b", "other"]);
    place.write("both", "other\n");
    place.commit("Other");
    place.git(&["checkout", "-q", "main"]);
    place.write("both", "main\n");
    place.commit("Main");
    let merged = place.git_command().args(["merge", "-q", "other"]).output();
    assert!(!merged.unwrap().status.success());

    place.write("a.txt", "a\r\nB\r\n");
    place.write("b.crlf", "a\r\nB\r\n");
    place.write("c.id", "$Id: expanded $\nmore\n");
    place.write("d.big", "content 2\n");
    place.write("e.bin", "\0\u{2}\u{3}");
    place.write("touched", "x\n");
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(place.path().join("mode.sh"), mode).unwrap();
    fs::remove_file(place.path().join("link")).unwrap();
    symlink("folder/f", place.path().join("link")).unwrap();
    fs::remove_file(place.path().join("gone")).unwrap();
    fs::remove_dir_all(place.path().join("folder")).unwrap();
    place.write("folder", "a file now\n");
    place.write("größe.py", "new\n");
    place.write("empty", "");
    place.write("ignored", "x\n");
    place.write("intent", "to add\n");
    place.git(&["add", "-N", "intent"]);
    place.write("staged.rs", "staged\n");
    place.git(&["add", "staged.rs"]);
    place.write("staged.rs", "staged\nedited\n");
    place
}

/// Names, contents and times of everything below a folder.
fn state(folder: &Path) -> Vec<(String, Vec<u8>, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let modified = fs::symlink_metadata(&path).unwrap().modified().unwrap();
        let content = if path.is_dir() {
            found.extend(state(&path));
            Vec::new()
        } else {
            fs::read(&path).unwrap_or_default()
        };
        found.push((path.display().to_string(), content, modified));
    }
    found.sort();
    found
}

/// The sections of a patch, sorted: bundles are in an order of their own.
fn sections(patch: &str) -> Vec<String> {
    let patch = format!("\n{patch}");
    let mut sections: Vec<String> = patch
        .split("\ndiff --git ")
        .map(|section| section.trim_end_matches('\n').to_owned())
        .filter(|section| !section.is_empty() && !section.starts_with("* Unmerged"))
        .map(|section| {
            section
                .split("\n* Unmerged")
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .filter(|section| !section.is_empty())
        .collect();
    sections.sort();
    sections
}

/// What the newest wave shows.
fn shown(place: &Place) -> Vec<String> {
    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    let manifest: serde_json::Value =
        serde_json::from_str(&place.read(&format!("{wave}/manifest.json"))).unwrap();
    let bundles = manifest["bundles"].as_array().unwrap();
    let texts = bundles
        .iter()
        .map(|bundle| place.read(&format!("{wave}/{}", bundle["diff"].as_str().unwrap())));
    sections(&texts.collect::<String>())
}

#[test]
fn the_work_tree_is_what_git_diff_says() {
    let place = dirty();
    // The folder `.scrum` is no untracked file of anybody's.
    place
        .scrum(&[&["bundle", "--staged"], &ALL[..]].concat())
        .expect(0);
    let git_dir = place.path().join(".git");
    let before = state(&git_dir);
    let run = place
        .scrum(&[&["bundle", "--uncommitted"], &ALL[..]].concat())
        .expect(0);
    assert_eq!(state(&git_dir), before);
    assert!(run.stdout.starts_with("uncommitted ("), "{}", run.all());
    place.scrum(&["verify"]).expect(0);
    let all = shown(&place);

    place.git(&["add", "-N", "."]);
    let expected = place.git(&["diff", "HEAD", "--full-index", "--binary", "-M"]);
    assert_eq!(all, sections(&expected));
    assert!(all.iter().any(|section| section.contains("+pointer 2")));
}

#[test]
fn the_index_is_what_git_diff_cached_says() {
    let place = dirty();
    let run = place.scrum(&["bundle", "--staged"]).expect(0);
    assert!(
        run.stderr.contains("`both` is in conflict"),
        "{}",
        run.all()
    );
    place.scrum(&["verify"]).expect(0);
    let expected = place.git(&["diff", "--cached", "--full-index", "--binary", "-M"]);
    assert_eq!(shown(&place), sections(&expected));
    assert_eq!(shown(&place).len(), 1);
}

#[test]
fn a_file_in_conflict_where_a_folder_is_staged() {
    let place = Place::repository();
    place.write("x", "x\n");
    place.commit("Base");
    // Not as `git merge` leaves an index, which renames the file, but as `git read-tree` may.
    let script = "id=$(git rev-parse HEAD:x)
        printf '0 %040d\\tx\\n100644 %s 1\\tx\\n100644 %s 2\\tx\\n100644 %s 0\\tx/inside\\n' 0 $id $id $id |
            git update-index --index-info";
    let made = place.command("sh").args(["-c", script]).output().unwrap();
    place.finish(made).expect(0);
    let run = place.scrum(&["bundle", "--staged"]).expect(0);
    assert!(
        run.stderr
            .contains("`x` is in conflict, and what is staged takes its place"),
        "{}",
        run.all()
    );
    assert!(shown(&place)[0].contains("rename to x/inside"));
    place.scrum(&["verify"]).expect(0);
}

#[test]
fn untracked_files_are_left_out_and_counted() {
    let place = Place::repository();
    place.write("a", "1\n");
    place.commit("First");
    place.write("a", "2\n");
    place.write("new/b", "1\n");
    let run = place
        .scrum(&["bundle", "--uncommitted", "--no-untracked"])
        .expect(0);
    assert!(
        run.stderr.contains("1 untracked file left out"),
        "{}",
        run.all()
    );
    assert_eq!(shown(&place).len(), 1);
    place
        .scrum(&["bundle", "--uncommitted", "--", "new"])
        .expect(0);
    assert_eq!(shown(&place).len(), 1);
    place.scrum(&["verify"]).expect(0);
    // A wave in the work tree does not become part of the next one.
    for _ in 0..2 {
        let run = place
            .scrum(&["bundle", "--uncommitted", "-o", "wave"])
            .expect(0);
        assert!(run.stdout.contains("2 files"), "{}", run.all());
    }
    place.scrum(&["bundle", "--no-untracked"]).expect(2);
    place.scrum(&["bundle", "--staged", "HEAD~1"]).expect(2);
}

#[test]
fn a_file_edited_in_the_second_in_which_it_was_staged_is_seen() {
    let place = Place::repository();
    place.write("a", "1\n");
    place.commit("First");
    for content in ["2\n", "3\n"] {
        place.write("a", content);
        place.scrum(&["bundle", "--uncommitted", "-q"]).expect(0);
        assert!(shown(&place)[0].contains(format!("+{content}").trim_end()));
        place.git(&["add", "a"]);
    }
}

#[test]
fn dirty_submodules_and_nested_repositories_are_named() {
    let place = Place::repository();
    let other = place.beside("other");
    let other = other.to_str().unwrap();
    place.git(&["init", "-q", "-b", "main", other]);
    place.git(&["-C", other, "commit", "-q", "--allow-empty", "-m", "First"]);
    let local = ["-c", "protocol.file.allow=always"];
    place.git(&[&local[..], &["submodule", "--quiet", "add", other, "sub"]].concat());
    place.commit("Base");
    place.git(&["clone", "-q", other, "nested"]);
    place.write("sub/new", "x\n");
    place.write("a", "x\n");
    let run = place.scrum(&["bundle", "--uncommitted"]).expect(0);
    assert!(
        run.stderr.contains("the submodule `sub` has"),
        "{}",
        run.all()
    );
    assert!(
        run.stderr.contains("`nested/` is a repository"),
        "{}",
        run.all()
    );
    // A submodule at another commit is a change like any other.
    place.git(&["-C", "sub", "commit", "-q", "--allow-empty", "-m", "Second"]);
    place.scrum(&["bundle", "--uncommitted"]).expect(0);
    assert!(
        shown(&place)
            .iter()
            .any(|section| section.contains("+Subproject commit"))
    );
    place.scrum(&["verify"]).expect(0);
    // git looks into no submodule that became a link, but compares it.
    fs::remove_dir_all(place.path().join("sub")).unwrap();
    symlink("nowhere", place.path().join("sub")).unwrap();
    let run = place.scrum(&["bundle", "--uncommitted"]).expect(0);
    assert!(run.stderr.contains("is not looked for"), "{}", run.all());
    assert!(
        shown(&place)
            .iter()
            .any(|section| section.contains("new file mode 120000"))
    );
    place.scrum(&["verify"]).expect(0);
}

#[test]
fn before_the_first_commit_and_in_a_bare_repository() {
    let place = Place::repository();
    place.write("a", "1\n");
    place.git(&["add", "a"]);
    for flag in ["--staged", "--uncommitted"] {
        place.scrum(&["bundle", flag]).expect(0);
        assert_eq!(shown(&place).len(), 1);
        place.scrum(&["verify"]).expect(0);
    }
    let bare = place.beside("bare");
    let bare = bare.to_str().unwrap();
    place.git(&["init", "-q", "--bare", bare]);
    let run = place.scrum(&["-C", bare, "bundle", "--staged"]).expect(2);
    assert!(run.stderr.contains("bare repository"), "{}", run.all());
}

#[test]
fn hooks_say_where_the_repository_is() {
    let place = Place::repository();
    place.write("a", "1\n");
    place.commit("First");
    place.write("a", "2\n");
    place.commit("Second");
    let away = place.beside("away");
    fs::create_dir(&away).unwrap();
    let mut scrum = place.scrum_command();
    scrum
        .current_dir(&away)
        .env("GIT_DIR", place.path().join(".git"))
        .env("GIT_WORK_TREE", place.path())
        .args(["bundle", "HEAD^!", "--dry-run"]);
    let run = place.finish(scrum.output().unwrap()).expect(0);
    assert!(run.stdout.contains("1 commit, 1 file"), "{}", run.all());

    // A pre-receive hook sees the new commits in a quarantine only.
    let bare = place.beside("bare.git");
    place.git(&["init", "-q", "--bare", bare.to_str().unwrap()]);
    let hook = bare.join("hooks/pre-receive");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    let script = "#!/bin/sh\nread old new ref\nexec \"$SCRUM\" bundle \"$new^!\" --dry-run\n";
    fs::write(&hook, script).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let mut push = place.git_command();
    push.args(["push", bare.to_str().unwrap(), "main"])
        .env("SCRUM", env!("CARGO_BIN_EXE_scrum"));
    let run = place.finish(push.output().unwrap()).expect(0);
    assert!(run.stderr.contains("1 commit, 1 file"), "{}", run.all());
}
