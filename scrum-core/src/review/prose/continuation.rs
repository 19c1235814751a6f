//! Whether a line of text goes on with the open unit, or begins another.

use super::reader::ProseReader;
use super::text::{is_arrow, letters, words_in};
use super::unit::Start;
use crate::review::markdown::{LineKind, MarkdownLine};
use crate::review::severity;

impl ProseReader<'_> {
    /// Whether a line right below another goes on with the unit. `next` says that it is a tool's next finding.
    pub(super) fn goes_on(&self, text: &str, next: bool) -> bool {
        // A line of its own for each finding, as linters print them.
        let begins_another = self.unit_has_place() && self.begins_finding(text) && !is_arrow(text);
        !next
            && self.unit.as_ref().is_some_and(|unit| match unit.start {
                Start::Text | Start::Heading(_) => !begins_another,
                Start::Item(_) | Start::Row => true,
            })
    }

    /// Whether a line behind a blank one belongs to the unit, which begins with `start`. `next` says that it is a tool's next
    /// finding.
    pub(super) fn attaches(
        &self,
        lines: &[MarkdownLine<'_>],
        at: usize,
        start: Start,
        next: bool,
    ) -> bool {
        let line = &lines[at];
        let text = line.text.as_ref();
        let placed = self.has_place(text);
        let has_place = self.unit_has_place();
        let only = self.is_only_place(text);
        let text_below = lines
            .get(at + 1)
            .is_some_and(|next| next.kind == LineKind::Text);
        match start {
            _ if next => false,
            // Indented below a finding: a place that goes with it.
            Start::Text if only && has_place && line.indent > 0 => {
                !text_below || self.is_shown(&lines[at + 1].text, text)
            }
            Start::Heading(8) => false,
            Start::Heading(level) if placed && level >= 10 => false,
            Start::Heading(_) if self.is_set_aside(text) => false,
            Start::Heading(_) if only => !has_place,
            Start::Heading(_) if placed => {
                !(has_place || self.begins_finding(text) && self.unit_is_container())
            }
            Start::Heading(_) => true,
            Start::Item(_) | Start::Row => only && !has_place,
            Start::Text if placed => {
                let title = self.unit.as_ref().and_then(|unit| unit.lines.first());
                let rated = title.is_some_and(|(_, title)| severity::marked(title).is_some());
                only && !has_place && rated
            }
            Start::Text => self.unit.as_ref().is_some_and(|unit| {
                unit.lines.first().is_none_or(|(_, title)| {
                    unit.own_lines().count() == 1
                        && (self.has_place(title) || self.begins_with_lines(title, &unit.around))
                        && words_in(&self.without_places(title)) <= 4
                })
            }),
        }
    }

    /// Whether a line is the code of the open unit's own line: `43     f();`.
    pub(super) fn shows_its_line(&self, text: &str) -> bool {
        let title = self.unit.as_ref().and_then(|unit| unit.lines.first());
        title.is_some_and(|(_, title)| self.is_shown(text, title))
    }

    /// Whether a line is the code of the place that is named: `43 f();`.
    fn is_shown(&self, code: &str, place: &str) -> bool {
        let digits = code.bytes().take_while(u8::is_ascii_digit).count();
        let number = code[..digits].parse::<u32>().ok();
        let places = self.places(place);
        let mut lines = places.iter().flat_map(|place| &place.lines).flatten();
        code[digits..].starts_with([' ', '\t'])
            && lines.any(|lines| Some(lines.range.start) == number)
    }

    /// Whether a line is a tool's next finding: it begins with a severity, or with a place, and the open unit has its own.
    pub(super) fn begins_record(&self, lines: &[MarkdownLine<'_>], at: usize) -> bool {
        let (begins, text) = (self.after_blank, lines[at].text.as_ref());
        let Some(unit) = &self.unit else { return false };
        let below = lines.get(at + 1).map_or("", |next| next.text.as_ref());
        let rated = severity::begins(text) && !self.unit_is_bare() && (begins || is_arrow(below));
        let places = self.places(text);
        let first = places.first().filter(|place| !place.lines.is_empty());
        // Behind a shell's trace of the command: `+ mypy src`.
        let printed = matches!(unit.start, Start::Item(_))
            && first.is_some_and(|place| {
                severity::begins(text[place.range.end..].trim_start_matches([':', ' ']))
            });
        let placed = (unit.start == Start::Text || printed)
            && first.is_some_and(|place| letters(&text[..place.range.start]) == 0)
            && !self.is_only_place(text);
        (rated && (self.unit_has_place() || !begins)) || placed
    }

    /// Whether a line in bold is how bad the open unit is, whose title is the heading right above.
    pub(super) fn rates_title(&self, title: &str) -> bool {
        severity::of_heading(title).is_some()
            && !self.unit_is_container()
            && self
                .unit
                .as_ref()
                .is_some_and(|unit| matches!(unit.start, Start::Heading(level) if level < 7))
    }

    /// Whether the heading's unit holds others rather than being one.
    pub(super) fn unit_is_container(&self) -> bool {
        self.unit.as_ref().is_some_and(|unit| {
            unit.number.is_none()
                && unit
                    .lines
                    .first()
                    .is_none_or(|(_, text)| words_in(text) <= 4)
        })
    }

    /// Whether a line begins with a place, or with a severity and a place.
    pub(super) fn begins_finding(&self, text: &str) -> bool {
        let places = self.places(text);
        let Some(place) = places.iter().find(|place| !place.lines.is_empty()) else {
            return false;
        };
        let before = &text[..place.range.start];
        letters(before) == 0 || severity::marked(before).is_some()
    }
}
