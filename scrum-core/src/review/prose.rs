//! Answers without the prompt's labels: headings, lists, tables and paragraphs, each put together into units of which one
//! says one thing.
//!
//! A unit is a finding if it names a path with a line in its title, its first words or a label, and says something about
//! it. Its severity is its own word or mark, else that of the heading, column or list above it. Other places are mentions.

use std::collections::BTreeMap;

use super::markdown::{self, Kind, Line};
use super::phrase::TRIGGERS;
use super::retraction::{self, Target};
use super::words::{self, Field};
use super::{
    Claim, Finding, InferredRetraction, Mention, ReadAs, ReviewVerdict, Severity, UnlocatedFinding,
    clean, sentence, severity, title, verdict,
};
use crate::review::location::{self, Citation, KnownPaths, LineRange, Location, Malformed, Place};

/// The longest claim that is kept, in bytes.
const LONGEST: usize = 4096;

/// What an answer in prose says.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) findings: Vec<Finding>,
    pub(super) unlocated: Vec<UnlocatedFinding>,
    pub(super) mentions: Vec<Mention>,
    pub(super) verdict: Option<ReviewVerdict>,
    pub(super) clean: bool,
}

/// What the headings and lists around a unit say.
#[derive(Debug, Clone, Default)]
struct Around {
    path: Option<String>,
    severity: Option<(Severity, String)>,
    /// Nothing below is a finding.
    mention: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Heading(u8),
    Item(usize),
    Text,
    Row,
}

/// What a reviewer says of one thing.
#[derive(Debug)]
struct Unit {
    start: Start,
    number: Option<u32>,
    around: Around,
    /// The title, then what follows.
    lines: Vec<(u32, String)>,
    /// The title names a line of a file.
    placed: bool,
    paths: Vec<(u32, String)>,
    line_lists: Vec<(u32, String)>,
    severity: Option<String>,
    what: Option<String>,
    why: Option<String>,
    /// The label whose value the next lines go on with.
    open: Option<Field>,
    done: bool,
}

#[derive(Debug)]
struct Section {
    level: u8,
    around: Around,
}

/// What a comment says that hangs on a line of its own: its severity, its first sentence and the rest.
pub(super) fn comment(body: &str) -> Claim {
    let mut own: Option<(Severity, String)> = None;
    let mut said: Vec<String> = Vec::new();
    let lines = markdown::lines(body);
    let kept = lines
        .iter()
        .take_while(|line| !matches!(line.kind, Kind::Heading(level) if level >= 10));
    for (at, line) in kept
        .filter(|line| !matches!(line.kind, Kind::Blank | Kind::Code | Kind::Rule))
        .enumerate()
    {
        let text = line.text.as_ref();
        if words::is_noise(text) {
            continue;
        }
        let mark = severity::marked(text).filter(|_| at < 6);
        let found = mark.is_some() && own.is_none();
        if found {
            own = mark;
        }
        let only_mark = found
            && (words_in(text) <= 2 || (at == 0 && text.contains(" | ") && text.starts_with('_')));
        let text = text.trim_matches(|c: char| matches!(c, '*' | '_' | ' ' | '#'));
        if !only_mark && (letters(text) > 1 || text.chars().any(char::is_numeric)) {
            said.push(text.to_owned());
        }
    }
    let cut = |text: String| super::value::cut(&text, LONGEST).into_owned();
    let mut said = said.into_iter();
    let what = said.next().map(cut);
    let why = said.collect::<Vec<_>>().join("\n");
    Claim {
        severity: own.as_ref().map(|(level, _)| *level),
        severity_text: own.map(|(_, word)| word),
        what,
        why: (!why.is_empty()).then(|| cut(why)),
    }
}

/// Reads an answer.
pub(super) fn read(text: &str, paths: Option<&KnownPaths>) -> Said {
    let lines = markdown::lines(text);
    let mut reader = Reader {
        paths,
        sections: Vec::new(),
        unit: None,
        units: Vec::new(),
        said: Said::default(),
        header: None,
        heading: 0,
        content: Vec::new(),
        clean: Vec::new(),
        none: Vec::new(),
        rejects: false,
        weak: Vec::new(),
        structured: false,
        after_blank: true,
    };
    for at in 0..lines.len() {
        reader.line(&lines, at);
    }
    reader.flush();
    reader.finish(&lines)
}

struct Reader<'a> {
    paths: Option<&'a KnownPaths>,
    sections: Vec<Section>,
    unit: Option<Unit>,
    /// The number of each unit, and the findings that it gave.
    units: Vec<(Option<u32>, std::ops::Range<usize>, std::ops::Range<u32>)>,
    said: Said,
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
}

