//! Sentences that take a finding back: one matches a phrase of the data file, asks nothing and sets no condition.

use std::sync::LazyLock;

use regex::Regex;

use super::phrase::matched;
use super::title::NOUNS;

static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?:\b(?:{})s?\.? ?#?|#)(\d+)((?:(?:,|,? and| &|,? or) (?:#|finding )?\d+\b)*)",
        NOUNS.join("|")
    ))
    .expect("the nouns are plain words")
});

/// What a sentence takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RetractionTarget {
    /// The finding of the block it stands in.
    Own,
    /// The findings with these numbers.
    Numbers(Vec<u32>),
}

/// The numbers by which a text names findings: `finding 3`, `#3`, `findings 2 and 3`.
pub(super) fn numbers_named(text: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = NUMBERS
        .captures_iter(text)
        .flat_map(|captures| {
            let more = captures.get(2).map_or("", |more| more.as_str());
            let first = captures.get(1).map_or("", |first| first.as_str());
            std::iter::once(first)
                .chain(more.split(|c: char| !c.is_ascii_digit()))
                .filter_map(|digits| digits.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect();
    numbers.truncate(64);
    numbers
}

/// What a sentence (in small letters, code and quotations cut out) takes back, if anything.
pub(super) fn target(sentence: &str) -> Option<RetractionTarget> {
    if sentence.ends_with('?') {
        return None;
    }
    let (found, firm) = matched(sentence)?;
    let before = sentence[..found.end()].split(|c: char| !c.is_alphanumeric());
    const CONDITIONS: [&str; 9] = [
        "if", "unless", "when", "whenever", "assuming", "provided", "whether", "should", "would",
    ];
    if before.into_iter().any(|word| CONDITIONS.contains(&word)) {
        return None;
    }
    const TURNS: [&str; 8] = [
        "but",
        "except",
        "however",
        "still",
        "yet",
        "nevertheless",
        "though",
        "although",
    ];
    if !firm
        && sentence[found.end()..]
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| TURNS.contains(&word))
    {
        return None;
    }
    let named = numbers_named(found.as_str());
    if !named.is_empty() {
        return Some(RetractionTarget::Numbers(named));
    }
    let mut named = numbers_named(sentence);
    named.dedup();
    match named.as_slice() {
        [] => Some(RetractionTarget::Own),
        [_] => Some(RetractionTarget::Numbers(named)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_about_something_else_retract_nothing() {
        for sentence in [
            "callers disregard the error",
            "this is correctly implemented elsewhere",
            "this is fine",
            "the fallback is fine on second look",
            "if the lock is held, disregard this.",
            "is this fine after all?",
            "so #4 is a false positive?",
            "the message says §, disregard the rest",
            "i withdraw twice and the balance is negative",
        ] {
            assert_eq!(target(sentence), None, "{sentence}");
        }
    }

    #[test]
    fn numbers_say_which() {
        assert_eq!(
            target("i withdraw findings 2 and 3."),
            Some(RetractionTarget::Numbers(vec![2, 3]))
        );
        assert_eq!(
            target("finding 3: on second look this is fine"),
            Some(RetractionTarget::Numbers(vec![3]))
        );
        assert_eq!(
            target("#4 is a false positive"),
            Some(RetractionTarget::Numbers(vec![4]))
        );
        assert_eq!(
            target("i withdraw finding 1, but the second stands"),
            Some(RetractionTarget::Numbers(vec![1]))
        );
        assert_eq!(target("disregard this"), Some(RetractionTarget::Own));
        assert_eq!(target("finding 1 repeats finding 2, disregard it"), None);
    }
}
