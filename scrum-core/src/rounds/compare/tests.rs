use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::change::{Change, ChangeKind, Hunk, PathAttributes};
use crate::path::RepoPath;
use crate::report::sample::{finding, tally_of};
use crate::review::Severity;
use crate::review::location::LineRange;

/// A manifest with one bundle of these files, each shown from line 1 to 500.
fn manifest(files: &[&str]) -> Manifest {
    let files: Vec<_> = files
        .iter()
        .map(|path| {
            json!({ "path": path, "old_path": null, "kind": "modified", "old_mode": "100644",
                "new_mode": "100644", "moved_from_component": null, "binary": false, "additions": 1,
                "deletions": 1, "bytes": 10,
                "hunks": [{ "old_start": 1, "old_lines": 500, "new_start": 1, "new_lines": 500 }] })
        })
        .collect();
    let manifest = json!({ "schema": crate::wave::manifest::SCHEMA,
        "range": { "spec": "a..b", "base": null, "head": null, "base_tree": null, "head_tree": null,
            "pathspec": [], "commits": [] },
        "config_sha256": "", "guard": { "warn_bytes": 1, "fail_bytes": 2, "forced": false },
        "bundles": [{ "id": "core", "component": "core", "part": null, "parts": null, "bytes": 10,
            "prompt_bytes": 10, "tokens": 3, "verdict": "ok", "diff": "a", "prompt": "b", "diff_sha256": "",
            "prompt_sha256": "", "files": files }] });
    Manifest::from_json(manifest.to_string().as_bytes()).unwrap()
}

fn change(path: &str, old: Option<&str>, hunks: Vec<Hunk>) -> Change {
    Change {
        path: RepoPath::new(path),
        old_path: old.map(RepoPath::new),
        kind: match old {
            Some(_) => ChangeKind::Renamed,
            None => ChangeKind::Modified,
        },
        old_mode: None,
        new_mode: None,
        binary: false,
        additions: 0,
        deletions: 0,
        bytes: 0,
        hunks,
        base_attributes: PathAttributes::default(),
        head_attributes: PathAttributes::default(),
    }
}

fn hunk(old_start: u32, old_lines: u32, new_start: u32, new_lines: u32) -> Hunk {
    Hunk {
        old_start,
        old_lines,
        new_start,
        new_lines,
    }
}

const LOCK: &str = "The lock is never released after a panic";
const COUNT: &str = "Counts one entry too many at the end";
const TESTS: &str = "Nothing covers an empty pool in unit tests";

#[test]
fn each_issue_gets_its_status() {
    let old = [
        finding("BLOCK", "a.rs:10", LOCK),
        finding("WARN", "a.rs:20", COUNT),
        finding("WARN", "a.rs:30", TESTS),
        finding("INFO", "b.rs:5", COUNT),
        finding("INFO", "left.rs:5", COUNT),
    ]
    .concat();
    let old = tally_of(&[("core", "opus", old)]);
    let new = [
        finding(
            "WARN",
            "moved.rs:12",
            "Lock still never released after panic",
        ),
        finding(
            "BLOCK",
            "moved.rs:40",
            "Deletes the wrong directory entirely",
        ),
    ]
    .concat();
    let new = tally_of(&[("core", "opus", new)]);
    // Two lines more at the top; line 20 is edited; the rest only moves.
    let carry = Carry::new(&[change(
        "moved.rs",
        Some("a.rs"),
        vec![hunk(0, 0, 1, 2), hunk(20, 1, 22, 1)],
    )]);
    let manifest = manifest(&["moved.rs", "b.rs"]);
    let compared = compare(&old, &new, &manifest, &carry);
    let told: Vec<_> = compared
        .findings
        .iter()
        .map(|entry| {
            let line = |place: &Option<Place>| place.as_ref().and_then(|place| place.start);
            (
                entry.status,
                line(&entry.old),
                line(&entry.mapped),
                line(&entry.new),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Status::New, None, None, Some(40)),
            (Status::Persisting, Some(10), Some(12), Some(12)),
            (Status::Gone, Some(20), Some(22), None),
            (Status::Unconfirmed, Some(30), Some(32), None),
            (Status::Unconfirmed, Some(5), Some(5), None),
            (Status::NotReReviewed, Some(5), Some(5), None),
        ]
    );
    assert_eq!(
        compared.totals,
        ComparisonTotals {
            new: 1,
            persisting: 1,
            gone: 1,
            unconfirmed: 2,
            not_re_reviewed: 1
        }
    );
    let persisting = &compared.findings[1];
    assert_eq!(persisting.severity, Some(Severity::Warn));
    assert_eq!(persisting.old_severity, Some(Severity::Block));
}

