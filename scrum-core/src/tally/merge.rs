//! The citations of one bundle, put together by location, and each reviewer's repeats aside.

use std::collections::{BTreeMap, BTreeSet};

use super::seats::Seat;
use super::settle::{Key, Settler, Spotted};
use super::{Bucket, Buckets, SetAside};
use crate::review::Finding;
use crate::review::location::LineRange;
use crate::tally::ground::Grounding;

/// A citation that is, or repeats, a counted one.
pub(super) struct Cited {
    /// Index of the seat whose review says it.
    pub(super) seat: usize,
    pub(super) spotted: Spotted,
    pub(super) finding: Finding,
}

/// A location with one citation for each reviewer.
pub(super) struct Group {
    pub(super) claims: Vec<Cited>,
    pub(super) flags: BTreeSet<String>,
    pub(super) grounding: Grounding,
}

impl Group {
    fn new(mut first: Cited) -> Self {
        Self {
            flags: std::mem::take(&mut first.spotted.flags)
                .into_iter()
                .collect(),
            grounding: first.spotted.grounding,
            claims: vec![first],
        }
    }

    pub(super) fn key(&self) -> Key {
        self.claims[0].spotted.key
    }

    /// The lines that it covers, those of its symbol included.
    pub(super) fn lines(&self) -> Option<LineRange> {
        self.key().lines.or(self.symbol_lines())
    }

    /// Claims from different bundles may have found the symbol in different parts; the first counts.
    pub(super) fn symbol_lines(&self) -> Option<LineRange> {
        self.claims
            .iter()
            .find_map(|claim| claim.spotted.symbol_lines)
    }
}

/// A bundle's locations, and what came of its citations.
#[derive(Default)]
pub(super) struct Merged {
    /// By location; the claims in one by reviewer.
    pub(super) groups: Vec<Group>,
    /// For the seats that the citations came from.
    pub(super) buckets: BTreeMap<usize, Buckets>,
    pub(super) set_aside: Vec<(usize, SetAside)>,
}

/// The ranks of paths, symbols and seats' reviewers among their like, by name.
pub(super) struct Ranks {
    paths: Vec<usize>,
    symbols: Vec<usize>,
    reviewers: Vec<usize>,
}

impl Ranks {
    pub(super) fn new(settler: &Settler<'_>, seats: &[Seat]) -> Self {
        Self {
            paths: ranks(settler.paths.iter().map(String::as_str)),
            symbols: ranks(settler.symbols.iter().map(String::as_str)),
            reviewers: ranks(seats.iter().map(|seat| seat.reviewer.as_str())),
        }
    }
}

/// Merges the citations that belong to the bundle at `bundle`, its own reviews' first, each review's in their order.
///
/// Of a reviewer's repeats the first counts, one from a review of the location's own bundle before others. The
/// highest severity stands, and where the first has no words those of the next that has.
pub(super) fn merge(
    bundle: usize,
    cited: Vec<Vec<Cited>>,
    ranks: &Ranks,
    seats: &[Seat],
    ids: &[String],
) -> Merged {
    let mut merged = Merged::default();
    let mut live: Vec<Option<Cited>> = cited.into_iter().flatten().map(Some).collect();
    // Small keys are sorted in place of large citations. Those of one review keep their order.
    let mut order: Vec<_> = live
        .iter()
        .flatten()
        .enumerate()
        .map(|(at, cited)| {
            let key = &cited.spotted.key;
            let symbol = key.symbol.map(|symbol| ranks.symbols[symbol]);
            let foreign = seats[cited.seat].bundle != bundle;
            let place = (ranks.paths[key.path], key.lines, symbol);
            (place, ranks.reviewers[cited.seat], foreign, at)
        })
        .collect();
    order.sort_unstable();
    merged.groups.reserve(order.len());
    let mut last = None;
    for (place, _, _, at) in order {
        let Some(mut cited) = live[at].take() else {
            continue;
        };
        let open = last.replace(place) == Some(place);
        let Some(group) = merged.groups.last_mut().filter(|_| open) else {
            merged.count(cited.seat, Bucket::Counted);
            merged.groups.push(Group::new(cited));
            continue;
        };
        group.flags.extend(std::mem::take(&mut cited.spotted.flags));
        group.grounding = group.grounding.min(cited.spotted.grounding);
        let same = |first: &&mut Cited| seats[first.seat].reviewer == seats[cited.seat].reviewer;
        let Some(first) = group.claims.last_mut().filter(same) else {
            group.claims.push(cited);
            let seat = group.claims[group.claims.len() - 1].seat;
            merged.count(seat, Bucket::Counted);
            continue;
        };
        let reason = if first.seat == cited.seat {
            format!("said before at line {}", first.finding.line)
        } else {
            let id = &ids[seats[first.seat].bundle];
            format!("said in the review of {id} at line {}", first.finding.line)
        };
        absorb(&mut first.finding, &cited.finding);
        merged.count(cited.seat, Bucket::Duplicate);
        let record = aside(
            &seats[cited.seat].reviewer,
            cited.finding,
            Bucket::Duplicate,
            reason,
        );
        merged.set_aside.push((cited.seat, record));
    }
    merged
}

impl Merged {
    fn count(&mut self, seat: usize, bucket: Bucket) {
        self.buckets.entry(seat).or_default().add(bucket);
    }
}

/// Lets a repeat add what the first lacks.
fn absorb(first: &mut Finding, repeat: &Finding) {
    let (first, repeat) = (&mut first.claim, &repeat.claim);
    if repeat.severity > first.severity {
        first.severity = repeat.severity;
    }
    if first.what.is_none() && first.why.is_none() {
        first.what.clone_from(&repeat.what);
        first.why.clone_from(&repeat.why);
    }
}

pub(super) fn aside(reviewer: &str, finding: Finding, bucket: Bucket, reason: String) -> SetAside {
    SetAside {
        reviewer: reviewer.to_owned(),
        text: finding.text,
        review_line: finding.line,
        bucket,
        reason,
        severity: finding.claim.severity,
        what: finding.claim.what,
        why: finding.claim.why,
    }
}

/// For each name its rank among the different names, sorted.
fn ranks<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Vec<usize> {
    let mut ranks: BTreeMap<&str, usize> = names.clone().map(|name| (name, 0)).collect();
    ranks
        .values_mut()
        .enumerate()
        .for_each(|(at, rank)| *rank = at);
    names.map(|name| ranks[name]).collect()
}
