//! Where an object says it is.

use super::by_value::{self, FoundLines, holds_a_place, is_known_place};
use super::fields::{Fields, line_in};
use super::keys::KEYS;
use super::node::NodeValue;
use super::said::Rated;
use crate::review::location::{self, KnownPaths, Location, Malformed};
use crate::review::severity;

/// The path and the lines of an object, with where they stand.
#[derive(Default)]
pub(super) struct FoundPlace<'a> {
    pub(super) path: Option<(&'a str, usize)>,
    /// The text of the lines, where they stand.
    pub(super) start: Option<(String, usize)>,
    pub(super) end: Option<String>,
}

/// The place of an object: its own members, then those of the objects that hold a place.
pub(super) fn place_in<'a>(
    fields: &Fields<'a>,
    paths: Option<&KnownPaths>,
    depth: usize,
) -> FoundPlace<'a> {
    let mut found = FoundPlace::default();
    if depth > 6 {
        return found;
    }
    found.path = fields.find(&KEYS.path, |node| {
        let text = node.text()?;
        (!text.trim().is_empty()).then_some((text, node.at))
    });
    // A key that names a file only sometimes.
    let is_known = |text: &str| by_value::is_known(text, paths);
    found.path = found.path.or_else(|| {
        fields.find(&KEYS.perhaps_path, |node| {
            let text = node.text()?;
            (is_known(text) || location::looks_like_path(text)).then_some((text, node.at))
        })
    });
    found.path = found.path.or_else(|| {
        // An object below another may be about anything, unless it names a line.
        let is_place = depth == 0
            || by_value::lines(fields).is_some()
            || fields.0.iter().any(|(key, ..)| KEYS.start.contains(key));
        fields.0.iter().find_map(|(key, _, node)| {
            let text = node.text().filter(|text| text.len() < 400)?;
            let names = (is_place && is_known(text)) || is_known_place(text, paths);
            (names && !KEYS.skip.contains(key) && !KEYS.place.contains(key))
                .then_some((text, node.at))
        })
    });
    // The positions of editors count from 0; a linter that names the file in the same object counts from 1.
    let zero_based = found.path.is_none() && fields.0.iter().any(|(key, ..)| key == "character");
    found.start = fields
        .find(&KEYS.start, |node| line_in(node, zero_based))
        .filter(|(text, _)| !text.is_empty());
    found.end = fields
        .find(&KEYS.end, |node| line_in(node, zero_based))
        .map(|(text, _)| text);
    found.take_lines(|| lines_by_name(fields));
    let named = KEYS.inside.iter().flat_map(|name| {
        let members = fields.0.iter();
        members.filter(move |(key, ..)| key == name)
    });
    // One of any name that holds a path of the wave, beside numbers and texts.
    let unnamed = fields.0.iter().filter(|(key, _, node)| {
        found.path.is_none() && !KEYS.inside.contains(key) && holds_a_place(node, paths)
    });
    let holders: Vec<_> = named.chain(unnamed).collect();
    for (_, _, node) in holders {
        let inner = match &node.value {
            NodeValue::List(items) => items
                .iter()
                .find(|item| {
                    item.get("is_primary")
                        .is_some_and(|node| node.value == NodeValue::Bool(true))
                })
                .or(items.first()),
            NodeValue::Map(_) => Some(*node),
            _ => None,
        };
        let Some(inner) = inner.and_then(Fields::of) else {
            continue;
        };
        let inner = place_in(&inner, paths, depth + 1);
        found.path = found.path.or(inner.path);
        // `line` beside a range that begins there.
        if let (Some((own, _)), Some((start, _))) = (&found.start, &inner.start)
            && own == start
        {
            found.end.clone_from(&inner.end);
        }
        if found.start.is_none() {
            found.start = inner.start;
            found.end = inner.end;
        }
    }
    if found.path.is_some_and(|(path, _)| is_known(path)) {
        found.take_lines(|| by_value::lines(fields));
    }
    found
}

impl FoundPlace<'_> {
    /// Takes lines, if it has none.
    pub(super) fn take_lines(&mut self, lines: impl FnOnce() -> Option<FoundLines>) {
        if self.start.is_none()
            && let Some((first, last)) = lines()
        {
            self.start = Some(first);
            self.end = self.end.take().or(last);
        }
    }
}

