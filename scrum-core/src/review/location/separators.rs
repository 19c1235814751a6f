//! What separates the locations of a value: what joins them, and prose.

use super::lines;

/// Skips blanks, list punctuation and `and` before an item.
pub(super) fn skip_separators(text: &str) -> &str {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start_matches([
            ' ', '\t', '\r', '\n', '\u{a0}', ',', ';', '，', '；', '、', '|', '&', '\u{200b}',
            '\u{feff}',
        ]);
        let word = ["and ", "<br>", "<br/>", "<br />", "/ ", "+ "]
            .iter()
            .find_map(|word| lines::strip_ignoring_case(trimmed, word))
            .or_else(|| lines::and(trimmed))
            // `42/45`.
            .or_else(|| {
                let next = trimmed.strip_prefix('/')?;
                next.starts_with(|c: char| c.is_ascii_digit()).then_some(next)
            });
        match word {
            Some(next) => rest = next,
            None => return trimmed,
        }
    }
}

/// Whether what stands between two items joins them.
pub(super) fn has_separator(between: &str) -> bool {
    between.contains([',', ';', '，', '；', '、', '&', '/', '+', '|'])
        || between.contains("and")
        || between.contains("AND")
        || between.contains("br")
        || lines::and(between.trim_start()).is_some()
}

pub(super) fn has_separator_first(rest: &str) -> bool {
    let trimmed = rest.trim_start();
    trimmed.starts_with([',', ';', '，', '；', '、', '&', '|', '<']) || trimmed.starts_with("and ")
}

/// Skips what closes a quote or emphasis.
pub(super) fn skip_closing(text: &str) -> &str {
    text.trim_start_matches(['*', '`', '"', '”', '’', '\'', '>', ')', ']', '_'])
}

/// Skips a remark in brackets.
pub(super) fn skip_brackets(text: &str) -> &str {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '（' | '[' => depth += 1,
            ')' | '）' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return &text[at + c.len_utf8()..];
                }
            }
            _ => {}
        }
    }
    ""
}

/// Whether what stands here begins a sentence of its own.
pub(super) fn ends_the_list(rest: &str) -> bool {
    let trimmed = rest.trim_start();
    let mut chars = trimmed.chars();
    match chars.next() {
        Some('–' | '—' | '→' | '。' | '!' | '?' | '=') => true,
        Some('-' | '.' | ':' | '：') => chars
            .next()
            .is_none_or(|c| c.is_whitespace() || c == '-' || c == '>'),
        _ => false,
    }
}

/// What follows the next `,`, `;` or ` and ` of the same sentence, outside of brackets and backticks.
pub(super) fn after_next_separator(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut ticks = false;
    for (at, c) in text.char_indices() {
        match c {
            '`' => ticks = !ticks,
            '(' | '[' | '（' => depth += 1,
            ')' | ']' | '）' => depth = depth.saturating_sub(1),
            _ if depth > 0 || ticks => {}
            ',' | ';' | '，' | '；' | '、' => return Some(skip_separators(&text[at..])),
            '–' | '—' | '。' => return None,
            '-' | '.' | ':' | '?' | '!'
                if text[at + 1..].starts_with(char::is_whitespace)
                    && (c != '-' || text[..at].ends_with(' ')) =>
            {
                return None;
            }
            ' ' if text[at + 1..].starts_with("and ") => return Some(skip_separators(&text[at..])),
            '<' => {
                if let Some(rest) = lines::strip_ignoring_case(&text[at..], "<br") {
                    return Some(skip_separators(rest.trim_start_matches([' ', '/', '>'])));
                }
            }
            _ => {}
        }
    }
    None
}
