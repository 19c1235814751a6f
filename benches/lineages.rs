//! Lineages: from a model's id to a set, and how many of several sets are independent.
//!
//!     cargo bench -p scrum-core --bench lineages

use divan::{Bencher, black_box};
use scrum_core::tally::lineage::{LineageSet, LineageTable, independence};

fn main() {
    divan::main();
}

#[divan::bench]
fn builtin_table() -> LineageTable {
    LineageTable::builtin()
}

#[divan::bench(args = [
    "opus",
    "anthropic/claude-opus-4:free",
    "us.anthropic.claude-opus-4-20250514-v1:0",
    "deepseek-r1-distill-qwen-32b",
    "qwen3-coder:30b",
    "groq/compound-mini",
])]
fn of_model(bencher: Bencher<'_, '_>, id: &str) {
    let table = LineageTable::builtin();
    bencher.bench(|| table.of_model(black_box(id)));
}

/// Distills of two makers each, so that the choice between them matters.
#[divan::bench(args = [2, 4, 8, 16])]
fn independent(bencher: Bencher<'_, '_>, reviewers: usize) {
    let makers = [
        "alibaba",
        "anthropic",
        "deepseek",
        "google",
        "meta",
        "mistral",
        "moonshot",
        "openai",
    ];
    let sets: Vec<LineageSet> = (0..reviewers)
        .map(|at| LineageSet::from_iter([makers[at % 8], makers[(at * 3 + 1) % 8]]))
        .collect();
    bencher.bench(|| independence(black_box(&sets)));
}
