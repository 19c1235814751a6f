//! Gates: conditions that a caller can treat as a failure.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::lineage::independence;
use super::review_state::ReviewState;
use super::{IssueRecord, LocationRecord, Tally};
use crate::review::Severity;
use crate::review::location::{LineRange, Location};
use crate::word::words;

/// Maximum number of names in one message; more are only counted.
const MAX_NAMED: usize = 5;

/// A condition that fails a run (`--fail-on`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Gate {
    /// An issue that two or more independent lineages report.
    Agreed,
    /// An issue of severity BLOCK that two or more independent lineages report.
    AgreedBlock,
    /// An issue of severity BLOCK.
    Block,
    /// Any issue.
    Any,
    /// No review at all, or a reviewer that was asked and has no usable answer: no evidence, failed or missing.
    NoEvidence,
    /// An exact location that two or more independent lineages cite.
    Convergent,
    /// An issue of severity BLOCK that is not in the baseline.
    NewBlock,
    /// An issue that two or more independent lineages report and that is not in the baseline.
    NewAgreed,
}

words!(Gate {
    Agreed => "agreed",
    AgreedBlock => "agreed-block",
    Block => "block",
    Any => "any",
    NoEvidence => "no-evidence",
    Convergent => "convergent",
    NewBlock => "new-block",
    NewAgreed => "new-agreed",
});

impl Gate {
    /// Whether it only applies to a tally that was compared with a baseline.
    pub fn needs_baseline(self) -> bool {
        matches!(self, Self::NewBlock | Self::NewAgreed)
    }

    fn stops(self, issue: &IssueRecord) -> bool {
        let blocks = issue.severity == Some(Severity::Block);
        match self {
            Self::Agreed => issue.is_agreed(),
            Self::AgreedBlock => issue.is_agreed() && blocks,
            Self::Block => blocks,
            Self::Any => true,
            Self::NewBlock => blocks && issue.is_new(),
            Self::NewAgreed => issue.is_agreed() && issue.is_new(),
            Self::NoEvidence | Self::Convergent => false,
        }
    }
}

/// A gate that failed, and why. Its text is a sentence that names the first few causes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum GateFailure {
    /// Issues, or exact locations for [`Gate::Convergent`].
    Found {
        /// The gate.
        gate: Gate,
        /// How many.
        count: u64,
        /// The first few, e.g. `src/pool.rs:20-21`.
        named: Vec<String>,
    },
    /// There are no reviews.
    NoReview,
    /// Reviewers without a usable answer.
    NoEvidence {
        /// Bundle, reviewer and state of each.
        reviewers: Vec<(String, String, ReviewState)>,
    },
    /// Bundles that too few lineages reviewed.
    MinLineages {
        /// The required number.
        required: u32,
        /// Each bundle, and how many independent lineages reviewed it.
        bundles: Vec<(String, u32)>,
    },
}

impl fmt::Display for GateFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found { gate, count, named } => {
                let nouns = match gate {
                    Gate::Convergent => ("convergent location", "convergent locations"),
                    Gate::Agreed => ("agreed issue", "agreed issues"),
                    Gate::AgreedBlock => (
                        "agreed issue of severity BLOCK",
                        "agreed issues of severity BLOCK",
                    ),
                    Gate::Block => ("issue of severity BLOCK", "issues of severity BLOCK"),
                    Gate::NewBlock => (
                        "new issue of severity BLOCK",
                        "new issues of severity BLOCK",
                    ),
                    Gate::NewAgreed => ("new agreed issue", "new agreed issues"),
                    Gate::Any | Gate::NoEvidence => ("issue", "issues"),
                };
                let noun = if *count == 1 { nouns.0 } else { nouns.1 };
                write!(f, "--fail-on {gate}: {count} {noun}: ")?;
                list(f, named.iter(), *count)
            }
            Self::NoReview => write!(f, "--fail-on {}: there are no reviews", Gate::NoEvidence),
            Self::NoEvidence { reviewers } => {
                write!(f, "--fail-on {}: ", Gate::NoEvidence)?;
                let named = reviewers.iter().map(|(bundle, reviewer, state)| {
                    format!("{reviewer} on {bundle} ({})", state.as_str())
                });
                list(f, named, reviewers.len() as u64)
            }
            Self::MinLineages { required, bundles } => {
                write!(f, "fewer than {required} lineages reviewed ")?;
                let named = bundles
                    .iter()
                    .map(|(bundle, count)| format!("{bundle} ({count})"));
                list(f, named, bundles.len() as u64)
            }
        }
    }
}

