//! From an answer's bytes to its review: the stages, in order.
//!
//! Bytes are decoded; an envelope is opened. What is left is a document, or has the prompt's labels, or is prose with a
//! document in it perhaps. Each of the three readers gives statements, and findings are made of them here.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::explain::{AnswerPart, PartKind, PartOutcome, PartReason};
use super::labelled::{self, Directive, Labelled, QuoteIndex};
use super::line_counter::LineCounter;
use super::options::ReadOptions;
use super::statement::{Reading, Statement};
use super::{
    Fault, Finding, Retraction, Review, UnlocatedFinding, decode, document, embedded, envelope,
    prose, words,
};
use crate::review::location::Location;

/// A line in tags, or with a tag alone.
static TAGGED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*</?([a-z_]+)>(?:\s*(\S.*?)\s*</[a-z_]+>)?\s*$").expect("a constant pattern")
});

/// How many times the size of the text its findings may hold as text, and how much at least, in bytes.
const COPIES: usize = 16;
const COPIES_AT_LEAST: usize = 1 << 20;

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
        let mut faults = Vec::new();
        let decoded = decode::decode(bytes, options.max_bytes, &mut faults);
        let (mut review, reasoning) = review(&decoded.text, options);
        review.faults.splice(0..0, faults);
        let size = bytes.len().saturating_sub(decoded.reasoning + reasoning);
        review.bytes = u64::try_from(size).unwrap_or(u64::MAX);
        if options.explain && decoded.reasoning > 0 {
            let last = u32::try_from(decoded.reasoning_lines).unwrap_or(u32::MAX);
            let outcome = PartOutcome::Nothing(PartReason::Thought);
            let part = AnswerPart::new(PartKind::Reasoning, (1, last), "", outcome);
            review.parts.insert(0, part);
        }
        review
    }

    /// Reads a review of which nothing but the text is known.
    pub fn from_text(text: &str) -> Self {
        Self::read(text.as_bytes(), &ReadOptions::default())
    }
}

/// Reads a decoded text; the second value is how many bytes of it are reasoning.
fn review(text: &str, options: &ReadOptions<'_>) -> (Review, usize) {
    let mut ignored = Vec::new();
    if let Some((answer, line)) = envelope::stream(text) {
        return (enveloped(&answer, line, options), 0);
    }
    if let Some(document) = document::parse(text) {
        if let Some((answer, at)) = envelope::unwrapped(&document) {
            return (
                enveloped(&answer, LineCounter::new(text).of(at), options),
                0,
            );
        }
        let said = document::walk(&document, options);
        // Neither a finding nor a remark that there is none: the answer may be one of its texts.
        if said.items.is_empty()
            && !said.says_nothing_found()
            && let Some((answer, at)) = envelope::longest_text(&document)
        {
            return (enveloped(answer, LineCounter::new(text).of(at), options), 0);
        }
        ignored = document::ignored(&said, text);
        if let Some(reading) = document::read(said, text, true, options.explain) {
            let mut intake = Intake::new(text, options);
            intake.take(reading);
            intake.parts.append(&mut ignored);
            return (intake.review(), 0);
        }
    }
    let built;
    let index = match options.quote_index {
        Some(index) => index,
        None => {
            built = QuoteIndex::new(options.diff, options.prompt);
            &built
        }
    };
    let labelled = labelled::read(text, index, options.paths);
    let mut intake = Intake::new(text, options);
    intake.parts = ignored;
    if labelled.has_places() {
        intake.statements(labelled.own(), labelled.own_parts());
    } else {
        intake.take(unlabelled(text, &labelled, options));
        if intake.is_empty() {
            intake.statements(labelled.own(), labelled.own_parts());
        }
    }
    intake.statements(labelled.quoted(), labelled.quoted_parts());
    intake.directives(&labelled);
    (intake.review(), labelled.reasoning())
}

/// Reads an answer out of its envelope. All of it is cited by the line of the envelope.
fn enveloped(answer: &str, line: u32, options: &ReadOptions<'_>) -> Review {
    let mut review = Review::read(answer.as_bytes(), options);
    let findings = review.findings.iter_mut().map(|finding| &mut finding.line);
    let mentions = review.mentions.iter_mut().map(|mention| &mut mention.line);
    let unlocated = review.unlocated.iter_mut().map(|claim| &mut claim.line);
    let retractions = review.retractions.iter_mut().map(|said| &mut said.line);
    let lines = findings.chain(mentions).chain(unlocated).chain(retractions);
    lines.for_each(|own| *own = line);
    if options.explain {
        let parts = review.parts.iter_mut();
        parts.for_each(|part| (part.first_line, part.last_line) = (line, line));
        let outcome = PartOutcome::Opened;
        let part = AnswerPart::new(PartKind::Envelope, (line, line), answer, outcome);
        review.parts.insert(0, part);
    }
    review
}

