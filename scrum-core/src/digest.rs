//! SHA-256 of the files of a wave, to detect a changed or partly replaced file.
//!
//! Takes bytes; gives hex digits, for [`manifest`](crate::wave::manifest).

use std::io::{self, Write};

use sha2::{Digest, Sha256};

/// SHA-256 of `bytes`, in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hex, two digits per byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// A writer that counts and hashes what passes through it.
#[derive(Debug)]
pub struct DigestWriter<W> {
    inner: W,
    sha256: Sha256,
    bytes: u64,
}

impl<W: Write> DigestWriter<W> {
    /// Wraps a writer; [`io::sink`] where only the digest is wanted.
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            sha256: Sha256::new(),
            bytes: 0,
        }
    }

    /// The bytes written, and their SHA-256 in lower-case hex.
    pub fn finish(self) -> (u64, String) {
        (self.bytes, hex(&self.sha256.finalize()))
    }
}

impl<W: Write> Write for DigestWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.sha256.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writer_and_function_agree() {
        let mut out = Vec::new();
        let mut writer = DigestWriter::new(&mut out);
        writer.write_all(b"abc").unwrap();
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(writer.finish(), (3, known.to_owned()));
        assert_eq!(sha256(b"abc"), known);
        assert_eq!(out, b"abc");
    }
}
