//! `RETRACT:` lines, and the earlier findings of the same review that they take back.

use std::collections::HashMap;

use super::settle::{Aim, Settler};
use crate::review::Review;
use crate::review::location::LineRange;

/// Comparisons of retractions with findings in one review. A review beyond it has thousands of each on one file.
const MAX_COMPARISONS: usize = 4_000_000;

/// Which findings of a review its `RETRACT:` lines take back.
pub(super) struct Retractions {
    /// Line of the retraction, by index of the finding.
    by: HashMap<usize, usize>,
    /// Indices of the retractions that meet nothing.
    pub(super) unmatched: Vec<usize>,
    /// The limit of comparisons was reached.
    pub(super) exhausted: bool,
}

/// A finding that a retraction may meet.
struct Candidate {
    at: usize,
    review_line: u32,
    /// Where its path is unknown it can be met, and stays unknown.
    aim: Aim,
}

impl Retractions {
    pub(super) fn new(settler: &Settler<'_>, bundle: usize, review: &Review) -> Self {
        let mut found = Self {
            by: HashMap::new(),
            unmatched: Vec::new(),
            exhausted: false,
        };
        if review.retractions.is_empty() {
            return found;
        }
        let mut by_path: HashMap<usize, Vec<Candidate>> = HashMap::new();
        for (at, finding) in review.findings.iter().enumerate() {
            let (Ok(location), None) = (&finding.location, finding.quoted) else {
                continue;
            };
            let Some(aim) = settler.aim(bundle, location) else {
                continue;
            };
            by_path.entry(aim.key.path).or_default().push(Candidate {
                at,
                review_line: finding.line,
                aim,
            });
        }
        let mut room = MAX_COMPARISONS;
        for (index, retraction) in review.retractions.iter().enumerate() {
            let mut all_met = !retraction.locations.is_empty();
            for location in &retraction.locations {
                let Some(Aim { key, lines, .. }) = settler.aim(bundle, location) else {
                    all_met = false;
                    continue;
                };
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
                let mut met: Vec<&Candidate> = earlier()
                    .filter(|candidate| {
                        if whole_file {
                            candidate.aim.key.lines.is_none() && candidate.aim.key.symbol.is_none()
                        } else {
                            candidate.aim.key.symbol.is_some()
                                && candidate.aim.key.symbol == key.symbol
                                || overlap(candidate.aim.lines, lines)
                        }
                    })
                    .collect();
                if whole_file && met.is_empty() {
                    // Or the only finding of that file, however often it was said.
                    let standing: Vec<&Candidate> = earlier()
                        .filter(|candidate| !found.by.contains_key(&candidate.at))
                        .collect();
                    let one = standing.first().map(|candidate| candidate.aim.key);
                    if standing
                        .iter()
                        .all(|candidate| Some(candidate.aim.key) == one)
                    {
                        met = standing;
                    }
                    // Where all are taken back already the retraction is said twice, and meets what it means.
                    all_met &= !met.is_empty() || one.is_none() && earlier().next().is_some();
                } else {
                    all_met &= !met.is_empty();
                }
                for candidate in met.into_iter().filter(|candidate| !candidate.aim.unknown) {
                    found
                        .by
                        .entry(candidate.at)
                        .or_insert(retraction.line as usize);
                }
            }
            if !all_met {
                found.unmatched.push(index);
            }
        }
        found
    }

    /// The line of the retraction that takes a finding back.
    pub(super) fn by(&self, finding: usize) -> Option<usize> {
        self.by.get(&finding).copied()
    }
}

fn overlap(a: Option<LineRange>, b: Option<LineRange>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.start <= b.end && b.start <= a.end)
}
