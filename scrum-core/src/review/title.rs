//! Titles of findings: the numbers that reviewers give them, and where one stands above a block.

use super::severity;
use super::span::Span;

/// What reviewers call a finding in front of its number.
pub(super) const NOUNS: [&str; 12] = [
    "finding", "issue", "item", "problem", "bug", "comment", "point", "concern", "defect",
    "number", "no", "nr",
];

/// The number that a title begins with: `### 3. …`, `3) …`, `**3.** …`, `Finding 3: …`, `#3 …`.
///
/// In a heading a number needs nothing behind it; elsewhere it needs the punctuation of a list.
pub(super) fn number(line: &str) -> Option<u32> {
    let heading = line.trim_start().starts_with('#');
    let inner = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let word_len = inner.bytes().take_while(u8::is_ascii_alphabetic).count();
    let word = &inner[..word_len];
    let named =
        NOUNS.iter().any(|noun| noun.eq_ignore_ascii_case(word)) || word.eq_ignore_ascii_case("f");
    if word_len > 0 && !named {
        return None;
    }
    let behind = inner[word_len..].trim_start_matches([' ', '#', '.', '№', '-', '*']);
    let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 4 {
        return None;
    }
    let rest = behind[digits..].trim_start_matches(['*', '_']);
    let listed = rest
        .strip_prefix(['.', ')', ':', ']', '：'])
        .is_some_and(|behind| !behind.starts_with(|c: char| c.is_ascii_digit()));
    let apart = !rest.starts_with(char::is_alphanumeric);
    // "Number 7 is harmless." is a sentence about a finding, not the title of the next one.
    let called = named && !rest.trim_start().starts_with(char::is_lowercase);
    (listed || (apart && (heading || called)))
        .then(|| behind[..digits].parse().ok())
        .flatten()
}

/// The nearest line above `start` that is not blank, at most one blank line away, where it is a title. Lines before
/// `floor` are not looked at.
pub(super) fn above(text: &str, floor: usize, start: usize) -> Option<Span> {
    let mut to = start;
    for _ in 0..2 {
        let before = text.get(floor..to)?.strip_suffix('\n')?;
        let from = floor + before.rfind('\n').map_or(0, |at| at + 1);
        let line = &text[from..floor + before.len()];
        if !line.trim().is_empty() {
            let titled = number(line).is_some() || severity::of_title(line).is_some();
            return titled.then_some((from, floor + before.len()));
        }
        to = from;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_titles() {
        for line in [
            "### 3. `sanitize` is wrong",
            "### 3 Title",
            "## Finding 3: x",
            "**Finding #3**",
            "3) x",
            "3. x",
            "**3.** x",
            "**3. x**",
            "(3) x",
            "[3] x",
            "#3 x",
            "#3: x",
            "Issue 3 — x",
            "F3: x",
            "## F3",
            "3：x",
            "Finding 3 (repeated)",
        ] {
            assert_eq!(number(line), Some(3), "{line}");
        }
        for line in [
            "3 callers are wrong",
            "Summary",
            "### Summary of 3",
            "2024-11-05 x",
            "1.5 times",
            "v3. x",
            "",
            "12345. x",
            "3：4",
            "Number 3 is harmless. I withdraw it.",
            "### 3rd party code",
        ] {
            assert_eq!(number(line), None, "{line}");
        }
    }
}
