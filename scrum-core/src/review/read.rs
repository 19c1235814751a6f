//! From a review's bytes to its findings.

use std::borrow::Cow;
use std::cell::OnceCell;

use memchr::memchr;

use super::block::{self, Block, Place, Span};
use super::fence::Quotes;
use super::label::Label;
use super::line_counter::LineCounter;
use super::options::ReadOptions;
use super::quote_index::QuoteIndex;
use super::retraction::Numbered;
use super::scan::{self, Event, Kind, Scan};
use super::value::{self, cut};
use super::{
    Claim, Fault, Finding, Mention, QuoteEvidence, ReadAs, Review, UnlocatedFinding, clean, decode,
    document, envelope, prose, retraction, severity,
};
use crate::review::location::{self, Citation, Location, Malformed};

/// Why a finding of an imported thread that is resolved does not count.
pub(super) const RESOLVED: &str = "resolved";
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
    pub fn read(bytes: &[u8], options: &ReadOptions<'_>) -> Self {
        let mut review = Self::default();
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let decoded = decode::decode(bytes, options.max_bytes, &mut review.faults);
        let mut reasoning = decoded.reasoning;
        let text: &str = &decoded.text;
        if !read_document(text, options, &mut review) {
            reasoning += read_text(text, options, &mut review);
        }
        review.bytes = size.saturating_sub(u64::try_from(reasoning).unwrap_or(u64::MAX));
        review
    }

    /// Reads a review of which nothing but the text is known.
    pub fn from_text(text: &str) -> Self {
        Self::read(text.as_bytes(), &ReadOptions::default())
    }
}

/// Reads a text that is a document from end to end, or that wraps an answer; says whether it is one.
fn read_document(text: &str, options: &ReadOptions<'_>, review: &mut Review) -> bool {
    if let Some((answer, line)) = envelope::stream(text) {
        read_inner(&answer, line, options, review);
        return true;
    }
    let Some(document) = document::parse(text) else {
        return false;
    };
    if let Some((answer, at)) = envelope::unwrapped(&document) {
        read_inner(&answer, LineCounter::new(text).of(at), options, review);
        return true;
    }
    let said = document::walk(&document, options.paths, options.max_citations);
    if said.items.is_empty()
        && let Some((answer, at)) = envelope::longest_text(&document)
        && !said
            .remarks
            .iter()
            .any(|text| clean::says_nothing_found(text))
    {
        read_inner(answer, LineCounter::new(text).of(at), options, review);
        return true;
    }
    let json = text.trim_start().starts_with(['{', '[']);
    take_document(text, said, json, review)
}

/// Reads an answer out of its envelope. All of it is cited by the line of the envelope.
fn read_inner(answer: &str, line: u32, options: &ReadOptions<'_>, review: &mut Review) {
    let mut inner = Review::read(answer.as_bytes(), options);
    for at in inner
        .findings
        .iter_mut()
        .map(|finding| &mut finding.line)
        .chain(inner.mentions.iter_mut().map(|mention| &mut mention.line))
        .chain(
            inner
                .unlocated
                .iter_mut()
                .map(|unlocated| &mut unlocated.line),
        )
        .chain(
            inner
                .retractions
                .iter_mut()
                .map(|retraction| &mut retraction.line),
        )
    {
        *at = line;
    }
    let faults = std::mem::take(&mut review.faults);
    *review = inner;
    review.faults.splice(0..0, faults);
}

