//! Lines of code, and how they are read in any language.

/// A line that the diff shows on one side.
pub(crate) struct CodeLine<'a> {
    /// 1-based, on that side.
    pub(crate) number: u32,
    /// Without its end, and cut at `MAX_LINE` bytes.
    pub(crate) text: &'a [u8],
    pub(super) changed: bool,
    /// Index of the hunk that shows it.
    pub(crate) hunk: usize,
}

/// The words of a line, each with its offset.
pub(super) fn words(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].iter().position(|b| is_word(*b))?;
        let start = at;
        at += text[at..].iter().take_while(|b| is_word(**b)).count();
        Some((start, &text[start..at]))
    })
}

/// Width of the indentation; `None` for a blank line.
pub(super) fn indent(text: &[u8]) -> Option<usize> {
    let mut width = 0;
    for byte in text {
        match byte {
            b' ' => width += 1,
            b'\t' => width = (width / 8 + 1) * 8,
            _ => return Some(width),
        }
    }
    None
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}
