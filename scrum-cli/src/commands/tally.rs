//! `scrum tally`: from reviews to what they agree on.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args as ClapArgs, ValueEnum, ValueHint};
use scrum_core::nearest::nearest;
use scrum_core::report::Only;
use scrum_core::size;
use scrum_core::tally::ground::Ground;
use scrum_core::tally::{
    self, DiffText, Gate, GateFailure, NoDiffs, Outcome, Submission, Tally, TallyOptions,
};
use scrum_core::wave::{TREE, Wanted, layout};

use super::compare::{Counted, carry_trees};
use super::formats::{Format, Report};
use crate::error::{ExitCode, Result, usage_error};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::merged::find_merged;
use crate::wave::reviews::ReviewFile;
use crate::wave::{
    FoundWave, Wave, apply_decisions, assessment, decisions_path, find, read_decisions, reviews,
    shown_path, strays, submissions,
};

const COUNT: &str = "What counts";
const GATES: &str = "Gates";
const OUTPUT: &str = "Output";

/// Count what the reviewers agree on
///
/// Without an argument: the newest wave. WAVE is a folder, a name under .scrum/ or a range; FILE is a review or a
/// folder of reviews, whose reviewer is the file's stem and whose bundle is the name of the folder it lies in. Folders
/// behind a WAVE hold reviews of it, as other jobs left them; a folder of waves that are all the same is one of them with
/// the reviews of all.
///
/// Every citation is counted or listed with the reason why not. Agreement counts lineages: one model asked three times
/// is one vote.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  scrum tally --fail-on agreed-block\n  scrum tally --only agreed\n  scrum tally -o comment.md -o scrum.sarif\n  scrum tally main...HEAD downloaded/\n  scrum tally reviews/ --lineage mine=alibaba"
)]
pub(crate) struct TallyArgs {
    /// A wave, or reviews [default: the newest wave]
    #[arg(value_name = "WAVE|FILE")]
    names: Vec<PathBuf>,
    /// How many lines apart two ranges may be and still match [default: 1]
    ///
    /// Findings are one issue if their ranges match and they say the same thing.
    #[arg(long, value_name = "N", help_heading = COUNT)]
    near: Option<u32>,
    /// Fail where fewer lineages reviewed a bundle [default: 0]
    ///
    /// Counted are disjoint lineages whose reviewers reported or cleared something.
    #[arg(long, value_name = "N", help_heading = GATES)]
    min_lineages: Option<u32>,
    /// Mark what is new since this wave
    ///
    /// As `scrum compare` does. `--fail-on new-block` and `new-agreed` need it.
    #[arg(long, value_name = "OLD-WAVE", help_heading = COUNT)]
    baseline: Option<PathBuf>,
    /// Lineages of a reviewer or model; repeatable
    ///
    /// As in mine=alibaba+deepseek. [lineages] in scrum.toml keeps them for every run; docs/lineages.md has the rules.
    #[arg(long, value_name = "NAME=L[+L]", help_heading = COUNT)]
    lineage: Vec<LineageArg>,
    /// Exit with 1 if the tally has this; repeatable
    #[arg(long, value_name = "WHAT", value_delimiter = ',', help_heading = GATES)]
    fail_on: Vec<FailOn>,
    /// Show these issues only; repeatable
    ///
    /// `agreed`, `block` or `bundle=ID`, in text and Markdown. Counts and gates stay those of the whole tally.
    #[arg(long, value_name = "WHICH", value_delimiter = ',', help_heading = OUTPUT)]
    only: Vec<Only>,
    /// What to print [default: by the ending of -o, else text]
    #[arg(long, value_name = "FORMAT", help_heading = OUTPUT)]
    format: Option<Format>,
    /// Write into FILE in place of stdout; repeatable
    ///
    /// Without --format the ending says what: .txt .json .md .html .sarif .rdjsonl .jsonl. github and gitlab have
    /// no ending of their own and need --format. The file is whole or absent at any moment.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = OUTPUT)]
    out: Vec<PathBuf>,
    /// Threads [default: one a core]
    #[arg(short, long, value_name = "N", help_heading = OUTPUT)]
    jobs: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// An issue that two or more lineages report
    Agreed,
    /// Such an issue of severity BLOCK
    AgreedBlock,
    /// An issue of severity BLOCK
    Block,
    /// Any issue
    Any,
    /// A reviewer without usable output, or no review at all
    NoEvidence,
    /// An exact location that two or more lineages cite
    Convergent,
    /// An issue of severity BLOCK that the baseline has not
    NewBlock,
    /// An agreed issue that the baseline has not
    NewAgreed,
}

/// `NAME=L[+L]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LineageArg {
    name: String,
    lineages: Vec<String>,
}

impl FromStr for LineageArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, lineages) = text.split_once('=').ok_or(LINEAGE_FORM)?;
        let lineages: Vec<String> = lineages.split('+').map(str::to_owned).collect();
        if name.is_empty() || lineages.iter().any(String::is_empty) {
            return Err(LINEAGE_FORM);
        }
        Ok(Self {
            name: name.to_owned(),
            lineages,
        })
    }
}

