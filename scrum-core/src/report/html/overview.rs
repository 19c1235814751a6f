//! The top of the page, and the sections after the bundles.

use serde::Serialize;

use super::diff::Budget;
use super::facet::Facets;
use super::issue::IssueRow;
use super::matrix::{MatrixView, matrix};
use super::plan::PlanView;
use super::policy::{policy, script, style};
use super::verdict::{Section, section};
use super::{HtmlOptions, counted, grouped};
use crate::report::buckets;
use crate::report::estimated::estimate_in_words;
use crate::report::sanitize::line;
use crate::size;
use crate::tally::{ReviewState, Tally};
use crate::wave::manifest::Manifest;

/// Maximum number of commits listed; more are only counted.
const MAX_COMMITS: usize = 100;

/// Maximum number of excluded files listed; more are only counted.
const MAX_EXCLUDED: usize = 2_000;

/// Maximum number of warnings listed; more are only counted.
const MAX_WARNINGS: usize = 100;

/// What `page.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    title: String,
    policy: String,
    style: String,
    spec: Option<String>,
    ids: Option<String>,
    facts: Option<String>,
    verdict: Option<Section>,
    commits: Vec<String>,
    commits_left_out: usize,
    totals: TotalsView,
    /// Issues of severity BLOCK.
    blocking: usize,
    citations: String,
    lineages: String,
    /// There are no reviews.
    unreviewed: bool,
    min_lineages: u32,
    /// Bundles that fewer lineages reviewed than required.
    below: Vec<String>,
    warnings: Vec<String>,
    warnings_left_out: usize,
    diff_note: Option<String>,
    matrix: MatrixView,
    rows: &'a [IssueRow],
    agreeing: usize,
    alone: usize,
    left_out: usize,
    facets: &'a Facets,
    near_lines: u32,
    has_manifest: bool,
    excluded: usize,
}

/// The counts of the headline.
#[derive(Debug, Serialize)]
struct TotalsView {
    distinct: String,
    convergent: String,
    issues: String,
    agreed: String,
    one_issue: bool,
    one_location: bool,
}

/// What `end.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct End {
    has_manifest: bool,
    excluded: Vec<ExcludedView>,
    excluded_left_out: usize,
    excluded_bytes: String,
    left_out: Option<String>,
    estimate: Option<String>,
    no_estimate: Option<String>,
    script: String,
}

/// A file that was not shown to reviewers.
#[derive(Debug, Serialize)]
struct ExcludedView {
    path: String,
    old_path: Option<String>,
    reason: String,
    size: String,
}

/// Collects the data for the top of the page.
pub(super) fn page<'a>(
    tally: &Tally,
    manifest: Option<&Manifest>,
    plan: &'a PlanView,
    budget: &Budget,
    options: &HtmlOptions,
) -> Page<'a> {
    let style = style();
    let policy = policy(&style, &script());
    let (spec, ids) = manifest.map_or((None, None), named);
    let title = match (&spec, &ids) {
        (Some(spec), Some(ids)) => format!("{spec} ({ids})"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => counted(tally.bundles.len() as u64, "bundle"),
    };
    let commits = manifest.map_or(&[][..], |manifest| &manifest.range.commits);
    let totals = &tally.totals;
    let waits = |state| matches!(state, ReviewState::Missing | ReviewState::NotAsked);
    let most = tally.bundles.iter().map(|bundle| bundle.reviewed_by).max();
    let least = tally.bundles.iter().map(|bundle| bundle.reviewed_by).min();
    let (least, most) = (least.unwrap_or(0), most.unwrap_or(0));
    let lineages = match least == most {
        true => counted(u64::from(most), "lineage"),
        false => format!("{least} to {most} lineages"),
    };
    Page {
        title,
        policy,
        style,
        spec,
        ids,
        facts: manifest.map(facts),
        verdict: options.assessment.as_ref().map(section),
        commits: commits
            .iter()
            .take(MAX_COMMITS)
            .map(|commit| {
                let id: String = commit.id.chars().take(7).collect();
                format!("{} {}", line(&id), line(&commit.subject))
            })
            .collect(),
        commits_left_out: commits.len().saturating_sub(MAX_COMMITS),
        totals: TotalsView {
            distinct: grouped(totals.distinct),
            convergent: grouped(totals.convergent),
            issues: grouped(totals.issues),
            agreed: grouped(totals.agreed),
            one_issue: totals.issues == 1,
            one_location: totals.distinct == 1,
        },
        blocking: plan.blocking,
        citations: buckets(&tally.buckets),
        lineages,
        unreviewed: tally
            .bundles
            .iter()
            .flat_map(|bundle| &bundle.reviewers)
            .all(|row| waits(row.state)),
        min_lineages: tally.min_lineages,
        below: tally
            .bundles
            .iter()
            .filter(|bundle| bundle.reviewed_by < tally.min_lineages)
            .map(|bundle| format!("{} ({})", line(&bundle.id), bundle.reviewed_by))
            .collect(),
        warnings: tally.warnings.iter().take(MAX_WARNINGS).map(|text| line(text)).collect(),
        warnings_left_out: tally.warnings.len().saturating_sub(MAX_WARNINGS),
        diff_note: (!budget.whole).then(|| {
            format!(
                "The diffs have {}, too much for one page, so only the lines around findings are shown. The complete diffs are in the \
                 wave's folder bundles/.",
                size::decimal(budget.bytes)
            )
        }),
        matrix: matrix(tally, plan),
        rows: &plan.rows,
        agreeing: plan.agreeing,
        alone: plan.rows.len() - plan.agreeing,
        left_out: plan.left_out,
        facets: &plan.facets,
        near_lines: tally.near_lines,
        has_manifest: manifest.is_some(),
        excluded: manifest.map_or(0, |manifest| manifest.excluded.len()),
    }
}

