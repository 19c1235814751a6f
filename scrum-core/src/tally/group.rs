//! Groups findings of one file into issues: findings that share a line and say the same thing.
//!
//! Average linkage (UPGMA, Sokal & Michener 1958): at first every finding is its own group; then the two groups with
//! the highest mean similarity are joined, as long as that is at least [`THRESHOLD`]. Ties go to the pair that comes
//! first in the order of the findings. Similarities are integers, so that the groups are the same in any order and on
//! any machine. The crate `kodama` does the same in floating point, and has no rule for ties.

use super::similarity::{self, ONE, Reader, Words, share};
use super::{BundleTally, FindingRecord};
use crate::review::location::LineRange;

/// Minimum mean similarity for joining groups that share lines. docs/counting.md has the measurements.
pub(super) const THRESHOLD: u64 = ONE * 16 / 100;

/// The same for findings without lines, whose words are the only evidence.
pub(super) const THRESHOLD_WITHOUT_LINES: u64 = ONE * 30 / 100;

/// Maximum number of findings in an overlapping chain that are compared with each other. Longer chains are divided, in
/// the order of their lines.
pub(super) const MAX_COMPARED: usize = 500;

/// Maximum number of `others` of an issue; more are only counted.
const MAX_OTHERS: usize = 100;

/// Findings that are one issue.
#[derive(Debug, PartialEq)]
pub(super) struct Group {
    /// Indices of the findings, ascending.
    pub(super) members: Vec<usize>,
    /// Mean similarity of the pairs that can be compared.
    pub(super) similarity: Option<f64>,
    /// Indices of the groups that share a line with this one, ascending.
    pub(super) others: Vec<usize>,
    pub(super) others_left_out: usize,
}

impl Group {
    fn of_one(finding: usize) -> Self {
        Self {
            members: vec![finding],
            similarity: None,
            others: Vec::new(),
            others_left_out: 0,
        }
    }
}

/// The issues of one file.
#[derive(Debug)]
pub(super) struct Grouping {
    /// By first member.
    pub(super) groups: Vec<Group>,
    /// The length of the longest overlapping chain, if it is more than [`MAX_COMPARED`].
    pub(super) divided: Option<usize>,
}

/// Groups the findings of one file, sorted by lines and reviewer. Ranges within `near_lines` of each other share a line.
pub(super) fn group(findings: &[FindingRecord], near_lines: u32) -> Grouping {
    let mut grouping = Grouping {
        groups: Vec::new(),
        divided: None,
    };
    // Nearly all findings are alone at their lines, and need no reader.
    let mut reader = None;
    for chain in chains(findings, near_lines) {
        if chain.len() > MAX_COMPARED {
            grouping.divided = grouping.divided.max(Some(chain.len()));
        }
        for part in chain.chunks(MAX_COMPARED) {
            if let [one] = part {
                grouping.groups.push(Group::of_one(*one));
                continue;
            }
            let reader = reader.get_or_insert_with(|| Reader::new(&findings[part[0]].path));
            compare_all(findings, part, near_lines, reader, &mut grouping.groups);
        }
    }
    sort(&mut grouping.groups);
    grouping
}

/// Chains of overlapping findings, in the order of their lines; findings without lines come last.
fn chains(findings: &[FindingRecord], near_lines: u32) -> Vec<Vec<usize>> {
    let mut by_line: Vec<(LineRange, usize)> = Vec::with_capacity(findings.len());
    let mut without = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        match finding.lines() {
            Some(lines) => by_line.push((lines, at)),
            None => without.push(at),
        }
    }
    by_line.sort_unstable();
    let mut chains: Vec<Vec<usize>> = Vec::new();
    let mut last = 0;
    for (lines, at) in by_line {
        match chains.last_mut() {
            Some(chain) if lines.start <= last => chain.push(at),
            _ => chains.push(vec![at]),
        }
        last = last.max(lines.end.saturating_add(near_lines));
    }
    chains.extend((!without.is_empty()).then_some(without));
    chains
}

/// Whether two findings share a line, or name the same symbol.
fn meet(a: &FindingRecord, b: &FindingRecord, near_lines: u32) -> bool {
    match (a.lines(), b.lines()) {
        (Some(a), Some(b)) => a.is_near(b, near_lines),
        (None, None) => a.symbol.is_some() && a.symbol == b.symbol,
        _ => false,
    }
}

