//! A line of Markdown, and what it is.

use std::borrow::Cow;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::review) enum LineKind {
    /// Level 1 to 6; a line in bold is 7; a summary of details is 10 plus its depth.
    Heading(u8),
    Item,
    Row,
    Text,
    Blank,
    Rule,
    Code,
    /// A line of code that is shown with its number, which is in `item`; marked if it is the one in question.
    Gutter {
        marked: bool,
    },
}

/// A line, freed of the marks that say what it is.
#[derive(Debug, Clone)]
pub(in crate::review) struct MarkdownLine<'a> {
    /// 1-based.
    pub(in crate::review) number: u32,
    pub(in crate::review) kind: LineKind,
    /// Blanks in front.
    pub(in crate::review) indent: usize,
    /// The number of a list item, or of a shown line.
    pub(in crate::review) item: Option<u32>,
    pub(in crate::review) text: Cow<'a, str>,
    /// Details end here; their headings with them.
    pub(in crate::review) closes: u8,
    /// Quoted with `>`.
    pub(in crate::review) quoted: bool,
    /// What the line begins with.
    pub(in crate::review) mark: Option<char>,
}

impl MarkdownLine<'_> {
    pub(super) fn into_owned<'a>(self) -> MarkdownLine<'a> {
        MarkdownLine {
            text: Cow::Owned(self.text.into_owned()),
            ..self
        }
    }
}
