//! From a review's bytes to its findings.

use std::borrow::Cow;
use std::cell::OnceCell;

use memchr::memchr;

use super::block::{self, Block, Place, Span};
use super::fence::Quotes;
use super::label::Label;
use super::options::ReadOptions;
use super::quote_index::QuoteIndex;
use super::retraction::Numbered;
use super::scan::{self, Event, Kind, Scan};
use super::value::{self, cut};
use super::{
    Claim, Fault, Finding, QuoteEvidence, ReadAs, Review, UnlocatedFinding, json, retraction,
    severity,
};
use crate::review::location::{Citation, Malformed};

/// The longest claim that is kept, in bytes.
const LONGEST_CLAIM: usize = 4096;
/// What a claim may take, in bytes, in all the findings of a block that share it.
const LONGEST_SHARED_CLAIM: usize = 4 * LONGEST_CLAIM;
/// How many times the size of the text its findings may hold as text, and how much at least, in bytes.
const COPIES: usize = 16;
const COPIES_AT_LEAST: usize = 1 << 20;
/// The longest text of a citation that is kept, in bytes.
pub(super) const LONGEST_TEXT: usize = 200;

impl Review {
    /// Reads a review's text. Nothing in it is an error: what is wrong with the text stands in
    /// [`faults`](Review::faults).
    ///
    /// Takes time and memory in proportion to the text.
    ///
    /// ```
    /// use scrum_core::review::{ReadOptions, Review, Severity};
    ///
    /// let text = b"SEVERITY: BLOCK\nWHERE: src/pool.rs:40-52\nWHAT: The lock is never released.\n";
    /// let review = Review::read(text, &ReadOptions::default());
    /// assert_eq!(review.findings.len(), 1);
    /// assert_eq!(review.findings[0].claim.severity, Some(Severity::Block));
    /// ```
    pub fn read(text: &[u8], options: &ReadOptions<'_>) -> Self {
        let mut review = Self::default();
        let size = u64::try_from(text.len()).unwrap_or(u64::MAX);
        let bytes = within_limit(text, options.max_bytes);
        if bytes.len() < text.len() {
            review.faults.push(Fault::TooLarge {
                bytes: size,
                limit: options.max_bytes,
            });
        }
        let text = std::str::from_utf8(bytes)
            .map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
        if matches!(text, Cow::Owned(_)) {
            review.faults.push(Fault::NotUtf8);
        }
        if memchr(0, bytes).is_some() {
            review.faults.push(Fault::Nul);
        }
        let scan = scan::scan(&text, true);
        let reasoning: usize = scan.reasoning.iter().map(|(from, to)| to - from).sum();
        review.bytes = size.saturating_sub(u64::try_from(reasoning).unwrap_or(u64::MAX));
        let built = OnceCell::new();
        let reader = Reader {
            text: &text,
            scan,
            options,
            built: &built,
            quotes: Vec::new(),
            readable: Vec::new(),
            left_out: 0,
            purse: text.len().saturating_mul(COPIES).max(COPIES_AT_LEAST),
        };
        reader.fill(&mut review);
        review
    }

    /// Reads a review of which nothing but the text is known.
    pub fn from_text(text: &str) -> Self {
        Self::read(text.as_bytes(), &ReadOptions::default())
    }
}

/// The start of the text, up to the last line that ends within the limit.
fn within_limit(text: &[u8], limit: u64) -> &[u8] {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if text.len() <= limit {
        return text;
    }
    &text[..memchr::memrchr(b'\n', &text[..limit]).map_or(0, |feed| feed + 1)]
}

pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) scan: Scan,
    options: &'a ReadOptions<'a>,
    /// The index of what was shown, where the caller has none.
    built: &'a OnceCell<QuoteIndex>,
    /// What each fence quotes; judged when a label stands in it.
    quotes: Vec<Option<Quotes>>,
    /// Fences whose prose is the reviewer's: they hold labels and quote nothing.
    readable: Vec<bool>,
    left_out: u64,
    /// Bytes that findings may still hold.
    purse: usize,
}

impl<'a> Reader<'a> {
    fn shown(&self) -> &'a QuoteIndex {
        let (options, built): (&'a ReadOptions<'a>, &'a OnceCell<QuoteIndex>) =
            (self.options, self.built);
        options
            .shown
            .unwrap_or_else(|| built.get_or_init(|| QuoteIndex::new(options.diff, options.prompt)))
    }

