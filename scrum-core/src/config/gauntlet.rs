//! `[[smoke]]`, `[parity]` and `[assess]`: the phases of a release besides its review.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use super::reviewers::{self, time, time_fault};
use crate::gauntlet::parity::{KnownGap, PointerPattern};
use crate::gauntlet::smoke;

/// Default of the maximum time for one step of the smoke chain.
pub const DEFAULT_STEP_TIMEOUT: Duration = Duration::from_secs(600);

/// Default of `[parity] timeout`, the maximum time for one answer of the parity probe.
pub const DEFAULT_PARITY_TIMEOUT: Duration = Duration::from_secs(30);

/// Default of `[parity] max_body`, the maximum size of one answer of the parity probe, in bytes.
pub const DEFAULT_MAX_BODY: u64 = 1_000_000;

/// One entry of `[[smoke]]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", schemars(extend("required" = ["name", "command"])))]
pub struct Smoke {
    /// The step's name, also the file name of its output. Names must be unique regardless of case.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// The command and its arguments, run without a shell in the repository's top folder.
    pub command: Vec<String>,
    /// Maximum time for one attempt, e.g. `60s` or `10m`. Default 10 minutes.
    pub timeout: Option<String>,
    /// Names of steps that must pass before this one; if one does not, this step is skipped.
    pub needs: Vec<String>,
    /// Environment variables to set for this step, in addition to those it inherits.
    pub env: BTreeMap<String, String>,
    /// How often to retry a failed step. Default 0.
    pub retries: u32,
}

/// `[parity]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Parity {
    /// Parts of the bodies to leave out of the comparison: JSON Pointers, in which `*` matches any single key or index.
    pub ignore: Vec<String>,
    /// Divergences that are accepted.
    pub known_gaps: Vec<KnownGap>,
    /// Maximum time for one whole answer, e.g. `30s`. Default 30 seconds.
    pub timeout: Option<String>,
    /// Maximum size of one answer, e.g. `4MB`. Default 1 MB.
    #[cfg_attr(
        feature = "schema",
        schemars(schema_with = "crate::size::schema", extend("default" = DEFAULT_MAX_BODY))
    )]
    #[serde(deserialize_with = "crate::size::deserialize_optional")]
    pub max_body: Option<u64>,
}

impl Smoke {
    /// Maximum time for one attempt.
    pub fn timeout(&self) -> Duration {
        time(self.timeout.as_deref()).unwrap_or(DEFAULT_STEP_TIMEOUT)
    }

    fn fault(&self) -> Option<String> {
        if self.command.first().is_none_or(String::is_empty) {
            return Some("`command` names no program".to_owned());
        }
        let bad_name = |name: &&String| name.is_empty() || name.contains(['=', '\0']);
        if let Some(name) = self.env.keys().find(bad_name) {
            return Some(format!("`env`: `{name}` cannot be the name of a variable"));
        }
        let has_nul = |text: &String| text.contains('\0');
        if self.command.iter().chain(self.env.values()).any(has_nul) {
            return Some("arguments and variables cannot contain NUL".to_owned());
        }
        time_fault("timeout", self.timeout.as_deref())
    }
}

impl Parity {
    /// Maximum time for one whole answer.
    pub fn timeout(&self) -> Duration {
        time(self.timeout.as_deref()).unwrap_or(DEFAULT_PARITY_TIMEOUT)
    }

    /// Maximum size of one answer, in bytes.
    pub fn max_body(&self) -> u64 {
        self.max_body.unwrap_or(DEFAULT_MAX_BODY)
    }

    /// The patterns of `ignore`. [`Config::check`](super::Config::check) rejects invalid ones.
    pub fn ignored(&self) -> Vec<PointerPattern> {
        let patterns = self.ignore.iter();
        patterns
            .filter_map(|text| PointerPattern::new(text).ok())
            .collect()
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let fault = |reason: String| ConfigError::Value {
            table: "[parity]",
            reason,
        };
        for text in &self.ignore {
            PointerPattern::new(text).map_err(|error| fault(format!("`ignore`: {error}")))?;
        }
        if let Some(reason) = self.known_gaps.iter().find_map(KnownGap::fault) {
            return Err(fault(reason));
        }
        super::names(
            "[parity] known_gaps",
            self.known_gaps.iter().map(|gap| gap.case.clone()),
            |_| true,
        )?;
        if self.max_body == Some(0) {
            return Err(fault("`max_body` is 0".to_owned()));
        }
        time_fault("timeout", self.timeout.as_deref()).map_or(Ok(()), |reason| Err(fault(reason)))
    }
}

