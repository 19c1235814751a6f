//! JSON inside an answer that is no document from end to end: in a fence, or between prose.

use std::borrow::Cow;
use std::ops::Range;

use super::statement::Reading;
use super::{ReadOptions, document};

/// What the documents of a text say, and the text with blanks in their place. `None` if it has none.
///
/// `fences` are the insides of fences that are the answer's own.
pub(super) fn read<'a>(
    text: Cow<'a, str>,
    fences: impl Iterator<Item = Range<usize>>,
    options: &ReadOptions<'_>,
) -> (Option<Reading>, Cow<'a, str>) {
    let mut all: Option<Reading> = None;
    let mut rest = text;
    let mut found: Vec<Range<usize>> = fences
        .filter(|body| rest[body.clone()].trim_start().starts_with(['[', '{']))
        .collect();
    if found.is_empty() {
        found.extend(between_prose(&rest));
    }
    for range in found {
        let Some(document) = document::parse_json(&rest[range.clone()], range.start) else {
            continue;
        };
        let Some(mut reading) = document::read(&document, &rest, false, options) else {
            continue;
        };
        if let Some(before) = &mut all {
            reading.says_clean &= before.says_clean;
            reading.verdict = reading.verdict.or(before.verdict);
            before.statements.append(&mut reading.statements);
            before.mentions.append(&mut reading.mentions);
            reading.statements = std::mem::take(&mut before.statements);
            reading.mentions = std::mem::take(&mut before.mentions);
        }
        all = Some(reading);
        // Other positions stay what they are.
        let blanks = rest[range.clone()].bytes();
        let blanks = blanks.map(|byte| if byte == b'\n' { '\n' } else { ' ' });
        let blanks: String = blanks.collect();
        rest.to_mut().replace_range(range, &blanks);
    }
    (all, rest)
}

/// JSON that begins a line of its own, to the last line that closes it.
fn between_prose(text: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let opens =
            matches!(trimmed, "{" | "[") || trimmed.starts_with("{\"") || trimmed.starts_with("[{");
        if opens {
            let close = if trimmed.starts_with('[') { ']' } else { '}' };
            let end = text[start..].rfind(close);
            return Some(start..end.map_or(text.len(), |len| start + len + 1));
        }
        start += line.len();
    }
    None
}
