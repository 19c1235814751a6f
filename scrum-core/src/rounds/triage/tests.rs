use proptest::prelude::*;

use super::*;
use crate::change::{Change, ChangeKind, Hunk, PathAttributes};
use crate::path::RepoPath;
use crate::report::sample::{finding, tally_of};
use crate::rounds::TriageLines;

const LOCK: &str = "The lock is never released after a panic";
const COUNT: &str = "Counts one entry too many at the end";

fn decided(tally: &Tally, head: Option<&str>, verdict: TriageVerdict) -> TriageFile {
    let bundle = &tally.bundles[0];
    let entries = bundle.issues.iter();
    TriageFile {
        issues: entries
            .map(|issue| TriageEntry::new(bundle, issue, head, verdict))
            .collect(),
    }
}

/// `a.rs` is now `b.rs` and has two lines more at its top.
fn carry() -> Carry {
    Carry::new(&[Change {
        path: RepoPath::new("b.rs"),
        old_path: Some(RepoPath::new("a.rs")),
        kind: ChangeKind::Renamed,
        old_mode: None,
        new_mode: None,
        binary: false,
        additions: 2,
        deletions: 0,
        bytes: 0,
        hunks: vec![Hunk {
            old_start: 0,
            old_lines: 0,
            new_start: 1,
            new_lines: 2,
        }],
        base_attributes: PathAttributes::default(),
        head_attributes: PathAttributes::default(),
    }])
}

#[test]
fn a_decision_follows_lines_names_and_words() {
    let old = tally_of(&[("core", "opus", finding("WARN", "a.rs:10", LOCK))]);
    let file = decided(&old, Some("old"), TriageVerdict::FalsePositive);
    let carries = BTreeMap::from([("old".to_owned(), carry())]);
    for (place, what, carries, marked) in [
        (
            "b.rs:12",
            "Lock still never released after panic",
            &carries,
            true,
        ),
        ("b.rs:12", COUNT, &carries, false),
        ("b.rs:30", LOCK, &carries, false),
        // Without the tree there is the path and the words.
        ("a.rs:77", LOCK, &BTreeMap::new(), true),
        ("a.rs:77", COUNT, &BTreeMap::new(), false),
        ("b.rs:12", LOCK, &BTreeMap::new(), false),
    ] {
        let mut new = tally_of(&[("core", "opus", finding("WARN", place, what))]);
        file.apply(&mut new, carries, Some("new"), None);
        let issue = &new.bundles[0].issues[0];
        assert_eq!(issue.is_dismissed(), marked, "{place} {what}");
    }
}

#[test]
fn what_speaks_against_a_decision_opens_it_again() {
    let old = tally_of(&[("core", "opus", finding("WARN", "a.rs:10", LOCK))]);
    let same = BTreeMap::from([("t".to_owned(), Carry::default())]);
    let opened = |verdict, reviewer, severity, head, trusted: Option<&TriageFile>| {
        let file = decided(&old, Some("t"), verdict);
        let mut new = tally_of(&[("core", reviewer, finding(severity, "a.rs:10", LOCK))]);
        file.apply(&mut new, &same, Some(head), trusted);
        new.bundles[0].issues[0].triage.clone().unwrap().reopened
    };
    let dismissed = TriageVerdict::FalsePositive;
    let none: [&str; 0] = [];
    assert_eq!(opened(dismissed, "opus", "WARN", "t", None), none);
    assert_eq!(opened(dismissed, "sonnet", "INFO", "t", None), none);
    assert_eq!(
        opened(TriageVerdict::WontFix, "kimi", "BLOCK", "t", None),
        ["its severity rose to BLOCK", "moonshot reports it, too"]
    );
    assert_eq!(
        opened(TriageVerdict::Confirmed, "kimi", "BLOCK", "t", None),
        none
    );
    assert_eq!(
        opened(TriageVerdict::Fixed, "opus", "WARN", "t", None),
        none
    );
    assert_eq!(
        opened(TriageVerdict::Fixed, "opus", "WARN", "later", None),
        ["it was marked as fixed"]
    );
    assert_eq!(
        opened(dismissed, "opus", "WARN", "t", Some(&TriageFile::default())),
        ["the change under review adds this decision itself"]
    );
}

#[test]
fn the_estimate_is_of_what_is_confirmed_and_never_of_what_is_false() {
    let both = finding("WARN", "a.rs:10", LOCK);
    let one = finding("WARN", "a.rs:30", COUNT);
    let reviews = [
        ("core", "opus", both.clone() + &one),
        ("core", "kimi", both),
    ];
    let mut tally = tally_of(&reviews);
    assert_eq!(tally.estimate.unwrap().found, 2);
    let mut file = decided(&tally, None, TriageVerdict::FalsePositive);
    file.issues
        .retain(|entry| entry.lines.unwrap().0.start == 30);
    file.apply(&mut tally, &BTreeMap::new(), None, None);
    let estimate = tally.estimate.unwrap();
    assert_eq!(
        (estimate.found, estimate.basis),
        (1, EstimateBasis::Unconfirmed)
    );
    file.issues[0].verdict = TriageVerdict::Confirmed;
    file.apply(&mut tally, &BTreeMap::new(), None, None);
    // One confirmed defect of one lineage overlaps with nothing.
    assert_eq!(tally.estimate, None);
    assert_eq!(
        tally.estimate_refused.as_deref(),
        Some("no two lineages reported the same defect")
    );
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,20}", any::<String>()]
}

fn entry() -> impl Strategy<Value = TriageEntry> {
    let verdict = prop::sample::select(vec![
        TriageVerdict::Confirmed,
        TriageVerdict::FalsePositive,
        TriageVerdict::WontFix,
        TriageVerdict::Fixed,
    ]);
    let severity = prop::option::of(prop::sample::select(vec![
        Severity::Block,
        Severity::Warn,
        Severity::Info,
    ]));
    let lines = prop::option::of((1_u32..99, 0_u32..9));
    let names = || prop::collection::vec(text(), 0..3);
    (
        (text(), lines, prop::option::of(text()), verdict),
        (prop::option::of(text()), prop::option::of(text()), severity),
        (names(), names(), names(), prop::option::of("[0-9a-f]{40}")),
    )
        .prop_map(
            |(
                (path, lines, symbol, verdict),
                (by, note, severity),
                (reviewers, lineages, claims, head),
            )| {
                TriageEntry {
                    path,
                    lines: lines.map(|(start, more)| {
                        TriageLines(LineRange {
                            start,
                            end: start + more,
                        })
                    }),
                    symbol,
                    verdict,
                    by,
                    note,
                    severity,
                    reviewers,
                    lineages,
                    head,
                    claims,
                }
            },
        )
}

proptest! {
    /// Whatever is in it, the file is read as it was written, and written again as it was.
    #[test]
    fn what_is_written_is_read(issues in prop::collection::vec(entry(), 0..4)) {
        let file = TriageFile { issues };
        let text = file.to_toml();
        let read = TriageFile::from_toml(&text).unwrap();
        prop_assert_eq!(read.to_toml(), text);
        let sorted = |file: &TriageFile| {
            let mut issues = file.issues.clone();
            issues.sort();
            issues
        };
        prop_assert_eq!(sorted(&read), sorted(&file));
    }

    /// No text makes the reader panic.
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = TriageFile::from_toml(&text);
    }
}
