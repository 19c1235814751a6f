//! The tally for a terminal.
//!
//! First a line for each bundle and one for all, then what agrees, then everything else. Words of reviewers go through
//! [`clean`](super::clean); colour only marks what the words say already.

mod places;
mod reviewers;

use std::io;

use super::clean::{columns, line, shorten, wrap_into};
use super::press;
use super::ranked::{self, Rank, counted, severity_word};
use crate::review::Severity;
use crate::size;
use crate::tally::engagement::State;
use crate::tally::{BundleTally, LooseRecord, RetractionRecord, ReviewerRow, Tally};

/// Columns where the caller names none.
const DEFAULT_WIDTH: usize = 80;

/// Characters of a claim that are shown unless everything is asked for.
const MAX_CLAIM: usize = 400;

/// How the terminal's text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TextOptions {
    /// Write ANSI colours. Default false.
    pub color: bool,
    /// Columns to keep within, at least 60. Default 80.
    pub width: Option<usize>,
    /// 1 and more show reasons why (WHY), where lineages are known from, and claims in full. Default 0.
    pub verbose: u8,
    /// Threads that print; the text does not depend on their number. Default 0, as 1: the caller's own.
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

    /// Sets [`jobs`](Self::jobs).
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs;
        self
    }
}

/// Writes the tally as text. Warnings are not in it: they are the caller's to show elsewhere.
///
/// # Errors
///
/// What the writer says.
pub fn write_text(tally: &Tally, options: &TextOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let mut page = Page {
        out,
        color: options.color,
        width: options.width.unwrap_or(DEFAULT_WIDTH).max(60),
        verbose: options.verbose > 0,
    };
    for bundle in &tally.bundles {
        page.headline(bundle)?;
    }
    let totals = &tally.totals;
    if tally.bundles.len() != 1 {
        writeln!(
            page.out,
            "total: {} convergent / {} distinct · {} of {} places convergent",
            totals.convergent, totals.distinct, totals.near_convergent, totals.near_places
        )?;
    }
    let (color, width, verbose) = (page.color, page.width, page.verbose);
    press::print(&tally.bundles, options.jobs, page.out, &|_, bundle, out| {
        if is_unreviewed(bundle) {
            return Ok(());
        }
        let mut page = Page {
            out,
            color,
            width,
            verbose,
        };
        page.bundle(bundle)
    })?;
    page.unreviewed(tally)?;
    if page.verbose {
        page.lineages(tally)?;
    }
    Ok(())
}

/// Whether there is nothing to show of a bundle but that answers are missing.
fn is_unreviewed(bundle: &BundleTally) -> bool {
    let waits = |row: &ReviewerRow| matches!(row.state, State::Missing | State::NotAsked);
    bundle.reviewers.iter().all(waits) && bundle.locations.is_empty()
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

struct Page<'a> {
    out: &'a mut dyn io::Write,
    color: bool,
    width: usize,
    verbose: bool,
}

impl Page<'_> {
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
        let id = self.paint(Paint::Bold, &line(&bundle.id));
        writeln!(
            self.out,
            "{id}{size}: {} convergent / {} distinct · {} of {} places convergent",
            bundle.convergent, bundle.distinct, bundle.near_convergent, bundle.near_places
        )
    }

    /// Names the bundles that nobody has answered yet, and who was expected to.
    fn unreviewed(&mut self, tally: &Tally) -> io::Result<()> {
        let waiting: Vec<&BundleTally> = tally
            .bundles
            .iter()
            .filter(|bundle| is_unreviewed(bundle))
            .collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let title = self.paint(Paint::Bold, &format!("No review yet ({})", waiting.len()));
        writeln!(self.out, "\n{title}")?;
        // Mostly the same seats are missing everywhere, so bundles are listed by who is missing.
        let mut groups: Vec<(Vec<String>, Vec<String>)> = Vec::new();
        for bundle in waiting {
            let missing = bundle
                .reviewers
                .iter()
                .filter(|row| row.state == State::Missing);
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
            counted(u64::from(bundle.reviewed_by), "lineage", "lineages")
        );
        let rule = "─".repeat(self.width.saturating_sub(columns(&head) + 4));
        let head = self.paint(Paint::Bold, &head);
        writeln!(self.out, "\n── {head} {rule}")?;
        self.reviewers(bundle)?;

        let places = ranked::of_bundle(bundle);
        let agree = places.partition_point(|place| place.rank == Rank::Convergent);
        for (title, places) in [
            ("Convergent", &places[..agree]),
            ("Said by one lineage", &places[agree..]),
        ] {
            if !places.is_empty() {
                let title = self.paint(Paint::Bold, &format!("{title} ({})", places.len()));
                writeln!(self.out, "\n{title}")?;
            }
            for place in places {
                self.place(place)?;
            }
        }
        self.loose(&bundle.findings_without_location)?;
        self.set_aside(bundle)?;
        self.retractions(&bundle.unmatched_retractions)
    }

    fn loose(&mut self, records: &[LooseRecord]) -> io::Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let title = self.paint(
            Paint::Bold,
            &format!("Findings without a location ({})", records.len()),
        );
        writeln!(self.out, "\n{title}")?;
        for record in records {
            let word = match (record.severity, &record.severity_text) {
                (Some(severity), _) => format!(" · {}", severity_word(severity)),
                (None, Some(written)) => format!(" · “{}”", shorten(&line(written), 20)),
                (None, None) => String::new(),
            };
            let taken_back = match record.retracted_line {
                Some(line) => format!(" · taken back in line {line} (inferred)"),
                None => String::new(),
            };
            let who = format!(
                "{}{word} · review line {}{taken_back}",
                line(&record.reviewer),
                record.review_line
            );
            self.paragraph("    ", &who, None)?;
            self.said(record.what.as_deref(), record.why.as_deref())?;
        }
        Ok(())
    }

    fn set_aside(&mut self, bundle: &BundleTally) -> io::Result<()> {
        if bundle.set_aside.is_empty() {
            return Ok(());
        }
        let title = format!("Set aside, not counted ({})", bundle.set_aside.len());
        let title = self.paint(Paint::Bold, &title);
        writeln!(self.out, "\n{title}")?;
        for record in &bundle.set_aside {
            let text = format!(
                "{} line {} · {} · {}: {}",
                line(&record.reviewer),
                record.review_line,
                shorten(&line(&record.text), self.width.saturating_sub(30)),
                record.bucket.as_str(),
                line(&record.reason)
            );
            self.paragraph("    ", &text, None)?;
        }
        Ok(())
    }

    fn retractions(&mut self, records: &[RetractionRecord]) -> io::Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let title = format!("Retractions that meet no finding ({})", records.len());
        let title = self.paint(Paint::Bold, &title);
        writeln!(self.out, "\n{title}")?;
        for record in records {
            let text = format!(
                "{} line {} · {}",
                line(&record.reviewer),
                record.review_line,
                line(&record.text)
            );
            self.paragraph("    ", &text, None)?;
        }
        Ok(())
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

    /// Writes clean text within the width, each line behind `indent`.
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
