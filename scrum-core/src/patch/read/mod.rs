//! Reads the sections of a patch, one after the other.

mod between;
pub(super) mod binary;
mod cursor;
mod header;

use memchr::memmem;

use super::{FilePatch, HunkText, PatchError, lines, trimmed};
use crate::change::{ChangeKind, Hunk};
use between::{Between, BetweenLine};
use cursor::Cursor;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The sections of a patch, in order. After an error the iterator ends.
///
/// # Errors
///
/// [`PatchError`] for whatever would be lost: damage inside a section, and anything between sections that looks like
/// part of a patch.
pub fn file_patches(text: &[u8]) -> FilePatches<'_> {
    FilePatches {
        cursor: Cursor {
            text,
            at: 0,
            line: 1,
        },
        between: Between::before(text),
        last_hunk: None,
        done: false,
    }
}

/// Iterator over [`file_patches`].
#[derive(Debug, Clone)]
pub struct FilePatches<'a> {
    cursor: Cursor<'a>,
    between: Between,
    /// Offset and line number of the newest hunk header.
    last_hunk: Option<(usize, usize)>,
    done: bool,
}

impl<'a> FilePatches<'a> {
    /// Moves to the next `diff --git` line.
    fn seek(&mut self) -> Result<bool, PatchError> {
        if self.cursor.at == 0 && is_utf16(self.cursor.text) {
            return Err(PatchError::Utf16);
        }
        while self.cursor.at < self.cursor.text.len() {
            if self.cursor.text[self.cursor.at..].starts_with(BOM) {
                self.cursor.at += BOM.len();
                continue;
            }
            let Some(raw) = self.cursor.peek() else { break };
            let line = trimmed(raw);
            let next = self.cursor.peek_second().map(trimmed).unwrap_or_default();
            match self
                .between
                .judge(line, next, &self.cursor.text[..self.cursor.at])
            {
                BetweenLine::Section => return Ok(true),
                BetweenLine::Pass => self.cursor.advance(raw),
                BetweenLine::Bad(error) => {
                    return Err(self.explain(error.at(self.cursor.line, line)));
                }
            }
        }
        Ok(false)
    }

