//! Resolves a cited symbol to lines if the bundle's diff shows its definition.
//!
//! Takes a name and a file's part of the diff; gives lines. Before it: [`ground`](crate::tally::ground); after it:
//! [`tally`](crate::tally).
//!
//! No language is parsed: a definition is a line in which the name follows a defining word (`fn`, `class`, `def` …), or
//! that looks like the head of a function. Its lines extend to the matching brace, else by indentation, else only the
//! definition's line counts. Only lines of one hunk are used, because the lines between hunks are not shown. If several
//! lines are possible, the symbol stays unresolved.

mod extent;
mod line;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use self::extent::{CommentStyle, extent};
pub(crate) use self::line::CodeLine;
use self::line::{indent, words};
use crate::change::ChangeKind;
use crate::patch::{FilePatch, HunkLineKind, file_patches};
use crate::review::location::LineRange;

/// Only this many bytes of a line are examined; longer lines are data or minified.
const MAX_LINE: usize = 2_000;

/// Maximum number of candidates for one name.
const MAX_CANDIDATES: usize = 100;

/// Maximum number of lines above a candidate that are searched for its owner.
const MAX_LINES_ABOVE: usize = 1_000;

/// Words directly before a name that define it.
const DEFINES: &[&str] = &[
    "fn",
    "def",
    "class",
    "struct",
    "enum",
    "trait",
    "interface",
    "type",
    "func",
    "function",
    "fun",
    "mod",
    "module",
    "const",
    "static",
    "let",
    "var",
    "val",
    "macro_rules",
    "sub",
    "proc",
    "object",
    "record",
    "union",
    "namespace",
    "package",
    "defmodule",
    "defp",
    "typedef",
    "define",
    "protocol",
    "extension",
];

/// Words at the start of a line that use a name but do not define it.
const CALLS: &[&str] = &[
    "if", "while", "for", "switch", "return", "else", "catch", "new", "await", "throw", "match",
    "elif", "case", "assert", "yield", "do",
];

/// Resolves symbols by file. `wanted` and the answer are keyed by the path as the manifest writes it.
///
/// The result has no symbols that the diff does not show or shows more than once. A truncated diff is read as far as
/// possible.
pub(crate) fn resolve_symbols(
    diff: &[u8],
    wanted: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeMap<(String, String), LineRange> {
    let mut found = BTreeMap::new();
    for file in file_patches(diff).map_while(Result::ok) {
        let path = file.path.to_text().0;
        let Some(symbols) = wanted.get(&path) else {
            continue;
        };
        let old_side = file.kind == ChangeKind::Deleted;
        let lines = shown_lines(&file, old_side);
        let names: BTreeSet<&str> = symbols.iter().map(|symbol| split(symbol).0).collect();
        let candidates = candidates(&lines, &names);
        let dialect = CommentStyle::of(&path);
        for symbol in symbols {
            let (name, owner) = split(symbol);
            let Some(at) = candidates
                .get(name)
                .and_then(|all| choose(&lines, all, owner))
            else {
                continue;
            };
            // The first section of a type change that shows it wins.
            found
                .entry((path.clone(), symbol.clone()))
                .or_insert_with(|| {
                    let last = extent(&lines, at, name, dialect);
                    LineRange::new(lines[at].number, lines[last].number).on_old_side(old_side)
                });
        }
    }
    found
}

/// The last part of a qualified name, and the part before it.
fn split(symbol: &str) -> (&str, Option<&str>) {
    let symbol = symbol.trim().trim_end_matches("()").trim_end_matches('!');
    let mut parts = symbol
        .rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
        .filter(|part| !part.is_empty());
    (parts.next().unwrap_or(symbol), parts.next())
}

/// The lines that a file's patch shows on one side, ascending.
pub(crate) fn shown_lines<'a>(file: &FilePatch<'a>, old_side: bool) -> Vec<CodeLine<'a>> {
    let mut shown = Vec::new();
    for (hunk, text) in file.hunks.iter().enumerate() {
        for (at, line) in text.numbered(text.hunk) {
            let number = if old_side {
                at.old_line()
            } else {
                at.new_line()
            };
            let (Some(number), Some((_, rest))) = (number, line.split_first()) else {
                continue;
            };
            let rest = rest.strip_suffix(b"\n").unwrap_or(rest);
            let rest = rest.strip_suffix(b"\r").unwrap_or(rest);
            shown.push(CodeLine {
                number,
                text: &rest[..rest.len().min(MAX_LINE)],
                changed: at.kind != HunkLineKind::Context,
                hunk,
            });
        }
    }
    shown
}

/// Lines that may define a name, with a confidence: 2 after a defining word, 1 by its form.
type Candidates<'a> = HashMap<&'a str, Vec<(u8, usize)>>;

