//! Makes untrusted text safe for a terminal, and wraps it.

use unicode_width::UnicodeWidthChar;

use crate::terminal::is_harmful;

/// One line of harmless text: white space becomes a single space; control characters, terminal escapes, bidirectional
/// marks and invisible characters become `\u{…}`. Text that a CI runner would take for a command (`##[` or `##vso[`
/// anywhere, `::` at the start) is split by a space.
///
/// ```
/// assert_eq!(scrum_core::report::sanitize::line("a\u{1b}[31m\tb\n"), r"a\u{1b}[31m b");
/// ```
pub fn line(text: &str) -> String {
    if is_plain_line(text) {
        return text.to_owned();
    }
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() && !matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}')
        {
            if !clean.is_empty() && !clean.ends_with(' ') {
                clean.push(' ');
            }
        } else if is_harmful(c) {
            clean.extend(c.escape_unicode());
        } else {
            if c == '[' && ends_like_a_command(&clean) {
                clean.push(' ');
            }
            clean.push(c);
        }
    }
    clean.truncate(clean.trim_end().len());
    part_command(&mut clean);
    clean
}

/// Whether `##` and letters end the text: `##vso`.
fn ends_like_a_command(text: &str) -> bool {
    // No runner's name is longer. The limit avoids scanning a long word for each bracket in it.
    const LONGEST: usize = 16;
    let letters = text.bytes().rev().take(LONGEST);
    let letters = letters.take_while(u8::is_ascii_alphabetic).count();
    text[..text.len() - letters].ends_with("##")
}

/// Splits the `::` that begins a workflow command of GitHub.
fn part_command(line: &mut String) {
    if line.starts_with("::") {
        line.insert(1, ' ');
    }
}

/// Whether a text is already clean: printable ASCII with single spaces and no runner's command, so that each byte is
/// one column.
fn is_plain_line(text: &str) -> bool {
    let mut before = b' ';
    let plain = text.bytes().all(|byte| {
        let twice = byte == before && matches!(byte, b' ' | b'#');
        before = byte;
        matches!(byte, b' '..=b'~') && !twice
    });
    plain && before != b' ' && !text.starts_with([' ', ':'])
}

/// Width of a text on a terminal, in columns.
pub fn columns(text: &str) -> usize {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.len();
    }
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Breaks clean text at spaces into lines of at most `width` columns. A longer word is not broken.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    wrap_into(text, width, |line| lines.push(line.to_owned()));
    lines
}

/// [`wrap`], one line at a time.
pub(super) fn wrap_into(text: &str, width: usize, mut each: impl FnMut(&str)) {
    let width = width.max(8);
    if !is_plain_line(text) {
        // Most hold a `·` between words, and fit.
        let spaced = text.starts_with(' ') || text.ends_with(' ') || text.contains("  ");
        if !spaced && columns(text) <= width {
            return each_parted(text, &mut each);
        }
        return wrapped(text, width).iter().for_each(|line| each(line));
    }
    let mut rest = text;
    while rest.len() > width {
        let bytes = rest.as_bytes();
        let space = memchr::memrchr(b' ', &bytes[..=width]);
        let Some(space) = space.or_else(|| memchr::memchr(b' ', bytes)) else {
            break;
        };
        each_parted(&rest[..space], &mut each);
        rest = &rest[space + 1..];
    }
    each_parted(rest, &mut each);
}

fn each_parted(line: &str, each: &mut impl FnMut(&str)) {
    if line.starts_with("::") {
        let mut parted = line.to_owned();
        part_command(&mut parted);
        return each(&parted);
    }
    each(line);
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let wide = columns(word);
        if used > 0 && used + 1 + wide > width {
            lines.push(String::new());
            used = 0;
        }
        let Some(mut last) = lines.last_mut() else {
            continue;
        };
        if used > 0 {
            last.push(' ');
            used += 1;
        }
        for c in word.chars() {
            let wide = c.width().unwrap_or(0);
            // Scripts with wide characters have no spaces, and can be broken anywhere.
            if used + wide > width && wide > 1 {
                lines.push(String::new());
                used = 0;
                last = match lines.last_mut() {
                    Some(last) => last,
                    None => break,
                };
            }
            last.push(c);
            used += wide;
        }
    }
    lines.iter_mut().for_each(part_command);
    lines
}

/// The text cut to `columns`, with `…` where something is missing.
pub fn shorten(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        let hostile = "a\u{1b}]0;title\u{7}\r\nb\u{9b}2J\u{202e}c\u{200b}\u{85}\u{7f}\0";
        let clean = line(hostile);
        assert!(!clean.chars().any(is_harmful), "{clean}");
        assert!(clean.starts_with(r"a\u{1b}]0;title\u{7} b\u{9b}2J\u{202e}c"));
        assert_eq!(line("  für  多字 \n"), "für 多字");
    }

    proptest::proptest! {
        #[test]
        fn plain_lines_wrap_as_all_others_do(text in "[a-z :#\\[]{0,60}", width in 8_usize..20) {
            proptest::prop_assert_eq!(wrap(&text, width), wrapped(&text, width));
        }
    }

    #[test]
    fn no_line_is_a_command_to_a_runner() {
        assert_eq!(line("::stop-commands::x"), ": :stop-commands::x");
        assert_eq!(
            line("a ##[add-mask]b ##vso[task.x]"),
            "a ## [add-mask]b ##vso [task.x]"
        );
        assert_eq!(
            line("std::io, arr[0], # [a], ##"),
            "std::io, arr[0], # [a], ##"
        );
        assert_eq!(wrap("1234567 ::error::x", 8), ["1234567", ": :error::x"]);
    }

    #[test]
    fn wrapping() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghijkl m", 8), ["abcdefghijkl", "m"]);
        assert_eq!(wrap("多多多多多", 8), ["多多多多", "多"]);
        assert_eq!(wrap("", 8), [""]);
        assert_eq!(shorten("abcdef", 4), "abc…");
    }
}
