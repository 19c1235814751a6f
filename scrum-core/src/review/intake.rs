//! Findings made of statements, within the limits of what a review may hold.

use std::cell::LazyCell;
use std::collections::HashSet;
use std::iter::repeat_n;

use super::explain::{AnswerPart, PartKind, PartOutcome, PartReason};
use super::labelled::{Directive, Labelled};
use super::options::ReadOptions;
use super::statement::{Reading, Statement};
use super::{Fault, Finding, Retraction, Review, UnlocatedFinding};
use crate::review::location::Location;

/// How many times the size of the text its findings may hold as text, and how much at least, in bytes.
const COPIES: usize = 16;
const COPIES_AT_LEAST: usize = 1 << 20;

/// A review while statements come in, within the limits.
pub(super) struct Intake {
    review: Review,
    most_citations: usize,
    /// Bytes that findings may still hold. A text whose findings repeat it many times over is hostile.
    copy_budget: usize,
    left_out: u64,
    explain: bool,
    pub(super) parts: Vec<AnswerPart>,
    /// The part that each finding comes of.
    parts_of_findings: Vec<usize>,
}

impl Intake {
    pub(super) fn new(text: &str, options: &ReadOptions<'_>) -> Self {
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

    pub(super) fn is_empty(&self) -> bool {
        self.review.findings.is_empty() && self.review.unlocated.is_empty()
    }

    pub(super) fn take(&mut self, reading: Reading) {
        self.statements(reading.statements, reading.parts);
        self.review.mentions = reading.mentions;
        self.review.verdict = reading.verdict;
        self.review.says_clean = reading.says_clean;
        self.review.read_as_json = reading.is_document;
    }

    /// Adds statements, and the parts of the answer that these come of.
    pub(super) fn statements(
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
        let claims = repeat_n(statement.claim, statement.cited.len());
        for (place, claim) in statement.cited.into_iter().zip(claims) {
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
                claim,
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
    pub(super) fn directives(&mut self, labelled: &Labelled<'_>) {
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
            self.review.mentions = {
                // Most answers name no place beside their labels.
                let cited = LazyCell::new(|| self.cited());
                labelled.mentions(|location| cited.contains(location))
            };
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

    pub(super) fn review(mut self) -> Review {
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
