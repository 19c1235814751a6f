//! Tells the binary which commit it is built from, for `scrum --version`: `SCRUM_COMMIT` in the environment (for builds
//! from an archive of the source), else what git says of this workspace, else what `cargo package` wrote down. Builds for
//! development name none, since each commit would make them build anew.

use std::process::Command;

/// Digits shown of an id.
const DIGITS: usize = 10;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=SCRUM_COMMIT");
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = std::env::var("SCRUM_COMMIT").ok();
    let commit = commit.or_else(|| release.then(|| from_package().or_else(from_git)).flatten());
    let suffix = commit.as_deref().and_then(|id| id.get(..DIGITS));
    let suffix = suffix.map_or_else(String::new, |id| format!(" ({id})"));
    println!(
        "cargo::rustc-env=SCRUM_VERSION={}{suffix}",
        env!("CARGO_PKG_VERSION")
    );
}

/// `{"git": {"sha1": "…"}, …}`, in a package that cargo made.
fn from_package() -> Option<String> {
    let info = std::fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, rest) = info.split_once("\"sha1\": \"")?;
    rest.split_once('"').map(|(id, _)| id.to_owned())
}

/// The workspace may lie inside somebody else's repository, as vendored code does; that commit says nothing.
fn from_git() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .arg("rev-parse")
            .args(arguments)
            .output()
            .ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    (git(&["--show-prefix"])? == "scrum-cli/").then_some(())?;
    println!(
        "cargo::rerun-if-changed={}",
        git(&["--git-path", "logs/HEAD"])?
    );
    git(&["HEAD"])
}
