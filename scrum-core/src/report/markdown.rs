//! The tally as one comment of a pull request.
//!
//! What lineages agree on comes first, then what one of them calls blocking; the rest is folded. The comment keeps within
//! what GitHub takes, and counts what does not fit. All that others wrote goes through
//! [`inert`](super::inert), behind something of our own on the same line, so that it neither begins a block nor is
//! taken for a mention, a link, a picture or HTML.

mod tables;

use std::io;

use super::clean::shorten;
use super::inert::{code, cut, markdown};
use super::ranked::{Rank, Ranked, Said, cited, counted, notes, ranked, severity_word};
use crate::review::Severity;
use crate::tally::likeness::Likeness;
use crate::tally::{BundleTally, Tally};

/// Opens the comment, so that a script finds the comment of an earlier run and replaces it.
pub const MARKER: &str = "<!-- scrum tally -->";

/// Bytes that are kept free for the lines that count what is left out and for closing what is open.
const RESERVE: usize = 1_024;

/// Claims of one place that are shown; more are counted.
const MAX_CLAIMS: usize = 8;

/// Characters of one claim that are shown.
const MAX_WORDS: usize = 400;

/// Columns of a location's name.
const MAX_NAME: usize = 160;

/// How long the comment may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MarkdownOptions {
    /// Bytes of UTF-8 at most, and so characters, however a platform counts them. Default 65,000: GitHub takes 65,536
    /// characters. Below 8,192 it is taken for 8,192.
    pub max_bytes: usize,
}

impl Default for MarkdownOptions {
    fn default() -> Self {
        Self { max_bytes: 65_000 }
    }
}

impl MarkdownOptions {
    /// Sets [`max_bytes`](Self::max_bytes).
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }
}

/// Writes the tally as a comment in GitHub's Markdown.
///
/// # Errors
///
/// What the writer says.
pub fn write_markdown(
    tally: &Tally,
    options: &MarkdownOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page {
        text: String::new(),
        most: options.max_bytes.max(8_192) - RESERVE,
    };
    page.head(tally);
    page.places(&ranked(tally));
    page.loose(tally);
    page.set_aside(tally);
    page.retractions(tally);
    out.write_all(page.text.as_bytes())
}

/// The comment in the making.
struct Page {
    text: String,
    /// Bytes that content may fill.
    most: usize,
}

impl Page {
    /// Appends a block where it fits.
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

    /// Appends a few words of our own, for which there is always room.
    fn push_own(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn head(&mut self, tally: &Tally) {
        let totals = &tally.totals;
        self.push_own(&format!(
            "{MARKER}\n### scrum: {} convergent / {} distinct · {} of {} places convergent\n",
            totals.convergent, totals.distinct, totals.near_convergent, totals.near_places
        ));
        self.bundles(tally);
        self.reviewers(tally);
    }

    fn places(&mut self, ranked: &[Ranked<'_>]) {
        let agree = ranked.partition_point(|entry| entry.rank == Rank::Convergent);
        let open = ranked.partition_point(|entry| entry.rank != Rank::Rest);
        let convergent = &ranked[..agree];
        let blocking = &ranked[agree..open];
        let rest = &ranked[open..];
        let mut full = false;
        let mut left_out = [0; 3];
        let sections = [
            ("Convergent", convergent, false),
            ("Said by one lineage, blocking", blocking, false),
            ("Said by one lineage", rest, true),
        ];
        for (at, (title, entries, folded)) in sections.into_iter().enumerate() {
            if entries.is_empty() {
                continue;
            }
            // Nothing lesser takes the room of what did not fit.
            if full {
                left_out[at] = entries.len();
                continue;
            }
            let title = format!("{title} ({})", entries.len());
            self.push_own(&match folded {
                true => fold(&title),
                false => format!("\n#### {title}\n\n"),
            });
            left_out[at] = self.push_each(entries, place);
            full = left_out[at] > 0;
            if folded {
                self.push_own("\n</details>\n");
            }
        }
        let [convergent, blocking, rest] = left_out;
        if convergent + blocking + rest > 0 {
            self.push_own(&format!(
                "\n**No room for {}**: {convergent} convergent, {blocking} blocking, {rest} others. They stand in \
                 `tally.json`.\n",
                counted((convergent + blocking + rest) as u64, "more place", "more places")
            ));
        }
    }
}

/// Opens a folded section with a title of our own.
fn fold(title: &str) -> String {
    format!("\n<details>\n<summary>{title}</summary>\n\n")
}

/// One place: where, who agrees, and each claim in its own words.
fn place(entry: &Ranked<'_>) -> String {
    let name = shorten(&entry.name(), MAX_NAME);
    let mut told = format!("- **{}** {}", severity(entry.severity), code(&name));
    told.push_str(&format!("<br>{}", entry.agreement()));
    let members = entry.members().count();
    if members > 1 {
        told.push_str(&format!(" · {members} locations"));
    }
    if let Some(value) = entry.place.likeness {
        let claims = counted(entry.said().count() as u64, "claim", "claims");
        told.push_str(&format!(" · {claims}, {}", Likeness::of(value).as_str()));
    }
    told.push('\n');
    let mut said = entry.said();
    for said in said.by_ref().take(MAX_CLAIMS) {
        told.push_str(&claim(&said));
    }
    let more = said.count();
    if more > 0 {
        told.push_str(&format!(
            "  - and {}\n",
            counted(more as u64, "more claim", "more claims")
        ));
    }
    let spanning = entry.spanning().count() + entry.place.spanning_left_out;
    if spanning > 0 {
        told.push_str(&format!(
            "  - shares a line with {} that {} elsewhere\n",
            counted(spanning as u64, "location", "locations"),
            if spanning == 1 { "counts" } else { "count" }
        ));
    }
    told
}

fn claim(said: &Said<'_>) -> String {
    let mut told = format!(
        "  - **{}** · {}",
        markdown(&said.who()),
        markdown(&cited(said.location))
    );
    if let Some(word) = said.severity() {
        told.push_str(&format!(" · {}", markdown(&word)));
    }
    told.push_str(": ");
    told.push_str(&words(said.words()));
    let notes = notes(said.location);
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
    let mut told = markdown(shown);
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
    markdown(&shorten(&super::clean::line(&bundle.id), MAX_NAME))
}

#[cfg(test)]
mod tests;
