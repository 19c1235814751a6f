//! What a reader of prose knows while it goes through the lines: the sections around, the open unit, what was said so far.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::section::{OpenSection, Surroundings};
use super::text::{letters, words_in};
use super::unit::{Start, Unit};
use crate::review::location::{self, KnownPaths, PlaceInText};
use crate::review::markdown::MarkdownLine;
use crate::review::statement::{Reading, Statement};
use crate::review::words::{self, Field};
use crate::review::{InferredRetraction, ReadOptions, Severity, title};

/// How many texts' places are kept.
const MOST_ASKED: usize = 8;

/// Reads prose line by line; each kind of line has a file of its own.
pub(super) struct ProseReader<'a> {
    pub(super) paths: Option<&'a KnownPaths>,
    pub(super) explain: bool,
    pub(super) sections: Vec<OpenSection>,
    pub(super) unit: Option<Unit>,
    /// The number of each unit, and the findings that it gave.
    pub(super) units: Vec<(Option<u32>, std::ops::Range<usize>, std::ops::Range<u32>)>,
    /// Its statements are those that name a place.
    pub(super) said: Reading,
    pub(super) unlocated: Vec<Statement>,
    /// The columns of the table that is being read.
    pub(super) header: Option<Vec<Option<Field>>>,
    /// Those of its columns whose names say that what they name is no finding: `Looked at`.
    pub(super) aside: Vec<usize>,
    /// Counts headings.
    pub(super) heading: usize,
    /// Headings below which something is said that is no finding, no praise and no remark; and whether as an item.
    pub(super) content: Vec<(usize, bool)>,
    pub(super) clean: Vec<usize>,
    pub(super) none: Vec<usize>,
    /// It asks for changes.
    pub(super) rejects: bool,
    /// Findings of paragraphs whose place is not what they begin with: in an answer that has a list or a table of
    /// findings, these are remarks on it.
    pub(super) weak: Vec<usize>,
    pub(super) structured: bool,
    pub(super) after_blank: bool,
    /// A line of code that is shown below a path, in front of what is said of it: where, which, and whether it is marked.
    pub(super) shown: Option<(u32, u32, bool)>,
    /// The places of the last texts.
    asked: RefCell<VecDeque<(String, Rc<[PlaceInText]>)>>,
}

impl<'a> ProseReader<'a> {
    /// A reader of a text that is about a file, if there is a path.
    pub(super) fn new(options: &ReadOptions<'a>, path: Option<&str>) -> Self {
        Self {
            paths: options.paths,
            explain: options.explain,
            sections: path.map_or_else(Vec::new, |path| {
                let around = Surroundings {
                    path: Some(path.to_owned()),
                    ..Surroundings::default()
                };
                vec![OpenSection { level: 0, around }]
            }),
            unit: None,
            units: Vec::new(),
            said: Reading::default(),
            unlocated: Vec::new(),
            header: None,
            aside: Vec::new(),
            heading: 0,
            content: Vec::new(),
            clean: Vec::new(),
            none: Vec::new(),
            rejects: false,
            weak: Vec::new(),
            structured: false,
            after_blank: true,
            shown: None,
            asked: RefCell::default(),
        }
    }
}

