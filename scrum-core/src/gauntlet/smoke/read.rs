//! Reads what a runner wrote: the text form, `smoke.json`, JUnit XML or TAP, told apart by what they begin with.

use super::{SmokeReport, junit, tap, text};

/// A file that is no report of a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SmokeReadError {
    /// It is none of the forms that are read.
    #[error("not `PASS name 5s` lines, smoke.json, JUnit XML or TAP")]
    Unknown,
    /// It looks like one of them, but cannot be read.
    #[error("cannot be read as {form}: {reason}")]
    Damaged {
        /// The form, e.g. `JUnit XML`.
        form: &'static str,
        /// What is wrong, with its place where there is one.
        reason: String,
    },
    /// A line of the text form is no step.
    #[error("line {line} is not `PASS|FAIL|SKIP name SECONDSs`: {text}")]
    Line {
        /// Its number, 1-based.
        line: usize,
        /// The line.
        text: String,
    },
    /// Its totals are not those of its steps, so something is missing.
    #[error("it declares {stated}, but has {counted}")]
    Totals {
        /// What the file states.
        stated: String,
        /// What was counted in it.
        counted: String,
    },
}

/// Reads a report.
///
/// # Errors
///
/// [`SmokeReadError`]. A report that breaks off, or whose totals do not fit its steps, is refused: a chain that was cut
/// short must not pass.
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
