//! The data of a comparison of two waves, as in `scrum compare --format json`.

use serde::{Deserialize, Serialize};

use crate::review::Severity;
use crate::review::location::LineRange;

/// The schema that this version writes.
pub const SCHEMA: &str = "scrum.compare/1";

/// The status of an issue between two waves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Only the new wave reports it.
    New,
    /// Both waves report it: the same claim at the same lines, mapped through the changes.
    Persisting,
    /// Its lines were changed or removed, and a lineage that reported it reviewed again and did not repeat it.
    Gone,
    /// Its lines did not change, and a lineage that reported it reviewed again and did not repeat it.
    Unconfirmed,
    /// No reviewer of a lineage that reported it has a usable review of the bundle that now contains the lines.
    NotReReviewed,
}

impl Status {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 5] = [
        Self::New,
        Self::Persisting,
        Self::Gone,
        Self::Unconfirmed,
        Self::NotReReviewed,
    ];

    /// The word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Persisting => "persisting",
            Self::Gone => "gone",
            Self::Unconfirmed => "unconfirmed",
            Self::NotReReviewed => "not re-reviewed",
        }
    }
}

/// Two waves, compared: what `scrum compare --format json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Comparison {
    /// Always [`SCHEMA`].
    #[cfg_attr(
        feature = "schema",
        schemars(
            description = "Name and number of this format.",
            extend("const" = SCHEMA)
        )
    )]
    pub schema: String,
    /// The number of entries with each status. They add up to all entries.
    pub totals: ComparisonTotals,
    /// The older wave.
    pub old: WaveSide,
    /// The newer wave.
    pub new: WaveSide,
    /// An entry for each issue. Every finding of both waves is in exactly one entry.
    pub findings: Vec<Entry>,
    /// How much each reviewer wrote, by name.
    pub engagement: Vec<Engagement>,
}

/// The number of entries with each status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ComparisonTotals {
    /// Only in the new wave.
    pub new: u64,
    /// In both.
    pub persisting: u64,
    /// Changed and not repeated.
    pub gone: u64,
    /// Unchanged and not repeated.
    pub unconfirmed: u64,
    /// Not reviewed again.
    pub not_re_reviewed: u64,
}

impl ComparisonTotals {
    /// The number of entries with a status.
    pub fn of(&self, status: Status) -> u64 {
        match status {
            Status::New => self.new,
            Status::Persisting => self.persisting,
            Status::Gone => self.gone,
            Status::Unconfirmed => self.unconfirmed,
            Status::NotReReviewed => self.not_re_reviewed,
        }
    }

    pub(super) fn count(&mut self, status: Status) {
        *match status {
            Status::New => &mut self.new,
            Status::Persisting => &mut self.persisting,
            Status::Gone => &mut self.gone,
            Status::Unconfirmed => &mut self.unconfirmed,
            Status::NotReReviewed => &mut self.not_re_reviewed,
        } += 1;
    }
}

/// One of the two waves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct WaveSide {
    /// The wave's name; empty if the caller gives none.
    #[serde(default)]
    pub wave: String,
    /// Full hex id of the head commit; `None` if the wave was made from a patch or from the work tree.
    pub head: Option<String>,
    /// Full hex id of the head tree.
    pub head_tree: Option<String>,
    /// Findings counted.
    pub findings: u64,
    /// Issues that they form.
    pub issues: u64,
    /// Findings without a location, which cannot be compared.
    pub without_location: u64,
}

/// A location in a file at one of the two heads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Place {
    /// The path as the manifest writes it.
    pub path: String,
    /// First line; `None` for a whole file, or a symbol that the diff does not show.
    pub start: Option<u32>,
    /// Last line.
    pub end: Option<u32>,
    /// The lines are those of the old file: a deleted line's, or a deleted file's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub old_side: bool,
}

impl Place {
    pub(super) fn new(path: String, lines: Option<LineRange>) -> Self {
        Self {
            path,
            start: lines.map(|lines| lines.start),
            end: lines.map(|lines| lines.end),
            old_side: lines.is_some_and(|lines| lines.old_side),
        }
    }

    /// The lines of it.
    pub fn lines(&self) -> Option<LineRange> {
        let (start, end) = self.start.zip(self.end)?;
        Some(LineRange::new(start, end).on_old_side(self.old_side))
    }
}

/// A finding in one of the two tallies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FindingRef {
    /// The bundle that lists it.
    pub bundle: String,
    /// Index into the bundle's `findings`.
    pub finding: usize,
}

/// An issue and its status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Entry {
    /// Its status.
    pub status: Status,
    /// Where the old wave has it.
    pub old: Option<Place>,
    /// Where these lines are at the new head; `None` if nothing is left of them.
    pub mapped: Option<Place>,
    /// Where the new wave has it.
    pub new: Option<Place>,
    /// The names of all reviewers that report it, in either wave.
    pub reviewers: Vec<String>,
    /// The highest severity: in the new wave if it is there, else in the old one.
    pub severity: Option<Severity>,
    /// The highest severity in the old wave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_severity: Option<Severity>,
    /// The first claim of the new wave, else of the old one.
    pub what: Option<String>,
    /// Why it has this status, in words for a person.
    pub reason: String,
    /// The similarity of the claims of both waves, 0 to 1.
    pub similarity: Option<f64>,
    /// Two or more independent lineages report it: in the new wave if it is there, else in the old one.
    pub agreed: bool,
    /// Its findings in the old wave's tally.
    pub old_findings: Vec<FindingRef>,
    /// Its findings in the new wave's tally.
    pub new_findings: Vec<FindingRef>,
}

/// How much a reviewer wrote in each wave, and for how many bytes of diff.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Engagement {
    /// The reviewer's name.
    pub reviewer: String,
    /// Output tokens in the old wave, all bundles together; `None` if it wrote nothing there.
    pub old_tokens: Option<u64>,
    /// Output tokens in the new wave.
    pub new_tokens: Option<u64>,
    /// Bytes of the bundles that it answered about in the old wave.
    pub old_bytes: Option<u64>,
    /// Bytes of the bundles that it answered about in the new wave.
    pub new_bytes: Option<u64>,
    /// Bundles that it answered about in the old wave.
    pub old_bundles: u64,
    /// Bundles that it answered about in the new wave.
    pub new_bundles: u64,
}
