//! The lines that a text names near a path: behind it, with words between, or in front of it.

use std::sync::LazyLock;

use regex::Regex;

use super::citation::RangeResult;
use super::lines::{self, WORDS};
use crate::review::span::start_of;

/// How far from a path its lines are looked for, in bytes.
pub(super) const NEAR: usize = 120;

/// Up to three names or words, then a word for "line", in front of a number.
static WORDED: LazyLock<Regex> = LazyLock::new(|| {
    let before = alternatives(&WORDS.before);
    Regex::new(&format!(
        r#"(?i)^[`*_"'”’»>\])]{{0,6}}\s{{0,3}}[@,;:：(（\[，、—–|·•/→>-]{{0,2}}\s{{0,3}}(?:(?:`[^`\n]{{1,60}}`|[^\W\d][\w.:]*(?:\(\))?)(?:\s?[,;:(（·•|–—→]\s?|\s)){{0,3}}[(（\[`*]{{0,2}}\s?(?:new |old |the |around |about |approx\.? |near |at |on |in |~ ?|≈ ?)?(?:{})?\s?(?:{before})[\s.:：#~≈]{{0,3}}[`*]{{0,2}}"#,
        alternatives(&WORDS.between)
    ))
    .expect("the words of the data file are escaped")
});

/// Names of symbols, then `L`, in front of a number: `src/a.rs · f() · L4`.
static SHORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^[`*_"'”’»>\])]{0,6}\s{0,3}[@,;:：(（\[，、—–|·•/→>-]{0,2}\s{0,3}(?:(?:`[^`\n]{1,60}`|[^\W\d][\w.:]*(?:\(\))?)(?:\s?[,;:(（·•|→]\s?|\s)){0,3}[(（\[`*]{0,2}\s?~?L"#)
        .expect("a constant pattern")
});

/// A number with a word for "line" behind it, near a path.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^[`*_"'”’»>\])]{0,6}\s{0,3}[,;:：(（\[，、—–|の的-]{0,2}\s{0,3}[`*]{0,2}"#)
        .expect("a constant pattern")
});

/// `between lines 42 and 50 of`.
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r#"(?i)(?:{}) (?:{}) ?(\d+) (?:{}) (\d+) (?:{}) [`*"'(\[]{{0,4}}$"#,
        alternatives(&WORDS.between),
        alternatives(&WORDS.before),
        alternatives(&WORDS.and),
        alternatives(&WORDS.of),
    ))
    .expect("the words of the data file are escaped")
});

/// Lines in front of a path: `lines 42-50 of`, `L42-L50 in`, `lines 42-50,`.
static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r#"(?i)(?:(?:{})\s?(?P<number>L?\d[^\s`]*(?:\s?(?:[-–—~〜]|{})\s?L?\d+)?)|(?P<short>\bL\d+(?:\s?[-–—]\s?L?\d+)?))\s?(?:{})?\s?(?:{}|,|\()?\s?(?:the )?(?:file |datei |fichier )?[`*"'(\[]{{0,4}}$"#,
        alternatives(&WORDS.before),
        alternatives(&WORDS.to),
        alternatives(&WORDS.after),
        alternatives(&WORDS.of),
    ))
    .expect("the words of the data file are escaped")
});

fn alternatives(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| regex::escape(word)).collect();
    words.join("|")
}

/// The lines behind a path, and how many bytes they take.
pub(super) fn lines_behind(text: &str) -> Option<(Vec<RangeResult>, usize)> {
    let text = start_of(text, NEAR);
    let attached = text.trim_start_matches(['`', '*', '"', '\'']);
    let len = |rest: &str| text.len() - rest.len();
    // `:42`, `:[42-46]`, ` : 42-46`, `#L42`, `(42,7)`.
    let colon = attached
        .trim_start_matches(' ')
        .strip_prefix([':', '：', '#'])
        .map(|rest| rest.trim_start_matches(['[', '`', '*']));
    if let Some(numbers) = colon {
        let spaced = numbers.starts_with(' ');
        let numbers = numbers.trim_start();
        let worded = lines::after_word(numbers);
        if let Some((read, rest)) = lines::list(worded.unwrap_or(numbers))
            && (!spaced || lines::at_boundary(rest))
        {
            return Some((read, len(rest)));
        }
    }
    if attached.starts_with(['(', '[', '（'])
        && let Some((read, rest)) = lines::behind_path(attached)
    {
        return Some((read, len(rest)));
    }
    if let Some(found) = WORDED.find(text) {
        let mut between = WORDS.between.iter();
        let list = if between.any(|word| found.as_str().contains(word.as_str())) {
            lines::list_between
        } else {
            lines::list
        };
        if let Some((mut read, rest)) = list(&text[found.end()..]) {
            // `old` in front of the word for "line".
            let words = found.as_str().split(|c: char| !c.is_alphanumeric());
            if words.filter(|word| !word.is_empty()).nth_back(1) == Some("old") {
                read = read.into_iter().map(lines::on_old_side).collect();
            }
            return Some((read, len(rest)));
        }
    }
    if let Some(found) = SHORT.find(text)
        && let Some((read, rest)) = lines::list(&text[found.end()..])
        && lines::at_boundary(rest)
    {
        return Some((read, len(rest)));
    }
    // `path 42行目`.
    let whole = NUMBERED.find(text)?;
    let numbers = &text[whole.end()..];
    let numbers = numbers.strip_prefix('第').unwrap_or(numbers);
    let (_, rest) = lines::range(numbers)?;
    let marked = lines::after_number(rest).len() < rest.len();
    let (all, rest) = lines::list(numbers).filter(|_| marked)?;
    Some((all, len(rest)))
}

/// The lines in front of a path, and where they begin.
pub(super) fn lines_before(text: &str) -> Option<(Vec<RangeResult>, usize)> {
    if let Some(found) = BETWEEN.captures(text)
        && let Some((read, _)) = lines::range(&format!("{}-{}", &found[1], &found[2]))
    {
        return Some((vec![read], found.get(0).map_or(0, |all| all.start())));
    }
    let found = BEFORE.captures(text)?;
    let number = found.name("number").or(found.name("short"))?;
    let (mut read, _) = lines::range(number.as_str())?;
    let start = found.get(0).map_or(0, |all| all.start());
    if text[..start].ends_with("old ") {
        read = lines::on_old_side(read);
    }
    // `deadline 4 of …` has no word for lines.
    let apart = !text[..start].ends_with(char::is_alphabetic);
    apart.then(|| (vec![read], start))
}