/// What a document said, if it said anything of a review.
fn take_document(
    text: &str,
    said: document::DocumentSaid,
    whole: bool,
    review: &mut Review,
) -> bool {
    let says_nothing = said
        .remarks
        .iter()
        .any(|text| clean::says_nothing_found(text));
    let problem = said.remarks.iter().any(|text| is_rejection(text));
    if said.items.is_empty() && !said.empty && !(says_nothing && whole) {
        return false;
    }
    let mut lines = LineCounter::new(text);
    let mut items = said.items;
    items.sort_by_key(|item| item.at);
    for item in items {
        let line = lines.of(item.at);
        match (item.location, item.dismissed) {
            (Some(Ok(location)), Some(reason)) if reason != RESOLVED => {
                review.mentions.push(Mention {
                    line,
                    text: item.text,
                    location,
                });
            }
            (Some(location), dismissed) => review.findings.push(Finding {
                line,
                text: cut(&item.text, LONGEST_TEXT).into_owned(),
                location,
                claim: shortened(item.claim),
                read_as: ReadAs::Document,
                link: item.link,
                number: None,
                quoted: None,
                stands_in_diff: false,
                retracted: dismissed.map(|phrase| super::InferredRetraction { line, phrase }),
                swapped: item.swapped,
            }),
            (None, _) => review.unlocated.push(UnlocatedFinding {
                line,
                claim: shortened(item.claim),
                retracted: None,
            }),
        }
    }
    review.read_as_json = true;
    review.verdict = said.verdict.or(review.verdict);
    review.says_clean = review.findings.is_empty()
        && review.unlocated.is_empty()
        && !problem
        && (said.empty || says_nothing);
    true
}

fn shortened(claim: Claim) -> Claim {
    let short = |text: Option<String>| text.map(|text| cut(&text, LONGEST_CLAIM).into_owned());
    Claim {
        severity: claim.severity,
        severity_text: claim
            .severity_text
            .map(|text| cut(&text, LONGEST_TEXT).into_owned()),
        what: short(claim.what),
        why: short(claim.why),
    }
}

/// Whether a remark beside an empty list says that all is not well.
fn is_rejection(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "patch is incorrect",
        "request changes",
        "request_changes",
        "changes_requested",
        "block",
        "reject",
        "failed",
        "error",
        "not ready",
        "timed out",
        "timeout",
    ]
    .iter()
    .any(|words| text == *words || (words.contains(' ') && text.contains(words)))
}

