//! Locations and reviews: from text to findings.
//!
//!     cargo bench -p scrum-core --bench reviews

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use scrum_core::review::location::{KnownPaths, citations};
use scrum_core::review::{QuoteIndex, ReadOptions, Review};

fn main() {
    divan::main();
}

/// Values of `WHERE:`, from the form that nearly all have to prose with lists in it.
const VALUES: [(&str, &str); 5] = [
    ("plain", "scrum-core/src/review/scan.rs:140-152"),
    ("code", "`scrum-core/src/review/scan.rs` (lines 140–152)"),
    (
        "link",
        "[scan.rs:140](scrum-core/src/review/scan.rs#L140-L152)",
    ),
    (
        "list",
        "`src/pool.rs`:40-52 and 60, src/main.rs (line 7); src/lib.rs::run",
    ),
    (
        "prose",
        "somewhere around the lock in src/pool.rs, I think, near line 40 or so",
    ),
];

#[divan::bench(args = VALUES.map(|(name, _)| name))]
fn location(bencher: Bencher<'_, '_>, name: &str) {
    let value = VALUES.iter().find(|(known, _)| *known == name);
    let value = value.map_or("", |(_, value)| value);
    bencher
        .counter(BytesCount::of_str(value))
        .bench(|| citations(black_box(value)));
}

#[divan::bench(args = [100, 10_000])]
fn known_paths(bencher: Bencher<'_, '_>, paths: usize) {
    let paths: Vec<String> = (0..paths)
        .map(|at| format!("crate-{}/src/module_{at}.rs", at % 17))
        .collect();
    bencher
        .counter(ItemsCount::new(paths.len()))
        .bench(|| KnownPaths::new(black_box(&paths).iter().map(String::as_str)));
}

const SENTENCES: [&str; 4] = [
    "The lock is held while an error returns early, so another caller waits for ever.",
    "When the limit passes zero the buffer ends inside a character, and `read_frame` skips one byte.",
    "With no bound on attempts each retry under load makes the queue longer than before.",
    "The guard never runs where the early return drops it, which the tests do not see.",
];

/// A review of findings, with prose between them where it is to be sparse.
fn review(bytes: usize, sentences_between: usize) -> String {
    let mut text = String::with_capacity(bytes + 1_000);
    let mut at = 0;
    while text.len() < bytes {
        let severity = ["BLOCK", "WARN", "INFO"][at % 3];
        let (line, file) = (1 + at * 7 % 1_500, at % 40);
        text.push_str(&format!(
            "SEVERITY: {severity}\nWHERE: src/net/queue{file}.rs:{line}-{}\nWHAT: {}\nWHY: {}\n\n",
            line + at % 12,
            SENTENCES[at % 4],
            SENTENCES[(at + 1) % 4],
        ));
        for more in 0..sentences_between {
            text.push_str(SENTENCES[(at + more) % 4]);
            text.push('\n');
        }
        at += 1;
    }
    text.push_str("VERDICT: FIX\n");
    text
}

/// A finding in about 300 bytes, as models write.
#[divan::bench(args = [2_000, 20_000, 200_000, 2_000_000])]
fn dense(bencher: Bencher<'_, '_>, bytes: usize) {
    let text = review(bytes, 0);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Review::from_text(black_box(&text)));
}

/// A finding in about 20 KB of prose.
#[divan::bench(args = [20_000, 200_000, 2_000_000])]
fn sparse(bencher: Bencher<'_, '_>, bytes: usize) {
    let text = review(bytes, 240);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Review::from_text(black_box(&text)));
}

/// With the diff at hand, in which echoes are sought.
#[divan::bench(args = [20_000, 200_000])]
fn with_the_diff(bencher: Bencher<'_, '_>, bytes: usize) {
    let text = review(bytes, 0);
    let diff: String = text.lines().map(|line| format!("+// {line}\n")).collect();
    let shown = QuoteIndex::new(Some(diff.as_bytes()), None);
    let options = ReadOptions::default().quote_index(&shown);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| Review::read(black_box(text.as_bytes()), &options));
}

#[divan::bench(args = [60_000, 600_000])]
fn index_the_diff(bencher: Bencher<'_, '_>, bytes: usize) {
    let diff: String = SENTENCES.map(|line| format!("+// {line}\n")).concat();
    let diff = diff.repeat(bytes / diff.len());
    bencher
        .counter(BytesCount::of_str(&diff))
        .bench(|| QuoteIndex::new(Some(black_box(diff.as_bytes())), None));
}