impl Reader<'_> {
    fn around(&self) -> Around {
        self.sections
            .last()
            .map(|section| section.around.clone())
            .unwrap_or_default()
    }

    fn places(&self, text: &str) -> Vec<Place> {
        location::places(text, self.paths)
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
        for place in &places {
            rest.push_str(&text[at..place.range.start.max(at)]);
            at = place.range.end.max(at);
        }
        rest.push_str(&text[at..]);
        places.iter().any(|place| !place.lines.is_empty()) && letters(&rest) < 3
    }

    fn line(&mut self, lines: &[Line<'_>], at: usize) {
        let line = &lines[at];
        if line.closes > 0 {
            self.flush();
            self.pop(line.closes);
        }
        let text = line.text.as_ref();
        if line.kind != Kind::Row {
            self.header = None;
        }
        match line.kind {
            Kind::Blank => {
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
            Kind::Rule => {
                self.flush();
                self.after_blank = true;
                return;
            }
            Kind::Code => {
                self.code(line.number, text);
                return;
            }
            Kind::Heading(level) => self.heading(line.number, level, text),
            Kind::Row => self.row(lines, at),
            Kind::Item => self.item(line, text),
            Kind::Text => self.text(lines, at),
        }
        self.after_blank = false;
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
    fn code(&mut self, number: u32, text: &str) {
        if text.contains(':') && !text.is_empty() {
            for place in self.places(text) {
                self.mention(number, text, &place);
            }
        }
    }

    fn heading(&mut self, number: u32, level: u8, text: &str) {
        if text.is_empty() {
            return;
        }
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
        let places = self.places(text);
        let placed = places.iter().any(|place| !place.lines.is_empty());
        let own_lines =
            around.path.is_some() && location::lines_at_start(strip_marks(text)).is_some();
        if !placed {
            if let Some(place) = places.first().filter(|place| {
                self.paths.is_none_or(|paths| {
                    paths.at_end(&place.path).is_some() || place.path.contains('/')
                })
            }) {
                around.path = Some(place.path.clone());
            }
            if let Some(mark) = severity::of_heading(text) {
                around.severity = Some(mark);
            }
            around.mention |= words::no_findings_below(plain);
        }
        if clean::says_nothing_found(text) {
            self.clean.push(self.heading);
        }
        let mut unit = Unit::new(Start::Heading(level), &around, number, text);
        unit.number = title::number(text).or_else(|| title::number(&format!("# {text}")));
        unit.placed = placed || own_lines;
        if placed || own_lines {
            // Its own lines are no context for others.
            self.sections.push(Section {
                level,
                around: self.around(),
            });
        } else {
            self.sections.push(Section { level, around });
        }
        self.unit = Some(unit);
    }

    fn row(&mut self, lines: &[Line<'_>], at: usize) {
        let line = &lines[at];
        if markdown::is_delimiter(&line.text) {
            return;
        }
        let cells = markdown::cells(&line.text);
        let follows = lines
            .get(at + 1)
            .is_some_and(|next| next.kind == Kind::Row && markdown::is_delimiter(&next.text));
        if self.header.is_none() || follows {
            let columns: Vec<Option<Field>> = cells.iter().map(|cell| words::field(cell)).collect();
            let known = columns.iter().flatten().count();
            self.flush();
            if follows || known > 1 {
                self.header = Some(columns);
                return;
            }
            // A row of a table without a header.
            self.header = Some(vec![None; cells.len()]);
        }
        self.flush();
        let around = self.around();
        let columns = self.header.clone().unwrap_or_default();
        let mut unit = Unit::new(Start::Row, &around, line.number, "");
        unit.lines.clear();
        let known = columns
            .iter()
            .flatten()
            .any(|field| matches!(field, Field::Path | Field::Place));
        for (at, cell) in cells.iter().enumerate() {
            match columns.get(at).copied().flatten() {
                Some(Field::Number) => {
                    unit.number = cell
                        .trim_matches(|c: char| !c.is_ascii_digit())
                        .parse()
                        .ok()
                }
                Some(Field::PerhapsSeverity) if severity::read(cell).is_none() => {
                    unit.push(line.number, cell)
                }
                Some(field) => unit.set(field, line.number, cell),
                None if !cell.is_empty() => {
                    let places = self.places(cell);
                    if !known
                        && unit.paths.is_empty()
                        && !places.is_empty()
                        && self.is_mostly_path(cell, &places)
                    {
                        unit.paths.push((line.number, cell.clone()));
                    } else if unit.severity.is_none()
                        && cell.len() < 30
                        && severity::read(cell).is_some()
                    {
                        unit.severity = Some(cell.clone());
                    } else {
                        unit.push(line.number, cell);
                    }
                }
                None => {}
            }
        }
        self.unit = Some(unit);
        self.flush();
    }

    fn is_mostly_path(&self, text: &str, places: &[Place]) -> bool {
        let named: usize = places.iter().map(|place| place.range.len()).sum();
        text.len() <= named + 12
    }

    fn item(&mut self, line: &Line<'_>, text: &str) {
        if let Some((field, value)) = words::labelled(text)
            && !matches!(field, Field::Number)
            && self.takes(field, line.indent)
            && !(field == Field::Other && self.awaits_claim())
        {
            let value = value.to_owned();
            self.set(field, line.number, &value);
            return;
        }
        if self.awaits_claim() && !self.has_place(text) {
            if let Some(unit) = &mut self.unit {
                unit.push(line.number, text);
            }
            return;
        }
        let nested = match &self.unit {
            Some(Unit {
                start: Start::Item(indent),
                ..
            }) => line.indent > *indent,
            Some(Unit {
                start: Start::Heading(_),
                placed: true,
                ..
            }) => line.item.is_none() || line.indent > 0,
            _ => false,
        };
        if nested {
            let placed = self.unit_has_place();
            let own = self.has_place(text)
                || (self.item_path().is_some()
                    && location::lines_at_start(strip_marks(text)).is_some());
            if placed || !own || self.is_only_place(text) {
                if let Some(unit) = &mut self.unit {
                    unit.push(line.number, text);
                }
                return;
            }
            // The item above holds several findings, of one file perhaps.
            let path = self.item_path();
            let mut around = self.around();
            let kept = self.unit.take();
            if let Some(unit) = &kept {
                around.path = path.or(around.path);
                around.severity = severity::marked(&unit.lines[0].1).or(around.severity);
            }
            let indent = line.indent;
            self.begin(Start::Item(indent), line, text, around);
            self.sections.push(Section {
                level: 9,
                around: self
                    .unit
                    .as_ref()
                    .map(|unit| unit.around.clone())
                    .unwrap_or_default(),
            });
            return;
        }
        if line.indent == 0 {
            self.pop_level(9);
        }
        self.flush();
        let around = self.around();
        self.begin(Start::Item(line.indent), line, text, around);
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

    /// The path that an item names without lines.
    fn item_path(&self) -> Option<String> {
        let unit = self.unit.as_ref()?;
        let first = unit.lines.first()?;
        let places = self.places(&first.1);
        let place = places.first().filter(|place| place.lines.is_empty())?;
        Some(place.path.clone())
    }

    fn begin(&mut self, start: Start, line: &Line<'_>, text: &str, around: Around) {
        let mut unit = Unit::new(start, &around, line.number, text);
        unit.number = line.item.or_else(|| title::number(text));
        unit.placed = self.has_place(text)
            || (around.path.is_some() && location::lines_at_start(strip_marks(text)).is_some());
        unit.done = words::is_done(text);
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
                || unit.paths.iter().any(|(_, path)| self.has_place(path))
                || (!unit.paths.is_empty() && !unit.line_lists.is_empty())
                || unit.lines.iter().any(|(_, text)| self.has_place(text))
        })
    }

    /// Whether the open unit takes a label.
    fn takes(&self, field: Field, indent: usize) -> bool {
        let Some(unit) = &self.unit else { return false };
        if let Start::Item(own) = unit.start
            && indent <= own
            && unit.number.is_none()
            && unit.lines.iter().any(|(_, text)| letters(text) > 2)
        {
            return false;
        }
        match field {
            Field::Path | Field::Place => unit.paths.is_empty() && !unit.placed,
            Field::Severity => unit.severity.is_none(),
            Field::Verdict | Field::Number => false,
            _ => true,
        }
    }

    /// Whether the open unit is a place about which nothing is said yet: `**suggestion:** …` is what is said.
    fn awaits_claim(&self) -> bool {
        matches!(self.unit.as_ref().map(|unit| unit.lines.as_slice()), Some([(_, only)]) if self.is_only_place(only))
    }

    fn set(&mut self, field: Field, number: u32, value: &str) {
        if field == Field::Verdict {
            self.said.verdict = verdict::read(value).or(self.said.verdict);
            self.verdict_words(value);
            return;
        }
        if let Some(unit) = &mut self.unit {
            if field == Field::PerhapsSeverity && severity::read(value).is_none() {
                return;
            }
            unit.set(field, number, value);
        }
    }

    fn verdict_words(&mut self, value: &str) {
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
        .any(|words| value.contains(words))
            || value.trim() == "no";
        if clean::says_nothing_found(&value) && !self.rejects {
            self.clean.push(0);
        }
    }

    fn text(&mut self, lines: &[Line<'_>], at: usize) {
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
        let lonely = begins && lines.get(at + 1).is_none_or(|next| next.kind != Kind::Text);
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
            self.sections.push(Section { level: 8, around });
            let around = self.around();
            self.unit = Some(Unit::new(Start::Heading(8), &around, line.number, text));
            return;
        }
        if line.indent >= 2
            && !self.is_only_place(text)
            && matches!(
                self.unit,
                Some(Unit {
                    start: Start::Item(_) | Start::Text,
                    ..
                })
            )
        {
            if let Some(unit) = &mut self.unit {
                unit.push(line.number, text);
            }
            return;
        }
        let placed = self.has_place(text);
        if !placed
            && self.around().path.is_some()
            && location::lines_at_start(strip_marks(text)).is_some()
        {
            self.flush();
            let around = self.around();
            self.begin(Start::Text, line, text, around);
            return;
        }
        let open = self.unit.as_ref().map(|unit| unit.start);
        if !begins {
            // A line of its own for each finding, as linters print them.
            let only = self.is_only_place(text) && !self.unit_has_place();
            let gutter = placed && !only && self.begins_finding(text);
            if let Some(unit) = &mut self.unit {
                if !gutter || (!matches!(unit.start, Start::Text) || unit.lines.is_empty()) {
                    unit.push(line.number, text);
                    return;
                }
            }
        } else if let Some(start) = open {
            let has_place = self.unit_has_place();
            let only = self.is_only_place(text);
            let attaches = match start {
                Start::Heading(level) if placed && level >= 10 => false,
                Start::Heading(_) if placed && only => !has_place,
                Start::Heading(_) if placed => {
                    !has_place && !(self.begins_finding(text) && self.unit_is_container())
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
                    (unit.lines.len() == 1 && self.is_only_place(&unit.lines[0].1))
                        || (unit.lines.is_empty() && !unit.paths.is_empty())
                        || unit.open.is_some()
                }),
            };
            if attaches {
                if let Some(unit) = &mut self.unit {
                    unit.push(line.number, text);
                }
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
        self.begin(Start::Text, line, text, around);
    }

    /// Whether the heading's unit holds others rather than being one.
    fn unit_is_container(&self) -> bool {
        self.unit.as_ref().is_some_and(|unit| {
            unit.number.is_none()
                && unit
                    .lines
                    .first()
                    .is_none_or(|(_, text)| words_in(text) <= 4)
        })
    }

    /// Whether a line begins with a place, or with a severity and a place.
    fn begins_finding(&self, text: &str) -> bool {
        let places = self.places(text);
        let Some(place) = places.iter().find(|place| !place.lines.is_empty()) else {
            return false;
        };
        let before = &text[..place.range.start];
        letters(before) == 0
            || (before.len() < 40 && severity::marked(before).is_some() && words_in(before) <= 4)
    }

    fn flush(&mut self) {
        let Some(unit) = self.unit.take() else { return };
        let from = self.said.findings.len();
        let first = unit
            .lines
            .first()
            .map(|(line, _)| *line)
            .or(unit.paths.first().map(|(line, _)| *line));
        let last = unit.lines.last().map(|(line, _)| *line);
        self.emit(&unit);
        let range = first.unwrap_or(0)..last.or(first).unwrap_or(0) + 1;
        self.units
            .push((unit.number, from..self.said.findings.len(), range));
    }

    fn mention(&mut self, line: u32, text: &str, place: &Place) {
        if place.lines.is_empty() {
            return;
        }
        for citation in place.citations(text).into_iter().flatten() {
            self.said.mentions.push(Mention {
                line,
                text: citation.text,
                location: citation.location,
            });
        }
    }

    fn emit(&mut self, unit: &Unit) {
        let (primary, used) = self.primary(unit);
        let mut own = unit.severity.as_deref().map(|word| {
            (
                severity::read(word),
                word.trim_matches(['*', '`', '_', ' ']).to_owned(),
            )
        });
        if own.is_none() {
            own = self
                .own_severity(unit, &used)
                .map(|(level, word)| (Some(level), word));
        }
        let title = unit.lines.first().map_or("", |(_, text)| text.as_str());
        // Rest of the places.
        for (index, (line, text)) in unit.lines.iter().enumerate() {
            for place in self.places(text) {
                if used != Some((index, place.range.start)) {
                    self.mention(*line, text, &place);
                }
            }
        }
        let claim_words: usize = unit.what.as_deref().map_or(0, letters)
            + unit.why.as_deref().map_or(0, letters)
            + unit
                .lines
                .iter()
                .enumerate()
                .map(|(index, (_, text))| {
                    let cut = used.filter(|(at, _)| *at == index).map(|(_, start)| start);
                    letters(&self.without_place(text, cut))
                })
                .sum::<usize>();
        let approved = {
            let sentence = used.and_then(|(index, start)| {
                unit.lines
                    .get(index)
                    .map(|(_, text)| sentence_at(text, start))
            });
            sentence.is_some_and(words::approves) && own.is_none()
        };
        let done = unit.done
            || matches!(unit.lines.as_slice(), [(_, place), (_, text), ..] if self.is_only_place(place) && words::is_done(text));
        let mention = (unit.around.mention
            && (own.is_none() || !(self.is_in_intro() || unit.start == Start::Row)))
            || done
            || approved
            || claim_words < 2
            || (title.contains("~~") && title.matches("~~").count() >= 2);
        if primary.is_empty() {
            self.unplaced(unit, own, mention);
            return;
        }
        if mention {
            for (line, citation) in primary {
                if let Ok(citation) = citation {
                    self.said.mentions.push(Mention {
                        line,
                        text: citation.text,
                        location: citation.location,
                    });
                }
            }
            return;
        }
        let (level, word) = match own {
            Some((level, word)) => (level, Some(word)),
            None => match &unit.around.severity {
                Some((level, word)) => (Some(*level), Some(word.clone())),
                None => (None, None),
            },
        };
        let (what, why) = self.claim(unit, used);
        let labelled = !unit.paths.is_empty() && unit.start != Start::Row;
        let aside = used
            .is_some_and(|(index, start)| index > 0 || unit.lines[index].1[..start].contains(". "));
        if unit.start == Start::Text && aside && level.is_none() && unit.number.is_none() {
            self.weak
                .extend(self.said.findings.len()..self.said.findings.len() + primary.len());
        }
        self.structured |= unit.start != Start::Text;
        for (line, citation) in primary {
            let (text, location, swapped) = match citation {
                Ok(Citation {
                    location,
                    text,
                    swapped,
                }) => (text, Ok(location), swapped),
                Err(malformed) => (String::new(), Err(malformed), false),
            };
            self.said.findings.push(Finding {
                line,
                text,
                location,
                claim: Claim {
                    severity: level,
                    severity_text: word.clone(),
                    what: what.clone(),
                    why: why.clone(),
                },
                read_as: if labelled {
                    ReadAs::Labelled
                } else {
                    ReadAs::Prose
                },
                link: None,
                number: unit.number,
                quoted: None,
                stands_in_diff: false,
                retracted: None,
                swapped,
            });
        }
    }

    fn is_in_intro(&self) -> bool {
        self.sections
            .iter()
            .any(|section| section.level == 8 && section.around.mention)
            && !self
                .sections
                .iter()
                .any(|section| section.level != 8 && section.around.mention)
    }

    /// A unit that names no line.
    fn unplaced(&mut self, unit: &Unit, own: Option<(Option<Severity>, String)>, mention: bool) {
        let text: String = unit
            .lines
            .iter()
            .map(|(_, text)| text.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        let labelled = [&unit.what, &unit.why]
            .into_iter()
            .flatten()
            .any(|text| sentences(text).any(clean::says_nothing_found));
        let is_clean = labelled
            || unit.lines.iter().any(|(_, line)| {
                sentences(line).any(clean::says_nothing_found) || clean::says_nothing_found(line)
            });
        let is_none = unit.lines.iter().any(|(_, line)| {
            super::label::says_none(line).is_some_and(|dressing| !dressing.gutter) || is_dash(line)
        });
        let heading = matches!(unit.start, Start::Heading(_));
        if is_clean {
            self.clean.push(self.heading);
            let rest = unit
                .lines
                .iter()
                .flat_map(|(_, line)| sentences(line))
                .filter(|s| !clean::says_nothing_found(s));
            let rest = rest.collect::<Vec<_>>().join(" ");
            if words::speaks_of_a_problem(&rest)
                && !unit.around.mention
                && !rest.to_lowercase().contains("checked for")
                && !heading
            {
                self.content.push((usize::MAX, true));
            }
            return;
        }
        if is_none {
            self.none.push(self.heading);
            if unit.lines.len() <= 2 {
                return;
            }
        }
        let listed = unit.number.is_some() || !unit.paths.is_empty() || unit.what.is_some();
        if let Some((Some(level), word)) = own
            && !mention
            && (!heading || listed || unit.lines.len() > 1)
            && words_in(&text) >= 3
            && !self.followed_by_findings(unit)
        {
            let (what, why) = self.claim(unit, None);
            let line = unit.lines.first().map_or(1, |(line, _)| *line);
            self.said.unlocated.push(UnlocatedFinding {
                line,
                claim: Claim {
                    severity: Some(level),
                    severity_text: Some(word),
                    what,
                    why,
                },
                retracted: None,
            });
            return;
        }
        let remark = unit.around.mention || mention || heading && unit.lines.len() == 1;
        if !remark
            && letters(&text) > 8
            && (matches!(unit.start, Start::Item(_)) || words::speaks_of_a_problem(&text))
            && !words::approves(&text)
        {
            self.content
                .push((self.heading, matches!(unit.start, Start::Item(_))));
        }
    }

    /// A heading in front of findings is their group, not one without a place.
    fn followed_by_findings(&self, unit: &Unit) -> bool {
        matches!(unit.start, Start::Heading(_)) && unit.number.is_none() && unit.lines.len() == 1
    }

    /// The places that a unit is about, with their lines; and the title's line and byte that they were taken from.
    fn primary(
        &self,
        unit: &Unit,
    ) -> (
        Vec<(u32, Result<Citation, Malformed>)>,
        Option<(usize, usize)>,
    ) {
        if !unit.paths.is_empty() {
            return (self.labelled_places(unit), None);
        }
        for (index, (line, text)) in unit.lines.iter().enumerate().take(40) {
            let places = self.places(text);
            let path = unit.around.path.as_deref();
            let first = places.iter().position(|place| {
                !place.lines.is_empty() && !words::compares(&text[..place.range.start])
            });
            if first.is_none_or(|at| index == 0 && letters(&text[..places[at].range.start]) > 0)
                && let Some(path) = path.filter(|_| index == 0)
                && let Some((lines, len)) = location::lines_at_start(strip_marks(text))
            {
                let start = text.len() - strip_marks(text).len();
                let shown = &text[start..start + len];
                return (cite(*line, path, &lines, shown), Some((index, start)));
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
                    let between = text[end..next.range.start.max(end)].trim_matches(|c: char| {
                        c.is_whitespace() || matches!(c, '`' | '*' | '[' | ']' | '"')
                    });
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
        if let Some(path) = unit.around.path.as_deref()
            && matches!(unit.start, Start::Item(_))
            && let Some((line, text)) = unit.lines.first()
            && let Some((lines, range)) = location::lines_in(text)
        {
            return (
                cite(*line, path, &lines, &text[range.clone()]),
                Some((0, range.start)),
            );
        }
        (Vec::new(), None)
    }

    /// Places of labels and columns.
    fn labelled_places(&self, unit: &Unit) -> Vec<(u32, Result<Citation, Malformed>)> {
        let mut all = Vec::new();
        let mut lists: Vec<LineList> = unit
            .line_lists
            .iter()
            .filter_map(|(line, text)| Some((*line, location::line_list(text)?)))
            .collect();
        for (line, value) in &unit.paths {
            let places = self.places(value);
            let lined: Vec<&Place> = places
                .iter()
                .filter(|place| !place.lines.is_empty())
                .collect();
            if !lined.is_empty() {
                all.extend(
                    lined
                        .iter()
                        .flat_map(|place| place.citations(value))
                        .map(|c| (*line, c)),
                );
                continue;
            }
            let path = match places.first() {
                Some(place) => place.path.clone(),
                None => {
                    let path =
                        value.trim_matches(|c: char| c.is_whitespace() || "`*\"'[]()".contains(c));
                    if let (Some(around), Some(lines)) =
                        (&unit.around.path, location::line_list(value))
                    {
                        all.extend(cite(*line, around, &lines, value));
                        continue;
                    }
                    if path.is_empty()
                        || path.contains(' ')
                        || location::names_no_place(path)
                        || !path.contains(['.', '/'])
                    {
                        continue;
                    }
                    path.to_owned()
                }
            };
            if let Some((line, lines)) = (!lists.is_empty()).then(|| lists.remove(0)) {
                all.extend(cite(line, &path, &lines, &path));
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
                all.extend(cite(*line, &path, &lines, &path));
                continue;
            }
            let severe = unit.severity.is_some();
            if severe || (unit.what.is_some() && unit.start != Start::Row) {
                all.push((*line, Ok(whole_file(&path))));
            }
        }
        all
    }

    fn own_severity(
        &self,
        unit: &Unit,
        used: &Option<(usize, usize)>,
    ) -> Option<(Severity, String)> {
        let (index, start) = used.unwrap_or((0, usize::MAX));
        // `path:4: error TS7: …`, as compilers print it.
        if let Some((_, text)) = unit.lines.get(index).filter(|_| start != usize::MAX)
            && let Some(place) = self
                .places(text)
                .into_iter()
                .find(|place| place.range.start == start)
            && letters(&text[..start]) == 0
            && let Some(behind) = text[place.range.end..]
                .trim_start_matches(|c: char| c == ':' || c.is_ascii_digit())
                .strip_prefix(' ')
        {
            let word: String = behind.chars().take_while(|c| c.is_alphabetic()).collect();
            let next = behind[word.len()..].trim_start();
            if text[place.range.end..].starts_with(':')
                && next.starts_with(|c: char| c.is_uppercase() || c == ':' || c == '[' || c == '(')
                && let Some(level) = severity::read(&word)
            {
                return Some((level, word));
            }
        }
        for (at, (_, text)) in unit.lines.iter().enumerate().take(6) {
            let cut = (at == index && start != usize::MAX).then_some(start);
            let text = self.without_place(text, cut);
            let found = severity::marked(&text);
            if at == 0 {
                if found.is_some() {
                    return found;
                }
                continue;
            }
            // Below the title only what is nothing but a severity, or the rest of the title.
            if found.is_some()
                && (words_in(&text) <= 3
                    || at <= 1 && index == 0 && self.is_only_place(&unit.lines[0].1)
                    || matches!(unit.start, Start::Text) && sentence_says_severity(&text))
            {
                return found;
            }
        }
        let labelled = unit.what.as_deref().and_then(severity::marked);
        if labelled.is_some() {
            return labelled;
        }
        let texts = unit.lines.iter().map(|(_, text)| text.as_str());
        texts.clone().flat_map(sentences).find_map(|sentence| {
            sentence_says_severity(sentence)
                .then(|| severity::marked(sentence))
                .flatten()
        })
    }

    /// A text with a mark in place of the location that it names.
    fn without_place(&self, text: &str, start: Option<usize>) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for place in self.places(text) {
            if start == Some(place.range.start) || start.is_none() || !place.lines.is_empty() {
                out.push_str(&text[at..place.range.start.max(at)]);
                out.push('§');
                at = place.range.end.max(at);
            }
        }
        out.push_str(&text[at..]);
        if at == 0
            && let Some(start) = start
            && let Some((_, len)) = location::lines_at_start(text.get(start..).unwrap_or(""))
        {
            out.replace_range(start..start + len, "§");
        }
        out
    }

    fn claim(&self, unit: &Unit, used: Option<(usize, usize)>) -> (Option<String>, Option<String>) {
        let mut parts: Vec<String> = Vec::new();
        for (index, (_, text)) in unit.lines.iter().enumerate() {
            let start = used.filter(|(at, _)| *at == index).map(|(_, start)| start);
            let cleaned = match start {
                Some(start) => {
                    let place = self
                        .places(text)
                        .into_iter()
                        .find(|place| place.range.start == start);
                    let at_edge = |range: &std::ops::Range<usize>| {
                        letters(&text[..range.start]) < 2 || letters(&text[range.end..]) < 2
                    };
                    match place {
                        Some(place) if at_edge(&place.range) => {
                            format!("{}{}", &text[..place.range.start], &text[place.range.end..])
                        }
                        _ => text.clone(),
                    }
                }
                None => text.clone(),
            };
            let cleaned = cleaned
                .trim_start_matches(|c: char| {
                    !c.is_alphanumeric() && !matches!(c, '`' | '[' | '«' | '“' | '"')
                })
                .trim_end_matches(|c: char| {
                    c.is_whitespace() || matches!(c, '(' | '*' | '—' | '–' | '`' | '[' | ']')
                });
            let cleaned =
                cleaned.trim_start_matches(['`', ']', ')', ':', ' ', '—', '–', '-', ',', '*']);
            if letters(cleaned) > 1 {
                parts.push(cleaned.to_owned());
            }
        }
        let labelled = [&unit.what, &unit.why].into_iter().flatten().cloned();
        let mut all: Vec<String> = Vec::new();
        all.extend(parts.first().cloned());
        all.extend(labelled);
        all.extend(parts.into_iter().skip(1));
        let cut = |text: String| super::value::cut(&text, LONGEST).into_owned();
        let mut all = all.into_iter();
        let what = all.next().map(cut);
        let why = all.collect::<Vec<_>>().join("\n");
        (what, (!why.is_empty()).then(|| cut(why)))
    }

    fn finish(mut self, lines: &[Line<'_>]) -> Said {
        self.retract(lines);
        if self.structured {
            for at in std::mem::take(&mut self.weak).into_iter().rev() {
                let finding = self.said.findings.remove(at);
                if let Ok(location) = finding.location {
                    self.said.mentions.push(Mention {
                        line: finding.line,
                        text: finding.text,
                        location,
                    });
                }
            }
        }
        // Places of a list were taken for mentions as well.
        let taken: std::collections::HashSet<(u32, Location)> = self
            .said
            .findings
            .iter()
            .filter_map(|finding| Some((finding.line, finding.location.as_ref().ok()?.clone())))
            .collect();
        self.said
            .mentions
            .retain(|mention| !taken.contains(&(mention.line, mention.location.clone())));
        let standing = self
            .said
            .findings
            .iter()
            .any(|finding| finding.retracted.is_none())
            || self
                .said
                .unlocated
                .iter()
                .any(|unlocated| unlocated.retracted.is_none());
        let listed = self.content.iter().any(|(heading, item)| {
            *heading == usize::MAX || *item || !self.clean.contains(heading)
        });
        let stated = !self.clean.is_empty() && !listed;
        let all_none = !self.none.is_empty() && self.content.is_empty();
        self.said.clean = !standing && !self.rejects && (stated || all_none);
        self.said
    }

    /// Findings that plain words take back.
    fn retract(&mut self, lines: &[Line<'_>]) {
        if self.said.findings.is_empty() && self.said.unlocated.is_empty() {
            return;
        }
        let mut taken: BTreeMap<usize, InferredRetraction> = BTreeMap::new();
        for line in lines
            .iter()
            .filter(|line| !matches!(line.kind, Kind::Code | Kind::Blank))
        {
            if TRIGGERS.find_at(line.text.as_bytes(), 0).is_none() {
                continue;
            }
            let own = self
                .units
                .iter()
                .rposition(|(_, _, range)| range.start <= line.number);
            for said in sentences(&line.text) {
                let Some(target) = retraction::target(&sentence::plain(said)) else {
                    continue;
                };
                let units: Vec<usize> = match target {
                    Target::Own => own
                        .filter(|own| self.units[*own].2.contains(&line.number))
                        .into_iter()
                        .collect(),
                    Target::Numbers(numbers) => numbers
                        .into_iter()
                        .filter_map(|number| {
                            let before = self.units.iter().rposition(|(own, findings, range)| {
                                *own == Some(number)
                                    && !findings.is_empty()
                                    && range.start <= line.number
                            });
                            // Where nothing is numbered, findings are counted.
                            let numbered = self
                                .units
                                .iter()
                                .any(|(own, findings, _)| own.is_some() && !findings.is_empty());
                            before.or_else(|| {
                                let with = self
                                    .units
                                    .iter()
                                    .enumerate()
                                    .filter(|(_, (_, findings, _))| !findings.is_empty());
                                let at = usize::try_from(number).ok()?.checked_sub(1)?;
                                (!numbered)
                                    .then(|| with.map(|(index, _)| index).nth(at))
                                    .flatten()
                            })
                        })
                        .collect(),
                };
                for unit in units {
                    for finding in self.units[unit].1.clone() {
                        taken.entry(finding).or_insert_with(|| InferredRetraction {
                            line: line.number,
                            phrase: sentence::shown(said),
                        });
                    }
                }
            }
        }
        for (at, words) in taken {
            if let Some(finding) = self.said.findings.get_mut(at) {
                finding.retracted = Some(words);
            }
        }
    }
}

type LineList = (u32, Vec<Result<LineRange, Malformed>>);

fn whole_file(path: &str) -> Citation {
    Citation {
        location: Location {
            path: path.to_owned(),
            lines: None,
            symbol: None,
        },
        text: path.to_owned(),
        swapped: false,
    }
}

fn cite(
    line: u32,
    path: &str,
    lines: &[Result<LineRange, Malformed>],
    shown: &str,
) -> Vec<(u32, Result<Citation, Malformed>)> {
    lines
        .iter()
        .map(|read| {
            let citation = read.clone().map(|range| Citation {
                location: Location {
                    path: path.to_owned(),
                    lines: Some(range),
                    symbol: None,
                },
                text: shown.to_owned(),
                swapped: false,
            });
            (line, citation)
        })
        .collect()
}

impl Unit {
    fn new(start: Start, around: &Around, number: u32, text: &str) -> Self {
        Self {
            start,
            number: None,
            around: around.clone(),
            lines: vec![(number, text.to_owned())],
            placed: false,
            paths: Vec::new(),
            line_lists: Vec::new(),
            severity: None,
            what: None,
            why: None,
            open: None,
            done: false,
        }
    }

    fn has_label(&self, field: Field) -> bool {
        match field {
            Field::Path | Field::Place => !self.paths.is_empty(),
            Field::Severity => self.severity.is_some() || !self.paths.is_empty(),
            _ => false,
        }
    }

    fn push(&mut self, number: u32, text: &str) {
        match self.open {
            Some(Field::Path | Field::Place) if !text.is_empty() => {
                self.paths.push((number, text.to_owned()))
            }
            Some(Field::Other) => {}
            Some(field @ (Field::What | Field::Why)) => self.set(field, number, text),
            _ => self.lines.push((number, text.to_owned())),
        }
    }

    fn set(&mut self, field: Field, number: u32, value: &str) {
        self.open = matches!(field, Field::What | Field::Why | Field::Other)
            .then_some(field)
            .or(value.is_empty().then_some(field));
        if value.is_empty() {
            return;
        }
        let add = |old: &mut Option<String>| match old {
            Some(old) if old.len() < LONGEST => {
                old.push('\n');
                old.push_str(value);
            }
            Some(_) => {}
            None => *old = Some(value.to_owned()),
        };
        match field {
            Field::Path | Field::Place => self.paths.push((number, value.to_owned())),
            Field::Lines => self.line_lists.push((number, value.to_owned())),
            Field::Severity | Field::PerhapsSeverity => {
                self.severity = self.severity.take().or(Some(value.to_owned()))
            }
            Field::What => add(&mut self.what),
            Field::Why => add(&mut self.why),
            Field::Other | Field::Number | Field::Verdict => {}
        }
    }
}

/// A title without marks and a severity in front: `[HIGH] L28: …`, `**Line 4** …`.
fn strip_marks(text: &str) -> &str {
    let mut rest = text.trim_start_matches(['*', '_', ' ', '#', '-']);
    for (open, close) in [('[', ']'), ('(', ')')] {
        if let Some(inner) = rest.strip_prefix(open)
            && let Some(end) = inner.find(close)
            && severity::read(&inner[..end]).is_some()
        {
            rest = inner[end + 1..].trim_start_matches([' ', ':', '*', '—', '–', '-']);
        }
    }
    let lead = text.len() - rest.len();
    // Backticks around the lines say that they are lines.
    let back = text[..lead].ends_with('`');
    if back { &text[lead - 1..] } else { rest }
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphabetic()).take(64).count()
}

fn words_in(text: &str) -> usize {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().any(char::is_alphabetic))
        .take(64)
        .count()
}

fn is_dash(line: &str) -> bool {
    matches!(
        line.trim().trim_end_matches('.').to_lowercase().as_str(),
        "-" | "—"
            | "n/a"
            | "none"
            | "none found"
            | "无"
            | "なし"
            | "keine"
            | "aucun"
            | "aucune"
            | "ninguno"
            | "ninguna"
            | "nenhum"
            | "нет"
            | "없음"
            | "nothing"
            | "nil"
    )
}

/// The sentences of a line.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(". ")
        .flat_map(|part| part.split_inclusive(['。', '！', '!', '?', '？']))
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// The sentence around a byte.
fn sentence_at(text: &str, at: usize) -> &str {
    let from = text[..at].rfind(". ").map_or(0, |stop| stop + 2);
    let from = text[..at]
        .rfind('。')
        .map_or(from, |stop| from.max(stop + '。'.len_utf8()));
    let to = text[at..].find(". ").map_or(text.len(), |stop| at + stop);
    &text[from..to]
}

/// `Severity: medium.`, `This one is a blocker.`
fn sentence_says_severity(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    words_in(sentence) <= 8
        && (lower.contains("severity")
            || lower.contains("priority")
            || [
                " is a blocker",
                " is blocking",
                "is critical",
                " a nit",
                "is a nit",
                "blocker.",
            ]
            .iter()
            .any(|words| lower.contains(words)))
        && !lower.contains("not a")
}
