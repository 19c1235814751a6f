//! Answers without the prompt's labels: headings, lists, tables and paragraphs, each put together into units of which one
//! says one thing.
//!
//! A unit is a finding if it names a path with a line in its title, its first words or a label, and says something about
//! it. Its severity is its own word or mark, else that of the heading, column or list above it. Other places are mentions.

mod claim;
mod emit;
mod finish;
mod place;
mod text;
mod unit;

use self::text::{letters, strip_marks, words_in};
use self::unit::Unit;
use super::markdown::{self, Kind, Line};
use super::statement::{Reading, Statement};
use super::words::{self, Field};
use super::{Claim, Severity, clean, severity, title, verdict};
use crate::review::location::{self, KnownPaths, Place};

/// The longest claim that is kept, in bytes.
const LONGEST: usize = 4096;
/// Lines that may take something back, at most.
const MOST_RETRACTIONS: usize = 1000;

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
            && (text
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .all(|word| {
                    severity::read(word).is_some()
                        || ["severity", "priority", "badge"]
                            .iter()
                            .any(|mark| mark.eq_ignore_ascii_case(word))
                })
                || (at == 0 && text.contains(" | ") && text.starts_with('_')));
        let text = text.trim_matches(|c: char| matches!(c, '*' | '_' | ' ' | '#'));
        if !only_mark && (letters(text) > 1 || text.chars().any(char::is_numeric)) {
            said.push(text.to_owned());
        }
    }
    let cut = |text: String| super::span::cut(&text, LONGEST).into_owned();
    let mut said = said.into_iter();
    let what = said.next().map(|title| {
        let plain = strip_marks(&title);
        cut(if letters(plain) > 1 { plain } else { &title }.to_owned())
    });
    let why = said.collect::<Vec<_>>().join("\n");
    Claim {
        severity: own.as_ref().map(|(level, _)| *level),
        severity_text: own.map(|(_, word)| word),
        what,
        why: (!why.is_empty()).then(|| cut(why)),
    }
}

