//! The text behind `WHERE:`, read into locations.

use serde::{Deserialize, Serialize};

/// Lines of a file, 1-based, both ends included; `start <= end`, `start >= 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineRange {
    /// First line.
    pub start: u32,
    /// Last line.
    pub end: u32,
}

/// A place in a file as a reviewer named it: a path plus nothing, lines, or a symbol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The path as written, freed of quotes and Markdown. Not yet held against any repository.
    pub path: String,
    /// The lines, new-file side.
    pub lines: Option<LineRange>,
    /// A name in the file, e.g. `Printer::flush`; only where there are no lines.
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
