//! `scrum tally` over reviews on disk.

use crate::place::Place;

pub(crate) fn finding(severity: &str, location: &str, what: &str) -> String {
    format!("SEVERITY: {severity}\nWHERE: {location}\nWHAT: {what}\nWHY: because\n\n")
}

/// A wave with one component and reviews of it.
pub(crate) fn reviewed(reviews: &[(&str, String)]) -> Place {
    let place = Place::repository();
    let lines = |mark: &str| {
        (1..=60)
            .map(|n| format!("line {n}{mark}\n"))
            .collect::<String>()
    };
    place.write("core/src/pool.rs", lines(""));
    place.write("core/src/untouched.rs", lines(""));
    place.commit("Base");
    place.write(
        "core/src/pool.rs",
        lines("").replace("line 20\n", "line twenty\nline more\n"),
    );
    place.commit("Change");
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--by", "top-level"])
        .expect(0);
    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    for (reviewer, text) in reviews {
        place.write(&format!("{wave}/reviews/core/{reviewer}.md"), text);
    }
    place
}

#[test]
fn without_reviews_it_says_what_is_missing() {
    let place = reviewed(&[]);
    insta::assert_snapshot!(place.scrum(&["tally"]).expect(0).all());
}

#[test]
fn one_model_three_times_is_one_vote() {
    let same = finding("BLOCK", "core/src/pool.rs:20", "off by one");
    for (seats, convergence) in [
        (["opus", "opus-2", "opus-3"], 1),
        (["opus", "kimi", "qwen"], 3),
        (["deepseek-r1-distill-qwen-32b", "qwen", "opus"], 2),
        (["groq-unknown", "opus", "sonnet"], 1),
    ] {
        let reviews = seats.map(|seat| (seat, same.clone()));
        let tally = reviewed(&reviews)
            .scrum(&["tally", "--format", "json"])
            .expect(0)
            .json();
        let location = &tally["bundles"][0]["locations"][0];
        assert_eq!(location["convergence"], convergence, "{seats:?}");
        assert_eq!(location["findings"].as_array().unwrap().len(), 3);
        assert_eq!(tally["totals"]["agreed"], u32::from(convergence > 1));
        assert_eq!(tally["totals"]["convergent"], u32::from(convergence > 1));
    }
}

#[test]
fn the_text_of_a_mixed_wave() {
    let opus = finding(
        "BLOCK",
        "core/src/pool.rs:20-21",
        "The `drain` loop stops one entry early.",
    ) + &finding("INFO", "core/src/pool.rs", "The file has no tests.")
        + "VERDICT: BLOCK\n";
    let kimi = finding(
        "WARN",
        "core/src/pool.rs:20",
        "`drain` leaves the last entry in the pool.",
    ) + &finding("WARN", "core/src/nowhere.rs:3", "Invented.")
        + "VERDICT: FIX\n";
    let qwen = "NONE\n\nVERDICT: SHIP\n".to_owned();
    let glm = "I looked at the change and it is about pools. ".repeat(9);
    let place = reviewed(&[("opus", opus), ("kimi", kimi), ("qwen", qwen), ("glm", glm)]);
    insta::assert_snapshot!(place.scrum(&["tally", "-v"]).expect(0).all());
}

#[test]
fn the_buckets_add_up() {
    let text = finding("BLOCK", "core/src/pool.rs:20", "a")
        + &finding("INFO", "core/src/pool.rs:20", "again")
        + &finding("WARN", "core/src/pool.rs:0", "no line")
        + &finding("WARN", "core/src/ghost.rs:9", "no file")
        + &finding("WARN", "core/src/pool.rs:30", "undone")
        + "RETRACT: core/src/pool.rs:30\nRETRACT: core/src/pool.rs:55\n";
    let place = reviewed(&[("opus", text)]);
    let tally = place.scrum(&["tally", "--format", "json"]).expect(0).json();
    let buckets = &tally["buckets"];
    assert_eq!(buckets["citations"], 5);
    for bucket in [
        "counted",
        "duplicate",
        "retracted",
        "unknown_path",
        "malformed",
    ] {
        assert_eq!(buckets[bucket], 1, "{bucket}: {buckets}");
    }
    assert_eq!(buckets["echoed"], 0);
    assert_eq!(tally["bundles"][0]["locations"][0]["severity"], "block");
}

