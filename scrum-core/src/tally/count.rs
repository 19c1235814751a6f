//! From submissions to the tally: seats, settled citations, repeats, bundles, sums.

use std::collections::BTreeSet;

use super::bundle::{Cited, Group, Table, Union};
use super::seats::{Seat, Seating, seat};
use super::settle::{Fate, Settler};
use super::{
    Bucket, Buckets, BundleTally, DiffText, LineageRecord, LooseRecord, RetractionRecord, SCHEMA,
    SetAside, Submission, Tally, TallyOptions,
};
use crate::ground::Ground;
use crate::review::Finding;

/// Warnings that are listed; more are counted.
const MAX_WARNINGS: usize = 1_000;

/// Counts what the reviewers said.
///
/// `ground` is the wave that the reviews are of; without one paths are taken as they stand and nothing is verified.
/// `diffs` is asked for a bundle's diff only where a symbol must be resolved in it. The result does not depend on the
/// order of the submissions.
pub fn tally(
    submissions: Vec<Submission>,
    ground: Option<&Ground>,
    diffs: &dyn DiffText,
    options: &TallyOptions,
) -> Tally {
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

    let mut gathered = Gathered::default();
    for (at, seat) in seats.iter_mut().enumerate() {
        gathered.seat(at, seat, &ids[seat.bundle], &settler);
    }
    warnings.append(&mut gathered.warnings);
    let groups = gathered.merge_repeats(&settler, &seats, &ids);

    let table = Table::new(
        &ids,
        &seats,
        &gathered.buckets,
        &settler,
        ground,
        options.near_lines,
    );
    let mut union = Union::default();
    let mut bundles: Vec<BundleTally> = Vec::with_capacity(ids.len());
    let mut groups = groups.into_iter().peekable();
    let mut set_aside = gathered.set_aside.into_iter().peekable();
    let mut seat = 0;
    for at in 0..ids.len() {
        let mut own = Vec::new();
        while let Some(group) = groups.next_if(|group| group.bundle == at) {
            own.push(group);
        }
        let mut aside = Vec::new();
        while let Some((_, record)) = set_aside.next_if(|(seat, _)| seats[*seat].bundle == at) {
            aside.push(record);
        }
        let first = seat;
        seat += seats[first..]
            .iter()
            .take_while(|seat| seat.bundle == at)
            .count();
        bundles.push(table.bundle(at, first..seat, own, aside, &mut union));
    }
    for record in gathered.loose {
        if let Some(bundle) = bundles.get_mut(record.0) {
            bundle.findings_without_location.push(record.1);
        }
    }
    for record in gathered.unmatched {
        if let Some(bundle) = bundles.get_mut(record.0) {
            bundle.unmatched_retractions.push(record.1);
        }
    }
    finish(bundles, &seats, &union, warnings, options)
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

/// What going through the reviews brings to light.
#[derive(Default)]
struct Gathered {
    /// For each seat.
    buckets: Vec<Buckets>,
    live: Vec<Cited>,
    /// With the seat. In its order once repeats are merged.
    set_aside: Vec<(usize, SetAside)>,
    /// With the bundle.
    loose: Vec<(usize, LooseRecord)>,
    unmatched: Vec<(usize, RetractionRecord)>,
    warnings: Vec<String>,
}

impl Gathered {
    fn seat(&mut self, at: usize, seat: &mut Seat, id: &str, settler: &Settler<'_>) {
        let mut buckets = Buckets::default();
        let (bundle, reviewer) = (seat.bundle, &seat.reviewer);
        for review in &mut seat.reviews {
            let settled = settler.settle(bundle, review);
            if settled.too_many_retractions {
                self.warnings.push(format!(
                    "bundle {id}, {reviewer}: too many retractions; those beyond the limit are listed as unmatched"
                ));
            }
            self.unmatched.extend(settled.unmatched.iter().map(|index| {
                let retraction = &review.retractions[*index];
                let record = RetractionRecord {
                    bundle: id.to_owned(),
                    reviewer: reviewer.clone(),
                    text: retraction.text.clone(),
                    review_line: retraction.line,
                };
                (bundle, record)
            }));
            self.loose
                .extend(review.without_location.iter().map(|loose| {
                    let record = LooseRecord {
                        bundle: id.to_owned(),
                        reviewer: reviewer.clone(),
                        severity: loose.severity,
                        severity_text: loose
                            .severity_text
                            .clone()
                            .filter(|_| loose.severity.is_none()),
                        what: loose.what.clone(),
                        why: loose.why.clone(),
                        review_line: loose.line,
                        retracted_line: loose.retracted.as_ref().map(|words| words.line),
                    };
                    (bundle, record)
                }));
            // The findings move on; the rest of the review stays for its state to be judged.
            for (finding, fate) in std::mem::take(&mut review.findings)
                .into_iter()
                .zip(settled.fates)
            {
                match fate {
                    Fate::SetAside(bucket, reason) => {
                        buckets.add(bucket);
                        self.set_aside
                            .push((at, aside(reviewer, finding, bucket, reason)));
                    }
                    Fate::Live(spotted) => self.live.push(Cited {
                        seat: at,
                        bundle: spotted.moved_to.unwrap_or(bundle),
                        spotted,
                        finding,
                    }),
                }
            }
        }
        self.buckets.push(buckets);
    }

    /// Puts the citations of one location together, and each reviewer's repeats aside. The groups come by bundle, then
    /// by location; the claims in one by reviewer.
    ///
    /// Of a reviewer's repeats the first counts, one from a review of the location's own bundle before others. The
    /// highest severity stands, and where the first has no words those of the next that has.
    fn merge_repeats(
        &mut self,
        settler: &Settler<'_>,
        seats: &[Seat],
        ids: &[String],
    ) -> Vec<Group> {
        let paths = ranks(settler.paths.iter());
        let symbols = ranks(settler.symbols.iter());
        let reviewers = ranks(seats.iter().map(|seat| &seat.reviewer));
        let mut live: Vec<Option<Cited>> = std::mem::take(&mut self.live)
            .into_iter()
            .map(Some)
            .collect();
        // Small keys are sorted in place of large citations. Those of one review keep their order.
        let mut order: Vec<_> = live
            .iter()
            .flatten()
            .enumerate()
            .map(|(at, cited)| {
                let key = &cited.spotted.key;
                let symbol = key.symbol.map(|symbol| symbols[symbol]);
                let foreign = seats[cited.seat].bundle != cited.bundle;
                let place = (cited.bundle, paths[key.path], key.lines, symbol);
                (place, reviewers[cited.seat], foreign, at)
            })
            .collect();
        order.sort_unstable();
        let mut groups: Vec<Group> = Vec::new();
        let mut last = None;
        for (place, _, _, at) in order {
            let Some(mut cited) = live[at].take() else {
                continue;
            };
            let open = last.replace(place) == Some(place);
            let Some(group) = groups.last_mut().filter(|_| open) else {
                self.buckets[cited.seat].add(Bucket::Counted);
                groups.push(Group::new(cited));
                continue;
            };
            group.flags.extend(std::mem::take(&mut cited.spotted.flags));
            group.grounding = group.grounding.min(cited.spotted.grounding);
            let same =
                |first: &&mut Cited| seats[first.seat].reviewer == seats[cited.seat].reviewer;
            let Some(first) = group.claims.last_mut().filter(same) else {
                self.buckets[cited.seat].add(Bucket::Counted);
                group.claims.push(cited);
                continue;
            };
            let reason = if first.seat == cited.seat {
                format!("said before at line {}", first.finding.line)
            } else {
                let id = &ids[seats[first.seat].bundle];
                format!("said in the review of {id} at line {}", first.finding.line)
            };
            absorb(&mut first.finding, &cited.finding);
            self.buckets[cited.seat].add(Bucket::Duplicate);
            let record = aside(
                &seats[cited.seat].reviewer,
                cited.finding,
                Bucket::Duplicate,
                reason,
            );
            self.set_aside.push((cited.seat, record));
        }
        self.set_aside
            .sort_by(|(seat, a), (other, b)| (seat, a.review_line).cmp(&(other, b.review_line)));
        groups
    }
}

/// Lets a repeat add what the first lacks.
fn absorb(first: &mut Finding, repeat: &Finding) {
    if repeat.severity > first.severity {
        first.severity = repeat.severity;
    }
    if first.what.is_none() && first.why.is_none() {
        first.what.clone_from(&repeat.what);
        first.why.clone_from(&repeat.why);
    }
}

fn aside(reviewer: &str, finding: Finding, bucket: Bucket, reason: String) -> SetAside {
    SetAside {
        reviewer: reviewer.to_owned(),
        text: finding.text,
        review_line: finding.line,
        bucket,
        reason,
        severity: finding.severity,
        what: finding.what,
        why: finding.why,
    }
}

/// For each name its rank among the different names, sorted.
fn ranks<'a>(names: impl Iterator<Item = &'a String>) -> Vec<usize> {
    let names: Vec<&String> = names.collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_unstable_by(|a, b| names[*a].cmp(names[*b]));
    let mut ranks = vec![0; names.len()];
    let mut rank = 0;
    for (at, &name) in order.iter().enumerate() {
        if at > 0 && names[order[at - 1]] != names[name] {
            rank += 1;
        }
        ranks[name] = rank;
    }
    ranks
}
