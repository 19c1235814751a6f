//! From submissions to the tally: seats, settled citations, repeats, bundles, sums.
//!
//! Seats are gone through on several threads, then bundles; what lies between (handing a citation to the bundle that
//! owns its line, and the repeats back to their reviews) takes no time to speak of. A bundle's citations are let go when
//! it is counted.

use std::collections::BTreeSet;
use std::ops::Range;

use super::bundle::Table;
use super::merge::{Cited, Merged, Ranks, aside, merge};
use super::seats::{Seat, Seating, seat};
use super::settle::{Fate, Settler};
use super::union::Union;
use super::{
    Buckets, BundleTally, DiffText, LineageRecord, LooseRecord, RetractionRecord, SCHEMA, SetAside,
    Submission, Tally, TallyOptions,
};
use crate::parallel;
use crate::tally::ground::Ground;

/// Warnings that are listed; more are counted.
const MAX_WARNINGS: usize = 1_000;

/// Counts what the reviewers said.
///
/// `ground` is the wave that the reviews are of; without one paths are taken as they stand and nothing is verified.
/// `diffs` is asked for a bundle's diff only where a symbol must be resolved in it. The result depends neither on the
/// order of the submissions nor on the number of threads.
pub fn tally(
    submissions: Vec<Submission>,
    ground: Option<&Ground>,
    diffs: &dyn DiffText,
    options: &TallyOptions,
) -> Tally {
    let jobs = options.jobs.max(1);
    let Seating {
        bundles: ids,
        mut seats,
        mut warnings,
    } = seat(submissions, ground, options);
    let mut settler = Settler::new(ground);
    let reviews = seats
        .iter()
        .flat_map(|seat| seat.reviews.iter().map(|review| (seat.bundle, review)));
    settler.prepare(reviews, &ids, diffs);

    let gathered = parallel::map(
        jobs,
        seats.iter_mut().enumerate().collect(),
        |(at, seat)| Gathered::new(at, seat, &ids[seat.bundle], &settler),
    );
    let mut shares: Vec<Share> = Vec::new();
    shares.resize_with(ids.len(), Share::default);
    let mut buckets = Vec::with_capacity(seats.len());
    let mut set_aside = Vec::new();
    for (at, (found, seat)) in gathered.into_iter().zip(&seats).enumerate() {
        let share = &mut shares[seat.bundle];
        share.loose.extend(found.loose);
        share.unmatched.extend(found.unmatched);
        share.cited.push(found.own);
        for (bundle, cited) in found.moved {
            shares[bundle].foreign.push(cited);
        }
        buckets.push(found.buckets);
        set_aside.extend(found.set_aside.into_iter().map(|record| (at, record)));
        warnings.extend(found.warnings);
    }

    let ranks = Ranks::new(&settler, &seats);
    let merged = parallel::map(
        jobs,
        shares.into_iter().enumerate().collect(),
        |(at, share)| {
            let mut cited = share.cited;
            cited.push(share.foreign);
            let merged = merge(at, cited, &ranks, &seats, &ids);
            (merged, share.loose, share.unmatched)
        },
    );
    let mut counted = Vec::with_capacity(merged.len());
    for (mut merged, loose, unmatched) in merged {
        for (seat, more) in std::mem::take(&mut merged.buckets) {
            buckets[seat].join(&more);
        }
        set_aside.append(&mut merged.set_aside);
        counted.push((merged, loose, unmatched));
    }
    set_aside.sort_by(|(seat, a), (other, b)| (seat, a.review_line).cmp(&(other, b.review_line)));

    let table = Table::new(&ids, &seats, &buckets, &settler, ground, options.near_lines);
    let asides = set_aside_by_bundle(set_aside, &seats, ids.len());
    let work: Vec<_> = counted
        .into_iter()
        .zip(asides)
        .zip(seats_by_bundle(&seats, ids.len()))
        .enumerate()
        .collect();
    let built = parallel::map(
        jobs,
        work,
        |(at, (((merged, loose, unmatched), asides), seats))| {
            let Merged { groups, .. } = merged;
            let (mut bundle, met) = table.bundle(at, seats, groups, asides);
            bundle.findings_without_location = loose;
            bundle.unmatched_retractions = unmatched;
            (bundle, met)
        },
    );
    let locations = built.iter().map(|(bundle, _)| bundle.locations.len()).sum();
    let mut union = Union::with_capacity(locations);
    let mut bundles: Vec<BundleTally> = Vec::with_capacity(ids.len());
    for (bundle, met) in built {
        bundles.push(bundle);
        union.add(met);
    }
    finish(bundles, &seats, &union, warnings, options)
}

/// What is handed to a bundle.
#[derive(Default)]
struct Share {
    /// By its own reviews.
    cited: Vec<Vec<Cited>>,
    /// By reviews of other bundles.
    foreign: Vec<Cited>,
    loose: Vec<LooseRecord>,
    unmatched: Vec<RetractionRecord>,
}