/// Reads a text: by the prompt's labels if it has them, else as prose, with a document in a fence. Returns how many bytes
/// of it are reasoning.
fn read_text(text: &str, options: &ReadOptions<'_>, review: &mut Review) -> usize {
    let scan = scan::scan(text, true);
    let reasoning = scan.reasoning.iter().map(|(from, to)| to - from).sum();
    let built = OnceCell::new();
    let reader = Reader {
        text,
        scan,
        options,
        built: &built,
        quotes: Vec::new(),
        readable: Vec::new(),
        left_out: 0,
        copy_budget: text.len().saturating_mul(COPIES).max(COPIES_AT_LEAST),
    };
    reader.fill(review);
    reasoning
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
    copy_budget: usize,
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
                self.scan.events[at].quoted = self.echo(&event);
            }
        }
        let own = block::blocks(self.text, &self.scan, |event| event.quoted.is_none());
        let numbers = Numbered::new(self.text, &own);
        self.findings(review, &numbers, &own);
        let own_findings = review.findings.len();
        if self.scan.events.iter().any(|event| event.quoted.is_some()) {
            let evidence: std::collections::HashMap<u32, QuoteEvidence> = self
                .scan
                .events
                .iter()
                .filter_map(|event| Some((event.line, event.quoted?)))
                .collect();
            let echoed = block::blocks(self.text, &self.scan, |event| {
                event.quoted.is_some() || event.kind == Kind::Fence
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
        let own_where = self
            .scan
            .events
            .iter()
            .any(|event| event.quoted.is_none() && event.is_where());
        if own_where {
            review.says_clean &= review
                .findings
                .iter()
                .all(|finding| finding.quoted.is_some());
            self.mentions(review);
        } else {
            self.without_labels(review);
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
            let nowhere = block
                .places
                .iter()
                .all(|place| location::names_no_place(&self.text[place.value.0..place.value.1]));
            if nowhere && (block.places.is_empty() || block.severity.is_some()) {
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
            // A revision in a link may have slashes, and a path may begin with `@`: known paths decide.
            None if value.contains("://") || value.trim_start_matches('`').starts_with('@') => {
                let places = location::places(value, self.options.paths);
                let mut citations: Vec<_> = places
                    .iter()
                    .flat_map(|place| place.citations(value))
                    .collect();
                if citations.is_empty() {
                    value::citations(value, limit)
                } else {
                    let left_out = citations.len().saturating_sub(limit);
                    citations.truncate(limit);
                    (citations, left_out)
                }
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
            if !self.spend(path + text.len() + held.sum::<usize>()) {
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

    /// Spends bytes of the copy budget. A text whose findings repeat it many times over is hostile.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        let rest = self.copy_budget.checked_sub(bytes);
        self.copy_budget = rest.unwrap_or(self.copy_budget);
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

    /// An answer without the prompt's labels: a document in a fence, and prose around it.
    fn without_labels(&mut self, review: &mut Review) {
        let text = self.answer();
        let quoted = std::mem::take(&mut review.findings);
        let labelled = std::mem::take(&mut review.unlocated);
        let verdict = review.verdict;
        let mut inner = Review::default();
        let mut blank: Vec<Span> = Vec::new();
        for body in self.documents(&text) {
            let Some(document) = document::parse_embedded(&text[body.clone()], body.start) else {
                continue;
            };
            let said = document::walk(&document, self.options.paths, self.options.max_citations);
            if take_document(&text, said, false, &mut inner) {
                blank.push((body.start, body.end));
            }
        }
        let in_document = !blank.is_empty();
        let mut rest: Cow<'_, str> = text;
        for (from, to) in blank {
            let feeds: String = rest[from..to]
                .chars()
                .map(|c| if c == '\n' { '\n' } else { ' ' })
                .collect();
            if feeds.len() == to - from {
                rest.to_mut().replace_range(from..to, &feeds);
            } else {
                let mut feeds: String = feeds.chars().filter(|c| *c == '\n').collect();
                while feeds.len() < to - from {
                    feeds.push(' ');
                }
                rest.to_mut().replace_range(from..to, &feeds);
            }
        }
        let said = prose::read(&rest, self.options.paths);
        *review = Review {
            faults: std::mem::take(&mut review.faults),
            retractions: std::mem::take(&mut review.retractions),
            verdict: verdict.or(inner.verdict).or(said.verdict),
            read_as_json: in_document,
            ..Review::default()
        };
        review.findings.extend(inner.findings);
        review.unlocated.extend(inner.unlocated);
        review.mentions.extend(inner.mentions);
        if in_document {
            // Around a document, prose only mentions.
            let named = said.findings.into_iter().filter_map(|finding| {
                let location = finding.location.ok()?;
                Some(Mention {
                    line: finding.line,
                    text: finding.text,
                    location,
                })
            });
            review.mentions.extend(named);
            review.says_clean = inner.says_clean && review.findings.is_empty();
        } else {
            review.findings.extend(said.findings);
            review.unlocated.extend(said.unlocated);
            review.says_clean = said.clean
                && review.findings.is_empty()
                && labelled.iter().all(|block| block.retracted.is_some());
        }
        review.mentions.extend(said.mentions);
        if review.findings.is_empty() && review.unlocated.is_empty() {
            review.unlocated = labelled;
        }
        review.findings.extend(quoted);
        review.findings.sort_by_key(|finding| finding.line);
        review.mentions.sort_by_key(|mention| mention.line);
        let room = self.options.max_citations;
        if review.findings.len() > room {
            self.left_out += u64::try_from(review.findings.len() - room).unwrap_or(u64::MAX);
            review.findings.truncate(room);
        }
        let keep: Vec<bool> = review
            .findings
            .iter()
            .map(|finding| {
                let claim = &finding.claim;
                let held = [claim.what.as_ref(), claim.why.as_ref()]
                    .into_iter()
                    .flatten()
                    .map(String::len)
                    .sum::<usize>();
                self.spend(held + finding.text.len())
            })
            .collect();
        let mut keep = keep.into_iter();
        let before = review.findings.len();
        review.findings.retain(|_| keep.next().unwrap_or(true));
        self.left_out += u64::try_from(before - review.findings.len()).unwrap_or(0);
    }

    /// The text without reasoning; its lines stay where they are.
    fn answer(&self) -> Cow<'a, str> {
        if self.scan.reasoning.is_empty() {
            return Cow::Borrowed(self.text);
        }
        let mut out = String::with_capacity(self.text.len());
        let mut at = 0;
        for (from, to) in &self.scan.reasoning {
            out.push_str(&self.text[at..*from]);
            out.extend(self.text[*from..*to].chars().filter(|c| *c == '\n'));
            at = *to;
        }
        out.push_str(&self.text[at..]);
        Cow::Owned(out)
    }

    /// Documents in fences that quote nothing, and one that begins a line of its own.
    fn documents(&self, text: &str) -> Vec<std::ops::Range<usize>> {
        let mut all = Vec::new();
        if text.len() == self.text.len() {
            let shown = self.shown();
            let own = self
                .scan
                .fences
                .iter()
                .filter(|fence| fence.parent.is_none())
                .take(64);
            for fence in own {
                let body = &text[fence.body.0..fence.body.1];
                let info = text[..fence.body.0].lines().next_back().unwrap_or("");
                let named = ["yaml", "yml", "toml", "xml", "csv"]
                    .iter()
                    .any(|language| info.trim_end().ends_with(language));
                if (body.trim_start().starts_with(['[', '{']) || named)
                    && fence.quotes(self.text, &|line| shown.has_line(line)) == Quotes::Nothing
                {
                    all.push(fence.body.0..fence.body.1);
                }
            }
        }
        if all.is_empty() {
            all.extend(document::between_prose(text));
        }
        all
    }

    /// Places that a labelled answer names beside its labels.
    fn mentions(&self, review: &mut Review) {
        let bytes = self.text.as_bytes();
        let cited: std::collections::HashSet<&Location> = review
            .findings
            .iter()
            .filter_map(|finding| finding.location.as_ref().ok())
            .chain(
                review
                    .retractions
                    .iter()
                    .flat_map(|retraction| &retraction.locations),
            )
            .collect();
        let mut lines = LineCounter::new(self.text);
        let mut next = 0;
        let mut mentions = Vec::new();
        for colon in memchr::memchr2_iter(b':', b'#', bytes) {
            let digit = match bytes.get(colon + 1) {
                Some(b'L') => bytes.get(colon + 2),
                other => other,
            };
            if colon < next
                || !digit.is_some_and(u8::is_ascii_digit)
                || colon == 0
                || !bytes[colon - 1].is_ascii_alphanumeric()
                    && !matches!(bytes[colon - 1], b'`' | b'"')
            {
                continue;
            }
            let from = memchr::memrchr(b'\n', &bytes[..colon]).map_or(0, |at| at + 1);
            let to = memchr(b'\n', &bytes[colon..]).map_or(bytes.len(), |len| colon + len);
            next = to;
            let line = &self.text[from..to];
            if line.len() > 4096 {
                continue;
            }
            let number = lines.of(from);
            for place in location::places(line, self.options.paths.filter(|_| line.contains("://")))
                .into_iter()
                .filter(|place| !place.lines.is_empty())
            {
                for citation in place.citations(line).into_iter().flatten() {
                    if !cited.contains(&citation.location) && mentions.len() < 10_000 {
                        mentions.push(Mention {
                            line: number,
                            text: citation.text,
                            location: citation.location,
                        });
                    }
                }
            }
        }
        review.mentions = mentions;
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
