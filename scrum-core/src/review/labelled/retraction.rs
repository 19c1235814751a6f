//! Blocks that plain words take back.
//!
//! A sentence takes a finding back if it is in the finding's own block (outside its WHAT), or names it by its number.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use regex::Regex;

use super::block::Block;
use crate::review::InferredRetraction;
use crate::review::line_counter::LineCounter;
use crate::review::phrase::TRIGGERS;
use crate::review::retraction::{RetractionTarget, target};
use crate::review::sentence::{plain, sentence, shown};
use crate::review::span::Span;

/// How many repeats of a finding one sentence takes back; the latest, where there are more.
const MOST_REPEATS: usize = 64;

static PLACE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\w./-]+\.\w+:\d+").expect("a constant pattern"));

/// Marks the blocks that are taken back, by their index. `readable` says whether a byte of the text is the
/// reviewer's own prose. Blocks are in the order of the text.
pub(super) fn inferred(
    text: &str,
    blocks: &[Block],
    numbers: &NumberedBlocks,
    readable: impl Fn(usize) -> bool,
) -> BTreeMap<usize, InferredRetraction> {
    let mut found = BTreeMap::new();
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
        let within =
            |span: Option<Span>| span.is_some_and(|(start, end)| start <= from && from < end);
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
pub(super) struct NumberedBlocks {
    /// Blocks of one number, in order, and how many of them name the same places as the first.
    by_number: HashMap<u32, (Vec<usize>, usize)>,
    counted: bool,
    len: usize,
}

impl NumberedBlocks {
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
            let first = all.first();
            if first.is_none_or(|first| places(*first).eq(places(at))) {
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

/// Whether the sentence speaks of a place that is not the block's.
fn names_other_place(sentence: &str, text: &str, block: &Block) -> bool {
    PLACE.find_iter(sentence).any(|named| {
        !block
            .places
            .iter()
            .any(|place| text[place.value.0..place.value.1].contains(named.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_sentences_take_no_time() {
        let text = format!(
            "SEVERITY: WARN\nWHAT: x\n\n{}",
            "actually ignore é ".repeat(50_000)
        );
        let scan = super::super::scan::scan(&text, true);
        let blocks = super::super::blocks::blocks(&text, &scan).own;
        inferred(&text, &blocks, &NumberedBlocks::new(&text, &blocks), |_| {
            true
        });
    }
}