    fn section(&mut self) -> Result<FilePatch<'a>, PatchError> {
        let (start, first_line) = (self.cursor.at, self.cursor.line);
        let header = header::read(&mut self.cursor)?;
        let header_end = self.cursor.at;
        let mut hunks = Vec::new();
        let mut binary = header.binary_mentioned;
        if !binary {
            if self
                .cursor
                .peek()
                .is_some_and(|line| trimmed(line) == b"GIT binary patch")
            {
                binary = true;
                binary::read(&mut self.cursor)?;
            } else {
                while let Some(hunk) = self.hunk()? {
                    hunks.push(hunk);
                }
            }
        }
        if hunks.is_empty() && !binary {
            let moded = header.old_mode.is_some()
                && header.new_mode.is_some()
                && header.old_mode != header.new_mode;
            let (line, end) = (first_line, self.cursor.line);
            if header.kind == ChangeKind::Modified && !moded {
                return Err(self.explain(PatchError::NothingChanged { line, end }));
            }
            if header.content_changed {
                return Err(self.explain(PatchError::ContentMissing { line, end }));
            }
        }
        self.between = Between::after_section();
        Ok(FilePatch {
            text: &self.cursor.text[start..self.cursor.at],
            line: first_line,
            header: &self.cursor.text[start..header_end],
            path: header.path,
            old_path: header.old_path,
            kind: header.kind,
            old_mode: header.old_mode,
            new_mode: header.new_mode,
            binary,
            hunks,
        })
    }

    fn hunk(&mut self) -> Result<Option<HunkText<'a>>, PatchError> {
        let Some(line) = self.cursor.peek().filter(|line| line.starts_with(b"@@ ")) else {
            return Ok(None);
        };
        let header_line = self.cursor.line;
        let (hunk, section) =
            hunk_header(line).ok_or(PatchError::HunkHeader { line: header_line })?;
        self.last_hunk = Some((self.cursor.at, header_line));
        self.cursor.advance(line);
        let start = self.cursor.at;
        let (mut old, mut new) = (hunk.old_lines, hunk.new_lines);
        let mut changes = false;
        while old > 0 || new > 0 {
            let short = PatchError::HunkShort {
                line: self.cursor.line,
            };
            let Some(line) = self.cursor.peek() else {
                return Err(self.explain(short));
            };
            let (takes_old, takes_new) = match line {
                [b' ' | b'\n', ..] | b"\r\n" | b"\r" => (1, 1),
                [b'-', ..] => (1, 0),
                [b'+', ..] => (0, 1),
                [b'\\', b' ', ..] => (0, 0),
                _ => return Err(self.explain(short)),
            };
            let (Some(left_old), Some(left_new)) =
                (old.checked_sub(takes_old), new.checked_sub(takes_new))
            else {
                return Err(self.explain(short));
            };
            (old, new) = (left_old, left_new);
            changes |= takes_old != takes_new;
            self.cursor.advance(line);
        }
        while let Some(line) = self.cursor.peek().filter(|line| line.starts_with(b"\\ ")) {
            self.cursor.advance(line);
        }
        if !changes {
            return Err(self.explain(PatchError::HunkEmpty { line: header_line }));
        }
        Ok(Some(HunkText {
            hunk,
            section,
            body: &self.cursor.text[start..self.cursor.at],
        }))
    }

    /// Says what kind of patch this is if the damage at the cursor comes from that.
    fn explain(&self, error: PatchError) -> PatchError {
        if self.cursor.peek().is_some_and(between::has_colour) {
            return PatchError::Colour {
                line: self.cursor.line,
            };
        }
        let Some((at, line)) = self.last_hunk else {
            return error;
        };
        let about_hunk = matches!(
            error,
            PatchError::HunkShort { .. }
                | PatchError::HunkLong { .. }
                | PatchError::HunkEmpty { .. }
        );
        let mut body = lines(&self.cursor.text[at..])
            .skip(1)
            .take_while(|line| !line.starts_with(b"@@ ") && !line.starts_with(b"diff --git "));
        if about_hunk && body.any(has_words) {
            return PatchError::WordDiff { line };
        }
        error
    }
}

impl<'a> Iterator for FilePatches<'a> {
    type Item = Result<FilePatch<'a>, PatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let item = match self.seek() {
            Ok(true) => self.section(),
            Ok(false) => {
                self.done = true;
                return None;
            }
            Err(error) => Err(error),
        };
        self.done = item.is_err();
        Some(item)
    }
}

/// A byte order mark of UTF-16, or text in which every other byte is zero.
fn is_utf16(text: &[u8]) -> bool {
    match text {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => true,
        [a, b, c, d, ..] => {
            [a, c] == [&0, &0] && b.is_ascii() && d.is_ascii()
                || [b, d] == [&0, &0] && a.is_ascii() && c.is_ascii()
        }
        _ => false,
    }
}

/// The marks of `--word-diff=plain`.
fn has_words(line: &[u8]) -> bool {
    [(b"[-", b"-]"), (b"{+", b"+}")]
        .iter()
        .any(|(open, close)| {
            memmem::find(line, *open).is_some_and(|at| memmem::find(&line[at..], *close).is_some())
        })
}

/// Reads `@@ -1,2 +3,4 @@ section`. A missing count is 1.
pub(crate) fn hunk_header(line: &[u8]) -> Option<(Hunk, &[u8])> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let rest = line.strip_prefix(b"@@ -")?;
    let (old_start, rest) = number(rest)?;
    let (old_lines, rest) = count(rest)?;
    let rest = rest.strip_prefix(b" +")?;
    let (new_start, rest) = number(rest)?;
    let (new_lines, rest) = count(rest)?;
    let section = rest.strip_prefix(b" @@")?;
    // The last line of each side must have a number, too.
    old_start.checked_add(old_lines)?;
    new_start.checked_add(new_lines)?;
    let section = section.strip_prefix(b" ").unwrap_or(section);
    Some((
        Hunk {
            old_start,
            old_lines,
            new_start,
            new_lines,
        },
        section,
    ))
}

fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    Some((value, &text[digits..]))
}

fn count(text: &[u8]) -> Option<(u32, &[u8])> {
    match text.strip_prefix(b",") {
        Some(rest) => number(rest),
        None => Some((1, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Mode;

    fn read(text: &str) -> Result<Vec<FilePatch<'_>>, PatchError> {
        file_patches(text.as_bytes()).collect()
    }

    #[test]
    fn a_deleted_line_that_looks_like_a_header_is_text() {
        let text = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ fn f()\n--- a/y\n+++ b/y\n ctx\ndiff --git a/z b/z\nold mode 100644\nnew mode 100755\n";
        let files = read(text).unwrap();
        assert_eq!(files.len(), 2);
        assert_eq!(files[0].hunks.len(), 1);
        assert_eq!(files[0].hunks[0].section, b"fn f()");
        assert_eq!((files[0].additions(), files[0].deletions()), (1, 1));
        assert_eq!(files[0].old_mode, Some(Mode::FILE));
        assert_eq!(files[1].line, 9);
        assert_eq!(
            (files[1].old_mode, files[1].new_mode),
            (Some(Mode::FILE), Some(Mode::EXECUTABLE))
        );
        let joined: Vec<u8> = files.iter().flat_map(|file| file.text).copied().collect();
        assert_eq!(joined, text.as_bytes());
    }

    #[test]
    fn mail_around_the_sections_is_passed_over() {
        let text = "From 0123 Mon Sep 17 00:00:00 2001\nSubject: [PATCH] x\n\n---\n a | 1 +\n\ndiff --git a/a b/a\nnew file mode 100644\nindex 0000000..1\n--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n-- \n2.47.0\n\n";
        let files = read(text).unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].kind, ChangeKind::Added);
        assert!(files[0].text.ends_with(b"\\ No newline at end of file\n"));
    }

    #[test]
    fn binary_data_ends_with_its_blocks() {
        let text = "diff --git a/i b/i\nindex 1..2 100644\nGIT binary patch\nliteral 0\nHcmV?d00001\n\nliteral 0\nHcmV?d00001\n\ndiff --git a/j b/j\nindex 1..2\nBinary files a/j and b/j differ\n";
        let files = read(text).unwrap();
        assert!(files[0].binary && files[1].binary);
        assert!(files[0].text.ends_with(b"00001\n\n"));
        assert!(files[1].text.ends_with(b"differ\n"));
    }

    #[test]
    fn what_breaks_off_is_named_by_its_line() {
        let head = "diff --git a/x b/x\n--- a/x\n+++ b/x\n";
        for (tail, error) in [
            ("@@ -1,2 +1 @@\n-a\n", PatchError::HunkShort { line: 6 }),
            (
                "@@ -1 +1 @@\n-a\nnoise\n",
                PatchError::HunkShort { line: 6 },
            ),
            ("@@ -1 +1 @@\n a\n", PatchError::HunkEmpty { line: 4 }),
            (
                "@@ -1,99999999999 +1 @@\n",
                PatchError::HunkHeader { line: 4 },
            ),
            (
                "@@ -4294967295,2 +1 @@\n",
                PatchError::HunkHeader { line: 4 },
            ),
        ] {
            let text = format!("{head}{tail}");
            let found = read(&text);
            assert_eq!(found.unwrap_err(), error, "{tail}");
        }
        assert_eq!(
            read("diff --cc x\n").unwrap_err(),
            PatchError::Combined { line: 1 }
        );
    }
}
