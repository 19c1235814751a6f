//! The lines of one file's patch, with what cutting asks about them in constant time.

use std::cell::Cell;
use std::ops::Range;

use super::recipe::PatchRange;
use crate::patch::{FilePatch, FunctionRule, MAX_NAME, lines};

/// An index of lines over all hunks, `\ No newline at end of file` counted to the line before it.
pub(super) struct Table<'a> {
    text: &'a [u8],
    /// Offset of each line, and of the end.
    pub(super) starts: Vec<u32>,
    /// How many lines of the new side come before each line, and how many there are.
    pub(super) new_before: Vec<u32>,
    /// How many lines of the old side come before each line, and how many there are.
    pub(super) old_before: Vec<u32>,
    /// The lines of the new side.
    pub(super) new_lines: Vec<u32>,
    /// The lines of the old side.
    pub(super) old_lines: Vec<u32>,
    /// Bytes of the lines of the new side before each of them, and of all.
    new_bytes: Vec<u32>,
    /// Bytes of the lines of the old side before each of them, and of all.
    old_bytes: Vec<u32>,
    pub(super) hunks: Vec<HunkRows>,
    /// The added and deleted lines.
    pub(super) changed: Vec<u32>,
    pub(super) function_rule: FunctionRule,
    pub(super) last_function: Cell<FoundFunction>,
}

/// The result of a search for a function line among the lines of one side: the last one of `above..searched`.
#[derive(Clone, Copy, Default)]
pub(super) struct FoundFunction {
    pub(super) above: usize,
    pub(super) searched: usize,
    pub(super) at: Option<usize>,
}

/// One hunk of the patch, by the numbers of its lines in the table.
pub(super) struct HunkRows {
    pub(super) lines: Range<usize>,
    /// Its part of [`Table::changed`].
    pub(super) changed: Range<usize>,
    pub(super) section: PatchRange,
    /// Lines of the file before it, on each side.
    pub(super) old_above: u32,
    pub(super) new_above: u32,
}

/// The context lines of a piece: at the start of its first hunk and at the end of its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ContextLines {
    pub(super) leading: usize,
    pub(super) trailing: usize,
}

