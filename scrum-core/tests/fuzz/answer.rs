//! Any answer: every citation lands in exactly one bucket, every finding in one location and one issue.

use scrum_core::review::location::KnownPaths;
use scrum_core::review::{Fault, ReadOptions, Review};
use scrum_core::tally::{self, NoDiffs, Outcome, Submission, Tally, TallyOptions};

const DIFF: &[u8] = b"diff --git a/src/a.rs b/src/a.rs\nindex 1..2 100644\n--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,2 +1,3 @@\n fn a() {\n+// WHERE: src/a.rs:2\n }\n";
const PROMPT: &[u8] =
    b"Answer like this:\n\nSEVERITY: BLOCK|WARN|INFO\nWHERE: path/to/file:LINE\nWHAT: one sentence\nWHY: the failing case\n";

pub(crate) fn check(data: &[u8]) {
    let paths = KnownPaths::new(["src/a.rs", "src/b.rs", "docs/a, b.md", "Makefile"]);
    let options = ReadOptions::default()
        .paths(&paths)
        .diff(DIFF)
        .prompt(PROMPT);
    let review = Review::read(data, &options);
    assert_eq!(
        review,
        Review::read(data, &options),
        "read twice, read alike"
    );
    let lines = lines_of(data);
    for (line, what) in review
        .findings
        .iter()
        .map(|finding| (finding.line, "finding"))
        .chain(review.mentions.iter().map(|at| (at.line, "mention")))
        .chain(review.unlocated.iter().map(|at| (at.line, "unlocated")))
        .chain(review.retractions.iter().map(|at| (at.line, "retraction")))
    {
        assert!(
            (1..=lines).contains(&line),
            "{what} at line {line} of {lines}"
        );
    }
    for location in review
        .findings
        .iter()
        .filter_map(|f| f.location.as_ref().ok())
    {
        if let Some(lines) = location.lines {
            assert!(1 <= lines.start && lines.start <= lines.end, "{location:?}");
        }
    }
    // The reader's own limit holds, and says what it left out.
    let few = Review::read(data, &options.max_citations(2));
    let left_out = few.faults.iter().find_map(|fault| match fault {
        Fault::TooMany { left_out } => Some(*left_out),
        _ => None,
    });
    if review.findings.len() > 2 {
        assert!(
            few.findings.len() <= 2 || left_out.is_none(),
            "{:?}",
            few.findings.len()
        );
    }
    conserved(&review);
}

/// Lines as an editor counts them.
fn lines_of(data: &[u8]) -> u32 {
    let feeds = data
        .iter()
        .filter(|byte| matches!(byte, b'\n' | b'\r'))
        .count();
    u32::try_from(feeds + 1).unwrap()
}

/// Two reviewers of one lineage and one of another say the same.
fn conserved(review: &Review) {
    let all = |names: [&str; 3]| {
        let submission = |name| Submission::new("x", name, Outcome::Review(review.clone()));
        let options = TallyOptions::default();
        tally::tally(names.map(submission).into(), None, &NoDiffs, &options)
    };
    let tally = all(["opus", "opus-2", "kimi"]);
    assert_eq!(
        tally,
        all(["kimi", "opus-2", "opus"]),
        "the order of files says nothing"
    );
    add_up(&tally, review);
    let json = tally.to_json().unwrap();
    assert_eq!(Tally::from_json(&json).unwrap(), tally);
}

fn add_up(tally: &Tally, review: &Review) {
    let bundle = &tally.bundles[0];
    let sum = |all: tally::Buckets| all.each().iter().map(|(_, n)| n).sum::<u64>();
    assert_eq!(sum(tally.buckets), tally.buckets.citations);
    assert_eq!(tally.buckets, bundle.buckets);
    let cited = review.findings.len() as u64;
    let mut counted = 0;
    for row in &bundle.reviewers {
        assert_eq!(sum(row.buckets), row.buckets.citations);
        assert_eq!(
            row.buckets.citations, cited,
            "every citation of {}",
            row.reviewer
        );
        assert_eq!(row.findings, row.buckets.counted);
        assert_eq!(row.mentions, review.mentions.len() as u64);
        assert_eq!(
            row.findings_without_location,
            review
                .unlocated
                .iter()
                .filter(|at| at.retracted.is_none())
                .count() as u64
        );
        counted += row.buckets.counted;
    }
    assert_eq!(
        bundle.buckets.citations,
        cited * bundle.reviewers.len() as u64
    );
    assert_eq!(bundle.findings.len() as u64, counted);
    assert_eq!(
        bundle.set_aside.len() as u64,
        bundle.buckets.citations - counted
    );
    let each_once = |groups: &[Vec<usize>]| {
        let mut all: Vec<usize> = groups.concat();
        all.sort_unstable();
        assert!(
            all.into_iter().eq(0..bundle.findings.len()),
            "each finding once"
        );
    };
    each_once(
        &bundle
            .locations
            .iter()
            .map(|at| at.findings.clone())
            .collect::<Vec<_>>(),
    );
    each_once(
        &bundle
            .issues
            .iter()
            .map(|at| at.findings.clone())
            .collect::<Vec<_>>(),
    );
    let reports = bundle
        .locations
        .iter()
        .map(|at| (at.convergence, at.reviewed_by));
    let issues = bundle
        .issues
        .iter()
        .map(|at| (at.convergence, at.reviewed_by));
    for (convergence, of) in reports.chain(issues) {
        assert!(convergence <= of, "{convergence} of {of}");
        assert!(convergence <= 2, "three reviewers, two lineages");
    }
}
