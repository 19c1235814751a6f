use proptest::prelude::*;

use super::*;

/// Every citation of `value` as `path:start-end` or `path::symbol`, malformed ones as `!`.
fn read(value: &str) -> Vec<String> {
    citations(value)
        .into_iter()
        .map(|item| match item {
            Ok(Citation {
                location:
                    Location {
                        path,
                        lines,
                        symbol,
                    },
                ..
            }) => match (lines, symbol) {
                (Some(lines), None) => format!("{path}:{lines}"),
                (None, Some(symbol)) => format!("{path}::{symbol}"),
                (None, None) => path,
                both => panic!("{both:?}"),
            },
            Err(malformed) => format!("!{malformed}"),
        })
        .collect()
}

#[track_caller]
fn check(table: &[(&str, &[&str])]) {
    let wrong: Vec<_> = table
        .iter()
        .map(|(value, expected)| (value, read(value), expected))
        .filter(|(_, read, expected)| read != *expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Lines of the old file, which the prompt numbers in front of deleted lines.
#[test]
fn lines_of_the_old_file() {
    check(&[
        ("src/a.rs:old:41", &["src/a.rs:old:41"]),
        ("src/a.rs:old:41-44", &["src/a.rs:old:41-44"]),
        ("src/a.rs:old:41-old:44", &["src/a.rs:old:41-44"]),
        ("`src/a.rs:old:41`", &["src/a.rs:old:41"]),
        ("`src/a.rs`:old:41-44", &["src/a.rs:old:41-44"]),
        ("\"src/a b.rs\":old:41", &["src/a b.rs:old:41"]),
        ("Makefile:old:41", &["Makefile:old:41"]),
        ("src/a.rs:Old:41", &["src/a.rs:old:41"]),
        ("src/a.rs (old line 41)", &["src/a.rs:old:41"]),
        ("src/a.rs (old:41)", &["src/a.rs:old:41"]),
        ("src/a.rs (old lines 41-44)", &["src/a.rs:old:41-44"]),
        ("src/a.rs, old line 41", &["src/a.rs:old:41"]),
        ("src/a.rs old line 41", &["src/a.rs:old:41"]),
        ("src/a.rs, in run(), old line 41", &["src/a.rs:old:41"]),
        ("old line 41 of src/a.rs", &["src/a.rs:old:41"]),
        ("src/a.rs (line 41 of the old file)", &["src/a.rs:old:41"]),
        (
            "src/a.rs:old:41, old:50, 60",
            &["src/a.rs:old:41", "src/a.rs:old:50", "src/a.rs:60"],
        ),
        (
            "src/a.rs:12, src/b.rs:old:3",
            &["src/a.rs:12", "src/b.rs:old:3"],
        ),
        ("src/a.rs:old:0", &["!line 0 does not exist"]),
        // Names that only look like it.
        ("src/old:41", &["src/old:41"]),
        ("src/a.rs:old", &["src/a.rs::old"]),
        ("src/a.rs::old:41", &["src/a.rs:41"]),
        ("src/old/a.rs (line 41)", &["src/old/a.rs:41"]),
        ("src/a.rs, the old fn, line 41", &["src/a.rs:41"]),
    ]);
    let known = KnownPaths::new(["weird:12", "src/a,b.rs"]);
    for path in ["weird:12", "src/a,b.rs"] {
        let read = odd::citations(&known, &format!("{path}:old:41-44")).unwrap();
        let location = &read[0].as_ref().unwrap().location;
        let lines = LineRange::new(41, 44).on_old_side(true);
        assert_eq!(
            (location.path.as_str(), location.lines),
            (path, Some(lines))
        );
    }
}

/// Forms in which a WHERE value puts words, marks or a link between a path and its lines.
#[test]
fn lines_apart_from_their_path() {
    check(&[
        ("src/render.py, fn_41(), line 42", &["src/render.py:42"]),
        ("src/render.py (fn_41, line 42)", &["src/render.py:42"]),
        (
            "`src/render.py`, `fn_41`, lines 42-50",
            &["src/render.py:42-50"],
        ),
        (
            "src/render.py `fn_41()` (lines 42-50)",
            &["src/render.py:42-50"],
        ),
        ("src/render.py (new lines 42-46)", &["src/render.py:42-46"]),
        ("src/render.py in fn_41 at line 42", &["src/render.py:42"]),
        (
            "https://github.com/a/b/blob/0123abc/src/render.py#L41-L46",
            &["src/render.py:41-46"],
        ),
        (
            "https://gitlab.com/g/p/-/blob/main/src/render.py#L5-8",
            &["src/render.py:5-8"],
        ),
        (
            "[render.py](https://github.com/a/b/blob/main/src/render.py#L41)",
            &["src/render.py:41"],
        ),
        (
            "https://git.example.org/a/b/src/commit/0123abc/src/render.py#L7-L9",
            &["src/render.py:7-9"],
        ),
        (
            "https://bitbucket.org/a/b/src/0123abc/src/render.py#lines-4:6",
            &["src/render.py:4-6"],
        ),
        ("src/{a,b}.py:42", &["src/a.py:42", "src/b.py:42"]),
        ("fn_41 (src/render.py:42)", &["src/render.py:42"]),
        ("(src/render.py:42)", &["src/render.py:42"]),
        ("`fn_41` — `src/render.py:42`", &["src/render.py:42"]),
        ("src/render.py : 42-46", &["src/render.py:42-46"]),
        ("lines 42-50, src/render.py", &["src/render.py:42-50"]),
        ("L42-L50 in src/render.py", &["src/render.py:42-50"]),
        (
            "src/render.py between lines 42 and 50",
            &["src/render.py:42-50"],
        ),
        (
            "between lines 42 and 50 of src/render.py",
            &["src/render.py:42-50"],
        ),
        (
            "src/render.py:42/45",
            &["src/render.py:42", "src/render.py:45"],
        ),
        ("src/render.py 42行目", &["src/render.py:42"]),
        ("src/render.py（42〜50行目）", &["src/render.py:42-50"]),
        ("src/render.py 第 42 至 50 行", &["src/render.py:42-50"]),
        ("src/render.py, строки 42-50", &["src/render.py:42-50"]),
        ("src/render.py, Zeile 42-48", &["src/render.py:42-48"]),
        ("src/render.py, ligne 42", &["src/render.py:42"]),
        ("src/render.py, líneas 42-48", &["src/render.py:42-48"]),
        ("src/render.py, linhas 42 a 48", &["src/render.py:42-48"]),
        ("src/render.py 42번째 줄", &["src/render.py:42"]),
        ("src/a.py:4 和 src/b.py:9", &["src/a.py:4", "src/b.py:9"]),
        ("src/a.py:4 и src/b.py:9", &["src/a.py:4", "src/b.py:9"]),
        ("src/a.py:4 und 9", &["src/a.py:4", "src/a.py:9"]),
        ("src/a.py:4 et src/b.py:9", &["src/a.py:4", "src/b.py:9"]),
        ("src//a.py:4", &["src/a.py:4"]),
        // What is behind another place stays prose.
        ("src/a.rs (see src/b.rs:4)", &["src/a.rs"]),
        ("src/a.rs, which has 42 callers", &["src/a.rs"]),
    ]);
}

#[test]
fn lines_in_every_form() {
    check(&[
        ("src/a.rs", &["src/a.rs"]),
        ("src/a.rs:42", &["src/a.rs:42"]),
        ("src/a.rs:42:7", &["src/a.rs:42"]),
        ("src/a.rs:40-52", &["src/a.rs:40-52"]),
        ("src/a.rs:40–52", &["src/a.rs:40-52"]),
        ("src/a.rs:40—52", &["src/a.rs:40-52"]),
        ("src/a.rs:40‑52", &["src/a.rs:40-52"]),
        ("src/a.rs:40−52", &["src/a.rs:40-52"]),
        ("src/a.rs:40 - 52", &["src/a.rs:40-52"]),
        ("src/a.rs:40..52", &["src/a.rs:40-52"]),
        ("src/a.rs:40:5-52:10", &["src/a.rs:40-52"]),
        ("src/a.rs:40:5-10", &["src/a.rs:40"]),
        ("src/a.rs:L40-L52", &["src/a.rs:40-52"]),
        ("src/a.rs:line 42", &["src/a.rs:42"]),
        ("src/a.rs: 42", &["src/a.rs:42"]),
        ("src/a.rs：42", &["src/a.rs:42"]),
        ("src/a.rs#L42", &["src/a.rs:42"]),
        ("src/a.rs#L40-L52", &["src/a.rs:40-52"]),
        ("src/a.rs#L40-52", &["src/a.rs:40-52"]),
        ("src/a.rs#L40C3-L52C7", &["src/a.rs:40-52"]),
        ("src/a.rs (line 42)", &["src/a.rs:42"]),
        ("src/a.rs (lines 409-410)", &["src/a.rs:409-410"]),
        ("src/a.rs (lines 409–410, the sink)", &["src/a.rs:409-410"]),
        ("src/a.rs (L42)", &["src/a.rs:42"]),
        ("src/a.rs (42)", &["src/a.rs:42"]),
        ("src/a.rs(42,7)", &["src/a.rs:42"]),
        ("src/a.rs [40-52]", &["src/a.rs:40-52"]),
        ("src/a.rs, line 42", &["src/a.rs:42"]),
        ("src/a.rs, lines 40–52", &["src/a.rs:40-52"]),
        ("src/a.rs, Lines 40 to 52", &["src/a.rs:40-52"]),
        ("src/a.rs lines 428 – 429", &["src/a.rs:428-429"]),
        ("src/a.rs line 42", &["src/a.rs:42"]),
        ("src/a.rs L42", &["src/a.rs:42"]),
        ("src/a.rs at line 42", &["src/a.rs:42"]),
        ("src/a.rs, around line 42", &["src/a.rs:42"]),
        ("src/a.rs — lines 40-52", &["src/a.rs:40-52"]),
        ("src/a.rs, 42", &["src/a.rs:42"]),
        ("src/a.rs:~42", &["src/a.rs:42"]),
        ("src/a.rs:42.", &["src/a.rs:42"]),
        ("src/a.rs 第42行", &["src/a.rs:42"]),
        ("line 42 of src/a.rs", &["src/a.rs:42"]),
        ("lines 40-52 in `src/a.rs`", &["src/a.rs:40-52"]),
    ]);
}

#[test]
fn quotes_and_dressing() {
    check(&[
        ("`src/a.rs:42`", &["src/a.rs:42"]),
        ("`src/a.rs`:40–52", &["src/a.rs:40-52"]),
        ("`src/a.rs`, lines 278–280", &["src/a.rs:278-280"]),
        ("`src/a.rs` (line 42)", &["src/a.rs:42"]),
        ("`src/a.rs` `40-52`", &["src/a.rs:40-52"]),
        ("`src/a.rs`: `42`", &["src/a.rs:42"]),
        ("`src/a.rs#L101-L105`", &["src/a.rs:101-105"]),
        ("`src/a.rs (lines 40-52)`", &["src/a.rs:40-52"]),
        ("`src/a.rs, line 42`", &["src/a.rs:42"]),
        ("**src/a.rs:42**", &["src/a.rs:42"]),
        ("**`src/a.rs:42`**", &["src/a.rs:42"]),
        ("**`src/a.rs`**:42", &["src/a.rs:42"]),
        ("\"src/a.rs:42\"", &["src/a.rs:42"]),
        ("'src/a.rs':42", &["src/a.rs:42"]),
        ("“src/a.rs:42”", &["src/a.rs:42"]),
        ("<src/a.rs:42>", &["src/a.rs:42"]),
        ("src/a.rs:42`", &["src/a.rs:42"]),
        ("src/a.rs:42**", &["src/a.rs:42"]),
        ("src/a.rs:42 |", &["src/a.rs:42"]),
        ("__init__.py:3", &["__init__.py:3"]),
        ("pkg/__init__.py", &["pkg/__init__.py"]),
        ("[src/a.rs:1224](src/a.rs#L1224)", &["src/a.rs:1224"]),
        ("[a.rs:1224](src/a.rs#L1224)", &["src/a.rs:1224"]),
        ("[text](src/a.rs#L42)", &["src/a.rs:42"]),
        ("[the loop](src/a.rs#L40-L52)", &["src/a.rs:40-52"]),
        ("[`src/a.rs:42`](src/a.rs)", &["src/a.rs:42"]),
        ("[src/a.rs](src/a.rs):42", &["src/a.rs:42"]),
        ("[src/a.rs](src/a.rs) (line 42)", &["src/a.rs:42"]),
        (
            "[src/a.rs:42](https://host/o/r/blob/main/src/a.rs#L42)",
            &["src/a.rs:42"],
        ),
        ("[src/a.rs](#L42)", &["src/a.rs:42"]),
        (
            "[app/[id]/page.tsx:3](app/[id]/page.tsx#L3)",
            &["app/[id]/page.tsx:3"],
        ),
        ("[src/a.rs:42]", &["src/a.rs:42"]),
        ("app/[id]/page.tsx:3", &["app/[id]/page.tsx:3"]),
        ("src/routes/+page.svelte:3", &["src/routes/+page.svelte:3"]),
        ("@types/x.d.ts:3", &["@types/x.d.ts:3"]),
    ]);
}

#[test]
fn paths_of_every_kind() {
    check(&[
        ("a/src/a.rs:42", &["a/src/a.rs:42"]),
        ("./src/a.rs:42", &["./src/a.rs:42"]),
        ("/home/u/repo/src/a.rs:42", &["/home/u/repo/src/a.rs:42"]),
        ("C:\\repo\\src\\a.rs:42", &["C:/repo/src/a.rs:42"]),
        ("src\\a.rs:42", &["src/a.rs:42"]),
        ("src/my\\_file.rs:42", &["src/my_file.rs:42"]),
        ("src/my file.rs:42", &["src/my file.rs:42"]),
        ("My Folder/the file.rs:42", &["My Folder/the file.rs:42"]),
        ("`src/my file.rs`", &["src/my file.rs"]),
        ("\"src/my file.rs\":42", &["src/my file.rs:42"]),
        ("\"src/b\\303\\274r.rs\":42", &["src/bür.rs:42"]),
        ("\"b/src/tab\\there.rs\":42", &["b/src/tab\there.rs:42"]),
        ("\"src/\\377.rs\":42", &["\"src/\\377.rs\":42"]),
        ("\"C:\\repo\\new.rs\":42", &["C:/repo/new.rs:42"]),
        ("src/größe.rs:42", &["src/größe.rs:42"]),
        ("源/文件.rs:42", &["源/文件.rs:42"]),
        ("lib.rs", &["lib.rs"]),
        ("Makefile:12", &["Makefile:12"]),
        ("Makefile", &["Makefile"]),
        ("run", &["run"]),
        (".gitignore:3", &[".gitignore:3"]),
        ("https://host/o/r/blob/main/src/a.rs#L42", &["src/a.rs:42"]),
    ]);
}

#[test]
fn symbols() {
    check(&[
        ("src/a.rs::flush", &["src/a.rs::flush"]),
        ("src/a.rs::Printer::flush", &["src/a.rs::Printer::flush"]),
        (
            "`src/a.rs::Printer::flush()`",
            &["src/a.rs::Printer::flush"],
        ),
        ("`src/a.rs`::flush", &["src/a.rs::flush"]),
        (
            "src/a.rs::Map<K, V>::get in the loop",
            &["src/a.rs::Map<K, V>::get"],
        ),
        ("src/a.py::Config.load", &["src/a.py::Config.load"]),
        ("src/a.rs:flush", &["src/a.rs::flush"]),
        ("src/a.rs::flush (line 42)", &["src/a.rs:42"]),
        ("src/a.rs::flush:42", &["src/a.rs:42"]),
        ("line 42 of src/a.rs:flush", &["src/a.rs:42"]),
        (
            "src/a.rs::flush, src/b.rs::open",
            &["src/a.rs::flush", "src/b.rs::open"],
        ),
        ("Printer::flush", &["!no path can be read"]),
    ]);
}

#[test]
fn several() {
    check(&[
        ("src/a.rs:40,52", &["src/a.rs:40", "src/a.rs:52"]),
        (
            "src/a.rs:40, 52-60; 70",
            &["src/a.rs:40", "src/a.rs:52-60", "src/a.rs:70"],
        ),
        ("x.go:124 and 149-153", &["x.go:124", "x.go:149-153"]),
        ("`x.go:124` and `149-153`", &["x.go:124", "x.go:149-153"]),
        ("x.go:124, x.go:149", &["x.go:124", "x.go:149"]),
        (
            "src/a.rs:1; src/b.rs:2 and src/c.rs:3",
            &["src/a.rs:1", "src/b.rs:2", "src/c.rs:3"],
        ),
        ("`src/a.rs:1`, `src/b.rs:2`", &["src/a.rs:1", "src/b.rs:2"]),
        ("`src/a.rs:1, src/b.rs:2`", &["src/a.rs:1", "src/b.rs:2"]),
        ("src/a.rs:1<br>src/b.rs:2", &["src/a.rs:1", "src/b.rs:2"]),
        ("<src/a.rs:1, src/b.rs:2<br>", &["src/a.rs:1", "src/b.rs:2"]),
        ("src/a.rs:1 in the loop<br", &["src/a.rs:1"]),
        ("src/a.rs, src/b.rs", &["src/a.rs", "src/b.rs"]),
        ("src/a.rs and Makefile", &["src/a.rs", "Makefile"]),
        (
            "src/a.rs (lines 10, 20 and 30-35)",
            &["src/a.rs:10", "src/a.rs:20", "src/a.rs:30-35"],
        ),
        (
            "src/a.rs lines 10, 20 and 30-35",
            &["src/a.rs:10", "src/a.rs:20", "src/a.rs:30-35"],
        ),
        (
            "src/a.rs:10 (reader), src/b.rs:20 (writer)",
            &["src/a.rs:10", "src/b.rs:20"],
        ),
        (
            "src/a.rs:10 in `read`, src/b.rs:20 in `write`",
            &["src/a.rs:10", "src/b.rs:20"],
        ),
        (
            "[a](src/a.rs#L1), [b](src/b.rs#L2)",
            &["src/a.rs:1", "src/b.rs:2"],
        ),
        ("src/a.rs:10、src/b.rs:20", &["src/a.rs:10", "src/b.rs:20"]),
        ("src/a.rs:10 & src/b.rs:20", &["src/a.rs:10", "src/b.rs:20"]),
        ("src/a.rs:10,0", &["src/a.rs:10", "!line 0 does not exist"]),
    ]);
}

#[test]
fn prose_is_no_citation() {
    check(&[
        ("src/a.rs:10 (in the loop)", &["src/a.rs:10"]),
        ("src/a.rs:10 - the loop", &["src/a.rs:10"]),
        (
            "src/a.rs:10 — see src/b.rs:20, src/c.rs:30",
            &["src/a.rs:10"],
        ),
        ("src/a.rs:10 (see also src/b.rs:20)", &["src/a.rs:10"]),
        ("src/a.rs:10 - 3 callers ignore it", &["src/a.rs:10"]),
        ("src/a.rs:10, 3 times", &["src/a.rs:10"]),
        ("src/a.rs:10 and 2 others", &["src/a.rs:10"]),
        ("src/a.rs:10, and the tests", &["src/a.rs:10"]),
        ("src/a.rs:10, e.g. when it is empty", &["src/a.rs:10"]),
        ("src/a.rs:10, the read/write lock", &["src/a.rs:10"]),
        ("src/a.rs:10, read/write lock", &["src/a.rs:10"]),
        ("`src/a.rs:10`, `self.flush`", &["src/a.rs:10"]),
        (
            "src/a.rs:10 in the retry loop. Then src/b.rs:20, src/c.rs:3",
            &["src/a.rs:10"],
        ),
        ("src/a.rs:10 unlike src/b.rs:20", &["src/a.rs:10"]),
        ("src/a.rs @@ -10,6 +42,7 @@", &["src/a.rs"]),
        ("src/a.rs (2 places)", &["src/a.rs"]),
        ("src/a.rs (parse_line)", &["src/a.rs"]),
        ("src/a.rs, function parse_line", &["src/a.rs"]),
        ("src/a.rs: the loop", &["src/a.rs"]),
        ("src/a.rs in the loop", &["src/a.rs"]),
        ("the loop in src/a.rs:10", &["src/a.rs:10"]),
        ("in `src/a.rs`, line 42", &["src/a.rs:42"]),
        ("src/a.rs:42, wait, actually 12", &["src/a.rs:42"]),
    ]);
}

#[test]
fn unreadable_values_are_one_malformed_citation() {
    check(&[
        ("", &["!no location given"]),
        ("   ", &["!no location given"]),
        ("**", &["!no location given"]),
        ("N/A", &["!no path can be read"]),
        ("none", &["!no path can be read"]),
        ("`general`", &["!no path can be read"]),
        ("—", &["!no path can be read"]),
        ("the whole diff", &["!no path can be read"]),
        ("N/A (general remark)", &["!no path can be read"]),
        (
            "the error handling of the parser",
            &["!no path can be read"],
        ),
        ("42", &["!no path can be read"]),
        ("finding 2", &["!no path can be read"]),
        ("#2", &["!no path can be read"]),
        ("src/a.rs:0", &["!line 0 does not exist"]),
        ("src/a.rs:0-5", &["!line 0 does not exist"]),
        ("src/a.rs:4294967296", &["!line 4294967296 does not exist"]),
        (
            "src/a.rs:99999999999999999999999999",
            &["!line 999999999999999999999999… does not exist"],
        ),
        ("path:line", &["!no path can be read"]),
        ("<path>:<line>", &["!no path can be read"]),
        ("path/to/file.rs:line", &["!line line does not exist"]),
        (
            "path/as/in/the/diff:LINE or path/as/in/the/diff:FIRST-LAST",
            &["!line LINE does not exist"],
        ),
        ("`path/to/file.rs`:<line>", &["!line line does not exist"]),
    ]);
}

#[test]
fn a_range_the_wrong_way_round_is_swapped_and_says_so() {
    let read = citations("src/a.rs:9-3");
    let citation = read[0].as_ref().unwrap();
    assert_eq!(citation.location.lines, Some(LineRange::new(3, 9)));
    assert!(citation.swapped);
    assert!(!citations("src/a.rs:3-9")[0].as_ref().unwrap().swapped);
}

#[test]
fn the_text_of_a_citation_is_its_piece_of_the_value() {
    let text: Vec<String> = citations("`x.go:124` (there) and 149-153")
        .into_iter()
        .map(|c| c.unwrap().text)
        .collect();
    assert_eq!(text, ["`x.go:124`", "149-153"]);
}

#[test]
fn prefixes_of_a_diff_are_one_step_away() {
    let location = |path: &str| Location {
        path: path.into(),
        lines: None,
        symbol: None,
    };
    for (path, without) in [
        ("a/src/x.rs", "src/x.rs"),
        ("./b/x.rs", "x.rs"),
        ("./x.rs", "x.rs"),
        ("a/a/x", "a/x"),
        ("x", "x"),
        ("a/", "a/"),
    ] {
        assert_eq!(location(path).without_diff_prefix(), without);
    }
}

#[test]
fn the_short_way_and_the_long_way_agree() {
    for value in [
        "src/a.rs:42",
        "`src/a.rs:40-52`",
        "src/a.rs:9-3",
        "src/a.tar.gz:1",
        "src/a.rs:4294967295",
    ] {
        let short = citations(value);
        // A blank in front is enough to go the long way.
        let long = citations(&format!(" {value}"));
        assert_eq!(short, long, "{value}");
    }
}

#[test]
fn a_limit_counts_what_it_leaves_out() {
    let (read, left_out) = citations_up_to("src/a.rs:1,2,3,4,5", 2);
    assert_eq!((read.len(), left_out), (2, 3));
}

#[test]
fn hostile_values_take_no_time() {
    for piece in [
        "`",
        "«a, ",
        "\"",
        "[",
        "(",
        "a](",
        "``a` ",
        "src/a.rs:1,",
        "<",
        "'\"",
        "- ",
        "and ",
        "a b ",
        ":",
        "\\",
    ] {
        let value = piece.repeat(60_000 / piece.len());
        citations(&value);
        citations(&format!("src/a.rs:1 {value}"));
    }
    // Runs of backticks, each inside the next.
    let nested = (1..300)
        .rev()
        .map(|n| "`".repeat(n) + " ")
        .chain(["a, b".into()])
        .chain((1..300).map(|n| " ".to_owned() + &"`".repeat(n)))
        .collect::<String>();
    citations(&nested);
}

proptest! {
    #[test]
    fn nothing_panics(value in "\\PC{0,80}") {
        prop_assert!(!citations(&value).is_empty());
    }

    #[test]
    fn nothing_panics_on_near_misses(value in "([a-z./:`\"'\\[\\]()#L0-9, \\-–<>*_\\\\]|and |line |lines |src/a\\.rs|:42|é|，){0,24}") {
        prop_assert!(!citations(&value).is_empty());
    }

    #[test]
    fn what_is_written_is_read_back(
        path in "[a-zA-Zé_.\\- ]{0,6}(/[a-zA-Zé\"\\\\\t_.\\-\\[\\]() ,;:#]{1,8}){0,3}/[a-z]{1,8}\\.(rs|py|tar\\.gz)",
        lines in proptest::option::of((1_u32..=u32::MAX, 0_u32..1000)),
        symbol in proptest::option::of("[a-zA-Z_][a-zA-Z0-9_]{0,10}(::[a-z_]{1,5}|\\.[a-z_]{1,5}){0,2}"),
    ) {
        let lines = lines.map(|(start, more)| LineRange::new(start, start.saturating_add(more)));
        let symbol = symbol.filter(|_| lines.is_none());
        let location = Location { path, lines, symbol };
        let read = citations(&location.to_string());
        prop_assert_eq!(read.len(), 1, "{}", location);
        prop_assert_eq!(&read[0].as_ref().unwrap().location, &location, "{}", location);
    }
}
