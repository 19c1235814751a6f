//! The order of issues in every report, and common wording.
//!
//! Issues that independent lineages agree on come first, the most severe at the top; then those of one lineage, the
//! most severe first. Nothing is left out here; a report with a limit cuts the end of the list and says how much.

use std::cmp::Reverse;

use super::sanitize::{line, shorten};
use crate::review::location::LineRange;
use crate::review::{ReadAs, Severity};
use crate::size::counted;
use crate::tally::ground::Grounding;
use crate::tally::{BundleTally, FindingRecord, IssueRecord, Since, Tally, Totals};

/// The largest line number that all formats support: SARIF and rdjson use signed 32-bit numbers.
const LAST_LINE: u32 = i32::MAX.unsigned_abs();

/// The rank of an issue, which decides the order first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// Two or more independent lineages report it.
    Agreed,
    /// Only one lineage reports it, with severity BLOCK.
    Blocking,
    /// Everything else.
    Rest,
    /// A person has dismissed it.
    Dismissed,
}

/// An issue with its bundle.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Ranked<'t> {
    /// The bundle that it belongs to.
    pub bundle: &'t BundleTally,
    /// The issue.
    pub issue: &'t IssueRecord,
    /// What its place in the order depends on first.
    pub rank: Rank,
    /// Its place in the tally: index of the bundle and of the issue in it.
    pub(super) at: (usize, usize),
}

/// All issues of a tally, the most important first: by rank, severity, convergence, then in the tally's own order.
pub fn ranked(tally: &Tally) -> Vec<Ranked<'_>> {
    let mut all = in_order(tally);
    // Stable: equals stay in the tally's order.
    all.sort_by_key(|entry| {
        (
            entry.rank,
            Reverse(entry.issue.severity),
            Reverse(entry.issue.convergence),
        )
    });
    all
}

/// All issues in the tally's own order.
pub(super) fn in_order(tally: &Tally) -> Vec<Ranked<'_>> {
    let bundles = tally.bundles.iter().enumerate();
    let all = bundles.flat_map(|(bundle_at, bundle)| {
        let issues = bundle.issues.iter().enumerate();
        issues.map(move |(at, issue)| Ranked {
            bundle,
            issue,
            rank: match issue.severity {
                _ if issue.is_dismissed() => Rank::Dismissed,
                _ if issue.is_agreed() => Rank::Agreed,
                Some(Severity::Block) => Rank::Blocking,
                _ => Rank::Rest,
            },
            at: (bundle_at, at),
        })
    });
    all.collect()
}

impl<'t> Ranked<'t> {
    /// Its findings, in the tally's order.
    pub fn findings(&self) -> impl Iterator<Item = &'t FindingRecord> + use<'t> {
        self.bundle.findings_of(self.issue)
    }

    /// The issues that share lines with it but say something else.
    pub fn others(&self) -> impl Iterator<Item = &'t IssueRecord> + use<'t> {
        let bundle = self.bundle;
        let indices = self.issue.others.iter();
        indices.filter_map(|at| bundle.issues.get(*at))
    }

    /// First and last line at the head, for formats that point into files.
    ///
    /// `None` for a whole file, a symbol whose definition the diff does not show, and a deleted file, which has no
    /// lines at the head. Always `1 <= first <= last`, and at most 2³¹ - 1.
    pub fn head_lines(&self) -> Option<(u32, u32)> {
        let lines = self.issue.lines().filter(|lines| !lines.old_side)?;
        let start = lines.start;
        (1..=LAST_LINE)
            .contains(&start)
            .then(|| (start, lines.end.clamp(start, LAST_LINE)))
    }

    /// `src/pool.rs:20-21`, `src/pool.rs::drain` or `src/pool.rs`, in one line of clean text.
    pub fn name(&self) -> String {
        name(self.issue)
    }

    /// `agreed by 2 of 3 lineages`, or `1 of 3 lineages`.
    pub fn agreement(&self) -> String {
        agreement(self.issue)
    }

    /// `Others at these lines (2): src/pool.rs:20, src/pool.rs:22`.
    pub(super) fn others_in_words(&self) -> Option<String> {
        const LISTED: usize = 5;
        let count = self.issue.others.len() + self.issue.others_left_out;
        if count == 0 {
            return None;
        }
        let mut names: Vec<String> = self.others().take(LISTED).map(name).collect();
        if count > LISTED {
            names.push(format!("and {} more", count - LISTED));
        }
        Some(format!(
            "Others at these lines ({count}): {}",
            names.join(", ")
        ))
    }
}

/// `dismissed: false positive, by A. Name: only in tests`, preceded by the reason if it is shown again.
pub(super) fn triage_in_words(issue: &IssueRecord) -> Option<String> {
    let mark = issue.triage.as_ref()?;
    let verdict = mark.verdict.as_str();
    let mut told = match (mark.reopened.as_slice(), issue.is_dismissed()) {
        ([], true) => format!("dismissed: {verdict}"),
        ([], false) => verdict.to_owned(),
        (reasons, _) => format!(
            "SHOWN AGAIN, {}; it was triaged as {verdict}",
            reasons.join(", ")
        ),
    };
    if let Some(by) = &mark.by {
        told.push_str(&format!(", by {by}"));
    }
    if let Some(note) = &mark.note {
        told.push_str(&format!(": {note}"));
    }
    Some(line(&told))
}

