//! Merges the reviews of one wave from many CI jobs.
//!
//! Each job reviews some bundles of the wave and uploads its `reviews/`, or its whole wave. The downloads are in one
//! folder, or in a folder per job. The bundle of a review is the name of its folder, at any depth; a file in no folder
//! with a bundle's name is not a review, which is reported. A review that appears twice counts once.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use scrum_core::wave::layout::{MANIFEST, REVIEWS};

use super::reviews::{self, ReviewFile};
use super::{FoundWave, Wave, find};
use crate::error::{Result, usage_error};
use crate::session::Session;

/// Maximum number of folders to search. CI systems have a few hundred.
const MAX_FOLDERS: usize = 100_000;

/// A wave, and further folders with reviews of it.
#[derive(Debug)]
pub(crate) struct Merged {
    pub(crate) wave: PathBuf,
    folders: Vec<PathBuf>,
}

/// Checks whether the arguments are a wave followed by folders of reviews, or one folder with copies of one wave.
/// `None` if they are something else.
pub(crate) fn find_merged(names: &[PathBuf], session: &Session) -> Result<Option<Merged>> {
    match names {
        [first, folders @ ..] if !folders.is_empty() => {
            let Ok(FoundWave::Wave(wave)) = find(std::slice::from_ref(first), session) else {
                return Ok(None);
            };
            if let Some(absent) = folders.iter().find(|folder| !folder.is_dir()) {
                let text = format!("`{}` is not a folder of reviews", absent.display());
                return Err(usage_error(text).hint(format!(
                    "after the wave {} come folders with reviews to include",
                    wave.display()
                )));
            }
            Ok(Some(Merged {
                wave,
                folders: folders.to_vec(),
            }))
        }
        [folder] if folder.is_dir() && !folder.join(MANIFEST).is_file() => {
            let mut waves = Vec::new();
            for entry in reviews::entries(folder)? {
                let path = folder.join(&entry.name);
                if entry.is_folder(&path, true) && path.join(MANIFEST).is_file() {
                    waves.push(path);
                }
            }
            // A job may have uploaded only the manifest and its reviews.
            let whole = waves.iter().find(|wave| Wave::open(wave).is_ok());
            Ok(whole.or(waves.first()).map(|wave| Merged {
                wave: wave.clone(),
                folders: vec![folder.clone()],
            }))
        }
        _ => Ok(None),
    }
}

impl Merged {
    /// Lists the reviews in the wave's folder and in the others, sorted by bundle and reviewer. The second value is a
    /// warning about files that are not counted.
    pub(crate) fn reviews(&self, wave: &Wave) -> Result<(Vec<ReviewFile>, Option<String>)> {
        let ids = wave.manifest.bundles.iter();
        let mut walk = MergeWalk {
            ids: ids.map(|bundle| bundle.id.as_str()).collect(),
            manifest: std::fs::read(self.wave.join(MANIFEST))?,
            files: Vec::new(),
            others: Vec::new(),
            folders: 0,
        };
        walk.folder(&self.wave.join(REVIEWS))?;
        for folder in &self.folders {
            walk.folder(folder)?;
        }
        let warning = walk.others.first().map(|first| {
            format!(
                "not counted, because no folder in the path is named after a bundle of {}: {}{}",
                self.wave.display(),
                first.display(),
                match walk.others.len() {
                    1 => String::new(),
                    files => format!(" and {} more", files - 1),
                }
            )
        });
        Ok((once(&ReviewFile::sorted(walk.files)), warning))
    }
}

struct MergeWalk<'w> {
    ids: BTreeSet<&'w str>,
    /// The wave's own manifest.
    manifest: Vec<u8>,
    files: Vec<ReviewFile>,
    /// Files with the ending of a review that are in no bundle's folder.
    others: Vec<PathBuf>,
    folders: usize,
}

impl MergeWalk<'_> {
    fn folder(&mut self, top: &Path) -> Result<()> {
        let mut open = vec![top.to_owned()];
        while let Some(folder) = open.pop() {
            self.folders += 1;
            if self.folders > MAX_FOLDERS {
                let text = format!("`{}` has more than {MAX_FOLDERS} folders", top.display());
                return Err(usage_error(text).hint("name the folders that contain reviews"));
            }
            // In a wave, only the files in reviews/ are reviews; its prompts end in .md, too.
            if folder.join(MANIFEST).is_file() {
                self.same_wave(&folder)?;
                open.push(folder.join(REVIEWS));
                continue;
            }
            let name = std::path::absolute(&folder)?;
            let name = name.file_name().unwrap_or_default().to_string_lossy();
            let of_bundle = self.ids.contains(name.as_ref());
            let mut files = Vec::new();
            for entry in reviews::entries(&folder)? {
                let path = folder.join(&entry.name);
                // A link to a folder is not followed: it could lead back up.
                if entry.is_folder(&path, true) {
                    if entry.is_folder(&path, false) {
                        open.push(path);
                    }
                } else if of_bundle {
                    files.push(entry);
                } else if entry.is_review() {
                    self.others.push(path);
                }
            }
            self.files
                .extend(reviews::reviews_in(folder, files, |_, _| true));
        }
        self.others.sort();
        Ok(())
    }

    /// Rejects a wave with different bundles, whose reviews would be counted at wrong lines.
    fn same_wave(&self, folder: &Path) -> Result<()> {
        if std::fs::read(folder.join(MANIFEST))? == self.manifest {
            return Ok(());
        }
        Err(
            usage_error(format!("`{}` is a different wave", folder.display()))
                .hint("only waves of the same range and the same bundles can be merged"),
        )
    }
}

/// Removes duplicates. Of identical copies the first stays, and an answer replaces a failure of another job.
fn once(files: &[ReviewFile]) -> Vec<ReviewFile> {
    let mut kept: Vec<ReviewFile> = Vec::with_capacity(files.len());
    for group in files.chunk_by(|a, b| a.bundle() == b.bundle() && a.reviewer() == b.reviewer()) {
        let answered = group.iter().any(|file| file.text().is_some());
        let from = kept.len();
        for file in group
            .iter()
            .filter(|file| file.text().is_some() == answered)
        {
            let known = kept[from..]
                .iter()
                .any(|other| match (other.text(), file.text()) {
                    (Some(other), Some(own)) => same_bytes(&other, &own).unwrap_or(false),
                    // Of several failures without an answer, keep one.
                    _ => true,
                });
            if !known {
                kept.push(file.clone());
            }
        }
    }
    kept
}

fn same_bytes(one: &Path, other: &Path) -> io::Result<bool> {
    let (first, second) = (std::fs::metadata(one)?, std::fs::metadata(other)?);
    Ok(first.is_file()
        && second.is_file()
        && first.len() == second.len()
        && std::fs::read(one)? == std::fs::read(other)?)
}
