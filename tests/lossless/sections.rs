//! A patch cut into file patches, read line by line with the hunks' own counts.

use std::collections::BTreeMap;

/// A line with its sign and, where it says so, without a line feed at its end; and how often it stands there.
pub(crate) type Lines = BTreeMap<Vec<u8>, usize>;

/// The file patches of a patch, whole, in order.
pub(crate) fn sections(patch: &[u8]) -> Vec<&[u8]> {
    let mut starts = Vec::new();
    walk(patch, |at, line| {
        if line == Line::Start {
            starts.push(at);
        }
    });
    let ends = starts.iter().skip(1).copied().chain([patch.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| &patch[*start..end])
        .collect()
}

/// The added and removed lines of a patch.
pub(crate) fn changed_lines(patch: &[u8]) -> Lines {
    let mut lines = Lines::new();
    let mut last: Option<Vec<u8>> = None;
    let mut count = |line: Option<Vec<u8>>| {
        if let Some(line) = line {
            *lines.entry(line).or_default() += 1;
        }
    };
    walk(patch, |_, line| match line {
        Line::Changed(text) => count(last.replace(text.to_vec())),
        Line::Open => {
            if let Some(last) = &mut last {
                last.extend_from_slice(b"\\ open");
            }
        }
        Line::Start | Line::Context | Line::Header(_) => count(last.take()),
    });
    count(last);
    lines
}

/// The added lines of a patch with the number that their hunk gives them.
pub(crate) fn numbered_additions(patch: &[u8]) -> Vec<(usize, &[u8])> {
    let mut found = Vec::new();
    let mut number = 0;
    walk(patch, |_, line| match line {
        Line::Header(text) if text.starts_with(b"@@ -") => {
            let [_, (start, _)] = hunk(text);
            number = usize::try_from(start).unwrap();
        }
        Line::Changed([b'+', text @ ..]) => {
            found.push((number, text));
            number += 1;
        }
        Line::Context => number += 1,
        _ => {}
    });
    found
}

/// Whether each hunk's new start is its old start, moved by what the hunks above it in the same file patch add and take.
pub(crate) fn numbers_add_up(patch: &[u8]) -> bool {
    let mut moved = 0;
    let mut right = true;
    walk(patch, |_, line| match line {
        Line::Start => moved = 0,
        Line::Header(text) if text.starts_with(b"@@ -") => {
            let [(old, old_lines), (new, new_lines)] = hunk(text);
            // A side without lines names the line above it.
            let above = |start: i64, lines: i64| start - i64::from(lines > 0);
            right &= above(new, new_lines) - above(old, old_lines) == moved;
            moved += new_lines - old_lines;
        }
        _ => {}
    });
    right
}

#[derive(PartialEq, Eq)]
enum Line<'a> {
    /// `diff --git`
    Start,
    /// Whatever stands above the lines of a hunk, its own `@@` line too.
    Header(&'a [u8]),
    Context,
    Changed(&'a [u8]),
    /// `\ No newline at end of file`
    Open,
}

fn walk<'a>(patch: &'a [u8], mut see: impl FnMut(usize, Line<'a>)) {
    let (mut old, mut new) = (0, 0);
    let mut at = 0;
    for text in patch.split_inclusive(|byte| *byte == b'\n') {
        let line = if text.starts_with(b"\\ ") {
            Line::Open
        } else if old > 0 || new > 0 {
            match text[0] {
                b'+' => new -= 1,
                b'-' => old -= 1,
                _ => {
                    old -= 1;
                    new -= 1;
                }
            }
            match text[0] {
                b'+' | b'-' => Line::Changed(text),
                _ => Line::Context,
            }
        } else if text.starts_with(b"@@ -") {
            [(_, old), (_, new)] = hunk(text);
            Line::Header(text)
        } else if text.starts_with(b"diff --git ") {
            Line::Start
        } else {
            Line::Header(text)
        };
        see(at, line);
        at += text.len();
    }
    assert_eq!((old, new), (0, 0), "the last hunk is too short");
}

/// Start and line count of both sides of `@@ -1,2 +3,4 @@`.
fn hunk(line: &[u8]) -> [(i64, i64); 2] {
    let line = String::from_utf8_lossy(line);
    let mut words = line.split(' ').skip(1);
    [(); 2].map(|()| {
        let word = &words.next().unwrap()[1..];
        let (start, lines) = word.split_once(',').unwrap_or((word, "1"));
        (start.parse().unwrap(), lines.parse().unwrap())
    })
}

#[test]
fn contents_that_look_like_headers_are_no_headers() {
    let patch = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-diff --git a/y b/y\n-@@ -1 +1 @@\n+z\n\\ No newline at end of file\ndiff --git a/z b/z\nold mode 100644\nnew mode 100755\n";
    assert_eq!(sections(patch).len(), 2);
    let lines = changed_lines(patch);
    let lines: Vec<_> = lines
        .keys()
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    assert_eq!(
        lines,
        ["+z\n\\ open", "-@@ -1 +1 @@\n", "-diff --git a/y b/y\n"]
    );
}
