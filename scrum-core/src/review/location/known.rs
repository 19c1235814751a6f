//! Paths that the grammar would not read as themselves: `a,b.rs`, `this and that.rs`, `weird:12`, `a::b.rs`, `*x.rs`.
//!
//! Where one of them is known to exist, a value that is that path, with or without lines behind it, means that path.

use std::collections::HashSet;

use super::lines::{self, Lines};
use super::quoted::start_of;
use super::value::{LONGEST_TEXT, read};
use super::{Citation, Location, Malformed, path};

/// The longest value that is looked at, in bytes, and the most places in it where a path may end.
const LONGEST_VALUE: usize = 4096;
const MOST_ENDS: usize = 64;
/// The most dressing in front of a path.
const MOST_MARKS: usize = 8;

/// What may stand around a path, and between it and its lines.
const DRESSING: [char; 5] = ['`', '*', '"', '\'', ' '];

/// The paths that a review may name.
///
/// Only those are kept that need it, so for nearly all repositories this is empty and costs nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownPaths {
    odd: HashSet<String>,
}

impl KnownPaths {
    /// Takes the paths of a manifest, as they stand there.
    pub fn new<'p>(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let odd = paths.into_iter().filter(|path| !reads_as_itself(path));
        Self {
            odd: odd.map(str::to_owned).collect(),
        }
    }

    /// Whether a text is one of the paths, and one that the grammar would not read so.
    pub(crate) fn has_odd(&self, path: &str) -> bool {
        self.odd.contains(path)
    }

    /// Reads a value that is one of the odd paths, alone or with lines behind it; the longest path that fits.
    /// `dressed` is the value with the emphasis still in front that its label was freed of.
    pub(crate) fn citations(&self, dressed: &str) -> Option<Vec<Result<Citation, Malformed>>> {
        if self.odd.is_empty() || dressed.len() > LONGEST_VALUE {
            return None;
        }
        let dressed = dressed.trim();
        // One mark after the other: a star may be the path's own.
        let marks = dressed.len() - dressed.trim_start_matches(DRESSING).len();
        (0..=marks.min(MOST_MARKS)).find_map(|marks| self.at_start(&dressed[marks..]))
    }

    fn at_start(&self, value: &str) -> Option<Vec<Result<Citation, Malformed>>> {
        let ends = value
            .match_indices([':', '#', '(', ',', ' ', '@', '[', '`', '*', '"', '\''])
            .map(|(at, _)| at);
        let ends: Vec<usize> = ends.chain([value.len()]).collect();
        ends.iter().rev().take(MOST_ENDS).find_map(|end| {
            let (path, rest) = value.split_at(*end);
            let path = [path, path.trim_start_matches("./")]
                .into_iter()
                .chain(
                    ["a/", "b/"]
                        .iter()
                        .filter_map(|side| path.strip_prefix(side)),
                )
                .find(|path| self.odd.contains(*path))?;
            located(path, rest, value)
        })
    }
}

/// The path with the lines that stand behind it, where nothing else does.
fn located(path: &str, rest: &str, value: &str) -> Option<Vec<Result<Citation, Malformed>>> {
    let citation = |lines: Option<Lines>| Citation {
        location: Location {
            path: path.to_owned(),
            lines: lines.as_ref().map(|lines| lines.range),
            symbol: None,
        },
        text: start_of(value, LONGEST_TEXT).to_owned(),
        swapped: lines.is_some_and(|lines| lines.swapped),
    };
    if rest.trim_matches(DRESSING).is_empty() {
        return Some(vec![Ok(citation(None))]);
    }
    let (mut lines, mut behind) =
        lines::behind_path(rest.trim_start_matches(['`', '*', '"', '\'']))?;
    // More lines of the same path.
    while let Some(more) = [",", " and "]
        .iter()
        .find_map(|joint| behind.strip_prefix(joint))
    {
        let more = more.trim_start();
        let (read, rest) = lines::range(lines::after_word(more).unwrap_or(more))?;
        lines.push(read);
        behind = rest;
    }
    let alone = behind
        .trim_matches(DRESSING)
        .trim_end_matches('.')
        .is_empty();
    let citations = lines
        .into_iter()
        .map(|read| read.map(|lines| citation(Some(lines))));
    alone.then(|| citations.collect())
}

/// Whether the grammar reads a path as what it is, alone and with a line behind it.
fn reads_as_itself(path: &str) -> bool {
    if path.is_empty() || path::is_nowhere(path::undressed(path)) {
        // A word that says "no place" keeps saying so.
        return true;
    }
    let is_path = |text: &str, line: Option<u32>| match read(text, 2).0.as_slice() {
        [Ok(citation)] => {
            let location = &citation.location;
            location.path == path
                && location.lines.map(|lines| lines.start) == line
                && location.symbol.is_none()
        }
        _ => false,
    };
    is_path(path, None) && is_path(&format!("{path}:7"), Some(7))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(known: &KnownPaths, value: &str) -> Option<Vec<String>> {
        let read = known.citations(value)?;
        let shown = read.into_iter().map(|item| {
            let location = item.unwrap().location;
            let lines = location.lines.map(|lines| (lines.start, lines.end));
            format!("{} {lines:?}", location.path)
        });
        Some(shown.collect())
    }

    #[test]
    fn ordinary_paths_are_not_kept() {
        let known = KnownPaths::new(["src/main.rs", "Makefile", ".github/x.yml", "src/a-b_c.rs"]);
        assert_eq!(known, KnownPaths::default());
        assert_eq!(KnownPaths::new(["none", "N/A"]), KnownPaths::default());
    }

    #[test]
    fn odd_paths_are_read_whole() {
        let odd = [
            "src/a,b.rs",
            "src/a;b.rs",
            "docs/this and that.md",
            "a::b.rs",
            "*star.rs",
            "weird:12",
        ];
        let known = KnownPaths::new(odd);
        for path in odd {
            for (value, lines) in [
                (path.to_owned(), "None"),
                (format!("{path}:7"), "Some((7, 7))"),
                (format!("`{path}`:7-9"), "Some((7, 9))"),
                (format!("`{path}:7-9`"), "Some((7, 9))"),
                (format!("**{path}** (lines 7-9)"), "Some((7, 9))"),
                (format!("{path}#L7-L9"), "Some((7, 9))"),
                (format!("{path}, line 7"), "Some((7, 7))"),
                (format!("b/{path}:7"), "Some((7, 7))"),
            ] {
                let expected = Some(vec![format!("{path} {lines}")]);
                assert_eq!(shown(&known, &value), expected, "{value}");
            }
        }
        // Two lines are two citations, and the longest path that exists is meant.
        assert_eq!(
            shown(&known, "weird:12:3,5").unwrap(),
            ["weird:12 Some((3, 3))", "weird:12 Some((5, 5))"]
        );
    }

    #[test]
    fn all_else_is_left_to_the_grammar() {
        let known = KnownPaths::new(["src/a,b.rs", "weird:12"]);
        for value in [
            "src/a.rs:1, src/b.rs:2",
            "src/a,b.rs:1 and src/c.rs:2",
            "weird:13",
            "weird",
            "",
            "src/a,b.rs is wrong",
        ] {
            assert_eq!(shown(&known, value), None, "{value}");
        }
        assert_eq!(shown(&KnownPaths::default(), "weird:12"), None);
    }
}
