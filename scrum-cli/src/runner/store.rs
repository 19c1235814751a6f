//! Stores answers on disk with the key of their question, so that no question is asked twice.
//!
//! The order of writing makes a kill harmless at any moment. When an answer is replaced, the old answer is renamed
//! before its sidecar, and the new sidecar is written before its answer. So an answer never has the sidecar of another,
//! and a sidecar alone is no answer.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use scrum_core::config::Reviewer;
use scrum_core::digest;
use scrum_core::tally::Sidecar;
use scrum_core::wave::manifest::{BundleRecord, Manifest};
use scrum_core::wave::{MANIFEST, layout};

use crate::error::{Context as _, Result, usage_error};
use crate::wave::write_atomically;

/// Maximum size of a sidecar that is read.
const SIDECAR_BYTES: u64 = 1 << 20;

/// Maximum size of an answer that is reused.
const ANSWER_BYTES: u64 = 64 << 20;

/// The lock file of a run.
const LOCK: &str = ".scrum-review.lock";

/// The key of a question: a digest of the bundle's diff, the template, and the reviewer's settings. The text around the
/// diff in a prompt is not part of it, because it changes with every commit elsewhere.
pub(crate) fn key(
    manifest: &Manifest,
    bundle: &BundleRecord,
    reviewer: &Reviewer,
    redacted: bool,
) -> String {
    let settings = (
        &reviewer.name,
        &reviewer.command,
        &reviewer.api,
        &reviewer.url,
        &reviewer.model,
        reviewer.max_tokens,
        reviewer.temperature,
        &reviewer.headers,
    );
    let question = (
        "scrum.question/1",
        &bundle.diff_sha256,
        &manifest.template_sha256,
        redacted,
        settings,
    );
    // Serialising plain values with string keys into memory cannot fail.
    digest::sha256(&serde_json::to_vec(&question).unwrap_or_default())
}

/// What a wave has for a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// No answer.
    Nothing,
    /// The answer to this question.
    Answer,
    /// An answer to another question: the bundle, the template or the settings have changed since.
    Other,
    /// An answer that scrum did not write.
    ByHand,
}

/// The reviews of one wave.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    reviews: PathBuf,
}

/// The files of one answer.
struct AnswerFiles {
    answer: PathBuf,
    sidecar: PathBuf,
}

impl Store {
    pub(crate) fn new(wave: &Path) -> Self {
        Self {
            reviews: wave.join(layout::REVIEWS),
        }
    }

    fn files(&self, bundle: &str, reviewer: &str) -> AnswerFiles {
        let folder = self.reviews.join(bundle);
        let (answer, sidecar) = layout::answer(reviewer);
        AnswerFiles {
            answer: folder.join(answer),
            sidecar: folder.join(sidecar),
        }
    }

    /// The path of the answer.
    pub(crate) fn place(&self, bundle: &str, reviewer: &str) -> PathBuf {
        self.files(bundle, reviewer).answer
    }

    /// Looks up the answer to a question.
    pub(crate) fn held(&self, bundle: &str, reviewer: &str, key: &str) -> Held {
        let files = self.files(bundle, reviewer);
        if !files.answer.is_file() {
            return Held::Nothing;
        }
        match read_sidecar(&files.sidecar).and_then(|sidecar| sidecar.key) {
            None => Held::ByHand,
            Some(found) if found == key => Held::Answer,
            Some(_) => Held::Other,
        }
    }

