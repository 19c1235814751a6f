//! `scrum import`: what lies in a pull request already.

use serde_json::Value;

use crate::place::Place;

/// A wave of two files, one of which moved and lost a line.
fn wave() -> Place {
    let place = Place::repository();
    let old: String = (1..=30)
        .map(|line| format!("let line_{line} = {line};\n"))
        .collect();
    place.write("src/pool.rs", &old);
    place.commit("Base");
    let new = old.replace("let line_4 = 4;\n", "").replace(
        "let line_20 = 20;\n",
        "let line_20 = 20;\nlet added = 1;\nlet more = 2;\n",
    );
    place.write("src/pool.rs", new);
    place.write(
        "web/clock.ts",
        "export const now = 1;\nexport const then = 2;\n",
    );
    place.commit("Change");
    place
        .scrum(&[
            "bundle",
            "HEAD~1..HEAD",
            "--component",
            "core=src/**",
            "--component",
            "web=web/**",
            "-o",
            "W",
        ])
        .expect(0);
    place
}

/// The findings of a tally as `bundle reviewer path:start severity link`.
fn findings(tally: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for bundle in tally["bundles"].as_array().unwrap() {
        for finding in bundle["findings"].as_array().unwrap() {
            let text = |key: &str| finding[key].as_str().unwrap_or("-").to_owned();
            all.push(format!(
                "{} {} {}:{} {} {}",
                bundle["id"].as_str().unwrap(),
                text("reviewer"),
                text("path"),
                finding["start"],
                text("severity"),
                text("link")
            ));
        }
    }
    all.sort();
    all
}

/// The lineages of a reviewer.
fn lineages(tally: &Value, reviewer: &str) -> String {
    let rows = tally["bundles"].as_array().unwrap().iter();
    let mut rows = rows.flat_map(|bundle| bundle["reviewers"].as_array().unwrap());
    let row = rows.find(|row| row["reviewer"] == reviewer).unwrap();
    row["lineages"].to_string()
}

const GITHUB: &str = r#"[
 {"id":1,"user":{"login":"claude[bot]","type":"Bot"},"path":"src/pool.rs","line":9,"start_line":7,"side":"RIGHT","body":"**[HIGH]** The lock is kept.","html_url":"https://forge.example/r1"},
 {"id":2,"in_reply_to_id":1,"user":{"login":"author"},"path":"src/pool.rs","line":9,"body":"Will do."},
 {"id":3,"user":{"login":"anna","type":"User"},"path":"web/clock.ts","line":2,"side":"RIGHT","body":"nit: a better name?","html_url":"https://forge.example/r3"},
 {"id":4,"user":{"login":"anna","type":"User"},"path":"src/pool.rs","line":10,"side":"LEFT","body":"This was needed.","html_url":"https://forge.example/r4"},
 {"id":5,"user":{"login":"gemini-code-assist[bot]","type":"Bot"},"path":"src/pool.rs","line":null,"original_line":4,"original_commit_id":"0000","side":"RIGHT","body":"This is wrong.","html_url":"https://forge.example/r5"}]"#;

