//! Line numbers: `42`, `40-52`, `(lines 40, 52)`, `, line 42`, `#L40-L52`; of the old file: `old:42`, `old line 42`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::citation::{Malformed, ParsedRange, RangeResult};

/// The words around line numbers, in many languages.
#[derive(Deserialize)]
pub(super) struct LineWords {
    pub(super) before: Vec<String>,
    pub(super) after: Vec<String>,
    pub(super) to: Vec<String>,
    pub(super) and: Vec<String>,
    pub(super) between: Vec<String>,
    pub(super) of: Vec<String>,
}

pub(super) static WORDS: LazyLock<LineWords> = LazyLock::new(|| {
    let mut words: LineWords = toml::from_str(include_str!("../../../data/line-words.toml"))
        .expect("the data file is part of the program, and a test reads it");
    for list in [
        &mut words.before,
        &mut words.to,
        &mut words.and,
        &mut words.between,
    ] {
        let capitals: Vec<String> = list.iter().map(|word| capitalized(word)).collect();
        list.extend(capitals);
        list.sort_by_key(|word| std::cmp::Reverse(word.len()));
    }
    words
});

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// A range, and what follows it.
type RangeAndRest<'a> = (RangeResult, &'a str);
/// Ranges, and what follows them.
type RangesAndRest<'a> = (Vec<RangeResult>, &'a str);

/// What may close a quoted number or path, or open one.
const MARKS: [char; 2] = ['`', '*'];

/// Reads `N`, `N-M` or `old:N-M` at the start of `text`; columns are read and dropped.
pub(super) fn range(text: &str) -> Option<RangeAndRest<'_>> {
    match after_old(text) {
        Some(numbers) => plain_range(numbers).map(|(lines, rest)| (on_old_side(lines), rest)),
        None => plain_range(text),
    }
}

pub(super) fn on_old_side(lines: RangeResult) -> RangeResult {
    lines.map(ParsedRange::on_old_side)
}

/// Skips what says that a number is one of the old file: `old:`, `old line`.
pub(super) fn after_old(text: &str) -> Option<&str> {
    let rest = strip_ignoring_case(text, "old")?;
    if let Some(number) = rest.strip_prefix(':') {
        return Some(number.trim_start());
    }
    after_word(rest.strip_prefix([' ', '-'])?)
}

/// Whether the words after a number say that it is one of the old file.
fn says_old(words: &str) -> bool {
    ["of the old ", "in the old "]
        .iter()
        .any(|word| strip_ignoring_case(words.trim_start(), word).is_some())
}

fn plain_range(text: &str) -> Option<RangeAndRest<'_>> {
    let (first, rest) = number(text)?;
    let (rest, first_column) = skip_column(rest);
    if let Some((tail, spaced)) = dash(rest)
        && let Some((last, tail)) =
            number(after_old(tail).or_else(|| after_word(tail)).unwrap_or(tail))
    {
        let (tail, last_column) = skip_column(tail);
        // `40:5-10` is one line with columns 5 to 10.
        if first_column && !last_column {
            return Some((range_of(first.clone(), first), tail));
        }
        if !spaced || at_boundary(tail) {
            return Some((range_of(first, last), tail));
        }
    }
    Some((range_of(first.clone(), first), rest))
}

fn range_of(first: Result<u32, Malformed>, last: Result<u32, Malformed>) -> RangeResult {
    Ok(ParsedRange::new(first?, last?))
}

/// Reads a range and those joined to it: `40, 52-60 and 70`.
pub(super) fn list(text: &str) -> Option<RangesAndRest<'_>> {
    let (first, rest) = range(text)?;
    let mut all = vec![first];
    let rest = more(after_number(rest), &mut all);
    Some((all, rest))
}

/// Reads `42 and 50` as one range; what joins otherwise is a list.
pub(super) fn list_between(text: &str) -> Option<RangesAndRest<'_>> {
    let (first, rest) = range(text)?;
    let second = and(rest.trim_start()).and_then(|second| range(second.trim_start()));
    match (first, second) {
        (Ok(first), Some((Ok(second), rest))) => {
            let start = first.range.start.min(second.range.start);
            let whole = ParsedRange::new(start, first.range.end.max(second.range.end));
            Some((vec![Ok(whole)], after_number(rest)))
        }
        _ => list(text),
    }
}

