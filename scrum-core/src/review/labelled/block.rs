//! What a reviewer says of one finding, by its labelled lines.

use crate::review::QuoteEvidence;
use crate::review::label::Label;
use crate::review::span::Span;

/// A `WHERE:` of a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct WhereLine {
    pub(super) line: u32,
    pub(super) value: Span,
    pub(super) quoted: Option<QuoteEvidence>,
}

/// What a reviewer says of one finding.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    /// Line of the first label.
    pub(super) line: u32,
    /// From its title to where the next block or a heading begins.
    pub(super) region: Span,
    pub(super) number: Option<u32>,
    pub(super) severity: Option<Span>,
    /// In the order of the text.
    pub(super) places: Vec<WhereLine>,
    pub(super) what: Option<Span>,
    pub(super) why: Option<Span>,
    /// The last label.
    pub(super) last: Option<Label>,
    /// Where its last value ends.
    pub(super) end: usize,
    /// The fence it began in.
    pub(super) fence: Option<u32>,
    /// Its labels are numbered one by one, so their numbers are not the finding's.
    pub(super) numbered_labels: bool,
}

impl Block {
    pub(super) fn has(&self, label: Label) -> bool {
        match label {
            Label::Severity => self.severity.is_some(),
            Label::Where => !self.places.is_empty(),
            Label::What => self.what.is_some(),
            Label::Why => self.why.is_some(),
            Label::Retract | Label::Verdict => false,
        }
    }

    /// Whether its region begins with a title above the first label.
    pub(super) fn labels_follow_title(&self, text: &str) -> bool {
        let first_line = text[self.region.0..]
            .find('\n')
            .map_or(text.len(), |len| self.region.0 + len);
        let first = [self.severity, self.what, self.why]
            .into_iter()
            .flatten()
            .map(|(from, _)| from);
        first
            .chain(self.places.iter().map(|place| place.value.0))
            .all(|from| from > first_line)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty() && self.what.is_none()
    }
}
