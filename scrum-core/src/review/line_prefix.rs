//! What comes before a line's first word: Markdown, bullets, numbers, and the marks of diffs and prompts.

use crate::change::OLD_SIDE;
use crate::patch::NUMBER_COLUMNS;

/// What comes before a line's first word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct LinePrefix {
    /// A diff's `+`, or the prompt's line numbers.
    pub(super) gutter: bool,
    /// The number of a list item.
    pub(super) number: Option<u32>,
    /// A heading or emphasis: the word stands out even without a colon.
    pub(super) marked: bool,
}

/// The longest prefix, in bytes.
const LONGEST_PREFIX: usize = 96;

/// Splits a line into its prefix and the rest.
pub(super) fn split(line: &str) -> (LinePrefix, &str) {
    let bytes = line.as_bytes();
    let mut prefix = LinePrefix::default();
    // The prompt's gutter: six columns of number, a blank, then the diff's own mark.
    let mut at = 0;
    while at < bytes.len() && at < LONGEST_PREFIX {
        match bytes[at] {
            b' ' | b'\t' | b'>' | b'~' | b'(' | b'|' => at += 1,
            b'*' | b'_' | b'`' | b'#' => {
                prefix.marked = true;
                at += 1;
            }
            b'-' => {
                // Under a number gutter a removed line has six blank columns.
                let columns = line[..at].trim_start_matches(['>', '|']);
                let tight = bytes.get(at + 1).is_some_and(|b| !b.is_ascii_whitespace());
                prefix.gutter |= tight && columns.len() >= 7;
                at += 1;
            }
            b'+' => {
                // A bullet has a blank behind it.
                prefix.gutter |= bytes.get(at + 1).is_some_and(|b| !b.is_ascii_whitespace());
                at += 1;
            }
            b'0'..=b'9' => {
                let digits = bytes[at..]
                    .iter()
                    .take_while(|b| b.is_ascii_digit())
                    .count();
                let number = line[at..at + digits].parse().ok();
                at += digits;
                match bytes.get(at..).unwrap_or_default() {
                    [b'.' | b')' | b']' | b':', ..] => {
                        prefix.number = prefix.number.or(number);
                        at += 1;
                    }
                    [b' ', b' ', ..] => prefix.gutter = true,
                    // A number alone, or a keycap.
                    [b' ' | 0xef | 0xe2, ..] => prefix.number = prefix.number.or(number),
                    _ => break,
                }
            }
            // `[ ]`, `[x]`, `[2]`.
            b'[' => {
                at += if bytes.get(at + 2) == Some(&b']') && !bytes[at + 1].is_ascii_digit() {
                    3
                } else {
                    1
                };
            }
            b'<' => match tag(&line[at..]) {
                Some(len) => {
                    prefix.marked = true;
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
    (prefix, &line[at..])
}

/// Where the diff's own mark is after the prompt's gutter, `    41 ` or `old:41 `: a number in its columns, and a blank.
pub(super) fn gutter(line: &str) -> Option<usize> {
    let number = line.trim_start_matches(' ');
    let digits = number.strip_prefix(OLD_SIDE).unwrap_or(number);
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    let columns = line.len() - rest.len();
    let shown = rest.strip_prefix(' ')?;
    let is_gutter = NUMBER_COLUMNS.contains(&columns) && shown.starts_with(['+', '-', ' ']);
    is_gutter.then_some(columns + 1)
}

/// The length of a simple formatting tag at the start of `text`.
pub(super) fn tag(text: &str) -> Option<usize> {
    const TAGS: [&str; 13] = [
        "b", "strong", "i", "em", "u", "li", "ul", "p", "br", "code", "td", "tr", "div",
    ];
    let end = text.bytes().take(12).position(|b| b == b'>')?;
    let name = text[1..end].trim_matches(['/', ' ']);
    TAGS.iter()
        .any(|tag| tag.eq_ignore_ascii_case(name))
        .then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompts_gutter() {
        for (line, rest) in [
            ("     1 +a", Some("+a")),
            ("123456  a", Some(" a")),
            ("1234567 -a", Some("-a")),
            ("old:41 -a", Some("-a")),
            (" old:4 -a", Some("-a")),
            ("old:1234567 -a", Some("-a")),
            ("  123456 +a", Some("+a")),
            ("     1  ", Some(" ")),
        ] {
            assert_eq!(gutter(line).map(|at| &line[at..]), rest, "{line}");
        }
        for line in [
            "",
            "1 +a",
            "       -a",
            "     1 a",
            "     1",
            "      -a",
            "123456+a",
        ] {
            assert_eq!(gutter(line), None, "{line}");
        }
    }
}
