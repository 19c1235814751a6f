//! `scrum smoke`: runs the chain of commands in scrum.toml, or reads the report of another test runner.

use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum, ValueHint};
use scrum_core::config::{Smoke, smoke_order};
use scrum_core::gauntlet::smoke::{self, SmokeReport, SmokeStep, StepResult};
use scrum_core::nearest::nearest;
use scrum_core::report::sanitize;

use crate::error::{Context as _, ExitCode, Result, cannot_read, usage_error};
use crate::runner::chain::{self, ChainEvent};
use crate::runner::step::StepOutput;
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::{newest_if_any, shown_path, write_atomically};

/// Run the smoke chain: commands that must pass
///
/// Runs the [[smoke]] steps in scrum.toml one after the other, each with a timeout and in its own process group, which
/// ends with the step. A step whose dependency failed is skipped. smoke.txt, smoke.json and the output of each step in
/// smoke/ are written into the newest wave, if there is one.
///
/// The exit code is 1 if a step failed, or if there is no step.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  scrum smoke\n  scrum smoke --jobs 4 --format junit -o smoke.xml\n  scrum smoke --only chatd\n  bats --formatter tap tests/ | scrum smoke --from -"
)]
pub(crate) struct SmokeArgs {
    /// Number of steps to run at once; a step still waits for those it needs
    #[arg(short, long, value_name = "N", default_value_t = 1)]
    jobs: usize,
    /// Read a report instead of running commands; - is stdin
    ///
    /// In the text or JSON format of this command, or as JUnit XML or TAP, which bats, goss, hurl, nextest and pytest
    /// write.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["jobs", "only"])]
    from: Option<PathBuf>,
    /// Run only this step and those it needs; repeatable. Nothing is saved
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Output format [default: by the ending of -o, else text]
    #[arg(long, value_name = "FORMAT")]
    format: Option<SmokeFormat>,
    /// Write to FILE instead of stdout: .txt .json .xml .tap
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
}

/// A format of a smoke report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SmokeFormat {
    /// One line for each step, and the totals
    Text,
    /// JSON for programs
    Json,
    /// JUnit XML
    Junit,
    /// TAP, version 14
    Tap,
}

const ENDINGS: [(&str, SmokeFormat); 4] = [
    ("txt", SmokeFormat::Text),
    ("json", SmokeFormat::Json),
    ("xml", SmokeFormat::Junit),
    ("tap", SmokeFormat::Tap),
];

impl SmokeFormat {
    fn write(self, report: &SmokeReport, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Text => report.write_text(out),
            Self::Json => report.write_json(out),
            Self::Junit => report.write_junit(out),
            Self::Tap => report.write_tap(out),
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &SmokeArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let format = args.format()?;
    let wave = newest_if_any(session)?;
    let (report, interrupted) = match &args.from {
        Some(file) => (read(file)?, false),
        None => {
            let chain = args.chain(&session.config.smoke)?;
            // A part of the chain is no result for the whole.
            let kept = wave.as_deref().filter(|_| args.only.is_empty());
            let live = format == SmokeFormat::Text && args.out.is_none();
            Runner::new(session, output, kept, live).run(&chain, args.jobs.max(1))?
        }
    };
    match &args.out {
        Some(file) => write_atomically(file, &mut |out| format.write(&report, out))?,
        // The steps were printed as they ended.
        None if args.from.is_none() && format == SmokeFormat::Text => {
            output.data(|out| report.write_totals(out))?;
        }
        None => output.data(|out| format.write(&report, out))?,
    }
    match &wave {
        Some(wave) if args.only.is_empty() => keep(&report, wave)?,
        Some(_) => {}
        None => output
            .note("there is no wave, so the results are not saved; `scrum bundle` creates one"),
    }
    if interrupted {
        return Ok(ExitCode::Interrupted);
    }
    if report.steps.is_empty() {
        output.error("the report contains no steps");
    }
    Ok(if report.fail > 0 || report.steps.is_empty() {
        ExitCode::Refused
    } else {
        ExitCode::Done
    })
}

impl SmokeArgs {
    fn format(&self) -> Result<SmokeFormat> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        let Some(file) = &self.out else {
            return Ok(SmokeFormat::Text);
        };
        let ending = file.extension().unwrap_or_default().to_string_lossy();
        let mut known = ENDINGS.iter();
        let found = known.find(|(known, _)| ending.eq_ignore_ascii_case(known));
        found.map(|(_, format)| *format).ok_or_else(|| {
            usage_error(format!("`{}`: the ending is not that of a format", file.display())).hint(
                "choose one with `scrum smoke --format FORMAT -o FILE`; known endings are .txt, .json, .xml, .tap",
            )
        })
    }

