//! The lines of a diff around a location.

use serde::Serialize;

use crate::change::ChangeKind;
use crate::patch::{HunkLineKind, file_patches};
use crate::review::location::LineRange;
use crate::wave::manifest::FileRecord;

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
    /// Its number in the old file, if it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_line: Option<u32>,
    /// `+`, `-` or a space.
    pub mark: char,
    /// The line without its mark and line end, with invalid UTF-8 replaced.
    pub text: String,
}

/// The lines of a bundle's diff that are within `around` lines of a place in the file of this record, at most 400. Empty if the
/// diff shows none of them.
pub fn excerpt(
    diff: &[u8],
    record: &FileRecord,
    lines: LineRange,
    around: u32,
) -> Vec<ExcerptLine> {
    let deleted = record.kind == ChangeKind::Deleted;
    let lines = lines.on_old_side(lines.old_side || deleted);
    let mut found = Vec::new();
    // The manifest's numbers count: a part of a cut file is numbered from what earlier parts left.
    let mut numbers = record.hunks.iter();
    for file in file_patches(diff).map_while(Result::ok) {
        if file.path.to_text().0 != record.path {
            continue;
        }
        for hunk in &file.hunks {
            let own = numbers.next().copied().unwrap_or(hunk.hunk);
            for (at, line) in hunk.numbered(own) {
                let place = if lines.old_side { at.old_at } else { at.new_at };
                let near = LineRange::new(place, place)
                    .on_old_side(lines.old_side)
                    .is_near(lines, around);
                let mark = match at.kind {
                    HunkLineKind::Context => ' ',
                    HunkLineKind::Added => '+',
                    HunkLineKind::Deleted => '-',
                    HunkLineKind::Note => continue,
                };
                if !near || found.len() >= MAX_LINES {
                    continue;
                }
                let text = String::from_utf8_lossy(line.get(1..).unwrap_or_default());
                found.push(ExcerptLine {
                    line: if deleted {
                        at.old_line()
                    } else {
                        at.new_line()
                    },
                    old_line: at.old_line().filter(|_| at.kind == HunkLineKind::Deleted),
                    mark,
                    text: text
                        .trim_end_matches(['\r', '\n'])
                        .chars()
                        .take(MAX_CHARS)
                        .collect(),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::change::Hunk;
    use crate::tally::ground::tests::file;

    fn record(path: &str, hunk: [u32; 4]) -> FileRecord {
        let [old_start, old_lines, new_start, new_lines] = hunk;
        let mut record = file(path, ChangeKind::Modified, &[]);
        record.hunks.push(Hunk {
            old_start,
            old_lines,
            new_start,
            new_lines,
        });
        record
    }

    #[test]
    fn lines_around_a_place_with_those_that_were_removed() {
        let diff = b"diff --git a/a.rs b/a.rs\n--- a/a.rs\n+++ b/a.rs\n@@ -1,4 +1,5 @@\n one\n-two\n+zwei\n+more\n three\n four\n";
        let told = |hunk, lines: LineRange, around| -> Vec<String> {
            excerpt(diff, &record("a.rs", hunk), lines, around)
                .iter()
                .map(|line| {
                    format!(
                        "{:?}{}{}",
                        line.line.ok_or(line.old_line),
                        line.mark,
                        line.text
                    )
                })
                .collect()
        };
        let whole = [1, 4, 1, 5];
        let new = LineRange::new;
        assert_eq!(
            told(whole, new(2, 2), 0),
            ["Err(Some(2))-two", "Ok(2)+zwei"]
        );
        assert_eq!(
            told(whole, new(4, 4), 1),
            ["Ok(3)+more", "Ok(4) three", "Ok(5) four"]
        );
        assert_eq!(told(whole, new(90, 90), 3), Vec::<String>::new());
        // A part of a file, whose old lines are further down in the base.
        let old = new(42, 42).on_old_side(true);
        assert_eq!(told([41, 4, 1, 5], old, 0), ["Err(Some(42))-two"]);
        let elsewhere = record("b.rs", whole);
        assert_eq!(excerpt(diff, &elsewhere, new(1, 9), 3), []);
    }
}
