//! Tells the binary which commit it is built from, for `scrum --version`.
//!
//! git is not run and not needed: its files are read, and where they are not to be had there is no commit to name. In
//! this order: `SCRUM_COMMIT` in the environment (for those who build from an archive of the source), the file that
//! `cargo package` leaves in a package, the repository whose work tree this workspace is. Builds for development name
//! none, since each commit would make them build anew.

use std::fs;
use std::path::{Path, PathBuf};

/// Shown of an id.
const DIGITS: usize = 10;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=SCRUM_COMMIT");
    let folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let optimised = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let named = std::env::var("SCRUM_COMMIT").ok();
    let found = match named.as_deref().and_then(commit_id) {
        Some(id) => Found {
            id: Some(id),
            depends_on: Vec::new(),
        },
        None if optimised => commit_of(&folder),
        None => Found::default(),
    };
    for path in &found.depends_on {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    let suffix = found.id.map_or_else(String::new, |id| {
        format!(" ({})", &id[..DIGITS.min(id.len())])
    });
    println!(
        "cargo::rustc-env=SCRUM_VERSION={}{suffix}",
        env!("CARGO_PKG_VERSION")
    );
}

/// A commit, and the files whose change may make it another one. All of them exist: cargo takes an absent file for a
/// changed one, at every build.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) id: Option<String>,
    pub(crate) depends_on: Vec<PathBuf>,
}

/// The commit that the crate in `folder` stands at.
pub(crate) fn commit_of(folder: &Path) -> Found {
    let package = folder.join(".cargo_vcs_info.json");
    if let Ok(info) = fs::read_to_string(&package) {
        // {"git": {"sha1": "…"}, …}: the only value in it that can be an id.
        let id = info.split('"').find_map(commit_id);
        return Found {
            id,
            depends_on: vec![package],
        };
    }
    // The repository of this workspace and no other: a copy of the source may stand inside somebody else's.
    let Some(git) = folder.parent().map(|top| top.join(".git")) else {
        return Found::default();
    };
    // In a linked work tree `.git` is a file that names the folder.
    let git = match fs::read_to_string(&git) {
        Ok(link) => match link.trim_end().strip_prefix("gitdir: ") {
            Some(target) => git.with_file_name("").join(target),
            None => return Found::default(),
        },
        Err(_) => git,
    };
    // What all work trees share stands elsewhere then.
    let common = match fs::read_to_string(git.join("commondir")) {
        Ok(path) => git.join(path.trim_end()),
        Err(_) => git.clone(),
    };
    let head = git.join("HEAD");
    let Ok(text) = fs::read_to_string(&head) else {
        return Found::default();
    };
    let mut depends_on = vec![head];
    let Some(name) = text.trim_end().strip_prefix("ref: ") else {
        return Found {
            id: commit_id(text.trim_end()),
            depends_on,
        };
    };
    let loose = common.join(name);
    let packed = common.join("packed-refs");
    if let Ok(id) = fs::read_to_string(&loose) {
        depends_on.push(loose);
        return Found {
            id: commit_id(id.trim_end()),
            depends_on,
        };
    }
    // The next commit writes the loose file, in the folder that is there already or in a new one.
    depends_on.extend(
        loose
            .ancestors()
            .skip(1)
            .find(|path| path.is_dir())
            .map(Path::to_owned),
    );
    let id = fs::read_to_string(&packed).ok().and_then(|refs| {
        depends_on.push(packed);
        refs.lines().find_map(|line| {
            let (id, found) = line.split_once(' ')?;
            (found == name).then(|| commit_id(id)).flatten()
        })
    });
    Found { id, depends_on }
}

/// The text, if it is an object's id in full.
fn commit_id(text: &str) -> Option<String> {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    ((text.len() == 40 || text.len() == 64) && text.bytes().all(hex)).then(|| text.to_owned())
}
