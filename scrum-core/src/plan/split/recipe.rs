//! How a piece of a file is made from the file's patch: as ranges of the patch's text, so that no text is copied.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use crate::change::Hunk;
use crate::patch::{hunk_line, lines};

/// The recipe of one piece of a file's patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    pub(super) header: PieceHeader,
    pub(super) segments: Vec<Segment>,
}

/// All lines before the first hunk of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PieceHeader {
    /// The first bytes of the patch, as they are.
    Original(usize),
    /// Made for pieces that the patch has no header for; shared by them.
    Made(Arc<[u8]>),
}

impl PieceHeader {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Original(end) => *end,
            Self::Made(text) => text.len(),
        }
    }
}

/// Offsets into the file's patch. A patch that is cut is shorter than 4 GiB.
pub(super) type PatchRange = Range<u32>;

/// One hunk of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// Its numbers, as its `@@` line has them.
    pub(super) hunk: Hunk,
    /// Function context after the second `@@`.
    pub(super) section: PatchRange,
    /// Lines of the new side before the first change; `+` lines of the patch among them become context.
    pub(super) leading: Vec<PatchRange>,
    /// From the first to the last changed line.
    pub(super) body: PatchRange,
    /// Lines of the old side after the last change; `-` lines of the patch among them become context.
    pub(super) trailing: Vec<PatchRange>,
}

impl Segment {
    /// Bytes that it writes.
    pub(super) fn len(&self) -> u64 {
        let size = |range: &PatchRange| u64::from(range.end - range.start);
        let context = self
            .leading
            .iter()
            .chain(&self.trailing)
            .map(size)
            .sum::<u64>();
        let section = size(&self.section);
        hunk_line(self.hunk, b"").len() as u64
            + if section == 0 { 0 } else { section + 1 }
            + context
            + size(&self.body)
    }
}

impl Cut {
    /// Writes the piece. `patch` is the file's whole patch.
    ///
    /// # Errors
    ///
    /// Those of `out`; [`io::ErrorKind::InvalidData`] if `patch` is shorter than the one that the recipe was made for.
    pub fn write(&self, patch: &[u8], out: &mut dyn Write) -> io::Result<()> {
        match &self.header {
            PieceHeader::Original(end) => out.write_all(slice(patch, 0..*end)?)?,
            PieceHeader::Made(text) => out.write_all(text)?,
        }
        for segment in &self.segments {
            let section = at(patch, &segment.section)?;
            out.write_all(&hunk_line(segment.hunk, section))?;
            for range in &segment.leading {
                write_context(at(patch, range)?, out)?;
            }
            out.write_all(at(patch, &segment.body)?)?;
            for range in &segment.trailing {
                write_context(at(patch, range)?, out)?;
            }
        }
        Ok(())
    }
}

fn at<'a>(patch: &'a [u8], range: &PatchRange) -> io::Result<&'a [u8]> {
    slice(patch, range.start as usize..range.end as usize)
}

fn slice(patch: &[u8], range: Range<usize>) -> io::Result<&[u8]> {
    patch
        .get(range)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the patch became shorter"))
}

/// Writes lines as context. Their `\ No newline at end of file` stays with them.
fn write_context(text: &[u8], out: &mut dyn Write) -> io::Result<()> {
    for line in lines(text) {
        match line.split_first() {
            Some((b'+' | b'-', content)) => {
                out.write_all(b" ")?;
                out.write_all(content)?;
            }
            _ => out.write_all(line)?,
        }
    }
    Ok(())
}
