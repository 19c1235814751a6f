//! A position in a patch.

use super::super::lines;

#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    /// 1-based number of the line at `at`.
    pub(super) line: usize,
}

impl<'a> Cursor<'a> {
    /// The line at the cursor, with its line feed.
    pub(super) fn peek(&self) -> Option<&'a [u8]> {
        lines(&self.text[self.at..]).next()
    }

    /// The line after the one at the cursor.
    pub(super) fn peek_second(&self) -> Option<&'a [u8]> {
        lines(&self.text[self.at..]).nth(1)
    }

    pub(super) fn advance(&mut self, line: &[u8]) {
        self.at += line.len();
        self.line += 1;
    }
}
