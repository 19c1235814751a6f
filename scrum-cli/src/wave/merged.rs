//! The reviews of one wave that many jobs made, in the folders in which a CI hands them on.
//!
//! Each job reviews some bundles of the wave and uploads its `reviews/`, or its whole wave. What comes back lies in one
//! folder, or in a folder a job. A review's bundle is the name of the folder it lies in, at any depth; what lies in no
//! folder named like a bundle is no review, and is told. The same review twice is one.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use scrum_core::wave::layout::{MANIFEST, REVIEWS};

use super::reviews::{self, ReviewFile};
use super::{FoundWave, Wave, find};
use crate::error::{Result, usage_error};
use crate::session::Session;

/// Folders that one walk goes into. A CI hands on a few hundred.
const MAX_FOLDERS: usize = 100_000;

/// A wave, and the folders that hold reviews of it besides its own.
#[derive(Debug)]
pub(crate) struct Merged {
    pub(crate) wave: PathBuf,
    folders: Vec<PathBuf>,
}

/// Sees whether the arguments are a wave with folders of reviews behind it, or one folder of waves that are all the
/// same. `None` where they are something else.
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
            // A job may have handed on no more than the manifest and its reviews.
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
    /// Lists the reviews of the wave's own folder and of the others, sorted by bundle and reviewer. The second value is
    /// a warning about files that are not counted.
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
    /// Reviews by their ending, in no folder of a bundle.
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
            // Of a wave only the reviews are reviews; its prompts end in .md, too.
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

    /// Refuses a wave of other bundles, whose reviews would be counted at lines that they do not mean.
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

/// Takes each review once. Of copies with the same bytes the first stays, and a failure gives way to an answer that
/// another job got.
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
                    // Failures without an answer: one is enough.
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
