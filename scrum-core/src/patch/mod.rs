//! Patches as text: reads what `git diff` and `git format-patch` write.
//!
//! Takes a patch's bytes; gives its sections, or a whole [`ChangeSet`](crate::change::ChangeSet) in place of the one
//! that [`git`](crate::git) makes. Before it: [`range`](crate::range); after it: [`component`](crate::plan::component).
//!
//! The reader is lazy and strict. It yields one [`FilePatch`] a `diff --git` section, follows the line counts of
//! the hunks (so a deleted line that looks like a header is not one), and passes over what stands between the
//! sections: the head of a mail, a commit message, a diffstat, the signature.

mod forge;
mod header;
mod input;
mod set;

use memchr::memchr;

use crate::change::{ChangeKind, Hunk, Mode};
use crate::path::RepoPath;

pub use forge::{ForgeFile, PatchReadError, from_files, read_change_set};
pub use input::change_set;
pub use set::PatchSet;

/// One `diff --git` section of a patch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FilePatch<'a> {
    /// The whole section, from `diff --git` to its last line.
    pub text: &'a [u8],
    /// Line of the input where the section begins, 1-based.
    pub line: usize,
    /// All lines in front of the first hunk or of the binary data.
    pub header: &'a [u8],
    /// Path at the head; for a deleted file its path at the base.
    pub path: RepoPath,
    /// Source of a rename or copy.
    pub old_path: Option<RepoPath>,
    /// What happened. One section never says `Typechange`; two of one path do.
    pub kind: ChangeKind,
    /// Mode at the base, where the header names it.
    pub old_mode: Option<Mode>,
    /// Mode at the head, where the header names it.
    pub new_mode: Option<Mode>,
    /// It has binary content, given or only mentioned.
    pub binary: bool,
    /// The hunks, in order.
    pub hunks: Vec<HunkText<'a>>,
}

/// One hunk with its text.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct HunkText<'a> {
    /// The line numbers of its `@@` line.
    pub hunk: Hunk,
    /// What stands behind the second `@@`, without the space and the line feed: git's function context.
    pub section: &'a [u8],
    /// The lines, each with ` `, `+`, `-` or `\` in front.
    pub body: &'a [u8],
}

impl<'a> HunkText<'a> {
    /// The lines of the body, with their dressing and line feed. A context line that lost its only space on the way
    /// through a mailer is an empty line here.
    pub fn lines(&self) -> Lines<'a> {
        lines(self.body)
    }
}

impl FilePatch<'_> {
    /// Lines added.
    pub fn additions(&self) -> u64 {
        self.count(b'+')
    }

    /// Lines deleted.
    pub fn deletions(&self) -> u64 {
        self.count(b'-')
    }

    fn count(&self, mark: u8) -> u64 {
        let lines = self.hunks.iter().flat_map(HunkText::lines);
        lines.filter(|line| line.first() == Some(&mark)).count() as u64
    }
}

/// The lines of a text, each with its line feed; the last may lack one.
pub fn lines(text: &[u8]) -> Lines<'_> {
    Lines { rest: text }
}

/// Iterator over [`lines`].
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr(b'\n', self.rest).map_or(self.rest.len(), |at| at + 1);
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(line)
    }
}

/// A patch that cannot be read. `line` is 1-based in the input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatchError {
    /// No `diff --git` line anywhere.
    #[error("no `diff --git` line: not a patch in git's format")]
    NotGit,
    /// `diff --cc` or `diff --combined`: the diff of a merge against several parents.
    #[error("line {line}: a combined diff of a merge cannot be applied; diff against one parent")]
    Combined {
        /// Where it stands.
        line: usize,
    },
    /// The names of a section cannot be told apart or are not quoted as git does.
    #[error("line {line}: the file names of this `diff --git` line cannot be read")]
    Names {
        /// Where it stands.
        line: usize,
    },
    /// Names without `a/` and `b/`.
    #[error("line {line}: `{name}` has no a/ or b/ in front; make the patch without diff.noprefix")]
    Prefix {
        /// Where it stands.
        line: usize,
        /// The name as it stands.
        name: String,
    },
    /// A name that leaves the repository or is empty.
    #[error("line {line}: `{name}` is not a path inside a repository")]
    Outside {
        /// Where it stands.
        line: usize,
        /// The name as it stands.
        name: String,
    },
    /// A mode that is not an octal number.
    #[error("line {line}: `{text}` is not a file mode")]
    Mode {
        /// Where it stands.
        line: usize,
        /// The mode as it stands.
        text: String,
    },
    /// A `@@` line that does not parse, or overflows.
    #[error("line {line}: not a hunk header")]
    HunkHeader {
        /// Where it stands.
        line: usize,
    },
    /// A hunk with fewer lines than its header says, or a line no hunk can have.
    #[error("line {line}: the hunk ends before the lines its header names")]
    HunkShort {
        /// Where the text breaks off.
        line: usize,
    },
    /// Binary data that breaks off.
    #[error("line {line}: the binary patch breaks off")]
    BinaryShort {
        /// Where it breaks off.
        line: usize,
    },
}

