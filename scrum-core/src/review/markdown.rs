//! The lines of an answer by what they are: headings, list items, rows of tables, text. HTML becomes the Markdown that it
//! stands for, and what is not the reviewer's prose (code, comments) is told apart.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::{html, tags};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    /// Level 1 to 6; a line in bold is 7; a summary of details is 10 plus its depth.
    Heading(u8),
    Item,
    Row,
    Text,
    Blank,
    Rule,
    Code,
    /// A line of code that is shown with its number, which is in `item`; marked if it is the one in question.
    Gutter {
        marked: bool,
    },
}

/// A line, freed of the marks that say what it is.
#[derive(Debug, Clone)]
pub(super) struct MarkdownLine<'a> {
    /// 1-based.
    pub(super) number: u32,
    pub(super) kind: LineKind,
    /// Blanks in front.
    pub(super) indent: usize,
    /// The number of a list item, or of a shown line.
    pub(super) item: Option<u32>,
    pub(super) text: Cow<'a, str>,
    /// Details end here; their headings with them.
    pub(super) closes: u8,
    /// Quoted with `>`.
    pub(super) quoted: bool,
    /// What the line begins with.
    pub(super) mark: Option<char>,
}

static IMAGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"!\[([^\]]*)\]\([^)]*\)").expect("a constant pattern"));

impl MarkdownLine<'_> {
    fn into_owned<'a>(self) -> MarkdownLine<'a> {
        MarkdownLine {
            text: Cow::Owned(self.text.into_owned()),
            ..self
        }
    }
}

/// Splits a text into lines.
pub(super) fn lines(text: &str) -> Vec<MarkdownLine<'_>> {
    let mut scanner = Scanner {
        depth: 0,
        fence: None,
        comment: false,
        whole_fence: is_one_fence(text),
        in_gutter: false,
    };
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
            if line.kind == LineKind::Code {
                let (kind, item, text) = kind_of(std::mem::take(&mut line.text));
                (line.kind, line.item, line.text) = (kind, item, text);
            }
        }
    }
    rows_without_edges(&mut all);
    underlined_headings(&mut all);
    all
}

/// Rows of a table that neither begin nor end with a bar: those around a row of dashes and bars.
fn rows_without_edges(all: &mut [MarkdownLine<'_>]) {
    let is_row = |line: &MarkdownLine<'_>| {
        matches!(line.kind, LineKind::Text | LineKind::Item) && line.text.contains('|')
    };
    for at in 1..all.len() {
        if !is_row(&all[at]) || !is_delimiter(&all[at].text) || !all[at - 1].text.contains('|') {
            continue;
        }
        all[at - 1].kind = LineKind::Row;
        all[at].kind = LineKind::Row;
        for line in all[at + 1..].iter_mut().take_while(|line| is_row(line)) {
            line.kind = LineKind::Row;
        }
    }
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
        let short = title.text.len() < 100 && !title.text.ends_with(['.', '。']);
        if matches!(title.kind, LineKind::Text | LineKind::Item) && alone && short {
            title.kind = LineKind::Heading(level);
            all[at].kind = LineKind::Blank;
        }
    }
}

/// What the lines so far leave open.
struct Scanner {
    /// Details that are open.
    depth: u8,
    fence: Option<(char, usize)>,
    comment: bool,
    /// The whole text is one fence.
    whole_fence: bool,
    /// The line before shows code with its number.
    in_gutter: bool,
}

