//! Gates: what a caller may treat as a failure.

use super::Tally;
use crate::review::Severity;
use crate::tally::engagement::State;
use crate::tally::lineage::independence;

/// A condition that fails a run (`--fail-on`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Gate {
    /// Any convergent location.
    Convergent,
    /// Any convergent place.
    Near,
    /// Any counted finding of severity BLOCK.
    Block,
    /// Any counted finding.
    Any,
    /// Any reviewer that was asked and has no usable output: no evidence, failed or missing.
    NoEvidence,
}

/// A gate that said no, and what it found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GateFailure {
    /// Convergent locations.
    Convergent {
        /// How many.
        locations: u64,
    },
    /// Convergent places.
    Near {
        /// How many.
        places: u64,
    },
    /// Findings of severity BLOCK.
    Block {
        /// Locations that have one.
        locations: u64,
    },
    /// Findings.
    Any {
        /// Different locations.
        locations: u64,
    },
    /// Reviewers without usable output.
    NoEvidence {
        /// Bundle, reviewer and state of each.
        reviewers: Vec<(String, String, State)>,
    },
    /// Bundles that too few lineages reviewed.
    MinLineages {
        /// How many are asked for.
        required: u32,
        /// Bundle, and how many disjoint lineages reviewed it.
        bundles: Vec<(String, u32)>,
    },
}

/// A bundle that too few lineages reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuorumMiss {
    /// The bundle's id.
    pub bundle: String,
    /// Disjoint lineages that reviewed it.
    pub reviewed_by: u32,
    /// Disjoint lineages that it needs.
    pub needed: u32,
}

impl Tally {
    /// The bundles that fewer than `quorum` disjoint lineages reviewed. Where reviewers are not asked about a bundle, it
    /// needs no more lineages than those who are asked have.
    pub fn short_of_quorum(&self, quorum: u32) -> Vec<QuorumMiss> {
        let bundles = self.bundles.iter().filter_map(|bundle| {
            let asked = || {
                bundle
                    .reviewers
                    .iter()
                    .filter(|row| row.state != State::NotAsked)
            };
            let needed = if asked().count() < bundle.reviewers.len() {
                let lineages: Vec<_> = asked().map(|row| row.lineages.clone()).collect();
                quorum.min(independence(&lineages))
            } else {
                quorum
            };
            (bundle.reviewed_by < needed).then(|| QuorumMiss {
                bundle: bundle.id.clone(),
                reviewed_by: bundle.reviewed_by,
                needed,
            })
        });
        bundles.collect()
    }

    /// Judges the tally. Failures come in the order of [`Gate`], that of `min_lineages` (0 asks for none) last.
    pub fn failed_gates(&self, gates: &[Gate], min_lineages: u32) -> Vec<GateFailure> {
        let mut gates = gates.to_vec();
        gates.sort_unstable();
        gates.dedup();
        let mut failures: Vec<GateFailure> = gates
            .into_iter()
            .filter_map(|gate| self.judge(gate))
            .collect();
        let short: Vec<(String, u32)> = self
            .bundles
            .iter()
            .filter(|bundle| bundle.reviewed_by < min_lineages)
            .map(|bundle| (bundle.id.clone(), bundle.reviewed_by))
            .collect();
        if !short.is_empty() {
            failures.push(GateFailure::MinLineages {
                required: min_lineages,
                bundles: short,
            });
        }
        failures
    }

    fn judge(&self, gate: Gate) -> Option<GateFailure> {
        let some = |count: u64| (count > 0).then_some(count);
        match gate {
            Gate::Convergent => {
                some(self.totals.convergent).map(|locations| GateFailure::Convergent { locations })
            }
            Gate::Near => {
                some(self.totals.near_convergent).map(|places| GateFailure::Near { places })
            }
            Gate::Block => {
                let locations = self.bundles.iter().flat_map(|bundle| &bundle.locations);
                let blocking = locations.filter(|at| at.severity == Some(Severity::Block));
                some(blocking.count() as u64).map(|locations| GateFailure::Block { locations })
            }
            Gate::Any => some(self.totals.distinct).map(|locations| GateFailure::Any { locations }),
            Gate::NoEvidence => {
                let reviewers: Vec<(String, String, State)> = self
                    .bundles
                    .iter()
                    .flat_map(|bundle| bundle.reviewers.iter().map(|row| (&bundle.id, row)))
                    .filter(|(_, row)| !row.state.is_usable() && row.state != State::NotAsked)
                    .map(|(id, row)| (id.clone(), row.reviewer.clone(), row.state))
                    .collect();
                (!reviewers.is_empty()).then_some(GateFailure::NoEvidence { reviewers })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::review::Review;
    use crate::tally::{self, NoDiffs, Outcome, ReviewerConfig, Submission, TallyOptions};

    #[test]
    fn a_quorum_counts_lineages_and_asks_no_more_than_are_asked() {
        let options =
            TallyOptions::default().reviewers(["opus", "sonnet", "kimi"].map(ReviewerConfig::new));
        let clean = |bundle, reviewer| {
            Submission::new(
                bundle,
                reviewer,
                Outcome::Review(Review::from_text("NONE\n")),
            )
        };
        let submissions = vec![
            clean("core", "opus"),
            clean("core", "sonnet"),
            clean("docs", "opus"),
            Submission::new("docs", "kimi", Outcome::NotAsked),
        ];
        let tally = tally::tally(submissions, None, &NoDiffs, &options);
        let misses: Vec<_> = tally
            .short_of_quorum(2)
            .into_iter()
            .map(|miss| (miss.bundle, miss.reviewed_by, miss.needed))
            .collect();
        // Two of one lineage are one; in `docs` nobody but this lineage is asked.
        assert_eq!(misses, [("core".to_owned(), 1, 2)]);
        assert_eq!(tally.short_of_quorum(0), []);
    }
}