#[test]
fn every_format_is_imported_and_insisted_on() {
    for (format, dump, expected) in [
        (
            "github",
            GITHUB,
            vec![
                "core anna src/pool.rs:9 - https://forge.example/r4",
                "core claude src/pool.rs:7 block https://forge.example/r1",
                "core gemini-code-assist src/pool.rs:null - https://forge.example/r5",
                "web anna web/clock.ts:2 info https://forge.example/r3",
            ],
        ),
        (
            "gitlab",
            r#"[{"id":"d","notes":[{"author":{"username":"anna"},"system":false,"resolved":false,"body":"blocker: kept","noteable_type":"MergeRequest","position":{"new_path":"src/pool.rs","new_line":8,"line_range":{"start":{"new_line":5},"end":{"new_line":8}}}}]},
                {"id":"e","individual_note":true,"notes":[{"author":{"username":"anna"},"system":true,"body":"added 1 commit"}]}]"#,
            vec!["core anna src/pool.rs:5 block -"],
        ),
        (
            "gerrit",
            ")]}'\n{\"/PATCHSET_LEVEL\":[{\"author\":{\"username\":\"anna\"},\"patch_set\":1,\"message\":\"Please rebase.\"}],\"web/clock.ts\":[{\"author\":{\"username\":\"anna\"},\"patch_set\":1,\"line\":2,\"message\":\"error: stops\"}]}",
            vec!["web anna web/clock.ts:2 block -"],
        ),
        (
            "bitbucket",
            r#"{"values":[{"id":1,"user":{"nickname":"anna"},"content":{"raw":"kept on a miss"},"inline":{"path":"src/pool.rs","to":8,"from":null},"links":{"html":{"href":"https://forge.example/b1"}}},
                {"id":2,"parent":{"id":1},"user":{"nickname":"ben"},"content":{"raw":"right"},"inline":{"path":"src/pool.rs","to":8}}]}"#,
            vec!["core anna src/pool.rs:8 - https://forge.example/b1"],
        ),
        (
            "bitbucket",
            r#"{"values":[{"action":"COMMENTED","commentAction":"ADDED","comment":{"id":7,"text":"kept on a miss","author":{"name":"anna"}},"commentAnchor":{"path":"src/pool.rs","line":8,"lineType":"ADDED","fileType":"TO"}}]}"#,
            vec!["core anna src/pool.rs:8 - -"],
        ),
        (
            "azure",
            r#"{"value":[{"status":"active","threadContext":{"filePath":"/src/pool.rs","rightFileStart":{"line":5},"rightFileEnd":{"line":8}},"comments":[{"parentCommentId":0,"author":{"displayName":"Anna B"},"content":"kept","commentType":"text"},{"parentCommentId":1,"author":{"displayName":"C"},"content":"ok"}]}]}"#,
            vec!["core Anna-B src/pool.rs:5 - -"],
        ),
        (
            "sarif",
            r#"{"runs":[{"tool":{"driver":{"name":"Lint"}},"results":[{"level":"error","message":{"text":"kept"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/pool.rs"},"region":{"startLine":8}}}]}]}]}"#,
            vec!["core Lint src/pool.rs:8 block -"],
        ),
        (
            "rdjson",
            r#"{"source":{"name":"Lint"},"diagnostics":[{"message":"kept","severity":"WARNING","location":{"path":"src/pool.rs","range":{"start":{"line":8}}}}]}"#,
            vec!["core Lint src/pool.rs:8 warn -"],
        ),
    ] {
        let place = wave();
        let other = if format == "github" {
            "gitlab"
        } else {
            "github"
        };
        let refused = place
            .scrum_with_stdin(
                &["import", "-", "--into", "W", "--format", other],
                dump.as_bytes(),
            )
            .expect(2);
        assert!(
            refused.stderr.contains(&format!("it looks like {format}")),
            "{}",
            refused.stderr
        );
        assert!(
            !place.path().join("W/reviews/core").exists(),
            "{format}: refused, and written all the same"
        );
        for arguments in [["--format", format], ["--format", "auto"]] {
            let place = wave();
            let into = [["import", "-", "--into", "W"].as_slice(), &arguments].concat();
            place.scrum_with_stdin(&into, dump.as_bytes()).expect(0);
            let tally = place
                .scrum(&["tally", "W", "--format", "json"])
                .expect(0)
                .json();
            assert_eq!(findings(&tally), expected, "{arguments:?}");
        }
    }
}