impl<'a> Table<'a> {
    /// `None` for a patch of 4 GiB and more, or one without a changed line.
    pub(super) fn new(
        text: &'a [u8],
        patch: &FilePatch<'a>,
        function_rule: FunctionRule,
    ) -> Option<Self> {
        u32::try_from(text.len()).ok()?;
        let offsets = |part: &[u8]| {
            // Parts are slices of `text`, so the distance is their offset.
            let start =
                u32::try_from((part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?)
                    .ok()?;
            Some(start..start.checked_add(u32::try_from(part.len()).ok()?)?)
        };
        let mut table = Self {
            text,
            function_rule,
            last_function: Cell::default(),
            starts: Vec::new(),
            new_before: Vec::new(),
            old_before: Vec::new(),
            new_lines: Vec::new(),
            old_lines: Vec::new(),
            new_bytes: Vec::new(),
            old_bytes: Vec::new(),
            hunks: Vec::new(),
            changed: Vec::new(),
        };
        for hunk in &patch.hunks {
            let first_line = table.starts.len();
            let first_changed = table.changed.len();
            let mut offset = offsets(hunk.body)?.start;
            for line in hunk.lines() {
                let start = offset;
                offset += u32::try_from(line.len()).ok()?;
                if line[0] == b'\\' {
                    continue;
                }
                let index = u32::try_from(table.starts.len()).ok()?;
                table.mark(start);
                if line[0] != b'-' {
                    table.new_lines.push(index);
                }
                if line[0] != b'+' {
                    table.old_lines.push(index);
                }
                if matches!(line[0], b'+' | b'-') {
                    table.changed.push(index);
                }
            }
            // The gap up to the next hunk is an entry that is never used, so that each line ends
            // where the next one starts.
            let end_line = table.starts.len();
            table.mark(offset);
            let above = |start: u32, lines: u32| {
                if lines == 0 {
                    start
                } else {
                    start.saturating_sub(1)
                }
            };
            if first_changed == table.changed.len() {
                continue;
            }
            table.hunks.push(HunkRows {
                lines: first_line..end_line,
                changed: first_changed..table.changed.len(),
                section: if hunk.section.is_empty() {
                    0..0
                } else {
                    offsets(hunk.section)?
                },
                old_above: above(hunk.hunk.old_start, hunk.hunk.old_lines),
                new_above: above(hunk.hunk.new_start, hunk.hunk.new_lines),
            });
        }
        table.new_bytes = table.sums(&table.new_lines);
        table.old_bytes = table.sums(&table.old_lines);
        (!table.changed.is_empty()).then_some(table)
    }

    fn sums(&self, lines: &[u32]) -> Vec<u32> {
        let mut sum = 0;
        let mut sums = Vec::with_capacity(lines.len() + 1);
        sums.push(0);
        for line in lines {
            let range = self.range(*line as usize);
            sum += range.end - range.start;
            sums.push(sum);
        }
        sums
    }

    fn mark(&mut self, start: u32) {
        self.starts.push(start);
        // Both are at most the number of lines, which fits.
        self.new_before
            .push(u32::try_from(self.new_lines.len()).unwrap_or(u32::MAX));
        self.old_before
            .push(u32::try_from(self.old_lines.len()).unwrap_or(u32::MAX));
    }

    pub(super) fn changes(&self) -> usize {
        self.changed.len()
    }

    /// The line of a change.
    pub(super) fn line_of(&self, change: usize) -> usize {
        self.changed[change] as usize
    }

    /// Number of the hunk that a change is in.
    pub(super) fn hunk_of(&self, change: usize) -> usize {
        self.hunks
            .partition_point(|hunk| hunk.changed.end <= change)
    }

    pub(super) fn range(&self, line: usize) -> PatchRange {
        self.starts[line]..self.starts[line + 1]
    }

    fn size(&self, line: usize) -> u64 {
        u64::from(self.starts[line + 1] - self.starts[line])
    }

    pub(super) fn mark_of(&self, change: usize) -> u8 {
        self.text[self.starts[self.line_of(change)] as usize]
    }

    /// The content of a changed line, without its mark and end.
    pub(super) fn content(&self, change: usize) -> &'a [u8] {
        self.line_content(self.line_of(change))
    }

