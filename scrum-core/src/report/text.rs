//! The tally for a terminal.
//!
//! It begins with a line for each bundle and one for the total. Then come the issues of all bundles, agreed ones first;
//! then the reviewers of each bundle, and what was not counted. It ends with a summary if there are several bundles.
//! Words of reviewers go through [`sanitize`](super::sanitize); colour adds no information.

mod issues;
mod lists;
mod reviewers;

use std::io;

use super::Only;
use super::estimated::{estimate_in_words, judged_in_words};
use super::ranked::{Rank, Ranked, headline, ranked};
use super::sanitize::{columns, line, wrap_into};
use crate::review::Severity;
use crate::size::{self, counted};
use crate::tally::{BundleTally, ReviewState, ReviewerRow, Tally};
use crate::try_map::map;

/// Number of issues that several threads write at a time, and that one of them takes at a time.
const BATCH: usize = 4096;
const BATCH_PART: usize = 64;

/// Default width in columns.
const DEFAULT_WIDTH: usize = 80;

/// Maximum number of characters of a claim, unless verbose.
const MAX_CLAIM: usize = 400;

/// Minimum and maximum width in columns.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=120;

/// Options for the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TextOptions {
    /// Write ANSI colours. Default false.
    pub color: bool,
    /// Width in columns, 40 to 120; a longer word is not broken. Default 80.
    pub width: Option<usize>,
    /// 1 or more shows reasons (WHY), complete claims, the similarity of claims, and the source of lineages. Default 0.
    pub verbose: u8,
    /// What to show. Default: everything.
    pub only: Only,
    /// Number of threads; 0 means 1. Default 0. The text does not depend on it.
    pub jobs: usize,
}

impl TextOptions {
    /// Sets [`color`](Self::color).
    pub fn color(mut self, color: bool) -> Self {
        self.color = color;
        self
    }

    /// Sets [`width`](Self::width).
    pub fn width(mut self, width: usize) -> Self {
        self.width = Some(width);
        self
    }

    /// Sets [`verbose`](Self::verbose).
    pub fn verbose(mut self, verbose: u8) -> Self {
        self.verbose = verbose;
        self
    }

    /// Sets [`only`](Self::only).
    pub fn only(mut self, only: Only) -> Self {
        self.only = only;
        self
    }

    /// Sets [`jobs`](Self::jobs).
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs;
        self
    }
}

/// Writes the tally as text, without the warnings, which the caller shows elsewhere.
///
/// # Errors
///
/// Errors of the writer.
pub fn write_text(tally: &Tally, options: &TextOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = TextPage::new(tally, options, out);
    let only = &options.only;
    let bundles: Vec<&BundleTally> = tally
        .bundles
        .iter()
        .filter(|bundle| only.shows_bundle(&bundle.id))
        .collect();
    for bundle in &bundles {
        page.headline(bundle)?;
    }
    if bundles.len() != 1 {
        page.total(tally)?;
    }
    let mut issues = ranked(tally);
    let all = issues.len();
    issues.retain(|entry| only.shows(entry.bundle, entry.issue));
    page.issues(&issues, tally, options)?;
    if only.narrows_issues() {
        let left_out = all - issues.len();
        let told = format!("{} left out by --only", counted(left_out as u64, "issue"));
        writeln!(page.out)?;
        page.paragraph("", &told, None)?;
    } else {
        for bundle in bundles.iter().filter(|bundle| !is_unreviewed(bundle)) {
            page.bundle(bundle)?;
        }
        page.unreviewed(&bundles)?;
        page.estimate(tally)?;
        page.judged(tally)?;
        if page.verbose {
            page.lineages(tally)?;
        }
    }
    if bundles.len() > 1 {
        page.summary(tally)?;
    }
    Ok(())
}

/// Writes one issue with all its claims, as [`write_text`] does.
///
/// # Errors
///
/// Errors of the writer.
pub fn write_issue_text(
    tally: &Tally,
    issue: &Ranked<'_>,
    options: &TextOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = TextPage {
        verbose: true,
        ..TextPage::new(tally, options, out)
    };
    page.issue(issue)
}

/// Whether there is nothing to show for a bundle except missing answers.
fn is_unreviewed(bundle: &BundleTally) -> bool {
    let waits =
        |row: &ReviewerRow| matches!(row.state, ReviewState::Missing | ReviewState::NotAsked);
    bundle.reviewers.iter().all(waits) && bundle.findings.is_empty()
}

