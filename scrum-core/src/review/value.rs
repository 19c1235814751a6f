//! The values of labels: how far each goes, and what stands in it.

use std::borrow::Cow;

use super::block::Span;
use super::label::Label;
use super::scan::Event;
use crate::review::location::{self, Citation, Malformed};

/// The most of a `WHERE:` value that is read, in bytes, and the most citations taken from it.
pub(super) const LONGEST: usize = 32 << 10;
pub(super) const MOST_CITATIONS: usize = 1000;

/// How far a label's value goes: SEVERITY one line; the others to a blank line or the next event, and over a blank
/// line where nothing stands behind the label.
pub(super) fn extent(text: &str, event: &Event, label: Label, next: Option<&Event>) -> Span {
    let (from, to) = event.value;
    let limit = next.map_or(text.len(), |next| next.start);
    if limit <= event.end || text.get(event.end..limit).is_none() {
        return (from, to);
    }
    let empty = text[from..to].trim_matches(['*', '`', ' ', '|']).is_empty();
    if !empty && matches!(label, Label::Severity | Label::Where) {
        return if label == Label::Where {
            (from, more_places(text, event, limit))
        } else {
            (from, to)
        };
    }
    let mut end = to;
    let mut begun = !empty;
    let mut start = event.end;
    for (index, line) in text[event.end..limit].split_inclusive('\n').enumerate() {
        start += line.len();
        let blank = line
            .trim_matches(|c: char| c.is_whitespace() || c == '>')
            .is_empty();
        if index == 0 {
            continue;
        }
        if blank && (begun || index > 2) {
            break;
        }
        if !blank {
            // Under a bare WHERE a list may follow, which has no blank lines.
            begun = true;
            end = start - (line.len() - line.trim_end().len());
            if label == Label::Severity {
                break;
            }
        }
    }
    let from = if empty && end > to {
        text.len().min(event.end + 1)
    } else {
        from
    };
    (from.min(end), end)
}

/// A place may go on in the lines below, where they hold nothing else.
fn more_places(text: &str, event: &Event, limit: usize) -> usize {
    let mut end = event.value.1;
    let mut start = event.end;
    for (index, line) in text[event.end..limit].split_inclusive('\n').enumerate() {
        start += line.len();
        if index == 0 {
            continue;
        }
        let inner = line.trim().trim_start_matches(['-', '*', '•', ' ']);
        if inner.is_empty()
            || inner.len() > 1024
            || location::nothing_but_locations(inner, 64).is_none()
        {
            break;
        }
        end = start - (line.len() - line.trim_end().len());
    }
    end
}

/// The citations of a value, which may go on over several lines; the second value counts what was left out.
pub(super) fn citations(value: &str, limit: usize) -> (Vec<Result<Citation, Malformed>>, usize) {
    let within = cut(value, LONGEST);
    let mut lines = within
        .lines()
        .map(|line| line.trim().trim_start_matches('>').trim_start())
        .filter(|line| !line.is_empty());
    let (mut all, mut left_out) =
        location::citations_up_to(without_bullet(lines.next().unwrap_or("")), limit);
    for line in lines {
        let (more, cut_off) =
            location::citations_up_to(without_bullet(line), limit.saturating_sub(all.len()));
        all.extend(more.into_iter().filter(Result::is_ok));
        left_out += cut_off;
    }
    if limit == 0 {
        left_out += all.len();
        all.clear();
    }
    (all, left_out)
}

fn without_bullet(line: &str) -> &str {
    let line = line.trim();
    ["- ", "* ", "+ ", "• ", "– "]
        .iter()
        .find_map(|bullet| line.strip_prefix(bullet))
        .unwrap_or_else(|| {
            let digits = line.bytes().take_while(u8::is_ascii_digit).count();
            let rest = &line[digits..];
            if digits > 0 {
                rest.strip_prefix(". ")
                    .or_else(|| rest.strip_prefix(") "))
                    .unwrap_or(line)
            } else {
                line
            }
        })
}

/// A claim's lines as one text.
pub(super) fn claim(text: &str, span: Option<Span>, longest: usize) -> Option<String> {
    let (from, to) = span?;
    let mut out = String::new();
    for line in text[from..to].lines() {
        let line = line.trim_matches(|c: char| c.is_whitespace() || c == '>');
        if line.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&cut(line, longest));
        if out.len() >= longest {
            break;
        }
    }
    let out = out.trim_end_matches("**").trim_end();
    (!out.is_empty()).then(|| cut(out, longest).into_owned())
}

/// At most `longest` bytes of a text, cut between characters, with an ellipsis where something is missing.
pub(super) fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest {
        return Cow::Borrowed(text);
    }
    let end = (0..=longest)
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or(0);
    Cow::Owned(format!("{}…", &text[..end]))
}
