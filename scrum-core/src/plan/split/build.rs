//! Makes the recipe of one piece from the table of lines.

use std::ops::Range;

use super::recipe::{PatchRange, Segment};
use super::table::{ContextLines, FoundFunction, HunkRows, Table};
use crate::change::Hunk;
use crate::patch::shown_name;

/// A piece of the table.
pub(super) struct Built {
    pub(super) segments: Vec<Segment>,
    /// The segments' numbers with the old side in base numbering.
    pub(super) base_numbers: Vec<Hunk>,
    pub(super) bytes: u64,
    pub(super) additions: u64,
    pub(super) deletions: u64,
}

impl Table<'_> {
    /// Makes the piece from one change to another, both included.
    pub(super) fn build(
        &self,
        first: usize,
        last: usize,
        context: ContextLines,
        deleted: bool,
    ) -> Built {
        let (first_hunk, last_hunk) = (self.hunk_of(first), self.hunk_of(last));
        let mut built = Built {
            segments: Vec::with_capacity(last_hunk - first_hunk + 1),
            base_numbers: Vec::new(),
            bytes: 0,
            additions: 0,
            deletions: 0,
        };
        // Lines that the segments so far have added, less those that they have deleted.
        let mut shift = 0_i64;
        for (number, hunk) in self.hunks[first_hunk..=last_hunk].iter().enumerate() {
            let from = if number == 0 {
                first
            } else {
                hunk.changed.start
            };
            let to = if first_hunk + number == last_hunk {
                last
            } else {
                hunk.changed.end - 1
            };
            let whole = self.available(from, to, 0);
            let own = ContextLines {
                leading: if number == 0 {
                    context.leading
                } else {
                    whole.leading
                },
                trailing: if first_hunk + number == last_hunk {
                    context.trailing
                } else {
                    whole.trailing
                },
            };
            let (leading, trailing) = self.context_lines(from, to, own);
            let (from_line, to_line) = (self.line_of(from), self.line_of(to) + 1);
            let old_body = self.old_before[to_line] - self.old_before[from_line];
            let new_body = self.new_before[to_line] - self.new_before[from_line];
            let count = |lines: &[u32]| u32::try_from(lines.len()).unwrap_or(u32::MAX);
            let around = count(leading) + count(trailing);
            let (old_lines, new_lines) = (old_body + around, new_body + around);
            let start = |above: u32, lines: u32| above.saturating_add(u32::from(lines > 0));
            let new_above = hunk.new_above + self.new_before[from_line]
                - self.new_before[hunk.lines.start]
                - count(leading);
            let base_above =
                hunk.old_above + self.old_before[from_line] - self.old_before[hunk.lines.start];
            // Everything further up in the file was applied before, so old and new lines have the same numbers, apart from
            // what this piece itself changes.
            let old_above = u32::try_from(i64::from(new_above) - shift).unwrap_or(0);
            shift += i64::from(new_lines) - i64::from(old_lines);
            let numbers = Hunk {
                old_start: start(old_above, old_lines),
                old_lines,
                new_start: start(new_above, new_lines),
                new_lines,
            };
            // Context that earlier parts added is no line of the base.
            let base_leading = count(leading).min(base_above);
            let base_lines = old_lines - (count(leading) - base_leading);
            built.base_numbers.push(Hunk {
                old_start: start(base_above - base_leading, base_lines),
                old_lines: base_lines,
                ..numbers
            });
            let segment = Segment {
                hunk: numbers,
                section: self.section(hunk, from, numbers, leading.first(), deleted),
                leading: self.ranges(leading),
                body: self.starts[from_line]..self.starts[to_line],
                trailing: self.ranges(trailing),
            };
            built.bytes += segment.len();
            let marks = (from..=to).map(|change| self.mark_of(change));
            let added = marks.filter(|mark| *mark == b'+').count();
            built.additions += added as u64;
            built.deletions += (to + 1 - from - added) as u64;
            built.segments.push(segment);
        }
        built
    }

    /// Where lines are in the patch; neighbours make one range.
    fn ranges(&self, lines: &[u32]) -> Vec<PatchRange> {
        let mut ranges: Vec<PatchRange> = Vec::new();
        for line in lines {
            let range = self.range(*line as usize);
            match ranges.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => ranges.push(range),
            }
        }
        ranges
    }

    /// The function name of a piece's hunk that begins at `from`: git's own if the hunk of the patch begins there,
    /// otherwise that of the nearest line above.
    fn section(
        &self,
        hunk: &HunkRows,
        from: usize,
        numbers: Hunk,
        leading: Option<&u32>,
        deleted: bool,
    ) -> PatchRange {
        if from == hunk.changed.start {
            return hunk.section.clone();
        }
        let top = leading.map_or_else(|| self.line_of(from), |line| *line as usize);
        let (before, lines) = if deleted {
            (&self.old_before, &self.old_lines)
        } else {
            (&self.new_before, &self.new_lines)
        };
        let above = before[hunk.lines.start] as usize..before[top] as usize;
        let Some(line) = self.function_line(lines, above) else {
            return hunk.section.clone();
        };
        let content = self.line_content(line);
        let name = self.function_rule.name(content).unwrap_or_default();
        let name = shown_name(numbers, name);
        // A name is a slice of its line, so the distance is its offset. It is shorter than the patch.
        let indent = name.as_ptr() as usize - content.as_ptr() as usize;
        let length = |bytes: usize| u32::try_from(bytes).unwrap_or(0);
        let start = self.starts[line] + 1 + length(indent);
        start..start + length(name.len())
    }

    /// The last of `lines[above]` that begins a function. As pieces follow each other, no line is tried for each of them
    /// again.
    fn function_line(&self, lines: &[u32], above: Range<usize>) -> Option<usize> {
        let known = self.last_function.get();
        let is_known = known.above == above.start;
        if is_known && above.end <= known.searched && known.at.is_none_or(|at| at < above.end) {
            return known.at.map(|at| lines[at] as usize);
        }
        let continues = is_known && known.searched <= above.end;
        let first = if continues {
            known.searched
        } else {
            above.start
        };
        let begins = |at: &usize| {
            let content = self.line_content(lines[*at] as usize);
            self.function_rule.name(content).is_some()
        };
        let at = (first..above.end).rev().find(begins);
        let at = at.or(known.at.filter(|_| continues));
        self.last_function.set(FoundFunction {
            above: above.start,
            searched: above.end,
            at,
        });
        at.map(|at| lines[at] as usize)
    }
}
