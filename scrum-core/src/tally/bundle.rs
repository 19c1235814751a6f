//! One bundle of the tally: its reviewers' rows, its locations with their votes, its places.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use super::merge::Group;
use super::seats::Seat;
use super::settle::{Key, Settler};
use super::union::Met;
use super::votes::{Votes, voting};
use super::{Buckets, BundleTally, Claim, LocationTally, PlaceTally, ReviewerRow, SetAside};
use crate::review::location::LineRange;
use crate::review::{Review, UnlocatedFinding};
use crate::tally::engagement::{
    State, is_cut_off, judge, relative_to_others, tokens_out, two_decimals,
};
use crate::tally::ground::Ground;
use crate::tally::likeness::likeness;
use crate::tally::lineage::LineageSet;
use crate::tally::place::{CitedLines, Place, places};

/// Claims of a place that are looked at for words to compare.
const MAX_COMPARED: usize = 100;

/// What all bundles look things up in.
pub(super) struct Table<'a> {
    ids: &'a [String],
    seats: &'a [Seat],
    buckets: &'a [Buckets],
    settler: &'a Settler<'a>,
    bytes: Vec<u64>,
    near_lines: u32,
}

impl<'a> Table<'a> {
    pub(super) fn new(
        ids: &'a [String],
        seats: &'a [Seat],
        buckets: &'a [Buckets],
        settler: &'a Settler<'a>,
        ground: Option<&Ground>,
        near_lines: u32,
    ) -> Self {
        let bundles = ground.iter().flat_map(|ground| ground.bundles());
        Self {
            ids,
            seats,
            buckets,
            settler,
            bytes: bundles.map(|(_, bytes)| bytes).collect(),
            near_lines,
        }
    }

    /// Builds the bundle at `at`, whose seats are `seats`, and says what the sums over all bundles must know of it.
    pub(super) fn bundle(
        &self,
        at: usize,
        seats: Range<usize>,
        groups: Vec<Group>,
        set_aside: Vec<SetAside>,
    ) -> (BundleTally, Met) {
        let bytes = self.bytes.get(at).copied();
        let rows = self.rows(seats.clone(), bytes);
        let usable: BTreeSet<&LineageSet> = rows
            .iter()
            .filter(|row| row.state.is_usable())
            .map(|row| &row.lineages)
            .collect();
        let mut votes = Votes::new(usable);
        let reviewed_by = votes.most;
        let keys: Vec<(Key, Option<LineRange>)> = groups
            .iter()
            .map(|group| (group.key(), group.lines()))
            .collect();
        let locations: Vec<LocationTally> = groups
            .into_iter()
            .map(|group| self.location(at, group, &mut votes))
            .collect();
        let places = self.places(&keys, &locations, &mut votes);

        let met = Met::new(&keys, &locations, &places);
        let mut buckets = Buckets::default();
        for own in &self.buckets[seats] {
            buckets.join(own);
        }
        let tally = BundleTally {
            id: self.ids[at].clone(),
            bytes,
            distinct: locations.len() as u64,
            convergent: locations
                .iter()
                .filter(|location| location.convergence >= 2)
                .count() as u64,
            near_places: places.len() as u64,
            near_convergent: places.iter().filter(|place| place.convergence >= 2).count() as u64,
            reviewed_by,
            buckets,
            findings_without_location: Vec::new(),
            unmatched_retractions: Vec::new(),
            reviewers: rows,
            locations,
            places,
            set_aside,
        };
        (tally, met)
    }

    fn rows(&self, seats: Range<usize>, bytes: Option<u64>) -> Vec<ReviewerRow> {
        let mut rows: Vec<ReviewerRow> = seats.map(|seat| self.row(seat)).collect();
        let spoke: Vec<usize> = (0..rows.len())
            .filter(|at| rows[*at].tokens_out.is_some())
            .collect();
        let tokens: Vec<u64> = spoke.iter().filter_map(|at| rows[*at].tokens_out).collect();
        for (at, relative) in spoke.into_iter().zip(relative_to_others(&tokens)) {
            let row = &mut rows[at];
            row.relative_tokens = relative;
            row.tokens_per_kb = bytes
                .filter(|bytes| *bytes > 0)
                .zip(row.tokens_out)
                .map(|(bytes, tokens)| two_decimals(tokens as f64 * 1000.0 / bytes as f64));
        }
        rows
    }

