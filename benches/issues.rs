//! A whole tally, and how it is written.
//!
//!     cargo bench -p scrum-core --bench issues

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use scrum_core::review::Review;
use scrum_core::tally::{NoDiffs, Outcome, Submission, TallyOptions, tally};

fn main() {
    divan::main();
}

/// Four reviewers at a bundle, 20 findings each.
fn submissions(bundles: usize) -> Vec<Submission> {
    let names = ["opus", "kimi", "qwen", "gemini"];
    (0..bundles)
        .flat_map(|bundle| names.map(|name| (bundle, name)))
        .map(|(bundle, name)| {
            let text: String = (0..20)
                .map(|at| {
                    let line = 1 + (at * 37 + bundle * 11 + name.len() * 3) % 400;
                    format!("SEVERITY: WARN\nWHERE: src/a{}.rs:{line}\nWHAT: The lock of {name} is kept at {at}.\n\n", at % 5)
                })
                .collect();
            let review = Review::from_text(&text);
            Submission::new(format!("b{bundle:05}"), name, Outcome::Review(review))
        })
        .collect()
}

#[divan::bench(args = [1, 10, 100, 1_000])]
fn count(bencher: Bencher<'_, '_>, bundles: usize) {
    let submissions = submissions(bundles);
    bencher
        .counter(ItemsCount::new(bundles * 80))
        .with_inputs(|| submissions.clone())
        .bench_values(|submissions| tally(submissions, None, &NoDiffs, &TallyOptions::default()));
}

/// One file in which every finding overlaps the next.
#[divan::bench(args = [10, 100, 1_000, 10_000])]
fn crowded(bencher: Bencher<'_, '_>, count: usize) {
    let text: String = (0..count)
        .map(|at| {
            format!(
                "WHERE: a.rs:{}-{}\nWHAT: Lock {} is kept after {at}.\n\n",
                at + 1,
                at + 9,
                at % 7
            )
        })
        .collect();
    let review = Review::from_text(&text);
    let submissions = vec![Submission::new("core", "opus", Outcome::Review(review))];
    bencher
        .counter(ItemsCount::new(count))
        .with_inputs(|| submissions.clone())
        .bench_values(|submissions| tally(submissions, None, &NoDiffs, &TallyOptions::default()));
}

#[divan::bench(sample_count = 20)]
fn to_json(bencher: Bencher<'_, '_>) {
    let tally = tally(submissions(125), None, &NoDiffs, &TallyOptions::default());
    bencher
        .counter(ItemsCount::new(125_usize * 80))
        .bench(|| black_box(&tally).to_json());
}
