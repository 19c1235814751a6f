//! What a release is made of: names of archives, manifests of package managers, the text from the changelog, and the
//! workflows that put them together.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// SHA-256 of `abc`, the first example of FIPS 180.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn top() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn text(file: &str) -> String {
    fs::read_to_string(top().join(file)).unwrap()
}

fn toml(file: &str) -> toml::Table {
    text(file).parse().unwrap()
}

fn run(script: &str, args: &[&str]) -> Output {
    let mut command = Command::new(top().join(script));
    command.args(args).output().unwrap()
}

/// The targets in the release workflow's matrix.
fn targets() -> Vec<String> {
    let workflow = text(".github/workflows/release.yml");
    let named = workflow.lines().filter_map(|line| {
        let (_, rest) = line.split_once("- { os: ")?;
        let (_, target) = rest.split_once("target: ")?;
        Some(target.split([',', ' ']).next()?.to_owned())
    });
    named.collect()
}

fn archive(target: &str) -> String {
    let ending = if target.contains("windows") {
        "zip"
    } else {
        "tar.gz"
    };
    format!("scrum-{}-{target}.{ending}", env!("CARGO_PKG_VERSION"))
}

/// Where a release has its files.
fn download() -> String {
    let repository = env!("CARGO_PKG_REPOSITORY");
    format!(
        "{repository}/releases/download/v{}",
        env!("CARGO_PKG_VERSION")
    )
}

#[test]
fn the_address_of_the_project_is_one_value() {
    let package = &toml("Cargo.toml")["workspace"]["package"];
    assert_eq!(package["repository"], package["homepage"]);
    for crate_ in ["scrum-core", "scrum-cli"] {
        let manifest = toml(&format!("{crate_}/Cargo.toml"));
        for key in ["repository", "homepage"] {
            assert_eq!(
                manifest["package"][key]["workspace"].as_bool(),
                Some(true),
                "{crate_} {key}"
            );
        }
    }
}

#[test]
fn binstall_finds_the_archives_that_dist_makes() {
    let manifest = toml("scrum-cli/Cargo.toml");
    let binstall = &manifest["package"]["metadata"]["binstall"];
    assert_eq!(targets().len(), 6);
    for target in targets() {
        let special = binstall["overrides"].get(&target);
        let template = special.unwrap_or(binstall)["pkg-url"].as_str().unwrap();
        let address = template
            .replace("{ repo }", env!("CARGO_PKG_REPOSITORY"))
            .replace("{ version }", env!("CARGO_PKG_VERSION"))
            .replace("{ target }", &target);
        assert_eq!(address, format!("{}/{}", download(), archive(&target)));
        let format = special.unwrap_or(binstall)["pkg-fmt"].as_str();
        let expected = if target.contains("windows") {
            "zip"
        } else {
            "tgz"
        };
        assert_eq!(format, Some(expected), "{target}");
    }
    // `.ci/dist` packs a folder that is named like the archive.
    assert!(text(".ci/dist").contains("name=scrum-$version-$target\n"));
    assert_eq!(
        binstall["bin-dir"].as_str(),
        Some("scrum-{ version }-{ target }/{ bin }{ binary-ext }")
    );
}

#[test]
fn manifests_name_every_archive_and_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    for target in targets() {
        fs::write(folder.path().join(archive(&target)), "abc").unwrap();
    }
    let done = run(
        ".ci/dist",
        &["--manifests", folder.path().to_str().unwrap()],
    );
    assert!(done.status.success(), "{done:?}");

    let formula = fs::read_to_string(folder.path().join("scrum.rb")).unwrap();
    // The next version, and the address once it is filled in, change no snapshot.
    let formula = formula
        .replace(env!("CARGO_PKG_REPOSITORY"), "REPOSITORY")
        .replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!("homebrew", formula);

    let scoop = fs::read_to_string(folder.path().join("scrum.json")).unwrap();
    let scoop: serde_json::Value = serde_json::from_str(&scoop).unwrap();
    let windows = "x86_64-pc-windows-msvc";
    let source = &scoop["architecture"]["64bit"];
    assert_eq!(
        source["url"],
        format!("{}/{}", download(), archive(windows))
    );
    assert_eq!(source["hash"], ABC);
    assert_eq!(
        source["extract_dir"],
        format!("scrum-{}-{windows}", env!("CARGO_PKG_VERSION"))
    );
    // What Scoop makes of the template for this version is this version's address.
    let update = scoop["autoupdate"]["architecture"]["64bit"]["url"].as_str();
    assert_eq!(
        update
            .unwrap()
            .replace("$version", env!("CARGO_PKG_VERSION")),
        source["url"].as_str().unwrap()
    );

    let entry = fs::read_to_string(folder.path().join("scrum-schemastore.json")).unwrap();
    let entry: serde_json::Value = serde_json::from_str(&entry).unwrap();
    assert_eq!(entry["fileMatch"], serde_json::json!(["scrum.toml"]));
    let (_, schema) = entry["url"].as_str().unwrap().split_once("/main/").unwrap();
    let schema = top().join(schema);
    assert!(
        schema.symlink_metadata().unwrap().is_file(),
        "{}",
        schema.display()
    );
}

#[test]
fn an_archive_that_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = archive("aarch64-apple-darwin");
    let done = run(
        ".ci/dist",
        &["--manifests", folder.path().to_str().unwrap()],
    );
    assert_eq!(done.status.code(), Some(1));
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains(&missing), "{said}");
}

#[test]
fn a_release_of_another_version_is_refused() {
    let done = run(".ci/dist", &["--check", "9.9.9"]);
    assert_eq!(done.status.code(), Some(1));
    let said = String::from_utf8(done.stderr).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        said,
        format!("Cargo.toml has version {version}, not 9.9.9\n")
    );
}

#[test]
fn release_notes_are_the_section_of_the_changelog() {
    let done = run(".ci/release-notes", &["Unreleased"]);
    assert!(done.status.success(), "{done:?}");
    let notes = String::from_utf8(done.stdout).unwrap();
    assert!(notes.starts_with("### "), "{notes}");
    assert!(!notes.contains("\n## "), "{notes}");
    let done = run(".ci/release-notes", &["9.9.9"]);
    assert_eq!(done.status.code(), Some(1));
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("no section ## [9.9.9]"), "{said}");
}

#[test]
fn actions_are_pinned_by_commit_with_their_version_beside() {
    let mut seen = BTreeSet::new();
    for file in [
        ".github/workflows/ci.yml",
        ".github/workflows/release.yml",
        "action.yml",
    ] {
        for line in text(file).lines() {
            let line = line.trim_start().trim_start_matches("- ");
            let Some(uses) = line.strip_prefix("uses: ") else {
                continue;
            };
            let (action, version) = uses.split_once(" # v").expect(uses);
            let (name, commit) = action.split_once('@').expect(uses);
            let hexadecimal = commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(commit.len() == 40 && hexadecimal, "{file}: {uses}");
            assert_eq!(version.split('.').count(), 3, "{file}: {uses}");
            seen.insert((name.to_owned(), commit.to_owned()));
        }
    }
    // One commit for each action, so that an update is one replacement.
    let names: BTreeSet<_> = seen.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), seen.len(), "{seen:?}");
}
