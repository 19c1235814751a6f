//! Places: maximal sets of a file's citations that share a line.
//!
//! Takes ranges of lines with their reviewers' lineages; gives places, by index. [`tally`](crate::tally) calls it for
//! each file. Before it: [`ground`](crate::tally::ground); after it: [`tally`](crate::tally).
//!
//! Two reviewers who mean one defect rarely cite the same lines. So, beside the exact count, citations that share a
//! line are put together: each range is stretched at its end by some lines, and the places are the maximal cliques
//! of the interval graph, found by one sweep in O(n log n). A clique does not chain: 10-20 and 30-40 are not
//! joined by 18-32. Nothing depends on the order of the input.
//!
//! A location that lies in several cliques votes in the one where it meets the most other lineages, and where that
//! is a tie forms a place of its own. So each location has its vote once, and no place has less convergence than
//! the exact locations in it.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use crate::review::location::LineRange;
use crate::tally::lineage::{LineageSet, independence_of};

/// Locations named in [`Place::spanning`] at most; more are counted in [`Place::spanning_left_out`].
pub const MAX_SPANNING: usize = 100;

/// A location of one file, with lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedLines {
    /// The lines as cited, not stretched.
    pub lines: LineRange,
    /// One set for each reviewer that votes with it.
    pub lineages: Vec<LineageSet>,
}

/// Locations that share a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Indices of the locations that vote here, ascending. Never empty.
    pub members: Vec<usize>,
    /// Indices of the locations that share the line but vote elsewhere, ascending; the first [`MAX_SPANNING`].
    pub spanning: Vec<usize>,
    /// How many more there are.
    pub spanning_left_out: usize,
}

/// Finds the places of one file. Every index of `cited` is a member of exactly one.
///
/// `near_lines` stretches each range at its end; with 0 locations must share a cited line. Sorted by first member.
pub fn places(cited: &[CitedLines], near_lines: u32) -> Vec<Place> {
    let events = sweep(cited, near_lines);
    let votes = votes(cited, &events);

    let cliques = events
        .iter()
        .filter(|event| matches!(event, Event::Clique))
        .count();
    let mut voters: Vec<Vec<usize>> = vec![Vec::new(); cliques];
    let mut found = Vec::new();
    for (at, vote) in votes.iter().enumerate() {
        match vote {
            Some(clique) => voters[*clique].push(at),
            None => found.push(Place {
                members: vec![at],
                spanning: Vec::new(),
                spanning_left_out: 0,
            }),
        }
    }
    let mut clique = 0;
    let mut present = BTreeSet::new();
    for event in &events {
        match *event {
            Event::Enter(at) => {
                present.insert(at);
            }
            Event::Leave(at) => {
                present.remove(&at);
            }
            Event::Clique => {
                let members = std::mem::take(&mut voters[clique]);
                if !members.is_empty() {
                    let elsewhere = present.iter().filter(|at| votes[**at] != Some(clique));
                    let spanning: Vec<usize> = elsewhere.take(MAX_SPANNING).copied().collect();
                    found.push(Place {
                        spanning_left_out: present.len() - members.len() - spanning.len(),
                        members,
                        spanning,
                    });
                }
                clique += 1;
            }
        }
    }
    found.sort_by(|a, b| a.members.cmp(&b.members));
    found
}

/// A step of the walk along the lines of a file.
enum Event {
    Enter(usize),
    Leave(usize),
    /// Those inside now are a maximal set that shares a line.
    Clique,
}

fn sweep(cited: &[CitedLines], near_lines: u32) -> Vec<Event> {
    let mut order: Vec<usize> = (0..cited.len()).collect();
    order.sort_by_key(|&at| (cited[at].lines.start, at));
    let mut events = Vec::with_capacity(cited.len() * 3);
    let mut ends: BinaryHeap<Reverse<(u32, usize)>> = BinaryHeap::new();
    // A set is maximal when one leaves it and none has left since the last one entered.
    let mut grown = false;
    for next in order.into_iter().map(Some).chain([None]) {
        let line = next.map(|at| cited[at].lines.start);
        while let Some(&Reverse((end, at))) = ends.peek() {
            if line.is_some_and(|line| end >= line) {
                break;
            }
            if std::mem::take(&mut grown) {
                events.push(Event::Clique);
            }
            ends.pop();
            events.push(Event::Leave(at));
        }
        if let Some(at) = next {
            let LineRange { start, end } = cited[at].lines;
            ends.push(Reverse((end.max(start).saturating_add(near_lines), at)));
            events.push(Event::Enter(at));
            grown = true;
        }
    }
    events
}

