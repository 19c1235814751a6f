//! Reviewdog's diagnostic format, one JSON object per line.
//!
//! reviewdog posts messages as Markdown in some of its reporters, so they are escaped for it.

use std::io;

use serde::Serialize;

use super::file_uri;
use super::message::{message, rule};
use super::ranked::ranked;
use crate::review::Severity;
use crate::tally::Tally;

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    location: RdjsonLocation,
    severity: &'static str,
    source: RdjsonSource,
    code: RdjsonCode,
}

#[derive(Serialize)]
struct RdjsonLocation {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<RdjsonRange>,
}

/// Without columns, both ends are whole lines, and the end is inclusive.
#[derive(Serialize)]
struct RdjsonRange {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
}

#[derive(Serialize)]
struct RdjsonSource {
    name: &'static str,
}

#[derive(Serialize)]
struct RdjsonCode {
    value: &'static str,
}

/// Writes a diagnostic for each issue, the most important first. There is no limit. Only an issue whose path is not in
/// the repository is left out; this only happens without a wave.
///
/// # Errors
///
/// Errors of the writer.
pub fn write_rdjsonl(tally: &Tally, out: &mut dyn io::Write) -> io::Result<()> {
    for entry in ranked(tally) {
        let Some(path) = file_uri::name(&entry.issue.path) else {
            continue;
        };
        let range = entry.head_lines().map(|(start, end)| RdjsonRange {
            start: Position { line: start },
            end: Position { line: end },
        });
        let diagnostic = Diagnostic {
            message: message(&entry),
            location: RdjsonLocation { path, range },
            severity: match entry.issue.severity {
                Some(Severity::Block) => "ERROR",
                Some(Severity::Warn) => "WARNING",
                Some(Severity::Info) | None => "INFO",
            },
            source: RdjsonSource { name: "scrum" },
            code: RdjsonCode {
                value: rule(entry.issue.severity),
            },
        };
        serde_json::to_writer(&mut *out, &diagnostic)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
