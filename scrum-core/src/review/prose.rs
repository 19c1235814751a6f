//! Answers without the prompt's labels: headings, lists, tables and paragraphs, each put together into units of which one
//! says one thing.
//!
//! A unit is a finding if it names a path with a line in its title, its first words or a label, and says something about
//! it. Its severity is its own word or mark, else that of the heading, column or list above it. Other places are mentions.

mod claim;
mod comment;
mod emit;
mod finish;
mod heading;
mod item;
mod labels;
mod layout;
mod paragraph;
mod place;
mod row;
mod text;
mod unit;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

pub(super) use self::comment::comment;
use self::text::{letters, words_in};
use self::unit::Unit;
use super::markdown::{self, LineKind, MarkdownLine};
use super::statement::{Reading, Statement};
use super::words::{self, Field};
use super::{InferredRetraction, ReadOptions, Severity, title};
use crate::review::location::{self, KnownPaths, PlaceInText};

/// How many texts' places are kept.
const MOST_ASKED: usize = 8;
/// Lines that may take something back, at most.
const MOST_RETRACTIONS: usize = 1000;

/// What the headings and lists around a unit say.
#[derive(Debug, Clone, Default)]
struct Surroundings {
    path: Option<String>,
    severity: Option<(Severity, String)>,
    /// Nothing below is a finding.
    mention: bool,
    /// The path heads rows that begin with a line.
    listing: bool,
    /// The path heads code, and what is said of it.
    quotes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Heading(u8),
    Item(usize),
    Text,
    Row,
}

#[derive(Debug)]
struct OpenSection {
    level: u8,
    around: Surroundings,
}

/// Reads an answer.
pub(super) fn read(text: &str, options: &ReadOptions<'_>) -> Reading {
    within(text, options, None)
}

/// Reads a text that is about a file.
pub(super) fn within(text: &str, options: &ReadOptions<'_>, path: Option<&str>) -> Reading {
    let lines = markdown::lines(text);
    let mut reader = ProseReader {
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
    };
    for at in 0..lines.len() {
        reader.line(&lines, at);
    }
    reader.flush();
    reader.finish(&lines)
}

struct ProseReader<'a> {
    paths: Option<&'a KnownPaths>,
    explain: bool,
    sections: Vec<OpenSection>,
    unit: Option<Unit>,
    /// The number of each unit, and the findings that it gave.
    units: Vec<(Option<u32>, std::ops::Range<usize>, std::ops::Range<u32>)>,
    /// Its statements are those that name a place.
    said: Reading,
    unlocated: Vec<Statement>,
    /// The columns of the table that is being read.
    header: Option<Vec<Option<Field>>>,
    /// Counts headings.
    heading: usize,
    /// Headings below which something is said that is no finding, no praise and no remark; and whether as an item.
    content: Vec<(usize, bool)>,
    clean: Vec<usize>,
    none: Vec<usize>,
    /// It asks for changes.
    rejects: bool,
    /// Findings of paragraphs whose place is not what they begin with: in an answer that has a list or a table of
    /// findings, these are remarks on it.
    weak: Vec<usize>,
    structured: bool,
    after_blank: bool,
    /// A line of code that is shown below a path, in front of what is said of it: where, which, and whether it is marked.
    shown: Option<(u32, u32, bool)>,
    /// The places of the last texts.
    asked: RefCell<VecDeque<(String, Rc<[PlaceInText]>)>>,
}

