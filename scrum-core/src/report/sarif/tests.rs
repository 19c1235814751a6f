use proptest::prelude::*;
use serde_json::Value;

use super::{SarifOptions, component, write_sarif};
use crate::report::sample::{finding, hostile, tally_of, with_everywhere};
use crate::tally::{NoDiffs, Tally, TriageMark, TriageVerdict};

fn sarif(tally: &Tally, options: SarifOptions) -> (Value, Vec<String>) {
    let mut out = Vec::new();
    let told = write_sarif(tally, &NoDiffs, &options, &mut out).unwrap();
    assert!(out.len() <= options.max_bytes.max(20_000), "{}", out.len());
    (serde_json::from_slice(&out).unwrap(), told)
}

fn results(run: &Value) -> &[Value] {
    run["results"].as_array().unwrap()
}

fn category(run: &Value) -> &str {
    run["automationDetails"]["id"].as_str().unwrap()
}

#[test]
fn parts_share_the_run_of_their_component() {
    for (id, expected) in [
        ("core", "core"),
        ("core.12", "core"),
        ("dot-github", "dot-github"),
        ("v1.x", "v1.x"),
        (".1", ".1"),
        ("a.", "a."),
    ] {
        assert_eq!(component(id), expected);
    }
    let reviews = ["a.1", "a.2", "b"].map(|bundle| {
        let path = format!("{bundle}.rs:3");
        (bundle, "opus", finding("WARN", &path, "x"))
    });
    let (file, told) = sarif(&tally_of(&reviews), SarifOptions::default());
    let runs = file["runs"].as_array().unwrap();
    let categories: Vec<&str> = runs.iter().map(category).collect();
    assert_eq!(categories, ["scrum/a/", "scrum/b/"]);
    assert_eq!(results(&runs[0]).len(), 2);
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn what_a_person_dismissed_is_suppressed_with_the_reason() {
    let mut tally = tally_of(&[("a", "opus", finding("WARN", "a.rs:3", "x"))]);
    let suppressed = |tally: &Tally| {
        let (file, _) = sarif(tally, SarifOptions::default());
        file["runs"][0]["results"][0]["suppressions"][0]["justification"].clone()
    };
    assert_eq!(suppressed(&tally), Value::Null);
    let mark = |verdict| TriageMark {
        verdict,
        by: Some("Ada".to_owned()),
        note: Some("as\nmeant".to_owned()),
        reopened: Vec::new(),
    };
    tally.bundles[0].issues[0].triage = Some(Box::new(mark(TriageVerdict::WontFix)));
    assert_eq!(suppressed(&tally), "won't fix by Ada: as meant");
    tally.bundles[0].issues[0].triage = Some(Box::new(mark(TriageVerdict::Confirmed)));
    assert_eq!(suppressed(&tally), Value::Null);
}

#[test]
fn what_nobody_reviewed_has_no_run() {
    let silent = "Looks like a pool.\n".to_owned();
    let reviews = [
        ("a", "opus", "NONE\n".to_owned()),
        ("b", "opus", silent.clone()),
    ];
    let (file, told) = sarif(&tally_of(&reviews), SarifOptions::default());
    let runs = file["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(category(&runs[0]), "scrum/a/");
    assert!(results(&runs[0]).is_empty());
    assert_eq!(told, ["1 component without any review: no run."]);

    let (file, _) = sarif(&tally_of(&[("b", "opus", silent)]), SarifOptions::default());
    assert_eq!(category(&file["runs"][0]), "scrum/+none/");
}

#[test]
fn more_components_than_runs_share_the_last() {
    let names: Vec<String> = (0..25).map(|n| format!("c{n:02}")).collect();
    let reviews: Vec<(&str, &str, String)> = names
        .iter()
        .map(|name| {
            (
                name.as_str(),
                "opus",
                finding("WARN", &format!("{name}/x.rs:1"), "x"),
            )
        })
        .collect();
    let (file, told) = sarif(&tally_of(&reviews), SarifOptions::default());
    let runs = file["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 20);
    assert_eq!(category(&runs[19]), "scrum/+rest/");
    assert_eq!(results(&runs[19]).len(), 6);
    assert_eq!(
        told,
        ["6 components over the limit of 20 runs share this one."]
    );
    let note = &runs[19]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(note, told[0].as_str());
}

#[test]
fn limits_cut_the_least_important_and_say_so() {
    let many: String = (0..200)
        .map(|n| finding("WARN", &format!("a.rs:{}", n * 10 + 1), &"long ".repeat(40)))
        .collect();
    let block = finding("BLOCK", "z.rs:7", "last in the review");
    let tally = tally_of(&[("core", "opus", many + &block)]);
    let (file, told) = sarif(&tally, SarifOptions::default().max_results(50));
    assert_eq!(results(&file["runs"][0]).len(), 50);
    assert_eq!(results(&file["runs"][0])[0]["ruleId"], "scrum/block");
    assert!(
        told[0].starts_with("151 results left out of scrum/core/"),
        "{told:?}"
    );

    let (file, told) = sarif(&tally, SarifOptions::default().max_bytes(40_000));
    let shown = results(&file["runs"][0]).len();
    assert!((10..200).contains(&shown));
    assert!(
        told[0].starts_with(&format!("{} results left out", 201 - shown)),
        "{told:?}"
    );
}

#[test]
fn an_issue_without_head_lines_has_no_region() {
    let text = finding("WARN", "a.rs", "whole") + &finding("WARN", "b.rs::drain", "symbol");
    let old = finding("WARN", "c.rs:old:9-12", "gone");
    let mut tally = tally_of(&[("core", "opus", text + &old)]);
    let (file, _) = sarif(&tally, SarifOptions::default());
    for result in results(&file["runs"][0]) {
        assert!(
            result["locations"][0]["physicalLocation"]
                .get("region")
                .is_none(),
            "{result}"
        );
    }
    // What a file may claim that was written by others.
    tally.bundles[0].findings.clear();
    for (start, end, expected) in [
        (0, 5, None),
        (7, 3, Some((7, 7))),
        (u32::MAX, u32::MAX, None),
        (5, u32::MAX, Some((5, 0x7fff_ffff))),
    ] {
        tally.bundles[0].issues.truncate(1);
        tally.bundles[0].issues[0].start = Some(start);
        tally.bundles[0].issues[0].end = Some(end);
        assert_eq!(
            crate::report::ranked::ranked(&tally)[0].head_lines(),
            expected
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hostile_text_keeps_the_form(text in hostile()) {
        let (file, _) = sarif(&with_everywhere(&text), SarifOptions::default());
        for run in file["runs"].as_array().unwrap() {
            let id = category(run);
            prop_assert!(id.starts_with("scrum/") && id.ends_with('/'));
            prop_assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-._~%+".contains(&b)), "{}", id);
            for result in results(run) {
                let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
                prop_assert!(!uri.starts_with('/') && !uri.contains(':') && !uri.contains("//"), "{}", uri);
                prop_assert!(uri.split('/').all(|part| part != ".." && part != "."), "{}", uri);
                prop_assert!(!result["message"]["text"].as_str().unwrap().contains("](http"));
            }
        }
    }
}