    fn row(&self, at: usize) -> ReviewerRow {
        let seat = &self.seats[at];
        let buckets = self.buckets[at];
        let sidecar = seat.sidecar.as_ref();
        let cut_off = is_cut_off(sidecar);
        let joined = joined(&seat.reviews);
        let error = sidecar.and_then(|sidecar| sidecar.error.clone());
        let (state, reason) = match (&joined, &seat.failed) {
            (Some(review), _) if error.is_none() || review.bytes > 0 || spoke(review, &buckets) => {
                judge(review, &buckets, cut_off)
            }
            (Some(_), _) => (State::Failed, error),
            (None, Some(reason)) => (State::Failed, Some(reason.clone())),
            (None, None) if seat.not_asked => (State::NotAsked, None),
            (None, None) => (State::Missing, None),
        };
        let tokens = joined
            .as_ref()
            .map(|review| tokens_out(review.bytes, sidecar));
        ReviewerRow {
            reviewer: seat.reviewer.clone(),
            lineages: seat.lineages.clone(),
            lineage_source: seat.lineage_source.clone(),
            model: sidecar.and_then(|sidecar| sidecar.model.clone()),
            state,
            reason,
            findings: buckets.counted,
            findings_without_location: joined
                .as_ref()
                .map_or(0, |review| standing(&review.unlocated)),
            buckets,
            tokens_out: tokens.map(|(tokens, _)| tokens),
            tokens_estimated: tokens.is_some_and(|(_, estimated)| estimated),
            tokens_per_kb: None,
            relative_tokens: None,
            verdict: joined.as_ref().and_then(|review| review.verdict),
            cut_off,
            read_as_json: joined.as_ref().is_some_and(|review| review.read_as_json),
            carried_over_from: sidecar
                .and_then(|sidecar| sidecar.carried_over_from.clone())
                .filter(|_| joined.is_some()),
        }
    }

    fn location(&self, at: usize, group: Group, votes: &mut Votes<'_>) -> LocationTally {
        let (key, symbol_lines) = (group.key(), group.symbol_lines());
        let mut flags = group.flags;
        let mut claims = Vec::with_capacity(group.claims.len());
        let mut lineages = Vec::with_capacity(group.claims.len());
        for cited in group.claims {
            let seat = &self.seats[cited.seat];
            let native = seat.bundle == at;
            let votes = native || votes.has_usable(&seat.lineages);
            if !votes {
                let name = &seat.reviewer;
                flags.insert(format!(
                    "{name} has no vote here: no usable review of its lineage in this bundle"
                ));
            }
            lineages.push(seat.lineages.clone());
            claims.push(Claim {
                reviewer: seat.reviewer.clone(),
                severity: cited.finding.claim.severity,
                severity_text: cited
                    .finding
                    .claim
                    .severity_text
                    .filter(|_| cited.finding.claim.severity.is_none()),
                what: cited.finding.claim.what,
                why: cited.finding.claim.why,
                review_line: cited.finding.line,
                from_bundle: (!native).then(|| self.ids[seat.bundle].clone()),
                votes,
            });
        }
        let all_from_elsewhere = claims.iter().all(|claim| claim.from_bundle.is_some());
        let convergence = votes.count(voting(&claims, &lineages));
        LocationTally {
            path: self.settler.paths[key.path].clone(),
            start: key.lines.map(|lines| lines.start),
            end: key.lines.map(|lines| lines.end),
            symbol: key
                .symbol
                .map(|symbol| self.settler.symbols[symbol].clone()),
            symbol_start: symbol_lines.map(|lines| lines.start),
            symbol_end: symbol_lines.map(|lines| lines.end),
            severity: claims.iter().filter_map(|claim| claim.severity).max(),
            reviewers: claims.iter().map(|claim| claim.reviewer.clone()).collect(),
            convergence,
            reviewed_by: votes.most,
            grounding: group.grounding,
            from_bundle: if all_from_elsewhere {
                claims
                    .iter()
                    .filter_map(|claim| claim.from_bundle.clone())
                    .min()
            } else {
                None
            },
            flags: flags.into_iter().collect(),
            claims,
            lineages,
        }
    }

