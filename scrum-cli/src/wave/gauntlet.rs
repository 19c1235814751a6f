//! The results of the other phases of a release in a wave.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use scrum_core::gauntlet::assess::{Assessment, EvidenceFile, Gap, read_gaps};
use scrum_core::gauntlet::parity::ParityReport;
use scrum_core::gauntlet::smoke::SmokeReport;
use scrum_core::tally::Tally;
use serde::de::DeserializeOwned;

use super::find_wave;
use crate::error::{CommandError, Result, cannot_read, failure, usage_error};
use crate::session::Session;

/// The assessment in a wave.
pub(crate) const ASSESSMENT: &str = "assess.json";

/// The newest wave, if there is any.
pub(crate) fn newest_if_any(session: &Session) -> Result<Option<PathBuf>> {
    if !session.waves().join("current").exists() {
        return Ok(None);
    }
    find_wave(None, session).map(Some)
}

/// Today in UTC, as `2026-11-26`.
pub(crate) fn today() -> String {
    let time = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    time.chars().take(10).collect()
}

/// The results of the phases, and their files.
#[derive(Default)]
pub(crate) struct Phases {
    pub(crate) smoke: Option<SmokeReport>,
    pub(crate) parity: Option<ParityReport>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) files: Vec<EvidenceFile>,
}

impl Phases {
    /// Reads the results in a wave, and `gaps.toml` of the wave or, if there is none, of the repository's top folder.
    pub(crate) fn read(wave: &Path, top: &Path) -> Result<Self> {
        let mut phases = Self::default();
        phases.smoke = phases.json(wave, "smoke.json", "scrum smoke")?;
        phases.parity = phases.json(wave, "parity.json", "scrum parity")?;
        for folder in [wave, top] {
            let path = folder.join("gaps.toml");
            let Some(bytes) = phases.file(&path, "gaps.toml")? else {
                continue;
            };
            let text = String::from_utf8_lossy(&bytes);
            phases.gaps = read_gaps(&text).map_err(|error| {
                usage_error(format!("{}: {error}", path.display()))
                    .hint("docs/gauntlet.md shows how gaps are written")
            })?;
            break;
        }
        Ok(phases)
    }

    fn json<T: DeserializeOwned>(
        &mut self,
        wave: &Path,
        name: &str,
        made_by: &str,
    ) -> Result<Option<T>> {
        let path = wave.join(name);
        let Some(bytes) = self.file(&path, name)? else {
            return Ok(None);
        };
        let damaged = |error: serde_json::Error| -> CommandError {
            failure(format!("{} cannot be read: {error}", path.display()))
                .hint(format!("`{made_by}` writes it again"))
        };
        serde_json::from_slice(&bytes).map(Some).map_err(damaged)
    }

    /// Reads a file and records its digest.
    fn file(&mut self, path: &Path, name: &str) -> Result<Option<Vec<u8>>> {
        match std::fs::read(path) {
            Ok(bytes) => {
                self.note(name, &bytes);
                Ok(Some(bytes))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(cannot_read(path, &error)),
        }
    }

    /// Records the digest of a file.
    pub(crate) fn note(&mut self, name: &str, bytes: &[u8]) {
        self.files.push(EvidenceFile {
            name: name.to_owned(),
            sha256: scrum_core::digest::sha256(bytes),
        });
    }
}

/// The assessment in a wave, if it belongs to this tally.
pub(crate) fn assessment(wave: &Path, tally: &Tally) -> Option<Assessment> {
    let bytes = std::fs::read(wave.join(ASSESSMENT)).ok()?;
    let assessment: Assessment = serde_json::from_slice(&bytes).ok()?;
    let digest = scrum_core::digest::sha256(&tally.to_json().ok()?);
    let mut files = assessment.evidence.iter();
    let is_current = files.any(|file| file.name == "tally.json" && file.sha256 == digest);
    is_current.then_some(assessment)
}
