//! What a document says, as statements.

use super::said::DocumentSaid;
use crate::review::explain::{AnswerPart, PartKind, PartOutcome, PartReason};
use crate::review::line_counter::LineCounter;
use crate::review::span::cut;
use crate::review::statement::{CitedPlace, LONGEST_CLAIM, LONGEST_TEXT, Reading, Statement};
use crate::review::{Claim, InferredRetraction, ReadAs, clean};

/// What a document in `text` says, as statements. `None` if it is no review.
pub(in crate::review) fn read(said: DocumentSaid, text: &str, explain: bool) -> Option<Reading> {
    if said.items.is_empty() && !said.empty {
        return None;
    }
    let rejects = said.remarks.iter().any(|text| is_rejection(text));
    let mut reading = Reading {
        verdict: said.verdict,
        is_document: true,
        ..Reading::default()
    };
    let mut lines = LineCounter::new(text);
    let mut items = said.items;
    items.sort_by_key(|item| item.at);
    for item in items {
        let line = lines.of(item.at);
        let mut statement = Statement::new(line, ReadAs::Document, shortened(item.claim));
        let located = matches!(item.location, Some(Ok(_)));
        let dismissed = item.dismissed;
        statement.link = item.link;
        statement
            .cited
            .extend(item.location.map(|location| CitedPlace {
                text: cut(&item.text, LONGEST_TEXT).into_owned(),
                location,
                swapped: item.swapped,
            }));
        let mention = dismissed.filter(|reason| located && *reason != PartReason::Resolved);
        if explain {
            let outcome = match mention {
                Some(reason) => PartOutcome::Nothing(reason),
                None => PartOutcome::Findings(Vec::new()),
            };
            statement.part = reading.parts.len();
            reading.parts.push(part(text, item.at, line, outcome));
        }
        match mention {
            Some(_) => reading.mentions.extend(statement.into_mentions()),
            None => {
                statement.retracted = dismissed.map(|reason| InferredRetraction {
                    line,
                    phrase: reason.to_string(),
                });
                reading.statements.push(statement);
            }
        }
    }
    reading.says_clean = said.empty && !rejects;
    Some(reading)
}

/// The objects that are no finding. Empty unless they were asked for.
pub(in crate::review) fn ignored(said: &DocumentSaid, text: &str) -> Vec<AnswerPart> {
    let mut all = said.ignored.clone();
    all.sort_by_key(|(at, _)| *at);
    let mut lines = LineCounter::new(text);
    let all = all.into_iter();
    all.map(|(at, reason)| part(text, at, lines.of(at), PartOutcome::Nothing(reason)))
        .collect()
}

fn part(text: &str, at: usize, line: u32, outcome: PartOutcome) -> AnswerPart {
    AnswerPart::new(
        PartKind::Item,
        (line, line),
        text.get(at..).unwrap_or(""),
        outcome,
    )
}

impl DocumentSaid {
    /// Whether a remark says that there is nothing to report.
    pub(in crate::review) fn says_nothing_found(&self) -> bool {
        let mut remarks = self.remarks.iter();
        remarks.any(|text| clean::says_nothing_found(text))
    }
}

fn shortened(claim: Claim) -> Claim {
    let short = |text: Option<String>, longest| text.map(|text| cut(&text, longest).into_owned());
    Claim {
        severity: claim.severity,
        severity_text: short(claim.severity_text, LONGEST_TEXT),
        what: short(claim.what, LONGEST_CLAIM),
        why: short(claim.why, LONGEST_CLAIM),
    }
}

/// Whether a remark beside an empty list says that all is not well.
fn is_rejection(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "patch is incorrect",
        "request changes",
        "request_changes",
        "changes_requested",
        "block",
        "reject",
        "failed",
        "error",
        "not ready",
        "timed out",
        "timeout",
    ]
    .iter()
    .any(|words| text == *words || (words.contains(' ') && text.contains(words)))
}
