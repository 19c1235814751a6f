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
        .filter(|line| !line.starts_with('#'))
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

/// What stands in front of a noun that says how bad a thing is: `This is a blocker`, `Das ist ein Blocker`.
const ARTICLES: [&str; 18] = [
    "(", "a", "an", "is", "ein", "eine", "ist", "un", "une", "est", "es", "um", "é", "è", "een",
    "en", "это", "to",
];

fn lookup(word: &str) -> Option<Severity> {
    WORDS.get(word.to_lowercase().as_str()).copied()
}

/// The level of a mark, such as `🔴`.
fn level_of_mark(mark: char) -> Option<Severity> {
    WORDS.get(mark.encode_utf8(&mut [0; 4]) as &str).copied()
}

/// Reads a severity as written: the first word decides, or an emoji where no word does.
///
/// What offers a choice (`BLOCK|WARN|INFO`) or does not begin with a known word maps to nothing.
pub(super) fn read(text: &str) -> Option<Severity> {
    let is_word = |c: char| c.is_alphanumeric() || c == '-';
    let text = text.get(..text.len().min(128)).unwrap_or(text);
    // `nghiêm trọng`: a few languages need two words.
    let two = text.split(|c: char| !is_word(c));
    let two: Vec<&str> = two.filter(|word| !word.is_empty()).take(2).collect();
    if let Some(level) = lookup(&two.join(" ")) {
        return Some(level);
    }
    let mut words = text
        .split(|c: char| !is_word(c))
        .map(|w| w.trim_matches('-'))
        .filter(|w| !w.is_empty());
    let Some(first) = words.next() else {
        return text.chars().find_map(level_of_mark);
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
    let len = inner
        .find(|c: char| !c.is_alphanumeric() && c != '-')
        .unwrap_or(inner.len());
    let word = inner[..len].trim_end_matches('-');
    let level = lookup(word)?;
    let behind = &inner[word.len()..];
    let apart = behind.starts_with([']', ')', ':', '：'])
        || ["**", " - ", " – ", " — "]
            .iter()
            .any(|mark| behind.starts_with(mark));
    apart.then_some((level, word))
}

/// Whether a line begins with a severity as tools print it: `Error  (X) …`, `WARNING: …`, `[high] …`, `✖ …`.
pub(super) fn begins(text: &str) -> bool {
    const MARKS: [&str; 6] = ["✖ ", "✘ ", "✗ ", "× ", "⚠ ", "ℹ "];
    if MARKS.iter().any(|mark| text.starts_with(mark)) {
        return true;
    }
    let inner = text.trim_start_matches(['[', '(', '*', ' ']);
    let len = inner
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(inner.len());
    let behind = &inner[len..];
    lookup(&inner[..len]).is_some()
        && (behind.starts_with([':', ']', ')', '[', '*'])
            || behind.starts_with("  ")
            || behind.trim_start().starts_with('('))
}

/// The severity that a text names, with its word: one that is set apart by brackets, emphasis, capitals, a colon or the
/// word "severity"; else a coloured mark. What a sentence merely says with such a word is none.
pub(super) fn marked(text: &str) -> Option<(Severity, String)> {
    let text = text.get(..text.len().min(600)).unwrap_or_else(|| {
        let mut end = 600;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        &text[..end]
    });
    let opening = |c: char| "[(（【*_`|「<".contains(c);
    let closing = |c: char| "])）】*_`|」>:：/,—–".contains(c);
    let mut mark = None;
    let mut at = 0;
    while let Some(len) = text[at..].find(|c: char| c.is_alphanumeric()) {
        for c in text[at..at + len].chars() {
            mark = mark.or_else(|| Some((level_of_mark(c)?, c.to_string())));
        }
        let from = at + len;
        let mut to = from
            + text[from..]
                .find(|c: char| !c.is_alphanumeric() && c != '-')
                .unwrap_or(text.len() - from);
        to -= text[from..to].len() - text[from..to].trim_end_matches('-').len();
        at = to;
        let word = &text[from..to];
        let (word, level) = match lookup(word) {
            Some(level) => (word, level),
            // `security-high`, `high-priority`.
            None => {
                let mut parts = word.split('-');
                match parts.find_map(|part| Some((part, lookup(part)?))) {
                    Some(found) if !word.to_ascii_lowercase().starts_with("non-") => found,
                    _ => continue,
                }
            }
        };
        let before = text[..from].trim_end_matches(|c: char| {
            matches!(c, ' ' | '\u{fe0f}') || level_of_mark(c).is_some()
        });
        let behind = text[to..].trim_start_matches(' ');
        let lower = before.to_lowercase();
        let starts = !before.contains(char::is_alphabetic);
        let opened = before.chars().next_back().is_some_and(opening);
        let closed = behind.is_empty() || behind.chars().next().is_some_and(closing);
        let capitals = word.is_ascii() && !word.bytes().any(|b| b.is_ascii_lowercase());
        let named = ["severity", "priority"].iter().any(|name| {
            behind
                .get(..name.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(name))
        }) || [
            "severity:",
            "severity",
            "priority:",
            "severity =",
            "schweregrad:",
            "severity：",
            "severidad:",
            "gravité :",
            "серьёзность:",
            "严重程度：",
            "level:",
        ]
        .iter()
        .any(|name| lower.trim_end_matches(['*', '_', '`', ' ']).ends_with(name));
        let is_one = matches!(
            word.to_lowercase().as_str(),
            "blocker" | "nit" | "nitpick" | "bloquant" | "bloqueur" | "bloqueante" | "блокер"
        ) && ARTICLES.iter().any(|word| {
            let behind = lower.strip_suffix(word);
            behind.is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
        }) && !["not a", "pas un", "no es un"]
            .iter()
            .any(|no| lower.ends_with(no));
        let first = starts
            && (behind.is_empty()
                || behind.starts_with([
                    ':', '：', '(', '[', '—', '–', '§', '|', '/', '.', '•', '·', ',',
                ])
                || behind.starts_with("- ")
                || capitals);
        let apart = opened && (closed || behind.starts_with('('));
        if first || apart || named || is_one {
            return Some((level, word.to_owned()));
        }
    }
    for c in text[at..].chars() {
        mark = mark.or_else(|| Some((level_of_mark(c)?, c.to_string())));
    }
    mark.filter(|(_, word)| {
        !matches!(word.as_str(), "❌" | "📝" | "💡" | "🧹")
            || text.trim_start().starts_with(word.as_str())
    })
}

/// The first word of a text that is a severity, whatever is around it.
pub(super) fn first_word(text: &str) -> Option<(Severity, String)> {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.find_map(|word| lookup(word).map(|level| (level, word.to_owned())))
}

/// A severity that a text ends with, behind an arrow or a dash: `The lock is kept → high`.
pub(super) fn at_end(text: &str) -> Option<(Severity, String)> {
    let text = text.trim_end_matches(['*', '_', '`', '.', ' ', ')', ']']);
    let marks = ["→ ", "-> ", "=> ", "⇒ ", "— ", "– ", " - ", "| "];
    let cut = marks
        .iter()
        .filter_map(|mark| Some(text.rfind(mark)? + mark.len()))
        .max()?;
    let word = text[cut..].trim_start_matches(['*', '_', '`', '(', '[', ' ']);
    read(word).map(|level| (level, word.to_owned()))
}

/// The severity of a heading, which holds for what stands below: a short heading may name it anywhere.
pub(super) fn of_heading(text: &str) -> Option<(Severity, String)> {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric() && c != '-')
        .map(|word| word.trim_matches('-'))
        .filter(|word| !word.is_empty())
        .collect();
    for pair in words.windows(2) {
        // `Must fix`, `Should fix`.
        if let Some(level) = lookup(&pair.join("-")) {
            return Some((level, pair.join(" ")));
        }
    }
    if words.len() <= 5 {
        let singular = |word: &str| lookup(word).or_else(|| lookup(word.strip_suffix('s')?));
        let negated = words.iter().any(|word| {
            ["no", "non", "not", "keine", "actionable"]
                .iter()
                .any(|no| no.eq_ignore_ascii_case(word))
        });
        if let Some((level, word)) = words
            .iter()
            .find_map(|word| Some((singular(word)?, *word)))
            .filter(|_| !negated)
        {
            return Some((level, word.to_owned()));
        }
    }
    // A warning sign stands above groups of any kind; colours tell how bad they are.
    marked(text).filter(|(_, word)| {
        word.chars().any(char::is_alphanumeric) || "🔴🟠🟡🔵🟢⚪🟥🟧🟨🟦🟩".contains(word.as_str())
    })
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
            ("BLOCK or WARN", None),
            ("High (medium confidence)", Some(Block)),
            ("**nghiêm trọng**", Some(Block)),
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
            "Non-blocking: title",
        ] {
            let title = title.trim_start_matches("### 3. ");
            assert!(of_title(title).is_some(), "{title}");
        }
        for title in [
            "### High memory use",
            "Low-level code",
            "Block device is leaked",
            "**Note** that",
            "[Low hanging] fruit",
        ] {
            assert_eq!(
                of_title(title).is_some(),
                title.starts_with("**N"),
                "{title}"
            );
        }
    }

    #[test]
    fn lines_of_tools_begin_with_one() {
        for line in [
            "error  the lock is kept",
            "[high] the lock is kept",
            "Warning (W503) the lock is kept",
        ] {
            assert!(begins(line), "{line}");
        }
        for line in ["Error handling is missing", "Expected: a lock"] {
            assert!(!begins(line), "{line}");
        }
    }

    #[test]
    fn a_word_that_stands_apart_in_a_text() {
        for (text, word) in [
            ("High", "High"),
            ("**🔴 High** the lock is kept", "High"),
            ("1. BLOCK the lock is kept", "BLOCK"),
            ("the lock is kept | High", "High"),
            ("the lock is kept **High (P1)**", "High"),
            ("[security-high] the lock is kept", "high"),
            ("the lock is kept, this is a blocker", "blocker"),
            ("the lock is kept 🔴", "🔴"),
            ("💡 keep a map", "💡"),
            ("it is a medium problem [non-blocking]", "non-blocking"),
        ] {
            let found = marked(text).map(|(_, word)| word);
            assert_eq!(found.as_deref(), Some(word), "{text}");
        }
        for text in [
            "[non-critical] the lock is kept",
            "the lock (medium sized) is kept",
            "высокий уровень",
            "High memory use",
            "High-level code keeps the lock",
            "every nit is fixed",
            "the data blocker is kept",
            "this is not a blocker",
            "the lock is kept 💡 as a hint would say",
        ] {
            assert_eq!(marked(text), None, "{text}");
        }
    }

    #[test]
    fn a_heading_names_one_for_what_stands_below() {
        for (text, word) in [
            ("1. Must-fix: the cache", "Must-fix"),
            ("Must - fix", "Must fix"),
            ("— 🔴 — 2 critical —", "critical"),
            ("What I found in the cache module [HIGH]", "HIGH"),
            ("🔴 What I found in the cache module", "🔴"),
        ] {
            let found = of_heading(text).map(|(_, word)| word);
            assert_eq!(found.as_deref(), Some(word), "{text}");
        }
        for text in ["No critical issues", "⚠️ What I found in the cache module"] {
            assert_eq!(of_heading(text), None, "{text}");
        }
    }
}
