//! One bundle of the tally: its reviewers, its findings, and the locations and issues that they form.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use super::assignment::Assignment;
use super::ground::WaveIndex;
use super::group::{MAX_COMPARED, group};
use super::lineage::LineageSet;
use super::resolver::{LocationKey, Resolver};
use super::review_state::{
    ReviewState, is_cut_off, judge, relative_to_others, tokens_out, two_decimals,
};
use super::reviewer::{Counted, ReviewerOutcome};
use super::votes::Votes;
use super::{
    Buckets, BundleTally, FindingRecord, IssueRecord, LocationRecord, ReviewerRow, Totals,
};
use crate::review::{Review, UnlocatedFinding};

/// Data shared by all bundles.
pub(super) struct BundleBuilder<'a> {
    ids: &'a [String],
    assignments: &'a [Assignment],
    resolver: &'a Resolver<'a>,
    bytes: Vec<u64>,
    near_lines: u32,
}

/// A bundle's part of the tally, with the data for the totals.
pub(super) struct BuiltBundle {
    pub(super) tally: BundleTally,
    /// For each location whether it is convergent.
    pub(super) locations: Vec<(LocationKey, bool)>,
    pub(super) warnings: Vec<String>,
}

impl<'a> BundleBuilder<'a> {
    pub(super) fn new(
        ids: &'a [String],
        assignments: &'a [Assignment],
        resolver: &'a Resolver<'a>,
        wave_index: Option<&WaveIndex>,
        near_lines: u32,
    ) -> Self {
        let bundles = wave_index
            .iter()
            .flat_map(|wave_index| wave_index.bundles());
        Self {
            ids,
            assignments,
            resolver,
            bytes: bundles.map(|(_, bytes)| bytes).collect(),
            near_lines,
        }
    }

    /// Builds the bundle at `at`, whose assignments are those from `first` on with these outcomes. `counted` are the
    /// findings that belong to it, in any order.
    pub(super) fn build(
        &self,
        at: usize,
        first: usize,
        outcomes: Vec<ReviewerOutcome>,
        counted: Vec<Counted>,
    ) -> BuiltBundle {
        let bytes = self.bytes.get(at).copied();
        let rows = self.rows(first..first + outcomes.len(), &outcomes, bytes);
        let usable: BTreeSet<&LineageSet> = rows
            .iter()
            .filter(|row| row.state.is_usable())
            .map(|row| &row.lineages)
            .collect();
        let mut votes = Votes::new(usable);
        let reviewed_by = votes.most;

        let (keys, findings) = self.findings(at, counted, &votes);
        let locations = locations(&keys, &findings, &mut votes);
        let (issues, warnings) = self.issues(at, &findings, &locations, &mut votes);
        let known = locations.iter().map(|location| {
            let first = location.findings[0];
            (keys[first], location.convergence >= 2)
        });
        let known: Vec<(LocationKey, bool)> = known.collect();

        let mut tally = BundleTally {
            id: self.ids[at].clone(),
            bytes,
            totals: Totals {
                findings: findings.len() as u64,
                issues: issues.len() as u64,
                agreed: issues.iter().filter(|issue| issue.is_agreed()).count() as u64,
                distinct: locations.len() as u64,
                convergent: known.iter().filter(|(_, convergent)| *convergent).count() as u64,
            },
            reviewed_by,
            buckets: Buckets::default(),
            findings_without_location: Vec::new(),
            unmatched_retractions: Vec::new(),
            reviewers: Vec::new(),
            findings,
            locations,
            issues,
            mentions: Vec::new(),
            set_aside: Vec::new(),
        };
        drop(votes);
        tally.reviewers = rows;
        for outcome in outcomes {
            tally.buckets.join(&outcome.buckets);
            tally.set_aside.extend(outcome.set_aside);
            tally.mentions.extend(outcome.mentions);
            tally.findings_without_location.extend(outcome.unlocated);
            tally.unmatched_retractions.extend(outcome.unmatched);
        }
        BuiltBundle {
            tally,
            locations: known,
            warnings,
        }
    }

    fn rows(
        &self,
        assignments: Range<usize>,
        outcomes: &[ReviewerOutcome],
        bytes: Option<u64>,
    ) -> Vec<ReviewerRow> {
        let mut rows: Vec<ReviewerRow> = self.assignments[assignments]
            .iter()
            .zip(outcomes)
            .map(|(assignment, outcome)| row(assignment, outcome))
            .collect();
        let spoke: Vec<usize> = (0..rows.len())
            .filter(|at| rows[*at].tokens_out.is_some())
            .collect();
        let tokens: Vec<u64> = spoke.iter().filter_map(|at| rows[*at].tokens_out).collect();
        for (at, relative) in spoke.into_iter().zip(relative_to_others(&tokens)) {
            let row = &mut rows[at];
            row.relative_tokens = relative;
            row.tokens_per_kb = bytes
                .filter(|bytes| *bytes > 0)
                .zip(row.tokens_out)
                .map(|(bytes, tokens)| two_decimals(tokens as f64 * 1000.0 / bytes as f64));
        }
        rows
    }

