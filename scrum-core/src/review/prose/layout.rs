//! What linters print between a path and its findings.

use super::text::letters;
use super::{OpenSection, ProseReader, Start, Surroundings};
use crate::review::markdown::{LineKind, MarkdownLine};

impl ProseReader<'_> {
    /// What linters print between a path and its findings: the path on a line of its own with indented lines below, or a
    /// line of the code with its number in front. Whether it was one of these.
    pub(super) fn linter_layout(&mut self, lines: &[MarkdownLine<'_>], at: usize) -> bool {
        let line = &lines[at];
        let text = line.text.as_ref();
        if let Some((number, code)) = text.split_once(['┆', '│'])
            && let Ok(shown) = number.trim().parse::<u32>()
            && !code.trim().is_empty()
        {
            let awaited = self.around().path.is_some() && !self.unit_has_place();
            if let Some(unit) = self.unit.as_mut().filter(|_| awaited) {
                unit.shown.get_or_insert((line.number, shown));
            }
            return true;
        }
        let places = self.places(text);
        let [place] = places.as_slice() else {
            return false;
        };
        let alone = place.lines.is_empty()
            && letters(&text[place.range.end..]) == 0
            && !text[..place.range.start]
                .trim()
                .contains(char::is_whitespace);
        let below = lines
            .get(at + 1)
            .is_some_and(|next| next.kind == LineKind::Text && next.indent > 0)
            && line.indent < 8;
        let is_open = self.unit.as_ref().is_some_and(|unit| {
            matches!(unit.start, Start::Heading(level) if level < 8) && unit.lines.len() == 1
        });
        if !alone || !below || !self.after_blank || is_open {
            return false;
        }
        let path = Some(place.path.clone());
        self.flush();
        self.pop(8);
        let around = Surroundings {
            path,
            ..self.around()
        };
        self.sections.push(OpenSection { level: 8, around });
        true
    }
}
