//! Makes untrusted text safe for the page.
//!
//! [`prose`] and [`sanitize::line`](crate::report::sanitize::line) give plain text, which a template escapes. [`code_line`]
//! gives HTML, for the lines of diffs: they are too many for a template.

use std::fmt::Write as _;

use serde::Serialize;

use crate::report::escape::code_spans;
use crate::report::sanitize;
use crate::review::Severity;

/// Maximum number of characters of a claim.
const MAX_PROSE: usize = 4_000;

/// Maximum number of characters of a line of code.
const MAX_LINE: usize = 2_000;

/// Untrusted prose, in lines, with code between backticks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Prose {
    pub(super) parts: Vec<Part>,
    /// Number of characters left out.
    pub(super) more: usize,
}

/// A piece of prose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Part {
    /// Whether it was between backticks.
    pub(super) code: bool,
    pub(super) text: String,
}

/// Splits a text; `None` if it is empty. Line breaks are kept, other white space becomes one space.
pub(super) fn prose(text: &str) -> Option<Prose> {
    let length = text.chars().count();
    let end = text
        .char_indices()
        .nth(MAX_PROSE)
        .map_or(text.len(), |(at, _)| at);
    let mut parts: Vec<Part> = Vec::new();
    let mut push = |code: bool, text: &str| match parts.last_mut() {
        Some(last) if last.code == code => last.text.push_str(text),
        _ => parts.push(Part {
            code,
            text: text.to_owned(),
        }),
    };
    let lines = text[..end].lines().map(sanitize::line);
    for (at, line) in lines.filter(|line| !line.is_empty()).enumerate() {
        if at > 0 {
            push(false, "\n");
        }
        for (is_code, piece) in code_spans(&line) {
            push(is_code, piece);
        }
    }
    parts.retain(|part| !part.text.is_empty());
    (!parts.is_empty()).then_some(Prose {
        parts,
        more: length.saturating_sub(MAX_PROSE),
    })
}

/// The start of a text in one line, for a list.
pub(super) fn start(text: &str, length: usize) -> String {
    // Apart from escapes, a line is never longer than its source, so limit the source.
    let bounded: String = text.chars().take(length.saturating_mul(4)).collect();
    let line = sanitize::line(&bounded);
    match line.char_indices().nth(length) {
        None => line,
        Some((at, _)) => {
            let kept = line[..at].trim_end();
            // Code that is cut is still code.
            let close = if kept.matches('`').count() % 2 == 1 {
                "`"
            } else {
                ""
            };
            format!("{kept}…{close}")
        }
    }
}

/// Appends one line of a diff, without its line feed, as HTML. Invisible content is escaped and marked by `<b>`:
/// control characters except tab, bidirectional marks, invalid bytes.
pub(super) fn code_line(bytes: &[u8], html: &mut String) {
    let mut shown = 0;
    let mut left_out = 0_usize;
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if shown >= MAX_LINE {
                left_out += c.len_utf8();
                continue;
            }
            shown += 1;
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '\t' => html.push('\t'),
                '\r' => html.push_str("<b>\\r</b>"),
                c if crate::terminal::is_harmful(c) => {
                    html.push_str("<b>");
                    html.extend(c.escape_unicode());
                    html.push_str("</b>");
                }
                c => html.push(c),
            }
        }
        if shown >= MAX_LINE {
            left_out += chunk.invalid().len();
            continue;
        }
        for byte in chunk.invalid() {
            shown += 1;
            // Writing to a string cannot fail.
            let _ = write!(html, "<b>\\x{byte:02X}</b>");
        }
    }
    if left_out > 0 {
        let _ = write!(html, "<b>… {left_out} more bytes</b>");
    }
}

/// The word in attributes.
pub(super) fn severity_key(severity: Option<Severity>) -> &'static str {
    severity.map_or("none", Severity::as_str)
}

/// The word for people.
pub(super) fn severity_word(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Block) => "Block",
        Some(Severity::Warn) => "Warn",
        Some(Severity::Info) => "Info",
        None => "No severity",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(bytes: &[u8]) -> String {
        let mut html = String::new();
        code_line(bytes, &mut html);
        html
    }

    #[test]
    fn code_is_text_and_what_is_unseen_is_seen() {
        assert_eq!(
            code(b"+<script>alert('1')</script> && \"x\""),
            "+&lt;script&gt;alert('1')&lt;/script&gt; &amp;&amp; \"x\""
        );
        assert_eq!(
            code("a\u{202e}b\t\u{1b}[0m\r".as_bytes()),
            r"a<b>\u{202e}</b>b	<b>\u{1b}</b>[0m<b>\r</b>"
        );
        assert_eq!(code(b"\xff\xfea"), r"<b>\xFF</b><b>\xFE</b>a");
        assert_eq!(code("für 多字".as_bytes()), "für 多字");
    }

    #[test]
    fn long_lines_are_cut_and_say_so() {
        let html = code(&[b'x'; MAX_LINE + 7]);
        assert!(html.ends_with("xx<b>… 7 more bytes</b>"));
        let html = code(&[0xff; MAX_LINE * 3]);
        assert!(
            html.ends_with(&format!("<b>… {} more bytes</b>", MAX_LINE * 2)),
            "{}",
            &html[html.len() - 60..]
        );
    }

    #[test]
    fn prose_keeps_lines_and_code() {
        let parts = |text: &str| -> Vec<(bool, String)> {
            let prose = prose(text).unwrap();
            prose
                .parts
                .into_iter()
                .map(|part| (part.code, part.text))
                .collect()
        };
        assert_eq!(
            parts("The `drain`  loop\n\n stops `early"),
            [
                (false, "The ".to_owned()),
                (true, "drain".to_owned()),
                (false, " loop\nstops `early".to_owned())
            ]
        );
        assert_eq!(parts("``` x"), [(false, "``` x".to_owned())]);
        assert_eq!(parts("a\u{202e}b"), [(false, r"a\u{202e}b".to_owned())]);
        assert_eq!(prose(" \n\t"), None);
        assert_eq!(prose(&"多".repeat(MAX_PROSE + 3)).unwrap().more, 3);
    }

    #[test]
    fn the_start_of_a_text() {
        assert_eq!(start("one  two\nthree", 7), "one two…");
        assert_eq!(start("one  two", 7), "one two");
        assert_eq!(start("call `drain(now)` twice", 11), "call `drain…`");
        assert_eq!(start("call `drain(now)` twice", 19), "call `drain(now)` t…");
    }
}