#[test]
fn gates_exit_with_1() {
    let one = finding("WARN", "core/src/pool.rs:20", "a");
    let near = finding("WARN", "core/src/pool.rs:20-22", "a");
    let place = reviewed(&[
        ("opus", one),
        ("kimi", near),
        ("glm", "Looks like a pool.\n".into()),
    ]);
    for (gate, code) in [
        ("convergent", 0),
        ("agreed", 1),
        ("agreed-block", 0),
        ("block", 0),
        ("any", 1),
        ("no-evidence", 1),
    ] {
        let run = place.scrum(&["tally", "--fail-on", gate]);
        assert_eq!(run.code, code, "{gate}: {}", run.all());
    }
    let agreed = place.scrum(&["tally", "--fail-on", "agreed"]);
    assert!(
        agreed
            .stderr
            .contains("--fail-on agreed: 1 agreed issue: core/src/pool.rs:20"),
        "{}",
        agreed.all()
    );
    place.scrum(&["tally", "--min-lineages", "2"]).expect(0);
    place.scrum(&["tally", "--min-lineages", "3"]).expect(1);
    place.scrum(&["tally", "--fail-on", "nonsense"]).expect(2);
}

#[test]
fn a_gate_that_nobody_reviewed_for_warns_and_no_evidence_fails() {
    let place = reviewed(&[]);
    for (gate, code) in [
        ("any", 0),
        ("block", 0),
        ("agreed-block", 0),
        ("no-evidence", 1),
    ] {
        let run = place.scrum(&["tally", "--fail-on", gate]);
        assert_eq!(run.code, code, "{gate}: {}", run.all());
        let warns = run
            .stderr
            .contains("passes only because there are no reviews");
        assert_eq!(warns, code == 0, "{gate}: {}", run.all());
    }
}

#[test]
fn text_follows_the_width_and_narrows_on_request() {
    let place = reviewed(&[
        (
            "opus",
            finding("BLOCK", "core/src/pool.rs:20", &"long words ".repeat(30)),
        ),
        ("kimi", finding("WARN", "core/src/pool.rs:40", "a")),
    ]);
    for (columns, most) in [("30", 40), ("66", 66), ("500", 120)] {
        let mut command = place.scrum_command();
        let output = command
            .arg("tally")
            .env("COLUMNS", columns)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(
            widest <= most && widest > most - 15,
            "{columns}: {widest} in {text}"
        );
        // The words of the claim stay whole.
        let words = text
            .split_whitespace()
            .filter(|word| *word == "long")
            .count();
        assert_eq!(words, 30, "{text}");
    }
    let block = place.scrum(&["tally", "--only", "block"]).expect(0);
    assert!(block.stdout.contains("pool.rs:20") && !block.stdout.contains("pool.rs:40"));
    let json = ["tally", "--only", "block", "--format", "json"];
    assert!(
        place
            .scrum(&json)
            .expect(2)
            .stderr
            .contains("--only affects text and Markdown")
    );
    let unknown = place.scrum(&["tally", "--only", "bundle=cor"]).expect(2);
    assert!(
        unknown.stderr.contains("there is no bundle `cor`"),
        "{}",
        unknown.all()
    );
    place.scrum(&["tally", "--only", "near"]).expect(2);
    // What the wave keeps is whole.
    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    assert!(
        place
            .read(&format!("{wave}/tally.md"))
            .contains("pool.rs:40")
    );
}

