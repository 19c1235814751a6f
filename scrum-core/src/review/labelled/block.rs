//! Labelled lines, put together into blocks: one block is what a reviewer says of one finding.
//!
//! The labels may come in any order, so a block ends where a label comes again that it has, at a heading, and where
//! blank lines say so. Which labels follow without a gap decides the rest: see [`Builder::begins`].

use super::scan::{Event, EventKind, Scan};
use super::value;
use crate::review::label::Label;
use crate::review::span::Span;
use crate::review::{QuoteEvidence, severity, title};

/// A `WHERE:` of a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct WhereLine {
    pub(super) line: u32,
    pub(super) value: Span,
    pub(super) quoted: Option<QuoteEvidence>,
}

/// The blocks of a text, each list in its order.
pub(super) struct Blocks {
    /// Of the reviewer's own lines.
    pub(super) own: Vec<Block>,
    /// Of quoted lines.
    pub(super) quoted: Vec<Block>,
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
    /// The label that it began with, and the last one.
    labels: Option<(Label, Label)>,
    /// Where its last value ends.
    end: usize,
    /// The fence it began in.
    fence: Option<u32>,
    /// Its labels are numbered one by one, so their numbers are not the finding's.
    numbered_labels: bool,
}

impl Block {
    fn has(&self, label: Label) -> bool {
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

    fn is_empty(&self) -> bool {
        self.severity.is_none() && self.places.is_empty() && self.what.is_none()
    }
}

/// Builds the blocks of a text. A block goes on around a quotation, and fences bound both kinds.
pub(super) fn blocks(text: &str, scan: &Scan) -> Blocks {
    let (mut own, mut quoted) = (Vec::new(), Vec::new());
    for event in &scan.events {
        if event.quoted.is_none() {
            own.push(event);
        }
        if event.quoted.is_some() || event.kind == EventKind::Fence {
            quoted.push(event);
        }
    }
    Blocks {
        own: built(text, scan, own),
        quoted: built(text, scan, quoted),
    }
}

fn built(text: &str, scan: &Scan, events: Vec<&Event>) -> Vec<Block> {
    let mut builder = Builder {
        text,
        scan,
        events,
        all: Vec::new(),
        current: None,
        heading: None,
    };
    for at in 0..builder.events.len() {
        builder.take(at);
    }
    builder.close(text.len());
    builder.all
}

struct Builder<'a> {
    text: &'a str,
    scan: &'a Scan,
    events: Vec<&'a Event>,
    all: Vec<Block>,
    current: Option<Block>,
    /// The last heading, where no block came since.
    heading: Option<Span>,
}