/// The sections of a patch, in order. After an error the iterator ends.
pub fn file_patches(text: &[u8]) -> FilePatches<'_> {
    FilePatches {
        text,
        at: 0,
        line: 1,
        done: false,
    }
}

/// Iterator over [`file_patches`].
#[derive(Debug, Clone)]
pub struct FilePatches<'a> {
    text: &'a [u8],
    at: usize,
    /// 1-based number of the line at `at`.
    line: usize,
    done: bool,
}

impl<'a> FilePatches<'a> {
    /// The line at the cursor, with its line feed.
    fn peek(&self) -> Option<&'a [u8]> {
        lines(&self.text[self.at..]).next()
    }

    fn advance(&mut self, line: &[u8]) {
        self.at += line.len();
        self.line += 1;
    }

    /// Moves to the next `diff --` line of a section.
    fn seek(&mut self) -> Result<bool, PatchError> {
        while let Some(line) = self.peek() {
            if line.starts_with(b"diff --git ") {
                return Ok(true);
            }
            if line.starts_with(b"diff --cc ") || line.starts_with(b"diff --combined ") {
                return Err(PatchError::Combined { line: self.line });
            }
            self.advance(line);
        }
        Ok(false)
    }

    fn section(&mut self) -> Result<FilePatch<'a>, PatchError> {
        let (start, first_line) = (self.at, self.line);
        let header = header::read(self)?;
        let header_end = self.at;
        let mut hunks = Vec::new();
        let mut binary = header.binary_mentioned;
        if !binary {
            if self
                .peek()
                .is_some_and(|line| trimmed(line) == b"GIT binary patch")
            {
                binary = true;
                self.binary_data()?;
            } else {
                while let Some(hunk) = self.hunk()? {
                    hunks.push(hunk);
                }
            }
        }
        Ok(FilePatch {
            text: &self.text[start..self.at],
            line: first_line,
            header: &self.text[start..header_end],
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
        let Some(line) = self.peek().filter(|line| line.starts_with(b"@@ ")) else {
            return Ok(None);
        };
        let (hunk, section) =
            hunk_header(line).ok_or(PatchError::HunkHeader { line: self.line })?;
        self.advance(line);
        let start = self.at;
        let (mut old, mut new) = (hunk.old_lines, hunk.new_lines);
        while old > 0 || new > 0 {
            let short = PatchError::HunkShort { line: self.line };
            let Some(line) = self.peek() else {
                return Err(short);
            };
            let (takes_old, takes_new) = match line[0] {
                b' ' | b'\n' | b'\r' => (1, 1),
                b'-' => (1, 0),
                b'+' => (0, 1),
                b'\\' => (0, 0),
                _ => return Err(short),
            };
            let (Some(left_old), Some(left_new)) =
                (old.checked_sub(takes_old), new.checked_sub(takes_new))
            else {
                return Err(short);
            };
            (old, new) = (left_old, left_new);
            self.advance(line);
        }
        while let Some(line) = self.peek().filter(|line| line.starts_with(b"\\ ")) {
            self.advance(line);
        }
        Ok(Some(HunkText {
            hunk,
            section,
            body: &self.text[start..self.at],
        }))
    }

    /// `GIT binary patch`, then one or two blocks, each `literal N` or `delta N`, its lines and an empty line.
    fn binary_data(&mut self) -> Result<(), PatchError> {
        if let Some(line) = self.peek() {
            self.advance(line);
        }
        for block in 0..2 {
            let starts =
                |line: &&[u8]| line.starts_with(b"literal ") || line.starts_with(b"delta ");
            let Some(line) = self.peek().filter(starts) else {
                // The reverse block is optional, the first is not.
                if block == 0 {
                    return Err(PatchError::BinaryShort { line: self.line });
                }
                break;
            };
            self.advance(line);
            loop {
                let Some(line) = self.peek() else {
                    return Err(PatchError::BinaryShort { line: self.line });
                };
                self.advance(line);
                if trimmed(line).is_empty() {
                    break;
                }
            }
        }
        Ok(())
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

/// A line without its line feed, and without the carriage return that a mailer may have put in front of it.
fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
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
        let text = "diff --git a/i b/i\nindex 1..2 100644\nGIT binary patch\nliteral 3\nKcmZ\n\nliteral 2\nJcm\n\ndiff --git a/j b/j\nindex 1..2\nBinary files a/j and b/j differ\n";
        let files = read(text).unwrap();
        assert!(files[0].binary && files[1].binary);
        assert!(files[0].text.ends_with(b"Jcm\n\n"));
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
            ("@@ -1 +1 @@\n a\n", PatchError::HunkHeader { line: 0 }),
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
            // Line 0 marks the case that must be read.
            if error == (PatchError::HunkHeader { line: 0 }) {
                assert!(found.is_ok());
            } else {
                assert_eq!(found.unwrap_err(), error, "{tail}");
            }
        }
        assert_eq!(
            read("diff --cc x\n").unwrap_err(),
            PatchError::Combined { line: 1 }
        );
    }
}
