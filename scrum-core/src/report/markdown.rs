//! The tally as a pull request comment.
//!
//! Agreed issues come first, then blocking issues of one lineage; the rest is folded. Tables of bundles and reviewers
//! follow. The comment stays within GitHub's limit, and says how much does not fit. All untrusted text goes through
//! [`escape`](super::escape), and is never at the beginning of a line, so that it neither begins a block nor becomes a
//! mention, a link, an image or HTML. Inline code stays code.

mod tables;

use std::io;

use super::Only;
use super::escape::{code, cut, markdown, markdown_with_code};
use super::estimated::{estimate_in_words, judged_in_words};
use super::ranked::{
    Rank, Ranked, cited, headline, notes, ranked, severity_said, severity_word, since_in_words,
    triage_in_words, what_and_why, who,
};
use super::sanitize::shorten;
use crate::review::Severity;
use crate::size::counted;
use crate::tally::{BundleTally, FindingRecord, Tally};

/// Marks the beginning of the comment, so that a script can find and replace the comment of an earlier run.
pub const MARKER: &str = "<!-- scrum tally -->";

/// Bytes reserved for lines about what is left out, and for closing open elements.
const RESERVE: usize = 1_024;

/// Claims of one issue that are shown; more are counted.
const MAX_CLAIMS: usize = 8;

/// Characters of one claim that are shown.
const MAX_WORDS: usize = 400;

/// Columns of a location's name.
const MAX_NAME: usize = 160;

/// Options for the comment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MarkdownOptions {
    /// Maximum size in bytes of UTF-8, which is also a limit for characters. Default 65,000, because GitHub accepts
    /// 65,536 characters. At least 8,192.
    pub max_bytes: usize,
    /// What to show. Default: everything.
    pub only: Only,
}

impl Default for MarkdownOptions {
    fn default() -> Self {
        Self {
            max_bytes: 65_000,
            only: Only::default(),
        }
    }
}

impl MarkdownOptions {
    /// Sets [`max_bytes`](Self::max_bytes).
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets [`only`](Self::only).
    #[must_use]
    pub fn only(mut self, only: Only) -> Self {
        self.only = only;
        self
    }
}

/// Writes the tally as a comment in GitHub's Markdown.
///
/// # Errors
///
/// Errors of the writer.
pub fn write_markdown(
    tally: &Tally,
    options: &MarkdownOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let most = options.max_bytes.max(8_192) - RESERVE;
    let only = &options.only;
    let mut tables = MarkdownPage {
        text: String::new(),
        // Half of it for each of the two tables.
        most: most / 2,
    };
    tables.bundles(tally, only);
    tables.reviewers(tally);
    let mut page = MarkdownPage {
        text: String::new(),
        most: most.saturating_sub(tables.text.len()),
    };
    page.push_own(&format!(
        "{MARKER}\n### scrum: {}\n",
        headline(&tally.totals)
    ));
    if tally.is_unreviewed() {
        page.push_own("\n**There are no reviews yet.**\n");
    }
    let mut issues = ranked(tally);
    issues.retain(|entry| only.shows(entry.bundle, entry.issue));
    page.issues(&issues);
    page.most = most;
    page.push_own(&tables.text);
    if let Some(words) = estimate_in_words(tally) {
        page.push_own(&format!("\nEstimate: {words}\n"));
    }
    if !tally.judged.is_empty() {
        page.push_own("\n");
        let items: Vec<String> = tally.judged.iter().map(judged_in_words).collect();
        page.push_each(&items, |words| format!("- {}\n", markdown(words)));
    }
    if !only.narrows_issues() {
        page.unlocated(tally, only);
        page.set_aside(tally, only);
        page.mentions(tally, only);
        page.retractions(tally, only);
    }
    out.write_all(page.text.as_bytes())
}

/// The comment being built.
struct MarkdownPage {
    text: String,
    /// Maximum size of the content in bytes.
    most: usize,
}

impl MarkdownPage {
    /// Appends a block if it fits.
    fn push(&mut self, block: &str) -> bool {
        let fits = self.text.len() + block.len() <= self.most;
        if fits {
            self.text.push_str(block);
        }
        fits
    }

    /// Appends as many of the blocks as fit, in order, and returns how many do not.
    fn push_each<T>(&mut self, items: &[T], block: impl Fn(&T) -> String) -> usize {
        let shown = items
            .iter()
            .take_while(|item| self.push(&block(item)))
            .count();
        items.len() - shown
    }

