//! `scrum parity`: sends the same requests to two servers and compares the answers.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum, ValueHint};
use scrum_core::gauntlet::parity::{GapStatus, ParityReport, Recording, compare, read_cases};

use crate::error::{ExitCode, Result, cannot_read, usage_error};
use crate::runner::probe::{Probe, ProbeSide, exchange};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::{newest_if_any, read_manifest, today, write_atomically};

/// Send the same requests to two servers, and compare the answers
///
/// Sends every case in CASES to both servers and compares status, content type, and shape and values of the bodies,
/// separately. The left server is asked twice: what differs between its two answers is noise and is not compared. A
/// case in which a server fails counts as failed, never as a match. parity.json is written into the newest wave, if
/// there is one.
///
/// The exit code is 1 if a case failed, or if it diverges and is not a known gap in [parity] of scrum.toml.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  scrum parity cases.toml --left go=http://a:8080 --right rust=http://b:80\n  scrum parity cases.toml --left a=http://a --right b=http://b --record f.jsonl\n  scrum parity f.jsonl"
)]
pub(crate) struct ParityArgs {
    /// Cases, in TOML or as one JSON object per line; or recorded answers
    #[arg(value_name = "CASES", value_hint = ValueHint::FilePath)]
    cases: PathBuf,
    /// The reference server
    #[arg(long, value_name = "NAME=URL", requires = "right")]
    left: Option<ProbeSide>,
    /// The server to compare with it
    #[arg(long, value_name = "NAME=URL", requires = "left")]
    right: Option<ProbeSide>,
    /// Also save all answers in FILE, to compare them again without a network
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "left")]
    record: Option<PathBuf>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: ParityFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ParityFormat {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
    /// Markdown for a pull request
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
            "the known gap `{}` no longer diverges; remove it from [parity] in scrum.toml",
            gap.case
        ));
    }
    if report.passed() {
        return Ok(ExitCode::Done);
    }
    output.hint(
        "in [parity] of scrum.toml, known_gaps accepts a divergence until a date, and ignore leaves out a part of the body; \
         docs/gauntlet.md has both",
    );
    Ok(ExitCode::Refused)
}

impl ParityArgs {
    /// The answers: of new requests, or from a recording.
    fn recording(&self, session: &Session, output: &Output) -> Result<Recording> {
        let text = read(&self.cases)?;
        let name = self.cases.display();
        let recorded = Recording::is_one(&text);
        match (&self.left, &self.right) {
            (Some(_), _) | (_, Some(_)) if recorded => Err(usage_error(format!(
                "{name} contains recorded answers, so no server is asked"
            ))
            .hint("leave out --left and --right, or name a file with cases")),
            (Some(left), Some(right)) => {
                let cases = read_cases(&text).map_err(|error| {
                    usage_error(format!("{name}: {error}"))
                        .hint("docs/gauntlet.md shows how cases are written")
                })?;
                let config = &session.config.parity;
                let probe = |side: &ProbeSide| {
                    Probe::new(side.clone(), config.timeout(), config.max_body())
                };
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
                    .hint("`scrum parity CASES --record FILE` records them again")
            }),
            _ => Err(
                usage_error(format!("{name} contains cases, but no server is named"))
                    .hint("add --left NAME=URL and --right NAME=URL"),
            ),
        }
    }
}

fn read(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file).map_err(|error| cannot_read(file, &error))?;
    String::from_utf8(bytes).map_err(|_| {
        usage_error(format!("{} is not UTF-8", file.display()))
            .hint("write the body as `json` instead")
    })
}
