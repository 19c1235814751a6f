//! A whole `WHERE:` value: locations, what may join them, and the prose that may follow.

use super::lines::{self, ParsedRange};
use super::named::{Doubt, Named, named};
use super::quoted::unquoted;
use super::separators::{
    after_next_separator, ends_the_list, has_separator, skip_brackets, skip_closing,
    skip_separators,
};
use super::{Citation, Location, Malformed, path};
use crate::review::span::start_of;

type ReadCitation = Result<Citation, Malformed>;

/// The longest piece of a value kept with a citation, in bytes: brackets with many lines share one.
pub(super) const LONGEST_TEXT: usize = 200;

/// Reads `value`; the second value counts the citations above `limit` that were left out.
pub(super) fn read(value: &str, limit: usize) -> (Vec<ReadCitation>, usize) {
    if let Some(citation) = plain(value).filter(|_| limit > 0) {
        return (vec![Ok(citation)], 0);
    }
    let mut reader = ValueReader::new(value, limit);
    reader.run();
    if let Some(items) = in_words(value, &reader.found) {
        let left_out = items.len().saturating_sub(limit);
        return (items.into_iter().take(limit).collect(), left_out);
    }
    if reader.found.is_empty() && reader.left_out == 0 {
        let empty = path::strip_markup(value).is_empty()
            && !value.contains(|c: char| c.is_alphanumeric() || c == '?');
        reader.found.push(Err(if empty {
            Malformed::Empty
        } else {
            Malformed::NoPath
        }));
    }
    (reader.found, reader.left_out)
}

/// The lines that stand apart from their path, as `src/a.rs, run(), line 4`, or a path behind other words, if the grammar
/// saw no lines.
fn in_words(value: &str, found: &[ReadCitation]) -> Option<Vec<ReadCitation>> {
    let exact = |item: &ReadCitation| {
        item.as_ref().map_or_else(
            |malformed| !matches!(malformed, Malformed::NoPath | Malformed::Empty),
            |citation| {
                let location = &citation.location;
                let path =
                    path::looks_like_path(&location.path) || path::has_folder(&location.path);
                location.symbol.is_some() || (location.lines.is_some() && path)
            },
        )
    };
    let digits = value.contains(|c: char| c.is_ascii_digit());
    // A link, `a//b`, `{a,b}`: the grammar takes these for parts of the path.
    let signs = value.contains("//") || value.contains('{');
    // An escape between quotes: all of it is a path, whatever it looks like.
    let is_gits = value.starts_with('"')
        && path::git_quoted(value).is_some_and(|(_, len)| value[..len].contains('\\'));
    if is_gits || !digits || value.len() > 1024 || (!signs && found.iter().any(exact)) {
        return None;
    }
    let places = super::places::places(value, None);
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
        let mut items: Vec<ReadCitation> = cited.collect();
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
fn plain(value: &str) -> Option<Citation> {
    let inner = value
        .strip_prefix('`')
        .and_then(|inner| inner.strip_suffix('`'))
        .unwrap_or(value);
    let (path, numbers) = inner.split_once(':')?;
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-');
    let named = path
        .as_bytes()
        .first()
        .is_some_and(u8::is_ascii_alphanumeric)
        && path.bytes().all(is_plain);
    if !named || path.contains("//") || !path::has_folder(path) || !path::has_ending(path) {
        return None;
    }
    let number = |digits: &str| -> Option<u32> {
        let line = digits
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| digits.parse().ok())
            .flatten()?;
        (line > 0).then_some(line)
    };
    let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
    let (start, end) = (number(first)?, number(last)?);
    let lines = Some(super::LineRange::new(start.min(end), start.max(end)));
    let location = Location {
        path: path.to_owned(),
        lines,
        symbol: None,
    };
    Some(Citation {
        location,
        text: start_of(value, LONGEST_TEXT).to_owned(),
        swapped: end < start,
    })
}

