//! The reviews of a wave, or review files without one: which there are, and what they say.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use scrum_core::review::{Fault, ReadOptions, Review, Shown};
use scrum_core::tally::{Outcome, Sidecar, Submission};

use super::Wave;
use crate::output::Output;

/// Reviews that a thread takes at once; neighbours are mostly of one bundle and share its diff.
const CHUNK: usize = 16;

/// What is read of a sidecar at most, in bytes.
const SIDECAR_BYTES: u64 = 1 << 20;

/// A review that is on disk, not read yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReviewFile {
    pub(super) bundle: String,
    pub(super) reviewer: String,
    /// The answer; a reviewer that failed may have left only a sidecar.
    pub(super) text: Option<PathBuf>,
    sidecar: Option<PathBuf>,
}

/// Lists `reviews/<bundle>/<reviewer>.md` and `.json`, sorted by bundle and reviewer.
pub(crate) fn of_wave(wave: &Wave) -> anyhow::Result<Vec<ReviewFile>> {
    let mut files = BTreeMap::new();
    let reviews = wave.folder.join("reviews");
    for bundle in entries(&reviews)? {
        if bundle.is_dir() {
            for file in entries(&bundle)? {
                add(&mut files, &file);
            }
        }
    }
    Ok(files.into_values().collect())
}

/// Lists review files without a wave: each path, and of a folder all its `*.md`, recursively. The reviewer is the file's
/// stem, the bundle the name of the folder it lies in.
pub(crate) fn of_paths(paths: &[PathBuf]) -> anyhow::Result<Vec<ReviewFile>> {
    let mut files = BTreeMap::new();
    let mut folders = Vec::new();
    for path in paths {
        if path.is_dir() {
            folders.push(path.clone());
        } else {
            insert(&mut files, path, |file| file.text = Some(path.clone()));
            let sidecar = path.with_extension("json");
            if sidecar != *path && sidecar.is_file() {
                add(&mut files, &sidecar);
            }
        }
    }
    while let Some(folder) = folders.pop() {
        for entry in entries(&folder)? {
            // A link to a folder is not followed: it could lead back up.
            if entry.is_dir() && !entry.is_symlink() {
                folders.push(entry);
            } else if has_extension(&entry, "md") {
                add(&mut files, &entry);
                let sidecar = entry.with_extension("json");
                if sidecar.is_file() {
                    add(&mut files, &sidecar);
                }
            }
        }
    }
    Ok(files.into_values().collect())
}

/// A folder's entries, sorted by name; none where the folder is absent.
pub(super) fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let context = || format!("{} cannot be read", folder.display());
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(context),
    };
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()
        .with_context(context)?;
    paths.sort();
    Ok(paths)
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

pub(super) type Files = BTreeMap<(String, String, PathBuf), ReviewFile>;

/// Takes a review or a sidecar in, and says whether the file is one.
pub(super) fn add(files: &mut Files, path: &Path) -> bool {
    if has_extension(path, "md") {
        insert(files, path, |file| file.text = Some(path.to_owned()));
    } else if has_extension(path, "json") {
        insert(files, path, |file| file.sidecar = Some(path.to_owned()));
    } else {
        return false;
    }
    true
}

