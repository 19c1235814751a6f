//! `GIT binary patch`: deflated content, written in base 85.

use super::super::{PatchError, trimmed};
use super::cursor::Cursor;

/// git's digits of base 85.
const DIGITS: &[u8; 85] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// Reads `GIT binary patch`, then one or two blocks, each `literal N` or `delta N`, its lines and an empty line.
pub(super) fn read(patch: &mut Cursor<'_>) -> Result<(), PatchError> {
    if let Some(line) = patch.peek() {
        patch.advance(line);
    }
    for block in 0..2 {
        let Some(line) = patch.peek().filter(|line| length(trimmed(line)).is_some()) else {
            // The reverse block is optional, the first is not.
            if block == 0 {
                return Err(PatchError::BinaryShort { line: patch.line });
            }
            break;
        };
        patch.advance(line);
        loop {
            let Some(line) = patch.peek() else {
                return Err(PatchError::BinaryShort { line: patch.line });
            };
            let text = trimmed(line);
            if text.is_empty() {
                patch.advance(line);
                break;
            }
            // What is not made of digits at all is the next thing: the block was not closed.
            if !text.iter().all(|byte| DIGITS.contains(byte)) {
                return Err(PatchError::BinaryShort { line: patch.line });
            }
            if decode(text, &mut Vec::new()).is_none() {
                return Err(PatchError::BinaryDamaged { line: patch.line });
            }
            patch.advance(line);
        }
    }
    Ok(())
}

/// The length that the first line of a block names: that of its data when inflated.
fn length(line: &[u8]) -> Option<u64> {
    let digits = line
        .strip_prefix(b"literal ")
        .or_else(|| line.strip_prefix(b"delta "))?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Appends the bytes of one line: its length as a letter, then five digits for each four bytes.
fn decode(line: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (first, digits) = line.split_first()?;
    let length = match first {
        b'A'..=b'Z' => first - b'A' + 1,
        b'a'..=b'z' => first - b'a' + 27,
        _ => return None,
    };
    let length = usize::from(length);
    if digits.len() != length.div_ceil(4) * 5 {
        return None;
    }
    let end = out.len() + length;
    for group in digits.chunks(5) {
        let mut value: u32 = 0;
        for digit in group {
            let digit = DIGITS.iter().position(|known| known == digit)?;
            value = value
                .checked_mul(85)?
                .checked_add(u32::try_from(digit).ok()?)?;
        }
        out.extend_from_slice(&value.to_be_bytes());
    }
    out.truncate(end);
    Some(())
}

/// Whether every block of a binary section inflates to the length that it names.
#[cfg(feature = "git")]
pub(in crate::patch) fn inflates(data: &[u8]) -> bool {
    let mut lines = super::lines(data).map(trimmed).skip(1);
    while let Some(length) = lines.next().and_then(length) {
        let mut deflated = Vec::new();
        for line in lines.by_ref().take_while(|line| !line.is_empty()) {
            if decode(line, &mut deflated).is_none() {
                return false;
            }
        }
        if !inflates_to(&deflated, length) {
            return false;
        }
    }
    true
}

/// The content itself is not kept, so that a small patch cannot fill the memory.
#[cfg(feature = "git")]
fn inflates_to(deflated: &[u8], length: u64) -> bool {
    use flate2::{Decompress, FlushDecompress, Status};
    let mut stream = Decompress::new(true);
    let mut buffer = vec![0; 64 << 10];
    loop {
        let (read, made) = (stream.total_in(), stream.total_out());
        let rest = usize::try_from(read)
            .ok()
            .and_then(|read| deflated.get(read..))
            .unwrap_or_default();
        match stream.decompress(rest, &mut buffer, FlushDecompress::None) {
            Ok(Status::StreamEnd) => return stream.total_out() == length,
            Ok(_) if (stream.total_in(), stream.total_out()) == (read, made) => return false,
            Ok(_) if stream.total_out() > length => return false,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_git_writes_it() {
        let mut out = Vec::new();
        decode(b"HcmV?d00001", &mut out).unwrap();
        assert_eq!(out, [0x78, 1, 3, 0, 0, 0, 0, 1]);
        for bad in [
            &b"HcmV?d0000"[..],
            b"IcmV?d00001",
            b"1cmV?d00001",
            b"H~~~~~00001",
            b"HcmV?d0 001",
            b"",
        ] {
            assert!(decode(bad, &mut Vec::new()).is_none(), "{bad:?}");
        }
    }

    #[cfg(feature = "git")]
    #[test]
    fn damage_that_is_still_base_85_is_found() {
        let empty = b"GIT binary patch\nliteral 0\nHcmV?d00001\n\n";
        assert!(inflates(empty));
        let longer = b"GIT binary patch\nliteral 1\nHcmV?d00001\n\n";
        let other = b"GIT binary patch\nliteral 0\nHcmV?d00002\n\n";
        assert!(!inflates(longer) && !inflates(other));
    }
}
