//! `scrum log`: the waves under `.scrum/`.

use std::collections::BTreeMap;

use clap::{Args as ClapArgs, ValueEnum};
use scrum_core::report::sanitize::line;
use scrum_core::size::counted;
use scrum_core::tally::Tally;
use serde::Serialize;

use crate::error::{ExitCode, Result};
use crate::session::Session;
use crate::terminal::Output;
use crate::wave::{CountedWave, Listed, Wave, all};

/// List the waves under .scrum/
///
/// Newest first, with range, date of the head, bundles and their bytes, findings, issues, agreed issues, and what each
/// reviewer wrote. The reviews are counted again.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  scrum log\n  scrum log --format json")]
pub(crate) struct LogArgs {
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
}

/// What `scrum log --format json` prints.
#[derive(Debug, Serialize)]
struct Log {
    schema: &'static str,
    waves: Vec<Record>,
}

/// One wave.
#[derive(Debug, Serialize)]
struct Record {
    wave: String,
    current: bool,
    /// The range as the user typed it.
    spec: String,
    base: Option<String>,
    head: Option<String>,
    /// Date of the head commit, e.g. 2026-11-26; null without a commit, or if the repository does not have it.
    head_date: Option<String>,
    bundles: usize,
    /// Bytes of all bundles' diffs.
    bytes: u64,
    findings: u64,
    issues: u64,
    agreed: u64,
    reviewers: Vec<ReviewerPart>,
    /// Why the wave cannot be read; its numbers are then 0.
    error: Option<String>,
}

/// One reviewer's part in a wave.
#[derive(Debug, Default, Serialize)]
struct ReviewerPart {
    reviewer: String,
    /// Bundles with a usable answer.
    reviewed: u64,
    findings: u64,
    /// Issues that nobody else reports.
    alone: u64,
    tokens_out: u64,
}

/// Runs the command.
pub(crate) fn run(args: &LogArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let waves = all(session)?;
    let waves = waves.iter().map(|wave| record(wave, session));
    let log = Log {
        schema: "scrum.log/1",
        waves: waves.collect(),
    };
    output.data(|out| match args.format {
        LogFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &log)?;
            writeln!(out)
        }
        LogFormat::Text => log.waves.iter().try_for_each(|wave| write(wave, out)),
    })?;
    if log.waves.is_empty() {
        output.detail("there is no wave yet; `scrum bundle` writes one");
    }
    Ok(ExitCode::Done)
}

/// A wave that cannot be read is listed with the reason.
fn record(listed: &Listed, session: &Session) -> Record {
    let mut record = Record {
        wave: listed.name.clone(),
        current: listed.is_current,
        spec: String::new(),
        base: None,
        head: None,
        head_date: None,
        bundles: 0,
        bytes: 0,
        findings: 0,
        issues: 0,
        agreed: 0,
        reviewers: Vec::new(),
        error: None,
    };
    let wave = match Wave::open_unchecked(&listed.folder) {
        Ok(wave) => wave,
        Err(error) => {
            record.error = Some(error.sentence());
            return record;
        }
    };
    let range = &wave.manifest.range;
    record.spec.clone_from(&range.spec);
    record.base.clone_from(&range.base);
    record.head.clone_from(&range.head);
    record.head_date = range.head.as_deref().and_then(|head| {
        let repository = session.repository().ok()?;
        repository.commit_date(head).ok()
    });
    record.bundles = wave.manifest.bundles.len();
    record.bytes = wave
        .manifest
        .bundles
        .iter()
        .map(|bundle| bundle.bytes)
        .sum();
    let options = session.config.tally_options().jobs(super::cores());
    match CountedWave::new(wave, &options, session) {
        Ok(CountedWave { tally, .. }) => {
            record.findings = tally.totals.findings;
            record.issues = tally.totals.issues;
            record.agreed = tally.totals.agreed;
            record.reviewers = seats(&tally);
        }
        Err(error) => record.error = Some(error.sentence()),
    }
    record
}

fn seats(tally: &Tally) -> Vec<ReviewerPart> {
    let mut seats: BTreeMap<&str, ReviewerPart> = BTreeMap::new();
    for bundle in &tally.bundles {
        for row in &bundle.reviewers {
            let seat = seats.entry(&row.reviewer).or_default();
            seat.reviewed += u64::from(row.state.is_usable());
            seat.findings += row.findings;
            seat.tokens_out = seat.tokens_out.saturating_add(row.tokens_out.unwrap_or(0));
        }
        for issue in &bundle.issues {
            let mut names = bundle
                .findings_of(issue)
                .map(|finding| finding.reviewer.as_str());
            if let Some(first) = names.next()
                && names.all(|name| name == first)
            {
                seats.entry(first).or_default().alone += 1;
            }
        }
    }
    let seats = seats.into_iter().map(|(reviewer, seat)| ReviewerPart {
        reviewer: reviewer.to_owned(),
        ..seat
    });
    seats.collect()
}

fn write(wave: &Record, out: &mut dyn std::io::Write) -> std::io::Result<()> {
    let current = if wave.current { " (current)" } else { "" };
    writeln!(out, "{}{current}  {}", line(&wave.wave), line(&wave.spec))?;
    if let Some(error) = &wave.error {
        return writeln!(out, "    cannot be read: {}", line(error));
    }
    let date = wave.head_date.as_deref().unwrap_or("no date");
    writeln!(
        out,
        "    {date} · {}, {:.1} KB · {}, {}, {} agreed",
        counted(wave.bundles, "bundle"),
        wave.bytes as f64 / 1000.0,
        counted(wave.findings, "finding"),
        counted(wave.issues, "issue"),
        wave.agreed
    )?;
    for seat in &wave.reviewers {
        writeln!(
            out,
            "    {}: {} reviewed, {}, {}, {} alone",
            line(&seat.reviewer),
            counted(seat.reviewed, "bundle"),
            counted(seat.tokens_out, "token"),
            counted(seat.findings, "finding"),
            counted(seat.alone, "issue")
        )?;
    }
    Ok(())
}
