//! The plain words that take a finding back, and the words that lead to them, from the data file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::{Match, Regex};
use serde::Deserialize;

const DATA: &str = include_str!("../../data/retractions.toml");

#[derive(Deserialize)]
struct RetractionData {
    triggers: Vec<String>,
    parts: BTreeMap<String, String>,
    phrase: Vec<PhraseData>,
}

#[derive(Deserialize)]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the examples and names are for the test")
)]
struct PhraseData {
    name: String,
    pattern: String,
    #[serde(default)]
    firm: bool,
    retracts: Vec<String>,
    keeps: Vec<String>,
}

struct RetractionPhrase {
    pattern: Regex,
    firm: bool,
}

static PHRASES_DATA: LazyLock<RetractionData> = LazyLock::new(|| {
    toml::from_str(DATA).expect("the data file is part of the program, and a test reads it")
});

fn expand(pattern: &str) -> String {
    let mut pattern = pattern.to_owned();
    // Parts hold parts, three deep at most.
    for _ in 0..4 {
        for (name, part) in &PHRASES_DATA.parts {
            pattern = pattern.replace(&format!("{{{name}}}"), part);
        }
    }
    pattern
}

static PHRASES: LazyLock<Vec<RetractionPhrase>> = LazyLock::new(|| {
    PHRASES_DATA
        .phrase
        .iter()
        .map(|phrase| RetractionPhrase {
            pattern: Regex::new(&expand(&phrase.pattern))
                .expect("every pattern of the data file compiles in a test"),
            firm: phrase.firm,
        })
        .collect()
});

/// All the phrases at once: nearly every sentence with a trigger in it matches none, which one look tells.
static ANY: LazyLock<Regex> = LazyLock::new(|| {
    let all: Vec<String> = PHRASES_DATA
        .phrase
        .iter()
        .map(|phrase| format!("(?:{})", expand(&phrase.pattern)))
        .collect();
    Regex::new(&all.join("|")).expect("every pattern of the data file compiles in a test")
});

/// Finds the triggers, as written and some in capitals.
pub(super) static TRIGGERS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let capitals = ["DISREGARD", "RETRACT", "WITHDR", "IGNORE", "NEVER MIND"];
    let all = PHRASES_DATA.triggers.iter().map(String::as_str);
    // It is asked about every byte: the larger automaton is the quicker one.
    let kind = Some(AhoCorasickKind::DFA);
    let built = AhoCorasick::builder().kind(kind).build(all.chain(capitals));
    built.expect("some hundred short words fit an automaton")
});

/// The first phrase that a sentence (in small letters, code and quotations cut out) matches: where, and whether it
/// is firm.
pub(super) fn matched(sentence: &str) -> Option<(Match<'_>, bool)> {
    if !ANY.is_match(sentence) {
        return None;
    }
    PHRASES
        .iter()
        .find_map(|phrase| Some((phrase.pattern.find(sentence)?, phrase.firm)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phrase_both_ways() {
        for (data, phrase) in PHRASES_DATA.phrase.iter().zip(PHRASES.iter()) {
            for sentence in &data.retracts {
                assert!(
                    phrase.pattern.is_match(sentence),
                    "{}: {sentence}",
                    data.name
                );
                assert!(
                    super::super::retraction::target(sentence).is_some(),
                    "{}: {sentence}",
                    data.name
                );
                assert!(TRIGGERS.is_match(sentence), "no trigger: {sentence}");
            }
            for sentence in &data.keeps {
                assert_eq!(
                    super::super::retraction::target(sentence),
                    None,
                    "{}: {sentence}",
                    data.name
                );
            }
            assert!(!data.retracts.is_empty() && !data.keeps.is_empty());
        }
    }
}
