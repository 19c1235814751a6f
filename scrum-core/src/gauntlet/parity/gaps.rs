//! Known gaps: divergences that are accepted until a date.

use serde::{Deserialize, Serialize};

use super::CaseResult;

/// One entry of `[parity] known_gaps`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KnownGap {
    /// Name of the case.
    pub case: String,
    /// Why it is accepted.
    pub reason: String,
    /// Last day on which it is accepted, as `2027-01-31`. Without one it does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl KnownGap {
    /// Whether its last day is before `today` (`2026-11-26`). Dates in this form sort as text.
    pub fn expired(&self, today: &str) -> bool {
        self.until.as_deref().is_some_and(|until| until < today)
    }

    /// What is wrong with the entry, if anything: it has no reason, or a date that is not `YYYY-MM-DD`.
    pub fn fault(&self) -> Option<String> {
        if self.reason.trim().is_empty() {
            return Some(format!("known gap `{}` has no reason", self.case));
        }
        let until = self.until.as_deref()?;
        (!is_date(until)).then(|| {
            format!(
                "known gap `{}`: `{until}` is not a date such as 2027-01-31",
                self.case
            )
        })
    }
}

/// `2027-01-31`. The number of days in the month is not checked: a gap until the 31st of April expires after the 30th.
pub(crate) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u8>().ok();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
        && number(5..7).is_some_and(|month| (1..=12).contains(&month))
        && number(8..10).is_some_and(|day| (1..=31).contains(&day))
}

/// The state of a known gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum GapStatus {
    /// The case diverges, which is accepted.
    Accepted,
    /// The case diverges, but the gap has expired.
    Expired,
    /// The case no longer diverges: the entry should be removed.
    Closed,
    /// The case failed, so nothing is known.
    Failed,
    /// No case has that name.
    Unknown,
}

/// A known gap with its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct JudgedGap {
    /// Name of the case.
    pub case: String,
    /// Why it is accepted.
    pub reason: String,
    /// Last day on which it is accepted.
    #[serde(default)]
    pub until: Option<String>,
    /// Its state.
    pub status: GapStatus,
}

pub(super) fn judge(gaps: &[KnownGap], results: &[CaseResult], today: &str) -> Vec<JudgedGap> {
    let judged = |gap: &KnownGap| {
        let status = match results.iter().find(|result| result.name == gap.case) {
            None => GapStatus::Unknown,
            Some(result) if result.error.is_some() => GapStatus::Failed,
            Some(result) if !result.diverges() => GapStatus::Closed,
            Some(_) if gap.expired(today) => GapStatus::Expired,
            Some(_) => GapStatus::Accepted,
        };
        JudgedGap {
            case: gap.case.clone(),
            reason: gap.reason.clone(),
            until: gap.until.clone(),
            status,
        }
    };
    gaps.iter().map(judged).collect()
}
