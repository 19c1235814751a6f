//! Which commit `scrum --version` names: the build script's reading of git's files, held against git.

use std::fs;
use std::path::Path;

use crate::place::Place;

#[expect(
    dead_code,
    reason = "the script's own entrance is not run by its tests"
)]
#[path = "../../scrum-cli/build.rs"]
mod build_script;

use build_script::{Found, commit_of};

/// A workspace with one commit and a crate's folder in it.
fn workspace() -> Place {
    let place = Place::repository();
    place.write("scrum-cli/Cargo.toml", "");
    place.commit("First");
    place
}

#[track_caller]
fn assert_names(found: &Found, id: &str) {
    assert_eq!(found.id.as_deref(), Some(id.trim()), "{found:?}");
    for path in &found.depends_on {
        assert!(path.exists(), "cargo would build anew each time: {path:?}");
    }
}

fn in_workspace(top: &Path) -> Found {
    commit_of(&top.join("scrum-cli"))
}

#[test]
fn the_commit_of_a_branch_a_packed_one_and_none() {
    let place = workspace();
    let head = || place.git(&["rev-parse", "HEAD"]);
    assert_names(&in_workspace(&place.path()), &head());
    place.git(&["pack-refs", "--all"]);
    let found = in_workspace(&place.path());
    assert_names(&found, &head());
    // The branch has no file of its own now; the folder in which it appears with the next commit is watched.
    assert!(
        found.depends_on.iter().any(|p| p.ends_with("refs/heads")),
        "{found:?}"
    );
    place.commit("Second");
    assert_names(&in_workspace(&place.path()), &head());
    place.git(&["checkout", "-q", "--detach", "HEAD~1"]);
    assert_names(&in_workspace(&place.path()), &head());
}

#[test]
fn the_commit_of_a_linked_work_tree() {
    let place = workspace();
    let linked = place.beside("linked");
    place.git(&["worktree", "add", "-q", linked.to_str().unwrap()]);
    place.commit("Only on main");
    assert_names(&in_workspace(&linked), &place.git(&["rev-parse", "main~1"]));
}

#[test]
fn a_package_names_the_commit_that_it_was_made_of() {
    let place = workspace();
    let id = "0123456789abcdef0123456789abcdef01234567";
    let info = format!("{{\"git\": {{\"sha1\": \"{id}\"}}, \"path_in_vcs\": \"scrum-cli\"}}");
    place.write("scrum-cli/.cargo_vcs_info.json", info);
    assert_names(&in_workspace(&place.path()), id);
}

#[test]
fn without_git_or_inside_another_repository_there_is_no_commit() {
    let place = Place::empty();
    place.write("scrum-cli/Cargo.toml", "");
    assert_eq!(in_workspace(&place.path()), Found::default());
    let other = workspace();
    other.write("vendor/scrum/scrum-cli/Cargo.toml", "");
    assert_eq!(
        in_workspace(&other.path().join("vendor/scrum")),
        Found::default()
    );
    // Rubbish is no commit either.
    fs::write(other.path().join(".git/HEAD"), "no commit\n").unwrap();
    assert_eq!(in_workspace(&other.path()).id, None);
}

#[test]
fn a_build_for_development_names_the_version_alone() {
    let run = Place::empty().scrum(&["--version"]).expect(0);
    let mut words = run.stdout.split_whitespace();
    assert_eq!(
        (words.next(), words.next()),
        (Some("scrum"), Some(env!("CARGO_PKG_VERSION"))),
        "{}",
        run.all()
    );
}
