//! The diff as a prompt shows it: line numbers in front, and no byte that a terminal or a model could trip over.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::change::{Hunk, OLD_SIDE};
use crate::patch::{HunkWalk, NUMBER_COLUMNS, hunk_header, lines};
use crate::path::{RepoPath, unquote};

/// How the lines of one file's patch are numbered.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Numbering<'a> {
    /// The hunks of this text, in order. Lines are numbered from these and not from the `@@` lines, because the text of a
    /// part of a cut file counts from what earlier parts left.
    pub hunks: &'a [Hunk],
    /// Number context lines on the old side. Set for a deleted file, whose new side has no lines.
    pub old_side: bool,
}

impl<'a> Numbering<'a> {
    /// Numbers the new side of these hunks, and deleted lines on the old one.
    pub fn new_side(hunks: &'a [Hunk]) -> Self {
        Self {
            hunks,
            old_side: false,
        }
    }

    /// Numbers the old side of these hunks.
    pub fn old_side(hunks: &'a [Hunk]) -> Self {
        Self {
            hunks,
            old_side: true,
        }
    }

    /// Columns that the longest number of these hunks needs: at least 6.
    fn width(&self) -> usize {
        let digits = |last: u32| last.checked_ilog10().unwrap_or(0) as usize + 1;
        let widths = self.hunks.iter().flat_map(|hunk| {
            let old = (hunk.old_lines > 0)
                .then(|| OLD_SIDE.len() + digits(hunk.old_start.saturating_add(hunk.old_lines)));
            let new = digits(hunk.new_start.saturating_add(hunk.new_lines));
            old.into_iter().chain([new])
        });
        widths.max().unwrap_or(0).max(*NUMBER_COLUMNS.start())
    }
}

/// How much is collected before it is handed to the output.
const BUFFER: usize = 1 << 16;

/// Writes one file's patch as a reviewer sees it. Each line has its number in front: that of the new file, or `old:` and that of
/// the old file if the line is deleted. All numbers of a file take equally many columns, at least 6, right-aligned and followed
/// by a space. Without `numbering` there are only the lines. Control characters but tab and line feed, and invalid bytes, become
/// `\xNN`.
///
/// # Errors
///
/// Those of `out`.
pub fn write_shown(
    patch: &[u8],
    numbering: Option<Numbering<'_>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let width = numbering.map_or(0, |numbering| numbering.width());
    let mut hunks = numbering
        .map_or(&[][..], |numbering| numbering.hunks)
        .iter();
    let mut walk = HunkWalk::default();
    // Most patches are plain throughout, and one test of all is quicker than one for each line.
    let all_plain = is_plain(patch);
    let mut buffer = Vec::with_capacity(BUFFER.min(patch.len() + patch.len() / 2));
    for line in lines(patch) {
        let mut number = None;
        let mut shown = Cow::Borrowed(line);
        if !walk.is_done() {
            let at = walk.take(line);
            let old_side = numbering.is_some_and(|numbering| numbering.old_side);
            number = match at.new_line().filter(|_| !old_side) {
                Some(new) => Some(("", new)),
                None => at.old_line().map(|old| (OLD_SIDE, old)),
            };
        } else if let Some((counted, _)) = hunk_header(line) {
            // The text's own counts say how many lines follow.
            let start = hunks.next().copied().unwrap_or(counted);
            walk = HunkWalk::renumbered(counted, start);
        } else {
            shown = readable(line);
        }
        if numbering.is_some() {
            push_number(number, width, &mut buffer);
        }
        if all_plain {
            buffer.extend_from_slice(&shown);
        } else {
            write_plain(&shown, &mut buffer)?;
        }
        if buffer.len() >= BUFFER {
            out.write_all(&buffer)?;
            buffer.clear();
        }
    }
    out.write_all(&buffer)
}

/// A line of a patch's header with the paths as they are: git quotes every byte beyond ASCII, and a reviewer who cites
/// `gr\303\266\303\237e.py` has cited nothing that anybody knows. A path stays quoted if it is not plain text.
fn readable(line: &[u8]) -> Cow<'_, [u8]> {
    if !line.contains(&b'"') || !line.contains(&b'\\') {
        return Cow::Borrowed(line);
    }
    let mut shown = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr::memchr(b'"', rest) {
        shown.extend_from_slice(&rest[..at]);
        let Some((path, after)) = unquote(&rest[at..]) else {
            return Cow::Borrowed(line);
        };
        let path = RepoPath::new(path).display();
        shown.extend_from_slice(path.as_bytes());
        rest = after;
    }
    shown.extend_from_slice(rest);
    Cow::Owned(shown)
}

/// A number with what is in front of it, in columns, and a space. The formatting of the standard library takes longer than all
/// else that is done to a line.
fn push_number(number: Option<(&str, u32)>, width: usize, out: &mut Vec<u8>) {
    let mut text = [b' '; 16];
    let mut start = text.len() - 1;
    if let Some((front, mut number)) = number {
        loop {
            start -= 1;
            text[start] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        start -= front.len();
        text[start..start + front.len()].copy_from_slice(front.as_bytes());
    }
    out.extend_from_slice(&text[start.min(text.len() - 1 - width)..]);
}

/// Whether text is ASCII without control characters but tab and line feed.
fn is_plain(text: &[u8]) -> bool {
    let plain = |byte: u8| matches!(byte, b'\t' | b'\n' | b' '..=b'~');
    // Without an early exit inside a chunk, so that many bytes are looked at in one step.
    let all = |chunk: &[u8]| chunk.iter().fold(true, |all, &byte| all & plain(byte));
    text.chunks(256).all(all)
}

/// Writes text without control characters but tab and line feed.
pub(super) fn write_plain(text: &[u8], out: &mut dyn Write) -> io::Result<()> {
    if is_plain(text) {
        return out.write_all(text);
    }
    for chunk in text.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(at) = rest.find(|c: char| c.is_control() && c != '\t' && c != '\n') {
            out.write_all(&rest.as_bytes()[..at])?;
            let length = rest[at..].chars().next().map_or(1, char::len_utf8);
            write_bytes(&rest.as_bytes()[at..at + length], out)?;
            rest = &rest[at + length..];
        }
        out.write_all(rest.as_bytes())?;
        write_bytes(chunk.invalid(), out)?;
    }
    Ok(())
}

