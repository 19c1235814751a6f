//! Gates: what a caller may treat as a failure.

use super::Tally;
use crate::engagement::State;
use crate::review::Severity;

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

impl Tally {
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
