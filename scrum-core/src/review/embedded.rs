//! A document inside an answer that is none from end to end: in a fence, or between prose.

use std::borrow::Cow;
use std::ops::Range;

use super::statement::Reading;
use super::{ReadOptions, document};

/// Info strings of fences whose inside may be a document that is not JSON.
const LANGUAGES: [&str; 5] = ["yaml", "yml", "toml", "xml", "csv"];

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
        .filter(|body| {
            let info = rest[..body.start].lines().next_back().unwrap_or("");
            rest[body.clone()].trim_start().starts_with(['[', '{'])
                || LANGUAGES
                    .iter()
                    .any(|language| info.trim_end().ends_with(language))
        })
        .collect();
    if found.is_empty() {
        found.extend(document::between_prose(&rest));
    }
    for range in found {
        let Some(document) = document::parse_embedded(&rest[range.clone()], range.start) else {
            continue;
        };
        let said = document::walk(&document, options);
        let ignored = document::ignored(&said, &rest);
        let Some(mut reading) = document::read(said, &rest, false, options.explain) else {
            continue;
        };
        reading.parts.extend(ignored);
        all = Some(match all {
            Some(before) => before.followed_by(reading),
            None => reading,
        });
        // Other positions stay what they are.
        let blanks = rest[range.clone()].bytes();
        let blanks = blanks.map(|byte| if byte == b'\n' { '\n' } else { ' ' });
        let blanks: String = blanks.collect();
        rest.to_mut().replace_range(range, &blanks);
    }
    (all, rest)
}
