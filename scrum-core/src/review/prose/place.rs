//! Where a unit says it is.

use super::layout::leading_lines;
use super::reader::ProseReader;
use super::text::{Cited, LineList, cite, words_in};
use super::unit::{Start, Unit};
use crate::review::location::{self, CitationResult, ParsedRange, PlaceInText, RangeResult};
use crate::review::words;

impl ProseReader<'_> {
    /// The places that a unit is about, with their lines; and the title's line and byte that they were taken from.
    pub(super) fn primary(&self, unit: &Unit) -> (Vec<Cited>, Option<(usize, usize)>) {
        let labelled = self.labelled_places(unit);
        if !labelled.is_empty() {
            return (labelled, None);
        }
        let listed = matches!(unit.start, Start::Item(_));
        for (index, (line, text)) in unit.lines.iter().enumerate().take(40) {
            let places = self.places(text);
            let first = places.iter().position(|place| {
                !place.lines.is_empty()
                    && (!words::compares(&text[..place.range.start])
                        || listed && is_cited(text, place))
            });
            if let Some(path) = &unit.around.path
                && let Some((lines, range)) = leading_lines(text)
            {
                let shown = &text[range.clone()];
                return (cite(*line, path, &lines, shown), Some((index, range.start)));
            }
            if let Some(at) = first {
                let place = &places[at];
                let mut all: Vec<_> = place
                    .citations(text)
                    .into_iter()
                    .map(|c| (*line, c))
                    .collect();
                // A list of places: `a.rs:1, b.rs:2`.
                let mut end = place.range.end;
                for next in places[at + 1..]
                    .iter()
                    .filter(|next| !next.lines.is_empty())
                {
                    let between = text[end..next.range.start.max(end)].trim();
                    if !matches!(
                        between,
                        "," | "and"
                            | "&"
                            | "/"
                            | ";"
                            | ", and"
                            | "und"
                            | "et"
                            | "y"
                            | "и"
                            | "和"
                            | "、"
                    ) {
                        break;
                    }
                    all.extend(next.citations(text).into_iter().map(|c| (*line, c)));
                    end = next.range.end;
                }
                return (all, Some((index, place.range.start)));
            }
        }
        if let Some(path) = &unit.around.path {
            // Lines of a label.
            let labelled = unit
                .line_lists
                .iter()
                .find_map(|(line, text)| Some((*line, location::line_list(text)?, text)));
            if let Some((line, lines, text)) = labelled {
                return (cite(line, path, &lines, text), None);
            }
        }
        let in_title = |unit: &Unit| {
            let path = unit.around.path.as_deref()?;
            let (line, text) = unit.lines.first()?;
            let (lines, range) = location::lines_in(text)?;
            let cited = cite(*line, path, &lines, &text[range.clone()]);
            Some((cited, Some((0, range.start))))
        };
        if unit.around.quotes
            && unit.start == Start::Text
            && let Some(found) = in_title(unit)
        {
            return found;
        }
        if let (Some(path), Some((line, shown, _))) = (&unit.around.path, unit.shown) {
            let lines = [Ok(ParsedRange::new(shown, shown))];
            return (cite(line, path, &lines, &shown.to_string()), None);
        }
        if matches!(unit.start, Start::Item(_) | Start::Heading(_))
            && let Some(found) = in_title(unit)
        {
            return found;
        }
        (Vec::new(), None)
    }

    /// The numbers behind a path in a column or a label, which need no word there: `src/a.rs, 4-6`.
    pub(super) fn lines_beside(&self, value: &str) -> Option<Vec<RangeResult>> {
        let places = self.places(value);
        let [place] = &*places else {
            return None;
        };
        let rest = value[place.range.end..].trim_matches(|c: char| {
            c.is_whitespace()
                || matches!(c, '`' | '*' | ',' | ';' | ':' | '(' | ')' | '·' | '—' | '–')
        });
        location::line_list(rest)
    }

    /// Places of labels and columns.
    pub(super) fn labelled_places(&self, unit: &Unit) -> Vec<Cited> {
        let mut all = Vec::new();
        let mut lists: Vec<LineList> = unit
            .line_lists
            .iter()
            .filter_map(|(line, text)| Some((*line, location::line_list(text)?)))
            .collect();
        for (line, value) in &unit.paths {
            let places = self.places(value);
            let lined: Vec<&PlaceInText> = places
                .iter()
                .filter(|place| !place.lines.is_empty())
                .collect();
            if !lined.is_empty() {
                for citation in lined.iter().flat_map(|place| place.citations(value)) {
                    // A link and its text name one place.
                    let location = |citation: &CitationResult| {
                        citation
                            .as_ref()
                            .ok()
                            .map(|citation| citation.location.clone())
                    };
                    let known = all.iter().any(|(_, known)| {
                        location(known).is_some() && location(known) == location(&citation)
                    });
                    if !known {
                        all.push((*line, citation));
                    }
                }
                continue;
            }
            let Some(path) = places.first().map(|place| place.path.as_str()) else {
                if let (Some(around), Some(lines)) = (&unit.around.path, location::line_list(value))
                {
                    all.extend(cite(*line, around, &lines, value));
                }
                continue;
            };
            if let Some((line, lines)) = (!lists.is_empty()).then(|| lists.remove(0)) {
                all.extend(cite(line, path, &lines, path));
                continue;
            }
            if let Some(lines) = self.lines_beside(value) {
                all.extend(cite(*line, path, &lines, value));
                continue;
            }
            // A line in the text beside the path, as in a table's last column.
            let beside = unit
                .what
                .iter()
                .chain(&unit.why)
                .map(String::as_str)
                .chain(unit.lines.iter().map(|(_, text)| text.as_str()))
                .find_map(location::lines_in);
            if let Some((lines, _)) = beside {
                all.extend(cite(*line, path, &lines, path));
                continue;
            }
            if unit.severity.is_some() || unit.start != Start::Row || unit.among_lined {
                all.extend(cite(*line, path, &[], path));
            }
        }
        all
    }
}

/// Whether a place is cited in brackets behind a sentence: `… (see src/a.rs:4).`
fn is_cited(text: &str, place: &PlaceInText) -> bool {
    let before = &text[..place.range.start];
    let opened = before.rfind(['(', '[', '（']);
    opened.is_some_and(|at| words_in(&before[at..]) <= 2)
}