    fn fill(mut self, review: &mut Review) {
        self.quotes = vec![None; self.scan.fences.len()];
        self.readable = vec![false; self.scan.fences.len()];
        for at in 0..self.scan.events.len() {
            let event = self.scan.events[at];
            if !matches!(event.kind, Kind::Fence | Kind::Reasoning) {
                self.scan.events[at].echo = self.echo(&event);
            }
        }
        let own = block::blocks(self.text, &self.scan, |event| event.echo.is_none());
        let numbers = Numbered::new(self.text, &own);
        self.findings(review, &numbers, &own);
        let own_findings = review.findings.len();
        if self.scan.events.iter().any(|event| event.echo.is_some()) {
            let evidence: std::collections::HashMap<u32, QuoteEvidence> = self
                .scan
                .events
                .iter()
                .filter_map(|event| Some((event.line, event.echo?)))
                .collect();
            let echoed = block::blocks(self.text, &self.scan, |event| {
                event.echo.is_some() || event.kind == Kind::Fence
            });
            for block in &echoed {
                for place in &block.places {
                    let echo = evidence
                        .get(&place.line)
                        .copied()
                        .unwrap_or(QuoteEvidence::QuotingFence);
                    self.place(review, block, place, Some(echo));
                }
            }
        }
        if review.findings.len() > own_findings {
            review.findings.sort_by_key(|finding| finding.line);
        }
        self.last_words(review, &numbers, &own);
        if !self.scan.has_where() {
            let paths = self.options.paths;
            json::read(self.text, self.json_candidates().into_iter(), paths, review);
        }
        if self.left_out > 0 {
            review.faults.push(Fault::TooMany {
                left_out: self.left_out,
            });
        }
    }

    /// Why a line counts as quoted, if it does.
    fn echo(&mut self, event: &Event) -> Option<QuoteEvidence> {
        if event.gutter {
            return Some(QuoteEvidence::Gutter);
        }
        let mut around = event.fence;
        while let Some(at) = around {
            let index = at as usize;
            let fence = self.scan.fences[index];
            let quotes = match self.quotes[index] {
                Some(quotes) => quotes,
                None => {
                    let shown = self.shown();
                    fence.quotes(self.text, &|line| shown.has_line(line))
                }
            };
            self.quotes[index] = Some(quotes);
            match quotes {
                Quotes::All => return Some(QuoteEvidence::QuotingFence),
                Quotes::Until(end) if event.start < end => {
                    return Some(QuoteEvidence::QuotingFence);
                }
                Quotes::LastWords if is_last_word(event.kind) => {
                    return Some(QuoteEvidence::QuotingFence);
                }
                _ => {
                    self.readable[index] |= matches!(event.kind, Kind::Label { .. } | Kind::Row(_));
                }
            }
            around = fence.parent;
        }
        None
    }

    /// The findings of the reviewer's own blocks, and those blocks that name no place.
    fn findings(&mut self, review: &mut Review, numbers: &Numbered, blocks: &[Block]) {
        let mut retracted =
            retraction::inferred(self.text, blocks, numbers, |at| self.is_prose(at));
        for (index, block) in blocks.iter().enumerate() {
            let taken_back = retracted.remove(&index);
            if block.places.is_empty() {
                let (severity, severity_text) = self.severity(block);
                review.unlocated.push(UnlocatedFinding {
                    line: block.line,
                    claim: Claim {
                        severity,
                        severity_text,
                        what: value::claim(self.text, block.what, LONGEST_CLAIM),
                        why: value::claim(self.text, block.why, LONGEST_CLAIM),
                    },
                    retracted: taken_back,
                });
                continue;
            }
            let echo = self
                .shown()
                .has_block(self.text, block)
                .then_some(QuoteEvidence::WholeBlock);
            for place in &block.places {
                let before = review.findings.len();
                self.place(review, block, place, echo);
                for finding in &mut review.findings[before..] {
                    finding.retracted.clone_from(&taken_back);
                }
            }
        }
    }

    /// The citations of one `WHERE:`.
    fn place(
        &mut self,
        review: &mut Review,
        block: &Block,
        place: &Place,
        echo: Option<QuoteEvidence>,
    ) {
        let value = &self.text[place.value.0..place.value.1];
        let room = self
            .options
            .max_citations
            .saturating_sub(review.findings.len());
        let limit = room.min(value::MOST_CITATIONS);
        let (citations, left_out) = match self.odd_path(place.value) {
            Some(mut citations) => {
                let left_out = citations.len().saturating_sub(limit);
                citations.truncate(limit);
                (citations, left_out)
            }
            None => value::citations(value, limit),
        };
        self.left_out = self
            .left_out
            .saturating_add(u64::try_from(left_out).unwrap_or(u64::MAX));
        let stands_in_diff = echo.is_none() && self.shown().has_place(value);
        let (severity, severity_text) = self.severity(block);
        let sharing = block.places.len().saturating_mul(citations.len().max(1));
        let share = (LONGEST_SHARED_CLAIM / sharing).clamp(24, LONGEST_CLAIM);
        for item in citations {
            let (text, location, swapped) = match item {
                Ok(Citation {
                    location,
                    text,
                    swapped,
                }) => (text, Ok(location), swapped),
                Err(malformed) => (
                    cut(value.trim(), LONGEST_TEXT).into_owned(),
                    Err(malformed),
                    false,
                ),
            };
            let (what, why) = (
                value::claim(self.text, block.what, share),
                value::claim(self.text, block.why, share),
            );
            let path = location.as_ref().map_or(0, |location| location.path.len());
            let held = [what.as_ref(), why.as_ref(), severity_text.as_ref()]
                .into_iter()
                .flatten()
                .map(String::len);
            if !self.afford(path + text.len() + held.sum::<usize>()) {
                self.left_out = self.left_out.saturating_add(1);
                continue;
            }
            review.findings.push(Finding {
                line: place.line,
                text,
                location,
                claim: Claim {
                    severity,
                    severity_text: severity_text.clone(),
                    what,
                    why,
                },
                read_as: ReadAs::Labelled,
                link: None,
                number: block.number,
                quoted: echo,
                stands_in_diff,
                retracted: None,
                swapped,
            });
        }
    }

