//! Distinct locations over all bundles: one that is cited from two bundles counts once.

use std::collections::HashMap;

use super::resolver::LocationKey;
use crate::review::location::LineRange;

/// A location, in a form that hashes quickly.
type Packed = [u64; 3];

/// The distinct locations, and whether two or more lineages cite each in some bundle.
#[derive(Default)]
pub(super) struct Distinct(HashMap<Packed, bool>);

impl Distinct {
    pub(super) fn add(&mut self, key: &LocationKey, convergent: bool) {
        // Lines are 1-based, so 0 is free for none.
        let lines = key.lines.map_or(0, |LineRange { start, end, .. }| {
            u64::from(start) << 32 | u64::from(end)
        });
        let old_side = key.lines.is_some_and(|lines| lines.old_side);
        let file = (key.path as u64) << 1 | u64::from(old_side);
        let symbol = key.symbol.map_or(0, |symbol| symbol as u64 + 1);
        *self.0.entry([file, lines, symbol]).or_default() |= convergent;
    }

    pub(super) fn distinct(&self) -> u64 {
        self.0.len() as u64
    }

    pub(super) fn convergent(&self) -> u64 {
        self.0.values().filter(|convergent| **convergent).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_its_path_lines_side_and_symbol() {
        let key = |path, lines, symbol| LocationKey {
            path,
            lines,
            symbol,
        };
        let lines = LineRange::new(3, 9);
        let mut distinct = Distinct::default();
        for other in [
            key(0, None, None),
            key(1, None, None),
            key(0, Some(lines), None),
            key(0, Some(LineRange::new(5, 9)), None),
            key(0, Some(LineRange::new(3, 8)), None),
            key(0, Some(lines.on_old_side(true)), None),
            key(0, None, Some(0)),
            key(0, None, Some(1)),
        ] {
            distinct.add(&other, false);
            distinct.add(&other, false);
        }
        assert_eq!((distinct.distinct(), distinct.convergent()), (8, 0));
        // In two bundles.
        distinct.add(&key(0, Some(lines), None), true);
        distinct.add(&key(0, Some(lines), None), true);
        assert_eq!((distinct.distinct(), distinct.convergent()), (8, 1));
    }
}
