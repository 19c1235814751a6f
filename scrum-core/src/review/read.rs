//! From an answer's bytes to its review: the stages, in order.
//!
//! Bytes are decoded; an envelope is opened. What is left is a document, or has the prompt's labels, or is prose with a
//! document in it perhaps. Each of the three readers gives statements, of which [`Intake`] makes findings.

use super::explain::{AnswerPart, PartKind, PartOutcome, PartReason};
use super::intake::Intake;
use super::labelled::{self, Labelled, QuoteIndex};
use super::line_counter::LineCounter;
use super::options::ReadOptions;
use super::statement::Reading;
use super::{Review, decode, document, embedded, envelope, fenced_prompt, prose};

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
        if let Some(reading) = document::read(said, text, options.explain) {
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
        && let Some(opened) =
            fenced_prompt::opened(&rest, labelled.own_fences().filter(|_| unmoved))
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

#[cfg(test)]
mod tests;
