//! `scrum compare`: what a second wave of reviews says about the first.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum};
use scrum_core::git::DiffOptions;
use scrum_core::range::{Range, RangeSpec};
use scrum_core::report::{write_comparison_markdown, write_comparison_text};
use scrum_core::rounds::{self, Carry, Comparison};
use scrum_core::tally::{Tally, TallyOptions};

use super::tally;
use crate::error::{Context as _, ExitCode, Result, usage_error};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::{Wave, find_wave, reviews, shown_path};

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
    let options = tally::options(session, None, None, &[]).jobs(super::cores());
    let old = Counted::new(&args.old, &options, session, output)?;
    let new = Counted::new(&args.new, &options, session, output)?;
    let comparison = old.compare_with(&new.wave, &new.tally, session)?;
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

/// A wave with what its reviews come to.
pub(super) struct Counted {
    pub(super) wave: Wave,
    pub(super) tally: Tally,
}

impl Counted {
    /// Opens the wave that `name` means, and counts its reviews.
    pub(super) fn new(
        name: &Path,
        options: &TallyOptions,
        session: &Session,
        output: &Output,
    ) -> Result<Self> {
        let wave = open(name, session)?;
        let files = reviews::of_wave(&wave, options.jobs)?;
        let tally = tally::count(&wave, files, options, options.jobs, session, output)?;
        Ok(Self { wave, tally })
    }

    /// Compares this wave with a later one.
    pub(super) fn compare_with(
        &self,
        wave: &Wave,
        tally: &Tally,
        session: &Session,
    ) -> Result<Comparison> {
        let carry = carry_between(&self.wave, wave, session)?;
        let mut comparison = rounds::compare(&self.tally, tally, &wave.manifest, &carry);
        for (side, wave) in [
            (&mut comparison.old, &self.wave),
            (&mut comparison.new, wave),
        ] {
            let range = &wave.manifest.range;
            let name = wave.folder.file_name().map(|name| name.to_string_lossy());
            side.wave = name.map_or_else(|| shown_path(&wave.folder), Cow::into_owned);
            side.head.clone_from(&range.head);
            side.head_tree.clone_from(&range.head_tree);
        }
        Ok(comparison)
    }
}

/// Opens the wave that a name, a folder or a range means.
pub(super) fn open(name: &Path, session: &Session) -> Result<Wave> {
    Wave::open(&find_wave(Some(name), session)?)
}

/// The way from the head of one wave to that of another.
fn carry_between(old: &Wave, new: &Wave, session: &Session) -> Result<Carry> {
    let (before, after) = (&old.manifest, &new.manifest);
    if before.patch_sha256.is_some() && before.patch_sha256 == after.patch_sha256 {
        return Ok(Carry::default());
    }
    let tree = |range: &Range, wave: &Wave| {
        range.head_tree.clone().ok_or_else(|| {
            usage_error(format!(
                "{} was made from a patch, so its head is not known",
                shown_path(&wave.folder)
            ))
            .hint("to compare rounds, make both waves from ranges of the repository: `scrum bundle A..B`")
        })
    };
    let (base, head) = (tree(&before.range, old)?, tree(&after.range, new)?);
    carry_trees(&base, &head, session)
}

/// The way from one tree to another, both by their full hex ids.
pub(super) fn carry_trees(base: &str, head: &str, session: &Session) -> Result<Carry> {
    if base == head {
        return Ok(Carry::default());
    }
    let spec = RangeSpec::Trees {
        base: base.to_owned(),
        head: head.to_owned(),
    };
    let changes = session
        .repository()?
        .changes(&spec, &DiffOptions::default().context(0))
        .with_context(|| {
            format!("the heads of the two waves ({base} and {head}) cannot be compared")
        })?;
    Carry::with_moves(&changes).context("the changes between the two heads cannot be read")
}
