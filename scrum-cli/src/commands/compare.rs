//! `scrum compare`: what a second wave of reviews says about the first.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use scrum_core::report::{write_comparison_markdown, write_comparison_text};

use crate::error::{ExitCode, Result};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::{CountedWave, rounds};

/// Compare two waves: what is new, what is gone
///
/// Carries every issue of the old wave through the changes between the two heads, renames and moved blocks included, to
/// its new lines. Then each issue is new, persisting (found again at its lines, in like words), gone (its lines changed,
/// and a lineage that reported it reviewed again and did not repeat it), unconfirmed (the same, but its lines did not
/// change), or not re-reviewed. Needs the repository with both heads. docs/rounds.md has the rules.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  scrum compare main...v1 main...v2\n  scrum compare 1a2b3c4-5d6e7f8 1a2b3c4-9a8b7c6 --format markdown"
)]
pub(crate) struct CompareArgs {
    /// The wave before: a folder, a name under .scrum/, or a range
    #[arg(value_name = "OLD-WAVE")]
    old: PathBuf,
    /// The wave after
    #[arg(value_name = "NEW-WAVE")]
    new: PathBuf,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: CompareFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CompareFormat {
    /// For a person
    Text,
    /// All of it
    Json,
    /// A comment for a pull request
    Markdown,
}

/// Runs the command.
pub(crate) fn run(args: &CompareArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let options = session.config.tally_options().jobs(super::cores());
    let old = CountedWave::open(Some(&args.old), &options, session)?;
    let new = CountedWave::open(Some(&args.new), &options, session)?;
    output.warnings(&old.warnings);
    output.warnings(&new.warnings);
    let comparison = rounds::compare(&old, &new.wave, &new.tally, session)?;
    output.data(|out| match args.format {
        CompareFormat::Text => write_comparison_text(&comparison, Some(output.width), out),
        CompareFormat::Markdown => write_comparison_markdown(&comparison, out),
        CompareFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &comparison)?;
            writeln!(out)
        }
    })?;
    Ok(ExitCode::Done)
}
