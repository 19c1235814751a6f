//! Plain data of a diff: which files changed and how, and a source for the text of each change.
//!
//! Takes nothing by itself and gives the types: [`git`](crate::git) or [`patch`](crate::patch) fill a [`ChangeSet`],
//! and every later stage reads it.

use std::fmt;
use std::hash::{Hash as _, Hasher as _};
use std::io;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::path::RepoPath;
use crate::range::Range;

/// Context lines around a change unless something else is asked for.
pub const DEFAULT_CONTEXT: u32 = 3;

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// Only the head has it.
    Added,
    /// Only the base has it.
    Deleted,
    /// Both have it, with other content, another mode or both.
    Modified,
    /// The head has it under another path, edited or not.
    Renamed,
    /// The head has a copy of it. Only occurs in patch files; a range never has copies.
    Copied,
    /// Its type changed (file, symbolic link, submodule). As in git, its patch has two sections for the same path: a
    /// deletion and an addition.
    Typechange,
}

/// A file mode as git stores it, e.g. `0o100644`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(extend("pattern" = "^[0-7]{6}$"))
)]
pub struct Mode(#[cfg_attr(feature = "schema", schemars(with = "String"))] pub u32);

impl Mode {
    /// A regular file.
    pub const FILE: Self = Self(0o100_644);
    /// A regular file with the executable bit.
    pub const EXECUTABLE: Self = Self(0o100_755);
    /// A symbolic link; its content is the target.
    pub const SYMLINK: Self = Self(0o120_000);
    /// A submodule; its content is a commit id.
    pub const SUBMODULE: Self = Self(0o160_000);

    /// Reads the octal digits of a patch header.
    pub fn from_octal(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        u32::from_str_radix(text, 8)
            .ok()
            .filter(|mode| *mode <= 0o177_777)
            .map(Self)
    }

    /// The type bits: two modes of one type differ at most in permissions.
    pub fn kind(self) -> u32 {
        self.0 & 0o170_000
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06o}", self.0)
    }
}

impl Serialize for Mode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_octal(text.as_bytes()).ok_or_else(|| {
            serde::de::Error::custom(format_args!("`{text}` is not an octal file mode"))
        })
    }
}

/// The line numbers of one hunk, as in its `@@` line. A side without lines starts at the line *before* it, so
/// `old_start` is 0 for a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hunk {
    /// First line on the old side, 1-based.
    pub old_start: u32,
    /// Lines on the old side, context included.
    pub old_lines: u32,
    /// First line on the new side, 1-based.
    pub new_start: u32,
    /// Lines on the new side, context included.
    pub new_lines: u32,
}

/// What is written before the number of a line of the old file: `old:41`.
pub(crate) const OLD_SIDE: &str = "old:";

/// The numbers of the `@@` line, as git writes them: a count of one is left out.
impl fmt::Display for Hunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |f: &mut fmt::Formatter<'_>, mark: char, start: u32, lines: u32| match lines {
            1 => write!(f, "{mark}{start} "),
            _ => write!(f, "{mark}{start},{lines} "),
        };
        f.write_str("@@ ")?;
        side(f, '-', self.old_start, self.old_lines)?;
        side(f, '+', self.new_start, self.new_lines)?;
        f.write_str("@@")
    }
}

/// The attributes of a path in `.gitattributes`, at one end of the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PathAttributes {
    /// `linguist-generated` or `gitlab-generated`: `Some(true)` if set, `Some(false)` if unset (`-linguist-generated`, or
    /// `=false`). If the two contradict each other it is unset.
    pub generated: Option<bool>,
    /// The same for `linguist-vendored`.
    pub vendored: Option<bool>,
    /// `diff` is unset (`-diff`, or the macro `binary`).
    pub no_diff: bool,
    /// The comments at the top of the file say that it is generated: `Code generated … DO NOT EDIT.`, `@generated`. Of a
    /// patch only what its first hunk shows of them is known; of a file whose content does not change, nothing.
    pub says_generated: bool,
    /// The language of `diff=<name>`, e.g. `rust`, if git has a rule for its function names. New `@@` lines of a file that
    /// is cut follow that rule.
    pub language: Option<&'static str>,
}

/// One changed file, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Path at the head; for a deleted file its path at the base.
    pub path: RepoPath,
    /// Path at the base if it is different: the source of a rename or a copy.
    pub old_path: Option<RepoPath>,
    /// What happened.
    pub kind: ChangeKind,
    /// Mode at the base; `None` for an added file.
    pub old_mode: Option<Mode>,
    /// Mode at the head; `None` for a deleted file.
    pub new_mode: Option<Mode>,
    /// Whether the content is binary by git's rule (a NUL in the first 8000 bytes, or an attribute). Its patch is then
    /// a `GIT binary patch`. A pure rename or mode change of a binary file has no content in its patch and is not
    /// binary here.
    pub binary: bool,
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
    /// Length of the patch text, in bytes.
    pub bytes: u64,
    /// The hunks, in file order. A type change has those of both its sections.
    pub hunks: Vec<Hunk>,
    /// What is known of `old_path` (else `path`) at the base.
    pub base_attributes: PathAttributes,
    /// What is known of `path` at the head.
    pub head_attributes: PathAttributes,
}

impl Change {
    /// The path at the base: `old_path` if there is one.
    pub fn source_path(&self) -> &RepoPath {
        self.old_path.as_ref().unwrap_or(&self.path)
    }
}

