//! Where one block ends and the next begins.

use super::block::Block;
use super::scan::{Event, EventKind};
use crate::review::label::Label;
use crate::review::title;

/// The labelled lines of a text, among which a block may end at any.
pub(super) struct Boundary<'a> {
    text: &'a str,
    events: &'a [&'a Event],
}

impl<'a> Boundary<'a> {
    pub(super) fn new(text: &'a str, events: &'a [&'a Event]) -> Self {
        Self { text, events }
    }

    /// Whether the label begins a block, rather than going on with the open one.
    pub(super) fn begins(&self, block: &Block, at: usize, label: Label) -> bool {
        let Some((first, last)) = block.labels else {
            return true;
        };
        if block.fence != self.events[at].fence && matches!(label, Label::Severity | Label::Where) {
            return true;
        }
        let apart = self.is_apart(block.end, self.events[at].start);
        if apart && title::above(self.text, block.end, self.events[at].start).is_some() {
            return true;
        }
        let claimed = block.has(Label::What) || block.has(Label::Why);
        let next = self.next(at);
        match label {
            Label::Severity if block.has(Label::Severity) => true,
            // It may end the block, or begin the next one, whose WHERE then follows.
            Label::Severity if block.has(Label::Where) => match next {
                Some((Label::Where, next_apart)) => {
                    (apart && !next_apart)
                        || (claimed && apart == next_apart && first != Label::Where)
                }
                _ => apart && claimed,
            },
            Label::Severity => apart && claimed,
            Label::Where if !block.has(Label::Where) => {
                let again = next.is_some_and(|(label, apart)| !apart && block.has(label));
                apart && claimed && (again || !block.has(Label::Severity))
            }
            // One after the other: places of one finding.
            Label::Where if last == Label::Where => {
                let listed = first == Label::Severity
                    && matches!(next, Some((Label::What | Label::Why, false)));
                apart && (claimed || !listed)
            }
            Label::Where => {
                let again = next.is_some_and(|(label, apart)| {
                    !apart && (block.has(label) || label == Label::Severity)
                });
                first == Label::Where || apart || again
            }
            Label::What => block.has(Label::What) && (apart || last != Label::What),
            Label::Why => false,
            Label::Retract | Label::Verdict => true,
        }
    }

    /// The label that follows in the same block or the next, and whether blank lines lie before it.
    fn next(&self, at: usize) -> Option<(Label, bool)> {
        let event = self.events[at];
        let follows = self.events[at + 1..]
            .iter()
            .take(8)
            .find(|event| event.kind != EventKind::Fence)?;
        match follows.kind {
            EventKind::Label { label, .. } if !matches!(label, Label::Retract | Label::Verdict) => {
                Some((
                    label,
                    self.is_apart(event.value.1.max(event.end), follows.start),
                ))
            }
            _ => None,
        }
    }

    /// Whether blank lines lie between two bytes. What a fence holds is no gap.
    fn is_apart(&self, from: usize, to: usize) -> bool {
        let Some(between) = self.text.get(from..to) else {
            return false;
        };
        // The line that `from` lies in ends first; a value ends before a blank line at the latest.
        let near = between
            .as_bytes()
            .get(..between.len().min(256))
            .unwrap_or_default();
        let mut feeds = 0;
        for byte in near {
            match byte {
                b'\n' => feeds += 1,
                b' ' | b'\t' | b'\r' | b'>' => {}
                _ => break,
            }
        }
        feeds > 1
    }
}