impl ProseReader<'_> {
    fn around(&self) -> Surroundings {
        self.sections
            .last()
            .map(|section| section.around.clone())
            .unwrap_or_default()
    }

    /// The places of a text; those of the last texts are kept, because a line is asked for them many times.
    fn places(&self, text: &str) -> Rc<[PlaceInText]> {
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
        all.retain(|place| {
            !place.lines.is_empty()
                || !text[place.range.clone()].contains("://")
                || self
                    .paths
                    .is_none_or(|paths| paths.at_end(&place.path).is_some())
        });
        all
    }

    fn has_place(&self, text: &str) -> bool {
        self.places(text)
            .iter()
            .any(|place| !place.lines.is_empty())
    }

    /// Whether a line names a line of a file and nothing else.
    fn is_only_place(&self, text: &str) -> bool {
        let places = self.places(text);
        let mut rest = String::new();
        let mut at = 0;
        for place in places.iter() {
            rest.push_str(&text[at..place.range.start.max(at)]);
            at = place.range.end.max(at);
        }
        rest.push_str(&text[at..]);
        places.iter().any(|place| !place.lines.is_empty()) && letters(&rest) < 3
    }

    fn line(&mut self, lines: &[MarkdownLine<'_>], at: usize) {
        let line = &lines[at];
        if line.closes > 0 {
            self.flush();
            self.pop(line.closes);
        }
        let text = line.text.as_ref();
        if line.kind != LineKind::Row {
            self.header = None;
        }
        match line.kind {
            LineKind::Blank => {
                self.after_blank = true;
                if let Some(unit) = &mut self.unit
                    && unit.open.is_some_and(|field| {
                        field != Field::What && field != Field::Why && field != Field::Other
                    })
                {
                    unit.open = None;
                }
                return;
            }
            LineKind::Rule => {
                if !self.goes_on_below(&lines[at + 1..]) {
                    self.flush();
                }
                self.after_blank = true;
                return;
            }
            LineKind::Code => {
                self.code(line.number, text, line.quoted);
                return;
            }
            LineKind::Gutter { marked } => {
                self.gutter(line.number, line.item, marked);
                return;
            }
            LineKind::Heading(level) => {
                self.heading(line.number, level, text);
                if let Some(section) = self.sections.last_mut()
                    && section.around.path.is_some()
                {
                    section.around.listing = layout::has_rows(&lines[at + 1..]);
                }
            }
            LineKind::Row => self.row(lines, at),
            LineKind::Item | LineKind::Text if self.several_labels(line, text) => {}
            LineKind::Item => self.item(line, text),
            LineKind::Text => self.text(lines, at),
        }
        self.after_blank = false;
    }

    /// Whether the open unit goes on below a rule: a title whose place follows, or a place that quotes code.
    fn goes_on_below(&self, lines: &[MarkdownLine<'_>]) -> bool {
        let next = lines
            .iter()
            .find(|next| !matches!(next.kind, LineKind::Blank | LineKind::Rule));
        let Some(next) = next.filter(|next| next.kind == LineKind::Text) else {
            return false;
        };
        let text = next.text.as_ref();
        let value = words::labelled(text)
            .filter(|(field, _)| matches!(field, Field::Path | Field::Place))
            .map_or(text, |(_, value)| value);
        self.unit.as_ref().is_some_and(|unit| match unit.start {
            Start::Heading(level) => {
                level < 7 && !self.unit_has_place() && self.is_only_place(value)
            }
            Start::Text => !unit.quoted.is_empty() && self.unit_is_bare(),
            _ => false,
        })
    }

    /// A forge says that the thread above is resolved.
    fn resolve_last(&mut self, line: u32, text: &str) {
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

    fn pop(&mut self, level: u8) {
        while self
            .sections
            .last()
            .is_some_and(|section| section.level >= level)
        {
            self.sections.pop();
        }
    }

    /// Places in quoted code are mentions.
    fn code(&mut self, number: u32, text: &str, quoted: bool) {
        if self.around().quotes
            && let Some((line, marked)) = layout::shown(text, quoted)
            && self.shown.is_none_or(|(.., before)| marked && !before)
        {
            self.flush();
            self.shown = Some((number, line, marked));
        }
        if text.contains(':') && !text.is_empty() {
            for place in self.places(text).iter() {
                self.mention(number, text, place);
            }
        }
    }

    fn pop_level(&mut self, level: u8) {
        if self
            .sections
            .last()
            .is_some_and(|section| section.level == level)
        {
            self.sections.pop();
        }
    }

    fn begin(&mut self, start: Start, line: &MarkdownLine<'_>, text: &str, around: &Surroundings) {
        let mut unit = Unit::new(start, around, line.number, text);
        unit.number = line.item.or_else(|| title::number(text));
        unit.placed = self.has_place(text) || self.begins_with_lines(text, around);
        unit.done = words::is_done(text);
        if around.quotes && start == Start::Text {
            unit.shown = self.shown.take();
        }
        // A category with items below, or `Strengths: src/a.rs:4 is clear.`
        unit.around.mention |=
            !unit.placed && words_in(text) <= 6 && words::no_findings_below(text);
        let head = text.find([':', '：']).filter(|at| *at < 60);
        unit.around.mention |= unit.placed
            && head.is_some_and(|at| {
                self.places(&text[..at]).is_empty() && words::no_findings_below(&text[..at])
            });
        self.unit = Some(unit);
        if let Some((field, value)) = words::labelled(text) {
            let value = value.to_owned();
            if !matches!(field, Field::Verdict | Field::Number | Field::Other)
                || matches!(field, Field::Verdict)
            {
                if let Some(unit) = &mut self.unit {
                    unit.lines.clear();
                }
                self.set(field, line.number, &value);
            }
        }
    }

    fn unit_has_place(&self) -> bool {
        self.unit.as_ref().is_some_and(|unit| {
            unit.placed
                || unit.placed_below
                || unit.shown.is_some_and(|(.., marked)| marked)
                || (!unit.line_lists.is_empty()
                    && (!unit.paths.is_empty() || unit.around.path.is_some()))
        })
    }

    /// Adds a line to the open unit.
    fn push(&mut self, line: &MarkdownLine<'_>) {
        let text = line.text.as_ref();
        let placed = self.has_place(text);
        let Some(unit) = &mut self.unit else { return };
        let numbered = unit.around.path.is_some()
            && location::lines_at_start(text).is_some_and(|(_, len)| len > 0);
        unit.placed_below |= placed || numbered;
        if line.quoted {
            unit.quoted.push(unit.lines.len());
        }
        unit.push(line.number, text);
    }

    fn flush(&mut self) {
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
