//! Cuts the patch of one file into pieces that apply one after the other.
//!
//! Pieces go through the file from its start to its end. When one is applied, everything above it has its head state
//! and everything below its base state; its context lines are those of that moment.

use std::sync::Arc;

use super::Pieces;
use super::recipe::{Cut, PieceHeader};
use super::size::{HUNK_LINE, PieceSize};
use super::table::{ContextLines, Table};
use crate::change::{Change, ChangeKind};
use crate::control::Cancelled;
use crate::patch::{FilePatch, FunctionRule, name_lines};
use crate::path::quote_with_prefix;
use crate::plan::exclude::Reason;
use crate::plan::options::BundleOptions;
use crate::plan::piece::Piece;

/// Each piece repeats header and context. All pieces together may be this many times the patch…
const BLOW_UP: u64 = 4;
/// …and this many bytes more, before cutting is given up.
const BLOW_UP_BYTES: u64 = 1_000_000;
/// Room for context in a piece that is above the warn limit anyway.
const CONTEXT_BYTES: u64 = 2_000;

/// Cuts a patch into balanced pieces at or below the warn limit; a single line above it gets a piece up to the fail
/// limit. `Ok(Ok(None))` for a patch that has nothing to cut.
pub(super) fn cut(
    index: usize,
    change: &Change,
    text: &[u8],
    patch: &FilePatch<'_>,
    options: &BundleOptions,
    context: usize,
) -> Result<Pieces, Cancelled> {
    let limits = options.limits;
    let Some(table) = Table::new(
        text,
        patch,
        FunctionRule::of(change.head_attributes.language),
    ) else {
        return Ok(Ok(None));
    };
    let cutter = Cutter {
        headers: PieceHeaders::new(change, patch),
        deleted: change.kind == ChangeKind::Deleted,
        table,
        warn: limits.warn(),
        fail: limits.fail(),
        context,
    };
    let mut pieces: Vec<Piece> = Vec::new();
    let mut bytes = 0_u64;
    let most = change
        .bytes
        .saturating_mul(BLOW_UP)
        .saturating_add(BLOW_UP_BYTES);
    let mut first = 0;
    while first < cutter.table.changes() {
        options.control.check()?;
        let (last, context) = cutter.end_of_piece(first);
        let piece = cutter.piece(index, change, first, last, context);
        if piece.bytes > limits.fail() {
            return Ok(Err(Reason::TooLarge {
                bytes: piece.bytes,
                limit: limits.fail(),
            }));
        }
        bytes += piece.bytes;
        if bytes > most {
            return Ok(Err(Reason::HeaderTooLarge {
                bytes: cutter.headers.longest(),
            }));
        }
        pieces.push(piece);
        first = last + 1;
    }
    Ok(Ok(Some(pieces)))
}

/// The headers of a file's pieces.
struct PieceHeaders {
    /// Of the first piece; of a deleted file that is a middle one.
    first: PieceHeader,
    middle: PieceHeader,
    last: PieceHeader,
}

impl PieceHeaders {
    fn new(change: &Change, patch: &FilePatch<'_>) -> Self {
        let a = quote_with_prefix("a/", change.path.as_bytes());
        let b = quote_with_prefix("b/", change.path.as_bytes());
        let path = Some(&change.path);
        let made = |text: String| PieceHeader::Made(Arc::from(text.into_bytes()));
        let middle = made(format!("diff --git {a} {b}\n{}", name_lines(path, path)));
        if change.kind != ChangeKind::Deleted {
            return Self {
                first: PieceHeader::Original(patch.header.len()),
                last: middle.clone(),
                middle,
            };
        }
        let mode = change
            .old_mode
            .map(|mode| format!("deleted file mode {mode}\n"));
        Self {
            first: middle.clone(),
            middle,
            last: made(format!(
                "diff --git {a} {b}\n{}{}",
                mode.unwrap_or_default(),
                name_lines(path, None)
            )),
        }
    }

    fn longest(&self) -> u64 {
        self.first.len().max(self.middle.len()).max(self.last.len()) as u64
    }
}

/// Cuts one file's patch.
struct Cutter<'a> {
    table: Table<'a>,
    headers: PieceHeaders,
    deleted: bool,
    /// The size limits, in bytes.
    warn: u64,
    fail: u64,
    /// Context lines around a piece, if there is room for them.
    context: usize,
}

