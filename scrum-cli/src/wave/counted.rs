//! A wave with its reviews counted.

use std::path::Path;

use scrum_core::tally::ground::WaveIndex;
use scrum_core::tally::{self, DiffText, Outcome, Submission, Tally, TallyOptions};
use scrum_core::wave::{TREE, Wanted};

use super::reviews::ReviewFile;
use super::{Wave, apply_decisions, find_wave, read_decisions, reviews, submissions};
use crate::error::Result;
use crate::session::Session;

/// A wave and the tally of its reviews.
pub(crate) struct CountedWave {
    pub(crate) wave: Wave,
    pub(crate) tally: Tally,
    /// Warnings about the reviews.
    pub(crate) warnings: Vec<String>,
}

impl CountedWave {
    /// Opens the wave `name`, or the newest one, and counts its reviews.
    pub(crate) fn open(
        name: Option<&Path>,
        options: &TallyOptions,
        session: &Session,
    ) -> Result<Self> {
        Self::new(Wave::open(&find_wave(name, session)?)?, options, session)
    }

    /// Counts the reviews in the wave's folder.
    pub(crate) fn new(wave: Wave, options: &TallyOptions, session: &Session) -> Result<Self> {
        let files = reviews::of_wave(&wave, options.jobs)?;
        Self::with_reviews(wave, files, options, session)
    }

    /// Counts reviews of the wave from any folder.
    pub(crate) fn with_reviews(
        wave: Wave,
        files: Vec<ReviewFile>,
        options: &TallyOptions,
        session: &Session,
    ) -> Result<Self> {
        let (mut submissions, mut warnings) =
            submissions::read(files, Some(&wave), options.jobs, false);
        submissions.extend(not_asked(&wave, session)?);
        let wave_index = WaveIndex::new(&wave.manifest, &wave.read(TREE).unwrap_or_default());
        let tally = tally::tally(submissions, Some(&wave_index), &wave, options);
        warnings.extend(tally.warnings.iter().cloned());
        Ok(Self {
            wave,
            tally,
            warnings,
        })
    }

    /// Marks people's decisions about the issues.
    pub(crate) fn apply_decisions(&mut self, session: &Session) -> Result<()> {
        let decisions = read_decisions(session)?;
        if !decisions.issues.is_empty() {
            apply_decisions(&decisions, &self.wave, &mut self.tally, session);
        }
        Ok(())
    }
}

/// A reviewer that is not asked about a bundle is not missing there.
fn not_asked(wave: &Wave, session: &Session) -> Result<Vec<Submission>> {
    let mut submissions = Vec::new();
    for reviewer in &session.config.reviewers {
        let wanted = Wanted::new(&reviewer.paths)?;
        let bundles = wave.manifest.bundles.iter();
        let others = bundles.filter(|bundle| !wanted.is_asked(bundle));
        submissions.extend(
            others.map(|bundle| Submission::new(&bundle.id, &reviewer.name, Outcome::NotAsked)),
        );
    }
    Ok(submissions)
}

impl DiffText for Wave {
    fn diff(&self, bundle: &str) -> Option<Vec<u8>> {
        self.read(&self.manifest.bundle(bundle)?.diff).ok()
    }
}
