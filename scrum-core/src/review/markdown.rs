//! The lines of an answer by what they are: headings, list items, rows of tables, text. HTML becomes the Markdown that it
//! stands for, and what is not the reviewer's prose (code, comments) is told apart.

mod gutter;
mod kind;
mod line;
mod references;
mod scanner;
mod table;

use std::borrow::Cow;

use self::kind::kind_of;
pub(super) use self::line::{LineKind, MarkdownLine};
use self::scanner::Scanner;
use self::table::rows_without_edges;
pub(super) use self::table::{cells, is_delimiter};
use super::html;

/// Splits a text into lines.
pub(super) fn lines(text: &str) -> Vec<MarkdownLine<'_>> {
    let mut scanner = Scanner::new(is_one_fence(text));
    let mut all: Vec<MarkdownLine<'_>> = html::lines(text)
        .into_iter()
        .map(|(number, raw)| match raw {
            Cow::Borrowed(raw) => scanner.line(number, raw),
            Cow::Owned(raw) => scanner.line(number, &raw).into_owned(),
        })
        .collect();
    // A fence that never closes swallows no findings.
    if scanner.fence.is_some() {
        let from = all
            .iter()
            .rposition(|line| line.kind == LineKind::Code && line.text.is_empty());
        for line in &mut all[from.map_or(0, |at| at + 1)..] {
            let (kind, item, text) = kind_of(std::mem::take(&mut line.text));
            (line.kind, line.item, line.text) = (kind, item, text);
        }
    }
    references::resolve(&mut all);
    rows_without_edges(&mut all);
    underlined_headings(&mut all);
    all
}

/// A title with a line of `=` or `-` below it.
fn underlined_headings(all: &mut [MarkdownLine<'_>]) {
    for at in (1..all.len()).rev() {
        let (before, rest) = all.split_at_mut(at);
        let rule = &rest[0];
        let alone = at < 2
            || matches!(
                before.get(at.wrapping_sub(2)).map(|line| line.kind),
                Some(LineKind::Blank)
            );
        let title = &mut before[at - 1];
        let level = match (rule.kind, rule.mark) {
            (LineKind::Rule, Some('=' | '═')) => 1,
            (LineKind::Rule, Some('-')) => 2,
            _ => continue,
        };
        let is_sentence = title.text.ends_with(['.', '。']);
        if matches!(title.kind, LineKind::Text | LineKind::Item) && alone && !is_sentence {
            title.kind = LineKind::Heading(level);
            all[at].kind = LineKind::Blank;
        }
    }
}

/// Whether the whole text is one fence, as models wrap their answers.
fn is_one_fence(text: &str) -> bool {
    let text = text.trim();
    let info = text.lines().next().unwrap_or("");
    let language = info.trim_start_matches('`').trim();
    text.starts_with("```")
        && text.ends_with("```")
        && matches!(language, "" | "text" | "markdown" | "md" | "txt")
}