/// Provides the patch text of changes. Implemented for repositories and for patch files.
pub trait PatchSource: Send + Sync {
    /// Replaces the content of `text` with the patch of the change at `index` in the list that the set was made from: all
    /// its `diff --git` sections, [`Change::bytes`] bytes, ending in a line feed.
    ///
    /// # Errors
    ///
    /// If the text, which is kept outside memory, cannot be read back.
    fn read_patch(&self, index: usize, text: &mut Vec<u8>) -> io::Result<()>;

    /// The same text, if the source has it in memory, so that no copy is needed.
    fn patch_in_memory(&self, index: usize) -> Option<&[u8]> {
        let _ = index;
        None
    }
}

/// What a change says of itself: the title and the text of a pull request, or the cover letter of a series of patches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeMessage {
    /// One line; empty if there is none.
    pub title: String,
    /// Any number of lines; empty if there are none.
    pub text: String,
}

/// All changes of a range, in git's order of files.
pub struct ChangeSet {
    /// What was compared.
    pub range: Range,
    changes: Vec<Change>,
    /// For each of `changes` its index in the source, which differs after [`retain`](Self::retain).
    source_indices: Vec<usize>,
    /// For each entry of `range.commits` the indices into `changes` of the files it touched; there may be fewer entries
    /// than commits, because only the newest commits are examined.
    pub touched: Vec<Vec<usize>>,
    /// All paths of the head tree, sorted by bytes; for a patch its own paths.
    pub tree: Vec<RepoPath>,
    /// What the change says of itself. By default the cover letter of a series of patches.
    pub message: ChangeMessage,
    /// What a person should know about the range itself, e.g. that A is no ancestor of B.
    pub warnings: Vec<String>,
    source: Box<dyn PatchSource>,
}

impl ChangeSet {
    /// Combines changes with the source of their texts. Indices of the source are those of `changes`.
    pub fn new(
        range: Range,
        changes: Vec<Change>,
        tree: Vec<RepoPath>,
        source: Box<dyn PatchSource>,
    ) -> Self {
        Self {
            range,
            source_indices: (0..changes.len()).collect(),
            changes,
            touched: Vec::new(),
            message: ChangeMessage::default(),
            tree,
            warnings: Vec::new(),
            source,
        }
    }

    /// The changed files, sorted by [`Change::path`] as git sorts a diff. For a series of patches that build on each
    /// other, in the order of the series.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Keeps the changes for which `keep` returns true. The rest may no longer turn the base tree into the head tree,
    /// and plans made before this call become invalid.
    pub fn retain(&mut self, keep: impl Fn(&Change) -> bool) {
        let kept: Vec<bool> = self.changes.iter().map(keep).collect();
        let mut next = 0..;
        let moved: Vec<Option<usize>> = kept
            .iter()
            .map(|kept| if *kept { next.next() } else { None })
            .collect();
        for touched in &mut self.touched {
            *touched = touched.iter().filter_map(|index| moved[*index]).collect();
        }
        let mut kept_changes = kept.iter();
        self.changes.retain(|_| kept_changes.next() == Some(&true));
        let mut kept_indices = kept.iter();
        self.source_indices
            .retain(|_| kept_indices.next() == Some(&true));
    }

    /// Reads the patch text of one change into a buffer that the caller reuses.
    ///
    /// # Errors
    ///
    /// As [`PatchSource::read_patch`], and [`io::ErrorKind::InvalidInput`] if there is no change of that index.
    pub fn read_patch(&self, index: usize, text: &mut Vec<u8>) -> io::Result<()> {
        self.source.read_patch(self.source_index(index)?, text)
    }

    /// The patch text of one change: the source's own, if that is in memory, else read into a buffer that the caller
    /// reuses.
    ///
    /// # Errors
    ///
    /// As [`read_patch`](Self::read_patch).
    pub fn patch<'a>(&'a self, index: usize, buffer: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
        if let Some(text) = self.patch_in_memory(index)? {
            return Ok(text);
        }
        self.read_patch(index, buffer)?;
        Ok(buffer)
    }

    /// As [`PatchSource::patch_in_memory`], with the errors of [`read_patch`](Self::read_patch).
    pub(crate) fn patch_in_memory(&self, index: usize) -> io::Result<Option<&[u8]>> {
        Ok(self.source.patch_in_memory(self.source_index(index)?))
    }

    fn source_index(&self, index: usize) -> io::Result<usize> {
        self.source_indices.get(index).copied().ok_or_else(|| {
            let count = self.changes.len();
            io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("change {index} of a change set of {count}"),
            )
        })
    }

    /// A number that distinguishes this set from others, made from the paths, kinds and sizes of its changes.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        for change in &self.changes {
            (&change.path, change.kind, change.bytes).hash(&mut hasher);
        }
        hasher.finish()
    }
}

impl fmt::Debug for ChangeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeSet")
            .field("range", &self.range)
            .field("changes", &self.changes.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_read_and_write_octal() {
        assert_eq!(Mode::from_octal(b"100755"), Some(Mode::EXECUTABLE));
        assert_eq!(Mode::EXECUTABLE.to_string(), "100755");
        assert_eq!(Mode::from_octal(b"9"), None);
        assert_eq!(Mode::from_octal(b"7777777"), None);
        assert_eq!(serde_json::to_string(&Mode::SYMLINK).unwrap(), "\"120000\"");
    }
}
