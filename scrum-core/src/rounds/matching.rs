//! Finds the issues that two waves have in common.
//!
//! Of all pairs that are one issue by lines and words, the most similar are taken first, and each issue is used once.
//! An issue that is left over and matches one that is already paired joins that pair, because the same thing may be two
//! issues in one wave and one in the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::review::location::LineRange;
use crate::tally::FindingRecord;
use crate::tally::claims::{ClaimReader, ClaimWords, same_issue};

/// Maximum number of nearby issues of the other wave that an issue is compared with, in the order of lines.
const MAX_COMPARED: usize = 500;

/// An issue to be matched with the other wave.
pub(super) struct MatchIssue<'t> {
    /// The path at the new head.
    pub(super) path: &'t str,
    /// The path at the issue's own head.
    pub(super) old_path: &'t str,
    /// The claims, with the lines at the new head.
    pub(super) claims: Vec<(Claimed<'t>, Option<LineRange>)>,
}

/// Position of the words of a claim.
#[derive(Debug, Clone, Copy)]
pub(super) enum Claimed<'t> {
    Finding(&'t FindingRecord),
    Text {
        text: &'t str,
        symbol: Option<&'t str>,
    },
}

/// Issues of both waves that match. Neither list is empty; the first of each are the most similar.
#[derive(Debug, PartialEq)]
pub(super) struct Match {
    pub(super) old: Vec<usize>,
    pub(super) new: Vec<usize>,
    /// 0 to 1.
    pub(super) similarity: f64,
}

/// Issues without a match in the other wave.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Lone {
    pub(super) old: Vec<usize>,
    pub(super) new: Vec<usize>,
}

/// Finds the pairs. Every index of both lists is in exactly one match or in [`Lone`].
pub(super) fn pair_up(
    old: &[MatchIssue<'_>],
    new: &[MatchIssue<'_>],
    near_lines: u32,
) -> (Vec<Match>, Lone) {
    let mut pairs = Vec::new();
    let mut files: BTreeMap<&str, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (at, issue) in old.iter().enumerate() {
        files.entry(issue.path).or_default().0.push(at);
    }
    for (at, issue) in new.iter().enumerate() {
        files.entry(issue.path).or_default().1.push(at);
    }
    for (path, (before, after)) in files {
        if before.is_empty() || after.is_empty() {
            continue;
        }
        let paths: BTreeSet<&str> = before
            .iter()
            .map(|at| old[*at].old_path)
            .chain([path])
            .collect();
        let mut reader = ClaimReader::new(paths);
        let mut read = |issue: &MatchIssue<'_>| -> Vec<ClaimWords> {
            let claims = issue.claims.iter();
            claims
                .map(|(claimed, lines)| match claimed {
                    Claimed::Finding(finding) => reader.read(finding, *lines),
                    Claimed::Text { text, symbol } => reader.read_text(text, *symbol, *lines),
                })
                .collect()
        };
        let mut after: Vec<(Hull, usize, Vec<ClaimWords>)> = after
            .into_iter()
            .map(|at| {
                let claims = read(&new[at]);
                (Hull::of(&claims), at, claims)
            })
            .collect();
        after.sort_by_key(|(hull, at, _)| (hull.start, *at));
        let highest = highest_ends(&after);
        for at in before {
            let claims = read(&old[at]);
            let hull = Hull::of(&claims);
            let from = highest.partition_point(|end| end.saturating_add(near_lines) < hull.start);
            let near = after[from..]
                .iter()
                .take_while(|(other, ..)| other.start <= hull.end.saturating_add(near_lines))
                .filter(|(other, ..)| other.end.saturating_add(near_lines) >= hull.start)
                .take(MAX_COMPARED);
            for (_, other, theirs) in near {
                if let Some(similarity) = same_issue(&claims, theirs, near_lines) {
                    pairs.push((similarity, at, *other));
                }
            }
        }
    }
    choose(pairs, old.len(), new.len())
}

/// The lines between the first and the last that an issue's findings name. Findings without lines are at line 0.
#[derive(Debug, Clone, Copy)]
struct Hull {
    start: u32,
    end: u32,
}

impl Hull {
    fn of(claims: &[ClaimWords]) -> Self {
        let lines = || claims.iter().filter_map(|claim| claim.lines);
        Self {
            start: lines().map(|lines| lines.start).min().unwrap_or(0),
            end: lines().map(|lines| lines.end).max().unwrap_or(0),
        }
    }
}

/// For each issue the highest end of it and all before.
fn highest_ends(issues: &[(Hull, usize, Vec<ClaimWords>)]) -> Vec<u32> {
    let mut highest = 0;
    issues
        .iter()
        .map(|(hull, ..)| {
            highest = highest.max(hull.end);
            highest
        })
        .collect()
}

/// Takes the most similar pairs first; ties in the order of the old wave, then of the new one.
fn choose(
    mut pairs: Vec<(f64, usize, usize)>,
    old_count: usize,
    new_count: usize,
) -> (Vec<Match>, Lone) {
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut matches: Vec<Match> = Vec::new();
    let mut old_match: Vec<Option<usize>> = vec![None; old_count];
    let mut new_match: Vec<Option<usize>> = vec![None; new_count];
    for &(similarity, old, new) in &pairs {
        if old_match[old].is_none() && new_match[new].is_none() {
            let next = Some(matches.len());
            (old_match[old], new_match[new]) = (next, next);
            matches.push(Match {
                old: vec![old],
                new: vec![new],
                // One symbol only counts for the order.
                similarity: similarity.min(1.0),
            });
        }
    }
    for &(_, old, new) in &pairs {
        match (old_match[old], new_match[new]) {
            (Some(into), None) => {
                new_match[new] = Some(into);
                matches[into].new.push(new);
            }
            (None, Some(into)) => {
                old_match[old] = Some(into);
                matches[into].old.push(old);
            }
            // One side of a remaining pair is already used; otherwise the pair would have been taken.
            _ => {}
        }
    }
    let without = |of: &[Option<usize>]| -> Vec<usize> {
        (0..of.len()).filter(|at| of[*at].is_none()).collect()
    };
    let lone = Lone {
        old: without(&old_match),
        new: without(&new_match),
    };
    (matches, lone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_similar_pair_is_taken_first_and_none_is_above_one() {
        let pairs = vec![(1.0, 0, 0), (1.14, 0, 1), (1.14, 1, 0), (0.5, 1, 1)];
        let (matches, lone) = choose(pairs, 2, 3);
        let one = |old, new| Match {
            old: vec![old],
            new: vec![new],
            similarity: 1.0,
        };
        assert_eq!(matches, [one(0, 1), one(1, 0)]);
        assert_eq!((lone.old, lone.new), (vec![], vec![2]));
    }
}
