//! Answers without the prompt's labels: headings, lists, tables and paragraphs, each put together into units of which one
//! says one thing.
//!
//! A unit is a finding if it names a path with a line in its title, its first words or a label, and says something about
//! it. Its severity is its own word or mark, else that of the heading, column or list above it. Other places are mentions.

mod claim;
mod comment;
mod continuation;
mod emit;
mod finish;
mod heading;
mod item;
mod labels;
mod layout;
mod paragraph;
mod place;
mod reader;
mod row;
mod same_file;
mod section;
mod text;
mod unit;

pub(super) use self::comment::comment;
use self::reader::ProseReader;
use self::unit::Start;
use super::ReadOptions;
use super::markdown::{self, LineKind, MarkdownLine};
use super::statement::Reading;
use super::words;

/// Reads an answer.
pub(super) fn read(text: &str, options: &ReadOptions<'_>) -> Reading {
    within(text, options, None)
}

/// Reads a text that is about a file.
pub(super) fn within(text: &str, options: &ReadOptions<'_>, path: Option<&str>) -> Reading {
    let mut lines = markdown::lines(text);
    same_file::resolve(&mut lines, options);
    let mut reader = ProseReader::new(options, path);
    for at in 0..lines.len() {
        reader.line(&lines, at);
    }
    reader.flush();
    reader.finish(&lines)
}

impl ProseReader<'_> {
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
            LineKind::Heading(level) => self.heading(line.number, level, text),
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
        let Some(next) = next else { return false };
        let text = next.text.as_ref();
        let value = words::labelled(text).map_or(text, |(_, value)| value);
        self.unit.as_ref().is_some_and(|unit| match unit.start {
            Start::Heading(_) => !self.unit_has_place() && self.is_only_place(value),
            Start::Text => self.unit_is_bare(),
            _ => false,
        })
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
        if text.contains(':') {
            for place in self.places(text).iter() {
                self.mention(number, text, place);
            }
        }
    }
}
