//! One issue: where it is, who agrees, each claim in its own words, and other issues at these lines.

use std::io;

use super::{MAX_CLAIM, Paint, TextPage};
use crate::report::ranked::{
    Ranked, cited, location_name, notes, severity_said, since_in_words, source, triage_in_words,
    what_and_why, who,
};
use crate::report::sanitize::{line, wrap};
use crate::tally::FindingRecord;

/// Maximum number of pairs with a shown similarity; more are only counted.
const MAX_PAIRS: usize = 30;

impl TextPage<'_> {
    pub(super) fn issue(&mut self, ranked: &Ranked<'_>) -> io::Result<()> {
        let word = self.severity(ranked.issue.severity);
        let name = ranked.name();
        let mut names = wrap(&name, self.width.saturating_sub(7)).into_iter();
        let first = self.paint(Paint::Cyan, &names.next().unwrap_or_default());
        writeln!(self.out, "\n{word}  {first}")?;
        for more in names {
            let more = self.paint(Paint::Cyan, &more);
            writeln!(self.out, "       {more}")?;
        }
        let told = format!(
            "{} · {}{}",
            ranked.agreement(),
            line(&ranked.bundle.id),
            since_in_words(ranked.issue)
        );
        let paint = if ranked.issue.is_agreed() {
            Paint::Green
        } else {
            Paint::Dim
        };
        self.paragraph("       ", &told, Some(paint))?;
        if let Some(told) = triage_in_words(ranked.issue) {
            let reopened = ranked.issue.triage.as_ref();
            let again = reopened.is_some_and(|mark| !mark.reopened.is_empty());
            let paint = if again { Paint::Red } else { Paint::Dim };
            self.paragraph("       ", &told, Some(paint))?;
        }
        for finding in ranked.findings() {
            self.finding(finding)?;
        }
        if self.verbose {
            self.similarities(ranked)?;
        }
        match ranked.others_in_words() {
            Some(others) => self.paragraph("       ", &others, Some(Paint::Dim)),
            None => Ok(()),
        }
    }

    fn finding(&mut self, finding: &FindingRecord) -> io::Result<()> {
        let mut told = format!("{} · {}", who(finding), cited(finding));
        if let Some(word) = severity_said(finding.severity, finding.severity_text.as_deref()) {
            told.push_str(&format!(" · {word}"));
        }
        told.push_str(&format!(" · {}", source(finding)));
        self.paragraph("    ", &line(&told), None)?;
        self.said(finding.what.as_deref(), finding.why.as_deref())?;
        if let Some(link) = &finding.link {
            self.paragraph("        ", &line(link), Some(Paint::Dim))?;
        }
        let notes = notes(finding);
        if notes.is_empty() {
            return Ok(());
        }
        let notes = format!("[{}]", notes.join("; "));
        self.paragraph("        ", &notes, Some(Paint::Dim))
    }

    /// Why these claims are one issue, and others at these lines are not.
    fn similarities(&mut self, ranked: &Ranked<'_>) -> io::Result<()> {
        let name = |finding: &FindingRecord| {
            let at = location_name("", finding.lines(), finding.symbol.as_deref());
            line(&format!("{}{at}", finding.reviewer))
        };
        let pairs = ranked
            .bundle
            .similarities(ranked.at.1, self.near_lines, MAX_PAIRS);
        for pair in &pairs.within {
            let [a, b] = pair.findings.map(|at| name(&ranked.bundle.findings[at]));
            let alike = match pair.similarity {
                Some(similarity) => format!("{similarity:.2}"),
                None => "cannot be compared".to_owned(),
            };
            let apart = if pair.shares_line {
                ""
            } else {
                ", no line in common"
            };
            let told = format!("similarity of {a} and {b}: {alike}{apart}");
            self.paragraph("       ", &told, Some(Paint::Dim))?;
        }
        if pairs.left_out > 0 {
            let told = format!("and {} more pairs", pairs.left_out);
            self.paragraph("       ", &told, Some(Paint::Dim))?;
        }
        for (other, similarity) in &pairs.to_others {
            let Some(other) = ranked.bundle.issues.get(*other) else {
                continue;
            };
            let name = crate::report::ranked::name(other);
            let told = format!("similarity to {name}: {similarity:.2}, which is another issue");
            self.paragraph("       ", &told, Some(Paint::Dim))?;
        }
        Ok(())
    }

    pub(super) fn said(&mut self, what: Option<&str>, why: Option<&str>) -> io::Result<()> {
        match what_and_why(what, why) {
            (Some(what), why) => {
                self.cut(what, None)?;
                match why.filter(|_| self.verbose) {
                    Some(why) => self.cut(why, Some(Paint::Dim)),
                    None => Ok(()),
                }
            }
            (None, _) => self.paragraph("        ", "(no words)", Some(Paint::Dim)),
        }
    }

    fn cut(&mut self, text: &str, paint: Option<Paint>) -> io::Result<()> {
        let clean = line(text);
        let length = clean.chars().count();
        if self.verbose || length <= MAX_CLAIM {
            return self.paragraph("        ", &clean, paint);
        }
        let start: String = clean.chars().take(MAX_CLAIM).collect();
        let more = length - MAX_CLAIM;
        self.paragraph(
            "        ",
            &format!("{start}… ({more} more characters, shown with -v)"),
            paint,
        )
    }
}
