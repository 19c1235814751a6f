//! `scrum verify` itself: it sees what was tampered with, runs in every kind of repository, and touches nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;

use crate::check::{bundle, bundle_and_check, verify};
use crate::fixture::build;
use crate::place::{Place, Run, files_below};
use crate::wave::Wave;

fn run_verify(place: &Place, wave: &Wave) -> Run {
    place.scrum(&["verify", wave.folder.to_str().unwrap(), "--format", "json"])
}

/// A wave of a few bundles, parts among them, with excluded files.
fn wave(place: &Place) -> Wave {
    bundle(
        place,
        "base..head",
        &[
            "--by",
            "top-level",
            "--split",
            "--warn",
            "2KB",
            "--fail",
            "4KB",
        ],
    )
}

/// Replaces the first of `old` in a file of a wave.
fn replace(wave: &Wave, file: &str, old: &[u8], new: &[u8]) {
    let path = wave.folder.join(file);
    let text = fs::read(&path).unwrap();
    let at = text
        .windows(old.len())
        .position(|window| window == old)
        .unwrap();
    let text = [&text[..at], new, &text[at + old.len()..]].concat();
    fs::write(path, text).unwrap();
}

#[track_caller]
fn refused(place: &Place, wave: &Wave, bundle: &str, path: &str) {
    let run = run_verify(place, wave).expect(1);
    let proof = run.json();
    assert_eq!(proof["proven"], false);
    assert_eq!(proof["difference"]["bundle"], bundle, "{}", run.all());
    assert_eq!(proof["difference"]["path"], path, "{}", run.all());
    // The text for a person names both, too.
    let text = place
        .scrum(&["verify", wave.folder.to_str().unwrap()])
        .expect(1);
    assert!(
        text.stdout.contains(bundle) && text.stdout.contains(path),
        "{}",
        text.all()
    );
}

#[test]
fn an_added_line_that_was_changed_is_found() {
    let place = build("rewritten");
    let wave = bundle(&place, "base..head", &[]);
    let id = wave.bundles()[0]["id"].as_str().unwrap().to_owned();
    replace(
        &wave,
        &format!("bundles/{id}.diff"),
        b"+new words 63\n",
        b"+new words 64\n",
    );
    refused(&place, &wave, &id, "core/partly.rs");
}

#[test]
fn a_context_line_that_was_changed_is_found() {
    let place = build("rewritten");
    let wave = bundle(&place, "base..head", &[]);
    let id = wave.bundles()[0]["id"].as_str().unwrap().to_owned();
    replace(
        &wave,
        &format!("bundles/{id}.diff"),
        b"\n old words 61\n",
        b"\n old words 99\n",
    );
    refused(&place, &wave, &id, "core/partly.rs");
}

#[test]
fn the_part_that_was_changed_is_named() {
    let place = build("rewritten");
    let wave = wave(&place);
    let bundle = wave
        .bundles()
        .iter()
        .rfind(|bundle| bundle["files"][0]["path"] == "core/rewritten.rs");
    let id = bundle.unwrap()["id"].as_str().unwrap().to_owned();
    replace(
        &wave,
        &format!("bundles/{id}.diff"),
        b"+after it all,",
        b"+after it ALL,",
    );
    // Of a file in several parts the tree alone does not say which one is wrong; the digest does.
    refused(&place, &wave, &id, "core/rewritten.rs");
}

#[test]
fn excluded_files_are_judged_too() {
    let place = build("attributes");
    let wave = bundle(&place, "base..head", &[]);
    replace(&wave, "excluded.diff", b"+generated 7 !", b"+generated 7 ?");
    refused(&place, &wave, "excluded", "api/a.pb.go");
}

#[test]
fn a_bundle_that_is_cut_short_or_gone_is_found() {
    let place = build("rewritten");
    let wave = wave(&place);
    let first = &wave.bundles()[0];
    let (id, file) = (
        first["id"].as_str().unwrap(),
        first["diff"].as_str().unwrap(),
    );
    let text = fs::read(wave.folder.join(file)).unwrap();
    for half in [text.len() / 2, 0] {
        fs::write(wave.folder.join(file), &text[..half]).unwrap();
        let run = run_verify(&place, &wave).expect(1);
        assert_eq!(run.json()["difference"]["bundle"], id, "{}", run.all());
    }
    fs::remove_file(wave.folder.join(file)).unwrap();
    let run = run_verify(&place, &wave).expect(1);
    assert_eq!(run.json()["difference"]["bundle"], id, "{}", run.all());
}