fn candidates<'a>(lines: &[CodeLine<'_>], names: &BTreeSet<&'a str>) -> Candidates<'a> {
    let mut candidates = Candidates::new();
    for (at, line) in lines.iter().enumerate() {
        for (start, word) in words(line.text) {
            let Some(name) = std::str::from_utf8(word)
                .ok()
                .and_then(|word| names.get(word))
            else {
                continue;
            };
            let next = lines.get(at + 1).filter(|next| next.hunk == line.hunk);
            let sure = definition(
                line.text,
                start,
                start + word.len(),
                next.map(|line| line.text),
            );
            let known = candidates.entry(name).or_default();
            if sure > 0 && known.len() < MAX_CANDIDATES {
                known.push((sure, at));
            }
        }
    }
    candidates
}

/// The confidence that `text[start..end]` is defined here: 0, 1 or 2.
fn definition(text: &[u8], start: usize, end: usize, next: Option<&[u8]>) -> u8 {
    let (before, after) = (
        text[..start].trim_ascii_end(),
        text[end..].trim_ascii_start(),
    );
    let trimmed = text.trim_ascii();
    if [&b"//"[..], b"#!", b"*", b"/*"]
        .iter()
        .any(|mark| trimmed.starts_with(mark))
    {
        return 0;
    }
    // `func (r *T) Name(` has the receiver in between.
    let receiver = trimmed.starts_with(b"func (") && before.ends_with(b")");
    let front = before.strip_suffix(b"!").unwrap_or(before).trim_ascii_end();
    let front = front
        .strip_suffix(b"mut")
        .map_or(front, <[u8]>::trim_ascii_end);
    let word = words(front)
        .last()
        .filter(|(at, word)| at + word.len() == front.len());
    let defines =
        word.is_some_and(|(_, word)| DEFINES.iter().any(|known| known.as_bytes() == word));
    if defines || receiver {
        return 2;
    }
    if word.is_some_and(|(_, word)| matches!(word, b"impl" | b"impl$")) {
        return 1;
    }
    let starts_call = words(trimmed)
        .next()
        .is_some_and(|(_, word)| CALLS.iter().any(|known| known.as_bytes() == word));
    if starts_call || before.ends_with(b".") || before.contains(&b'=') || before.contains(&b'(') {
        return 0;
    }
    let opens = trimmed.ends_with(b"{")
        || trimmed.ends_with(b")") && next.is_some_and(|next| next.trim_ascii().starts_with(b"{"));
    if after.starts_with(b"(") && opens {
        return 1;
    }
    // `name = function (…)`, `name: (…) => {`
    let value = after
        .strip_prefix(b"=")
        .or_else(|| after.strip_prefix(b":"))
        .map(<[u8]>::trim_ascii_start);
    let function = value.is_some_and(|value| {
        value.starts_with(b"function")
            || value.starts_with(b"async")
            || value.starts_with(b"(") && trimmed.windows(2).any(|pair| pair == b"=>")
    });
    u8::from(function)
}

