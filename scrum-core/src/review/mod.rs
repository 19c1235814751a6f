//! One review's text, read into findings.
//!
//! Takes an answer's bytes; gives a [`Review`]: findings, retractions, verdict, faults. Before it:
//! [`location`]; after it: [`ground`](crate::tally::ground).
//!
//! `read` is the pipeline: bytes → `decode` → `envelope` → one of three readers → statements → findings, mentions,
//! retractions and a verdict. A text with labels of the prompt's is read by `labelled`; one that is data by `document`; any
//! other by `prose`, after `embedded` took the documents in it out; `fenced_prompt` opens fences that hold prose. `intake`
//! makes findings of the statements, [`location`] reads what a citation names, and [`import`] the dumps of forges. The words
//! of all steps are data files.

mod clean;
mod decode;
mod document;
mod embedded;
mod envelope;
mod explain;
mod fenced_prompt;
mod html;
mod intake;
mod label;
mod labelled;
mod line_counter;
mod line_prefix;
mod markdown;
mod options;
mod phrase;
mod prose;
mod read;
mod reasoning;
mod retraction;
mod sentence;
mod severity;
mod span;
mod statement;
mod tags;
mod title;
mod tool_lines;
mod verdict;
mod words;

pub mod import;
pub mod location;

use serde::{Deserialize, Serialize};

pub use self::explain::{AnswerPart, PartKind, PartOutcome, PartReason};
pub use self::labelled::QuoteIndex;
pub use self::options::ReadOptions;
use crate::review::location::Location;
pub use crate::review::location::Malformed;
use crate::word::words;

/// How bad a finding is. Ordered from least to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Should be fixed.
    Warn,
    /// Must not be merged.
    Block,
}

words!(ReviewVerdict {
    Block => "BLOCK",
    Fix => "FIX",
    Ship => "SHIP",
});

words!(Severity {
    Info => "info",
    Warn => "warn",
    Block => "block",
});

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
pub enum QuoteEvidence {
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

/// How a finding was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ReadAs {
    /// From labels such as `WHERE:`, or a table with a column of that name.
    Labelled,
    /// From JSON, YAML, XML or CSV.
    Document,
    /// From text without labels.
    Prose,
}

impl ReadAs {
    /// The word in `tally.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Labelled => "labelled",
            Self::Document => "document",
            Self::Prose => "prose",
        }
    }
}

/// What a reviewer says about a place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claim {
    /// Severity, if the word maps to one.
    pub severity: Option<Severity>,
    /// The severity as the reviewer wrote it.
    pub severity_text: Option<String>,
    /// What is wrong.
    pub what: Option<String>,
    /// The failing case, or the details.
    pub why: Option<String>,
}

/// A place that an answer names, but not as a finding. Listed, never counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Line of the review, 1-based.
    pub line: u32,
    /// The citation as written.
    pub text: String,
    /// What it names.
    pub location: Location,
}

/// One citation with what its block says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Line of the review where the place is cited, 1-based.
    pub line: u32,
    /// The citation as written.
    pub text: String,
    /// The location, or why none could be read (a malformed citation).
    pub location: Result<Location, Malformed>,
    /// What is said about it.
    pub claim: Claim,
    /// How it was read.
    pub read_as: ReadAs,
    /// Where the comment can be opened, for a finding that was imported from a forge.
    pub link: Option<String>,
    /// The finding's number in this review, where the reviewer numbers its findings.
    pub number: Option<u32>,
    /// Why it is taken for a quotation, if it is; then it does not count.
    pub quoted: Option<QuoteEvidence>,
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

/// A claim that names no location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlocatedFinding {
    /// Line of the review where it begins, 1-based.
    pub line: u32,
    /// What is said.
    pub claim: Claim,
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
    /// Claims that name no location.
    pub unlocated: Vec<UnlocatedFinding>,
    /// Places that are named, but not as findings, in the order of the text.
    pub mentions: Vec<Mention>,
    /// `RETRACT:` lines that are not echoed, in the order of the text.
    pub retractions: Vec<Retraction>,
    /// It says as a whole that it found nothing.
    pub says_clean: bool,
    /// It had no `WHERE:` at all and was read from a JSON answer.
    pub read_as_json: bool,
    /// Its last `VERDICT:`.
    pub verdict: Option<ReviewVerdict>,
    /// Size of the text in bytes, reasoning left out.
    pub bytes: u64,
    /// What is wrong with the text.
    pub faults: Vec<Fault>,
    /// What became of each part of the answer, in the order of the text; empty unless [`ReadOptions::explain`] is set.
    pub parts: Vec<AnswerPart>,
}
