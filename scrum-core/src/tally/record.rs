//! The records in a bundle's part of `tally.json`.

use serde::{Deserialize, Serialize};

use super::mark::{Since, TriageMark};
use super::review_state::ReviewState;
use super::{Bucket, Buckets};
use crate::review::location::LineRange;
use crate::review::{ReadAs, ReviewVerdict, Severity};
use crate::tally::ground::Grounding;
use crate::tally::lineage::LineageSet;

/// What one reviewer did with one bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReviewerRow {
    /// The reviewer's name.
    pub reviewer: String,
    /// Its lineages; empty is unknown.
    pub lineages: LineageSet,
    /// Their source, e.g. `the configuration`.
    pub lineage_source: String,
    /// The model, from the sidecar or else the configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The state of its review.
    pub state: ReviewState,
    /// Why the state is `no-evidence` or `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Counted findings of this review.
    pub findings: u64,
    /// Findings that name no location.
    pub findings_without_location: u64,
    /// Locations that the review mentions without reporting a finding.
    pub mentions: u64,
    /// The review's citations by bucket.
    pub buckets: Buckets,
    /// Output tokens.
    pub tokens_out: Option<u64>,
    /// `tokens_out` is an estimate from the review's size.
    pub tokens_estimated: bool,
    /// Output tokens per KB of the bundle's diff, two decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_kb: Option<f64>,
    /// Output tokens as a multiple of the other reviewers' median on this bundle, two decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative_tokens: Option<f64>,
    /// The review's verdict.
    pub verdict: Option<ReviewVerdict>,
    /// The answer ended at the model's output limit.
    #[serde(default)]
    pub cut_off: bool,
    /// The review was read from a JSON answer.
    #[serde(default)]
    pub read_as_json: bool,
    /// The wave from which the answer was reused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_over_from: Option<String>,
}

/// One claim of one reviewer at one location; locations and issues consist of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FindingRecord {
    /// The reviewer.
    pub reviewer: String,
    /// The reviewer's lineages; empty is unknown.
    pub lineages: LineageSet,
    /// The path as the manifest writes it.
    pub path: String,
    /// First line; `None` for a whole file or a symbol.
    pub start: Option<u32>,
    /// Last line.
    pub end: Option<u32>,
    /// The lines are those of the old file: a deleted line's, or a deleted file's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old_side: bool,
    /// The symbol, if one was cited instead of lines.
    pub symbol: Option<String>,
    /// First line of the symbol's definition, if the diff shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol_start: Option<u32>,
    /// Last line of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol_end: Option<u32>,
    /// The highest severity that this reviewer gives it.
    pub severity: Option<Severity>,
    /// The severity as written, if it maps to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_text: Option<String>,
    /// The claim: the text of `WHAT:`.
    pub what: Option<String>,
    /// The failing case: the text of `WHY:`.
    pub why: Option<String>,
    /// Line of the review, 1-based.
    pub review_line: u32,
    /// How it was read.
    pub read_as: ReadAs,
    /// How well the wave supports the location.
    pub grounding: Grounding,
    /// The bundle whose review says it, if it is another one.
    pub from_bundle: Option<String>,
    /// Remarks for the reader, sorted.
    pub flags: Vec<String>,
    /// The address of the comment, if it was imported from a forge.
    pub link: Option<String>,
    /// Whether it counts towards the convergence. A finding from another bundle's review does not if no usable review
    /// of this bundle has its lineage.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub votes: bool,
}

impl FindingRecord {
    /// The lines that it covers: its own, or those of its symbol.
    pub fn lines(&self) -> Option<LineRange> {
        let own = self.start.zip(self.end);
        let (start, end) = own.or(self.symbol_start.zip(self.symbol_end))?;
        Some(LineRange::new(start, end).on_old_side(self.old_side))
    }
}

impl LocationRecord {
    /// The lines that are cited.
    pub fn lines(&self) -> Option<LineRange> {
        record_lines(self.start, self.end, self.old_side)
    }
}

impl MentionRecord {
    /// The lines that are named.
    pub fn lines(&self) -> Option<LineRange> {
        record_lines(self.start, self.end, self.old_side)
    }
}

fn record_lines(start: Option<u32>, end: Option<u32>, old_side: bool) -> Option<LineRange> {
    let (start, end) = start.zip(end)?;
    Some(LineRange::new(start, end).on_old_side(old_side))
}

fn yes() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
fn is_true(value: &bool) -> bool {
    *value
}