    /// The steps to run: all, or those that `--only` names with those that they need.
    fn chain(&self, all: &[Smoke]) -> Result<Vec<Smoke>> {
        if all.is_empty() {
            return Err(usage_error("scrum.toml has no [[smoke]] step")
                .hint("add one, as in docs/gauntlet.md; `scrum smoke --from FILE` reads another runner's report"));
        }
        if self.only.is_empty() {
            return Ok(all.to_vec());
        }
        let names = || all.iter().map(|step| step.name.as_str());
        let mut wanted = Vec::new();
        let mut open = self.only.clone();
        while let Some(name) = open.pop() {
            let Some(step) = all.iter().find(|step| step.name == name) else {
                let error = usage_error(format!("--only: there is no smoke step `{name}`"));
                return Err(match nearest(&name, names()) {
                    Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                    None => error.hint(format!(
                        "the steps are {}",
                        names().collect::<Vec<_>>().join(", ")
                    )),
                });
            };
            if !wanted.contains(&name) {
                open.extend(step.needs.iter().cloned());
                wanted.push(name);
            }
        }
        let chain = all.iter().filter(|step| wanted.contains(&step.name));
        Ok(chain.cloned().collect())
    }
}

/// Reads the report of another test runner.
fn read(file: &Path) -> Result<SmokeReport> {
    /// More than any real report, so that a wrong file cannot fill the memory.
    const LIMIT: u64 = 256 << 20;
    let name = file.display().to_string();
    let mut bytes = Vec::new();
    let done = if name == "-" {
        io::stdin().lock().take(LIMIT + 1).read_to_end(&mut bytes)
    } else {
        let file = std::fs::File::open(file).map_err(|error| cannot_read(file, &error))?;
        file.take(LIMIT + 1).read_to_end(&mut bytes)
    };
    done.map_err(|error| cannot_read(file, &error))?;
    if bytes.len() as u64 > LIMIT {
        return Err(
            usage_error(format!("{name} is too large for a report of smoke steps"))
                .hint("`scrum smoke --from FILE` takes JUnit XML, TAP, or what scrum wrote"),
        );
    }
    smoke::read(&String::from_utf8_lossy(&bytes)).map_err(|error| {
        usage_error(format!("{name}: {error}"))
            .hint("let the runner write a complete report as JUnit XML or TAP, as in `bats --formatter tap`")
    })
}

/// Writes the report into the wave.
fn keep(report: &SmokeReport, wave: &Path) -> Result<()> {
    write_atomically(&wave.join("smoke.txt"), &mut |out| report.write_text(out))?;
    write_atomically(&wave.join("smoke.json"), &mut |out| report.write_json(out))
}

/// Runs a chain, prints its progress, and saves the output of its steps.
struct Runner<'a> {
    session: &'a Session,
    output: &'a Output,
    /// Folder of the steps' output.
    logs: Option<PathBuf>,
    /// Print each step as it ends.
    live: bool,
}

impl<'a> Runner<'a> {
    fn new(session: &'a Session, output: &'a Output, wave: Option<&Path>, live: bool) -> Self {
        Self {
            session,
            output,
            logs: wave.map(|wave| wave.join("smoke")),
            live,
        }
    }

