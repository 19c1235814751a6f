//! A whole `WHERE:` value.

use super::citation::{CitationResult, Malformed, ParsedRange, cite};
use super::grammar::ValueReader;
use super::path;
use super::places::places;

/// The longest value in which a path is looked for behind other words, in bytes.
const LONGEST_IN_WORDS: usize = 1024;
/// How many locations of a line are looked at, to tell whether it has nothing else.
const MOST_LOOKED_AT: usize = 64;

/// Reads `value`; the second value counts the citations above `limit` that were left out.
pub(super) fn read(value: &str, limit: usize) -> (Vec<CitationResult>, usize) {
    if let Some(cited) = plain(value).filter(|_| limit > 0) {
        return (cited, 0);
    }
    let mut reader = ValueReader::new(value, limit);
    reader.run();
    if let Some(items) = in_words(value, &reader.found) {
        let left_out = items.len().saturating_sub(limit);
        return (items.into_iter().take(limit).collect(), left_out);
    }
    if reader.found.is_empty() {
        reader
            .found
            .push(Err(if path::strip_markup(value).is_empty() {
                Malformed::Empty
            } else {
                Malformed::NoPath
            }));
    }
    (reader.found, reader.left_out)
}

/// The lines that stand apart from their path, as `src/a.rs, run(), line 4`, or a path behind other words, if the grammar
/// saw no lines.
fn in_words(value: &str, found: &[CitationResult]) -> Option<Vec<CitationResult>> {
    let exact = |item: &CitationResult| {
        item.as_ref().map_or_else(
            |malformed| !matches!(malformed, Malformed::NoPath | Malformed::Empty),
            |citation| {
                let location = &citation.location;
                let path =
                    path::has_folder(&location.path) || path::looks_like_path(&location.path);
                location.symbol.is_some() || (path && location.lines.is_some())
            },
        )
    };
    // A link, `a//b`, `{a,b}`: the grammar takes these for parts of the path.
    let signs = value.contains("//") || value.contains('{');
    if value.len() > LONGEST_IN_WORDS || (!signs && found.iter().any(exact)) {
        return None;
    }
    let places = places(value, None);
    let lined: Vec<_> = places
        .iter()
        .filter(|place| !place.lines.is_empty())
        .collect();
    let first = lined.first()?;
    // What the grammar read must be the same path, or none.
    let same = match found.first() {
        Some(Ok(citation)) => {
            let path = &citation.location.path;
            signs || *path == first.path || !path::looks_like_path(path)
        }
        _ => true,
    };
    same.then(|| {
        let cited = lined.iter().flat_map(|place| place.citations(value));
        let mut items: Vec<CitationResult> = cited.collect();
        // A link and its text are one citation.
        items.dedup_by(|more, first| match (more, first) {
            (Ok(more), Ok(first)) => more.location == first.location,
            _ => false,
        });
        items
    })
}

/// Reads the form that nearly all values have, `src/main.rs:40-52` with or without backticks, without the rest of the
/// grammar.
fn plain(value: &str) -> Option<Vec<CitationResult>> {
    let inner = value
        .strip_prefix('`')
        .and_then(|inner| inner.strip_suffix('`'))
        .unwrap_or(value);
    let (path, numbers) = inner.split_once(':')?;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-');
    let plain = path.starts_with(|c: char| c.is_ascii_alphanumeric())
        && path.bytes().all(is_plain)
        && !path.contains("//");
    if !plain || !path::has_folder(path) || !path::has_ending(path) {
        return None;
    }
    let number = |digits: &str| {
        let plain = digits.bytes().all(|b| b.is_ascii_digit());
        let line: u32 = digits.parse().ok()?;
        (plain && line > 0).then_some(line)
    };
    let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
    let lines = ParsedRange::new(number(first)?, number(last)?);
    Some(cite(path, &[Ok(lines)], value))
}

/// Whether every word of a text belongs to a location, each with lines.
pub(super) fn is_nothing_but_locations(text: &str) -> bool {
    let mut reader = ValueReader::new(text, MOST_LOOKED_AT);
    let prose = reader.run();
    let is_exact = |read: &CitationResult| {
        let location = read.as_ref().map(|citation| &citation.location);
        location.is_ok_and(|location| location.lines.is_some())
    };
    !prose && !reader.found.is_empty() && reader.found.iter().all(is_exact)
}
