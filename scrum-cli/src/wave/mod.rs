//! A wave on disk: found, opened, checked, written.

mod all;
mod counted;
mod decisions;
mod folder;
mod found;
mod gauntlet;
pub(crate) mod merged;
pub(crate) mod reviews;
pub(crate) mod rounds;
mod strays;
pub(crate) mod submissions;

pub(crate) use all::{Listed, all};
pub(crate) use counted::CountedWave;
pub(crate) use decisions::{apply_decisions, decisions_path, read_decisions, write_decisions};
pub(crate) use folder::{WaveFolder, remove_left_behind, replace, write_atomically, write_once};
pub(crate) use found::{FoundWave, find, find_wave, has_newest, named};
pub(crate) use gauntlet::{ASSESSMENT, Phases, assessment, newest_if_any, today};
pub(crate) use strays::strays;

use std::path::{Path, PathBuf};

use scrum_core::digest::DigestWriter;
use scrum_core::range::Range;
use scrum_core::wave::manifest::Manifest;
use scrum_core::wave::{EXCLUDED, MANIFEST, TREE};

use crate::error::{CommandError, Context as _, Result, failure};

/// A wave on disk does not match its manifest.
#[derive(Debug, thiserror::Error)]
#[error("{wave}: `{file}` is {what}")]
struct WaveMismatch {
    wave: String,
    file: String,
    what: &'static str,
}

impl From<WaveMismatch> for CommandError {
    fn from(error: WaveMismatch) -> Self {
        failure(error).hint(
            "the wave was written halfway or edited; `scrum bundle` with its range writes it again, and \
             --overwrite keeps its reviews aside",
        )
    }
}

/// A wave whose files match its manifest.
#[derive(Debug)]
pub(crate) struct Wave {
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Manifest,
}

impl Wave {
    /// Opens a wave and checks every file that the manifest lists.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let wave = Self::open_unchecked(folder)?;
        wave.check()?;
        Ok(wave)
    }

    /// Opens a wave and reads only its manifest.
    pub(crate) fn open_unchecked(folder: &Path) -> Result<Self> {
        Ok(Self {
            folder: folder.to_owned(),
            manifest: read_manifest(folder)?,
        })
    }

    /// Compares every file with its digest in the manifest.
    pub(crate) fn check(&self) -> Result<()> {
        let manifest = &self.manifest;
        let bundles = manifest.bundles.iter().flat_map(|bundle| {
            [
                (bundle.diff.as_str(), Some(&bundle.diff_sha256)),
                (bundle.prompt.as_str(), Some(&bundle.prompt_sha256)),
            ]
        });
        let others = [
            (EXCLUDED, manifest.excluded_sha256.as_ref()),
            (TREE, manifest.tree_sha256.as_ref()),
        ];
        for (file, digest) in bundles.chain(others) {
            let Some(digest) = digest else { continue };
            if !is_inside(file) {
                return Err(self.mismatch(file, "named outside the wave"));
            }
            match self.digest(file) {
                Ok(found) if found == *digest => {}
                Ok(_) => return Err(self.mismatch(file, "not the one that the manifest describes")),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    return Err(self.mismatch(file, "missing"));
                }
                Err(error) => {
                    let path = self.folder.join(file);
                    return Err(error)
                        .with_context(|| format!("{} cannot be read", path.display()));
                }
            }
        }
        Ok(())
    }

    /// Whether a file of the wave matches the manifest.
    pub(crate) fn is_intact(&self, file: &str, digest: &str) -> bool {
        is_inside(file) && self.digest(file).is_ok_and(|found| found == digest)
    }

    fn mismatch(&self, file: &str, what: &'static str) -> CommandError {
        WaveMismatch {
            wave: self.folder.display().to_string(),
            file: file.to_owned(),
            what,
        }
        .into()
    }

    fn digest(&self, file: &str) -> std::io::Result<String> {
        let mut file = std::fs::File::open(self.folder.join(file))?;
        let mut digest = DigestWriter::new(std::io::sink());
        std::io::copy(&mut file, &mut digest)?;
        Ok(digest.finish().1)
    }

    /// The bytes of one of the wave's files.
    pub(crate) fn read(&self, file: &str) -> std::io::Result<Vec<u8>> {
        if !is_inside(file) {
            return Err(std::io::Error::other("named outside the wave"));
        }
        std::fs::read(self.folder.join(file))
    }
}

/// The name of a range's wave: `<base7>-<head7>`, from the commits or, without commits, the trees.
pub(crate) fn default_name(range: &Range) -> String {
    let short = |commit: &Option<String>, tree: &Option<String>| -> String {
        let id = commit.as_ref().or(tree.as_ref());
        id.map_or_else(|| "none".to_owned(), |id| id.chars().take(7).collect())
    };
    format!(
        "{}-{}",
        short(&range.base, &range.base_tree),
        short(&range.head, &range.head_tree)
    )
}

/// Reads a wave's manifest, but no other file.
pub(crate) fn read_manifest(folder: &Path) -> Result<Manifest> {
    let path = folder.join(MANIFEST);
    let json =
        std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    Manifest::from_json(&json).with_context(|| path.display().to_string())
}

/// Whether a name from a manifest stays in the wave's folder. Manifests are not trusted.
pub(crate) fn is_inside(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    !name.is_empty() && parts.all(|part| matches!(part, std::path::Component::Normal(_)))
}

/// A path, relative to the current folder if it is inside it.
pub(crate) fn shown_path(path: &Path) -> String {
    let below = std::env::current_dir()
        .ok()
        .and_then(|folder| path.strip_prefix(folder).ok().map(Path::to_owned));
    below.as_deref().unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn names_that_leave_the_folder_are_seen() {
        assert!(is_inside("bundles/core.diff"));
        for name in ["", "/etc/passwd", "../x", "a/../../x"] {
            assert!(!is_inside(name), "{name}");
        }
    }
}