/// Reads an answer without labels: documents in it, and the prose around them, in which places are mentions only.
fn unlabelled(text: &str, labelled: &Labelled<'_>, options: &ReadOptions<'_>) -> Reading {
    let answer = labelled.without_reasoning();
    // Without reasoning, the fences are at other positions.
    let unmoved = answer.len() == text.len();
    let fences = labelled.own_fences().filter(|_| unmoved);
    let (document, rest) = embedded::read(answer, fences, options);
    let mut said = prose::read(&rest, options);
    if document.is_none()
        && said.statements.is_empty()
        && let Some(opened) = opened(&rest, labelled.own_fences().filter(|_| unmoved))
    {
        let inside = prose::read(&opened, options);
        if !inside.statements.is_empty() {
            said = inside;
        }
    }
    let Some(mut reading) = document else {
        // A claim below labels, without a place.
        said.says_clean &= labelled.own().all(|claim| claim.retracted.is_some());
        return said;
    };
    said.demoted(PartReason::BesideDocument);
    reading.mentions.append(&mut said.mentions);
    reading.parts.append(&mut said.parts);
    reading.verdict = reading.verdict.or(said.verdict);
    reading
}

/// The text with those fences open that hold prose: a prompt for another program may be all that names places. `None` if
/// there are none.
fn opened(text: &str, fences: impl Iterator<Item = Range<usize>>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for body in fences {
        let mut above = text.get(at..body.start)?.lines().rev();
        let info = above.next().unwrap_or("");
        let title = above.find(|line| !line.trim().is_empty());
        let language = info.trim_start_matches(['`', '~', ' ', '>']).trim_end();
        let is_prompt = title.is_some_and(words::is_noise);
        if !(matches!(language, "markdown" | "md") || is_prompt) {
            continue;
        }
        out.push_str(
            text[at..body.start]
                .strip_suffix('\n')?
                .strip_suffix(info)?,
        );
        out.push('\n');
        out.push_str(&text[body.clone()]);
        at = body.end + text[body.end..].find('\n').unwrap_or(text.len() - body.end);
    }
    (at > 0).then(|| untagged(&(out + &text[at..])))
}

