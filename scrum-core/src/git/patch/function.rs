//! The function name behind the second `@@` of a hunk header.
//!
//! git shows the nearest line above the hunk that begins with a letter, `_` or `$`; attributes (`diff=rust`) choose
//! other rules. The search does not go above the hunk before, whose name then stays.

use super::super::languages::Language;

/// Longest name that git keeps.
const MAX_NAME: usize = 80;

/// Which lines count as the start of a function.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::git) enum FunctionRule {
    /// Those that begin with a letter, `_` or `$`.
    #[default]
    Default,
    /// Those of a language that git knows by name.
    Language(&'static Language),
}

impl FunctionRule {
    /// The part of a line, given without its line feed, that names a function.
    fn name(self, line: &[u8]) -> Option<&[u8]> {
        match self {
            Self::Default => {
                let first = *line.first()?;
                (first.is_ascii_alphabetic() || first == b'_' || first == b'$').then_some(line)
            }
            Self::Language(language) => language.function_name(line),
        }
    }
}

/// The name in force at the hunk at hand.
pub(super) struct FunctionName {
    rule: FunctionRule,
    name: Vec<u8>,
}

impl FunctionName {
    pub(super) fn new(rule: FunctionRule) -> Self {
        Self {
            rule,
            name: Vec::new(),
        }
    }

    /// Looks for a name in the lines of `text[from..to]`, the last first.
    pub(super) fn search(&mut self, text: &[u8], from: usize, to: usize) {
        let mut end = to;
        while end > from {
            // The byte in front of `end` is the line feed of the line that is looked at.
            let start =
                memchr::memrchr(b'\n', &text[from..end - 1]).map_or(from, |at| from + at + 1);
            let line = &text[start..end];
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            if let Some(name) = self.rule.name(line) {
                let name = &name[..name.len().min(MAX_NAME)];
                self.name.clear();
                self.name.extend_from_slice(trim_end(name));
                return;
            }
            end = start;
        }
    }

    pub(super) fn name(&self) -> &[u8] {
        &self.name
    }
}

/// Cuts what git counts as white space, which is less than the C library does.
fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t' | b'\n' | b'\r'] = text {
        text = rest;
    }
    text
}

/// How much of a header line is left after git cut it at the first byte that is not UTF-8, U+FFFE and U+FFFF included.
pub(super) fn readable_length(line: &[u8]) -> usize {
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

    fn search(text: &str, from: usize) -> String {
        let mut function = FunctionName::new(FunctionRule::Default);
        function.search(text.as_bytes(), from, text.len());
        String::from_utf8_lossy(function.name()).into_owned()
    }

    #[test]
    fn takes_the_nearest_line_that_begins_a_function() {
        assert_eq!(search("one\n two\n\n", 0), "one");
        assert_eq!(search("one\ntwo \r\n  three\n", 0), "two");
        assert_eq!(search("one\n two\n", 4), "");
        assert_eq!(search("$x\n", 0), "$x");
        assert_eq!(search("9\n", 0), "");
    }

    #[test]
    fn cuts_at_eighty_bytes_and_before_broken_text() {
        let long = format!("a{}\n", " b".repeat(60));
        assert_eq!(search(&long, 0).len(), 79 + 1 - 1);
        assert_eq!(readable_length(b"ab\xc3"), 2);
        assert_eq!(readable_length("a\u{ffff}b".as_bytes()), 1);
        assert_eq!(readable_length("a\u{e4}".as_bytes()), 3);
    }
}