#[test]
fn words_between_the_patches_are_found() {
    // `git apply` skips what is no patch, so the trees are equal.
    let place = build("rewritten");
    let wave = wave(&place);
    let first = &wave.bundles()[0];
    let path = wave.folder.join(first["diff"].as_str().unwrap());
    let text = [&b"Nothing to see here.\n\n"[..], &fs::read(&path).unwrap()].concat();
    fs::write(path, text).unwrap();
    let run = run_verify(&place, &wave).expect(1);
    assert!(
        run.stdout.contains(first["diff"].as_str().unwrap()),
        "{}",
        run.all()
    );
}

#[test]
fn the_order_of_the_manifest_is_the_order_of_the_proof() {
    let place = build("rewritten");
    let wave = wave(&place);
    let path = wave.folder.join("manifest.json");
    let mut manifest = wave.manifest.clone();
    // Parts of one file apply one after the other only.
    manifest["bundles"].as_array_mut().unwrap().reverse();
    fs::write(path, serde_json::to_vec(&manifest).unwrap()).unwrap();
    run_verify(&place, &wave).expect(1);
}

/// Every file below a folder: its size, its time, its content.
fn listing(folder: &Path) -> BTreeMap<String, (u64, SystemTime, Vec<u8>)> {
    files_below(folder)
        .into_iter()
        .map(|name| {
            let path = folder.join(&name);
            let about = fs::symlink_metadata(&path).unwrap();
            let content = fs::read(&path).unwrap_or_default();
            (name, (about.len(), about.modified().unwrap(), content))
        })
        .collect()
}

/// Demands that nothing but scrum's own folder is new or another.
#[track_caller]
fn untouched(folder: &Path, before: &BTreeMap<String, (u64, SystemTime, Vec<u8>)>) {
    let mut after = listing(folder);
    after.retain(|name, _| !name.starts_with(".scrum/"));
    let names = |listing: &BTreeMap<String, _>| listing.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&after), names(before));
    for (name, file) in before {
        assert!(file == &after[name], "{name} is touched");
    }
}

/// A repository with a work tree, something staged, something not, and something unknown.
fn lived_in() -> Place {
    let place = Place::repository();
    place.write(
        "core/a.rs",
        (0..200).map(|n| format!("line {n}\n")).collect::<String>(),
    );
    place.write("logo.png", b"\0\x01");
    place.commit("Base");
    place.git(&["tag", "base"]);
    place.write(
        "core/a.rs",
        (0..200).map(|n| format!("other {n}\n")).collect::<String>(),
    );
    place.write("logo.png", b"\0\x02");
    place.commit("Head");
    place.git(&["tag", "head"]);
    place.write("staged.rs", "staged\n");
    place.git(&["add", "staged.rs"]);
    place.write("core/a.rs", "edited\n");
    place.write("unknown.rs", "unknown\n");
    place
}

#[test]
fn neither_bundle_nor_verify_touches_the_repository() {
    let place = lived_in();
    let before = listing(&place.path());
    let wave = bundle(
        &place,
        "base..head",
        &["--split", "--warn", "2KB", "--fail", "4KB"],
    );
    verify(&place, &wave, "");
    replace(
        &wave,
        wave.bundles()[0]["diff"].as_str().unwrap(),
        b"line",
        b"LINE",
    );
    run_verify(&place, &wave).expect(1);
    untouched(&place.path(), &before);
}

#[test]
fn a_bare_repository_is_read_and_left_alone() {
    let place = lived_in();
    place.git(&["clone", "-q", "--bare", ".", "../bare"]);
    let bare = place.beside("bare");
    let before = listing(&bare);
    let wave = place.beside("wave");
    let wave = wave.to_str().unwrap();
    let bare_text = bare.to_str().unwrap();
    place
        .scrum(&[
            "-C",
            bare_text,
            "bundle",
            "base..head",
            "-o",
            wave,
            "--split",
            "--warn",
            "2KB",
            "--fail",
            "4KB",
        ])
        .expect(0);
    let run = place
        .scrum(&["-C", bare_text, "verify", wave, "--format", "json"])
        .expect(0);
    assert_eq!(run.json()["proven"], true);
    untouched(&bare, &before);
}

