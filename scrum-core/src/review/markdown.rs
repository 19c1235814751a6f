//! The lines of an answer by what they are: headings, list items, rows of tables, text. HTML becomes the Markdown that it
//! stands for, and what is not the reviewer's prose (code, comments) is told apart.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

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
}

/// A line, freed of the marks that say what it is.
#[derive(Debug, Clone)]
pub(super) struct MarkdownLine<'a> {
    /// 1-based.
    pub(super) number: u32,
    pub(super) kind: LineKind,
    /// Blanks in front.
    pub(super) indent: usize,
    /// The number of a list item.
    pub(super) item: Option<u32>,
    pub(super) text: Cow<'a, str>,
    /// Details end here; their headings with them.
    pub(super) closes: u8,
}

static TAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?s)<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s[^<>]*)?)/?>"#).expect("a constant pattern")
});
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(href|alt)\s*=\s*(?:"([^"]*)"|'([^']*)')"#).expect("a constant pattern")
});
static IMAGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"!\[([^\]]*)\]\([^)]*\)").expect("a constant pattern"));

/// Splits a text into lines.
pub(super) fn lines(text: &str) -> Vec<MarkdownLine<'_>> {
    let mut all: Vec<MarkdownLine<'_>> = Vec::new();
    let mut depth: u8 = 0;
    let mut fence: Option<(char, usize)> = None;
    let mut comment = false;
    let whole_fence = is_one_fence(text);
    for (number, raw) in (1_u32..).zip(text.lines()) {
        let mut closes = 0;
        let unquoted = raw.trim_start_matches(['>', ' ', '\t']);
        let quoted = raw.trim_start().starts_with('>');
        let raw = if quoted { unquoted } else { raw };
        let trimmed = raw.trim();
        let indent = raw.len() - raw.trim_start().len()
            + 3 * raw.bytes().take_while(|b| *b == b'\t').count();
        let bare = trimmed.trim_start_matches(['-', '*', ' ']);
        let run = bare.chars().next().filter(|c| matches!(c, '`' | '~'));
        let ticks = run.map_or(0, |mark| bare.chars().take_while(|c| *c == mark).count());
        let code = |text: Cow<'static, str>| MarkdownLine {
            number,
            kind: LineKind::Code,
            indent,
            item: None,
            text,
            closes: 0,
        };
        if let (Some((mark, len)), true) = (fence, !comment) {
            if run == Some(mark) && ticks >= len && bare.chars().all(|c| c == mark) {
                fence = None;
                all.push(code(Cow::Borrowed("")));
            } else {
                all.push(MarkdownLine {
                    text: Cow::Borrowed(trimmed),
                    ..code(Cow::Borrowed(""))
                });
            }
            continue;
        }
        if ticks >= 3 && !bare[ticks..].contains('`') && !whole_fence {
            fence = run.map(|mark| (mark, ticks));
            all.push(code(Cow::Borrowed("")));
            continue;
        }
        if ticks >= 3 && whole_fence {
            all.push(code(Cow::Borrowed("")));
            continue;
        }
        let mut line: Cow<'_, str> = Cow::Borrowed(trimmed);
        if comment || line.contains("<!--") {
            let (rest, open) = without_comments(&line, comment);
            comment = open;
            line = Cow::Owned(rest);
        }
        let mut heading = None;
        if line.contains('<') {
            let (rest, summary, opened, closed) = without_tags(&line);
            if let Some(level) = summary {
                heading = Some(if level == 0 {
                    10_u8.saturating_add(depth.saturating_add(u8::from(opened > 0)))
                } else {
                    level
                });
            }
            depth = depth.saturating_add(opened).saturating_sub(closed);
            closes = if closed > 0 {
                11_u8.saturating_add(depth)
            } else {
                0
            };
            line = Cow::Owned(rest.trim().to_owned());
        }
        if line.contains("![") {
            line = Cow::Owned(IMAGE.replace_all(&line, "[$1]").into_owned());
        }
        let (kind, item, text) = match heading {
            Some(level) => (LineKind::Heading(level), None, line),
            None => kind_of(line),
        };
        all.push(MarkdownLine {
            number,
            kind,
            indent,
            item,
            text,
            closes,
        });
    }
    // A fence that never closes swallows no findings.
    if fence.is_some() {
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
    all
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

fn without_comments(line: &str, mut inside: bool) -> (String, bool) {
    let mut out = String::new();
    let mut rest = line;
    loop {
        if std::mem::take(&mut inside) {
            let Some(end) = rest.find("-->") else {
                return (out, true);
            };
            rest = &rest[end + 3..];
        }
        let Some(start) = rest.find("<!--") else {
            out.push_str(rest);
            return (out, false);
        };
        out.push_str(&rest[..start]);
        rest = &rest[start + 4..];
        inside = true;
    }
}

/// Takes tags off. A summary's or heading's level comes back (0 for a summary), and how many details open and close.
fn without_tags(line: &str) -> (String, Option<u8>, u8, u8) {
    let (mut heading, mut opened, mut closed) = (None, 0_u8, 0_u8);
    let mut link: Option<String> = None;
    let out = TAG.replace_all(line, |found: &regex::Captures<'_>| {
        let closing = !found[1].is_empty();
        let name = found[2].to_ascii_lowercase();
        let attribute = |wanted: &str| {
            ATTRIBUTE
                .captures_iter(&found[3])
                .find(|pair| &pair[1] == wanted)
                .and_then(|pair| {
                    pair.get(2)
                        .or(pair.get(3))
                        .map(|value| value.as_str().to_owned())
                })
        };
        match (name.as_str(), closing) {
            ("details", false) => opened = opened.saturating_add(1),
            ("details", true) => closed = closed.saturating_add(1),
            ("summary", false) => heading = Some(0),
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", false) if heading.is_none() => {
                heading = name[1..].parse().ok();
            }
            ("b" | "strong", _) => return "**".to_owned(),
            ("br", _) | ("td" | "th", true) => return " ".to_owned(),
            ("code", _) => return "`".to_owned(),
            ("img", _) => {
                return attribute("alt")
                    .map(|alt| format!("[{alt}]"))
                    .unwrap_or_default();
            }
            ("a", false) => {
                link = attribute("href");
                return if link.is_some() {
                    "[".to_owned()
                } else {
                    String::new()
                };
            }
            ("a", true) => {
                return link
                    .take()
                    .map(|link| format!("]({link})"))
                    .unwrap_or_default();
            }
            (
                "summary" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "p" | "div" | "span" | "sub"
                | "sup" | "table" | "tr" | "td" | "th" | "tbody" | "thead" | "ul" | "ol" | "li"
                | "em" | "i" | "u" | "blockquote" | "pre" | "hr" | "picture" | "source" | "center",
                _,
            ) => {}
            _ => return found[0].to_owned(),
        }
        String::new()
    });
    let mut out = out.into_owned();
    if let Some(link) = link {
        // The link's text goes on in the next line.
        out.push_str(&format!("]({link})"));
    }
    if out.contains('&') {
        for (name, c) in [
            ("&nbsp;", " "),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#39;", "'"),
            ("&amp;", "&"),
        ] {
            out = out.replace(name, c);
        }
    }
    (out, heading, opened, closed)
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
    let first = line.as_bytes()[0];
    if matches!(first, b'-' | b'*' | b'_' | b'=')
        && line.len() > 2
        && line.bytes().all(|b| b == first || b == b' ')
    {
        return (LineKind::Rule, None, cut(line.len()));
    }
    if first == b'|' {
        return (LineKind::Row, None, line);
    }
    if matches!(first, b'-' | b'*' | b'+') && line[1..].starts_with([' ', '\t']) {
        return (LineKind::Item, None, cut(1));
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
    row.contains('-')
        && row
            .chars()
            .all(|c| matches!(c, '|' | '-' | ':' | ' ' | '\t'))
}