    /// The places of all files, in the order of their first member.
    fn places(
        &self,
        keys: &[(Key, Option<LineRange>)],
        locations: &[LocationTally],
        votes: &mut Votes<'_>,
    ) -> Vec<PlaceTally> {
        let mut found: Vec<Place> = Vec::new();
        let mut first = 0;
        while let Some((key, _)) = keys.get(first) {
            let count = keys[first..]
                .iter()
                .take_while(|(other, _)| other.path == key.path)
                .count();
            if count == 1 {
                found.push(alone(first));
                first += 1;
                continue;
            }
            let (with, without): (Vec<usize>, Vec<usize>) =
                (first..first + count).partition(|at| keys[*at].1.is_some());
            let cited: Vec<CitedLines> = with
                .iter()
                .filter_map(|at| {
                    Some(CitedLines {
                        lines: keys[*at].1?,
                        lineages: voting(&locations[*at].claims, &locations[*at].lineages)
                            .cloned()
                            .collect(),
                    })
                })
                .collect();
            found.extend(
                places(&cited, self.near_lines)
                    .into_iter()
                    .map(|place| Place {
                        members: place.members.iter().map(|at| with[*at]).collect(),
                        spanning: place.spanning.iter().map(|at| with[*at]).collect(),
                        ..place
                    }),
            );
            found.extend(without.into_iter().map(alone));
            first += count;
        }
        found.sort_by_key(|place| place.members[0]);
        found
            .into_iter()
            .map(|place| self.place(place, keys, locations, votes))
            .collect()
    }

    fn place(
        &self,
        place: Place,
        keys: &[(Key, Option<LineRange>)],
        locations: &[LocationTally],
        votes: &mut Votes<'_>,
    ) -> PlaceTally {
        let members = || place.members.iter().map(|at| &locations[*at]);
        let lines = || place.members.iter().filter_map(|at| keys[*at].1);
        let first = &locations[place.members[0]];
        // An exact count that had to stop searching may lie above the place's own.
        let least = members()
            .map(|location| location.convergence)
            .max()
            .unwrap_or(0);
        let counted = votes.count(members().flat_map(|at| voting(&at.claims, &at.lineages)));
        let claims: Vec<&Claim> = members().flat_map(|location| &location.claims).collect();
        let likeness = match claims.as_slice() {
            [_] => None,
            claims => {
                let words = |claim: &&Claim| {
                    let words =
                        [&claim.what, &claim.why].map(|text| text.as_deref().unwrap_or_default());
                    words.join(" ").trim().to_owned()
                };
                let claims: Vec<(&str, String)> = claims
                    .iter()
                    .take(MAX_COMPARED)
                    .map(|claim| (claim.reviewer.as_str(), words(claim)))
                    .collect();
                likeness(&first.path, &claims)
            }
        };
        PlaceTally {
            path: first.path.clone(),
            start: lines().map(|lines| lines.start).min(),
            end: lines().map(|lines| lines.end).max(),
            symbol: first.symbol.clone().filter(|_| place.members.len() == 1),
            convergence: counted.max(least),
            reviewed_by: votes.most,
            likeness,
            members: place.members,
            spanning: place.spanning,
            spanning_left_out: place.spanning_left_out,
        }
    }
}

/// A place of one location, which shares no line with another.
fn alone(at: usize) -> Place {
    Place {
        members: vec![at],
        spanning: Vec::new(),
        spanning_left_out: 0,
    }
}

/// Whether a review without a text of its own was handed in with something in it.
fn spoke(review: &Review, buckets: &Buckets) -> bool {
    buckets.citations > 0 || !review.unlocated.is_empty()
}

/// Several reviews of one seat as one; of one, that one.
fn joined(reviews: &[Review]) -> Option<Cow<'_, Review>> {
    let (first, more) = reviews.split_first()?;
    if more.is_empty() {
        return Some(Cow::Borrowed(first));
    }
    let mut joined = first.clone();
    for review in more {
        joined.unlocated.extend(review.unlocated.iter().cloned());
        joined.says_clean |= review.says_clean;
        joined.verdict = joined.verdict.or(review.verdict);
        joined.read_as_json |= review.read_as_json;
        joined.bytes += review.bytes;
    }
    Some(Cow::Owned(joined))
}

/// How many findings without a location were not taken back.
fn standing(loose: &[UnlocatedFinding]) -> u64 {
    loose
        .iter()
        .filter(|loose| loose.retracted.is_none())
        .count() as u64
}