/// A set of lineage sets, as bits.
type Mask = Vec<u64>;

fn with_bit(mask: &mut Mask, bit: usize, on: bool) {
    if on {
        mask[bit / 64] |= 1 << (bit % 64);
    } else {
        mask[bit / 64] &= !(1 << (bit % 64));
    }
}

/// The clique in which each location votes; `None` where several are equally good.
///
/// A location meets in a clique the reviewers there that share no lineage with any of its own. Its own fall out by
/// that, so the answer depends only on which lineage sets are present and on the location's lineages: it is found once
/// for each pair of these.
fn votes(cited: &[CitedLines], events: &[Event]) -> Vec<Option<usize>> {
    let mut spans = vec![(0, 0); cited.len()];
    let mut cliques = 0;
    for event in events {
        match *event {
            Event::Enter(at) => spans[at].0 = cliques,
            Event::Leave(at) => spans[at].1 = cliques,
            Event::Clique => cliques += 1,
        }
    }
    let mut votes: Vec<Option<usize>> = spans.iter().map(|span| Some(span.0)).collect();
    // Mostly each location lies in one clique, and nothing is left to decide.
    if spans.iter().all(|(first, last)| last - first <= 1) {
        return votes;
    }

    let kinds: Vec<&LineageSet> = cited
        .iter()
        .flat_map(|cited| &cited.lineages)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let kind_of: HashMap<&LineageSet, usize> = kinds
        .iter()
        .enumerate()
        .map(|(at, kind)| (*kind, at))
        .collect();
    let own: Vec<BTreeSet<usize>> = cited
        .iter()
        .map(|cited| cited.lineages.iter().map(|set| kind_of[set]).collect())
        .collect();

    let mut present: Vec<Mask> = Vec::new();
    let mut mask: Mask = vec![0; kinds.len().div_ceil(64)];
    let mut counts = vec![0_usize; kinds.len()];
    for event in events {
        match *event {
            Event::Enter(at) => {
                for &kind in &own[at] {
                    counts[kind] += 1;
                    with_bit(&mut mask, kind, true);
                }
            }
            Event::Leave(at) => {
                for &kind in &own[at] {
                    counts[kind] -= 1;
                    with_bit(&mut mask, kind, counts[kind] > 0);
                }
            }
            Event::Clique => present.push(mask.clone()),
        }
    }

    let mut classes: BTreeMap<&BTreeSet<usize>, Vec<usize>> = BTreeMap::new();
    for (at, (first, last)) in spans.iter().enumerate() {
        if last - first > 1 {
            classes.entry(&own[at]).or_default().push(at);
        }
    }
    for (own, members) in classes {
        let mut lineages = LineageSet::unknown();
        for &kind in own {
            lineages.join(kinds[kind]);
        }
        let mut others: Mask = vec![0; kinds.len().div_ceil(64)];
        for (at, kind) in kinds.iter().enumerate() {
            with_bit(
                &mut others,
                at,
                !kind.is_unknown() && !kind.shares_with(&lineages),
            );
        }
        let mut known: HashMap<Mask, u32> = HashMap::new();
        let mut meets = |clique: usize| {
            let met: Mask = present[clique]
                .iter()
                .zip(&others)
                .map(|(a, b)| a & b)
                .collect();
            *known.entry(met).or_insert_with_key(|met| {
                let bit = |at: &usize| met[at / 64] >> (at % 64) & 1 == 1;
                independence_of((0..kinds.len()).filter(bit).map(|at| kinds[at]))
            })
        };
        // The cliques that any of them lies in, side by side, and the best of each stretch.
        let mut wanted: Vec<(usize, usize)> = members.iter().map(|&at| spans[at]).collect();
        wanted.sort_unstable();
        let mut columns: Vec<usize> = Vec::new();
        for (first, last) in wanted {
            let from = columns.last().map_or(first, |last| (last + 1).max(first));
            columns.extend(from..last);
        }
        let best = BestOf::new(columns.iter().map(|&clique| meets(clique)).collect());
        for at in members {
            let (first, last) = spans[at];
            let from = columns.partition_point(|clique| *clique < first);
            let to = columns.partition_point(|clique| *clique < last);
            votes[at] = best.only(from, to).map(|column| columns[column]);
        }
    }
    votes
}

/// Answers where in a stretch the largest value stands, if it stands there once. A segment tree: each node has the
/// largest value below it with its first and last index.
struct BestOf {
    nodes: Vec<Best>,
    leaves: usize,
}

