//! `GIT binary patch`: content that is no text, deflated and written in base 85.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use git2::{DiffBinaryFile, DiffBinaryKind, DiffOptions};

use super::super::error::GitError;
use super::super::objects::Objects;
use super::super::pair::FileVersion;
use crate::change::Mode;

/// Bytes of one line before encoding.
const LINE: usize = 52;

const DIGITS: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// One side of a binary patch.
#[derive(Clone, Copy)]
pub(super) struct Binary<'a> {
    /// The file; `None` for nothing, and for a submodule.
    file: Option<&'a FileVersion>,
    content: &'a [u8],
}

impl<'a> Binary<'a> {
    pub(super) fn new(side: Option<&'a FileVersion>, content: &'a [u8]) -> Self {
        let file = side.filter(|side| side.entry.mode != Mode::SUBMODULE);
        Self { file, content }
    }
}

/// Appends both directions, forward first, as git does.
///
/// Each is the whole content, or a delta against the other side if that is shorter. libgit2 makes the delta; it deflates at
/// another level than git, so that is done anew.
pub(super) fn write(
    objects: &Objects,
    old: Binary<'_>,
    new: Binary<'_>,
    out: &mut Vec<u8>,
) -> Result<(), GitError> {
    out.extend_from_slice(b"GIT binary patch\n");
    let (forward, backward) = match (old.file, new.file) {
        (Some(old), Some(new)) => deltas(objects, old, new)?,
        _ => (None, None),
    };
    write_direction(new.content, forward.as_deref(), out);
    write_direction(old.content, backward.as_deref(), out);
    Ok(())
}

type Deltas = (Option<Vec<u8>>, Option<Vec<u8>>);

/// The deltas of both directions, if libgit2 finds them shorter than the content.
fn deltas(objects: &Objects, old: &FileVersion, new: &FileVersion) -> Result<Deltas, GitError> {
    let blob = |side: &FileVersion| objects.blob(side.entry.id, &side.path);
    let (old, new) = (blob(old)?, blob(new)?);
    let mut options = DiffOptions::new();
    options.force_binary(true).show_binary(true).max_size(-1);
    let mut found = (None, None);
    objects.repository()?.diff_blobs(
        Some(&old),
        Some(""),
        Some(&new),
        Some(""),
        Some(&mut options),
        None,
        Some(&mut |_, binary| {
            found = (delta(&binary.new_file()), delta(&binary.old_file()));
            true
        }),
        None,
        None,
    )?;
    Ok(found)
}

fn delta(file: &DiffBinaryFile<'_>) -> Option<Vec<u8>> {
    if !matches!(file.kind(), DiffBinaryKind::Delta) {
        return None;
    }
    let mut delta = Vec::with_capacity(file.inflated_len());
    Decompress::new(true)
        .decompress_vec(file.data(), &mut delta, FlushDecompress::Finish)
        .ok()?;
    (delta.len() == file.inflated_len()).then_some(delta)
}

fn write_direction(content: &[u8], delta: Option<&[u8]>, out: &mut Vec<u8>) {
    let whole = deflate(content);
    let delta = delta.map(|delta| (delta.len(), deflate(delta)));
    let (word, length, data) = match delta {
        Some((length, delta)) if delta.len() < whole.len() => ("delta", length, delta),
        _ => ("literal", content.len(), whole),
    };
    out.extend_from_slice(format!("{word} {length}\n").as_bytes());
    for line in data.chunks(LINE) {
        write_line(line, out);
    }
    out.push(b'\n');
}

/// In one step and at the quickest level, so that the bytes are those of git if zlib is the same.
fn deflate(content: &[u8]) -> Vec<u8> {
    let mut stream = Compress::new(Compression::fast(), true);
    let mut out = Vec::with_capacity(content.len() + content.len() / 1000 + 64);
    loop {
        let input = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
        let rest = content.get(input..).unwrap_or_default();
        match stream.compress_vec(rest, &mut out, FlushCompress::Finish) {
            // Needs more room than its worst case is said to take.
            Ok(Status::Ok | Status::BufError) => out.reserve(4096),
            // The only error is one of a stream used wrongly.
            Ok(Status::StreamEnd) | Err(_) => return out,
        }
    }
}

/// One line: its length as a letter, then five digits for each four bytes, the last filled up with zeros.
fn write_line(line: &[u8], out: &mut Vec<u8>) {
    // At most 52, so the letters suffice.
    let length = (b'A'..=b'Z').chain(b'a'..=b'z').nth(line.len() - 1);
    out.extend(length);
    for group in line.chunks(4) {
        let mut bytes = [0; 4];
        bytes[..group.len()].copy_from_slice(group);
        let mut value = u32::from_be_bytes(bytes);
        let mut digits = [0; 5];
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS[(value % 85) as usize];
            value /= 85;
        }
        out.extend_from_slice(&digits);
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_gits() {
        // What `git diff --binary` writes for an empty file: a zlib stream of eight bytes.
        let mut out = Vec::new();
        write_line(&[0x78, 1, 3, 0, 0, 0, 0, 1], &mut out);
        assert_eq!(out, b"HcmV?d00001\n");
    }
}
