//! Why a patch cannot be read.

/// A patch that cannot be read whole. `line` is 1-based; in a mail whose transfer encoding had to be undone it counts
/// the lines of the decoded text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatchError {
    /// No `diff --git` line anywhere.
    #[error("no `diff --git` line: not a patch in git's format")]
    NotGit,
    /// `diff --cc` or `diff --combined`: the diff of a merge against several parents.
    #[error("line {line}: a combined diff of a merge cannot be applied; diff against one parent")]
    Combined {
        /// Where it is.
        line: usize,
    },
    /// The names of a section cannot be told apart, contradict each other, or are not quoted as git does.
    #[error("line {line}: the file names of this `diff --git` line cannot be read")]
    Names {
        /// Where it is.
        line: usize,
    },
    /// Names without `a/` and `b/`.
    #[error("line {line}: `{name}` has no a/ or b/ in front; make the patch without diff.noprefix")]
    Prefix {
        /// Where it is.
        line: usize,
        /// The name as written.
        name: String,
    },
    /// A name that leaves the repository or is empty.
    #[error("line {line}: `{name}` is not a path inside a repository")]
    Outside {
        /// Where it is.
        line: usize,
        /// The name as written.
        name: String,
    },
    /// A mode that is not an octal number.
    #[error("line {line}: `{text}` is not a file mode")]
    Mode {
        /// Where it is.
        line: usize,
        /// The mode as written.
        text: String,
    },
    /// A header says the same thing twice, such as two `+++` lines.
    #[error("line {line}: the header of this file already has such a line: `{text}`")]
    Repeated {
        /// Where the second one is.
        line: usize,
        /// The line.
        text: String,
    },
    /// A section without a hunk, binary data, a new mode or a new name.
    #[error(
        "line {line}: this file has no hunk, no binary data and no new mode or name before line {end}"
    )]
    NothingChanged {
        /// Where the section begins.
        line: usize,
        /// The line that ends it, or one after the last.
        end: usize,
    },
    /// The `index` line names other content, but there is none.
    #[error(
        "line {line}: the `index` line of this file says that its content changed, but no hunk or binary data follows \
         before line {end}"
    )]
    ContentMissing {
        /// Where the section begins.
        line: usize,
        /// The line that ends it, or one after the last.
        end: usize,
    },
    /// A `@@` line that does not parse, or overflows.
    #[error("line {line}: not a hunk header")]
    HunkHeader {
        /// Where it is.
        line: usize,
    },
    /// A hunk with fewer lines than its header says, or a line no hunk can have.
    #[error("line {line}: the hunk ends before the lines its header names")]
    HunkShort {
        /// Where the text breaks off.
        line: usize,
    },
    /// A hunk with more lines than its header says.
    #[error("line {line}: the hunk has more lines than its header names")]
    HunkLong {
        /// The first line too many.
        line: usize,
    },
    /// A hunk that adds and deletes nothing.
    #[error("line {line}: this hunk adds and deletes no line")]
    HunkEmpty {
        /// Its `@@` line.
        line: usize,
    },
    /// Binary data that breaks off, or is not closed by an empty line (as that of `svn diff --git`).
    #[error("line {line}: the binary patch breaks off, or is not closed by an empty line")]
    BinaryShort {
        /// Where it breaks off.
        line: usize,
    },
    /// Binary data that is not base 85, or does not inflate to the length it claims.
    #[error("line {line}: the binary patch is damaged")]
    BinaryDamaged {
        /// The damaged line, or the section's first line if only the whole does not add up.
        line: usize,
    },
    /// Part of a patch that belongs to no `diff --git` section, such as a hunk after an inserted line.
    #[error("line {line}: `{text}` looks like part of a patch, but belongs to no file")]
    Stray {
        /// Where it is.
        line: usize,
        /// The line.
        text: String,
    },
    /// A section that another tool wrote: `---` and `+++` without `diff --git`.
    #[error("line {line}: `{text}` begins a file without a `diff --git` line in front")]
    NoGitHeader {
        /// Where it is.
        line: usize,
        /// The line.
        text: String,
    },
    /// `Submodule x 1..2:`, which `diff.submodule=log` writes in place of a patch.
    #[error("line {line}: `{text}` tells of a submodule in words, which cannot be applied")]
    SubmoduleLog {
        /// Where it is.
        line: usize,
        /// The line.
        text: String,
    },
    /// `* Unmerged path x`: the file is in conflict, and its change is not in the patch.
    #[error("line {line}: `{text}`: a file in conflict has no patch")]
    Unmerged {
        /// Where it is.
        line: usize,
        /// The line.
        text: String,
    },
    /// A hunk as `--word-diff` writes it.
    #[error("line {line}: a word diff (`[-old-]{{+new+}}`) cannot be applied")]
    WordDiff {
        /// The hunk's `@@` line.
        line: usize,
    },
    /// Colour codes of a terminal.
    #[error("line {line}: the patch has a terminal's colour codes in it")]
    Colour {
        /// The first line with one.
        line: usize,
    },
    /// UTF-16, as `>` of Windows PowerShell 5 writes it.
    #[error("the patch is UTF-16 text, in which the bytes of the files are lost")]
    Utf16,
    /// A mail whose transfer encoding cannot be undone.
    #[error("line {line}: the {encoding} text of this mail is damaged")]
    Mail {
        /// Where it is, in the text as given.
        line: usize,
        /// `quoted-printable` or `base64`.
        encoding: &'static str,
    },
}

/// The beginning of a line, for an error.
pub(super) fn excerpt(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
