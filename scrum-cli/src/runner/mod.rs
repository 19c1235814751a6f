//! Runs reviewers: what is missing in a wave is asked, what is there is never asked again.
//!
//! [`plan`] says which questions are open, [`secrets`] looks at the prompts before any is sent, [`schedule`] asks by
//! [`command`] or [`http`], and [`store`] keeps what comes back. Waiting and drawing lots is the business of [`schedule`].

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

/// What is known of an answer, or of the failure to get one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AnswerMeta {
    pub(crate) model: Option<String>,
    pub(crate) tokens_in: Option<u64>,
    pub(crate) tokens_out: Option<u64>,
    pub(crate) finish_reason: Option<String>,
    pub(crate) http_status: Option<u16>,
    pub(crate) exit_code: Option<i32>,
    pub(crate) stderr: Option<String>,
    /// What a model thought, where it said nothing else.
    pub(crate) reasoning: Option<String>,
}

/// What a reviewer answered.
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
    /// The same would come back.
    Never,
    /// The same would come back for every question to this reviewer.
    NeverThisReviewer,
    /// It may, and it may have been paid for: only where the configuration names `retries`.
    IfConfigured,
    /// After a while; not before the time that the server asks for.
    Later(Option<Duration>),
    /// As `Later`, and the reviewer's other questions wait, too.
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

/// Values that must never be shown: keys, and what the environment hands to a command.
#[derive(Clone, Default)]
pub(crate) struct ApiKeys(Vec<String>);

impl ApiKeys {
    /// Shorter values stand in ordinary text, too.
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

/// A text of others as one short line.
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
