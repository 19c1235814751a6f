//! Writes single files of a wave, and computes their digests.

use std::io::{self, Write};

use super::layout::{self, EXCLUDED, TREE};
use super::options::{Sink, WaveError, WaveOptions};
use super::record::{self, Digested};
use crate::change::{ChangeKind, ChangeSet};
use crate::control::{Control, Watched};
use crate::digest::DigestWriter;
use crate::plan::{Bundle, DiffWriter, Piece, Plan};
use crate::wave::manifest::BundleRecord;
use crate::wave::prompt::{self, Numbering, PromptContext, PromptError, Template};

/// Maximum size of a bundle's diff, as its prompt shows it, that is kept in memory while the diff is written. For a
/// larger one, the patches are read a second time. A bundle at the default fail limit is a tenth of this.
const SHOWN_BYTES: usize = 1 << 20;

/// Bytes per token of a prompt, unless the caller counts the tokens.
const BYTES_PER_TOKEN: u64 = 4;

/// Writes files one after the other, with one patch in memory at a time.
pub(super) struct WaveFiles<'a> {
    changes: &'a ChangeSet,
    sink: &'a dyn Sink,
    options: &'a WaveOptions,
    writer: DiffWriter<'a>,
    /// The bundle's diff as its prompt shows it; `None` if it is too long to be kept.
    shown: Option<Vec<u8>>,
}

impl<'a> WaveFiles<'a> {
    pub(super) fn new(
        changes: &'a ChangeSet,
        sink: &'a dyn Sink,
        options: &'a WaveOptions,
    ) -> Self {
        Self {
            changes,
            sink,
            options,
            writer: DiffWriter::new(changes),
            shown: None,
        }
    }

    /// Writes the patch of the excluded changes, if there are any, and returns its digest.
    pub(super) fn excluded(&mut self, plan: &Plan) -> Result<Option<String>, WaveError> {
        if plan.excluded.is_empty() {
            return Ok(None);
        }
        let writer = &mut self.writer;
        let mut patches = |out: &mut dyn Write| writer.excluded(plan, out);
        let excluded = digested(
            self.sink,
            &self.options.control,
            EXCLUDED.to_owned(),
            &mut patches,
        )?;
        Ok(Some(excluded.sha256))
    }

    /// Writes the list of the head tree's paths, and returns its digest.
    pub(super) fn tree(&self) -> Result<String, WaveError> {
        let mut paths = |out: &mut dyn Write| {
            let mut tree = self.changes.tree.iter();
            tree.try_for_each(|path| writeln!(out, "{}", path.quoted()))
        };
        digested(
            self.sink,
            &self.options.control,
            TREE.to_owned(),
            &mut paths,
        )
        .map(|tree| tree.sha256)
    }

    /// Writes a bundle's diff and its prompt.
    pub(super) fn bundle(
        &mut self,
        bundle: &Bundle,
        context: &PromptContext,
        template: &Template,
    ) -> Result<BundleRecord, WaveError> {
        let diff = self.diff(bundle, context.line_numbers)?;
        let (prompt, tokens) = self.prompt(bundle, &diff.sha256, context, template)?;
        Ok(record::bundle(self.changes, bundle, diff, prompt, tokens))
    }

    fn diff(&mut self, bundle: &Bundle, line_numbers: bool) -> Result<Digested, WaveError> {
        let name = layout::diff(&bundle.id);
        let (changes, writer, kept) = (self.changes, &mut self.writer, &mut self.shown);
        digested(self.sink, &self.options.control, name, &mut |out| {
            let mut shown = kept.take().unwrap_or_default();
            shown.clear();
            let mut fits = true;
            for piece in &bundle.pieces {
                let text = writer.text(piece)?;
                out.write_all(text)?;
                fits = fits && shown.len() + text.len() <= SHOWN_BYTES;
                if fits {
                    prompt::write_shown(text, numbering(changes, piece, line_numbers), &mut shown)?;
                }
            }
            *kept = fits.then_some(shown);
            Ok(())
        })
    }

    /// Writes the prompt of the bundle whose diff was just written, and counts its tokens.
    fn prompt(
        &mut self,
        bundle: &Bundle,
        diff_sha256: &str,
        context: &PromptContext,
        template: &Template,
    ) -> Result<(Digested, u64), WaveError> {
        let name = layout::prompt(&bundle.id);
        let (changes, writer, kept) = (self.changes, &mut self.writer, &self.shown);
        let mut shown = |out: &mut dyn Write| {
            if let Some(shown) = kept {
                return out.write_all(shown);
            }
            bundle.pieces.iter().try_for_each(|piece| {
                let numbering = numbering(changes, piece, context.line_numbers);
                prompt::write_shown(writer.text(piece)?, numbering, out)
            })
        };
        // An I/O error cannot contain the template's error, so it is passed around the sink.
        let mut failure = None;
        let mut write = |out: &mut dyn Write| {
            prompt::write_prompt(template, context, diff_sha256, &mut shown, out).map_err(|error| {
                match error {
                    PromptError::Io(source) => source,
                    PromptError::Template(source) => {
                        failure = Some(source);
                        io::Error::other("the template fails")
                    }
                }
            })
        };
        let (control, count) = (&self.options.control, &self.options.tokens);
        let mut tokens = None;
        let written = digested(self.sink, control, name, &mut |out| {
            let Some(count) = count else {
                return write(out);
            };
            let mut text = Vec::new();
            write(&mut text)?;
            tokens = Some(count(&String::from_utf8_lossy(&text)));
            out.write_all(&text)
        });
        match failure {
            Some(source) => Err(WaveError::Prompt {
                bundle: bundle.id.clone(),
                source,
            }),
            None => {
                let written = written?;
                let tokens = tokens.unwrap_or_else(|| written.bytes.div_ceil(BYTES_PER_TOKEN));
                Ok((written, tokens))
            }
        }
    }
}

/// How the lines of a piece are numbered in a prompt.
fn numbering<'a>(
    changes: &ChangeSet,
    piece: &'a Piece,
    line_numbers: bool,
) -> Option<Numbering<'a>> {
    let deleted = changes.changes()[piece.change].kind == ChangeKind::Deleted;
    let numbering = if deleted {
        Numbering::old_side(&piece.hunks)
    } else {
        Numbering::new_side(&piece.hunks)
    };
    line_numbers.then_some(numbering)
}

/// Writes a file and computes its digest.
fn digested(
    sink: &dyn Sink,
    control: &Control,
    name: String,
    content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> Result<Digested, WaveError> {
    let mut result = (0, String::new());
    let written = sink.write_file(&name, &mut |out| {
        let mut digest = DigestWriter::new(Watched::new(out, control));
        content(&mut digest)?;
        result = digest.finish();
        Ok(())
    });
    match written {
        Ok(()) => Ok(Digested {
            name,
            bytes: result.0,
            sha256: result.1,
        }),
        Err(source) => {
            // A cancelled write looks like a failure of the sink, so check the switch.
            control.check()?;
            Err(WaveError::Io { name, source })
        }
    }
}
