//! Patches that do not come as one text: a forge's list of files, and a stream.

use std::fmt::Write as _;
use std::io::{self, Read};

use super::{PatchError, change_set, name_lines};
use crate::change::{ChangeKind, ChangeSet, Mode};
use crate::path::{RepoPath, quote_with_prefix};

/// One file of a pull request as forges list it: the hunks alone, without git's headers.
///
/// GitHub calls the fields `filename`, `previous_filename`, `status` and `patch`; GitLab `new_path`, `old_path`, `a_mode`,
/// `b_mode` and `diff`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForgeFile {
    /// Path at the head; for a deleted file its path at the base.
    pub path: RepoPath,
    /// Source of a rename or copy. Default none.
    pub old_path: Option<RepoPath>,
    /// What happened.
    pub kind: ChangeKind,
    /// Mode at the base. Default: a regular file.
    pub old_mode: Mode,
    /// Mode at the head. Default: a regular file.
    pub new_mode: Mode,
    /// The hunks, from the first `@@` line on. `None`, the default, if the forge gives none: for binary files, for files
    /// that it finds too large, and for pure renames.
    pub hunks: Option<String>,
}

impl ForgeFile {
    /// A regular file without hunks.
    pub fn new(path: impl Into<RepoPath>, kind: ChangeKind) -> Self {
        Self {
            path: path.into(),
            old_path: None,
            kind,
            old_mode: Mode::FILE,
            new_mode: Mode::FILE,
            hunks: None,
        }
    }

    /// Sets the hunks.
    #[must_use]
    pub fn hunks(mut self, hunks: impl Into<String>) -> Self {
        self.hunks = Some(hunks.into());
        self
    }

    /// Sets the source of a rename or copy.
    #[must_use]
    pub fn old_path(mut self, path: impl Into<RepoPath>) -> Self {
        self.old_path = Some(path.into());
        self
    }

    /// Sets the modes at base and head.
    #[must_use]
    pub fn modes(mut self, old: Mode, new: Mode) -> Self {
        (self.old_mode, self.new_mode) = (old, new);
        self
    }

    /// Writes the section that git would write, but for the index line, which needs the objects.
    fn write(&self, text: &mut String) {
        let old_path = self.old_path.as_ref().unwrap_or(&self.path);
        let a = quote_with_prefix("a/", old_path.as_bytes());
        let b = quote_with_prefix("b/", self.path.as_bytes());
        let added = self.kind == ChangeKind::Added;
        let deleted = self.kind == ChangeKind::Deleted;
        let mut line = |words: std::fmt::Arguments<'_>| {
            // A string takes every text.
            let _ = text.write_fmt(words);
            text.push('\n');
        };
        line(format_args!("diff --git {a} {b}"));
        if added {
            line(format_args!("new file mode {}", self.new_mode));
        } else if deleted {
            line(format_args!("deleted file mode {}", self.old_mode));
        } else if self.old_mode != self.new_mode {
            line(format_args!("old mode {}", self.old_mode));
            line(format_args!("new mode {}", self.new_mode));
        }
        if let Some(old_path) = &self.old_path {
            let word = if self.kind == ChangeKind::Copied {
                "copy"
            } else {
                "rename"
            };
            line(format_args!("{word} from {}", old_path.quoted()));
            line(format_args!("{word} to {}", self.path.quoted()));
        }
        let (old, new) = (
            if added { "/dev/null" } else { &a },
            if deleted { "/dev/null" } else { &b },
        );
        match &self.hunks {
            Some(hunks) if !hunks.is_empty() => {
                let source = self.old_path.as_ref().unwrap_or(&self.path);
                let (source, path) = (Some(source), Some(&self.path));
                text.push_str(&name_lines(
                    source.filter(|_| !added),
                    path.filter(|_| !deleted),
                ));
                text.push_str(hunks);
                if !hunks.ends_with('\n') {
                    text.push('\n');
                }
            }
            None if self.old_path.is_none() && self.old_mode == self.new_mode => {
                line(format_args!("Binary files {old} and {new} differ"));
            }
            _ => {}
        }
    }
}

