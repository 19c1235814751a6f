//! Reads each file of `fixtures/answers`, and compares what is read with the file beside it. `BLESS=1` writes those anew.
//!
//! A file `NAME.explained` lists what became of each part of `NAME`, for the answers that have one.
//!
//! `fixtures/citations.txt` lists what values of `WHERE:` cite. The paths of `fixtures/answer-paths.txt` are known. A file
//! `NAME.diff` is what the reviewer of `NAME` was shown. Parts of one file stand apart by `---`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use scrum_core::review::location::{Citation, KnownPaths, Malformed, citations};
use scrum_core::review::{PartOutcome, ReadOptions, Review};

/// What is read, one line for each thing.
fn described(review: &Review) -> String {
    let mut out = String::new();
    for finding in &review.findings {
        let location = match &finding.location {
            Ok(location) => location.to_string(),
            Err(malformed) => format!("({malformed})"),
        };
        let claim = &finding.claim;
        let severity = claim
            .severity
            .map_or("-".to_owned(), |level| format!("{level:?}").to_lowercase());
        let mut state = String::new();
        if let Some(number) = finding.number {
            let _ = write!(state, " #{number}");
        }
        if let Some(evidence) = finding.quoted {
            let _ = write!(state, " quoted({evidence:?})");
        }
        if finding.stands_in_diff {
            state.push_str(" stands in the diff");
        }
        if let Some(words) = &finding.retracted {
            let _ = write!(state, " retracted({}: {})", words.line, words.phrase);
        }
        let what = claim.what.as_deref().unwrap_or("").replace('\n', " / ");
        let why = claim
            .why
            .as_deref()
            .map(|why| format!(" | {}", why.replace('\n', " / ")))
            .unwrap_or_default();
        let _ = writeln!(
            out,
            "{} {} {location} {severity}{state}: {what}{why}",
            finding.line,
            finding.read_as.as_str()
        );
    }
    for unlocated in &review.unlocated {
        let what = unlocated.claim.what.as_deref().unwrap_or("");
        let _ = writeln!(out, "{} unlocated: {what}", unlocated.line);
    }
    for retraction in &review.retractions {
        let named: Vec<String> = retraction
            .locations
            .iter()
            .map(ToString::to_string)
            .collect();
        let _ = writeln!(out, "{} retract: {}", retraction.line, named.join(", "));
    }
    for mention in &review.mentions {
        let _ = writeln!(out, "{} mention {}", mention.line, mention.location);
    }
    if review.says_clean {
        out.push_str("clean\n");
    }
    if let Some(verdict) = review.verdict {
        let _ = writeln!(out, "verdict {verdict:?}");
    }
    out
}

/// What became of each part, one line for each. Every finding comes of exactly one.
fn explained(review: &Review) -> String {
    let mut out = String::new();
    let mut findings = Vec::new();
    for part in &review.parts {
        if let PartOutcome::Findings(of_part) = &part.outcome {
            findings.extend(of_part.iter().copied());
        }
        let lines = match part.last_line {
            last if last == part.first_line => last.to_string(),
            last => format!("{}-{last}", part.first_line),
        };
        let _ = writeln!(
            out,
            "{lines} {}: {} <- {}",
            part.kind, part.outcome, part.text
        );
    }
    findings.sort_unstable();
    assert!(
        findings.iter().copied().eq(0..review.findings.len()),
        "{out}"
    );
    out
}

/// The answers below a folder, without what stands beside them.
fn answers(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        let beside = path.extension().is_some_and(|ending| {
            ["expected", "explained", "diff"]
                .iter()
                .any(|known| ending == *known)
        });
        if path.is_dir() {
            answers(&path, into);
        } else if !beside {
            into.push(path);
        }
    }
}

/// The path of a file with one more ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// A value's citations as `path:start-end` or `path::symbol`, malformed ones as `!`.
fn cited(value: &str) -> String {
    let shown = |read: Result<Citation, Malformed>| match read {
        Err(malformed) => format!("!{malformed}"),
        Ok(Citation { location, .. }) => {
            let path: String = location.path.chars().flat_map(escaped).collect();
            match (location.lines, location.symbol) {
                (Some(lines), None) => format!("{path}:{lines}"),
                (None, Some(symbol)) => format!("{path}::{symbol}"),
                (None, None) => path,
                both => panic!("{value}: {both:?}"),
            }
        }
    };
    let all: Vec<String> = citations(value).into_iter().map(shown).collect();
    all.join(" | ")
}

fn escaped(c: char) -> Vec<char> {
    if c.is_control() {
        c.escape_debug().collect()
    } else {
        vec![c]
    }
}

#[test]
fn every_value_cites_what_is_listed() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/citations.txt");
    let text = fs::read_to_string(&table).unwrap();
    let mut read = String::new();
    for line in text.lines() {
        match line.split_once(" => ") {
            Some((value, _)) if !line.starts_with("# ") => {
                let _ = writeln!(read, "{value} => {}", cited(value));
            }
            _ => {
                let _ = writeln!(read, "{line}");
            }
        }
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(&table, &read).unwrap();
    }
    let lines = text.lines().zip(read.lines());
    let wrong: Vec<_> = lines.filter(|(listed, read)| listed != read).collect();
    assert!(wrong.is_empty(), "listed, read: {wrong:#?}");
}

#[test]
fn every_answer_is_read_as_blessed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/answers");
    let bless = std::env::var_os("BLESS").is_some();
    let listed = include_str!("../../fixtures/answer-paths.txt");
    let paths = KnownPaths::new(listed.lines());
    let mut cases = Vec::new();
    answers(&folder, &mut cases);
    cases.sort();
    assert!(cases.len() > 30);
    let mut wrong = String::new();
    for path in cases {
        let name = path.strip_prefix(&folder).unwrap().display();
        let answer = fs::read(&path).unwrap();
        let diff = fs::read(beside(&path, ".diff")).ok();
        let options = ReadOptions::default().paths(&paths).diff(diff.as_deref());
        let review = Review::read(&answer, &options);
        let with_parts = Review::read(&answer, &options.explain(true));
        let parts = explained(&with_parts);
        assert!(review.parts.is_empty());
        let without_parts = Review {
            parts: Vec::new(),
            ..with_parts
        };
        assert_eq!(without_parts, review, "{name}");
        for (ending, read) in [(".expected", described(&review)), (".explained", parts)] {
            let expected = beside(&path, ending);
            let wanted = ending == ".expected" || expected.exists();
            if bless && wanted {
                fs::write(&expected, &read).unwrap();
            }
            let expected = fs::read_to_string(&expected).unwrap_or_default();
            if wanted && read != expected {
                let _ = write!(
                    wrong,
                    "{name}{ending}\n--- expected\n{expected}--- read\n{read}\n"
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
