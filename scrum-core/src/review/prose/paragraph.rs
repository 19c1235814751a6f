//! Lines of text: what goes on with the open unit, and what begins one.

use super::reader::ProseReader;
use super::same_file::begins_again;
use super::section::OpenSection;
use super::text::{sentences, words_in};
use super::unit::{Start, Unit};
use crate::review::markdown::MarkdownLine;
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
        if !self.after_blank {
            return None;
        }
        let from = self.places(text).first()?.range.end;
        let mut stops = text.match_indices(". ").map(|(stop, _)| stop + 2);
        stops.find(|stop| *stop > from && begins_again(&text[*stop..]))
    }

    /// Where a paragraph goes on to another place: `… at src/a.rs:4. In src/b.rs:9 …`.
    fn second_place(&self, line: &MarkdownLine<'_>) -> Option<usize> {
        let text = line.text.as_ref();
        if !self.after_blank {
            return None;
        }
        let places = self.places(text);
        let lined = places.iter().filter(|place| !place.lines.is_empty());
        lined.skip(1).find_map(|place| {
            let stop = text[..place.range.start].rfind(". ")? + 2;
            let lead = &text[stop..place.range.start];
            let begins = words_in(lead) <= 1 && lead.starts_with(char::is_uppercase);
            (begins && !words::compares(lead)).then_some(stop)
        })
    }

    fn begin_text(&mut self, line: &MarkdownLine<'_>, text: &str) {
        self.flush();
        let around = self.around();
        self.begin(Start::Text, line, text, &around);
    }

    fn text_line(&mut self, lines: &[MarkdownLine<'_>], at: usize) {
        let line = &lines[at];
        let text = line.text.as_ref();
        if self.heads_a_list(lines, at) {
            return;
        }
        if words::is_noise(text) {
            return self.flush();
        }
        if let Some(number) = words::numbered_title(text) {
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
            return self.resolve_last(line.number, text);
        }
        if !(self.sets_label(line) || self.is_bold_title(line) || self.introduces_a_list(line)) {
            self.paragraph(lines, at);
        }
    }

    /// A line `Label: value` is set in the open unit, or begins one of its own. Whether it was set.
    fn sets_label(&mut self, line: &MarkdownLine<'_>) -> bool {
        let text = line.text.as_ref();
        let label = words::labelled(text);
        if label.is_some() && self.repeats_label(text) {
            // One record after the other, with the same labels.
            self.begin_record(line);
        }
        self.note_label(text);
        let Some((field, value)) = label else {
            return false;
        };
        let is_claim = field == Field::Other && self.awaits_claim();
        if field == Field::Verdict {
            self.flush();
        } else if !self.takes(field) || is_claim {
            if !matches!(field, Field::Path | Field::Place | Field::Severity) {
                return false;
            }
            self.begin_record(line);
        }
        self.set(field, line.number, value);
        true
    }

    /// Begins a unit of labels alone.
    fn begin_record(&mut self, line: &MarkdownLine<'_>) {
        self.flush();
        let mut unit = Unit::new(Start::Text, &self.around(), line.number, "");
        unit.lines.clear();
        self.unit = Some(unit);
    }

    /// A line in bold is a heading, or says how bad the finding is whose title stands above. Whether it is in bold.
    fn is_bold_title(&mut self, line: &MarkdownLine<'_>) -> bool {
        let text = line.text.as_ref();
        // A mark such as 🔴 may be in front.
        let lead = lead_mark(text);
        let bold = ["**", "__", "*"].iter().find_map(|mark| {
            let rest = text[lead.len()..].strip_prefix(mark)?;
            rest.trim_end_matches([':', '：']).strip_suffix(mark)
        });
        let Some(title) = bold.filter(|_| self.after_blank && !self.has_place(text)) else {
            return false;
        };
        let title = format!("{lead}{title}");
        if self.rates_title(&title) {
            self.push(line);
        } else {
            self.heading(line.number, 7, &title);
        }
        true
    }

    /// A line that ends with a colon is a heading of what follows, up to the end of a list. Whether it does.
    fn introduces_a_list(&mut self, line: &MarkdownLine<'_>) -> bool {
        let text = line.text.as_ref();
        let ends = text.trim_end_matches(['*', '_']).ends_with([':', '：']);
        let is_label = words::labelled(text).is_some();
        if !ends || !self.after_blank || is_label || self.has_place(text) {
            return false;
        }
        self.flush();
        let file = self.around().path;
        self.pop(8);
        let mut around = self.around();
        let named = self.places(text).first().map(|place| place.path.clone());
        around.path = named.or(around.path).or(file);
        // `I looked at your changes. Here is what I found:`
        let last = sentences(text).last().unwrap_or(text);
        around.mention |= words::no_findings_below(last);
        around.severity = severity::of_heading(text).or(around.severity);
        self.unit = Some(Unit::new(Start::Heading(8), &around, line.number, text));
        self.sections.push(OpenSection { level: 8, around });
        true
    }

    /// A line without a role of its own goes on with the open unit, or begins one.
    fn paragraph(&mut self, lines: &[MarkdownLine<'_>], at: usize) {
        let line = &lines[at];
        let text = line.text.as_ref();
        let open = self.unit.as_ref().map(|unit| unit.start);
        if self.begins_with_lines(text, &self.around()) {
            return self.begin_text(line, text);
        }
        let next = self.begins_record(lines, at);
        let goes_on = if self.after_blank {
            open.is_some_and(|start| self.attaches(lines, at, start, next))
        } else {
            self.goes_on(text, next)
        };
        if goes_on || !next && self.is_indented_below(line, open) {
            return self.push(line);
        }
        self.flush();
        // What introduces a list ends with it.
        if self.after_blank && matches!(open, Some(Start::Item(_))) {
            self.pop(8);
        }
        self.begin_text(line, text);
    }

    /// Whether a line is indented as what belongs to the item or the paragraph above.
    fn is_indented_below(&self, line: &MarkdownLine<'_>, open: Option<Start>) -> bool {
        line.indent >= 2
            && matches!(open, Some(Start::Item(_) | Start::Text))
            && !self.is_only_place(&line.text)
    }
}

/// The marks of a severity that a line begins with, and the blanks behind them.
fn lead_mark(text: &str) -> &str {
    let inner = text.trim_start_matches(|c: char| !c.is_ascii());
    let lead = &text[..text.len() - inner.trim_start().len()];
    if severity::marked(lead).is_some() {
        lead
    } else {
        ""
    }
}
