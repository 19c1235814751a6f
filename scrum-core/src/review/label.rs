//! Labels at the start of a line, under whatever Markdown stands in front of them.

use super::line_prefix::{self, LinePrefix, tag};

/// What a line says it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Severity,
    Where,
    What,
    Why,
    Retract,
    Verdict,
}

const LABELS: [(&str, Label); 6] = [
    ("severity", Label::Severity),
    ("where", Label::Where),
    ("what", Label::What),
    ("why", Label::Why),
    ("retract", Label::Retract),
    ("verdict", Label::Verdict),
];

/// A line that begins with a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LabelLine<'a> {
    pub(super) label: Label,
    pub(super) value: &'a str,
    pub(super) prefix: LinePrefix,
    /// No colon: the label stands in bold, as a heading or in a table cell. The value must prove it.
    pub(super) bare: bool,
}

/// Reads a line that begins with a label.
pub(super) fn labelled(line: &str) -> Option<LabelLine<'_>> {
    labelled_behind(line_prefix::split(line))
}

/// [`labelled`], of a line that is split already.
pub(super) fn labelled_behind((prefix, rest): (LinePrefix, &str)) -> Option<LabelLine<'_>> {
    let (label, after) = at_word(rest)?;
    let (value, bare) = value_behind(after, prefix)?;
    Some(LabelLine {
        label,
        value,
        prefix,
        bare,
    })
}

/// A label word at the very start of `text`, and what follows it.
pub(super) fn at_word(text: &str) -> Option<(Label, &str)> {
    let len = text
        .bytes()
        .take(9)
        .take_while(u8::is_ascii_alphabetic)
        .count();
    let word = &text[..len];
    let (_, label) = LABELS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word))?;
    Some((*label, &text[len..]))
}

/// The value behind a label, and whether it stands there without a colon.
fn value_behind(after: &str, prefix: LinePrefix) -> Option<(&str, bool)> {
    let mut rest = after.trim_start_matches(['*', '`', ' ', '\t']);
    rest = rest.strip_prefix("__").unwrap_or(rest);
    // `WHERE (file:line):` and `WHERE 2:` say no more than `WHERE:`.
    if let Some(inner) = rest.strip_prefix('(')
        && let Some(close) = inner.bytes().take(32).position(|b| b == b')')
        && colon(inner[close + 1..].trim_start_matches(['*', '_', ' '])).is_some()
    {
        rest = inner[close + 1..].trim_start_matches(['*', '_', ' ']);
    }
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    if colon(digits).is_some() {
        rest = digits;
    }
    while let Some(len) = rest.starts_with("</").then(|| tag(rest)).flatten() {
        rest = rest[len..].trim_start();
    }
    if let Some(value) = colon(rest) {
        return Some((opened(value), false));
    }
    if let Some(cell) = rest.trim_start().strip_prefix('|') {
        return Some((opened(cell), true));
    }
    let closed = after.starts_with(['*', '_', '`']);
    if !prefix.marked || !(closed || rest.trim().is_empty()) {
        return None;
    }
    let value = rest.trim_start_matches(['–', '—', '-', '=', ' ', '_', '*']);
    Some((opened(value), true))
}

fn colon(text: &str) -> Option<&str> {
    text.trim_start()
        .strip_prefix([':', '：', '﹕', '∶', '꞉', '︓'])
}

/// The value freed of what closes the label's own emphasis, and of a table's last pipe.
fn opened(value: &str) -> &str {
    let mut value = value.trim_start_matches(['*', '~']);
    if let Some(rest) = value.strip_prefix("__").or_else(|| value.strip_prefix('_'))
        && rest.starts_with(|c: char| c.is_whitespace())
    {
        value = rest;
    }
    let mut value = value.strip_prefix('`').unwrap_or(value).trim();
    while let Some(len) = value.starts_with("</").then(|| tag(value)).flatten() {
        value = value[len..].trim_start();
    }
    value.trim_start_matches('|').trim_end_matches('|').trim()
}