    fn run(&self, chain: &[Smoke], jobs: usize) -> Result<(SmokeReport, bool)> {
        // The configuration was checked when it was read.
        let order = smoke_order(chain).map_err(usage_error)?;
        let repository = self.session.repository().ok();
        let checkout = || {
            repository
                .as_ref()
                .and_then(|repository| repository.checkout().ok()?)
        };
        let before = checkout();
        if let Some(logs) = &self.logs {
            prepare(logs)?;
        }
        let mut shown = OrderedSteps::new(chain, &order);
        let run = chain::run(
            chain,
            &order,
            jobs,
            &self.session.top,
            |event| match event {
                ChainEvent::Started(step) => {
                    self.output
                        .note(&format!("{}: {}", step.name, step.command.join(" ")));
                    Ok(())
                }
                ChainEvent::Finished(step, written) => {
                    let log = self.log(step, *written)?;
                    if self.live {
                        for step in shown.finished(step) {
                            self.output.data(|out| step.write_text(out))?;
                        }
                    }
                    self.explain(step, log.as_deref());
                    Ok(())
                }
            },
        )?;
        let mut report = SmokeReport::new(run.steps);
        if let Some(before) = before {
            // Steps may change files, or check something else out.
            let after = checkout();
            report.uncommitted = before.uncommitted || after.is_none_or(|after| after != before);
            report.commit = Some(before.commit);
        }
        Ok((report, run.interrupted))
    }

    /// Saves a step's output, and returns the file.
    fn log(&self, step: &SmokeStep, written: Option<&StepOutput>) -> Result<Option<PathBuf>> {
        let (Some(logs), Some(written)) = (&self.logs, written) else {
            return Ok(None);
        };
        let path = logs.join(format!("{}.log", step.name));
        write_atomically(&path, &mut |out| {
            if written.dropped > 0 {
                writeln!(out, "[{} bytes before this are not kept]", written.dropped)?;
            }
            out.write_all(&written.end)
        })?;
        Ok(Some(path))
    }

    /// Says on stderr why a step failed.
    fn explain(&self, step: &SmokeStep, log: Option<&Path>) {
        if step.result != StepResult::Fail {
            return;
        }
        let mut text = format!("{}: {}", step.name, step.why());
        for line in step.tail.iter().flat_map(|tail| tail.lines()) {
            text.push_str("\n  ");
            text.push_str(&sanitize::line(line));
        }
        if let Some(log) = log {
            text.push_str(&format!("\n  full output: {}", shown_path(log)));
        }
        self.output.detail(&text);
    }
}

/// Creates the folder for the steps' output, and removes files of an older run.
fn prepare(logs: &Path) -> Result<()> {
    std::fs::create_dir_all(logs).with_context(|| format!("{} cannot be made", logs.display()))?;
    for entry in std::fs::read_dir(logs).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "log") {
            std::fs::remove_file(&path)
                .with_context(|| format!("{} cannot be removed", path.display()))?;
        }
    }
    Ok(())
}

/// Puts finished steps into the order of the chain if several run at once.
struct OrderedSteps {
    names: Vec<String>,
    finished: Vec<Option<SmokeStep>>,
    next: usize,
}

impl OrderedSteps {
    fn new(chain: &[Smoke], order: &[usize]) -> Self {
        Self {
            names: order
                .iter()
                .map(|&index| chain[index].name.clone())
                .collect(),
            finished: vec![None; order.len()],
            next: 0,
        }
    }

    /// Takes a finished step, and returns those that can now be printed.
    fn finished(&mut self, step: &SmokeStep) -> Vec<SmokeStep> {
        if let Some(at) = self.names.iter().position(|name| *name == step.name) {
            self.finished[at] = Some(step.clone());
        }
        let mut due = Vec::new();
        while let Some(step) = self.finished.get_mut(self.next).and_then(Option::take) {
            due.push(step);
            self.next += 1;
        }
        due
    }
}