/// Adds the ranges that are joined to those before.
pub(super) fn more<'a>(text: &'a str, all: &mut Vec<RangeResult>) -> &'a str {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let listed = trimmed.strip_prefix([',', ';', '/', '&', '、']);
        let listed = listed.map(str::trim_start);
        let Some(next) = listed
            .map(|next| and(next).unwrap_or(next))
            .or_else(|| and(trimmed))
        else {
            return rest;
        };
        let next = next.trim_start();
        let next = next.strip_prefix(':').unwrap_or(next);
        let worded = after_word(next);
        match range(worded.unwrap_or(next)) {
            Some((read, after)) if worded.is_some() || at_boundary(after) => {
                all.push(read);
                rest = after_number(after);
            }
            _ => return rest,
        }
    }
}

/// Reads `42`, `L42` or `~42`. Digits that run into a word (`2nd`, `3x`) are no line.
fn number(text: &str) -> Option<(Result<u32, Malformed>, &str)> {
    let text = text.trim_start_matches(['~', '≈']);
    let digits_at = text.strip_prefix(['L', 'l']).unwrap_or(text);
    let len = digits_at.bytes().take_while(u8::is_ascii_digit).count();
    if len == 0 {
        return None;
    }
    let (digits, rest) = digits_at.split_at(len);
    // `#L40C5`, and `42ff` for "and the following".
    let rest = match rest.strip_prefix(['C', 'c']) {
        Some(column) => column.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest.trim_start_matches('f'),
    };
    if rest.starts_with(|c: char| c.is_alphanumeric() && !is_ideograph(c)) {
        return None;
    }
    let line = match digits.parse::<u32>() {
        Ok(line) if line > 0 => Ok(line),
        _ => Err(Malformed::Line {
            text: shortened(digits),
        }),
    };
    Some((line, rest.strip_prefix('+').unwrap_or(rest)))
}

fn shortened(digits: &str) -> String {
    if digits.len() <= 24 {
        digits.to_owned()
    } else {
        format!("{}…", &digits[..24])
    }
}

/// Skips a word that joins the ends of a range. One in Latin letters needs blanks around it.
fn joiner<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(word)?;
    let latin = word.starts_with(|c: char| c < '\u{3000}');
    (!latin || rest.starts_with(' ')).then_some(rest)
}

/// Skips what follows a number in some languages: `42行目`.
pub(super) fn after_number(text: &str) -> &str {
    let trimmed = text.trim_start();
    WORDS
        .after
        .iter()
        .find_map(|word| trimmed.strip_prefix(word.as_str()))
        .unwrap_or(text)
}

/// Skips a word that joins two ranges.
pub(super) fn and(text: &str) -> Option<&str> {
    WORDS.and.iter().find_map(|word| joiner(text, word))
}

fn is_ideograph(c: char) -> bool {
    ('\u{3040}'..='\u{30ff}').contains(&c)
        || ('\u{4e00}'..='\u{9fff}').contains(&c)
        || ('\u{ac00}'..='\u{d7a3}').contains(&c)
}

/// Skips `:7` behind a line.
fn skip_column(text: &str) -> (&str, bool) {
    let Some(digits) = text.strip_prefix(':') else {
        return (text, false);
    };
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() == digits.len() {
        return (text, false);
    }
    (rest, true)
}

/// Skips what joins the two ends of a range. The second value says whether a blank follows, in which case it may just
/// as well be a dash between a location and prose.
fn dash(text: &str) -> Option<(&str, bool)> {
    let trimmed = text.trim_start();
    let is_dash = |c: char| {
        matches!(
            c,
            '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '~' | '〜' | '～' | '－' | '…'
        )
    };
    let rest = if let Some(rest) = trimmed
        .strip_prefix("->")
        .or_else(|| trimmed.strip_prefix(".."))
    {
        rest.trim_start_matches(['.', '='])
    } else if trimmed.starts_with(is_dash) {
        trimmed.trim_start_matches(is_dash)
    } else {
        WORDS.to.iter().find_map(|word| joiner(trimmed, word))?
    };
    let number = rest.trim_start();
    Some((number, number.len() < rest.len()))
}

