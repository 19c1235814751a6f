//! How a review is read.

use super::labelled::QuoteIndex;
use crate::review::location::KnownPaths;

/// How a review is read, and what its reviewer was shown.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ReadOptions<'a> {
    /// The bundle's diff, as git writes it. Default: none.
    pub diff: Option<&'a [u8]>,
    /// The prompt. Default: none.
    pub prompt: Option<&'a [u8]>,
    /// Diff and prompt, indexed beforehand; taken in place of the two. Default: none.
    pub quote_index: Option<&'a QuoteIndex>,
    /// Paths that there are, so that one with a comma in it, or a colon, is read as what it is. Default: none known.
    pub paths: Option<&'a KnownPaths>,
    /// What is read of a text at most, in bytes. Default: 16 MiB.
    pub max_bytes: u64,
    /// How many citations are kept at most. Default: 1,000,000.
    pub max_citations: usize,
    /// Whether the review lists what became of each part of the answer. Default: no.
    pub explain: bool,
}

impl Default for ReadOptions<'_> {
    fn default() -> Self {
        Self {
            diff: None,
            prompt: None,
            quote_index: None,
            paths: None,
            max_bytes: 16 << 20,
            max_citations: 1_000_000,
            explain: false,
        }
    }
}

impl<'a> ReadOptions<'a> {
    /// Sets the diff that the reviewer was shown.
    #[must_use]
    pub fn diff(mut self, diff: impl Into<Option<&'a [u8]>>) -> Self {
        self.diff = diff.into();
        self
    }

    /// Sets the prompt that the reviewer was given.
    #[must_use]
    pub fn prompt(mut self, prompt: impl Into<Option<&'a [u8]>>) -> Self {
        self.prompt = prompt.into();
        self
    }

    /// Sets diff and prompt as an index, which many reviews can share.
    #[must_use]
    pub fn quote_index(mut self, quote_index: impl Into<Option<&'a QuoteIndex>>) -> Self {
        self.quote_index = quote_index.into();
        self
    }

    /// Sets the paths that there are.
    #[must_use]
    pub fn paths(mut self, paths: impl Into<Option<&'a KnownPaths>>) -> Self {
        self.paths = paths.into();
        self
    }

    /// Sets what is read of a text at most, in bytes.
    #[must_use]
    pub fn max_bytes(mut self, max_bytes: u64) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Sets how many citations are kept at most.
    #[must_use]
    pub fn max_citations(mut self, max_citations: usize) -> Self {
        self.max_citations = max_citations;
        self
    }

    /// Sets whether the review lists what became of each part of the answer, in [`Review::parts`](super::Review::parts).
    #[must_use]
    pub fn explain(mut self, explain: bool) -> Self {
        self.explain = explain;
        self
    }
}
