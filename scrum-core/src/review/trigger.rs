//! Where one of many short words stands in a text, at nearly the speed of reading the text.
//!
//! Nearly all of a review holds none of the words, so the search is a filter. Of every second byte of the text the four
//! bytes from there on are looked up in a table, which knows two neighbouring windows of each word, the rarest it
//! has: whether a word begins at an even or at an odd byte, one of them is met. How many words there are makes no
//! difference, and there is nothing in the loop to mispredict. Only where the table says so are words compared.

use std::borrow::Borrow;

/// The fewest bytes of a word: those of two windows.
pub(super) const SHORTEST: usize = WINDOW + STRIDE - 1;

const WINDOW: usize = 4;
const STRIDE: usize = 2;
/// Windows that are looked up before the outcome is.
const AT_ONCE: usize = 8;
const BLOCK: usize = AT_ONCE * STRIDE + WINDOW - STRIDE;
const SLOT_BITS: u32 = 14;
const SLOTS: usize = 1 << SLOT_BITS;
/// A slot that says to compare every word.
const ANY: u8 = u8::MAX;

/// Finds words of a fixed list.
pub(super) struct Triggers {
    /// For each slot a number of `starts`, from 1; 0 where no window falls into it.
    slots: Box<[u8; SLOTS]>,
    /// The words whose windows fall into a slot.
    starts: Vec<Vec<Start>>,
    words: Vec<Vec<u8>>,
    /// How far behind its beginning a word's windows stand at most.
    farthest: usize,
}

/// A window of a word.
struct Start {
    word: usize,
    /// How far before the window the word begins.
    before: usize,
    /// The word's bytes from the window on, eight at most, and which of the eight there are.
    bytes: u64,
    mask: u64,
}

impl Start {
    fn new(word: usize, before: usize, text: &[u8]) -> Self {
        let known = &text[before..text.len().min(before + 8)];
        Self {
            word,
            before,
            bytes: eight(known),
            mask: eight(&[0xff; 8][..known.len()]),
        }
    }
}

impl Triggers {
    /// Words shorter than [`SHORTEST`] are not found.
    pub(super) fn new<W: Borrow<str>>(words: impl IntoIterator<Item = W>) -> Self {
        let words: Vec<Vec<u8>> = words
            .into_iter()
            .map(|word| word.borrow().as_bytes().to_owned())
            .filter(|word| word.len() >= SHORTEST)
            .collect();
        let mut slots = Box::new([0_u8; SLOTS]);
        let mut starts: Vec<Vec<Start>> = Vec::new();
        let mut farthest = 0;
        for (index, word) in words.iter().enumerate() {
            let first = rarest(word);
            farthest = farthest.max(first + STRIDE - 1);
            for before in first..first + STRIDE {
                let Some(window) = word[before..].first_chunk() else {
                    continue;
                };
                let slot = &mut slots[slot(*window)];
                if *slot == 0 {
                    starts.push(Vec::new());
                    *slot = u8::try_from(starts.len()).unwrap_or(ANY);
                }
                if let Some(known) = usize::from(*slot)
                    .checked_sub(1)
                    .and_then(|at| starts.get_mut(at))
                {
                    known.push(Start::new(index, before, word));
                }
            }
        }
        Self {
            slots,
            starts,
            words,
            farthest,
        }
    }