/// Checks the chain as a whole.
pub(super) fn check_chain(chain: &[Smoke]) -> Result<(), ConfigError> {
    // A step's name is a file's name in the wave, and some file systems do not tell cases apart.
    super::names(
        "[[smoke]]",
        chain.iter().map(|step| step.name.to_lowercase()),
        reviewers::is_usable_name,
    )?;
    let fault = |reason: String| ConfigError::Value {
        table: "[[smoke]]",
        reason,
    };
    for step in chain {
        if step.name.trim() != step.name {
            return Err(fault(format!(
                "the name `{}` begins or ends with a blank",
                step.name
            )));
        }
        if let Some(reason) = step.fault() {
            return Err(fault(format!("step `{}`: {reason}", step.name)));
        }
    }
    order(chain)
        .map(drop)
        .map_err(|error| fault(error.to_string()))
}

/// Indices of the steps in an order in which each comes after those it needs.
///
/// # Errors
///
/// As [`smoke::order`]; never for a chain that [`Config::check`](super::Config::check) accepted.
pub fn order(chain: &[Smoke]) -> Result<Vec<usize>, smoke::ChainError> {
    let steps: Vec<(&str, Vec<&str>)> = chain
        .iter()
        .map(|step| {
            let needs = step.needs.iter().map(String::as_str);
            (step.name.as_str(), needs.collect())
        })
        .collect();
    smoke::order(&steps)
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    #[test]
    fn what_cannot_run_or_be_compared_is_named() {
        let step = |keys: &str| format!("[[smoke]]\nname = 'd1'\n{keys}\n");
        let parity = |keys: &str| format!("[parity]\n{keys}\n");
        for (text, words) in [
            (step(""), "step `d1`: `command` names no program"),
            (step("command = ['']"), "names no program"),
            (step("command = ['a']\ntimeout = 'soon'"), "unlike `soon`"),
            (step("command = ['a']\ntimeout = '0s'"), "`timeout` is 0"),
            (step("command = ['a']\nenv = { 'A=B' = 'c' }"), "`A=B`"),
            (step("command = ['a']\nneeds = ['d2']"), "needs `d2`"),
            (step("command = ['a']\nneeds = ['d1']"), "cycle: d1"),
            (
                step("command = ['a']\n[[smoke]]\nname = 'D1'\ncommand = ['a']"),
                "two [[smoke]] entries",
            ),
            ("[[smoke]]\nname = 'a/b'\ncommand = ['a']".into(), "`a/b`"),
            ("[[smoke]]\ncommand = ['a']".into(), "cannot be the name"),
            ("[[smoke]]\nname = 'a '\ncommand = ['a']".into(), "a blank"),
            (parity("ignore = ['id']"), "`id` is not a JSON Pointer"),
            (parity("timeout = '0s'"), "`timeout` is 0"),
            (parity("max_body = 0"), "`max_body` is 0"),
            (
                parity("known_gaps = [{ case = 'a', reason = ' ' }]"),
                "no reason",
            ),
            (
                parity("known_gaps = [{ case = 'a', reason = 'b', until = 'soon' }]"),
                "not a date",
            ),
            (
                parity("known_gaps = [{ case = 'a', reason = 'b' }, { case = 'a', reason = 'c' }]"),
                "two [parity] known_gaps entries",
            ),
        ] {
            let error = Config::from_toml(&text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn the_defaults_are_those_that_the_documentation_names() {
        let config = Config::from_toml("[[smoke]]\nname = 'a b'\ncommand = ['a']\n").unwrap();
        let step = &config.smoke[0];
        assert_eq!((step.timeout(), step.retries), (DEFAULT_STEP_TIMEOUT, 0));
        assert_eq!(config.parity.timeout(), Duration::from_secs(30));
        assert_eq!(config.parity.max_body(), 1_000_000);
    }

    #[test]
    fn steps_follow_those_they_need() {
        let text = "[[smoke]]\nname = 'web'\ncommand = ['a']\nneeds = ['db']\n[[smoke]]\nname = 'db'\ncommand = ['a']\n";
        let config = Config::from_toml(text).unwrap();
        assert_eq!(order(&config.smoke), Ok(vec![1, 0]));
    }
}
