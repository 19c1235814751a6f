//! What a location is, how it is written, and why a text names none.

use std::fmt;
use std::ops::Range;

use super::path;
use crate::change::OLD_SIDE;
use crate::review::span::start_of;

/// The longest piece of a value kept with a citation, in bytes: brackets with many lines share one.
const LONGEST_TEXT: usize = 200;

/// A citation, or why a value is none.
pub(crate) type CitationResult = Result<Citation, Malformed>;
/// A range of lines, or why a number is none.
pub(crate) type RangeResult = Result<ParsedRange, Malformed>;

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
        let old = if self.old_side { OLD_SIDE } else { "" };
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
    /// Nothing follows the colon.
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

/// A range as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ParsedRange {
    pub(crate) range: LineRange,
    /// It stood the wrong way round.
    pub(crate) swapped: bool,
}

impl ParsedRange {
    pub(crate) fn new(first: u32, last: u32) -> Self {
        Self {
            range: LineRange::new(first.min(last), first.max(last)),
            swapped: last < first,
        }
    }

    pub(super) fn on_old_side(self) -> Self {
        Self {
            range: self.range.on_old_side(true),
            ..self
        }
    }
}

/// A path in a text, and its lines.
#[derive(Debug, Clone)]
pub(crate) struct PlaceInText {
    /// The bytes that name it, lines included.
    pub(crate) range: Range<usize>,
    /// The path alone.
    pub(crate) path: String,
    /// Empty for a path without lines.
    pub(crate) lines: Vec<RangeResult>,
}

impl PlaceInText {
    /// A path that stands at these bytes, without lines.
    pub(super) fn new(range: Range<usize>, path: &str) -> Self {
        let mut path = path.to_owned();
        while let Some(at) = path.find("//") {
            path.remove(at);
        }
        Self {
            range,
            path,
            lines: Vec::new(),
        }
    }

    /// One citation for each range, or one for the whole file.
    pub(crate) fn citations(&self, text: &str) -> Vec<CitationResult> {
        cite(&self.path, &self.lines, &text[self.range.clone()])
    }
}

/// One citation for each range of a file, or one of the whole file if there are none.
pub(crate) fn cite(path: &str, lines: &[RangeResult], text: &str) -> Vec<CitationResult> {
    let citation = |lines: Option<ParsedRange>| Citation {
        location: Location {
            path: path.to_owned(),
            lines: lines.map(|lines| lines.range),
            symbol: None,
        },
        text: start_of(text, LONGEST_TEXT).to_owned(),
        swapped: lines.is_some_and(|lines| lines.swapped),
    };
    if lines.is_empty() {
        return vec![Ok(citation(None))];
    }
    let ranges = lines.iter().cloned();
    ranges
        .map(|read| read.map(|lines| citation(Some(lines))))
        .collect()
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
    /// Writes the location as a `WHERE:` value that [`citations`](super::citations) reads back; a path that needs it is quoted as git
    /// quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        path::write(f, &self.path, self.lines.is_some())?;
        match (self.lines, &self.symbol) {
            (Some(lines), _) => write!(f, ":{lines}"),
            (None, Some(symbol)) => write!(f, "::{symbol}"),
            (None, None) => Ok(()),
        }
    }
}
