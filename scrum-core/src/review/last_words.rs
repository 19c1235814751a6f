//! RETRACT, NONE and VERDICT lines.

use super::block::Block;
use super::label::Label;
use super::read::{LONGEST_TEXT, Reader};
use super::retraction::{self, Numbered};
use super::scan::{Event, Kind};
use super::value::{self, cut};
use super::{Retraction, Review, verdict};
use crate::review::location::{self, Location};

/// How many places a `RETRACT:` takes over from a finding that it names by its number.
const MOST_REPEATED: usize = 64;

impl Reader<'_> {
    /// RETRACT, NONE and VERDICT lines that are the reviewer's own.
    pub(super) fn last_words(&mut self, review: &mut Review, numbers: &Numbered, blocks: &[Block]) {
        let mut open_until = 0;
        let text = self.text;
        for at in 0..self.scan.events.len() {
            let event = self.scan.events[at];
            if event.quoted.is_some() {
                continue;
            }
            let value = &text[event.value.0..event.value.1];
            match event.kind {
                Kind::Label {
                    label: Label::Retract,
                    ..
                } => {
                    let read = self.retraction(&event, value, numbers, blocks);
                    review.retractions.extend(read);
                }
                Kind::Label {
                    label: Label::Verdict,
                    bare,
                } => {
                    let value = if value.is_empty() {
                        self.line_below(event.end)
                    } else {
                        value
                    };
                    let words = value.split_whitespace().count();
                    if !bare || words <= 2 {
                        review.verdict = verdict::read(value).or(review.verdict);
                    }
                }
                // A label without a value goes on in the line below.
                Kind::Label { .. } if value.is_empty() => open_until = event.line + 1,
                Kind::None if event.line > open_until => review.says_clean = true,
                _ => {}
            }
        }
    }

    fn retraction(
        &mut self,
        event: &Event,
        value: &str,
        numbers: &Numbered,
        blocks: &[Block],
    ) -> Option<Retraction> {
        if location::names_no_place(value) {
            return None;
        }
        let value = cut(value, value::LONGEST);
        let read = match self.odd_path(event.value) {
            Some(citations) => citations,
            None => location::citations_up_to(&value, value::MOST_CITATIONS).0,
        };
        let mut locations: Vec<Location> = read
            .into_iter()
            .flatten()
            .map(|citation| citation.location)
            .collect();
        if locations.is_empty() {
            // `RETRACT: finding 2`, `RETRACT: #2`. Findings of one number name the same places.
            let earlier = blocks.partition_point(|block| block.line < event.line);
            let named = retraction::numbers_named(&value.to_lowercase());
            let places = named
                .into_iter()
                .filter_map(|number| numbers.before(earlier, number).pop())
                .flat_map(|at| &blocks[at].places);
            locations = places
                .take(MOST_REPEATED)
                .flat_map(|place| {
                    value::citations(&self.text[place.value.0..place.value.1], MOST_REPEATED).0
                })
                .flatten()
                .map(|citation| citation.location)
                .take(MOST_REPEATED)
                .collect();
        }
        locations.retain(|location| self.spend(location.path.len()));
        Some(Retraction {
            line: event.line,
            text: cut(value.trim(), LONGEST_TEXT).into_owned(),
            locations,
        })
    }

    /// The next line that is not blank.
    fn line_below(&self, end: usize) -> &str {
        self.text[end..]
            .lines()
            .skip(1)
            .take(2)
            .find(|line| !line.trim().is_empty())
            .unwrap_or("")
    }
}
