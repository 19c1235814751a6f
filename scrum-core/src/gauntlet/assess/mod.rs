//! The assessment: decides from the results of the phases whether a release can ship.
//!
//! Takes a wave's manifest and the results of its phases, as plain data in [`Evidence`]; gives an [`Assessment`]: a
//! verdict, and findings, each with its [`Rule`] and its evidence. The rules are one table ([`Assess`]). A phase that
//! was not run is reported as not run: absence is no evidence.

mod find;
mod gaps;
mod in_toto;
mod report;
mod rules;

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

pub use gaps::{Decision, Gap, GapsError, read_gaps};
pub use rules::{Assess, Effect, Phase, Rule};

use super::parity::ParityReport;
use super::smoke::SmokeReport;
use crate::tally::Tally;
use crate::wave::manifest::Manifest;

/// Value of `schema` in the JSON.
pub const ASSESS_SCHEMA: &str = "scrum.assess/1";

/// Whether a release can ship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseVerdict {
    /// No problem was found.
    Ship,
    /// It can, with accepted gaps.
    ShipWithKnownGap,
    /// It must not.
    Hold,
}

impl ReleaseVerdict {
    /// `ship`, `ship-with-known-gap` or `hold`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ship => "ship",
            Self::ShipWithKnownGap => "ship-with-known-gap",
            Self::Hold => "hold",
        }
    }
}

/// The input of an assessment.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The wave.
    pub manifest: &'a Manifest,
    /// `smoke.json`, if the chain was run.
    pub smoke: Option<&'a SmokeReport>,
    /// The tally of the reviews.
    pub tally: Option<&'a Tally>,
    /// `parity.json`, if the probe was run.
    pub parity: Option<&'a ParityReport>,
    /// `gaps.toml`.
    pub gaps: &'a [Gap],
    /// How many independent lineages must have reviewed each bundle; 0 counts as 1.
    pub min_lineages: u32,
    /// The files that were read, by name.
    pub files: &'a [EvidenceFile],
}

/// A file that an assessment is based on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EvidenceFile {
    /// Its name, e.g. `smoke.json`.
    pub name: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
}

/// What is assessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Subject {
    /// The range as the user typed it.
    pub range: String,
    /// Full hex id of the head commit; `None` for a patch, or a tree without a commit.
    pub commit: Option<String>,
    /// Full hex id of the head tree; `None` for a patch.
    pub tree: Option<String>,
    /// For a patch, the digest of its set of file patches, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch_sha256: Option<String>,
}

/// The result of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PhaseRecord {
    /// The phase.
    pub phase: Phase,
    /// `[assess] require` names it.
    pub required: bool,
    /// It was run.
    pub run: bool,
    /// Its headline, or `not run`.
    pub summary: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AssessReason {
    /// Its rule.
    pub rule: Rule,
    /// Its effect on the verdict.
    pub effect: Effect,
    /// What was found.
    pub what: String,
    /// The evidence: where to see it.
    pub evidence: String,
}

/// Whether a release can ship, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Assessment {
    /// [`ASSESS_SCHEMA`].
    pub schema: String,
    /// The verdict.
    pub verdict: ReleaseVerdict,
    /// What is assessed.
    pub subject: Subject,
    /// The day on which gaps were checked for expiry, as `2026-11-26`.
    pub day: String,
    /// The phases, in the order in which they are run.
    pub phases: Vec<PhaseRecord>,
    /// All findings: those with the effect `hold` first, then `gap`, then `note`; each group in the order of the rules.
    pub reasons: Vec<AssessReason>,
    /// `gaps.toml`, as it was read.
    pub gaps: Vec<Gap>,
    /// The files that it is based on.
    pub evidence: Vec<EvidenceFile>,
}

/// Assesses a release. `today`, such as `2026-11-26`, decides which gaps have expired.
pub fn assess(evidence: &Evidence<'_>, rules: &Assess, today: &str) -> Assessment {
    let range = &evidence.manifest.range;
    let phases = find::phases(evidence, rules);
    let mut reasons: Vec<AssessReason> = find::findings(evidence, &phases, today)
        .into_iter()
        .map(|found| AssessReason {
            rule: found.rule,
            effect: rules.effect(found.rule),
            what: found.what,
            evidence: found.evidence,
        })
        .collect();
    reasons.sort_by_key(|reason| (std::cmp::Reverse(reason.effect), reason.rule));
    let verdict = match reasons.iter().map(|reason| reason.effect).max() {
        Some(Effect::Hold) => ReleaseVerdict::Hold,
        Some(Effect::Gap) => ReleaseVerdict::ShipWithKnownGap,
        Some(Effect::Note) | None => ReleaseVerdict::Ship,
    };
    Assessment {
        schema: ASSESS_SCHEMA.to_owned(),
        verdict,
        subject: Subject {
            range: range.spec.clone(),
            commit: range.head.clone(),
            tree: range.head_tree.clone(),
            patch_sha256: evidence.manifest.patch_sha256.clone(),
        },
        day: today.to_owned(),
        phases,
        reasons,
        gaps: evidence.gaps.to_vec(),
        evidence: evidence.files.to_vec(),
    }
}

impl Assessment {
    /// Writes the assessment as JSON, with a line feed at its end.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        writeln!(out)
    }

    /// Writes the assessment as text.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        report::text(self, out)
    }

    /// Writes the assessment as Markdown, to be committed as the release's record.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        report::markdown(self, out)
    }

    /// Writes the assessment as an in-toto statement, version 1, whose predicate is `test-result`, version 0.1.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write_in_toto(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &in_toto::statement(self))?;
        writeln!(out)
    }
}

#[cfg(test)]
mod tests;
