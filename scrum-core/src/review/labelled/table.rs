//! Tables with a Where column.

use crate::review::label::{self, Label};
use crate::review::line_prefix;
use crate::review::span::Span;
use crate::review::words;

/// Where the columns stand in a table whose rows are findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    place: usize,
    severity: Option<usize>,
    what: Option<usize>,
    why: Option<usize>,
    number: Option<usize>,
}

/// What stands in a row's cells, where something does.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowCells {
    pub(super) place: Option<Span>,
    pub(super) severity: Option<Span>,
    pub(super) what: Option<Span>,
    pub(super) why: Option<Span>,
    pub(super) number: Option<u32>,
}

impl Columns {
    /// Reads a header. One without the delimiter row below must name a second of our columns.
    pub(super) fn of_header(line: &str, delimited: bool) -> Option<Self> {
        let mut found = Self {
            place: usize::MAX,
            severity: None,
            what: None,
            why: None,
            number: None,
        };
        let mut others = 0;
        let mut last = "";
        for (at, (from, to)) in cells(line).enumerate() {
            let cell = line_prefix::split(&line[from..to]).1.trim();
            last = line[from..to].trim();
            let known = label::at_word(cell).filter(|(_, rest)| {
                let rest = rest.trim_matches(['*', '_', '`', ':', '：', ' ']);
                rest.is_empty() || rest.starts_with('(')
            });
            match known.map(|(label, _)| label) {
                Some(Label::Where) => {
                    found.place = at;
                }
                Some(Label::Severity) => found.severity = Some(at),
                Some(Label::What) => found.what = Some(at),
                Some(Label::Why) => found.why = Some(at),
                // A word of another language or tool does not make a row the header of findings by itself.
                None if words::field(&line[from..to]) == Some(words::Field::Severity) => {
                    found.severity = Some(at);
                    continue;
                }
                None if words::field(&line[from..to]) == Some(words::Field::What) => {
                    found.what = Some(at);
                    continue;
                }
                _ => {
                    let plain = line[from..to].trim().trim_matches(['*', '.', '_']);
                    if ["#", "no", "nr", "id", "№", "n"]
                        .iter()
                        .any(|name| name.eq_ignore_ascii_case(plain))
                    {
                        found.number = Some(at);
                    }
                    continue;
                }
            }
            others += 1;
        }
        // A table of what was checked.
        let checked = others < 2
            && cells(line)
                .any(|(from, to)| words::field(&line[from..to]) == Some(words::Field::Result));
        // A row of `label | value` is no header.
        let pair = last.contains(['/', '.', ':']);
        (found.place != usize::MAX && (others > 1 || delimited) && !pair && !checked)
            .then_some(found)
    }

    /// Reads the row that stands at these bytes of the text.
    pub(super) fn row(&self, text: &str, (start, end): Span) -> RowCells {
        let line = &text[start..end];
        let cells: Vec<Span> = cells(line)
            .map(|(from, to)| {
                let cell = &line[from..to];
                let lead = cell.len() - cell.trim_start().len();
                (start + from + lead, start + from + lead + cell.trim().len())
            })
            .collect();
        let cell = |at: Option<usize>| {
            at.and_then(|at| cells.get(at).copied())
                .filter(|(from, to)| from < to)
        };
        // `✅ Fixed in 4f2c9ab` in a column of any name.
        let done = cells.iter().any(|(from, to)| {
            let cell = &text[*from..*to];
            words::is_done(cell) && cell.contains(char::is_alphabetic)
        });
        let number = cell(self.number).and_then(|(from, to)| {
            text[from..to]
                .trim_matches(['*', '#', '.', ' '])
                .parse()
                .ok()
        });
        RowCells {
            place: cell(Some(self.place)).filter(|_| !done),
            severity: cell(self.severity),
            what: cell(self.what),
            why: cell(self.why),
            number,
        }
    }
}

/// Whether a line is the row of dashes below a header.
pub(super) fn is_delimiter(line: &str) -> bool {
    let mut dashes = 0_usize;
    let mut pipes = 0_usize;
    for byte in line.trim().bytes() {
        match byte {
            b'-' => dashes += 1,
            b'|' => pipes += 1,
            b':' | b' ' | b'\t' => {}
            _ => return false,
        }
    }
    dashes > 0 && pipes > 0
}

/// The cells of a row, as byte ranges in it. A `\|` is part of its cell.
fn cells(line: &str) -> impl Iterator<Item = (usize, usize)> {
    let trimmed = line.trim();
    let lead = line.len() - line.trim_start().len();
    let from = lead + usize::from(trimmed.starts_with('|'));
    let to = (lead + trimmed.len() - usize::from(trimmed.ends_with('|'))).max(from);
    let bytes = line.as_bytes();
    let mut at = Some(from);
    std::iter::from_fn(move || {
        let start = at?;
        let mut end = start;
        while end < to && !(bytes[end] == b'|' && bytes[end - usize::from(end > 0)] != b'\\') {
            end += 1;
        }
        at = (end < to).then_some(end + 1);
        Some((start, end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        let columns =
            Columns::of_header("| # | **Severity** | Where | What | Why |", true).unwrap();
        assert_eq!(
            columns,
            Columns {
                place: 2,
                severity: Some(1),
                what: Some(3),
                why: Some(4),
                number: Some(0)
            }
        );
        assert!(Columns::of_header("Severity | Where | What", true).is_some());
        assert!(Columns::of_header("| Where (path:line) | Note |", true).is_some());
        assert!(Columns::of_header("| SEVERITY | WHERE |", false).is_some());
        for (line, delimited) in [
            ("| Where | Note |", false),
            ("| File | Note |", true),
            ("| WHERE | src/a.rs:10 |", true),
            ("| Where it fails | Note |", true),
        ] {
            assert!(Columns::of_header(line, delimited).is_none(), "{line}");
        }
    }

    #[test]
    fn cells_of_a_row() {
        let line = " | a | b \\| c || d |";
        let all: Vec<&str> = cells(line)
            .map(|(from, to)| line[from..to].trim())
            .collect();
        assert_eq!(all, ["a", "b \\| c", "", "d"]);
        let all: Vec<_> = cells("a | b").collect();
        assert_eq!(all, [(0, 2), (3, 5)]);
        for odd in ["|", "", "||", "\\|"] {
            cells(odd).for_each(drop);
        }
    }

    #[test]
    fn delimiters() {
        for line in ["|---|---|", "--- | :---:", "|-|"] {
            assert!(is_delimiter(line), "{line}");
        }
        for line in ["---", "| a |", "|  |", ""] {
            assert!(!is_delimiter(line), "{line}");
        }
    }
}
