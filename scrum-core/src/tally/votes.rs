//! Who has a vote in a bundle, and the number of independent votes of some voters.

use std::collections::{BTreeSet, HashMap};

use super::lineage::{LineageSet, independence_of};

/// Counts votes in one bundle.
pub(super) struct Votes<'a> {
    /// Lineages of the reviewers that reviewed it.
    usable: BTreeSet<&'a LineageSet>,
    /// How many of them are independent; no location has more votes.
    pub(super) most: u32,
    known: HashMap<Vec<LineageSet>, u32>,
}

impl<'a> Votes<'a> {
    pub(super) fn new(usable: BTreeSet<&'a LineageSet>) -> Self {
        Self {
            most: independence_of(usable.iter().copied()),
            usable,
            known: HashMap::new(),
        }
    }

    /// Whether a usable review here has lineages that are a subset of this voter's. If an overlap were enough,
    /// convergence could exceed `reviewed_by`.
    pub(super) fn has_usable(&self, lineages: &LineageSet) -> bool {
        if lineages.is_unknown() {
            return self.usable.contains(lineages);
        }
        self.usable
            .iter()
            .any(|usable| !usable.is_unknown() && usable.is_subset(lineages))
    }

    /// The number of independent votes, never more than lineages reviewed the bundle.
    pub(super) fn count<'s>(&mut self, voters: impl Iterator<Item = &'s LineageSet>) -> u32 {
        let mut voters = voters.peekable();
        let Some(first) = voters.next() else {
            return 0;
        };
        if voters.peek().is_none() {
            return 1;
        }
        let different: BTreeSet<&LineageSet> = voters.chain([first]).collect();
        if different.len() == 1 {
            return 1;
        }
        let key: Vec<LineageSet> = different.iter().map(|set| (*set).clone()).collect();
        let most = self.most;
        *self
            .known
            .entry(key)
            .or_insert_with(|| independence_of(different.into_iter()).min(most))
    }
}
