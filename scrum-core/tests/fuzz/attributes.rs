//! Any `.gitattributes` at the top: as git itself reads it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use scrum_core::git::{DiffOptions, Repository, Snapshot, create};

const PATHS: [&str; 10] = [
    "Makefile",
    "a b.txt",
    "docs/x.md",
    "dist/app.min.js",
    "dist/deep/er/app.js",
    "src/gen/types.rs",
    "src/lib.rs",
    "vendor/m/n.c",
    "x{1,2}[a].c",
    "\u{e9}.c",
];
const NAMES: [&str; 4] = [
    "linguist-generated",
    "gitlab-generated",
    "linguist-vendored",
    "diff",
];

pub(crate) fn check(data: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let commits = [b"1\n", b"2\n"].map(|content| {
        let all = Snapshot::new("main", "x").file(".gitattributes", data);
        PATHS.iter().fold(all, |all, path| all.file(path, content))
    });
    create(folder.path(), &commits).unwrap();
    let repository = Repository::discover(folder.path()).unwrap();
    let options = DiffOptions::default().jobs(Some(1));
    let changes = repository
        .changes(&"HEAD~1..HEAD".parse().unwrap(), &options)
        .unwrap();
    assert_eq!(changes.changes().len(), PATHS.len());
    let git = by_git(folder.path());
    for change in changes.changes() {
        assert_eq!(change.base_attributes, change.head_attributes);
        let of = |name: &str| {
            git.get(&(change.path.to_string(), name.to_owned()))
                .map(String::as_str)
        };
        let switch = |name| match of(name)?.to_ascii_lowercase().as_str() {
            "set" | "true" => Some(true),
            "unset" | "false" => Some(false),
            _ => None,
        };
        let ours = change.head_attributes;
        let all = (ours.generated, ours.vendored, ours.no_diff);
        let due = (
            [switch(NAMES[0]), switch(NAMES[1])]
                .into_iter()
                .flatten()
                .min(),
            switch(NAMES[2]),
            of(NAMES[3]) == Some("unset"),
        );
        assert_eq!(
            all,
            due,
            "{} under {:?}",
            change.path,
            String::from_utf8_lossy(data)
        );
    }
}

/// What `git check-attr` says of each path and name.
fn by_git(folder: &Path) -> BTreeMap<(String, String), String> {
    let mut command = Command::new("git");
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_ATTR_NOSYSTEM", "1")
        .current_dir(folder)
        .args(["check-attr", "-z", "--stdin", "--source=HEAD"])
        .args(NAMES)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut paths = child.stdin.take().unwrap();
    PATHS
        .iter()
        .for_each(|path| write!(paths, "{path}\0").unwrap());
    drop(paths);
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success());
    let words: Vec<String> = out
        .stdout
        .split(|byte| *byte == 0)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect();
    let triples = words.chunks_exact(3);
    triples
        .map(|of| ((of[0].clone(), of[1].clone()), of[2].clone()))
        .collect()
}
