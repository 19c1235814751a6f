//! Labelled lines, put together into blocks: one block is what a reviewer says of one finding.
//!
//! The labels may come in any order, so a block ends where a label comes again that it has, at a heading, and where
//! blank lines say so. Which labels follow without a gap decides the rest: see [`boundary`](super::boundary).

use super::block::{Block, WhereLine};
use super::boundary::Boundary;
use super::scan::{Event, EventKind, Scan};
use super::value;
use crate::review::label::Label;
use crate::review::span::Span;
use crate::review::{location, severity, title};

/// The blocks of a text, each list in its order.
pub(super) struct Blocks {
    /// Of the reviewer's own lines.
    pub(super) own: Vec<Block>,
    /// Of quoted lines.
    pub(super) quoted: Vec<Block>,
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
        let open = self.current.as_ref();
        if open.is_none_or(|open| Boundary::new(self.text, &self.events).begins(open, at, label)) {
            self.open(event);
        }
        let Some(block) = &mut self.current else {
            return;
        };
        block.numbered_labels |= event.number.is_some() && event.line != block.line;
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
        block.last = Some(label);
        block.end = block.end.max(value.1);
    }

    /// Whether the value makes up for the colon that a label lacks.
    fn proven(&self, label: Label, (from, to): Span) -> bool {
        let value = self.text[from..to].trim();
        match label {
            Label::Where => {
                value.len() <= 1024
                    && location::citations_up_to(value, 1)
                        .0
                        .iter()
                        .flatten()
                        .any(|citation| citation.location.lines.is_some())
            }
            Label::Severity => severity::read(value).is_some(),
            Label::What | Label::Why => {
                self.current.as_ref().is_some_and(|block| !block.has(label))
            }
            Label::Retract | Label::Verdict => true,
        }
    }

    fn open(&mut self, event: &Event) {
        self.give_back_title();
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
    fn give_back_title(&mut self) {
        let Some(block) = &mut self.current else {
            return;
        };
        let value = match block.last {
            Some(Label::What) => &mut block.what,
            Some(Label::Why) => &mut block.why,
            _ => return,
        };
        let Some((from, to)) = value else { return };
        let mut lines = self.text[*from..*to].rsplitn(3, '\n');
        let (Some(last), Some(above)) = (lines.next(), lines.next()) else {
            return;
        };
        let number = title::number(last);
        // The second item of a list is no title.
        if number.is_some() && title::number(above).is_none() {
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
        self.all.push(block);
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
            last: None,
            end: event.end,
            fence: event.fence,
            numbered_labels: false,
        };
        if !block.is_empty() {
            self.all.push(block);
        }
    }
}
