//! Marks that later stages add to an issue: whether it is new since another wave, and a person's decision.
//!
//! [`rounds`](crate::rounds) sets them; gates and reports read them.

use serde::{Deserialize, Serialize};

use super::IssueRecord;

/// Whether an earlier wave, the baseline, also has an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Since {
    /// The baseline does not have it.
    New,
    /// The baseline has it.
    Persisting,
}

impl Since {
    /// The word in `tally.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Persisting => "persisting",
        }
    }
}

/// A person's verdict on an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TriageVerdict {
    /// It is a defect.
    Confirmed,
    /// It is not a defect.
    FalsePositive,
    /// It may be a defect, but will not be fixed.
    WontFix,
    /// It was a defect and has been fixed.
    Fixed,
}

impl TriageVerdict {
    /// The word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::FalsePositive => "false positive",
            Self::WontFix => "won't fix",
            Self::Fixed => "fixed",
        }
    }

    /// Whether gates ignore the issue.
    pub fn dismisses(self) -> bool {
        matches!(self, Self::FalsePositive | Self::WontFix)
    }

    /// Whether the issue is a defect; `None` if the verdict does not say.
    pub fn was_right(self) -> Option<bool> {
        match self {
            Self::Confirmed | Self::Fixed => Some(true),
            Self::FalsePositive => Some(false),
            Self::WontFix => None,
        }
    }
}

/// A verdict on an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TriageMark {
    /// What was decided.
    pub verdict: TriageVerdict,
    /// Who decided it.
    pub by: Option<String>,
    /// Why.
    pub note: Option<String>,
    /// Why the issue is shown again despite the verdict: its severity rose to BLOCK, another lineage reports it, or it
    /// was marked as fixed. Empty if the verdict still applies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reopened: Vec<String>,
}

impl IssueRecord {
    /// Whether a person has dismissed it, and the dismissal still applies.
    pub fn is_dismissed(&self) -> bool {
        let mark = self.triage.as_ref();
        mark.is_some_and(|mark| mark.verdict.dismisses() && mark.reopened.is_empty())
    }

    /// Whether the baseline does not have it; false without a baseline.
    pub fn is_new(&self) -> bool {
        self.since == Some(Since::New)
    }
}

/// How often a reviewer or a lineage was right, according to people's decisions about the issues it reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct JudgedRecord {
    /// The reviewer; `None` for a lineage.
    pub reviewer: Option<String>,
    /// The lineage, as in `deepseek+alibaba`; `None` for a reviewer.
    pub lineage: Option<String>,
    /// Issues of this wave that are confirmed or fixed.
    pub confirmed: u64,
    /// Issues of this wave that are confirmed, fixed or false positives.
    pub judged: u64,
    /// Lower end of the 95 % Wilson interval for `confirmed / judged`; 0 if nothing is judged.
    pub low: f64,
    /// Upper end of it; 1 if nothing is judged.
    pub high: f64,
    /// Confirmed or fixed issues of all waves that nobody else reported.
    pub alone: u64,
}

/// The wave that a tally was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BaselineRecord {
    /// The wave's name.
    pub wave: String,
    /// Issues that are not in the baseline.
    pub new: u64,
    /// Issues that are in both.
    pub persisting: u64,
    /// Issues of the baseline whose lines changed and were reviewed again, and that were not repeated.
    pub gone: u64,
}
