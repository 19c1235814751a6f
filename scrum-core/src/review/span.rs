//! Byte ranges of a text, and the lines that they stand in.

use std::borrow::Cow;

/// Where something begins and ends, in bytes.
pub(super) type Span = (usize, usize);

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

    /// The 1-based line of a byte. For one before the last it is the last one's line.
    pub(super) fn of(&mut self, at: usize) -> u32 {
        let at = at.min(self.text.len());
        if at > self.at {
            let feeds = memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.at..at]).count();
            self.line = self
                .line
                .saturating_add(u32::try_from(feeds).unwrap_or(u32::MAX));
            self.at = at;
        }
        self.line
    }
}

/// At most `longest` bytes of a text, cut between characters.
pub(super) fn start_of(text: &str, longest: usize) -> &str {
    let mut end = longest.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// At most `longest` bytes of a text, with an ellipsis if something is missing.
pub(super) fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}…", start_of(text, longest)))
}
