//! `scrum tally`: counts what the reviews agree on.

mod arguments;
mod explain;

use std::path::PathBuf;

use scrum_core::size::counted;
use scrum_core::tally::{self, DiffText, Gate, GateFailure, NoDiffs, Tally, TallyOptions};
use scrum_core::wave::layout;

pub(crate) use self::arguments::TallyArgs;
use super::formats::{Format, Report};
use crate::error::{ExitCode, Result, usage_error};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::merged::find_merged;
use crate::wave::reviews::ReviewFile;
use crate::wave::{
    CountedWave, FoundWave, Wave, assessment, decisions_path, find, reviews, rounds, shown_path,
    strays, submissions,
};

/// Runs the command.
pub(crate) fn run(args: &TallyArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let targets = args.targets()?;
    let gates = args.gates()?;
    let options = args.options(session);
    let reviews = named_reviews(args, options.jobs, session, output)?;
    if args.explain {
        return explain::run(reviews, options.jobs, output);
    }
    let (wave, tally) = count(reviews, args, &options, session, output)?;
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
                "there are no reviews yet; save an answer as {}",
                answer.display()
            ));
        }
    }

    let passed = judge(&tally, &gates, options.min_lineages, session, output);
    // The process ends here. Freeing a million findings one by one would take longer than printing them.
    std::mem::forget(tally);
    Ok(if passed {
        ExitCode::Done
    } else {
        ExitCode::Refused
    })
}

/// The reviews that the arguments name.
struct NamedReviews {
    files: Vec<ReviewFile>,
    /// The wave that they belong to; `None` for review files alone.
    wave: Option<Wave>,
}

/// Finds the reviews of a wave, those of many jobs' copies of one, or the review files.
fn named_reviews(
    args: &TallyArgs,
    jobs: usize,
    session: &Session,
    output: &Output,
) -> Result<NamedReviews> {
    let (files, wave) = match find_merged(&args.names, session)? {
        Some(merged) => {
            let wave = Wave::open(&merged.wave)?;
            let (files, warning) = merged.reviews(&wave)?;
            output.warnings(warning.as_slice());
            (files, wave)
        }
        None => match find(&args.names, session)? {
            FoundWave::Wave(folder) => {
                let wave = Wave::open(&folder)?;
                (reviews::of_wave(&wave, jobs)?, wave)
            }
            FoundWave::Files(paths) => {
                let files = reviews::of_paths(&paths, jobs)?;
                if files.is_empty() {
                    warn_of_no_review(&paths, output);
                }
                return Ok(NamedReviews { files, wave: None });
            }
        },
    };
    warn_of_strays(&wave, output);
    Ok(NamedReviews {
        files,
        wave: Some(wave),
    })
}

/// Counts the reviews: those of a wave with its baseline and people's decisions.
fn count(
    reviews: NamedReviews,
    args: &TallyArgs,
    options: &TallyOptions,
    session: &Session,
    output: &Output,
) -> Result<(Option<Wave>, Tally)> {
    let NamedReviews { files, wave } = reviews;
    let Some(wave) = wave else {
        if args.baseline.is_some() {
            let text = "--baseline compares waves, but these are review files without a wave";
            return Err(usage_error(text).hint(
                "name the wave that the reviews belong to: `scrum tally WAVE --baseline OLD-WAVE`",
            ));
        }
        return Ok((None, count_files(files, options, output)));
    };
    let mut counted = CountedWave::with_reviews(wave, files, options, session)?;
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

/// Names the files among the reviews that are not read.
fn warn_of_strays(wave: &Wave, output: &Output) {
    const MOST: usize = 10;
    let strays = strays(wave);
    for stray in strays.iter().take(MOST) {
        let (path, why) = (shown_path(&stray.path), stray.why);
        output.warning(&format!("{path} is not read: {why}"));
    }
    if strays.len() > MOST {
        output.warning(&format!(
            "and {} in reviews/ not read",
            counted(strays.len() - MOST, "more file")
        ));
    }
}

fn warn_of_no_review(paths: &[PathBuf], output: &Output) {
    let names: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    output.warning(&format!(
        "no review in {}: reviews are files such as reviews/<bundle>/<reviewer>.md",
        names.join(", ")
    ));
}

/// Counts review files that belong to no wave.
fn count_files(files: Vec<ReviewFile>, options: &TallyOptions, output: &Output) -> Tally {
    let (submissions, warnings) = submissions::read(files, None, options.jobs, false);
    output.warnings(&warnings);
    let tally = tally::tally(submissions, None, &NoDiffs, options);
    output.warnings(&tally.warnings);
    tally
}

/// Whether the tally passes all gates. Reports why a gate failed, and which passed only because there are no reviews.
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
                "--fail-on {gate} passes only because there are no reviews; \
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

/// What to do after a gate failed.
fn next_step(failure: &GateFailure) -> &'static str {
    match failure {
        GateFailure::NoReview
        | GateFailure::NoEvidence { .. }
        | GateFailure::MinLineages { .. } => {
            "save the missing answers as reviews/<bundle>/<reviewer>.md in the wave, then run `scrum tally` again"
        }
        _ => {
            "`scrum tally -v` shows each of them; a line `RETRACT: path:line` in a review retracts one"
        }
    }
}