/// A path with the lines found beside it: its text, what it names, and whether its range was swapped.
pub(super) fn located(
    path: &str,
    found: &FoundPlace<'_>,
    paths: Option<&KnownPaths>,
) -> (String, Result<Location, Malformed>, bool) {
    let path = path.trim();
    let lines = match (&found.start, &found.end) {
        (Some((start, _)), Some(end)) if !start.contains('-') => {
            format!("{start}-{end}")
        }
        (Some((start, _)), _) => start.clone(),
        _ => String::new(),
    };
    // The path itself may carry its lines.
    let read = location::line_range(&lines);
    let whole = path
        .contains([':', '#', '\\'])
        .then(|| location::places(path, paths).into_iter().next_back())
        .flatten()
        .map(|place| (place.path.clone(), place.lines.first().cloned()));
    let (path, carried) = whole.unwrap_or_else(|| (path.to_owned(), None));
    let text = if lines.is_empty() {
        path.clone()
    } else {
        format!("{path}:{lines}")
    };
    if location::names_no_place(&path) {
        return (text, Err(Malformed::NoPath), false);
    }
    let location = |lines| Location {
        path: path.clone(),
        lines,
        symbol: None,
    };
    match read.or(carried) {
        Some(Ok(lines)) => (text, Ok(location(Some(lines.range))), lines.swapped),
        Some(Err(malformed)) => (text, Err(malformed), false),
        None if lines.is_empty() => (text, Ok(location(None)), false),
        None => {
            let text: String = lines.chars().take(24).collect();
            (text.clone(), Err(Malformed::Line { text }), false)
        }
    }
}

/// The lines that the text names beside the file of its object: `In @src/a.rs around lines 4 - 8, …`.
pub(super) fn lines_in_text(
    at: usize,
    found: &FoundPlace<'_>,
    texts: [Option<&str>; 2],
    paths: Option<&KnownPaths>,
) -> Option<(String, usize)> {
    let path = found.path.map_or("", |(path, _)| path);
    texts.into_iter().flatten().find_map(|text| {
        let places = location::places(text, paths);
        let mut places = places.iter().filter(|place| path.ends_with(&place.path));
        let lines = places.find_map(|place| place.lines.first()?.as_ref().ok())?;
        Some((format!("{}-{}", lines.range.start, lines.range.end), at))
    })
}

/// The lines that a text of an object begins with, where it stands, and how bad it is said to be behind them:
/// `line 4, col 7, Warning - …`.
pub(super) fn begins_with_lines(fields: &Fields<'_>) -> Option<(String, usize, Option<Rated>)> {
    fields.0.iter().find_map(|(_, _, node)| {
        let NodeValue::Text(text) = &node.value else {
            return None;
        };
        let text = text.trim();
        let (lines, len) = location::lines_at_start(text)?;
        let lines = lines.into_iter().next()?.ok()?.range;
        let worded =
            text.starts_with(|c: char| c.is_alphabetic()) && text[len..].starts_with([',', ':']);
        let head = text[len..].split([':', '-', '–', '—']).next()?;
        let rating = head.split(',').find_map(|word| {
            let word = word.trim();
            severity::read(word).map(|level| (word.to_owned(), Some(level)))
        });
        worded.then(|| (format!("{}-{}", lines.start, lines.end), node.at, rating))
    })
}

/// The lines in keys that are not in the data file, but are called lines: `defect_line`, `from_row` and `to_row`.
fn lines_by_name(fields: &Fields<'_>) -> Option<FoundLines> {
    let mut all = fields.0.iter().filter_map(|(key, _, node)| {
        let named = key.contains("line") || key.ends_with("row") || key.ends_with("rows");
        let counts = ["count", "total", "num", "length", "max"]
            .iter()
            .any(|word| key.contains(word));
        let (text, at) = line_in(node, false).filter(|_| named && !counts)?;
        location::line_range(&text).is_some().then_some((text, at))
    });
    let first = all.next()?;
    let number = |text: &str| text.parse::<u32>().ok();
    let last = all
        .next()
        .filter(|(last, _)| number(last) >= number(&first.0) && number(&first.0).is_some());
    Some((first, last.map(|(last, _)| last)))
}
