//! How alike the words of several claims are: a hint for the person who decides whether a place is one bug or two.
//!
//! Takes the claims of one place; gives a number from 0 to 1. Before it: [`place`](crate::tally::place); after it:
//! [`tally`](crate::tally).
//!
//! Each claim becomes a set of weighted words: an identifier weighs [`IDENTIFIER`], its parts and plain words 1; words
//! of the cited path, of the review's template and common words nothing. Two claims compare by Dice's
//! coefficient, 2·|A∩B| / (|A|+|B|) over the weights (Dice 1945), and a place has the mean over all pairs of claims by
//! different reviewers. No count depends on it.

use std::collections::{BTreeMap, BTreeSet};

use crate::tally::engagement::two_decimals;

/// Weight of an identifier against a plain word.
pub const IDENTIFIER: u32 = 3;

/// Claims of a place that are compared; with more, the first of them.
const MAX_CLAIMS: usize = 24;

/// Different words of one claim that are compared.
const MAX_WORDS: usize = 200;

/// At or above this likeness claims are [`Likeness::Alike`]. On two labelled change sets with four reviewers each, claims
/// of one issue compare at 0.36 to 0.98 (median 0.63), those of different issues in one file at 0 to 0.32 (median 0.07).
const ALIKE: f64 = 0.35;

/// At or above this likeness claims are [`Likeness::Related`].
const RELATED: f64 = 0.20;

/// Words of the template and of English that say nothing of a bug.
const COMMON: &str = " a about above after all also although an and any are as at be because been before being block bug but by \
can cause causes code could did do does doing each either else even every file files finding fix for from had has \
have here how however if in info instead into is issue it its itself just line lines may might more most must never \
no none not now of on once one only or other otherwise over own path problem retract same severity ship should since \
so some still such than that the their them then there these they this those though through to too under until up \
use used uses using value verdict warn was well were what when where whether which while who why will with within \
without would you your ";

/// The measure as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Probably the same bug.
    Alike,
    /// Perhaps.
    Related,
    /// Probably different ones, or one in very different words.
    Unlike,
}

impl Likeness {
    /// The word for a measure.
    pub fn of(value: f64) -> Self {
        if value >= ALIKE {
            Self::Alike
        } else if value >= RELATED {
            Self::Related
        } else {
            Self::Unlike
        }
    }

    /// The word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alike => "alike",
            Self::Related => "related",
            Self::Unlike => "unlike",
        }
    }
}

/// The mean likeness of claims by different reviewers, 0 to 1 with two decimals. `claims` are (reviewer, words);
/// `None` where fewer than two reviewers have words.
pub fn likeness(path: &str, claims: &[(&str, String)]) -> Option<f64> {
    // Most places have one claim: nothing to compare, and nothing is read.
    let first = claims.iter().find(|(_, text)| !text.is_empty())?;
    if !claims
        .iter()
        .any(|(reviewer, text)| *reviewer != first.0 && !text.is_empty())
    {
        return None;
    }
    let mut of_path = BTreeSet::new();
    for word in split_words(path) {
        of_path.extend(parts(word));
        of_path.insert(word.to_lowercase());
    }
    let bags: Vec<(&str, BTreeMap<String, u32>)> = claims
        .iter()
        .map(|(reviewer, text)| (*reviewer, bag(text, &of_path)))
        .filter(|(_, bag)| !bag.is_empty())
        .take(MAX_CLAIMS)
        .collect();
    let (mut sum, mut pairs) = (0.0, 0_u32);
    for (at, (reviewer, bag)) in bags.iter().enumerate() {
        for (other, other_bag) in &bags[at + 1..] {
            if reviewer != other {
                sum += dice(bag, other_bag);
                pairs += 1;
            }
        }
    }
    (pairs > 0).then(|| two_decimals(sum / f64::from(pairs)))
}

