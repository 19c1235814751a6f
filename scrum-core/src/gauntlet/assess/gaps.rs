//! `gaps.toml`: what is known to be missing, and the decisions about it.

use serde::{Deserialize, Serialize};

use crate::gauntlet::parity::is_date;

/// What was decided about a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Nothing yet.
    Open,
    /// The release can ship with it.
    Accepted,
    /// It is resolved.
    Closed,
}

/// One entry of `gaps.toml`, a table `[[gap]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// Its name, unique in the file.
    pub id: String,
    /// What is missing or wrong.
    pub what: String,
    /// The evidence: the address of an issue, a test, a line.
    #[serde(default)]
    pub evidence: Option<String>,
    /// What was decided about it.
    pub status: Decision,
    /// Who decided; required for an accepted gap.
    #[serde(default, alias = "decided by", alias = "decided-by")]
    pub decided_by: Option<String>,
    /// Last day on which it is accepted, as `2027-01-31`. Without one it does not expire.
    #[serde(default)]
    pub until: Option<String>,
}

impl Gap {
    /// Whether its last day is before `today` (`2026-11-26`).
    pub fn expired(&self, today: &str) -> bool {
        self.until.as_deref().is_some_and(|until| until < today)
    }
}

/// A `gaps.toml` that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GapsError {
    /// It is not valid TOML, or has an unknown or missing key.
    #[error("{0}")]
    Toml(String),
    /// A gap contradicts itself or another one.
    #[error("gap `{id}` {reason}")]
    Gap {
        /// Its id.
        id: String,
        /// What is wrong.
        reason: String,
    },
}

/// Reads a `gaps.toml`. One without any gap is fine.
///
/// # Errors
///
/// [`GapsError`].
pub fn read_gaps(text: &str) -> Result<Vec<Gap>, GapsError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default)]
        gap: Vec<Gap>,
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file: File = toml::from_str(text).map_err(|error| GapsError::Toml(error.to_string()))?;
    let mut ids = std::collections::BTreeSet::new();
    for gap in &file.gap {
        let fault = |reason: &str| GapsError::Gap {
            id: gap.id.clone(),
            reason: reason.to_owned(),
        };
        let blank = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
        if gap.id.trim().is_empty() || gap.what.trim().is_empty() {
            return Err(fault(
                "needs an `id`, and a `what` that says what is missing",
            ));
        }
        if !ids.insert(&gap.id) {
            return Err(fault("occurs twice"));
        }
        if gap.status == Decision::Accepted && blank(&gap.decided_by) {
            return Err(fault("is accepted, so it needs `decided_by`"));
        }
        if let Some(until) = gap.until.as_deref().filter(|until| !is_date(until)) {
            return Err(fault(&format!(
                "has `until = \"{until}\"`, which is not a date such as 2027-01-31"
            )));
        }
    }
    Ok(file.gap)
}
