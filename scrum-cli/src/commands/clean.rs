//! `scrum clean`: removes old waves.

use clap::{Args as ClapArgs, ValueEnum};
use serde::Serialize;

use crate::error::{Context as _, ExitCode, Result};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::{Listed, all};

/// Remove old waves
///
/// Lists the waves to remove, then removes them with their reviews. Keeps the N newest waves, the current one
/// (.scrum/current), and .scrum/triage.toml.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  scrum clean --keep 5 --dry-run\n  scrum clean --keep 5")]
pub(crate) struct CleanArgs {
    /// How many of the newest waves to keep
    #[arg(long, value_name = "N")]
    keep: usize,
    /// Only list what would be removed
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: CleanFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CleanFormat {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
}

/// What `scrum clean --format json` prints.
#[derive(Debug, Serialize)]
struct Cleaned {
    schema: &'static str,
    dry_run: bool,
    removed: Vec<String>,
    kept: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(args: &CleanArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let waves = all(session)?;
    let (kept, removed): (Vec<_>, Vec<_>) = waves
        .into_iter()
        .enumerate()
        .partition(|(at, wave)| *at < args.keep || wave.is_current);
    let names = |waves: &[(usize, Listed)]| -> Vec<String> {
        waves.iter().map(|(_, wave)| wave.name.clone()).collect()
    };
    let cleaned = Cleaned {
        schema: "scrum.clean/1",
        dry_run: args.dry_run,
        removed: names(&removed),
        kept: names(&kept),
    };
    output.data(|out| match args.format {
        CleanFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &cleaned)?;
            writeln!(out)
        }
        CleanFormat::Text if removed.is_empty() => {
            writeln!(out, "nothing to remove; {} kept", kept.len())
        }
        CleanFormat::Text => {
            let verb = if args.dry_run {
                "would remove"
            } else {
                "removing"
            };
            for (_, wave) in &removed {
                writeln!(out, "{verb} {}", wave.folder.display())?;
            }
            let done = if args.dry_run { "to remove" } else { "removed" };
            writeln!(out, "{} {done}, {} kept", removed.len(), kept.len())
        }
    })?;
    if !args.dry_run {
        for (_, wave) in &removed {
            std::fs::remove_dir_all(&wave.folder)
                .with_context(|| format!("{} cannot be removed", wave.folder.display()))?;
        }
    }
    Ok(ExitCode::Done)
}
