//! What tools print between a path and its findings: the path above rows of numbers, and code with its number in front.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::reader::ProseReader;
use super::section::{OpenSection, Surroundings};
use super::text::words_in;
use super::unit::Start;
use crate::review::location::{self, Malformed, ParsedRange, RangeResult};
use crate::review::markdown::{LineKind, MarkdownLine};
use crate::review::severity;

/// A row below a path, in the forms that need nothing around them: `[4, 9]: …`, `L: 4 | P: 7 | …`, `(4,7): …`, `4 | …`,
/// `4: …`.
static ROW: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:\[(\d+(?:, ?\d+)*)\]:?|L: *(\d+) *\|(?: *P: *\d+ *\|)?|\((\d+), ?\d+\):?|(\d+) *\||(\d+):)(?:\s|[A-Z]|$)")
        .expect("a constant pattern")
});
/// `40     text`, which needs the layout of a list around it.
static COLUMN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\d+)(?:\s{2,}|\t)\S").expect("a constant pattern"));
/// A line of code with its number, and perhaps a mark in front.
static SHOWN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^([>→➜▶*]+\s*)?(\d{1,6})\s*(?:[│┃|:]|\s{2,}|\t)").expect("a constant pattern")
});
/// What points at a line of code from its end.
const POINTERS: [&str; 5] = ["<--", "<==", "←", "◄", "⟵"];
/// What the page of a pull request has above the code that a comment is about.
static COMMENT_ON: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?i:comment(?:ed)? on )lines? [+-]?(\d+)(?: to [+-]?(\d+))?$")
        .expect("a constant pattern")
});
/// What Gerrit puts in front of a line.
static PATCH_SET: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?i:ps|patch ?set ?)\d+, ?").expect("a constant pattern"));

/// How many lines below a path are looked at for its first row.
const NEAR: usize = 4;
/// How many words may be beside a path that heads a list of findings.
const MOST_WORDS: usize = 4;

/// The lines with which a text about one file begins, behind a number, a mark or a severity; and the bytes that name them.
pub(super) fn leading_lines(text: &str) -> Option<(Vec<RangeResult>, Range<usize>)> {
    let rest = without_lead(text);
    let start = text.len() - rest.len();
    if let Some((lines, len)) = location::lines_at_start(rest) {
        return Some((lines, start..start + len));
    }
    if let Some(found) = COMMENT_ON.captures(text) {
        let number = |at: usize| found.get(at)?.as_str().parse::<u32>().ok();
        let first = number(1)?.max(1);
        let lines = ParsedRange::new(first, number(2).unwrap_or(first).max(first));
        return Some((vec![Ok(lines)], 0..text.len()));
    }
    let found = ROW.captures(rest).or_else(|| COLUMN.captures(rest))?;
    let numbers = found.iter().skip(1).flatten().next()?;
    let lines = numbers.as_str().split(',').map(|number| {
        let line = number.trim().parse().ok().filter(|line| *line > 0);
        line.map(|line| ParsedRange::new(line, line))
            .ok_or_else(|| Malformed::Line {
                text: number.trim().chars().take(24).collect(),
            })
    });
    let end = found.get(0).map_or(0, |all| {
        all.as_str().trim_end_matches(char::is_alphanumeric).len()
    });
    Some((lines.collect(), start..start + end.max(numbers.end())))
}

