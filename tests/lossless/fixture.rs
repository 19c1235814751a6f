//! Repositories made by the scripts in `fixtures/repos`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::place::Place;

/// The id of the tree without files.
pub(crate) const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/repos")
}

/// The names of all scripts.
pub(crate) fn names() -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(scripts())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".sh").map(str::to_owned))
        .filter(|name| name != "prologue")
        .collect();
    names.sort();
    names
}

/// Runs a script in a place of its own.
pub(crate) fn build(name: &str) -> Place {
    let place = Place::empty();
    let script = scripts().join(format!("{name}.sh"));
    let output = Command::new("sh").arg(&script).arg(place.path()).output();
    let output = output.unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", script.display());
    assert_eq!(stderr, "", "{}", script.display());
    place
}
