//! Converts a tally's path to a plain file name or a URI.

use crate::path::RepoPath;

/// The path's bytes. A tally contains a path that is not UTF-8 in git's quoting; every other path is unchanged, even
/// with quotes in its name.
fn bytes(path: &str) -> Vec<u8> {
    match RepoPath::from_quoted(path.as_bytes()) {
        Some(unquoted) if unquoted.as_str().is_none() => unquoted.as_bytes().to_vec(),
        _ => path.as_bytes().to_vec(),
    }
}

/// The components of a path, such that it stays in the repository. Without a wave, a path is what the reviewer wrote.
fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/')
        .filter(|part| !matches!(*part, b"" | b"." | b".."))
}

/// A relative URI of RFC 3986 (section 4.2): every byte except letters, digits, `-._~` and `/` is percent-encoded.
/// Empty, `.` and `..` components are removed, so that it stays in the repository; `None` if nothing is left.
pub(super) fn uri(path: &str) -> Option<String> {
    let bytes = bytes(path);
    let mut uri = String::with_capacity(bytes.len());
    for part in components(&bytes) {
        if !uri.is_empty() {
            uri.push('/');
        }
        encode(part, &mut uri);
    }
    (!uri.is_empty()).then_some(uri)
}

/// The bytes of one component, percent-encoded.
pub(super) fn encode(part: &[u8], uri: &mut String) {
    for &byte in part {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
}

/// The plain path, with bytes that are not UTF-8 replaced.
pub(super) fn name(path: &str) -> Option<String> {
    let bytes = bytes(path);
    let parts: Vec<_> = components(&bytes).map(String::from_utf8_lossy).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_uris() {
        for (path, expected) in [
            ("src/pool.rs", "src/pool.rs"),
            ("with space/a#b?c%d.rs", "with%20space/a%23b%3Fc%25d.rs"),
            ("c:/x", "c%3A/x"),
            ("http://host/x", "http%3A/host/x"),
            ("//host/x", "host/x"),
            ("../../etc/passwd", "etc/passwd"),
            ("b\u{fc}r.rs", "b%C3%BCr.rs"),
            ("\"b\\377.rs\"", "b%FF.rs"),
            // A name with quotes in it that is UTF-8 is the name itself.
            ("\"b\\374\" and \"c\"", "%22b%5C374%22%20and%20%22c%22"),
            ("a\nb", "a%0Ab"),
        ] {
            assert_eq!(uri(path).as_deref(), Some(expected), "{path}");
        }
        assert_eq!(uri("../.."), None);
        assert_eq!(uri(""), None);
    }

    #[test]
    fn names_are_the_files_own() {
        assert_eq!(name("b\u{fc}r x.rs").as_deref(), Some("b\u{fc}r x.rs"));
        assert_eq!(name("\"b\\377.rs\"").as_deref(), Some("b\u{fffd}.rs"));
    }
}
