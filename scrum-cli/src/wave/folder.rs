//! Writes a wave into a folder, so that a kill at any moment leaves each file old or new.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use scrum_core::tally::ReviewState;
use scrum_core::tally::Tally;
use scrum_core::wave::Sink;
use scrum_core::wave::layout::{
    BUNDLES, EXCLUDED, MANIFEST, PROMPTS, REPORTS, REVIEWS, TALLY, TREE,
};
use scrum_core::wave::manifest::Manifest;

use super::is_inside;
use crate::error::{Context as _, NoFolder, Result, cannot_read, usage_error};

/// Prefix of temporary files, to recognise those that a killed run left behind.
const TEMPORARY: &str = ".scrum-tmp-";

/// Prefix of the copy of a manifest that is being replaced.
const REPLACED: &str = ".scrum-tmp-manifest-";

/// The folders of a wave.
const FOLDERS: [&str; 3] = [BUNDLES, PROMPTS, REVIEWS];

/// The folder into which a wave will be written.
#[derive(Debug)]
pub(crate) struct WaveFolder {
    path: PathBuf,
    /// The manifest of the existing wave, if it can be read.
    old: Option<Manifest>,
    /// First digits of the old manifest's digest, if there is one.
    old_digest: Option<String>,
    /// Temporary files that existed at the beginning. Later ones belong to a concurrent run.
    left_behind: Vec<PathBuf>,
    /// Files of waves before the old one. A run that was killed after writing its manifest leaves them, with a copy of
    /// the manifest that lists them.
    old_files: Vec<String>,
}

