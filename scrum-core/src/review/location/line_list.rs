//! Lines in a text that is about one file, and names it elsewhere.

use std::ops::Range;

use super::citation::{ParsedRange, RangeResult};
use super::lines;
use super::path::is_cjk;

/// How far into a text its lines are looked for, in characters.
const FAR: usize = 400;

/// Reads a line, or lines, and nothing else: `42`, `L42`, `40-52`, `lines 40–52`.
pub(crate) fn line_range(text: &str) -> Option<RangeResult> {
    let text = text.trim();
    let (lines, rest) = lines::range(lines::after_word(text).unwrap_or(text))?;
    rest.trim().is_empty().then_some(lines)
}

/// The lines that a value begins with: `135-150`, `45 to 48`, `第 123 行`.
pub(crate) fn line_list(text: &str) -> Option<Vec<RangeResult>> {
    Some(lines::list(lines::after_word(text).unwrap_or(text))?.0)
}

/// The lines at the start of a text, and where they end: `Line 34-36 (medium): …`, `L28: …`, `` `34-41`: … ``.
pub(crate) fn lines_at_start(text: &str) -> Option<(Vec<RangeResult>, usize)> {
    let inner = text.trim_start_matches(['`', '*', '_', '[', '(', ' ', '#', '@', '|']);
    let lead = text.len() - inner.len();
    let short = inner.starts_with('L').then_some(inner);
    if let Some(numbers) = lines::after_word(inner).or(short) {
        let (read, rest) = lines::list(numbers)?;
        return Some((read, text.len() - rest.len()));
    }
    if let Some((line, len)) = line_and_column(inner) {
        return Some((vec![line], lead + len));
    }
    // A bare range needs backticks around it, or a word behind it.
    let (read, rest) = lines::range(inner)?;
    let behind = lines::after_number(rest);
    (rest.starts_with('`') || behind.len() < rest.len())
        .then(|| (vec![read], text.len() - behind.len()))
}

/// `20:17  error …`, as linters print it below a path; with the bytes that it takes, from the first digit.
fn line_and_column(text: &str) -> Option<(RangeResult, usize)> {
    let (line, rest) = text.split_once(':')?;
    let column = rest.bytes().take_while(u8::is_ascii_digit).count();
    if column == 0 || !rest[column..].starts_with([' ', '\t']) {
        return None;
    }
    let line = line.parse().ok().filter(|line| *line > 0)?;
    Some((
        Ok(ParsedRange::new(line, line)),
        text.len() - rest.len() + column,
    ))
}

/// The first lines that a text names with a word: `P1 at line 30: …`.
pub(crate) fn lines_in(text: &str) -> Option<(Vec<RangeResult>, Range<usize>)> {
    let mut apart = true;
    for (at, c) in text.char_indices().take(FAR) {
        if apart
            && let Some(number) = lines::after_word(&text[at..])
            && let Some((read, rest)) = lines::list(number)
        {
            return Some((read, at..text.len() - rest.len()));
        }
        apart = !c.is_alphanumeric() || is_cjk(c);
    }
    None
}
