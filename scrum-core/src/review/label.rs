//! Labels at the start of a line, under whatever Markdown stands in front of them.

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

/// What stands in front of a line's first word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Dressing {
    /// A diff's `+`, or the prompt's line numbers.
    pub(super) gutter: bool,
    /// The number of a list item.
    pub(super) number: Option<u32>,
    /// A heading, emphasis or a table cell: the word stands out even without a colon.
    marked: bool,
    /// It opens with a table's pipe.
    cell: bool,
}

/// A line that begins with a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Labelled<'a> {
    pub(super) label: Label,
    pub(super) value: &'a str,
    pub(super) dressing: Dressing,
    /// No colon: the label stands in bold, as a heading or in a table cell. The value must prove it.
    pub(super) bare: bool,
}

/// The most that can stand in front of a label, in bytes.
const LONGEST_DRESSING: usize = 96;

/// Splits a line into its dressing and the rest.
pub(super) fn dressing(line: &str) -> (Dressing, &str) {
    let bytes = line.as_bytes();
    let mut dressing = Dressing::default();
    // The prompt's gutter: six columns of number, a blank, then the diff's own mark.
    let mut at = 0;
    while at < bytes.len() && at < LONGEST_DRESSING {
        match bytes[at] {
            b' ' | b'\t' | b'>' | b'~' => at += 1,
            b'*' | b'_' | b'`' | b'#' => {
                dressing.marked = true;
                at += 1;
            }
            b'|' => {
                dressing.cell = true;
                at += 1;
            }
            b'-' => {
                // Under a number gutter a removed line has six blank columns.
                let columns = line[..at].trim_start_matches(['>', '|']);
                let tight = bytes
                    .get(at + 1)
                    .is_some_and(|b| !b.is_ascii_whitespace() && *b != b'-');
                dressing.gutter |=
                    tight && columns.len() >= 7 && columns.bytes().all(|b| b == b' ');
                at += 1;
            }
            b'+' => {
                // A bullet has a blank behind it.
                dressing.gutter |= bytes.get(at + 1).is_some_and(|b| !b.is_ascii_whitespace());
                at += 1;
            }
            b'0'..=b'9' => {
                let digits = bytes[at..]
                    .iter()
                    .take_while(|b| b.is_ascii_digit())
                    .count();
                let number = line[at..at + digits].parse().ok().filter(|_| digits <= 4);
                at += digits;
                match bytes.get(at..).unwrap_or_default() {
                    [b'.' | b')' | b']' | b':', ..] => {
                        dressing.number = dressing.number.or(number);
                        at += 1;
                    }
                    [b' ', b'+' | b'-', b, ..] if !b.is_ascii_whitespace() => {
                        dressing.gutter = true;
                    }
                    [b' ', b' ', ..] => dressing.gutter = true,
                    // A number alone, or a keycap.
                    [b' ' | 0xef | 0xe2, ..] => dressing.number = dressing.number.or(number),
                    _ => break,
                }
            }
            b'(' if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => at += 1,
            b'[' if bytes
                .get(at + 1)
                .is_some_and(|b| b.is_ascii_digit() || matches!(b, b' ' | b'x' | b'X')) =>
            {
                at += if bytes.get(at + 2) == Some(&b']') && !bytes[at + 1].is_ascii_digit() {
                    3
                } else {
                    1
                };
            }
            b'<' => match tag(&line[at..]) {
                Some(len) => {
                    dressing.marked = true;
                    at += len;
                }
                None => break,
            },
            b if b < 0x80 => break,
            _ => match line[at..].chars().next() {
                // Bullets, emoji, joiners and blanks of other scripts.
                Some(c) if !c.is_alphanumeric() => at += c.len_utf8(),
                _ => break,
            },
        }
    }
    (dressing, &line[at..])
}

/// The length of a simple formatting tag at the start of `text`.
fn tag(text: &str) -> Option<usize> {
    const TAGS: [&str; 13] = [
        "b", "strong", "i", "em", "u", "li", "ul", "p", "br", "code", "td", "tr", "div",
    ];
    let end = text.bytes().take(12).position(|b| b == b'>')?;
    let name = text[1..end].trim_matches(['/', ' ']);
    TAGS.iter()
        .any(|tag| tag.eq_ignore_ascii_case(name))
        .then_some(end + 1)
}