impl WaveFolder {
    /// Examines the folder and writes nothing. A folder that exists but is neither empty nor a wave is an error.
    pub(crate) fn inspect(path: &Path) -> Result<Self> {
        let mut entries = match std::fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self {
                    path: path.to_owned(),
                    old: None,
                    old_digest: None,
                    left_behind: Vec::new(),
                    old_files: Vec::new(),
                });
            }
            Err(error) => return Err(cannot_read(path, &error)),
        };
        match std::fs::read(path.join(MANIFEST)) {
            Ok(json) => {
                // A manifest that this version cannot read still marks a wave; none of its files are removed.
                let old = Manifest::from_json(&json).ok();
                Ok(Self {
                    path: path.to_owned(),
                    old_files: replaced_manifests(path).iter().flat_map(files).collect(),
                    old,
                    old_digest: Some(scrum_core::digest::sha256(&json)[..7].to_owned()),
                    left_behind: temporary_files(path),
                })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // A first run that was killed leaves the wave's folders without a manifest.
                let foreign = entries.any(|entry| {
                    entry.is_ok_and(|entry| !is_own(&entry.file_name().to_string_lossy()))
                });
                if foreign {
                    let error = usage_error(format!(
                        "`{}` is neither empty nor a wave, so nothing is written into it",
                        path.display()
                    ));
                    return Err(error.hint(
                        "give -o a new folder, or a wave to replace: `scrum bundle RANGE -o NEW-FOLDER`",
                    ));
                }
                Ok(Self {
                    path: path.to_owned(),
                    old: None,
                    old_digest: None,
                    left_behind: temporary_files(path),
                    // All three folders are created before any file. So this is an unfinished wave, and not some folder
                    // that happens to contain one of these names.
                    old_files: match FOLDERS.iter().all(|name| path.join(name).is_dir()) {
                        true => own_files(path),
                        false => Vec::new(),
                    },
                })
            }
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    /// Whether there are reviews.
    pub(crate) fn has_reviews(&self) -> bool {
        has_files(&self.path.join(REVIEWS))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there are reports of the reviews, which do not apply to new bundles.
    pub(crate) fn has_reports(&self) -> bool {
        REPORTS.iter().any(|name| self.path.join(name).exists())
    }

    /// Whether the reports may contain reviews from other folders, as in CI. Reports that were written before any
    /// answer contain none.
    pub(crate) fn has_reports_of_answers(&self) -> bool {
        let no_answer = |tally: &Tally| {
            let mut rows = tally.bundles.iter().flat_map(|bundle| &bundle.reviewers);
            rows.all(|row| matches!(row.state, ReviewState::Missing | ReviewState::NotAsked))
        };
        let tally = std::fs::read(self.path.join(TALLY)).ok();
        let tally = tally.and_then(|json| serde_json::from_slice(&json).ok());
        self.has_reports() && !tally.as_ref().is_some_and(no_answer)
    }

    /// Removes the reports.
    pub(crate) fn remove_reports(&self) -> Result<()> {
        REPORTS
            .iter()
            .try_for_each(|name| remove(&self.path.join(name)))
    }

    /// Whether the new bundles differ from the existing ones.
    pub(crate) fn has_other_bundles(&self, new: &Manifest) -> bool {
        let key = |manifest: &Manifest| -> Vec<(String, String)> {
            let bundles = manifest.bundles.iter();
            bundles
                .map(|bundle| (bundle.id.clone(), bundle.diff_sha256.clone()))
                .collect()
        };
        self.old.as_ref().is_none_or(|old| key(old) != key(new))
    }

    /// Also treats files that a killed run left in the folder of all waves as left behind.
    pub(crate) fn also_clean(&mut self, waves: &Path) {
        self.left_behind.extend(temporary_files_in(waves));
    }

    /// Moves the reviews and their reports to `reviews.<7 digits>`, and returns that path.
    pub(crate) fn move_reviews_aside(&self) -> Result<PathBuf> {
        let digits = self.old_digest.as_deref().unwrap_or("unknown");
        let mut target = self.path.join(format!("{REVIEWS}.{digits}"));
        // The same manifest may have been replaced before.
        let mut number = 2;
        while target.exists() {
            target = self.path.join(format!("{REVIEWS}.{digits}.{number}"));
            number += 1;
        }
        let context = || format!("the reviews cannot be moved to {}", target.display());
        match std::fs::rename(self.path.join(REVIEWS), &target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                std::fs::create_dir(&target).with_context(context)?;
            }
            moved => moved.with_context(context)?,
        }
        for name in REPORTS {
            match std::fs::rename(self.path.join(name), target.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).with_context(context);
                }
                _ => {}
            }
        }
        Ok(target)
    }

    /// Makes the folders.
    pub(crate) fn prepare(&self) -> Result<()> {
        for folder in FOLDERS {
            let path = self.path.join(folder);
            std::fs::create_dir_all(&path)
                .with_context(|| format!("{} cannot be made", path.display()))?;
        }
        Ok(())
    }

    /// Writes the manifest, the last file of a wave, and then removes files that only the old wave had.
    pub(crate) fn finish(&self, manifest: &Manifest) -> Result<()> {
        let json = manifest.to_json();
        let copy = self.keep_old_manifest()?;
        write_atomically(&self.path.join(MANIFEST), &mut |out| out.write_all(&json))?;
        let new = files(manifest);
        let old = self.old.iter().flat_map(files);
        let old = old.chain(self.old_files.iter().cloned());
        for name in old.filter(|name| !new.contains(name) && is_inside(name)) {
            remove(&self.path.join(name))?;
        }
        for path in self.left_behind.iter().chain(&copy) {
            remove(path)?;
        }
        Ok(())
    }

    /// Copies the old manifest, so that a later run knows which files a killed run has left.
    fn keep_old_manifest(&self) -> Result<Option<PathBuf>> {
        let (Some(old), Some(digits)) = (&self.old, &self.old_digest) else {
            return Ok(None);
        };
        let copy = self.path.join(format!("{REPLACED}{digits}"));
        let json = old.to_json();
        write_atomically(&copy, &mut |out| out.write_all(&json))?;
        Ok(Some(copy))
    }
}

impl Sink for WaveFolder {
    fn write_file(
        &self,
        name: &str,
        content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        replace(&self.path.join(name), content)
    }
}