/// A text without the tags in which prompts put things: `<location> … </location>` is a label, `<code_context>` begins code.
fn untagged(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match TAGGED.captures(line) {
            Some(found) if found.get(2).is_some() => {
                out.push_str(&format!("{}: {}", &found[1], &found[2]));
            }
            Some(found) if found[1].contains("code") => out.push_str("```"),
            Some(_) => {}
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// A review while statements come in, within the limits.
struct Intake {
    review: Review,
    most_citations: usize,
    /// Bytes that findings may still hold. A text whose findings repeat it many times over is hostile.
    copy_budget: usize,
    left_out: u64,
    explain: bool,
    parts: Vec<AnswerPart>,
    /// The part that each finding comes of.
    parts_of_findings: Vec<usize>,
}

impl Intake {
    fn new(text: &str, options: &ReadOptions<'_>) -> Self {
        Self {
            review: Review::default(),
            most_citations: options.max_citations,
            copy_budget: text.len().saturating_mul(COPIES).max(COPIES_AT_LEAST),
            left_out: 0,
            explain: options.explain,
            parts: Vec::new(),
            parts_of_findings: Vec::new(),
        }
    }

    fn is_empty(&self) -> bool {
        self.review.findings.is_empty() && self.review.unlocated.is_empty()
    }

    fn take(&mut self, reading: Reading) {
        self.statements(reading.statements, reading.parts);
        self.review.mentions = reading.mentions;
        self.review.verdict = reading.verdict;
        self.review.says_clean = reading.says_clean;
        self.review.read_as_json = reading.is_document;
    }

    /// Adds statements, and the parts of the answer that these come of.
    fn statements(
        &mut self,
        statements: impl IntoIterator<Item = Statement>,
        parts: impl IntoIterator<Item = AnswerPart>,
    ) {
        let before = self.parts.len();
        if self.explain {
            self.parts.extend(parts);
        }
        for mut statement in statements {
            statement.part += before;
            if statement.cited.is_empty() {
                if let Some(part) = self.parts.get_mut(statement.part)
                    && part.gives_findings()
                {
                    part.outcome = PartOutcome::Unlocated;
                }
                self.review.unlocated.push(UnlocatedFinding {
                    line: statement.line,
                    claim: statement.claim,
                    retracted: statement.retracted,
                });
            } else {
                self.findings(statement);
            }
        }
    }

    /// One finding for each place.
    fn findings(&mut self, statement: Statement) {
        let claim = &statement.claim;
        let held = [&claim.what, &claim.why, &claim.severity_text];
        let held: usize = held.into_iter().flatten().map(String::len).sum();
        self.leave_out(statement.left_out);
        for place in statement.cited {
            let path = place.location.as_ref().map_or(0, |it| it.path.len());
            if self.review.findings.len() >= self.most_citations
                || !self.spend(held + place.text.len() + path)
            {
                self.leave_out(1);
                continue;
            }
            if self.explain {
                self.parts_of_findings.push(statement.part);
            }
            self.review.findings.push(Finding {
                line: statement.line,
                text: place.text,
                location: place.location,
                claim: statement.claim.clone(),
                read_as: statement.read_as,
                link: statement.link.clone(),
                number: statement.number,
                quoted: statement.quoted,
                stands_in_diff: statement.stands_in_diff,
                retracted: statement.retracted.clone(),
                swapped: place.swapped,
            });
        }
    }

    /// What a labelled answer says beside its findings; its verdict outranks another.
    fn directives(&mut self, labelled: &Labelled<'_>) {
        let mut verdict = None;
        let mut says_none = false;
        for (line, text, directive) in labelled.directives() {
            if self.explain {
                let outcome = directive.outcome();
                let part = AnswerPart::new(PartKind::Directive, (line, line), text, outcome);
                self.parts.push(part);
            }
            match directive {
                Directive::Retract(mut retraction) => {
                    let locations = &mut retraction.locations;
                    locations.retain(|location| self.spend(location.path.len()));
                    self.review.retractions.push(retraction);
                }
                Directive::Verdict(said) => verdict = Some(said),
                Directive::None => says_none = true,
            }
        }
        self.review.verdict = verdict.or(self.review.verdict);
        if labelled.has_places() {
            self.review.says_clean = says_none;
            self.review.mentions = labelled.mentions(&self.cited());
        }
    }

    fn cited(&self) -> HashSet<&Location> {
        let findings = self.review.findings.iter();
        let retractions = self.review.retractions.iter();
        findings
            .filter_map(|finding| finding.location.as_ref().ok())
            .chain(retractions.flat_map(|Retraction { locations, .. }| locations))
            .collect()
    }

    fn spend(&mut self, bytes: usize) -> bool {
        let rest = self.copy_budget.checked_sub(bytes);
        self.copy_budget = rest.unwrap_or(self.copy_budget);
        rest.is_some()
    }

    fn leave_out(&mut self, citations: usize) {
        let citations = u64::try_from(citations).unwrap_or(u64::MAX);
        self.left_out = self.left_out.saturating_add(citations);
    }

    /// Gives each part the positions of its findings, as they are once they are sorted.
    fn explain(&mut self) {
        let findings = &self.review.findings;
        let mut sorted: Vec<usize> = (0..self.parts_of_findings.len()).collect();
        sorted.sort_by_key(|at| findings[*at].line);
        for (position, at) in sorted.into_iter().enumerate() {
            let part = self.parts.get_mut(self.parts_of_findings[at]);
            if let Some(PartOutcome::Findings(list)) = part.map(|part| &mut part.outcome) {
                list.push(position);
            }
        }
        for part in &mut self.parts {
            if part.outcome == PartOutcome::Findings(Vec::new()) {
                part.outcome = PartOutcome::Nothing(PartReason::TooMany);
            }
        }
        self.parts.sort_by_key(|part| part.first_line);
    }

    fn review(mut self) -> Review {
        self.explain();
        let mut review = self.review;
        review.parts = self.parts;
        review.findings.sort_by_key(|finding| finding.line);
        review.mentions.sort_by_key(|mention| mention.line);
        let own = |finding: &Finding| finding.quoted.is_none();
        review.says_clean &= !review.findings.iter().any(own);
        if self.left_out > 0 {
            review.faults.push(Fault::TooMany {
                left_out: self.left_out,
            });
        }
        review
    }
}

#[cfg(test)]
mod tests;