/// Finds the next label inside a value that begins with a short one, as in `SEVERITY: WARN | WHERE: x | WHAT: y`:
/// in capitals, or in bold, and with its colon. Returns the label, the end of the value before it, and its own value.
pub(super) fn inside(value: &str, after: Label) -> Option<(Label, usize, &str)> {
    for at in memchr::memchr2_iter(b'W', b'w', value.as_bytes()) {
        let before = &value[..at];
        let Some((label, rest)) = at_word(&value[at..]) else {
            continue;
        };
        let wanted = match after {
            Label::Severity => matches!(label, Label::Where | Label::What),
            Label::Where => matches!(label, Label::What | Label::Why),
            Label::What => label == Label::Why,
            _ => false,
        };
        let bold = before.ends_with("**");
        let capitals =
            value.as_bytes()[at + 1].is_ascii_uppercase() && before.ends_with([' ', '|', '\t']);
        let cell = before.trim_end().ends_with('|');
        if !wanted || !(bold || capitals || cell) {
            continue;
        }
        if let Some(own) = colon(rest.trim_start_matches('*')) {
            let end = before
                .trim_end_matches(['*', ' ', '|', '\t', ';', ',', '-', '–', '—', '·', '/'])
                .len();
            return Some((label, end, opened(own)));
        }
    }
    None
}

/// Whether a line says `NONE`: the word, and at most a remark behind punctuation.
pub(super) fn says_none(line: &str) -> Option<LinePrefix> {
    none_behind(line_prefix::split(line))
}

