//! The tally as a whole, over reviews made by hand.

use proptest::prelude::*;

use super::*;
use crate::change::ChangeKind;
use crate::report::{TextOptions, write_json, write_text};
use crate::review::location::{LineRange, Location};
use crate::review::{
    Claim, Finding, InferredRetraction, Malformed, QuoteEvidence, ReadAs, Retraction, Review,
    ReviewVerdict, Severity, UnlocatedFinding,
};
use crate::tally::ground::tests::{bundle, file, manifest};
use crate::tally::ground::{Grounding, WaveIndex};
use crate::tally::lineage::{LineageSet, independence};
use crate::wave::manifest::{ExcludedRecord, Manifest};

/// `path`, `path:3`, `path:3-5`, `path:old:3` or `path::symbol`.
fn location(text: &str) -> Location {
    if let Some((path, symbol)) = text.split_once("::") {
        return Location {
            path: path.into(),
            lines: None,
            symbol: Some(symbol.into()),
        };
    }
    let Some((path, lines)) = text.rsplit_once(':') else {
        return Location {
            path: text.into(),
            lines: None,
            symbol: None,
        };
    };
    let (start, end) = lines.split_once('-').unwrap_or((lines, lines));
    let lines = LineRange::new(start.parse().unwrap(), end.parse().unwrap());
    let old = path.strip_suffix(":old");
    let lines = lines.on_old_side(old.is_some());
    let path = old.unwrap_or(path);
    Location {
        path: path.into(),
        lines: Some(lines),
        symbol: None,
    }
}

fn finding(line: u32, text: &str) -> Finding {
    Finding {
        line,
        text: text.into(),
        location: Ok(location(text)),
        claim: Claim {
            severity: Some(Severity::Warn),
            severity_text: Some("WARN".into()),
            what: Some(format!("claim at {text}")),
            why: None,
        },
        read_as: ReadAs::Labelled,
        link: None,
        number: None,
        quoted: None,
        stands_in_diff: false,
        retracted: None,
        swapped: false,
    }
}

/// A review that cites these, on lines 2, 6, 10 …
fn review(cited: &[&str]) -> Review {
    Review {
        findings: (0_u32..)
            .zip(cited)
            .map(|(at, text)| finding(4 * at + 2, text))
            .collect(),
        bytes: 400,
        ..Review::default()
    }
}

fn retract(line: u32, text: &str) -> Retraction {
    Retraction {
        line,
        text: text.into(),
        locations: vec![location(text)],
    }
}

fn by(bundle: &str, reviewer: &str, review: Review) -> Submission {
    Submission {
        bundle: bundle.into(),
        reviewer: reviewer.into(),
        outcome: Outcome::Review(review),
        sidecar: None,
    }
}

fn with(bundle: &str, reviewer: &str, outcome: Outcome) -> Submission {
    Submission {
        outcome,
        ..by(bundle, reviewer, Review::default())
    }
}

fn wave() -> Manifest {
    let mut manifest = manifest(vec![
        bundle(
            "core",
            46_123,
            vec![
                file(
                    "src/printer.rs",
                    ChangeKind::Modified,
                    &[(10, 20), (100, 50)],
                ),
                file("src/lib.rs", ChangeKind::Modified, &[(1, 9)]),
            ],
        ),
        bundle(
            "cli",
            36_000,
            vec![file("cli/main.rs", ChangeKind::Modified, &[(1, 40)])],
        ),
    ]);
    manifest.excluded.push(ExcludedRecord {
        path: "Cargo.lock".into(),
        quoted: false,
        old_path: None,
        old_quoted: false,
        reason: "lock file".into(),
        bytes: 1,
    });
    manifest
}

const TREE: &[u8] = b"cli/main.rs\nsrc/lib.rs\nsrc/old/unchanged.rs\nsrc/printer.rs\n";

fn wave_index() -> WaveIndex {
    WaveIndex::new(&wave(), TREE)
}

fn count(submissions: Vec<Submission>) -> Tally {
    tally(
        submissions,
        Some(&wave_index()),
        &NoDiffs,
        &TallyOptions::default(),
    )
}

fn loose_count(submissions: Vec<Submission>) -> Tally {
    tally(submissions, None, &NoDiffs, &TallyOptions::default())
}

fn names(reviewers: &[&str], cited: &[&str]) -> Vec<Submission> {
    reviewers
        .iter()
        .map(|name| by("core", name, review(cited)))
        .collect()
}

#[test]
fn one_lineage_is_one_vote_and_three_are_three() {
    for (reviewers, convergence) in [
        (&["opus", "opus-2", "opus-3"][..], 1),
        (&["opus", "kimi", "qwen"], 3),
        (&["deepseek-r1-distill-qwen", "qwen"], 1),
        (&["alice", "bob"], 1),
        (&["alice", "opus"], 1),
    ] {
        let tally = count(names(reviewers, &["src/lib.rs:3"]));
        let at = &tally.bundles[0].locations[0];
        let issue = &tally.bundles[0].issues[0];
        assert_eq!(at.convergence, convergence, "{reviewers:?}");
        assert_eq!(
            (at.reviewed_by, issue.convergence),
            (convergence, convergence)
        );
        assert_eq!(tally.totals.convergent, u64::from(convergence > 1));
        assert_eq!(tally.totals.agreed, u64::from(convergence > 1));
        assert_eq!(at.findings.len(), reviewers.len());
    }
}

