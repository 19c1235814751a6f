use proptest::prelude::*;

use super::*;
use crate::tally::similarity::tests::finding;

const LOCK: &str = "The mutex stays held after the early exit";
const LOCK_TOO: &str = "An early exit leaves the mutex held";
const SUM: &str = "Negative amounts overflow the total";

/// The groups of claims given as (first line, last line, words).
fn groups(claims: &[(u32, u32, &str)], near: u32) -> Vec<Vec<usize>> {
    let findings: Vec<FindingRecord> = claims
        .iter()
        .enumerate()
        .map(|(at, (start, end, what))| {
            let lines = (*start > 0).then_some((*start, *end));
            finding(&format!("r{at}"), "a.rs", lines, what)
        })
        .collect();
    let found = group(&findings, near).groups;
    found.into_iter().map(|group| group.members).collect()
}

#[test]
fn one_issue_shares_a_line_and_says_the_same() {
    for (name, claims, near, expected) in [
        (
            "same words, same lines",
            &[(10, 12, LOCK), (12, 20, LOCK_TOO)][..],
            1,
            vec![vec![0, 1]],
        ),
        (
            "other words",
            &[(10, 12, LOCK), (12, 20, SUM)],
            1,
            vec![vec![0], vec![1]],
        ),
        (
            "neighbours",
            &[(10, 12, LOCK), (13, 13, LOCK_TOO)],
            1,
            vec![vec![0, 1]],
        ),
        (
            "neighbours, not near",
            &[(10, 12, LOCK), (13, 13, LOCK_TOO)],
            0,
            vec![vec![0], vec![1]],
        ),
        (
            "elsewhere",
            &[(10, 12, LOCK), (40, 42, LOCK)],
            1,
            vec![vec![0], vec![1]],
        ),
        (
            "two issues at one line",
            &[(5, 5, LOCK), (5, 5, SUM), (5, 6, LOCK_TOO), (5, 7, SUM)],
            1,
            vec![vec![0, 2], vec![1, 3]],
        ),
        (
            "no words to compare",
            &[(10, 12, LOCK), (12, 20, "")],
            1,
            vec![vec![0, 1]],
        ),
        (
            "another script",
            &[(10, 12, LOCK), (12, 20, "提前返回时没有释放互斥锁")],
            1,
            vec![vec![0, 1]],
        ),
        (
            "no words, no lines",
            &[(0, 0, ""), (0, 0, "")],
            1,
            vec![vec![0], vec![1]],
        ),
        (
            "whole file",
            &[(0, 0, LOCK), (0, 0, LOCK_TOO)],
            1,
            vec![vec![0, 1]],
        ),
        (
            "whole file, and a line",
            &[(0, 0, LOCK), (7, 7, LOCK_TOO)],
            1,
            vec![vec![0], vec![1]],
        ),
        (
            "at the end of all lines",
            &[(1, u32::MAX, LOCK), (u32::MAX, u32::MAX, LOCK)],
            9,
            vec![vec![0, 1]],
        ),
    ] {
        assert_eq!(groups(claims, near), expected, "{name}");
    }
}

#[test]
fn a_claim_without_words_does_not_join_two_issues() {
    assert_eq!(
        groups(&[(5, 5, LOCK), (5, 6, ""), (5, 7, SUM)], 1),
        [vec![0, 1], vec![2]]
    );
}

#[test]
fn words_alone_must_be_more_alike_than_words_with_lines() {
    let (a, b) = ("alpha beta gamma delta", "alpha zeta eta theta");
    assert_eq!(groups(&[(5, 5, a), (5, 5, b)], 1), [vec![0, 1]]);
    assert_eq!(groups(&[(0, 0, a), (0, 0, b)], 1), [vec![0], vec![1]]);
    // A symbol that no diff shows is as good as lines.
    let mut findings = [finding("x", "a.rs", None, a), finding("y", "a.rs", None, b)];
    findings
        .iter_mut()
        .for_each(|finding| finding.symbol = Some("run".to_owned()));
    assert_eq!(group(&findings, 1).groups.len(), 1);
}

#[test]
fn others_at_these_lines_are_linked() {
    let findings = [
        finding("x", "a.rs", Some((5, 5)), LOCK),
        finding("y", "a.rs", Some((5, 6)), SUM),
        finding("z", "a.rs", Some((60, 60)), SUM),
    ];
    let groups = group(&findings, 1).groups;
    let others: Vec<_> = groups.iter().map(|group| group.others.clone()).collect();
    assert_eq!(others, [vec![1], vec![0], vec![]]);
    assert_eq!(groups[0].similarity, None);
}

#[test]
fn a_long_chain_is_divided_and_says_so() {
    let claims: Vec<FindingRecord> = (0..1_200_u32)
        .map(|at| {
            finding(
                "x",
                "a.rs",
                Some((at + 1, at + 40)),
                ["lock held", "sum wraps"][at as usize % 2],
            )
        })
        .collect();
    let found = group(&claims, 1);
    assert_eq!(found.divided, Some(1_200));
    let members: usize = found.groups.iter().map(|group| group.members.len()).sum();
    assert_eq!(members, claims.len());
    assert_eq!(group(&claims[..MAX_COMPARED], 1).divided, None);
}

/// Average linkage word by word: every pair of groups is looked at in every step, and every pair of findings in them.
fn by_definition(similarity: &[Vec<u64>], threshold: u64) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = (0..similarity.len()).map(|at| vec![at]).collect();
    loop {
        let mut best: Option<((u64, u64), usize, usize)> = None;
        for a in 0..groups.len() {
            for b in a + 1..groups.len() {
                let pairs = groups[a]
                    .iter()
                    .flat_map(|x| groups[b].iter().map(|y| similarity[*x][*y]));
                let mean = (
                    pairs.sum::<u64>(),
                    (groups[a].len() * groups[b].len()) as u64,
                );
                if best.is_none_or(|(known, ..)| mean.0 * known.1 > known.0 * mean.1) {
                    best = Some((mean, a, b));
                }
            }
        }
        let Some((_, a, b)) = best.filter(|((sum, pairs), ..)| *sum >= threshold * pairs) else {
            return groups;
        };
        let moved = groups.remove(b);
        groups[a].extend(moved);
        groups[a].sort_unstable();
    }
}

proptest! {
    #[test]
    fn groups_are_those_of_the_definition(
        values in prop::collection::vec(0_u64..6, 28),
        count in 1_usize..9,
        threshold in 1_u64..5,
    ) {
        let mut similarity = vec![vec![0; count]; count];
        let mut links = Links::new(count);
        let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b)));
        for ((a, b), value) in pairs.zip(values) {
            similarity[a][b] = value;
            similarity[b][a] = value;
            links.set(a, b, value);
        }
        prop_assert_eq!(links.join(threshold), by_definition(&similarity, threshold));
    }
}

#[test]
fn the_similarity_of_an_issue_is_the_mean_of_its_pairs() {
    let findings = ["a", "b", "c"].map(|by| finding(by, "a.rs", Some((5, 5)), LOCK));
    let found = group(&findings, 1).groups;
    let similarities: Vec<Option<f64>> = found.iter().map(|group| group.similarity).collect();
    assert_eq!(similarities, [Some(1.0)]);
}
