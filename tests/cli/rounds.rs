//! Two waves of one branch: compared, triaged, listed.

use crate::place::Place;
use crate::tally::finding;

/// A repository in which a file is renamed, code moves and a line is fixed between two reviewed waves.
fn two_rounds() -> (Place, String, String) {
    let place = Place::repository();
    let lines =
        |from: u32, to: u32| (from..=to).map(|n| format!("let entry_{n} = pool.take({n});\n"));
    let text: String = lines(1, 40).collect();
    place.write("core/pool.rs", "fn pool() {}\n");
    place.write("core/stays.rs", "fn stays() {}\n");
    place.commit("Base");
    place.write("core/pool.rs", &text);
    place.write("core/stays.rs", "fn stays() {}\nfn too() {}\n");
    place.write("docs/a.md", "One\nTwo\n");
    place.commit("First round");
    place.git(&["tag", "v1"]);
    // Renamed; two lines at the top; line 20 fixed; lines 30 to 32 moved to the end.
    let mut fixed: Vec<String> = lines(1, 40).collect();
    fixed[19] = "let entry_20 = pool.try_take(20)?;\n".to_owned();
    let moved: Vec<String> = fixed.drain(29..32).collect();
    fixed.extend(moved);
    place.git(&["mv", "core/pool.rs", "core/store.rs"]);
    place.write(
        "core/store.rs",
        format!("//! A store.\n\n{}", fixed.concat()),
    );
    place.commit("Second round");
    place.git(&["tag", "v2"]);
    let wave = |head: &str| {
        let range = format!("main~2..{head}");
        place
            .scrum(&["bundle", &range, "--by", "top-level", "--no-pack"])
            .expect(0);
        format!(".scrum/{}", place.read(".scrum/current").trim())
    };
    let (old, new) = (wave("v1"), wave("v2"));
    let review = |wave: &str, bundle: &str, reviewer: &str, text: &str| {
        place.write(&format!("{wave}/reviews/{bundle}/{reviewer}.md"), text);
    };
    let opus = [
        finding(
            "BLOCK",
            "core/pool.rs:20",
            "Taking from an empty pool panics here.",
        ),
        finding("WARN", "core/pool.rs:10", "Entry ten leaks its handle."),
        finding(
            "WARN",
            "core/pool.rs:31",
            "Holds the guard across the await point.",
        ),
        finding(
            "INFO",
            "core/stays.rs:2",
            "Name says nothing about its purpose.",
        ),
    ]
    .concat();
    review(&old, "core", "opus", &opus);
    review(
        &old,
        "core",
        "kimi",
        &finding(
            "WARN",
            "core/pool.rs:10-11",
            "The handle of entry ten leaks.",
        ),
    );
    review(
        &old,
        "docs",
        "qwen",
        &finding("INFO", "docs/a.md:1", "Title lacks an article."),
    );
    let opus = [
        finding(
            "BLOCK",
            "core/store.rs:12",
            "Entry ten still leaks the handle.",
        ),
        finding(
            "WARN",
            "core/store.rs:41",
            "The guard is held across an await point.",
        ),
        finding(
            "BLOCK",
            "core/store.rs:5",
            "Integer overflow with large numbers.",
        ),
    ]
    .concat();
    review(&new, "core", "opus", &opus);
    (place, old, new)
}

