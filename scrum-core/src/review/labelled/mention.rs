//! Places that a labelled answer names beside its labels.

use std::collections::HashSet;

use memchr::{memchr, memchr2_iter, memrchr};

use crate::review::Mention;
use crate::review::line_counter::LineCounter;
use crate::review::location::{self, KnownPaths, Location};

/// Mentions that are listed at most.
const MOST_MENTIONS: usize = 10_000;
/// The longest line that is read, in bytes.
const LONGEST_LINE: usize = 4096;

/// The places with lines that a text names and that are not among those it cites.
pub(super) fn mentions(
    text: &str,
    paths: Option<&KnownPaths>,
    cited: &HashSet<&Location>,
) -> Vec<Mention> {
    let bytes = text.as_bytes();
    let mut lines = LineCounter::new(text);
    let mut next = 0;
    let mut mentions = Vec::new();
    for mark in memchr2_iter(b':', b'#', bytes) {
        if mark < next || mentions.len() >= MOST_MENTIONS || !may_name_a_line(bytes, mark) {
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
                .filter(|citation| !cited.contains(&citation.location))
                .map(|citation| Mention {
                    line: number,
                    text: citation.text,
                    location: citation.location,
                }),
        );
    }
    mentions
}

/// Whether a `:` or `#` has a line behind it, at a quick look.
fn may_name_a_line(bytes: &[u8], mark: usize) -> bool {
    let digit = match bytes.get(mark + 1) {
        Some(b'L') => bytes.get(mark + 2),
        other => other,
    };
    digit.is_some_and(u8::is_ascii_digit)
}
