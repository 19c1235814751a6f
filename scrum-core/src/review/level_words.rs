//! The words of severities and verdicts, to write and to read.

use std::fmt;
use std::str::FromStr;

use super::{ReviewVerdict, Severity};

/// A word that names none of a few choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is none of {choices}")]
pub struct UnknownWord {
    text: String,
    choices: &'static str,
}

impl Severity {
    /// The word in `tally.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Warn => "warn",
            Self::Info => "info",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = UnknownWord;

    /// Reads the three words of [`Severity::as_str`], in any case. Other words for severities are for
    /// [`Review::read`](super::Review::read).
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let all = [Self::Block, Self::Warn, Self::Info];
        choose(all, Self::as_str, text, "block, warn, info")
    }
}

impl ReviewVerdict {
    /// The word in `tally.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Block => "BLOCK",
            Self::Fix => "FIX",
            Self::Ship => "SHIP",
        }
    }
}

impl fmt::Display for ReviewVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ReviewVerdict {
    type Err = UnknownWord;

    /// Reads the three words of [`ReviewVerdict::as_str`], in any case.
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let all = [Self::Block, Self::Fix, Self::Ship];
        choose(all, Self::as_str, text, "BLOCK, FIX, SHIP")
    }
}

fn choose<T: Copy>(
    all: [T; 3],
    word: impl Fn(T) -> &'static str,
    text: &str,
    choices: &'static str,
) -> Result<T, UnknownWord> {
    let mut all = all.into_iter();
    all.find(|choice| word(*choice).eq_ignore_ascii_case(text))
        .ok_or_else(|| UnknownWord {
            text: text.to_owned(),
            choices,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::Gate;

    #[test]
    fn words_are_read_back() {
        for severity in [Severity::Block, Severity::Warn, Severity::Info] {
            assert_eq!(severity.to_string().parse(), Ok(severity));
            assert_eq!(serde_json::to_value(severity).unwrap(), severity.as_str());
        }
        for verdict in [
            ReviewVerdict::Block,
            ReviewVerdict::Fix,
            ReviewVerdict::Ship,
        ] {
            assert_eq!(verdict.to_string().parse(), Ok(verdict));
            assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.as_str());
        }
        for gate in Gate::ALL {
            assert_eq!(gate.to_string().parse(), Ok(gate));
            assert_eq!(serde_json::to_value(gate).unwrap(), gate.as_str());
        }
        assert_eq!("Warn".parse(), Ok(Severity::Warn));
        assert!("urgent".parse::<Severity>().is_err() && "near".parse::<Gate>().is_err());
    }
}
