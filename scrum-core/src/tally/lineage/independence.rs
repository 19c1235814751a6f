//! The largest number of pairwise disjoint lineage sets.
//!
//! In general this is maximum set packing, which is NP-hard. Here there are few different sets, and most have one
//! element; the rest form groups that share names, and each group is solved exactly by branching over bit masks. For
//! groups above [`MAX_GROUP`] sets, and searches above [`MAX_STEPS`], the best packing found is used, which is never
//! more than the maximum.

use std::collections::{BTreeMap, BTreeSet};

use super::LineageSet;

/// Maximum number of sets with two or more lineages in one group for an exact search.
const MAX_GROUP: usize = 64;

/// Maximum number of steps of one group's search.
const MAX_STEPS: u32 = 100_000;

/// The number of independent votes among reviewers with these lineages: the largest number of sets that are pairwise
/// disjoint. Any number of unknown sets is one vote if no set is known, and otherwise none.
///
/// ```
/// use scrum_core::tally::lineage::{LineageSet, independence};
///
/// let set = |names: &[&str]| names.iter().copied().collect::<LineageSet>();
/// assert_eq!(independence(&[set(&["anthropic"]), set(&["anthropic"])]), 1);
/// assert_eq!(independence(&[set(&["deepseek", "alibaba"]), set(&["alibaba"])]), 1);
/// assert_eq!(independence(&[set(&["anthropic"]), set(&["moonshot"]), set(&[])]), 2);
/// ```
pub fn independence(sets: &[LineageSet]) -> u32 {
    independence_of(sets.iter())
}

/// As [`independence`], over references.
pub(crate) fn independence_of<'a>(sets: impl Iterator<Item = &'a LineageSet>) -> u32 {
    let mut unknown = false;
    let mut single: BTreeSet<&str> = BTreeSet::new();
    let mut several: BTreeSet<Vec<&str>> = BTreeSet::new();
    for set in sets {
        let mut names = set.iter();
        match (names.next(), names.next()) {
            (None, _) => unknown = true,
            (Some(name), None) => {
                single.insert(name);
            }
            _ => {
                several.insert(set.iter().collect());
            }
        }
    }
    if single.is_empty() && several.is_empty() {
        return u32::from(unknown);
    }
    // A set of one lineage is in some largest packing: it can replace the one set there that it intersects.
    several.retain(|set| !set.iter().any(|name| single.contains(name)));
    let rest = packing(&several);
    u32::try_from(single.len())
        .unwrap_or(u32::MAX)
        .saturating_add(rest)
}

/// A largest packing: group by group.
fn packing(sets: &BTreeSet<Vec<&str>>) -> u32 {
    let sets: Vec<&Vec<&str>> = sets.iter().collect();
    let mut holders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, set) in sets.iter().enumerate() {
        for name in *set {
            holders.entry(name).or_default().push(at);
        }
    }
    let mut seen = vec![false; sets.len()];
    let mut total = 0_u32;
    for first in 0..sets.len() {
        if std::mem::replace(&mut seen[first], true) {
            continue;
        }
        let mut group = vec![first];
        let mut next = 0;
        while let Some(&at) = group.get(next) {
            next += 1;
            for name in sets[at] {
                // Removed, so that each name is followed once.
                for other in holders.remove(name).unwrap_or_default() {
                    if !std::mem::replace(&mut seen[other], true) {
                        group.push(other);
                    }
                }
            }
        }
        let members: Vec<&[&str]> = group.iter().map(|&at| sets[at].as_slice()).collect();
        total = total.saturating_add(group_packing(members));
    }
    total
}

fn group_packing(mut members: Vec<&[&str]>) -> u32 {
    // Small sets intersect few others; then sorted by names, so that the result is unique.
    members.sort_by_key(|set| (set.len(), *set));
    if members.len() > MAX_GROUP {
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let fits = members.iter().filter(|set| {
            let free = !set.iter().any(|name| used.contains(name));
            if free {
                used.extend(set.iter());
            }
            free
        });
        return u32::try_from(fits.count()).unwrap_or(u32::MAX);
    }
    let meets: Vec<u64> = members
        .iter()
        .map(|set| {
            members.iter().enumerate().fold(0, |mask, (at, other)| {
                mask | u64::from(set.iter().any(|name| other.contains(name))) << at
            })
        })
        .collect();
    let mut search = Search {
        meets: &meets,
        best: 0,
        steps: MAX_STEPS,
    };
    let all = u64::MAX >> (64 - members.len());
    search.go(all, 0);
    search.best
}

