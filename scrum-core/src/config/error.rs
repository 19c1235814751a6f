//! Errors in a `scrum.toml`, with suggestions for misspelt names.

use crate::nearest::nearest;
use crate::plan::guard::LimitsError;

/// A `scrum.toml` that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not TOML, an unknown key, or a value of the wrong kind.
    #[error("line {line}: {message}")]
    Toml {
        /// The line, 1-based.
        line: usize,
        /// What is wrong, with the key.
        message: String,
        /// The key or value that may have been meant; with its table if it is in the wrong one, as in `[guard] warn`.
        nearest: Option<String>,
    },
    /// Limits that contradict each other, after flags have overridden those of the file.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// A name that occurs twice in a list where names must differ.
    #[error("two {list} entries are named `{name}`")]
    Twice {
        /// The list, e.g. `[[reviewers]]`.
        list: &'static str,
        /// The name as the file writes it.
        name: String,
    },
    /// A name that is empty or cannot be a file's name.
    #[error("`{name}` cannot be the name of a {list} entry")]
    Name {
        /// The list, e.g. `[[reviewers]]`.
        list: &'static str,
        /// The name as the file writes it.
        name: String,
    },
    /// A reviewer that cannot be asked as it is described.
    #[error("reviewer `{name}`: {reason}")]
    Reviewer {
        /// The reviewer's name.
        name: String,
        /// What contradicts what, or what is missing.
        reason: String,
    },
    /// A value of another table that cannot be used.
    #[error("{table}: {reason}")]
    Value {
        /// The table, e.g. `[parity]`.
        table: &'static str,
        /// What is wrong, with the key or the entry.
        reason: String,
    },
}

/// What may have been meant, from serde's error message for an unknown name: the name first, then all known names, each
/// in backticks.
pub(super) fn meant(message: &str, table_of: impl Fn(&str) -> Option<String>) -> Option<String> {
    if !message.starts_with("unknown ") {
        return None;
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let written = quoted.next()?;
    let known: Vec<&str> = quoted.collect();
    // Only the whole file has components: a key that belongs into a table was written above all tables.
    if known.contains(&"components")
        && let Some(table) = table_of(written)
    {
        return Some(format!("[{table}] {written}"));
    }
    nearest(written, known).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_misspelt_key_or_value_comes_with_the_one_that_was_meant() {
        for (text, meant) in [
            ("[gaurd]\n", Some("guard")),
            ("warn = '60KB'\n", Some("[guard] warn")),
            ("[bundle]\nby = 'workspaces'\n", Some("workspace")),
            (
                "[[reviewers]]\nname = 'a'\ncomand = ['a']\n",
                Some("command"),
            ),
            ("[bundle]\nsomething_else = 1\n", None),
            ("[guard]\nwarn = 'a few'\n", None),
        ] {
            let error = Config::from_toml(text).unwrap_err();
            let ConfigError::Toml { nearest, .. } = error else {
                panic!("{text}")
            };
            assert_eq!(nearest.as_deref(), meant, "{text}");
        }
    }
}
