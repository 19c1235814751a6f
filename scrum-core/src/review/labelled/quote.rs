//! Which lines are quoted from the diff or the prompt, and not the reviewer's own.

use super::fence::{Fence, Quotes};
use super::quote_index::QuoteIndex;
use super::scan::{Event, EventKind, Scan};
use crate::review::label::Label;
use crate::review::{QuoteEvidence, line_prefix};

/// What the fences of a text quote, as far as that was asked.
pub(super) struct Quotations {
    /// Judged when it contains a label.
    fences: Vec<Option<Quotes>>,
    /// Fences whose prose is the reviewer's: they hold labels and quote nothing.
    readable: Vec<bool>,
}

impl Quotations {
    /// Sets for each event whether it is quoted, and by what evidence.
    pub(super) fn judge(text: &str, scan: &mut Scan, index: &QuoteIndex) -> Self {
        let mut quotations = Self {
            fences: vec![None; scan.fences.len()],
            readable: vec![false; scan.fences.len()],
        };
        for event in &mut scan.events {
            event.quoted = quotations.evidence(event, text, &scan.fences, index);
        }
        quotations
    }

    fn evidence(
        &mut self,
        event: &Event,
        text: &str,
        fences: &[Fence],
        index: &QuoteIndex,
    ) -> Option<QuoteEvidence> {
        if event.gutter {
            return Some(QuoteEvidence::Gutter);
        }
        let mut around = event.fence;
        while let Some(at) = around {
            let at = at as usize;
            let judge = || fences[at].quotes(text, &|line| index.has_line(line));
            match *self.fences[at].get_or_insert_with(judge) {
                Quotes::All => return Some(QuoteEvidence::QuotingFence),
                Quotes::Until(end) if event.start < end => {
                    return Some(QuoteEvidence::QuotingFence);
                }
                Quotes::Directives if is_directive(event.kind) => {
                    return Some(QuoteEvidence::QuotingFence);
                }
                _ => {
                    self.readable[at] |=
                        matches!(event.kind, EventKind::Label { .. } | EventKind::Row(_));
                }
            }
            around = fences[at].parent;
        }
        None
    }

    /// Whether a byte is the reviewer's own prose: not reasoning, not in a fence that holds code, not under a gutter.
    pub(super) fn is_prose(&self, text: &str, scan: &Scan, at: usize) -> bool {
        let before = scan.reasoning.partition_point(|(from, _)| *from <= at);
        if before > 0 && at < scan.reasoning[before - 1].1 {
            return false;
        }
        let fences = &scan.fences;
        let mut around = fences
            .partition_point(|fence| fence.body.0 <= at)
            .checked_sub(1);
        while let Some(index) = around {
            let fence = fences[index];
            if at < fence.body.1 {
                return self.readable[index];
            }
            around = fence.parent.map(|parent| parent as usize);
        }
        let near = at.saturating_sub(128);
        let start =
            memchr::memrchr(b'\n', &text.as_bytes()[near..at]).map_or(near, |feed| near + feed + 1);
        let line = text.get(start..at).unwrap_or("");
        !line_prefix::split(line).0.gutter
    }
}

/// Whether a fence is the reviewer's own from end to end.
pub(super) fn quotes_nothing(fence: &Fence, text: &str, index: &QuoteIndex) -> bool {
    fence.quotes(text, &|line| index.has_line(line)) == Quotes::Nothing
}

fn is_directive(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::None
            | EventKind::Label {
                label: Label::Retract | Label::Verdict,
                ..
            }
    )
}
