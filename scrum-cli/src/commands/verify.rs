//! `scrum verify`: proves with git that a wave loses nothing.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use scrum_core::size::counted;

use crate::error::{ExitCode, Result};
use crate::session::Session;
use crate::terminal::Output;
use crate::verify::{Proof, prove};
use crate::wave::{Wave, find_wave};

/// Prove that a wave loses nothing
///
/// Applies every bundle and then the excluded files to the base tree, using git, and compares tree ids. For a wave made
/// from a patch, it compares the patches of all files. The repository is not modified. The exit code is 1 if something
/// is lost.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  scrum verify && echo nothing is lost\n  scrum verify main...HEAD --format json"
)]
pub(crate) struct VerifyArgs {
    /// A wave: a folder, a name under .scrum/, or a range [default: the newest]
    #[arg(value_name = "WAVE")]
    wave: Option<PathBuf>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ProofFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProofFormat {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
}

/// Runs the command.
pub(crate) fn run(args: &VerifyArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let folder = find_wave(args.wave.as_deref(), session)?;
    let wave = Wave::open_unchecked(&folder)?;
    let objects = match &wave.manifest.range.base_tree {
        Some(_) => Some(session.repository()?.object_folders()),
        None => None,
    };
    let proof = prove(&wave, objects.as_deref())?;
    output.data(|out| match args.format {
        ProofFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &proof)?;
            writeln!(out)
        }
        ProofFormat::Text => writeln!(out, "{}", sentence(&proof)),
    })?;
    if proof.proven {
        return Ok(ExitCode::Done);
    }
    output.hint(
        "`scrum bundle` with the wave's range writes it again; --overwrite moves its reviews to another folder",
    );
    Ok(ExitCode::Refused)
}

fn sentence(proof: &Proof) -> String {
    let short = |id: &Option<String>| {
        id.as_deref()
            .unwrap_or("?")
            .chars()
            .take(12)
            .collect::<String>()
    };
    let parts = if proof.parts > 0 {
        match proof.parts {
            1 => " (1 of them a part)".to_owned(),
            parts => format!(" ({parts} of them parts)"),
        }
    } else {
        String::new()
    };
    let what = format!(
        "{}{parts} and {}",
        counted(proof.bundles, "bundle"),
        counted(proof.excluded, "excluded file")
    );
    match &proof.difference {
        None if proof.base_tree.is_some() => format!(
            "verified: {what} turn tree {} into {}",
            short(&proof.base_tree),
            short(&proof.target_tree)
        ),
        None => format!("verified: {what} contain every file patch of the input"),
        Some(difference) => {
            let bundle = difference
                .bundle
                .as_deref()
                .map_or(String::new(), |id| format!(" bundle {id}:"));
            let path = difference
                .path
                .as_deref()
                .map_or(String::new(), |path| format!(" {path}:"));
            format!("NOT verified:{bundle}{path} {}", difference.reason)
        }
    }
}