const LINEAGE_FORM: &str = "write NAME=LINEAGE, as in mine=deepseek+alibaba";

/// Runs the command.
pub(crate) fn run(args: &TallyArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let targets = args.targets()?;
    let gates: Vec<Gate> = args.fail_on.iter().map(|gate| gate.gate()).collect();
    if let Some(gate) = gates.iter().find(|gate| gate.needs_baseline())
        && args.baseline.is_none()
    {
        return Err(
            usage_error(format!("--fail-on {gate} needs --baseline OLD-WAVE"))
                .hint("`scrum log` lists the waves; name the one of the round before"),
        );
    }
    let merged = find_merged(&args.names, session)?;
    let wave = match &merged {
        Some(merged) => TallySource::Wave(Box::new(Wave::open(&merged.wave)?)),
        None => match find(&args.names, session)? {
            FoundWave::Wave(folder) => TallySource::Wave(Box::new(Wave::open(&folder)?)),
            FoundWave::Files(paths) => TallySource::Files(paths),
        },
    };
    let jobs = args.jobs.unwrap_or_else(super::cores).max(1);
    let options = options(session, args.near, args.min_lineages, &args.lineage).jobs(jobs);
    let mut tally = match &wave {
        TallySource::Wave(wave) => {
            warn_of_strays(wave, output);
            let files = match &merged {
                Some(merged) => {
                    let (files, warning) = merged.reviews(wave)?;
                    warning.iter().for_each(|warning| output.warning(warning));
                    files
                }
                None => reviews::of_wave(wave, jobs)?,
            };
            count(wave, files, &options, jobs, session, output)?
        }
        TallySource::Files(paths) => {
            let files = reviews::of_paths(paths, jobs)?;
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
            let (submissions, warnings) = submissions::read(files, None, jobs);
            warnings.iter().for_each(|warning| output.warning(warning));
            let tally = tally::tally(submissions, None, &NoDiffs, &options);
            warn(&tally, output);
            tally
        }
    };
    match (&wave, &args.baseline) {
        (TallySource::Wave(wave), Some(old)) => {
            let old = Counted::new(old, &options, session, output)?;
            old.compare_with(wave, &tally, session)?.mark(&mut tally);
        }
        (TallySource::Files(_), Some(_)) => {
            return Err(usage_error("--baseline compares waves, and review files alone are none")
                .hint("name the wave that the reviews belong to: `scrum tally WAVE --baseline OLD-WAVE`"));
        }
        (_, None) => {}
    }
    if let TallySource::Wave(wave) = &wave {
        triaged(wave, &mut tally, session)?;
    }
    for warning in args.misspelt(&tally) {
        output.warning(&warning);
    }
    let assessed = match &wave {
        TallySource::Wave(wave) => assessment(&wave.folder, &tally),
        TallySource::Files(_) => None,
    };
    let report = Report {
        tally: &tally,
        manifest: match &wave {
            TallySource::Wave(wave) => Some(&wave.manifest),
            TallySource::Files(_) => None,
        },
        diffs: match &wave {
            TallySource::Wave(wave) => wave.as_ref(),
            TallySource::Files(_) => &NoDiffs,
        },
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
    if let TallySource::Wave(wave) = &wave {
        report.keep(&wave.folder)?;
    }
    if let TallySource::Wave(wave) = &wave
        && tally.is_unreviewed()
    {
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

    for gate in &gates {
        let skipped = tally.dismissed_by(*gate);
        if skipped > 0 {
            output.detail(&format!(
                "--fail-on {gate}: skipped {skipped} dismissed in {}",
                shown_path(&decisions_path(session))
            ));
        }
    }
    let failures = tally.failed_gates(&gates, options.min_lineages);
    if tally.is_unreviewed() {
        for gate in gates.iter().filter(|gate| **gate != Gate::NoEvidence) {
            output.warning(&format!(
                "--fail-on {gate} passes because nobody has reviewed, not because nothing was found; \
                 `--fail-on no-evidence` fails then"
            ));
        }
    }
    for failure in &failures {
        output.error(&failure.to_string());
        output.hint(next_step(failure));
    }
    // The process ends here; to let go of a million findings one by one would take longer than to print them.
    std::mem::forget(tally);
    Ok(if failures.is_empty() {
        ExitCode::Done
    } else {
        ExitCode::Refused
    })
}

/// Names the files that lie among the reviews and are not read.
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
            size::counted(strays.len() - MOST, "more file")
        ));
    }
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

enum TallySource {
    Wave(Box<Wave>),
    Files(Vec<PathBuf>),
}

impl DiffText for Wave {
    fn diff(&self, bundle: &str) -> Option<Vec<u8>> {
        self.read(&self.manifest.bundle(bundle)?.diff).ok()
    }
}

impl FailOn {
    fn gate(self) -> Gate {
        match self {
            Self::Agreed => Gate::Agreed,
            Self::AgreedBlock => Gate::AgreedBlock,
            Self::Block => Gate::Block,
            Self::Any => Gate::Any,
            Self::NoEvidence => Gate::NoEvidence,
            Self::Convergent => Gate::Convergent,
            Self::NewBlock => Gate::NewBlock,
            Self::NewAgreed => Gate::NewAgreed,
        }
    }
}