/// Reads `text` where it holds nothing but locations with lines or a symbol.
pub(super) fn read_strictly(text: &str, limit: usize) -> Option<Vec<ReadCitation>> {
    let mut reader = ValueReader::new(text, limit);
    let prose = reader.run();
    let exact = |item: &ReadCitation| {
        item.as_ref()
            .is_ok_and(|c| c.location.lines.is_some() || c.location.symbol.is_some())
    };
    (!prose && !reader.found.is_empty() && reader.found.iter().all(exact)).then_some(reader.found)
}

struct ValueReader<'a> {
    value: &'a str,
    found: Vec<ReadCitation>,
    limit: usize,
    left_out: usize,
    /// The path that lines without one belong to.
    path: Option<String>,
    /// It reads the inside of quotes; quotes in there hold no lists.
    quoted: bool,
}

impl<'a> ValueReader<'a> {
    fn new(value: &'a str, limit: usize) -> Self {
        Self {
            value,
            found: Vec::new(),
            limit,
            left_out: 0,
            path: None,
            quoted: false,
        }
    }

    /// Reads to the end; says whether prose was met on the way.
    fn run(&mut self) -> bool {
        let mut rest = skip_separators(self.value);
        let mut doubt = Doubt::First;
        let mut prose = false;
        if path::is_nowhere(path::strip_markup(self.value)) {
            return false;
        }
        while !rest.is_empty() {
            let before = rest;
            let read = match doubt {
                Doubt::First => self.first(rest),
                _ => self.item(rest, doubt),
            };
            match read {
                Some(after) => rest = after,
                None if doubt == Doubt::First => return true,
                None => {
                    prose = true;
                }
            }
            let read = rest.len() < before.len();
            rest = skip_closing(rest);
            if rest.trim_start().starts_with(['(', '（', '[']) {
                prose = true;
                rest = skip_brackets(rest.trim_start());
            }
            let joined = skip_separators(rest);
            if joined.is_empty() {
                break;
            }
            if read
                && joined.len() < rest.len()
                && has_separator(&rest[..rest.len() - joined.len()])
            {
                doubt = Doubt::Joined;
                rest = joined;
                continue;
            }
            // Prose. A dash, a colon or a full stop begins a sentence; other words may stand before the next separator.
            prose = true;
            if ends_the_list(rest) {
                break;
            }
            let Some(next) = after_next_separator(rest) else {
                break;
            };
            rest = next;
            doubt = Doubt::AfterProse;
        }
        prose
    }