#[test]
fn review_files_without_a_wave() {
    let place = Place::empty();
    place.write("out/core/opus.md", finding("BLOCK", "src/a.rs:3", "x"));
    place.write("out/core/kimi.md", finding("BLOCK", "./src/a.rs:3", "y"));
    let tally = place
        .scrum(&["tally", "out", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(tally["totals"]["convergent"], 1);
    assert_eq!(tally["bundles"][0]["id"], "core");
    assert_eq!(
        tally["bundles"][0]["findings"][0]["grounding"],
        "unverified"
    );
    let one = place
        .scrum(&["tally", "out/core/opus.md", "out/core/kimi.md"])
        .expect(0);
    assert!(
        one.stdout.contains("core: 1 convergent / 1 distinct"),
        "{}",
        one.all()
    );
    place.scrum(&["tally", "out", "-o", "t.json"]).expect(0);
    let written: serde_json::Value = serde_json::from_str(&place.read("t.json")).unwrap();
    assert_eq!(written, tally);
}

#[test]
fn a_lineage_from_the_flag_and_from_the_configuration() {
    let same = finding("BLOCK", "core/src/pool.rs:20", "x");
    let place = reviewed(&[("mine", same.clone()), ("qwen", same)]);
    let convergence = |args: &[&str]| {
        let args = [&["tally", "--format", "json"], args].concat();
        place.scrum(&args).expect(0).json()["bundles"][0]["locations"][0]["convergence"].clone()
    };
    assert_eq!(
        convergence(&[]),
        1,
        "an unknown lineage adds nothing beside a known one"
    );
    assert_eq!(convergence(&["--lineage", "mine=anthropic"]), 2);
    assert_eq!(convergence(&["--lineage", "mine=deepseek+alibaba"]), 1);
    place.write("scrum.toml", "[lineages]\nmine = [\"anthropic\"]\n");
    assert_eq!(convergence(&[]), 2);
}

/// A value that is a path of the wave means that path, also where the grammar would see more in it.
#[test]
#[cfg(unix)]
fn paths_that_look_like_something_else_are_found() {
    let odd = [
        "core/a,b.rs",
        "core/this and that.md",
        "a::b.rs",
        "*star.rs",
        "weird:12",
    ];
    let place = Place::repository();
    place.write("core/b.rs", "b\n");
    place.commit("Base");
    for path in odd {
        place.write(path, "one\ntwo\n");
    }
    place.commit("Odd names");
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--component", "all=**"])
        .expect(0);
    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    let review: String = odd
        .iter()
        .map(|path| finding("WARN", &format!("{path}:2"), "x"))
        .collect();
    place.write(&format!("{wave}/reviews/all/opus.md"), review);
    let answer = r#"[{"path": "weird:12", "line": 1, "message": "y"}]"#;
    place.write(&format!("{wave}/reviews/all/kimi.md"), answer);

    let tally = place.scrum(&["tally", "--format", "json"]).expect(0).json();
    let findings = tally["bundles"][0]["findings"].as_array().unwrap();
    let mut named: Vec<(&str, u64, &str)> = findings
        .iter()
        .map(|at| {
            (
                at["path"].as_str().unwrap(),
                at["start"].as_u64().unwrap(),
                at["grounding"].as_str().unwrap(),
            )
        })
        .collect();
    named.sort_unstable();
    let mut expected: Vec<_> = odd.iter().map(|path| (*path, 2, "hunk")).collect();
    expected.push(("weird:12", 1, "hunk"));
    expected.sort_unstable();
    assert_eq!(named, expected, "{tally:#}");
}

#[test]
fn a_message_turns_no_writing() {
    let place = Place::repository();
    place.write("a.rs", "a\n");
    place.commit("First");
    let run = place
        .scrum(&["tally", "gpj\u{202e}.exe\u{1b}[2J"])
        .expect(2);
    assert!(run.stderr.contains("gpj\u{fffd}.exe"), "{}", run.all());
    assert!(
        !run.stderr.contains(['\u{202e}', '\u{1b}']),
        "{}",
        run.all()
    );
}

#[test]
fn any_number_of_threads_counts_the_same() {
    let reviews = ["opus", "kimi", "qwen"].map(|seat| {
        let text: String = (1..40)
            .map(|line| finding("WARN", &format!("core/src/pool.rs:{line}"), seat))
            .collect();
        (seat, text)
    });
    let place = reviewed(&reviews);
    for format in ["json", "text"] {
        let outputs = ["1", "2", "8"].map(|jobs| {
            let run = place.scrum(&["tally", "--jobs", jobs, "--format", format]);
            run.expect(0).stdout
        });
        assert!(
            outputs.iter().all(|output| *output == outputs[0]),
            "{format}"
        );
    }
}

#[test]
fn each_part_of_a_review_is_explained() {
    let labelled = finding("BLOCK", "core/src/pool.rs:20", "The loop stops early.")
        + "RETRACT: core/src/pool.rs:20\nVERDICT: SHIP\n";
    let prose = "## What I like\n\n- `core/src/pool.rs:3` is short.\n\n## Issues\n\n- **high** core/src/pool.rs:21: \
                 the last entry stays\u{1b}[31m\n- The pool is large.\n";
    let json = "{\"issues\": [{\"place\": \"core/src/pool.rs\", \"row\": 20, \"said\": \"stops early\"}]}\n";
    let place = reviewed(&[
        ("opus", labelled),
        ("kimi", prose.to_owned()),
        ("newlint", json.to_owned()),
    ]);
    insta::assert_snapshot!(place.scrum(&["tally", "--explain"]).expect(0).all());
    place
        .scrum(&["tally", "--explain", "--format", "json"])
        .expect(2);
}
