//! Lists the reviews of a wave, or review files without a wave.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scrum_core::try_map::map;
use scrum_core::wave::layout;

use super::Wave;
use crate::error::{Context as _, Result};

/// A review that is on disk, not read yet.
#[derive(Debug, Clone)]
pub(crate) struct ReviewFile {
    pub(super) folder: Arc<BundleFolder>,
    /// The file name without the ending.
    stem: OsString,
    reviewer: String,
    /// The answer; a reviewer that failed may have left only a sidecar.
    pub(super) text: Option<FolderEntry>,
    pub(super) sidecar: Option<FolderEntry>,
}

/// A folder with reviews.
#[derive(Debug)]
pub(super) struct BundleFolder {
    pub(super) path: PathBuf,
    /// Its name.
    pub(super) bundle: String,
}

/// An entry of a folder.
#[derive(Debug, Clone)]
pub(super) struct FolderEntry {
    pub(super) name: OsString,
    pub(super) kind: EntryKind,
}

/// The type of an entry according to the folder's listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EntryKind {
    File,
    Folder,
    /// A link, or a name from the caller: its target is not known.
    Unknown,
}

/// Endings of answers. One in `.json` is an answer unless it is a sidecar.
const TEXTS: [&str; 26] = [
    "md", "markdown", "txt", "log", "jsonl", "ndjson", "sarif", "yaml", "yml", "xml", "csv",
    "rdjson", "toml", "tsv", "html", "htm", "org", "rst", "adoc", "eml", "mbox", "diff", "patch",
    "json5", "jsonc", "out",
];

/// Those of [`TEXTS`] that are more common for other files.
const OTHERS: [&str; 6] = ["toml", "html", "htm", "diff", "patch", "out"];

/// A JSON file larger than this, in bytes, is treated as a sidecar without reading it.
const LARGEST_JSON: u64 = 64 << 20;

/// The keys of a sidecar: a JSON object with other keys is an answer.
const SIDECAR_KEYS: [&str; 17] = [
    "model",
    "tokens_in",
    "tokens_out",
    "finish_reason",
    "duration_ms",
    "attempts",
    "error",
    "prompt_sha256",
    "http_status",
    "exit_code",
    "stderr",
    "key",
    "carried_over_from",
    "warnings",
    "reasoning",
    "human",
    "lineage",
];

impl FolderEntry {
    /// Whether it is a review or a sidecar, by its ending.
    pub(super) fn is_review(&self) -> bool {
        self.is_text() || self.ends_in("json")
    }

    /// Whether it is an answer, by its ending. Hidden and replaced files are not.
    fn is_text(&self) -> bool {
        let name = self.name.as_encoded_bytes();
        let plain = Path::new(&self.name).extension().is_none() && !name.starts_with(b".");
        plain || TEXTS.iter().any(|ending| self.ends_in(ending))
    }

    /// Whether it is an answer that a later one replaced, as `opus.md.1234567`, or its sidecar.
    pub(super) fn was_replaced(&self) -> bool {
        let name = self.name.to_string_lossy();
        name.contains(".md.") || name.contains(".json.")
    }

    /// Whether its ending is that of files of many kinds, which lie in folders of anything. Only in a wave are they answers.
    fn may_be_other(&self) -> bool {
        OTHERS.iter().any(|ending| self.ends_in(ending))
    }

