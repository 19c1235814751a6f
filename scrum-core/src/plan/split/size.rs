//! How large a piece of a file becomes.

use super::cut::{Cutter, HUNK_LINE};
use super::table::Context;

/// The size of a piece while it grows. Never less than the piece will have.
pub(super) struct Size<'c, 'a> {
    cutter: &'c Cutter<'a>,
    first: usize,
    /// Header, and all hunks but the current one, without the leading context of the first.
    done: u64,
    hunk: usize,
    /// First change of the piece in the current hunk.
    hunk_first: usize,
    /// Leading context of the current hunk, unless it is the first.
    leading: u64,
}

impl<'c, 'a> Size<'c, 'a> {
    pub(super) fn new(cutter: &'c Cutter<'a>, first: usize, header: u64) -> Self {
        Self {
            cutter,
            first,
            done: header,
            hunk: cutter.table.hunk_of(first),
            hunk_first: first,
            leading: 0,
        }
    }

    /// The context with which the piece up to `last` is at or below the warn limit. Called for each change in turn.
    pub(super) fn extend(&mut self, last: usize) -> Option<Context> {
        let table = &self.cutter.table;
        if !table.in_hunk(self.hunk, last) {
            let before = last - 1;
            let trailing = Context {
                leading: 0,
                ..table.available(before, before, 0)
            };
            self.done += self.current(before) + table.context_bytes(before, before, trailing);
            self.hunk = table.hunk_of(last);
            self.hunk_first = last;
            let leading = Context {
                trailing: 0,
                ..table.available(last, last, 0)
            };
            self.leading = table.context_bytes(last, last, leading);
        }
        let room = self
            .cutter
            .warn
            .checked_sub(self.done + self.current(last))?;
        let full = table.available(self.first, last, self.cutter.context);
        if table.context_bytes(self.first, last, full) <= room {
            return Some(full);
        }
        let least = table.least(self.first, last);
        let room = room.checked_sub(table.context_bytes(self.first, last, least))?;
        Some(self.cutter.filled(self.first, last, least, room))
    }

    /// The current hunk up to `last`, without trailing context.
    fn current(&self, last: usize) -> u64 {
        let table = &self.cutter.table;
        let line = HUNK_LINE + table.section_bytes(self.hunk_first);
        line + self.leading + table.span(self.hunk_first, last)
    }
}