#[test]
fn every_bucket_and_its_reason() {
    let mut said = review(&[
        "src/lib.rs:3",
        "src/lib.rs:3",
        "src/printr.rs:9",
        "src/printer.rs:12-14",
        "src/printer.rs:20",
        "src/lib.rs:0",
        "src/lib.rs:5",
        "src/printer.rs:110",
    ]);
    said.findings[1].claim.severity = Some(Severity::Block);
    said.findings[5].location = Err(Malformed::Line { text: "0".into() });
    said.findings[6].quoted = Some(QuoteEvidence::Gutter);
    said.findings[7].retracted = Some(InferredRetraction {
        line: 33,
        phrase: "disregard this".into(),
    });
    said.retractions = vec![
        retract(40, "src/printer.rs:14"),
        retract(41, "cli/main.rs:1"),
    ];
    let tally = count(vec![by("core", "opus", said)]);
    let core = &tally.bundles[0];
    assert_eq!(
        core.buckets,
        Buckets {
            citations: 8,
            counted: 2,
            duplicate: 1,
            retracted: 2,
            unknown_path: 1,
            beyond_file: 0,
            echoed: 1,
            malformed: 1
        }
    );
    let aside: Vec<(u32, Bucket, &str)> = core
        .set_aside
        .iter()
        .map(|record| (record.review_line, record.bucket, record.reason.as_str()))
        .collect();
    assert_eq!(
        aside,
        [
            (6, Bucket::Duplicate, "already said at line 2"),
            (
                10,
                Bucket::UnknownPath,
                "no such path; did you mean src/printer.rs?"
            ),
            (14, Bucket::Retracted, "at line 40 of the review"),
            (22, Bucket::Malformed, "line 0 does not exist"),
            (
                26,
                Bucket::Echoed,
                "quoted: begins with a diff mark or a line number"
            ),
            (
                30,
                Bucket::Retracted,
                "in plain words at line 33 (inferred): disregard this"
            ),
        ]
    );
    // The repeat's severity stands.
    assert_eq!(core.locations[0].severity, Some(Severity::Block));
    assert_eq!(core.unmatched_retractions.len(), 1);
    assert_eq!(tally.unmatched_retractions[0].text, "cli/main.rs:1");
}

#[test]
fn retractions_meet_what_they_overlap_and_nothing_said_later() {
    let case = |cited: &[&str], retracted: &str, line: u32| {
        let mut said = review(cited);
        said.retractions = vec![retract(line, retracted)];
        let tally = count(vec![by("core", "opus", said)]);
        (tally.buckets.retracted, tally.unmatched_retractions.len())
    };
    assert_eq!(case(&["src/lib.rs:3-5"], "src/lib.rs:5-9", 9), (1, 0));
    assert_eq!(case(&["src/lib.rs:3-5"], "lib.rs:4", 9), (1, 0));
    assert_eq!(case(&["src/lib.rs:3-5"], "src/lib.rs:6", 9), (0, 1));
    // Said again after it was taken back.
    assert_eq!(
        case(&["src/lib.rs:3", "src/lib.rs:3"], "src/lib.rs:3", 4),
        (1, 0)
    );
    assert_eq!(case(&["src/lib.rs:3"], "src/lib.rs:3", 1), (0, 1));
    // A path alone.
    assert_eq!(case(&["src/lib.rs:3"], "src/lib.rs", 9), (1, 0));
    assert_eq!(
        case(&["src/lib.rs:3", "src/lib.rs:3"], "src/lib.rs", 9),
        (2, 0)
    );
    assert_eq!(
        case(&["src/lib.rs:3", "src/lib.rs:7"], "src/lib.rs", 9),
        (0, 1)
    );
    assert_eq!(
        case(&["src/lib.rs", "src/lib.rs:7"], "src/lib.rs", 9),
        (1, 0)
    );
    // Symbols by name, and what is unknown stays so.
    assert_eq!(case(&["src/lib.rs::run"], "src/lib.rs::run", 9), (1, 0));
    assert_eq!(case(&["src/lib.rs::run"], "src/lib.rs::stop", 9), (0, 1));
    assert_eq!(case(&["nowhere.py:3"], "nowhere.py:3", 9), (0, 0));
}

