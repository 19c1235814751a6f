//! The matrix of bundles and reviewers, which shows at once where a review is missing.

use serde::Serialize;

use super::bar::{Bar, bar};
use super::plan::PlanView;
use super::{Register, counted, grouped};
use crate::report::sanitize::line;
use crate::review::ReviewVerdict;
use crate::size;
use crate::tally::{ReviewState, ReviewerRow, Tally, Totals};

/// The table.
#[derive(Debug, Serialize)]
pub(super) struct MatrixView {
    pub(super) seats: Vec<SeatRow>,
    pub(super) rows: Vec<MatrixRow>,
    /// Reviewers without a usable answer, as text.
    pub(super) absent: Vec<Absent>,
}

/// A reviewer, over all bundles.
#[derive(Debug, Serialize)]
pub(super) struct SeatRow {
    pub(super) name: String,
    pub(super) lineages: String,
    /// `3 of 4 bundles`.
    pub(super) reviewed: String,
    pub(super) findings: String,
    pub(super) tokens: String,
    /// It reviewed fewer bundles than it was asked about.
    pub(super) short: bool,
}

/// A bundle's row.
#[derive(Debug, Serialize)]
pub(super) struct MatrixRow {
    pub(super) anchor: String,
    pub(super) id: String,
    pub(super) size: Option<String>,
    pub(super) reviewed_by: u32,
    pub(super) totals: Totals,
    pub(super) bar: Bar,
    /// One for each reviewer.
    pub(super) cells: Vec<Cell>,
}

/// What a reviewer did with a bundle.
#[derive(Debug, Serialize)]
pub(super) struct Cell {
    /// The state as in `tally.json`; `not-asked` if the tally has no entry.
    pub(super) state: &'static str,
    /// A symbol that shows the state without colour.
    pub(super) mark: &'static str,
    pub(super) word: &'static str,
    pub(super) usable: bool,
    pub(super) verdict: Option<&'static str>,
    pub(super) findings: Option<String>,
    /// How many of these have no location.
    pub(super) unlocated: u64,
    pub(super) tokens: Option<String>,
    pub(super) relative: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) cut_off: bool,
    pub(super) read_as_json: bool,
    /// The wave from which the answer was reused.
    pub(super) carried_over: Option<String>,
}

/// A reviewer that did not review, and where.
#[derive(Debug, Serialize)]
pub(super) struct Absent {
    pub(super) name: String,
    pub(super) mark: &'static str,
    pub(super) state: &'static str,
    pub(super) word: &'static str,
    /// The bundle, or the number of bundles; for missing reviews, over all reviewers.
    pub(super) at: String,
    pub(super) reason: Option<String>,
}

