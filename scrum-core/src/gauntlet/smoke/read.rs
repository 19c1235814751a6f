//! Reads the report of a test runner: the text format, `smoke.json`, JUnit XML or TAP, distinguished by how they begin.

use super::{SmokeReport, junit, tap, text};

/// A file that cannot be read as a report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SmokeReadError {
    /// It has none of the known formats.
    #[error("not `PASS name 5s` lines, smoke.json, JUnit XML or TAP")]
    Unknown,
    /// It looks like one of them, but cannot be read.
    #[error("cannot be read as {form}: {reason}")]
    Damaged {
        /// The form, e.g. `JUnit XML`.
        form: &'static str,
        /// What is wrong, with the position if it is known.
        reason: String,
    },
    /// A line of the text format is not a step.
    #[error("line {line} is not `PASS|FAIL|SKIP name SECONDSs`: {text}")]
    Line {
        /// Its number, 1-based.
        line: usize,
        /// The line.
        text: String,
    },
    /// Its totals do not match its steps, so something is missing.
    #[error("it declares {stated}, but has {counted}")]
    Totals {
        /// The totals in the file.
        stated: String,
        /// The totals of its steps.
        counted: String,
    },
}

/// Reads a report.
///
/// # Errors
///
/// [`SmokeReadError`]. A truncated report, or one whose totals do not match its steps, is rejected, because an
/// incomplete chain must not pass.
pub fn read(text: &str) -> Result<SmokeReport, SmokeReadError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = text.trim_start();
    if start.starts_with('<') {
        return junit::read(text).map(SmokeReport::new);
    }
    if start.starts_with('{') {
        let report: SmokeReport =
            serde_json::from_str(text).map_err(|error| SmokeReadError::Damaged {
                form: "smoke.json",
                reason: error.to_string(),
            })?;
        return checked((report.pass, report.fail, report.skip), report.steps);
    }
    let first = start.lines().next().unwrap_or_default();
    if first.starts_with("TAP version")
        || first.starts_with("1..")
        || first.starts_with("ok ")
        || first.starts_with("not ok ")
    {
        return tap::read(text).map(SmokeReport::new);
    }
    read_text(text)
}

fn read_text(text: &str) -> Result<SmokeReport, SmokeReadError> {
    let mut steps = Vec::new();
    let mut totals = None;
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        if let Some(found) = text::totals(line) {
            totals = Some(found);
        } else if let Some(step) = text::step(line) {
            steps.push(step);
        } else if steps.is_empty() && totals.is_none() {
            return Err(SmokeReadError::Unknown);
        } else {
            return Err(SmokeReadError::Line {
                line: number,
                text: line.to_owned(),
            });
        }
    }
    match totals {
        Some(totals) => checked(totals, steps),
        None if steps.is_empty() => Err(SmokeReadError::Unknown),
        None => Err(SmokeReadError::Damaged {
            form: "text",
            reason: "its last line, `--- N PASS / N FAIL ---`, is missing".to_owned(),
        }),
    }
}

fn checked(
    stated: (usize, usize, usize),
    steps: Vec<super::SmokeStep>,
) -> Result<SmokeReport, SmokeReadError> {
    let report = SmokeReport::new(steps);
    let counted = (report.pass, report.fail, report.skip);
    let told = |(pass, fail, skip)| format!("{pass} PASS / {fail} FAIL / {skip} SKIP");
    if stated == counted {
        Ok(report)
    } else {
        Err(SmokeReadError::Totals {
            stated: told(stated),
            counted: told(counted),
        })
    }
}
