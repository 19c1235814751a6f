//! Prints what stands in reviews, one JSON object a line for each citation.
//!
//! ```sh
//! cargo run -p scrum-core --no-default-features --example read_review -- [--diff FILE] [--prompt FILE] REVIEW…
//! ```

use std::io::Write;
use std::{env, fs, io};

use scrum_core::review::location::Location;
use scrum_core::review::{QuoteIndex, ReadOptions, Review};
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut diff, mut prompt, mut files) = (None, None, Vec::new());
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--diff" => diff = Some(fs::read(arguments.next().ok_or("--diff needs a file")?)?),
            "--prompt" => {
                prompt = Some(fs::read(arguments.next().ok_or("--prompt needs a file")?)?);
            }
            _ => files.push(argument),
        }
    }
    let shown = QuoteIndex::new(diff.as_deref(), prompt.as_deref());
    let options = ReadOptions::default().quote_index(&shown);
    let mut out = io::stdout().lock();
    for file in files {
        let review = Review::read(&fs::read(&file)?, &options);
        for finding in &review.findings {
            let location = finding.location.as_ref().ok();
            let lines = location.and_then(|location| location.lines);
            let citation = json!({
                "file": file,
                "line": finding.line,
                "path": location.map(Location::without_diff_prefix),
                "start": lines.map(|lines| lines.start),
                "end": lines.map(|lines| lines.end),
                "symbol": location.and_then(|location| location.symbol.as_deref()),
                "severity": finding.claim.severity,
                "number": finding.number,
                "malformed": finding.location.as_ref().err().map(ToString::to_string),
                "echo": finding.quoted.map(|echo| format!("{echo:?}")),
                "stands_in_diff": finding.stands_in_diff,
                "retracted": finding.retracted.as_ref().map(|words| words.phrase.as_str()),
                "what": finding.claim.what,
            });
            writeln!(out, "{citation}")?;
        }
        let rest = json!({
            "file": file,
            "without_location": review.unlocated.len(),
            "retractions": review.retractions.iter().map(|retraction| retraction.text.as_str()).collect::<Vec<_>>(),
            "none": review.says_clean,
            "verdict": review.verdict,
            "read_as_json": review.read_as_json,
            "faults": review.faults.iter().map(|fault| format!("{fault:?}")).collect::<Vec<_>>(),
        });
        writeln!(out, "{rest}")?;
    }
    Ok(())
}
