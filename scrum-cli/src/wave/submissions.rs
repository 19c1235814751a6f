//! What the reviews on disk say: each file read, with its sidecar, into a submission of the tally.

use std::io;
use std::path::Path;

use scrum_core::review::location::KnownPaths;
use scrum_core::review::{Fault, QuoteIndex, ReadOptions, Review};
use scrum_core::tally::{Outcome, Sidecar, Submission};
use scrum_core::try_map::map;

use super::Wave;
use super::reviews::{EntryKind, ReviewFile};

/// What is read of a sidecar at most, in bytes.
const SIDECAR_BYTES: u64 = 1 << 20;

/// Room for a file that is read, in bytes, to begin with.
const ROOM: usize = 256 << 10;

/// Reads all reviews, on several threads, into the order of `files`. Faults of single reviews become part of the result,
/// so that one bad file does not stop the tally; the second value has a warning for each.
pub(crate) fn read(
    files: Vec<ReviewFile>,
    wave: Option<&Wave>,
    jobs: usize,
) -> (Vec<Submission>, Vec<String>) {
    struct Own {
        /// Neighbours are mostly of one bundle and share its diff.
        bundle: Option<(String, QuoteIndex)>,
        buffer: Vec<u8>,
    }
    let own = |_| Own {
        bundle: None,
        buffer: vec![0; ROOM],
    };
    let paths = wave.map(known_paths);
    let mut threads: Vec<Own> = (0..jobs.max(1)).map(own).collect();
    let read = map(&mut threads, files, |own, file| {
        let bundle = &file.folder.bundle;
        let shown = match &own.bundle {
            Some((known, _)) if known == bundle => &own.bundle,
            _ => {
                own.bundle = Some((bundle.clone(), shown_to(bundle, wave)));
                &own.bundle
            }
        };
        let shown = shown.as_ref().map(|(_, shown)| shown);
        let options = ReadOptions::default().shown(shown).paths(paths.as_ref());
        submission(&file, &options, &mut own.buffer)
    });
    let mut warnings = Vec::new();
    let mut submissions = Vec::with_capacity(read.len());
    for (submission, warning) in read {
        submissions.push(submission);
        warnings.extend(warning);
    }
    warnings.sort();
    (submissions, warnings)
}

/// The paths that a review of the wave may mean.
pub(crate) fn known_paths(wave: &Wave) -> KnownPaths {
    let manifest = &wave.manifest;
    let shown = manifest.bundles.iter().flat_map(|bundle| &bundle.files);
    let shown = shown.map(|file| (&file.path, &file.old_path));
    let excluded = manifest.excluded.iter();
    let excluded = excluded.map(|file| (&file.path, &file.old_path));
    let both = shown.chain(excluded);
    KnownPaths::new(both.flat_map(|(new, old)| {
        [Some(new), old.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }))
}

/// What a bundle's reviewers were shown, so that what they quote of it is recognised.
fn shown_to(bundle: &str, wave: Option<&Wave>) -> QuoteIndex {
    let found = wave.and_then(|wave| Some((wave, wave.manifest.bundle(bundle)?)));
    let Some((wave, record)) = found else {
        return QuoteIndex::new(None, None);
    };
    // The wave was checked when it was opened; a file that vanished since only costs the recognition of quotes.
    let (diff, prompt) = (wave.read(&record.diff).ok(), wave.read(&record.prompt).ok());
    QuoteIndex::new(diff.as_deref(), prompt.as_deref())
}

/// Reads one review into `buffer` and parses it. The second value is a warning about the file.
fn submission(
    file: &ReviewFile,
    options: &ReadOptions<'_>,
    buffer: &mut Vec<u8>,
) -> (Submission, Option<String>) {
    let mut warning = None;
    let folder = &file.folder;
    let sidecar = file.sidecar.as_ref().and_then(|entry| {
        let path = folder.path.join(&entry.name);
        let read =
            read_into(&path, entry.kind, buffer, SIDECAR_BYTES).map_err(|error| error.to_string());
        let parsed = read.and_then(|(json, _)| {
            serde_json::from_slice::<Sidecar>(json).map_err(|error| error.to_string())
        });
        parsed
            .map_err(|error| warning = Some(format!("{} is not used: {error}", path.display())))
            .ok()
    });
    let outcome = match &file.text {
        Some(entry) => {
            let path = folder.path.join(&entry.name);
            match read_review(&path, entry.kind, options, buffer) {
                Ok(review) => Outcome::Review(review),
                Err(error) => {
                    warning = Some(format!("{} cannot be read: {error}", path.display()));
                    Outcome::Failed {
                        reason: format!("the review cannot be read: {error}"),
                    }
                }
            }
        }
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
    (
        Submission {
            bundle: folder.bundle.clone(),
            reviewer: file.reviewer().to_owned(),
            outcome,
            sidecar,
        },
        warning,
    )
}

/// Reads as much of a review as counts; the rest is only measured.
fn read_review(
    path: &Path,
    kind: EntryKind,
    options: &ReadOptions<'_>,
    buffer: &mut Vec<u8>,
) -> io::Result<Review> {
    let (text, size) = read_into(path, kind, buffer, options.max_bytes.saturating_add(1))?;
    let mut review = Review::read(text, options);
    for fault in &mut review.faults {
        if let Fault::TooLarge { bytes, .. } = fault {
            review.bytes = review.bytes.saturating_add(size.saturating_sub(*bytes));
            *bytes = size.max(*bytes);
        }
    }
    Ok(review)
}

/// Reads a file up to a limit, and returns that with the whole file's size. What is no file, such as a pipe or a device
/// that a link leads to, could keep the reader for ever.
///
/// `buffer` is full of bytes that mean nothing, and grows as needed: the next file finds room without an allocation.
fn read_into<'b>(
    path: &Path,
    kind: EntryKind,
    buffer: &'b mut Vec<u8>,
    limit: u64,
) -> io::Result<(&'b [u8], u64)> {
    use std::io::Read as _;
    if kind != EntryKind::File && !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut file = std::fs::File::open(path)?;
    let mut filled = 0;
    loop {
        if filled == limit {
            let size = file.metadata()?.len();
            return Ok((&buffer[..filled], size));
        }
        if filled == buffer.len() {
            buffer.resize((2 * filled).max(ROOM), 0);
        }
        let room = buffer.len().min(limit);
        match file.read(&mut buffer[filled..room]) {
            Ok(0) => return Ok((&buffer[..filled], filled as u64)),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
