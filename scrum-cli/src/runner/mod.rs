//! Asks reviewers for the reviews that are missing in a wave.
//!
//! A question is one prompt for one reviewer. [`plan`] finds the open questions, [`secrets`] searches the prompts
//! before any is sent, [`schedule`] asks with [`command`] or [`http`], and [`store`] saves the answers. Only
//! [`schedule`] waits and uses random numbers.

mod capture;
pub(crate) mod chain;
pub(crate) mod children;
pub(crate) mod client;
pub(crate) mod command;
pub(crate) mod http;
pub(crate) mod interrupt;
pub(crate) mod plan;
pub(crate) mod probe;
mod process;
mod queue;
pub(crate) mod schedule;
pub(crate) mod secrets;
pub(crate) mod step;
pub(crate) mod store;
mod wire;

use std::time::Duration;

/// Metadata of an answer or a failure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AnswerMeta {
    pub(crate) model: Option<String>,
    pub(crate) tokens_in: Option<u64>,
    pub(crate) tokens_out: Option<u64>,
    pub(crate) finish_reason: Option<String>,
    pub(crate) http_status: Option<u16>,
    pub(crate) exit_code: Option<i32>,
    pub(crate) stderr: Option<String>,
    /// A model's reasoning, if its answer has nothing else.
    pub(crate) reasoning: Option<String>,
}

/// The answer of a reviewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReviewerAnswer {
    pub(crate) text: String,
    pub(crate) meta: AnswerMeta,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AskError {
    pub(crate) reason: String,
    pub(crate) retry: Retry,
    pub(crate) meta: Box<AnswerMeta>,
}

/// Whether asking again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retry {
    /// No: the result would be the same.
    Never,
    /// No, and the result would be the same for every question to this reviewer.
    NeverThisReviewer,
    /// Perhaps, but the attempt may have cost money: only if the configuration sets `retries`.
    IfConfigured,
    /// Yes, after a while; not before the time that the server requests.
    Later(Option<Duration>),
    /// As `Later`, and the reviewer's other questions also wait.
    LaterAll(Option<Duration>),
}

impl AskError {
    pub(crate) fn new(reason: impl Into<String>, retry: Retry) -> Self {
        Self {
            reason: reason.into(),
            retry,
            meta: Box::default(),
        }
    }
}

/// Values that must never be shown: keys, and environment variables passed to a command.
#[derive(Clone, Default)]
pub(crate) struct ApiKeys(Vec<String>);

impl ApiKeys {
    /// Shorter values also occur in ordinary text.
    const SHORTEST: usize = 8;

    pub(crate) fn add(&mut self, value: &str) {
        if value.len() >= Self::SHORTEST {
            self.0.push(value.to_owned());
        }
    }

    /// The text without the keys.
    pub(crate) fn hide(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for key in &self.0 {
            if text.contains(key) {
                text = text.replace(key, "[key]");
            }
        }
        text
    }
}

impl std::fmt::Debug for ApiKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}

/// Untrusted text as one short line.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .take(most)
        .collect();
    let text = words.join(" ");
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_hidden_and_not_printed() {
        let mut keys = ApiKeys::default();
        keys.add("hunter2-hunter2");
        keys.add("short");
        assert_eq!(keys.hide("a hunter2-hunter2 short"), "a [key] short");
        assert_eq!(format!("{keys:?}"), "1 keys");
    }

    #[test]
    fn texts_of_others_become_one_line() {
        assert_eq!(one_line("a\n\u{1b}[2J  b", 100), "a [2J b");
        assert_eq!(one_line("abcdef", 3), "abc…");
    }
}