fn dice(a: &BTreeMap<String, u32>, b: &BTreeMap<String, u32>) -> f64 {
    let weight = |bag: &BTreeMap<String, u32>| bag.values().sum::<u32>();
    let shared: u32 = a
        .iter()
        .filter_map(|(word, weight)| Some(*weight.min(b.get(word)?)))
        .sum();
    f64::from(2 * shared) / f64::from(weight(a) + weight(b))
}

fn bag(text: &str, of_path: &BTreeSet<String>) -> BTreeMap<String, u32> {
    let mut bag = BTreeMap::new();
    for word in split_words(text) {
        if bag.len() >= MAX_WORDS {
            break;
        }
        let whole = word.to_lowercase();
        let parts = parts(word);
        let identifier = parts.len() > 1 || word.bytes().any(|b| b.is_ascii_digit());
        if identifier && !of_path.contains(&whole) {
            bag.insert(whole, IDENTIFIER);
        }
        for part in parts {
            let said = part.len() > 1
                && !COMMON.contains(&format!(" {part} "))
                && !of_path.contains(&part);
            if said {
                bag.entry(stem(part)).or_insert(1);
            }
        }
    }
    bag
}

/// Runs of letters, digits and `_`.
fn split_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
}

/// The parts of an identifier, lower case: at `_` and where a small letter meets a capital.
fn parts(word: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut previous = '_';
    for c in word.chars() {
        if c != '_' {
            let starts = previous == '_' || previous.is_lowercase() && c.is_uppercase();
            match parts.last_mut() {
                Some(part) if !starts => part.extend(c.to_lowercase()),
                _ => parts.push(c.to_lowercase().collect()),
            }
        }
        previous = c;
    }
    parts
}

/// Takes the commonest English endings off, so that `panics` meets `panic`.
fn stem(mut word: String) -> String {
    for ending in ["ing", "ed", "es", "s"] {
        if word.len() > ending.len() + 3 && word.ends_with(ending) && !word.ends_with("ss") {
            word.truncate(word.len() - ending.len());
            break;
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, a: &str, b: &str) -> f64 {
        likeness(path, &[("x", a.to_owned()), ("y", b.to_owned())]).unwrap()
    }

    #[test]
    fn one_bug_in_two_tongues_is_more_alike_than_two() {
        let path = "src/vscreen.rs";
        let end = "The end offset is computed as ti + 1 although U+009C takes two bytes in UTF-8.";
        let same =
            "On U+009C the end is set to ti + 1, but that character is two bytes long in UTF-8.";
        let other = "The branch consumes whatever character follows ESC, including a newline.";
        assert!(of(path, end, same) >= ALIKE);
        assert_eq!(Likeness::of(of(path, end, other)), Likeness::Unlike);
        assert_eq!(of(path, end, end), 1.0);
    }

    #[test]
    fn words_of_path_and_template_weigh_nothing() {
        assert_eq!(
            likeness(
                "src/vscreen.rs",
                &[
                    ("x", "WHERE vscreen rs line".into()),
                    ("y", "vscreen SEVERITY".into())
                ]
            ),
            None
        );
        assert_eq!(of("src/a.rs", "src leaks", "src overflows"), 0.0);
    }

    #[test]
    fn a_reviewer_does_not_agree_with_itself() {
        let text = || "frees buf twice".to_owned();
        assert_eq!(likeness("a", &[("x", text()), ("x", text())]), None);
        assert_eq!(
            likeness("a", &[("x", text()), ("x", text()), ("y", text())]),
            Some(1.0)
        );
    }

    #[test]
    fn identifiers_weigh_most() {
        let shared_name = of("p", "is_plain_text wrong here", "is_plain_text stale cache");
        let shared_word = of("p", "memory wrong here", "memory stale cache");
        assert!(shared_name > shared_word);
    }

    #[test]
    fn a_claim_of_a_million_words_ends_in_time() {
        let long: String = (0..300_000).map(|n| format!("w{n} ")).collect();
        assert!(likeness("p", &[("x", long.clone()), ("y", long)]).is_some());
    }
}