impl Builder<'_> {
    fn take(&mut self, at: usize) {
        let event = self.events[at];
        match event.kind {
            EventKind::Label {
                label: Label::Retract | Label::Verdict,
                ..
            }
            | EventKind::None
            | EventKind::Reasoning
            | EventKind::Rule => {
                self.close(event.start);
                self.heading = None;
            }
            EventKind::Heading => {
                self.close(event.start);
                self.heading = Some((event.start, event.end));
            }
            EventKind::Fence => {}
            EventKind::Row(columns) => {
                self.close(event.start);
                self.heading = None;
                self.row(event, columns);
            }
            EventKind::Label { label, bare } => self.label(at, label, bare),
        }
    }

    fn label(&mut self, at: usize, label: Label, bare: bool) {
        let event = self.events[at];
        let next = self.events.get(at + 1).copied();
        let value = value::extent(self.text, event, label, next);
        if bare && !self.proven(label, value) {
            return;
        }
        if self.begins(at, label) {
            self.open(event);
        }
        let Some(block) = &mut self.current else {
            return;
        };
        let first = block.labels.map_or(label, |(first, _)| first);
        block.numbered_labels |=
            block.labels.is_some() && event.number.is_some() && event.line != block.line;
        match label {
            Label::Severity => block.severity = Some(value),
            Label::Where => block.places.push(WhereLine {
                line: event.line,
                value,
                quoted: event.quoted,
            }),
            // A second one right behind the first goes on with it.
            Label::What => block.what = Some(block.what.map_or(value, |(from, _)| (from, value.1))),
            Label::Why => block.why = Some(block.why.map_or(value, |(from, _)| (from, value.1))),
            Label::Retract | Label::Verdict => {}
        }
        block.labels = Some((first, label));
        block.end = block.end.max(value.1);
    }

    /// Whether the label begins a block, rather than going on with the current one.
    fn begins(&self, at: usize, label: Label) -> bool {
        let Some(block) = &self.current else {
            return true;
        };
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

    /// Whether the value makes up for the colon that a label lacks.
    fn proven(&self, label: Label, (from, to): Span) -> bool {
        let value = self.text[from..to].trim();
        match label {
            Label::Where => {
                value.len() <= 1024
                    && crate::review::location::citations_up_to(value, 1)
                        .0
                        .iter()
                        .flatten()
                        .any(|citation| {
                            let location = &citation.location;
                            location.lines.is_some()
                                || location.symbol.is_some()
                                || location.path.contains('/')
                        })
            }
            Label::Severity => severity::read(value).is_some(),
            Label::What | Label::Why => {
                self.current.as_ref().is_some_and(|block| !block.has(label)) && !value.is_empty()
            }
            Label::Retract | Label::Verdict => true,
        }
    }

    fn open(&mut self, event: &Event) {
        self.give_back_title(event.start);
        let title = self.title(event);
        let start = title.map_or(event.start, |(from, _)| from);
        self.close(start);
        let titled = title.map(|(from, to)| &self.text[from..to]);
        self.current = Some(Block {
            line: event.line,
            region: (start, start),
            number: event.number.or_else(|| titled.and_then(title::number)),
            end: event.end,
            fence: event.fence,
            ..Block::default()
        });
        self.heading = None;
    }

    /// The title above a block: the heading before it, or the line right above.
    fn title(&self, event: &Event) -> Option<Span> {
        if let Some(heading) = self.heading {
            return Some(heading);
        }
        let floor = self
            .current
            .as_ref()
            .map(|block| block.end)
            .or(self.all.last().map(|block| block.region.1));
        title::above(self.text, floor.unwrap_or(0).min(event.start), event.start)
    }

    /// Takes the next block's numbered title off the last value, which ran into it without a blank line.
    fn give_back_title(&mut self, start: usize) {
        let Some(block) = &mut self.current else {
            return;
        };
        let value = match block.labels {
            Some((_, Label::What)) => &mut block.what,
            Some((_, Label::Why)) => &mut block.why,
            _ => return,
        };
        let Some((from, to)) = value else { return };
        if self
            .text
            .get(*to..start)
            .is_none_or(|between| !between.trim().is_empty())
        {
            return;
        }
        let mut lines = self.text[*from..*to].rsplitn(3, '\n');
        let (Some(last), Some(above)) = (lines.next(), lines.next()) else {
            return;
        };
        let number = title::number(last);
        // The second item of a list is no title.
        if number.is_some() && title::number(above).is_none_or(|above| number != Some(above + 1)) {
            *to -= last.len() + 1;
            block.end = *to;
        }
    }

    fn close(&mut self, at: usize) {
        let Some(mut block) = self.current.take() else {
            return;
        };
        block.region.1 = at.max(block.end);
        if block.numbered_labels {
            let titled = block.labels_follow_title(self.text);
            block.number = self.text[block.region.0..]
                .lines()
                .next()
                .filter(|_| titled)
                .and_then(title::number);
        }
        if !block.is_empty() {
            self.all.push(block);
        }
    }

    /// A table's row: a block of its own.
    fn row(&mut self, event: &Event, columns: usize) {
        let row = self.scan.tables[columns].row(self.text, (event.start, event.end));
        let block = Block {
            line: event.line,
            region: (event.start, event.end),
            number: row.number,
            severity: row.severity,
            places: row
                .place
                .map(|value| WhereLine {
                    line: event.line,
                    value,
                    quoted: event.quoted,
                })
                .into_iter()
                .collect(),
            what: row.what,
            why: row.why,
            labels: None,
            end: event.end,
            fence: event.fence,
            numbered_labels: false,
        };
        if !block.is_empty() {
            self.all.push(block);
        }
    }
}
