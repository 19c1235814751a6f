//! How many defects nobody reported: the estimate of a tally.
//!
//! Occasions are the independent groups of lineages that reviewed every bundle that anybody reviewed: if a lineage has
//! not seen a bundle, the fact that it reports nothing there means nothing. Defects are the issues that these occasions
//! report.

use std::collections::BTreeSet;

use super::lineage::LineageSet;
use super::review_state::two_decimals;
use super::{BundleTally, FindingRecord, IssueRecord, Tally};
use crate::estimate::{Captures, EstimateBasis, EstimateRefused, estimate};

impl Tally {
    /// Computes the estimate from the issues for which `takes` is true; `basis` says which these are. Leave out issues
    /// that are known to be false in any case.
    pub(crate) fn estimate_missed(
        &mut self,
        basis: EstimateBasis,
        takes: impl Fn(&IssueRecord) -> bool,
    ) {
        let occasions = self.occasions();
        let defects = self.bundles.iter().flat_map(|bundle| {
            let issues = bundle.issues.iter().filter(|issue| takes(issue));
            issues.map(|issue| reporters(bundle, issue, &occasions))
        });
        let defects: Vec<Vec<usize>> = defects.collect();
        let captures = Captures::new(occasions.len(), defects.iter().map(Vec::as_slice));
        let some_bundles_only = occasions.len() < 2 && self.lineage_groups(false).len() >= 2;
        match estimate(&captures, basis) {
            Ok(mut estimate) => {
                for number in [&mut estimate.total, &mut estimate.low, &mut estimate.high] {
                    *number = two_decimals(*number);
                }
                self.estimate = Some(estimate);
                self.estimate_refused = None;
            }
            Err(refused) => {
                let refused = if some_bundles_only {
                    EstimateRefused::Coverage
                } else {
                    refused
                };
                self.estimate = None;
                self.estimate_refused = Some(refused.to_string());
            }
        }
    }

    /// The independent groups of lineages that reviewed every bundle that was reviewed at all.
    fn occasions(&self) -> Vec<LineageSet> {
        self.lineage_groups(true)
    }

    /// Lineages, joined if a reviewer has several, because a model that descends from two makers is independent of
    /// neither. `everywhere` leaves out those that did not review every reviewed bundle.
    fn lineage_groups(&self, everywhere: bool) -> Vec<LineageSet> {
        let usable = |bundle: &'_ BundleTally| -> Vec<LineageSet> {
            let rows = bundle.reviewers.iter();
            rows.filter(|row| row.state.is_usable() && !row.lineages.is_unknown())
                .map(|row| row.lineages.clone())
                .collect()
        };
        let reviewed: Vec<Vec<LineageSet>> = self
            .bundles
            .iter()
            .filter(|bundle| bundle.reviewed_by > 0)
            .map(usable)
            .collect();
        let sets: BTreeSet<LineageSet> = reviewed.iter().flatten().cloned().collect();
        let mut groups: Vec<LineageSet> = Vec::new();
        for set in sets {
            let (meet, apart): (Vec<_>, Vec<_>) = groups
                .into_iter()
                .partition(|group| group.shares_with(&set));
            let mut joined = set;
            meet.iter().for_each(|group| joined.join(group));
            groups = apart;
            groups.push(joined);
        }
        if everywhere {
            groups.retain(|group| {
                reviewed
                    .iter()
                    .all(|sets| sets.iter().any(|set| set.shares_with(group)))
            });
        }
        groups.sort();
        groups
    }
}

/// The occasions that report an issue.
fn reporters(bundle: &BundleTally, issue: &IssueRecord, occasions: &[LineageSet]) -> Vec<usize> {
    let findings: Vec<&FindingRecord> = bundle.findings_of(issue).collect();
    (0..occasions.len())
        .filter(|at| {
            let mut findings = findings.iter();
            findings.any(|finding| finding.lineages.shares_with(&occasions[*at]))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::estimate::EstimateMethod;
    use crate::report::sample::{finding, tally_of};

    /// Claims so different that no two are one issue.
    const CLAIMS: [&str; 4] = [
        "Lock leaks",
        "Overflow wraps",
        "Deadlock waits",
        "Panic aborts",
    ];

    fn said(lines: &[u32]) -> String {
        let of = |line: &u32| {
            let what = CLAIMS[*line as usize % 4];
            format!(
                "SEVERITY: WARN\nWHERE: a.rs:{}\nWHAT: {what}\n\n",
                line * 10
            )
        };
        lines.iter().map(of).collect()
    }

    #[test]
    fn two_lineages_are_two_occasions_and_one_model_twice_is_one() {
        let tally = tally_of(&[
            ("core", "opus", said(&[1, 2])),
            ("core", "opus-2", said(&[3])),
            ("core", "kimi", said(&[3, 4])),
        ]);
        let estimate = tally.estimate.unwrap();
        assert_eq!(estimate.method, EstimateMethod::Chapman);
        // 3 and 2 reported, 1 by both: 4 · 3 / 2 − 1.
        assert_eq!((estimate.occasions, estimate.found), (2, 4));
        assert_eq!(estimate.total, 5.0);
        assert!(estimate.indicative);
        assert_eq!(tally.estimate_refused, None);
    }

    #[test]
    fn what_cannot_carry_an_estimate_says_why() {
        let none = || "NONE\n".to_owned();
        for (reviews, reason) in [
            (
                vec![("core", "opus", said(&[1]))],
                "fewer than two lineages reviewed",
            ),
            (
                vec![("core", "opus", said(&[1])), ("core", "sonnet", said(&[1]))],
                "fewer than two lineages reviewed",
            ),
            (
                vec![("core", "opus", none()), ("core", "kimi", none())],
                "nothing was reported",
            ),
            (
                vec![("core", "opus", said(&[1])), ("core", "kimi", said(&[2]))],
                "no two lineages reported the same defect",
            ),
            (
                vec![("core", "opus", said(&[1])), ("cli", "kimi", said(&[1]))],
                "fewer than two lineages reviewed every bundle",
            ),
            (Vec::new(), "fewer than two lineages reviewed"),
        ] {
            let tally = tally_of(&reviews);
            assert_eq!(tally.estimate, None, "{reviews:?}");
            assert_eq!(
                tally.estimate_refused.as_deref(),
                Some(reason),
                "{reviews:?}"
            );
        }
    }

    #[test]
    fn a_distill_of_two_makers_is_no_look_of_its_own() {
        let same = finding("WARN", "a.rs:10", "Lock leaks");
        let tally = tally_of(&[
            ("core", "deepseek-r1-distill-qwen-32b", same.clone()),
            ("core", "qwen", same.clone()),
            ("core", "opus", same),
        ]);
        assert_eq!(tally.estimate.unwrap().occasions, 2);
    }
}