    /// Appends a few words of our own, for which space is reserved.
    fn push_own(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn issues(&mut self, ranked: &[Ranked<'_>]) {
        let agree = ranked.partition_point(|entry| entry.rank == Rank::Agreed);
        let open = ranked.partition_point(|entry| entry.rank < Rank::Rest);
        let kept = ranked.partition_point(|entry| entry.rank != Rank::Dismissed);
        let agreed = &ranked[..agree];
        let blocking = &ranked[agree..open];
        let rest = &ranked[open..kept];
        let dismissed = &ranked[kept..];
        let mut full = false;
        let mut left_out = [0; 4];
        let sections = [
            ("Agreed", agreed, false),
            ("Reported by one lineage, blocking", blocking, false),
            ("Reported by one lineage", rest, true),
            ("Dismissed", dismissed, true),
        ];
        for (at, (title, entries, folded)) in sections.into_iter().enumerate() {
            if entries.is_empty() {
                continue;
            }
            // No less important issue takes the space of one that did not fit.
            if full {
                left_out[at] = entries.len();
                continue;
            }
            let title = format!("{title} ({})", entries.len());
            self.push_own(&match folded {
                true => fold(&title),
                false => format!("\n#### {title}\n\n"),
            });
            left_out[at] = self.push_each(entries, issue);
            full = left_out[at] > 0;
            if folded {
                self.push_own("\n</details>\n");
            }
        }
        let [agreed, blocking, rest, dismissed] = left_out;
        let rest = rest + dismissed;
        if agreed + blocking + rest > 0 {
            self.push_own(&format!(
                "\n**No room for {}**: {agreed} agreed, {blocking} blocking, {rest} others. They are in `tally.json`.\n",
                counted((agreed + blocking + rest) as u64, "more issue")
            ));
        }
    }
}

/// Opens a folded section with a title of our own.
fn fold(title: &str) -> String {
    format!("\n<details>\n<summary>{title}</summary>\n\n")
}

/// One issue: where, who agrees, and each claim in its own words.
fn issue(entry: &Ranked<'_>) -> String {
    let name = shorten(&entry.name(), MAX_NAME);
    let mut told = format!("- **{}** {}", severity(entry.issue.severity), code(&name));
    told.push_str(&format!(
        "<br>{} · {}{}\n",
        entry.agreement(),
        bundle_id(entry.bundle),
        since_in_words(entry.issue)
    ));
    if let Some(words) = triage_in_words(entry.issue) {
        let words = shorten(&words, MAX_WORDS);
        told.push_str(&format!("  - {}\n", markdown(&words)));
    }
    let mut findings = entry.findings();
    for finding in findings.by_ref().take(MAX_CLAIMS) {
        told.push_str(&claim(finding));
    }
    let more = findings.count();
    if more > 0 {
        told.push_str(&format!("  - and {}\n", counted(more as u64, "more claim")));
    }
    if let Some(others) = entry.others_in_words() {
        let others = shorten(&others, 2 * MAX_NAME);
        told.push_str(&format!("  - {}\n", markdown(&others)));
    }
    told
}

fn claim(finding: &FindingRecord) -> String {
    let mut told = format!(
        "  - **{}** · {}",
        markdown(&who(finding)),
        markdown(&cited(finding))
    );
    if let Some(word) = severity_said(finding.severity, finding.severity_text.as_deref()) {
        told.push_str(&format!(" · {}", markdown(&word)));
    }
    let (what, why) = what_and_why(finding.what.as_deref(), finding.why.as_deref());
    told.push_str(": ");
    told.push_str(&words(what));
    if let Some(why) = why {
        told.push_str(&format!("<br>Why: {}", words(Some(why))));
    }
    let notes = notes(finding);
    if !notes.is_empty() {
        told.push_str(&format!(" *({})*", markdown(&notes.join("; "))));
    }
    told.push('\n');
    told
}

/// A reviewer's words, cut.
fn words(text: Option<&str>) -> String {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return "(no words)".to_owned();
    };
    let (shown, left_out) = cut(text, MAX_WORDS);
    let mut told = markdown_with_code(shown);
    if left_out > 0 {
        told.push_str(&format!("… ({left_out} more characters)"));
    }
    told
}

fn severity(severity: Option<Severity>) -> &'static str {
    severity.map_or("?", severity_word)
}

/// A bundle's id in a sentence or a cell.
fn bundle_id(bundle: &BundleTally) -> String {
    markdown(&shorten(&super::sanitize::line(&bundle.id), MAX_NAME))
}

#[cfg(test)]
mod tests;
