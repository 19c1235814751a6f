//! Lines of text: what goes on with the open unit, and what begins one.

use super::text::{letters, strip_marks, words_in};
use super::unit::Unit;
use super::{OpenSection, ProseReader, Start};
use crate::review::location;
use crate::review::markdown::{LineKind, MarkdownLine};
use crate::review::severity;
use crate::review::words::{self, Field};

impl ProseReader<'_> {
    pub(super) fn text(&mut self, lines: &[MarkdownLine<'_>], at: usize) {
        if self.linter_layout(lines, at) {
            return;
        }
        let line = &lines[at];
        let text = line.text.as_ref();
        let begins = self.after_blank;
        if words::is_noise(text) && !self.has_place(text) {
            if begins {
                self.flush();
            }
            return;
        }
        let label = words::labelled(text);
        if label.is_some() && begins && self.repeats_label(text) {
            // One record after the other, with the same labels.
            self.flush();
            let mut unit = Unit::new(Start::Text, &self.around(), line.number, "");
            unit.lines.clear();
            self.unit = Some(unit);
        }
        self.note_label(text);
        if let Some((field, value)) = label {
            let value = value.to_owned();
            if field == Field::Verdict {
                self.flush();
                self.set(field, line.number, &value);
                return;
            }
            if self.takes(field, usize::MAX)
                && !(field == Field::Other && self.awaits_claim())
                && !(begins
                    && matches!(field, Field::Path | Field::Place | Field::Severity)
                    && self
                        .unit
                        .as_ref()
                        .is_some_and(|unit| unit.start == Start::Text && unit.has_label(field)))
            {
                self.set(field, line.number, &value);
                return;
            }
            if matches!(field, Field::Path | Field::Place | Field::Severity) {
                self.flush();
                let around = self.around();
                let mut unit = Unit::new(Start::Text, &around, line.number, "");
                unit.lines.clear();
                self.unit = Some(unit);
                self.set(field, line.number, &value);
                return;
            }
        }
        let bold = text
            .strip_prefix("**")
            .and_then(|rest| rest.trim_end_matches(':').strip_suffix("**"));
        let lonely = begins
            && lines
                .get(at + 1)
                .is_none_or(|next| next.kind != LineKind::Text);
        if let Some(title) = bold
            && !title.contains("**")
            && lonely
            && !self.has_place(text)
        {
            let title = title.to_owned();
            self.heading(line.number, 7, &title);
            return;
        }
        let ends = text.trim_end_matches(['*', '_']).ends_with([':', '：']);
        if ends && begins && !self.has_place(text) && text.len() < 160 && label.is_none() {
            self.flush();
            self.pop(8);
            let mut around = self.around();
            around.mention |= words::no_findings_below(text);
            around.severity = severity::of_heading(text).or(around.severity);
            if let Some(place) = self.places(text).first() {
                around.path = Some(place.path.clone());
            }
            self.sections.push(OpenSection { level: 8, around });
            let around = self.around();
            self.unit = Some(Unit::new(Start::Heading(8), &around, line.number, text));
            return;
        }
        let is_row = text.starts_with(|c: char| c.is_ascii_digit())
            && self.around().path.is_some()
            && location::lines_at_start(text).is_some();
        if line.indent >= 2
            && !is_row
            && !self.is_only_place(text)
            && matches!(
                self.unit,
                Some(Unit {
                    start: Start::Item(_) | Start::Text,
                    ..
                })
            )
        {
            self.push(line.number, text);
            return;
        }
        let placed = self.has_place(text);
        if !placed
            && self.around().path.is_some()
            && location::lines_at_start(strip_marks(text)).is_some()
        {
            self.flush();
            let around = self.around();
            self.begin(Start::Text, line, text, &around);
            return;
        }
        let open = self.unit.as_ref().map(|unit| unit.start);
        if !begins {
            // A line of its own for each finding, as linters print them.
            let only = self.is_only_place(text) && !self.unit_has_place();
            let gutter = placed && !only && self.begins_finding(text);
            let has_place = self.unit_has_place();
            let goes_on = self.unit.as_ref().is_some_and(|unit| match unit.start {
                _ if !gutter || unit.lines.is_empty() => true,
                Start::Text => false,
                Start::Heading(_) => !has_place,
                _ => true,
            });
            if goes_on {
                self.push(line.number, text);
                return;
            }
        } else if let Some(start) = open {
            let has_place = self.unit_has_place();
            let only = self.is_only_place(text);
            let attaches = match start {
                Start::Heading(8) => false,
                Start::Heading(level) if placed && level >= 10 => false,
                Start::Heading(_) if placed && only => !has_place,
                Start::Heading(_) if placed => {
                    !(has_place || self.begins_finding(text) && self.unit_is_container())
                        || (has_place
                            && !self.begins_finding(text)
                            && self.unit.as_ref().is_some_and(|unit| unit.placed))
                }
                Start::Heading(_) => true,
                Start::Item(_) | Start::Row => placed && only && !has_place,
                Start::Text if placed => {
                    only && !has_place
                        && self.unit.as_ref().is_some_and(|unit| {
                            unit.lines.len() == 1
                                && (unit.number.is_some()
                                    || severity::marked(&unit.lines[0].1).is_some())
                        })
                }
                Start::Text => self.unit.as_ref().is_some_and(|unit| {
                    (unit.lines.len() == 1
                        && self.has_place(&unit.lines[0].1)
                        && words_in(&self.without_place(&unit.lines[0].1, None)) <= 2)
                        || (unit.lines.is_empty() && !unit.paths.is_empty())
                        || unit.open.is_some()
                }),
            };
            if attaches {
                self.push(line.number, text);
                return;
            }
            if matches!(start, Start::Item(_)) {
                self.pop(8);
            }
        }
        self.flush();
        let mut around = self.around();
        if self
            .sections
            .last()
            .is_some_and(|section| section.level == 8)
            && begins
            && !placed
        {
            self.pop(8);
            around = self.around();
        }
        self.begin(Start::Text, line, text, &around);
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
        letters(before) == 0
            || (before.len() < 40 && severity::marked(before).is_some() && words_in(before) <= 4)
    }
}
