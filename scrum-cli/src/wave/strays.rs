//! Finds files that look like reviews but are not read.

use std::path::{Path, PathBuf};

use scrum_core::wave::layout;

use super::Wave;
use super::reviews::{FolderEntry, entries, reviews_in};

/// A file in a wave's `reviews/` that is not read.
#[derive(Debug)]
pub(crate) struct Stray {
    pub(crate) path: PathBuf,
    /// Why not, and what to do.
    pub(crate) why: &'static str,
}

const OUTSIDE: &str = "a review lies in a bundle's folder, as in reviews/<bundle>/<reviewer>.md";
const ENDING: &str = "its ending is not that of an answer; name it <reviewer>.md";
const SECOND: &str = "another answer has its name; name it <other-reviewer>.md";

/// What is in a wave's `reviews/` and nothing reads, but for hidden files; sorted. A folder that cannot be listed is reported by
/// the reader of reviews.
pub(crate) fn strays(wave: &Wave) -> Vec<Stray> {
    let reviews = wave.folder.join(layout::REVIEWS);
    let mut strays = Vec::new();
    for entry in visible(&reviews) {
        let path = reviews.join(&entry.name);
        if entry.is_folder(&path, true) {
            strays.extend(in_bundle(&path));
        } else {
            strays.push(Stray { path, why: OUTSIDE });
        }
    }
    strays
}

/// The entries of a folder that do not hide themselves.
fn visible(folder: &Path) -> impl Iterator<Item = FolderEntry> {
    let all = entries(folder).unwrap_or_default();
    all.into_iter()
        .filter(|entry| !entry.name.as_encoded_bytes().starts_with(b"."))
}

fn in_bundle(folder: &Path) -> Vec<Stray> {
    let all: Vec<FolderEntry> = visible(folder).collect();
    let read = reviews_in(folder.to_owned(), all.clone(), |_, _| true);
    let is_read = |entry: &FolderEntry| {
        let files = read.iter().flat_map(|file| [&file.text, &file.sidecar]);
        files.flatten().any(|file| file.name == entry.name)
    };
    let stray = |entry: FolderEntry| {
        let path = folder.join(&entry.name);
        let why = match () {
            () if entry.is_folder(&path, true) => OUTSIDE,
            () if is_read(&entry) || entry.was_replaced() => return None,
            () if entry.is_review() => SECOND,
            () => ENDING,
        };
        Some(Stray { path, why })
    };
    all.into_iter().filter_map(stray).collect()
}
