//! Links to a line of a file on a forge.

use std::num::NonZeroU32;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::citation::{ParsedRange, PlaceInText, RangeResult};
use super::known::KnownPaths;

/// Links that are read of one text at most.
const MOST_LINKS: usize = 1_000;

/// The lines that a link names: `#L4-L6`, `#L4-6`, `#lines-4:6`, `#4`.
static FRAGMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:L|R|l|lines-|line-)?(\d+)(?:C\d+)?(?:[-:](?:L|R)?(\d+)(?:C\d+)?)?$")
        .expect("a constant pattern")
});

/// What forges put in front of the revision and the path.
const MARKS: [&str; 7] = [
    "/-/blob/",
    "/blob/",
    "/src/commit/",
    "/src/branch/",
    "/src/",
    "/-/blame/",
    "/blame/",
];

/// The links of a text that name a file.
pub(super) fn links<'a>(
    text: &'a str,
    known: Option<&'a KnownPaths>,
) -> impl Iterator<Item = PlaceInText> + 'a {
    let marks = memchr::memmem::find_iter(text.as_bytes(), "://").take(MOST_LINKS);
    marks.filter_map(move |at| {
        let letters = text[..at].bytes().rev();
        let scheme = at - letters.take_while(u8::is_ascii_alphabetic).count();
        // Folders may have brackets in their names: `…/(shop)/page.tsx`.
        let mut open = 0_usize;
        let end = text[at..]
            .find(|c: char| {
                let closes = c == ')' && open == 0;
                match c {
                    '(' => open += 1,
                    ')' => open = open.saturating_sub(1),
                    _ => {}
                }
                closes || c.is_whitespace() || "`\"'<>|]，。）".contains(c)
            })
            .map_or(text.len(), |len| at + len);
        link(text, scheme..end, known)
    })
}

fn link(text: &str, range: Range<usize>, known: Option<&KnownPaths>) -> Option<PlaceInText> {
    let url = text[range.clone()].trim_end_matches(['.', ',', ';', ':']);
    let (address, fragment) = url.split_once('#').unwrap_or((url, ""));
    let address = decoded(address.split('?').next().unwrap_or(address));
    let (path, fragment) = if let Some(anchor) = fragment.strip_prefix("diff-") {
        let hex = anchor.get(..64)?;
        (known?.by_digest(hex)?.to_owned(), &anchor[64..])
    } else {
        (path_of(&address, known)?, fragment)
    };
    Some(PlaceInText {
        lines: fragment_lines(fragment).into_iter().collect(),
        ..PlaceInText::new(range.start..range.start + url.len(), &path)
    })
}

/// The lines that the part of a link behind `#` names.
fn fragment_lines(fragment: &str) -> Option<RangeResult> {
    let found = FRAGMENT.captures(fragment)?;
    let number = |at: usize| found.get(at)?.as_str().parse::<NonZeroU32>().ok();
    let first = number(1)?;
    let last = number(2).unwrap_or(first);
    Some(Ok(ParsedRange::new(first.get(), last.get())))
}

/// The path in a link's address. A revision may have slashes, so known paths decide.
fn path_of(address: &str, known: Option<&KnownPaths>) -> Option<String> {
    if let Some(path) = known.and_then(|known| known.at_end(address)) {
        return Some(path.to_owned());
    }
    if let Some(path) = address.strip_prefix("file://") {
        return Some(path.to_owned());
    }
    let behind = MARKS
        .iter()
        .find_map(|mark| Some(address.split_once(mark)?.1))?;
    let (_, path) = behind.split_once('/')?;
    (!path.is_empty()).then(|| path.to_owned())
}

/// Percent escapes decoded.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        let hex = (*byte == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(*byte));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}
