//! `scrum assess`: whether a release can ship, from what its phases found.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum};
use scrum_core::gauntlet::assess::{Assessment, Evidence, ReleaseVerdict, assess};
use scrum_core::report::Only;
use scrum_core::wave::MANIFEST;

use super::formats::Report;
use crate::error::{Context as _, ExitCode, Result, failure};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::{ASSESSMENT, CountedWave, Phases, today, write_atomically};

/// Say whether a release can ship, with the evidence
///
/// Reads the wave's smoke.json and parity.json, counts its reviews, and reads gaps.toml of the wave or the top folder.
/// The verdict is `ship`, `ship-with-known-gap` or `hold`, by the rules of [assess] in scrum.toml. What was not run is
/// said to be not run, and holds if `require` names it. The wave keeps assess.json, assess.md and the page.
///
/// The exit code is 1 for hold.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  scrum assess\n  scrum assess main...HEAD --format markdown > RELEASE.md\n  scrum assess --format in-toto > test-result.json"
)]
pub(crate) struct AssessArgs {
    /// A wave: a folder, a name under .scrum/, or a range [default: the newest]
    #[arg(value_name = "WAVE")]
    wave: Option<PathBuf>,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: AssessFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AssessFormat {
    /// For a person
    Text,
    /// All of it
    Json,
    /// To commit as the release's record
    Markdown,
    /// An in-toto statement with the predicate test-result
    InToto,
}

impl AssessFormat {
    fn write(self, assessment: &Assessment, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Text => assessment.write_text(out),
            Self::Json => assessment.write_json(out),
            Self::Markdown => assessment.write_markdown(out),
            Self::InToto => assessment.write_in_toto(out),
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &AssessArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    // Counted again, so that no older tally speaks for newer reviews.
    let options = session.config.tally_options().jobs(super::cores());
    let mut counted = CountedWave::open(args.wave.as_deref(), &options, session)?;
    output.warnings(&counted.warnings);
    counted.apply_decisions(session)?;
    let CountedWave { wave, tally, .. } = counted;
    let folder = wave.folder.clone();
    let mut phases = Phases::read(&folder, &session.top)?;
    phases.note("tally.json", &tally.to_json().map_err(failure)?);
    let manifest = std::fs::read(folder.join(MANIFEST))
        .with_context(|| format!("{} cannot be read", folder.join(MANIFEST).display()))?;
    phases.note(MANIFEST, &manifest);
    phases.files.sort_by(|one, other| one.name.cmp(&other.name));
    let evidence = Evidence {
        manifest: &wave.manifest,
        smoke: phases.smoke.as_ref(),
        tally: Some(&tally),
        parity: phases.parity.as_ref(),
        gaps: &phases.gaps,
        min_lineages: options.min_lineages,
        files: &phases.files,
    };
    let assessment = assess(&evidence, &session.config.assess, &today());
    keep(&assessment, &folder)?;
    let report = Report {
        tally: &tally,
        manifest: Some(&wave.manifest),
        diffs: &wave,
        output,
        only: Only::default(),
        assessment: Some(&assessment),
    };
    report.keep(&folder)?;
    output.data(|out| args.format.write(&assessment, out))?;
    if assessment.verdict != ReleaseVerdict::Hold {
        return Ok(ExitCode::Done);
    }
    output.hint(
        "`scrum smoke`, `scrum review` and `scrum parity` run a phase again; [assess] in scrum.toml has the rules, and \
         docs/gauntlet.md explains them",
    );
    Ok(ExitCode::Refused)
}

/// Leaves the assessment in the wave.
fn keep(assessment: &Assessment, wave: &Path) -> Result<()> {
    write_atomically(&wave.join(ASSESSMENT), &mut |out| {
        assessment.write_json(out)
    })?;
    write_atomically(&wave.join("assess.md"), &mut |out| {
        assessment.write_markdown(out)
    })
}
