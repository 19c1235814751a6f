//! Answers in the form that the prompt asks for: `SEVERITY:`, `WHERE:`, `WHAT:`, `WHY:`, `RETRACT:`, `VERDICT:`, `NONE`.
//!
//! `scan` finds the lines that matter in one pass, `quote` tells which of them are quoted from the diff or the prompt,
//! `block` puts the labels together, one block for each finding, and `value` reads what a label's value cites.

mod block;
mod blocks;
mod boundary;
mod directive;
mod fence;
mod mention;
mod quote;
mod quote_index;
mod retraction;
mod scan;
mod table;
mod value;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use self::block::{Block, WhereLine};
use self::blocks::Blocks;
pub(super) use self::directive::Directive;
use self::quote::Quotations;
pub use self::quote_index::QuoteIndex;
use self::retraction::NumberedBlocks;
use self::scan::Scan;
use super::explain::{AnswerPart, PartKind, PartOutcome, PartReason};
use super::line_counter::LineCounter;
use super::span::{Span, cut};
use super::statement::{CitedPlace, LONGEST_CLAIM, LONGEST_TEXT, Statement};
use super::{Claim, InferredRetraction, Mention, QuoteEvidence, ReadAs, Severity, severity};
use crate::review::location::{self, KnownPaths, Location};

/// What a claim may take, in bytes, in all the findings of a block that share it.
const LONGEST_SHARED_CLAIM: usize = 4 * LONGEST_CLAIM;
/// How many fences are looked into for a document.
const MOST_FENCES: usize = 64;

/// The labels of an answer, put together.
pub(super) struct Labelled<'a> {
    text: &'a str,
    index: &'a QuoteIndex,
    paths: Option<&'a KnownPaths>,
    scan: Scan,
    blocks: Blocks,
    numbers: NumberedBlocks,
    /// Own blocks that plain words take back.
    retracted: BTreeMap<usize, InferredRetraction>,
}

/// Reads the labels of a text. `index` has what the reviewer was shown.
pub(super) fn read<'a>(
    text: &'a str,
    index: &'a QuoteIndex,
    paths: Option<&'a KnownPaths>,
) -> Labelled<'a> {
    let mut scan = scan::scan(text, true);
    let quotations = Quotations::judge(text, &mut scan, index);
    let blocks = blocks::blocks(text, &scan);
    let numbers = NumberedBlocks::new(text, &blocks.own);
    let retracted = retraction::inferred(text, &blocks.own, &numbers, |at| {
        quotations.is_prose(text, &scan, at)
    });
    Labelled {
        text,
        index,
        paths,
        scan,
        blocks,
        numbers,
        retracted,
    }
}

impl<'a> Labelled<'a> {
    /// Whether the reviewer cites a place with a label.
    pub(super) fn has_places(&self) -> bool {
        self.blocks.own.iter().any(|block| !block.places.is_empty())
    }

    /// Bytes of reasoning.
    pub(super) fn reasoning(&self) -> usize {
        self.scan.reasoning.iter().map(|(from, to)| to - from).sum()
    }

    /// The reviewer's own blocks, one statement for each `WHERE:`.
    pub(super) fn own(&self) -> impl Iterator<Item = Statement> {
        self.blocks
            .own
            .iter()
            .enumerate()
            .flat_map(move |(at, block)| {
                let retracted = self.retracted.get(&at);
                let nowhere = block
                    .places
                    .iter()
                    .all(|place| location::names_no_place(self.value(place.value)));
                let statement = nowhere.then(|| {
                    Statement::new(
                        block.line,
                        ReadAs::Labelled,
                        self.claim(block, LONGEST_CLAIM),
                    )
                });
                let places = if nowhere {
                    &[]
                } else {
                    block.places.as_slice()
                };
                let quoted = self
                    .index
                    .has_block(self.text, block)
                    .then_some(QuoteEvidence::WholeBlock);
                let placed = places
                    .iter()
                    .map(move |place| self.placed(block, place, quoted));
                statement
                    .into_iter()
                    .chain(placed)
                    .map(move |statement| Statement {
                        retracted: retracted.cloned(),
                        part: at,
                        ..statement
                    })
            })
    }

    /// What the statements of [`own`](Self::own) come of; and reasoning.
    pub(super) fn own_parts(&self) -> impl Iterator<Item = AnswerPart> {
        let blocks = self.parts(&self.blocks.own);
        let mut lines = LineCounter::new(self.text);
        blocks.chain(self.scan.reasoning.iter().map(move |span| {
            let outcome = PartOutcome::Nothing(PartReason::Thought);
            self.part(&mut lines, PartKind::Reasoning, *span, outcome)
        }))
    }

