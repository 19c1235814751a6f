//! One pass over the text that finds the few lines that matter.
//!
//! Nearly every line of a review is prose, so a line costs the search for its end and a look at its first byte. Only
//! where that byte may begin a label, a fence, a table, a heading or a tag is more of the line read.

use memchr::memchr;

use super::fence::{Fence, Fences};
use super::table::{self, Columns};
use crate::review::label::{self, Label, LabelLine};
use crate::review::line_prefix::{self, LinePrefix};
use crate::review::{QuoteEvidence, reasoning};

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventKind {
    /// A label; several in one line make several events.
    Label { label: Label, bare: bool },
    /// The word `NONE`.
    None,
    /// A Markdown heading.
    Heading,
    /// A thematic break.
    Rule,
    /// A row of a table with a Where column; the index of its columns.
    Row(usize),
    /// A line that opens or closes a fence.
    Fence,
    /// Reasoning was left out here.
    Reasoning,
}

/// A line that matters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) kind: EventKind,
    /// 1-based.
    pub(super) line: u32,
    /// Where the line begins and ends in the text, its line feed left out.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The value behind a label.
    pub(super) value: (usize, usize),
    /// The innermost fence around it.
    pub(super) fence: Option<u32>,
    /// A mark of a diff or prompt is in front.
    pub(super) gutter: bool,
    /// The number in front.
    pub(super) number: Option<u32>,
    /// Why it counts as quoted. Set after the pass.
    pub(super) quoted: Option<QuoteEvidence>,
}

/// What the pass found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) events: Vec<Event>,
    pub(super) fences: Vec<Fence>,
    pub(super) tables: Vec<Columns>,
    /// Byte ranges of reasoning, in order.
    pub(super) reasoning: Vec<(usize, usize)>,
}

/// Which first bytes (blanks left out) but letters make a line worth reading.
const WORTH: [bool; 256] = {
    let mut worth = [false; 256];
    let bytes = b"#`~<[|-*_>+0123456789(:";
    let mut at = 0;
    while at < bytes.len() {
        worth[bytes[at] as usize] = true;
        at += 1;
    }
    let mut at = 0x80;
    while at < 256 {
        worth[at] = true;
        at += 1;
    }
    worth
};

/// Whether a line, freed of the blanks in front, may matter. A letter must begin as a label's word or NONE does.
fn worth(line: &[u8]) -> bool {
    match line {
        [b'w' | b'W', second, ..] => matches!(second, b'h' | b'H'),
        [b's' | b'S' | b'r' | b'R' | b'v' | b'V', second, ..] => matches!(second, b'e' | b'E'),
        [b'n' | b'N', second, ..] => matches!(second, b'o' | b'O'),
        [first, ..] => WORTH[usize::from(*first)],
        [] => false,
    }
}

/// Reads a text. `with_reasoning` takes `<think>` and the like for what they are in a review; a diff may hold them as
/// text.
pub(super) fn scan(text: &str, with_reasoning: bool) -> Scan {
    let mut pass = Pass {
        text,
        scan: Scan::default(),
        fences: Fences::default(),
        line: 0,
        table: None,
        previous: (0, 0),
    };
    pass.run(with_reasoning);
    pass.scan.fences = pass.fences.finish(text.len());
    pass.scan
}

struct Pass<'a> {
    text: &'a str,
    scan: Scan,
    fences: Fences,
    /// Of the line being read.
    line: u32,
    /// The table that the line before belonged to.
    table: Option<usize>,
    /// The line before, for a table's header.
    previous: (usize, usize),
}

