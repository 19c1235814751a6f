//! Sizes, places and prices, to the byte.

use super::*;
use crate::change::{Hunk, Mode};
use crate::patch::{change_set, file_patches};
use crate::plan::guard::Limits;

/// Two hunks with the changes `-b`, `+B`, `+C`, `-l` and `+L`.
const TWO_HUNKS: &str = "\
diff --git a/x b/x
index 1111111..2222222 100644
--- a/x
+++ b/x
@@ -1,4 +1,5 @@ top
 a
-b
+B
+C
 d
 e
@@ -20,3 +21,3 @@ fn low()
 k
-l
+L
 m
";

/// A patch of one file from its hunks.
fn edit(hunks: &str) -> String {
    format!("diff --git a/x b/x\nindex 1111111..2222222 100644\n--- a/x\n+++ b/x\n{hunks}")
}

fn new_file(lines: &[String]) -> String {
    format!(
        "diff --git a/x b/x\nnew file mode 100644\nindex 0000000..2222222\n--- /dev/null\n+++ b/x\n@@ -0,0 +1,{} @@\n{}",
        lines.len(),
        lines.concat()
    )
}

const DELETED: &str = "\
diff --git a/x b/x
deleted file mode 100755
index 1111111..0000000
--- a/x
+++ /dev/null
@@ -1,3 +0,0 @@
-a
-b
-c
";