/// Reads a forge's list of files into a [`ChangeSet`]. `name` is kept in [`Range::spec`](crate::range::Range::spec).
///
/// A file whose hunks the forge left out counts as binary, unless it was only renamed or had only its mode changed; a warning
/// names it. git cannot apply such a section.
///
/// ```
/// use scrum_core::change::ChangeKind;
/// use scrum_core::patch::{self, ForgeFile};
///
/// let files = [ForgeFile::new("src/pool.rs", ChangeKind::Modified).hunks("@@ -1 +1 @@\n-old\n+new")];
/// let changes = patch::from_files("pull request 7", &files)?;
/// assert_eq!(changes.changes()[0].additions, 1);
/// # Ok::<_, patch::PatchError>(())
/// ```
///
/// # Errors
///
/// [`PatchError`] for hunks that do not parse; its line counts in the text that the files make together.
pub fn from_files(name: &str, files: &[ForgeFile]) -> Result<ChangeSet, PatchError> {
    let mut text = String::new();
    for file in files {
        file.write(&mut text);
    }
    let mut set = change_set(name, text.into_bytes())?;
    let left_out = files.iter().filter(|file| {
        file.hunks.is_none() && file.old_path.is_none() && file.old_mode == file.new_mode
    });
    set.warnings.extend(left_out.map(|file| {
        format!(
            "the forge gives no lines of {}: binary or too large",
            file.path.display()
        )
    }));
    Ok(set)
}

/// A patch that cannot be read from a stream.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PatchReadError {
    /// The stream failed.
    #[error("the patch cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The stream is longer than the caller allows.
    #[error("the patch is longer than {limit} bytes")]
    TooLong {
        /// The limit, in bytes.
        limit: u64,
    },
    /// What was read is no patch.
    #[error(transparent)]
    Patch(#[from] PatchError),
}

/// As [`change_set()`], from a stream of at most `limit` bytes. No more than one byte beyond the limit is read.
///
/// # Errors
///
/// [`PatchReadError`].
pub fn read_change_set(
    name: &str,
    reader: impl Read,
    limit: u64,
) -> Result<ChangeSet, PatchReadError> {
    let mut text = Vec::new();
    reader
        .take(limit.saturating_add(1))
        .read_to_end(&mut text)?;
    if text.len() as u64 > limit {
        return Err(PatchReadError::TooLong { limit });
    }
    Ok(change_set(name, text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_read_as_the_sections_that_git_would_write() {
        let files = [
            ForgeFile::new("new.rs", ChangeKind::Added).hunks("@@ -0,0 +1 @@\n+a"),
            ForgeFile::new("gone.rs", ChangeKind::Deleted).hunks("@@ -1 +0,0 @@\n-a\n"),
            ForgeFile::new("a b.rs", ChangeKind::Modified)
                .hunks("@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file"),
            ForgeFile::new("ü/moved.rs", ChangeKind::Renamed)
                .old_path("ü/old.rs")
                .hunks("@@ -1 +1 @@ fn x()\n-a\n+b\n"),
            ForgeFile::new("only moved.rs", ChangeKind::Renamed).old_path("only old.rs"),
            ForgeFile::new("run.sh", ChangeKind::Modified).modes(Mode::FILE, Mode::EXECUTABLE),
            ForgeFile::new("logo.png", ChangeKind::Modified),
        ];
        let set = from_files("pull request 7", &files).unwrap();
        assert_eq!(set.range.spec, "pull request 7");
        assert_eq!(
            set.warnings,
            ["the forge gives no lines of logo.png: binary or too large"]
        );
        for file in &files {
            let change = set
                .changes()
                .iter()
                .find(|change| change.path == file.path)
                .unwrap();
            assert_eq!(
                (change.kind, &change.old_path),
                (file.kind, &file.old_path),
                "{file:?}"
            );
            assert_eq!(change.binary, file.path == "logo.png".into(), "{file:?}");
            assert_eq!(
                change.hunks.len(),
                usize::from(file.hunks.is_some()),
                "{file:?}"
            );
        }
        let mode = set
            .changes()
            .iter()
            .find(|change| change.path == "run.sh".into())
            .unwrap();
        assert_eq!(mode.new_mode, Some(Mode::EXECUTABLE));
    }

    #[test]
    fn hunks_that_break_off_are_an_error() {
        let file = ForgeFile::new("x", ChangeKind::Modified).hunks("@@ -1,2 +1,2 @@\n-a\n+b\n");
        assert!(matches!(
            from_files("x", &[file]),
            Err(PatchError::HunkShort { .. })
        ));
    }

    #[test]
    fn a_stream_is_read_up_to_its_limit() {
        let text = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";
        let length = text.len() as u64;
        let read = |limit| read_change_set("-", &text[..], limit);
        assert_eq!(read(length).unwrap().changes().len(), 1);
        assert!(
            matches!(read(length - 1), Err(PatchReadError::TooLong { limit }) if limit == length - 1)
        );
        // A stream without an end is no matter.
        assert!(matches!(
            read_change_set("-", io::repeat(b'x'), 1_000),
            Err(PatchReadError::TooLong { .. })
        ));
    }
}