impl Scanner {
    fn line<'a>(&mut self, number: u32, raw: &'a str) -> MarkdownLine<'a> {
        let line = self.read(number, raw);
        self.in_gutter = matches!(line.kind, LineKind::Gutter { .. });
        line
    }

    fn read<'a>(&mut self, number: u32, raw: &'a str) -> MarkdownLine<'a> {
        let raw = raw.strip_prefix('┃').unwrap_or(raw);
        if self.fence.is_none()
            && !self.comment
            && let Some((item, marked)) = gutter(raw, self.in_gutter)
        {
            return MarkdownLine {
                number,
                kind: LineKind::Gutter { marked },
                indent: 0,
                item,
                text: Cow::Borrowed(raw.trim()),
                closes: 0,
                quoted: false,
                mark: None,
            };
        }
        let unquoted = raw.trim_start_matches(['>', ' ', '\t']);
        let quoted = raw.trim_start().starts_with('>');
        let raw = if quoted { unquoted } else { raw };
        let trimmed = raw.trim();
        let indent = raw.len() - raw.trim_start().len()
            + 3 * raw.bytes().take_while(|b| *b == b'\t').count();
        let bare = trimmed.trim_start_matches(['-', '*', ' ']);
        // Compilers underline with tildes, far to the right.
        let run = bare
            .chars()
            .next()
            .filter(|c| *c == '`' || (*c == '~' && indent < 4));
        let ticks = run.map_or(0, |mark| bare.chars().take_while(|c| *c == mark).count());
        let code = |text: &'a str| MarkdownLine {
            number,
            kind: LineKind::Code,
            indent,
            item: None,
            text: Cow::Borrowed(text),
            closes: 0,
            quoted,
            mark: None,
        };
        if let (Some((mark, len)), false) = (self.fence, self.comment) {
            if run == Some(mark) && ticks >= len && bare.chars().all(|c| c == mark) {
                self.fence = None;
                return code("");
            }
            return code(trimmed);
        }
        if ticks >= 3 && !bare[ticks..].contains('`') {
            if !self.whole_fence {
                self.fence = run.map(|mark| (mark, ticks));
            }
            return code("");
        }
        let mut line: Cow<'a, str> = Cow::Borrowed(trimmed);
        if self.comment || line.contains("<!--") {
            let (rest, open) = tags::without_comments(&line, self.comment);
            self.comment = open;
            line = Cow::Owned(rest);
        }
        let mut heading = None;
        let mut closes = 0;
        if line.contains('<') {
            let (rest, summary, opened, closed) = tags::without_tags(&line);
            if let Some(level) = summary {
                heading = Some(if level == 0 {
                    10_u8.saturating_add(self.depth.saturating_add(u8::from(opened > 0)))
                } else {
                    level
                });
            }
            self.depth = self.depth.saturating_add(opened).saturating_sub(closed);
            if closed > 0 {
                closes = 11_u8.saturating_add(self.depth);
            }
            line = Cow::Owned(rest.trim().to_owned());
        }
        if line.contains("![") {
            line = Cow::Owned(IMAGE.replace_all(&line, "[$1]").into_owned());
        }
        let mark = line.chars().next();
        let (kind, item, text) = match heading {
            Some(level) => (LineKind::Heading(level), None, line),
            None => kind_of(line),
        };
        // `** a` is below `* a` in wikis.
        let stars = trimmed.bytes().take_while(|b| *b == b'*').count();
        let indent = if kind == LineKind::Item && stars > 1 && trimmed[stars..].starts_with(' ') {
            indent + 2 * (stars - 1)
        } else {
            indent
        };
        MarkdownLine {
            number,
            kind,
            indent,
            item,
            text,
            closes,
            quoted,
            mark,
        }
    }
}

/// The code that compilers show: ` 40 | code`, `> 40 │ code`, `>>> 40 code`, and the lines of marks between. `follows` says
/// whether the line above is one. Its number, and whether it is marked as the one in question.
fn gutter(raw: &str, follows: bool) -> Option<(Option<u32>, bool)> {
    const BARS: [char; 7] = ['|', '│', '┆', '┃', '┌', '└', '├'];
    let text = raw.trim();
    let inner = text.trim_start_matches('>').trim_start();
    let arrows = text.bytes().take_while(|b| *b == b'>').count();
    let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=6).contains(&digits) {
        let behind = inner[digits..].trim_start();
        let spaced = behind.len() < inner.len() - digits;
        let bar = behind.strip_prefix(BARS);
        let cell = bar
            .and_then(|rest| rest.split_once(BARS))
            .map(|(cell, _)| cell.trim());
        let is_row = cell.is_some_and(|cell| super::severity::read(cell).is_some());
        let code = (bar.is_some() && !is_row)
            || (arrows == 1 && behind.starts_with(':') && !spaced)
            || (arrows == 3 && spaced)
            || (raw.starts_with(' ') && behind.starts_with("[ "));
        return code.then(|| (inner[..digits].parse().ok(), arrows > 0));
    }
    let first = text.chars().next()?;
    let marks = |c: char| "|│·╷╵╰╯╭╮─┬┴^~_-/\\ =+".contains(c);
    let bar = matches!(first, '|' | '│' | '·' | '╷' | '╵' | '╰');
    let bare = bar && text.chars().all(marks) && !is_delimiter(text);
    // Behind the marks stands what the compiler says of them.
    let said = follows && bar && raw.starts_with(' ') && !text.ends_with('|');
    (bare || said).then_some((None, false))
}

/// Whether the whole text is one fence, as models wrap their answers.
fn is_one_fence(text: &str) -> bool {
    let text = text.trim();
    let info = text.lines().next().unwrap_or("");
    let language = info.trim_start_matches('`').trim();
    text.starts_with("```")
        && text.ends_with("```")
        && text.len() > 6
        && matches!(language, "" | "text" | "markdown" | "md" | "txt")
}

