//! TAP, the Test Anything Protocol: written as version 14, read from any version in use.
//!
//! Source: <https://testanything.org/tap-version-14-specification.html>.

use std::io::{self, Write};

use super::{SmokeReadError, SmokeStep, StepResult};

pub(super) fn write(report: &super::SmokeReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "TAP version 14\n1..{}", report.steps.len())?;
    for (number, step) in (1..).zip(&report.steps) {
        let not = if step.result == StepResult::Fail {
            "not "
        } else {
            ""
        };
        write!(out, "{not}ok {number} - {}", escape(&step.name))?;
        if step.result == StepResult::Skip {
            write!(
                out,
                " # SKIP {}",
                escape(step.reason.as_deref().unwrap_or_default())
            )?;
        }
        writeln!(out)?;
        if step.result == StepResult::Fail {
            diagnosis(step, out)?;
        }
    }
    Ok(())
}

/// The YAML block of a failed step. Its texts are JSON strings, which are valid YAML.
fn diagnosis(step: &SmokeStep, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  ---\n  duration_ms: {}", step.ms)?;
    let numbers = [("exit", step.exit), ("signal", step.signal)];
    for (key, value) in numbers.iter().filter_map(|(key, v)| Some((key, (*v)?))) {
        writeln!(out, "  {key}: {value}")?;
    }
    for (key, text) in [("message", &step.reason), ("output", &step.tail)] {
        if let Some(text) = text {
            writeln!(out, "  {key}: {}", serde_json::Value::from(text.as_str()))?;
        }
    }
    writeln!(out, "  ...")
}

/// A description: `#` would begin a directive, and a line break would end the line.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('#', "\\#")
        .replace(['\n', '\r'], " ")
}

fn unescape(text: &str) -> String {
    text.replace("\\#", "#").replace("\\\\", "\\")
}

/// Reads a TAP stream. Indented lines belong to subtests, whose result their parent's line repeats.
pub(super) fn read(text: &str) -> Result<Vec<SmokeStep>, SmokeReadError> {
    let mut steps = Vec::new();
    let mut plan = None;
    let mut bail = None;
    for line in text.lines() {
        if let Some(reason) = line.strip_prefix("Bail out!") {
            bail = Some(reason.trim().to_owned());
            break;
        }
        if let Some(step) = point(line, steps.len() + 1) {
            steps.push(step);
        } else if let Some(count) = planned(line) {
            plan = Some(count);
        }
    }
    let (planned, run) = (plan.unwrap_or(steps.len()), steps.len());
    if let Some(reason) = bail {
        let mut step = SmokeStep::new("bail out", StepResult::Fail, 0);
        step.reason = Some(reason);
        steps.push(step);
    } else if planned != run {
        // A runner that died reports fewer results than it planned.
        return Err(SmokeReadError::Totals {
            stated: format!("{planned} planned"),
            counted: format!("{run} run"),
        });
    }
    Ok(steps)
}

fn planned(line: &str) -> Option<usize> {
    let rest = line.strip_prefix("1..")?;
    rest.split([' ', '#']).next()?.trim().parse().ok()
}

fn point(line: &str, number: usize) -> Option<SmokeStep> {
    let (failed, rest) = match line.strip_prefix("not ok") {
        Some(rest) => (true, rest),
        None => (false, line.strip_prefix("ok")?),
    };
    if !rest.is_empty() && !rest.starts_with(' ') {
        return None;
    }
    let (description, directive) = split_directive(rest.trim());
    let name = description
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .trim_start();
    let name = unescape(name.strip_prefix("- ").unwrap_or(name).trim());
    let word: String = directive.chars().take(4).collect();
    let result = match word.to_ascii_uppercase().as_str() {
        "SKIP" => StepResult::Skip,
        // An expected failure, which does not count.
        "TODO" => StepResult::Pass,
        _ if failed => StepResult::Fail,
        _ => StepResult::Pass,
    };
    let mut step = SmokeStep::new(
        if name.is_empty() {
            number.to_string()
        } else {
            name
        },
        result,
        0,
    );
    if result == StepResult::Skip {
        let reason = directive[word.len()..].trim();
        step.reason = (!reason.is_empty()).then(|| reason.to_owned());
    }
    Some(step)
}

/// Splits at the first `#` that no backslash escapes.
fn split_directive(text: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '#' => return (&text[..at], text[at + 1..].trim()),
            _ => {}
        }
    }
    (text, "")
}
