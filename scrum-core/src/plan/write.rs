//! Writes the diff text of bundles.

use std::io::{self, Write};

use super::{Bundle, Piece, Plan};
use crate::change::ChangeSet;

/// Writes bundles one after the other, with one file's patch in memory at a time.
///
/// The last patch is kept: the parts of a file that was cut follow each other, and each is made from the whole.
#[derive(Debug)]
pub struct DiffWriter<'a> {
    patches: PatchCache<'a>,
    /// A piece made of a patch.
    piece: Vec<u8>,
}

impl<'a> DiffWriter<'a> {
    /// A writer that has read no patch yet.
    pub fn new(changes: &'a ChangeSet) -> Self {
        Self {
            patches: PatchCache {
                changes,
                text: Vec::new(),
                held: None,
            },
            piece: Vec::new(),
        }
    }

    /// Writes the diff of a bundle: exactly [`Bundle::bytes`] bytes.
    ///
    /// # Errors
    ///
    /// Those of `out`, and of reading the patches back.
    pub fn bundle(&mut self, bundle: &Bundle, out: &mut dyn Write) -> io::Result<()> {
        bundle
            .pieces
            .iter()
            .try_for_each(|piece| self.piece(piece, out))
    }

    /// Writes one file of a bundle, or the part of it that the bundle shows: exactly [`Piece::bytes`] bytes.
    ///
    /// # Errors
    ///
    /// As [`bundle`](Self::bundle).
    pub fn piece(&mut self, piece: &Piece, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.text(piece)?)
    }

    /// The text that [`piece`](Self::piece) writes.
    pub(crate) fn text(&mut self, piece: &Piece) -> io::Result<&[u8]> {
        let patch = self.patches.get(piece.change)?;
        let Some(cut) = &piece.cut else {
            return Ok(patch);
        };
        self.piece.clear();
        cut.write(patch, &mut self.piece)?;
        Ok(&self.piece)
    }

    /// Writes the patches of everything that is excluded.
    ///
    /// # Errors
    ///
    /// As [`bundle`](Self::bundle).
    pub fn excluded(&mut self, plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
        for excluded in &plan.excluded {
            out.write_all(self.patches.get(excluded.change)?)?;
        }
        Ok(())
    }
}

/// Patches, the last one kept unless the change set itself has it in memory.
#[derive(Debug)]
struct PatchCache<'a> {
    changes: &'a ChangeSet,
    text: Vec<u8>,
    /// The change whose patch `text` contains.
    held: Option<usize>,
}

impl PatchCache<'_> {
    fn get(&mut self, change: usize) -> io::Result<&[u8]> {
        if let Some(text) = self.changes.patch_in_memory(change)? {
            return Ok(text);
        }
        if self.held != Some(change) {
            self.held = None;
            self.changes.read_patch(change, &mut self.text)?;
            self.held = Some(change);
        }
        Ok(&self.text)
    }
}