/// The one line that is meant: by confidence, then those under the owner, then those that the change adds.
fn choose(lines: &[CodeLine<'_>], all: &[(u8, usize)], owner: Option<&str>) -> Option<usize> {
    let surest = all.iter().map(|(sure, _)| *sure).max()?;
    let mut left: Vec<usize> = all
        .iter()
        .filter(|(sure, _)| *sure == surest)
        .map(|(_, at)| *at)
        .collect();
    if let (Some(owner), true) = (owner, left.len() > 1) {
        let owned: Vec<usize> = left
            .iter()
            .copied()
            .filter(|at| names_owner(lines, *at, owner))
            .collect();
        if !owned.is_empty() {
            left = owned;
        }
    }
    if left.len() > 1 {
        left.retain(|at| lines[*at].changed);
    }
    match left.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// Whether the line, or the nearest line above it that is indented less, has the owner's name.
fn names_owner(lines: &[CodeLine<'_>], at: usize, owner: &str) -> bool {
    let has = |text: &[u8]| words(text).any(|(_, word)| word == owner.as_bytes());
    let own = indent(lines[at].text).unwrap_or(0);
    has(lines[at].text)
        || lines[..at]
            .iter()
            .rev()
            .take(MAX_LINES_ABOVE)
            .take_while(|line| line.hunk == lines[at].hunk)
            .find(|line| indent(line.text).is_some_and(|width| width < own))
            .is_some_and(|line| has(line.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new file with this text, and where one symbol lies in it.
    pub(super) fn find(path: &str, text: &str, symbol: &str) -> Option<(u32, u32)> {
        let count = text.lines().count();
        let mut diff = format!(
            "diff --git a/{path} b/{path}\nnew file mode 100644\nindex 0000000..1111111\n--- /dev/null\n+++ b/{path}\n\
             @@ -0,0 +1,{count} @@\n"
        );
        for line in text.lines() {
            diff.push_str(&format!("+{line}\n"));
        }
        let wanted = BTreeMap::from([(path.to_owned(), BTreeSet::from([symbol.to_owned()]))]);
        let found = resolve_symbols(diff.as_bytes(), &wanted);
        found.values().next().map(|lines| (lines.start, lines.end))
    }

    #[test]
    fn other_languages() {
        let go = "package x\n\nfunc (s *Server) Serve(ctx Context) error {\n\treturn nil\n}\n";
        assert_eq!(find("a.go", go, "Server.Serve"), Some((3, 5)));
        let c = "static int\nparse(const char *s)\n{\n  return 0;\n}\nint main(void) {\n  return parse(\"\");\n}\n";
        assert_eq!(find("a.c", c, "parse"), Some((2, 5)));
        let js = "const a = 1;\nexport const run = async () => {\n  go();\n};\nrun();\n";
        assert_eq!(find("a.js", js, "run"), Some((2, 4)));
        let java = "class A {\n  public void go(int n) {\n    if (n > 0) {\n      go(n - 1);\n    }\n  }\n}\n";
        assert_eq!(find("A.java", java, "A#go"), Some((2, 6)));
    }

    #[test]
    fn two_definitions_are_none_unless_the_owner_tells() {
        let two = "impl A {\n    fn new() {}\n}\nimpl B {\n    fn new() {\n    }\n}\n";
        assert_eq!(find("a.rs", two, "new"), None);
        assert_eq!(find("a.rs", two, "B::new"), Some((5, 6)));
    }

    #[test]
    fn of_two_definitions_the_added_one_is_meant() {
        for (lines, found) in [
            (" fn go() {}\n+fn go() {}\n", Some((2, 2))),
            ("+fn go() {}\n fn go() {}\n", Some((1, 1))),
            ("+x\n fn go() {}\n", Some((2, 2))),
            (" fn go() {}\n fn go() {}\n+x\n", None),
        ] {
            let old = lines.matches("\n ").count() + usize::from(lines.starts_with(' '));
            let new = lines.lines().count();
            let diff = format!(
                "diff --git a/x.rs b/x.rs\n--- a/x.rs\n+++ b/x.rs\n@@ -1,{old} +1,{new} @@\n{lines}"
            );
            let wanted = BTreeMap::from([("x.rs".to_owned(), BTreeSet::from(["go".to_owned()]))]);
            let meant = resolve_symbols(diff.as_bytes(), &wanted);
            let meant = meant.values().next().map(|lines| (lines.start, lines.end));
            assert_eq!(meant, found, "{lines}");
        }
    }

    #[test]
    fn numbers_are_those_of_the_new_file_and_one_hunk_only() {
        let diff = b"diff --git a/x.rs b/x.rs\n--- a/x.rs\n+++ b/x.rs\n@@ -10,3 +20,4 @@ fn before() {\n a\n-gone\n+fn now() {\n+    b\n c\n@@ -30,1 +41,1 @@\n-{\n+}\n";
        let wanted = BTreeMap::from([(
            "x.rs".to_owned(),
            BTreeSet::from(["now".to_owned(), "before".to_owned()]),
        )]);
        let found = resolve_symbols(diff, &wanted);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[&("x.rs".to_owned(), "now".to_owned())],
            LineRange::new(21, 22)
        );
    }

    #[test]
    fn definitions_without_a_keyword() {
        for (path, text, lines) in [
            (
                "a.js",
                "class A {\n  go(n) {\n    n();\n  }\n}\n",
                Some((2, 4)),
            ),
            ("a.c", "go(n)\n{\n  n();\n}\n", Some((1, 4))),
            ("a.js", "go = function (n) {\n  n();\n};\n", Some((1, 3))),
            ("a.js", "go = async (n) => {\n  n();\n};\n", Some((1, 3))),
            (
                "a.js",
                "a({\n  go: (n) => {\n    n();\n  },\n});\n",
                Some((2, 4)),
            ),
            ("a.js", "go(n);\n{\n}\n", None),
            ("a.js", "go(n)\nm(n)\n", None),
            ("a.js", "go = (a + b) * 2;\n", None),
            ("a.js", "go = a => b;\n", None),
        ] {
            assert_eq!(find(path, text, "go"), lines, "{text}");
        }
    }

    #[test]
    fn a_tab_ends_at_the_next_eighth_column() {
        for (text, end) in [
            ("\tdef go(self):\n         a\nb\n", 2),
            ("\tdef go(self):\n        a\nb\n", 1),
            ("\t\tdef go(self):\n                 a\nb\n", 2),
            ("\t\tdef go(self):\n                a\nb\n", 1),
            ("    def go(self):\n\ta\nb\n", 2),
        ] {
            assert_eq!(find("a.py", text, "go"), Some((1, end)), "{text:?}");
        }
    }
}