type Best = Option<(u32, usize, usize)>;

fn better(a: Best, b: Best) -> Best {
    match (a, b) {
        (Some((x, first, last)), Some((y, start, end))) => Some(match x.cmp(&y) {
            Ordering::Less => (y, start, end),
            Ordering::Greater => (x, first, last),
            Ordering::Equal => (x, first.min(start), last.max(end)),
        }),
        (one, None) | (None, one) => one,
    }
}

impl BestOf {
    fn new(values: Vec<u32>) -> Self {
        let leaves = values.len();
        let mut nodes = vec![None; leaves];
        nodes.extend(
            values
                .into_iter()
                .enumerate()
                .map(|(at, value)| Some((value, at, at))),
        );
        for at in (1..leaves).rev() {
            nodes[at] = better(nodes[2 * at], nodes[2 * at + 1]);
        }
        Self { nodes, leaves }
    }

    /// The index of the largest value in `from..to`, unless several are as large.
    fn only(&self, from: usize, to: usize) -> Option<usize> {
        let (mut low, mut high) = (from + self.leaves, to + self.leaves);
        let mut best = None;
        while low < high {
            if low % 2 == 1 {
                best = better(best, self.nodes[low]);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                best = better(best, self.nodes[high]);
            }
            low /= 2;
            high /= 2;
        }
        best.filter(|(_, first, last)| first == last)
            .map(|(_, at, _)| at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tally::lineage::independence;

    fn cited(start: u32, end: u32, lineages: &[&str]) -> CitedLines {
        CitedLines {
            lines: LineRange { start, end },
            lineages: lineages
                .iter()
                .map(|names| names.split('+').filter(|name| !name.is_empty()).collect())
                .collect(),
        }
    }

    fn members(cited: &[CitedLines], near: u32) -> Vec<(Vec<usize>, Vec<usize>)> {
        places(cited, near)
            .into_iter()
            .map(|place| (place.members, place.spanning))
            .collect()
    }

    #[test]
    fn neighbours_share_a_place_and_chains_do_not() {
        let near = [cited(10, 12, &["a"]), cited(13, 13, &["b"])];
        assert_eq!(members(&near, 1), [(vec![0, 1], vec![])]);
        assert_eq!(members(&near, 0), [(vec![0], vec![]), (vec![1], vec![])]);
        // The middle one meets one other on either side: a tie, and it stands alone.
        let chain = [
            cited(1, 10, &["a"]),
            cited(8, 22, &["b"]),
            cited(20, 30, &["c"]),
        ];
        assert_eq!(
            members(&chain, 1),
            [(vec![0], vec![1]), (vec![1], vec![]), (vec![2], vec![1])]
        );
    }

    #[test]
    fn a_location_votes_where_it_meets_most_lineages() {
        let lines = [
            cited(1, 10, &["a"]),
            cited(8, 22, &["b"]),
            cited(20, 30, &["c", "d"]),
        ];
        assert_eq!(
            members(&lines, 1),
            [(vec![0], vec![1]), (vec![1, 2], vec![])]
        );
        // One's own lineage is no other.
        let own = [
            cited(1, 10, &["b"]),
            cited(8, 22, &["b"]),
            cited(20, 30, &["c"]),
        ];
        assert_eq!(members(&own, 1), [(vec![0], vec![1]), (vec![1, 2], vec![])]);
    }

    #[test]
    fn the_end_of_all_lines_is_no_trouble() {
        let lines = [
            cited(u32::MAX, u32::MAX, &["a"]),
            cited(1, u32::MAX, &["b"]),
        ];
        assert_eq!(members(&lines, 5), [(vec![0, 1], vec![])]);
        assert_eq!(members(&[], 1), []);
    }

    #[test]
    fn a_hundred_thousand_overlapping_ranges_end_in_time() {
        let lines: Vec<CitedLines> = (0..100_000_u32)
            .map(|n| {
                cited(
                    n + 1,
                    n + 40_000,
                    &[["a", "b", "c", "d+e", ""][n as usize % 5]],
                )
            })
            .collect();
        let found = places(&lines, 1);
        assert_eq!(
            found.iter().map(|place| place.members.len()).sum::<usize>(),
            lines.len()
        );
        assert!(
            found
                .iter()
                .all(|place| place.spanning.len() <= MAX_SPANNING)
        );
        assert!(found.iter().any(|place| place.spanning_left_out > 10_000));
    }

    /// The definition, word by word: every line is looked at, the sets that are part of another are left out, each
    /// location looks at every clique it lies in.
    fn by_definition(cited: &[CitedLines], near: u32) -> BTreeSet<(Vec<usize>, Vec<usize>)> {
        let last = cited.iter().map(|c| c.lines.end + near).max().unwrap_or(0);
        let at_line = |line: u32| -> BTreeSet<usize> {
            (0..cited.len())
                .filter(|&at| cited[at].lines.start <= line && line <= cited[at].lines.end + near)
                .collect()
        };
        let all: BTreeSet<BTreeSet<usize>> = (0..=last)
            .map(at_line)
            .filter(|set| !set.is_empty())
            .collect();
        let cliques: Vec<&BTreeSet<usize>> = all
            .iter()
            .filter(|set| {
                !all.iter()
                    .any(|other| other != *set && set.is_subset(other))
            })
            .collect();
        let meets = |at: usize, clique: &BTreeSet<usize>| {
            let others: Vec<LineageSet> = clique
                .iter()
                .filter(|other| **other != at)
                .flat_map(|other| cited[*other].lineages.clone())
                .filter(|set| !set.is_unknown())
                .filter(|set| !cited[at].lineages.iter().any(|own| own.shares_with(set)))
                .collect();
            independence(&others)
        };
        let mut found = BTreeSet::new();
        let vote: Vec<Option<&BTreeSet<usize>>> = (0..cited.len())
            .map(|at| {
                let mine: Vec<_> = cliques
                    .iter()
                    .filter(|clique| clique.contains(&at))
                    .collect();
                let most = mine.iter().map(|clique| meets(at, clique)).max()?;
                let best: Vec<_> = mine
                    .iter()
                    .filter(|clique| meets(at, clique) == most)
                    .collect();
                (best.len() == 1).then(|| **best[0])
            })
            .collect();
        for clique in cliques {
            let members: Vec<usize> = clique
                .iter()
                .copied()
                .filter(|at| vote[*at] == Some(clique))
                .collect();
            let spanning = clique
                .iter()
                .copied()
                .filter(|at| vote[*at] != Some(clique))
                .collect();
            if !members.is_empty() {
                found.insert((members, spanning));
            }
        }
        for (at, vote) in vote.iter().enumerate() {
            if vote.is_none() {
                found.insert((vec![at], vec![]));
            }
        }
        found
    }

    fn some_lines() -> impl Strategy<Value = Vec<CitedLines>> {
        let set = prop::sample::select(vec!["", "a", "b", "c", "a+b", "c+d", "e"]);
        let one = (1_u32..25, 0_u32..9, prop::collection::vec(set, 0..3));
        prop::collection::vec(one, 0..14).prop_map(|all| {
            all.into_iter()
                .map(|(start, more, sets)| cited(start, start + more, &sets))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(lines in some_lines(), near in 0_u32..4) {
            let found: BTreeSet<_> = members(&lines, near).into_iter().collect();
            prop_assert_eq!(found, by_definition(&lines, near));
        }

        #[test]
        fn each_location_is_a_member_once_and_loses_nothing(lines in some_lines(), near in 0_u32..4) {
            let mut seen = Vec::new();
            for place in places(&lines, near) {
                let of = |at: &[usize]| independence(
                    &at.iter().flat_map(|at| lines[*at].lineages.clone()).collect::<Vec<_>>(),
                );
                for member in &place.members {
                    prop_assert!(of(&place.members) >= of(&[*member]));
                }
                seen.extend(place.members);
            }
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..lines.len()).collect::<Vec<_>>());
        }

        #[test]
        fn order_does_not_matter(lines in some_lines(), near in 0_u32..4, seed in any::<u64>()) {
            let mut order: Vec<usize> = (0..lines.len()).collect();
            order.sort_by_key(|at| (*at as u64 + 1).wrapping_mul(seed | 1).rotate_left(17));
            let shuffled: Vec<_> = order.iter().map(|at| lines[*at].clone()).collect();
            let back = |indices: Vec<usize>| {
                let mut indices: Vec<usize> = indices.into_iter().map(|at| order[at]).collect();
                indices.sort_unstable();
                indices
            };
            let found: BTreeSet<_> = members(&shuffled, near)
                .into_iter()
                .map(|(members, spanning)| (back(members), back(spanning)))
                .collect();
            prop_assert_eq!(found, members(&lines, near).into_iter().collect::<BTreeSet<_>>());
        }
    }
}
