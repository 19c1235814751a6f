use super::*;
use crate::review::Severity;
use crate::review::location::KnownPaths;

fn read(dump: &str) -> Import {
    let paths = KnownPaths::new(["src/pool.rs", "src/clock.ts"]);
    import(dump.as_bytes(), &ImportOptions::default().paths(&paths)).unwrap()
}

/// Every finding as `author path:start-end severity`.
fn findings(import: &Import) -> Vec<String> {
    let of = |author: &Imported| {
        let shown = |finding: &ImportedFinding| {
            let lines = finding
                .start_line
                .zip(finding.end_line)
                .map(|(a, b)| format!(":{a}-{b}"))
                .or(finding.lines.as_ref().map(|lines| format!(":{lines}")))
                .unwrap_or_default();
            let severity = finding.severity.as_deref().unwrap_or("-");
            let resolved = if finding.resolved { " resolved" } else { "" };
            format!(
                "{} {}{lines} {severity}{resolved}",
                author.reviewer, finding.path
            )
        };
        author.findings.iter().map(shown).collect::<Vec<_>>()
    };
    import.authors.iter().flat_map(of).collect()
}

#[test]
fn each_forge_is_read_by_its_keys() {
    for (name, dump, expected) in [
        (
            "github",
            r#"[{"id":1,"user":{"login":"a[bot]"},"path":"src/pool.rs","line":9,"start_line":4,"side":"RIGHT","body":"**[HIGH]** kept","html_url":"https://x/1"},
                {"id":2,"in_reply_to_id":22000000001,"user":{"login":"b"},"path":"src/pool.rs","line":9,"body":"Done"}]"#,
            vec!["a src/pool.rs:4-9 block"],
        ),
        (
            "github, outdated and on the old side",
            r#"[{"user":{"login":"a"},"path":"src/pool.rs","line":null,"original_line":9,"position":4,"side":"RIGHT","body":"kept"},
                {"user":{"login":"a"},"path":"src/pool.rs","line":7,"side":"LEFT","body":"was right"}]"#,
            vec!["a src/pool.rs -", "a src/pool.rs -"],
        ),
        (
            "graphql",
            r#"{"data":{"nodes":[{"isResolved":true,"path":"src/pool.rs","line":3,"comments":{"nodes":[{"author":{"login":"a"},"body":"nit: name"},{"author":{"login":"b"},"body":"ok"}]}}]}}"#,
            vec!["a src/pool.rs:3-3 info resolved"],
        ),
        (
            "gitlab",
            r#"[{"id":"d","notes":[{"author":{"username":"a"},"system":false,"resolved":false,"body":"blocker: kept","position":{"new_path":"src/pool.rs","new_line":8,"line_range":{"start":{"new_line":5},"end":{"new_line":8}}}}]},
                {"id":"e","individual_note":true,"notes":[{"author":{"username":"a"},"system":true,"body":"changed this line: `src/clock.ts:4`"}]}]"#,
            vec!["a src/pool.rs:5-8 block"],
        ),
        (
            "gerrit",
            ")]}'\n{\"src/pool.rs\":[{\"author\":{\"username\":\"a\"},\"line\":8,\"patch_set\":2,\"range\":{\"start_line\":5,\"end_line\":8},\"message\":\"warning: kept\"},{\"author\":{\"username\":\"b\"},\"line\":8,\"patch_set\":2,\"in_reply_to\":\"c1\",\"message\":\"ok\"},{\"robot_id\":\"lint\",\"line\":9,\"message\":\"long\"}],\"/PATCHSET_LEVEL\":[{\"author\":{\"username\":\"c\"},\"patch_set\":2,\"message\":\"Nice.\"}]}",
            vec!["a src/pool.rs:5-8 warn", "lint src/pool.rs:9-9 -"],
        ),
        (
            "bitbucket",
            r#"{"values":[{"id":1,"user":{"nickname":"a"},"content":{"raw":"kept on a miss"},"inline":{"path":"src/pool.rs","to":8,"from":null},"links":{"html":{"href":"https://x"}}},
                {"id":2,"user":{"nickname":"a"},"content":{"raw":"unused"},"inline":{"path":"src/pool.rs","to":9},"resolution":{"type":"comment_resolution"}}]}"#,
            vec!["a src/pool.rs:8-8 -", "a src/pool.rs:9-9 - resolved"],
        ),
        (
            "bitbucket's server",
            r#"{"values":[{"action":"COMMENTED","commentAction":"ADDED","comment":{"author":{"name":"a"},"text":"kept"},"commentAnchor":{"line":8,"path":"src/pool.rs","fileType":"TO"}}]}"#,
            vec!["a src/pool.rs:8-8 -"],
        ),
        (
            "gitea",
            r#"[{"user":{"login":"a"},"path":"src/pool.rs","position":9,"body":"kept"},
                {"user":{"login":"b"},"path":"src/pool.rs","position":9,"body":"ok"},
                {"user":{"login":"a"},"path":"src/pool.rs","position":12,"body":"unused"}]"#,
            vec!["a src/pool.rs:9-9 -", "a src/pool.rs:12-12 -"],
        ),
        (
            "review board",
            r#"{"reviews":[{"ship_it":false,"user":{"username":"a"},"body_top":"","diff_comments":[{"first_line":5,"num_lines":3,"filediff":{"dest_file":"src/pool.rs"},"text":"kept"}]}]}"#,
            vec!["a src/pool.rs:5-7 -"],
        ),
        (
            "rdjson",
            r#"{"source":{"name":"newlint"},"diagnostics":[{"message":"kept","location":{"path":"src/pool.rs","range":{"start":{"line":8}}},"severity":"ERROR"}]}"#,
            vec!["newlint src/pool.rs:8-8 block"],
        ),
        (
            "rdjsonl",
            r#"{"message":"kept","location":{"path":"src/pool.rs","range":{"start":{"line":8}}},"severity":"WARNING","source":{"name":"newlint"}}"#,
            vec!["newlint src/pool.rs:8-8 warn"],
        ),
        (
            "azure",
            r#"{"value":[{"status":"fixed","threadContext":{"filePath":"/src/pool.rs","rightFileStart":{"line":5},"rightFileEnd":{"line":8}},"comments":[{"parentCommentId":0,"author":{"displayName":"A B"},"content":"kept","commentType":"text"},{"parentCommentId":1,"author":{"displayName":"C"},"content":"ok"}]}]}"#,
            vec!["A-B src/pool.rs:5-8 - resolved"],
        ),
        (
            "sarif",
            r#"{"runs":[{"tool":{"driver":{"name":"Lint"}},"results":[{"level":"error","message":{"text":"kept"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/pool.rs"},"region":{"startLine":8}}}]}]}]}"#,
            vec!["Lint src/pool.rs:8-8 block"],
        ),
        (
            "flattened by jq, an object a line",
            "{\"path\":\"src/pool.rs\",\"line\":9,\"user\":\"Copilot\",\"body\":\"nit: name\",\"in_reply_to\":null}\n{\"path\":\"src/pool.rs\",\"line\":9,\"user\":\"b\",\"body\":\"ok\",\"in_reply_to\":7}",
            vec!["Copilot src/pool.rs:9-9 info"],
        ),
        (
            "gh pr view",
            r#"{"number":1,"comments":[{"author":{"login":"c"},"body":"Nice."}],"reviews":[{"author":{"login":"a"},"state":"COMMENTED","body":"`src/clock.ts:4` stops the clock"},{"author":{"login":"b"},"state":"APPROVED","body":"LGTM"}]}"#,
            vec!["a src/clock.ts:4-4 -"],
        ),
    ] {
        assert_eq!(findings(&read(dump)), expected, "{name}");
    }
}

