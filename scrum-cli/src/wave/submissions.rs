//! Reads the reviews on disk: each file with its sidecar becomes a submission for the tally.

use std::io;
use std::path::Path;

use scrum_core::review::import::{Author, HeadLines, Import, ImportOptions, import};
use scrum_core::review::location::KnownPaths;
use scrum_core::review::{Fault, QuoteIndex, ReadOptions, Review};
use scrum_core::tally::{Outcome, Sidecar, Submission};
use scrum_core::try_map::map;

use super::Wave;
use super::reviews::{EntryKind, ReviewFile};

/// Maximum size of a sidecar that is read, in bytes.
const SIDECAR_BYTES: u64 = 1 << 20;

/// Initial size of the buffer for a file, in bytes.
const ROOM: usize = 256 << 10;

/// Reads all reviews, on several threads, into the order of `files`. Errors in single reviews become part of the
/// result, so that one bad file does not stop the tally; the second value has a warning for each. `explain` lists the
/// parts of each review.
pub(crate) fn read(
    files: Vec<ReviewFile>,
    wave: Option<&Wave>,
    jobs: usize,
    explain: bool,
) -> (Vec<Submission>, Vec<String>) {
    struct Own {
        /// Neighbours usually belong to the same bundle and share its diff.
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
        let options = ReadOptions::default()
            .quote_index(shown)
            .paths(paths.as_ref())
            .explain(explain);
        // Without a wave, a dump of a forge is the reviews of all its authors.
        if wave.is_none()
            && let Some(several) = of_dump(&file, explain)
        {
            return (several, None);
        }
        let (submission, warning) = submission(&file, &options, &mut own.buffer);
        (vec![submission], warning)
    });
    let mut warnings = Vec::new();
    let mut submissions = Vec::with_capacity(read.len());
    for (read, warning) in read {
        submissions.extend(read);
        warnings.extend(warning);
    }
    warnings.sort();
    (submissions, warnings)
}

/// The paths that a review of the wave can mean.
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

/// Maps comments on lines of the base, or of an earlier commit, to the head.
pub(crate) fn head_lines(wave: &Wave) -> HeadLines {
    let range = &wave.manifest.range;
    let mut lines = HeadLines::new(range.base.as_deref(), range.head.as_deref());
    for bundle in &wave.manifest.bundles {
        if let Ok(diff) = wave.read(&bundle.diff) {
            lines.add_diff(&diff);
        }
    }
    lines
}

/// The sidecar of an imported review, as JSON: whose it is.
pub(crate) fn sidecar_of(author: &Author) -> String {
    let sidecar = sidecar(author);
    let told = serde_json::json!({ "human": sidecar.human, "lineage": sidecar.lineage });
    format!("{told}\n")
}

fn sidecar(author: &Author) -> Sidecar {
    let mut sidecar = Sidecar::default();
    match author {
        Author::Program(lineages) if !lineages.is_empty() => {
            sidecar.lineage = Some(lineages.clone());
        }
        Author::Person => sidecar.human = true,
        _ => {}
    }
    sidecar
}

/// A forge's dump as reviews of its authors; the bundle is the name of the file's folder.
pub(crate) fn of_import(import: Import, file: &Path, explain: bool) -> Vec<Submission> {
    let bundle = super::reviews::bundle_of(file);
    let options = ReadOptions::default().explain(explain);
    let submission = |author: scrum_core::review::import::Imported| {
        let lines = author.to_json_lines(&author.findings.iter().collect::<Vec<_>>());
        Submission {
            bundle: bundle.clone(),
            outcome: Outcome::Review(Review::read(lines.as_bytes(), &options)),
            sidecar: Some(sidecar(&author.author)),
            reviewer: author.reviewer,
        }
    };
    let speaking = import.authors.into_iter();
    speaking
        .filter(scrum_core::review::import::Imported::says_something)
        .map(submission)
        .collect()
}

/// The reviews of a file's authors, if it is a forge's dump.
fn of_dump(file: &ReviewFile, explain: bool) -> Option<Vec<Submission>> {
    let path = file.text()?;
    let bytes = std::fs::read(&path).ok()?;
    let start = bytes.trim_ascii_start();
    if !start.starts_with(b"[") && !start.starts_with(b"{") && !start.starts_with(b")]}'") {
        return None;
    }
    let imported = import(&bytes, &ImportOptions::default().comments_only(true)).ok()?;
    Some(of_import(imported, &path, explain))
}

/// What a bundle's reviewers were shown, to recognise quotes.
fn shown_to(bundle: &str, wave: Option<&Wave>) -> QuoteIndex {
    let found = wave.and_then(|wave| Some((wave, wave.manifest.bundle(bundle)?)));
    let Some((wave, record)) = found else {
        return QuoteIndex::new(None, None);
    };
    // The wave was checked when it was opened. If a file has vanished since, only quotes are not recognised.
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

/// Reads a review up to the limit; the rest is only measured.
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

/// Reads a file up to a limit, and returns it with the size of the whole file. Anything else, such as a pipe or a
/// device behind a link, is an error, because reading it could block forever.
///
/// `buffer` contains arbitrary bytes and grows as needed, so that the next file needs no allocation.
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
