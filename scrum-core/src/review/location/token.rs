//! Inside one word: where its path ends, and the lines or the symbol behind it.

use super::citation::{Malformed, RangeResult};
use super::{lines, path};

/// In how many places of a quoted text its lines may begin.
const MOST_GAPS: usize = 16;

/// What a location names.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) path: String,
    /// Several where brackets list them; empty where there are none.
    pub(super) lines: Vec<RangeResult>,
    pub(super) symbol: Option<String>,
}

impl Named {
    /// The whole file.
    pub(super) fn file(path: String) -> Self {
        Self {
            path,
            ..Self::default()
        }
    }

    /// A gap that a template left where the line belongs.
    pub(super) fn set_gap(&mut self, gap: &str) {
        let text = gap.to_owned();
        self.lines = vec![Err(Malformed::Line { text })];
    }
}

/// Where the path ends inside an unquoted word, and where a symbol begins, if one does.
pub(super) fn path_and_tail(token: &str) -> (usize, Option<usize>) {
    let bytes = token.as_bytes();
    for at in memchr::memchr2_iter(b':', b'#', bytes) {
        let next = bytes.get(at + 1).copied().unwrap_or(b' ');
        let digit = next.is_ascii_digit()
            || (matches!(next, b'L' | b'l' | b'~')
                && bytes.get(at + 2).is_some_and(u8::is_ascii_digit));
        if digit {
            return (at, None);
        }
        if bytes[at] == b'#' {
            continue;
        }
        match next {
            b':' => return (at, Some(at + 2)),
            b' ' => return (at, None),
            _ if lines::after_word(&token[at + 1..]).is_some()
                || lines::after_old(&token[at + 1..]).is_some() =>
            {
                return (at, None);
            }
            b if b.is_ascii_alphabetic() || b == b'_' => {
                // `path:name`.
                return (at, Some(at + 1));
            }
            _ => {}
        }
    }
    (token.len(), None)
}

/// Reads a text that is one location from end to end; blanks belong to the path.
pub(super) fn whole(text: &str) -> Option<Named> {
    let text = text.trim().trim_matches(['`', '*']);
    let (cut, name_from) = path_and_tail(text);
    let mut named = Named::file(path::cleaned(&text[..cut])?);
    if let Some(at) = name_from {
        let single = at == cut + 1;
        let (name, after) = symbol_at(&text[at..])?;
        if single && is_placeholder(name) {
            named.set_gap(name);
            return path::has_folder(&named.path).then_some(named);
        }
        match lines::behind_path(after) {
            Some((read, _)) => named.lines = read,
            None => named.symbol = Some(name.to_owned()),
        }
        return Some(named);
    }
    if cut < text.len() {
        (named.lines, _) = lines::behind_path(&text[cut..])?;
        return Some(named);
    }
    // `path (line 42)` and `path, line 42` inside the quotes.
    let gaps = text.match_indices([' ', ',', '(']).map(|(at, _)| at);
    for at in gaps.take(MOST_GAPS) {
        if let Some((read, _)) = lines::behind_path(&text[at..]) {
            named.path = path::cleaned(text[..at].trim_end_matches([',', ' ']))?;
            named.lines = read;
            break;
        }
    }
    Some(named)
}

/// A symbol: a name with `::`, `.`, generics and arguments, without the trailing `()`; and what follows.
pub(super) fn symbol_at(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let mut end = text.len();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let stops = match c {
            '<' | '(' | '[' => {
                depth += 1;
                false
            }
            '>' | ')' | ']' if depth > 0 => {
                depth -= 1;
                false
            }
            ')' | ']' | '`' | '"' | '*' | '|' | '“' | '”' => true,
            ',' | ';' | '#' => depth == 0,
            // `name:42` has lines; `Type::name` goes on.
            ':' if depth == 0 => next != Some(':') && !text[..at].ends_with(':'),
            c if c.is_whitespace() => depth == 0,
            _ => false,
        };
        if stops {
            end = at;
            break;
        }
        if at > 512 {
            end = at;
            break;
        }
    }
    let mut name = &text[..end];
    // An opening bracket that stays open belongs to the prose.
    if depth > 0 {
        name = name.split(['(', '[']).next().unwrap_or(name).trim_end();
    }
    loop {
        let shorter = name.trim_end_matches(['.', ':', '!', '?']);
        let shorter = shorter.strip_suffix("()").unwrap_or(shorter);
        if shorter.len() == name.len() {
            break;
        }
        name = shorter;
    }
    let end = if depth > 0 { name.len() } else { end };
    (!name.is_empty()).then_some((name, &text[end..]))
}

/// The end of a path with blanks that begins with the word before `end`: the words up to one that has lines or a
/// known ending, none of which is a word of prose.
pub(super) fn spaced_end(text: &str, end: usize) -> Option<usize> {
    const PROSE: [&str; 26] = [
        "a", "an", "and", "around", "at", "by", "class", "file", "for", "from", "function", "in",
        "is", "line", "lines", "method", "near", "new", "of", "on", "or", "see", "the", "to",
        "when", "with",
    ];
    let mut end = end;
    let first = &text[..end];
    let is_prose = |word: &str| {
        word.ends_with('.') || !word.contains(char::is_alphanumeric) || PROSE.contains(&word)
    };
    if is_prose(&first.to_lowercase()) {
        return None;
    }
    for _ in 0..6 {
        let start = text.len() - text[end..].trim_start_matches(' ').len();
        let word = &text[start..start + path::bare_end(&text[start..])];
        // `src/a dir/b.rs` has its folder in front; otherwise a whole path that follows words is that path alone.
        let (cut, _) = path_and_tail(word);
        end = start + word.len();
        if path::has_ending(&word[..cut]) {
            let own = path::has_folder(&word[..cut]);
            let prose = own && first.chars().all(char::is_lowercase);
            return (!prose).then_some(end);
        }
        if is_prose(word) {
            return None;
        }
    }
    None
}

/// `:line` or `:<line>`, which a template has where numbers belong.
pub(super) fn placeholder(rest: &str) -> Option<&str> {
    let word = rest.strip_prefix(':')?;
    let end = word
        .find(|c: char| c.is_whitespace() || c == ',')
        .unwrap_or(word.len());
    let word = word[..end].trim_matches(['<', '>', '{', '}', '[', ']', '`', '*', '.']);
    is_placeholder(word).then_some(word)
}

pub(super) fn is_placeholder(word: &str) -> bool {
    [
        "line",
        "lines",
        "line_number",
        "lineno",
        "line-line",
        "start-end",
        "start",
        "first",
        "first-last",
        "n",
        "nn",
        "nnn",
    ]
    .iter()
    .any(|gap| gap.eq_ignore_ascii_case(word))
}
