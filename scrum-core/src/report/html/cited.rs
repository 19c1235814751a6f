//! Lines that findings cite, on both sides of a diff.

use crate::change::Hunk;
use crate::patch::HunkLine;
use crate::review::location::LineRange;

/// Lines of both sides, as ranges joined where they meet.
pub(super) struct LinesOfSides {
    old: Vec<(u32, u32)>,
    new: Vec<(u32, u32)>,
}

impl LinesOfSides {
    pub(super) fn new(ranges: impl Iterator<Item = LineRange>) -> Self {
        let (old, new): (Vec<LineRange>, Vec<LineRange>) = ranges.partition(|lines| lines.old_side);
        let joined_side =
            |side: Vec<LineRange>| joined(side.into_iter().map(|lines| (lines.start, lines.end)));
        Self {
            old: joined_side(old),
            new: joined_side(new),
        }
    }

    /// Whether one of the ranges contains a line at this place.
    pub(super) fn reach(&self, at: HunkLine) -> bool {
        within(&self.old, at.old_at) || within(&self.new, at.new_at)
    }

    /// Whether one of the ranges contains this line.
    pub(super) fn contain(&self, at: HunkLine) -> bool {
        at.old_line().is_some_and(|line| within(&self.old, line))
            || at.new_line().is_some_and(|line| within(&self.new, line))
    }

    /// Whether one of the ranges meets the hunk.
    pub(super) fn meet(&self, hunk: &Hunk) -> bool {
        let meets = |ranges: &[(u32, u32)], first: u32, lines: u32| {
            let last = first.saturating_add(lines);
            ranges
                .iter()
                .any(|(from, to)| *from <= last && *to >= first)
        };
        meets(&self.old, hunk.old_start, hunk.old_lines)
            || meets(&self.new, hunk.new_start, hunk.new_lines)
    }
}

/// Ranges sorted and joined where they overlap or touch.
fn joined(ranges: impl Iterator<Item = (u32, u32)>) -> Vec<(u32, u32)> {
    let mut ranges: Vec<(u32, u32)> = ranges.collect();
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        match joined.last_mut() {
            Some(last) if last.1.saturating_add(1) >= start => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    joined
}

/// Whether one of the joined ranges holds the line.
fn within(ranges: &[(u32, u32)], number: u32) -> bool {
    let before = ranges.partition_point(|(start, _)| *start <= number);
    before > 0 && ranges[before - 1].1 >= number
}