#[test]
fn a_line_of_another_bundle_is_filed_there_and_votes_with_its_lineage_only() {
    let clean = Review {
        says_clean: true,
        bytes: 4,
        ..Review::default()
    };
    let tally = count(vec![
        by("core", "opus", review(&["cli/main.rs:7"])),
        by("core", "kimi", review(&["cli/main.rs:7"])),
        by("cli", "opus-2", clean),
        by("cli", "qwen", review(&["cli/main.rs:7"])),
    ]);
    let (core, cli) = (&tally.bundles[0], &tally.bundles[1]);
    assert_eq!((core.buckets.counted, core.totals.distinct), (2, 0));
    assert_eq!((cli.buckets.counted, cli.totals.distinct), (1, 1));
    let at = &cli.locations[0];
    let votes: Vec<(&str, bool)> = cli
        .findings
        .iter()
        .map(|finding| (finding.reviewer.as_str(), finding.votes))
        .collect();
    assert_eq!(votes, [("kimi", false), ("opus", true), ("qwen", true)]);
    assert_eq!((at.convergence, at.reviewed_by), (2, 2));
    assert_eq!(cli.findings[0].from_bundle.as_deref(), Some("core"));
    assert_eq!(cli.findings[2].from_bundle, None);
    // Nobody of core reviewed without findings.
    let states: Vec<_> = core
        .reviewers
        .iter()
        .map(|row| row.state.as_str())
        .collect();
    assert_eq!(states, ["findings", "findings", "missing", "missing"]);
    assert_eq!(tally.totals.distinct, 1);
}

#[test]
fn a_finding_from_elsewhere_alone_names_its_bundle() {
    let tally = count(vec![by("core", "opus", review(&["cli/main.rs:7"]))]);
    let (at, finding) = (
        &tally.bundles[1].locations[0],
        &tally.bundles[1].findings[0],
    );
    assert_eq!(finding.from_bundle.as_deref(), Some("core"));
    assert_eq!((at.convergence, at.reviewed_by), (0, 0));
    assert_eq!(finding.grounding, Grounding::Wave);
    assert_eq!(tally.totals.distinct, 1);
}

#[test]
fn the_same_said_in_two_reviews_is_a_repeat() {
    let tally = count(vec![
        by("core", "opus", review(&["cli/main.rs:7"])),
        by("cli", "opus", review(&["cli/main.rs:7"])),
    ]);
    assert_eq!((tally.buckets.counted, tally.buckets.duplicate), (1, 1));
    assert_eq!(
        tally.bundles[0].set_aside[0].reason,
        "already said in the review of cli at line 2"
    );
    assert_eq!(tally.bundles[0].reviewers[0].state, ReviewState::Findings);
}

#[test]
fn an_unchanged_file_cited_from_two_bundles_is_one_distinct_location() {
    let tally = count(vec![
        by(
            "core",
            "opus",
            review(&["src/old/unchanged.rs:7", "Cargo.lock:1"]),
        ),
        by("cli", "opus", review(&["src/old/unchanged.rs:7"])),
    ]);
    assert_eq!(
        tally.totals,
        Totals {
            findings: 3,
            issues: 3,
            agreed: 0,
            distinct: 2,
            convergent: 0,
        }
    );
    let groundings: Vec<_> = tally.bundles[0]
        .findings
        .iter()
        .map(|at| at.grounding.as_str())
        .collect();
    assert_eq!(groundings, ["wave", "tree"]);
    assert_eq!(tally.bundles[0].findings[0].flags, ["excluded: lock file"]);
}

/// A wave with a changed, a renamed, a new and a deleted file; the base has 100 lines more in front than the head.
fn moved_down() -> WaveIndex {
    let shifted = |path: &str, kind| {
        let mut record = file(path, kind, &[(10, 20)]);
        record.hunks[0].old_start = 110;
        record
    };
    let mut renamed = shifted("src/after.rs", ChangeKind::Renamed);
    renamed.old_path = Some("src/before.rs".into());
    let files = vec![
        shifted("src/printer.rs", ChangeKind::Modified),
        renamed,
        file("src/new.rs", ChangeKind::Added, &[(1, 9)]),
        file("src/gone.rs", ChangeKind::Deleted, &[(1, 9)]),
    ];
    WaveIndex::new(&manifest(vec![bundle("core", 100, files)]), TREE)
}