impl ProseReader<'_> {
    pub(super) fn around(&self) -> Surroundings {
        self.sections
            .last()
            .map(|section| section.around.clone())
            .unwrap_or_default()
    }

    /// The places of a text; those of the last texts are kept, because a line is asked for them many times.
    pub(super) fn places(&self, text: &str) -> Rc<[PlaceInText]> {
        if let Some((_, known)) = self.asked.borrow().iter().find(|(asked, _)| asked == text) {
            return Rc::clone(known);
        }
        let places: Rc<[PlaceInText]> = self.find_places(text).into();
        let mut asked = self.asked.borrow_mut();
        if asked.len() == MOST_ASKED {
            asked.pop_front();
        }
        asked.push_back((text.to_owned(), Rc::clone(&places)));
        places
    }

    fn find_places(&self, text: &str) -> Vec<PlaceInText> {
        let mut all = location::places(text, self.paths);
        // A link to a page is no file.
        all.retain(|place| !place.lines.is_empty() || !text[place.range.clone()].contains("://"));
        all
    }

    pub(super) fn has_place(&self, text: &str) -> bool {
        self.places(text)
            .iter()
            .any(|place| !place.lines.is_empty())
    }

    /// Whether a line names a line of a file and nothing else.
    pub(super) fn is_only_place(&self, text: &str) -> bool {
        let places = self.places(text);
        let mut rest = String::new();
        let mut at = 0;
        for place in places.iter() {
            rest.push_str(&text[at..place.range.start.max(at)]);
            at = place.range.end.max(at);
        }
        rest.push_str(&text[at..]);
        let rest = rest.replace("[link]()", "");
        places.iter().any(|place| !place.lines.is_empty()) && letters(&rest) < 3
    }

    /// A forge says that the thread above is resolved.
    pub(super) fn resolve_last(&mut self, line: u32, text: &str) {
        let last = self
            .units
            .iter()
            .rev()
            .find(|(_, findings, _)| !findings.is_empty());
        for at in last.map_or(0..0, |(_, findings, _)| findings.clone()) {
            self.said.statements[at].retracted = Some(InferredRetraction {
                line,
                phrase: text.chars().take(200).collect(),
            });
        }
    }

    /// A cell says how bad the finding above is.
    pub(super) fn rate_last(&mut self, level: Severity, word: &str) {
        let mut before = self.units.iter().rev();
        let last = before.find(|(_, findings, _)| !findings.is_empty());
        for at in last.map_or(0..0, |(_, findings, _)| findings.clone()) {
            let claim = &mut self.said.statements[at].claim;
            (claim.severity, claim.severity_text) = (Some(level), Some(word.to_owned()));
        }
    }

    pub(super) fn pop(&mut self, level: u8) {
        while self
            .sections
            .last()
            .is_some_and(|section| section.level >= level)
        {
            self.sections.pop();
        }
    }

    pub(super) fn pop_level(&mut self, level: u8) {
        if self
            .sections
            .last()
            .is_some_and(|section| section.level == level)
        {
            self.sections.pop();
        }
    }

    pub(super) fn begin(
        &mut self,
        start: Start,
        line: &MarkdownLine<'_>,
        text: &str,
        around: &Surroundings,
    ) {
        let mut around = around.clone();
        around.path = around.path.or_else(|| self.path_before(text));
        let around = &around;
        let mut unit = Unit::new(start, around, line.number, text);
        unit.number = line.item.or_else(|| title::number(text));
        unit.placed = self.has_place(text) || self.begins_with_lines(text, around);
        unit.done = words::is_done(text);
        unit.shown = self.shown.take();
        // A category with items below.
        unit.around.mention |=
            !unit.placed && words_in(text) <= 6 && words::no_findings_below(text);
        unit.around.mention |= self.is_set_aside(text);
        self.unit = Some(unit);
        if let Some((field, value)) = words::labelled(text) {
            let value = value.to_owned();
            if !matches!(field, Field::Number | Field::Other) {
                if let Some(unit) = &mut self.unit {
                    unit.lines.clear();
                }
                self.set(field, line.number, &value);
            }
        }
    }

    /// Whether the words in front of a colon say that what follows is no finding: `Strengths: src/a.rs:4 is clear.`
    pub(super) fn is_set_aside(&self, text: &str) -> bool {
        let head = text.find([':', '：']).filter(|at| *at < 60);
        head.is_some_and(|at| words::no_findings_below(&text[..at]))
    }

    pub(super) fn unit_has_place(&self) -> bool {
        self.unit
            .as_ref()
            .is_some_and(|unit| unit.placed || unit.placed_below)
    }

    /// Adds a line to the open unit.
    pub(super) fn push(&mut self, line: &MarkdownLine<'_>) {
        let text = line.text.as_ref();
        let placed = self.has_place(text);
        let Some(unit) = &mut self.unit else { return };
        unit.placed_below |= placed;
        if line.quoted {
            unit.quoted.push(unit.lines.len());
        }
        unit.push(line.number, text);
    }

    pub(super) fn flush(&mut self) {
        let Some(unit) = self.unit.take() else { return };
        let from = self.said.statements.len();
        let first = unit
            .lines
            .first()
            .map(|(line, _)| *line)
            .or(unit.paths.first().map(|(line, _)| *line));
        let last = unit.lines.last().map(|(line, _)| *line);
        let unlocated = self.unlocated.len();
        let outcome = self.emit(&unit);
        if self.explain {
            let part = self.said.parts.len();
            let located = self.said.statements[from..].iter_mut();
            let unlocated = self.unlocated[unlocated..].iter_mut();
            located
                .chain(unlocated)
                .for_each(|statement| statement.part = part);
            self.said.parts.push(unit.part(outcome));
        }
        let range = first.unwrap_or(0)..last.or(first).unwrap_or(0) + 1;
        self.units
            .push((unit.number, from..self.said.statements.len(), range));
    }
}
