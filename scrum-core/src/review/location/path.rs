//! Paths as reviewers write them: what ends one, what looks like one, what is only a word.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use crate::path::RepoPath;

/// Names of source files' endings, to tell `lib.rs` from `self.flush` where nothing else does.
static ENDINGS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| entries(include_str!("../../../data/file-endings.txt")));
/// Files that are named without an ending.
static BARE_NAMES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| entries(include_str!("../../../data/bare-file-names.txt")));
/// Words that say "no particular place".
static NOWHERE: LazyLock<HashSet<&str>> =
    LazyLock::new(|| entries(include_str!("../../../data/nowhere.txt")));

/// The lines of a data file, its comments left out.
fn entries(data: &'static str) -> HashSet<&'static str> {
    data.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .collect()
}

/// Looks a short word up, whatever its case.
fn has_ignoring_case(words: &HashSet<&str>, word: &str) -> bool {
    let mut small = [0_u8; 24];
    let Some(small) = small.get_mut(..word.len()) else {
        return false;
    };
    small.copy_from_slice(word.as_bytes());
    small.make_ascii_lowercase();
    std::str::from_utf8(small).is_ok_and(|word| words.contains(word))
}

/// Takes quotes, emphasis, brackets and closing punctuation off both ends.
pub(super) fn strip_markup(text: &str) -> &str {
    text.trim()
        .trim_matches([
            '`', '*', '"', '\'', '(', ')', '[', ']', '<', '>', '“', '”', '‘', '’', '|', ' ',
        ])
        .trim_end_matches(['.', ',', ';', ':', '!'])
        .trim()
}

pub(super) fn is_nowhere(text: &str) -> bool {
    has_ignoring_case(&NOWHERE, text)
}

/// The last component, both separators counted.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Whether the last component ends like a file: a dot, then a short word that begins with a letter.
pub(super) fn has_ending(path: &str) -> bool {
    let Some((_, ending)) = file_name(path).rsplit_once('.') else {
        return false;
    };
    ending.starts_with(|c: char| c.is_ascii_alphabetic())
        && ending.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Whether it surely is a file's name, with no folder to show it.
pub(super) fn is_known_name(path: &str) -> bool {
    let name = file_name(path);
    BARE_NAMES.contains(name)
        || name
            .rsplit_once('.')
            .is_some_and(|(_, ending)| has_ignoring_case(&ENDINGS, ending))
}

pub(super) fn has_folder(path: &str) -> bool {
    path.contains('/')
}

/// Whether a path can be told from a word by its looks alone.
pub(super) fn looks_like_path(path: &str) -> bool {
    (has_folder(path) && has_ending(path)) || is_known_name(path)
}

/// Whether a character is of a script that is written without blanks between words.
pub(super) fn is_cjk(c: char) -> bool {
    c >= '\u{2e80}'
}

/// Where an unquoted path ends: at blanks, list punctuation, quotes, and brackets that are not part of it.
///
/// Brackets are, where a path goes on behind them (`app/[id]/page.tsx`) or they are a folder of their own
/// (`app/(auth)`).
pub(super) fn bare_end(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    let mut before = ' ';
    while let Some((at, c)) = chars.next() {
        let ends = match c {
            c if c.is_whitespace() || ",;`\"“”|<>*)]}，；、（）：。".contains(c) => true,
            '(' | '[' | '{' => {
                let close = match c {
                    '(' => ')',
                    '[' => ']',
                    _ => '}',
                };
                // Looked for only nearby: a name in brackets is short.
                let near = text[at + 1..]
                    .char_indices()
                    .take(64)
                    .take_while(|(_, c)| !c.is_whitespace());
                let inside = near
                    .into_iter()
                    .find(|(_, c)| *c == close)
                    .map(|(end, _)| at + 1 + end);
                let goes_on = |end: usize| {
                    let next = text[end + 1..].chars().next();
                    before == '/'
                        || next.is_some_and(|c| {
                            c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-')
                        })
                };
                match inside.filter(|end| goes_on(*end)) {
                    Some(end) => {
                        while chars.next_if(|(at, _)| *at <= end).is_some() {}
                        false
                    }
                    None => true,
                }
            }
            _ => false,
        };
        if ends {
            return at;
        }
        before = c;
    }
    text.len()
}

/// A path freed of Markdown escapes, `file://`, Windows separators and repeated slashes. `None` where no letter or digit is left.
pub(super) fn cleaned(raw: &str) -> Option<String> {
    let text = raw.trim();
    let text = text.trim_end_matches(['.', ':', '*', '!', '?', '\'', '’', '"']);
    let text = text.trim_start_matches(['*', '\'', '‘']);
    let text = text.strip_prefix("file://").unwrap_or(text);
    // Each separator of Windows may be escaped by another.
    let mut text = without_escapes(text).replace('\\', "/");
    if !text.contains("://") || is_drive(&text) {
        let mut before = ' ';
        text.retain(|c| !(std::mem::replace(&mut before, c) == '/' && c == '/'));
    }
    (text.contains(char::is_alphanumeric) && !text.contains('\0')).then_some(text)
}

/// Takes Markdown's backslashes off: `my\_file.rs`.
fn without_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = |next: &char| {
            matches!(
                next,
                '_' | '*' | '[' | ']' | '(' | ')' | '`' | '#' | '~' | '<' | '>'
            )
        };
        if c != '\\' || !chars.peek().is_some_and(escaped) {
            out.push(c);
        }
    }
    out
}

