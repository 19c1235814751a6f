//! `smoke.txt`: one line for each step, and one with the totals.

use std::io::{self, Write};

use crate::report::sanitize;

use super::{SmokeReport, SmokeStep, StepResult};

pub(super) fn write(report: &SmokeReport, out: &mut dyn Write) -> io::Result<()> {
    for step in &report.steps {
        write_step(step, out)?;
    }
    write_totals(report, out)
}

pub(super) fn write_step(step: &SmokeStep, out: &mut dyn Write) -> io::Result<()> {
    // Whole seconds, rounded half up.
    let seconds = step.ms.saturating_add(500) / 1000;
    // Other test runners may use any name for a step.
    let name = sanitize::line(&step.name);
    writeln!(out, "{} {name} {seconds}s", step.result.word())
}

pub(super) fn write_totals(report: &SmokeReport, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "--- {} PASS / {} FAIL", report.pass, report.fail)?;
    if report.skip > 0 {
        write!(out, " / {} SKIP", report.skip)?;
    }
    writeln!(out, " ---")
}

/// Reads one line; `None` if it is not a step's.
pub(super) fn step(line: &str) -> Option<SmokeStep> {
    let (word, rest) = line.trim_end().split_once(' ')?;
    let result = match word {
        "PASS" => StepResult::Pass,
        "FAIL" => StepResult::Fail,
        "SKIP" => StepResult::Skip,
        _ => return None,
    };
    let (name, seconds) = rest.rsplit_once(' ')?;
    let seconds: u64 = seconds.strip_suffix('s')?.parse().ok()?;
    let name = name.trim();
    (!name.is_empty()).then(|| SmokeStep::new(name, result, seconds.saturating_mul(1000)))
}

/// Reads the last line, `--- 20 PASS / 1 FAIL ---`: passed, failed and skipped steps.
pub(super) fn totals(line: &str) -> Option<(usize, usize, usize)> {
    let inner = line.trim().strip_prefix("--- ")?.strip_suffix(" ---")?;
    let mut counts = (None, None, 0);
    for part in inner.split(" / ") {
        let (count, word) = part.split_once(' ')?;
        let count = count.parse().ok()?;
        match word {
            "PASS" => counts.0 = Some(count),
            "FAIL" => counts.1 = Some(count),
            "SKIP" => counts.2 = count,
            _ => return None,
        }
    }
    Some((counts.0?, counts.1?, counts.2))
}