/// A largest independent set of the graph of intersecting sets; `meets` includes each set's own bit.
struct Search<'a> {
    meets: &'a [u64],
    best: u32,
    steps: u32,
}

impl Search<'_> {
    fn go(&mut self, mut open: u64, mut taken: u32) {
        loop {
            self.best = self.best.max(taken);
            if open == 0 || self.steps == 0 || taken + open.count_ones() <= self.best {
                return;
            }
            self.steps -= 1;
            let degree = |at: usize| (self.meets[at] & open).count_ones();
            let (mut lowest, mut highest) = ((u32::MAX, 0), (0, 0));
            let mut rest = open;
            while rest != 0 {
                let at = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                lowest = lowest.min((degree(at), at));
                highest = highest.max((degree(at), at));
            }
            // A set that intersects at most one other is in some largest packing. Otherwise branch on the set that
            // intersects most: with it, then without it.
            if lowest.0 <= 2 {
                open &= !self.meets[lowest.1];
                taken += 1;
            } else {
                self.go(open & !self.meets[highest.1], taken + 1);
                open &= !(1 << highest.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(names: &str) -> LineageSet {
        names.split('+').filter(|name| !name.is_empty()).collect()
    }

    fn count(names: &[&str]) -> u32 {
        independence(&names.iter().map(|names| set(names)).collect::<Vec<_>>())
    }

    #[test]
    fn one_lineage_one_vote() {
        assert_eq!(count(&["anthropic", "anthropic", "anthropic"]), 1);
        assert_eq!(count(&["anthropic", "moonshot", "alibaba"]), 3);
        assert_eq!(count(&["deepseek+alibaba", "alibaba"]), 1);
        assert_eq!(count(&["deepseek+alibaba", "alibaba", "deepseek"]), 2);
        assert_eq!(count(&[]), 0);
    }

    #[test]
    fn unknown_counts_alone_only() {
        assert_eq!(count(&["", "", ""]), 1);
        assert_eq!(count(&["", "google"]), 1);
    }

    #[test]
    fn chains_need_a_search() {
        // Taking b+c first would leave one.
        assert_eq!(count(&["b+c", "a+b", "c+d"]), 2);
        assert_eq!(count(&["a+b", "b+c", "c+a", "d+e", "e+f", "f+d"]), 2);
    }

    #[test]
    fn many_sets_that_overlap_end_in_time() {
        let sets: Vec<LineageSet> = (0..3000)
            .map(|n| {
                [
                    format!("l{}", n % 60),
                    format!("m{}", (n * 7 + n / 60) % 61),
                ]
                .into_iter()
                .collect()
            })
            .collect();
        let found = independence(&sets);
        assert!((30..=60).contains(&found), "{found}");
    }

    fn brute(sets: &[LineageSet]) -> u32 {
        let known: Vec<_> = sets.iter().filter(|set| !set.is_unknown()).collect();
        if known.is_empty() {
            return u32::from(!sets.is_empty());
        }
        (0_u32..1 << known.len())
            .filter(|pick| {
                let picked: Vec<_> = (0..known.len()).filter(|at| pick >> at & 1 == 1).collect();
                picked.iter().all(|&a| {
                    picked
                        .iter()
                        .all(|&b| a == b || !known[a].shares_with(known[b]))
                })
            })
            .map(u32::count_ones)
            .max()
            .unwrap_or(0)
    }

    proptest! {
        #[test]
        fn agrees_with_trying_everything(
            sets in prop::collection::vec(prop::collection::btree_set(0_u8..8, 0..4), 0..9),
        ) {
            let sets: Vec<LineageSet> = sets
                .iter()
                .map(|set| set.iter().map(|n| format!("l{n}")).collect())
                .collect();
            prop_assert_eq!(independence(&sets), brute(&sets));
        }

        #[test]
        fn reviewers_of_one_lineage_are_one_vote(n in 1_usize..20) {
            prop_assert_eq!(independence(&vec![set("x"); n]), 1);
        }
    }
}