    pub(super) fn line_content(&self, line: usize) -> &'a [u8] {
        let range = self.range(line);
        let text = &self.text[range.start as usize..range.end as usize];
        let line = lines(text).next().unwrap_or_default();
        let line = line.get(1..).unwrap_or_default();
        line.strip_suffix(b"\n").unwrap_or(line)
    }

    /// Whether the change is directly followed by the next one, in the same hunk.
    pub(super) fn touches_next(&self, change: usize) -> bool {
        self.line_of(change) + 1 == self.line_of(change + 1)
    }

    /// Whether a changed line is the last of its side and has no line feed.
    pub(super) fn ends_without_newline(&self, change: usize) -> bool {
        let line = self.line_of(change);
        self.line_content(line).len() as u64 + 2 < self.size(line)
    }

    /// Bytes of the patch from one change up to another one.
    pub(super) fn distance(&self, from: usize, to: usize) -> u64 {
        let end = match self.changed.get(to) {
            Some(line) => self.starts[*line as usize],
            None => self.starts.last().copied().unwrap_or(0),
        };
        u64::from(end - self.starts[self.line_of(from)])
    }

    /// The context that the patch has for a piece. At an end that is also the end of a hunk, all of the hunk's; else up to
    /// `wanted` lines.
    pub(super) fn available(&self, first: usize, last: usize, wanted: usize) -> ContextLines {
        let hunk = &self.hunks[self.hunk_of(first)];
        let line = self.line_of(first);
        let above = (self.new_before[line] - self.new_before[hunk.lines.start]) as usize;
        let leading = if first == hunk.changed.start {
            above
        } else {
            above.min(wanted)
        };
        let hunk = &self.hunks[self.hunk_of(last)];
        let behind = self.line_of(last) + 1;
        let below = (self.old_before[hunk.lines.end] - self.old_before[behind]) as usize;
        let trailing = if last + 1 == hunk.changed.end {
            below
        } else {
            below.min(wanted)
        };
        ContextLines { leading, trailing }
    }

    /// The least context with which git finds the place of a piece: a line after it, unless the file ends there.
    ///
    /// Lines that are added at the end of a file need no context, except after a file's only line: there the old side has
    /// no line and starts at 1, which git takes for the first line.
    pub(super) fn least(&self, first: usize, last: usize) -> ContextLines {
        let available = self.available(first, last, 1);
        let trailing = available.trailing.min(1);
        let (from, to) = (self.line_of(first), self.line_of(last) + 1);
        let hunk = &self.hunks[self.hunk_of(first)];
        let above = hunk.new_above + self.new_before[from] - self.new_before[hunk.lines.start];
        let adds_only = self.old_before[from] == self.old_before[to];
        let leading = usize::from(trailing == 0 && adds_only && above == 1).min(available.leading);
        ContextLines { leading, trailing }
    }

    /// Whether the next change is also the first context line after a piece that ends with this one.
    pub(super) fn next_is_context(&self, change: usize) -> bool {
        let behind = self.line_of(change) + 1;
        let next = self.old_before[behind] as usize;
        self.changed
            .get(change + 1)
            .is_some_and(|line| self.old_lines.get(next) == Some(line))
    }

    /// Bytes of context.
    pub(super) fn context_bytes(&self, first: usize, last: usize, context: ContextLines) -> u64 {
        let above = self.new_before[self.line_of(first)] as usize;
        let below = self.old_before[self.line_of(last) + 1] as usize;
        let leading = self.new_bytes[above] - self.new_bytes[above - context.leading];
        let trailing = self.old_bytes[below + context.trailing] - self.old_bytes[below];
        u64::from(leading) + u64::from(trailing)
    }

    /// `least` and more context, up to `wanted` lines at each end, of which the added ones have at most `room` bytes. Lines
    /// after the piece are added first.
    pub(super) fn filled(
        &self,
        first: usize,
        last: usize,
        least: ContextLines,
        wanted: usize,
        room: u64,
    ) -> ContextLines {
        let available = self.available(first, last, wanted);
        let spent = self.context_bytes(first, last, least);
        let fits = |context: ContextLines| self.context_bytes(first, last, context) - spent <= room;
        let mut context = least;
        for _ in 0..wanted {
            let more = ContextLines {
                trailing: context.trailing + 1,
                ..context
            };
            if more.trailing <= available.trailing && fits(more) {
                context = more;
            }
            let more = ContextLines {
                leading: context.leading + 1,
                ..context
            };
            if more.leading <= available.leading && fits(more) {
                context = more;
            }
        }
        context
    }

    /// Whether a change is in the hunk of this number.
    pub(super) fn in_hunk(&self, hunk: usize, change: usize) -> bool {
        self.hunks[hunk].changed.contains(&change)
    }

    /// Bytes from one changed line to another one of its hunk, both included.
    pub(super) fn span(&self, first: usize, last: usize) -> u64 {
        u64::from(self.starts[self.line_of(last) + 1] - self.starts[self.line_of(first)])
    }

    /// The most bytes that the function context of a hunk that begins with this change can have.
    pub(super) fn section_bytes(&self, first: usize) -> u64 {
        let hunk = &self.hunks[self.hunk_of(first)];
        let own = u64::from(hunk.section.end - hunk.section.start);
        if first == hunk.changed.start {
            own
        } else {
            own.max(MAX_NAME as u64)
        }
    }

    pub(super) fn context_lines(
        &self,
        first: usize,
        last: usize,
        context: ContextLines,
    ) -> (&[u32], &[u32]) {
        let above = self.new_before[self.line_of(first)] as usize;
        let below = self.old_before[self.line_of(last) + 1] as usize;
        (
            &self.new_lines[above - context.leading..above],
            &self.old_lines[below..below + context.trailing],
        )
    }
}
