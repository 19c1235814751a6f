//! Paths that the grammar would not read as themselves: `a,b.rs`, `this and that.rs`, `weird:12`, `a::b.rs`, `*x.rs`.
//!
//! If one of them is known to exist, a value that is that path, with or without lines behind it, means that path.

use std::collections::HashSet;

use super::citation::{CitationResult, cite};
use super::known::KnownPaths;
use super::value::read;
use super::{lines, path};

/// The longest value that is looked at, in bytes, and the most places in it where a path may end.
const LONGEST_VALUE: usize = 4096;
const MOST_ENDS: usize = 64;
/// The most marks in front of a path.
const MOST_MARKS: usize = 8;
/// What may stand around a path, and between it and its lines.
const MARKUP: [char; 5] = ['`', '*', '"', '\'', ' '];

fn odd(known: &KnownPaths) -> &HashSet<String> {
    known.odd.get_or_init(|| {
        let odd = known.all.iter().filter(|path| !reads_as_itself(path));
        odd.cloned().collect()
    })
}

/// Reads a value that is one of the odd paths, alone or with lines behind it; the longest path that fits.
/// `value` still has the emphasis in front that its label was freed of.
pub(crate) fn citations(known: &KnownPaths, value: &str) -> Option<Vec<CitationResult>> {
    let odd = odd(known);
    if odd.is_empty() || value.len() > LONGEST_VALUE {
        return None;
    }
    let value = value.trim();
    // One mark after the other: a star may be the path's own.
    let marks = value.len() - value.trim_start_matches(MARKUP).len();
    (0..=marks.min(MOST_MARKS)).find_map(|marks| at_start(odd, &value[marks..]))
}

fn at_start(odd: &HashSet<String>, value: &str) -> Option<Vec<CitationResult>> {
    let ends = value
        .match_indices([':', '#', '(', ',', ' ', '[', '`', '*', '"', '\''])
        .map(|(at, _)| at);
    let ends: Vec<usize> = ends.chain([value.len()]).collect();
    ends.iter().rev().take(MOST_ENDS).find_map(|end| {
        let (path, rest) = value.split_at(*end);
        let sides = ["./", "a/", "b/"];
        let sides = sides.iter().filter_map(|side| path.strip_prefix(side));
        let path = std::iter::once(path)
            .chain(sides)
            .find(|path| odd.contains(*path))?;
        located(path, rest, value)
    })
}

/// The path with the lines that follow it, if nothing else does.
fn located(path: &str, rest: &str, value: &str) -> Option<Vec<CitationResult>> {
    let mut lines = Vec::new();
    let mut behind = rest;
    if !rest.trim_matches(MARKUP).is_empty() {
        (lines, behind) = lines::behind_path(rest.trim_start_matches(['`', '*', '"', '\'']))?;
        behind = lines::more(behind, &mut lines);
    }
    let alone = behind.trim_matches(MARKUP).trim_end_matches('.').is_empty();
    alone.then(|| cite(path, &lines, value))
}

/// Whether the grammar reads a path as what it is.
fn reads_as_itself(path: &str) -> bool {
    if path::is_nowhere(path::strip_markup(path)) {
        // A word that says "no place" keeps saying so.
        return true;
    }
    matches!(read(path, 2).0.as_slice(), [Ok(citation)] if citation.location.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(known: &KnownPaths, value: &str) -> Option<Vec<String>> {
        let read = citations(known, value)?;
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
        assert!(odd(&known).is_empty());
        assert!(odd(&KnownPaths::new(["none", "N/A"])).is_empty());
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
