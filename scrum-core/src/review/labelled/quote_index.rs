//! What the reviewer was shown, indexed for the search for quotations.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use memchr::memmem;

use super::block::Block;
use super::blocks::blocks;
use super::scan::{EventKind, scan};
use crate::review::label::Label;
use crate::review::line_prefix;
use crate::review::span::Span;

/// A claim shorter than this, in bytes, is too easily the same by chance, or by guessing, to prove a quotation.
const SHORTEST_CLAIM: usize = 16;
/// Blocks kept for one place; a diff that repeats one thousands of times must not cost more.
const MOST_ALIKE: usize = 16;

/// What a reviewer was shown: the bundle's diff, the prompt, or both.
///
/// Build it once where many reviews of one bundle are read: [`ReadOptions::quote_index`](crate::review::ReadOptions::quote_index).
#[derive(Debug, Default)]
pub struct QuoteIndex {
    /// New and old side, without the marks of diff and prompt.
    sides: Vec<String>,
    /// Blocks by the first of their places.
    blocks: HashMap<String, Vec<Quotable>>,
    /// Values of `WHERE:` lines.
    places: HashSet<String>,
    lines: OnceLock<HashSet<u64>>,
}

/// A block in comparable form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quotable {
    severity: Option<String>,
    places: Vec<String>,
    what: Vec<String>,
    why: Vec<String>,
}

impl QuoteIndex {
    /// Indexes a diff (as git writes it) and a prompt (with the diff in it, with or without line numbers).
    pub fn new(diff: Option<&[u8]>, prompt: Option<&[u8]>) -> Self {
        let mut index = Self::default();
        for bytes in [diff, prompt].into_iter().flatten() {
            let text = String::from_utf8_lossy(bytes);
            let [new, old] = sides(&text);
            index.add(new);
            index.add(old);
        }
        index
    }

    fn add(&mut self, side: String) {
        // Few diffs speak of places, and the search for the word is far quicker than reading.
        if mentions_where(side.as_bytes()) {
            let scan = scan(&side, false);
            for event in &scan.events {
                if let EventKind::Label {
                    label: Label::Where,
                    ..
                } = event.kind
                {
                    let (from, to) = event.value;
                    self.places.insert(plain(&side[from..to]));
                }
            }
            for block in blocks(&side, &scan).own {
                let quotable = Quotable::of(&side, &block);
                let Some(first) = quotable.places.first() else {
                    continue;
                };
                let alike = self.blocks.entry(first.clone()).or_default();
                if alike.len() < MOST_ALIKE {
                    alike.push(quotable);
                }
            }
        }
        self.sides.push(side);
    }

    /// Whether the bare value of a `WHERE:` stands there too.
    pub(super) fn has_place(&self, value: &str) -> bool {
        !self.places.is_empty() && self.places.contains(&plain(value))
    }

    /// Whether the whole block stands there so, with a claim long enough to tell.
    pub(super) fn has_block(&self, text: &str, block: &Block) -> bool {
        // Nearly no change speaks of findings, and putting a block into comparable form takes time.
        if self.blocks.is_empty() {
            return false;
        }
        let own = Quotable::of(text, block);
        if own
            .what
            .iter()
            .chain(&own.why)
            .map(String::len)
            .sum::<usize>()
            < SHORTEST_CLAIM
        {
            return false;
        }
        // The review may quote from the middle of a block's places.
        let Some(first) = own.places.first() else {
            return false;
        };
        self.blocks
            .get(first)
            .is_some_and(|alike| alike.iter().any(|shown| own.is_part_of(shown)))
    }

    /// Whether a line, blanks around it left out, stands there.
    pub(super) fn has_line(&self, line: &str) -> bool {
        let lines = self.lines.get_or_init(|| {
            self.sides
                .iter()
                .flat_map(|side| side.lines())
                .map(|line| hash(line.trim()))
                .collect()
        });
        lines.contains(&hash(line.trim()))
    }
}

impl Quotable {
    fn of(text: &str, block: &Block) -> Self {
        let lines = |span: Option<Span>| -> Vec<String> {
            span.map_or_else(Vec::new, |(from, to)| {
                text[from..to].lines().take(64).map(plain).collect()
            })
        };
        Self {
            severity: block.severity.map(|(from, to)| plain(&text[from..to])),
            places: block
                .places
                .iter()
                .take(64)
                .map(|place| plain(&text[place.value.0..place.value.1]))
                .collect(),
            what: lines(block.what),
            why: lines(block.why),
        }
    }

    /// Whether all of this block stands in the other, whose values may run on into what follows them.
    fn is_part_of(&self, other: &Self) -> bool {
        other.what.starts_with(&self.what) && other.why.starts_with(&self.why)
    }
}

/// A text freed of emphasis, its blanks one each.
fn plain(text: &str) -> String {
    let text = text.replace(['*', '`'], "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// 64 bits are enough to tell lines apart; keys are fixed, so the same text always gives the same answer.
fn hash(line: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    line.hash(&mut hasher);
    hasher.finish()
}

/// Whether the word `where` stands there.
fn mentions_where(text: &[u8]) -> bool {
    let ends = [&b"here"[..], b"HERE"];
    ends.iter().any(|end| {
        memmem::find_iter(text, end).any(|at| at > 0 && matches!(text[at - 1], b'w' | b'W'))
    })
}

/// The new and the old side of a diff, or of a prompt with one in it: the prompt's line numbers and the diff's marks
/// taken off.
fn sides(text: &str) -> [String; 2] {
    let mut sides = [
        String::with_capacity(text.len()),
        String::with_capacity(text.len() / 2),
    ];
    for line in text.split_inclusive('\n') {
        let line = &line[line_prefix::gutter(line).unwrap_or(0)..];
        match line.as_bytes().first() {
            Some(b'+') => sides[0].push_str(&line[1..]),
            Some(b'-') => sides[1].push_str(&line[1..]),
            Some(b' ') => sides.iter_mut().for_each(|side| side.push_str(&line[1..])),
            _ => sides.iter_mut().for_each(|side| side.push_str(line)),
        }
    }
    sides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_lose_their_marks() {
        let [new, old] = sides("@@ -1 +1 @@\n-a\n+b\n c\n");
        assert_eq!(
            (new.as_str(), old.as_str()),
            ("@@ -1 +1 @@\nb\nc\n", "@@ -1 +1 @@\na\nc\n")
        );
        let shown =
            "     1 +b\n old:1 -a\n     2  c\n1234567 +d\n   1200  e\nold:120 -f\n    indented\n";
        let [new, old] = sides(shown);
        assert_eq!(
            (new.as_str(), old.as_str()),
            ("b\nc\nd\ne\n   indented\n", "a\nc\ne\nf\n   indented\n")
        );
    }

    #[test]
    fn a_change_that_speaks_of_no_place_is_not_read() {
        let shown = QuoteIndex::new(Some(b"+fn a<T>() where T: Clone {}\n+somewhere\n"), None);
        assert!(shown.places.is_empty() && shown.blocks.is_empty());
        assert!(shown.has_line("somewhere"));
        assert!(!shown.has_line("nowhere"));
    }

    #[test]
    fn places_are_found_under_other_markup() {
        let shown = QuoteIndex::new(Some(b"+- **WHERE:** `src/a.rs:1`\n"), None);
        assert!(shown.has_place("src/a.rs:1"));
        assert!(!shown.has_place("src/a.rs:2"));
    }
}