#[test]
fn lines_of_the_old_file_are_never_those_of_the_head() {
    let mut kimi = review(&[
        "src/printer.rs:old:112",
        "src/printer.rs:112",
        "src/gone.rs:old:3",
        "src/before.rs:old:112",
        "src/lib.rs:old:7",
    ]);
    kimi.retractions = vec![retract(30, "src/lib.rs:7")];
    let opus = review(&[
        "src/printer.rs:old:112",
        "src/printer.rs:old:112",
        "src/printer.rs:old:12",
        "src/gone.rs:3",
        "src/new.rs:old:3",
        "src/gone.rs:old:30",
    ]);
    let submissions = vec![by("core", "opus", opus), by("core", "kimi", kimi)];
    let options = TallyOptions::default();
    let tally = tally(submissions, Some(&moved_down()), &NoDiffs, &options);
    let core = &tally.bundles[0];
    let told: Vec<_> = core
        .issues
        .iter()
        .map(|issue| {
            let name = location(&issue.path);
            let at = Location {
                lines: issue.lines(),
                ..name
            };
            let first = &core.findings[issue.findings[0]];
            (at.to_string(), first.grounding.as_str(), issue.convergence)
        })
        .collect();
    let told: Vec<_> = told
        .iter()
        .map(|(at, on, of)| (at.as_str(), *on, *of))
        .collect();
    assert_eq!(
        told,
        [
            ("src/after.rs:old:112", "hunk", 1),
            ("src/gone.rs:old:3", "hunk", 2),
            ("src/printer.rs:old:12", "file", 1),
            ("src/printer.rs:112", "file", 1),
            ("src/printer.rs:old:112", "hunk", 2),
        ]
    );
    let reasons: Vec<_> = core
        .set_aside
        .iter()
        .map(|aside| aside.reason.as_str())
        .collect();
    assert_eq!(
        reasons,
        [
            "at line 30 of the review",
            "already said at line 2",
            "the file is new and has no old lines",
            "beyond the end of the file, which has 9 lines",
        ]
    );
    assert_eq!((tally.totals.distinct, tally.totals.convergent), (5, 2));
    let flags: Vec<_> = core
        .findings
        .iter()
        .flat_map(|finding| &finding.flags)
        .collect();
    assert!(
        flags.contains(&&"deleted file: lines of the old file".to_owned()),
        "{flags:?}"
    );
    let json: serde_json::Value = serde_json::from_slice(&json_of(&tally)).unwrap();
    let sides: Vec<_> = json["bundles"][0]["locations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|at| at.get("old_side").is_some())
        .collect();
    assert_eq!(sides, [true, true, true, false, true]);
}

fn json_of(tally: &Tally) -> Vec<u8> {
    let mut out = Vec::new();
    write_json(tally, &mut out).unwrap();
    out
}

#[test]
fn symbols_meet_lines_through_the_diff() {
    let diff = "diff --git a/src/printer.rs b/src/printer.rs\n--- a/src/printer.rs\n+++ b/src/printer.rs\n\
                @@ -10,2 +10,5 @@\n a\n+fn flush() {\n+    one();\n+}\n b\n";
    let diffs = |id: &str| (id == "core").then(|| diff.as_bytes().to_vec());
    let submissions = vec![
        by("core", "opus", review(&["src/printer.rs::Printer::flush"])),
        by("core", "kimi", review(&["src/printer.rs:12"])),
        by("core", "qwen", review(&["src/printer.rs::nowhere"])),
    ];
    let tally = tally(
        submissions,
        Some(&wave_index()),
        &diffs,
        &TallyOptions::default(),
    );
    let core = &tally.bundles[0];
    let totals = core.totals;
    assert_eq!((totals.convergent, totals.agreed, totals.issues), (0, 1, 2));
    let opus = core
        .findings
        .iter()
        .find(|finding| finding.reviewer == "opus");
    let opus = opus.unwrap();
    assert_eq!(
        (opus.start, opus.symbol_start, opus.symbol_end),
        (None, Some(11), Some(13))
    );
    assert_eq!(opus.grounding, Grounding::Hunk);
    let agreed = core.issues.iter().find(|issue| issue.is_agreed()).unwrap();
    assert_eq!(agreed.findings.len(), 2);
    assert!(agreed.start.is_some());
}

#[test]
fn without_a_manifest_paths_are_taken_as_they_stand() {
    let tally = loose_count(vec![
        by("x", "opus", review(&["b/src/a.rs:3", "made/up.rs:1"])),
        by("x", "kimi", review(&["./src/a.rs:3"])),
    ]);
    let bundle = &tally.bundles[0];
    assert_eq!(
        (
            bundle.bytes,
            bundle.totals.convergent,
            bundle.totals.distinct
        ),
        (None, 1, 2)
    );
    assert!(
        bundle
            .findings
            .iter()
            .all(|at| at.grounding == Grounding::Unverified)
    );
}

#[test]
fn everybody_expected_is_listed_and_failures_are_no_votes() {
    let options = TallyOptions::default()
        .reviewers([ReviewerConfig::new("opus"), ReviewerConfig::new("gemini")]);
    let submissions = vec![
        by("core", "opus", review(&["src/lib.rs:3"])),
        with(
            "core",
            "kimi",
            Outcome::Failed {
                reason: "429".into(),
            },
        ),
        with("cli", "kimi", Outcome::NotAsked),
        by("gone", "opus", review(&["src/lib.rs:3"])),
    ];
    let tally = tally(submissions, Some(&wave_index()), &NoDiffs, &options);
    let states = |at: usize| -> Vec<&str> {
        tally.bundles[at]
            .reviewers
            .iter()
            .map(|row| row.state.as_str())
            .collect()
    };
    assert_eq!(states(0), ["missing", "failed", "findings"]);
    assert_eq!(states(1), ["missing", "not-asked", "missing"]);
    assert_eq!(tally.bundles[2].id, "gone");
    assert_eq!(tally.bundles[0].reviewed_by, 1);
    assert!(
        tally
            .warnings
            .iter()
            .any(|text| text.contains("no bundle `gone`"))
    );
    assert_eq!(
        tally.failed_gates(
            &[
                Gate::NoEvidence,
                Gate::Convergent,
                Gate::Agreed,
                Gate::Block
            ],
            2
        ),
        [
            GateFailure::NoEvidence {
                reviewers: [
                    ("core", "gemini", ReviewState::Missing),
                    ("core", "kimi", ReviewState::Failed),
                    ("cli", "gemini", ReviewState::Missing),
                    ("cli", "opus", ReviewState::Missing),
                    ("gone", "gemini", ReviewState::Missing),
                    ("gone", "kimi", ReviewState::Missing),
                ]
                .map(|(bundle, reviewer, state)| (bundle.to_owned(), reviewer.to_owned(), state))
                .to_vec()
            },
            GateFailure::MinLineages {
                required: 2,
                bundles: vec![("core".into(), 1), ("cli".into(), 0), ("gone".into(), 1)]
            }
        ]
    );
}

#[test]
fn unknown_lineages_are_warned_about_with_the_way_out() {
    let tally = count(names(&["alice"], &["src/lib.rs:3"]));
    assert_eq!(tally.warnings.len(), 1);
    assert!(tally.warnings[0].contains("--lineage alice=LINEAGE"));
}

#[test]
fn json_reads_back_and_other_schemas_are_refused() {
    let tally = sample();
    let mut json = Vec::new();
    write_json(&tally, &mut json).unwrap();
    assert_eq!(Tally::from_json(&json).unwrap(), tally);
    let other = br#"{"schema": "scrum.tally/1"}"#;
    assert!(
        matches!(Tally::from_json(other), Err(TallyError::Schema { found }) if found == "scrum.tally/1")
    );
    let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
    for (record, names) in [
        (
            "findings",
            &[
                "reviewer",
                "path",
                "start",
                "end",
                "symbol",
                "severity",
                "what",
                "why",
                "review_line",
                "read_as",
                "grounding",
                "from_bundle",
                "flags",
                "link",
            ][..],
        ),
        (
            "locations",
            &[
                "path",
                "start",
                "end",
                "symbol",
                "severity",
                "findings",
                "convergence",
                "reviewed_by",
            ],
        ),
        (
            "issues",
            &[
                "path",
                "start",
                "end",
                "symbol",
                "severity",
                "findings",
                "convergence",
                "reviewed_by",
                "similarity",
                "others",
            ],
        ),
    ] {
        let first = &value["bundles"][0][record][0];
        for name in names {
            assert!(first.get(name).is_some(), "{record}.{name}");
        }
    }
    assert!(value["estimate"].is_null() && value["estimate_refused"].is_string());
}

/// Four seats, one of them sloppy, one silent, one that takes a finding back.
fn sample() -> Tally {
    let said = |line, text: &str, severity, what: &str, why: &str| Finding {
        claim: Claim {
            severity: Some(severity),
            what: Some(what.into()),
            why: Some(why.into()),
            ..finding(line, text).claim
        },
        ..finding(line, text)
    };
    let opus = Review {
        findings: vec![
            said(
                2,
                "src/printer.rs:12-14",
                Severity::Block,
                "The end offset adds `ti + 1` although U+009C takes two bytes in UTF-8.",
                "Slicing by it panics.",
            ),
            said(
                7,
                "src/lib.rs:3",
                Severity::Info,
                "The name `tmp` says nothing.",
                "",
            ),
        ],
        retractions: vec![retract(30, "src/lib.rs:3"), retract(31, "src/lib.rs:9")],
        verdict: Some(ReviewVerdict::Block),
        bytes: 900,
        ..Review::default()
    };
    let kimi = Review {
        findings: vec![
            said(
                3,
                "printer.rs:13-20",
                Severity::Warn,
                "The end is set to `ti + 1`, but U+009C is two bytes long in UTF-8. \u{1b}[31mred\u{1b}[0m",
                "A crafted file makes the slice panic.",
            ),
            said(9, "src/shaded.rs:4", Severity::Warn, "Never closed.", ""),
            said(
                13,
                "cli/main.rs:7",
                Severity::Warn,
                "Exit code of the child is dropped.",
                "",
            ),
        ],
        unlocated: vec![UnlocatedFinding {
            line: 20,
            claim: Claim {
                severity_text: Some("urgent".into()),
                what: Some("Tests are missing.".into()),
                ..Claim::default()
            },
            retracted: None,
        }],
        bytes: 400,
        ..Review::default()
    };
    let sidecar = Sidecar {
        tokens_out: Some(297),
        finish_reason: Some("length".into()),
        model: Some("qwen3-coder:30b".into()),
        ..Sidecar::default()
    };
    let silent = Submission {
        sidecar: Some(sidecar),
        ..by(
            "core",
            "local",
            Review {
                bytes: 1200,
                ..Review::default()
            },
        )
    };
    let options = TallyOptions::default()
        .reviewers([ReviewerConfig::new("gemini"), ReviewerConfig::new("opus")]);
    let none = Review {
        says_clean: true,
        bytes: 4,
        ..Review::default()
    };
    let submissions = vec![
        by("core", "opus", opus),
        by("core", "kimi", kimi),
        silent,
        by("cli", "kimi", none),
        with(
            "cli",
            "opus",
            Outcome::Failed {
                reason: "HTTP 529 after 3 attempts".into(),
            },
        ),
    ];
    tally(submissions, Some(&wave_index()), &NoDiffs, &options)
}

fn text(tally: &Tally, options: &TextOptions) -> String {
    let mut out = Vec::new();
    write_text(tally, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn json_reads_back_as_it_was() {
    let tally = sample();
    let json = tally.to_json().unwrap();
    assert_eq!(Tally::from_json(&json).unwrap(), tally);
}

#[test]
fn tokens_are_compared_with_the_size_of_the_bundle() {
    let tally = sample();
    let row = tally.bundles[0]
        .reviewers
        .iter()
        .find(|row| row.reviewer == "local");
    assert_eq!(row.unwrap().tokens_per_kb, Some(6.44));
    let empty = WaveIndex::new(&manifest(vec![bundle("core", 0, Vec::new())]), b"");
    let tally = super::tally(
        vec![by("core", "opus", review(&[]))],
        Some(&empty),
        &NoDiffs,
        &TallyOptions::default(),
    );
    assert_eq!(tally.bundles[0].reviewers[0].tokens_per_kb, None);
}

#[test]
fn several_reviews_of_one_reviewer_are_one() {
    let clean = |says_clean| Review {
        says_clean,
        read_as_json: says_clean,
        bytes: 4,
        ..Review::default()
    };
    for (first, second, state) in [
        (true, true, ReviewState::Clean),
        (true, false, ReviewState::Clean),
        (false, true, ReviewState::Clean),
        (false, false, ReviewState::NoEvidence),
    ] {
        let reviews = [first, second].map(|says| by("core", "opus", clean(says)));
        let tally = count(reviews.into());
        let row = &tally.bundles[0].reviewers[0];
        assert_eq!(row.state, state, "{first} {second}");
        assert_eq!(row.read_as_json, first || second);
    }
}

#[test]
fn text_for_a_terminal() {
    let plain = text(&sample(), &TextOptions::default());
    insta::assert_snapshot!("plain", plain);
    assert!(
        plain
            .lines()
            .all(|line| crate::report::sanitize::columns(line) <= 80)
    );
    insta::assert_snapshot!(
        "verbose",
        text(&sample(), &TextOptions::default().verbose(1))
    );
    let narrow = text(&sample(), &TextOptions::default().width(60));
    assert!(
        narrow
            .lines()
            .all(|line| crate::report::sanitize::columns(line) <= 60),
        "{narrow}"
    );
    let colored = text(&sample(), &TextOptions::default().color(true));
    let mut stripped = colored;
    for code in ["0", "1", "2", "31", "32", "33", "36"] {
        stripped = stripped.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(stripped, plain);
}

#[test]
fn the_line_a_person_reads_first() {
    let cited: Vec<String> = (0..11)
        .map(|n| format!("src/printer.rs:{}", 3 * n + 1))
        .collect();
    let cited: Vec<&str> = cited.iter().map(String::as_str).collect();
    let tally = count(vec![by("core", "opus", review(&cited))]);
    let text = text(&tally, &TextOptions::default());
    assert!(text.starts_with(
        "core (46 KB): 0 convergent / 11 distinct · 0 of 11 issues agreed\n\
         cli (36 KB): 0 convergent / 0 distinct · 0 of 0 issues agreed\n\
         total: 0 convergent / 11 distinct · 0 of 11 issues agreed\n"
    ));
    let loose = loose_count(names(&["opus"], &["a:1"]));
    let text = self::text(&loose, &TextOptions::default());
    assert!(text.starts_with("core: 0 convergent / 1 distinct · 0 of 1 issue agreed\n"));
}

#[test]
fn lines_beyond_the_end_of_a_new_file_are_set_aside() {
    let mut manifest = wave();
    manifest.bundles[0]
        .files
        .push(file("src/new.rs", ChangeKind::Added, &[(1, 58)]));
    let wave_index = WaveIndex::new(&manifest, TREE);
    let cited = [
        "src/new.rs:58",
        "src/new.rs:59",
        "src/new.rs:7422-7429",
        "src/new.rs:50-70",
        "src/lib.rs:9000",
    ];
    let mut said = review(&cited);
    // What is beyond the file stays there, also if it is taken back.
    said.retractions = vec![retract(90, "src/new.rs:7425")];
    let submissions = vec![by("core", "opus", said)];
    let tally = tally(
        submissions,
        Some(&wave_index),
        &NoDiffs,
        &TallyOptions::default(),
    );
    let core = &tally.bundles[0];
    assert_eq!((core.buckets.beyond_file, core.buckets.counted), (2, 3));
    let aside = &core.set_aside[0];
    assert_eq!(aside.bucket, Bucket::BeyondFile);
    assert_eq!(
        aside.reason,
        "beyond the end of the file, which has 58 lines"
    );
    assert_eq!(core.unmatched_retractions, []);
}

#[test]
fn gates_name_what_they_found_and_nobody_is_no_evidence() {
    let mut blocking = review(&["src/lib.rs:3"]);
    blocking.findings[0].claim.severity = Some(Severity::Block);
    let mut submissions = names(&["kimi", "qwen"], &["src/lib.rs:3"]);
    submissions.push(by("core", "opus", blocking));
    for line in 0..7 {
        let cited = format!("src/printer.rs:{}", 10 * line + 1);
        submissions.push(by("core", &format!("opus-{line}"), review(&[&cited])));
    }
    let tally = count(submissions);
    let told = |gate| {
        let failures = tally.failed_gates(&[gate], 0);
        failures.first().map(ToString::to_string)
    };
    for (gate, text) in [
        (
            Gate::Agreed,
            "--fail-on agreed: 1 agreed issue: src/lib.rs:3",
        ),
        (
            Gate::AgreedBlock,
            "--fail-on agreed-block: 1 agreed issue of severity BLOCK: src/lib.rs:3",
        ),
        (
            Gate::Block,
            "--fail-on block: 1 issue of severity BLOCK: src/lib.rs:3",
        ),
        (
            Gate::Any,
            "--fail-on any: 8 issues: src/lib.rs:3, src/printer.rs:1, src/printer.rs:11, src/printer.rs:21, \
             src/printer.rs:31 and 3 more",
        ),
        (
            Gate::Convergent,
            "--fail-on convergent: 1 convergent location: src/lib.rs:3",
        ),
    ] {
        assert_eq!(told(gate).as_deref(), Some(text));
    }
    let nobody = count(Vec::new());
    assert!(nobody.is_unreviewed());
    for &gate in Gate::ALL {
        let stopped = !nobody.failed_gates(&[gate], 0).is_empty();
        assert_eq!(stopped, gate == Gate::NoEvidence, "{gate}");
    }
}

#[test]
fn mentions_are_listed_and_count_nothing() {
    let mut said = review(&["src/lib.rs:3"]);
    said.mentions = vec![crate::review::Mention {
        line: 9,
        text: "lib.rs:7".into(),
        location: location("lib.rs:7"),
    }];
    let tally = count(vec![by("core", "opus", said)]);
    let core = &tally.bundles[0];
    assert_eq!((core.buckets.citations, core.reviewers[0].mentions), (1, 1));
    let mention = &core.mentions[0];
    assert_eq!(
        (mention.path.as_str(), mention.start),
        ("src/lib.rs", Some(7))
    );
}

#[test]
fn agreement_of_all_bundles_comes_first_and_a_summary_last() {
    let mut submissions = names(&["opus"], &["src/lib.rs:3"]);
    submissions.extend(["opus", "kimi"].map(|name| by("cli", name, review(&["cli/main.rs:7"]))));
    let tally = count(submissions);
    let whole = text(&tally, &TextOptions::default());
    let at = |words: &str| {
        whole
            .find(words)
            .unwrap_or_else(|| panic!("{words}: {whole}"))
    };
    assert!(at("Agreed (1)") < at("cli/main.rs:7"));
    assert!(at("cli/main.rs:7") < at("Reported by one lineage (1)"));
    assert!(at("Reported by one lineage (1)") < at("── core"));
    assert!(
        whole.trim_end().ends_with("2 of 2 bundles reviewed"),
        "{whole}"
    );
    let only = |word: &str| text(&tally, &TextOptions::default().only(word.parse().unwrap()));
    let agreed = only("agreed");
    assert!(
        agreed.contains("cli/main.rs:7") && !agreed.contains("src/lib.rs:3"),
        "{agreed}"
    );
    assert!(agreed.contains("1 issue left out by --only"), "{agreed}");
    assert!(!only("block").contains("cli/main.rs:7"));
    let core = only("bundle=core");
    assert!(
        core.contains("src/lib.rs:3") && !core.contains("cli/main.rs"),
        "{core}"
    );
}

fn some_review() -> impl Strategy<Value = Review> {
    let path = prop::sample::select(vec![
        "src/printer.rs",
        "src/lib.rs",
        "cli/main.rs",
        "nope.rs",
        "b/src/lib.rs",
    ]);
    let one = (path, 1_u32..30, 0_u32..6, 0_u8..12);
    let retracted = prop::collection::vec(
        (
            0_u32..60,
            prop::sample::select(vec!["src/lib.rs", "src/lib.rs:4-9"]),
        ),
        0..3,
    );
    let verdict = prop::sample::select(vec![
        None,
        Some(ReviewVerdict::Block),
        Some(ReviewVerdict::Ship),
    ]);
    (
        prop::collection::vec(one, 0..7),
        retracted,
        any::<bool>(),
        verdict,
    )
        .prop_map(|(cited, retracted, none, verdict)| {
            let findings = (0_u32..)
                .zip(cited)
                .map(|(at, (path, start, more, kind))| {
                    let text = match kind {
                        0 => path.to_owned(),
                        1 => format!("{path}::run"),
                        _ => format!("{path}:{start}-{}", start + more),
                    };
                    let mut finding = finding(4 * at + 2, &text);
                    finding.quoted = (kind == 2).then_some(QuoteEvidence::WholeBlock);
                    if kind == 3 {
                        finding.location = Err(Malformed::Empty);
                    }
                    finding.claim.severity = (kind % 2 == 0).then_some(Severity::Block);
                    finding
                })
                .collect();
            Review {
                findings,
                retractions: retracted
                    .into_iter()
                    .map(|(line, text)| retract(line, text))
                    .collect(),
                says_clean: none,
                verdict,
                bytes: 300,
                ..Review::default()
            }
        })
}

fn some_submissions() -> impl Strategy<Value = Vec<Submission>> {
    let bundle = prop::sample::select(vec!["core", "cli", "other"]);
    let reviewer = prop::sample::select(vec![
        "opus",
        "opus-2",
        "kimi",
        "qwen",
        "deepseek-r1-distill-qwen",
        "bob",
        "eve",
    ]);
    let one =
        (bundle, reviewer, some_review(), 0_u8..10).prop_map(|(bundle, reviewer, review, kind)| {
            match kind {
                0 => with(
                    bundle,
                    reviewer,
                    Outcome::Failed {
                        reason: "no".into(),
                    },
                ),
                1 => with(bundle, reviewer, Outcome::NotAsked),
                _ => by(bundle, reviewer, review),
            }
        });
    prop::collection::vec(one, 0..9)
}

fn bytes(tally: &Tally) -> Vec<u8> {
    let mut json = Vec::new();
    write_json(tally, &mut json).unwrap();
    json
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn nothing_is_lost(submissions in some_submissions(), with_ground in any::<bool>()) {
        let citations: usize = submissions
            .iter()
            .map(|submission| match &submission.outcome {
                Outcome::Review(review) => review.findings.len(),
                _ => 0,
            })
            .sum();
        let tally = if with_ground { count(submissions) } else { loose_count(submissions) };
        let adds_up = |b: &Buckets| {
            b.each().iter().map(|(_, count)| count).sum::<u64>() == b.citations
        };
        prop_assert_eq!(tally.buckets.citations, citations as u64);
        prop_assert!(adds_up(&tally.buckets));
        let (mut claims, mut aside) = (0, 0);
        for bundle in &tally.bundles {
            prop_assert!(adds_up(&bundle.buckets));
            let mut of_rows = Buckets::default();
            for row in &bundle.reviewers {
                prop_assert!(adds_up(&row.buckets));
                of_rows.join(&row.buckets);
            }
            prop_assert_eq!(of_rows, bundle.buckets);
            prop_assert_eq!(bundle.set_aside.len() as u64, bundle.buckets.citations - bundle.buckets.counted);
            claims += bundle.findings.len();
            aside += bundle.set_aside.len();
        }
        prop_assert_eq!(claims as u64, tally.buckets.counted);
        prop_assert_eq!(claims + aside, citations);
    }

    #[test]
    fn convergence_is_of_those_who_reviewed(submissions in some_submissions(), with_ground in any::<bool>()) {
        let tally = if with_ground { count(submissions) } else { loose_count(submissions) };
        for bundle in &tally.bundles {
            let reviewed: Vec<LineageSet> = bundle
                .reviewers
                .iter()
                .filter(|row| matches!(row.state, ReviewState::Findings | ReviewState::Clean))
                .map(|row| row.lineages.clone())
                .collect();
            prop_assert_eq!(bundle.reviewed_by, independence(&reviewed));
            prop_assert!(bundle.findings.iter().map(|f| (&f.path, f.start, f.end, &f.symbol, &f.reviewer)).is_sorted());
            let of_locations = bundle.locations.iter().map(|at| (&at.findings, at.convergence));
            let of_issues = bundle.issues.iter().map(|issue| (&issue.findings, issue.convergence));
            for groups in [of_locations.collect::<Vec<_>>(), of_issues.collect()] {
                let mut seen = vec![0; bundle.findings.len()];
                for (members, convergence) in groups {
                    prop_assert!(convergence <= bundle.reviewed_by);
                    let voters = members.iter().map(|at| &bundle.findings[*at]).filter(|finding| finding.votes);
                    let voters: Vec<LineageSet> = voters.map(|finding| finding.lineages.clone()).collect();
                    prop_assert_eq!(convergence, independence(&voters));
                    members.iter().for_each(|at| seen[*at] += 1);
                }
                prop_assert!(seen.iter().all(|times| *times == 1));
            }
            for (at, issue) in bundle.issues.iter().enumerate() {
                prop_assert!(issue.others.iter().all(|other| *other != at && bundle.issues[*other].others.contains(&at)));
            }
        }
    }

    #[test]
    fn one_lineage_never_converges(reviews in prop::collection::vec(some_review(), 1..6)) {
        let submissions = reviews.into_iter().enumerate().map(|(at, review)| by("core", &format!("opus-{at}"), review));
        let tally = count(submissions.collect());
        prop_assert_eq!((tally.totals.convergent, tally.totals.agreed), (0, 0));
    }

    #[test]
    fn order_changes_no_byte(submissions in some_submissions(), seed in any::<u64>()) {
        let mut shuffled: Vec<(u64, Submission)> = (1_u64..)
            .zip(submissions.clone())
            .map(|(at, submission)| (at.wrapping_mul(seed | 1).rotate_left(23), submission))
            .collect();
        shuffled.sort_by_key(|(at, _)| *at);
        let shuffled = shuffled.into_iter().map(|(_, submission)| submission).collect();
        prop_assert_eq!(bytes(&count(submissions)), bytes(&count(shuffled)));
    }
}