    /// Creates the folder of a bundle's answers before anything is asked.
    pub(crate) fn prepare(&self, bundle: &str) -> Result<()> {
        let folder = self.reviews.join(bundle);
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("{} cannot be made", folder.display()))
    }

    /// Saves an answer, or the reason why there is none; an older answer is kept beside it.
    pub(crate) fn put(
        &self,
        bundle: &str,
        reviewer: &str,
        answer: Option<&str>,
        sidecar: &Sidecar,
    ) -> Result<()> {
        let files = self.files(bundle, reviewer);
        self.prepare(bundle)?;
        self.set_aside(&files)?;
        // Plain values serialise into memory without a way to fail.
        let mut json = serde_json::to_vec_pretty(sidecar).unwrap_or_default();
        json.push(b'\n');
        write_atomically(&files.sidecar, &mut |out| out.write_all(&json))?;
        if let Some(answer) = answer {
            write_atomically(&files.answer, &mut |out| out.write_all(answer.as_bytes()))?;
        }
        Ok(())
    }

    /// Renames an answer to `<reviewer>.md.<7 digits of its question>`, and its sidecar likewise.
    fn set_aside(&self, files: &AnswerFiles) -> Result<()> {
        if !files.answer.is_file() {
            return Ok(());
        }
        let question = match read_sidecar(&files.sidecar).and_then(|sidecar| sidecar.key) {
            Some(key) => key,
            None => digest::sha256(&read(&files.answer, ANSWER_BYTES).unwrap_or_default()),
        };
        let digits = question.get(..7).unwrap_or(&question);
        let mut ending = digits.to_owned();
        let mut number = 2;
        while with_ending(&files.answer, &ending).exists() {
            ending = format!("{digits}.{number}");
            number += 1;
        }
        for path in [&files.answer, &files.sidecar] {
            match std::fs::rename(path, with_ending(path, &ending)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error)
                        .with_context(|| format!("{} cannot be moved aside", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn read(path: &Path, most: u64) -> Option<Vec<u8>> {
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path)
        .ok()?
        .take(most)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}

fn read_sidecar(path: &Path) -> Option<Sidecar> {
    serde_json::from_slice(&read(path, SIDECAR_BYTES)?).ok()
}

/// An answer in another wave, or a replaced one in this wave.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    answer: PathBuf,
    sidecar: PathBuf,
    /// The wave's name, if it is a different one.
    wave: Option<String>,
}

impl Kept {
    /// The answer, and its sidecar with a mark that it was reused.
    pub(crate) fn read(&self) -> Option<(String, Sidecar)> {
        let answer = String::from_utf8(read(&self.answer, ANSWER_BYTES)?).ok()?;
        let mut sidecar = read_sidecar(&self.sidecar)?;
        // The wave in which it was asked, not one that had reused it.
        if sidecar.carried_over_from.is_none() {
            sidecar.carried_over_from.clone_from(&self.wave);
        }
        Some((answer, sidecar))
    }
}

/// The answers of all waves, by reviewer and question.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    kept: BTreeMap<(String, String), Kept>,
}

impl Archive {
    /// Reads the sidecars of these reviewers in every wave of the folder, and the replaced answers of the wave `own`.
    pub(crate) fn read(waves: &Path, own: &Path, reviewers: &[&Reviewer]) -> Self {
        let mut archive = Self::default();
        let own_path = own.canonicalize().ok();
        for wave in sorted(waves) {
            let is_own = wave.canonicalize().ok() == own_path;
            if !is_own && wave.join(MANIFEST).is_file() {
                let name = wave
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned());
                archive.add(&wave, name.as_deref(), reviewers);
            }
        }
        // Last, so that this wave's own answers take precedence.
        archive.add(own, None, reviewers);
        archive
    }

    fn add(&mut self, wave: &Path, name: Option<&str>, reviewers: &[&Reviewer]) {
        for bundle in sorted(&wave.join(layout::REVIEWS)) {
            for sidecar in sorted(&bundle) {
                let Some(file) = sidecar.file_name().and_then(|file| file.to_str()) else {
                    continue;
                };
                let of = |reviewer: &&&Reviewer| {
                    let rest = file.strip_prefix(&reviewer.name)?.strip_prefix(".json")?;
                    (rest.is_empty() || rest.starts_with('.')).then(|| rest.to_owned())
                };
                let found = reviewers
                    .iter()
                    .find_map(|reviewer| Some((reviewer, of(&reviewer)?)));
                let Some((reviewer, ending)) = found else {
                    continue;
                };
                let answer = bundle.join(layout::answer(&reviewer.name).0 + &ending);
                let Some(Sidecar {
                    key: Some(key),
                    error: None,
                    ..
                }) = read_sidecar(&sidecar)
                else {
                    continue;
                };
                if answer.is_file() {
                    let kept = Kept {
                        answer,
                        sidecar,
                        wave: name.map(str::to_owned),
                    };
                    self.kept.insert((reviewer.name.clone(), key), kept);
                }
            }
        }
    }

    /// The answer to a question, if any wave has it.
    pub(crate) fn find(&self, reviewer: &str, key: &str) -> Option<&Kept> {
        self.kept.get(&(reviewer.to_owned(), key.to_owned()))
    }
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// A lock, held while a wave's reviewers are asked; the system releases it when the program ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a wave.
    ///
    /// # Errors
    ///
    /// If another run holds it, or the file cannot be written.
    pub(crate) fn hold(wave: &Path) -> Result<Self> {
        Self::take(wave)?.ok_or_else(|| {
            let text = format!("another run asks the reviewers of `{}`", wave.display());
            usage_error(text)
                .hint("wait until it is done; the same command then goes on with what is left")
        })
    }

    /// As [`hold`](Self::hold), but a wave whose reviewers were never asked has nothing to lock.
    pub(crate) fn hold_if_asked(wave: &Path) -> Result<Option<Self>> {
        wave.join(LOCK)
            .exists()
            .then(|| Self::hold(wave))
            .transpose()
    }

    /// `None` if another run has it.
    fn take(wave: &Path) -> Result<Option<Self>> {
        let path = wave.join(LOCK);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                // The file system has no locks. At worst, two runs then pay twice.
                Ok(Some(Self { _file: file }))
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} cannot be locked", path.display()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sidecar(key: &str) -> Sidecar {
        Sidecar {
            key: Some(key.to_owned()),
            ..Sidecar::default()
        }
    }

    #[test]
    fn a_changed_question_sets_the_old_answer_aside_and_finds_it_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        assert_eq!(store.held("core", "gpt-4.1", "aaaaaaaa"), Held::Nothing);
        store
            .put("core", "gpt-4.1", Some("one"), &sidecar("aaaaaaaa"))
            .unwrap();
        assert_eq!(store.held("core", "gpt-4.1", "aaaaaaaa"), Held::Answer);
        assert_eq!(store.held("core", "gpt-4.1", "bbbbbbbb"), Held::Other);
        store
            .put("core", "gpt-4.1", Some("two"), &sidecar("bbbbbbbb"))
            .unwrap();
        let aside = folder.path().join("reviews/core/gpt-4.1.md.aaaaaaa");
        assert_eq!(std::fs::read_to_string(aside).unwrap(), "one");

        let reviewer = Reviewer {
            name: "gpt-4.1".to_owned(),
            ..Reviewer::default()
        };
        let archive = Archive::read(&folder.path().join("none"), folder.path(), &[&reviewer]);
        let (text, back) = archive.find("gpt-4.1", "aaaaaaaa").unwrap().read().unwrap();
        assert_eq!((text.as_str(), back.carried_over_from), ("one", None));
    }

    #[test]
    fn a_failure_leaves_a_reason_and_no_answer() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let failed = Sidecar {
            error: Some("HTTP 500".to_owned()),
            ..sidecar("aaaaaaaa")
        };
        store.put("core", "opus", None, &failed).unwrap();
        assert_eq!(store.held("core", "opus", "aaaaaaaa"), Held::Nothing);
        std::fs::write(store.place("core", "opus"), "by hand").unwrap();
        std::fs::remove_file(folder.path().join("reviews/core/opus.json")).unwrap();
        assert_eq!(store.held("core", "opus", "aaaaaaaa"), Held::ByHand);
    }

    #[test]
    fn one_run_holds_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path()).unwrap();
        assert!(lock.is_some());
        assert!(Lock::take(folder.path()).unwrap().is_none());
        drop(lock);
        assert!(Lock::take(folder.path()).unwrap().is_some());
    }
}
