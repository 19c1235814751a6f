//! Where one block ends and the next begins.

use super::block::Block;
use super::scan::{Event, EventKind};
use crate::review::label::Label;

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
        let Some(last) = block.last else {
            return true;
        };
        if block.fence != self.events[at].fence {
            return true;
        }
        let apart = self.is_apart(block.end, self.events[at].start);
        let next = self.next(at);
        match label {
            // It may end the block, or begin the next one, whose WHERE then follows.
            Label::Severity => {
                block.has(Label::Severity) || (apart && matches!(next, Some((Label::Where, _))))
            }
            // One after the other, or alone: places of one finding.
            Label::Where => {
                let again = next
                    .is_some_and(|(label, next_apart)| (apart || !next_apart) && block.has(label));
                block.has(Label::Where) && last != Label::Where && again
            }
            Label::What => block.has(Label::What) && last != Label::What,
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
            EventKind::Label { label, .. } => Some((
                label,
                self.is_apart(event.value.1.max(event.end), follows.start),
            )),
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
