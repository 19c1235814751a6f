//! An issue as plain text, for formats with one message per issue.
//!
//! A message may be shown in a terminal, rendered as Markdown, or printed into a CI log, so reviewers' words go through
//! [`escape::plain`](super::escape::plain), and no line begins with them.

use super::escape::{cut, plain};
use super::ranked::{Ranked, cited, notes, severity_said, severity_word, what_and_why, who};
use crate::review::Severity;
use crate::size::counted;
use crate::tally::FindingRecord;

/// Maximum number of claims in one message; more are only counted.
const MAX_CLAIMS: usize = 12;

/// Maximum number of characters of one claim.
const MAX_WORDS: usize = 600;

/// Who agrees, then one line for each claim.
pub(super) fn message(ranked: &Ranked<'_>) -> String {
    let mut told = summary(ranked);
    let mut findings = ranked.findings();
    for finding in findings.by_ref().take(MAX_CLAIMS) {
        told.push_str("\n- ");
        told.push_str(&claim(finding));
    }
    let more = findings.count();
    if more > 0 {
        told.push_str(&format!("\n- and {}", counted(more as u64, "more claim")));
    }
    if let Some(others) = ranked.others_in_words() {
        told.push_str(&format!("\n{}", plain(&others)));
    }
    told
}

/// `BLOCK · agreed by 2 of 3 lineages (core)`.
fn summary(ranked: &Ranked<'_>) -> String {
    let mut told = match ranked.issue.severity {
        Some(severity) => format!("{} · ", severity_word(severity)),
        None => String::new(),
    };
    told.push_str(&format!(
        "{} ({})",
        ranked.agreement(),
        plain(&ranked.bundle.id)
    ));
    told
}

fn claim(finding: &FindingRecord) -> String {
    let mut told = format!("{} · {}", plain(&who(finding)), plain(&cited(finding)));
    if let Some(word) = severity_said(finding.severity, finding.severity_text.as_deref()) {
        told.push_str(&format!(" · {}", plain(&word)));
    }
    told.push_str(": ");
    told.push_str(&words(finding, MAX_WORDS));
    let notes = notes(finding);
    if !notes.is_empty() {
        told.push_str(&format!(" [{}]", plain(&notes.join("; "))));
    }
    told
}

fn words(finding: &FindingRecord, most: usize) -> String {
    let (Some(words), _) = what_and_why(finding.what.as_deref(), finding.why.as_deref()) else {
        return "(no words)".to_owned();
    };
    let (shown, left_out) = cut(words, most);
    let mut text = plain(shown);
    if left_out > 0 {
        text.push_str(&format!("… ({left_out} more characters)"));
    }
    text
}

/// One line: the most severe claim's words, and who agrees.
pub(super) fn headline(ranked: &Ranked<'_>, most: usize) -> String {
    let worst = worst(ranked).map(|finding| words(finding, most));
    let words = worst.unwrap_or_else(|| "(no words)".to_owned());
    format!("{words} ({})", summary(ranked))
}

/// The first of the most severe findings, those with words before others.
pub(super) fn worst<'t>(ranked: &Ranked<'t>) -> Option<&'t FindingRecord> {
    let findings = ranked.findings().enumerate();
    let worst = findings.max_by_key(|(at, finding)| {
        let has_words = what_and_why(finding.what.as_deref(), finding.why.as_deref())
            .0
            .is_some();
        (has_words, finding.severity, std::cmp::Reverse(*at))
    });
    worst.map(|(_, finding)| finding)
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