#[test]
fn only_a_usable_review_of_the_lineage_looks_again() {
    let old = tally_of(&[("core", "opus", finding("WARN", "a.rs:10", LOCK))]);
    for (reviewer, text, status) in [
        ("opus", "NONE\n", Status::Unconfirmed),
        // Another model of the lineage looks for all of it.
        ("sonnet", "NONE\n", Status::Unconfirmed),
        ("kimi", "NONE\n", Status::NotReReviewed),
        ("opus", "A pool is a pool.\n", Status::NotReReviewed),
    ] {
        let new = tally_of(&[("core", reviewer, text.to_owned())]);
        let compared = compare(&old, &new, &manifest(&["a.rs"]), &Carry::default());
        assert_eq!(compared.findings[0].status, status, "{reviewer}: {text}");
    }
    // Whoever reviewed another bundle has not seen the lines.
    let new = tally_of(&[("core", "opus", "NONE\n".to_owned())]);
    let compared = compare(&old, &new, &manifest(&["b.rs"]), &Carry::default());
    assert_eq!(compared.findings[0].status, Status::NotReReviewed);
}

#[test]
fn the_words_must_be_alike_too() {
    let old = tally_of(&[("core", "opus", finding("WARN", "a.rs:10", LOCK))]);
    let new = tally_of(&[("core", "opus", finding("WARN", "a.rs:10", COUNT))]);
    let compared = compare(&old, &new, &manifest(&["a.rs"]), &Carry::default());
    let statuses: Vec<Status> = compared.findings.iter().map(|entry| entry.status).collect();
    assert_eq!(statuses, [Status::New, Status::Unconfirmed]);
}

#[test]
fn engagement_is_counted_for_each_reviewer() {
    let old = tally_of(&[
        ("core", "opus", "x".repeat(400)),
        ("core", "kimi", "NONE".to_owned()),
    ]);
    let new = tally_of(&[
        ("core", "opus", "x".repeat(800)),
        ("cli", "opus", "x".repeat(40)),
    ]);
    let compared = compare(&old, &new, &manifest(&[]), &Carry::default());
    let tokens: Vec<_> = compared
        .engagement
        .iter()
        .map(|of| {
            (
                of.reviewer.as_str(),
                of.old_tokens,
                of.new_tokens,
                of.new_bundles,
            )
        })
        .collect();
    assert_eq!(
        tokens,
        [
            ("kimi", Some(1), None, 0),
            ("opus", Some(100), Some(210), 2)
        ]
    );
}

/// An edit of a file: for each old line whether it is kept, and how many lines come after it.
#[derive(Debug, Clone)]
struct Edit {
    keep: Vec<bool>,
    insert: Vec<u32>,
}

fn edits() -> impl Strategy<Value = Edit> {
    (1_usize..40).prop_flat_map(|lines| {
        let keep = prop::collection::vec(prop::bool::weighted(0.8), lines);
        let insert = prop::collection::vec(prop_oneof![4 => Just(0), 1 => 1_u32..4], lines + 1);
        (keep, insert).prop_map(|(keep, insert)| Edit { keep, insert })
    })
}

impl Edit {
    /// The hunks of a diff without context, and for each old line its new one.
    fn hunks(&self) -> (Vec<Hunk>, Vec<Option<u32>>) {
        let mut hunks = Vec::new();
        let mut kept = Vec::new();
        let (mut old, mut new) = (0, 0);
        let (mut removed, mut added) = (0, self.insert[0]);
        let mut flush = |old: u32, new: u32, removed: &mut u32, added: &mut u32| {
            if *removed > 0 || *added > 0 {
                let start = |at: u32, lines: u32| if lines > 0 { at + 1 } else { at };
                hunks.push(hunk(
                    start(old, *removed),
                    *removed,
                    start(new, *added),
                    *added,
                ));
            }
            let end = (old + *removed, new + *added);
            (*removed, *added) = (0, 0);
            end
        };
        for (at, keep) in self.keep.iter().enumerate() {
            if *keep {
                (old, new) = flush(old, new, &mut removed, &mut added);
                old += 1;
                new += 1;
                kept.push(Some(new));
            } else {
                removed += 1;
                kept.push(None);
            }
            added += self.insert[at + 1];
        }
        flush(old, new, &mut removed, &mut added);
        (hunks, kept)
    }
}

