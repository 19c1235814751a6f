//! Counts what the reviewers said: the data of `tally.json`, and [`tally`], which computes it.
//!
//! Takes [`Submission`]s, and the wave's [`WaveIndex`](ground::WaveIndex) if there is one; gives a [`Tally`]. After it:
//! [`report`](crate::report).
//!
//! For each reviewer (`reviewer`) the locations are resolved (`resolver`, `ground`, `symbol`), and retracted findings
//! (`retract`) and repeats are removed. Every citation is then in exactly one of the [`Buckets`], so that the numbers
//! add up. For each bundle (`bundle`), the findings that count are grouped into issues (`group`, `similarity`) and
//! added up.
//!
//! A citation is counted in the buckets of the bundle that was *reviewed*, even if the cited line belongs to another
//! bundle; the finding itself is then listed there, with `from_bundle`. So the buckets of the reviews add up to those
//! of the bundles, and these to the total.

mod assignment;
mod bundle;
pub(crate) mod claims;
mod count;
mod distinct;
mod gate;
mod group;
mod mark;
mod missed;
mod record;
mod resolver;
mod retract;
mod review_state;
mod reviewer;
mod similarity;
mod submission;
mod votes;

pub mod ground;
pub mod lineage;
pub(crate) mod symbol;

use serde::{Deserialize, Serialize};

use crate::estimate::Estimate;
pub use count::{tally, try_tally};
pub use gate::{Gate, GateFailure, QuorumMiss};

pub use mark::{BaselineRecord, JudgedRecord, Since, TriageMark, TriageVerdict};
pub use record::{
    FindingRecord, IssueRecord, LineageRecord, LocationRecord, MentionRecord, RetractionRecord,
    ReviewerRow, SetAside, UnlocatedRecord,
};
pub use review_state::ReviewState;
pub use submission::{
    DiffText, NoDiffs, Outcome, ReviewerConfig, Sidecar, Submission, TallyOptions,
};

/// The schema that this version writes.
pub const SCHEMA: &str = "scrum.tally/2";

/// The tally of a wave, or of reviews without one; the content of `tally.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Tally {
    /// Always [`SCHEMA`].
    #[cfg_attr(
        feature = "schema",
        schemars(
            description = "Name and number of this format.",
            extend("const" = SCHEMA)
        )
    )]
    pub schema: String,
    /// Sums over the bundles.
    pub totals: Totals,
    /// How many lines apart two ranges may be and still share a line.
    pub near_lines: u32,
    /// How many independent lineages each bundle needs; 0 for no requirement.
    #[serde(default)]
    pub min_lineages: u32,
    /// Where the citations went, all reviews together.
    pub buckets: Buckets,
    /// Findings that name no location, all reviews together.
    pub findings_without_location: Vec<UnlocatedRecord>,
    /// `RETRACT:` lines that match no finding, all reviews together.
    pub unmatched_retractions: Vec<RetractionRecord>,
    /// In the manifest's order; without a manifest by id.
    pub bundles: Vec<BundleTally>,
    /// Every reviewer with its lineages and their source; more than one entry if its model changed.
    pub reviewers: Vec<LineageRecord>,
    /// An estimate of the number of defects, reported or not: a lower bound. `None` if the reviews do not allow one.
    pub estimate: Option<Estimate>,
    /// Why there is no estimate; absent if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate_refused: Option<String>,
    /// The wave that this one was compared with; absent without `--baseline`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineRecord>,
    /// How often each reviewer, then each lineage, was right; absent if no issue has been judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub judged: Vec<JudgedRecord>,
    /// Warnings: faults of single reviews, unknown lineages.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// How much was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Totals {
    /// Findings counted.
    pub findings: u64,
    /// Issues that they form.
    pub issues: u64,
    /// Of these, those that two or more independent lineages report.
    pub agreed: u64,
    /// Distinct exact locations. A location in several bundles counts once.
    pub distinct: u64,
    /// Of these, those that two or more independent lineages cite.
    pub convergent: u64,
}

/// The citations by bucket. The other numbers add up to `citations`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Buckets {
    /// All of them.
    pub citations: u64,
    /// Counted.
    pub counted: u64,
    /// Already cited by the same reviewer.
    pub duplicate: u64,
    /// Retracted later in the same review.
    pub retracted: u64,
    /// Naming a path that neither the range nor the head tree has.
    pub unknown_path: u64,
    /// Naming lines beyond the end of a file whose length is known.
    pub beyond_file: u64,
    /// Quoted from the diff or the prompt.
    pub echoed: u64,
    /// Unreadable.
    pub malformed: u64,
}