    /// The first place at or behind `from` where a word begins.
    pub(super) fn find_at(&self, text: &[u8], from: usize) -> Option<usize> {
        let mut best: Option<usize> = None;
        let mut at = from;
        while let Some(block) = text.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
            let numbers: [u8; AT_ONCE] = std::array::from_fn(|window| {
                let window = window * STRIDE;
                self.slots[slot([
                    block[window],
                    block[window + 1],
                    block[window + 2],
                    block[window + 3],
                ])]
            });
            if u64::from_le_bytes(numbers) != 0 {
                for (window, number) in numbers.into_iter().enumerate() {
                    if number != 0 {
                        let start = self.word_at(text, at + window * STRIDE, number, from);
                        best = nearer(best, start);
                    }
                }
            }
            at += AT_ONCE * STRIDE;
            // A word that begins before it may show only later.
            if best.is_some_and(|best| at > best + self.farthest) {
                return best;
            }
        }
        for window in (at..text.len()).step_by(STRIDE) {
            let four = text[window..].first_chunk::<WINDOW>();
            let number = four.map_or(0, |four| self.slots[slot(*four)]);
            if number != 0 {
                best = nearer(best, self.word_at(text, window, number, from));
            }
        }
        best
    }

    /// Where a word begins that has one of its windows at `window`, whose slot has this number.
    fn word_at(&self, text: &[u8], window: usize, number: u8, from: usize) -> Option<usize> {
        let begins = |word: usize, before: usize| {
            let start = window.checked_sub(before).filter(|start| *start >= from)?;
            text[start..]
                .starts_with(&self.words[word])
                .then_some(start)
        };
        if number == ANY {
            let words = 0..self.words.len();
            return words
                .flat_map(|word| (0..=self.farthest).filter_map(move |before| begins(word, before)))
                .min();
        }
        // Nearly all windows that meet are of other words; eight bytes tell most of them.
        let near = match text[window..].first_chunk() {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => eight(&text[window..]),
        };
        self.starts[usize::from(number) - 1]
            .iter()
            .filter(|start| (near ^ start.bytes) & start.mask == 0)
            .filter_map(|start| begins(start.word, start.before))
            .min()
    }
}

/// Up to eight bytes as a number.
fn eight(bytes: &[u8]) -> u64 {
    let mut padded = [0; 8];
    padded[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(padded)
}

fn nearer(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, None) | (None, one) => one,
    }
}

/// Where the two neighbouring windows of a word begin that English text has least of, judged by its letters.
fn rarest(word: &[u8]) -> usize {
    // By frequency in English, the blank first; all else is rarer.
    const COMMON: &[u8] = b" etaoinshrdlcumwfgypbvkjxqz";
    let rank = |byte: &u8| {
        COMMON
            .iter()
            .position(|c| c == byte)
            .unwrap_or(COMMON.len())
    };
    let rareness = |at: usize| -> usize { word[at..at + WINDOW].iter().map(rank).sum() };
    (0..=word.len() - SHORTEST)
        .max_by_key(|at| {
            (
                (0..STRIDE).map(|more| rareness(at + more)).min(),
                std::cmp::Reverse(*at),
            )
        })
        .unwrap_or(0)
}

/// Multiplicative hashing (Knuth, vol. 3, 6.4): the upper bits are well mixed.
fn slot(window: [u8; WINDOW]) -> usize {
    let product = u32::from_le_bytes(window).wrapping_mul(0x9e37_79b1);
    (product >> (u32::BITS - SLOT_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn naive(words: &[String], text: &str, from: usize) -> Option<usize> {
        (from..text.len()).find(|at| {
            words
                .iter()
                .any(|word| text.as_bytes()[*at..].starts_with(word.as_bytes()))
        })
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(
            words in prop::collection::vec("[ab]{5,7}", 1..4),
            text in "[abc]{0,90}",
            from in 0_usize..100,
        ) {
            let from = from.min(text.len());
            let found = Triggers::new(words.iter().map(String::as_str)).find_at(text.as_bytes(), from);
            prop_assert_eq!(found, naive(&words, &text, from));
        }
    }

    #[test]
    fn more_words_than_slots_have_numbers() {
        let words: Vec<String> = (0..400).map(|at| format!("word{at:04}")).collect();
        let triggers = Triggers::new(words.iter().map(String::as_str));
        for (at, word) in words.iter().enumerate() {
            let text = format!("{}{word}", "x".repeat(at % 40));
            assert_eq!(
                triggers.find_at(text.as_bytes(), 0),
                Some(at % 40),
                "{word}"
            );
        }
        assert_eq!(triggers.find_at("y".repeat(1000).as_bytes(), 0), None);
    }
}
