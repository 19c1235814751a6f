//! Severity words, by a data table.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Severity;

const TABLE: &str = include_str!("../../data/severities.txt");

static WORDS: LazyLock<HashMap<&'static str, Severity>> = LazyLock::new(|| {
    entries()
        .filter_map(|(word, level)| Some((word, level?)))
        .collect()
});

/// The table's lines: a word, and what it maps to.
fn entries() -> impl Iterator<Item = (&'static str, Option<Severity>)> {
    TABLE
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (word, level) = line.split_once('=').unwrap_or((line, ""));
            let level = match level.trim() {
                "block" => Some(Severity::Block),
                "warn" => Some(Severity::Warn),
                "info" => Some(Severity::Info),
                _ => None,
            };
            (word.trim(), level)
        })
}

fn lookup(word: &str) -> Option<Severity> {
    if word.len() > 16 {
        return None;
    }
    WORDS.get(word.to_ascii_lowercase().as_str()).copied()
}

/// Reads a severity as written: the first word decides, or an emoji where no word does.
///
/// What offers a choice (`BLOCK|WARN|INFO`) or does not begin with a known word maps to nothing.
pub(super) fn read(text: &str) -> Option<Severity> {
    let is_word = |c: char| c.is_alphanumeric() || c == '-';
    let text = text.get(..text.len().min(128)).unwrap_or(text);
    let mut words = text
        .split(|c: char| !is_word(c))
        .map(|w| w.trim_matches('-'))
        .filter(|w| !w.is_empty());
    let Some(first) = words.next() else {
        return text
            .chars()
            .find_map(|c| WORDS.get(c.encode_utf8(&mut [0; 4]) as &str).copied());
    };
    let level = lookup(first)?;
    // A choice between several levels is none of them.
    let behind = &text[text.find(first)? + first.len()..];
    let joint = behind.trim_start_matches(['*', '`', ' ']);
    let choice = joint.starts_with(['|', '/', ',']) || joint.starts_with("or ");
    let other = words.find(|word| *word != "or").and_then(lookup);
    if choice && other.is_some_and(|other| other != level) {
        None
    } else {
        Some(level)
    }
}

/// The severity that a title begins with, where it is set apart: `**INFO** — …`, `[BLOCK] …`, `BLOCK: …`.
pub(super) fn of_title(title: &str) -> Option<(Severity, &str)> {
    let inner = title.trim_start_matches(|c: char| !c.is_alphanumeric());
    let opened = &title[..title.len() - inner.len()];
    let len = inner
        .find(|c: char| !c.is_alphanumeric() && c != '-')
        .unwrap_or(inner.len());
    let word = inner[..len].trim_end_matches('-');
    let level = lookup(word)?;
    let behind = &inner[word.len()..];
    let bracketed = opened.ends_with(['[', '(']) && behind.starts_with([']', ')']);
    let bold = opened.ends_with("**") && behind.starts_with("**");
    let apart = behind.starts_with([':', '：'])
        || [" - ", " – ", " — "]
            .iter()
            .any(|dash| behind.starts_with(dash));
    (bracketed || bold || apart).then_some((level, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_maps_and_none_twice() {
        let mut seen = std::collections::HashSet::new();
        for (word, level) in entries() {
            assert!(level.is_some(), "{word}");
            assert!(seen.insert(word), "{word} stands twice");
            assert_eq!(read(word), level, "{word}");
        }
    }

    #[test]
    fn as_reviewers_write_them() {
        use Severity::{Block, Info, Warn};
        for (text, level) in [
            ("BLOCK", Some(Block)),
            ("**Critical**", Some(Block)),
            ("`WARN`.", Some(Warn)),
            ("🔴 High", Some(Block)),
            ("🟡", Some(Warn)),
            ("⚠️", Some(Warn)),
            ("High (P1)", Some(Block)),
            ("WARN (not blocking)", Some(Warn)),
            ("Low / nit", Some(Info)),
            ("medium, because it blocks the queue", Some(Warn)),
            ("Non-blocking", Some(Info)),
            ("BLOCK|WARN|INFO", None),
            ("BLOCK, WARN or INFO", None),
            ("WARN/INFO", None),
            ("not a blocker", None),
            ("spicy", None),
            ("", None),
        ] {
            assert_eq!(read(text), level, "{text}");
        }
    }

    #[test]
    fn titles_name_one_only_where_it_stands_apart() {
        for title in [
            "**INFO** — `x.rs` lines 4",
            "### [BLOCK] title",
            "🔴 BLOCK: title",
            "### 3. BLOCK - title",
        ] {
            let title = title.trim_start_matches("### 3. ");
            assert!(of_title(title).is_some(), "{title}");
        }
        for title in [
            "### High memory use",
            "Low-level code",
            "Block device is leaked",
            "**Note** that",
        ] {
            assert_eq!(
                of_title(title).is_some(),
                title.starts_with("**"),
                "{title}"
            );
        }
    }
}
