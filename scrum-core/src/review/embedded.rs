//! A document inside an answer that is none from end to end: in a fence, or between prose.

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
    for range in fences {
        read_at(range, &mut rest, &mut all, options);
    }
    if all.is_none()
        && let Some(range) = document::between_prose(&rest)
    {
        read_at(range, &mut rest, &mut all, options);
    }
    (all, rest)
}

/// Adds what the document at one place says, and puts blanks there.
fn read_at(
    range: Range<usize>,
    rest: &mut Cow<'_, str>,
    all: &mut Option<Reading>,
    options: &ReadOptions<'_>,
) {
    let Some(document) = document::parse_embedded(&rest[range.clone()], range.start) else {
        return;
    };
    let said = document::walk(&document, options);
    let ignored = document::ignored(&said, rest);
    let Some(mut reading) = document::read(said, rest, options.explain) else {
        return;
    };
    reading.parts.extend(ignored);
    *all = Some(match all.take() {
        Some(before) => before.followed_by(reading),
        None => reading,
    });
    // Other positions stay what they are.
    let blanks = rest[range.clone()].bytes();
    let blanks = blanks.map(|byte| if byte == b'\n' { '\n' } else { ' ' });
    let blanks: String = blanks.collect();
    rest.to_mut().replace_range(range, &blanks);
}
