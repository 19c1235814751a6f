//! How large a piece of a file becomes.

use super::table::{ContextLines, Table};

/// Longest `@@` line without function context, in bytes: four numbers of ten digits.
pub(super) const HUNK_LINE: u64 = 60;

/// The size of a piece while it grows. Never less than the piece will have.
pub(super) struct PieceSize<'t, 'a> {
    table: &'t Table<'a>,
    /// The warn limit, in bytes.
    limit: u64,
    /// Context lines around the piece, if there is room for them.
    context: usize,
    first: usize,
    /// Header, and all hunks but the current one, without the leading context of the first.
    done: u64,
    hunk: usize,
    /// First change of the piece in the current hunk.
    hunk_first: usize,
    /// Leading context of the current hunk, unless it is the first.
    leading: u64,
}

impl<'t, 'a> PieceSize<'t, 'a> {
    /// A piece that begins with the change `first`, with nothing but its header of `header` bytes yet.
    pub(super) fn new(
        table: &'t Table<'a>,
        first: usize,
        header: u64,
        limit: u64,
        context: usize,
    ) -> Self {
        Self {
            table,
            limit,
            context,
            first,
            done: header,
            hunk: table.hunk_of(first),
            hunk_first: first,
            leading: 0,
        }
    }

    /// The context with which the piece up to `last` is at or below the warn limit. Called for each change in turn.
    pub(super) fn extend(&mut self, last: usize) -> Option<ContextLines> {
        let table = self.table;
        if !table.in_hunk(self.hunk, last) {
            let before = last - 1;
            let trailing = ContextLines {
                leading: 0,
                ..table.available(before, before, 0)
            };
            self.done += self.current(before) + table.context_bytes(before, before, trailing);
            self.hunk = table.hunk_of(last);
            self.hunk_first = last;
            let leading = ContextLines {
                trailing: 0,
                ..table.available(last, last, 0)
            };
            self.leading = table.context_bytes(last, last, leading);
        }
        let room = self.limit.checked_sub(self.done + self.current(last))?;
        let full = table.available(self.first, last, self.context);
        if table.context_bytes(self.first, last, full) <= room {
            return Some(full);
        }
        let least = table.least(self.first, last);
        let room = room.checked_sub(table.context_bytes(self.first, last, least))?;
        Some(table.filled(self.first, last, least, self.context, room))
    }

    /// The current hunk up to `last`, without trailing context.
    fn current(&self, last: usize) -> u64 {
        let table = self.table;
        let line = HUNK_LINE + table.section_bytes(self.hunk_first);
        line + self.leading + table.span(self.hunk_first, last)
    }
}