fn insert(files: &mut Files, path: &Path, set: impl FnOnce(&mut ReviewFile)) {
    let text = |name: Option<&std::ffi::OsStr>| {
        name.map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    // A relative path without a folder lies in the current one, whose name it then has.
    let folder = std::path::absolute(path).ok();
    let folder = folder
        .as_deref()
        .and_then(Path::parent)
        .and_then(Path::file_name);
    let (bundle, reviewer) = (text(folder), text(path.file_stem()));
    // The path keeps two files apart that share bundle and reviewer, as in the merged folders of many jobs.
    let key = (bundle.clone(), reviewer.clone(), path.with_extension(""));
    let empty = ReviewFile {
        bundle,
        reviewer,
        text: None,
        sidecar: None,
    };
    set(files.entry(key).or_insert(empty));
}

/// Reads all reviews, on several threads, into the order of `files`. Faults of single reviews become part of the result,
/// so that one bad file does not stop the tally.
pub(crate) fn read(
    files: &[ReviewFile],
    wave: Option<&Wave>,
    jobs: usize,
    output: &Output,
) -> Vec<Submission> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Vec<Submission>)>> = Mutex::new(Vec::new());
    let warnings = Mutex::new(Vec::new());
    let work = || {
        let mut shown = (String::new(), Shown::new(None, None));
        let mut buffer = Vec::new();
        loop {
            let start = next.fetch_add(CHUNK, Ordering::Relaxed);
            let Some(chunk) = files.get(start..files.len().min(start + CHUNK)) else {
                return;
            };
            if chunk.is_empty() {
                return;
            }
            let mut read = Vec::with_capacity(chunk.len());
            for file in chunk {
                if shown.0 != file.bundle {
                    shown = (file.bundle.clone(), shown_to(&file.bundle, wave));
                }
                let (submission, warning) = submission(file, &shown.1, &mut buffer);
                read.push(submission);
                if let (Some(warning), Ok(mut warnings)) = (warning, warnings.lock()) {
                    warnings.push(warning);
                }
            }
            if let Ok(mut results) = results.lock() {
                results.push((start, read));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..jobs.min(files.len().div_ceil(CHUNK)) {
            scope.spawn(work);
        }
        work();
    });
    let mut warnings = warnings.into_inner().unwrap_or_default();
    warnings.sort();
    warnings.iter().for_each(|warning| output.warning(warning));
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(start, _)| *start);
    results.into_iter().flat_map(|(_, read)| read).collect()
}

/// What a bundle's reviewers were shown, so that what they quote of it is recognised.
fn shown_to(bundle: &str, wave: Option<&Wave>) -> Shown {
    let found = wave.and_then(|wave| Some((wave, wave.manifest.bundle(bundle)?)));
    let Some((wave, record)) = found else {
        return Shown::new(None, None);
    };
    // The wave was checked when it was opened; a file that vanished since only costs the recognition of quotes.
    let (diff, prompt) = (wave.read(&record.diff).ok(), wave.read(&record.prompt).ok());
    Shown::new(diff.as_deref(), prompt.as_deref())
}

/// Reads one review into `buffer` and parses it. The second value is a warning about the file.
fn submission(
    file: &ReviewFile,
    shown: &Shown,
    buffer: &mut Vec<u8>,
) -> (Submission, Option<String>) {
    let mut warning = None;
    let sidecar = file.sidecar.as_ref().and_then(|path| {
        let mut json = Vec::new();
        let read = read_into(path, &mut json, SIDECAR_BYTES).map_err(|error| error.to_string());
        let parsed = read.and_then(|_| {
            serde_json::from_slice::<Sidecar>(&json).map_err(|error| error.to_string())
        });
        parsed
            .map_err(|error| warning = Some(format!("{} is not used: {error}", path.display())))
            .ok()
    });
    let outcome = match &file.text {
        Some(path) => match read_review(path, shown, buffer) {
            Ok(review) => Outcome::Review(review),
            Err(error) => {
                warning = Some(format!("{} cannot be read: {error}", path.display()));
                Outcome::Failed {
                    reason: format!("the review cannot be read: {error}"),
                }
            }
        },
        None => {
            let reason = sidecar
                .as_ref()
                .and_then(|sidecar: &Sidecar| sidecar.error.clone());
            match reason {
                Some(reason) => Outcome::Failed { reason },
                None => Outcome::Missing,
            }
        }
    };
    let (bundle, reviewer) = (file.bundle.clone(), file.reviewer.clone());
    (
        Submission {
            bundle,
            reviewer,
            outcome,
            sidecar,
        },
        warning,
    )
}

/// Reads as much of a review as counts; the rest is only measured.
fn read_review(path: &Path, shown: &Shown, buffer: &mut Vec<u8>) -> io::Result<Review> {
    let options = ReadOptions::default().shown(shown);
    let size = read_into(path, buffer, options.max_bytes.saturating_add(1))?;
    let mut review = Review::read(buffer, &options);
    for fault in &mut review.faults {
        if let Fault::TooLarge { bytes, .. } = fault {
            review.bytes = review.bytes.saturating_add(size.saturating_sub(*bytes));
            *bytes = size.max(*bytes);
        }
    }
    Ok(review)
}

/// Reads a file up to a limit, and returns its size. What is no file, such as a pipe or a device that a link leads to,
/// could keep the reader for ever.
fn read_into(path: &Path, buffer: &mut Vec<u8>, limit: u64) -> io::Result<u64> {
    use std::io::Read as _;
    buffer.clear();
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    std::fs::File::open(path)?.take(limit).read_to_end(buffer)?;
    Ok(metadata.len())
}