fn with<T>(text: &str, warn: u64, fail: u64, ask: impl FnOnce(&Cutter<'_>, &Change) -> T) -> T {
    let changes = change_set("test", text.as_bytes().to_vec()).unwrap();
    let change = &changes.changes()[0];
    let patch = file_patches(text.as_bytes()).next().unwrap().unwrap();
    let rule = FunctionRule::of(None);
    let cutter = Cutter {
        headers: PieceHeaders::new(change, &patch),
        deleted: change.kind == ChangeKind::Deleted,
        table: Table::new(text.as_bytes(), &patch, rule).unwrap(),
        warn,
        fail,
        context: 1,
    };
    ask(&cutter, change)
}

fn table<T>(text: &str, ask: impl FnOnce(&Table<'_>) -> T) -> T {
    with(text, 1000, 2000, |cutter, _| ask(&cutter.table))
}

fn cut_text(text: &str, warn: u64, fail: u64) -> Pieces {
    let changes = change_set("test", text.as_bytes().to_vec()).unwrap();
    let patch = file_patches(text.as_bytes()).next().unwrap().unwrap();
    let options = BundleOptions::default().limits(Limits::new(warn, fail).unwrap());
    cut(
        0,
        &changes.changes()[0],
        text.as_bytes(),
        &patch,
        &options,
        1,
    )
    .unwrap()
}

/// The number of added and deleted lines of each piece.
fn lines_of(pieces: Pieces) -> Vec<u64> {
    let pieces = pieces.unwrap().unwrap();
    pieces
        .iter()
        .map(|piece| piece.additions + piece.deletions)
        .collect()
}

#[test]
fn the_price_of_a_cut() {
    let deep = format!("+{}b", " ".repeat(45));
    let mixed = format!("+{}\tb", " ".repeat(39));
    for (lines, price) in [
        (&["+a", "+b"][..], 350),
        (&["+a", "+    b"], 370),
        (&["+        a", "+\tb"], 370),
        (&["+a", "+\t  b"], 380),
        (&["+a", "+}"], 450),
        (&["+a", "+  )"], 460),
        (&["+a", "+  ];"], 460),
        (&["+a", "+"], 350),
        (&["+a", deep.as_str()], 550),
        (&["+a", mixed.as_str()], 550),
        // After a blank line.
        (&["+", "+b"], 200),
        (&["+ \t", "+  b"], 210),
        (&["-", "- }"], 305),
        // Between two places, or between new lines and what is deleted after them.
        (&["+a", " c", "+b"], 150),
        (&["-a", " c", "+ }"], 255),
        (&["+a", "-b"], 150),
        (&["+a", "-  }"], 260),
        // Between deleted lines and what replaces them.
        (&["-a", "+b"], 800),
        (&["-", "+}"], 800),
    ] {
        let count = |mark: &str| lines.iter().filter(|line| !line.starts_with(mark)).count();
        let hunk = format!(
            "@@ -1,{} +1,{} @@\n{}\n",
            count("+"),
            count("-"),
            lines.join("\n")
        );
        let found = with(&edit(&hunk), 1000, 2000, |cutter, _| cutter.price(0));
        assert_eq!(found, price, "{lines:?}");
    }
    // Between two hunks it is free, whatever follows.
    let prices = with(TWO_HUNKS, 1000, 2000, |cutter, _| {
        (0..4).map(|last| cutter.price(last)).collect::<Vec<_>>()
    });
    assert_eq!(prices, [800, 350, 0, 800]);
}

#[test]
fn the_least_context_is_one_line_after_the_piece() {
    let three = new_file(&["+a\n", "+b\n", "+c\n"].map(str::to_owned));
    let end_deleted = edit("@@ -1,2 +1 @@\n a\n-b\n");
    let end_replaced = edit("@@ -1,2 +1,2 @@\n a\n-b\n+B\n");
    let low = edit("@@ -9,1 +9,2 @@\n a\n+b\n");
    for (text, first, last, leading, trailing) in [
        (TWO_HUNKS, 0, 0, 0, 1),
        (TWO_HUNKS, 0, 2, 0, 1),
        (TWO_HUNKS, 1, 2, 0, 1),
        (TWO_HUNKS, 3, 4, 0, 1),
        (TWO_HUNKS, 0, 4, 0, 1),
        // The file ends behind the piece; only after one line of the file does that need the line.
        (&three, 0, 0, 0, 0),
        (&three, 1, 1, 1, 0),
        (&three, 1, 2, 1, 0),
        (&three, 2, 2, 0, 0),
        (&end_deleted, 0, 0, 0, 0),
        (&end_replaced, 0, 1, 0, 0),
        (&end_replaced, 1, 1, 1, 0),
        (&low, 0, 0, 0, 0),
    ] {
        assert_eq!(
            table(text, |table| table.least(first, last)),
            ContextLines { leading, trailing },
            "{first}..={last} of {text}"
        );
    }
}

#[test]
fn context_is_added_as_far_as_there_is_room_below_first() {
    let text = edit("@@ -1,4 +1,5 @@\n aaaa\n bbbb\n+x\n cccc\n dddd\n");
    let least = ContextLines {
        leading: 0,
        trailing: 1,
    };
    for (wanted, room, leading, trailing) in [
        (2, 0, 0, 1),
        (2, 5, 0, 1),
        (2, 6, 0, 2),
        (2, 11, 0, 2),
        (2, 12, 1, 2),
        (2, 17, 1, 2),
        (2, 18, 2, 2),
        (9, 99, 2, 2),
        (0, 99, 0, 1),
    ] {
        assert_eq!(
            table(&text, |table| table.filled(0, 0, least, wanted, room)),
            ContextLines { leading, trailing },
            "{wanted} lines in {room} bytes"
        );
    }
}

#[test]
fn the_next_deleted_line_can_be_the_context_of_a_piece() {
    for (lines, old, new, is_context) in [
        ("-a\n-b\n", 2, 0, true),
        ("+a\n-b\n", 1, 1, true),
        ("-a\n+b\n", 1, 1, false),
        ("+a\n+b\n", 0, 2, false),
        ("-a\n c\n-b\n", 3, 1, false),
        ("+a\n c\n-b\n", 2, 2, false),
        ("-a\n", 1, 0, false),
    ] {
        let text = edit(&format!("@@ -1,{old} +1,{new} @@\n{lines}"));
        let found = table(&text, |table| table.next_is_context(0));
        assert_eq!(found, is_context, "{lines}");
    }
}

#[test]
fn bytes_of_lines_and_function_names() {
    table(TWO_HUNKS, |table| {
        assert_eq!(table.span(0, 0), 3);
        assert_eq!(table.span(0, 2), 9);
        assert_eq!(table.section_bytes(0), 3);
        assert_eq!(table.section_bytes(1), 80);
        assert_eq!(table.section_bytes(3), 8);
    });
    let text = edit(
        "@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n",
    );
    table(&text, |table| {
        let ends: Vec<bool> = (0..3).map(|at| table.ends_without_newline(at)).collect();
        assert_eq!(ends, [true, false, true]);
    });
}

#[test]
fn a_piece_grows_to_exactly_the_limit() {
    // Header, `@@` line of at most 60, function name, changed lines, the least context; of a hunk that is left behind, all
    // of its context.
    for (last, least) in [
        (0, 100 + 60 + 3 + 3 + 3),
        (2, 100 + 60 + 3 + 9 + 3),
        (3, 100 + 60 + 3 + 9 + 6 + 60 + 8 + 3 + 3 + 3),
        (4, 100 + 60 + 3 + 9 + 6 + 60 + 8 + 3 + 6 + 3),
    ] {
        let grows = |limit: u64| {
            table(TWO_HUNKS, |table| {
                let mut size = PieceSize::new(table, 0, 100, limit, 1);
                (0..=last).all(|last| size.extend(last).is_some())
            })
        };
        assert!(grows(least) && grows(least + 1), "{last}");
        assert!(!grows(least - 1), "{last}");
    }
}

#[test]
fn numbers_of_a_piece_in_both_files() {
    let one = ContextLines {
        leading: 1,
        trailing: 1,
    };
    let numbers = |hunk: &Hunk| {
        let Hunk {
            old_start,
            old_lines,
            new_start,
            new_lines,
        } = hunk;
        format!("-{old_start},{old_lines} +{new_start},{new_lines}")
    };
    for (first, last, applied, base, additions, deletions) in [
        (0, 4, "-1,4 +1,5 -20,3 +21,3", "-1,4 +1,5 -20,3 +21,3", 3, 2),
        (0, 0, "-1,3 +1,2", "-1,3 +1,2", 0, 1),
        // `-b` is applied before, and is no line any more.
        (1, 4, "-1,3 +1,5 -19,3 +21,3", "-2,3 +1,5 -20,3 +21,3", 3, 1),
        (2, 2, "-2,2 +2,3", "-2,2 +2,3", 1, 0),
        (3, 3, "-21,3 +21,2", "-20,3 +21,2", 0, 1),
        (4, 4, "-21,2 +21,3", "-21,2 +21,3", 1, 0),
    ] {
        let built = table(TWO_HUNKS, |table| table.build(first, last, one, false));
        let of = |hunks: Vec<&Hunk>| hunks.into_iter().map(numbers).collect::<Vec<_>>().join(" ");
        let segments = built.segments.iter().map(|segment| &segment.hunk).collect();
        assert_eq!(of(segments), applied, "{first}..={last}");
        assert_eq!(
            of(built.base_numbers.iter().collect()),
            base,
            "{first}..={last}"
        );
        assert_eq!(
            (built.additions, built.deletions),
            (additions, deletions),
            "{first}..={last}"
        );
    }
}

#[test]
fn a_piece_has_the_header_kind_and_modes_of_its_place() {
    let executable = Some(Mode::EXECUTABLE);
    let plain = Some(Mode::FILE);
    let renamed = "\
diff --git a/x b/y
old mode 100644
new mode 100755
similarity index 50%
rename from x
rename to y
index 1111111..2222222
--- a/x
+++ b/y
@@ -0,0 +1,3 @@
+a
+b
+c
";
    let context = ContextLines {
        leading: 0,
        trailing: 0,
    };
    for (text, first, last, header, kind, modes) in [
        (
            renamed,
            0,
            0,
            "original",
            ChangeKind::Renamed,
            (plain, executable),
        ),
        (
            renamed,
            0,
            2,
            "original",
            ChangeKind::Renamed,
            (plain, executable),
        ),
        (
            renamed,
            1,
            1,
            "middle",
            ChangeKind::Modified,
            (executable, executable),
        ),
        (
            renamed,
            2,
            2,
            "middle",
            ChangeKind::Modified,
            (executable, executable),
        ),
        (
            DELETED,
            0,
            0,
            "middle",
            ChangeKind::Modified,
            (executable, executable),
        ),
        (
            DELETED,
            1,
            1,
            "middle",
            ChangeKind::Modified,
            (executable, executable),
        ),
        (
            DELETED,
            2,
            2,
            "deleted",
            ChangeKind::Deleted,
            (executable, None),
        ),
        (
            DELETED,
            0,
            2,
            "deleted",
            ChangeKind::Deleted,
            (executable, None),
        ),
    ] {
        with(text, 1000, 2000, |cutter, change| {
            let found = match cutter.header(first, last) {
                PieceHeader::Original(_) => "original",
                PieceHeader::Made(text) if text.windows(7).any(|part| part == b"deleted") => {
                    "deleted"
                }
                PieceHeader::Made(_) => "middle",
            };
            assert_eq!(found, header, "{first}..={last} of {text}");
            let piece = cutter.piece(0, change, first, last, context);
            assert_eq!(piece.kind, kind, "{first}..={last} of {text}");
            assert_eq!(
                (piece.old_mode, piece.new_mode),
                modes,
                "{first}..={last} of {text}"
            );
        });
    }
    let longest = |text: &str| with(text, 1000, 2000, |cutter, _| cutter.headers.longest());
    assert_eq!(longest(TWO_HUNKS), 65);
    assert_eq!(longest(DELETED), 66);
}

#[test]
fn a_single_line_takes_what_git_cannot_apply_apart_from_it() {
    let last = |text: &str, warn, fail| with(text, warn, fail, |cutter, _| cutter.single(0).0);
    for (lines, old, new, expected) in [
        ("+a\n+b\n", 0, 2, 0),
        ("-a\n+b\n", 1, 1, 0),
        ("+a\n\\ No newline at end of file\n", 0, 1, 0),
        ("+a\n\\ No newline at end of file\n-b\n-c\n", 2, 1, 1),
        ("-a\n\\ No newline at end of file\n+b\n", 1, 1, 0),
    ] {
        let text = edit(&format!("@@ -1,{old} +1,{new} @@\n{lines}"));
        assert_eq!(last(&text, 1000, 2000), expected, "{lines}");
    }
    // A line of 102 bytes that is deleted next would be most of the piece's size, and its context only.
    let text = edit(&format!("@@ -1,2 +0,0 @@\n-a\n-{}\n", "b".repeat(100)));
    let none = ContextLines {
        leading: 0,
        trailing: 0,
    };
    let joined = with(&text, 200, 9000, |cutter, change| {
        cutter.piece(0, change, 0, 1, none).bytes
    });
    for (warn, fail, expected) in [
        (202, 9000, 1),
        (203, 9000, 1),
        (204, 9000, 0),
        (202, joined, 1),
        (202, joined - 1, 0),
    ] {
        assert_eq!(last(&text, warn, fail), expected, "{warn} {fail}");
    }
}

#[test]
fn a_piece_may_have_the_fail_limit_but_not_more() {
    let text = new_file(&[format!("+{}\n", "a".repeat(500)), "+b\n".to_owned()]);
    let pieces = cut_text(&text, 300, 9000).unwrap().unwrap();
    let largest = pieces.iter().map(|piece| piece.bytes).max().unwrap();
    assert_eq!(lines_of(cut_text(&text, 300, largest)), [1, 1]);
    let too_large = cut_text(&text, 300, largest - 1).unwrap_err();
    let (bytes, limit) = (largest, largest - 1);
    assert_eq!(too_large, Reason::TooLarge { bytes, limit });
}

#[test]
fn headers_that_are_repeated_too_often_end_it() {
    // Each piece has the path four times, and one line.
    let text = new_file(&vec![format!("+{}\n", "a".repeat(998)); 100]);
    let long = "n/".repeat(2500) + "x";
    let text = text
        .replace("a/x", &format!("a/{long}"))
        .replace("b/x", &format!("b/{long}"));
    let made = with(&text, 1, 1, |cutter, _| cutter.headers.longest());
    let rest = 100 * 1000;
    assert!(made > 4 * 5000, "{made}");
    let reason = cut_text(&text, made + 1400, rest).unwrap_err();
    assert_eq!(reason, Reason::HeaderTooLarge { bytes: made });
    // With room for five lines a piece they are fewer.
    assert!(cut_text(&text, made + 5400, rest).is_ok());
}

#[test]
fn pieces_have_similar_sizes() {
    let even = new_file(&vec!["+123456789\n".to_owned(); 40]);
    // From which warn limit on, the number of lines of each piece. Five lines in the first piece are 145 bytes of header and
    // `@@` line and 55 of text.
    let expected: &[(u64, &[u64])] = &[
        (
            200,
            &[5, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1],
        ),
        (208, &[5, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2]),
        (211, &[6, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1]),
        (219, &[6, 4, 4, 4, 4, 4, 4, 4, 4, 2]),
        (222, &[7, 4, 4, 4, 4, 4, 4, 4, 4, 1]),
        (230, &[7, 5, 5, 5, 5, 5, 5, 3]),
        (233, &[8, 5, 5, 5, 5, 5, 5, 2]),
        (241, &[8, 6, 6, 6, 6, 6, 2]),
        (252, &[8, 7, 7, 7, 7, 4]),
        (255, &[10, 7, 7, 7, 7, 2]),
        (263, &[10, 8, 8, 7, 7]),
        (271, &[10, 8, 8, 8, 6]),
        (274, &[10, 9, 9, 9, 3]),
        (285, &[10, 10, 10, 10]),
        (292, &[13, 10, 8, 9]),
        (296, &[13, 11, 11, 5]),
        (307, &[13, 12, 12, 3]),
        (318, &[13, 13, 13, 1]),
        (329, &[13, 13, 14]),
        (365, &[20, 17, 3]),
        (373, &[20, 18, 2]),
        (384, &[20, 19, 1]),
        (395, &[20, 20]),
        (585, &[40]),
    ];
    let mut found: Vec<(u64, Vec<u64>)> = Vec::new();
    for warn in 200..=700 {
        let lines = lines_of(cut_text(&even, warn, 9000));
        if found.last().is_none_or(|(_, last)| *last != lines) {
            found.push((warn, lines));
        }
    }
    let expected: Vec<(u64, Vec<u64>)> = expected
        .iter()
        .map(|(warn, lines)| (*warn, lines.to_vec()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_good_place_is_taken_up_to_one_and_a_half_times_the_target() {
    // 2000 bytes in two pieces. The end of the hunk is the best place to cut.
    for (second, third, first_piece) in [(886, 500, 2), (887, 499, 1)] {
        let line = |bytes: usize| format!("+{}\n", "a".repeat(bytes - 2));
        let text = edit(&format!(
            "@@ -0,0 +1,2 @@\n{}{}@@ -1,0 +4 @@\n{}",
            line(600),
            line(second),
            line(third)
        ));
        let pieces = lines_of(cut_text(&text, 1725, 9000));
        assert_eq!(pieces[0], first_piece, "{second} {pieces:?}");
    }
}