#[test]
fn a_linked_work_tree_and_a_borrowing_clone_work() {
    let place = lived_in();
    place.git(&["worktree", "add", "-q", "--detach", "../linked", "head"]);
    place.git(&["clone", "-q", "--shared", ".", "../borrows"]);
    let before = listing(&place.path());
    for name in ["linked", "borrows"] {
        let folder = place.beside(name);
        let folder = folder.to_str().unwrap();
        place
            .scrum(&["-C", folder, "bundle", "base..head"])
            .expect(0);
        let run = place
            .scrum(&["-C", folder, "verify", "--format", "json"])
            .expect(0);
        assert_eq!(run.json()["proven"], true, "{name}");
    }
    untouched(&place.path(), &before);
}

#[test]
fn a_sub_folder_is_as_good_as_the_top() {
    let place = build("rename-across-components");
    fs::create_dir_all(place.path().join("core")).unwrap();
    place
        .scrum(&["-C", "core", "bundle", "base..head"])
        .expect(0);
    let run = place
        .scrum(&["-C", "core", "verify", "--format", "json"])
        .expect(0);
    assert_eq!(run.json()["proven"], true);
}

#[test]
fn a_folder_with_an_awkward_name_works() {
    for name in [
        "with space",
        "quote\"and'",
        "new\nline",
        "back\\slash",
        "colon:semi;",
        "#hash",
        "gr\u{fc}n",
    ] {
        let place = lived_in();
        let folder = place.beside(name);
        fs::rename(place.path(), &folder).unwrap();
        fs::create_dir(place.path()).unwrap();
        let folder = folder.to_str().unwrap();
        place
            .scrum(&["-C", folder, "bundle", "base..head"])
            .expect(0);
        let run = place.scrum(&["-C", folder, "verify", "--format", "json"]);
        assert_eq!(run.code, 0, "{name:?} {}", run.all());
    }
}

#[test]
fn with_a_pathspec_the_rest_stays_as_it_was() {
    for (script, specs) in [
        ("rename-across-components", &["core"][..]),
        ("rename-across-components", &["cli"]),
        ("file-and-folder", &["opens", "wraps"]),
        ("binary", &["img", "doc/shown"]),
        ("odd-names", &["odd-to", "x b"]),
        ("rewritten", &[":(exclude)core/tests"]),
    ] {
        let place = build(script);
        let folder = place.beside("wave");
        let _ = fs::remove_dir_all(&folder);
        let flags = [
            "bundle",
            "base..head",
            "-o",
            folder.to_str().unwrap(),
            "--split",
            "--warn",
            "1KB",
            "--fail",
            "2KB",
            "--force-oversize",
            "--",
        ];
        place.scrum(&[&flags[..], specs].concat()).expect(0);
        let wave = Wave::open(&folder);
        let run = run_verify(&place, &wave);
        assert_eq!(run.code, 0, "{script} {specs:?} {}", run.all());
        // What git's own diff under the pathspec makes of the base.
        let patch = place.beside("patch");
        let output = format!("--output={}", patch.display());
        let diff = [
            "diff",
            "--binary",
            "--full-index",
            "--no-renames",
            &output,
            "base",
            "head",
            "--",
        ];
        place.git(&[&diff[..], specs].concat());
        place.git(&["read-tree", "base"]);
        place.git(&[
            "apply",
            "--cached",
            "--whitespace=nowarn",
            patch.to_str().unwrap(),
        ]);
        assert_eq!(
            run.json()["target_tree"],
            place.git(&["write-tree"]).trim(),
            "{script} {specs:?}"
        );
        assert_eq!(run.json()["result_tree"], run.json()["target_tree"]);
    }
}