/// Whether it begins with a drive letter.
pub(super) fn is_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic())
}

/// The path behind git's quotes, as [`RepoPath::to_text`] shows it, and the length of the quoted text.
pub(super) fn git_quoted(text: &str) -> Option<(String, usize)> {
    let (bytes, rest) = crate::path::unquote(text.as_bytes())?;
    Some((RepoPath::new(bytes).to_text().0, text.len() - rest.len()))
}

/// Writes `path` so that the grammar reads it back as one.
pub(super) fn write(f: &mut fmt::Formatter<'_>, path: &str, more_follows: bool) -> fmt::Result {
    let plain =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-' | b'+' | b'@');
    let start = path.strip_prefix('/').unwrap_or(path);
    // `/42` goes on with a list of lines.
    let joins = start.len() < path.len() && start.starts_with(|c: char| c.is_ascii_digit());
    let edges = path.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.' || c == '/')
        && !joins
        && path.ends_with(|c: char| c.is_ascii_alphanumeric());
    // Digits alone are lines.
    let word = !path.contains(|c: char| c.is_ascii_alphabetic())
        || (!more_follows && !looks_like_path(path));
    let is_gits = path.starts_with('"')
        && git_quoted(path).is_some_and(|(_, len)| len == path.len() && path.contains('\\'));
    if is_gits || (edges && !word && path.bytes().all(plain)) {
        return f.write_str(path);
    }
    let quoted = RepoPath::from(path).quoted();
    let inner = match quoted.strip_prefix('"') {
        Some(inner) if !is_drive(inner) => return f.write_str(&quoted),
        Some(inner) => inner.strip_suffix('"').unwrap_or(inner),
        None => path,
    };
    // Nothing in it needs git's quoting, but the grammar would see more in it than a path, or a drive and backslashes
    // that separate folders. One escape at the beginning tells that the quotes are git's.
    let Some(first) = inner.bytes().next() else {
        return Ok(());
    };
    write!(f, "\"\\{first:03o}{}\"", &inner[1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_in_small_letters_and_short() {
        for word in ENDINGS.iter().chain(NOWHERE.iter()) {
            assert!(
                has_ignoring_case(
                    if ENDINGS.contains(word) {
                        &ENDINGS
                    } else {
                        &NOWHERE
                    },
                    &word.to_uppercase()
                ),
                "{word}"
            );
        }
    }

    #[test]
    fn brackets_inside_a_path_belong_to_it() {
        for (text, path) in [
            ("app/[id]/page.tsx:3", "app/[id]/page.tsx:3"),
            ("app/(auth)/page.tsx", "app/(auth)/page.tsx"),
            ("app/(auth)", "app/(auth)"),
            (
                "src/Big{Cart,Order}Test.java",
                "src/Big{Cart,Order}Test.java",
            ),
            ("src/a.rs(42)", "src/a.rs"),
            ("src/a.rs) and more", "src/a.rs"),
            ("src/a.rs, b", "src/a.rs"),
        ] {
            assert_eq!(&text[..bare_end(text)], path, "{text}");
        }
    }

    #[test]
    fn words_are_told_from_paths() {
        for path in [
            "src/a.rs",
            "lib.rs",
            "Makefile",
            "a/b/Dockerfile",
            ".github/x.yml",
            "go.mod",
        ] {
            assert!(looks_like_path(path), "{path}");
        }
        for word in [
            "self.flush",
            "read/write",
            "e.g",
            "parser",
            "and/or",
            "v1.2",
            "1/2.5",
        ] {
            assert!(!looks_like_path(word), "{word}");
        }
    }

    #[test]
    fn escapes_and_windows_separators() {
        for (raw, path) in [
            ("src/my\\_file.rs", "src/my_file.rs"),
            ("my\\_file.rs", "my_file.rs"),
            ("src\\main.rs", "src/main.rs"),
            ("C:\\code\\src\\main.rs", "C:/code/src/main.rs"),
            ("file:///home/x/a.rs", "/home/x/a.rs"),
            ("src/a.rs.", "src/a.rs"),
            ("src///a.rs", "src/a.rs"),
            ("file:////srv//a.rs", "/srv/a.rs"),
        ] {
            assert_eq!(cleaned(raw).as_deref(), Some(path));
        }
        assert_eq!(cleaned("—"), None);
    }
}
