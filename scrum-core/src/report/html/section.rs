//! One bundle's part of the page.

use serde::Serialize;

use super::bar::{Bar, bar};
use super::counted;
use super::diff::{Budget, Files, files};
use super::matrix::{Cell, cell};
use super::plan::BundlePlan;
use super::words::{Prose, prose, severity_key, severity_word, start};
use crate::report::buckets;
use crate::report::ranked::location_name;
use crate::report::sanitize::line;
use crate::size;
use crate::tally::{BundleTally, Totals, UnlocatedRecord};
use crate::wave::manifest::BundleRecord;

/// Maximum number of uncounted citations, of mentions, of findings without a location and of retractions shown for one
/// bundle.
const MOST: usize = 1_000;

/// What `bundle.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct SectionView {
    pub(super) anchor: String,
    pub(super) id: String,
    /// Size, files, part.
    pub(super) facts: Vec<String>,
    pub(super) reviewed_by: String,
    pub(super) totals: Totals,
    pub(super) bar: Bar,
    pub(super) reviewers: Vec<ReviewerView>,
    /// `5 citations = 4 counted + 1 unknown path`.
    pub(super) citations: String,
    pub(super) issues_left_out: usize,
    pub(super) diff: Files,
    pub(super) unlocated: Vec<Unlocated>,
    pub(super) unlocated_left_out: usize,
    pub(super) set_aside: Vec<Aside>,
    pub(super) set_aside_left_out: usize,
    pub(super) mentions: Vec<MentionView>,
    pub(super) mentions_left_out: usize,
    pub(super) retractions: Vec<RetractionView>,
    pub(super) retractions_left_out: usize,
}

/// A reviewer's row.
#[derive(Debug, Serialize)]
pub(super) struct ReviewerView {
    pub(super) name: String,
    pub(super) lineages: String,
    /// Their source.
    pub(super) source: String,
    pub(super) model: Option<String>,
    pub(super) cell: Cell,
    pub(super) per_kb: Option<String>,
}

/// A finding that names no location.
#[derive(Debug, Serialize)]
pub(super) struct Unlocated {
    pub(super) reviewer: String,
    pub(super) severity: &'static str,
    pub(super) severity_word: String,
    pub(super) review_line: u32,
    pub(super) retracted_line: Option<u32>,
    pub(super) what: Option<Prose>,
    pub(super) why: Option<Prose>,
}

/// A citation that was not counted.
#[derive(Debug, Serialize)]
pub(super) struct Aside {
    pub(super) reviewer: String,
    pub(super) review_line: u32,
    pub(super) text: String,
    pub(super) bucket: &'static str,
    pub(super) reason: String,
    pub(super) what: Option<Prose>,
}

/// A location that a review mentions without reporting a finding.
#[derive(Debug, Serialize)]
pub(super) struct MentionView {
    pub(super) reviewer: String,
    pub(super) review_line: u32,
    pub(super) text: String,
}

/// A retraction that matches no finding.
#[derive(Debug, Serialize)]
pub(super) struct RetractionView {
    pub(super) reviewer: String,
    pub(super) review_line: u32,
    pub(super) text: String,
}

/// Collects the data of a bundle for the page.
pub(super) fn section(
    bundle: &BundleTally,
    record: Option<&BundleRecord>,
    plan: &BundlePlan,
    text: Option<&[u8]>,
    budget: &mut Budget,
) -> SectionView {
    let mut facts = Vec::new();
    if let Some(bytes) = bundle.bytes {
        facts.push(size::decimal(bytes));
    }
    if let Some(record) = record {
        facts.push(counted(record.file_count() as u64, "file"));
        if let (Some(part), Some(parts)) = (record.part, record.parts) {
            facts.push(format!(
                "part {part} of {parts} of {}",
                line(&record.component)
            ));
        }
        if !record.packed.is_empty() {
            let names: Vec<String> = record.packed.iter().map(|name| line(name)).collect();
            facts.push(format!("packed from {}", start(&names.join(", "), 200)));
        }
    }
    let lineages = counted(u64::from(bundle.reviewed_by), "lineage");
    let rest = |count: usize| count.saturating_sub(MOST);
    SectionView {
        anchor: plan.anchor.clone(),
        id: line(&bundle.id),
        facts,
        reviewed_by: lineages,
        totals: bundle.totals,
        bar: bar(bundle),
        reviewers: bundle
            .reviewers
            .iter()
            .map(|row| ReviewerView {
                name: line(&row.reviewer),
                lineages: line(&row.lineages.to_string()),
                source: line(&row.lineage_source),
                model: row.model.as_deref().map(line),
                cell: cell(Some(row)),
                per_kb: row.tokens_per_kb.map(|tokens| format!("{tokens:.1}")),
            })
            .collect(),
        citations: buckets(&bundle.buckets),
        issues_left_out: plan.left_out,
        diff: files(record, &plan.issues, text, budget),
        unlocated: bundle
            .findings_without_location
            .iter()
            .take(MOST)
            .map(unlocated)
            .collect(),
        unlocated_left_out: rest(bundle.findings_without_location.len()),
        set_aside: bundle
            .set_aside
            .iter()
            .take(MOST)
            .map(|aside| Aside {
                reviewer: line(&aside.reviewer),
                review_line: aside.review_line,
                text: start(&aside.text, 300),
                bucket: aside.bucket.as_str(),
                reason: line(&aside.reason),
                what: aside
                    .what
                    .as_deref()
                    .or(aside.why.as_deref())
                    .and_then(prose),
            })
            .collect(),
        set_aside_left_out: rest(bundle.set_aside.len()),
        mentions: bundle
            .mentions
            .iter()
            .take(MOST)
            .map(|mention| MentionView {
                reviewer: line(&mention.reviewer),
                review_line: mention.review_line,
                text: start(
                    &location_name(&mention.path, mention.lines(), mention.symbol.as_deref()),
                    300,
                ),
            })
            .collect(),
        mentions_left_out: rest(bundle.mentions.len()),
        retractions: bundle
            .unmatched_retractions
            .iter()
            .take(MOST)
            .map(|record| RetractionView {
                reviewer: line(&record.reviewer),
                review_line: record.review_line,
                text: start(&record.text, 300),
            })
            .collect(),
        retractions_left_out: rest(bundle.unmatched_retractions.len()),
    }
}

fn unlocated(record: &UnlocatedRecord) -> Unlocated {
    Unlocated {
        reviewer: line(&record.reviewer),
        severity: severity_key(record.severity),
        severity_word: match (record.severity, &record.severity_text) {
            (None, Some(written)) => format!("“{}”", start(written, 20)),
            (severity, _) => severity_word(severity).to_owned(),
        },
        review_line: record.review_line,
        retracted_line: record.retracted_line,
        what: record.what.as_deref().and_then(prose),
        why: record.why.as_deref().and_then(prose),
    }
}