/// Groups the findings of `part`, which are all compared with each other.
fn compare_all(
    findings: &[FindingRecord],
    part: &[usize],
    near_lines: u32,
    reader: &mut Reader,
    groups: &mut Vec<Group>,
) {
    let mut order = part.to_vec();
    order.sort_unstable();
    let words: Vec<Words> = order
        .iter()
        .map(|at| reader.words(&findings[*at]))
        .collect();
    let without_lines = findings[order[0]].lines().is_none();
    let threshold = if without_lines {
        THRESHOLD_WITHOUT_LINES
    } else {
        THRESHOLD
    };
    let count = order.len();
    let mut links = Links::new(count);
    let mut shared = vec![false; count * count];
    for a in 0..count {
        for b in a + 1..count {
            let meets = meet(&findings[order[a]], &findings[order[b]], near_lines);
            shared[a * count + b] = meets;
            if !meets && !without_lines {
                continue;
            }
            let similarity = match similarity::compare(&words[a], &words[b]) {
                // A symbol that the diff does not show is as good as lines.
                Some(alike) if without_lines && meets => {
                    alike + (THRESHOLD_WITHOUT_LINES - THRESHOLD)
                }
                Some(alike) => alike,
                // Exactly the threshold, so that a finding without words never joins groups that differ.
                None if meets => threshold,
                None => 0,
            };
            links.set(a, b, similarity);
        }
    }
    let joined = links.join(threshold);
    let first = groups.len();
    let mut group_of = vec![0; count];
    for (number, members) in joined.iter().enumerate() {
        for member in members {
            group_of[*member] = number;
        }
    }
    let mut meets = vec![false; joined.len() * joined.len()];
    for a in 0..count {
        for b in a + 1..count {
            let (x, y) = (group_of[a], group_of[b]);
            if shared[a * count + b] && x != y {
                meets[x * joined.len() + y] = true;
                meets[y * joined.len() + x] = true;
            }
        }
    }
    for (number, members) in joined.iter().enumerate() {
        let row = &meets[number * joined.len()..(number + 1) * joined.len()];
        let mut others: Vec<usize> = row
            .iter()
            .enumerate()
            .filter(|(_, meets)| **meets)
            .map(|(other, _)| first + other)
            .collect();
        let others_left_out = others.len().saturating_sub(MAX_OTHERS);
        others.truncate(MAX_OTHERS);
        groups.push(Group {
            members: members.iter().map(|at| order[*at]).collect(),
            similarity: mean(members, &words),
            others,
            others_left_out,
        });
    }
}

fn mean(members: &[usize], words: &[Words]) -> Option<f64> {
    let (mut sum, mut pairs) = (0, 0);
    for (at, a) in members.iter().enumerate() {
        for b in &members[at + 1..] {
            if let Some(alike) = similarity::compare(&words[*a], &words[*b]) {
                sum += alike;
                pairs += 1;
            }
        }
    }
    (pairs > 0).then(|| super::review_state::two_decimals(share(sum) / f64::from(pairs)))
}

/// Sorts groups by their first members.
fn sort(groups: &mut Vec<Group>) {
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_unstable_by_key(|at| groups[*at].members[0]);
    let mut place = vec![0; groups.len()];
    for (to, from) in order.iter().enumerate() {
        place[*from] = to;
    }
    groups.sort_unstable_by_key(|group| group.members[0]);
    for group in groups {
        group.others.iter_mut().for_each(|at| *at = place[*at]);
        group.others.sort_unstable();
    }
}

/// Sums of similarities between groups.
struct Links {
    count: usize,
    /// A full matrix, row by row.
    sums: Vec<u64>,
    members: Vec<Vec<usize>>,
    /// For each group, the later group with the highest mean.
    best: Vec<Option<usize>>,
}

impl Links {
    fn new(count: usize) -> Self {
        Self {
            count,
            sums: vec![0; count * count],
            members: (0..count).map(|at| vec![at]).collect(),
            best: vec![None; count],
        }
    }

    fn set(&mut self, a: usize, b: usize, similarity: u64) {
        self.sums[a * self.count + b] = similarity;
        self.sums[b * self.count + a] = similarity;
    }

    /// Sum of similarities and number of pairs between two groups.
    fn between(&self, a: usize, b: usize) -> (u64, u64) {
        let pairs = self.members[a].len() * self.members[b].len();
        (self.sums[a * self.count + b], pairs as u64)
    }

