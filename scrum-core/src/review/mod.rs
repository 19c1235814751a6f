//! One review's text, read into findings.
//!
//! Takes an answer's bytes; gives a [`Review`]: findings, retractions, verdict, faults. Before it:
//! [`location`]; after it: [`ground`](crate::tally::ground).
//!
//! [`Review::read`] takes one pass over the lines (`scan`) and keeps the few that matter: labels, headings, fences,
//! rows of tables with a Where column. What is quoted from the diff or the prompt is told from the reviewer's own
//! words by evidence alone (`fence`, `shown`). The reviewer's own labels are put together into blocks (`block`), one
//! for each finding, and each place of a block becomes a [`Finding`]. Last, plain words that take a finding back are
//! looked for (`retraction`). A review without any `WHERE:` may be an answer in JSON (`json`).

mod block;
mod fence;
mod json;
mod label;
mod last_words;
mod options;
mod phrase;
mod read;
mod reasoning;
mod retraction;
mod scan;
mod sentence;
mod severity;
mod shown;
mod table;
mod title;
mod trigger;
mod value;
mod verdict;

pub mod location;

use serde::{Deserialize, Serialize};

pub use self::options::ReadOptions;
pub use self::shown::Shown;
use crate::review::location::Location;
pub use crate::review::location::Malformed;

/// How bad a finding is. Ordered from least to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Should be mended.
    Warn,
    /// Must not be merged.
    Block,
}

/// The last word of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum ReviewVerdict {
    /// Must not be merged.
    Block,
    /// Merge after mending.
    Fix,
    /// Merge.
    Ship,
}

/// Why a `WHERE:` counts as quoted from the diff or the prompt, and not as the reviewer's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EchoEvidence {
    /// A `+`, or the prompt's line number gutter, stands in front of it.
    Gutter,
    /// It stands in a fence that quotes the diff.
    QuotingFence,
    /// Its whole block stands so in the diff or the prompt.
    WholeBlock,
}

/// A finding taken back in plain words, by the rules for inferred retractions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InferredRetraction {
    /// Line of the review where the words stand, 1-based.
    pub line: u32,
    /// The words that were taken for a retraction, as written.
    pub phrase: String,
}

/// One citation with what its block says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Line of the review where the `WHERE:` stands, 1-based.
    pub line: u32,
    /// The citation as written.
    pub text: String,
    /// The location, or why none could be read (a malformed citation).
    pub location: Result<Location, Malformed>,
    /// Severity, where the word maps to one.
    pub severity: Option<Severity>,
    /// The severity as the reviewer wrote it.
    pub severity_text: Option<String>,
    /// The claim: what stands behind `WHAT:`.
    pub what: Option<String>,
    /// The failing case: what stands behind `WHY:`.
    pub why: Option<String>,
    /// The finding's number in this review, where the reviewer numbers its findings.
    pub number: Option<u32>,
    /// Set where it is quoted and so does not count.
    pub echo: Option<EchoEvidence>,
    /// The bare line stands in the diff too, without evidence of quoting: it counts, and is flagged.
    pub stands_in_diff: bool,
    /// Taken back in plain words.
    pub retracted: Option<InferredRetraction>,
    /// Its range stood the wrong way round and was swapped.
    pub swapped: bool,
}

/// A `RETRACT:` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retraction {
    /// Line of the review, 1-based.
    pub line: u32,
    /// The value as written.
    pub text: String,
    /// What it names; empty where nothing could be read.
    pub locations: Vec<Location>,
}

/// A block with a severity or a claim, but no `WHERE:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LooseFinding {
    /// Line of the review where the block begins, 1-based.
    pub line: u32,
    /// Severity, where the word maps to one.
    pub severity: Option<Severity>,
    /// The severity as the reviewer wrote it.
    pub severity_text: Option<String>,
    /// The claim: what stands behind `WHAT:`.
    pub what: Option<String>,
    /// The failing case: what stands behind `WHY:`.
    pub why: Option<String>,
    /// Taken back in plain words.
    pub retracted: Option<InferredRetraction>,
}

/// Something about the text itself that a person should know. The review is read all the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// Invalid UTF-8 was replaced.
    NotUtf8,
    /// It has NUL bytes.
    Nul,
    /// It is longer than the reader's limit; the rest was not read.
    TooLarge {
        /// Its size, in bytes.
        bytes: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// It cites more places than the reader's limit; the rest is left out.
    TooMany {
        /// Citations that are left out.
        left_out: u64,
    },
}

/// A review as read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Review {
    /// One for each citation, in the order of the text.
    pub findings: Vec<Finding>,
    /// Blocks that name no location.
    pub without_location: Vec<LooseFinding>,
    /// `RETRACT:` lines that are not echoed, in the order of the text.
    pub retractions: Vec<Retraction>,
    /// It says `NONE`.
    pub none: bool,
    /// Its last `VERDICT:`.
    pub verdict: Option<ReviewVerdict>,
    /// It had no `WHERE:` at all and was read from a JSON answer.
    pub read_as_json: bool,
    /// Size of the text in bytes, reasoning left out.
    pub bytes: u64,
    /// What is wrong with the text.
    pub faults: Vec<Fault>,
}
