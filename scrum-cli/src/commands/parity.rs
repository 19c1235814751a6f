//! `scrum parity`: the same requests to two servers, and what their answers differ in.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum, ValueHint};
use scrum_core::gauntlet::parity::{GapStatus, ParityReport, Recording, compare, read_cases};

use crate::error::{ExitCode, Result, cannot_read, usage_error};
use crate::runner::probe::{Probe, Side, exchange};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::{newest_if_any, read_manifest, today, write_atomically};

/// Ask two servers the same, and compare their answers
///
/// Sends every case of CASES to both servers and compares status, content type, shape and values of the bodies, each
/// apart. The left one is asked twice: what differs from itself is noise and not compared. A case in which a server fails
/// counts as failed, never as a match. The newest wave, if there is one, keeps parity.json.
///
/// The exit code is 1 if a case failed, or diverges and is no known gap of [parity] in scrum.toml.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  scrum parity cases.toml --left go=http://a:8080 --right rust=http://b:80\n  scrum parity cases.toml --left a=http://a --right b=http://b --record f.jsonl\n  scrum parity f.jsonl"
)]
pub(crate) struct ParityArgs {
    /// Cases, in TOML or a JSON object a line; or recorded answers
    #[arg(value_name = "CASES", value_hint = ValueHint::FilePath)]
    cases: PathBuf,
    /// The server to compare with
    #[arg(long, value_name = "NAME=URL", requires = "right")]
    left: Option<Side>,
    /// The server that is compared
    #[arg(long, value_name = "NAME=URL", requires = "left")]
    right: Option<Side>,
    /// Also write all answers into FILE, to compare them again without a network
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "left")]
    record: Option<PathBuf>,
    /// What to print
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ParityFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ParityFormat {
    /// For a person
    Text,
    /// All of it
    Json,
    /// For a page or a pull request
    Markdown,
}

impl ParityFormat {
    fn write(self, report: &ParityReport, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Text => report.write_text(out),
            Self::Json => report.write_json(out),
            Self::Markdown => report.write_markdown(out),
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &ParityArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let wave = newest_if_any(session)?;
    let recording = args.recording(session, output)?;
    if let Some(file) = &args.record {
        write_atomically(file, &mut |out| recording.write(out))?;
    }
    let config = &session.config.parity;
    let ignored = config.ignored();
    let exchanges = recording.exchanges.iter();
    let results = exchanges.map(|exchange| compare(exchange, &ignored));
    let mut report = ParityReport::new(
        recording.sides.clone(),
        results.collect(),
        &config.known_gaps,
        &today(),
    );
    if let Some(wave) = &wave {
        report.head = read_manifest(wave)?.range.head;
        write_atomically(&wave.join("parity.json"), &mut |out| report.write_json(out))?;
    }
    output.data(|out| args.format.write(&report, out))?;
    let stale = |status| matches!(status, GapStatus::Closed | GapStatus::Unknown);
    for gap in report.known_gaps.iter().filter(|gap| stale(gap.status)) {
        output.warning(&format!(
            "the known gap `{}` is none any more; remove it from [parity] in scrum.toml",
            gap.case
        ));
    }
    if report.passed() {
        return Ok(ExitCode::Done);
    }
    output.hint(
        "known_gaps in [parity] of scrum.toml accepts a divergence for a time, ignore leaves a place out; \
         docs/gauntlet.md has both",
    );
    Ok(ExitCode::Refused)
}

impl ParityArgs {
    /// The answers: asked for now, or recorded before.
    fn recording(&self, session: &Session, output: &Output) -> Result<Recording> {
        let text = read(&self.cases)?;
        let name = self.cases.display();
        let recorded = Recording::is_one(&text);
        match (&self.left, &self.right) {
            (Some(_), _) | (_, Some(_)) if recorded => Err(usage_error(format!(
                "{name} has recorded answers, so there is nobody to ask"
            ))
            .hint("leave out --left and --right, or name a file of cases")),
            (Some(left), Some(right)) => {
                let cases = read_cases(&text).map_err(|error| {
                    usage_error(format!("{name}: {error}"))
                        .hint("docs/gauntlet.md shows how cases are written")
                })?;
                let config = &session.config.parity;
                let probe =
                    |side: &Side| Probe::new(side.clone(), config.timeout(), config.max_body());
                let (left_probe, right_probe) = (probe(left), probe(right));
                let asked = cases.iter().map(|case| {
                    output.note(&format!("{} {} {}", case.name, case.method(), case.path));
                    exchange(case, &left_probe, &right_probe)
                });
                Ok(Recording {
                    sides: [left.name.clone(), right.name.clone()],
                    exchanges: asked.collect(),
                })
            }
            _ if recorded => Recording::read(&text).map_err(|error| {
                usage_error(format!("{name}: {error}"))
                    .hint("`scrum parity CASES --record FILE` records again")
            }),
            _ => Err(usage_error(format!("{name} has cases, and nobody to ask"))
                .hint("add --left NAME=URL and --right NAME=URL")),
        }
    }
}

fn read(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file).map_err(|error| cannot_read(file, &error))?;
    String::from_utf8(bytes).map_err(|_| {
        usage_error(format!("{} is not UTF-8", file.display()))
            .hint("write a body of other bytes as `json`")
    })
}