    /// The first location, which a few words may precede: `line 42 of src/a.rs`, `in src/a.rs:42`.
    fn first(&mut self, text: &'a str) -> Option<&'a str> {
        if let Some(after) = self.lines_of_path(text) {
            return Some(after);
        }
        let first_word = text.split_whitespace().next().unwrap_or("");
        if !first_word.starts_with('"') && path::is_nowhere(path::strip_markup(first_word)) {
            return None;
        }
        if let Some(after) = self.item(text, Doubt::First) {
            return Some(after);
        }
        // Only a few words in: what stands further on is prose that mentions a place.
        let mut rest = text;
        for _ in 0..8 {
            let end = rest.find(char::is_whitespace)?;
            if rest[..end].ends_with(['.', ';', '!', '?']) {
                return None;
            }
            rest = rest[end..].trim_start();
            if rest.starts_with(['-', '–', '—', '(']) {
                return None;
            }
            if let Some(after) = self.item(rest, Doubt::Joined) {
                return Some(after);
            }
        }
        None
    }

    /// `lines 40-52 of src/a.rs`.
    fn lines_of_path(&mut self, text: &'a str) -> Option<&'a str> {
        let (read, rest) = lines::range(lines::after_word(text)?)?;
        let rest = rest.trim_start();
        let rest = ["of ", "in ", "from ", "at "]
            .iter()
            .find_map(|word| rest.strip_prefix(word))?
            .trim_start();
        let named = named(rest, Doubt::Joined)?;
        if !named.lines.is_empty() {
            return None;
        }
        let after = named.rest;
        self.push(
            Named {
                lines: vec![read],
                ..named
            },
            text,
        );
        Some(after)
    }

    /// One location at the start of `text`; what follows it.
    fn item(&mut self, text: &'a str, doubt: Doubt) -> Option<&'a str> {
        if doubt == Doubt::Joined
            && let Some(path) = self.path.clone()
            && let Some((read, after)) = lines_alone(text)
        {
            self.push(
                Named {
                    path,
                    lines: vec![read],
                    symbol: None,
                    rest: after,
                },
                text,
            );
            return Some(after);
        }
        if !self.quoted
            && let Some((inner, after)) = quoted_list(text)
        {
            return self.list(inner, doubt).then_some(after);
        }
        let named = named(text, doubt)?;
        let after = named.rest;
        self.push(named, text);
        Some(after)
    }

    /// Several locations inside one pair of backticks.
    fn list(&mut self, inner: &'a str, doubt: Doubt) -> bool {
        if doubt == Doubt::First && named(inner, Doubt::Joined).is_none() {
            return false;
        }
        let mut part = ValueReader {
            quoted: true,
            ..ValueReader::new(inner, self.limit - self.found.len())
        };
        part.run();
        self.left_out += part.left_out;
        let any = !part.found.is_empty();
        self.path = part.path.or(self.path.take());
        self.found.append(&mut part.found);
        any
    }

    fn push(&mut self, named: Named<'_>, from: &str) {
        let Named {
            path,
            lines,
            symbol,
            rest,
        } = named;
        let text = start_of(
            from[..from.len() - rest.len()]
                .trim()
                .trim_end_matches([',', ';']),
            LONGEST_TEXT,
        );
        if lines.is_empty() {
            self.add(|| {
                let location = Location {
                    path: path.clone(),
                    lines: None,
                    symbol,
                };
                Ok(Citation {
                    location,
                    text: text.to_owned(),
                    swapped: false,
                })
            });
        } else {
            for read in lines {
                self.add(|| {
                    read.map(|ParsedRange { range, swapped }| {
                        let location = Location {
                            path: path.clone(),
                            lines: Some(range),
                            symbol: None,
                        };
                        Citation {
                            location,
                            text: text.to_owned(),
                            swapped,
                        }
                    })
                });
            }
        }
        self.path = Some(path);
    }

    fn add(&mut self, item: impl FnOnce() -> ReadCitation) {
        if self.found.len() < self.limit {
            self.found.push(item());
        } else {
            self.left_out += 1;
        }
    }
}

/// Lines that stand for themselves: `149-153`, `line 149`, `:149`, `` `L149` ``.
fn lines_alone(text: &str) -> Option<(Result<ParsedRange, Malformed>, &str)> {
    let inner = text.trim_start_matches(['`', '*']);
    let inner = inner
        .strip_prefix(":")
        .or_else(|| inner.strip_prefix('#'))
        .unwrap_or(inner);
    if let Some(worded) = lines::after_word(inner) {
        return lines::range(worded);
    }
    lines::range(inner).filter(|(_, rest)| lines::at_boundary(rest))
}

/// The inside of backticks or quotes that hold more than one location, and what follows.
fn quoted_list(text: &str) -> Option<(&str, &str)> {
    let (inner, rest) = unquoted(text)?;
    let one_path =
        (text.starts_with('"') && inner.contains('\\')) || lines::behind_path(rest).is_some();
    if one_path || (!inner.contains([',', ';']) && !inner.contains(" and ")) {
        return None;
    }
    let mut reader = ValueReader {
        quoted: true,
        ..ValueReader::new(inner, 3)
    };
    reader.run();
    let sure = |item: &ReadCitation| {
        item.as_ref().is_ok_and(|Citation { location, .. }| {
            location.lines.is_some()
                || location.symbol.is_some()
                || path::looks_like_path(&location.path)
        })
    };
    (reader.found.len() > 1 && reader.found.iter().all(sure)).then_some((inner, rest))
}