#[test]
fn comments_as_gh_prints_them() {
    let printed = "author:\ta\nassociation:\tnone\nedited:\tfalse\nstatus:\tnone\n--\n`src/pool.rs:9` is kept:\n--\nfor ever.\n--\n\
                   author:\tb\nassociation:\tmember\nedited:\tfalse\nstatus:\tapproved\n--\n\n--\n";
    let read = read(printed);
    assert_eq!(findings(&read), ["a src/pool.rs:9-9 -"]);
    assert!(read.authors[1].says_clean && read.left_out.is_empty());
    assert!(import(b"author:\ta", &ImportOptions::default()).is_err());
}

#[test]
fn what_is_left_out_is_named_and_approval_is_clean() {
    let read = read(
        r#"[{"user":{"login":"a"},"path":"src/pool.rs","line":9,"body":"kept","in_reply_to_id":7,"html_url":"https://x/1"},
            {"user":{"login":"b"},"state":"APPROVED","body":""}, {"user":{"login":"c"},"body":"Could somebody look?"},
            {"user":{"login":"d"},"state":"CHANGES_REQUESTED","body":"Please divide it."}, {"user":{"login":"d"},"state":"COMMENTED","body":""},
            {"user":{"login":"e"},"path":"src/pool.rs","line":9,"body":"<!-- seen -->","html_url":"javascript:x"},
            {"user":{"login":"f"},"state":"APPROVED","body":"SEVERITY: WARN\nWHAT: The lock is kept."},
            {"user":{"username":"i"},"ship_it":true,"body_top":""},
            {"author":{"username":"j"},"noteable_type":"MergeRequest","system":true,"body":"approved this merge request"},
            {"user":{"login":"m"},"path":"src/pool.rs","line":12,"body":"Nice, this was due."},
            {"author":{"displayName":"k"},"parentCommentId":0,"commentType":"system","content":"k voted 10"},
            {"author":{"displayName":"l"},"parentCommentId":0,"commentType":"system","content":"l voted -10"}, {"user":{"login":"g"},"body":"No issues found."}, {"user":{"login":"h"},"body":"`src/pool.rs:9` is kept"}]"#,
    );
    let left_out: Vec<_> = read
        .left_out
        .iter()
        .map(|out| (out.reason, out.author.as_str(), out.comment.as_str()))
        .collect();
    assert_eq!(
        left_out,
        [
            ("replies", "a", "https://x/1"),
            ("empty comments", "d", ""),
            ("notes of the forge itself", "l", "l voted -10"),
            ("remarks without a place", "c", "Could somebody look?"),
            ("remarks without a place", "d", "Please divide it."),
            ("remarks without a place", "e", "<!-- seen -->"),
            (
                "remarks without a place",
                "f",
                "SEVERITY: WARN WHAT: The lock is kept."
            ),
            ("praise", "m", "Nice, this was due."),
        ]
    );
    let clean: Vec<_> = read
        .authors
        .iter()
        .filter(|author| author.says_clean)
        .map(|author| author.reviewer.as_str())
        .collect();
    assert_eq!(clean, ["b", "g", "i", "j", "k"]);
}

