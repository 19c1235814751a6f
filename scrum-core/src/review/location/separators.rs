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

/// Skips what closes a quote or emphasis.
pub(super) fn skip_closing(text: &str) -> &str {
    text.trim_start_matches(['*', '`', '"', '”', '’', '\'', '>', ')', '）', ']', '_'])
}

/// Skips a remark in brackets.
pub(super) fn skip_brackets(text: &str) -> &str {
    let end = text.find([')', '）', ']']).unwrap_or(text.len());
    skip_closing(&text[end..])
}

/// What follows the next `,`, `;` or ` and ` of the same sentence; a dash, a colon or a full stop ends it.
pub(super) fn after_next_separator(text: &str) -> Option<&str> {
    for (at, c) in text.char_indices() {
        match c {
            ',' | ';' | '，' | '；' | '、' => return Some(skip_separators(&text[at..])),
            '–' | '—' | '。' => return None,
            '-' | '.' | ':' | '?' | '!' if text[at + 1..].starts_with(char::is_whitespace) => {
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
