//! The text behind `WHERE:`, read into locations.
//!
//! Takes the value of one `WHERE:`; gives the citations in it, or why there are none. Before it:
//! [`manifest`](crate::wave::manifest); after it: [`review`](crate::review).
//!
//! The grammar, each form with the others around it where that makes sense:
//!
//! | form | reads as |
//! |---|---|
//! | `path` | the whole file |
//! | `path:42`, `path:42:7`, `path#L42`, `path (line 42)`, `path, line 42` | line 42; columns are dropped |
//! | `path:40-52` (any dash), `path#L40-L52`, `path lines 40–52` | lines 40 to 52 |
//! | `path:old:41`, `path:old:41-44`, `path (old line 41)` | lines of the old file: deleted ones |
//! | `path:40,52`, `path:40 and 60-65` | one citation each, of the same file |
//! | `path::name`, `path:name` | a symbol of the file |
//! | `[text](path#L42)`, `[path:42](path#L42)` | one citation |
//! | `a.rs:1, b.rs:2`, also with `;` and `and` | one citation each |
//!
//! Paths may stand in backticks or quotes (git's own quoting too), lines inside or outside of them. Prose behind a
//! location is not read. Nothing here knows a repository: a path is what the text says.

mod known;
mod lines;
mod named;
mod path;
mod places;
mod quoted;
mod separators;
mod token;
mod value;

use std::fmt;

pub use known::KnownPaths;
pub(crate) use places::{Place, line_list, lines_at_start, lines_in, places};

/// Lines of a file, 1-based, both ends included; `start <= end`, `start >= 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineRange {
    /// First line.
    pub start: u32,
    /// Last line.
    pub end: u32,
    /// They are lines of the old file: those of deleted lines, and of deleted files.
    pub old_side: bool,
}

impl LineRange {
    /// Lines of the new file.
    pub const fn new(start: u32, end: u32) -> Self {
        Self {
            start,
            end,
            old_side: false,
        }
    }

    /// The same numbers, of the old file or of the new one.
    #[must_use]
    pub const fn on_old_side(self, old_side: bool) -> Self {
        Self { old_side, ..self }
    }

    /// Whether two ranges of one side share a line, or are at most `lines` apart.
    pub(crate) fn is_near(self, other: Self, lines: u32) -> bool {
        self.old_side == other.old_side
            && self.start <= other.end.saturating_add(lines)
            && other.start <= self.end.saturating_add(lines)
    }
}

impl fmt::Display for LineRange {
    /// `41`, `41-44`, or `old:41` for lines of the old file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let old = if self.old_side { "old:" } else { "" };
        match self {
            Self { start, end, .. } if start == end => write!(f, "{old}{start}"),
            Self { start, end, .. } => write!(f, "{old}{start}-{end}"),
        }
    }
}

/// A place in a file as a reviewer named it: a path plus nothing, lines, or a symbol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The path as written, freed of quotes and Markdown. Not yet held against any repository.
    ///
    /// A git-quoted path that is not UTF-8 stays quoted; a path that is evidently a Windows one has `/` for `\`.
    pub path: String,
    /// The lines.
    pub lines: Option<LineRange>,
    /// A name in the file, e.g. `Printer::flush`, without a trailing `()`; only where there are no lines.
    pub symbol: Option<String>,
}

/// One location of a `WHERE:` value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// What it names.
    pub location: Location,
    /// The piece of the value that it was read from.
    pub text: String,
    /// The range stood the wrong way round (`9-3`) and was swapped.
    pub swapped: bool,
}

/// Why a citation is malformed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// Nothing stands behind the colon.
    #[error("no location given")]
    Empty,
    /// Line 0, or a number that does not fit.
    #[error("line {text} does not exist")]
    Line {
        /// The digits as written.
        text: String,
    },
    /// No path can be read.
    #[error("no path can be read")]
    NoPath,
}

/// Reads a whole `WHERE:` value: one result for each location in it, in order; never none.
///
/// A value in which nothing can be read gives one [`Malformed`].
///
/// ```
/// let all = scrum_core::review::location::citations("`src/pool.rs`:40-52 and 60, src/main.rs (line 7)");
/// let shown: Vec<String> = all.into_iter().map(|c| c.unwrap().location.to_string()).collect();
/// assert_eq!(shown, ["src/pool.rs:40-52", "src/pool.rs:60", "src/main.rs:7"]);
/// ```
pub fn citations(value: &str) -> Vec<Result<Citation, Malformed>> {
    value::read(value, usize::MAX).0
}

/// [`citations`], but at most `limit` of them; the second value counts what was left out.
pub(crate) fn citations_up_to(
    value: &str,
    limit: usize,
) -> (Vec<Result<Citation, Malformed>>, usize) {
    value::read(value, limit)
}

/// Reads a line, or lines, that stand apart from their path: `42`, `L42`, `40-52`, `lines 40–52`.
pub(crate) fn line_range(text: &str) -> Option<Result<LineRange, Malformed>> {
    let text = text.trim();
    let (lines, rest) = lines::range(lines::after_word(text).unwrap_or(text))?;
    rest.trim()
        .is_empty()
        .then_some(lines.map(|lines| lines.range))
}

/// Reads `text` as locations only where every word of it belongs to one, each with lines or a symbol.
pub(crate) fn nothing_but_locations(
    text: &str,
    limit: usize,
) -> Option<Vec<Result<Citation, Malformed>>> {
    value::read_strictly(text, limit)
}

/// Whether a text can be told from words by its looks: a file's path or name.
pub(crate) fn looks_like_path(text: &str) -> bool {
    path::looks_like_path(text)
}

/// Whether `text` is a word that says "no particular place": `N/A`, `none`, `general`.
pub(crate) fn names_no_place(text: &str) -> bool {
    path::is_nowhere(path::strip_markup(text))
}

impl Location {
    /// The path without what a diff or a shell puts in front: `./`, then one `a/` or `b/`.
    ///
    /// Whether that prefix is part of the path is for the caller to find out: a folder may well be named `a`.
    pub fn without_diff_prefix(&self) -> &str {
        let mut path = self.path.as_str();
        while let Some(rest) = path.strip_prefix("./") {
            path = rest;
        }
        ["a/", "b/"]
            .iter()
            .find_map(|prefix| path.strip_prefix(prefix))
            .filter(|rest| !rest.is_empty())
            .unwrap_or(path)
    }
}

impl fmt::Display for Location {
    /// Writes the location as a `WHERE:` value that [`citations`] reads back; a path that needs it is quoted as git
    /// quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        path::write(f, &self.path, self.lines.is_some() || self.symbol.is_some())?;
        match (self.lines, &self.symbol) {
            (Some(lines), _) => write!(f, ":{lines}"),
            (None, Some(symbol)) => write!(f, "::{symbol}"),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