/// Writes the first few of `count` names, and how many more there are.
fn list(
    f: &mut fmt::Formatter<'_>,
    names: impl Iterator<Item = impl fmt::Display>,
    count: u64,
) -> fmt::Result {
    for (at, name) in names.take(MAX_NAMED).enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        write!(f, "{comma}{name}")?;
    }
    match count.saturating_sub(MAX_NAMED as u64) {
        0 => Ok(()),
        more => write!(f, " and {more} more"),
    }
}

/// A bundle that too few lineages reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuorumMiss {
    /// The bundle's id.
    pub bundle: String,
    /// Number of independent lineages that reviewed it.
    pub reviewed_by: u32,
    /// Number of independent lineages that it needs.
    pub needed: u32,
}

impl Tally {
    /// The bundles that fewer than `quorum` independent lineages reviewed. If some reviewers are not asked about a
    /// bundle, it needs at most as many lineages as those who are asked have.
    pub fn short_of_quorum(&self, quorum: u32) -> Vec<QuorumMiss> {
        let bundles = self.bundles.iter().filter_map(|bundle| {
            let asked = || {
                bundle
                    .reviewers
                    .iter()
                    .filter(|row| row.state != ReviewState::NotAsked)
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

    /// Checks the tally. Failures are in the order of [`Gate`], with that of `min_lineages` (0: no requirement) last.
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

    /// Whether there are no reviews; then only [`Gate::NoEvidence`] is meaningful.
    pub fn is_unreviewed(&self) -> bool {
        self.bundles.iter().all(|bundle| bundle.reviewed_by == 0)
    }

    /// How many issues a gate ignores because they are dismissed; for [`Gate::Convergent`] exact locations.
    pub fn dismissed_by(&self, gate: Gate) -> u64 {
        if gate == Gate::Convergent {
            return self.dismissed_locations().len() as u64;
        }
        let issues = self.bundles.iter().flat_map(|bundle| &bundle.issues);
        let dismissed = issues.filter(|issue| gate.stops(issue) && issue.is_dismissed());
        dismissed.count() as u64
    }

    /// The convergent locations, with the key that makes two of them equal.
    fn convergent_locations(&self) -> impl Iterator<Item = (NamedLocation<'_>, &LocationRecord)> {
        let locations = self.bundles.iter().flat_map(|bundle| &bundle.locations);
        let convergent = locations.filter(|location| location.convergence >= 2);
        convergent.map(|location| (key(location), location))
    }

    /// Convergent locations whose findings, in all bundles, are in dismissed issues.
    fn dismissed_locations(&self) -> BTreeSet<NamedLocation<'_>> {
        let (mut dismissed, mut open) = (BTreeSet::new(), BTreeSet::new());
        for bundle in &self.bundles {
            let issues = bundle.issues.iter().filter(|issue| issue.is_dismissed());
            let gone: BTreeSet<usize> = issues.flat_map(|issue| issue.findings.clone()).collect();
            for location in bundle.locations.iter().filter(|at| at.convergence >= 2) {
                let is_dismissed = location.findings.iter().all(|at| gone.contains(at));
                let list = if is_dismissed {
                    &mut dismissed
                } else {
                    &mut open
                };
                list.insert(key(location));
            }
        }
        dismissed.difference(&open).copied().collect()
    }

    fn judge(&self, gate: Gate) -> Option<GateFailure> {
        let bundles = || self.bundles.iter();
        match gate {
            Gate::Convergent => {
                let dismissed = self.dismissed_locations();
                let convergent: Vec<&LocationRecord> = self
                    .convergent_locations()
                    .filter(|(key, _)| !dismissed.contains(key))
                    .map(|(_, location)| location)
                    .collect();
                // A location that two bundles cite counts once; a dismissed one does not count.
                let count = self
                    .totals
                    .convergent
                    .saturating_sub(dismissed.len() as u64);
                let named = convergent.iter().take(MAX_NAMED);
                let named = named.map(|at| name(&at.path, at.lines(), at.symbol.as_deref()));
                found(gate, count, named.collect())
            }
            Gate::NoEvidence => {
                let rows = bundles()
                    .flat_map(|bundle| bundle.reviewers.iter().map(|row| (&bundle.id, row)));
                let reviewers: Vec<(String, String, ReviewState)> = rows
                    .filter(|(_, row)| !row.state.is_usable() && row.state != ReviewState::NotAsked)
                    .map(|(id, row)| (id.clone(), row.reviewer.clone(), row.state))
                    .collect();
                if !reviewers.is_empty() {
                    return Some(GateFailure::NoEvidence { reviewers });
                }
                self.is_unreviewed().then_some(GateFailure::NoReview)
            }
            Gate::Agreed
            | Gate::AgreedBlock
            | Gate::Block
            | Gate::Any
            | Gate::NewBlock
            | Gate::NewAgreed => {
                let issues = bundles().flat_map(|bundle| &bundle.issues);
                let mut stopped: Vec<&IssueRecord> = issues
                    .filter(|issue| gate.stops(issue) && !issue.is_dismissed())
                    .collect();
                stopped.sort_by_key(|issue| Reverse((issue.is_agreed(), issue.severity)));
                let named = stopped.iter().take(MAX_NAMED).map(|issue| {
                    let symbol = issue.symbol.as_deref();
                    name(&issue.path, issue.lines(), symbol)
                });
                found(gate, stopped.len() as u64, named.collect())
            }
        }
    }
}

/// Path, lines and symbol.
type NamedLocation<'t> = (&'t str, Option<LineRange>, Option<&'t str>);

fn key(location: &LocationRecord) -> NamedLocation<'_> {
    let symbol = location.symbol.as_deref();
    (&location.path, location.lines(), symbol)
}

fn found(gate: Gate, count: u64, named: Vec<String>) -> Option<GateFailure> {
    (count > 0).then_some(GateFailure::Found { gate, count, named })
}

/// `src/pool.rs:20-21`, `src/pool.rs::drain` or `src/pool.rs`.
fn name(path: &str, lines: Option<LineRange>, symbol: Option<&str>) -> String {
    let location = Location {
        path: path.to_owned(),
        lines: lines.filter(|_| symbol.is_none()),
        symbol: symbol.map(str::to_owned),
    };
    location.to_string()
}

#[cfg(test)]
mod tests {
    use crate::review::Review;
    use crate::tally::{
        self, NoDiffs, Outcome, ReviewerConfig, Since, Submission, TallyOptions, TriageMark,
        TriageVerdict,
    };

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

    #[test]
    fn each_gate_stops_at_its_own_issues() {
        use super::Gate::{self, Agreed, AgreedBlock, Any, Block, Convergent, NewAgreed, NewBlock};
        for (severity, reviewers, since, stop) in [
            (
                "BLOCK",
                &["opus", "kimi"][..],
                Since::New,
                &[Agreed, AgreedBlock, Block, Any, NewBlock, NewAgreed][..],
            ),
            (
                "BLOCK",
                &["opus", "kimi"],
                Since::Persisting,
                &[Agreed, AgreedBlock, Block, Any],
            ),
            ("BLOCK", &["opus"], Since::New, &[Block, Any, NewBlock]),
            (
                "WARN",
                &["opus", "kimi"],
                Since::New,
                &[Agreed, Any, NewAgreed],
            ),
            ("WARN", &["opus"], Since::New, &[Any]),
            ("WARN", &["opus"], Since::Persisting, &[Any]),
        ] {
            let text =
                format!("SEVERITY: {severity}\nWHERE: a.rs:1\nWHAT: The lock is never released.\n");
            let reviews = reviewers.iter().map(|reviewer| {
                Submission::new("core", *reviewer, Outcome::Review(Review::from_text(&text)))
            });
            let options = TallyOptions::default()
                .reviewers(reviewers.iter().copied().map(ReviewerConfig::new));
            let mut tally = tally::tally(reviews.collect(), None, &NoDiffs, &options);
            let issue = &mut tally.bundles[0].issues[0];
            issue.since = Some(since);
            issue.triage = Some(Box::new(TriageMark {
                verdict: TriageVerdict::FalsePositive,
                by: None,
                note: None,
                reopened: Vec::new(),
            }));
            let mut wanted = stop.to_vec();
            if reviewers.len() > 1 {
                wanted.push(Convergent);
            }
            // All are dismissed, so a gate ignores exactly what it would stop at.
            for gate in [
                Agreed,
                AgreedBlock,
                Block,
                Any,
                NewBlock,
                NewAgreed,
                Convergent,
            ] {
                let dismissed = u64::from(wanted.contains(&gate));
                assert_eq!(
                    tally.dismissed_by(gate),
                    dismissed,
                    "{gate:?} {severity} {since:?}"
                );
            }
        }
        let needs: Vec<Gate> = [Agreed, Block, NewBlock, NewAgreed, Convergent]
            .into_iter()
            .filter(|gate| gate.needs_baseline())
            .collect();
        assert_eq!(needs, [NewBlock, NewAgreed]);
    }
}
