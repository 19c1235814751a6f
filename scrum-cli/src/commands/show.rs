//! `scrum show`: one issue with its lines and every claim.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use scrum_core::report::ranked::{Ranked, ranked};
use scrum_core::report::sanitize::line;
use scrum_core::report::{ExcerptLine, TextOptions, excerpt, write_issue_text};
use scrum_core::tally::{FindingRecord, IssueRecord};
use serde::Serialize;

use crate::error::{ExitCode, Result, usage_error};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::{CountedWave, Wave};

/// Number of diff lines to show before and after an issue.
const AROUND: u32 = 3;

/// Show one issue with its diff lines and every claim
///
/// ISSUE is a location, such as `src/pool.rs:42`, `src/pool.rs::drain` or `src/pool.rs`, or a number in the order of
/// `scrum tally`. If several issues have the location, all of them are shown.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  scrum show 1\n  scrum show src/pool.rs:42")]
pub(crate) struct ShowArgs {
    /// A location, or a number in the order of `scrum tally`
    #[arg(value_name = "ISSUE")]
    issue: String,
    /// The wave [default: the newest]
    #[arg(long, value_name = "WAVE")]
    wave: Option<PathBuf>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ShowFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ShowFormat {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
}

/// What `scrum show --format json` prints.
#[derive(Debug, Serialize)]
struct IssueList<'t> {
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
            let diff = lines_around(&wave, &all[*at]);
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
            let shown = IssueList {
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

/// The lines of the bundle's diff around an issue.
pub(super) fn lines_around(wave: &Wave, entry: &Ranked<'_>) -> Vec<ExcerptLine> {
    let Ranked { bundle, issue, .. } = entry;
    let record = wave.manifest.bundle(&bundle.id);
    let diff = record.and_then(|record| wave.read(&record.diff).ok());
    let file = record.and_then(|record| record.files.iter().find(|file| file.path == issue.path));
    match (issue.lines(), diff, file) {
        (Some(lines), Some(diff), Some(file)) => excerpt(&diff, file, lines, AROUND),
        _ => Vec::new(),
    }
}

/// Writes lines of a diff with their numbers.
pub(super) fn write_excerpt(
    lines: &[ExcerptLine],
    out: &mut dyn std::io::Write,
) -> std::io::Result<()> {
    lines.iter().try_for_each(|shown| {
        let number = match (shown.line, shown.old_line) {
            (Some(line), _) => line.to_string(),
            (None, Some(old)) => format!("old:{old}"),
            (None, None) => String::new(),
        };
        let text = indented(&shown.text.replace('\t', "    "));
        writeln!(out, "  {number:>6} {} {text}", shown.mark)
    })
}

/// A line of code that is safe for a terminal, with its indentation, which [`line`] removes.
fn indented(text: &str) -> String {
    let indent = text.len() - text.trim_start_matches(' ').len();
    format!("{}{}", " ".repeat(indent), line(text))
}

/// The issues that a word names, as indices in the order of the tally.
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
            .hint("`scrum tally` lists the issues; name one by path:line or by its number"));
    }
    Ok(found)
}

/// Whether a location is that of the issue, or shares a line with it. A path may lack its first folders.
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
    let (path, old_side) = match path.strip_suffix(":old") {
        Some(path) => (path, true),
        None => (path, false),
    };
    let (start, end) = lines.split_once('-').unwrap_or((lines, lines));
    match (start.parse::<u32>(), end.parse::<u32>(), issue.lines()) {
        (Ok(start), Ok(end), Some(own)) => {
            let shares = start <= own.end && own.start <= end;
            is_path(path) && shares && (own.old_side || !old_side)
        }
        _ => false,
    }
}
