//! From submissions to the tally: assignments, each reviewer's findings, bundles, totals.
//!
//! Reviewers are processed on several threads, then bundles; in between, every finding is moved to the bundle that owns
//! its line.

use std::collections::{BTreeMap, BTreeSet};

use super::assignment::{Assignment, Assignments, assign};
use super::bundle::{BuiltBundle, BundleBuilder};
use super::distinct::Distinct;
use super::ground::WaveIndex;
use super::resolver::Resolver;
use super::reviewer::{Counted, ReviewerOutcome, review};
use super::{
    Buckets, BundleTally, DiffText, LineageRecord, SCHEMA, Submission, Tally, TallyOptions, Totals,
};
use crate::control::{Cancelled, Control, Stage};
use crate::estimate::EstimateBasis;
use crate::try_map::try_map;

/// Maximum number of warnings that are listed; more are only counted.
const MAX_WARNINGS: usize = 1_000;

/// Counts the findings of the reviewers.
///
/// `wave_index` is the wave that the reviews are about; without it, paths are used as written and nothing is verified.
/// `diffs` is asked for a bundle's diff only if a symbol must be resolved in it. The result depends neither on the
/// order of the submissions nor on the number of threads. [`try_tally`] does the same and can be cancelled; this
/// function ignores [`TallyOptions::control`].
pub fn tally(
    submissions: Vec<Submission>,
    wave_index: Option<&WaveIndex>,
    diffs: &dyn DiffText,
    options: &TallyOptions,
) -> Tally {
    let options = TallyOptions {
        control: Control::default(),
        ..options.clone()
    };
    match try_tally(submissions, wave_index, diffs, &options) {
        Ok(tally) => tally,
        Err(Cancelled) => unreachable!("nobody could cancel"),
    }
}

/// As [`tally()`], but reports progress to [`TallyOptions::control`] and can be cancelled by it.
///
/// # Errors
///
/// [`Cancelled`] if [`TallyOptions::control`] cancelled the work.
pub fn try_tally(
    submissions: Vec<Submission>,
    wave_index: Option<&WaveIndex>,
    diffs: &dyn DiffText,
    options: &TallyOptions,
) -> Result<Tally, Cancelled> {
    let control = &options.control;
    let mut threads = vec![(); options.jobs.max(1)];
    let Assignments {
        bundles: ids,
        mut assignments,
        mut warnings,
    } = assign(submissions, wave_index, options);
    let mut resolver = Resolver::new(wave_index);
    let reviews = assignments.iter().flat_map(|assignment| {
        let reviews = assignment.reviews.iter();
        reviews.map(|review| (assignment.bundle, review))
    });
    resolver.prepare(reviews, &ids, diffs);

    let mut outcomes: Vec<ReviewerOutcome> = Vec::new();
    outcomes.resize_with(assignments.len(), ReviewerOutcome::default);
    let mut counted: Vec<Vec<Counted>> = Vec::new();
    counted.resize_with(ids.len(), Vec::new);
    let reviewed = try_map(
        control,
        Stage::Reviews,
        &mut threads,
        by_reviewer(&mut assignments),
        |(), assignments| review(assignments, &ids, &resolver, control),
    )?;
    for (of_reviewer, findings) in reviewed {
        for (at, outcome) in of_reviewer {
            outcomes[at] = outcome;
        }
        for finding in findings {
            counted[finding.resolved.bundle].push(finding);
        }
    }
    for outcome in &mut outcomes {
        warnings.append(&mut outcome.warnings);
    }

    let mut work = Vec::with_capacity(ids.len());
    let mut outcomes = outcomes.into_iter();
    let mut first = 0;
    for (at, counted) in counted.into_iter().enumerate() {
        let own = assignments[first..].iter();
        let own = own.take_while(|assignment| assignment.bundle == at).count();
        let outcomes: Vec<ReviewerOutcome> = outcomes.by_ref().take(own).collect();
        work.push((at, first, outcomes, counted));
        first += own;
    }
    let builder = BundleBuilder::new(
        &ids,
        &assignments,
        &resolver,
        wave_index,
        options.near_lines,
    );
    let built = try_map(
        control,
        Stage::Bundles,
        &mut threads,
        work,
        |(), (at, first, outcomes, counted)| {
            Ok::<_, Cancelled>(builder.build(at, first, outcomes, counted))
        },
    )?;
    Ok(finish(built, &assignments, warnings, options))
}

/// The assignments of each reviewer, with their indices.
fn by_reviewer(assignments: &mut [Assignment]) -> Vec<Vec<(usize, &mut Assignment)>> {
    let mut by_name: BTreeMap<String, Vec<(usize, &mut Assignment)>> = BTreeMap::new();
    for (at, assignment) in assignments.iter_mut().enumerate() {
        let own = by_name.entry(assignment.reviewer.clone()).or_default();
        own.push((at, assignment));
    }
    by_name.into_values().collect()
}

fn finish(
    built: Vec<BuiltBundle>,
    assignments: &[Assignment],
    mut warnings: Vec<String>,
    options: &TallyOptions,
) -> Tally {
    let mut totals = Totals::default();
    let mut buckets = Buckets::default();
    let mut distinct = Distinct::default();
    let mut bundles: Vec<BundleTally> = Vec::with_capacity(built.len());
    for mut bundle in built {
        totals.findings += bundle.tally.totals.findings;
        totals.issues += bundle.tally.totals.issues;
        totals.agreed += bundle.tally.totals.agreed;
        buckets.join(&bundle.tally.buckets);
        for (key, convergent) in &bundle.locations {
            distinct.add(key, *convergent);
        }
        warnings.append(&mut bundle.warnings);
        bundles.push(bundle.tally);
    }
    totals.distinct = distinct.distinct();
    totals.convergent = distinct.convergent();
    if warnings.len() > MAX_WARNINGS {
        let more = warnings.len() - MAX_WARNINGS;
        warnings.truncate(MAX_WARNINGS);
        warnings.push(format!("and {more} more warnings"));
    }
    let reviewers: BTreeSet<LineageRecord> = assignments
        .iter()
        .map(|assignment| LineageRecord {
            reviewer: assignment.reviewer.clone(),
            lineages: assignment.lineages.clone(),
            source: assignment.lineage_source.clone(),
        })
        .collect();
    let unlocated = bundles
        .iter()
        .flat_map(|bundle| &bundle.findings_without_location);
    let unmatched = bundles
        .iter()
        .flat_map(|bundle| &bundle.unmatched_retractions);
    let mut tally = Tally {
        schema: SCHEMA.to_owned(),
        totals,
        near_lines: options.near_lines,
        min_lineages: options.min_lineages,
        buckets,
        findings_without_location: unlocated.cloned().collect(),
        unmatched_retractions: unmatched.cloned().collect(),
        reviewers: reviewers.into_iter().collect(),
        estimate: None,
        estimate_refused: None,
        baseline: None,
        judged: Vec::new(),
        warnings,
        bundles,
    };
    tally.estimate_missed(EstimateBasis::Unconfirmed, |_| true);
    tally
}
