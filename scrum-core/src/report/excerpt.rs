//! The lines of a diff around a location.

use serde::Serialize;

use crate::patch::file_patches;
use crate::review::location::LineRange;

/// Maximum number of lines in one excerpt.
const MAX_LINES: usize = 400;

/// Maximum number of characters of one line.
const MAX_CHARS: usize = 1_000;

/// A line of a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ExcerptLine {
    /// Its number in the new file; in the old one if the file was deleted. `None` for a line that was removed.
    pub line: Option<u32>,
    /// `+`, `-` or a space.
    pub mark: char,
    /// The line without its mark and line end, with invalid UTF-8 replaced.
    pub text: String,
}

/// The lines of `diff` within `around` lines of a location, at most 400. Empty if the diff shows none of them.
pub fn excerpt(diff: &[u8], path: &str, lines: LineRange, around: u32) -> Vec<ExcerptLine> {
    let near = |line: u32| {
        line.saturating_add(around) >= lines.start && line <= lines.end.saturating_add(around)
    };
    let mut found = Vec::new();
    for file in file_patches(diff).map_while(Result::ok) {
        if file.path.to_text().0 != path {
            continue;
        }
        let deleted = file.kind == crate::change::ChangeKind::Deleted;
        let (own, other) = if deleted { (b'-', b'+') } else { (b'+', b'-') };
        for hunk in &file.hunks {
            let numbers = &hunk.hunk;
            let mut number = if deleted {
                numbers.old_start
            } else {
                numbers.new_start
            };
            for line in hunk.lines() {
                let (mark, rest) = match line.split_first() {
                    Some((b'\\', _)) => continue,
                    Some((&mark, rest)) if mark == own || mark == other || mark == b' ' => {
                        (mark, rest)
                    }
                    _ => (b' ', line),
                };
                let counts = mark != other;
                if near(number) && found.len() < MAX_LINES {
                    let text = String::from_utf8_lossy(rest);
                    found.push(ExcerptLine {
                        line: counts.then_some(number),
                        mark: char::from(mark),
                        text: text
                            .trim_end_matches(['\r', '\n'])
                            .chars()
                            .take(MAX_CHARS)
                            .collect(),
                    });
                }
                if counts {
                    number = number.saturating_add(1);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_around_a_place_with_those_that_were_removed() {
        let diff = b"diff --git a/a.rs b/a.rs\n--- a/a.rs\n+++ b/a.rs\n@@ -1,4 +1,5 @@\n one\n-two\n+zwei\n+more\n three\n four\n";
        let told = |start, end, around| -> Vec<String> {
            excerpt(diff, "a.rs", LineRange { start, end }, around)
                .iter()
                .map(|line| format!("{:?}{}{}", line.line, line.mark, line.text))
                .collect()
        };
        assert_eq!(told(2, 2, 0), ["None-two", "Some(2)+zwei"]);
        assert_eq!(
            told(4, 4, 1),
            ["Some(3)+more", "Some(4) three", "Some(5) four"]
        );
        assert_eq!(told(90, 90, 3), Vec::<String>::new());
        assert_eq!(excerpt(diff, "b.rs", LineRange { start: 1, end: 9 }, 3), []);
    }
}
