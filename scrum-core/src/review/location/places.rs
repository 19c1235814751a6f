//! Places in running text: every path that stands there, with the lines before or behind it.

use std::ops::Range;

use super::citation::{PlaceInText, RangeResult};
use super::known::KnownPaths;
use super::line_list::lines_in;
use super::lines::WORDS;
use super::link::links;
use super::near::{NEAR, lines_before, lines_behind};
use super::path::{self, is_cjk};
use super::token::path_and_tail;
use crate::review::span::start_of;

/// Places that are read of one text at most.
const MOST: usize = 20_000;
/// How far behind a path its sentence is looked at, in bytes.
const FAR: usize = 200;
/// How many paths one with braces names at most.
const MOST_BRACED: usize = 8;

/// All paths of a text, in order. A path is one that is known, or one by its looks.
pub(crate) fn places(text: &str, known: Option<&KnownPaths>) -> Vec<PlaceInText> {
    let mut paths = paths(text, known);
    let starts: Vec<usize> = paths.iter().map(|found| found.range.start).collect();
    let mut floor = 0;
    for (at, found) in paths.iter_mut().enumerate() {
        let Range { start, end } = found.range;
        if found.lines.is_empty() {
            let next = starts.get(at + 1).copied().unwrap_or(text.len());
            if let Some((read, len)) = lines_behind(&text[end..next.max(end)]) {
                found.range.end += len;
                found.lines = read;
            } else {
                let from = start.saturating_sub(NEAR).max(floor.min(start));
                let from = (from..=start)
                    .find(|at| text.is_char_boundary(*at))
                    .unwrap_or(start);
                if let Some((read, before)) = lines_before(&text[from..start]) {
                    found.range.start = from + before;
                    found.lines = read;
                } else {
                    found.lines = lines_in_sentence(&text[end..next.max(end)]);
                }
            }
        }
        floor = found.range.end;
    }
    paths.into_iter().flat_map(braced).collect()
}

/// The lines that a sentence names once, somewhere behind its path: `In src/a.rs the lock is kept on a miss (lines 4-6).`
fn lines_in_sentence(behind: &str) -> Vec<RangeResult> {
    let sentence = start_of(behind, FAR);
    let stop = sentence
        .find([';', '\n', '。', '|'])
        .unwrap_or(sentence.len());
    let stop = sentence[..stop].find(". ").unwrap_or(stop);
    let sentence = &sentence[..stop];
    let Some((lines, range)) = lines_in(sentence) else {
        return Vec::new();
    };
    let rest = &sentence[range.end..];
    // `… as on line 4 of src/b.rs`, `… line 4 and line 9`: these are another's, or nobody's.
    let elsewhere = WORDS.of.iter().any(|word| {
        let rest = rest.trim_start();
        rest.strip_prefix(word.as_str())
            .is_some_and(|rest| rest.starts_with(' '))
    });
    if elsewhere || lines_in(rest).is_some() {
        return Vec::new();
    }
    lines
}

/// `src/{a,b}.py` names two paths.
fn braced(place: PlaceInText) -> Vec<PlaceInText> {
    let parts = place.path.split_once('{').and_then(|(before, rest)| {
        let (inside, behind) = rest.split_once('}')?;
        let names = inside.split(',').take(MOST_BRACED);
        Some(
            names
                .map(|name| format!("{before}{}{behind}", name.trim()))
                .collect::<Vec<_>>(),
        )
    });
    match parts {
        None => vec![place],
        Some(paths) => paths
            .into_iter()
            .map(|path| PlaceInText {
                path,
                ..place.clone()
            })
            .collect(),
    }
}

/// The paths of a text; a link has its lines already.
fn paths(text: &str, known: Option<&KnownPaths>) -> Vec<PlaceInText> {
    let mut found: Vec<PlaceInText> = links(text, known).collect();
    if let Some(known) = known {
        let links = found.len();
        for (start, end) in known.find(text).take(MOST) {
            let inside = |link: &PlaceInText| link.range.contains(&start);
            if !found[..links].iter().any(inside)
                && let Some(start) = known_start(text, start)
                && ends_path(&text[end..])
            {
                let path = text[start..end].trim_start_matches('@');
                found.push(PlaceInText::new(start..end, path));
            }
        }
        found.sort_by_key(|place| place.range.start);
    }
    let mut more = Vec::new();
    let mut taken = found.iter().map(|place| &place.range).peekable();
    for word in words(text) {
        while taken.next_if(|range| range.end <= word.start).is_some() {}
        let overlaps = taken.peek().is_some_and(|range| range.start < word.end);
        if !overlaps
            && found.len() + more.len() <= MOST
            && let Some(place) = by_looks(text, word)
        {
            more.push(place);
        }
    }
    found.extend(more);
    found.sort_by_key(|place| place.range.start);
    found
}

/// A word that looks like a path, or like a file's name with lines behind it.
fn by_looks(text: &str, word: Range<usize>) -> Option<PlaceInText> {
    let token = &text[word.clone()];
    if token.contains("://") {
        return None;
    }
    let (cut, _) = path_and_tail(token);
    let path = token[..cut].trim_start_matches('@');
    let tail = token.get(cut + 1..).unwrap_or("");
    let lined = tail.starts_with(|c: char| c.is_ascii_digit() || c == 'L');
    let sure = path::looks_like_path(path) || (lined && path::has_ending(path));
    let start = word.start + cut - path.len();
    let cleaned = path::cleaned(path).filter(|_| sure)?;
    Some(PlaceInText::new(start..word.start + cut, &cleaned))
}