    /// The findings by path, lines, symbol and reviewer.
    fn findings(
        &self,
        at: usize,
        mut counted: Vec<Counted>,
        votes: &Votes<'_>,
    ) -> (Vec<LocationKey>, Vec<FindingRecord>) {
        let name = |key: &LocationKey| {
            let symbol = key.symbol.map(|symbol| &self.resolver.symbols[symbol]);
            (&self.resolver.paths[key.path], key.lines, symbol)
        };
        counted.sort_by(|a, b| {
            let order = name(&a.resolved.key).cmp(&name(&b.resolved.key));
            let reviewer = |counted: &Counted| &self.assignments[counted.assignment].reviewer;
            order.then_with(|| reviewer(a).cmp(reviewer(b)))
        });
        let keys = counted.iter().map(|counted| counted.resolved.key).collect();
        let findings = counted.into_iter();
        let findings = findings.map(|counted| self.finding(at, counted, votes));
        (keys, findings.collect())
    }

    fn finding(&self, at: usize, counted: Counted, votes: &Votes<'_>) -> FindingRecord {
        let assignment = &self.assignments[counted.assignment];
        let Counted {
            finding, resolved, ..
        } = counted;
        let native = assignment.bundle == at;
        let has_vote = native || votes.has_usable(&assignment.lineages);
        let mut flags = resolved.flags;
        if !has_vote {
            let name = &assignment.reviewer;
            flags.push(format!(
                "{name} has no vote here: no usable review of its lineage in this bundle"
            ));
        }
        flags.sort_unstable();
        flags.dedup();
        let LocationKey {
            path,
            lines,
            symbol,
        } = resolved.key;
        let claim = finding.claim;
        FindingRecord {
            reviewer: assignment.reviewer.clone(),
            lineages: assignment.lineages.clone(),
            path: self.resolver.paths[path].clone(),
            start: lines.map(|lines| lines.start),
            end: lines.map(|lines| lines.end),
            old_side: lines
                .or(resolved.symbol_lines)
                .is_some_and(|lines| lines.old_side),
            symbol: symbol.map(|symbol| self.resolver.symbols[symbol].clone()),
            symbol_start: resolved.symbol_lines.map(|lines| lines.start),
            symbol_end: resolved.symbol_lines.map(|lines| lines.end),
            severity: claim.severity,
            severity_text: claim.severity_text.filter(|_| claim.severity.is_none()),
            what: claim.what,
            why: claim.why,
            review_line: finding.line,
            read_as: finding.read_as,
            grounding: resolved.grounding,
            from_bundle: (!native).then(|| self.ids[assignment.bundle].clone()),
            flags,
            link: finding.link,
            votes: has_vote,
        }
    }

    /// The issues of all files, by first finding, and what could not be compared.
    fn issues(
        &self,
        at: usize,
        findings: &[FindingRecord],
        locations: &[LocationRecord],
        votes: &mut Votes<'_>,
    ) -> (Vec<IssueRecord>, Vec<String>) {
        let mut location_of = vec![0; findings.len()];
        for (number, location) in locations.iter().enumerate() {
            for finding in &location.findings {
                location_of[*finding] = number;
            }
        }
        let mut issues = Vec::new();
        let mut warnings = Vec::new();
        let mut offset = 0;
        for of_file in findings.chunk_by(|a, b| a.path == b.path) {
            let grouping = group(of_file, self.near_lines);
            if let Some(count) = grouping.divided {
                warnings.push(format!(
                    "bundle {}: {count} findings overlap in {}; they are compared in parts of {MAX_COMPARED}, \
                     so agreement between parts is not found",
                    self.ids[at], of_file[0].path
                ));
            }
            let first = issues.len();
            for group in grouping.groups {
                let members: Vec<usize> = group.members.iter().map(|at| at + offset).collect();
                let shared = most_shared(&members, &location_of);
                let at_location = &findings[locations[shared].findings[0]];
                let lines = at_location.lines();
                issues.push(IssueRecord {
                    path: at_location.path.clone(),
                    start: lines.map(|lines| lines.start),
                    end: lines.map(|lines| lines.end),
                    old_side: lines.is_some_and(|lines| lines.old_side),
                    symbol: at_location.symbol.clone(),
                    severity: members.iter().filter_map(|at| findings[*at].severity).max(),
                    convergence: votes.count(voting(&members, findings)),
                    reviewed_by: votes.most,
                    similarity: group.similarity,
                    others: group.others.iter().map(|other| other + first).collect(),
                    others_left_out: group.others_left_out,
                    since: None,
                    triage: None,
                    findings: members,
                });
            }
            offset += of_file.len();
        }
        issues.shrink_to_fit();
        (issues, warnings)
    }
}