#[test]
fn what_is_left_out_is_counted_and_named() {
    let place = wave();
    let run = place.scrum_with_stdin(&["import", "-", "--into", "W", "-v"], GITHUB.as_bytes());
    insta::assert_snapshot!(run.all(), @r"
    exit: 0
    --- stdout
    imported: 4 findings in 4 reviews of 3 authors
    left out: replies: 1 (author)
    --- stderr
    left out: replies, author: Will do.
    ");
}

#[test]
fn importing_twice_changes_nothing_and_two_dumps_add_up() {
    let place = wave();
    let import = |dump: &str| {
        place
            .scrum_with_stdin(&["import", "-", "--into", "W"], dump.as_bytes())
            .expect(0);
        let tally = place
            .scrum(&["tally", "W", "--format", "json"])
            .expect(0)
            .json();
        (findings(&tally), tally["bundles"].clone())
    };
    // Approval alone clears both bundles; what comes later takes its place.
    let approved = r#"[{"user":{"login":"claude[bot]"},"state":"APPROVED","body":"","html_url":"https://forge.example/a1"}]"#;
    let (none, bundles) = import(approved);
    assert!(none.is_empty());
    assert_eq!(bundles[1]["reviewers"][0]["state"], "clean");
    let once = import(GITHUB);
    assert_eq!(once.0.len(), 4);
    assert!(!place.path().join("W/reviews/web/claude.jsonl").exists());
    assert_eq!(import(GITHUB), once);
    assert_eq!(import(approved), once);
    let more = r#"[{"user":{"login":"claude[bot]"},"body":"`web/clock.ts:1` stops the clock","html_url":"https://forge.example/i1"}]"#;
    let both = import(more);
    assert_eq!(both.0.len(), 5);
    assert_eq!(import(more), both);
}

#[test]
fn a_review_that_was_given_is_kept() {
    for given in ["claude.md", "claude.jsonl", "claude.json"] {
        let place = wave();
        let name = format!("W/reviews/core/{given}");
        place.write(&name, "{\"model\":\"mine\"}\n");
        let run = place
            .scrum_with_stdin(&["import", "-", "--into", "W"], GITHUB.as_bytes())
            .expect(0);
        assert!(run.stderr.contains(given), "{}", run.stderr);
        assert_eq!(place.read(&name), "{\"model\":\"mine\"}\n");
    }
}

#[test]
fn authors_have_their_lineages_and_the_page_links_back() {
    let place = wave();
    place
        .scrum_with_stdin(&["import", "-", "--into", "W"], GITHUB.as_bytes())
        .expect(0);
    let tally = place
        .scrum(&["tally", "W", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(lineages(&tally, "claude"), r#"["anthropic"]"#);
    assert_eq!(lineages(&tally, "gemini-code-assist"), r#"["google"]"#);
    assert_eq!(lineages(&tally, "anna"), r#"["anna"]"#);
    place.scrum(&["tally", "W", "-o", "page.html"]).expect(0);
    let page = place.read("page.html");
    assert!(page.contains(r#"href="https:&#x2f;&#x2f;forge.example&#x2f;r1""#));
}

#[test]
fn a_dump_is_tallied_without_a_wave() {
    let place = Place::empty();
    place.write("pr/dump.json", GITHUB);
    let tally = place
        .scrum(&["tally", "pr/dump.json", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(findings(&tally).len(), 4);
    assert_eq!(lineages(&tally, "anna"), r#"["anna"]"#);
    let imported = place.scrum(&["import", "pr/dump.json"]).expect(0);
    let tallied = place.scrum(&["tally", "pr/dump.json"]).expect(0);
    assert_eq!(imported.stdout, tallied.stdout);
    // One that has no author is one review.
    place.write(
        "pr/one.json",
        r#"{"findings":[{"file":"src/pool.rs","line":8,"title":"kept"}]}"#,
    );
    let tally = place
        .scrum(&["tally", "pr/one.json", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(findings(&tally), ["pr one src/pool.rs:8 - -"]);
}

#[test]
fn who_says_nothing_of_the_code_is_no_reviewer() {
    let place = Place::empty();
    place.write(
        "pr/dump.json",
        r#"{"comments":[{"author":{"login":"codecov"},"body":"Coverage fell."}],
            "reviews":[{"author":{"login":"anna"},"state":"COMMENTED","body":"`src/pool.rs:8` is kept"},
                {"author":{"login":"anna"},"state":"COMMENTED","body":""},
                {"author":{"login":"anna"},"state":"COMMENTED","body":""}]}"#,
    );
    let run = place.scrum(&["-C", "pr", "import", "dump.json"]);
    insta::assert_snapshot!(run.all());
}
