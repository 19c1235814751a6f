//! The lines of a hunk, with their numbers on both sides.

use std::ops::RangeInclusive;

use super::HunkText;
use crate::change::Hunk;

/// How many columns the line numbers in front of a diff take in a prompt: as many as the file's longest number needs,
/// `old:` and ten digits at most.
pub(crate) const NUMBER_COLUMNS: RangeInclusive<usize> = 6..=14;

/// What a line of a hunk does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HunkLineKind {
    /// On both sides. An empty line is one that lost its only space in a mailer.
    Context,
    /// Only on the new side.
    Added,
    /// Only on the old side.
    Deleted,
    /// `\ No newline at end of file`: on neither side.
    Note,
}

impl HunkLineKind {
    fn of(line: &[u8]) -> Self {
        match line.first() {
            Some(b'-') => Self::Deleted,
            Some(b'+') => Self::Added,
            Some(b'\\') => Self::Note,
            _ => Self::Context,
        }
    }

    fn is_old(self) -> bool {
        matches!(self, Self::Context | Self::Deleted)
    }

    fn is_new(self) -> bool {
        matches!(self, Self::Context | Self::Added)
    }
}

/// Where a line of a hunk is in both files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HunkLine {
    pub(crate) kind: HunkLineKind,
    /// Its line of the old file; for an added line the old one that follows it. 1-based.
    pub(crate) old_at: u32,
    /// Its line of the new file; for a deleted line the new one that follows it. 1-based.
    pub(crate) new_at: u32,
}

impl HunkLine {
    /// Its number in the old file, if it is there.
    pub(crate) fn old_line(self) -> Option<u32> {
        self.kind.is_old().then_some(self.old_at)
    }

    /// Its number in the new file, if it is there.
    pub(crate) fn new_line(self) -> Option<u32> {
        self.kind.is_new().then_some(self.new_at)
    }
}

/// Counts through the lines of one hunk.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct HunkWalk {
    old: u32,
    new: u32,
    old_left: u32,
    new_left: u32,
}

impl HunkWalk {
    /// Begins in front of the hunk's first line.
    pub(crate) fn new(hunk: Hunk) -> Self {
        // A side without lines starts at the line before it.
        let first = |start: u32, lines: u32| start.saturating_add(u32::from(lines == 0));
        Self {
            old: first(hunk.old_start, hunk.old_lines),
            new: first(hunk.new_start, hunk.new_lines),
            old_left: hunk.old_lines,
            new_left: hunk.new_lines,
        }
    }

    /// Begins in front of the first line of a text, and numbers its lines as `hunk` does: a manifest has the numbers of the base,
    /// while the text of a part counts in the file as earlier parts left it. If the text has more lines of the old side, they are
    /// leading context that the base lacks.
    pub(crate) fn renumbered(text: Hunk, hunk: Hunk) -> Self {
        let walk = Self::new(hunk);
        let lacking = text.old_lines.saturating_sub(hunk.old_lines);
        Self {
            // The number of a line that the base lacks may be below zero here. Nobody is shown it.
            old: walk.old.wrapping_sub(lacking),
            new: walk.new,
            old_left: text.old_lines,
            new_left: text.new_lines,
        }
    }

    /// Whether every line that the hunk counts was taken.
    pub(crate) fn is_done(&self) -> bool {
        self.old_left == 0 && self.new_left == 0
    }

    /// Takes the next line, with its mark in front.
    pub(crate) fn take(&mut self, line: &[u8]) -> HunkLine {
        let kind = HunkLineKind::of(line);
        let (old, new) = (u32::from(kind.is_old()), u32::from(kind.is_new()));
        let taken = HunkLine {
            kind,
            old_at: self.old,
            new_at: self.new,
        };
        self.old = self.old.wrapping_add(old);
        self.new = self.new.wrapping_add(new);
        self.old_left = self.old_left.saturating_sub(old);
        self.new_left = self.new_left.saturating_sub(new);
        taken
    }
}

impl<'a> HunkText<'a> {
    /// The lines of the body with their places, by the numbers of `hunk`: the text's own, or those of a manifest.
    pub(crate) fn numbered(
        &self,
        hunk: Hunk,
    ) -> impl Iterator<Item = (HunkLine, &'a [u8])> + use<'a> {
        let mut walk = HunkWalk::renumbered(self.hunk, hunk);
        self.lines().map(move |line| (walk.take(line), line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_are_counted() {
        let hunk = Hunk {
            old_start: 10,
            old_lines: 3,
            new_start: 20,
            new_lines: 3,
        };
        let text = HunkText {
            hunk,
            section: b"",
            body: b" a\n-b\n+c\n\\ No newline\n\n",
        };
        let told: Vec<_> = text
            .numbered(hunk)
            .map(|(line, _)| (line.old_line(), line.new_line(), line.old_at, line.new_at))
            .collect();
        assert_eq!(
            told,
            [
                (Some(10), Some(20), 10, 20),
                (Some(11), None, 11, 21),
                (None, Some(21), 12, 21),
                (None, None, 12, 22),
                (Some(12), Some(22), 12, 22),
            ]
        );
    }

    #[test]
    fn leading_context_that_the_base_lacks_takes_no_numbers() {
        let hunk = |old_start, old_lines| Hunk {
            old_start,
            old_lines,
            new_start: 40,
            new_lines: 3,
        };
        let text = HunkText {
            hunk: hunk(40, 4),
            section: b"",
            body: b" a\n b\n c\n-d\n",
        };
        let deleted = text.numbered(hunk(1, 2)).last().unwrap().0;
        assert_eq!((deleted.old_line(), deleted.new_at), (Some(2), 43));
    }

    #[test]
    fn an_empty_side_begins_after_the_line_that_its_header_names() {
        let mut walk = HunkWalk::new(Hunk {
            old_start: 0,
            old_lines: 0,
            new_start: 1,
            new_lines: 1,
        });
        assert!(!walk.is_done());
        assert_eq!(walk.take(b"+a\n").old_at, 1);
        assert!(walk.is_done());
    }
}