impl TallyArgs {
    /// The files to write, each with its format.
    fn targets(&self) -> Result<Vec<(&Path, Format)>> {
        if let (Some(_), [_, second, ..]) = (self.format, self.out.as_slice()) {
            let text = format!(
                "--format names one format for two files; `{}` is the second",
                second.display()
            );
            return Err(
                usage_error(text).hint("leave --format out, and let each file's ending say")
            );
        }
        let target = |path: &'_ PathBuf| -> Result<Format> {
            match self.format {
                Some(format) => Ok(format),
                None => Format::of_ending(path),
            }
        };
        let out = self.out.iter();
        out.map(|path| Ok((path.as_path(), target(path)?)))
            .collect()
    }

    /// What --only asks for.
    fn only(&self, tally: &Tally) -> Result<Only> {
        let only = self.only.iter().cloned().fold(Only::default(), Only::and);
        let ids = || tally.bundles.iter().map(|bundle| bundle.id.as_str());
        if let Some(unknown) = only
            .bundles
            .iter()
            .find(|id| !ids().any(|known| known == *id))
        {
            let error = usage_error(format!("--only: there is no bundle `{unknown}`"));
            return Err(match nearest(unknown, ids()) {
                Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                None => error,
            });
        }
        let targets = self.targets()?;
        let mut formats = targets.iter().map(|(_, format)| format).chain(&self.format);
        let shows = |format: &Format| matches!(format, Format::Text | Format::Markdown);
        if only != Only::default() && !formats.all(shows) {
            return Err(usage_error(
                "--only narrows text and Markdown; other formats are for programs and hold everything".to_owned(),
            ));
        }
        Ok(only)
    }

    /// Names of --lineage that no reviewer and no model has, and that some reviewer's name is spelt nearly like.
    fn misspelt(&self, tally: &Tally) -> Vec<String> {
        let names = tally
            .reviewers
            .iter()
            .map(|record| record.reviewer.as_str());
        let is_model = |name: &str| {
            let mut rows = tally.bundles.iter().flat_map(|bundle| &bundle.reviewers);
            rows.any(|row| {
                row.model
                    .as_deref()
                    .is_some_and(|model| model.contains(name))
            })
        };
        let unknown = self.lineage.iter().filter(|given| {
            !names.clone().any(|reviewer| reviewer.contains(&given.name)) && !is_model(&given.name)
        });
        let meant = unknown.filter_map(|given| {
            let known = nearest(&given.name, names.clone())?;
            Some(format!(
                "--lineage: no reviewer is named `{}` (did you mean `{known}`?)",
                given.name
            ))
        });
        meant.collect()
    }
}

/// The choices of a tally: the flags over the configuration.
pub(super) fn options(
    session: &Session,
    near: Option<u32>,
    min_lineages: Option<u32>,
    named: &[LineageArg],
) -> TallyOptions {
    let mut config = session.config.clone();
    let named = named.iter();
    config
        .lineages
        .extend(named.map(|named| (named.name.clone(), named.lineages.clone())));
    config.tally.near_lines = near.unwrap_or(config.tally.near_lines);
    config.tally.min_lineages = min_lineages.unwrap_or(config.tally.min_lineages);
    config.tally_options()
}

/// Counts the reviews of a wave, and warns of what a person should know.
pub(super) fn count(
    wave: &Wave,
    files: Vec<ReviewFile>,
    options: &TallyOptions,
    jobs: usize,
    session: &Session,
    output: &Output,
) -> Result<Tally> {
    let (submissions, warnings) = submissions::read(files, Some(wave), jobs);
    warnings.iter().for_each(|warning| output.warning(warning));
    let tally = count_submissions(wave, submissions, options, session)?;
    warn(&tally, output);
    Ok(tally)
}

/// Counts what was read of a wave's reviews.
pub(super) fn count_submissions(
    wave: &Wave,
    mut submissions: Vec<Submission>,
    options: &TallyOptions,
    session: &Session,
) -> Result<Tally> {
    // Whoever is not asked about a bundle is not missing there.
    for reviewer in &session.config.reviewers {
        let wanted = Wanted::new(&reviewer.paths)?;
        let bundles = wave.manifest.bundles.iter();
        let others = bundles.filter(|bundle| !wanted.is_asked(bundle));
        submissions.extend(
            others.map(|bundle| Submission::new(&bundle.id, &reviewer.name, Outcome::NotAsked)),
        );
    }
    let ground = Ground::new(&wave.manifest, &wave.read(TREE).unwrap_or_default());
    Ok(tally::tally(submissions, Some(&ground), wave, options))
}

/// Marks what people have decided about the issues.
pub(super) fn triaged(wave: &Wave, tally: &mut Tally, session: &Session) -> Result<()> {
    let decisions = read_decisions(session)?;
    if !decisions.issues.is_empty() {
        apply_decisions(&decisions, wave, tally, session, carry_trees);
    }
    Ok(())
}

fn warn(tally: &Tally, output: &Output) {
    tally
        .warnings
        .iter()
        .for_each(|warning| output.warning(warning));
}
