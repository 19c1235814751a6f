//! Lines of text: what goes on with the open unit, and what begins one.

use super::reader::ProseReader;
use super::same_file::begins_again;
use super::section::OpenSection;
use super::text::{is_address, sentences, words_in};
use super::unit::{Start, Unit};
use crate::review::markdown::{LineKind, MarkdownLine};
use crate::review::severity;
use crate::review::words::{self, Field};

impl ProseReader<'_> {
    pub(super) fn text(&mut self, lines: &[MarkdownLine<'_>], at: usize) {
        let stop = self.second_place(&lines[at]);
        let Some(stop) = stop.or_else(|| self.second_lines(&lines[at])) else {
            return self.text_line(lines, at);
        };
        let (first, second) = lines[at].text.split_at(stop);
        for part in [first, second] {
            self.begin_text(&lines[at], part.trim());
        }
    }

    /// Where a paragraph goes on to other lines of the file: `… at src/a.rs:4. Line 9 has the same problem.`
    fn second_lines(&self, line: &MarkdownLine<'_>) -> Option<usize> {
        let text = line.text.as_ref();
        if !self.after_blank || words::labelled(text).is_some() || !self.has_place(text) {
            return None;
        }
        let mut stops = text.match_indices(". ").map(|(stop, _)| stop + 2);
        stops.find(|stop| {
            let first = self
                .places(text)
                .first()
                .is_some_and(|place| place.range.end < *stop);
            first && begins_again(&text[*stop..])
        })
    }

    /// Where a paragraph goes on to another file: `… at src/a.rs:4. In src/b.rs:9 …`.
    fn second_place(&self, line: &MarkdownLine<'_>) -> Option<usize> {
        let text = line.text.as_ref();
        if !self.after_blank || !text.contains(". ") || words::labelled(text).is_some() {
            return None;
        }
        let places = self.places(text);
        let mut lined = places.iter().filter(|place| !place.lines.is_empty());
        let first = lined.next()?;
        lined
            .filter(|place| place.path != first.path)
            .find_map(|place| {
                let stop = text[..place.range.start].rfind(". ")? + 2;
                let lead = &text[stop..place.range.start];
                let begins = stop > first.range.end
                    && words_in(lead) <= 1
                    && lead.starts_with(char::is_uppercase);
                (begins && !words::compares(lead)).then_some(stop)
            })
    }

    fn begin_text(&mut self, line: &MarkdownLine<'_>, text: &str) {
        self.flush();
        let around = self.around();
        self.begin(Start::Text, line, text, &around);
    }

    fn text_line(&mut self, lines: &[MarkdownLine<'_>], at: usize) {
        if self.heads_a_list(lines, at) {
            return;
        }
        let line = &lines[at];
        let text = line.text.as_ref();
        let begins = self.after_blank;
        // Whom a reply quotes.
        if text.ends_with("wrote:") && words_in(text) <= 6 {
            return;
        }
        if (words::is_noise(text) || is_address(text)) && !self.has_place(text) {
            if begins {
                self.flush();
            }
            return;
        }
        if let Some(number) = words::numbered_title(text).filter(|_| !self.is_sentence(lines, at)) {
            self.heading(line.number, 7, text);
            if let Some(unit) = &mut self.unit {
                unit.number = Some(number);
            }
            return;
        }
        if self.shows_its_line(text) {
            return;
        }
        if words::resolves(text) {
            self.flush();
            self.resolve_last(line.number, text);
            return;
        }
        let label = words::labelled(text);
        if label.is_some() && self.repeats_label(text, begins) {
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
        // A mark such as 🔴 may be in front.
        let lead = lead_mark(text);
        let bold = ["**", "__", "*"].iter().find_map(|mark| {
            let rest = text[lead.len()..].strip_prefix(mark)?;
            let rest = rest.trim_end_matches([':', '：']);
            rest.strip_suffix(mark).filter(|inner| !inner.contains('*'))
        });
        let lonely = begins
            && lines.get(at + 1).is_none_or(|next| {
                next.kind != LineKind::Text || words::labelled(&next.text).is_some()
            });
        if let Some(title) = bold
            && !title.contains("**")
            && lonely
            && !self.has_place(text)
        {
            let title = format!("{lead}{title}");
            if self.rates_title(&title) {
                self.push(line);
                return;
            }
            self.heading(line.number, 7, &title);
            return;
        }
        let ends = text.trim_end_matches(['*', '_']).ends_with([':', '：']);
        if ends && begins && !self.has_place(text) && text.len() < 160 && label.is_none() {
            self.flush();
            let file = self.around().path;
            self.pop(8);
            let mut around = self.around();
            around.path = around.path.or(file);
            // `I looked at your changes. Here is what I found:`
            let last = sentences(text).last().unwrap_or(text);
            around.mention |= words::no_findings_below(last);
            around.severity = severity::of_heading(text).or(around.severity);
            if let Some(place) = self.places(text).first() {
                around.path = Some(place.path.clone());
            }
            self.sections.push(OpenSection { level: 8, around });
            let around = self.around();
            self.unit = Some(Unit::new(Start::Heading(8), &around, line.number, text));
            return;
        }
        let around = self.around();
        let is_row = self.begins_with_lines(text, &around)
            && (self.unit_has_place()
                || text.starts_with(|c: char| c.is_ascii_digit() || c == '['));
        let next = self.begins_record(lines, at);
        if line.indent >= 2
            && !is_row
            && !next
            && !self.is_only_place(text)
            && matches!(
                self.unit,
                Some(Unit {
                    start: Start::Item(_) | Start::Text,
                    ..
                })
            )
        {
            self.push(line);
            return;
        }
        let placed = self.has_place(text);
        if !placed && self.begins_with_lines(text, &around) {
            self.flush();
            self.begin(Start::Text, line, text, &around);
            return;
        }
        let open = self.unit.as_ref().map(|unit| unit.start);
        if !begins {
            if self.goes_on(text, next) {
                self.push(line);
                return;
            }
        } else if let Some(start) = open {
            if self.attaches(lines, at, start, next) {
                self.push(line);
                return;
            }
            if matches!(start, Start::Item(_)) {
                self.flush();
                self.pop(8);
            }
        }
        self.flush();
        let mut around = self.around();
        // What introduces a list ends with it; a file goes on to the next.
        let introduced = self.sections.last().is_some_and(|section| {
            let outer = self.sections.iter().rev().nth(1);
            section.level == 8
                && section.around.path == outer.and_then(|outer| outer.around.path.clone())
        });
        if introduced && begins && !placed {
            self.pop(8);
            around = self.around();
        }
        self.begin(Start::Text, line, text, &around);
    }
}

/// The marks of a severity that a line begins with, and the blanks behind them.
fn lead_mark(text: &str) -> &str {
    let inner = text.trim_start_matches(|c: char| !c.is_ascii() && !c.is_alphanumeric());
    let lead = &text[..text.len() - inner.trim_start().len()];
    if severity::marked(lead).is_some() {
        lead
    } else {
        ""
    }
}