impl Buckets {
    /// Counts one citation.
    pub(crate) fn add(&mut self, bucket: Bucket) {
        self.citations += 1;
        *match bucket {
            Bucket::Malformed => &mut self.malformed,
            Bucket::Echoed => &mut self.echoed,
            Bucket::UnknownPath => &mut self.unknown_path,
            Bucket::BeyondFile => &mut self.beyond_file,
            Bucket::Retracted => &mut self.retracted,
            Bucket::Duplicate => &mut self.duplicate,
            Bucket::Counted => &mut self.counted,
        } += 1;
    }

    /// Each bucket with its number, `counted` first.
    pub fn each(&self) -> [(Bucket, u64); 7] {
        [
            (Bucket::Counted, self.counted),
            (Bucket::Duplicate, self.duplicate),
            (Bucket::Retracted, self.retracted),
            (Bucket::UnknownPath, self.unknown_path),
            (Bucket::BeyondFile, self.beyond_file),
            (Bucket::Echoed, self.echoed),
            (Bucket::Malformed, self.malformed),
        ]
    }

    /// Adds the numbers of another.
    pub(crate) fn join(&mut self, other: &Self) {
        self.citations += other.citations;
        self.counted += other.counted;
        self.duplicate += other.duplicate;
        self.retracted += other.retracted;
        self.unknown_path += other.unknown_path;
        self.beyond_file += other.beyond_file;
        self.echoed += other.echoed;
        self.malformed += other.malformed;
    }
}

/// The bucket of a citation: the first that fits, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Bucket {
    /// Unreadable.
    Malformed,
    /// Quoted from the diff or the prompt.
    Echoed,
    /// Naming a path that neither the range nor the head tree has.
    UnknownPath,
    /// Naming lines beyond the end of a file whose length is known.
    BeyondFile,
    /// Retracted later in the same review.
    Retracted,
    /// Already cited by the same reviewer.
    Duplicate,
    /// Counted.
    Counted,
}

impl Bucket {
    /// The word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Echoed => "echoed",
            Self::UnknownPath => "unknown path",
            Self::BeyondFile => "beyond the file",
            Self::Retracted => "retracted",
            Self::Duplicate => "duplicate",
            Self::Counted => "counted",
        }
    }
}

/// One bundle's part of a tally.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BundleTally {
    /// The bundle's id.
    pub id: String,
    /// Size of its diff in bytes; `None` without a manifest.
    pub bytes: Option<u64>,
    /// How much was counted.
    pub totals: Totals,
    /// Number of independent lineages with the state `findings` or `clean`.
    pub reviewed_by: u32,
    /// The citations of this bundle's reviews by bucket.
    pub buckets: Buckets,
    /// Findings of this bundle's reviews that name no location.
    pub findings_without_location: Vec<UnlocatedRecord>,
    /// `RETRACT:` lines of this bundle's reviews that match no finding.
    pub unmatched_retractions: Vec<RetractionRecord>,
    /// By name.
    pub reviewers: Vec<ReviewerRow>,
    /// By path, lines, symbol and reviewer. Each is in exactly one location and one issue.
    pub findings: Vec<FindingRecord>,
    /// Exact locations, by path, lines, symbol.
    pub locations: Vec<LocationRecord>,
    /// Issues (findings that share a line and say the same thing), by first finding.
    pub issues: Vec<IssueRecord>,
    /// Locations that this bundle's reviews mention without reporting a finding, by reviewer and line.
    pub mentions: Vec<MentionRecord>,
    /// Every citation that was not counted, by reviewer and line.
    pub set_aside: Vec<SetAside>,
}

/// A tally that cannot be read back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TallyError {
    /// Not JSON, or a field is missing or of the wrong type.
    #[error("the tally cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// Written by another version.
    #[error("the tally has schema `{found}`; this version reads `{SCHEMA}`")]
    Schema {
        /// The schema named in the file.
        found: String,
    },
}

impl BundleTally {
    /// The findings of an issue of this bundle, in the tally's order.
    pub fn findings_of<'t>(
        &'t self,
        issue: &'t IssueRecord,
    ) -> impl Iterator<Item = &'t FindingRecord> + use<'t> {
        let indices = issue.findings.iter();
        indices.filter_map(|at| self.findings.get(*at))
    }
}

impl Tally {
    /// Reads a tally's JSON.
    ///
    /// # Errors
    ///
    /// [`TallyError::Schema`] for another schema, which is checked first; otherwise [`TallyError::Json`].
    pub fn from_json(json: &[u8]) -> Result<Self, TallyError> {
        #[derive(Deserialize)]
        struct SchemaOnly {
            schema: String,
        }
        let head: SchemaOnly = serde_json::from_slice(json)?;
        if head.schema != SCHEMA {
            return Err(TallyError::Schema { found: head.schema });
        }
        Ok(serde_json::from_slice(json)?)
    }

    /// The tally as the JSON of `tally.json`, indented.
    ///
    /// # Errors
    ///
    /// [`TallyError::Json`]; never for a tally made by this crate.
    pub fn to_json(&self) -> Result<Vec<u8>, TallyError> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }
}

#[cfg(test)]
mod tests;
