//! The rows of tables.

use super::reader::ProseReader;
use super::text::{letters, words_in};
use super::unit::{Start, Unit};
use crate::review::location::PlaceInText;
use crate::review::markdown::{self, LineKind, MarkdownLine};
use crate::review::severity;
use crate::review::words::{self, Field};

/// How many words of a cell may be what its row says.
const LEAST_WORDS: usize = 3;
/// How many rows of a table are looked at to either side of one.
const MOST_ROWS: usize = 8;

impl ProseReader<'_> {
    pub(super) fn row(&mut self, lines: &[MarkdownLine<'_>], at: usize) {
        let line = &lines[at];
        if markdown::is_delimiter(&line.text) {
            return;
        }
        let cells = markdown::cells(&line.text);
        // The last cell of a row whose other cells are folded up.
        if let [cell] = cells.as_slice()
            && let Some(level) = severity::read(cell)
        {
            self.flush();
            return self.rate_last(level, cell);
        }
        let follows = lines
            .get(at + 1)
            .is_some_and(|next| markdown::is_delimiter(&next.text));
        let columns: Vec<Option<Field>> = cells.iter().map(|cell| words::field(cell)).collect();
        let known = columns.iter().flatten().count();
        if self.header.is_none() {
            self.flush();
            let named = (0..).zip(&cells);
            self.aside = named
                .filter_map(|(at, cell)| words::no_findings_below(cell).then_some(at))
                .collect();
            if follows || known > 1 {
                self.header = Some(columns);
                return;
            }
            // A row of a table without a header.
            self.header = Some(vec![None; cells.len()]);
        }
        if self.label_row(line, &cells) {
            return;
        }
        self.flush();
        let around = self.around();
        let columns = self.header.clone().unwrap_or_default();
        // Several cells that each say something of a place of their own, beside how bad it is: a matrix.
        let says = |cell: &&String| {
            self.has_place(cell) && words_in(&self.without_places(cell)) >= LEAST_WORDS
        };
        let unknown = columns.iter().all(Option::is_none);
        let cited = cells.iter().filter(|_| unknown).filter(says);
        let cited: Vec<String> = cited.cloned().collect();
        if cited.len() > 1 {
            let rated = cells.iter().find(|cell| severity::read(cell).is_some());
            for cell in cited {
                let mut unit = Unit::new(Start::Row, &around, line.number, &cell);
                unit.severity = rated.cloned();
                self.unit = Some(unit);
                self.flush();
            }
            return;
        }
        let mut unit = Unit::new(Start::Row, &around, line.number, "");
        unit.lines.clear();
        let known = columns
            .iter()
            .flatten()
            .any(|field| matches!(field, Field::Path | Field::Place));
        for (at, cell) in cells.iter().enumerate() {
            let column = columns.get(at).copied().flatten();
            // A path in a column of any name: `Module`, `Looked at`.
            let places = self.places(cell);
            if !known
                && matches!(column, None | Some(Field::Other))
                && unit.paths.is_empty()
                && !places.is_empty()
                && self.is_mostly_path(cell, &places)
            {
                unit.around.mention |= self.aside.contains(&at);
                unit.paths.push((line.number, cell.clone()));
                continue;
            }
            match column {
                Some(Field::Number) => {
                    unit.number = cell
                        .trim_matches(|c: char| !c.is_ascii_digit())
                        .parse()
                        .ok();
                }
                Some(Field::PerhapsSeverity) if severity::read(cell).is_none() => {
                    unit.push(line.number, cell);
                }
                // The text of a row may contain a place that has no column for it.
                Some(Field::What | Field::Why)
                    if !known && unit.lines.is_empty() && self.has_place(cell) =>
                {
                    unit.push(line.number, cell);
                }
                Some(field) => {
                    unit.set(field, line.number, cell);
                    // A cell ends with its column.
                    unit.open = None;
                }
                None if !cell.is_empty() => {
                    if unit.severity.is_none() && severity::read(cell).is_some() {
                        unit.severity = Some(cell.clone());
                    } else {
                        // `✅ Fixed in 4f2c9ab`.
                        unit.done |= letters(cell) > 1 && words::is_done(cell);
                        unit.push(line.number, cell);
                    }
                }
                None => {}
            }
        }
        let names_file = |value: &String| {
            let places = self.places(value);
            places.iter().all(|place| place.lines.is_empty())
        };
        unit.among_lined = unit.line_lists.is_empty()
            && unit.paths.iter().any(|(_, value)| names_file(value))
            && self.among_lined(lines, at);
        // A number or a word is not what a row says.
        unit.lines
            .sort_by_key(|(_, text)| words_in(text) < LEAST_WORDS);
        self.unit = Some(unit);
        self.flush();
    }

    /// Whether a row of the same table names lines, so that one that names a file alone reports it as a whole.
    fn among_lined(&self, lines: &[MarkdownLine<'_>], at: usize) -> bool {
        let is_row = |line: &&MarkdownLine<'_>| line.kind == LineKind::Row;
        let before = lines[..at].iter().rev().take_while(is_row);
        let behind = lines[at + 1..].iter().take_while(is_row);
        let mut rows = before.take(MOST_ROWS).chain(behind.take(MOST_ROWS));
        rows.any(|row| {
            let mut cells = markdown::cells(&row.text).into_iter();
            cells.any(|cell| self.has_place(&cell) || self.lines_beside(&cell).is_some())
        })
    }

    /// A row of two cells, the first of which is a label. Whether it is one.
    fn label_row(&mut self, line: &MarkdownLine<'_>, cells: &[String]) -> bool {
        let [name, value] = cells else { return false };
        let Some(field) = words::field(name) else {
            return false;
        };
        let label = words::label(name);
        let goes_on = self
            .unit
            .as_ref()
            .is_some_and(|unit| unit.labels.first().is_some_and(|first| *first != label));
        if !goes_on {
            self.flush();
            let mut unit = Unit::new(Start::Text, &self.around(), line.number, "");
            unit.lines.clear();
            unit.labels.push(label);
            self.unit = Some(unit);
        }
        self.set(field, line.number, value);
        if let Some(unit) = &mut self.unit {
            unit.open = None;
        }
        true
    }

    pub(super) fn is_mostly_path(&self, text: &str, places: &[PlaceInText]) -> bool {
        let named: usize = places.iter().map(|place| place.range.len()).sum();
        text.len() <= named + 12
    }
}