/// [`says_none`], of a line that is split already.
pub(super) fn none_behind((prefix, rest): (LinePrefix, &str)) -> Option<LinePrefix> {
    let word = rest
        .get(..4)
        .filter(|word| word.eq_ignore_ascii_case("none"))?;
    let behind = rest[4..].trim_start_matches(['*', '_', '`']);
    let tail = behind.trim();
    if tail
        .trim_matches(['.', '!', '|', '*', '_', '`', ' '])
        .is_empty()
    {
        return Some(prefix);
    }
    let capitals = word == "NONE";
    let remark = tail.starts_with(['.', '!', '-', '–', '—', ':', '：', '(', ',', ';']);
    let found = ["found", "to report", "identified"].iter().any(|words| {
        tail.trim_end_matches(['.', '!'])
            .eq_ignore_ascii_case(words)
    });
    ((capitals && remark) || found).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn value(line: &str) -> Option<(Label, &str)> {
        labelled(line).map(|l| (l.label, l.value))
    }

    #[test]
    fn where_under_any_prefix() {
        for line in [
            "WHERE: x.rs:1",
            "where: x.rs:1",
            "  Where:x.rs:1",
            "**WHERE:** x.rs:1",
            "**WHERE**: x.rs:1",
            "__WHERE:__ x.rs:1",
            "__Where__: x.rs:1",
            "*Where:* x.rs:1",
            "- WHERE: x.rs:1",
            "- **Where:** x.rs:1",
            "* WHERE: x.rs:1",
            "+ WHERE: x.rs:1",
            "• WHERE: x.rs:1",
            "1. WHERE: x.rs:1",
            "2) **WHERE:** x.rs:1",
            "(2) WHERE: x.rs:1",
            "- [ ] WHERE: x.rs:1",
            "### WHERE: x.rs:1",
            "> > WHERE: x.rs:1",
            "`WHERE:` x.rs:1",
            "| WHERE: x.rs:1 |",
            "| WHERE | x.rs:1 |",
            "| **Where** | x.rs:1 |",
            "WHERE： x.rs:1",
            "WHERE : x.rs:1",
            "WHERE (path:line): x.rs:1",
            "WHERE 2: x.rs:1",
            "📍 **Where:** x.rs:1",
            "<b>WHERE:</b> x.rs:1",
            "**WHERE** — x.rs:1",
            "\u{feff}WHERE: x.rs:1",
            "1️⃣ WHERE: x.rs:1",
            "[2] WHERE: x.rs:1",
            "<b>WHERE</b>: x.rs:1",
            "WHERE | x.rs:1",
        ] {
            assert_eq!(value(line), Some((Label::Where, "x.rs:1")), "{line}");
            assert!(!labelled(line).unwrap().prefix.gutter, "{line}");
        }
    }

    #[test]
    fn other_lines_are_not_labels() {
        for line in [
            "Where the lock is held: never",
            "where T: Clone",
            "Whereas: x",
            "where_clause: x",
            "What's new: x",
            "// WHERE: x.rs:1",
            "\"where\": \"x.rs:1\",",
            "<!-- WHERE: x.rs:1 -->",
            "see WHERE: x.rs:1",
            "WHERE x.rs:1",
            "**Where the lock is held** x.rs:1",
            "## Where to look x.rs:1",
            "<T> WHERE: x.rs:1",
            "见 WHERE: x.rs:1",
            "",
        ] {
            assert_eq!(value(line), None, "{line}");
        }
    }

    #[test]
    fn diff_and_prompt_gutters_are_seen() {
        for line in [
            "+WHERE: x.rs:1",
            "+**WHERE:** x.rs:1",
            "+- WHERE: x.rs:1",
            "> +WHERE: x.rs:1",
            "   142 +WHERE: x.rs:1",
            "142 +WHERE: x.rs:1",
            "   142  WHERE: x.rs:1",
            "       -WHERE: x.rs:1",
        ] {
            assert!(labelled(line).unwrap().prefix.gutter, "{line}");
        }
        for line in [
            "+ WHERE: x.rs:1",
            "-WHERE: x.rs:1",
            "  - WHERE: x.rs:1",
            "12. WHERE: x.rs:1",
            "    WHERE: x.rs:1",
            "          - WHERE: x.rs:1",
        ] {
            assert!(!labelled(line).unwrap().prefix.gutter, "{line}");
        }
    }

    #[test]
    fn a_value_without_a_colon_is_kept_whole() {
        for (line, read) in [
            ("**WHERE** (x.rs:1)", "(x.rs:1)"),
            ("**WHERE** 2 x.rs:1", "2 x.rs:1"),
        ] {
            assert_eq!(value(line), Some((Label::Where, read)), "{line}");
        }
        assert_eq!(
            labelled("[2] WHERE: x.rs:1").unwrap().prefix.number,
            Some(2)
        );
    }

    #[test]
    fn a_path_keeps_its_underscores() {
        assert_eq!(
            value("WHERE:__init__.py:3"),
            Some((Label::Where, "__init__.py:3"))
        );
        assert_eq!(
            value("**WHERE:** `__init__.py`:3"),
            Some((Label::Where, "`__init__.py`:3"))
        );
    }

    #[test]
    fn labels_in_one_line() {
        let (label, end, rest) = inside("WARN | WHERE: x.rs:1 | WHAT: y", Label::Severity).unwrap();
        assert_eq!((label, end, rest), (Label::Where, 4, "x.rs:1 | WHAT: y"));
        for value in ["WARN WHERE: x.rs:1", "WARN | where: x.rs:1"] {
            let (label, end, rest) = inside(value, Label::Severity).unwrap();
            assert_eq!((label, end, rest), (Label::Where, 4, "x.rs:1"));
        }
        assert!(inside("WARN (no-WHERE: x)", Label::Severity).is_none());
        assert!(inside("the where: of it", Label::Severity).is_none());
        assert!(inside("the WHERE: line is ignored", Label::What).is_none());
    }

    #[test]
    fn none_is_a_line_of_its_own() {
        for line in [
            "NONE",
            "None.",
            "**NONE**",
            "- NONE",
            "NONE - nothing found",
            "NONE. Read all of it.",
            "NONE (clean)",
            "none found",
            "## NONE",
        ] {
            assert!(says_none(line).is_some(), "{line}");
        }
        for line in [
            "None of the callers check it",
            "NONEXISTENT",
            "None-safe access",
            "none, of course, but",
            "NONE of them",
            "no findings",
        ] {
            assert!(says_none(line).is_none(), "{line}");
        }
        assert!(says_none("+NONE").unwrap().gutter);
    }
}
