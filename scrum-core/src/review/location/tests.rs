use proptest::prelude::*;

use super::*;

#[test]
fn nothing_given() {
    for value in ["", "   ", "**"] {
        assert_eq!(citations(value), [Err(Malformed::Empty)], "{value}");
    }
}

#[test]
fn odd_paths_have_lines_of_the_old_file_too() {
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
fn nothing_but_locations() {
    for (text, nothing_else) in [
        ("src/a.rs:4 and src/b.rs:7", true),
        ("src/a.rs:4, src/b.rs", false),
        ("src/a.rs:4 is wrong", false),
        ("—", false),
    ] {
        assert_eq!(is_nothing_but_locations(text), nothing_else, "{text}");
    }
}

#[test]
fn lines_without_their_path() {
    let shown = |lines: &RangeResult| lines.clone().map(|lines| lines.range.to_string()).unwrap();
    for (text, lines) in [
        ("42", Some("42")),
        ("lines 40–52", Some("40-52")),
        ("42 callers", None),
    ] {
        assert_eq!(
            line_range(text).as_ref().map(shown).as_deref(),
            lines,
            "{text}"
        );
    }
    for (text, lines) in [
        ("Line 34-36 (medium): kept", Some("34-36")),
        ("L28: kept", Some("28")),
        ("`34-41`: kept", Some("34-41")),
        ("42行目: kept", Some("42")),
        ("20:17  error  kept", Some("20")),
        ("0:0  error  kept", None),
        ("12:30pm is late", None),
        ("3: kept", None),
        ("34 is kept", None),
    ] {
        let read = lines_at_start(text).map(|(lines, _)| shown(&lines[0]));
        assert_eq!(read.as_deref(), lines, "{text}");
    }
    for (text, lines) in [
        ("P1 at line 30: kept", Some("30")),
        ("修复第42行", Some("42")),
        ("the deadline 4 is kept", None),
    ] {
        let read = lines_in(text).map(|(lines, _)| shown(&lines[0]));
        assert_eq!(read.as_deref(), lines, "{text}");
    }
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
