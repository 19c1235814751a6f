//! Every hard case, bundled in several ways, each wave proven.

use crate::check::{bundle_and_check, lines_by_git, same_lines};
use crate::fixture::{EMPTY_TREE, build, names};

/// Ways to bundle that every case has to stand. In the last one nearly every file is cut.
const WAYS: [&[&str]; 4] = [
    &[],
    &["--split", "--warn", "2KB", "--fail", "4KB"],
    &["--by", "top-level", "--no-pack"],
    &[
        "--by",
        "top-level",
        "--split",
        "--warn",
        "600B",
        "--fail",
        "1200B",
        "--show",
        "lock-files,vendored,generated",
    ],
];

fn prove(name: &str, ways: &[&[&str]]) {
    let place = build(name);
    let (base, head) = match name {
        "root-commit" => (EMPTY_TREE, "head"),
        _ => ("base", "head"),
    };
    let due = lines_by_git(&place, base, head);
    for way in ways {
        let wave = bundle_and_check(&place, base, head, way);
        same_lines(&wave.lines(), &due, &format!("{name} {way:?}"));
    }
}

/// One test a script: under its own name, in the ways above and those that are named.
macro_rules! cases {
    ($($test:ident = $script:literal $(, $way:expr)*;)*) => {
        $(
            #[test]
            fn $test() {
                prove($script, &[&WAYS[..], &[$(&$way[..]),*]].concat());
            }
        )*
        const PROVEN: &[&str] = &[$($script),*];
    };
}

cases! {
    a_and_b_folders = "a-and-b-folders";
    attributes = "attributes";
    binary = "binary", ["--show", "binary", "--split", "--warn", "500B", "--fail", "1KB"];
    case_only = "case-only", ["--component", "lower=src/**,readme.md", "--component", "upper=Src/**,README.md"];
    copy = "copy";
    empty_files = "empty-files";
    everything_goes = "everything-goes", ["--exclude-deleted"];
    excluded_becomes_folder = "excluded-becomes-folder",
        ["--component", "folders=*/**", "--component", "files=*", "--split", "--warn", "700B", "--fail", "1400B"];
    file_and_folder = "file-and-folder",
        ["--component", "folders=*/**", "--component", "files=*"],
        ["--component", "files=*", "--component", "folders=*/**", "--split", "--warn", "900B", "--fail", "2KB"];
    file_to_symlink = "file-to-symlink", ["--component", "folders=*/**", "--component", "files=*"];
    invalid_utf8 = "invalid-utf8";
    line_ends = "line-ends", ["--context", "0"], ["--context", "25", "--split", "--warn", "800B", "--fail", "1600B"];
    long_path = "long-path", ["--split", "--warn", "30KB", "--fail", "40KB"];
    look_alikes = "look-alikes", ["--context", "0"], ["--split", "--warn", "500B", "--fail", "1KB"];
    merge_commits = "merge-commits";
    mode_change = "mode-change";
    no_newline = "no-newline",
        ["--split", "--warn", "250B", "--fail", "800B"],
        ["--context", "1", "--split", "--warn", "180B", "--fail", "800B"];
    odd_names = "odd-names";
    rename_across_components = "rename-across-components", ["--split", "--warn", "400B", "--fail", "800B"];
    rename_cycle = "rename-cycle", ["--split", "--warn", "400B", "--fail", "800B"];
    repeated_blocks = "repeated-blocks",
        ["--split", "--warn", "300B", "--fail", "800B"],
        ["--split", "--warn", "1KB", "--fail", "2KB", "--context", "1"];
    rewritten = "rewritten",
        ["--split", "--warn", "400B", "--fail", "800B"],
        ["--split", "--warn", "5KB", "--fail", "8KB", "--context", "10"];
    root_commit = "root-commit";
    submodule_to_file = "submodule-to-file";
    submodules = "submodules", ["--split", "--warn", "150B", "--fail", "150B"];
    trade_file_and_folder = "trade-file-and-folder",
        ["--component", "folders=*/**", "--component", "files=left", "--component", "files=right"],
        ["--component", "files=left", "--component", "files=right", "--component", "folders=*/**",
            "--split", "--warn", "500B", "--fail", "1KB"];
}

/// The large cases are bundled once or twice each: the other ways would say nothing new.
const LARGE: [&str; 3] = ["one-long-line", "ten-thousand-files", "twenty-megabytes"];

/// These have tests of their own.
const APART: [&str; 1] = ["sha256"];

#[test]
fn one_long_line() {
    prove("one-long-line", &[&[]]);
}

#[test]
fn one_long_line_cut() {
    let place = build("one-long-line");
    let wave = bundle_and_check(&place, "base", "head", &["--split"]);
    // Each of its two lines is above the fail limit, so no reviewer is shown the file.
    let excluded: Vec<_> = wave.excluded().iter().map(|file| &file["path"]).collect();
    assert_eq!(excluded, ["data/line.json"]);
    same_lines(
        &wave.lines(),
        &lines_by_git(&place, "base", "head"),
        "one-long-line",
    );
}

#[test]
fn ten_thousand_files() {
    prove(
        "ten-thousand-files",
        &[&["--split", "--by", "top-level", "--no-pack"]],
    );
}

#[test]
fn twenty_megabytes() {
    prove(
        "twenty-megabytes",
        &[&["--split", "--warn", "2MB", "--fail", "4MB"]],
    );
}

#[test]
fn sha256() {
    let place = build("sha256");
    let run = place.scrum(&["bundle", "base..head"]);
    // Whichever way the library goes: it works and is proven, or it says what it cannot read.
    if run.code == 0 {
        bundle_and_check(&place, "base", "head", &["--split"]);
    } else {
        assert_eq!(run.code, 2, "{}", run.all());
        assert!(
            run.stderr.to_lowercase().contains("sha256") || run.stderr.contains("SHA-256"),
            "{}",
            run.all()
        );
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn every_script_has_a_test() {
    let mut tested: Vec<_> = [PROVEN, &LARGE, &APART].concat();
    tested.sort_unstable();
    assert_eq!(tested, names());
}