/// Consecutive findings with equal keys.
fn locations(
    keys: &[LocationKey],
    findings: &[FindingRecord],
    votes: &mut Votes<'_>,
) -> Vec<LocationRecord> {
    let mut locations = Vec::new();
    let mut first = 0;
    for same in keys.chunk_by(|a, b| a == b) {
        let members: Vec<usize> = (first..first + same.len()).collect();
        let one = &findings[first];
        locations.push(LocationRecord {
            path: one.path.clone(),
            start: one.start,
            end: one.end,
            old_side: one.old_side,
            symbol: one.symbol.clone(),
            severity: members.iter().filter_map(|at| findings[*at].severity).max(),
            convergence: votes.count(voting(&members, findings)),
            reviewed_by: votes.most,
            findings: members,
        });
        first += same.len();
    }
    locations.shrink_to_fit();
    locations
}

/// The location that most members cite; the first, if there are several.
fn most_shared(members: &[usize], location_of: &[usize]) -> usize {
    let mut at: Vec<usize> = members.iter().map(|member| location_of[*member]).collect();
    at.sort_unstable();
    let shared = at.chunk_by(|a, b| a == b);
    let best = shared.max_by_key(|same| (same.len(), std::cmp::Reverse(same[0])));
    best.map_or(0, |same| same[0])
}

/// The lineages of the findings that vote.
fn voting<'a>(
    members: &'a [usize],
    findings: &'a [FindingRecord],
) -> impl Iterator<Item = &'a LineageSet> {
    let members = members.iter().map(|at| &findings[*at]);
    members
        .filter(|finding| finding.votes)
        .map(|finding| &finding.lineages)
}

fn row(assignment: &Assignment, outcome: &ReviewerOutcome) -> ReviewerRow {
    let buckets = outcome.buckets;
    let sidecar = assignment.sidecar.as_ref();
    let cut_off = is_cut_off(sidecar);
    let joined = joined(&assignment.reviews);
    let error = sidecar.and_then(|sidecar| sidecar.error.clone());
    let (state, reason) = match (&joined, &assignment.failed) {
        (Some(review), _) if error.is_none() || review.bytes > 0 || spoke(review, &buckets) => {
            judge(review, &buckets, cut_off)
        }
        (Some(_), _) => (ReviewState::Failed, error),
        (None, Some(reason)) => (ReviewState::Failed, Some(reason.clone())),
        (None, None) if assignment.not_asked => (ReviewState::NotAsked, None),
        (None, None) => (ReviewState::Missing, None),
    };
    let tokens = joined
        .as_ref()
        .map(|review| tokens_out(review.bytes, sidecar));
    ReviewerRow {
        reviewer: assignment.reviewer.clone(),
        lineages: assignment.lineages.clone(),
        lineage_source: assignment.lineage_source.clone(),
        model: sidecar.and_then(|sidecar| sidecar.model.clone()),
        state,
        reason,
        findings: buckets.counted,
        findings_without_location: joined
            .as_ref()
            .map_or(0, |review| standing(&review.unlocated)),
        mentions: outcome.mentions.len() as u64,
        buckets,
        tokens_out: tokens.map(|(tokens, _)| tokens),
        tokens_estimated: tokens.is_some_and(|(_, estimated)| estimated),
        tokens_per_kb: None,
        relative_tokens: None,
        verdict: joined.as_ref().and_then(|review| review.verdict),
        cut_off,
        read_as_json: joined.as_ref().is_some_and(|review| review.read_as_json),
        carried_over_from: sidecar
            .and_then(|sidecar| sidecar.carried_over_from.clone())
            .filter(|_| joined.is_some()),
    }
}

/// Whether a review without a text of its own has any content.
fn spoke(review: &Review, buckets: &Buckets) -> bool {
    buckets.citations > 0 || !review.unlocated.is_empty()
}

/// Merges several reviews of one assignment; a single one is returned as it is.
fn joined(reviews: &[Review]) -> Option<Cow<'_, Review>> {
    let (first, more) = reviews.split_first()?;
    if more.is_empty() {
        return Some(Cow::Borrowed(first));
    }
    let mut joined = first.clone();
    for review in more {
        joined.unlocated.extend(review.unlocated.iter().cloned());
        joined.says_clean |= review.says_clean;
        joined.verdict = joined.verdict.or(review.verdict);
        joined.read_as_json |= review.read_as_json;
        joined.bytes += review.bytes;
    }
    Some(Cow::Owned(joined))
}

/// The number of findings without a location that were not retracted.
fn standing(unlocated: &[UnlocatedFinding]) -> u64 {
    let standing = unlocated
        .iter()
        .filter(|finding| finding.retracted.is_none());
    standing.count() as u64
}
