//! Lines that tools write for other programs, in the form of a compiler's messages.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::{Captures, Regex, RegexSet};
use serde::Deserialize;

use super::document::Property;

#[derive(Deserialize)]
struct ToolLines {
    line: Vec<ToolLine>,
}

#[derive(Deserialize)]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the examples and names are for the test")
)]
struct ToolLine {
    name: String,
    pattern: String,
    becomes: Option<String>,
    #[serde(default)]
    severities: HashMap<String, String>,
    reads: Vec<(String, String)>,
}

static DATA: LazyLock<ToolLines> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/tool-lines.toml"))
        .expect("the data file is part of the program, and a test reads it")
});

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let patterns = DATA.line.iter().map(|line| Regex::new(&line.pattern));
    patterns
        .collect::<Result<_, _>>()
        .expect("every pattern compiles in a test")
});

/// All patterns at once: nearly every line matches none.
static ANY: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new(DATA.line.iter().map(|line| line.pattern.as_str()))
        .expect("every pattern compiles in a test")
});

/// The longest line that is looked at, in bytes.
const LONGEST: usize = 4096;

/// The text with such lines in the form `path:line: severity: text`; `None` if it has none.
pub(super) fn rewritten(text: &str) -> Option<String> {
    text.lines().find_map(rewrite)?;
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        out.push_str(rewrite(line).as_deref().unwrap_or(line));
        out.push('\n');
    }
    Some(out)
}

fn rewrite(line: &str) -> Option<String> {
    // This is asked of every line: bytes, and many of them at a time.
    let bytes = line.as_bytes();
    let is_comment = bytes.starts_with(b"<!--") || bytes.ends_with(b"-->");
    let digits = |chunk: &[u8]| chunk.iter().fold(false, |any, b| any | b.is_ascii_digit());
    if line.len() > LONGEST || !(is_comment || bytes.chunks(32).any(digits)) {
        return None;
    }
    if !ANY.is_match(line) {
        return None;
    }
    let at = ANY.matches(line).into_iter().next()?;
    let found = PATTERNS[at].captures(line)?;
    form(&DATA.line[at], &found)
}

fn form(row: &ToolLine, found: &Captures<'_>) -> Option<String> {
    if let Some(becomes) = &row.becomes {
        let mut out = String::new();
        found.expand(becomes, &mut out);
        return Some(out);
    }
    let group = |name: &str| found.name(name).map(|group| group.as_str().trim());
    let mut parts: HashMap<Property, String> = HashMap::new();
    for (property, name) in [
        (Property::Path, "path"),
        (Property::Start, "line"),
        (Property::End, "end"),
        (Property::Severity, "severity"),
        (Property::Title, "title"),
        (Property::Body, "text"),
    ] {
        if let Some(value) = group(name) {
            let named = row
                .severities
                .get(value)
                .filter(|_| property == Property::Severity);
            let value = named.map_or(value, String::as_str);
            parts.insert(property, value.to_owned());
        }
    }
    if let Some(list) = group("properties") {
        for (key, value) in properties(list) {
            if let Some(property) = Property::of(key) {
                parts.entry(property).or_insert(value);
            }
        }
    }
    let get = |property| parts.get(&property).map(String::as_str);
    let path = get(Property::Path)?.trim_start_matches("file://");
    let mut out = path.to_owned();
    if let Some(line) = get(Property::Start) {
        out.push(':');
        out.push_str(line);
        if let Some(end) = get(Property::End) {
            out.push('-');
            out.push_str(end);
        }
    }
    for property in [Property::Severity, Property::Title, Property::Body] {
        if let Some(said) = get(property) {
            out.push_str(": ");
            out.push_str(said);
        }
    }
    Some(out)
}

/// `key=value` with `,`, `;` or blanks between; values may be in single quotation marks, in which `|` escapes.
fn properties(list: &str) -> Vec<(&str, String)> {
    let mut all = Vec::new();
    let mut rest = list;
    while let Some((key, behind)) = rest.split_once('=') {
        let key = key.trim_matches([',', ';', ' ']);
        let mut value = String::new();
        if let Some(quoted) = behind.strip_prefix('\'') {
            let mut chars = quoted.char_indices();
            let mut end = quoted.len();
            while let Some((at, c)) = chars.next() {
                match c {
                    '|' => value.extend(chars.next().map(|(_, escaped)| escaped)),
                    '\'' => {
                        end = at + 1;
                        break;
                    }
                    c => value.push(c),
                }
            }
            rest = &quoted[end..];
        } else {
            // A blank is part of a value, unless a key follows it.
            let end = behind.find([',', ';']).unwrap_or(behind.len());
            value.push_str(&behind[..end]);
            rest = &behind[end..];
        }
        all.push((key, value));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_reads_its_examples() {
        for row in &DATA.line {
            assert!(!row.reads.is_empty(), "{}", row.name);
            for (line, expected) in &row.reads {
                let read = Regex::new(&row.pattern)
                    .unwrap()
                    .captures(line)
                    .and_then(|found| form(row, &found));
                assert_eq!(read.as_ref(), Some(expected), "{}", row.name);
                assert_eq!(
                    rewrite(line).as_ref(),
                    Some(expected),
                    "{}: {line}",
                    row.name
                );
            }
        }
    }

    #[test]
    fn prose_stays() {
        for line in [
            "The loop at src/a.rs:4 never ends.",
            "src/a.rs:4: error: text",
            "| a.rs | 4 | text |",
            "- `a.rs:4` **high** text",
        ] {
            assert_eq!(rewrite(line), None, "{line}");
        }
    }
}