impl Pass<'_> {
    fn run(&mut self, with_reasoning: bool) {
        let bytes = self.text.as_bytes();
        let mut start = 0;
        while start < bytes.len() {
            self.line = self.line.saturating_add(1);
            let feed = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |len| start + len);
            let first = start
                + bytes[start..feed]
                    .iter()
                    .take_while(|b| matches!(b, b' ' | b'\t'))
                    .count();
            let next = feed + 1;
            if first < feed && (worth(&bytes[first..feed]) || self.table.is_some()) {
                if with_reasoning
                    && matches!(bytes[first], b'<' | b'[' | 0xe2)
                    && self.fences.innermost().is_none()
                    && let Some(skip) = reasoning::skip(self.text, first)
                {
                    // What stands behind the closing tag is read as if it began the line.
                    let skipped = bytes[start..skip].iter().filter(|b| **b == b'\n').count();
                    self.scan.reasoning.push((first, skip));
                    self.push(EventKind::Reasoning, first, skip, LinePrefix::default());
                    self.line = self
                        .line
                        .saturating_add(u32::try_from(skipped).unwrap_or(u32::MAX))
                        .saturating_sub(1);
                    start = skip;
                    continue;
                }
                self.read(start, first, feed, next);
            } else {
                self.table = None;
            }
            self.previous = (start, feed);
            start = next;
        }
    }

    /// Reads one line whose first byte is worth it.
    fn read(&mut self, start: usize, first: usize, end: usize, next: usize) {
        let line = &self.text[start..end];
        let in_table = self.table.take();
        let byte = self.text.as_bytes()[first];
        if matches!(byte, b'`' | b'~' | b'>' | b'-' | b'*' | b'+' | b'0'..=b'9')
            && self.fences.read(line, start, next)
        {
            self.push(EventKind::Fence, start, end, LinePrefix::default());
            return;
        }
        if self.row(in_table, byte, start, end, next) {
            return;
        }
        let split = line_prefix::split(line);
        if let Some(labelled) = label::labelled_behind(split) {
            self.labels(labelled, start, end);
            return;
        }
        if let Some(prefix) = label::none_behind(split) {
            self.push(EventKind::None, start, end, prefix);
        }
        if line[first - start..]
            .trim_start_matches('#')
            .starts_with([' ', '\t'])
        {
            self.push(EventKind::Heading, start, end, LinePrefix::default());
        } else if is_rule(&line[first - start..]) {
            self.push(EventKind::Rule, start, end, LinePrefix::default());
        }
    }

    /// Reads a table's header, delimiter or row.
    fn row(
        &mut self,
        in_table: Option<usize>,
        byte: u8,
        start: usize,
        end: usize,
        next: usize,
    ) -> bool {
        let line = &self.text[start..end];
        if let Some(columns) = in_table
            && memchr(b'|', line.as_bytes()).is_some()
        {
            self.table = in_table;
            if !table::is_delimiter(line) {
                self.push(EventKind::Row(columns), start, end, LinePrefix::default());
            }
            return true;
        }
        let columns = match byte {
            b'|' => {
                let follows = self
                    .text
                    .get(next..)
                    .map_or("", |rest| rest.lines().next().unwrap_or(""));
                Columns::of_header(line, table::is_delimiter(follows))
            }
            // A header without a pipe in front shows only by what follows it.
            b'-' | b':' if table::is_delimiter(line) => {
                let (from, to) = self.previous;
                Columns::of_header(&self.text[from..to], true)
            }
            _ => None,
        };
        let Some(columns) = columns else { return false };
        self.scan.tables.push(columns);
        self.table = Some(self.scan.tables.len() - 1);
        true
    }

    /// The label of a line, and those that follow it in the same line.
    fn labels(&mut self, labelled: LabelLine<'_>, start: usize, end: usize) {
        let LabelLine {
            mut label,
            mut value,
            mut prefix,
            mut bare,
        } = labelled;
        loop {
            let from = value.as_ptr() as usize - self.text.as_ptr() as usize;
            let inside = label::inside(value, label);
            let to = from + inside.as_ref().map_or(value.len(), |(_, len, _)| *len);
            self.push(EventKind::Label { label, bare }, start, end, prefix);
            if let Some(event) = self.scan.events.last_mut() {
                event.value = (from, to);
            }
            let Some((next, _, rest)) = inside else { break };
            (label, value, bare) = (next, rest, false);
            prefix.number = None;
        }
    }

    fn push(&mut self, kind: EventKind, start: usize, end: usize, prefix: LinePrefix) {
        let fence = self.fences.innermost();
        self.scan.events.push(Event {
            kind,
            line: self.line,
            start,
            end,
            value: (end, end),
            fence,
            gutter: prefix.gutter,
            number: prefix.number,
            quoted: None,
        });
    }
}

/// `---`, `***`, `___`, with or without blanks between.
fn is_rule(line: &str) -> bool {
    let mut count = 0_usize;
    for byte in line.bytes() {
        match byte {
            b' ' | b'\t' => {}
            b'-' | b'*' | b'_' => count += 1,
            _ => return false,
        }
    }
    count >= 3
}
