use proptest::prelude::*;

use super::*;
use crate::change::{ChangeKind, Hunk};
use crate::plan::guard::Verdict;
use crate::range::Range;
use crate::review::{ReadAs, Review, ReviewVerdict, Severity};
use crate::tally::ground::Grounding;
use crate::tally::lineage::LineageSet;
use crate::tally::{
    self, Bucket, Buckets, BundleTally, FindingRecord, IssueRecord, LocationRecord, MentionRecord,
    NoDiffs, Outcome, RetractionRecord, ReviewState, ReviewerRow, SetAside, Submission,
    TallyOptions, Totals, UnlocatedRecord,
};
use crate::wave::manifest::{BundleRecord, ExcludedRecord, FileRecord, GuardRecord};

const EVIL: &str = "</script><img src=x onerror=\"a()\">'{{ 7 }}\u{202e}";

fn page(tally: &Tally, manifest: Option<&Manifest>, diff: &str, options: &HtmlOptions) -> String {
    let mut out = Vec::new();
    let text = |_: &str| Some(diff.as_bytes().to_vec());
    write_html(tally, manifest, &text, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The page without its style and script, which have tests of their own, and with slashes that can be read.
fn body(html: &str) -> String {
    html.replace(&policy::style(), "…")
        .replace(&policy::script(), "…")
        .replace("&#x2f;", "/")
}

fn file(path: &str, kind: ChangeKind, hunks: &[Hunk]) -> FileRecord {
    FileRecord {
        additions: 1,
        deletions: 1,
        bytes: 10,
        hunks: hunks.to_vec(),
        ..tally::ground::tests::file(path, kind, &[])
    }
}

fn manifest(bytes: u64, files: Vec<FileRecord>) -> Manifest {
    Manifest {
        schema: crate::wave::manifest::SCHEMA.to_owned(),
        range: Range {
            spec: "main...HEAD".to_owned(),
            base_tree: Some("1234567890".to_owned()),
            head_tree: Some("abcdef0123".to_owned()),
            ..Range::default()
        },
        config_sha256: String::new(),
        template_sha256: None,
        context: Some(3),
        patch_sha256: None,
        guard: GuardRecord {
            warn_bytes: 60_000,
            fail_bytes: 100_000,
            forced: false,
        },
        bundles: vec![BundleRecord {
            id: "core".to_owned(),
            component: "core".to_owned(),
            part: None,
            parts: None,
            packed: Vec::new(),
            bytes,
            prompt_bytes: bytes,
            tokens: 1,
            verdict: Verdict::Ok,
            diff: "bundles/core.diff".to_owned(),
            prompt: "prompts/core.md".to_owned(),
            diff_sha256: String::new(),
            prompt_sha256: String::new(),
            files,
        }],
        excluded: Vec::new(),
        excluded_sha256: None,
        tree_sha256: None,
    }
}

fn row(reviewer: &str, lineage: &str, state: ReviewState) -> ReviewerRow {
    ReviewerRow {
        reviewer: reviewer.to_owned(),
        lineages: LineageSet::from_iter([lineage]),
        lineage_source: "the reviewer's name".to_owned(),
        model: None,
        state,
        reason: None,
        findings: u64::from(state == ReviewState::Findings),
        findings_without_location: 0,
        mentions: 0,
        buckets: Buckets::default(),
        tokens_out: state.is_usable().then_some(1234),
        tokens_estimated: true,
        tokens_per_kb: None,
        relative_tokens: None,
        verdict: None,
        cut_off: false,
        read_as_json: false,
        carried_over_from: None,
    }
}

fn said(path: &str, lines: Option<(u32, u32)>, what: &str) -> FindingRecord {
    FindingRecord {
        reviewer: "opus".to_owned(),
        lineages: LineageSet::from_iter(["anthropic"]),
        path: path.to_owned(),
        start: lines.map(|(start, _)| start),
        end: lines.map(|(_, end)| end),
        symbol: None,
        symbol_start: None,
        symbol_end: None,
        severity: Some(Severity::Warn),
        severity_text: None,
        what: Some(what.to_owned()),
        why: None,
        review_line: 2,
        read_as: ReadAs::Labelled,
        grounding: Grounding::Hunk,
        from_bundle: None,
        flags: Vec::new(),
        link: None,
        votes: true,
    }
}

/// A tally of one bundle in which each finding is an issue.
fn tally_of(findings: Vec<FindingRecord>) -> Tally {
    let count = findings.len() as u64;
    let locations = findings
        .iter()
        .enumerate()
        .map(|(at, finding)| LocationRecord {
            path: finding.path.clone(),
            start: finding.start,
            end: finding.end,
            symbol: None,
            severity: finding.severity,
            findings: vec![at],
            convergence: 1,
            reviewed_by: 2,
        });
    let issues = findings
        .iter()
        .enumerate()
        .map(|(at, finding)| IssueRecord {
            path: finding.path.clone(),
            start: finding.start,
            end: finding.end,
            symbol: None,
            severity: finding.severity,
            findings: vec![at],
            convergence: 1,
            reviewed_by: 2,
            similarity: None,
            others: Vec::new(),
            others_left_out: 0,
            since: None,
            triage: None,
        });
    let totals = Totals {
        findings: count,
        issues: count,
        agreed: 0,
        distinct: count,
        convergent: 0,
    };
    Tally {
        schema: tally::SCHEMA.to_owned(),
        totals,
        near_lines: 1,
        min_lineages: 0,
        buckets: Buckets::default(),
        findings_without_location: Vec::new(),
        unmatched_retractions: Vec::new(),
        bundles: vec![BundleTally {
            id: "core".to_owned(),
            bytes: Some(100),
            totals,
            reviewed_by: 2,
            buckets: Buckets::default(),
            findings_without_location: Vec::new(),
            unmatched_retractions: Vec::new(),
            reviewers: vec![
                row("kimi", "moonshot", ReviewState::Clean),
                row("opus", "anthropic", ReviewState::Findings),
            ],
            locations: locations.collect(),
            issues: issues.collect(),
            findings,
            mentions: Vec::new(),
            set_aside: Vec::new(),
        }],
        reviewers: Vec::new(),
        estimate: None,
        baseline: None,
        judged: Vec::new(),
        estimate_refused: None,
        warnings: Vec::new(),
    }
}

const DIFF: &str = "\
diff --git a/src/pool.rs b/src/pool.rs
index 1..2 100644
--- a/src/pool.rs
+++ b/src/pool.rs
@@ -8,3 +8,4 @@ fn drain()
 a
-b < 1
+b & 2
+c
 d
diff --git a/src/old.rs b/src/old.rs
deleted file mode 100644
--- a/src/old.rs
+++ /dev/null
@@ -1,2 +0,0 @@
-x
-y
";

fn files() -> Vec<FileRecord> {
    let hunk = |old_start, old_lines, new_start, new_lines| Hunk {
        old_start,
        old_lines,
        new_start,
        new_lines,
    };
    vec![
        file("src/pool.rs", ChangeKind::Modified, &[hunk(8, 3, 8, 4)]),
        // The second part of a cut file: the text counts from 1, the base from 41.
        file("src/old.rs", ChangeKind::Deleted, &[hunk(41, 2, 0, 0)]),
    ]
}

/// Position of a text, which must be there once.
fn once(html: &str, text: &str) -> usize {
    assert_eq!(html.matches(text).count(), 1, "{text} in {html}");
    html.find(text).unwrap()
}

#[test]
fn a_small_page() {
    let answers = [
        (
            "opus",
            "SEVERITY: BLOCK\nWHERE: src/pool.rs:9-10\nWHAT: The `drain` loop stops early.\nWHY: One entry stays.\n\n\
             SEVERITY: INFO\nWHERE: src/gone.rs\nWHAT: No such file.\n\nVERDICT: BLOCK\n",
        ),
        (
            "kimi",
            "SEVERITY: WARN\nWHERE: src/pool.rs:9\nWHAT: `drain` leaves the last entry.\n\n\
             SEVERITY: WARN\nWHAT: No test.\n\nRETRACT: src/pool.rs:3\nVERDICT: FIX\n",
        ),
        ("glm", "This change is about pools."),
    ];
    let answers = answers.map(|(seat, text)| {
        Submission::new("core", seat, Outcome::Review(Review::from_text(text)))
    });
    let mut manifest = manifest(DIFF.len() as u64, files());
    manifest.excluded.push(ExcludedRecord {
        path: "Cargo.lock".to_owned(),
        quoted: false,
        old_path: None,
        old_quoted: false,
        reason: "lock file".to_owned(),
        bytes: 9120,
    });
    let tree = b"src/pool.rs\nsrc/other.rs\n";
    let wave_index = tally::ground::WaveIndex::new(&manifest, tree);
    let diffs = |_: &str| Some(DIFF.as_bytes().to_vec());
    let options = TallyOptions::default();
    let tally = tally::tally(answers.into(), Some(&wave_index), &diffs, &options);
    let html = page(&tally, Some(&manifest), DIFF, &HtmlOptions::default());
    assert_eq!(
        html,
        page(&tally, Some(&manifest), DIFF, &HtmlOptions::default())
    );
    let body = body(&html);
    insta::assert_snapshot!(&body[body.find("<body>").unwrap()..]);
}

#[test]
fn the_policy_names_what_stands_in_the_page() {
    let html = page(&tally_of(Vec::new()), None, "", &HtmlOptions::default());
    let inside = |open: &str, close: &str| {
        let start = once(&html, open) + open.len();
        html[start..start + html[start..].find(close).unwrap()].to_owned()
    };
    let expected = policy::policy(
        &inside("<style>", "</style>"),
        &inside("<script>", "</script>"),
    );
    let given = inside("http-equiv=\"Content-Security-Policy\" content=\"", "\">");
    // The template escapes what stands in the attribute.
    let given = given
        .replace("&#x27;", "'")
        .replace("&#x2f;", "/")
        .replace("&amp;", "&");
    assert_eq!(given, expected);
    assert!(given.starts_with("default-src 'none'; style-src 'sha256-"));
}

#[test]
fn what_comes_from_outside_is_text_everywhere() {
    let mut tally = tally_of(vec![said(EVIL, Some((3, 4)), EVIL)]);
    tally.warnings.push(EVIL.to_owned());
    tally.estimate_refused = Some(EVIL.to_owned());
    let bundle = &mut tally.bundles[0];
    bundle.id = EVIL.to_owned();
    let finding = &mut bundle.findings[0];
    finding.flags.push(EVIL.to_owned());
    finding.from_bundle = Some(EVIL.to_owned());
    finding.symbol = Some(EVIL.to_owned());
    finding.lineages = LineageSet::from_iter([EVIL]);
    finding.reviewer = EVIL.to_owned();
    finding.severity = None;
    finding.severity_text = Some(EVIL.to_owned());
    finding.what = Some(format!("`{EVIL}` {EVIL}"));
    finding.why = Some(EVIL.to_owned());
    finding.link = Some(format!("https://{EVIL}"));
    bundle.issues[0].symbol = Some(EVIL.to_owned());
    // An issue may name another that the page does not show.
    let mut other = bundle.issues[0].clone();
    other.path = EVIL.to_owned();
    other.others = vec![0];
    bundle.issues[0].others = vec![1];
    bundle.issues.push(other);
    bundle.mentions.push(MentionRecord {
        reviewer: EVIL.to_owned(),
        path: EVIL.to_owned(),
        start: None,
        end: None,
        symbol: Some(EVIL.to_owned()),
        review_line: 1,
    });
    let seat = &mut bundle.reviewers[0];
    seat.reviewer = EVIL.to_owned();
    seat.lineages = LineageSet::from_iter([EVIL]);
    seat.lineage_source = EVIL.to_owned();
    seat.model = Some(EVIL.to_owned());
    seat.state = ReviewState::Failed;
    seat.reason = Some(EVIL.to_owned());
    seat.carried_over_from = Some(EVIL.to_owned());
    seat.verdict = Some(ReviewVerdict::Fix);
    bundle.set_aside.push(SetAside {
        reviewer: EVIL.to_owned(),
        text: EVIL.to_owned(),
        review_line: 1,
        bucket: Bucket::Malformed,
        reason: EVIL.to_owned(),
        severity: None,
        what: Some(EVIL.to_owned()),
        why: None,
    });
    bundle.findings_without_location.push(UnlocatedRecord {
        bundle: EVIL.to_owned(),
        reviewer: EVIL.to_owned(),
        severity: None,
        severity_text: Some(EVIL.to_owned()),
        what: Some(EVIL.to_owned()),
        why: Some(EVIL.to_owned()),
        review_line: 1,
        retracted_line: None,
    });
    bundle.unmatched_retractions.push(RetractionRecord {
        bundle: EVIL.to_owned(),
        reviewer: EVIL.to_owned(),
        text: EVIL.to_owned(),
        review_line: 1,
    });
    let mut files = files();
    files[0].path = EVIL.to_owned();
    files[1].old_path = Some(EVIL.to_owned());
    let mut manifest = manifest(100, files);
    manifest.bundles[0].id = EVIL.to_owned();
    manifest.bundles[0].component = EVIL.to_owned();
    manifest.bundles[0].part = Some(1);
    manifest.bundles[0].parts = Some(2);
    manifest.bundles[0].packed = vec![EVIL.to_owned()];
    manifest.range.spec = EVIL.to_owned();
    manifest.range.base_tree = Some(EVIL.to_owned());
    manifest.range.commits.push(crate::range::Commit {
        id: EVIL.to_owned(),
        subject: EVIL.to_owned(),
    });
    manifest.excluded.push(ExcludedRecord {
        path: EVIL.to_owned(),
        quoted: false,
        old_path: Some(EVIL.to_owned()),
        old_quoted: false,
        reason: EVIL.to_owned(),
        bytes: 1,
    });
    let diff = format!(
        "diff --git a/src/old.rs b/src/old.rs\n--- a/src/old.rs\n+++ b/src/old.rs\n@@ -1 +1,2 @@ {EVIL}\n-{EVIL}\n+{EVIL}\n+{EVIL}\n"
    );
    let html = body(&page(
        &tally,
        Some(&manifest),
        &diff,
        &HtmlOptions::default(),
    ));
    for broken in ["<img", "</script><", "\u{202e}"] {
        assert!(!html.contains(broken), "{broken} in {html}");
    }
    assert!(html.matches("&lt;img").count() > 30, "{html}");
    assert_eq!(html.matches("</script>").count(), 1);
}

#[test]
fn cards_stand_at_their_lines() {
    let tally = tally_of(vec![
        said("src/pool.rs", Some((9, 10)), "inside"),
        said("src/pool.rs", Some((11, 99)), "past the end"),
        said("src/pool.rs", Some((200, 300)), "outside"),
        said("src/pool.rs", None, "whole file"),
        said("src/old.rs", Some((41, 41)), "old line"),
        said("src/none.rs", Some((3, 3)), "elsewhere"),
    ]);
    let html = body(&page(
        &tally,
        Some(&manifest(100, files())),
        DIFF,
        &HtmlOptions::default(),
    ));
    let at = |text: &str| once(&html, text);
    let card = |name: &str| at(&format!("<article class=\"card warn\" id=\"core/{name}\""));
    let pool = at("<span class=\"folder\">src/</span>pool.rs</h4>");
    let line_10 = at("<ins class=\"m\" data-n=\"10\">+c</ins>");
    let line_11 = at("<span class=\"m\" data-n=\"11\"> d</span>");
    let old_41 = at("<del class=\"m\" data-n=\"41\">-x</del>");
    let old_42 = at("<del data-n=\"42\">-y</del>");
    at(
        "<span data-n=\"8\"> a</span><del>-b &lt; 1</del><ins class=\"m\" data-n=\"9\">+b &amp; 2</ins>",
    );
    assert!(line_10 < card("src/pool.rs:9-10") && card("src/pool.rs:9-10") < line_11);
    assert!(line_11 < card("src/pool.rs:11-99"));
    assert!(pool < card("src/pool.rs:200-300") && card("src/pool.rs:200-300") < line_10);
    assert!(pool < card("src/pool.rs") && card("src/pool.rs") < line_10);
    assert!(old_41 < card("src/old.rs:41") && card("src/old.rs:41") < old_42);
    assert!(at("Not in this bundle's diff") < card("src/none.rs:3"));
}

#[test]
fn a_diff_that_is_too_large_shows_the_lines_around_findings() {
    let lines: String = (1..=5_000).map(|line| format!("+line {line}\n")).collect();
    let diff = format!(
        "diff --git a/big.rs b/big.rs\nnew file mode 100644\n--- /dev/null\n+++ b/big.rs\n@@ -0,0 +1,5000 @@\n{lines}\
         diff --git a/calm.rs b/calm.rs\n--- a/calm.rs\n+++ b/calm.rs\n@@ -1 +1 @@\n-a\n+b\n"
    );
    let hunk = |new_lines| Hunk {
        old_start: 1,
        old_lines: 0,
        new_start: 1,
        new_lines,
    };
    let manifest = manifest(
        diff.len() as u64,
        vec![
            file("big.rs", ChangeKind::Added, &[hunk(5000)]),
            file("calm.rs", ChangeKind::Modified, &[hunk(1)]),
        ],
    );
    let tally = tally_of(vec![
        said("big.rs", Some((1000, 1000)), "one"),
        said("big.rs", Some((4000, 4999)), "long"),
    ]);
    let options = HtmlOptions::default().max_diff_bytes(30_000);
    let html = body(&page(&tally, Some(&manifest), &diff, &options));
    assert!(html.contains("too much for one page"));
    for (line, shown) in [
        (969, false),
        (970, true),
        (1030, true),
        (1031, false),
        (3970, true),
        (4230, true),
        (4231, false),
    ] {
        let there = html.contains(&format!("+line {line}</ins>"));
        assert_eq!(there, shown, "line {line}");
    }
    // 969 before, 2939 between, 770 behind, and the two lines of the calm file.
    for gap in [
        "969 lines left out",
        "2939 lines left out",
        "770 lines left out",
    ] {
        once(&html, gap);
    }
    assert!(!html.contains("calm.rs</h4>") || html.contains("2 lines left out"));
    once(&html, "4,680 lines of the bundles above are left out.");

    // With room for next to nothing the words still stand.
    let html = body(&page(
        &tally,
        Some(&manifest),
        &diff,
        &HtmlOptions::default().max_diff_bytes(200),
    ));
    assert!(html.matches("<ins").count() < 8);
    assert_eq!(html.matches("<article").count(), 2);
}

#[test]
fn issues_beyond_the_limit_are_counted() {
    let findings: Vec<FindingRecord> = (1..=9)
        .map(|line| said("src/pool.rs", Some((line * 10, line * 10)), "w"))
        .collect();
    let mut tally = tally_of(findings);
    tally.bundles[0].issues[8].convergence = 2;
    let options = HtmlOptions::default().max_issues(3);
    let html = body(&page(&tally, Some(&manifest(100, files())), DIFF, &options));
    assert_eq!(html.matches("<article").count(), 3);
    assert!(
        html.contains("id=\"core/src/pool.rs:90\""),
        "the agreed one is shown"
    );
    once(
        &html,
        "6 more issues, the least important, are in tally.json.",
    );
    once(&html, "6 more issues of this bundle are in tally.json.");
    assert!(html.contains("of 9 issues agreed"));
}

#[test]
fn without_a_manifest_there_are_findings_and_no_lines() {
    let tally = tally_of(vec![said("src/pool.rs", Some((9, 10)), "inside")]);
    let mut out = Vec::new();
    write_html(&tally, None, &NoDiffs, &HtmlOptions::default(), &mut out).unwrap();
    let html = body(&String::from_utf8(out).unwrap());
    assert!(html.contains("Reviews without a wave"));
    once(&html, "<article");
    assert!(!html.contains("class=\"code\"") && !html.contains("Not shown to reviewers"));
    assert!(!html.contains("Not in this bundle"));
}

#[test]
fn a_diff_that_breaks_off_says_so() {
    let tally = tally_of(vec![said("src/pool.rs", Some((9, 10)), "inside")]);
    let manifest = manifest(100, files());
    let cut = &DIFF[..DIFF.len() - 3];
    let html = body(&page(&tally, Some(&manifest), cut, &HtmlOptions::default()));
    once(&html, "The diff ends here: line");
    let mut out = Vec::new();
    write_html(
        &tally,
        Some(&manifest),
        &NoDiffs,
        &HtmlOptions::default(),
        &mut out,
    )
    .unwrap();
    once(
        &String::from_utf8(out).unwrap(),
        "The diff is not available.",
    );
}

#[test]
fn a_hunk_that_is_shorter_than_the_manifest_says_loses_no_finding() {
    let tally = tally_of(vec![said("src/pool.rs", Some((30, 35)), "inside")]);
    let mut files = files();
    files[0].hunks[0].new_lines = 40;
    let html = page(
        &tally,
        Some(&manifest(100, files)),
        DIFF,
        &HtmlOptions::default(),
    );
    once(&html, "<article");
}

#[test]
fn others_are_linked_and_claims_lead_back() {
    let mut tally = tally_of(vec![
        said("src/pool.rs", Some((9, 9)), "one"),
        said("src/pool.rs", Some((9, 10)), "two"),
    ]);
    let bundle = &mut tally.bundles[0];
    bundle.issues[0].others = vec![1];
    bundle.issues[1].others = vec![0];
    bundle.findings[0].link = Some("https://example.org/pull/1#r2".to_owned());
    bundle.findings[0].read_as = ReadAs::Prose;
    bundle.findings[1].link = Some("javascript:alert(1)".to_owned());
    let html = body(&page(&tally, None, "", &HtmlOptions::default()));
    assert_eq!(html.matches("Others at these lines (1): ").count(), 2);
    once(
        &html,
        "<a href=\"#core/src/pool.rs:9-10\">src/pool.rs:9-10</a></p>",
    );
    once(
        &html,
        "<a href=\"https://example.org/pull/1#r2\" rel=\"noreferrer\">open the comment</a>",
    );
    once(&html, "read from prose");
    assert!(!html.contains("javascript:alert"));
}

#[test]
fn the_verdict_stands_above_everything_with_its_evidence() {
    use crate::gauntlet::assess::{Assess, Evidence, Phase, assess};
    let tally = tally_of(Vec::new());
    let manifest = manifest(10, files());
    let evidence = Evidence {
        manifest: &manifest,
        smoke: None,
        tally: Some(&tally),
        parity: None,
        gaps: &[],
        min_lineages: 0,
        files: &[],
    };
    let rules = Assess {
        require: vec![Phase::Smoke],
        ..Assess::default()
    };
    let mut assessment = assess(&evidence, &rules, "2026-11-26");
    assessment.reasons[0].what = EVIL.to_owned();
    let options = HtmlOptions::default().assessment(Some(assessment));
    let html = body(&page(&tally, Some(&manifest), "", &options));
    let verdict = once(&html, "<h2 id=\"/verdict-title\">Verdict: hold</h2>");
    assert!(verdict < once(&html, "id=\"/overview\""));
    once(&html, "<code>not_run</code>");
    once(&html, "smoke (required)</th><td>not run</td>");
    assert!(!html.contains("<img"), "{html}");
    let without = body(&page(&tally, Some(&manifest), "", &HtmlOptions::default()));
    assert!(!without.contains("/verdict"));
}

#[test]
fn counts_are_grouped() {
    for (count, text) in [
        (0, "0"),
        (999, "999"),
        (1_000, "1,000"),
        (1_234_567, "1,234,567"),
    ] {
        assert_eq!(grouped(count), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Wherever issues are, and however little of the diff is shown, each is in the page once.
    #[test]
    fn every_issue_has_one_card(
        cited in proptest::collection::vec((0_u32..4, proptest::option::of((1_u32..90, 0_u32..20))), 0..30),
        hunks in proptest::collection::vec((1_u32..12, 1_u32..6), 0..8),
        limit in prop_oneof![Just(4_000_000_u64), 0_u64..2_000],
    ) {
        let mut start = 1;
        let mut diff = "diff --git a/f0 b/f0\n--- a/f0\n+++ b/f0\n".to_owned();
        let mut records = Vec::new();
        for (gap, lines) in hunks {
            start += gap;
            diff.push_str(&format!("@@ -{start},0 +{start},{lines} @@\n"));
            (0..lines).for_each(|line| diff.push_str(&format!("+line {line}\n")));
            records.push(Hunk { old_start: start, old_lines: 0, new_start: start, new_lines: lines });
            start += lines;
        }
        let manifest = manifest(diff.len() as u64, vec![
            file("f0", ChangeKind::Modified, &records),
            file("f1", ChangeKind::Modified, &[]),
        ]);
        let tally = tally_of(cited.iter().map(|(path, lines)| {
            said(&format!("f{path}"), lines.map(|(start, more)| (start, start + more)), "w")
        }).collect());
        let html = body(&page(&tally, Some(&manifest), &diff, &HtmlOptions::default().max_diff_bytes(limit)));
        prop_assert_eq!(html.matches("<article").count(), cited.len());
        prop_assert_eq!(html.matches("<li class=\"row ").count(), cited.len());
        let mut ids: Vec<&str> = html.split("<article class=\"card warn\" id=\"").skip(1)
            .map(|rest| rest.split('"').next().unwrap()).collect();
        ids.sort_unstable();
        let before = ids.len();
        ids.dedup();
        prop_assert_eq!(ids.len(), before);
    }
}