    /// Whether it is a folder; where `follow`, also a link to one.
    pub(super) fn is_folder(&self, path: &Path, follow: bool) -> bool {
        match self.kind {
            EntryKind::Folder => true,
            EntryKind::Unknown => follow && path.is_dir(),
            EntryKind::File => false,
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

impl BundleFolder {
    fn new(path: PathBuf) -> Self {
        // A relative path may have no name, as `.` has none; the folder has. That of `answer.md` is empty.
        let written = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &path
        };
        let absolute = std::path::absolute(written).ok();
        let name = absolute.as_deref().and_then(Path::file_name);
        let bundle = name.map(|name| name.to_string_lossy().into_owned());
        Self {
            path,
            bundle: bundle.unwrap_or_default(),
        }
    }
}

impl ReviewFile {
    fn new(folder: &Arc<BundleFolder>, stem: &OsStr) -> Self {
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

    /// The path of the answer, if there is one.
    pub(super) fn text(&self) -> Option<PathBuf> {
        let name = &self.text.as_ref()?.name;
        Some(self.folder.path.join(name))
    }

    /// Two files may share bundle and reviewer, as in the merged folders of many jobs; their folders keep them apart.
    fn key(&self) -> (&str, &str, &Path, &OsStr) {
        let folder = &self.folder;
        (&folder.bundle, &self.reviewer, &folder.path, &self.stem)
    }

    /// Removes duplicates, and sorts by bundle and reviewer.
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
pub(crate) fn of_wave(wave: &Wave, jobs: usize) -> Result<Vec<ReviewFile>> {
    let reviews = wave.folder.join(layout::REVIEWS);
    let bundles: Vec<PathBuf> = entries(&reviews)?
        .into_iter()
        .map(|entry| (reviews.join(&entry.name), entry))
        .filter(|(path, entry)| entry.is_folder(path, true))
        .map(|(path, _)| path)
        .collect();
    let listed = map(&mut vec![(); jobs.max(1)], bundles, |(), path| {
        let entries = entries(&path)?;
        Ok(reviews_in(path, entries, |_, _| true))
    });
    let listed: Vec<Vec<ReviewFile>> = listed.into_iter().collect::<Result<_>>()?;
    Ok(ReviewFile::sorted(listed.into_iter().flatten().collect()))
}

/// Lists review files without a wave: each path, and of a folder all its `*.md`, recursively. The reviewer is the file's
/// stem, the bundle the name of the folder it lies in.
pub(crate) fn of_paths(paths: &[PathBuf], jobs: usize) -> Result<Vec<ReviewFile>> {
    let mut files = Vec::new();
    let mut folders = Vec::new();
    let mut threads = vec![(); jobs.max(1)];
    for path in paths {
        if path.is_dir() {
            folders.push(path.clone());
        } else {
            files.extend(named(path));
        }
    }
    // One level of folders after the other.
    while !folders.is_empty() {
        let listed = map(&mut threads, folders, |(), path| -> Result<_> {
            let entries = entries(&path)?;
            // A link to a folder is not followed: it could lead back up.
            let inner: Vec<PathBuf> = entries
                .iter()
                .filter(|entry| entry.kind == EntryKind::Folder)
                .map(|entry| path.join(&entry.name))
                .collect();
            // A sidecar without a review means nothing here.
            let own = reviews_in(path, entries, |folder, entry| match entry.kind {
                EntryKind::Folder => false,
                _ if entry.is_text() => !entry.may_be_other(),
                EntryKind::File => entry.name.as_encoded_bytes().ends_with(b".json"),
                EntryKind::Unknown => {
                    entry.name.as_encoded_bytes().ends_with(b".json")
                        && folder.join(&entry.name).is_file()
                }
            });
            let own: Vec<ReviewFile> = own.into_iter().filter(|file| file.text.is_some()).collect();
            Ok((own, inner))
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

/// The bundle of a review without a wave: the name of its folder.
pub(super) fn bundle_of(file: &Path) -> String {
    BundleFolder::new(file.parent().unwrap_or(Path::new("")).to_owned()).bundle
}

/// A file that the caller named, whatever its ending, with the sidecar beside it.
fn named(path: &Path) -> Option<ReviewFile> {
    let (name, stem) = (path.file_name()?, path.file_stem()?);
    let folder = BundleFolder::new(path.parent().unwrap_or(Path::new("")).to_owned());
    let mut file = ReviewFile::new(&Arc::new(folder), stem);
    let entry = |name: &OsStr| FolderEntry {
        name: name.to_owned(),
        kind: EntryKind::Unknown,
    };
    file.text = Some(entry(name));
    let sidecar = path.with_extension("json");
    if sidecar != *path && sidecar.is_file() {
        file.sidecar = sidecar.file_name().map(entry);
    }
    Some(file)
}

/// A folder's entries, sorted by name; none if the folder does not exist.
pub(super) fn entries(folder: &Path) -> Result<Vec<FolderEntry>> {
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
                kind if kind.is_dir() => EntryKind::Folder,
                kind if kind.is_file() => EntryKind::File,
                _ => EntryKind::Unknown,
            };
            Ok(FolderEntry {
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
    mut entries: Vec<FolderEntry>,
    takes: impl Fn(&Path, &FolderEntry) -> bool,
) -> Vec<ReviewFile> {
    let folder = Arc::new(BundleFolder::new(path));
    // So that `x.json` and `x.md` are neighbours, followed by `x.k.md`.
    entries.sort_by(|a, b| a.stem().cmp(&b.stem()));
    let mut files: Vec<ReviewFile> = Vec::new();
    for entry in entries {
        let Some(stem) = entry.stem() else { continue };
        let (is_text, is_sidecar) = (entry.is_text(), entry.ends_in("json"));
        if !(is_text || is_sidecar) || !takes(&folder.path, &entry) {
            continue;
        }
        if files.last().is_none_or(|file| file.stem != stem) {
            files.push(ReviewFile::new(&folder, stem));
        }
        let Some(file) = files.last_mut() else {
            continue;
        };
        if !is_text {
            file.sidecar = Some(entry);
        } else if file.text.is_none() || entry.ends_in("md") {
            file.text = Some(entry);
        }
    }
    for file in files.iter_mut().filter(|file| file.text.is_none()) {
        if let Some(entry) = file
            .sidecar
            .take_if(|entry| !is_sidecar(&folder.path.join(&entry.name)))
        {
            file.text = Some(entry);
        }
    }
    files
}

/// Whether a JSON file is a sidecar by its content: an object without other keys. An unreadable file counts as one, so
/// that it is reported.
fn is_sidecar(path: &Path) -> bool {
    // Reading a pipe or a device could block forever.
    if !std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() < LARGEST_JSON) {
        return true;
    }
    let Ok(bytes) = std::fs::read(path) else {
        return true;
    };
    match serde_json::from_slice::<serde_json::Value>(&bytes) {
        // A server's error is an object; a sidecar has its words.
        Ok(serde_json::Value::Object(members)) => members
            .iter()
            .all(|(key, value)| SIDECAR_KEYS.contains(&key.as_str()) && !value.is_object()),
        Ok(_) => false,
        // Damaged JSON with findings in it is an answer all the same.
        Err(_) => {
            let text = String::from_utf8_lossy(&bytes);
            let has = |key: &str| text.contains(&format!("\"{key}\""));
            !text.trim_start().starts_with('[')
                && !["line", "path", "file"].into_iter().any(has)
                && SIDECAR_KEYS.into_iter().any(has)
        }
    }
}
