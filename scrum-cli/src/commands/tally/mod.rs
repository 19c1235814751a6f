//! `scrum tally`: from reviews to what they agree on.

mod arguments;

use std::path::PathBuf;

use scrum_core::tally::{self, DiffText, Gate, GateFailure, NoDiffs, Tally, TallyOptions};
use scrum_core::wave::layout;

pub(crate) use self::arguments::TallyArgs;
use super::formats::{Format, Report};
use crate::error::{ExitCode, Result, usage_error};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::merged::find_merged;
use crate::wave::{
    CountedWave, FoundWave, Wave, assessment, decisions_path, find, reviews, rounds, shown_path,
    strays, submissions,
};

/// Runs the command.
pub(crate) fn run(args: &TallyArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let targets = args.targets()?;
    let gates = args.gates()?;
    let options = args.options(session);
    let (wave, tally) = count(args, &options, session, output)?;
    output.warnings(&args.misspelt(&tally));

    let assessed = wave
        .as_ref()
        .and_then(|wave| assessment(&wave.folder, &tally));
    let report = Report {
        tally: &tally,
        manifest: wave.as_ref().map(|wave| &wave.manifest),
        diffs: wave.as_ref().map_or(&NoDiffs as &dyn DiffText, |wave| wave),
        output,
        only: args.only(&tally)?,
        assessment: assessed.as_ref(),
    };
    match targets.as_slice() {
        [] => report.print(args.format.unwrap_or(Format::Text))?,
        targets => targets
            .iter()
            .try_for_each(|(path, format)| report.write(*format, path))?,
    }
    if let Some(wave) = &wave {
        report.keep(&wave.folder)?;
        if tally.is_unreviewed() {
            let answer = wave
                .folder
                .join(layout::REVIEWS)
                .join("<bundle>")
                .join("<reviewer>.md");
            output.detail(&format!(
                "nobody has reviewed yet; an answer goes to {}",
                answer.display()
            ));
        }
    }

    let passed = judge(&tally, &gates, options.min_lineages, session, output);
    // The process ends here; to free a million findings one by one would take longer than to print them.
    std::mem::forget(tally);
    Ok(if passed {
        ExitCode::Done
    } else {
        ExitCode::Refused
    })
}

/// Counts what the arguments name: a wave, with what a baseline and people's decisions say of it, or review files alone.
fn count(
    args: &TallyArgs,
    options: &TallyOptions,
    session: &Session,
    output: &Output,
) -> Result<(Option<Wave>, Tally)> {
    let mut counted = if let Some(merged) = find_merged(&args.names, session)? {
        let wave = Wave::open(&merged.wave)?;
        warn_of_strays(&wave, output);
        let (files, warning) = merged.reviews(&wave)?;
        warning.iter().for_each(|warning| output.warning(warning));
        CountedWave::with_reviews(wave, files, options, session)?
    } else {
        match find(&args.names, session)? {
            FoundWave::Wave(folder) => {
                let wave = Wave::open(&folder)?;
                warn_of_strays(&wave, output);
                CountedWave::new(wave, options, session)?
            }
            FoundWave::Files(paths) => {
                let tally = count_files(&paths, options, output)?;
                return match args.baseline {
                    None => Ok((None, tally)),
                    Some(_) => Err(usage_error(
                        "--baseline compares waves, and review files alone are none",
                    )
                    .hint("name the wave that the reviews belong to: `scrum tally WAVE --baseline OLD-WAVE`")),
                };
            }
        }
    };
    output.warnings(&counted.warnings);
    if let Some(baseline) = &args.baseline {
        let old = CountedWave::open(Some(baseline), options, session)?;
        output.warnings(&old.warnings);
        let CountedWave { wave, tally, .. } = &mut counted;
        rounds::compare(&old, wave, tally, session)?.mark(tally);
    }
    counted.apply_decisions(session)?;
    Ok((Some(counted.wave), counted.tally))
}

/// Names the files that lie where no review is read.
fn warn_of_strays(wave: &Wave, output: &Output) {
    for stray in strays(wave) {
        output.warning(&format!(
            "{} is not read: a review lies in a bundle's folder, as in reviews/<bundle>/<reviewer>.md",
            shown_path(&stray)
        ));
    }
}

/// Counts review files that belong to no wave.
fn count_files(paths: &[PathBuf], options: &TallyOptions, output: &Output) -> Result<Tally> {
    let files = reviews::of_paths(paths, options.jobs)?;
    if files.is_empty() {
        let names: Vec<_> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        output.warning(&format!(
            "no review in {}: reviews are files such as reviews/<bundle>/<reviewer>.md",
            names.join(", ")
        ));
    }
    let (submissions, warnings) = submissions::read(files, None, options.jobs);
    output.warnings(&warnings);
    let tally = tally::tally(submissions, None, &NoDiffs, options);
    output.warnings(&tally.warnings);
    Ok(tally)
}

/// Whether the tally passes all gates. Says what each that failed failed on, and which passed without a review.
fn judge(
    tally: &Tally,
    gates: &[Gate],
    min_lineages: u32,
    session: &Session,
    output: &Output,
) -> bool {
    for gate in gates {
        let skipped = tally.dismissed_by(*gate);
        if skipped > 0 {
            output.detail(&format!(
                "--fail-on {gate}: skipped {skipped} dismissed in {}",
                shown_path(&decisions_path(session))
            ));
        }
    }
    if tally.is_unreviewed() {
        for gate in gates.iter().filter(|gate| **gate != Gate::NoEvidence) {
            output.warning(&format!(
                "--fail-on {gate} passes because nobody has reviewed, not because nothing was found; \
                 `--fail-on no-evidence` fails then"
            ));
        }
    }
    let failures = tally.failed_gates(gates, min_lineages);
    for failure in &failures {
        output.error(&failure.to_string());
        output.hint(next_step(failure));
    }
    failures.is_empty()
}

/// What to do after a gate said no.
fn next_step(failure: &GateFailure) -> &'static str {
    match failure {
        GateFailure::NoReview
        | GateFailure::NoEvidence { .. }
        | GateFailure::MinLineages { .. } => {
            "put the missing answers into reviews/<bundle>/<reviewer>.md of the wave, and `scrum tally` again"
        }
        _ => {
            "`scrum tally -v` shows each; a reviewer takes one back with a line `RETRACT: path:line`"
        }
    }
}