    /// What the statements of [`quoted`](Self::quoted) come of.
    pub(super) fn quoted_parts(&self) -> impl Iterator<Item = AnswerPart> {
        self.parts(&self.blocks.quoted)
    }

    fn parts(&self, blocks: &[Block]) -> impl Iterator<Item = AnswerPart> {
        let mut lines = LineCounter::new(self.text);
        blocks.iter().map(move |block| {
            let outcome = PartOutcome::Findings(Vec::new());
            self.part(&mut lines, PartKind::Block, block.region, outcome)
        })
    }

    fn part(
        &self,
        lines: &mut LineCounter<'_>,
        kind: PartKind,
        (from, to): Span,
        outcome: PartOutcome,
    ) -> AnswerPart {
        let text = &self.text[from..to];
        let first = lines.of(from);
        let last = lines.of(from + text.trim_end().len());
        AnswerPart::new(kind, (first, last), text, outcome)
    }

    /// The blocks that are quoted from the diff or the prompt.
    pub(super) fn quoted(&self) -> impl Iterator<Item = Statement> {
        let blocks = self.blocks.quoted.iter();
        blocks.enumerate().flat_map(move |(at, block)| {
            let places = block.places.iter();
            places.map(move |place| Statement {
                part: at,
                ..self.placed(block, place, place.quoted)
            })
        })
    }

    /// `RETRACT:`, `VERDICT:` and `NONE`, as far as they are the reviewer's own; each with its line.
    pub(super) fn directives(&self) -> impl Iterator<Item = (u32, &str, Directive)> {
        directive::directives(
            self.text,
            &self.scan,
            &self.blocks.own,
            &self.numbers,
            self.paths,
        )
    }

    /// Places that are named and not among those that are cited.
    pub(super) fn mentions(&self, is_cited: impl Fn(&Location) -> bool) -> Vec<Mention> {
        let places = self.blocks.own.iter().flat_map(|block| &block.places);
        let values = places.map(|place| place.value);
        mention::mentions(self.text, values, self.paths, is_cited)
    }

    /// The text without reasoning; its lines stay where they are.
    pub(super) fn without_reasoning(&self) -> Cow<'a, str> {
        if self.scan.reasoning.is_empty() {
            return Cow::Borrowed(self.text);
        }
        let mut out = String::with_capacity(self.text.len());
        let mut at = 0;
        for (from, to) in &self.scan.reasoning {
            out.push_str(&self.text[at..*from]);
            out.extend(self.text[*from..*to].chars().filter(|c| *c == '\n'));
            at = *to;
        }
        out.push_str(&self.text[at..]);
        Cow::Owned(out)
    }

    /// Fences that quote nothing.
    pub(super) fn own_fences(&self) -> impl Iterator<Item = Range<usize>> {
        let fences = self.scan.fences.iter().take(MOST_FENCES);
        fences
            .filter(|fence| quote::quotes_nothing(fence, self.text, self.index))
            .map(|fence| fence.body.0..fence.body.1)
    }

    /// What a block says of one place, or of several in one line.
    fn placed(&self, block: &Block, place: &WhereLine, quoted: Option<QuoteEvidence>) -> Statement {
        let value = self.value(place.value);
        let (citations, left_out) = value::citations(self.text, place.value, self.paths);
        let sharing = block.places.len().saturating_mul(citations.len().max(1));
        let share = (LONGEST_SHARED_CLAIM / sharing).clamp(24, LONGEST_CLAIM);
        let cited = citations.into_iter();
        Statement {
            cited: cited
                .map(|read| CitedPlace::new(read, value.trim()))
                .collect(),
            left_out,
            number: block.number,
            quoted,
            stands_in_diff: quoted.is_none() && self.index.has_place(value),
            ..Statement::new(place.line, ReadAs::Labelled, self.claim(block, share))
        }
    }

    fn claim(&self, block: &Block, longest: usize) -> Claim {
        let (severity, severity_text) = self.severity(block);
        Claim {
            severity,
            severity_text,
            what: value::claim(self.text, block.what, longest),
            why: value::claim(self.text, block.why, longest),
        }
    }

    /// The severity of a block's label, else of its title.
    fn severity(&self, block: &Block) -> (Option<Severity>, Option<String>) {
        if let Some(span) = block.severity {
            let text = self
                .value(span)
                .trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '`' | '|' | '_'));
            let written = (!text.is_empty()).then(|| cut(text, LONGEST_TEXT).into_owned());
            return (severity::read(text), written);
        }
        let title = self.text[block.region.0..].lines().next().unwrap_or("");
        match severity::of_title(title) {
            Some((level, word)) => (Some(level), Some(word.to_owned())),
            None => (None, None),
        }
    }

    fn value(&self, (from, to): Span) -> &'a str {
        &self.text[from..to]
    }
}