impl Cutter<'_> {
    fn header(&self, first: usize, last: usize) -> &PieceHeader {
        if last + 1 == self.table.changes() && (self.deleted || first > 0) {
            &self.headers.last
        } else if first == 0 {
            &self.headers.first
        } else {
            &self.headers.middle
        }
    }

    fn piece(
        &self,
        index: usize,
        change: &Change,
        first: usize,
        last: usize,
        context: ContextLines,
    ) -> Piece {
        let header = self.header(first, last).clone();
        let built = self.table.build(first, last, context, self.deleted);
        let (begins, ends) = (first == 0, last + 1 == self.table.changes());
        let kind = match change.kind {
            ChangeKind::Deleted if !ends => ChangeKind::Modified,
            ChangeKind::Deleted => ChangeKind::Deleted,
            kind if begins => kind,
            _ => ChangeKind::Modified,
        };
        let (old_mode, new_mode) = match change.kind {
            ChangeKind::Deleted if !ends => (change.old_mode, change.old_mode),
            ChangeKind::Deleted => (change.old_mode, None),
            _ if begins => (change.old_mode, change.new_mode),
            _ => (change.new_mode, change.new_mode),
        };
        Piece {
            change: index,
            kind,
            old_path: change.old_path.clone().filter(|_| begins),
            old_mode,
            new_mode,
            additions: built.additions,
            deletions: built.deletions,
            bytes: header.len() as u64 + built.bytes,
            hunks: built.base_numbers,
            cut: Some(Cut {
                header,
                segments: built.segments,
            }),
            moved_from_component: None,
        }
    }

    /// The last change of the piece that begins with `first`, and its context.
    fn end_of_piece(&self, first: usize) -> (usize, ContextLines) {
        let table = &self.table;
        let changes = table.changes();
        let header = if first == 0 {
            &self.headers.first
        } else {
            &self.headers.middle
        };
        let header = (header.len() as u64).max(if self.deleted {
            self.headers.longest()
        } else {
            0
        });
        // What is left, in pieces of equal size. A piece repeats its header and has context lines at both ends.
        let rest = table.distance(first, changes);
        let around = header + HUNK_LINE + 2 * self.around(first);
        let room = self.warn.saturating_sub(around).max(1);
        let target = (rest / rest.div_ceil(room).max(1)).max(1);

        let mut best: Option<(u64, usize, ContextLines)> = None;
        let mut farthest = None;
        let mut size = PieceSize::new(table, first, header, self.warn, self.context);
        for last in first..changes {
            let Some(context) = size.extend(last) else {
                break;
            };
            let inside = table.distance(first, (last + 1).min(changes));
            if last + 1 == changes {
                // All that is left fits.
                if best.is_none() || inside <= target {
                    return (last, context);
                }
                break;
            }
            if table.ends_without_newline(last) && table.mark_of(last) == b'+' {
                // Lines of the old side that followed would be joined to this one.
                continue;
            }
            farthest = Some((last, context));
            if inside > target + target / 2 && best.is_some() {
                break;
            }
            if inside >= target / 2 {
                let price =
                    self.price(last) + inside.abs_diff(target).saturating_mul(1000) / target;
                if best.is_none_or(|(least, _, _)| price < least) {
                    best = Some((price, last, context));
                }
            }
        }
        match (best, farthest) {
            (Some((_, last, context)), _) | (None, Some((last, context))) => (last, context),
            (None, None) => self.single(first),
        }
    }

    /// Bytes of the context lines at one end of a piece, as far as they can be foreseen.
    fn around(&self, first: usize) -> u64 {
        let available = self.table.available(first, first, self.context);
        let context = ContextLines {
            trailing: 0,
            ..available
        };
        self.table
            .context_bytes(first, first, context)
            .min(self.warn / 8)
    }

    /// The piece of a single change that is too large, up to the fail limit.
    fn single(&self, first: usize) -> (usize, ContextLines) {
        let table = &self.table;
        let size = |last: usize| {
            let least = table.least(first, last);
            let header = self.header(first, last).len() as u64;
            (
                header + table.build(first, last, least, self.deleted).bytes,
                least,
            )
        };
        let mut last = first;
        // A line without line feed at the end of the new side takes what follows with it.
        while last + 1 < table.changes()
            && table.ends_without_newline(last)
            && table.mark_of(last) == b'+'
        {
            last += 1;
        }
        let (mut bytes, mut least) = size(last);
        // If the large line is the next one to be deleted, it is context here and again a change in the next piece. One
        // piece with both changes is smaller than two.
        if last + 1 < table.changes() && table.next_is_context(last) {
            let context = ContextLines {
                leading: 0,
                trailing: 1,
            };
            let next = table.context_bytes(last, last, context);
            let (joined, context) = size(last + 1);
            if next > self.warn / 2 && joined <= self.fail {
                (last, bytes, least) = (last + 1, joined, context);
            }
        }
        let limit = self.fail.min(bytes.max(self.warn) + CONTEXT_BYTES);
        (
            last,
            table.filled(
                first,
                last,
                least,
                self.context,
                limit.saturating_sub(bytes),
            ),
        )
    }

    /// How bad it is to cut after a change, in thousandths; 1000 is as bad as a piece of twice the balanced size, or of
    /// none.
    fn price(&self, last: usize) -> u64 {
        let table = &self.table;
        let next = last + 1;
        if table.hunk_of(last) != table.hunk_of(next) {
            return 0;
        }
        let indent = 5 * indent(table.content(next));
        let closing = match table.content(next).trim_ascii_start().first() {
            Some(b'}' | b')' | b']') => 100,
            _ => 0,
        };
        if !table.touches_next(last) || (table.mark_of(last), table.mark_of(next)) == (b'+', b'-') {
            150 + indent + closing
        } else if table.mark_of(last) != table.mark_of(next) {
            // The deleted lines and what replaces them belong together.
            800
        } else if table.content(last).trim_ascii().is_empty() {
            200 + indent + closing
        } else {
            350 + indent + closing
        }
    }
}

/// Columns of white space at the start of a line, at most 40.
fn indent(line: &[u8]) -> u64 {
    let mut columns = 0;
    for byte in line {
        columns += match byte {
            b' ' => 1,
            b'\t' => 4,
            _ => break,
        };
        if columns >= 40 {
            return 40;
        }
    }
    columns
}

#[cfg(test)]
mod tests;
