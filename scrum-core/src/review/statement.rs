//! What the three readers (labelled, document, prose) give to the pipeline, which makes findings of it.

use super::explain::{AnswerPart, PartOutcome, PartReason};
use super::span::cut;
use super::{Claim, InferredRetraction, Mention, QuoteEvidence, ReadAs, ReviewVerdict};
use crate::review::location::{Citation, Location, Malformed};

/// The longest claim that is kept, in bytes.
pub(super) const LONGEST_CLAIM: usize = 4096;
/// The longest text of a citation that is kept, in bytes.
pub(super) const LONGEST_TEXT: usize = 200;

/// A claim, and the places that one line of the answer cites for it.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    /// 1-based.
    pub(super) line: u32,
    /// None if the claim names no place.
    pub(super) cited: Vec<CitedPlace>,
    /// How many more citations the line has than are read.
    pub(super) left_out: usize,
    pub(super) claim: Claim,
    pub(super) read_as: ReadAs,
    pub(super) number: Option<u32>,
    pub(super) link: Option<String>,
    pub(super) quoted: Option<QuoteEvidence>,
    pub(super) stands_in_diff: bool,
    pub(super) retracted: Option<InferredRetraction>,
    /// The part of the answer that it comes of, by its position in the list of them.
    pub(super) part: usize,
}

/// A citation, or why a value is none.
#[derive(Debug, Clone)]
pub(super) struct CitedPlace {
    /// As written.
    pub(super) text: String,
    pub(super) location: Result<Location, Malformed>,
    pub(super) swapped: bool,
}

/// What a document or a text in prose says.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) statements: Vec<Statement>,
    pub(super) mentions: Vec<Mention>,
    pub(super) verdict: Option<ReviewVerdict>,
    /// It says as a whole that it found nothing.
    pub(super) says_clean: bool,
    pub(super) is_document: bool,
    /// Empty unless they are wanted.
    pub(super) parts: Vec<AnswerPart>,
}

impl Reading {
    /// What this document and a later one of the same answer say. The later verdict counts.
    pub(super) fn followed_by(mut self, later: Self) -> Self {
        let parts = self.parts.len();
        self.statements
            .extend(later.statements.into_iter().map(|said| Statement {
                part: said.part + parts,
                ..said
            }));
        self.parts.extend(later.parts);
        self.mentions.extend(later.mentions);
        Self {
            verdict: later.verdict.or(self.verdict),
            says_clean: later.says_clean && self.says_clean,
            is_document: later.is_document,
            ..self
        }
    }

    /// Its places as mentions, for a reason.
    pub(super) fn demoted(&mut self, reason: PartReason) {
        let statements = std::mem::take(&mut self.statements);
        self.mentions
            .extend(statements.into_iter().flat_map(Statement::into_mentions));
        for part in self.parts.iter_mut().filter(|part| part.gives_findings()) {
            part.outcome = PartOutcome::Nothing(reason);
        }
    }
}

impl Statement {
    pub(super) fn new(line: u32, read_as: ReadAs, claim: Claim) -> Self {
        Self {
            line,
            cited: Vec::new(),
            left_out: 0,
            claim,
            read_as,
            number: None,
            link: None,
            quoted: None,
            stands_in_diff: false,
            retracted: None,
            part: 0,
        }
    }

    /// Its places as mentions; malformed ones are left out.
    pub(super) fn into_mentions(self) -> impl Iterator<Item = Mention> {
        let line = self.line;
        self.cited.into_iter().filter_map(move |place| {
            Some(Mention {
                line,
                text: place.text,
                location: place.location.ok()?,
            })
        })
    }
}

impl CitedPlace {
    /// A citation as read; `written` is the text of a malformed one.
    pub(super) fn new(read: Result<Citation, Malformed>, written: &str) -> Self {
        match read {
            Ok(citation) => Self {
                text: citation.text,
                location: Ok(citation.location),
                swapped: citation.swapped,
            },
            Err(malformed) => Self {
                text: cut(written, LONGEST_TEXT).into_owned(),
                location: Err(malformed),
                swapped: false,
            },
        }
    }
}
