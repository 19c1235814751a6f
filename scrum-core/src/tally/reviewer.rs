//! One reviewer's answers: resolves locations, and removes retracted findings and repeats. After this the buckets are
//! final.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::assignment::Assignment;
use super::resolver::{LocationKey, Resolved, Resolver};
use super::retract::Retractions;
use super::{Bucket, Buckets, MentionRecord, RetractionRecord, SetAside, UnlocatedRecord};
use crate::control::{Cancelled, Control};
use crate::review::{Finding, QuoteEvidence, Review, UnlocatedFinding};

/// The result for the citations of one assignment.
#[derive(Debug, Default)]
pub(super) struct ReviewerOutcome {
    pub(super) buckets: Buckets,
    /// By line of the review.
    pub(super) set_aside: Vec<SetAside>,
    pub(super) unlocated: Vec<UnlocatedRecord>,
    pub(super) unmatched: Vec<RetractionRecord>,
    pub(super) mentions: Vec<MentionRecord>,
    pub(super) warnings: Vec<String>,
}

/// A finding that counts.
#[derive(Debug)]
pub(super) struct Counted {
    /// Index of the assignment whose review says it.
    pub(super) assignment: usize,
    /// Boxed: it is moved several times.
    pub(super) finding: Box<Finding>,
    pub(super) resolved: Resolved,
}

/// The outcome of each assignment of one reviewer, by its index, and the findings that count.
pub(super) type Reviewed = (Vec<(usize, ReviewerOutcome)>, Vec<Counted>);

/// Processes one reviewer's assignments, given with their indices in the order of the bundles. The findings are moved
/// out of the reviews; the rest stays, to determine the states.
pub(super) fn review(
    assignments: Vec<(usize, &mut Assignment)>,
    ids: &[String],
    resolver: &Resolver<'_>,
    control: &Control,
) -> Result<Reviewed, Cancelled> {
    let mut outcomes = Vec::with_capacity(assignments.len());
    let mut live = Vec::new();
    let mut own = Vec::with_capacity(assignments.len());
    for (at, assignment) in assignments {
        let mut outcome = ReviewerOutcome::default();
        let bundle = assignment.bundle;
        for review in &mut assignment.reviews {
            control.check()?;
            let findings = std::mem::take(&mut review.findings);
            let retracted = Retractions::new(resolver, bundle, review, &findings);
            outcome.note(&ids[bundle], &assignment.reviewer, review, &retracted);
            outcome.mention(&assignment.reviewer, review, resolver);
            for (number, finding) in findings.into_iter().enumerate() {
                let by = retracted.by(number);
                match disposition(resolver, bundle, review, &finding, by) {
                    Ok(resolved) => live.push(Counted {
                        assignment: at,
                        finding: Box::new(finding),
                        resolved,
                    }),
                    Err((bucket, reason)) => {
                        outcome.set_aside(&assignment.reviewer, finding, bucket, reason);
                    }
                }
            }
        }
        own.push((at, bundle, assignment.reviewer.as_str()));
        outcomes.push((at, outcome));
    }
    let counted = dedupe(live, &own, ids, &mut outcomes);
    for (_, outcome) in &mut outcomes {
        outcome.set_aside.sort_by_key(|record| record.review_line);
    }
    Ok((outcomes, counted))
}

/// Whether a finding can count; otherwise its bucket and the reason.
fn disposition(
    resolver: &Resolver<'_>,
    bundle: usize,
    review: &Review,
    finding: &Finding,
    retracted: Option<u32>,
) -> Result<Resolved, (Bucket, String)> {
    let location = match &finding.location {
        Ok(location) => location,
        Err(malformed) => return Err((Bucket::Malformed, malformed.to_string())),
    };
    if let Some(evidence) = finding.quoted {
        return Err((Bucket::Echoed, quoted_reason(evidence).to_owned()));
    }
    let mut resolved = resolver.resolve(bundle, location);
    if let Some(fault) = resolved.fault.take() {
        return Err(fault);
    }
    if let Some(line) = retracted {
        return Err((Bucket::Retracted, format!("at line {line} of the review")));
    }
    if let Some(inferred) = &finding.retracted {
        let reason = format!(
            "in plain words at line {} (inferred): {}",
            inferred.line, inferred.phrase
        );
        return Err((Bucket::Retracted, reason));
    }
    let told = [
        (finding.swapped, "the range was written backwards"),
        (finding.stands_in_diff, "the same line is in the diff"),
        (review.read_as_json, "read as JSON"),
    ];
    let told = told.iter().filter(|(applies, _)| *applies);
    resolved
        .flags
        .extend(told.map(|(_, text)| (*text).to_owned()));
    Ok(resolved)
}

