//! The reviews of a wave, or review files without one: which there are, and what they say.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use scrum_core::location::KnownPaths;
use scrum_core::parallel;
use scrum_core::review::{Fault, ReadOptions, Review, Shown};
use scrum_core::tally::{Outcome, Sidecar, Submission};

use super::Wave;
use crate::output::Output;

/// What is read of a sidecar at most, in bytes.
const SIDECAR_BYTES: u64 = 1 << 20;

/// Room for a file that is read, in bytes, to begin with.
const ROOM: usize = 256 << 10;

/// A review that is on disk, not read yet.
#[derive(Debug, Clone)]
pub(crate) struct ReviewFile {
    folder: Arc<Folder>,
    /// The files' name without its ending.
    stem: OsString,
    reviewer: String,
    /// The answer; a reviewer that failed may have left only a sidecar.
    text: Option<Entry>,
    sidecar: Option<Entry>,
}

/// A folder that reviews lie in.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    /// Its name.
    bundle: String,
}

/// A name in a folder.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: OsString,
    kind: Kind,
}

/// What a folder's listing says of an entry, without a look at the entry itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    /// A link, or a name that the caller gave: what it leads to is not known.
    Unknown,
}

impl Entry {
    /// Whether it is a review or a sidecar, by its ending.
    pub(super) fn is_review(&self) -> bool {
        self.ends_in("md") || self.ends_in("json")
    }

    /// Whether it is a folder; where `follow`, also a link to one.
    pub(super) fn is_folder(&self, path: &Path, follow: bool) -> bool {
        match self.kind {
            Kind::Folder => true,
            Kind::Unknown => follow && path.is_dir(),
            Kind::File => false,
        }
    }

    fn stem(&self) -> Option<&OsStr> {
        Path::new(&self.name).file_stem()
    }

    fn ends_in(&self, ending: &str) -> bool {
        Path::new(&self.name)
            .extension()
            .is_some_and(|found| found.eq_ignore_ascii_case(ending))
    }
}

impl Folder {
    fn new(path: PathBuf) -> Self {
        // A relative path may have no name, as `.` has none; the folder has.
        let absolute = std::path::absolute(&path).ok();
        let name = absolute.as_deref().and_then(Path::file_name);
        let bundle = name.map(|name| name.to_string_lossy().into_owned());
        Self {
            path,
            bundle: bundle.unwrap_or_default(),
        }
    }
}

impl ReviewFile {
    fn new(folder: &Arc<Folder>, stem: &OsStr) -> Self {
        Self {
            folder: Arc::clone(folder),
            stem: stem.to_owned(),
            reviewer: stem.to_string_lossy().into_owned(),
            text: None,
            sidecar: None,
        }
    }

    pub(super) fn bundle(&self) -> &str {
        &self.folder.bundle
    }

    pub(super) fn reviewer(&self) -> &str {
        &self.reviewer
    }

    /// Where the answer lies, if there is one.
    pub(super) fn text(&self) -> Option<PathBuf> {
        let name = &self.text.as_ref()?.name;
        Some(self.folder.path.join(name))
    }

    /// Two files may share bundle and reviewer, as in the merged folders of many jobs; their folders keep them apart.
    fn key(&self) -> (&str, &str, &Path, &OsStr) {
        let folder = &self.folder;
        (&folder.bundle, &self.reviewer, &folder.path, &self.stem)
    }

    /// Puts what stands twice together, and sorts by bundle and reviewer.
    pub(super) fn sorted(mut files: Vec<Self>) -> Vec<Self> {
        files.sort_by(|a, b| a.key().cmp(&b.key()));
        files.dedup_by(|more, first| {
            let same = first.key() == more.key();
            if same {
                first.text = more.text.take().or(first.text.take());
                first.sidecar = more.sidecar.take().or(first.sidecar.take());
            }
            same
        });
        files
    }
}

/// Lists `reviews/<bundle>/<reviewer>.md` and `.json`, sorted by bundle and reviewer.
pub(crate) fn of_wave(wave: &Wave, jobs: usize) -> anyhow::Result<Vec<ReviewFile>> {
    let reviews = wave.folder.join("reviews");
    let bundles: Vec<PathBuf> = entries(&reviews)?
        .into_iter()
        .map(|entry| (reviews.join(&entry.name), entry))
        .filter(|(path, entry)| entry.is_folder(path, true))
        .map(|(path, _)| path)
        .collect();
    let listed = parallel::map(jobs, bundles, |path| {
        let entries = entries(&path)?;
        Ok(reviews_in(path, entries, |_, _| true))
    });
    let listed: Vec<Vec<ReviewFile>> = listed.into_iter().collect::<anyhow::Result<_>>()?;
    Ok(ReviewFile::sorted(listed.into_iter().flatten().collect()))
}

