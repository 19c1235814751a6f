//! Paths inside a repository: bytes, compared as git compares them.
//!
//! Takes bytes, as git has them; gives [`RepoPath`], which every stage uses.
//!
//! git only guarantees that a path has no NUL and no empty, `.` or `..` component. So a path here consists of bytes.
//! [`RepoPath::display`] converts it for people, and [`RepoPath::quoted`] for text that git reads back.

use std::fmt;

use bstr::{BStr, BString, ByteSlice};

/// A path relative to the repository's top folder, with `/` between its components.
///
/// Ordered by bytes, which is the order of git's own listings of files.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RepoPath(BString);

impl RepoPath {
    /// Takes the bytes from a tree or a patch, without the `a/` or `b/` of a patch.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(BString::from(bytes.into()))
    }

    /// The bytes, unquoted.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The path as text, if it is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        self.0.to_str().ok()
    }

    /// The folder part without the last `/`; empty for a file at the top.
    pub fn folder(&self) -> &[u8] {
        match self.0.rfind_byte(b'/') {
            Some(at) => &self.0[..at],
            None => b"",
        }
    }

    /// The part after the last `/`.
    pub fn file_name(&self) -> &[u8] {
        match self.0.rfind_byte(b'/') {
            Some(at) => &self.0[at + 1..],
            None => &self.0,
        }
    }

    /// Whether `other` is inside the folder `self`. A path is not inside itself.
    pub fn is_folder_of(&self, other: &RepoPath) -> bool {
        let (own, other) = (self.as_bytes(), other.as_bytes());
        other.len() > own.len() && other[own.len()] == b'/' && other.starts_with(own)
    }

    /// The path for JSON and messages: itself if it is UTF-8, else [quoted](Self::quoted). The second value says
    /// whether it was quoted.
    pub fn to_text(&self) -> (String, bool) {
        match self.as_str() {
            Some(text) => (text.to_owned(), false),
            None => (self.quoted(), true),
        }
    }

    /// The path for people: itself if it is plain text, else quoted, so that no character for which
    /// [`is_harmful`](crate::terminal::is_harmful) is true reaches a terminal.
    pub fn display(&self) -> String {
        match self.as_str() {
            Some(text) if !text.chars().any(crate::terminal::is_harmful) => text.to_owned(),
            _ => self.quoted(),
        }
    }

    /// The path as git writes it with `core.quotePath` on: unquoted if every byte is harmless, else in double quotes
    /// with C escapes and octal bytes.
    pub fn quoted(&self) -> String {
        quote_with_prefix("", self.as_bytes())
    }

    /// Reads what [`quoted`](Self::quoted) writes; a text that does not begin with a quote is taken as it is.
    ///
    /// Returns `None` for a quoted text that ends early or contains an escape that git never writes.
    pub fn from_quoted(text: &[u8]) -> Option<Self> {
        if text.first() != Some(&b'"') {
            return Some(Self::new(text));
        }
        let (bytes, rest) = unquote(text)?;
        rest.is_empty().then(|| Self::new(bytes))
    }
}

/// Writes `prefix` and `path` as one name, as git does in patch headers: quotes, if needed, enclose both.
pub(crate) fn quote_with_prefix(prefix: &str, path: &[u8]) -> String {
    let plain = |b: &u8| (0x20..0x7f).contains(b) && *b != b'"' && *b != b'\\';
    // Every byte is ASCII here, so the lossy conversion loses nothing.
    if path.iter().all(plain) {
        return format!("{prefix}{}", String::from_utf8_lossy(path));
    }
    let mut out = format!("\"{prefix}");
    for &byte in path {
        match byte {
            0x07 => out.push_str("\\a"),
            0x08 => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            0x0b => out.push_str("\\v"),
            0x0c => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b if plain(&b) => out.push(char::from(b)),
            b => {
                let digit = |shift: u8| char::from(b'0' + ((b >> shift) & 7));
                out.push('\\');
                out.extend([digit(6), digit(3), digit(0)]);
            }
        }
    }
    out.push('"');
    out
}

/// Reads one C-quoted name at the start of `text`, which begins with `"`. Returns its bytes and what follows the
/// closing quote.
pub(crate) fn unquote(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.strip_prefix(b"\"")?;
    loop {
        let (&byte, tail) = rest.split_first()?;
        rest = tail;
        match byte {
            b'"' => return Some((bytes, rest)),
            b'\\' => {
                let (&escape, tail) = rest.split_first()?;
                rest = tail;
                bytes.push(match escape {
                    b'a' => 0x07,
                    b'b' => 0x08,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 0x0b,
                    b'f' => 0x0c,
                    b'r' => b'\r',
                    b'"' | b'\\' => escape,
                    b'0'..=b'3' => {
                        let (&[mid, low], tail) = rest.split_first_chunk::<2>()?;
                        if !matches!((mid, low), (b'0'..=b'7', b'0'..=b'7')) {
                            return None;
                        }
                        rest = tail;
                        (escape - b'0') << 6 | (mid - b'0') << 3 | (low - b'0')
                    }
                    _ => return None,
                });
            }
            plain => bytes.push(plain),
        }
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(BStr::new(&self.0), f)
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}

impl From<&str> for RepoPath {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_is_gits() {
        for (bytes, quoted) in [
            (&b"src/main.rs"[..], "src/main.rs"),
            (b"with space", "with space"),
            (b"tab\there", "\"tab\\there\""),
            (b"q\"uote", "\"q\\\"uote\""),
            (b"back\\slash", "\"back\\\\slash\""),
            ("b\u{fc}r".as_bytes(), "\"b\\303\\274r\""),
            (b"\xff\x01", "\"\\377\\001\""),
        ] {
            let path = RepoPath::new(bytes);
            assert_eq!(path.quoted(), quoted);
            assert_eq!(RepoPath::from_quoted(quoted.as_bytes()), Some(path));
        }
    }

    #[test]
    fn broken_quoting_is_refused() {
        for text in ["\"open", "\"bad\\q\"", "\"\\40\"", "\"\\999\"", "\"a\"b"] {
            assert_eq!(RepoPath::from_quoted(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn folders() {
        let path = RepoPath::from("a/b/c.rs");
        assert_eq!(path.folder(), b"a/b");
        assert_eq!(path.file_name(), b"c.rs");
        assert!(RepoPath::from("a/b").is_folder_of(&path));
        assert!(!RepoPath::from("a/b/c").is_folder_of(&path));
        assert!(!path.is_folder_of(&path));
        assert_eq!(RepoPath::from("top").folder(), b"");
    }
}
