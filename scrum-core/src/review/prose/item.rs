//! The items of lists.

use super::claim::is_number;
use super::layout::leading_lines;
use super::reader::ProseReader;
use super::section::OpenSection;
use super::text::{letters, words_in};
use super::unit::{Start, Unit};
use crate::review::markdown::MarkdownLine;
use crate::review::severity;
use crate::review::words::{self, Field};

/// How many words may be beside a place about which nothing is said yet.
const MOST_BARE_WORDS: usize = 4;

impl ProseReader<'_> {
    pub(super) fn item(&mut self, line: &MarkdownLine<'_>, text: &str) {
        if let Some((field, value)) = words::labelled(text)
            && self.takes(field)
            && !(field == Field::Other && self.awaits_claim())
        {
            let value = value.to_owned();
            self.set(field, line.number, &value);
            return;
        }
        if self.awaits_claim() && !self.has_place(text) {
            self.push(line);
            return;
        }
        let nested = match &self.unit {
            Some(Unit {
                start: Start::Item(indent),
                ..
            }) => line.indent > *indent,
            Some(Unit {
                start: Start::Heading(_),
                placed: true,
                ..
            }) => line.item.is_none(),
            _ => false,
        };
        if nested {
            let placed = self.unit_has_place();
            let own = self.has_place(text)
                || (self.item_path().is_some() || self.around().path.is_some())
                    && leading_lines(text).is_some();
            // A file with findings of its own below.
            let file = !own && self.names_a_file(text);
            if (placed || !own || (line.item.is_none() && self.is_only_place(text))) && !file {
                self.push(line);
                return;
            }
            // The item above holds several findings, of one file perhaps.
            let path = self.item_path();
            let mut around = self.around();
            let kept = self.unit.take();
            if let Some(unit) = &kept {
                around.path = path.or(around.path);
                let title = unit.lines.first().map_or("", |(_, text)| text.as_str());
                around.severity = severity::marked(title)
                    .or_else(|| severity::of_heading(title))
                    .or(around.severity);
                around.mention |= words::no_findings_below(title);
            }
            let indent = line.indent;
            self.begin(Start::Item(indent), line, text, &around);
            self.pop_level(9);
            self.sections.push(OpenSection {
                level: 9,
                around: self
                    .unit
                    .as_ref()
                    .map(|unit| unit.around.clone())
                    .unwrap_or_default(),
            });
            return;
        }
        if line.indent == 0 {
            self.pop_level(9);
        }
        self.flush();
        let around = self.around();
        self.begin(Start::Item(line.indent), line, text, &around);
    }

    /// Whether the open unit is a place with a few words at most, and what it quotes.
    pub(super) fn unit_is_bare(&self) -> bool {
        self.unit_has_place()
            && self.unit.as_ref().is_some_and(|unit| {
                let mut own = unit.own_lines();
                let title = own.next().unwrap_or("");
                own.next().is_none() && words_in(&self.without_places(title)) <= MOST_BARE_WORDS
            })
    }

    /// Whether a text is a path without lines, and nothing else.
    fn names_a_file(&self, text: &str) -> bool {
        let places = self.places(text);
        let [place] = &*places else {
            return false;
        };
        let rest = format!(
            "{} {}",
            &text[..place.range.start],
            &text[place.range.end..]
        );
        letters(&rest) == 0
    }

    /// The path that an item names without lines.
    pub(super) fn item_path(&self) -> Option<String> {
        let unit = self.unit.as_ref()?;
        let first = unit.lines.first()?;
        let places = self.places(&first.1);
        let place = places.first()?;
        Some(place.path.clone())
    }

    /// Whether the open unit is a place about which nothing is said yet: `**suggestion:** …` is what is said.
    pub(super) fn awaits_claim(&self) -> bool {
        self.unit.as_ref().is_some_and(|unit| {
            let below_number = is_number(unit) && unit.placed_below;
            matches!(unit.lines.as_slice(), [(_, only)] if below_number || self.is_only_place(only))
        })
    }
}