/// The range as typed, and as resolved.
fn named(manifest: &Manifest) -> (Option<String>, Option<String>) {
    let range = &manifest.range;
    let short = |commit: &Option<String>, tree: &Option<String>| -> Option<String> {
        let id = commit.as_ref().or(tree.as_ref())?;
        Some(line(&id.chars().take(7).collect::<String>()))
    };
    let spec = line(&range.spec);
    let base = short(&range.base, &range.base_tree);
    let head = short(&range.head, &range.head_tree);
    (
        (!spec.is_empty()).then_some(spec),
        base.zip(head).map(|(base, head)| format!("{base}..{head}")),
    )
}

/// `1 commit, 12 files and 204.7 KB in 4 bundles, 1 excluded`.
fn facts(manifest: &Manifest) -> String {
    let shown: u64 = manifest.bundles.iter().map(|bundle| bundle.bytes).sum();
    let mut text = String::new();
    let commits = manifest.range.commits.len();
    if commits > 0 {
        text.push_str(&counted(commits as u64, "commit"));
        text.push_str(", ");
    }
    text.push_str(&format!(
        "{} and {} in {}",
        counted(manifest.file_count() as u64, "file"),
        size::decimal(shown),
        counted(manifest.bundles.len() as u64, "bundle")
    ));
    if !manifest.excluded.is_empty() {
        text.push_str(&format!(", {} excluded", manifest.excluded_count()));
    }
    text
}

/// Collects the data for the sections after the bundles.
pub(super) fn end(tally: &Tally, manifest: Option<&Manifest>, budget: &Budget) -> End {
    let excluded = manifest.map_or(&[][..], |manifest| &manifest.excluded);
    let bytes = excluded
        .iter()
        .fold(0_u64, |sum, file| sum.saturating_add(file.bytes));
    End {
        has_manifest: manifest.is_some(),
        excluded: excluded
            .iter()
            .take(MAX_EXCLUDED)
            .map(|file| ExcludedView {
                path: line(&file.path),
                old_path: file.old_path.as_deref().map(line),
                reason: line(&file.reason),
                size: size::decimal(file.bytes),
            })
            .collect(),
        excluded_left_out: excluded.len().saturating_sub(MAX_EXCLUDED),
        excluded_bytes: size::decimal(bytes),
        left_out: (budget.lines_left_out > 0).then(|| {
            let lines = budget.lines_left_out;
            format!(
                "{} of the bundles above are left out.",
                counted(lines, "line")
            )
        }),
        estimate: estimate_in_words(tally),
        no_estimate: tally.estimate_refused.as_deref().map(line),
        script: script(),
    }
}
