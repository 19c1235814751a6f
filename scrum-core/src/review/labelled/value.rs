//! The values of labels: how far each goes, and what stands in it.

use super::scan::Event;
use crate::review::label::Label;
use crate::review::location::{self, CitationResult, KnownPaths};
use crate::review::span::{Span, cut};

/// The most of a value that is read, in bytes, and the most citations taken from it.
pub(super) const LONGEST_VALUE: usize = 32 << 10;
const MOST_CITATIONS: usize = 1000;

/// How far a label's value goes: SEVERITY and WHERE one line, with those below that hold only places; the others to a
/// blank line or the next event, and over blank lines where nothing follows the label.
pub(super) fn extent(text: &str, event: &Event, label: Label, next: Option<&Event>) -> Span {
    let (from, to) = event.value;
    let limit = next.map_or(text.len(), |next| next.start);
    let Some(below) = text.get(event.end..limit) else {
        return (from, to);
    };
    let empty = text[from..to].trim_matches(['*', '`', ' ', '|']).is_empty();
    if !empty && matches!(label, Label::Severity | Label::Where) {
        return (from, more_places(text, event, limit));
    }
    let mut end = to;
    let mut begun = !empty;
    let mut start = event.end;
    for (index, line) in below.split_inclusive('\n').enumerate() {
        start += line.len();
        let blank = line
            .trim_matches(|c: char| c.is_whitespace() || c == '>')
            .is_empty();
        if index == 0 {
            continue;
        }
        if blank && begun {
            break;
        }
        if !blank {
            // Under a bare WHERE a list may follow, which has no blank lines.
            begun = true;
            end = start - (line.len() - line.trim_end().len());
        }
    }
    (from, end)
}

/// A place may go on in the lines below, where they hold nothing else.
fn more_places(text: &str, event: &Event, limit: usize) -> usize {
    let mut end = event.value.1;
    let mut start = event.end;
    for (index, line) in text[event.end..limit].split_inclusive('\n').enumerate() {
        start += line.len();
        if index == 0 {
            continue;
        }
        let inner = line.trim().trim_start_matches(['-', '*', '•', ' ']);
        if inner.len() > 1024 || !location::is_nothing_but_locations(inner) {
            break;
        }
        end = start - (line.len() - line.trim_end().len());
    }
    end
}

/// The citations of a value; the second value counts what was left out.
pub(super) fn citations(
    text: &str,
    (from, to): Span,
    paths: Option<&KnownPaths>,
) -> (Vec<CitationResult>, usize) {
    let value = &text[from..to];
    let known = paths.and_then(|known| odd_path(text, (from, to), known));
    let Some(mut read) = known.or_else(|| linked(value, paths)) else {
        return line_by_line(value);
    };
    let left_out = read.len().saturating_sub(MOST_CITATIONS);
    read.truncate(MOST_CITATIONS);
    (read, left_out)
}

/// A revision in a link may have slashes, and a path may begin with `@`: known paths decide.
fn linked(value: &str, paths: Option<&KnownPaths>) -> Option<Vec<CitationResult>> {
    if !value.contains("://") && !value.trim_start_matches('`').starts_with('@') {
        return None;
    }
    let places = location::places(value, paths);
    let cited = places.iter().flat_map(|place| place.citations(value));
    Some(cited.collect::<Vec<_>>()).filter(|cited| !cited.is_empty())
}

/// A value may go on over several lines, of which each may be a list item.
fn line_by_line(value: &str) -> (Vec<CitationResult>, usize) {
    let within = cut(value, LONGEST_VALUE);
    let mut lines = within
        .lines()
        .map(|line| line.trim().trim_start_matches('>').trim_start())
        .filter(|line| !line.is_empty());
    let first = without_bullet(lines.next().unwrap_or(""));
    let (mut all, mut left_out) = location::citations_up_to(first, MOST_CITATIONS);
    for line in lines {
        let room = MOST_CITATIONS - all.len();
        let (more, cut_off) = location::citations_up_to(without_bullet(line), room);
        all.extend(more.into_iter().filter(Result::is_ok));
        left_out += cut_off;
    }
    (all, left_out)
}

/// Reads a value that is a path which the grammar would take apart, if it is known that there is one.
fn odd_path(text: &str, (from, to): Span, known: &KnownPaths) -> Option<Vec<CitationResult>> {
    // A star in front may be the path's, and not emphasis of the label.
    let line = memchr::memrchr(b'\n', &text.as_bytes()[..from]).map_or(0, |feed| feed + 1);
    let stars = from - line - text[line..from].trim_end_matches('*').len();
    (0..=stars.min(2))
        .rev()
        .find_map(|stars| location::citations_of_odd_path(known, &text[from - stars..to]))
}

fn without_bullet(line: &str) -> &str {
    let line = line.trim();
    ["- ", "* ", "+ ", "• ", "– "]
        .iter()
        .find_map(|bullet| line.strip_prefix(bullet))
        .unwrap_or_else(|| {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            rest.strip_prefix(". ")
                .or_else(|| rest.strip_prefix(") "))
                .unwrap_or(line)
        })
}

/// A claim's lines as one text.
pub(super) fn claim(text: &str, span: Option<Span>, longest: usize) -> Option<String> {
    let (from, to) = span?;
    let mut out = String::new();
    for line in text[from..to].lines() {
        let line = line.trim_matches(|c: char| c.is_whitespace() || c == '>');
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&cut(line, longest));
        if out.len() >= longest {
            break;
        }
    }
    out.truncate(out.trim_end_matches("**").trim_end().len());
    if out.len() > longest {
        out = cut(&out, longest).into_owned();
    }
    (!out.is_empty()).then_some(out)
}
