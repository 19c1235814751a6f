//! Sums over the bundles, in which a location or place that stands in several of them is one.

use std::collections::HashMap;

use super::settle::Key;
use super::{LocationTally, PlaceTally, Totals};
use crate::review::location::LineRange;

/// A location, as words that hash quickly.
type Packed = [u64; 3];

fn pack(key: &Key) -> Packed {
    // Lines are 1-based, so 0 is free for none.
    let lines = key.lines.map_or(0, |LineRange { start, end }| {
        u64::from(start) << 32 | u64::from(end)
    });
    let symbol = key.symbol.map_or(0, |symbol| symbol as u64 + 1);
    [key.path as u64, lines, symbol]
}

/// What is known of a location, as bits.
const CITED: u8 = 1;
const CONVERGENT: u8 = 2;
/// It forms a place alone.
const ALONE: u8 = 4;
const ALONE_CONVERGENT: u8 = 8;

/// The locations and places of one bundle.
pub(super) struct Met {
    locations: Vec<(Packed, u8)>,
    /// Those of several locations.
    places: Vec<(Vec<Packed>, bool)>,
}

impl Met {
    pub(super) fn new(
        keys: &[(Key, Option<LineRange>)],
        locations: &[LocationTally],
        places: &[PlaceTally],
    ) -> Self {
        let bit = |holds: bool, bit: u8| if holds { bit } else { 0 };
        let mut met: Vec<(Packed, u8)> = keys
            .iter()
            .zip(locations)
            .map(|((key, _), location)| {
                let known = CITED | bit(location.convergence >= 2, CONVERGENT);
                (pack(key), known)
            })
            .collect();
        let mut joint = Vec::new();
        for place in places {
            let convergent = place.convergence >= 2;
            match place.members.as_slice() {
                [alone] => met[*alone].1 |= ALONE | bit(convergent, ALONE_CONVERGENT),
                members => {
                    let members = members.iter().map(|member| met[*member].0).collect();
                    joint.push((members, convergent));
                }
            }
        }
        Self {
            locations: met,
            places: joint,
        }
    }
}

/// Locations and places of all bundles, each once.
#[derive(Default)]
pub(super) struct Union {
    locations: HashMap<Packed, u8>,
    places: HashMap<Vec<Packed>, bool>,
}

impl Union {
    pub(super) fn with_capacity(locations: usize) -> Self {
        Self {
            locations: HashMap::with_capacity(locations),
            places: HashMap::new(),
        }
    }

    pub(super) fn add(&mut self, met: Met) {
        for (key, known) in met.locations {
            *self.locations.entry(key).or_default() |= known;
        }
        for (members, convergent) in met.places {
            *self.places.entry(members).or_default() |= convergent;
        }
    }

    pub(super) fn totals(&self) -> Totals {
        let mut totals = Totals {
            near_places: self.places.len() as u64,
            near_convergent: self.places.values().filter(|many| **many).count() as u64,
            ..Totals::default()
        };
        for known in self.locations.values() {
            let holds = |bit: u8| u64::from(known & bit != 0);
            totals.distinct += holds(CITED);
            totals.convergent += holds(CONVERGENT);
            totals.near_places += holds(ALONE);
            totals.near_convergent += holds(ALONE_CONVERGENT);
        }
        totals
    }
}
