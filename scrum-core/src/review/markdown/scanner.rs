//! Line after line of a text, with what the lines before leave open: fences, comments, details.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::gutter::gutter;
use super::kind::kind_of;
use super::line::{LineKind, MarkdownLine};
use crate::review::{severity, tags};

static IMAGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"!\[([^\]]*)\]\([^)]*\)").expect("a constant pattern"));

/// What the lines so far leave open.
pub(super) struct Scanner {
    /// Details that are open.
    depth: u8,
    pub(super) fence: Option<(char, usize)>,
    comment: bool,
    /// The whole text is one fence.
    whole_fence: bool,
    /// The line before shows code with its number.
    in_gutter: bool,
}

impl Scanner {
    /// `whole_fence` says that the whole text is one fence, which is then no code.
    pub(super) fn new(whole_fence: bool) -> Self {
        Self {
            depth: 0,
            fence: None,
            comment: false,
            whole_fence,
            in_gutter: false,
        }
    }

    /// The next line.
    pub(super) fn line<'a>(&mut self, number: u32, raw: &'a str) -> MarkdownLine<'a> {
        let line = self.read(number, raw);
        self.in_gutter = matches!(line.kind, LineKind::Gutter { .. });
        line
    }

    fn read<'a>(&mut self, number: u32, raw: &'a str) -> MarkdownLine<'a> {
        let raw = raw.strip_prefix('┃').unwrap_or(raw);
        if self.fence.is_none()
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
        // The columns of a table whose cells are folded up are no text.
        if let Some((before, rest)) = line.split_once("<thead")
            && let Some((_, behind)) = rest.split_once("<tbody")
        {
            line = Cow::Owned(format!("{before}<tbody{behind}"));
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
            let rest = rest.trim();
            line = Cow::Owned(match heading {
                Some(_) => rest.trim_start_matches(['-', ' ']).to_owned(),
                // A cell below what another cell folds up.
                None if raw.contains("</td><td") && severity::read(rest).is_some() => {
                    format!("|{rest}|")
                }
                None => rest.to_owned(),
            });
        }
        if line.contains("![") {
            line = Cow::Owned(IMAGE.replace_all(&line, "[$1]").into_owned());
        }
        let mark = line.chars().next();
        let (kind, item, text) = match heading {
            Some(level) => (LineKind::Heading(level), None, line),
            None => kind_of(line),
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