#[test]
fn the_users_settings_change_nothing() {
    let place = build("line-ends");
    let plain = bundle(&place, "base..head", &[]);
    let texts = |wave: &Wave| -> Vec<Vec<u8>> {
        wave.patches().into_iter().map(|(_, text)| text).collect()
    };
    let due = texts(&plain);
    for (name, value) in [
        ("apply.whitespace", "fix"),
        ("apply.ignoreWhitespace", "change"),
        ("core.autocrlf", "true"),
        ("core.eol", "crlf"),
        ("core.whitespace", "cr-at-eol,tab-in-indent"),
        ("core.ignoreCase", "true"),
        ("core.quotePath", "false"),
        ("core.precomposeUnicode", "true"),
        ("core.fileMode", "false"),
        ("core.symlinks", "false"),
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.renames", "false"),
        ("diff.context", "0"),
        ("diff.interHunkContext", "10"),
        ("diff.algorithm", "patience"),
        ("diff.ignoreSubmodules", "all"),
        ("diff.external", "false"),
        ("color.ui", "always"),
    ] {
        place.git(&["config", name, value]);
        place.git(&["config", "--global", name, value]);
    }
    // These attributes belong to the user, not to the range.
    fs::create_dir_all(place.path().join(".git/info")).unwrap();
    place.write(".git/info/attributes", "* -diff linguist-generated\n");
    assert!(texts(&bundle(&place, "base..head", &[])) == due);
    bundle_and_check(
        &place,
        "base",
        "head",
        &["--split", "--warn", "800B", "--fail", "1600B"],
    );
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let place = build("odd-names");
    let mut seen: Option<Vec<(String, Vec<u8>)>> = None;
    for jobs in ["1", "2", "7"] {
        let wave = bundle(
            &place,
            "base..head",
            &["--jobs", jobs, "--split", "--warn", "2KB", "--fail", "4KB"],
        );
        let files: Vec<_> = files_below(&wave.folder)
            .into_iter()
            .map(|name| {
                let text = fs::read(wave.folder.join(&name)).unwrap();
                (name, text)
            })
            .collect();
        match &seen {
            None => seen = Some(files),
            Some(seen) => assert!(seen == &files, "--jobs {jobs}"),
        }
    }
}

#[test]
fn the_numbers_of_the_proof_are_those_of_the_manifest() {
    let place = build("binary");
    let wave = bundle(
        &place,
        "base..head",
        &[
            "--by",
            "top-level",
            "--split",
            "--warn",
            "200B",
            "--fail",
            "400B",
        ],
    );
    let proof = run_verify(&place, &wave).expect(0).json();
    let parts = wave
        .bundles()
        .iter()
        .filter(|bundle| bundle["part"] != Value::Null)
        .count();
    assert_eq!(proof["bundles"], wave.bundles().len());
    assert_eq!(proof["parts"], parts);
    assert_eq!(proof["excluded"], wave.excluded().len());
}

/// A file with a changed line in every third, so that it has very many hunks.
fn many_hunks(lines: usize) -> Place {
    let place = Place::repository();
    let text = |word: &str| {
        let line = |n| match n % 9 {
            4 => format!("{word} {n}\n"),
            _ => format!("line {n}\n"),
        };
        (0..lines).map(line).collect::<String>()
    };
    place.write("many.txt", text("old"));
    place.write("other.txt", "a\n");
    place.commit("Base");
    place.git(&["tag", "base"]);
    place.write("many.txt", text("new"));
    place.write("other.txt", "b\n");
    place.commit("Head");
    place.git(&["tag", "head"]);
    place
}

#[test]
fn a_file_of_very_many_hunks_is_proven_and_damage_in_it_is_found() {
    // More hunks than git is given one by one, in many parts.
    let place = many_hunks(9 * 700);
    let flags = ["--split", "--warn", "2KB", "--fail", "4KB"];
    let wave = bundle(&place, "base..head", &flags);
    assert!(wave.bundles().len() > 20);
    verify(&place, &wave, "many hunks");
    let holder = |line: &str| {
        let mut patches = wave.patches().into_iter();
        let holds = |(_, text): &(String, Vec<u8>)| String::from_utf8_lossy(text).contains(line);
        patches.find(holds).unwrap().0
    };
    // What is added is seen by the tree; a line of context by nothing but the patch not applying.
    let id = holder("+new 3001\n");
    replace(
        &wave,
        &format!("bundles/{id}.diff"),
        b"+new 3001\n",
        b"+new 3002\n",
    );
    refused(&place, &wave, &id, "many.txt");
    replace(
        &wave,
        &format!("bundles/{id}.diff"),
        b"+new 3002\n",
        b"+new 3001\n",
    );
    verify(&place, &wave, "restored");
    replace(
        &wave,
        &format!("bundles/{id}.diff"),
        b" line 3000\n",
        b" line 3003\n",
    );
    refused(&place, &wave, &id, "many.txt");
}