    fn seek_best(&mut self, at: usize) {
        let mut best: Option<usize> = None;
        for other in at + 1..self.count {
            if !self.members[other].is_empty()
                && best.is_none_or(|best| exceeds(self.between(at, other), self.between(at, best)))
            {
                best = Some(other);
            }
        }
        self.best[at] = best;
    }

    /// Joins groups while the best mean is at least `threshold`; the result is sorted by first member.
    fn join(mut self, threshold: u64) -> Vec<Vec<usize>> {
        (0..self.count).for_each(|at| self.seek_best(at));
        loop {
            let mut pair: Option<(usize, usize)> = None;
            for at in 0..self.count {
                let Some(other) = self.best[at].filter(|_| !self.members[at].is_empty()) else {
                    continue;
                };
                if pair.is_none_or(|(a, b)| exceeds(self.between(at, other), self.between(a, b))) {
                    pair = Some((at, other));
                }
            }
            let Some((into, from)) = pair.filter(|(a, b)| {
                let (sum, pairs) = self.between(*a, *b);
                sum >= threshold * pairs
            }) else {
                break;
            };
            for other in 0..self.count {
                let more = self.sums[from * self.count + other];
                self.sums[into * self.count + other] += more;
                self.sums[other * self.count + into] += more;
            }
            let moved = std::mem::take(&mut self.members[from]);
            self.members[into].extend(moved);
            self.best[from] = None;
            self.seek_best(into);
            for at in 0..from {
                if self.members[at].is_empty() || at == into {
                    continue;
                }
                match self.best[at] {
                    Some(best) if best == into || best == from => self.seek_best(at),
                    Some(best) if at < into => {
                        let (new, old) = (self.between(at, into), self.between(at, best));
                        let wins = exceeds(new, old) || !exceeds(old, new) && into < best;
                        if wins {
                            self.best[at] = Some(into);
                        }
                    }
                    _ => {}
                }
            }
        }
        let mut left: Vec<Vec<usize>> = self.members;
        left.retain(|members| !members.is_empty());
        left.iter_mut().for_each(|members| members.sort_unstable());
        left
    }
}

/// Two findings of one issue, and their similarity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair {
    /// Indices into the bundle's findings.
    pub(crate) findings: [usize; 2],
    /// 0 to 1; `None` if the words cannot be compared.
    pub(crate) similarity: Option<f64>,
    pub(crate) shares_line: bool,
}

/// Why findings are one issue.
#[derive(Debug, Default)]
pub(crate) struct Similarities {
    pub(crate) within: Vec<Pair>,
    /// Number of pairs that are not listed.
    pub(crate) left_out: usize,
    /// Other issues at these lines, each with the mean that was too low to join it.
    pub(crate) to_others: Vec<(usize, f64)>,
}

impl BundleTally {
    /// The similarities that an issue is grouped by; `near_lines` is the tally's.
    pub(crate) fn similarities(&self, issue: usize, near_lines: u32, most: usize) -> Similarities {
        let mut found = Similarities::default();
        let Some(own) = self.issues.get(issue) else {
            return found;
        };
        let mut reader = Reader::new(&own.path);
        let mut read = |indices: &[usize]| -> Vec<(usize, Words)> {
            let indices = indices.iter().take(MAX_COMPARED);
            indices
                .map(|at| (*at, reader.words(&self.findings[*at])))
                .collect()
        };
        let members = read(&own.findings);
        for (at, (a, words)) in members.iter().enumerate() {
            for (b, others) in &members[at + 1..] {
                if found.within.len() == most {
                    found.left_out += 1;
                    continue;
                }
                found.within.push(Pair {
                    findings: [*a, *b],
                    similarity: similarity::compare(words, others).map(share),
                    shares_line: meet(&self.findings[*a], &self.findings[*b], near_lines),
                });
            }
        }
        for other in &own.others {
            let theirs = read(&self.issues[*other].findings);
            let mut sum = 0;
            for (a, words) in &members {
                for (b, others) in &theirs {
                    if meet(&self.findings[*a], &self.findings[*b], near_lines) {
                        sum += similarity::compare(words, others).unwrap_or(THRESHOLD);
                    }
                }
            }
            let pairs = members.len() * theirs.len();
            found.to_others.push((*other, share(sum) / pairs as f64));
        }
        found
    }
}

/// Whether the mean of `a` is higher than that of `b`, each a sum and a number of pairs.
fn exceeds(a: (u64, u64), b: (u64, u64)) -> bool {
    a.0 * b.1 > b.0 * a.1
}

#[cfg(test)]
mod tests;