/// Findings of two reviewers: a line and one of a few claims.
fn reviews() -> impl Strategy<Value = Vec<(u8, u32, u8)>> {
    prop::collection::vec((0_u8..2, 1_u32..40, 0_u8..3), 0..14)
}

fn tally_from(path: &str, findings: &[(u8, u32, u8)]) -> Tally {
    let of = |reviewer: u8| -> String {
        let own = findings.iter().filter(|(who, ..)| *who == reviewer);
        let text: String = own
            .map(|(_, line, claim)| {
                let what = [LOCK, COUNT, TESTS][usize::from(*claim)];
                finding("WARN", &format!("{path}:{line}"), what)
            })
            .collect();
        if text.is_empty() {
            "NONE\n".to_owned()
        } else {
            text
        }
    };
    tally_of(&[("core", "opus", of(0)), ("core", "kimi", of(1))])
}

proptest! {
    /// Whatever is edited and found, every finding of both waves is in exactly one entry, and the totals add up.
    #[test]
    fn every_finding_is_in_one_entry(edit in edits(), before in reviews(), after in reviews(), renamed: bool) {
        let (hunks, _) = edit.hunks();
        let path = if renamed { "new.rs" } else { "a.rs" };
        let carry = Carry::new(&[change(path, renamed.then_some("a.rs"), hunks)]);
        let (old, new) = (tally_from("a.rs", &before), tally_from(path, &after));
        let compared = compare(&old, &new, &manifest(&[path]), &carry);

        let sum: u64 = Status::ALL.iter().map(|status| compared.totals.of(*status)).sum();
        prop_assert_eq!(sum, compared.findings.len() as u64);
        for (tally, refs) in [
            (&old, compared.findings.iter().flat_map(|entry| &entry.old_findings).collect::<Vec<_>>()),
            (&new, compared.findings.iter().flat_map(|entry| &entry.new_findings).collect()),
        ] {
            let mut seen: Vec<(&str, usize)> =
                refs.iter().map(|of| (of.bundle.as_str(), of.finding)).collect();
            seen.sort_unstable();
            let all = tally.bundles.iter().flat_map(|bundle| {
                (0..bundle.findings.len()).map(|at| (bundle.id.as_str(), at))
            });
            prop_assert_eq!(seen, all.collect::<Vec<_>>());
        }
        for entry in &compared.findings {
            let sides = (!entry.old_findings.is_empty(), !entry.new_findings.is_empty());
            let fits = match entry.status {
                Status::New => (false, true),
                Status::Persisting => (true, true),
                _ => (true, false),
            };
            prop_assert_eq!(sides, fits);
        }
    }

    /// A line that is kept is carried to where it is, and one that is removed is not carried at all.
    #[test]
    fn lines_are_carried_to_where_they_are(edit in edits()) {
        let (hunks, kept) = edit.hunks();
        let carry = Carry::new(&[change("a.rs", None, hunks)]);
        let at = |at: usize| u32::try_from(at).unwrap() + 1;
        for (line, new) in kept.iter().enumerate() {
            let range = LineRange::new(at(line), at(line));
            let carried = carry.carry("a.rs", Some(range));
            if let Some(new) = new {
                prop_assert_eq!(carried.lines, Some(LineRange::new(*new, *new)));
                prop_assert_eq!(carried.fate, Fate::Unchanged);
            } else {
                prop_assert!(matches!(carried.fate, Fate::Changed | Fate::Vanished));
            }
        }
        // A range is unchanged exactly if all of its lines are there, one after the other.
        for start in 0..kept.len() {
            for end in start..kept.len() {
                let range = LineRange::new(at(start), at(end));
                let whole = kept[start].is_some()
                    && kept[start..=end].windows(2).all(|pair| pair[0].map(|line| line + 1) == pair[1]);
                let carried = carry.carry("a.rs", Some(range));
                prop_assert_eq!(carried.fate == Fate::Unchanged, whole, "{:?} {:?}", range, carried);
            }
        }
    }

    /// A wave compared with itself has nothing new and nothing gone.
    #[test]
    fn a_wave_is_the_same_as_itself(findings in reviews()) {
        let tally = tally_from("a.rs", &findings);
        let compared = compare(&tally, &tally, &manifest(&["a.rs"]), &Carry::default());
        prop_assert_eq!(compared.totals.persisting, compared.findings.len() as u64);
    }
}