/// Names of files that scrum writes into a wave's folder.
fn is_own(name: &str) -> bool {
    // The manifest is new: another run has just written it.
    matches!(
        name,
        BUNDLES | PROMPTS | REVIEWS | MANIFEST | EXCLUDED | TREE
    ) || name.starts_with(TEMPORARY)
}

/// All files that a manifest lists.
fn files(manifest: &Manifest) -> Vec<String> {
    let mut names = vec![TREE.to_owned()];
    if !manifest.excluded.is_empty() {
        names.push(EXCLUDED.to_owned());
    }
    names.extend(
        manifest
            .bundles
            .iter()
            .flat_map(|b| [b.diff.clone(), b.prompt.clone()]),
    );
    names
}

/// The manifests of waves that were being replaced when a run was killed.
fn replaced_manifests(wave: &Path) -> Vec<Manifest> {
    let copies = temporary_files_in(wave).into_iter().filter(|path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(REPLACED))
    });
    copies
        .filter_map(|path| Manifest::from_json(&std::fs::read(path).ok()?).ok())
        .collect()
}

/// The bundles, prompts and excluded changes in the folder of an unfinished wave.
fn own_files(wave: &Path) -> Vec<String> {
    let in_folder = |folder: &'static str, ending: &'static str| {
        let entries = std::fs::read_dir(wave.join(folder)).into_iter().flatten();
        let names = entries.flatten().map(|entry| entry.file_name());
        names.filter_map(move |name| {
            let name = name.to_str()?;
            (!name.starts_with(TEMPORARY) && name.ends_with(ending))
                .then(|| format!("{folder}/{name}"))
        })
    };
    let all = in_folder(BUNDLES, ".diff").chain(in_folder(PROMPTS, ".md"));
    all.chain([EXCLUDED.to_owned()]).collect()
}

/// The temporary files in a wave's folders.
fn temporary_files(wave: &Path) -> Vec<PathBuf> {
    let reviews = std::fs::read_dir(wave.join(REVIEWS));
    let of_bundles = reviews.into_iter().flatten().flatten();
    ["", BUNDLES, PROMPTS]
        .map(|name| wave.join(name))
        .into_iter()
        .chain(of_bundles.map(|entry| entry.path()))
        .flat_map(|folder| temporary_files_in(&folder))
        .collect()
}

/// Removes the temporary files of killed runs. If a concurrent run loses its file, it writes it again.
pub(crate) fn remove_left_behind(wave: &Path) -> Result<()> {
    temporary_files(wave)
        .iter()
        .try_for_each(|path| remove(path))
}

fn temporary_files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(TEMPORARY))
        .map(|entry| entry.path())
        .collect()
}

fn has_files(folder: &Path) -> bool {
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| {
            let path = entry.path();
            if path.is_dir() {
                has_files(&path)
            } else {
                true
            }
        })
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} cannot be removed", path.display()))
        }
        _ => Ok(()),
    }
}

/// Replaces a file atomically.
pub(crate) fn write_atomically(
    path: &Path,
    content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    replace(path, content).with_context(|| format!("{} cannot be written", path.display()))
}

/// As [`write_atomically`], but returns the system's error. The temporary file is renamed; if a concurrent run has
/// removed it as left behind, it is written again.
pub(crate) fn replace(
    path: &Path,
    content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    const TRIES: usize = 3;
    for _ in 1..TRIES {
        match replace_once(path, content) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            done => return done,
        }
    }
    replace_once(path, content)
}

/// Writes a file that must not exist yet: whole, or not at all.
pub(crate) fn write_once(path: &Path, content: &[u8]) -> io::Result<()> {
    let file = temporary(path, &mut |out| out.write_all(content))?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

fn replace_once(
    path: &Path,
    content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let file = temporary(path, content)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a temporary file in the folder of another one.
fn temporary(
    path: &Path,
    content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> io::Result<tempfile::NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Temporary files are private by default; a wave gets normal permissions by the umask.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound && !folder.exists() {
            io::Error::new(error.kind(), NoFolder(folder.to_owned()))
        } else {
            error
        }
    })?;
    let mut out = io::BufWriter::with_capacity(1 << 16, file);
    content(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}
