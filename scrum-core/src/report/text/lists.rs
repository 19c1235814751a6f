//! The lists below a bundle's issues: what has no location, and what is not counted.

use std::io;

use super::{Paint, TextPage};
use crate::report::ranked::{location_name, severity_said};
use crate::report::sanitize::{line, shorten};
use crate::tally::{BundleTally, MentionRecord, RetractionRecord, UnlocatedRecord};

impl TextPage<'_> {
    pub(super) fn unlocated(&mut self, records: &[UnlocatedRecord]) -> io::Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        self.list_title("Findings without a location", records.len())?;
        for record in records {
            let word = severity_said(record.severity, record.severity_text.as_deref());
            let word = word.map_or_else(String::new, |word| format!(" · {word}"));
            let taken_back = match record.retracted_line {
                Some(line) => format!(" · retracted in line {line} (inferred)"),
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

    pub(super) fn set_aside(&mut self, bundle: &BundleTally) -> io::Result<()> {
        let width = self.width.saturating_sub(30).max(20);
        let texts = bundle.set_aside.iter().map(|record| {
            format!(
                "{} · {} · {}: {}",
                review_line(&record.reviewer, record.review_line),
                shorten(&line(&record.text), width),
                record.bucket.as_str(),
                line(&record.reason)
            )
        });
        self.list("Not counted", texts)
    }

    pub(super) fn mentions(&mut self, records: &[MentionRecord]) -> io::Result<()> {
        let texts = records.iter().map(|record| {
            let location = location_name(&record.path, record.lines(), record.symbol.as_deref());
            let place = review_line(&record.reviewer, record.review_line);
            format!("{place} · {location}")
        });
        self.list("Mentions, not findings", texts)
    }

    pub(super) fn retractions(&mut self, records: &[RetractionRecord]) -> io::Result<()> {
        let texts = records.iter().map(|record| {
            let place = review_line(&record.reviewer, record.review_line);
            format!("{place} · {}", line(&record.text))
        });
        self.list("Retractions that match no finding", texts)
    }

    /// A title and paragraphs; nothing if there are no paragraphs.
    fn list(
        &mut self,
        title: &str,
        texts: impl ExactSizeIterator<Item = String>,
    ) -> io::Result<()> {
        if texts.len() == 0 {
            return Ok(());
        }
        self.list_title(title, texts.len())?;
        for text in texts {
            self.paragraph("    ", &text, None)?;
        }
        Ok(())
    }

    fn list_title(&mut self, title: &str, count: usize) -> io::Result<()> {
        let title = self.paint(Paint::Bold, &format!("{title} ({count})"));
        writeln!(self.out, "\n{title}")
    }
}

/// A line of a review.
fn review_line(reviewer: &str, number: u32) -> String {
    format!("{} line {number}", line(reviewer))
}
