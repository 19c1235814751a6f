use std::collections::BTreeSet;

use super::fingerprints;
use crate::report::sample::{finding, tally_of};
use crate::tally::{NoDiffs, Tally};

/// A diff of one file whose hunk begins at `start`.
fn diff(start: u32, lines: &[&str]) -> Vec<u8> {
    let body: String = lines.iter().map(|line| format!("+{line}\n")).collect();
    let count = lines.len();
    format!(
        "diff --git a/src/pool.rs b/src/pool.rs\n--- a/src/pool.rs\n+++ b/src/pool.rs\n@@ -{start},0 +{start},{count} @@\n{body}"
    )
    .into_bytes()
}

const CODE: [&str; 6] = [
    "fn drain(&mut self) {",
    "    while self.len() > 1 {",
    "        self.pop();",
    "    }",
    "    self.closed = true;",
    "}",
];

fn tally(reviewers: &[&str], line: u32, what: &str) -> Tally {
    let text = finding("BLOCK", &format!("src/pool.rs:{line}"), what);
    let reviews: Vec<_> = reviewers
        .iter()
        .map(|name| ("core", *name, text.clone()))
        .collect();
    tally_of(&reviews)
}

fn one(tally: &Tally, diff: Vec<u8>) -> String {
    let found = fingerprints(tally, &move |_: &str| Some(diff.clone()));
    assert_eq!(found[0].len(), 1);
    found[0][0].clone()
}

#[test]
fn a_shift_of_lines_and_other_words_change_nothing() {
    let first = one(&tally(&["opus"], 21, "One entry stays."), diff(20, &CODE));
    let moved = one(&tally(&["opus"], 121, "One entry stays."), diff(120, &CODE));
    let retold = one(
        &tally(&["kimi", "qwen"], 71, "Off by one, the last entry is lost."),
        diff(70, &CODE),
    );
    assert_eq!(first, moved);
    assert_eq!(first, retold);

    let mut reindented = CODE.map(|line| format!("\t{line}"));
    let shown: Vec<&str> = reindented.iter().map(String::as_str).collect();
    assert_eq!(first, one(&tally(&["opus"], 21, "x"), diff(20, &shown)));

    // Another line, or other code at the line, is another finding.
    assert_ne!(
        first,
        one(&tally(&["opus"], 22, "One entry stays."), diff(20, &CODE))
    );
    reindented[1] = "while self.len() > 0 {".to_owned();
    let shown: Vec<&str> = reindented.iter().map(String::as_str).collect();
    assert_ne!(
        first,
        one(&tally(&["opus"], 21, "One entry stays."), diff(20, &shown))
    );
}

#[test]
fn without_a_diff_the_words_count_and_numbers_in_them_do_not() {
    let of = |line, what| fingerprints(&tally(&["opus"], line, what), &NoDiffs)[0][0].clone();
    assert_eq!(
        of(20, "Line 20 is off by one."),
        of(31, "line 31 is off by one")
    );
    assert_ne!(of(20, "Off by one."), of(20, "The lock is never released."));
}

#[test]
fn equal_issues_are_numbered() {
    let text: String = (0..5)
        .map(|n| finding("WARN", &format!("a.rs:{}", n * 10 + 1), "same"))
        .collect();
    let found = fingerprints(
        &tally_of(&[("a", "opus", text.clone()), ("b", "opus", text)]),
        &NoDiffs,
    );
    let different: BTreeSet<&String> = found.iter().flatten().collect();
    assert_eq!((found.len(), different.len()), (2, 10));
}
