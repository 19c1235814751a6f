//! The lines of a prompt.

use std::ops::Range;

/// The lines of a prompt, with their line feeds.
pub(super) fn lines(prompt: &str) -> impl Iterator<Item = PromptLine<'_>> {
    let mut start = 0;
    prompt.split_inclusive('\n').map(move |line| {
        let range = start..start + line.len();
        start = range.end;
        PromptLine { prompt, range }
    })
}

/// A line, and the prompt around it.
pub(super) struct PromptLine<'a> {
    pub(super) prompt: &'a str,
    pub(super) range: Range<usize>,
}

impl<'a> PromptLine<'a> {
    /// How many lines before and after a value may say what it is for.
    const NEIGHBOURS: usize = 4;

    pub(super) fn text(&self) -> &'a str {
        &self.prompt[self.range.clone()]
    }

    pub(super) fn with_neighbours(&self) -> &'a str {
        let before = self.prompt[..self.range.start].rmatch_indices('\n');
        let after = self.prompt[self.range.end..].match_indices('\n');
        let start = before.map(|(at, _)| at).nth(Self::NEIGHBOURS).unwrap_or(0);
        let end = after
            .map(|(at, _)| self.range.end + at)
            .nth(Self::NEIGHBOURS);
        &self.prompt[start..end.unwrap_or(self.prompt.len())]
    }
}
