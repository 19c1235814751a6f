//! Places that a labelled answer names beside its labels.

use memchr::{memchr, memchr2_iter, memrchr};

use crate::review::Mention;
use crate::review::line_counter::LineCounter;
use crate::review::location::{self, KnownPaths, Location};
use crate::review::span::Span;

/// Mentions that are listed at most.
const MOST_MENTIONS: usize = 10_000;
/// The longest line that is read, in bytes.
const LONGEST_LINE: usize = 4096;

/// The places with lines that a text names and that are not among those it cites. `values` are what its labels for a
/// place hold, in the order of the text.
pub(super) fn mentions(
    text: &str,
    values: impl Iterator<Item = Span>,
    paths: Option<&KnownPaths>,
    is_cited: impl Fn(&Location) -> bool,
) -> Vec<Mention> {
    let bytes = text.as_bytes();
    let mut lines = LineCounter::new(text);
    let mut next = 0;
    let mut mentions = Vec::new();
    let mut cited_alone = values
        .filter(|(from, to)| is_one_place(&text[*from..*to]))
        .peekable();
    for mark in memchr2_iter(b':', b'#', bytes) {
        if mark < next || mentions.len() >= MOST_MENTIONS || !may_name_a_line(bytes, mark) {
            continue;
        }
        while cited_alone.next_if(|(_, to)| *to <= mark).is_some() {}
        if cited_alone.peek().is_some_and(|(from, _)| *from < mark) {
            continue;
        }
        let from = memrchr(b'\n', &bytes[..mark]).map_or(0, |at| at + 1);
        next = memchr(b'\n', &bytes[mark..]).map_or(bytes.len(), |len| mark + len);
        let line = &text[from..next];
        if line.len() > LONGEST_LINE {
            continue;
        }
        let number = lines.of(from);
        let places = location::places(line, paths.filter(|_| line.contains("://")));
        let lined = places.iter().filter(|place| !place.lines.is_empty());
        let citations = lined.flat_map(|place| place.citations(line)).flatten();
        mentions.extend(
            citations
                .filter(|citation| !is_cited(&citation.location))
                .map(|citation| Mention {
                    line: number,
                    text: citation.text,
                    location: citation.location,
                }),
        );
    }
    mentions
}

/// Whether a label's value is one word with one line in it: cited, so that the search for other places can skip it.
fn is_one_place(value: &str) -> bool {
    memchr2_iter(b':', b'#', value.as_bytes()).count() == 1 && !value.contains(char::is_whitespace)
}

/// Whether a `:` or `#` has the end of a path in front and a line behind it, at a quick look.
fn may_name_a_line(bytes: &[u8], mark: usize) -> bool {
    let digit = match bytes.get(mark + 1) {
        Some(b'L') => bytes.get(mark + 2),
        other => other,
    };
    let before = mark.checked_sub(1).map(|at| bytes[at]);
    digit.is_some_and(u8::is_ascii_digit)
        && before.is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'`' | b'"'))
}
