//! Which findings are shown, and in which order.

use std::cmp::Reverse;

use super::anchor::Anchors;
use super::card::Card;
use super::facet::{Counts, Facets};
use super::finding::{Place, Row, worst};
use crate::report::clean::line;
use crate::review::Severity;
use crate::tally::Tally;

/// What the page shows of the tally's places.
#[derive(Debug)]
pub(super) struct Plan {
    /// One for each bundle of the tally.
    pub(super) bundles: Vec<BundlePlan>,
    /// All places that are shown, the list of them: the most convergent first, then the most severe.
    pub(super) rows: Vec<Row>,
    /// How many of the rows two or more lineages share; they stand first.
    pub(super) agreeing: usize,
    /// Places that are not shown.
    pub(super) left_out: usize,
    /// Places of severity BLOCK, also those that are not shown.
    pub(super) blocking: usize,
    pub(super) facets: Facets,
}

/// What the page shows of one bundle's places.
#[derive(Debug)]
pub(super) struct BundlePlan {
    pub(super) anchor: String,
    /// In the order of the list.
    pub(super) places: Vec<Card>,
    pub(super) left_out: usize,
}

impl Plan {
    /// Chooses and orders the places of a tally, at most `most` of them.
    pub(super) fn new(tally: &Tally, most: usize) -> Self {
        let mut anchors = Anchors::new();
        let mut order: Vec<(usize, usize)> = Vec::new();
        for (at, bundle) in tally.bundles.iter().enumerate() {
            order.extend((0..bundle.places.len()).map(|place| (at, place)));
        }
        order.sort_by_cached_key(|&(at, number)| {
            let bundle = &tally.bundles[at];
            let place = &bundle.places[number];
            (
                Reverse(place.convergence),
                Reverse(worst(bundle, place)),
                at,
                place.members.first().copied(),
            )
        });
        let blocks = |&&(at, number): &&(usize, usize)| {
            let bundle = &tally.bundles[at];
            worst(bundle, &bundle.places[number]) == Some(Severity::Block)
        };
        let blocking = order.iter().filter(blocks).count();
        let left_out = order.split_off(order.len().min(most));
        let mut bundles: Vec<BundlePlan> = tally
            .bundles
            .iter()
            .map(|bundle| BundlePlan {
                anchor: anchors.name(&line(&bundle.id)),
                places: Vec::new(),
                left_out: 0,
            })
            .collect();
        for (at, _) in &left_out {
            bundles[*at].left_out += 1;
        }
        let mut counts = Counts::default();
        let mut rows = Vec::with_capacity(order.len());
        for (at, number) in order {
            let bundle = &tally.bundles[at];
            let place = &bundle.places[number];
            let shown = Place::new(bundle, place, &mut anchors, &mut counts);
            rows.push(Row::new(bundle, place, shown.clone()));
            bundles[at].places.push(Card::new(bundle, place, shown));
        }
        Self {
            agreeing: rows.partition_point(|row| row.place.convergence >= 2),
            rows,
            bundles,
            left_out: left_out.len(),
            blocking,
            facets: counts.facets(),
        }
    }
}