/// Removes repeats of a location. The first citation counts, preferably one from a review of the location's own bundle.
/// It gets the highest severity of all and, if it has no words, those of the next one that has.
fn dedupe(
    live: Vec<Counted>,
    own: &[(usize, usize, &str)],
    ids: &[String],
    outcomes: &mut [(usize, ReviewerOutcome)],
) -> Vec<Counted> {
    let position = |assignment: usize| own.partition_point(|(at, ..)| *at < assignment);
    let (native, foreign): (Vec<Counted>, Vec<Counted>) = live
        .into_iter()
        .partition(|counted| own[position(counted.assignment)].1 == counted.resolved.bundle);
    let mut first: HashMap<(usize, LocationKey), usize> = HashMap::new();
    let mut counted: Vec<Counted> = Vec::with_capacity(native.len() + foreign.len());
    for repeat in native.into_iter().chain(foreign) {
        let at = position(repeat.assignment);
        let outcome = &mut outcomes[at].1;
        match first.entry((repeat.resolved.bundle, repeat.resolved.key)) {
            Entry::Vacant(entry) => {
                entry.insert(counted.len());
                outcome.buckets.add(Bucket::Counted);
                counted.push(repeat);
            }
            Entry::Occupied(entry) => {
                let first = &mut counted[*entry.get()];
                let reason = if first.assignment == repeat.assignment {
                    format!("already said at line {}", first.finding.line)
                } else {
                    let id = &ids[own[position(first.assignment)].1];
                    format!(
                        "already said in the review of {id} at line {}",
                        first.finding.line
                    )
                };
                absorb(first, &repeat);
                outcome.set_aside(own[at].2, *repeat.finding, Bucket::Duplicate, reason);
            }
        }
    }
    counted
}

/// Adds to the first citation what only a repeat has.
fn absorb(first: &mut Counted, repeat: &Counted) {
    let (claim, more) = (&mut first.finding.claim, &repeat.finding.claim);
    if more.severity > claim.severity {
        claim.severity = more.severity;
    }
    if claim.what.is_none() && claim.why.is_none() {
        claim.what.clone_from(&more.what);
        claim.why.clone_from(&more.why);
    }
    first.resolved.grounding = first.resolved.grounding.min(repeat.resolved.grounding);
    first
        .resolved
        .flags
        .extend(repeat.resolved.flags.iter().cloned());
}

impl ReviewerOutcome {
    fn set_aside(&mut self, reviewer: &str, finding: Finding, bucket: Bucket, reason: String) {
        self.buckets.add(bucket);
        self.set_aside.push(SetAside {
            reviewer: reviewer.to_owned(),
            text: finding.text,
            review_line: finding.line,
            bucket,
            reason,
            severity: finding.claim.severity,
            what: finding.claim.what,
            why: finding.claim.why,
        });
    }

    /// Lists the findings without a location and the retractions that match nothing.
    fn note(&mut self, id: &str, reviewer: &str, review: &Review, retracted: &Retractions) {
        if retracted.exhausted {
            self.warnings.push(format!(
                "bundle {id}, {reviewer}: too many retractions; the rest are listed as unmatched"
            ));
        }
        let unmatched = retracted
            .unmatched
            .iter()
            .map(|at| &review.retractions[*at]);
        self.unmatched
            .extend(unmatched.map(|retraction| RetractionRecord {
                bundle: id.to_owned(),
                reviewer: reviewer.to_owned(),
                text: retraction.text.clone(),
                review_line: retraction.line,
            }));
        let unlocated = review.unlocated.iter();
        self.unlocated
            .extend(unlocated.map(|finding| unlocated_record(id, reviewer, finding)));
    }

    fn mention(&mut self, reviewer: &str, review: &Review, resolver: &Resolver<'_>) {
        self.mentions.extend(review.mentions.iter().map(|mention| {
            let lines = mention.location.lines;
            MentionRecord {
                reviewer: reviewer.to_owned(),
                path: resolver.path(&mention.location).to_owned(),
                start: lines.map(|lines| lines.start),
                end: lines.map(|lines| lines.end),
                old_side: lines.is_some_and(|lines| lines.old_side),
                symbol: mention.location.symbol.clone(),
                review_line: mention.line,
            }
        }));
    }
}

fn unlocated_record(id: &str, reviewer: &str, finding: &UnlocatedFinding) -> UnlocatedRecord {
    let claim = &finding.claim;
    UnlocatedRecord {
        bundle: id.to_owned(),
        reviewer: reviewer.to_owned(),
        severity: claim.severity,
        severity_text: claim
            .severity_text
            .clone()
            .filter(|_| claim.severity.is_none()),
        what: claim.what.clone(),
        why: claim.why.clone(),
        review_line: finding.line,
        retracted_line: finding.retracted.as_ref().map(|words| words.line),
    }
}

fn quoted_reason(evidence: QuoteEvidence) -> &'static str {
    match evidence {
        QuoteEvidence::Gutter => "quoted: begins with a diff mark or a line number",
        QuoteEvidence::QuotingFence => "quoted: in a fenced block that quotes the diff",
        QuoteEvidence::WholeBlock => "quoted: the whole block is in the diff or the prompt",
    }
}
