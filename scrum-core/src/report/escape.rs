//! Escapes reviewers' text so that no forge, renderer or CI runner acts on it.
//!
//! A comment is rendered by Markdown first, and then filters turn what looks like a mention, an issue, a commit or an
//! emoji into links and pictures; so escaping alone does not help. An invisible zero-width space (U+200B) after the
//! first character of such an element makes it plain text for every filter. Invisible characters in the text itself are
//! escaped before by [`sanitize::line`](super::sanitize::line).
//!
//! What is broken up, and what it would become:
//!
//! | text | becomes |
//! |---|---|
//! | `@name`, `a@b.c` | a mention, a mail link |
//! | `#12`, `owner/repo#12`, `GH-12`, `KEY-12`, `GHSA-…` | a link to an issue, also one of an external tracker |
//! | `!12`, `$12`, `&12`, `%name`, `~name`, `^alert#12`, `[issue:12]` | references of GitLab |
//! | seven and more hexadecimal digits | a link to a commit |
//! | `https://…`, `www.…` | a link |
//! | `:name:` | an emoji, on GitHub also a picture |
//! | `[a](b)`, `[a][b]`, `[[a]]`, `<a …>` | links, images and HTML where a message is read as Markdown |
//! | `##[…]`, `##vso[…]` | a command to a CI runner |

use super::sanitize::line;

/// The invisible character that breaks up elements.
const BREAK: char = '\u{200b}';

/// How many characters ahead the end of an emoji's name is searched.
const EMOJI_NAME: usize = 64;

/// How many characters back the beginning of an issue tracker's key is searched.
const ISSUE_KEY: usize = 32;

/// One line of text for messages that some tools show unchanged and others render as Markdown.
///
/// ```
/// assert_eq!(scrum_core::report::escape::plain("ask @octocat\nin #7"), "ask @\u{200b}octocat in #\u{200b}7");
/// ```
pub fn plain(text: &str) -> String {
    written(&line(text), char_as_it_is)
}

/// One line of text for the inside of a Markdown paragraph or table cell, not at its beginning: as [`plain`], and
/// Markdown syntax is escaped, `<`, `>` and `&` are entities, and `$` is in a span so that it does not open a formula.
///
/// ```
/// assert_eq!(scrum_core::report::escape::markdown("a < *b*"), r"a &lt; \*b\*");
/// ```
pub fn markdown(text: &str) -> String {
    written(&line(text), char_in_markdown)
}

/// As [`markdown`], with text between backticks as code spans.
///
/// ```
/// assert_eq!(scrum_core::report::escape::markdown_with_code("a_b in `a_b`"), r"a\_b in `a_b`");
/// ```
pub fn markdown_with_code(text: &str) -> String {
    let clean = line(text);
    let mut out = String::with_capacity(clean.len() + 8);
    for (is_code, piece) in code_spans(&clean) {
        out.push_str(&if is_code {
            code(piece)
        } else {
            markdown_in_line(piece)
        });
    }
    out
}

/// Splits a line into text between backticks, and the rest.
pub(super) fn code_spans(line: &str) -> Vec<(bool, &str)> {
    let mut spans = Vec::new();
    let mut rest = line;
    while let Some(open) = rest.find('`') {
        let inner = &rest[open + 1..];
        let Some(close) = inner.find('`').filter(|close| *close > 0) else {
            break;
        };
        spans.push((false, &rest[..open]));
        spans.push((true, &inner[..close]));
        rest = &inner[close + 1..];
    }
    spans.push((false, rest));
    spans.retain(|(_, text)| !text.is_empty());
    spans
}

/// [`markdown`] for a piece of a clean line: white space at its ends stays.
fn markdown_in_line(piece: &str) -> String {
    written(piece, char_in_markdown)
}