/// The seats of each bundle, which stand together.
fn seats_by_bundle(seats: &[Seat], bundles: usize) -> Vec<Range<usize>> {
    let mut first = 0;
    (0..bundles)
        .map(|bundle| {
            let own = seats[first..]
                .iter()
                .take_while(|seat| seat.bundle == bundle)
                .count();
            let range = first..first + own;
            first = range.end;
            range
        })
        .collect()
}

fn set_aside_by_bundle(
    records: Vec<(usize, SetAside)>,
    seats: &[Seat],
    bundles: usize,
) -> Vec<Vec<SetAside>> {
    let mut by_bundle: Vec<Vec<SetAside>> = Vec::new();
    by_bundle.resize_with(bundles, Vec::new);
    for (seat, record) in records {
        by_bundle[seats[seat].bundle].push(record);
    }
    by_bundle
}

fn finish(
    bundles: Vec<BundleTally>,
    seats: &[Seat],
    union: &Union,
    mut warnings: Vec<String>,
    options: &TallyOptions,
) -> Tally {
    if warnings.len() > MAX_WARNINGS {
        let more = warnings.len() - MAX_WARNINGS;
        warnings.truncate(MAX_WARNINGS);
        warnings.push(format!("and {more} more warnings"));
    }
    let mut buckets = Buckets::default();
    for bundle in &bundles {
        buckets.join(&bundle.buckets);
    }
    let reviewers: BTreeSet<LineageRecord> = seats
        .iter()
        .map(|seat| LineageRecord {
            reviewer: seat.reviewer.clone(),
            lineages: seat.lineages.clone(),
            source: seat.lineage_source.clone(),
        })
        .collect();
    let loose = bundles
        .iter()
        .flat_map(|bundle| &bundle.findings_without_location);
    let unmatched = bundles
        .iter()
        .flat_map(|bundle| &bundle.unmatched_retractions);
    Tally {
        schema: SCHEMA.to_owned(),
        totals: union.totals(),
        near_lines: options.near_lines,
        min_lineages: options.min_lineages,
        buckets,
        findings_without_location: loose.cloned().collect(),
        unmatched_retractions: unmatched.cloned().collect(),
        reviewers: reviewers.into_iter().collect(),
        estimate: None,
        estimate_refused: Some("this version makes no estimate".to_owned()),
        warnings,
        bundles,
    }
}

/// What going through one seat's reviews brings to light.
#[derive(Default)]
struct Gathered {
    buckets: Buckets,
    own: Vec<Cited>,
    /// With the bundle that shows the line.
    moved: Vec<(usize, Cited)>,
    set_aside: Vec<SetAside>,
    loose: Vec<LooseRecord>,
    unmatched: Vec<RetractionRecord>,
    warnings: Vec<String>,
}

impl Gathered {
    fn new(at: usize, seat: &mut Seat, id: &str, settler: &Settler<'_>) -> Self {
        let mut found = Self::default();
        let (bundle, reviewer) = (seat.bundle, &seat.reviewer);
        for review in &mut seat.reviews {
            let settled = settler.settle(bundle, review);
            if settled.too_many_retractions {
                found.warnings.push(format!(
                    "bundle {id}, {reviewer}: too many retractions; those beyond the limit are listed as unmatched"
                ));
            }
            found
                .unmatched
                .extend(settled.unmatched.iter().map(|index| {
                    let retraction = &review.retractions[*index];
                    RetractionRecord {
                        bundle: id.to_owned(),
                        reviewer: reviewer.clone(),
                        text: retraction.text.clone(),
                        review_line: retraction.line,
                    }
                }));
            found.loose.extend(review.unlocated.iter().map(|loose| {
                LooseRecord {
                    bundle: id.to_owned(),
                    reviewer: reviewer.clone(),
                    severity: loose.claim.severity,
                    severity_text: loose
                        .claim
                        .severity_text
                        .clone()
                        .filter(|_| loose.claim.severity.is_none()),
                    what: loose.claim.what.clone(),
                    why: loose.claim.why.clone(),
                    review_line: loose.line,
                    retracted_line: loose.retracted.as_ref().map(|words| words.line),
                }
            }));
            // The findings move on; the rest of the review stays for its state to be judged.
            let findings = std::mem::take(&mut review.findings);
            found.own.reserve(findings.len());
            for (finding, fate) in findings.into_iter().zip(settled.fates) {
                match fate {
                    Fate::SetAside(bucket, reason) => {
                        found.buckets.add(bucket);
                        let record = aside(reviewer, finding, bucket, reason);
                        found.set_aside.push(record);
                    }
                    Fate::Live(spotted) => {
                        let moved = spotted.moved_to.filter(|other| *other != bundle);
                        let cited = Cited {
                            seat: at,
                            spotted,
                            finding,
                        };
                        match moved {
                            Some(other) => found.moved.push((other, cited)),
                            None => found.own.push(cited),
                        }
                    }
                }
            }
        }
        found
    }
}