#[derive(Clone, Copy)]
enum Paint {
    Bold,
    Dim,
    Red,
    Yellow,
    Green,
    Cyan,
}

struct TextPage<'a> {
    out: &'a mut dyn io::Write,
    color: bool,
    width: usize,
    verbose: bool,
    near_lines: u32,
}

impl<'a> TextPage<'a> {
    fn new(tally: &Tally, options: &TextOptions, out: &'a mut dyn io::Write) -> Self {
        let width = options.width.unwrap_or(DEFAULT_WIDTH);
        Self {
            out,
            color: options.color,
            width: width.clamp(*WIDTHS.start(), *WIDTHS.end()),
            verbose: options.verbose > 0,
            near_lines: tally.near_lines,
        }
    }

    fn paint(&self, paint: Paint, text: &str) -> String {
        if !self.color {
            return text.to_owned();
        }
        let code = match paint {
            Paint::Bold => 1,
            Paint::Dim => 2,
            Paint::Red => 31,
            Paint::Yellow => 33,
            Paint::Green => 32,
            Paint::Cyan => 36,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    fn headline(&mut self, bundle: &BundleTally) -> io::Result<()> {
        let size = bundle
            .bytes
            .map_or_else(String::new, |bytes| format!(" ({})", size::whole_kb(bytes)));
        let id = line(&bundle.id);
        let told = format!("{size}: {}", headline(&bundle.totals));
        if columns(&id) + columns(&told) > self.width {
            return self.paragraph("", &format!("{id}{told}"), None);
        }
        let id = self.paint(Paint::Bold, &id);
        writeln!(self.out, "{id}{told}")
    }

    fn total(&mut self, tally: &Tally) -> io::Result<()> {
        self.paragraph("", &format!("total: {}", headline(&tally.totals)), None)
    }

    /// The last lines: a summary after pages of text.
    fn summary(&mut self, tally: &Tally) -> io::Result<()> {
        writeln!(self.out)?;
        let title = self.paint(Paint::Bold, "Summary");
        writeln!(self.out, "{title}")?;
        self.total(tally)?;
        let issues = || tally.bundles.iter().flat_map(|bundle| &bundle.issues);
        let blocking = issues().filter(|issue| issue.severity == Some(Severity::Block));
        let agreed = blocking.clone().filter(|issue| issue.is_agreed()).count();
        let told = format!(
            "{} of severity BLOCK, {agreed} of them agreed",
            counted(blocking.count() as u64, "issue")
        );
        self.paragraph("", &told, None)?;
        let reviewed = tally.bundles.iter().filter(|bundle| bundle.reviewed_by > 0);
        let told = format!(
            "{} of {} reviewed",
            reviewed.count(),
            counted(tally.bundles.len() as u64, "bundle")
        );
        self.paragraph("", &told, None)
    }

    /// The estimate of unreported defects; the reason why there is none is only shown if verbose.
    fn estimate(&mut self, tally: &Tally) -> io::Result<()> {
        let told = match (estimate_in_words(tally), &tally.estimate_refused) {
            (Some(words), _) => format!("Estimate: {words}"),
            (None, Some(reason)) if self.verbose => {
                format!("No estimate of unreported defects: {}", line(reason))
            }
            _ => return Ok(()),
        };
        writeln!(self.out)?;
        self.paragraph("", &told, None)
    }

    /// How often each reviewer and each lineage was right.
    fn judged(&mut self, tally: &Tally) -> io::Result<()> {
        if tally.judged.is_empty() {
            return Ok(());
        }
        let title = self.paint(Paint::Bold, "Confirmed of judged");
        writeln!(self.out, "\n{title}")?;
        for record in &tally.judged {
            self.paragraph("    ", &judged_in_words(record), None)?;
        }
        Ok(())
    }

    fn issues(
        &mut self,
        issues: &[Ranked<'_>],
        tally: &Tally,
        options: &TextOptions,
    ) -> io::Result<()> {
        let agreed = issues.partition_point(|entry| entry.rank == Rank::Agreed);
        let open = issues.partition_point(|entry| entry.rank != Rank::Dismissed);
        let written = |(): &mut (), issues: &[Ranked<'_>]| -> io::Result<Vec<u8>> {
            let mut out = Vec::new();
            let mut page = TextPage::new(tally, options, &mut out);
            for issue in issues {
                page.issue(issue)?;
            }
            Ok(out)
        };
        for (title, issues) in [
            ("Agreed", &issues[..agreed]),
            ("Reported by one lineage", &issues[agreed..open]),
            ("Dismissed", &issues[open..]),
        ] {
            if !issues.is_empty() {
                let title = self.paint(Paint::Bold, &format!("{title} ({})", issues.len()));
                writeln!(self.out, "\n{title}")?;
            }
            for batch in issues.chunks(BATCH) {
                let mut threads = vec![(); options.jobs.max(1)];
                for text in map(&mut threads, batch.chunks(BATCH_PART), written) {
                    self.out.write_all(&text?)?;
                }
            }
        }
        Ok(())
    }

    /// Lists the bundles without any answer, and the missing reviewers.
    fn unreviewed(&mut self, bundles: &[&BundleTally]) -> io::Result<()> {
        let waiting: Vec<&BundleTally> = bundles
            .iter()
            .copied()
            .filter(|bundle| is_unreviewed(bundle))
            .collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let title = self.paint(Paint::Bold, &format!("No review yet ({})", waiting.len()));
        writeln!(self.out, "\n{title}")?;
        // Usually the same reviewers are missing everywhere, so group the bundles by missing reviewers.
        let mut groups: Vec<(Vec<String>, Vec<String>)> = Vec::new();
        for bundle in waiting {
            let missing = bundle
                .reviewers
                .iter()
                .filter(|row| row.state == ReviewState::Missing);
            let missing: Vec<String> = missing.map(|row| line(&row.reviewer)).collect();
            match groups.iter_mut().find(|(seats, _)| *seats == missing) {
                Some((_, bundles)) => bundles.push(line(&bundle.id)),
                None => groups.push((missing, vec![line(&bundle.id)])),
            }
        }
        for (missing, bundles) in groups {
            let seats = match missing.is_empty() {
                true => String::new(),
                false => format!("missing {}: ", missing.join(", ")),
            };
            self.paragraph("    ", &format!("{seats}{}", bundles.join(", ")), None)?;
        }
        Ok(())
    }

    fn bundle(&mut self, bundle: &BundleTally) -> io::Result<()> {
        let size = bundle
            .bytes
            .map_or_else(String::new, |bytes| format!(" · {}", size::decimal(bytes)));
        let head = format!(
            "{}{size} · reviewed by {}",
            line(&bundle.id),
            counted(u64::from(bundle.reviewed_by), "lineage")
        );
        let rule = self.width.saturating_sub(columns(&head) + 4);
        writeln!(self.out)?;
        if rule == 0 {
            self.paragraph("", &format!("── {head}"), Some(Paint::Bold))?;
        } else {
            let head = self.paint(Paint::Bold, &head);
            writeln!(self.out, "── {head} {}", "─".repeat(rule))?;
        }
        self.reviewers(bundle)?;

        self.unlocated(&bundle.findings_without_location)?;
        self.set_aside(bundle)?;
        self.mentions(&bundle.mentions)?;
        self.retractions(&bundle.unmatched_retractions)
    }

    fn lineages(&mut self, tally: &Tally) -> io::Result<()> {
        let title = self.paint(Paint::Bold, "Lineages");
        writeln!(self.out, "\n{title}")?;
        for record in &tally.reviewers {
            let text = format!(
                "{}: {}, from {}",
                line(&record.reviewer),
                record.lineages,
                line(&record.source)
            );
            self.paragraph("    ", &text, None)?;
        }
        Ok(())
    }

    fn severity(&self, severity: Option<Severity>) -> String {
        match severity {
            Some(Severity::Block) => self.paint(Paint::Red, "BLOCK"),
            Some(Severity::Warn) => self.paint(Paint::Yellow, "WARN "),
            Some(Severity::Info) => self.paint(Paint::Cyan, "INFO "),
            None => "  ?  ".to_owned(),
        }
    }

    /// Writes clean text within the width, with `indent` before each line.
    fn paragraph(&mut self, indent: &str, text: &str, paint: Option<Paint>) -> io::Result<()> {
        let mut written = Ok(());
        wrap_into(text, self.width.saturating_sub(indent.len()), |part| {
            if written.is_ok() {
                written = match paint.filter(|_| self.color) {
                    Some(paint) => writeln!(self.out, "{indent}{}", self.paint(paint, part)),
                    None => writeln!(self.out, "{indent}{part}"),
                };
            }
        });
        written
    }
}
