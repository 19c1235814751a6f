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

mod bare;
mod citation;
mod grammar;
mod known;
mod line_list;
mod lines;
mod link;
mod near;
mod odd;
mod path;
mod places;
mod quoted;
mod separators;
mod token;
mod value;

pub use citation::{Citation, LineRange, Location, Malformed};
pub(crate) use citation::{CitationResult, ParsedRange, PlaceInText, RangeResult, cite};
pub use known::KnownPaths;
pub(crate) use line_list::{line_list, line_range, lines_at_start, lines_in};
pub(crate) use odd::citations as citations_of_odd_path;
pub(crate) use places::places;

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
pub(crate) fn citations_up_to(value: &str, limit: usize) -> (Vec<CitationResult>, usize) {
    value::read(value, limit)
}

/// Whether every word of a text belongs to a location, each with lines.
pub(crate) fn is_nothing_but_locations(text: &str) -> bool {
    value::is_nothing_but_locations(text)
}

/// Whether a text can be told from words by its looks: a file's path or name.
pub(crate) fn looks_like_path(text: &str) -> bool {
    path::looks_like_path(text)
}

/// Whether `text` is a word that says "no particular place": `N/A`, `none`, `general`.
pub(crate) fn names_no_place(text: &str) -> bool {
    path::is_nowhere(path::strip_markup(text))
}

#[cfg(test)]
mod tests;
