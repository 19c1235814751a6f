//! The records that a bundle's part of `tally.json` is made of.

use serde::{Deserialize, Serialize};

use super::{Bucket, Buckets};
use crate::review::{ReviewVerdict, Severity};
use crate::tally::engagement::State;
use crate::tally::ground::Grounding;
use crate::tally::lineage::LineageSet;

/// What one reviewer did with one bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReviewerRow {
    /// The reviewer's name.
    pub reviewer: String,
    /// Its lineages; empty is unknown.
    pub lineages: LineageSet,
    /// Where they are known from, e.g. `the config`.
    pub lineage_source: String,
    /// The model, as the sidecar or else the config names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What its silence or its words are worth.
    pub state: State,
    /// Why the state is `no-evidence` or `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Counted citations of this review.
    pub findings: u64,
    /// Blocks that name no location.
    pub findings_without_location: u64,
    /// Where the review's citations went.
    pub buckets: Buckets,
    /// Output tokens.
    pub tokens_out: Option<u64>,
    /// `tokens_out` is an estimate from the review's size.
    pub tokens_estimated: bool,
    /// Output tokens for each KB of the bundle's diff, two decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_kb: Option<f64>,
    /// Output tokens as a multiple of the other reviewers' median on this bundle, two decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative_tokens: Option<f64>,
    /// The review's last word.
    pub verdict: Option<ReviewVerdict>,
    /// The answer ended at the model's output limit.
    #[serde(default)]
    pub cut_off: bool,
    /// The review was read from a JSON answer.
    #[serde(default)]
    pub read_as_json: bool,
    /// The wave in which the same question was answered, where the answer was carried over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_over_from: Option<String>,
}

/// A location that was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LocationTally {
    /// The path as the manifest writes it.
    pub path: String,
    /// First line; `None` for a whole file or a symbol.
    pub start: Option<u32>,
    /// Last line.
    pub end: Option<u32>,
    /// The symbol, where one was cited in place of lines.
    pub symbol: Option<String>,
    /// First line of the symbol's definition, where the diff shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol_start: Option<u32>,
    /// Last line of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol_end: Option<u32>,
    /// The highest severity of the claims.
    pub severity: Option<Severity>,
    /// By name.
    pub reviewers: Vec<String>,
    /// One set for each of the reviewers, in their order.
    pub lineages: Vec<LineageSet>,
    /// The largest number of voting reviewers whose lineages are pairwise disjoint.
    pub convergence: u32,
    /// How many disjoint lineages reviewed the bundle: what the convergence is out of.
    pub reviewed_by: u32,
    /// The best grounding of the claims.
    pub grounding: Grounding,
    /// The bundle whose review cites it, where no review of this bundle does.
    pub from_bundle: Option<String>,
    /// What a reader should know of it, sorted.
    pub flags: Vec<String>,
    /// One for each reviewer, in their order.
    pub claims: Vec<Claim>,
}

/// What one reviewer says of a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Claim {
    /// Who says it.
    pub reviewer: String,
    /// The highest severity that this reviewer gives it.
    pub severity: Option<Severity>,
    /// The severity as written, where it maps to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_text: Option<String>,
    /// The claim: what stands behind `WHAT:`.
    pub what: Option<String>,
    /// The failing case: what stands behind `WHY:`.
    pub why: Option<String>,
    /// Line of the review where it stands, 1-based.
    pub review_line: u32,
    /// The bundle whose review says it, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_bundle: Option<String>,
    /// It adds to the convergence. A claim from another bundle's review does not where its lineage has no usable
    /// output in this bundle.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub votes: bool,
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

/// Locations that share a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlaceTally {
    /// The path.
    pub path: String,
    /// First line that a member cites; `None` for a whole file or an unresolved symbol.
    pub start: Option<u32>,
    /// Last line that a member cites.
    pub end: Option<u32>,
    /// The symbol, where it is the only member.
    pub symbol: Option<String>,
    /// The largest number of voting reviewers of the members whose lineages are pairwise disjoint.
    pub convergence: u32,
    /// What the convergence is out of.
    pub reviewed_by: u32,
    /// Indices into `locations` of those that vote here.
    pub members: Vec<usize>,
    /// Indices into `locations` of those that share the line and vote elsewhere.
    pub spanning: Vec<usize>,
    /// How many more span it than are listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub spanning_left_out: usize,
    /// How alike the words of different reviewers' claims are, 0 to 1; `None` where only one has words.
    pub likeness: Option<f64>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
fn is_zero(value: &usize) -> bool {
    *value == 0
}

/// A citation that was not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SetAside {
    /// Whose it is.
    pub reviewer: String,
    /// The citation as written.
    pub text: String,
    /// Line of the review where it stands, 1-based.
    pub review_line: u32,
    /// What became of it.
    pub bucket: Bucket,
    /// Why it is not counted, in words for a person.
    pub reason: String,
    /// Its severity, where the word maps to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Its claim: what stands behind `WHAT:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// Its failing case: what stands behind `WHY:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A finding that names no location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LooseRecord {
    /// The bundle whose review it stands in.
    pub bundle: String,
    /// Whose it is.
    pub reviewer: String,
    /// Its severity, where the word maps to one.
    pub severity: Option<Severity>,
    /// The severity as written, where it maps to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_text: Option<String>,
    /// The claim: what stands behind `WHAT:`.
    pub what: Option<String>,
    /// The failing case: what stands behind `WHY:`.
    pub why: Option<String>,
    /// Line of the review where the block begins, 1-based.
    pub review_line: u32,
    /// Line of the review with the plain words that take it back, where there are such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retracted_line: Option<u32>,
}

/// A `RETRACT:` line that met no finding before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RetractionRecord {
    /// The bundle whose review it stands in.
    pub bundle: String,
    /// Whose it is.
    pub reviewer: String,
    /// The value as written.
    pub text: String,
    /// Line of the review, 1-based.
    pub review_line: u32,
}

/// A reviewer's lineages and where they are known from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineageRecord {
    /// The reviewer's name.
    pub reviewer: String,
    /// Empty is unknown.
    pub lineages: LineageSet,
    /// E.g. `the model id claude-opus-4 in the sidecar`.
    pub source: String,
}

/// How many defects there may be in all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Estimate {
    /// The estimator's name.
    pub method: String,
    /// Lineages that reviewed.
    pub occasions: u32,
    /// Defects found.
    pub found: u64,
    /// Defects estimated in all.
    pub total: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// `confirmed` or `unconfirmed`.
    pub basis: String,
    /// Too few occasions for more than a hint.
    pub indicative: bool,
}
