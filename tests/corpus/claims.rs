//! The grouping against claims of other benchmarks, from a folder that the environment variable `SCRUM_AGREEMENT` names:
//!
//! - `claims.jsonl` (or `aacr.jsonl`): one file a line, `{path, claims: [{reviewer, start, end, text}]}`;
//! - `labels.json` (or `aacr-labels.json`): pairs of claims that touch, `[{row, a, b, label}]`, the label one of same,
//!   related, different, unsure;
//! - `wording.jsonl`: one change a line, `{claims: [{reviewer, issue, text}]}`; claims with the same issue number mean the
//!   same.
//!
//! `SCRUM_AGREEMENT=FOLDER cargo test -p scrum-cli --test corpus -- --nocapture other_benchmarks`

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use scrum_core::review::location::{LineRange, Location};
use scrum_core::review::{Claim, Finding, ReadAs, Review};
use scrum_core::tally::{NoDiffs, Outcome, Submission, TallyOptions, tally};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    path: String,
    claims: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    reviewer: String,
    start: Option<u32>,
    end: Option<u32>,
    issue: Option<u32>,
    text: String,
}

#[derive(Deserialize)]
struct Pair {
    row: usize,
    a: usize,
    b: usize,
    label: String,
}

/// The number of each claim's issue, as the library groups them. `lines` are taken if a claim has none.
fn issues(row: &Row, lines: Option<LineRange>) -> Vec<usize> {
    let submissions = row.claims.iter().enumerate().map(|(at, said)| {
        let own = said.start.zip(said.end);
        let finding = Finding {
            line: 1,
            text: String::new(),
            location: Ok(Location {
                path: row.path.clone(),
                lines: own.map(|(start, end)| LineRange::new(start, end)).or(lines),
                symbol: None,
            }),
            claim: Claim {
                what: Some(said.text.clone()),
                ..Claim::default()
            },
            read_as: ReadAs::Prose,
            link: None,
            number: None,
            quoted: None,
            stands_in_diff: false,
            retracted: None,
            swapped: false,
        };
        let review = Review {
            findings: vec![finding],
            bytes: 1,
            ..Review::default()
        };
        // A name of its own for each claim, so that none is a repeat of another.
        Submission::new("all", format!("{at:05}"), Outcome::Review(review))
    });
    let tally = tally(
        submissions.collect(),
        None,
        &NoDiffs,
        &TallyOptions::default(),
    );
    let bundle = &tally.bundles[0];
    let mut numbers = vec![usize::MAX; row.claims.len()];
    for (number, issue) in bundle.issues.iter().enumerate() {
        for finding in &issue.findings {
            let claim: usize = bundle.findings[*finding].reviewer.parse().unwrap();
            numbers[claim] = number;
        }
    }
    numbers
}

fn rows(path: &Path) -> Vec<Row> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn first_of(folder: &Path, names: [&str; 2]) -> Option<std::path::PathBuf> {
    let paths = names.into_iter().map(|name| folder.join(name));
    paths.into_iter().find(|path| path.is_file())
}

#[test]
fn other_benchmarks_are_grouped() {
    let Some(folder) = std::env::var_os("SCRUM_AGREEMENT") else {
        return;
    };
    let folder = Path::new(&folder);
    let claims = first_of(folder, ["claims.jsonl", "aacr.jsonl"]);
    let labels = first_of(folder, ["labels.json", "aacr-labels.json"]);
    if let (Some(claims), Some(labels)) = (claims, labels) {
        let rows = rows(&claims);
        let numbers: Vec<Vec<usize>> = rows.iter().map(|row| issues(row, None)).collect();
        let pairs: Vec<Pair> = serde_json::from_str(&fs::read_to_string(labels).unwrap()).unwrap();
        let mut found: HashMap<&str, (usize, usize)> = HashMap::new();
        for pair in &pairs {
            let together = numbers[pair.row][pair.a] == numbers[pair.row][pair.b];
            let (joined, all) = found.entry(&pair.label).or_default();
            *joined += usize::from(together);
            *all += 1;
        }
        println!("touching claims, labelled: together of all");
        for label in ["same", "related", "different", "unsure"] {
            let (joined, all) = found.get(label).copied().unwrap_or_default();
            println!("  {label:<10} {joined:>4} of {all}");
        }
    }
    let wording = folder.join("wording.jsonl");
    if wording.is_file() {
        let rows = rows(&wording);
        let line = LineRange::new(1, 1);
        for (name, lines) in [
            ("by words and a shared line", Some(line)),
            ("by words alone", None),
        ] {
            let (mut right, mut together, mut same) = (0, 0, 0);
            for row in &rows {
                let numbers = issues(row, lines);
                for (at, a) in row.claims.iter().enumerate() {
                    for (more, b) in row.claims[at + 1..].iter().enumerate() {
                        if a.reviewer == b.reviewer {
                            continue;
                        }
                        let joined = numbers[at] == numbers[at + 1 + more];
                        right += usize::from(joined && a.issue == b.issue);
                        together += usize::from(joined);
                        same += usize::from(a.issue == b.issue);
                    }
                }
            }
            println!(
                "claims of one change, {name}: precision {}, recall {} ({same} pairs of one issue)",
                crate::three_decimals(right, together),
                crate::three_decimals(right, same)
            );
        }
    }
}
