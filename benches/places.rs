//! Places of one file, and a whole tally.
//!
//!     cargo bench -p scrum-core --bench places

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use scrum_core::report::write_json_parallel;
use scrum_core::review::Review;
use scrum_core::review::location::LineRange;
use scrum_core::tally::lineage::LineageSet;
use scrum_core::tally::place::{CitedLines, places};
use scrum_core::tally::{NoDiffs, Outcome, Submission, TallyOptions, tally};

fn main() {
    divan::main();
}

const LINEAGES: [&str; 4] = ["anthropic", "moonshot", "alibaba", "google"];

/// Ranges of up to `longest` lines, spread over `lines` lines.
fn cited(count: usize, lines: u32, longest: u32) -> Vec<CitedLines> {
    // The minimal standard generator (Park and Miller 1988).
    let mut seed = 20_240_229_u64;
    let mut random = |below: u32| {
        seed = seed * 16_807 % 2_147_483_647;
        u32::try_from(seed % u64::from(below)).unwrap_or(0)
    };
    (0..count)
        .map(|at| {
            let start = 1 + random(lines);
            let end = start + random(longest);
            CitedLines {
                lines: LineRange { start, end },
                lineages: vec![LineageSet::from_iter([LINEAGES[at % LINEAGES.len()]])],
            }
        })
        .collect()
}

/// Hardly any two meet.
#[divan::bench(args = [10, 100, 1_000, 10_000])]
fn apart(bencher: Bencher<'_, '_>, count: usize) {
    let lines = u32::try_from(count).unwrap_or(u32::MAX).saturating_mul(100);
    let cited = cited(count, lines, 8);
    bencher
        .counter(ItemsCount::new(count))
        .bench(|| places(black_box(&cited), 1));
}

/// Each meets a dozen others.
#[divan::bench(args = [10, 100, 1_000, 10_000])]
fn crowded(bencher: Bencher<'_, '_>, count: usize) {
    let lines = u32::try_from(count).unwrap_or(u32::MAX);
    let cited = cited(count, lines.max(10), 12);
    bencher
        .counter(ItemsCount::new(count))
        .bench(|| places(black_box(&cited), 1));
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

#[divan::bench(args = [1, 2], sample_count = 20)]
fn write_json(bencher: Bencher<'_, '_>, jobs: usize) {
    let tally = tally(submissions(500), None, &NoDiffs, &TallyOptions::default());
    bencher.counter(ItemsCount::new(500_usize * 80)).bench(|| {
        let mut out = Vec::new();
        write_json_parallel(black_box(&tally), jobs, &mut out).map(|()| out)
    });
}
