//! Reviewdog's diagnostic format, one JSON object a line.
//!
//! reviewdog posts messages as Markdown in some of its reporters, so they are made inert for it.

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
    location: Location,
    severity: &'static str,
    source: Source,
    code: Code,
}

#[derive(Serialize)]
struct Location {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

/// Without columns both ends are whole lines, and the end is inside.
#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
}

/// Writes a diagnostic for each issue, the most important first. There is no limit, so nothing is left out but an issue
/// whose path names nothing below the repository, which only a tally without a wave can have.
///
/// # Errors
///
/// What the writer says.
pub fn write_rdjsonl(tally: &Tally, out: &mut dyn io::Write) -> io::Result<()> {
    for entry in ranked(tally) {
        let Some(path) = file_uri::name(&entry.issue.path) else {
            continue;
        };
        let range = entry.head_lines().map(|(start, end)| Range {
            start: Position { line: start },
            end: Position { line: end },
        });
        let diagnostic = Diagnostic {
            message: message(&entry),
            location: Location { path, range },
            severity: match entry.issue.severity {
                Some(Severity::Block) => "ERROR",
                Some(Severity::Warn) => "WARNING",
                Some(Severity::Info) | None => "INFO",
            },
            source: Source { name: "scrum" },
            code: Code {
                value: rule(entry.issue.severity),
            },
        };
        serde_json::to_writer(&mut *out, &diagnostic)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
