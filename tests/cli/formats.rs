//! The formats of a tally, and where they are written.

use crate::place::Place;
use crate::tally::{finding, reviewed};

/// One place that two lineages cite, one that one cites, and one without lines; hostile words in between.
fn mixed() -> Place {
    let opus = finding(
        "BLOCK",
        "core/src/pool.rs:20-21",
        "The `drain` loop stops one entry early. cc @octocat #1",
    ) + &finding(
        "INFO",
        "core/src/pool.rs",
        "No <b>tests</b>, see https://example.org",
    ) + "VERDICT: BLOCK\n";
    let kimi = finding(
        "WARN",
        "core/src/pool.rs:20",
        "`drain` leaves the last entry | in the pool.",
    ) + &finding("WARN", "core/src/nowhere.rs:3", "Invented. ##[add-mask]x")
        + &finding("INFO", "core/src/untouched.rs:5", "::error::An old line.")
        + "VERDICT: FIX\n";
    reviewed(&[
        ("opus", opus),
        ("kimi", kimi),
        ("qwen", "NONE\n".to_owned()),
    ])
}

fn printed(format: &str) -> String {
    mixed()
        .scrum(&["tally", "--format", format])
        .expect(0)
        .stdout
}

#[test]
fn markdown() {
    insta::assert_snapshot!(printed("markdown").replace('\u{200b}', "·"));
}

#[test]
fn sarif() {
    let version = concat!("\"version\":\"", env!("CARGO_PKG_VERSION"), "\"");
    let file = printed("sarif").replace(version, "\"version\":\"[VERSION]\"");
    insta::assert_snapshot!(file.replace('\u{200b}', "·"));
}

#[test]
fn rdjsonl() {
    insta::assert_snapshot!(printed("rdjsonl").replace('\u{200b}', "·"));
}

#[test]
fn github() {
    insta::assert_snapshot!(printed("github").replace('\u{200b}', "·"));
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(printed("gitlab").replace('\u{200b}', "·"));
}

#[test]
fn the_ending_says_the_format() {
    let place = mixed();
    for (ending, format) in [
        ("txt", "text"),
        ("json", "json"),
        ("md", "markdown"),
        ("MARKDOWN", "markdown"),
        ("sarif", "sarif"),
        ("sarif.json", "sarif"),
        ("rdjsonl", "rdjsonl"),
        ("jsonl", "rdjsonl"),
    ] {
        let file = format!("out.{ending}");
        let run = place.scrum(&["tally", "-o", &file]).expect(0);
        assert_eq!(run.stdout, "");
        let stdout = place.scrum(&["tally", "--format", format]).expect(0).stdout;
        assert_eq!(place.read(&file), stdout, "{ending}");
    }
    place
        .scrum(&["tally", "--format", "gitlab", "-o", "quality.json"])
        .expect(0);
    assert!(place.read("quality.json").starts_with('['));
}

#[test]
fn several_files_at_once_and_endings_that_say_nothing() {
    let place = mixed();
    place
        .scrum(&["tally", "-o", "a.md", "-o", "b.sarif"])
        .expect(0);
    assert!(place.read("a.md").starts_with("<!-- scrum tally -->"));
    assert!(place.read("b.sarif").contains("\"version\":\"2.1.0\""));
    for arguments in [
        &["tally", "-o", "report"][..],
        &["tally", "-o", "report.xml"],
        &["tally", "-o", "c.md", "-o", "d.md", "--format", "text"],
    ] {
        let run = place.scrum(arguments).expect(2);
        assert!(run.stderr.contains("hint: "), "{}", run.all());
    }
    assert!(!place.path().join("c.md").exists());
}

#[test]
fn the_wave_keeps_the_tally() {
    let place = mixed();
    place.scrum(&["tally", "-q"]).expect(0);
    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    for (file, format) in [("tally.json", "json"), ("tally.md", "markdown")] {
        let stdout = place.scrum(&["tally", "--format", format]).expect(0).stdout;
        assert_eq!(place.read(&format!("{wave}/{file}")), stdout);
    }
}

#[test]
#[cfg(unix)]
fn what_is_no_file_is_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let place = mixed();
    place
        .scrum(&["tally", "--format", "json", "-o", "/dev/null"])
        .expect(0);
    let kind = std::fs::metadata("/dev/null").unwrap().file_type();
    assert!(kind.is_char_device());

    place.write("real.md", "old");
    std::os::unix::fs::symlink("real.md", place.path().join("link.md")).unwrap();
    place.scrum(&["tally", "-o", "link.md"]).expect(0);
    assert!(place.path().join("link.md").is_symlink());
    assert!(place.read("real.md").starts_with("<!-- scrum"));
    place
        .scrum(&["tally", "--format", "text", "-o", "."])
        .expect(3);
    place.scrum(&["tally", "-o", "no/such/folder.md"]).expect(3);
}

#[test]
fn a_matrix_for_github() {
    let place = Place::repository();
    place.write("b/x.rs", "one\n");
    place.write("a/x.rs", "one\n");
    place.commit("Base");
    let matrix = |args: &[&str], code: i32| {
        let args = [
            &["bundle", "--by", "top-level", "--format", "github-matrix"][..],
            args,
        ]
        .concat();
        place.scrum(&args).expect(code).stdout
    };
    assert_eq!(matrix(&["HEAD..HEAD"], 0), "{\"include\":[]}\n");
    place.write("b/x.rs", "two\n".repeat(40_000));
    place.write("a/x.rs", "two\n");
    place.commit("Change");
    assert_eq!(
        matrix(&["HEAD~1..HEAD"], 1),
        "",
        "a refused wave starts no jobs"
    );
    insta::assert_snapshot!(matrix(&["HEAD~1..HEAD", "--force-oversize"], 0));
}
