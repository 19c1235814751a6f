//! Patches as text: reads what `git diff` and `git format-patch` write.
//!
//! Takes a patch's bytes; gives its sections, or a whole [`ChangeSet`](crate::change::ChangeSet) in place of the one
//! that [`git`](crate::git) makes. Before it: [`range`](crate::range); after it: [`component`](crate::plan::component).
//!
//! The reader is lazy and strict. It yields one [`FilePatch`] per `diff --git` section, follows the line counts of
//! the hunks (so a deleted line that looks like a header is not one), and passes over what belongs between sections:
//! the head of a mail, a commit message, a diffstat, the signature. Anything there that looks like part of a patch is
//! an error, because it would be lost.

mod error;
mod forge;
mod function;
mod id;
mod input;
mod languages;
mod mail;
mod read;
mod walk;
mod write;

use memchr::memchr;

use crate::change::{ChangeKind, Hunk, Mode};
use crate::path::RepoPath;

pub use error::PatchError;
pub use forge::{ForgeFile, PatchReadError, from_files, read_change_set};
pub use id::PatchId;
pub use input::change_set;
pub use read::{FilePatches, file_patches};

pub(crate) use function::{FunctionRule, MAX_NAME, shown_name};
#[cfg(feature = "git")]
pub(crate) use languages::Language;
pub(crate) use read::hunk_header;
pub(crate) use walk::{HunkLine, HunkLineKind, HunkWalk, NUMBER_COLUMNS};
pub(crate) use write::{hunk_line, name_lines};

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
    /// Mode at the base, if the header has it.
    pub old_mode: Option<Mode>,
    /// Mode at the head, if the header has it.
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
    /// The text after the second `@@`, without the space and the line feed: git's function name.
    pub section: &'a [u8],
    /// The lines, each with ` `, `+`, `-` or `\` in front.
    pub body: &'a [u8],
}

impl<'a> HunkText<'a> {
    /// The lines of the body, with their mark and line feed. A context line that lost its only space in a mailer is an
    /// empty line here.
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

/// A line without its line feed, and without the carriage return that a mailer may have put in front of it.
fn trimmed(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
