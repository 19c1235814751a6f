//! Line numbers of positions that only rise.

use memchr::memchr_iter;

/// Counts lines as positions rise.
pub(super) struct LineCounter<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl<'a> LineCounter<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
        }
    }

    /// The line of a position, 1-based. One before the last asked for gets the last line.
    pub(super) fn of(&mut self, at: usize) -> u32 {
        let at = at.min(self.text.len());
        if at > self.at {
            let feeds = memchr_iter(b'\n', &self.text.as_bytes()[self.at..at]).count();
            self.line = self
                .line
                .saturating_add(u32::try_from(feeds).unwrap_or(u32::MAX));
            self.at = at;
        }
        self.line
    }
}
