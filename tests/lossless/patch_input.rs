//! `--diff`: what git writes as a patch, in all its dresses, in place of a range.

use std::fs;

use crate::check::{apply_by_hand, apply_each, same_lines, verify};
use crate::fixture::build;
use crate::place::Place;
use crate::sections::sections;
use crate::wave::Wave;

/// Cases whose patches are bundled.
const SCRIPTS: [&str; 16] = [
    "a-and-b-folders",
    "binary",
    "copy",
    "empty-files",
    "file-and-folder",
    "file-to-symlink",
    "line-ends",
    "look-alikes",
    "mode-change",
    "no-newline",
    "odd-names",
    "rename-across-components",
    "rename-cycle",
    "rewritten",
    "submodule-to-file",
    "trade-file-and-folder",
];

const SPLIT: [&str; 5] = ["--split", "--warn", "1KB", "--fail", "2KB"];

/// What git prints, as bytes.
fn git(place: &Place, args: &[&str]) -> Vec<u8> {
    let output = place.git_command().args(args).output().unwrap();
    assert!(
        output.status.success(),
        "{args:?} {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

#[track_caller]
fn bundle_patch(place: &Place, patch: &[u8], flags: &[&str], what: &str) -> Wave {
    let folder = place.beside("wave");
    let _ = fs::remove_dir_all(&folder);
    let start = [
        "bundle",
        "--diff",
        "-",
        "--force-oversize",
        "-o",
        folder.to_str().unwrap(),
    ];
    let run = place.scrum_with_stdin(&[&start[..], flags].concat(), patch);
    assert_eq!(run.code, 0, "{what} {flags:?} {}", run.all());
    let wave = Wave::open(&folder);
    verify(place, &wave, &format!("{what} {flags:?}"));
    wave
}

/// The file patches of a wave, sorted.
fn wave_sections(wave: &Wave) -> Vec<Vec<u8>> {
    let mut found: Vec<_> = wave
        .patches()
        .iter()
        .flat_map(|(_, text)| sections(text).into_iter().map(<[u8]>::to_vec))
        .collect();
    found.sort();
    found
}

/// Bundles a patch whole and cut. With `tree` it has everything that is needed to apply it.
#[track_caller]
fn prove(place: &Place, patch: &[u8], tree: bool, what: &str) {
    let elsewhere = Place::empty();
    let target = place.git(&["rev-parse", "head^{tree}"]);
    let whole = bundle_patch(&elsewhere, patch, &[], what);
    let mut due: Vec<_> = sections(patch).into_iter().map(<[u8]>::to_vec).collect();
    due.sort();
    assert!(
        wave_sections(&whole) == due,
        "{what}: the file patches are not those of the input"
    );
    let lines = whole.lines();
    if tree {
        assert_eq!(
            apply_by_hand(place, &whole, "base"),
            target.trim(),
            "{what}: whole"
        );
    }
    let cut = bundle_patch(&elsewhere, patch, &SPLIT, what);
    same_lines(&cut.lines(), &lines, what);
    if tree {
        assert_eq!(
            apply_by_hand(place, &cut, "base"),
            target.trim(),
            "{what}: cut"
        );
    }
}

/// Proves each script's range as git writes it with these arguments.
fn prove_each(scripts: &[&str], args: &[&str], tree: bool) {
    for script in scripts {
        let place = build(script);
        let mut args = args.to_vec();
        if *script == "file-to-symlink" {
            // git refuses the patch that it writes itself of a link that moves into a folder of its own name.
            args.insert(1, "--no-renames");
            args.retain(|arg| *arg != "-M");
        }
        let patch = git(&place, &args);
        prove(&place, &patch, tree, &format!("{script} {args:?}"));
    }
}

#[test]
fn a_diff_with_renames() {
    prove_each(
        &SCRIPTS,
        &["diff", "-M", "--binary", "--full-index", "base", "head"],
        true,
    );
}

#[test]
fn a_diff_with_copies() {
    // These have what git takes for copies.
    let scripts = [
        "binary",
        "copy",
        "empty-files",
        "rename-across-components",
        "rename-cycle",
    ];
    prove_each(
        &scripts,
        &["diff", "-C", "-C", "--binary", "base", "head"],
        true,
    );
}

#[test]
fn a_diff_without_the_binary_content() {
    // As a forge's command prints it: short ids, `Binary files a/x and b/x differ`.
    prove_each(&SCRIPTS, &["diff", "-M", "base", "head"], false);
}

/// Three commits that edit and move the same files again and again.
fn series() -> Place {
    let place = Place::repository();
    let text = |word: &str| (0..60).map(|n| format!("{word} {n}\n")).collect::<String>();
    place.write("core/a.rs", text("a"));
    place.write("core/b.rs", text("b"));
    place.write("core/c.rs", text("c"));
    place.write("cli/d.rs", text("d"));
    place.commit("Base");
    place.git(&["tag", "base"]);
    place.write("core/a.rs", text("a").replace("a 7\n", "first\n"));
    place.write("core/new.rs", text("new"));
    fs::remove_file(place.path().join("cli/d.rs")).unwrap();
    place.commit("First\n\nWith a body that has\n---\na line of dashes and\n-- \na signature.");
    place.write("core/a.rs", text("a").replace("a 7\n", "first\nsecond\n"));
    place.git(&["mv", "core/new.rs", "cli/new.rs"]);
    place.write("cli/d.rs", text("another d"));
    place.write("core/c.rs", text("rewritten c"));
    place.commit("Gr\u{fc}n: a subject that is not ASCII and is long enough that a mail has to fold it somewhere");
    place.write("core/a.rs", text("a").replace("a 50\n", "third\n"));
    place.write("cli/new.rs", text("new").replace("new 3\n", ""));
    place.git(&["mv", "core/b.rs", "core/e.rs"]);
    place.write("core/b.rs", text("other b"));
    place.write("logo.png", b"\0\x01\x02");
    place.commit("Third");
    place.git(&["tag", "head"]);
    place
}

#[test]
fn one_mail() {
    for script in ["look-alikes", "rename-across-components", "odd-names"] {
        let place = build(script);
        let mail = git(
            &place,
            &["format-patch", "--stdout", "--binary", "base..head"],
        );
        // A mail ends with a signature, which belongs to no file; so the sections are compared without it.
        let elsewhere = Place::empty();
        let target = place.git(&["rev-parse", "head^{tree}"]);
        for flags in [&[][..], &SPLIT] {
            let wave = bundle_patch(&elsewhere, &mail, flags, script);
            assert_eq!(
                apply_by_hand(&place, &wave, "base"),
                target.trim(),
                "{script} {flags:?}"
            );
        }
    }
}

#[test]
fn a_series_of_mails() {
    let place = series();
    let mbox = git(
        &place,
        &["format-patch", "--stdout", "--binary", "base..head"],
    );
    let elsewhere = Place::empty();
    let target = place.git(&["rev-parse", "head^{tree}"]);
    for flags in [&[][..], &SPLIT, &["--by", "top-level"], &["--no-pack"]] {
        let wave = bundle_patch(&elsewhere, &mbox, flags, "series");
        // A rename of what the same input has just added is more than one `git apply` takes, so each file by itself.
        let each: Vec<_> = wave
            .patches()
            .iter()
            .flat_map(|(id, text)| {
                let own = sections(text).into_iter();
                own.map(move |section| (id.clone(), section.to_vec()))
            })
            .collect();
        let tree = apply_each(&place, &each, "base", None);
        assert_eq!(tree, target.trim(), "{flags:?}");
    }
}

#[test]
fn a_tampered_wave_of_a_patch_is_found() {
    let place = build("rewritten");
    let patch = git(&place, &["diff", "-M", "base", "head"]);
    let wave = bundle_patch(&place, &patch, &[], "rewritten");
    let path = wave
        .folder
        .join(wave.bundles()[0]["diff"].as_str().unwrap());
    let text = String::from_utf8(fs::read(&path).unwrap()).unwrap();
    fs::write(&path, text.replacen("+new words", "+NEW words", 1)).unwrap();
    let run = place.scrum(&["verify", wave.folder.to_str().unwrap(), "--format", "json"]);
    assert_eq!(run.code, 1, "{}", run.all());
    assert_eq!(run.json()["proven"], false);
}