#[test]
fn two_waves_compared() {
    let (place, old, new) = two_rounds();
    insta::assert_snapshot!(place.scrum(&["compare", &old, &new]).expect(0).all());
    let markdown = place.scrum(&["compare", &old, &new, "--format", "markdown"]);
    insta::assert_snapshot!(markdown.expect(0).all());
    let json = place
        .scrum(&["compare", "main~2..v1", "main~2..v2", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(json["schema"], "scrum.compare/1");
    let totals = json["totals"].as_object().unwrap();
    let sum: u64 = totals.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(sum, json["findings"].as_array().unwrap().len() as u64);
    crate::schemas::conforms("compare", &json);
}

#[test]
fn a_wave_of_a_patch_has_no_head_to_compare() {
    let (place, old, _) = two_rounds();
    let patch = place.git(&["diff", "main~1", "main"]);
    place
        .scrum_with_stdin(&["bundle", "--diff", "-", "-o", "patch"], patch.as_bytes())
        .expect(0);
    let run = place.scrum(&["compare", &old, "patch"]).expect(2);
    assert!(
        run.stderr.contains("patch was made from a patch"),
        "{}",
        run.all()
    );
    // The same patch twice is the same head.
    place.scrum(&["compare", "patch", "patch"]).expect(0);
    let run = place.scrum(&["compare", &old, "main~9..main"]).expect(2);
    assert!(run.stderr.contains("main~9"), "{}", run.all());
}

#[test]
fn the_log_lists_waves_and_what_they_came_to() {
    let (place, old, new) = two_rounds();
    let text = place.scrum(&["log"]).expect(0);
    let newest = new.trim_start_matches(".scrum/");
    assert!(
        text.stdout.starts_with(&format!(
            "{newest} (current)  main~2..v2\n    2001-02-03 · "
        )),
        "{}",
        text.all()
    );
    let json = place.scrum(&["log", "--format", "json"]).expect(0).json();
    let waves = json["waves"].as_array().unwrap();
    assert_eq!(waves.len(), 2);
    assert_eq!(
        format!(".scrum/{}", waves[1]["wave"].as_str().unwrap()),
        old
    );
    assert_eq!(waves[1]["agreed"], 1);
    assert_eq!(waves[1]["reviewers"][1]["reviewer"], "opus");
    assert_eq!(waves[1]["reviewers"][1]["alone"], 3);
    // A wave that cannot be read is told, and hides no other.
    place.write(&format!("{old}/manifest.json"), "{}");
    let json = place.scrum(&["log", "--format", "json"]).expect(0).json();
    let broken = |wave: &serde_json::Value| wave["error"].is_string();
    assert_eq!(
        json["waves"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|wave| broken(wave))
            .count(),
        1
    );
    Place::repository().scrum(&["log"]).expect(0);
}

#[test]
fn an_issue_is_shown_with_its_lines() {
    let (place, old, _) = two_rounds();
    insta::assert_snapshot!(
        place
            .scrum(&["show", "pool.rs:10", "--wave", &old])
            .expect(0)
            .all()
    );
    let json = place
        .scrum(&["show", "1", "--wave", &old, "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(json["issues"][0]["claims"].as_array().unwrap().len(), 2);
    assert_eq!(json["issues"][0]["diff"][3]["mark"], "+");
    for (word, said) in [
        ("0", "there is no issue 0"),
        ("9", "there is no issue 9: the wave has 3"),
        ("core/store.rs:1", "there is no issue at `core/store.rs:1`"),
    ] {
        let run = place.scrum(&["show", word]).expect(2);
        assert!(run.stderr.contains(said), "{}", run.all());
    }
}

#[test]
fn old_waves_are_removed_and_the_current_one_never() {
    let (place, old, new) = two_rounds();
    place.write(".scrum/triage.toml", "");
    place.write(".scrum/notes/a.txt", "mine");
    let dry = place
        .scrum(&["clean", "--keep", "1", "--dry-run"])
        .expect(0);
    assert!(
        dry.stdout
            .contains(&format!("would remove [PLACE]/repo/{old}")),
        "{}",
        dry.all()
    );
    assert!(place.path().join(&old).is_dir());
    place.write(
        ".scrum/current",
        format!("{}\n", old.trim_start_matches(".scrum/")),
    );
    let json = place
        .scrum(&["clean", "--keep", "0", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(json["removed"].as_array().unwrap().len(), 1);
    assert!(place.path().join(&old).is_dir() && !place.path().join(&new).exists());
    assert!(place.path().join(".scrum/triage.toml").is_file());
    assert!(place.path().join(".scrum/notes/a.txt").is_file());
    let none = place.scrum(&["clean", "--keep", "0"]).expect(0);
    assert!(
        none.stdout.starts_with("nothing to remove"),
        "{}",
        none.all()
    );
}

/// The verdicts in triage.toml, in its order.
fn verdicts(place: &Place) -> Vec<String> {
    let text = place.read(".scrum/triage.toml");
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("verdict = "));
    lines
        .map(|line| line.trim_matches('"').to_owned())
        .collect()
}

#[test]
fn triage_over_a_pipe_is_resumed_undone_and_noted() {
    let (place, old, _) = two_rounds();
    // Confirmed, taken back, false positive with a note, and the input ends.
    let keys = b"c\nu\nn only with an old handle\nf\n";
    let run = place.scrum_with_stdin(&["triage", &old, "--by", "Ann"], keys);
    let run = run.expect(0);
    assert!(
        run.stdout.contains("1 of 5") && run.stdout.contains("undone"),
        "{}",
        run.all()
    );
    assert!(
        run.stdout
            .ends_with("1 decided, 4 left; .scrum/triage.toml\n"),
        "{}",
        run.all()
    );
    assert_eq!(verdicts(&place), ["false-positive"]);
    let text = place.read(".scrum/triage.toml");
    let tree = place.git(&["rev-parse", "v1^{tree}"]);
    insta::assert_snapshot!(text.replace(tree.trim(), "[TREE]"));
    // The second run goes on with what is left.
    let run = place.scrum_with_stdin(&["triage", &old], b"sxwq").expect(0);
    assert!(run.stdout.contains("1 of 4"), "{}", run.all());
    assert_eq!(verdicts(&place).len(), 3);
    // What git ignores in .scrum is not this file.
    assert!(
        place
            .git(&["status", "--porcelain", "-uall"])
            .contains(".scrum/triage.toml")
    );
    // The same decisions, the same bytes.
    let text = place.read(".scrum/triage.toml");
    place
        .scrum_with_stdin(&["triage", &old, "--all"], b"sssss")
        .expect(0);
    assert_eq!(place.read(".scrum/triage.toml"), text);
}

#[test]
fn a_dismissed_issue_is_followed_and_gates_skip_it() {
    let (place, old, new) = two_rounds();
    // Ordered: the agreed one, the blocking one, the others.
    place
        .scrum_with_stdin(&["triage", &old, "--by", "Ann"], b"sfffq")
        .expect(0);
    let gate = place
        .scrum(&["tally", &old, "--fail-on", "block"])
        .expect(0);
    assert!(
        gate.stderr.contains("--fail-on block: skipped 1 dismissed"),
        "{}",
        gate.all()
    );
    assert!(gate.stdout.contains("Dismissed (3)"), "{}", gate.all());
    assert!(
        gate.stdout.contains("dismissed: false positive, by Ann"),
        "{}",
        gate.all()
    );
    // In the new wave the file has another name, the lines moved, and the words are others.
    let tally = place
        .scrum(&["tally", &new, "--format", "json"])
        .expect(0)
        .json();
    let issues = tally["bundles"][0]["issues"].as_array().unwrap();
    let at = |line: u32| issues.iter().find(|issue| issue["start"] == line).unwrap();
    assert_eq!(at(41)["triage"]["verdict"], "false-positive");
    assert_eq!(at(5)["triage"], serde_json::Value::Null);
    // A new lineage joins, and the issue is shown again.
    place.write(
        &format!("{new}/reviews/core/qwen.md"),
        finding(
            "BLOCK",
            "core/store.rs:41",
            "The guard is held across the await point.",
        ),
    );
    let run = place
        .scrum(&["tally", &new, "--fail-on", "agreed"])
        .expect(1);
    assert!(
        run.stdout
            .contains("SHOWN AGAIN, its severity rose to BLOCK, alibaba reports it, too"),
        "{}",
        run.all()
    );
}

#[test]
fn a_change_cannot_dismiss_its_own_findings() {
    let (place, old, _) = two_rounds();
    place
        .scrum_with_stdin(&["triage", &old, "--by", "Ann"], b"fffff")
        .expect(0);
    place.scrum(&["tally", &old, "--fail-on", "any"]).expect(0);
    // The same decisions, committed in the range that is reviewed.
    place.git(&["add", ".scrum/triage.toml"]);
    place.git(&["commit", "-q", "-m", "Decisions"]);
    place
        .scrum(&["bundle", "main~1..main", "--by", "top-level", "-o", "w"])
        .expect(0);
    place.write(
        "w/reviews/core/opus.md",
        finding("BLOCK", "core/store.rs:12", "Entry ten leaks its handle."),
    );
    let run = place.scrum(&["tally", "w", "--fail-on", "any"]).expect(1);
    assert!(
        run.stdout.contains("the change under review adds"),
        "{}",
        run.all()
    );
}

#[test]
fn triage_files_that_cannot_be_read_name_the_line() {
    let (place, old, _) = two_rounds();
    for (text, said) in [
        ("schema = \"scrum.triage/9\"\n", "scrum.triage/9"),
        ("\n[[issue]]\npath = \"a\"\nverdict = \"maybe\"\n", "line 4"),
        (
            "[[issue]]\npath = \"a\"\nverdict = \"fixed\"\nlines = \"0\"\n",
            "line 4: `0` names no lines",
        ),
        (
            "[[issue]]\npath = \"a\"\nverdict = \"fixed\"\nwho = \"x\"\n",
            "line 4",
        ),
    ] {
        place.write(".scrum/triage.toml", text);
        let run = place.scrum(&["tally", &old]).expect(2);
        assert!(run.stderr.contains(said), "{said}: {}", run.all());
    }
}

#[test]
fn confirmed_of_judged_and_the_estimate_on_what_is_confirmed() {
    let (place, old, _) = two_rounds();
    place
        .scrum_with_stdin(&["triage", &old, "--by", "Ann"], b"ccfq")
        .expect(0);
    let tally = place
        .scrum(&["tally", &old, "--format", "json"])
        .expect(0)
        .json();
    let judged = tally["judged"].as_array().unwrap();
    let opus = judged
        .iter()
        .find(|record| record["reviewer"] == "opus")
        .unwrap();
    assert_eq!(
        (&opus["confirmed"], &opus["judged"]),
        (&2.into(), &3.into())
    );
    assert_eq!(opus["alone"], 1);
    crate::schemas::conforms("tally", &tally);
    let text = place.scrum(&["tally", &old]).expect(0);
    assert!(
        text.stdout
            .contains("opus: 2 of 3 confirmed (95 %: 21 to 94 %)"),
        "{}",
        text.all()
    );
}

#[test]
fn what_is_new_since_a_baseline_is_marked_and_gated() {
    let (place, old, new) = two_rounds();
    let tally = |args: &[&str]| place.scrum(&[&["tally", &new, "--baseline", &old], args].concat());
    let json = tally(&["--format", "json"]).expect(0).json();
    let since: Vec<&str> = json["bundles"][0]["issues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|issue| issue["since"].as_str().unwrap())
        .collect();
    assert_eq!(since, ["new", "persisting", "persisting"]);
    assert_eq!(json["baseline"]["new"], 1);
    crate::schemas::conforms("tally", &json);
    let run = tally(&["--fail-on", "new-block"]).expect(1);
    assert!(
        run.stderr
            .contains("1 new issue of severity BLOCK: core/store.rs:5"),
        "{}",
        run.all()
    );
    tally(&["--fail-on", "new-agreed"]).expect(0);
    let run = place
        .scrum(&["tally", &new, "--fail-on", "new-block"])
        .expect(2);
    assert!(
        run.stderr.contains("--fail-on new-block needs --baseline"),
        "{}",
        run.all()
    );
}