/// A Markdown code span that shows the text unchanged. Filters ignore code, so nothing in it is broken up.
pub fn code(text: &str) -> String {
    let clean = line(text);
    let mut longest = 0;
    let mut run = 0;
    for c in clean.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // Without a space, a backtick at an end would belong to the delimiter; Markdown removes one space from both ends.
    let pad = if clean.is_empty() || clean.starts_with('`') || clean.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{clean}{pad}{fence}")
}

/// The first `most` characters, and how many are left out.
pub fn cut(text: &str, most: usize) -> (&str, usize) {
    match text.char_indices().nth(most) {
        Some((at, _)) => (&text[..at], text[at..].chars().count()),
        None => (text, 0),
    }
}

fn char_as_it_is(c: char, out: &mut String) {
    out.push(c);
}

fn char_in_markdown(c: char, out: &mut String) {
    match c {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '&' => out.push_str("&amp;"),
        '$' => out.push_str("<span>\\$</span>"),
        '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '^' | '!' | '{' | '}' => {
            out.push('\\');
            out.push(c);
        }
        _ => out.push(c),
    }
}

fn written(clean: &str, write: fn(char, &mut String)) -> String {
    let chars: Vec<char> = clean.chars().collect();
    let mut out = String::with_capacity(clean.len() + 8);
    // The word that could be the id of a commit.
    let mut commit = 0..0;
    for (at, &c) in chars.iter().enumerate() {
        write(c, &mut out);
        let Some(&next) = chars.get(at + 1) else {
            break;
        };
        if is_word(c) && (at == 0 || !is_word(chars[at - 1])) {
            commit = commit_at(&chars, at);
        }
        // No forge links a commit by six digits.
        let in_commit = commit.contains(&(at + 1)) && (at + 1 - commit.start).is_multiple_of(6);
        if in_commit || begins_something(&chars, at, next) {
            out.push(BREAK);
        }
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The word that begins here if it could be the id of a commit, else nothing.
fn commit_at(chars: &[char], start: usize) -> std::ops::Range<usize> {
    let word = chars[start..].iter().take_while(|c| is_word(**c));
    let mut length = 0;
    let mut hexadecimal = true;
    for c in word {
        length += 1;
        hexadecimal &= c.is_ascii_hexdigit();
    }
    if hexadecimal && length >= 7 {
        start..start + length
    } else {
        0..0
    }
}

fn begins_something(chars: &[char], at: usize, next: char) -> bool {
    match chars[at] {
        '@' => true,
        '#' => !next.is_whitespace(),
        '!' | '$' | '&' => next.is_ascii_digit(),
        '%' | '~' | '^' => {
            matches!(next, '_' | '"') || !(next.is_whitespace() || next.is_ascii_punctuation())
        }
        '[' => next.is_alphabetic() || next == '[',
        ']' => matches!(next, '(' | '[' | ':'),
        '<' => next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'),
        '-' => is_issue_key(&chars[..at], next),
        ':' => begins_address(&chars[at + 1..]) || begins_emoji(&chars[at + 1..]),
        'w' | 'W' => {
            next == '.' && at >= 2 && chars[at - 2..at].iter().all(|c| matches!(c, 'w' | 'W'))
        }
        _ => false,
    }
}

/// Whether `GH-`, `KEY-` or `GHSA-` ends here and what follows makes an issue of it.
fn is_issue_key(before: &[char], next: char) -> bool {
    let key = before.iter().rev().take(ISSUE_KEY);
    let key: String = key
        .take_while(|c| c.is_ascii_alphanumeric() || **c == '_')
        .collect();
    if key.eq_ignore_ascii_case("ashg") {
        return next.is_ascii_alphanumeric();
    }
    next.is_ascii_digit() && key.contains(|c: char| !c.is_ascii_digit())
}

fn begins_address(rest: &[char]) -> bool {
    rest.starts_with(&['/', '/'])
}

fn begins_emoji(rest: &[char]) -> bool {
    let name = rest
        .iter()
        .take(EMOJI_NAME)
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-'))
        .count();
    name > 0 && rest.get(name) == Some(&':')
}

#[cfg(test)]
pub(crate) mod tests;
