//! A unit while it is put together.

use super::section::Surroundings;
use crate::review::explain::{AnswerPart, PartKind, PartOutcome};
use crate::review::statement::LONGEST_CLAIM;
use crate::review::words::{self, Field};

/// What a unit begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Heading(u8),
    Item(usize),
    Text,
    Row,
}

/// What a reviewer says of one thing.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) start: Start,
    pub(super) number: Option<u32>,
    pub(super) around: Surroundings,
    /// The title, then what follows.
    pub(super) lines: Vec<(u32, String)>,
    /// Which of the lines are quoted.
    pub(super) quoted: Vec<usize>,
    /// The title names a line of a file.
    pub(super) placed: bool,
    /// What follows the title does, or a label.
    pub(super) placed_below: bool,
    pub(super) paths: Vec<(u32, String)>,
    pub(super) line_lists: Vec<(u32, String)>,
    pub(super) severity: Option<String>,
    /// The value of a label that may hold a severity, if it is one.
    pub(super) perhaps_severity: Option<String>,
    pub(super) what: Option<String>,
    pub(super) why: Option<String>,
    /// The label whose value the next lines go on with.
    pub(super) open: Option<Field>,
    /// The open label had no value yet.
    pub(super) expects_value: bool,
    pub(super) done: bool,
    /// A row of a table in which another row names lines.
    pub(super) among_lined: bool,
    /// The first line of code that is shown with its number, or the marked one: where, which, and whether it is marked.
    pub(super) shown: Option<(u32, u32, bool)>,
    /// The labels so far, in small letters.
    pub(super) labels: Vec<String>,
}

impl Unit {
    pub(super) fn new(start: Start, around: &Surroundings, number: u32, text: &str) -> Self {
        Self {
            start,
            number: None,
            around: around.clone(),
            lines: vec![(number, text.to_owned())],
            quoted: Vec::new(),
            placed: false,
            placed_below: false,
            paths: Vec::new(),
            line_lists: Vec::new(),
            severity: None,
            perhaps_severity: None,
            what: None,
            why: None,
            open: None,
            expects_value: false,
            done: false,
            among_lined: false,
            shown: None,
            labels: Vec::new(),
        }
    }

    /// The lines that quote nothing; all of them if all are quoted.
    pub(super) fn own_lines(&self) -> impl Iterator<Item = &str> {
        let all = self.quoted.len() >= self.lines.len();
        self.lines
            .iter()
            .enumerate()
            .filter(move |(index, _)| all || !self.quoted.contains(index))
            .map(|(_, (_, text))| text.as_str())
    }

    /// What became of it, for those who ask.
    pub(super) fn part(&self, outcome: PartOutcome) -> AnswerPart {
        let kind = match self.start {
            Start::Heading(_) => PartKind::Heading,
            Start::Item(_) => PartKind::ListItem,
            Start::Row => PartKind::Row,
            Start::Text => PartKind::Text,
        };
        let all = [&self.paths, &self.line_lists, &self.lines];
        let numbers = all.into_iter().flatten().map(|(number, _)| *number);
        let first = numbers.clone().min().unwrap_or(1);
        let last = numbers.max().unwrap_or(1);
        let what = self.what.as_deref().unwrap_or("");
        let written = self.lines.iter().chain(&self.paths);
        let text = written
            .map(|(_, text)| text.as_str())
            .find(|text| !text.is_empty());
        AnswerPart::new(kind, (first, last), text.unwrap_or(what), outcome)
    }

    pub(super) fn push(&mut self, number: u32, text: &str) {
        let expected = std::mem::take(&mut self.expects_value);
        match self.open {
            Some(Field::Other) => {}
            Some(field @ (Field::What | Field::Why)) => self.set(field, number, text),
            Some(field) if expected => self.set(field, number, text),
            _ => self.lines.push((number, text.to_owned())),
        }
    }

    pub(super) fn set(&mut self, field: Field, number: u32, value: &str) {
        self.open = matches!(field, Field::What | Field::Why | Field::Other)
            .then_some(field)
            .or(value.is_empty().then_some(field));
        self.expects_value = value.is_empty();
        if value.is_empty() {
            return;
        }
        let add = |old: &mut Option<String>| match old {
            Some(old) if old.len() < LONGEST_CLAIM => {
                old.push('\n');
                old.push_str(value);
            }
            Some(_) => {}
            None => *old = Some(value.to_owned()),
        };
        match field {
            Field::Path | Field::Place => self.paths.push((number, value.to_owned())),
            Field::Lines => self.line_lists.push((number, value.to_owned())),
            Field::Severity => {
                self.severity = self.severity.take().or(Some(value.to_owned()));
            }
            Field::PerhapsSeverity => self.perhaps_severity = Some(value.to_owned()),
            Field::What => add(&mut self.what),
            Field::Why => add(&mut self.why),
            Field::Result => self.done |= words::passes(value),
            Field::Other | Field::Number | Field::Verdict => {}
        }
    }
}