/// An exact location, with all findings that cite it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LocationRecord {
    /// The path.
    pub path: String,
    /// First line; `None` for a whole file or a symbol.
    pub start: Option<u32>,
    /// Last line.
    pub end: Option<u32>,
    /// The lines are those of the old file: a deleted line's, or a deleted file's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old_side: bool,
    /// The symbol, if one was cited instead of lines.
    pub symbol: Option<String>,
    /// The highest severity of the findings.
    pub severity: Option<Severity>,
    /// Indices into the bundle's `findings`, ascending; at most one for each reviewer.
    pub findings: Vec<usize>,
    /// The largest number of voting reviewers whose lineages are pairwise disjoint.
    pub convergence: u32,
    /// How many independent lineages reviewed the bundle: the denominator of the convergence.
    pub reviewed_by: u32,
}

/// Findings of one file that share a line and say the same thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct IssueRecord {
    /// The path.
    pub path: String,
    /// First line of the range that most findings share; `None` for a whole file or a symbol that the diff does not show.
    pub start: Option<u32>,
    /// Last line of it.
    pub end: Option<u32>,
    /// The lines are those of the old file: a deleted line's, or a deleted file's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old_side: bool,
    /// The symbol, if most findings cite it.
    pub symbol: Option<String>,
    /// The highest severity of the findings.
    pub severity: Option<Severity>,
    /// Indices into the bundle's `findings`, ascending. Never empty.
    pub findings: Vec<usize>,
    /// The largest number of voting reviewers whose lineages are pairwise disjoint.
    pub convergence: u32,
    /// The denominator of the convergence.
    pub reviewed_by: u32,
    /// The mean similarity of the pairs of findings whose words can be compared, 0 to 1; `None` if there is no such pair.
    pub similarity: Option<f64>,
    /// Indices into `issues` of those that share lines with this one but say something else.
    pub others: Vec<usize>,
    /// How many more there are than `others` lists.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub others_left_out: usize,
    /// Whether the baseline has it, too; absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    // Boxed: few issues have one.
    /// A person's decision about it; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub triage: Option<Box<TriageMark>>,
}

impl IssueRecord {
    /// The lines that most findings share.
    pub fn lines(&self) -> Option<LineRange> {
        record_lines(self.start, self.end, self.old_side)
    }

    /// Whether two or more independent lineages report it.
    pub fn is_agreed(&self) -> bool {
        self.convergence >= 2
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
fn is_zero(value: &usize) -> bool {
    *value == 0
}

/// A location that a review mentions without reporting a finding. Listed, never counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MentionRecord {
    /// The reviewer.
    pub reviewer: String,
    /// The path: the manifest's if the wave knows it, else as written.
    pub path: String,
    /// First line.
    pub start: Option<u32>,
    /// Last line.
    pub end: Option<u32>,
    /// The lines are those of the old file: a deleted line's, or a deleted file's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old_side: bool,
    /// The symbol, if one is named instead of lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// Line of the review, 1-based.
    pub review_line: u32,
}

/// A citation that was not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SetAside {
    /// Whose it is.
    pub reviewer: String,
    /// The citation as written.
    pub text: String,
    /// Line of the review, 1-based.
    pub review_line: u32,
    /// Its bucket.
    pub bucket: Bucket,
    /// Why it is not counted, in words for a person.
    pub reason: String,
    /// Its severity, if the word maps to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Its claim: the text of `WHAT:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// Its failing case: the text of `WHY:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A finding that names no location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UnlocatedRecord {
    /// The bundle of the review.
    pub bundle: String,
    /// Whose it is.
    pub reviewer: String,
    /// Its severity, if the word maps to one.
    pub severity: Option<Severity>,
    /// The severity as written, if it maps to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_text: Option<String>,
    /// The claim: the text of `WHAT:`.
    pub what: Option<String>,
    /// The failing case: the text of `WHY:`.
    pub why: Option<String>,
    /// Line of the review where the block begins, 1-based.
    pub review_line: u32,
    /// Line of the review with the plain words that retract it, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retracted_line: Option<u32>,
}

/// A `RETRACT:` line that matches no earlier finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RetractionRecord {
    /// The bundle of the review.
    pub bundle: String,
    /// Whose it is.
    pub reviewer: String,
    /// The value as written.
    pub text: String,
    /// Line of the review, 1-based.
    pub review_line: u32,
}

/// A reviewer's lineages and their source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct LineageRecord {
    /// The reviewer's name.
    pub reviewer: String,
    /// Empty means unknown.
    pub lineages: LineageSet,
    /// E.g. `the model id claude-opus-4 in the sidecar`.
    pub source: String,
}
