//! The text of one file's patch, byte for byte as `git diff --full-index --binary -M` writes it.

mod binary;
mod header;
mod hunks;
pub(super) mod spool;

use super::attributes::DiffAttribute;
use super::error::GitError;
use super::objects::Objects;
use super::pair::{FilePair, FileVersion};
use crate::change::{Hunk, Mode};
use crate::generated;
use crate::patch::{FunctionRule, lines, name_lines};

/// Content of at least this size is binary, by the default of git's `core.bigFileThreshold`.
const BIG_FILE: usize = 512 << 20;

/// Number of bytes in which git looks for a NUL.
const BINARY_PROBE: usize = 8000;

/// Whether git would take content as binary.
pub(super) fn looks_binary(content: &[u8]) -> bool {
    content.len() >= BIG_FILE
        || memchr::memchr(0, &content[..content.len().min(BINARY_PROBE)]).is_some()
}

/// What a patch contains, counted while it is written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) binary: bool,
    pub(super) additions: u64,
    pub(super) deletions: u64,
    pub(super) hunks: Vec<Hunk>,
    /// What the headers of the two versions say; nothing for binary content.
    pub(super) old_says_generated: bool,
    pub(super) new_says_generated: bool,
}

/// How patches are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// Unchanged lines around a change.
    pub(super) context: u32,
}

/// What attributes say of a pair's content.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Treatment {
    /// Whether the content is text or binary, regardless of its bytes.
    pub(super) diff: DiffAttribute,
    /// Which lines name the function that a hunk lies in.
    pub(super) function: FunctionRule,
    /// Whether a rename without a change of content says its mode nevertheless, which git leaves out. Nothing else tells
    /// `git apply` that it is a symbolic link that moves away, and it would refuse a file below the link's old path.
    pub(super) says_mode: bool,
}

/// Appends the patch of one pair to `out`.
pub(super) fn write(
    objects: &Objects,
    pair: &FilePair,
    style: Style,
    treatment: Treatment,
    out: &mut Vec<u8>,
) -> Result<Summary, GitError> {
    let mut writer = Writer {
        objects,
        style,
        treatment,
        out,
        summary: Summary::default(),
    };
    match (&pair.old, &pair.new) {
        // If the type changes, git shows a deletion and an addition.
        (Some(old), Some(new)) if old.entry.mode.kind() != new.entry.mode.kind() => {
            writer.section(Some(old), None, None)?;
            writer.section(None, Some(new), None)?;
        }
        (old, new) => writer.section(old.as_ref(), new.as_ref(), pair.similarity)?,
    }
    Ok(writer.summary)
}

/// The content of one side.
enum Content<'a> {
    Nothing,
    File(git2::Blob<'a>),
    /// git shows a submodule as if it were a file with this one line.
    Submodule(String),
}

impl Content<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Nothing => b"",
            Self::File(blob) => blob.content(),
            Self::Submodule(line) => line.as_bytes(),
        }
    }
}

struct Writer<'a> {
    objects: &'a Objects,
    style: Style,
    treatment: Treatment,
    out: &'a mut Vec<u8>,
    summary: Summary,
}

impl Writer<'_> {
    fn section(
        &mut self,
        old: Option<&FileVersion>,
        new: Option<&FileVersion>,
        similarity: Option<u64>,
    ) -> Result<(), GitError> {
        header::write(old, new, similarity, self.treatment.says_mode, self.out);
        if let (Some(old), Some(new)) = (old, new)
            && old.entry.id == new.entry.id
        {
            return Ok(());
        }
        let objects = self.objects;
        let (old_content, new_content) = (content(objects, old)?, content(objects, new)?);
        // An empty file was added or deleted.
        if old_content.bytes() == new_content.bytes() {
            return Ok(());
        }
        if self.is_binary(old, &old_content) || self.is_binary(new, &new_content) {
            self.summary.binary = true;
            let old = binary::Binary::new(old, old_content.bytes());
            let new = binary::Binary::new(new, new_content.bytes());
            return binary::write(self.objects, old, new, self.out);
        }
        self.summary.old_says_generated |= says_generated(&old_content);
        self.summary.new_says_generated |= says_generated(&new_content);
        let names = name_lines(old.map(|side| &side.path), new.map(|side| &side.path));
        let changed = match (&old_content, &new_content) {
            (Content::File(old), Content::File(new)) => hunks::changed_lines(old, new)?,
            (old, new) => hunks::replaced(old.bytes(), new.bytes()),
        };
        hunks::write(
            hunks::Texts {
                old: old_content.bytes(),
                new: new_content.bytes(),
            },
            &changed,
            self.style.context,
            self.treatment.function,
            &names,
            &mut self.summary,
            self.out,
        );
        Ok(())
    }

    fn is_binary(&self, side: Option<&FileVersion>, content: &Content<'_>) -> bool {
        let is_file = side.is_some_and(|side| side.entry.mode.kind() == Mode::FILE.kind());
        match self.treatment.diff {
            DiffAttribute::Set if is_file => false,
            DiffAttribute::Unset if is_file => true,
            _ => looks_binary(content.bytes()),
        }
    }
}

fn says_generated(content: &Content<'_>) -> bool {
    matches!(content, Content::File(_)) && generated::says_generated(lines(content.bytes()))
}

/// The content of one side.
fn content<'a>(objects: &'a Objects, side: Option<&FileVersion>) -> Result<Content<'a>, GitError> {
    Ok(match side {
        None => Content::Nothing,
        Some(side) if side.entry.mode == Mode::SUBMODULE => {
            Content::Submodule(format!("Subproject commit {}\n", side.entry.id))
        }
        Some(side) => Content::File(objects.blob(side.entry.id, &side.path)?),
    })
}
