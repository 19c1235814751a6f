//! Paths that the grammar would not read as themselves: `a,b.rs`, `this and that.rs`, `weird:12`, `a::b.rs`, `*x.rs`.
//!
//! Where one of them is known to exist, a value that is that path, with or without lines behind it, means that path.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::lines::{self, ParsedRange};
use super::value::{LONGEST_TEXT, read};
use super::{Citation, Location, Malformed, path};
use crate::review::span::start_of;

/// The longest value that is looked at, in bytes, and the most places in it where a path may end.
const LONGEST_VALUE: usize = 4096;
const MOST_ENDS: usize = 64;
/// The most markup in front of a path.
const MOST_MARKS: usize = 8;

/// What may stand around a path, and between it and its lines.
const MARKUP: [char; 5] = ['`', '*', '"', '\'', ' '];

/// The paths that a review may name.
///
/// With them a path that the grammar would take apart is read whole, and answers without labels are read with certainty.
#[derive(Debug, Clone, Default)]
pub struct KnownPaths {
    /// Those that the grammar would not read as themselves.
    odd: HashSet<String>,
    all: Vec<String>,
    /// Finds any of them in a text; built when an answer without labels needs it.
    finder: OnceLock<Option<AhoCorasick>>,
    digests: OnceLock<HashMap<String, String>>,
}

impl KnownPaths {
    /// Takes the paths of a manifest, as they stand there.
    pub fn new<'p>(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let mut all: Vec<String> = paths.into_iter().map(str::to_owned).collect();
        all.sort_unstable();
        all.dedup();
        let odd = all.iter().filter(|path| !reads_as_itself(path));
        Self {
            odd: odd.cloned().collect(),
            all,
            finder: OnceLock::new(),
            digests: OnceLock::new(),
        }
    }

    /// Where paths stand in a text: start, end.
    pub(crate) fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        let finder = self.finder.get_or_init(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(self.all.iter().filter(|path| path.len() > 2))
                .ok()
        });
        let found = finder.iter().flat_map(move |finder| finder.find_iter(text));
        found.map(|hit| (hit.start(), hit.end()))
    }

    /// Whether it is one of the paths.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.all
            .binary_search_by(|known| known.as_str().cmp(path))
            .is_ok()
    }

    /// The path whose SHA-256 is this, in hex: GitHub's links to the files of a pull request.
    pub(crate) fn by_digest(&self, hex: &str) -> Option<&str> {
        let digests = self.digests.get_or_init(|| {
            let paths = self.all.iter();
            paths
                .map(|path| (crate::digest::sha256(path.as_bytes()), path.clone()))
                .collect()
        });
        digests.get(&hex.to_ascii_lowercase()).map(String::as_str)
    }

    /// The longest path that a longer one, such as a link's, ends with.
    pub(crate) fn at_end<'t>(&self, long: &'t str) -> Option<&'t str> {
        let cuts = long.match_indices('/').map(|(at, _)| at + 1);
        std::iter::once(0)
            .chain(cuts)
            .map(|at| &long[at..])
            .find(|path| self.has(path))
    }

    /// Reads a value that is one of the odd paths, alone or with lines behind it; the longest path that fits.
    /// `value` has the emphasis still in front that its label was freed of.
    pub(crate) fn citations(&self, value: &str) -> Option<Vec<Result<Citation, Malformed>>> {
        if self.odd.is_empty() || value.len() > LONGEST_VALUE {
            return None;
        }
        let value = value.trim();
        // One mark after the other: a star may be the path's own.
        let marks = value.len() - value.trim_start_matches(MARKUP).len();
        (0..=marks.min(MOST_MARKS)).find_map(|marks| self.at_start(&value[marks..]))
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
    let citation = |lines: Option<ParsedRange>| Citation {
        location: Location {
            path: path.to_owned(),
            lines: lines.as_ref().map(|lines| lines.range),
            symbol: None,
        },
        text: start_of(value, LONGEST_TEXT).to_owned(),
        swapped: lines.is_some_and(|lines| lines.swapped),
    };
    if rest.trim_matches(MARKUP).is_empty() {
        return Some(vec![Ok(citation(None))]);
    }
    let (mut lines, mut behind) =
        lines::behind_path(rest.trim_start_matches(['`', '*', '"', '\'']))?;
    // More lines of the same path.
    while let Some(more) = [",", " and "]
        .iter()
        .find_map(|word| behind.strip_prefix(word))
    {
        let more = more.trim_start();
        let (read, rest) = lines::range(lines::after_word(more).unwrap_or(more))?;
        lines.push(read);
        behind = rest;
    }
    let alone = behind.trim_matches(MARKUP).trim_end_matches('.').is_empty();
    let citations = lines
        .into_iter()
        .map(|read| read.map(|lines| citation(Some(lines))));
    alone.then(|| citations.collect())
}

/// Whether the grammar reads a path as what it is, alone and with a line behind it.
fn reads_as_itself(path: &str) -> bool {
    if path.is_empty() || path::is_nowhere(path::strip_markup(path)) {
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
        assert!(known.odd.is_empty());
        assert!(KnownPaths::new(["none", "N/A"]).odd.is_empty());
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
