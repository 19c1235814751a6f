//! What `docs/dependencies.md` says of the dependencies, held against the manifests and the lock file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page() -> String {
    fs::read_to_string(workspace().join("docs/dependencies.md")).unwrap()
}

/// Names that a crate's manifest lists under `tables`.
fn listed(crate_name: &str, tables: &[&str]) -> BTreeSet<String> {
    let text = fs::read_to_string(workspace().join(crate_name).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = text.parse().unwrap();
    let of = |manifest: &toml::Table| -> Vec<String> {
        let tables = tables
            .iter()
            .filter_map(|table| manifest.get(*table)?.as_table());
        tables.flat_map(|table| table.keys().cloned()).collect()
    };
    let mut names = of(&manifest);
    // Those of single systems: `[target.'cfg(unix)'.dependencies]`.
    if let Some(targets) = manifest.get("target").and_then(toml::Value::as_table) {
        names.extend(
            targets
                .values()
                .filter_map(toml::Value::as_table)
                .flat_map(of),
        );
    }
    names.into_iter().collect()
}

#[test]
fn the_page_has_each_direct_dependency_and_no_other() {
    let page = page();
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let rows = rows.skip_while(|cell| *cell != "crate").skip(1);
    let said: BTreeSet<String> = rows
        .take_while(|cell| *cell != "what")
        .flat_map(|cell| cell.split(", "))
        .map(str::to_owned)
        .collect();
    let mut built = BTreeSet::new();
    let mut tested = BTreeSet::new();
    for name in ["scrum-core", "scrum-cli"] {
        built.extend(listed(name, &["dependencies", "build-dependencies"]));
        tested.extend(listed(name, &["dev-dependencies"]));
    }
    assert_eq!(said, built, "docs/dependencies.md and the manifests");
    let line = page
        .lines()
        .find(|line| line.starts_with("Tests and benchmarks only:"))
        .unwrap();
    let words: BTreeSet<&str> = line
        .split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_')
        .collect();
    for name in tested.difference(&built) {
        assert!(
            words.contains(name.as_str()),
            "{name} is for tests only; docs/dependencies.md does not say so"
        );
    }
}

/// Runs cargo on the workspace as the lock file has it, for Linux and without a network.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--locked", "--offline", "--manifest-path"])
        .arg(workspace().join("Cargo.toml"))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_page_counts_right() {
    let packages = |which: &[&str]| {
        let tree = [
            "tree",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--edges",
            "normal,build",
        ];
        let target = ["--target", "x86_64-unknown-linux-gnu"];
        let tree = cargo(&[&tree[..], &target, which].concat());
        let names: BTreeSet<&str> = tree
            .lines()
            .map(|line| line.trim_end_matches(" (*)"))
            .collect();
        names.len()
    };
    let page = page();
    for (what, count) in [
        (
            "`scrum-cli` with everything below it, on Linux",
            packages(&["-p", "scrum-cli"]),
        ),
        (
            "`scrum-core` without the feature `git`, on Linux",
            packages(&["-p", "scrum-core", "--no-default-features"]),
        ),
    ] {
        let row = format!("| {what} | {count} |");
        assert!(
            page.contains(&row),
            "docs/dependencies.md should say\n{row}"
        );
    }
}

/// No toolchain of that age is needed to see that a dependency asks for a newer one.
#[test]
fn no_dependency_asks_for_a_newer_rust_than_we_do() {
    let version =
        |text: &str| -> Vec<u32> { text.split('.').map(|part| part.parse().unwrap()).collect() };
    let metadata = cargo(&[
        "metadata",
        "--format-version",
        "1",
        "--all-features",
        "--filter-platform",
        "x86_64-unknown-linux-gnu",
    ]);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let asked = |package: &serde_json::Value| package["rust_version"].as_str().map(version);
    let own = packages
        .iter()
        .find(|package| package["name"] == "scrum-cli")
        .unwrap();
    let own = asked(own).unwrap();
    for package in packages {
        assert!(
            asked(package).is_none_or(|needed| needed[..2] <= own[..2]),
            "{} needs Rust {}",
            package["name"],
            package["rust_version"]
        );
    }
}
