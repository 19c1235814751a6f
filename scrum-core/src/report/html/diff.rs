//! A bundle's diff with its findings at their lines.
//!
//! An issue's card is below the last of its lines that the diff shows. If the diff shows none of them, the card is above
//! the file's lines; if the bundle has no such file, it is below all files.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::card::Card;
use super::cited::LinesOfSides;
use super::plan::BundlePlan;
use super::words::code_line;
use crate::change::{ChangeKind, Hunk, OLD_SIDE};
use crate::patch::{FilePatch, HunkLineKind, HunkText, file_patches, hunk_line};
use crate::report::sanitize::line;
use crate::review::location::LineRange;
use crate::wave::manifest::{BundleRecord, FileRecord, Manifest};

/// Number of lines shown around a finding if the diffs are too large to be shown completely.
const AROUND: u32 = 30;

/// Maximum number of lines of one finding shown then.
const CITED: u32 = 200;

/// Maximum ratio of HTML to diff. HTML is usually twice as long as the diff; only a diff with very short lines or many
/// escapes exceeds this.
const HTML_FOR_A_BYTE: u64 = 4;

/// How much of the diffs the page can show, over all bundles.
#[derive(Debug)]
pub(super) struct Budget {
    /// Every line is shown.
    pub(super) whole: bool,
    /// Bytes of all diffs.
    pub(super) bytes: u64,
    /// Remaining bytes of HTML for lines.
    left: u64,
    /// Number of lines that are not shown, in bundles that were read.
    pub(super) lines_left_out: u64,
}

impl Budget {
    pub(super) fn new(manifest: Option<&Manifest>, limit: u64) -> Self {
        let bundles = manifest.map_or(&[][..], |manifest| &manifest.bundles);
        let bytes = bundles
            .iter()
            .fold(0_u64, |sum, bundle| sum.saturating_add(bundle.bytes));
        let whole = bytes <= limit;
        Self {
            whole,
            bytes,
            left: limit.saturating_mul(if whole { HTML_FOR_A_BYTE } else { 1 }),
            lines_left_out: 0,
        }
    }

    /// Whether a bundle's diff is needed.
    pub(super) fn wants(&self, issues: &BundlePlan) -> bool {
        self.whole || (!issues.issues.is_empty() && self.left > 0)
    }

    /// Subtracts the size of a piece of HTML.
    fn take(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes as u64);
    }
}

/// The files of a bundle, and other files in its reviews.
#[derive(Debug, Default, Serialize)]
pub(super) struct Files {
    pub(super) files: Vec<FileView>,
    /// Number of files without findings and without shown lines.
    pub(super) unlisted: usize,
    /// Files that are not in the bundle's diff.
    pub(super) elsewhere: Vec<FileView>,
    /// Why lines are missing.
    pub(super) note: Option<String>,
}

/// One file.
#[derive(Debug, Default, Serialize)]
pub(super) struct FileView {
    pub(super) folder: String,
    pub(super) file: String,
    /// Changes other than those of lines.
    pub(super) notes: Vec<String>,
    pub(super) counts: Option<(u64, u64)>,
    pub(super) findings: usize,
    /// Cards without a line in the diff.
    pub(super) cards: Vec<Card>,
    pub(super) chunks: Vec<Chunk>,
}

/// A part of a file's diff.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", content = "is", rename_all = "lowercase")]
pub(super) enum Chunk {
    /// The `@@` line.
    Hunk(String),
    /// Lines, as HTML.
    Lines(String),
    /// A finding.
    Card(Box<Card>),
    /// The number of lines that are not shown.
    Gap(u64),
}

