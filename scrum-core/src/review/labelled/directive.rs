//! RETRACT, NONE and VERDICT lines.

use super::block::Block;
use super::retraction::NumberedBlocks;
use super::scan::{EventKind, Scan};
use super::value::{self, LONGEST_VALUE};
use crate::review::explain::PartOutcome;
use crate::review::label::Label;
use crate::review::location::{self, KnownPaths, Location};
use crate::review::retraction::numbers_named;
use crate::review::span::{Span, cut};
use crate::review::statement::LONGEST_TEXT;
use crate::review::{Retraction, ReviewVerdict, verdict};

/// How many places a `RETRACT:` takes over from a finding that it names by its number.
const MOST_REPEATED: usize = 64;

/// A line that speaks of the review rather than of a place.
#[derive(Debug)]
pub(in crate::review) enum Directive {
    Retract(Retraction),
    Verdict(ReviewVerdict),
    None,
}

impl Directive {
    pub(in crate::review) fn outcome(&self) -> PartOutcome {
        match self {
            Self::Retract(_) => PartOutcome::Retraction,
            Self::Verdict(verdict) => PartOutcome::Verdict(*verdict),
            Self::None => PartOutcome::Clean,
        }
    }
}

/// The directives that are the reviewer's own, in the order of the text.
pub(super) fn directives<'a>(
    text: &'a str,
    scan: &'a Scan,
    blocks: &'a [Block],
    numbers: &'a NumberedBlocks,
    paths: Option<&'a KnownPaths>,
) -> impl Iterator<Item = (u32, &'a str, Directive)> {
    let own = scan.events.iter().filter(|event| event.quoted.is_none());
    own.filter_map(move |event| {
        let value = &text[event.value.0..event.value.1];
        let directive = match event.kind {
            EventKind::Label {
                label: Label::Retract,
                ..
            } if !location::names_no_place(value) => {
                let mut locations = locations(text, event.value, paths);
                if locations.is_empty() {
                    // `RETRACT: finding 2`, `RETRACT: #2`. Findings of one number name the same places.
                    let earlier = blocks.partition_point(|block| block.line < event.line);
                    let named = numbers_named(&cut(value, LONGEST_VALUE).to_lowercase());
                    let places = named
                        .into_iter()
                        .filter_map(|number| numbers.before(earlier, number).pop())
                        .flat_map(|at| &blocks[at].places);
                    locations = places
                        .take(MOST_REPEATED)
                        .flat_map(|place| self::locations(text, place.value, paths))
                        .take(MOST_REPEATED)
                        .collect();
                }
                Some(Directive::Retract(Retraction {
                    line: event.line,
                    text: cut(value.trim(), LONGEST_TEXT).into_owned(),
                    locations,
                }))
            }
            EventKind::Label {
                label: Label::Verdict,
                ..
            } => {
                let value = if value.is_empty() {
                    line_below(text, event.end)
                } else {
                    value
                };
                verdict::read(value).map(Directive::Verdict)
            }
            EventKind::None => Some(Directive::None),
            _ => None,
        };
        directive.map(|directive| (event.line, &text[event.start..event.end], directive))
    })
}

fn locations(text: &str, value: Span, paths: Option<&KnownPaths>) -> Vec<Location> {
    let read = value::citations(text, value, paths).0;
    let read = read.into_iter().flatten();
    read.map(|citation| citation.location).collect()
}

/// The next line that is not blank.
fn line_below(text: &str, end: usize) -> &str {
    text[end..]
        .lines()
        .skip(1)
        .take(2)
        .find(|line| !line.trim().is_empty())
        .unwrap_or("")
}