/// ` · new since OLD`, or nothing.
pub(super) fn since_in_words(issue: &IssueRecord) -> &'static str {
    match issue.since {
        Some(Since::New) => " · new",
        Some(Since::Persisting) => " · persisting",
        None => "",
    }
}

/// `agreed by 2 of 3 lineages`, or `1 of 3 lineages`.
pub(super) fn agreement(issue: &IssueRecord) -> String {
    let lineages = counted(u64::from(issue.reviewed_by), "lineage");
    let agreed = if issue.is_agreed() { "agreed by " } else { "" };
    format!("{agreed}{} of {lineages}", issue.convergence)
}

/// `src/pool.rs:20-21`, `src/pool.rs:old:20`, `src/pool.rs::drain` or `src/pool.rs`, in one line of clean text.
pub(super) fn name(issue: &IssueRecord) -> String {
    location_name(&issue.path, issue.lines(), issue.symbol.as_deref())
}

/// `0 convergent / 11 distinct · 3 of 8 issues agreed`.
pub(super) fn headline(totals: &Totals) -> String {
    format!(
        "{} convergent / {} distinct · {} of {} agreed",
        totals.convergent,
        totals.distinct,
        totals.agreed,
        counted(totals.issues, "issue")
    )
}

/// `kimi (moonshot)`, in one line of clean text.
pub(super) fn who(finding: &FindingRecord) -> String {
    let name = line(&finding.reviewer);
    let name = if name.is_empty() { "(no name)" } else { &name };
    format!("{name} ({})", finding.lineages)
}

/// The severity, or the reviewer's own word for it.
pub(super) fn severity_said(severity: Option<Severity>, written: Option<&str>) -> Option<String> {
    match (severity, written) {
        (Some(severity), _) => Some(severity_word(severity).to_owned()),
        (None, Some(written)) => Some(format!("“{}”", shorten(&line(written), 20))),
        (None, None) => None,
    }
}

/// A text that has words.
pub(super) fn said(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// WHAT and WHY of a finding; only WHY if there is no WHAT.
pub(super) fn what_and_why<'t>(
    what: Option<&'t str>,
    why: Option<&'t str>,
) -> (Option<&'t str>, Option<&'t str>) {
    match (said(what), said(why)) {
        (None, why) => (why, None),
        both => both,
    }
}

/// `line 20`, `lines 20-21`, `old line 20`, `drain (lines 20-31)` or `whole file`, in clean text.
pub(super) fn cited(finding: &FindingRecord) -> String {
    let lines = finding.lines().map(|lines| {
        let noun = if lines.start == lines.end {
            "line"
        } else {
            "lines"
        };
        let old = if lines.old_side { "old " } else { "" };
        format!("{old}{noun} {}", lines.on_old_side(false))
    });
    match (&finding.symbol, lines) {
        (Some(symbol), Some(lines)) if finding.start.is_none() => {
            format!("{} ({lines})", line(symbol))
        }
        (_, Some(lines)) => lines,
        (Some(symbol), None) => line(symbol),
        (None, None) => "whole file".to_owned(),
    }
}

/// `review line 12`, or `line 12 of the review of cli`.
pub(super) fn source(finding: &FindingRecord) -> String {
    match &finding.from_bundle {
        Some(from) => format!(
            "line {} of the review of {}",
            finding.review_line,
            line(from)
        ),
        None => format!("review line {}", finding.review_line),
    }
}

/// Remarks about a finding, in clean text.
pub(super) fn notes(finding: &FindingRecord) -> Vec<String> {
    let mut told = Vec::new();
    match finding.read_as {
        ReadAs::Labelled => {}
        ReadAs::Document => told.push("read from a document".to_owned()),
        ReadAs::Prose => told.push("read from prose".to_owned()),
    }
    match finding.grounding {
        Grounding::Hunk | Grounding::Unverified => {}
        Grounding::File => told.push("outside the hunks shown".to_owned()),
        Grounding::Wave => told.push("not in the reviewer's bundle".to_owned()),
        Grounding::Tree => told.push("an unchanged file".to_owned()),
    }
    told.extend(finding.flags.iter().map(|flag| line(flag)));
    told.retain(|text| !text.is_empty());
    told
}

pub(super) fn location_name(path: &str, lines: Option<LineRange>, symbol: Option<&str>) -> String {
    let path = line(path);
    match (lines, symbol) {
        (_, Some(symbol)) => format!("{path}::{}", line(symbol)),
        (Some(lines), None) => format!("{path}:{lines}"),
        (None, None) => path,
    }
}

pub(super) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Block => "BLOCK",
        Severity::Warn => "WARN",
        Severity::Info => "INFO",
    }
}
