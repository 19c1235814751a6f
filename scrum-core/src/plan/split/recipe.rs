//! How a piece of a file is made from the file's patch: places in its text, no text of its own.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use crate::change::Hunk;
use crate::patch::lines;

/// The recipe of one piece of a file's patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    pub(super) header: Header,
    pub(super) segments: Vec<Segment>,
}

/// What stands in front of the first hunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Header {
    /// The first bytes of the patch, as they are.
    Original(usize),
    /// Made for pieces that the patch has no header for; shared by them.
    Made(Arc<[u8]>),
}

impl Header {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Original(end) => *end,
            Self::Made(text) => text.len(),
        }
    }
}

/// Offsets into the file's patch. A patch that is cut is shorter than 4 GiB.
pub(super) type Place = Range<u32>;

/// One hunk of a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// Its numbers, as its `@@` line has them.
    pub(super) hunk: Hunk,
    /// Function context behind the second `@@`.
    pub(super) section: Place,
    /// Lines of the new side that stand before the first change, whatever their mark.
    pub(super) leading: Vec<Place>,
    /// From the first to the last changed line.
    pub(super) body: Place,
    /// Lines of the old side that stand behind the last change, whatever their mark.
    pub(super) trailing: Vec<Place>,
}

impl Segment {
    /// Bytes that it writes.
    pub(super) fn len(&self) -> u64 {
        let size = |place: &Place| u64::from(place.end - place.start);
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
    /// Those of `out`; [`io::ErrorKind::InvalidData`] where `patch` is shorter than the one that the recipe was made for.
    pub fn write(&self, patch: &[u8], out: &mut dyn Write) -> io::Result<()> {
        match &self.header {
            Header::Original(end) => out.write_all(slice(patch, 0..*end)?)?,
            Header::Made(text) => out.write_all(text)?,
        }
        for segment in &self.segments {
            let section = at(patch, &segment.section)?;
            out.write_all(&hunk_line(segment.hunk, section))?;
            for place in &segment.leading {
                write_context(at(patch, place)?, out)?;
            }
            out.write_all(at(patch, &segment.body)?)?;
            for place in &segment.trailing {
                write_context(at(patch, place)?, out)?;
            }
        }
        Ok(())
    }
}

fn at<'a>(patch: &'a [u8], place: &Place) -> io::Result<&'a [u8]> {
    slice(patch, place.start as usize..place.end as usize)
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

/// A `@@` line with its function context.
fn hunk_line(hunk: Hunk, section: &[u8]) -> Vec<u8> {
    let mut line = hunk.to_string().into_bytes();
    if !section.is_empty() {
        line.push(b' ');
        line.extend_from_slice(section);
    }
    line.push(b'\n');
    line
}
