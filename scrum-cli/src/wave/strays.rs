//! Finds files that look like reviews but are not read.

use std::path::PathBuf;

use scrum_core::wave::layout;

use super::Wave;

/// Maximum number of files to name.
const MOST: usize = 10;

/// Files directly in a wave's `reviews/`, outside every bundle's folder, except hidden files; sorted.
pub(crate) fn strays(wave: &Wave) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(wave.folder.join(layout::REVIEWS));
    let mut strays: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
        .map(|entry| entry.path())
        .filter(|path| !path.is_dir())
        .collect();
    strays.sort();
    strays.truncate(MOST);
    strays
}
