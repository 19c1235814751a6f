//! `scrum review --dry-run`: what would be sent, and what it would cost.

use scrum_core::config::Reviewer;
use scrum_core::size;
use scrum_core::wave::manifest::Manifest;
use serde::Serialize;

use super::progress::cost;
use crate::error::Result;
use crate::runner::plan::{Question, QuestionState};
use crate::terminal::Output;

/// Assumed tokens per answer unless the configuration sets a lower limit; reviews have some hundreds.
const ANSWER_TOKENS: u64 = 1000;

/// The plan of a run, as JSON.
#[derive(Debug, Serialize)]
struct Planned<'a> {
    schema: &'static str,
    reviewers: Vec<SummaryRow<'a>>,
    questions: Vec<SummaryLine<'a>>,
}

/// One reviewer's part.
#[derive(Debug, Default, Serialize)]
struct SummaryRow<'a> {
    reviewer: &'a str,
    ask: u64,
    there: u64,
    carried_over: u64,
    awaited: u64,
    not_asked: u64,
    /// Total of the prompts to be sent.
    bytes: u64,
    /// An estimate: a quarter of the bytes.
    tokens: u64,
    /// Assumes answers of 1000 tokens, or `max_tokens` if that is less; absent without prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<f64>,
}

#[derive(Debug, Serialize)]
struct SummaryLine<'a> {
    bundle: &'a str,
    reviewer: &'a str,
    status: &'static str,
    bytes: u64,
    tokens: u64,
}

/// Prints the plan.
pub(super) fn print(
    manifest: &Manifest,
    reviewers: &[&Reviewer],
    questions: &[Question],
    json: bool,
    output: &Output,
) -> Result<()> {
    let rows: Vec<SummaryRow<'_>> = reviewers
        .iter()
        .enumerate()
        .map(|(seat, reviewer)| row(manifest, reviewer, seat, questions))
        .collect();
    if json {
        let planned = Planned {
            schema: "scrum.plan/1",
            reviewers: rows,
            questions: questions
                .iter()
                .map(|question| line(manifest, reviewers, question))
                .collect(),
        };
        return output.data(|out| {
            serde_json::to_writer_pretty(&mut *out, &planned)?;
            writeln!(out)
        });
    }
    let asked: u64 = rows.iter().map(|row| row.ask).sum();
    let bytes: u64 = rows.iter().map(|row| row.bytes).sum();
    let tokens: u64 = rows.iter().map(|row| row.tokens).sum();
    let width = rows
        .iter()
        .map(|row| row.reviewer.chars().count())
        .max()
        .unwrap_or(0)
        .clamp(8, 30);
    output.data(|out| {
        writeln!(
            out,
            "would send {}: {}, ≈{tokens} tokens\n",
            size::counted(usize::try_from(asked).unwrap_or(usize::MAX), "prompt"),
            size::decimal(bytes)
        )?;
        writeln!(
            out,
            "  {:width$}  {:>7}  {:>6}  {:>9}  {:>9}  {:>8}",
            "reviewer", "to send", "cached", "size", "tokens", "cost"
        )?;
        for row in &rows {
            let name = crate::runner::one_line(row.reviewer, width);
            let cost = row
                .cost
                .map_or_else(String::new, |cost| format!("≈{cost:.2}"));
            let tokens = format!("≈{}", row.tokens);
            let there = row.there + row.carried_over;
            let prompts = size::decimal(row.bytes);
            let line = format!(
                "  {name:width$}  {:>7}  {there:>6}  {prompts:>9}  {tokens:>9}  {cost:>8}",
                row.ask
            );
            writeln!(out, "{}", line.trim_end())?;
            for (count, what) in [
                (row.carried_over, "reused from other waves"),
                (row.awaited, "waiting for a person"),
                (row.not_asked, "not asked, by `paths`"),
            ] {
                if count > 0 {
                    writeln!(out, "      {count} {what}")?;
                }
            }
        }
        if rows.iter().any(|row| row.cost.is_some()) {
            writeln!(
                out,
                "\ncost: assumes answers of {ANSWER_TOKENS} tokens, or `max_tokens` if that is less"
            )?;
        }
        Ok(())
    })
}

fn row<'a>(
    manifest: &Manifest,
    reviewer: &'a Reviewer,
    seat: usize,
    questions: &[Question],
) -> SummaryRow<'a> {
    let mut row = SummaryRow {
        reviewer: &reviewer.name,
        ..SummaryRow::default()
    };
    for question in questions
        .iter()
        .filter(|question| question.reviewer == seat)
    {
        let bundle = &manifest.bundles[question.bundle];
        match question.status {
            QuestionState::Ask { .. } => {
                row.ask += 1;
                row.bytes += bundle.prompt_bytes;
                row.tokens += bundle.tokens;
            }
            QuestionState::There => row.there += 1,
            QuestionState::Carry(_) => row.carried_over += 1,
            QuestionState::Awaited => row.awaited += 1,
            QuestionState::NotAsked => row.not_asked += 1,
        }
    }
    if reviewer.price_in.is_some() || reviewer.price_out.is_some() {
        let longest = reviewer
            .max_tokens
            .map_or(ANSWER_TOKENS, |tokens| ANSWER_TOKENS.min(tokens.into()));
        let answers = row.ask.saturating_mul(longest);
        row.cost = Some(cost(row.tokens, reviewer.price_in) + cost(answers, reviewer.price_out));
    }
    row
}

fn line<'a>(
    manifest: &'a Manifest,
    reviewers: &[&'a Reviewer],
    question: &Question,
) -> SummaryLine<'a> {
    let bundle = &manifest.bundles[question.bundle];
    SummaryLine {
        bundle: &bundle.id,
        reviewer: &reviewers[question.reviewer].name,
        status: match question.status {
            QuestionState::Ask { again: false } => "ask",
            QuestionState::Ask { again: true } => "ask-again",
            QuestionState::There => "there",
            QuestionState::Carry(_) => "carry-over",
            QuestionState::Awaited => "awaited",
            QuestionState::NotAsked => "not-asked",
        },
        bytes: bundle.prompt_bytes,
        tokens: bundle.tokens,
    }
}
