use proptest::prelude::*;

use super::write_github;
use crate::report::sample::{finding, hostile, tally_of, with_everywhere};
use crate::tally::Tally;

fn commands(tally: &Tally) -> String {
    let mut out = Vec::new();
    write_github(tally, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Reads a line as a runner does: the command's name, its properties and its message, decoded.
fn parse(line: &str) -> (String, Vec<(String, String)>, String) {
    let rest = line.strip_prefix("::").unwrap();
    let (head, message) = rest.split_once("::").unwrap();
    let (name, properties) = head.split_once(' ').unwrap();
    let properties = properties.split(',').map(|property| {
        let (name, value) = property.split_once('=').unwrap();
        let value = value.replace("%3A", ":").replace("%2C", ",");
        (name.to_owned(), decoded(&value))
    });
    (name.to_owned(), properties.collect(), decoded(message))
}

fn decoded(text: &str) -> String {
    text.replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%25", "%")
}

proptest! {
    #[test]
    fn no_text_issues_a_command(text in hostile()) {
        let out = commands(&with_everywhere(&text));
        // Three issues and the summary, whatever is said.
        prop_assert_eq!(out.lines().count(), 4, "{}", out);
        prop_assert!(!out.chars().any(|c| c.is_control() && c != '\n'));
        for line in out.lines() {
            let (name, properties, message) = parse(line);
            prop_assert!(["error", "warning", "notice"].contains(&name.as_str()));
            for (name, _) in &properties {
                prop_assert!(["file", "line", "endLine", "title"].contains(&name.as_str()), "{}", line);
            }
            prop_assert!(!message.contains("##["), "{}", message);
            prop_assert!(message.lines().skip(1).all(|line| line.starts_with("- ") || line.starts_with("Others at these lines")), "{}", message);
        }
    }
}

#[test]
fn special_characters_survive() {
    let tally = tally_of(&[(
        "core",
        "opus",
        finding("BLOCK", "src/a.rs:3", "50 %25 of it\tand %0A"),
    )]);
    let mut tally = tally;
    tally.bundles[0].issues[0].path = "a,b:c%0A.rs".to_owned();
    let out = commands(&tally);
    let (_, properties, message) = parse(out.lines().next().unwrap());
    assert_eq!(properties[0], ("file".to_owned(), "a,b:c%0A.rs".to_owned()));
    assert!(
        message.ends_with("50 %\u{200b}25 of it and %\u{200b}0A"),
        "{message}"
    );
}

#[test]
fn the_most_important_are_shown_and_the_rest_is_counted() {
    let many = |severity: &str, file: &str, count: u32| -> String {
        (0..count)
            .map(|n| finding(severity, &format!("{file}:{}", n * 10 + 1), "x"))
            .collect()
    };
    let opus = many("BLOCK", "a.rs", 12) + &many("WARN", "b.rs", 11) + &many("INFO", "c.rs", 15);
    // The last of the blocks is agreed on, and so comes first.
    let kimi = finding("WARN", "a.rs:111", "x");
    let out = commands(&tally_of(&[("core", "opus", opus), ("core", "kimi", kimi)]));
    let count = |kind: &str| out.lines().filter(|line| line.starts_with(kind)).count();
    assert_eq!(
        (count("::error "), count("::warning "), count("::notice ")),
        (10, 10, 10)
    );
    assert!(out.starts_with("::error file=a.rs,line=111,"), "{out}");
    let summary = out.lines().last().unwrap();
    assert!(
        summary.ends_with("Not shown as annotations: 2 errors, 1 warning, 6 notices."),
        "{summary}"
    );
}