/// A text without the marks, the severity and the patch set that it begins with.
fn without_lead(text: &str) -> &str {
    let mut rest = text;
    for _ in 0..4 {
        rest = rest.trim_start_matches(|c: char| {
            matches!(
                c,
                ' ' | '*' | '_' | '#' | '-' | '—' | '–' | ':' | '：' | '|' | '•' | '·'
            ) || (!c.is_ascii() && !c.is_alphanumeric() && !"【「（".contains(c))
        });
        if let Some(found) = PATCH_SET.find(rest) {
            rest = &rest[found.end()..];
        }
        let inner = rest.trim_start_matches(['[', '(', '【', '「', '（', '`']);
        let len = inner
            .find(|c: char| !c.is_alphanumeric())
            .unwrap_or(inner.len());
        // `[must] L4: …`, `[question] L4: …`.
        let tagged = inner[len..].starts_with([']', '】']);
        if tagged || severity::read(&inner[..len]).is_some() {
            rest = inner[len..].trim_start_matches([']', ')', '】', '」', '）', '`', '*', '_']);
        }
    }
    // Backticks around the lines say that they are lines.
    let lead = text.len() - rest.len();
    let ticked = text[..lead].ends_with('`');
    if ticked { &text[lead - 1..] } else { rest }
}

/// The number in front of a line of code, and whether the line is marked: `> 40 | f();`, which looks like a quotation, or
/// `40 │ f();  // <-- here`.
pub(super) fn shown(text: &str, quoted: bool) -> Option<(u32, bool)> {
    let found = SHOWN.captures(text)?;
    let marked =
        quoted || found.get(1).is_some() || POINTERS.iter().any(|mark| text.contains(mark));
    Some((found[2].parse().ok().filter(|line| *line > 0)?, marked))
}

impl ProseReader<'_> {
    /// Whether a text begins with lines of the file that it stands below.
    pub(super) fn begins_with_lines(&self, text: &str, around: &Surroundings) -> bool {
        around.path.is_some() && leading_lines(text).is_some()
    }

    /// A line of code with its number: the place of a unit that has none.
    pub(super) fn gutter(&mut self, number: u32, shown: Option<u32>, marked: bool) {
        if let (Some(shown), Some(unit)) = (shown, &mut self.unit)
            && (marked || unit.shown.is_none())
            && !unit.shown.is_some_and(|(.., marked)| marked)
        {
            unit.shown = Some((number, shown, marked));
        }
    }

    /// Whether a line is a path that heads a list of findings: on a line of its own with indented lines below, or with a
    /// few words and with rows below.
    pub(super) fn heads_a_list(&mut self, lines: &[MarkdownLine<'_>], at: usize) -> bool {
        let line = &lines[at];
        let text = line.text.as_ref();
        let places = self.places(text);
        let [place] = &*places else {
            return false;
        };
        if !place.lines.is_empty() {
            return false;
        }
        let (before, behind) = (&text[..place.range.start], &text[place.range.end..]);
        let words = words_in(before) + words_in(behind);
        let alone = words_in(behind) == 0 && !before.trim().contains(char::is_whitespace);
        let indented = lines.get(at + 1).is_some_and(|next| next.indent > 0) && self.after_blank;
        let is_open = self
            .unit
            .as_ref()
            .is_some_and(|unit| matches!(unit.start, Start::Heading(level) if level < 8));
        let rows = words <= MOST_WORDS && has_rows(&lines[at + 1..]);
        let mut below = lines[at + 1..].iter();
        let quotes = words == 0
            && below
                .find(|next| next.kind != LineKind::Blank)
                .is_some_and(|next| next.kind == LineKind::Code);
        if !(rows || ((alone && indented || quotes) && !is_open)) {
            return false;
        }
        let path = Some(place.path.clone());
        self.shown = None;
        self.flush();
        self.pop(8);
        let around = Surroundings {
            path,
            quotes,
            ..self.around()
        };
        self.sections.push(OpenSection { level: 8, around });
        true
    }
}

/// Whether rows follow.
pub(super) fn has_rows(lines: &[MarkdownLine<'_>]) -> bool {
    lines
        .iter()
        .filter(|next| !matches!(next.kind, LineKind::Blank | LineKind::Rule))
        .take(NEAR)
        .any(is_row)
}

/// Whether a line is a row below a path, whatever that is.
fn is_row(line: &MarkdownLine<'_>) -> bool {
    let text = line.text.as_ref();
    ROW.is_match(text)
        || location::lines_at_start(text).is_some()
            && text.starts_with(|c: char| c.is_ascii_digit())
}
