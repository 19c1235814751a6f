//! Patch texts kept until somebody reads them: in memory while they are few, in an unnamed temporary file else.

use std::fs::File;
use std::io::{self, Write};

use crate::change::PatchSource;

/// What one thread made. A thread writes only its own.
pub(in crate::git) struct Spool {
    /// Texts that are not in the file yet; they follow its end.
    memory: Vec<u8>,
    file: Option<File>,
    file_length: u64,
    /// Bytes that are kept in memory at most, a single larger text excepted.
    limit: usize,
}

/// Where a text is in a spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::git) struct ByteRange {
    offset: u64,
    length: usize,
}

impl ByteRange {
    pub(in crate::git) fn length(self) -> u64 {
        self.length as u64
    }
}

impl Spool {
    pub(in crate::git) fn new(limit: usize) -> Self {
        Self {
            memory: Vec::new(),
            file: None,
            file_length: 0,
            limit,
        }
    }

    /// Adds a text, which `write` appends to the buffer that it is given.
    pub(in crate::git) fn add<T, E: From<io::Error>>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<T, E>,
    ) -> Result<(ByteRange, T), E> {
        let start = self.memory.len();
        let value = write(&mut self.memory)?;
        let place = ByteRange {
            offset: self.file_length + start as u64,
            length: self.memory.len() - start,
        };
        if self.memory.len() > self.limit {
            self.roll_over()?;
        }
        Ok((place, value))
    }

    fn roll_over(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile()?),
        };
        file.write_all(&self.memory)?;
        self.file_length += self.memory.len() as u64;
        self.memory.clear();
        // One giant patch must not hold its memory to the end.
        self.memory.shrink_to(self.limit);
        Ok(())
    }

    fn read(&self, place: ByteRange, text: &mut Vec<u8>) -> io::Result<()> {
        text.clear();
        if place.offset >= self.file_length {
            let start = usize::try_from(place.offset - self.file_length).ok();
            let kept = start.and_then(|start| self.memory.get(start..)?.get(..place.length));
            text.extend_from_slice(kept.ok_or(io::ErrorKind::UnexpectedEof)?);
            return Ok(());
        }
        text.resize(place.length, 0);
        match &self.file {
            Some(file) => read_at(file, place.offset, text),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, offset: u64, text: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, text, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut offset: u64, mut text: &mut [u8]) -> io::Result<()> {
    // Moves the file's own position as well, which nothing here relies on once reading has begun.
    while !text.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, text, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                text = &mut text[read..];
                offset += read as u64;
            }
        }
    }
    Ok(())
}

/// The patches of a range, in the order of its changes.
pub(in crate::git) struct Spooled {
    spools: Vec<Spool>,
    /// For each change the spool and the place in it.
    places: Vec<(usize, ByteRange)>,
}

impl Spooled {
    pub(in crate::git) fn new(spools: Vec<Spool>, places: Vec<(usize, ByteRange)>) -> Self {
        Self { spools, places }
    }
}

impl PatchSource for Spooled {
    fn read_patch(&self, index: usize, text: &mut Vec<u8>) -> io::Result<()> {
        let (spool, place) = *self.places.get(index).ok_or(io::ErrorKind::NotFound)?;
        self.spools[spool].read(place, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_from_memory_and_file() {
        let mut spool = Spool::new(100);
        let texts: Vec<Vec<u8>> = (0..40u8).map(|n| vec![n; usize::from(n) * 7]).collect();
        let places: Vec<_> = texts
            .iter()
            .map(|text| {
                let added = spool.add(|out| -> io::Result<()> {
                    out.extend_from_slice(text);
                    Ok(())
                });
                (0, added.unwrap().0)
            })
            .collect();
        assert!(spool.file_length > 0);
        assert!(spool.memory.len() <= 100);
        let source = Spooled::new(vec![spool], places);
        let mut text = b"left over".to_vec();
        for at in (0..texts.len()).rev() {
            source.read_patch(at, &mut text).unwrap();
            assert_eq!(text, texts[at]);
        }
        assert!(source.read_patch(texts.len(), &mut text).is_err());
    }
}