/// Inserts a bundle's cards after their lines.
pub(super) fn files(
    record: Option<&BundleRecord>,
    cards: &[Card],
    text: Option<&[u8]>,
    budget: &mut Budget,
) -> Files {
    let mut by_path: BTreeMap<&str, Vec<&Card>> = BTreeMap::new();
    for card in cards {
        by_path.entry(&card.path).or_default().push(card);
    }
    let mut files = Files::default();
    let mut drawn: BTreeMap<&str, Drawing<'_>> = BTreeMap::new();
    let records = record.map_or(&[][..], |record| &record.files);
    for record in records {
        let cards = by_path.remove(record.path.as_str()).unwrap_or_default();
        drawn
            .entry(&record.path)
            .or_insert_with(|| Drawing::new(record, cards));
    }
    if let Some(text) = text {
        for patch in file_patches(text) {
            match patch {
                Ok(patch) => {
                    if let Some(drawing) = drawn.get_mut(patch.path.to_text().0.as_str()) {
                        drawing.patch(&patch, budget);
                    }
                }
                Err(error) => {
                    files.note = Some(format!("The diff ends here: {}", line(&error.to_string())));
                }
            }
        }
    } else if record.is_some() {
        files.note = Some(match budget.whole {
            true => "The diff is not available.".to_owned(),
            false => "The diff is left out; see the top of the page.".to_owned(),
        });
    }
    for record in records {
        // A file that two records share, such as a type change, is shown once.
        let Some(drawing) = drawn.remove(record.path.as_str()) else {
            continue;
        };
        let view = drawing.finish(record);
        if view.findings == 0 && view.chunks.is_empty() && !budget.whole {
            files.unlisted += 1;
        } else {
            files.files.push(view);
        }
    }
    files.elsewhere = by_path
        .into_iter()
        .map(|(path, cards)| {
            let mut view = FileView::named(path);
            view.findings = cards.len();
            view.cards = cards.into_iter().cloned().collect();
            view
        })
        .collect();
    files
}

impl FileView {
    fn named(path: &str) -> Self {
        let path = line(path);
        let (folder, file) = match path.rfind('/') {
            Some(slash) => (path[..=slash].to_owned(), path[slash + 1..].to_owned()),
            None => (String::new(), path),
        };
        Self {
            folder,
            file,
            ..Self::default()
        }
    }
}

/// A file whose diff is being rendered.
struct Drawing<'a> {
    record: &'a FileRecord,
    /// Its hunks that have not occurred in the text yet.
    hunks: std::slice::Iter<'a, Hunk>,
    /// Not yet placed.
    cards: Vec<&'a Card>,
    findings: usize,
    chunks: Vec<Chunk>,
    /// The lines that findings cite.
    cited: LinesOfSides,
    /// The same with what is around them.
    around: LinesOfSides,
}

/// The cards below each line, by side and number.
type CardsAtLines<'a> = BTreeMap<(bool, u32), Vec<&'a Card>>;

impl<'a> Drawing<'a> {
    fn new(record: &'a FileRecord, cards: Vec<&'a Card>) -> Self {
        let lines = || cards.iter().filter_map(|card| lines_in(record, card));
        Self {
            record,
            hunks: record.hunks.iter(),
            findings: cards.len(),
            chunks: Vec::new(),
            cited: LinesOfSides::new(lines()),
            around: LinesOfSides::new(lines().map(|lines| {
                LineRange {
                    start: lines.start.saturating_sub(AROUND),
                    end: lines
                        .end
                        .min(lines.start.saturating_add(CITED))
                        .saturating_add(AROUND),
                    ..lines
                }
            })),
            cards,
        }
    }

