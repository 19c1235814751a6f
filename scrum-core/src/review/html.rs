//! Pages and tables in HTML, as the lines of Markdown that they stand for. Each keeps the number of the line where it begins.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// Tags that only a page, a table or a list has. Other tags occur in Markdown, too.
static BLOCKS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)<(?:html|body|table|tr|td|ul|ol|li|dl|dt|dd)(?:\s[^<>]*)?>")
        .expect("a constant pattern")
});
static BLOCK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)<(/?)(h[1-6]|p|div|section|article|ul|ol|li|dl|dt|dd|table|thead|tbody|tr|td|th|br|hr|pre)(?:\s[^<>]*)?/?>")
        .expect("a constant pattern")
});
/// What a browser shows nothing of.
static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?is)<(?:style|script|title)(?:\s[^<>]*)?>.*?</(?:style|script|title)>|<!doctype[^<>]*>",
    )
    .expect("a constant pattern")
});

/// A line and its number.
pub(super) type NumberedLine<'a> = (u32, Cow<'a, str>);

/// The lines of a text, those of HTML put together by its tags.
pub(super) fn lines(text: &str) -> Vec<NumberedLine<'_>> {
    let plain = || (1..).zip(text.lines().map(Cow::Borrowed)).collect();
    if memchr::memchr(b'<', text.as_bytes()).is_none() {
        return plain();
    }
    let is_page = ["<!doctype", "<html", "<div", "<section", "<article"]
        .iter()
        .any(|tag| {
            let head = text.trim_start().get(..tag.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(tag))
        });
    let start = match BLOCKS.find(text) {
        _ if is_page => 0,
        Some(first) => text[..first.start()].rfind('\n').map_or(0, |at| at + 1),
        None => return plain(),
    };
    let end = text.rfind("</").map_or(text.len(), |at| {
        text[at..].find('\n').map_or(text.len(), |len| at + len)
    });
    let end = end.max(start);
    // Between Markdown, tags are read line by line.
    if ["```", "<details"]
        .iter()
        .any(|mark| text[start..end].contains(mark))
    {
        return plain();
    }
    let mut unfold = Unfold::new(&text[..start]);
    let hidden = HIDDEN.replace_all(&text[start..end], |found: &regex::Captures<'_>| {
        found[0].chars().filter(|c| *c == '\n').collect::<String>()
    });
    unfold.html(&hidden);
    let mut all = unfold.done;
    all.splice(0..0, (1..).zip(text[..start].lines().map(Cow::Borrowed)));
    let next = text[..end].lines().count() + 1;
    let rest = text[end..].strip_prefix('\n').unwrap_or(&text[end..]);
    let numbers = u32::try_from(next).unwrap_or(u32::MAX)..;
    all.extend(numbers.zip(rest.lines().map(Cow::Borrowed)));
    all
}

/// Puts lines together.
struct Unfold<'a> {
    done: Vec<NumberedLine<'a>>,
    number: u32,
    line: String,
    /// Where the open line began.
    began: u32,
    depth: usize,
    /// Cells of the open row.
    row: bool,
}

impl Unfold<'_> {
    fn new(before: &str) -> Self {
        let number = u32::try_from(before.lines().count() + 1).unwrap_or(u32::MAX);
        Self {
            done: Vec::new(),
            number,
            line: String::new(),
            began: number,
            depth: 0,
            row: false,
        }
    }

    fn html(&mut self, text: &str) {
        let mut at = 0;
        for found in BLOCK.captures_iter(text) {
            let Some(tag) = found.get(0) else { continue };
            self.words(&text[at..tag.start()]);
            at = tag.end();
            self.tag(&found[2].to_ascii_lowercase(), !found[1].is_empty());
            self.count(tag.as_str());
        }
        self.words(&text[at..]);
        self.end_line();
    }

    fn tag(&mut self, name: &str, closes: bool) {
        match (name, closes) {
            ("ul" | "ol" | "dl", closes) => {
                self.end_line();
                self.depth = if closes {
                    self.depth.saturating_sub(1)
                } else {
                    self.depth + 1
                };
            }
            ("li" | "dt", false) => {
                self.end_line();
                self.line = format!("{}- ", "  ".repeat(self.depth.saturating_sub(1).min(8)));
            }
            ("dd", false) => {
                self.end_line();
                self.line = "  ".repeat(self.depth.min(8));
            }
            ("tr", closes) => {
                self.end_line();
                self.row = !closes;
                self.began = self.number;
            }
            ("td" | "th", false) => {
                let len = self.line.trim_end().len();
                if self.line[..len].ends_with('|') {
                    self.line.truncate(len);
                } else {
                    self.line.push('|');
                }
            }
            ("td" | "th", true) => self.line.push('|'),
            ("br" | "p" | "div", _) if self.row => self.line.push(' '),
            ("thead", true) => {
                self.end_line();
                self.done.push((self.number, Cow::Borrowed("|---|")));
            }
            ("hr", _) => {
                self.end_line();
                self.done.push((self.number, Cow::Borrowed("---")));
            }
            (heading, false) if heading.starts_with('h') => {
                self.end_line();
                let level = heading[1..].parse().unwrap_or(6);
                self.line = format!("{} ", "#".repeat(level));
            }
            ("p" | "div", false) => {
                // A paragraph in a list item goes on with it.
                if !self.line.trim_start().starts_with('-') || self.line.trim().len() > 1 {
                    self.paragraph();
                }
            }
            ("p" | "div", true) => self.paragraph(),
            _ => self.end_line(),
        }
    }

    fn paragraph(&mut self) {
        self.end_line();
        self.done.push((self.number, Cow::Borrowed("")));
    }

    /// Text between tags; a line feed in a cell or an item is a blank.
    fn words(&mut self, text: &str) {
        let wraps = self.row || self.line.trim_start().starts_with(['-', '#']);
        for (at, piece) in text.split('\n').enumerate() {
            if at > 0 {
                self.number = self.number.saturating_add(1);
                if wraps {
                    self.line.push(' ');
                } else {
                    self.end_line();
                }
            }
            self.line.push_str(piece.trim_start());
        }
    }

    fn count(&mut self, tag: &str) {
        let feeds = tag.bytes().filter(|b| *b == b'\n').count();
        self.number = self
            .number
            .saturating_add(u32::try_from(feeds).unwrap_or(u32::MAX));
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.trim_matches(['-', '#', ' ']).is_empty() {
            self.done.push((self.began, Cow::Owned(line)));
        }
        self.began = self.number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_the_lines_of_markdown() {
        let text = "<!DOCTYPE html>\n<style>li { }</style>\n<h2>a.rs</h2>\n<ul>\n<li>one\n two</li><li><b>x</b></li></ul>\n<table><tr><th>File</th>\n<th>Line</th></tr>\n<tr>\n <td>b.rs</td>\n <td>4</td>\n</tr></table>\nend";
        let read: Vec<String> = lines(text)
            .iter()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(number, line)| format!("{number} {}", line.trim()))
            .collect();
        assert_eq!(
            read,
            [
                "3 ## a.rs",
                "5 - one two",
                "6 - <b>x</b>",
                "7 |File|Line|",
                "9 |b.rs|4|",
                "13 end"
            ]
        );
    }
}
