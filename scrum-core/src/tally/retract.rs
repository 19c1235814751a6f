//! `RETRACT:` lines, and the earlier findings of the same review that they retract.

use std::collections::HashMap;

use super::resolver::{Resolved, Resolver};
use crate::review::location::LineRange;
use crate::review::{Finding, Review};

/// Maximum number of comparisons of retractions with findings in one review. Only a review with thousands of each on
/// one file exceeds it.
const MAX_COMPARISONS: usize = 4_000_000;

/// Which findings of a review its `RETRACT:` lines retract.
pub(super) struct Retractions {
    /// Line of the retraction, by index of the finding.
    by: HashMap<usize, u32>,
    /// Indices of the retractions that match nothing.
    pub(super) unmatched: Vec<usize>,
    /// The limit of comparisons was reached.
    pub(super) exhausted: bool,
}

/// A finding that a retraction may match.
struct RetractCandidate {
    at: usize,
    review_line: u32,
    /// A finding that does not count anyway can be matched, but stays in its bucket.
    resolved: Resolved,
}

impl Retractions {
    /// `findings` are those of the review, from which they were moved out.
    pub(super) fn new(
        resolver: &Resolver<'_>,
        bundle: usize,
        review: &Review,
        findings: &[Finding],
    ) -> Self {
        let mut found = Self {
            by: HashMap::new(),
            unmatched: Vec::new(),
            exhausted: false,
        };
        if review.retractions.is_empty() {
            return found;
        }
        let mut by_path: HashMap<usize, Vec<RetractCandidate>> = HashMap::new();
        for (at, finding) in findings.iter().enumerate() {
            let (Ok(location), None) = (&finding.location, finding.quoted) else {
                continue;
            };
            let resolved = resolver.resolve(bundle, location);
            let path = resolved.key.path;
            by_path.entry(path).or_default().push(RetractCandidate {
                at,
                review_line: finding.line,
                resolved,
            });
        }
        let mut room = MAX_COMPARISONS;
        for (index, retraction) in review.retractions.iter().enumerate() {
            let mut all_met = !retraction.locations.is_empty();
            for location in &retraction.locations {
                let retracted = resolver.resolve(bundle, location);
                let (key, lines) = (retracted.key, retracted.lines());
                let candidates = by_path.get(&key.path).map_or(&[][..], Vec::as_slice);
                let Some(left) = room.checked_sub(candidates.len()) else {
                    found.exhausted = true;
                    all_met = false;
                    continue;
                };
                room = left;
                let earlier = || {
                    candidates
                        .iter()
                        .filter(|c| c.review_line < retraction.line)
                };
                let whole_file = key.lines.is_none() && key.symbol.is_none();
                let mut met: Vec<&RetractCandidate> = earlier()
                    .filter(|candidate| {
                        if whole_file {
                            candidate.resolved.key.lines.is_none()
                                && candidate.resolved.key.symbol.is_none()
                        } else {
                            candidate.resolved.key.symbol.is_some()
                                && candidate.resolved.key.symbol == key.symbol
                                || overlap(candidate.resolved.lines(), lines)
                        }
                    })
                    .collect();
                if whole_file && met.is_empty() {
                    // Or the only finding in that file, even if it was repeated.
                    let standing: Vec<&RetractCandidate> = earlier()
                        .filter(|candidate| !found.by.contains_key(&candidate.at))
                        .collect();
                    let one = standing.first().map(|candidate| candidate.resolved.key);
                    if standing
                        .iter()
                        .all(|candidate| Some(candidate.resolved.key) == one)
                    {
                        met = standing;
                    }
                    // If all are already retracted, this repeats a retraction, so it matches.
                    all_met &= !met.is_empty() || one.is_none() && earlier().next().is_some();
                } else {
                    all_met &= !met.is_empty();
                }
                for candidate in met
                    .into_iter()
                    .filter(|candidate| candidate.resolved.fault.is_none())
                {
                    found.by.entry(candidate.at).or_insert(retraction.line);
                }
            }
            if !all_met {
                found.unmatched.push(index);
            }
        }
        found
    }

    /// The line of the retraction that retracts a finding.
    pub(super) fn by(&self, finding: usize) -> Option<u32> {
        self.by.get(&finding).copied()
    }
}

fn overlap(a: Option<LineRange>, b: Option<LineRange>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.is_near(b, 0))
}