/// What a line is, and its text without the marks.
fn kind_of(line: Cow<'_, str>) -> (LineKind, Option<u32>, Cow<'_, str>) {
    let cut = |from: usize| match &line {
        Cow::Borrowed(text) => Cow::Borrowed(text[from..].trim()),
        Cow::Owned(text) => Cow::Owned(text[from..].trim().to_owned()),
    };
    if line.is_empty() {
        return (LineKind::Blank, None, line);
    }
    let hashes = line.bytes().take_while(|b| *b == b'#').count();
    if (1..=6).contains(&hashes) && line[hashes..].starts_with([' ', '\t']) {
        let level = u8::try_from(hashes).unwrap_or(6);
        let text = cut(hashes);
        let text = Cow::Owned(text.trim_end_matches('#').trim().to_owned());
        return (LineKind::Heading(level), None, text);
    }
    // `h3. Title` of wikis, `== Title` of AsciiDoc.
    if let Some(rest) = line.strip_prefix('h')
        && let Some(level) = rest.bytes().next().filter(|b| (b'1'..=b'6').contains(b))
        && rest[1..].starts_with(". ")
    {
        return (LineKind::Heading(level - b'0'), None, cut(4));
    }
    let equals = line.bytes().take_while(|b| *b == b'=').count();
    if (2..=6).contains(&equals) && line[equals..].starts_with(' ') {
        let text = Cow::Owned(line.trim_matches(['=', ' ']).to_owned());
        return (
            LineKind::Heading(u8::try_from(equals).unwrap_or(6)),
            None,
            text,
        );
    }
    let first = line.as_bytes()[0];
    if matches!(first, b'-' | b'*' | b'_' | b'=')
        && line.len() > 2
        && line.bytes().all(|b| b == first || b == b' ')
    {
        return (LineKind::Rule, None, cut(line.len()));
    }
    if line.chars().all(|c| matches!(c, '─' | '━' | '═')) && line.chars().count() > 2 {
        return (LineKind::Rule, None, cut(line.len()));
    }
    // Tables in ASCII and in box drawings.
    let drawn =
        line.starts_with(['│', '┌', '├', '└', '╔', '╠', '╚', '║']) && line.chars().count() > 8;
    if line.starts_with("||") {
        return (LineKind::Row, None, Cow::Owned(line.replace("||", "|")));
    }
    if first == b'|' || (first == b'+' && line.len() > 4 && is_delimiter(&line)) {
        return (LineKind::Row, None, line);
    }
    if drawn && line.ends_with(['│', '┐', '┤', '┘', '╗', '╣', '╝', '║']) {
        let plain = line.chars().map(|c| match c {
            '│' | '║' | '┌' | '├' | '└' | '┐' | '┤' | '┘' | '┼' | '┬' | '┴' | '╔' | '╠' | '╚'
            | '╗' | '╣' | '╝' | '╬' | '╦' | '╩' => '|',
            '─' | '═' => '-',
            c => c,
        });
        return (LineKind::Row, None, Cow::Owned(plain.collect()));
    }
    if matches!(first, b'-' | b'*' | b'+') && line[1..].starts_with([' ', '\t']) {
        return (LineKind::Item, None, cut(1));
    }
    let stars = line.bytes().take_while(|b| *b == b'*').count();
    if (2..=4).contains(&stars) && line[stars..].starts_with(' ') {
        return (LineKind::Item, None, cut(stars));
    }
    // `① x`, `a) x`, `(b) x`.
    const CIRCLED: &str = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳";
    if let Some(at) = line
        .chars()
        .next()
        .and_then(|c| CIRCLED.chars().position(|known| known == c))
    {
        return (
            LineKind::Item,
            u32::try_from(at + 1).ok(),
            cut('①'.len_utf8()),
        );
    }
    let lettered = line.trim_start_matches('(').as_bytes();
    if let [letter, b')', b' ', ..] = lettered
        && letter.is_ascii_alphabetic()
    {
        return (LineKind::Item, None, cut(line.len() - lettered.len() + 2));
    }
    for bullet in ["• ", "● ", "▪ ", "◦ ", "– ", "· ", "→ ", "➤ "] {
        if line.starts_with(bullet) {
            return (LineKind::Item, None, cut(bullet.len()));
        }
    }
    // `1. x`, `2) x`, `**3.** x`, `[4] x`, `#5 x`, `1️⃣ x`.
    let inner = line.trim_start_matches(['*', '[', '(', '#', '_']);
    let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
    let lead = line.len() - inner.len();
    if (1..=3).contains(&digits) {
        let behind = &inner[digits..];
        let marks = ["\u{fe0f}\u{20e3}", ".", ")", "]", "、", "．"];
        if let Some(mark) = marks.iter().find(|mark| behind.starts_with(**mark)) {
            let rest = &behind[mark.len()..];
            let apart =
                rest.is_empty() || rest.starts_with([' ', '*', '\t', '_', '`']) || mark.len() > 1;
            if apart {
                let at = lead + digits + mark.len();
                let bold = line[..lead].contains("**");
                let text = cut(at);
                let text = match text.strip_prefix("**") {
                    Some(rest) if bold => Cow::Owned(rest.trim().to_owned()),
                    _ if bold => Cow::Owned(format!("**{text}")),
                    _ => text,
                };
                return (LineKind::Item, inner[..digits].parse().ok(), text);
            }
        }
    }
    (LineKind::Text, None, line)
}

/// The cells of a table's row.
pub(super) fn cells(row: &str) -> Vec<String> {
    let inner = row.trim().trim_start_matches('|');
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in inner.chars() {
        match c {
            '|' if !escaped => cells.push(String::new()),
            c => {
                if let Some(cell) = cells.last_mut() {
                    cell.push(c);
                }
            }
        }
        escaped = c == '\\';
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

/// Whether a row is the dashes below a table's header.
pub(super) fn is_delimiter(row: &str) -> bool {
    row.contains(['-', '='])
        && row
            .chars()
            .all(|c| matches!(c, '|' | '+' | '-' | '=' | ':' | ' ' | '\t'))
}
