//! Reviews whose every citation is labelled, through the real program: what is read, and what agrees.
//!
//! Runs every folder of `fixtures/corpus/`, and of the folder that the environment variable `SCRUM_CORPUS` names where
//! it is set. The tables show with `cargo test -p scrum-cli --test corpus -- --nocapture`.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]
#![expect(
    clippy::print_stdout,
    reason = "the tables are what a person runs it for"
)]

mod agreement;
mod claims;
mod label;
mod reading;
mod run;

use std::fs;
use std::path::{Path, PathBuf};

use agreement::Agreement;
use label::Label;
use run::Wave;

/// The values of `near_lines` that are tried.
const NEAR: [u32; 5] = [0, 1, 2, 3, 5];

/// All of a corpus: one [`Agreement`] for exact locations, then one for each of [`NEAR`].
struct Outcome {
    right: usize,
    said: usize,
    labelled: usize,
    agreements: Vec<Agreement>,
}

#[test]
fn every_citation_is_read_and_agreements_are_found() {
    let outcome = judge(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/corpus"));
    assert_eq!(outcome.right, outcome.said, "precision of reading");
    assert_eq!(outcome.right, outcome.labelled, "recall of reading");
    let (exact, near) = (&outcome.agreements[0], &outcome.agreements[2]);
    assert!(exact.precision() >= 0.99, "{exact:?}");
    assert!(near.recall() > exact.recall(), "{near:?} {exact:?}");
    // These folders are hard on purpose: other defects lie close by nearly everywhere (see the README beside them).
    assert!(near.precision() >= 0.95, "{near:?}");
    assert!(near.recall() >= 0.89, "{near:?}");
}

#[test]
fn a_corpus_of_ones_own_is_read() {
    let Some(folder) = std::env::var_os("SCRUM_CORPUS") else {
        return;
    };
    let outcome = judge(Path::new(&folder));
    assert_eq!(outcome.right, outcome.said, "precision of reading");
    assert_eq!(outcome.right, outcome.labelled, "recall of reading");
}

/// Runs all folders of a corpus and prints its tables.
fn judge(corpus: &Path) -> Outcome {
    let mut folders: Vec<PathBuf> = fs::read_dir(corpus)
        .unwrap_or_else(|error| panic!("{}: {error}", corpus.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("expected.json").is_file())
        .collect();
    folders.sort();
    assert!(!folders.is_empty(), "no corpus in {}", corpus.display());

    let mut outcome = Outcome {
        right: 0,
        said: 0,
        labelled: 0,
        agreements: vec![Agreement::default(); NEAR.len() + 1],
    };
    println!("\n{}\n{}", corpus.display(), reading::HEAD);
    let mut faults = Vec::new();
    for folder in &folders {
        let labels = label::read(folder);
        let wave = Wave::build(folder);
        wave.check_hunks(folder);
        for (at, near) in NEAR.into_iter().enumerate() {
            let tally = wave.tally(near);
            if at == 0 {
                run::check_states(folder, &tally);
                for (reviewer, labels) in &labels {
                    let read = reading::compare(&wave.bundle, reviewer, labels, &tally);
                    println!("{}", read.row);
                    outcome.right += read.right;
                    outcome.said += read.said;
                    outcome.labelled += labels.len();
                    faults.extend(read.faults);
                }
                outcome.agreements[0].add(&labels, &agreement::by("locations", &labels, &tally));
            }
            outcome.agreements[at + 1].add(&labels, &agreement::by("issues", &labels, &tally));
        }
    }
    for fault in &faults {
        println!("  {fault}");
    }
    println!(
        "reading: {} labelled, {} read, {} right: precision {}, recall {}",
        outcome.labelled,
        outcome.said,
        outcome.right,
        three_decimals(outcome.right, outcome.said),
        three_decimals(outcome.right, outcome.labelled),
    );
    println!("\n{}", agreement::HEAD);
    println!("{}", outcome.agreements[0].row("exact location"));
    for (near, found) in NEAR.iter().zip(&outcome.agreements[1..]) {
        println!("{}", found.row(&format!("issues, near_lines {near}")));
    }
    outcome
}

/// A share as text; 1.000 of nothing.
fn three_decimals(part: usize, whole: usize) -> String {
    format!("{:.3}", share(part, whole))
}

#[expect(clippy::cast_precision_loss, reason = "a corpus has few citations")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}