#[test]
fn a_format_that_is_insisted_on_is_the_only_one() {
    let github = r#"[{"user":{"login":"a"},"path":"src/pool.rs","line":9,"body":"kept"}]"#;
    let sarif = r#"{"runs":[{"tool":{"driver":{"name":"Lint"}},"results":[]}]}"#;
    let asked =
        |dump: &str, format| import(dump.as_bytes(), &ImportOptions::default().format(format));
    assert!(asked(github, ImportFormat::GitHub).is_ok());
    assert!(asked(sarif, ImportFormat::Sarif).is_ok());
    let reply =
        r#"[{"user":{"login":"a"},"path":"src/pool.rs","line":9,"body":"ok","in_reply_to_id":1}]"#;
    assert!(asked(reply, ImportFormat::Auto).is_ok());
    let comments_only = ImportOptions::default().comments_only(true);
    assert!(import(sarif.as_bytes(), &comments_only).is_err());
    let rdjson = r#"{"source":{"name":"newlint"},"diagnostics":[]}"#;
    for (dump, format, message) in [
        (
            github,
            ImportFormat::GitLab,
            "it has nothing of the format gitlab; it looks like github",
        ),
        (
            github,
            ImportFormat::Sarif,
            "it has nothing of the format sarif; it looks like github",
        ),
        (
            sarif,
            ImportFormat::Rdjson,
            "it has nothing of the format rdjson; it looks like sarif",
        ),
        (
            rdjson,
            ImportFormat::Sarif,
            "it has nothing of the format sarif; it looks like rdjson",
        ),
        (
            "{\"a\":1}",
            ImportFormat::Azure,
            "it has nothing of the format azure",
        ),
        (
            "{\"a\":1}",
            ImportFormat::Auto,
            "it has no comments of a pull request, and is no SARIF or rdjson",
        ),
        ("no json", ImportFormat::Auto, "it is not JSON"),
    ] {
        let error = asked(dump, format).unwrap_err();
        assert_eq!(error.to_string(), message, "{dump}");
    }
}

#[test]
fn who_wrote_is_a_person_or_a_program() {
    let program = |lineages: &[&str]| {
        Author::Program(
            lineages
                .iter()
                .map(|lineage| (*lineage).to_owned())
                .collect(),
        )
    };
    for (login, bot, expected) in [
        ("claude[bot]", false, program(&["anthropic"])),
        ("gemini-code-assist[bot]", true, program(&["google"])),
        ("chatgpt-codex-connector", false, program(&["openai"])),
        ("coderabbitai", false, program(&[])),
        ("copilot", false, program(&[])),
        ("acme-lint", true, program(&[])),
        ("acme-review-bot", false, program(&[])),
        ("anna", false, Author::Person),
    ] {
        assert_eq!(Author::of(login, bot), expected, "{login}");
    }
    let read = read(
        r#"[{"user":{"login":"acme","type":"Bot"},"body":"`src/pool.rs:9` is kept"},
            {"robot_id":"lint","path":"src/pool.rs","line":9,"message":"long"},
            {"user":{"login":"zoe","type":"User"},"path":"src/pool.rs","line":9,"body":"kept"}]"#,
    );
    let authors: Vec<_> = read.authors.iter().map(|read| &read.author).collect();
    assert_eq!(authors, [&program(&[]), &program(&[]), &Author::Person]);
    for (login, name) in [("a_b.c-d", "a_b.c-d"), ("A B", "A-B"), ("..", "unknown")] {
        assert_eq!(reviewer_name(login), name);
    }
}

