//! Headings, and lines that act as one.

use super::reader::ProseReader;
use super::section::OpenSection;
use super::unit::{Start, Unit};
use crate::review::{severity, title, words};

impl ProseReader<'_> {
    pub(super) fn heading(&mut self, number: u32, level: u8, text: &str) {
        self.heading += 1;
        let plain = text.trim_matches(['*', ':', ' ']);
        // `#### Impact` below a finding's title.
        if let (Some(unit), Some(field)) = (&mut self.unit, words::field(plain))
            && matches!(unit.start, Start::Heading(own) if own < level)
        {
            unit.open = Some(field);
            return;
        }
        self.flush();
        self.pop(level);
        let mut around = self.around();
        // Folded parts are apart from the section that they happen to be in.
        if level >= 10 {
            around.mention = false;
        }
        let places = self.places(text);
        let placed = places.iter().any(|place| !place.lines.is_empty());
        if !placed {
            if let Some(place) = places.first().filter(|place| {
                self.paths
                    .is_none_or(|paths| paths.at_end(&place.path).is_some())
            }) {
                around.path = Some(place.path.clone());
            }
            // A folder may be called `styles`.
            if let Some(mark) = severity::of_heading(&self.without_places(text)) {
                around.severity = Some(mark);
            }
            around.mention |= words::no_findings_below(plain);
        }
        let mut unit = Unit::new(Start::Heading(level), &around, number, text);
        unit.number = title::number(text).or_else(|| title::number(&format!("# {text}")));
        unit.placed = placed;
        self.sections.push(OpenSection { level, around });
        self.unit = Some(unit);
    }
}
