//! How far the value of a label goes.

use super::block::Span;
use super::label::Label;
use super::scan::Event;

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
            || crate::location::nothing_but_locations(inner, 64).is_none()
        {
            break;
        }
        end = start - (line.len() - line.trim_end().len());
    }
    end
}