/// Whether a number that ends here stands for itself: the end of the value, punctuation, or a word that joins.
pub(super) fn at_boundary(text: &str) -> bool {
    let text = text.trim_start();
    let mut chars = text.chars();
    match chars.next() {
        None => true,
        Some('.' | ':' | '：' | '-') => chars.next().is_none_or(char::is_whitespace),
        Some(c) => {
            ",;)](`*\"'|<&/、，；。）（–—".contains(c)
                || after_number(text).len() < text.len()
                || and(text).is_some()
        }
    }
}

/// Skips `line`, `lines`, `ln`, `l.` and the like where a number follows.
pub(super) fn after_word(text: &str) -> Option<&str> {
    let rest = WORDS
        .before
        .iter()
        .find_map(|word| strip_ignoring_case(text, word))?;
    let rest = rest.trim_start_matches(['.', ':', '：', '#', ' ', '\t', '\u{a0}', '`', '*', '=']);
    let digits = rest.trim_start_matches(['~', '≈']);
    let digits = digits.strip_prefix(['L', 'l']).unwrap_or(digits);
    digits
        .starts_with(|c: char| c.is_ascii_digit())
        .then_some(rest)
}

pub(super) fn strip_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| &text[prefix.len()..])
}

/// Reads the lines that stand behind a path, in whatever form. `None` where none stand there.
pub(super) fn behind_path(text: &str) -> Option<RangesAndRest<'_>> {
    // The path's own closing quote, where lines stand outside of it.
    let text = text.trim_start_matches(MARKS);
    if let Some(rest) = text.strip_prefix('#') {
        return range(rest).map(|(lines, rest)| (vec![lines], rest));
    }
    if let Some(rest) = text.strip_prefix([':', '：']) {
        let number = rest.trim_start().trim_start_matches(MARKS);
        let spaced = rest.starts_with(char::is_whitespace);
        return with_word(number)
            .or_else(|| range(number).filter(|(_, tail)| !spaced || at_boundary(tail)))
            .map(single);
    }
    let trimmed = text.trim_start();
    let attached = trimmed.len() == text.len();
    if let Some(rest) = trimmed.strip_prefix(['(', '[', '（']) {
        return in_brackets(rest, attached);
    }
    let number = skip_separator(trimmed).trim_start_matches(MARKS);
    if let Some(lines) = with_word(number) {
        return Some(single(lines));
    }
    let (lines, rest) = range(number)?;
    // `path L42` needs no more; a bare number must stand for itself.
    (number.starts_with(['L', 'l']) || at_boundary(rest)).then(|| single((lines, rest)))
}

fn single((lines, rest): RangeAndRest<'_>) -> RangesAndRest<'_> {
    let rest = rest.trim_start_matches(MARKS);
    (vec![lines], after_number(rest))
}

/// `line 42` and its like.
fn with_word(text: &str) -> Option<RangeAndRest<'_>> {
    range(after_word(text)?)
}

/// Skips the punctuation or the small word between a path and `line 42`.
fn skip_separator(text: &str) -> &str {
    let rest = text
        .strip_prefix([',', ';', '，', '–', '—', '-'])
        .unwrap_or(text)
        .trim_start();
    [
        "at ", "on ", "in ", "around ", "near ", "approx. ", "about ",
    ]
    .iter()
    .find_map(|word| strip_ignoring_case(rest, word))
    .map_or(rest, str::trim_start)
}

/// Reads `line 42)`, `lines 40, 52 and 60-65)`, `42)`; what else the brackets hold is skipped.
fn in_brackets(text: &str, attached: bool) -> Option<RangesAndRest<'_>> {
    let inner = skip_separator(text.trim_start());
    let worded = after_word(inner);
    let (mut all, rest) = list(worded.unwrap_or(inner))?;
    let closed = rest.trim_start().strip_prefix([')', ']', '）']);
    if !inner.starts_with(['L', 'l']) {
        // `(42)` and no word beside it; what a compiler prints as `file(42,7)` has its column there.
        let closed = closed?;
        if attached {
            all.truncate(1);
        }
        return Some((all, closed));
    }
    if let Some(rest) = closed {
        return Some((all, rest));
    }
    let words = &rest[..rest.find([')', ']', '）']).unwrap_or(rest.len())];
    if says_old(words) {
        all = all.into_iter().map(on_old_side).collect();
    }
    let rest = rest[words.len()..].trim_start_matches([')', ']', '）']);
    Some((all, rest))
}
