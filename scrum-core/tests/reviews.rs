//! Reads the review texts in `fixtures/reviews` and holds them against what stands in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use scrum_core::review::{ReadOptions, Review, Severity};

/// A review in the form of the `.expected` files.
fn described(review: &Review) -> Vec<String> {
    let mut out: Vec<String> = review
        .findings
        .iter()
        .map(|finding| {
            let location = finding
                .location
                .as_ref()
                .map_or("!".to_owned(), ToString::to_string);
            let severity = match finding.claim.severity {
                Some(Severity::Block) => "block",
                Some(Severity::Warn) => "warn",
                Some(Severity::Info) => "info",
                None => "-",
            };
            let state = if finding.location.is_err() {
                "malformed"
            } else if finding.quoted.is_some() {
                "echoed"
            } else if finding.retracted.is_some() {
                "retracted"
            } else if finding.stands_in_diff {
                "flagged"
            } else {
                "counts"
            };
            format!("{} {location} {severity} {state}", finding.line)
        })
        .collect();
    if review.read_as_json {
        out.push("= json".into());
    }
    if review.says_clean {
        out.push("= none".into());
    }
    if !review.unlocated.is_empty() {
        out.push(format!("= loose {}", review.unlocated.len()));
    }
    for retraction in &review.retractions {
        let named: Vec<String> = retraction
            .locations
            .iter()
            .map(ToString::to_string)
            .collect();
        out.push(format!("= retract {} {}", retraction.line, named.join(" ")));
    }
    if let Some(verdict) = review.verdict {
        out.push(format!(
            "= verdict {}",
            format!("{verdict:?}").to_uppercase()
        ));
    }
    out
}

#[test]
fn every_fixture_reads_as_it_should() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/reviews");
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension().is_some_and(|ending| ending == "md") && !path.ends_with("README.md")
        })
        .collect();
    names.sort();
    assert!(names.len() >= 6);
    let (mut right, mut wrong, mut missed) = (0, 0, 0);
    let mut report = String::new();
    for path in names {
        let text = fs::read(&path).unwrap();
        let diff = fs::read(path.with_extension("diff")).ok();
        let options = ReadOptions::default().diff(diff.as_deref());
        let read = described(&Review::read(&text, &options));
        let expected = fs::read_to_string(path.with_extension("expected")).unwrap();
        let expected: Vec<&str> = expected.lines().collect();
        let (is, should): (BTreeSet<&str>, BTreeSet<&str>) = (
            read.iter().map(String::as_str).collect(),
            expected.iter().copied().collect(),
        );
        right += is.intersection(&should).count();
        wrong += is.difference(&should).count();
        missed += should.difference(&is).count();
        if read != expected {
            report += &format!(
                "{}\n  read     {read:#?}\n  expected {expected:#?}\n",
                path.display()
            );
        }
    }
    println!("{right} right, {wrong} wrong, {missed} missed");
    assert!(report.is_empty(), "{report}");
}