fn write_bytes(bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
    bytes
        .iter()
        .try_for_each(|byte| write!(out, "\\x{byte:02X}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::file_patches;

    const PATCH: &str = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -10,4 +20,4 @@ fn f()\n a\n--- b\n+++ c\n@@ d\n";

    fn shown(patch: &str, old_side: bool) -> String {
        let patch = format!("{patch} e\n");
        let hunks: Vec<_> = file_patches(patch.as_bytes())
            .flat_map(|file| file.unwrap().hunks)
            .map(|hunk| hunk.hunk)
            .collect();
        let numbering = Numbering {
            hunks: &hunks,
            old_side,
        };
        let mut out = Vec::new();
        write_shown(patch.as_bytes(), Some(numbering), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn new_lines_are_numbered() {
        let patch = PATCH.replace("@@ d", " d");
        insta::assert_snapshot!(shown(&patch, false), @r"
               diff --git a/x b/x
               index 1..2 100644
               --- a/x
               +++ b/x
               @@ -10,4 +20,4 @@ fn f()
            20  a
        old:11 --- b
            21 +++ c
            22  d
            23  e
        ");
    }

    #[test]
    fn a_deleted_file_is_numbered_by_its_old_lines() {
        let patch = "diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n";
        let hunks = [Hunk {
            old_start: 1,
            old_lines: 2,
            new_start: 0,
            new_lines: 0,
        }];
        let mut out = Vec::new();
        write_shown(
            patch.as_bytes(),
            Some(Numbering::old_side(&hunks)),
            &mut out,
        )
        .unwrap();
        assert!(out.ends_with(b" old:1 -a\n old:2 -b\n"));
    }

    #[test]
    fn paths_are_shown_as_they_are() {
        for (line, expected) in [
            (
                r#"diff --git "a/gr\303\266\303\237e.py" "b/gr\303\266\303\237e.py""#,
                "diff --git a/größe.py b/größe.py",
            ),
            (r#"+++ "b/gr\303\266\303\237e.py""#, "+++ b/größe.py"),
            (r#"+++ "b/tab\there""#, r#"+++ "b/tab\there""#),
            (r#"+++ "b/\377""#, r#"+++ "b/\377""#),
            (r#"+++ "b/broken\303"#, r#"+++ "b/broken\303"#),
            ("+++ b/plain", "+++ b/plain"),
        ] {
            let shown = readable(line.as_bytes());
            assert_eq!(String::from_utf8_lossy(&shown), expected);
        }
        let patch = "--- \"a/\\303\\266\"\n+++ \"b/\\303\\266\"\n@@ -1 +1 @@\n-\"\\303\"\n+b\n";
        let mut out = Vec::new();
        write_shown(patch.as_bytes(), None, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "--- a/ö\n+++ b/ö\n@@ -1 +1 @@\n-\"\\303\"\n+b\n");
    }

    #[test]
    fn all_numbers_of_a_file_take_the_columns_of_the_longest() {
        for (old_start, new_start, deleted, kept) in [
            (98, 98, "old:98", "    98"),
            (100, 7, "old:100", "      7"),
            (u32::MAX - 1, 1, "old:4294967294", "             1"),
            (1, u32::MAX - 1, "     old:1", "4294967294"),
        ] {
            let hunk = Hunk {
                old_start,
                old_lines: 1,
                new_start,
                new_lines: 1,
            };
            let patch = format!("@@ -{old_start} +{new_start} @@\n-a\n+b\n");
            let mut out = Vec::new();
            let numbering = Numbering::new_side(std::slice::from_ref(&hunk));
            write_shown(patch.as_bytes(), Some(numbering), &mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            let (header, lines) = text.split_once('\n').unwrap();
            assert_eq!(header.find('@'), Some(kept.len() + 1), "{text}");
            assert_eq!(lines, format!("{deleted} -a\n{kept} +b\n"));
        }
    }

    #[test]
    fn long_patches_come_out_whole() {
        let body: String = (0..9000).map(|n| format!("+line {n}\n")).collect();
        let patch = format!("@@ -0,0 +1,9000 @@\n{body}");
        let hunks = [Hunk {
            new_start: 1,
            new_lines: 9000,
            ..Hunk::default()
        }];
        let mut out = Vec::new();
        let numbering = Numbering::new_side(&hunks);
        write_shown(patch.as_bytes(), Some(numbering), &mut out).unwrap();
        let expected: String = (0..9000)
            .map(|n| format!("{:>6} +line {n}\n", n + 1))
            .collect();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            format!("       @@ -0,0 +1,9000 @@\n{expected}")
        );
    }

    #[test]
    fn without_numbers_the_text_stands_alone() {
        let mut out = Vec::new();
        write_shown(PATCH.as_bytes(), None, &mut out).unwrap();
        assert_eq!(out, PATCH.as_bytes());
    }
}
