//! Findings taken back in plain words.
//!
//! A sentence takes a finding back where it matches a phrase of the data file, asks nothing, sets no condition, and
//! either stands in the finding's own block (outside its WHAT) or names it by its number.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use regex::Regex;

use super::InferredRetraction;
use super::block::Block;
use super::label::{self, Label};
use super::line_counter::LineCounter;
use super::phrase::{TRIGGERS, matched};
use super::sentence::{plain, sentence, shown};
use super::title::NOUNS;

/// How many repeats of a finding one sentence takes back; the latest, where there are more.
const MOST_REPEATS: usize = 64;

static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?:\b(?:{})s?\.? ?#?|#)(\d+)((?:(?:,|,? and| &|,? or) (?:#|finding )?\d+\b)*)",
        NOUNS.join("|")
    ))
    .expect("the nouns are plain words")
});

static PLACE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\w./-]+\.\w+:\d+").expect("a constant pattern"));

/// What a sentence takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RetractionTarget {
    /// The finding of the block it stands in.
    Own,
    /// The findings with these numbers.
    Numbers(Vec<u32>),
}

/// Marks the blocks that are taken back, by their index. `readable` says whether a byte of the text is the
/// reviewer's own prose. Blocks stand in the order of the text.
pub(super) fn inferred(
    text: &str,
    blocks: &[Block],
    numbers: &Numbered,
    readable: impl Fn(usize) -> bool,
) -> BTreeMap<usize, InferredRetraction> {
    let mut found = BTreeMap::new();
    if blocks.is_empty() {
        return found;
    }
    let mut lines = LineCounter::new(text);
    let mut read_to = 0;
    // Triggers are text, so a hit lies between characters.
    while let Some(hit) = TRIGGERS
        .find(aho_corasick::Input::new(text).range(read_to..))
        .map(|hit| hit.start())
    {
        let (from, to) = sentence(text, hit, read_to);
        read_to = to.max(hit + 1);
        let at = blocks.partition_point(|block| block.region.0 <= from);
        let own = at.checked_sub(1).filter(|own| hit < blocks[*own].region.1);
        let within = |span: Option<(usize, usize)>| {
            span.is_some_and(|(start, end)| start <= from && from < end)
        };
        if own.is_some_and(|own| within(blocks[own].what)) {
            continue;
        }
        let Some(target) = target(&plain(&text[from..to])).filter(|_| readable(hit)) else {
            continue;
        };
        let line = lines.of(hit);
        let taken_back: Vec<usize> = match target {
            RetractionTarget::Own => own
                .filter(|own| !names_other_place(&text[from..to], text, &blocks[*own]))
                .into_iter()
                .collect(),
            RetractionTarget::Numbers(named) => named
                .into_iter()
                .flat_map(|number| numbers.before(at, number))
                .collect(),
        };
        for index in taken_back {
            found.entry(index).or_insert_with(|| InferredRetraction {
                line,
                phrase: shown(&text[from..to]),
            });
        }
    }
    found
}

/// The blocks by the numbers that the reviewer gave them; by counting, where no block has a number.
pub(super) struct Numbered {
    /// Blocks of one number, in order, and how many of them name the same places as the first.
    by_number: HashMap<u32, (Vec<usize>, usize)>,
    counted: bool,
    len: usize,
}

impl Numbered {
    pub(super) fn new(text: &str, blocks: &[Block]) -> Self {
        let mut by_number: HashMap<u32, (Vec<usize>, usize)> = HashMap::new();
        let places = |at: usize| {
            blocks[at]
                .places
                .iter()
                .map(|place| &text[place.value.0..place.value.1])
        };
        for (at, number) in blocks
            .iter()
            .enumerate()
            .filter_map(|(at, block)| Some((at, block.number?)))
        {
            let (all, alike) = by_number.entry(number).or_default();
            if *alike == all.len()
                && all
                    .first()
                    .is_none_or(|first| places(*first).eq(places(at)))
            {
                *alike += 1;
            }
            all.push(at);
        }
        Self {
            counted: by_number.is_empty(),
            by_number,
            len: blocks.len(),
        }
    }

    /// The blocks before the block `end` that are called `number`. One that names different places names none.
    pub(super) fn before(&self, end: usize, number: u32) -> Vec<usize> {
        if self.counted {
            let at = usize::try_from(number)
                .ok()
                .and_then(|number| number.checked_sub(1));
            return at
                .filter(|at| *at < end.min(self.len))
                .into_iter()
                .collect();
        }
        let Some((all, alike)) = self.by_number.get(&number) else {
            return Vec::new();
        };
        let before = all.partition_point(|at| *at < end);
        if before > *alike {
            Vec::new()
        } else {
            all[before.saturating_sub(MOST_REPEATS)..before].to_vec()
        }
    }
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
    let before = sentence[..found.end()].split(|c: char| !c.is_alphanumeric() && c != '\'');
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

/// Whether the sentence speaks of a place that is not the block's.
fn names_other_place(sentence: &str, text: &str, block: &Block) -> bool {
    PLACE.find_iter(sentence).any(|named| {
        !block
            .places
            .iter()
            .any(|place| text[place.value.0..place.value.1].contains(named.as_str()))
    })
}

/// Whether the text behind a `RETRACT:` is by its label's own kind of line.
pub(super) fn is_retract_line(line: &str) -> bool {
    label::labelled(line).is_some_and(|labelled| labelled.label == Label::Retract)
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
        assert_eq!(target("disregard this"), Some(RetractionTarget::Own));
        assert_eq!(target("finding 1 repeats finding 2, disregard it"), None);
    }

    #[test]
    fn hostile_sentences_take_no_time() {
        let text = format!(
            "SEVERITY: WARN\nWHAT: x\n\n{}",
            "actually ignore é ".repeat(50_000)
        );
        let scan = super::super::scan::scan(&text, true);
        let blocks = super::super::block::blocks(&text, &scan, |_| true);
        inferred(&text, &blocks, &Numbered::new(&text, &blocks), |_| true);
    }
}
