//! `scrum assess`: a wave whose phases were run, one after the other, until it can ship.

#![cfg(unix)]

use serde_json::json;

use crate::place::Place;

const CONFIG: &str = "[assess]\nrequire = [\"smoke\", \"parity\", \"review\"]\n[tally]\nmin_lineages = 2\n\
                      [[smoke]]\nname = \"d1\"\ncommand = [\"true\"]\n";

const RECORDING: &str = "{\"schema\":\"scrum.recording/1\",\"sides\":[\"go\",\"rust\"],\"exchanges\":1}\n\
    {\"case\":\"one\",\"left\":{\"answer\":{\"status\":200,\"body\":\"1\"}},\"right\":{\"answer\":{\"status\":200,\"body\":\"1\"}}}\n";

fn wave() -> (Place, String) {
    let place = Place::repository();
    place.write("scrum.toml", CONFIG);
    place.write("core/pool.rs", "1\n2\n3\n");
    place.commit("Base");
    place.write("core/pool.rs", "1\ntwo\n3\n");
    place.commit("Change");
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--by", "top-level", "-q"])
        .expect(0);
    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    (place, wave)
}

fn review(place: &Place, wave: &str, reviewer: &str, text: &str) {
    place.write(&format!("{wave}/reviews/core/{reviewer}.md"), text);
}

#[test]
fn from_hold_to_ship() {
    let (place, wave) = wave();
    let run = place.scrum(&["assess"]).expect(1);
    assert!(
        run.stdout.starts_with("hold: HEAD~1..HEAD at "),
        "{}",
        run.all()
    );
    assert!(run.stdout.contains("no phase was run"), "{}", run.all());

    place.scrum(&["smoke", "-q"]).expect(0);
    place.write("answers.jsonl", RECORDING);
    place.scrum(&["parity", "answers.jsonl"]).expect(0);
    for reviewer in ["opus", "kimi"] {
        review(
            &place,
            &wave,
            reviewer,
            "SEVERITY: BLOCK\nWHERE: core/pool.rs:2\nWHAT: The word two is no number.\n",
        );
    }
    let run = place.scrum(&["assess", "--format", "json"]).expect(1);
    let reasons = run.json()["reasons"].clone();
    assert_eq!(reasons.as_array().unwrap().len(), 1, "{reasons:#}");
    assert_eq!(
        (&reasons[0]["rule"], &reasons[0]["effect"]),
        (&"agreed_block".into(), &"hold".into())
    );
    let page = place.read(&format!("{wave}/report.html"));
    assert!(page.contains(">Verdict: hold</h2>") && page.contains("<code>agreed_block</code>"));

    // An older verdict does not stay on the page of newer reviews.
    for reviewer in ["opus", "kimi"] {
        review(&place, &wave, reviewer, "NONE\n\nVERDICT: SHIP\n");
    }
    place.scrum(&["tally", "-q"]).expect(0);
    assert!(
        !place
            .read(&format!("{wave}/report.html"))
            .contains("/verdict-title")
    );

    let run = place.scrum(&["assess"]).expect(0);
    assert!(
        run.stdout.starts_with("ship: HEAD~1..HEAD at "),
        "{}",
        run.all()
    );
    place.scrum(&["tally", "-q"]).expect(0);
    assert!(
        place
            .read(&format!("{wave}/report.html"))
            .contains(">Verdict: ship</h2>")
    );
    assert!(
        place
            .read(&format!("{wave}/assess.md"))
            .starts_with("# Assessment: ship\n")
    );

    place.write(
        "gaps.toml",
        "[[gap]]\nid = \"g1\"\nwhat = \"No IPv6\"\nevidence = \"issue 7\"\nstatus = \"accepted\"\ndecided_by = \"Ada\"\nuntil = \"2999-01-01\"\n",
    );
    let run = place.scrum(&["assess", "--format", "in-toto"]).expect(0);
    let statement = run.json();
    assert_eq!(
        statement["predicateType"],
        "https://in-toto.io/attestation/test-result/v0.1"
    );
    let head = place.git(&["rev-parse", "HEAD"]);
    assert_eq!(statement["subject"][0]["digest"]["gitCommit"], head.trim());
    let predicate = &statement["predicate"];
    assert_eq!(predicate["result"], "WARNED");
    assert_eq!(
        predicate["passedTests"],
        json!(["smoke", "review", "parity"])
    );
    assert_eq!(
        predicate["warnedTests"],
        json!(["gap_accepted: gap g1: No IPv6 (accepted by Ada)"])
    );
    let files: Vec<&str> = predicate["configuration"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        files,
        [
            "gaps.toml",
            "manifest.json",
            "parity.json",
            "smoke.json",
            "tally.json"
        ]
    );

    place.write("gaps.toml", "[[gap]]\nid = \"g1\"\nwhat = \"No IPv6\"\nstatus = \"accepted\"\ndecided_by = \"Ada\"\nuntil = \"2020-01-01\"\n");
    let run = place.scrum(&["assess"]).expect(1);
    assert!(
        run.stdout
            .contains("hold  gap_expired: gap g1: No IPv6 (expired on 2020-01-01)"),
        "{}",
        run.all()
    );
    place.write("gaps.toml", "[[gap]]\nid = \"g1\"\n");
    let run = place.scrum(&["assess"]).expect(2);
    assert!(
        run.stderr.contains("gaps.toml") && run.stderr.contains("what"),
        "{}",
        run.all()
    );
}

#[test]
fn a_chain_that_ran_on_something_else_holds() {
    let (place, wave) = wave();
    for reviewer in ["opus", "kimi"] {
        review(&place, &wave, reviewer, "NONE\n");
    }
    place.write("scrum.toml", CONFIG.replace("\"parity\", ", ""));
    place.git(&["update-index", "--assume-unchanged", "scrum.toml"]);
    place.scrum(&["smoke", "-q"]).expect(0);
    place.scrum(&["assess"]).expect(0);
    place.write("core/pool.rs", "changed\n");
    place.scrum(&["smoke", "-q"]).expect(0);
    let run = place.scrum(&["assess"]).expect(1);
    assert!(
        run.stdout
            .contains("stale: the smoke chain ran on files that were not committed"),
        "{}",
        run.all()
    );
    place.git(&["commit", "-q", "-a", "-m", "More"]);
    place.scrum(&["smoke", "-q"]).expect(0);
    let run = place.scrum(&["assess"]).expect(1);
    assert!(
        run.stdout.contains("stale: smoke.json is of "),
        "{}",
        run.all()
    );
}

#[test]
fn a_bundle_that_was_forced_or_that_too_few_reviewed_holds() {
    let (place, _) = wave();
    place
        .scrum(&[
            "bundle",
            "HEAD~1..HEAD",
            "--by",
            "top-level",
            "--warn",
            "10",
            "--fail",
            "20",
            "--force-oversize",
            "-o",
            "wave",
            "-q",
        ])
        .expect(0);
    review(&place, "wave", "opus", "NONE\n");
    review(&place, "wave", "sonnet", "NONE\n");
    let run = place
        .scrum(&["assess", "wave", "--format", "json"])
        .expect(1);
    let report = run.json();
    let rules: Vec<&str> = report["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["rule"].as_str().unwrap())
        .collect();
    assert_eq!(
        rules,
        ["not_run", "not_run", "few_lineages", "forced_oversize"]
    );
    assert_eq!(
        report["reasons"][2]["what"],
        "bundle core was reviewed by 1 of 2 lineages"
    );
}
