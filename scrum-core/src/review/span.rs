//! Byte ranges of a text, and the start of one.

use std::borrow::Cow;

/// Where something begins and ends, in bytes.
pub(super) type Span = (usize, usize);

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