    fn patch(&mut self, patch: &FilePatch<'_>, budget: &mut Budget) {
        let hunks: Vec<(Hunk, &HunkText<'_>)> = patch
            .hunks
            .iter()
            // Use the manifest's line numbers: in a part of a cut file, the diff's numbers refer to the file after
            // earlier parts.
            .map(|text| (self.hunks.next().copied().unwrap_or(text.hunk), text))
            .collect();
        let mut at_line = CardsAtLines::new();
        let record = self.record;
        self.cards.retain(|card| {
            let Some(cited) = lines_in(record, card) else {
                return true;
            };
            let end = match budget.whole {
                true => cited.end,
                false => cited.end.min(cited.start.saturating_add(CITED)),
            };
            let spot = hunks
                .iter()
                .map(|(hunk, _)| match cited.old_side {
                    true => (hunk.old_start, hunk.old_lines),
                    false => (hunk.new_start, hunk.new_lines),
                })
                .filter(|(_, lines)| *lines > 0)
                .map(|(first, lines)| (first, first.saturating_add(lines - 1)))
                .filter(|(first, last)| *first <= end && *last >= cited.start)
                .map(|(_, last)| last.min(end))
                .max();
            spot.is_none_or(|spot| {
                let place = (cited.old_side, spot);
                at_line.entry(place).or_default().push(card);
                false
            })
        });
        for (hunk, text) in &hunks {
            if !budget.whole && !self.around.meet(hunk) {
                self.skip(text.lines().count() as u64, budget);
                continue;
            }
            self.hunk(*hunk, text, &mut at_line, budget);
        }
        // A hunk has fewer lines than declared only if the text does not match the manifest.
        self.cards.extend(at_line.into_values().flatten());
    }

    fn hunk(
        &mut self,
        hunk: Hunk,
        text: &HunkText<'_>,
        at_line: &mut CardsAtLines<'a>,
        budget: &mut Budget,
    ) {
        let label = hunk_line(hunk, text.section);
        let label = String::from_utf8_lossy(label.trim_ascii_end());
        self.chunks.push(Chunk::Hunk(line(&label)));
        let old_side = self.record.kind == ChangeKind::Deleted;
        let mut html = String::new();
        let mut skipped = 0;
        for (at, row) in text.numbered(hunk) {
            let row = row.strip_suffix(b"\n").unwrap_or(row);
            let tag = match at.kind {
                HunkLineKind::Deleted => "del",
                HunkLineKind::Added => "ins",
                HunkLineKind::Note => "i",
                HunkLineKind::Context => "span",
            };
            if budget.left == 0 || !(budget.whole || self.around.reach(at)) {
                self.flush(&mut html);
                skipped += 1;
            } else {
                self.skip(std::mem::take(&mut skipped), budget);
                let before = html.len();
                let cited = self.cited.contain(at);
                let class = if cited { " class=\"m\"" } else { "" };
                // A deleted line needs its number only where somebody names it.
                let old = at.old_line().filter(|_| cited);
                let number = if old_side {
                    at.old_line()
                } else {
                    at.new_line()
                };
                // Writing to a string has no way to fail.
                let _ = match (number, old) {
                    (Some(number), _) => write!(html, "<{tag}{class} data-n=\"{number}\">"),
                    (None, Some(old)) => write!(html, "<{tag}{class} data-n=\"{OLD_SIDE}{old}\">"),
                    (None, None) => write!(html, "<{tag}{class}>"),
                };
                // An empty context line may have lost its space, but is still a line.
                code_line(if row.is_empty() { b" " } else { row }, &mut html);
                let _ = write!(html, "</{tag}>");
                budget.take(html.len() - before);
            }
            let sides = [(true, at.old_line()), (false, at.new_line())];
            for (side, number) in sides {
                if let Some(cards) = number.and_then(|number| at_line.remove(&(side, number))) {
                    self.skip(std::mem::take(&mut skipped), budget);
                    self.flush(&mut html);
                    let cards = cards.into_iter().cloned();
                    self.chunks
                        .extend(cards.map(|card| Chunk::Card(Box::new(card))));
                }
            }
        }
        self.flush(&mut html);
        self.skip(skipped, budget);
    }

    fn flush(&mut self, html: &mut String) {
        if !html.is_empty() {
            self.chunks.push(Chunk::Lines(std::mem::take(html)));
        }
    }

    fn skip(&mut self, lines: u64, budget: &mut Budget) {
        if lines > 0 {
            budget.lines_left_out += lines;
            match self.chunks.last_mut() {
                Some(Chunk::Gap(before)) => *before += lines,
                _ => self.chunks.push(Chunk::Gap(lines)),
            }
        }
    }

    fn finish(self, record: &FileRecord) -> FileView {
        let mut view = FileView::named(&record.path);
        match record.kind {
            ChangeKind::Added => view.notes.push("added".to_owned()),
            ChangeKind::Deleted => {
                view.notes
                    .push("deleted, with its old line numbers".to_owned());
            }
            ChangeKind::Typechange => view.notes.push("type changed".to_owned()),
            ChangeKind::Modified | ChangeKind::Renamed | ChangeKind::Copied => {}
        }
        if let Some(old) = &record.old_path {
            let how = match record.kind {
                ChangeKind::Copied => "copied",
                _ => "renamed",
            };
            view.notes.push(format!("{how} from {}", line(old)));
        }
        if let (Some(old), Some(new)) = (record.old_mode, record.new_mode)
            && old != new
        {
            view.notes.push(format!("mode {old} → {new}"));
        }
        if record.binary {
            view.notes.push("binary content, not shown".to_owned());
        }
        view.counts = (!record.binary).then_some((record.additions, record.deletions));
        view.findings = self.findings;
        view.cards = self.cards.into_iter().cloned().collect();
        view.chunks = self.chunks;
        view
    }
}

/// The lines that a card cites of a file. All lines of a deleted file are old ones.
fn lines_in(record: &FileRecord, card: &Card) -> Option<LineRange> {
    let lines = card.lines?;
    let deleted = record.kind == ChangeKind::Deleted;
    Some(lines.on_old_side(lines.old_side || deleted))
}