/// Where the path around a known one begins: an absolute one goes on to the left. `None` if the known one is only the end
/// of a name.
fn known_start(text: &str, start: usize) -> Option<usize> {
    let before = &text[..start];
    match before.chars().next_back() {
        Some('/') => Some(before.trim_end_matches(|c| !separates(c)).len()),
        Some('_' | '-' | '.') => None,
        Some(c) if c.is_alphanumeric() && !is_cjk(c) => None,
        _ => Some(start),
    }
}

/// Whether a path may end in front of this text.
fn ends_path(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        Some('/' | '_' | '-') => false,
        Some('.') => chars.next().is_none_or(|c| !c.is_alphanumeric()),
        Some(c) => !c.is_alphanumeric() || is_cjk(c),
        None => true,
    }
}

/// Words that a path could be: what stands between blanks, quotes and brackets.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(|c: char| !separates(c))?;
        let end = start + path::bare_end(&text[start..]);
        at = end.max(start + text[start..].chars().next().map_or(1, char::len_utf8));
        Some(start..end)
    })
}

fn separates(c: char) -> bool {
    c.is_whitespace() || "`\"'()[]<>|*,;“”，；、（）：。「」".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let known = KnownPaths::new(["src/render.py", "docs/my notes.md", "src/naïve.rs"]);
        let all = places(text, Some(&known));
        all.iter()
            .flat_map(|place| place.citations(text))
            .map(|read| {
                read.map_or_else(
                    |e| e.to_string(),
                    |c| {
                        let lines = c
                            .location
                            .lines
                            .map_or(String::new(), |l| format!(":{}-{}", l.start, l.end));
                        format!("{}{lines}", c.location.path)
                    },
                )
            })
            .collect()
    }

    #[test]
    fn paths_with_their_lines_in_all_forms() {
        for (text, expected) in [
            ("src/render.py, fn_41(), line 42", "src/render.py:42-42"),
            ("src/render.py (fn_41, line 42)", "src/render.py:42-42"),
            (
                "`src/render.py`, `fn_41`, lines 42-50",
                "src/render.py:42-50",
            ),
            (
                "src/render.py `fn_41()` (lines 42-50)",
                "src/render.py:42-50",
            ),
            ("src/render.py (new lines 42-46)", "src/render.py:42-46"),
            ("fn_41 (src/render.py:42)", "src/render.py:42-42"),
            ("`fn_41` — `src/render.py:42`", "src/render.py:42-42"),
            ("src/render.py : 42-46", "src/render.py:42-46"),
            ("lines 42-50, src/render.py", "src/render.py:42-50"),
            ("L42-L50 in src/render.py", "src/render.py:42-50"),
            (
                "src/render.py between lines 42 and 50",
                "src/render.py:42-50",
            ),
            ("src/render.py 42行目", "src/render.py:42-42"),
            ("src/render.py（42〜50行目）", "src/render.py:42-50"),
            ("src/render.py 第 42 至 50 行", "src/render.py:42-50"),
            ("src/render.py, строки 42-50", "src/render.py:42-50"),
            ("src/render.py, Zeilen 42 bis 48", "src/render.py:42-48"),
            ("src/render.py, ligne 42", "src/render.py:42-42"),
            ("src/render.py (líneas 42-48)", "src/render.py:42-48"),
            ("src/render.py, linhas 42 a 48", "src/render.py:42-48"),
            ("src/render.py 42번째 줄", "src/render.py:42-42"),
            (
                "https://github.com/a/b/blob/feature/x/src/render.py#L41-L46",
                "src/render.py:41-46",
            ),
            (
                "[x](https://gitlab.com/a/b/-/blob/main/src/na%C3%AFve.rs#L5-8)",
                "src/naïve.rs:5-8",
            ),
            (
                "https://bitbucket.org/a/b/src/main/src/render.py#lines-4:6",
                "src/render.py:4-6",
            ),
            ("@src/render.py:4", "src/render.py:4-4"),
            ("在src/render.py中", "src/render.py"),
            ("src/render.py, the L2 cache", "src/render.py"),
            ("odd.xyz:12 keeps the lock", "odd.xyz:12-12"),
            ("odd.xyz#L12 keeps the lock", "odd.xyz:12-12"),
            ("/home/x/docs/my notes.md:7", "/home/x/docs/my notes.md:7-7"),
        ] {
            assert_eq!(read(text), [expected], "{text}");
        }
        assert_eq!(
            read("src/render.py:42/45"),
            ["src/render.py:42-42", "src/render.py:45-45"]
        );
        assert_eq!(
            read("src/{a,b}.py:42"),
            ["src/a.py:42-42", "src/b.py:42-42"]
        );
        assert_eq!(
            read("src/render.py:42 und 50, see src/render.pyc"),
            [
                "src/render.py:42-42",
                "src/render.py:50-50",
                "src/render.pyc"
            ]
        );
        assert_eq!(read("the src/render.py has 42 callers"), ["src/render.py"]);
        assert_eq!(read("see src/{a,b}.py"), ["src/a.py", "src/b.py"]);
        assert_eq!(
            read("line 4 of src/{a,b}.py"),
            ["src/a.py:4-4", "src/b.py:4-4"]
        );
        assert_eq!(
            read("line 7、/w/src/render.py:42; 50"),
            ["/w/src/render.py:42-42", "/w/src/render.py:50-50"]
        );
        for text in [
            "https://example.org/a.html:8 says so",
            "https://host/o/r/blob/main/ has it",
            "v1.2:3 of self.flush",
            "self.flush:now",
        ] {
            assert!(read(text).is_empty(), "{text}");
        }
        for path in ["src/render.py.bak", "xsrc/render.py"] {
            assert_eq!(read(path), [path]);
        }
        assert_eq!(read("(docs/my notes.md.)"), ["docs/my notes.md"]);
        let known = KnownPaths::new(["a"]);
        assert!(places("a lock is kept on a miss", Some(&known)).is_empty());
    }
}
