//! Annotations of GitHub Actions: workflow commands, one per line.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step, and silently drops the rest. So only the most
//! important of each are written, and a last notice gives the number of the others.

use std::io;

use super::file_uri;
use super::message::{message, rule};
use super::ranked::{Ranked, headline, ranked};
use crate::review::Severity;
use crate::size::counted;
use crate::tally::Tally;

/// How many annotations of one kind GitHub shows for a step.
const SHOWN: usize = 10;

/// The kinds of annotation, with the number that is written; the last notice is the summary.
const KINDS: [(&str, usize); 3] = [("error", SHOWN), ("warning", SHOWN), ("notice", SHOWN - 1)];

/// Writes an annotation for each issue, within what GitHub shows, and a summary.
///
/// # Errors
///
/// Errors of the writer.
pub fn write_github(tally: &Tally, out: &mut dyn io::Write) -> io::Result<()> {
    let mut written = [0; KINDS.len()];
    let mut left_out = [0; KINDS.len()];
    for entry in ranked(tally) {
        let kind = match entry.issue.severity {
            Some(Severity::Block) => 0,
            Some(Severity::Warn) => 1,
            Some(Severity::Info) | None => 2,
        };
        if written[kind] == KINDS[kind].1 {
            left_out[kind] += 1;
            continue;
        }
        written[kind] += 1;
        annotation(KINDS[kind].0, &entry, out)?;
    }
    let mut told = format!("{}.", headline(&tally.totals));
    if left_out.iter().any(|count| *count > 0) {
        let [errors, warnings, notices] = left_out;
        told.push_str(&format!(
            " Not shown as annotations: {}, {}, {}.",
            counted(errors, "error"),
            counted(warnings, "warning"),
            counted(notices, "notice"),
        ));
    }
    command("notice", &[("title", "scrum".to_owned())], &told, out)
}

fn annotation(kind: &str, entry: &Ranked<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut properties = Vec::new();
    // Without a file, the annotation belongs to the job.
    if let Some(path) = file_uri::name(&entry.issue.path) {
        properties.push(("file", path));
        if let Some((start, end)) = entry.head_lines() {
            properties.push(("line", start.to_string()));
            properties.push(("endLine", end.to_string()));
        }
    }
    let title = format!("{}: {}", rule(entry.issue.severity), entry.agreement());
    properties.push(("title", title));
    command(kind, &properties, &message(entry), out)
}

/// Writes one workflow command.
fn command(
    name: &str,
    properties: &[(&str, String)],
    message: &str,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let properties: Vec<String> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", property(value)))
        .collect();
    writeln!(out, "::{name} {}::{}", properties.join(","), data(message))
}

/// Encodes a message for the runner: `%` first, then line ends. Other control characters would reach the log unchanged.
fn data(text: &str) -> String {
    let harmful = |c: char| c.is_control() && !matches!(c, '\r' | '\n');
    text.replace(harmful, "\u{fffd}")
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property's value: besides what ends a line, what ends a property and what ends them all.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests;
