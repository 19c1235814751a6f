//! Lines `Label: value`, and several of them in one line.

use super::reader::ProseReader;
use super::text::sentences;
use super::unit::{Start, Unit};
use crate::review::markdown::{LineKind, MarkdownLine};
use crate::review::words::{self, Field};
use crate::review::{clean, severity, verdict};

impl ProseReader<'_> {
    /// Several labels in one line are set one by one. Whether there were any.
    pub(super) fn several_labels(&mut self, line: &MarkdownLine<'_>, text: &str) -> bool {
        let labels = words::several_labelled(text);
        if labels.is_empty() {
            return false;
        }
        let expected = self.unit.as_ref().is_some_and(|unit| match unit.start {
            Start::Item(indent) => line.indent > indent,
            Start::Heading(_) => line.kind == LineKind::Text,
            Start::Text => {
                line.kind == LineKind::Text && unit.paths.is_empty() && !unit.lines.is_empty()
            }
            Start::Row => false,
        }) && !self.unit_has_place();
        if !expected {
            self.flush();
            let start = match line.kind {
                LineKind::Item => Start::Item(line.indent),
                _ => Start::Text,
            };
            let mut unit = Unit::new(start, &self.around(), line.number, "");
            unit.lines.clear();
            unit.number = line.item;
            self.unit = Some(unit);
        }
        for (field, value) in labels {
            let value = value.to_owned();
            // What follows the last label behind a dash is what is said.
            let dash = [" — ", " – ", " - ", " → ", " -> ", " => ", ": ", "："]
                .iter()
                .find_map(|dash| value.split_once(dash));
            match dash {
                Some((value, said)) => {
                    self.set(field, line.number, value);
                    self.set(Field::What, line.number, said);
                }
                None => self.set(field, line.number, &value),
            }
        }
        if let Some(unit) = &mut self.unit {
            unit.open = None;
        }
        true
    }

    /// Whether the open unit takes a label.
    pub(super) fn takes(&self, field: Field) -> bool {
        let Some(unit) = &self.unit else { return false };
        match field {
            Field::Path | Field::Place => unit.paths.is_empty() && !unit.placed,
            Field::Severity => unit.severity.is_none(),
            Field::Verdict | Field::Number => false,
            _ => true,
        }
    }

    pub(super) fn set(&mut self, field: Field, number: u32, value: &str) {
        if field == Field::Verdict {
            self.said.verdict = verdict::read(value).or(self.said.verdict);
            self.verdict_words(value);
            return;
        }
        // `Result: 4 passed, 0 failed. Nothing to change.`
        if field == Field::Result
            && sentences(&value.replace("**", "")).any(clean::says_nothing_found)
        {
            self.clean.push(self.heading);
        }
        if let Some(unit) = &mut self.unit {
            if field == Field::PerhapsSeverity && severity::read(value).is_none() {
                return;
            }
            unit.set(field, number, value);
        }
        if matches!(field, Field::Path | Field::Place)
            && self.has_place(value)
            && let Some(unit) = &mut self.unit
        {
            unit.placed_below = true;
        }
    }

    /// Whether the open unit has a place and this label already, or began with it.
    pub(super) fn repeats_label(&self, text: &str) -> bool {
        let label = words::label(text);
        self.unit.as_ref().is_some_and(|unit| {
            matches!(unit.start, Start::Text | Start::Heading(_))
                && unit.labels.first() == Some(&label)
        })
    }

    pub(super) fn note_label(&mut self, text: &str) {
        if let Some(unit) = &mut self.unit
            && unit.labels.len() < 32
        {
            unit.labels.push(words::label(text));
        }
    }

    pub(super) fn verdict_words(&mut self, value: &str) {
        let value = value.to_lowercase();
        self.rejects |= [
            "request changes",
            "changes requested",
            "needs work",
            "not ready",
            "do not merge",
            "don't merge",
            "reject",
            "block",
            "incorrect",
            "no.",
        ]
        .iter()
        .any(|words| value.contains(words));
        if clean::says_nothing_found(&value) && !self.rejects {
            self.clean.push(0);
        }
    }
}
