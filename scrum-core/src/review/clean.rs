//! Whether an answer says as a whole that it found nothing.

use std::sync::LazyLock;

use regex::RegexSet;
use serde::Deserialize;

#[derive(Deserialize)]
struct CleanData {
    limits: Vec<String>,
    phrase: Vec<CleanPhrase>,
}

#[derive(Deserialize)]
#[cfg_attr(not(test), expect(dead_code, reason = "the examples are for the test"))]
struct CleanPhrase {
    pattern: String,
    says: Vec<String>,
    keeps: Vec<String>,
}

static DATA: LazyLock<CleanData> = LazyLock::new(|| {
    toml::from_str(include_str!("../../data/clean.toml"))
        .expect("the data file is part of the program, and a test reads it")
});

static PATTERNS: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new(DATA.phrase.iter().map(|phrase| phrase.pattern.as_str()))
        .expect("every pattern compiles in a test")
});

/// Whether a line or sentence says that there is nothing.
pub(super) fn says_nothing_found(text: &str) -> bool {
    if text.len() > 400 {
        return false;
    }
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, '*' | '_' | '`' | '#' | '>'))
        .flat_map(char::to_lowercase)
        .collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = plain.trim_start_matches(['-', ' ']);
    let limited = DATA.limits.iter().any(|word| plain.contains(word.as_str()));
    let says = |clause: &str| PATTERNS.is_match(clause);
    // Of several clauses each must say so.
    !limited && !plain.ends_with('?') && (says(plain) || plain.split(", ").all(says))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phrase_both_ways() {
        for (at, phrase) in DATA.phrase.iter().enumerate() {
            for sentence in &phrase.says {
                assert!(
                    PATTERNS.matches(sentence).matched(at) && says_nothing_found(sentence),
                    "{sentence}"
                );
            }
            for sentence in &phrase.keeps {
                assert!(!says_nothing_found(sentence), "{sentence}");
            }
        }
    }
}
