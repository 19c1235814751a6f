//! The diff as a prompt shows it: line numbers in front, and no byte that a terminal or a model could trip over.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::change::Hunk;
use crate::patch::lines;
use crate::path::{RepoPath, unquote};

/// How the lines of one file's patch are numbered.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Numbering<'a> {
    /// The hunks of this text, in order. They count, not the `@@` lines: where a deleted file was cut into parts the
    /// text counts from what earlier parts left, and these from the base.
    pub hunks: &'a [Hunk],
    /// Number the old side. Set for a deleted file, whose new side has no lines.
    pub old_side: bool,
}

impl<'a> Numbering<'a> {
    /// Numbers the new side of these hunks.
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
}

/// What is gathered before it is handed to the output.
const BUFFER: usize = 1 << 16;

/// Writes one file's patch as a reviewer sees it. Each line gets six columns for its number, right-aligned and empty
/// where the line has none on the numbered side, and a space. Without `numbering` the lines stand alone. Control
/// characters but tab and line feed, and invalid bytes, become `\xNN`.
///
/// # Errors
///
/// Those of `out`.
pub fn write_shown(
    patch: &[u8],
    numbering: Option<Numbering<'_>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let old_side = numbering.is_some_and(|numbering| numbering.old_side);
    let mut hunks = numbering
        .map_or(&[][..], |numbering| numbering.hunks)
        .iter();
    // What is left of the hunk that is being read, by the counts of its own `@@` line.
    let (mut old_left, mut new_left) = (0, 0);
    let mut number = 0;
    // Most patches are plain throughout, which is quicker seen at once than line by line.
    let all_plain = is_plain(patch);
    let mut buffer = Vec::with_capacity(BUFFER.min(patch.len() + patch.len() / 2));
    for line in lines(patch) {
        let mut numbered = false;
        let mut shown = Cow::Borrowed(line);
        if old_left == 0 && new_left == 0 {
            if let Some((old, new)) = counts(line) {
                (old_left, new_left) = (old, new);
                let hunk = hunks.next().copied().unwrap_or_default();
                number = if old_side {
                    hunk.old_start
                } else {
                    hunk.new_start
                };
            } else {
                shown = readable(line);
            }
        } else {
            let (on_old, on_new) = match line.first() {
                Some(b'-') => (1, 0),
                Some(b'+') => (0, 1),
                Some(b'\\') => (0, 0),
                _ => (1, 1),
            };
            old_left = u32::saturating_sub(old_left, on_old);
            new_left = u32::saturating_sub(new_left, on_new);
            numbered = (if old_side { on_old } else { on_new }) == 1;
        }
        if numbered && numbering.is_some() {
            push_number(number, &mut buffer);
            number = number.saturating_add(1);
        } else if numbering.is_some() {
            buffer.extend_from_slice(b"       ");
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

/// The two counts of a `@@` line.
fn counts(line: &[u8]) -> Option<(u32, u32)> {
    let (hunk, _) = crate::patch::hunk_header(line)?;
    Some((hunk.old_lines, hunk.new_lines))
}

/// A number in six columns, or more where it needs them, and a space. The formatting of the standard library takes longer
/// than all else that is done to a line.
fn push_number(mut number: u32, out: &mut Vec<u8>) {
    let mut text = *b"           ";
    let mut start = text.len() - 1;
    loop {
        start -= 1;
        text[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&text[start.min(4)..]);
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
               --- b
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
        assert!(out.ends_with(b"     1 -a\n     2 -b\n"));
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
    fn numbers_stand_in_six_columns_or_more() {
        for number in [0, 9, 10, 123_456, 999_999, 1_000_000, u32::MAX] {
            let mut out = Vec::new();
            push_number(number, &mut out);
            assert_eq!(out, format!("{number:>6} ").as_bytes());
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
