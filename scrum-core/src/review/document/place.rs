//! Where an object says it is.

use super::fields::{Fields, line_in};
use super::keys::KEYS;
use super::node::NodeValue;
use crate::review::location::{self, KnownPaths, Location, Malformed};

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
    let is_known = |text: &str| paths.is_some_and(|paths| paths.at_end(text).is_some());
    found.path = found.path.or_else(|| {
        fields.find(&KEYS.perhaps_path, |node| {
            let text = node.text()?;
            (is_known(text) || location::looks_like_path(text)).then_some((text, node.at))
        })
    });
    // The positions of editors count from 0; a linter that names the file in the same object counts from 1.
    let zero_based = found.path.is_none() && fields.0.iter().any(|(key, ..)| key == "character");
    found.start = fields
        .find(&KEYS.start, |node| line_in(node, zero_based))
        .or_else(|| line_by_name(fields));
    // Beside a line, any key that holds a path of the wave and nothing else.
    if found.path.is_none() && found.start.is_some() {
        found.path = fields.0.iter().find_map(|(_, _, node)| {
            let text = node.text()?;
            is_known(text).then_some((text, node.at))
        });
    }
    found.end = fields
        .find(&KEYS.end, |node| line_in(node, zero_based))
        .map(|(text, _)| text);
    for name in &KEYS.inside {
        for (key, _, node) in &fields.0 {
            if key != name {
                continue;
            }
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
    }
    found
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

/// The line in a key that is not in the data file, but is called one: `defect_line`, `linea_inicial`.
fn line_by_name(fields: &Fields<'_>) -> Option<(String, usize)> {
    fields.0.iter().find_map(|(key, _, node)| {
        let counts = ["count", "total", "num", "length", "max"]
            .iter()
            .any(|word| key.contains(word));
        let text = node.text()?.trim();
        (key.contains("line") && !counts && location::line_range(text).is_some())
            .then(|| (text.to_owned(), node.at))
    })
}