/// Lists review files without a wave: each path, and of a folder all its `*.md`, recursively. The reviewer is the file's
/// stem, the bundle the name of the folder it lies in.
pub(crate) fn of_paths(paths: &[PathBuf], jobs: usize) -> anyhow::Result<Vec<ReviewFile>> {
    let mut files = Vec::new();
    let mut folders = Vec::new();
    for path in paths {
        if path.is_dir() {
            folders.push(path.clone());
        } else {
            files.extend(named(path));
        }
    }
    // One level of folders after the other.
    while !folders.is_empty() {
        let listed = parallel::map(jobs, folders, |path| {
            let entries = entries(&path)?;
            // A link to a folder is not followed: it could lead back up.
            let inner: Vec<PathBuf> = entries
                .iter()
                .filter(|entry| entry.kind == Kind::Folder)
                .map(|entry| path.join(&entry.name))
                .collect();
            // Only a sidecar beside a review says something here.
            let own = reviews_in(path, entries, |folder, entry| match entry.kind {
                Kind::Folder => false,
                _ if entry.ends_in("md") => true,
                Kind::File => entry.name.as_encoded_bytes().ends_with(b".json"),
                Kind::Unknown => {
                    entry.name.as_encoded_bytes().ends_with(b".json")
                        && folder.join(&entry.name).is_file()
                }
            });
            let own: Vec<ReviewFile> = own.into_iter().filter(|file| file.text.is_some()).collect();
            anyhow::Ok((own, inner))
        });
        folders = Vec::new();
        for level in listed {
            let (own, inner) = level?;
            files.extend(own);
            folders.extend(inner);
        }
    }
    Ok(ReviewFile::sorted(files))
}

/// A file that the caller named, whatever its ending, with the sidecar beside it.
fn named(path: &Path) -> Option<ReviewFile> {
    let (name, stem) = (path.file_name()?, path.file_stem()?);
    let folder = Folder::new(path.parent().unwrap_or(Path::new("")).to_owned());
    let mut file = ReviewFile::new(&Arc::new(folder), stem);
    let entry = |name: &OsStr| Entry {
        name: name.to_owned(),
        kind: Kind::Unknown,
    };
    file.text = Some(entry(name));
    let sidecar = path.with_extension("json");
    if sidecar != *path && sidecar.is_file() {
        file.sidecar = sidecar.file_name().map(entry);
    }
    Some(file)
}

/// A folder's entries, sorted by name; none where the folder is absent.
pub(super) fn entries(folder: &Path) -> anyhow::Result<Vec<Entry>> {
    let context = || format!("{} cannot be read", folder.display());
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(context),
    };
    let mut found = entries
        .map(|entry| {
            let entry = entry?;
            let kind = match entry.file_type()? {
                kind if kind.is_dir() => Kind::Folder,
                kind if kind.is_file() => Kind::File,
                _ => Kind::Unknown,
            };
            Ok(Entry {
                name: entry.file_name(),
                kind,
            })
        })
        .collect::<io::Result<Vec<_>>>()
        .with_context(context)?;
    found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The reviews and sidecars among those of a folder's entries that `takes` takes.
pub(super) fn reviews_in(
    path: PathBuf,
    mut entries: Vec<Entry>,
    takes: impl Fn(&Path, &Entry) -> bool,
) -> Vec<ReviewFile> {
    let folder = Arc::new(Folder::new(path));
    // So that `x.json` and `x.md` are neighbours, with `x.k.md` behind them.
    entries.sort_by(|a, b| a.stem().cmp(&b.stem()));
    let mut files: Vec<ReviewFile> = Vec::new();
    for entry in entries {
        let Some(stem) = entry.stem() else { continue };
        let (is_text, is_sidecar) = (entry.ends_in("md"), entry.ends_in("json"));
        if !(is_text || is_sidecar) || !takes(&folder.path, &entry) {
            continue;
        }
        if files.last().is_none_or(|file| file.stem != stem) {
            files.push(ReviewFile::new(&folder, stem));
        }
        let Some(file) = files.last_mut() else {
            continue;
        };
        if is_text {
            file.text = Some(entry);
        } else {
            file.sidecar = Some(entry);
        }
    }
    files
}

/// Reads all reviews, on several threads, into the order of `files`. Faults of single reviews become part of the result,
/// so that one bad file does not stop the tally.
pub(crate) fn read(
    files: Vec<ReviewFile>,
    wave: Option<&Wave>,
    jobs: usize,
    output: &Output,
) -> Vec<Submission> {
    struct Own {
        /// Neighbours are mostly of one bundle and share its diff.
        bundle: Option<(String, Shown)>,
        buffer: Vec<u8>,
    }
    let own = || Own {
        bundle: None,
        buffer: vec![0; ROOM],
    };
    let paths = wave.map(known_paths);
    let read = parallel::map_with(jobs, files, own, |own, file| {
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
    warnings.iter().for_each(|warning| output.warning(warning));
    submissions
}

/// The paths that a review of the wave may mean.
fn known_paths(wave: &Wave) -> KnownPaths {
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
            reviewer: file.reviewer.clone(),
            outcome,
            sidecar,
        },
        warning,
    )
}

/// Reads as much of a review as counts; the rest is only measured.
fn read_review(
    path: &Path,
    kind: Kind,
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
    kind: Kind,
    buffer: &'b mut Vec<u8>,
    limit: u64,
) -> io::Result<(&'b [u8], u64)> {
    use std::io::Read as _;
    if kind != Kind::File && !std::fs::metadata(path)?.is_file() {
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