    /// Reads a value that is a path which the grammar would take apart, where it is known that there is one.
    pub(super) fn odd_path(&self, (from, to): Span) -> Option<Vec<Result<Citation, Malformed>>> {
        let known = self.options.paths?;
        // A star in front may be the path's, and not emphasis of the label.
        let line = memchr::memrchr(b'\n', &self.text.as_bytes()[..from]).map_or(0, |feed| feed + 1);
        let stars = self.text[line..from].len() - self.text[line..from].trim_end_matches('*').len();
        (0..=stars.min(2))
            .rev()
            .find_map(|stars| known.citations(&self.text[from - stars..to]))
    }

    /// Takes bytes out of the purse. A text whose findings repeat it many times over is hostile.
    pub(super) fn afford(&mut self, bytes: usize) -> bool {
        let rest = self.purse.checked_sub(bytes);
        self.purse = rest.unwrap_or(self.purse);
        rest.is_some()
    }

    fn severity(&self, block: &Block) -> (Option<super::Severity>, Option<String>) {
        if let Some((from, to)) = block.severity {
            let text = self.text[from..to]
                .trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '`' | '|' | '_'));
            return (
                severity::read(text),
                (!text.is_empty()).then(|| cut(text, LONGEST_TEXT).into_owned()),
            );
        }
        let title = self.text[block.region.0..].lines().next().unwrap_or("");
        match severity::of_title(title) {
            Some((level, word)) if block.labels_follow_title(self.text) => {
                (Some(level), Some(word.to_owned()))
            }
            _ => (None, None),
        }
    }

    /// Whether a byte is the reviewer's own prose: not reasoning, not in a fence that holds code, not under a gutter.
    fn is_prose(&self, at: usize) -> bool {
        let reasoning = &self.scan.reasoning;
        let before = reasoning.partition_point(|(from, _)| *from <= at);
        if before > 0 && at < reasoning[before - 1].1 {
            return false;
        }
        let fences = &self.scan.fences;
        let mut around = fences
            .partition_point(|fence| fence.body.0 <= at)
            .checked_sub(1);
        while let Some(index) = around {
            let fence = fences[index];
            if at < fence.body.1 {
                let quoted = matches!(self.quotes[index], Some(Quotes::Until(end)) if at < end);
                return self.readable[index] && !quoted;
            }
            around = fence.parent.map(|parent| parent as usize);
        }
        let start = memchr::memrchr(b'\n', &self.text.as_bytes()[at.saturating_sub(128)..at])
            .map_or(at.saturating_sub(128), |feed| {
                at.saturating_sub(128) + feed + 1
            });
        let line = self.text.get(start..at).unwrap_or("");
        !super::label::dressing(line).0.gutter && !retraction::is_retract_line(line)
    }

    /// Where JSON may stand: the whole text, or a fence that quotes nothing.
    fn json_candidates(&self) -> Vec<std::ops::Range<usize>> {
        let from = self.scan.reasoning.last().map_or(0, |(_, to)| *to);
        let whole = from..self.text.len();
        let fences = self
            .scan
            .fences
            .iter()
            .filter(|fence| fence.parent.is_none() && fence.body.0 >= from)
            .take(64);
        let shown = self.shown();
        let own = fences.filter(|fence| {
            let body = &self.text[fence.body.0..fence.body.1];
            body.trim_start().starts_with(['[', '{'])
                && fence.quotes(self.text, &|line| shown.has_line(line)) == Quotes::Nothing
        });
        std::iter::once(whole)
            .chain(own.map(|fence| fence.body.0..fence.body.1))
            .collect()
    }
}

fn is_last_word(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::None
            | Kind::Label {
                label: Label::Retract | Label::Verdict,
                ..
            }
    )
}

#[cfg(test)]
mod tests;
