//! `scrum show`: one issue with its lines and every claim.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use scrum_core::report::ranked::{Ranked, ranked};
use scrum_core::report::sanitize::line;
use scrum_core::report::{ExcerptLine, TextOptions, excerpt, write_issue_text};
use scrum_core::review::location::LineRange;
use scrum_core::tally::{FindingRecord, IssueRecord};
use serde::Serialize;

use crate::error::{ExitCode, Result, usage_error};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::CountedWave;

/// Lines of the diff that are shown before and after an issue.
const AROUND: u32 = 3;

/// Show one issue with its diff lines and every claim
///
/// ISSUE is a place, such as `src/pool.rs:42`, `src/pool.rs::drain` or `src/pool.rs`, or its number in the order of
/// `scrum tally`. A place that several issues share shows all of them.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  scrum show 1\n  scrum show src/pool.rs:42")]
pub(crate) struct ShowArgs {
    /// A place, or a number in the order of `scrum tally`
    #[arg(value_name = "ISSUE")]
    issue: String,
    /// The wave [default: the newest]
    #[arg(long, value_name = "WAVE")]
    wave: Option<PathBuf>,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ShowFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ShowFormat {
    /// For a person
    Text,
    /// For a program
    Json,
}

/// What `scrum show --format json` prints.
#[derive(Debug, Serialize)]
struct Shown<'t> {
    schema: &'static str,
    issues: Vec<ShownIssue<'t>>,
}

#[derive(Debug, Serialize)]
struct ShownIssue<'t> {
    /// Its number in the order of `scrum tally`, from 1.
    number: usize,
    bundle: &'t str,
    issue: &'t IssueRecord,
    /// Its findings, in the order of the tally.
    claims: Vec<&'t FindingRecord>,
    /// The lines of the bundle's diff around it.
    diff: Vec<ExcerptLine>,
}

/// Runs the command.
pub(crate) fn run(args: &ShowArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let options = session.config.tally_options().jobs(super::cores());
    let CountedWave {
        wave,
        tally,
        warnings,
    } = CountedWave::open(args.wave.as_deref(), &options, session)?;
    output.warnings(&warnings);
    let all = ranked(&tally);
    let wanted = chosen(&args.issue, &all)?;
    let shown: Vec<ShownIssue<'_>> = wanted
        .iter()
        .map(|at| {
            let Ranked { bundle, issue, .. } = all[*at];
            let lines = issue.start.zip(issue.end);
            let diff = wave.manifest.bundle(&bundle.id);
            let diff = diff.and_then(|record| wave.read(&record.diff).ok());
            let diff = match (lines, diff) {
                (Some((start, end)), Some(diff)) => {
                    excerpt(&diff, &issue.path, LineRange { start, end }, AROUND)
                }
                _ => Vec::new(),
            };
            ShownIssue {
                number: at + 1,
                bundle: &bundle.id,
                issue,
                claims: all[*at].findings().collect(),
                diff,
            }
        })
        .collect();
    output.data(|out| match args.format {
        ShowFormat::Json => {
            let shown = Shown {
                schema: "scrum.show/1",
                issues: shown,
            };
            serde_json::to_writer_pretty(&mut *out, &shown)?;
            writeln!(out)
        }
        ShowFormat::Text => {
            let options = TextOptions::default()
                .color(output.color)
                .width(output.width);
            for issue in &shown {
                write_issue_text(&tally, &all[issue.number - 1], &options, out)?;
                if !issue.diff.is_empty() {
                    writeln!(out)?;
                }
                write_excerpt(&issue.diff, out)?;
            }
            Ok(())
        }
    })?;
    Ok(ExitCode::Done)
}

/// Writes lines of a diff with their numbers.
pub(super) fn write_excerpt(
    lines: &[ExcerptLine],
    out: &mut dyn std::io::Write,
) -> std::io::Result<()> {
    lines.iter().try_for_each(|shown| {
        let number = shown.line.map_or(String::new(), |line| line.to_string());
        let text = indented(&shown.text.replace('\t', "    "));
        writeln!(out, "  {number:>6} {} {text}", shown.mark)
    })
}

/// A line of code that a terminal can show, with its indent, which [`line`] takes off.
fn indented(text: &str) -> String {
    let indent = text.len() - text.trim_start_matches(' ').len();
    format!("{}{}", " ".repeat(indent), line(text))
}

/// The issues that a word means, as places in the order of the tally.
fn chosen(word: &str, all: &[Ranked<'_>]) -> Result<Vec<usize>> {
    if let Ok(number) = word.parse::<usize>() {
        return match number.checked_sub(1).filter(|at| *at < all.len()) {
            Some(at) => Ok(vec![at]),
            None => Err(usage_error(format!(
                "there is no issue {number}: the wave has {}",
                all.len()
            ))
            .hint("`scrum tally` lists them; the first is number 1")),
        };
    }
    let found: Vec<usize> = (0..all.len())
        .filter(|at| is_meant(word, all[*at].issue))
        .collect();
    if found.is_empty() {
        return Err(usage_error(format!("there is no issue at `{word}`"))
            .hint("`scrum tally` lists the issues; name one as path:line, or by its number"));
    }
    Ok(found)
}

/// Whether a place is an issue's own, or has a line of it. A path may lack its first folders.
fn is_meant(word: &str, issue: &IssueRecord) -> bool {
    let is_path = |path: &str| {
        !path.is_empty() && (issue.path == path || issue.path.ends_with(&format!("/{path}")))
    };
    if let Some((path, symbol)) = word.split_once("::") {
        return is_path(path) && issue.symbol.as_deref() == Some(symbol);
    }
    if is_path(word) {
        return true;
    }
    let Some((path, lines)) = word.rsplit_once(':') else {
        return false;
    };
    let (start, end) = lines.split_once('-').unwrap_or((lines, lines));
    match (
        start.parse::<u32>(),
        end.parse::<u32>(),
        issue.start.zip(issue.end),
    ) {
        (Ok(start), Ok(end), Some((first, last))) => is_path(path) && start <= last && first <= end,
        _ => false,
    }
}
