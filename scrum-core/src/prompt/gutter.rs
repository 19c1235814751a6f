//! The diff as a prompt shows it: line numbers in front, and no byte that a terminal or a model could trip over.

use std::io::{self, Write};

use crate::change::Hunk;
use crate::patch::lines;

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
    let Some(numbering) = numbering else {
        return write_plain(patch, out);
    };
    let mut hunks = numbering.hunks.iter();
    // What is left of the hunk that is being read, by the counts of its own `@@` line.
    let (mut old_left, mut new_left) = (0, 0);
    let mut number = 0;
    for line in lines(patch) {
        let inside = old_left > 0 || new_left > 0;
        if !inside {
            if let Some((old, new)) = counts(line) {
                (old_left, new_left) = (old, new);
                let hunk = hunks.next().copied().unwrap_or_default();
                number = if numbering.old_side {
                    hunk.old_start
                } else {
                    hunk.new_start
                };
            }
            out.write_all(b"       ")?;
            write_plain(line, out)?;
            continue;
        }
        let (on_old, on_new) = match line.first() {
            Some(b'-') => (1, 0),
            Some(b'+') => (0, 1),
            Some(b'\\') => (0, 0),
            _ => (1, 1),
        };
        old_left = u32::saturating_sub(old_left, on_old);
        new_left = u32::saturating_sub(new_left, on_new);
        if (if numbering.old_side { on_old } else { on_new }) == 1 {
            write!(out, "{number:>6} ")?;
            number = number.saturating_add(1);
        } else {
            out.write_all(b"       ")?;
        }
        write_plain(line, out)?;
    }
    Ok(())
}

/// The two counts of a `@@` line.
fn counts(line: &[u8]) -> Option<(u32, u32)> {
    let (hunk, _) = crate::patch::hunk_header(line)?;
    Some((hunk.old_lines, hunk.new_lines))
}

/// Writes text without control characters but tab and line feed.
pub(super) fn write_plain(text: &[u8], out: &mut dyn Write) -> io::Result<()> {
    // Most lines are plain ASCII, and go out in one piece.
    if text
        .iter()
        .all(|byte| matches!(byte, b'\t' | b'\n' | b' '..=b'~'))
    {
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
    fn without_numbers_the_text_stands_alone() {
        let mut out = Vec::new();
        write_shown(PATCH.as_bytes(), None, &mut out).unwrap();
        assert_eq!(out, PATCH.as_bytes());
    }
}