/// Reads a line that begins with a label.
pub(super) fn labelled(line: &str) -> Option<Labelled<'_>> {
    let (dressing, rest) = dressing(line);
    let (label, after) = at_word(rest)?;
    let (value, bare) = value_behind(after, dressing)?;
    Some(Labelled {
        label,
        value,
        dressing,
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
    // `where_clause` and `what's` are other words.
    if text[len..].starts_with(|c: char| c.is_alphanumeric() || c == '\'' || c == '’') {
        return None;
    }
    Some((*label, &text[len..]))
}

/// The value behind a label, and whether it stands there without a colon.
fn value_behind(after: &str, dressing: Dressing) -> Option<(&str, bool)> {
    let mut rest = after.trim_start_matches(['*', '`', ' ', '\t']);
    rest = rest.strip_prefix("__").unwrap_or(rest);
    // `WHERE (file:line):` and `WHERE 2:` say no more than `WHERE:`.
    if let Some(inner) = rest.strip_prefix('(')
        && let Some(close) = inner.bytes().take(32).position(|b| b == b')')
        && colon(inner[close + 1..].trim_start_matches(['*', '_', ' '])).is_some()
    {
        rest = inner[close + 1..].trim_start_matches(['*', '_', ' ']);
    }
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '#');
    if rest.len() - digits.len() <= 4 && colon(digits).is_some() {
        rest = digits;
    }
    while let Some(len) = rest.starts_with("</").then(|| tag(rest)).flatten() {
        rest = rest[len..].trim_start();
    }
    if let Some(value) = colon(rest) {
        return Some((opened(value), false));
    }
    let in_cell = dressing
        .cell
        .then(|| rest.trim_start().strip_prefix('|'))
        .flatten();
    if let Some(cell) = in_cell {
        return Some((opened(cell), true));
    }
    let closed = after.starts_with(['*', '_', '`']) || after.starts_with("</");
    if !dressing.marked || !(closed || rest.trim().is_empty()) {
        return None;
    }
    let value = rest.trim_start_matches(['–', '—', '-', '=', ' ', '_', '*']);
    Some((opened(value), true))
}

fn colon(text: &str) -> Option<&str> {
    text.trim_start()
        .strip_prefix([':', '：', '﹕', '∶', '꞉', '︓'])
}

/// The value freed of what closes the label's own dressing, and of a table's last pipe.
fn opened(value: &str) -> &str {
    let mut value = value.trim_start_matches(['*', '~']);
    if let Some(rest) = value.strip_prefix("__").or_else(|| value.strip_prefix('_'))
        && rest.starts_with(|c: char| c.is_whitespace())
    {
        value = rest;
    }
    if let Some(rest) = value.strip_prefix('`')
        && (rest.is_empty() || rest.starts_with(' '))
    {
        value = rest;
    }
    let mut value = value.trim();
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
        let bold = before.ends_with("**") && rest.starts_with([':', '*']);
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
pub(super) fn says_none(line: &str) -> Option<Dressing> {
    let (dressing, rest) = dressing(line);
    let word = rest
        .get(..4)
        .filter(|word| word.eq_ignore_ascii_case("none"))?;
    let behind = rest[4..].trim_start_matches(['*', '_', '`']);
    let tail = behind.trim();
    if tail
        .trim_matches(['.', '!', '|', '*', '_', '`', ' '])
        .is_empty()
    {
        return Some(dressing);
    }
    let capitals = word == "NONE";
    let remark = tail.starts_with(['.', '!', '-', '–', '—', ':', '：', '(', ',', ';']);
    let found = ["found", "to report", "identified"].iter().any(|words| {
        tail.trim_end_matches(['.', '!'])
            .eq_ignore_ascii_case(words)
    });
    let apart = behind.starts_with(char::is_whitespace)
        || !behind.starts_with(|c: char| c.is_alphanumeric() || c == '-');
    ((capitals && remark && apart) || found).then_some(dressing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn value(line: &str) -> Option<(Label, &str)> {
        labelled(line).map(|l| (l.label, l.value))
    }

    #[test]
    fn where_under_any_dressing() {
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
        ] {
            assert_eq!(value(line), Some((Label::Where, "x.rs:1")), "{line}");
            assert!(!labelled(line).unwrap().dressing.gutter, "{line}");
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
            assert!(labelled(line).unwrap().dressing.gutter, "{line}");
        }
        for line in [
            "+ WHERE: x.rs:1",
            "-WHERE: x.rs:1",
            "  - WHERE: x.rs:1",
            "12. WHERE: x.rs:1",
            "    WHERE: x.rs:1",
        ] {
            assert!(!labelled(line).unwrap().dressing.gutter, "{line}");
        }
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
