//! Files that somebody may take for reviews and that nothing reads.

use std::path::PathBuf;

use scrum_core::wave::layout;

use super::Wave;

/// So many are named at most.
const MOST: usize = 10;

/// What lies in a wave's `reviews/` itself, outside every bundle's folder, hidden files aside; sorted.
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
