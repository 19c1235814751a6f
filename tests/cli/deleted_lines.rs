//! A finding on a deleted line, from the prompt to every report.

use crate::place::Place;

/// `pool.rs` loses its line 3; what was line 4 is then line 3. `gone.rs` is deleted.
fn reviewed() -> Place {
    let place = Place::repository();
    place.write("pool.rs", "one\ntwo\nguard();\nfour\nfive\n");
    place.write("gone.rs", "first\nsecond\n");
    place.commit("First");
    place.write("pool.rs", "one\ntwo\nfour\nfive\n");
    std::fs::remove_file(place.path().join("gone.rs")).unwrap();
    place.commit("Second");
    place.scrum(&["bundle", "HEAD^!", "-o", "w"]).expect(0);
    let answer = |first: &str, second: &str| {
        format!(
            "SEVERITY: BLOCK\nWHERE: {first}\nWHAT: the guard is gone\nWHY: a closed pool hands out\n\nSEVERITY: WARN\n\
             WHERE: {second}\nWHAT: second is still called\n\nSEVERITY: INFO\nWHERE: pool.rs:3\nWHAT: four needs a guard\n\n\
             VERDICT: BLOCK\n"
        )
    };
    // Both as the prompt asks, and in words.
    let opus = answer("pool.rs:old:3", "gone.rs:old:2");
    let kimi = answer("pool.rs (old line 3)", "gone.rs:2");
    place.write("w/reviews/root/opus.md", opus);
    place.write("w/reviews/root/kimi.md", kimi);
    place
}

#[test]
fn the_prompt_numbers_deleted_lines() {
    let place = reviewed();
    let prompt = place.read("w/prompts/root.md");
    for line in [
        "\n     2  two\n old:3 -guard();\n     3  four\n",
        "\n old:1 -first\n old:2 -second\n",
    ] {
        assert!(prompt.contains(line), "{prompt}");
    }
}

#[test]
fn they_agree_and_are_never_lines_of_the_head() {
    let place = reviewed();
    let tally = |format: &str| {
        let run = place.scrum(&["tally", "w", "--format", format]).expect(0);
        run.stdout
    };
    insta::assert_snapshot!(tally("text"));
    insta::assert_snapshot!(tally("github"));
    let json: serde_json::Value = serde_json::from_str(&tally("json")).unwrap();
    let issues: Vec<String> = json["bundles"][0]["issues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| {
            let side = if issue["old_side"] == true {
                "old "
            } else {
                ""
            };
            format!(
                "{} {side}{} {}",
                issue["path"], issue["start"], issue["convergence"]
            )
        })
        .collect();
    assert_eq!(
        issues,
        [
            "\"gone.rs\" old 2 2",
            "\"pool.rs\" 3 2",
            "\"pool.rs\" old 3 2"
        ]
    );
    let sarif: serde_json::Value = serde_json::from_str(&tally("sarif")).unwrap();
    let regions: Vec<bool> = sarif["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            result["locations"][0]["physicalLocation"]
                .get("region")
                .is_some()
        })
        .collect();
    // The most severe first: the guard, what is called, the line of the head.
    assert_eq!(regions, [false, false, true]);
    let ranges: Vec<bool> = tally("rdjsonl")
        .lines()
        .map(|line| line.contains("\"range\""))
        .collect();
    assert_eq!(ranges, [false, false, true]);
    let markdown = tally("markdown");
    for place in ["pool.rs:old:3", "gone.rs:old:2", "pool.rs:3"] {
        assert!(markdown.contains(place), "{markdown}");
    }
    let html = tally("html");
    let card = html.find("id=\"root&#x2f;pool.rs:old:3\"").unwrap();
    let marked = html
        .find("<del class=\"m\" data-n=\"old:3\">-guard();</del>")
        .unwrap();
    let after = html
        .find("<span class=\"m\" data-n=\"3\"> four</span>")
        .unwrap();
    assert!(marked < card && card < after, "the card is below its line");
}

#[test]
fn one_is_shown_retracted_and_triaged_by_its_name() {
    let place = reviewed();
    let run = place
        .scrum(&["show", "pool.rs:old:3", "--wave", "w"])
        .expect(0);
    assert!(run.stdout.contains("  old:3 - guard();"), "{}", run.stdout);
    assert!(!run.stdout.contains("four needs"), "{}", run.stdout);
    let answer = place.read("w/reviews/root/opus.md");
    let taken_back = |place_named: &str| {
        place.write(
            "w/reviews/root/opus.md",
            format!("{answer}RETRACT: {place_named}\n"),
        );
        let tally = place
            .scrum(&["tally", "w", "--format", "json"])
            .expect(0)
            .json();
        tally["bundles"][0]["set_aside"][0]["what"].clone()
    };
    assert_eq!(taken_back("pool.rs:old:3"), "the guard is gone");
    assert_eq!(taken_back("pool.rs:3"), "four needs a guard");
}