#[test]
fn older_lines_are_mapped_or_flagged() {
    let mut head = HeadLines::new(None, Some("h0"));
    head.add_diff(
        b"diff --git a/src/pool.rs b/src/pool.rs\n--- a/src/pool.rs\n+++ b/src/pool.rs\n@@ -5,3 +5,4 @@\n five\n-six\n+new six\n+new more\n seven\n",
    );
    let dump = r#"[{"user":{"login":"a"},"path":"src/pool.rs","line":7,"side":"LEFT","body":"was right"},
        {"user":{"login":"b"},"path":"src/pool.rs","line":6,"side":"LEFT","body":"was needed"},
        {"user":{"login":"c"},"path":"src/pool.rs","line":null,"original_line":3,"original_commit_id":"h0","side":"RIGHT","body":"kept"},
        {"user":{"login":"d"},"path":"src/pool.rs","line":null,"original_line":3,"original_commit_id":"e0","side":"RIGHT","body":"kept"},
        {"user":{"login":"e"},"path":"src/pool.rs","line":null,"original_start_line":3,"original_line":5,"side":"RIGHT","body":"kept"}]"#;
    let read = import(dump.as_bytes(), &ImportOptions::default().head(&head)).unwrap();
    assert_eq!(
        findings(&read),
        [
            "a src/pool.rs:8-8 -",
            "b src/pool.rs:old:6 -",
            "c src/pool.rs:3-3 -",
            "d src/pool.rs -",
            "e src/pool.rs -"
        ]
    );
    // What is written is read back on its side.
    let deleted = &read.authors[1];
    let written = deleted.to_json_lines(&[&deleted.findings[0]]);
    let back = Review::from_text(&written);
    let location = back.findings[0].location.as_ref().unwrap();
    assert_eq!(location.to_string(), "src/pool.rs:old:6", "{written}");
    let told: Vec<_> = read
        .authors
        .iter()
        .map(|author| author.findings[0].body.as_deref().unwrap_or(""))
        .collect();
    assert_eq!(
        told,
        [
            "(on line 7 of the old file)",
            "(on line 6 of the old file)",
            "(outdated: on line 3 of an earlier commit)",
            "(outdated: on line 3 of an earlier commit)",
            "(outdated: on lines 3-5 of an earlier commit)"
        ]
    );
}

#[test]
fn a_written_review_is_read_back_and_merged() {
    let dump = r#"[{"user":{"login":"a"},"path":"src/pool.rs","line":9,"body":"**[LOW]** kept\n\nlong","html_url":"https://x/1"}]"#;
    let read = read(dump);
    let author = &read.authors[0];
    let lines = author.to_json_lines(&author.findings.iter().collect::<Vec<_>>());
    let review = Review::from_text(&lines);
    assert_eq!(review.findings.len(), 1, "{lines}");
    assert_eq!(review.findings[0].link.as_deref(), Some("https://x/1"));
    assert_eq!(review.findings[0].claim.severity, Some(Severity::Info));
    let mut again = author.clone();
    again.merge(&lines);
    assert_eq!(again, *author);
    let mut clean = Imported {
        findings: Vec::new(),
        says_clean: true,
        ..author.clone()
    };
    let written = clean.to_json_lines(&[]);
    assert!(Review::from_text(&written).says_clean);
    assert!(!Review::from_text(&author.to_json_lines(&[])).says_clean);
    let mut empty = Imported {
        says_clean: false,
        ..clean.clone()
    };
    assert!(author.says_something() && clean.says_something() && !empty.says_something());
    empty.merge(&author.to_json_lines(&[]));
    assert!(!empty.says_clean);
    empty.merge(&written);
    assert!(empty.says_clean);
    empty.merge(&author.to_json_lines(&[]));
    assert!(empty.says_clean);
    again.merge(&written);
    assert_eq!(again, *author);
    clean.merge(&lines);
    assert_eq!(clean.findings, author.findings);
    assert!(!clean.says_clean);
}
