//! What is said at a place, as plain text for formats with one message a finding.
//!
//! A message may end up in a terminal, in a comment that reads it as Markdown, or in a runner's log, so reviewers'
//! words go through [`inert::plain`](super::inert::plain), and no line begins with anything of theirs.

use super::inert::{cut, plain};
use super::ranked::{Ranked, Said, cited, counted, notes, severity_word};
use crate::review::Severity;
use crate::tally::likeness::Likeness;

/// Claims that one message tells; more are counted.
const MAX_CLAIMS: usize = 12;

/// Characters of one claim.
const MAX_WORDS: usize = 600;

/// Who agrees, then a line for each claim.
pub(super) fn message(ranked: &Ranked<'_>) -> String {
    let mut told = summary(ranked);
    let mut said = ranked.said();
    for said in said.by_ref().take(MAX_CLAIMS) {
        told.push_str("\n- ");
        told.push_str(&claim(&said));
    }
    let more = said.count();
    if more > 0 {
        told.push_str(&format!(
            "\n- and {}",
            counted(more as u64, "more claim", "more claims")
        ));
    }
    told
}

/// `BLOCK · 2 of 3 lineages that reviewed this bundle (core) · alike`.
fn summary(ranked: &Ranked<'_>) -> String {
    let mut told = match ranked.severity {
        Some(severity) => format!("{} · ", severity_word(severity)),
        None => String::new(),
    };
    told.push_str(&format!(
        "{} ({})",
        ranked.agreement(),
        plain(&ranked.bundle.id)
    ));
    if let Some(value) = ranked.place.likeness {
        told.push_str(&format!(" · {}", Likeness::of(value).as_str()));
    }
    told
}

fn claim(said: &Said<'_>) -> String {
    let mut told = format!("{} · {}", plain(&said.who()), plain(&cited(said.location)));
    if let Some(word) = said.severity() {
        told.push_str(&format!(" · {}", plain(&word)));
    }
    told.push_str(": ");
    told.push_str(&words(said, MAX_WORDS));
    let notes = notes(said.location);
    if !notes.is_empty() {
        told.push_str(&format!(" [{}]", plain(&notes.join("; "))));
    }
    told
}

fn words(said: &Said<'_>, most: usize) -> String {
    let Some(words) = said.words() else {
        return "(no words)".to_owned();
    };
    let (shown, left_out) = cut(words, most);
    let mut text = plain(shown);
    if left_out > 0 {
        text.push_str(&format!("… ({left_out} more characters)"));
    }
    text
}

/// One line: the weightiest claim's words, and who agrees.
pub(super) fn headline(ranked: &Ranked<'_>, most: usize) -> String {
    let heaviest = ranked.said().enumerate().max_by_key(|(at, said)| {
        let has_words = said.words().is_some();
        (has_words, said.claim.severity, std::cmp::Reverse(*at))
    });
    let words = heaviest.map_or_else(|| "(no words)".to_owned(), |(_, said)| words(&said, most));
    format!("{words} ({})", summary(ranked))
}

/// The id of a severity's rule.
pub(super) fn rule(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Block) => "scrum/block",
        Some(Severity::Warn) => "scrum/warn",
        Some(Severity::Info) => "scrum/info",
        None => "scrum/unrated",
    }
}
