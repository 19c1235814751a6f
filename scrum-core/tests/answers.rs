//! Reads each file of `fixtures/answers`, and compares what is read with the file beside it. `BLESS=1` writes those anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use scrum_core::review::location::KnownPaths;
use scrum_core::review::{ReadOptions, Review};

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
        let state = match (&finding.quoted, &finding.retracted) {
            (Some(_), _) => " quoted",
            (_, Some(_)) => " retracted",
            _ => "",
        };
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

#[test]
fn every_answer_is_read_as_blessed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/answers");
    let bless = std::env::var_os("BLESS").is_some();
    let paths = KnownPaths::new(["src/cache/store.rs", "src/ui/clock.ts"]);
    let mut cases: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.retain(|path| path.extension().is_some_and(|ending| ending != "expected"));
    cases.sort();
    assert!(cases.len() > 30);
    let mut wrong = String::new();
    for path in cases {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let answer = fs::read(&path).unwrap();
        let read = described(&Review::read(
            &answer,
            &ReadOptions::default().paths(&paths),
        ));
        let beside = folder.join(format!("{name}.expected"));
        if bless {
            fs::write(&beside, &read).unwrap();
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if read != expected {
            let _ = write!(wrong, "{name}\n--- expected\n{expected}--- read\n{read}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
