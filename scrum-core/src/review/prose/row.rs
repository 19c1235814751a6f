//! The rows of tables.

use super::unit::Unit;
use super::{ProseReader, Start};
use crate::review::location::Place;
use crate::review::markdown::{self, LineKind, MarkdownLine};
use crate::review::severity;
use crate::review::words::{self, Field};

impl ProseReader<'_> {
    pub(super) fn row(&mut self, lines: &[MarkdownLine<'_>], at: usize) {
        let line = &lines[at];
        if markdown::is_delimiter(&line.text) {
            return;
        }
        let cells = markdown::cells(&line.text);
        let follows = lines
            .get(at + 1)
            .is_some_and(|next| next.kind == LineKind::Row && markdown::is_delimiter(&next.text));
        if self.header.is_none() || follows {
            let columns: Vec<Option<Field>> = cells.iter().map(|cell| words::field(cell)).collect();
            let known = columns.iter().flatten().count();
            self.flush();
            if follows || known > 1 {
                self.header = Some(columns);
                return;
            }
            // A row of a table without a header.
            self.header = Some(vec![None; cells.len()]);
        }
        self.flush();
        let around = self.around();
        let columns = self.header.clone().unwrap_or_default();
        let mut unit = Unit::new(Start::Row, &around, line.number, "");
        unit.lines.clear();
        let known = columns
            .iter()
            .flatten()
            .any(|field| matches!(field, Field::Path | Field::Place));
        for (at, cell) in cells.iter().enumerate() {
            match columns.get(at).copied().flatten() {
                Some(Field::Number) => {
                    unit.number = cell
                        .trim_matches(|c: char| !c.is_ascii_digit())
                        .parse()
                        .ok();
                }
                Some(Field::PerhapsSeverity) if severity::read(cell).is_none() => {
                    unit.push(line.number, cell);
                }
                Some(field) => unit.set(field, line.number, cell),
                None if !cell.is_empty() => {
                    let places = self.places(cell);
                    if !known
                        && unit.paths.is_empty()
                        && !places.is_empty()
                        && self.is_mostly_path(cell, &places)
                    {
                        unit.paths.push((line.number, cell.clone()));
                    } else if unit.severity.is_none()
                        && cell.len() < 30
                        && severity::read(cell).is_some()
                    {
                        unit.severity = Some(cell.clone());
                    } else {
                        unit.push(line.number, cell);
                    }
                }
                None => {}
            }
        }
        self.unit = Some(unit);
        self.flush();
    }

    pub(super) fn is_mostly_path(&self, text: &str, places: &[Place]) -> bool {
        let named: usize = places.iter().map(|place| place.range.len()).sum();
        text.len() <= named + 12
    }
}