/// Reads an answer.
pub(super) fn read(text: &str, paths: Option<&KnownPaths>) -> Reading {
    let lines = markdown::lines(text);
    let mut reader = Reader {
        paths,
        sections: Vec::new(),
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
            Kind::Item | Kind::Text if self.several_labels(line, text) => {}
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
        // Folded parts are apart from the section that they happen to stand in.
        if level >= 10
            && self
                .sections
                .last()
                .is_some_and(|section| section.level < 10)
        {
            around.mention = false;
        }
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
                        .ok();
                }
                Some(Field::PerhapsSeverity) if severity::read(cell).is_none() => {
                    unit.push(line.number, cell);
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
            self.push(line.number, text);
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
                self.push(line.number, text);
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
            self.begin(Start::Item(indent), line, text, &around);
            self.pop_level(9);
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
        self.begin(Start::Item(line.indent), line, text, &around);
    }

    /// Several labels in one line are set one by one. Whether there were any.
    fn several_labels(&mut self, line: &Line<'_>, text: &str) -> bool {
        let labels = words::several_labelled(text);
        if labels.is_empty() {
            return false;
        }
        let awaited = self.unit.as_ref().is_some_and(|unit| match unit.start {
            Start::Item(indent) => line.indent > indent,
            Start::Heading(_) => line.item.is_none(),
            Start::Text => {
                line.kind == Kind::Text && unit.paths.is_empty() && !unit.lines.is_empty()
            }
            Start::Row => false,
        }) && !self.unit_has_place();
        if !awaited {
            self.flush();
            let start = match line.kind {
                Kind::Item => Start::Item(line.indent),
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
            let dash = [" — ", " – ", " - "]
                .iter()
                .find_map(|dash| value.split_once(dash))
                .filter(|_| matches!(field, Field::Severity | Field::Lines));
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

    fn begin(&mut self, start: Start, line: &Line<'_>, text: &str, around: &Around) {
        let mut unit = Unit::new(start, around, line.number, text);
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
                || unit.placed_below
                || (!unit.paths.is_empty() && !unit.line_lists.is_empty())
        })
    }

    /// Adds a line to the open unit.
    fn push(&mut self, number: u32, text: &str) {
        let placed = self.has_place(text);
        if let Some(unit) = &mut self.unit {
            unit.placed_below |= placed;
            unit.push(number, text);
        }
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
        if matches!(field, Field::Path | Field::Place)
            && self.has_place(value)
            && let Some(unit) = &mut self.unit
        {
            unit.placed_below = true;
        }
    }

    /// Whether the open unit has a place and this label already.
    fn repeats_label(&self, text: &str) -> bool {
        let label = words::label(text);
        self.unit.as_ref().is_some_and(|unit| {
            unit.start == Start::Text && !unit.paths.is_empty() && unit.labels.contains(&label)
        })
    }

    fn note_label(&mut self, text: &str) {
        if let Some(unit) = &mut self.unit
            && unit.labels.len() < 32
        {
            unit.labels.push(words::label(text));
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

    /// What linters print between a path and its findings: the path on a line of its own with indented lines below, or a
    /// line of the code with its number in front. Whether it was one of these.
    fn linter_layout(&mut self, lines: &[Line<'_>], at: usize) -> bool {
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
            .is_some_and(|next| next.kind == Kind::Text && next.indent > 0)
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
        let around = Around {
            path,
            ..self.around()
        };
        self.sections.push(Section { level: 8, around });
        true
    }

    fn text(&mut self, lines: &[Line<'_>], at: usize) {
        if self.linter_layout(lines, at) {
            return;
        }
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
        if label.is_some() && begins && self.repeats_label(text) {
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
        let is_row = text.starts_with(|c: char| c.is_ascii_digit())
            && self.around().path.is_some()
            && location::lines_at_start(text).is_some();
        if line.indent >= 2
            && !is_row
            && !self.is_only_place(text)
            && matches!(
                self.unit,
                Some(Unit {
                    start: Start::Item(_) | Start::Text,
                    ..
                })
            )
        {
            self.push(line.number, text);
            return;
        }
        let placed = self.has_place(text);
        if !placed
            && self.around().path.is_some()
            && location::lines_at_start(strip_marks(text)).is_some()
        {
            self.flush();
            let around = self.around();
            self.begin(Start::Text, line, text, &around);
            return;
        }
        let open = self.unit.as_ref().map(|unit| unit.start);
        if !begins {
            // A line of its own for each finding, as linters print them.
            let only = self.is_only_place(text) && !self.unit_has_place();
            let gutter = placed && !only && self.begins_finding(text);
            let has_place = self.unit_has_place();
            let goes_on = self.unit.as_ref().is_some_and(|unit| match unit.start {
                _ if !gutter || unit.lines.is_empty() => true,
                Start::Text => false,
                Start::Heading(_) => !has_place,
                _ => true,
            });
            if goes_on {
                self.push(line.number, text);
                return;
            }
        } else if let Some(start) = open {
            let has_place = self.unit_has_place();
            let only = self.is_only_place(text);
            let attaches = match start {
                Start::Heading(8) => false,
                Start::Heading(level) if placed && level >= 10 => false,
                Start::Heading(_) if placed && only => !has_place,
                Start::Heading(_) if placed => {
                    !(has_place || self.begins_finding(text) && self.unit_is_container())
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
                    (unit.lines.len() == 1
                        && self.has_place(&unit.lines[0].1)
                        && words_in(&self.without_place(&unit.lines[0].1, None)) <= 2)
                        || (unit.lines.is_empty() && !unit.paths.is_empty())
                        || unit.open.is_some()
                }),
            };
            if attaches {
                self.push(line.number, text);
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
        self.begin(Start::Text, line, text, &around);
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
        let from = self.said.statements.len();
        let first = unit
            .lines
            .first()
            .map(|(line, _)| *line)
            .or(unit.paths.first().map(|(line, _)| *line));
        let last = unit.lines.last().map(|(line, _)| *line);
        self.emit(&unit);
        let range = first.unwrap_or(0)..last.or(first).unwrap_or(0) + 1;
        self.units
            .push((unit.number, from..self.said.statements.len(), range));
    }
}
