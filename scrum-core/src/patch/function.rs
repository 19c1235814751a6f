//! The function name after the second `@@` of a hunk header.
//!
//! git shows the nearest line above the hunk that begins with a letter, `_` or `$`. The attribute `diff=<name>` selects
//! the rule of a language instead.

use super::languages::Language;
use crate::change::Hunk;

/// Longest name that git keeps, in bytes.
pub(crate) const MAX_NAME: usize = 80;

/// Longest hunk header that git writes, in bytes, without its line feed.
const MAX_HEADER: usize = 127;

/// Which lines of a file begin a function, for the text after the second `@@`. By default those that begin with a
/// letter, `_` or `$`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct FunctionRule {
    /// `None` for the default rule.
    language: Option<&'static Language>,
}

impl FunctionRule {
    /// git's built-in rule for a language; the default rule if there is none.
    pub(crate) fn of(language: Option<&str>) -> Self {
        let language = language.and_then(Language::named);
        Self { language }
    }

    /// The name that a line, given without its line feed, begins; never empty.
    pub(crate) fn name(self, line: &[u8]) -> Option<&[u8]> {
        let name = match self.language {
            None => {
                let first = *line.first()?;
                (first.is_ascii_alphabetic() || first == b'_' || first == b'$').then_some(line)?
            }
            Some(language) => language.function_name(line)?,
        };
        let name = trim_end(&name[..name.len().min(MAX_NAME)]);
        (!name.is_empty()).then_some(name)
    }
}

/// The part of a function name that git shows in the header of a hunk.
pub(crate) fn shown_name(hunk: Hunk, name: &[u8]) -> &[u8] {
    let room = MAX_HEADER.saturating_sub(hunk.to_string().len() + 1);
    let name = &name[..name.len().min(room)];
    &name[..readable_length(name)]
}

/// Cuts what git counts as white space, which is less than the C library does.
fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t' | b'\n' | b'\r'] = text {
        text = rest;
    }
    text
}

/// How many bytes come before the first that is not UTF-8; for git, U+FFFE and U+FFFF are not.
fn readable_length(line: &[u8]) -> usize {
    let valid = match std::str::from_utf8(line) {
        Ok(_) => line.len(),
        Err(error) => error.valid_up_to(),
    };
    let noncharacter = |tail: &[u8]| memchr::memmem::find(&line[..valid], tail).unwrap_or(valid);
    noncharacter("\u{fffe}".as_bytes()).min(noncharacter("\u{ffff}".as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::hunk_line;

    #[test]
    fn a_name_begins_with_a_letter_and_is_cut_at_eighty_bytes() {
        let name = |line: &str| {
            let name = FunctionRule::default().name(line.as_bytes());
            name.map(|name| String::from_utf8_lossy(name).into_owned())
        };
        assert_eq!(name("two \r").as_deref(), Some("two"));
        assert_eq!(name("$x").as_deref(), Some("$x"));
        for line in ["", " two", "9", "\u{e4}"] {
            assert_eq!(name(line), None, "{line}");
        }
        assert_eq!(name(&format!("a{}", " b".repeat(60))).unwrap().len(), 79);
    }

    #[test]
    fn a_name_is_cut_at_the_end_of_the_line_and_before_broken_text() {
        let hunk = Hunk {
            old_start: 2_000_000_000,
            old_lines: 2_000_000_000,
            new_start: 2_000_000_000,
            new_lines: 2_000_000_000,
        };
        let long = [b'x'; MAX_NAME];
        assert_eq!(hunk_line(hunk, shown_name(hunk, &long)).len(), 128);
        for (name, length) in [
            (&b"ab\xc3"[..], 2),
            ("a\u{ffff}b".as_bytes(), 1),
            ("a\u{e4}".as_bytes(), 3),
        ] {
            assert_eq!(shown_name(Hunk::default(), name).len(), length);
        }
    }
}
