//! All waves under `.scrum/`.

use std::path::PathBuf;
use std::time::SystemTime;

use scrum_core::wave::MANIFEST;

use super::reviews::entries;
use crate::error::Result;
use crate::session::Session;

/// A wave's folder under `.scrum/`.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// It is the one that `.scrum/current` names.
    pub(crate) is_current: bool,
    written: SystemTime,
}

/// The folders under `.scrum/` that have a manifest, the last written first. Links are not followed.
pub(crate) fn all(session: &Session) -> Result<Vec<Listed>> {
    let waves = session.waves();
    let current = std::fs::read_to_string(waves.join("current")).unwrap_or_default();
    let current = waves.join(current.trim_end_matches(['\r', '\n']));
    let mut found = Vec::new();
    for entry in entries(&waves)? {
        let folder = waves.join(&entry.name);
        if !entry.is_folder(&folder, false) {
            continue;
        }
        let manifest = std::fs::symlink_metadata(folder.join(MANIFEST));
        let Ok(manifest) = manifest else { continue };
        if manifest.is_file() {
            found.push(Listed {
                name: entry.name.to_string_lossy().into_owned(),
                is_current: folder == current,
                written: manifest.modified().unwrap_or(SystemTime::UNIX_EPOCH),
                folder,
            });
        }
    }
    found.sort_by(|a, b| (b.written, &a.name).cmp(&(a.written, &b.name)));
    Ok(found)
}