/// Collects the data of the table.
pub(super) fn matrix(tally: &Tally, plan: &PlanView) -> MatrixView {
    let mut names: Vec<&str> = tally
        .bundles
        .iter()
        .flat_map(|bundle| &bundle.reviewers)
        .map(|row| row.reviewer.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut register = Register::default();
    for name in &names {
        register.number(name);
    }
    let mut by_seat: Vec<Vec<&ReviewerRow>> = names.iter().map(|_| Vec::new()).collect();
    let mut rows = Vec::with_capacity(tally.bundles.len());
    for (bundle, plan) in tally.bundles.iter().zip(&plan.bundles) {
        let mut cells: Vec<Cell> = names.iter().map(|_| cell(None)).collect();
        for row in &bundle.reviewers {
            let at = register.number(&row.reviewer);
            cells[at] = cell(Some(row));
            by_seat[at].push(row);
        }
        rows.push(MatrixRow {
            anchor: plan.anchor.clone(),
            id: line(&bundle.id),
            size: bundle.bytes.map(size::decimal),
            reviewed_by: bundle.reviewed_by,
            totals: bundle.totals,
            bar: bar(bundle),
            cells,
        });
    }
    MatrixView {
        seats: names
            .iter()
            .zip(&by_seat)
            .map(|(name, rows)| seat(name, rows))
            .collect(),
        rows,
        absent: absent(tally, &names, &by_seat),
    }
}

fn seat(name: &str, rows: &[&ReviewerRow]) -> SeatRow {
    let mut lineages: Vec<String> = rows
        .iter()
        .map(|row| line(&row.lineages.to_string()))
        .collect();
    lineages.sort_unstable();
    lineages.dedup();
    let usable = rows.iter().filter(|row| row.state.is_usable()).count();
    let asked = rows
        .iter()
        .filter(|row| row.state != ReviewState::NotAsked)
        .count();
    let findings: u64 = rows
        .iter()
        .map(|row| row.findings.saturating_add(row.findings_without_location))
        .fold(0, u64::saturating_add);
    let tokens: u64 = rows
        .iter()
        .filter_map(|row| row.tokens_out)
        .fold(0, u64::saturating_add);
    let estimated = rows
        .iter()
        .any(|row| row.tokens_out.is_some() && row.tokens_estimated);
    SeatRow {
        name: line(name),
        lineages: lineages.join(" / "),
        reviewed: format!("{usable} of {}", counted(asked as u64, "bundle")),
        findings: counted(findings, "finding"),
        tokens: format!(
            "{}{} tokens",
            if estimated { "≈" } else { "" },
            grouped(tokens)
        ),
        short: usable < asked,
    }
}

/// Reviewers without a usable answer, the most important first: one line for each that failed or had no evidence, and
/// one for all missing answers.
fn absent(tally: &Tally, names: &[&str], by_seat: &[Vec<&ReviewerRow>]) -> Vec<Absent> {
    let mut list = Vec::new();
    for state in [ReviewState::NoEvidence, ReviewState::Failed] {
        for (name, rows) in names.iter().zip(by_seat) {
            let mut reasons: Vec<Option<&str>> = rows
                .iter()
                .filter(|row| row.state == state)
                .map(|row| row.reason.as_deref())
                .collect();
            let count = reasons.len();
            if count == 0 {
                continue;
            }
            reasons.sort_unstable();
            reasons.dedup();
            let is_here = |row: &ReviewerRow| row.reviewer == **name && row.state == state;
            let only = tally
                .bundles
                .iter()
                .find(|bundle| bundle.reviewers.iter().any(is_here));
            let (mark, word) = cell_word(state);
            list.push(Absent {
                name: line(name),
                mark,
                state: state.as_str(),
                word,
                at: match (count, only) {
                    (1, Some(bundle)) => line(&bundle.id),
                    _ => counted(count as u64, "bundle"),
                },
                reason: match reasons[..] {
                    [reason] => reason.map(line),
                    _ => Some(format!("{} different reasons", reasons.len())),
                },
            });
        }
    }
    let missing: Vec<String> = names
        .iter()
        .zip(by_seat)
        .filter_map(|(name, rows)| {
            let count = rows
                .iter()
                .filter(|row| row.state == ReviewState::Missing)
                .count();
            (count > 0).then(|| {
                let bundles = counted(count as u64, "bundle");
                format!("{} ({bundles})", line(name))
            })
        })
        .collect();
    if !missing.is_empty() {
        let (mark, _) = cell_word(ReviewState::Missing);
        list.push(Absent {
            name: "Missing".to_owned(),
            mark,
            state: ReviewState::Missing.as_str(),
            word: "",
            at: missing.join(", "),
            reason: None,
        });
    }
    list
}

/// Symbol and word for a state.
fn cell_word(state: ReviewState) -> (&'static str, &'static str) {
    match state {
        ReviewState::Findings => ("●", "findings"),
        ReviewState::Clean => ("✓", "clean"),
        ReviewState::NoEvidence => ("∅", "no evidence"),
        ReviewState::Failed => ("✕", "failed"),
        ReviewState::Missing => ("–", "missing"),
        ReviewState::NotAsked => ("·", "not asked"),
    }
}

/// A reviewer's row as a cell; without a row, the reviewer was not asked.
pub(super) fn cell(row: Option<&ReviewerRow>) -> Cell {
    let state = row.map_or(ReviewState::NotAsked, |row| row.state);
    let (mark, word) = cell_word(state);
    let answered = row.filter(|row| row.tokens_out.is_some());
    Cell {
        state: state.as_str(),
        mark,
        word,
        usable: state.is_usable(),
        verdict: row
            .and_then(|row| row.verdict)
            .map(|verdict| match verdict {
                ReviewVerdict::Block => "BLOCK",
                ReviewVerdict::Fix => "FIX",
                ReviewVerdict::Ship => "SHIP",
            }),
        findings: answered
            .map(|row| row.findings.saturating_add(row.findings_without_location))
            .filter(|findings| *findings > 0)
            .map(|findings| counted(findings, "finding")),
        unlocated: row.map_or(0, |row| row.findings_without_location),
        tokens: answered.and_then(|row| row.tokens_out).map(|tokens| {
            let about = if row.is_some_and(|row| row.tokens_estimated) {
                "≈"
            } else {
                ""
            };
            format!("{about}{}", grouped(tokens))
        }),
        relative: row
            .and_then(|row| row.relative_tokens)
            .map(|relative| format!("{relative:.2}×")),
        reason: row.and_then(|row| row.reason.as_deref()).map(line),
        cut_off: row.is_some_and(|row| row.cut_off),
        read_as_json: row.is_some_and(|row| row.read_as_json),
        carried_over: row
            .and_then(|row| row.carried_over_from.as_deref())
            .map(line),
    }
}
