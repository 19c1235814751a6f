//! Compares two waves: the status of each old issue, and the new ones.

use std::collections::{BTreeMap, BTreeSet};

use super::carry::{Carried, Carry, Fate};
use super::held::Holders;
use super::matching::{Claimed, Match, MatchIssue, pair_up};
use super::record::{
    Comparison, ComparisonTotals, Engagement, Entry, FindingRef, Place, SCHEMA, Status, WaveSide,
};
use crate::tally::lineage::LineageSet;
use crate::tally::{BaselineRecord, BundleTally, IssueRecord, Since, Tally};
use crate::wave::manifest::Manifest;

/// Compares the tallies of two waves. `carry` maps the old wave's head to the new one's; `manifest` is the new wave's.
/// The result depends on nothing else.
pub fn compare(old: &Tally, new: &Tally, manifest: &Manifest, carry: &Carry) -> Comparison {
    let (old_issues, new_issues) = (Issues::of(old), Issues::of(new));
    let carried: Vec<Vec<Carried>> = old_issues.all.iter().map(|at| at.carried(carry)).collect();
    let before: Vec<MatchIssue<'_>> = old_issues
        .all
        .iter()
        .zip(&carried)
        .map(|(at, carried)| MatchIssue {
            // A file that is gone keeps its name: a wave may report on deleted files, too.
            path: carried
                .iter()
                .find_map(|to| to.path.as_deref())
                .unwrap_or(&at.issue.path),
            old_path: &at.issue.path,
            claims: at
                .findings()
                .map(Claimed::Finding)
                .zip(carried.iter().map(|to| to.lines))
                .collect(),
        })
        .collect();
    let after: Vec<MatchIssue<'_>> = new_issues
        .all
        .iter()
        .map(|at| MatchIssue {
            path: &at.issue.path,
            old_path: &at.issue.path,
            claims: at
                .findings()
                .map(|finding| (Claimed::Finding(finding), finding.lines()))
                .collect(),
        })
        .collect();
    let (groups, lone) = pair_up(&before, &after, new.near_lines);
    let holders = Holders::new(manifest);
    let mut entries: Vec<Entry> = Vec::new();
    for group in groups {
        entries.push(persisting(&group, &old_issues, &new_issues, &carried));
    }
    for at in lone.old {
        let issue = &old_issues.all[at];
        entries.push(unrepeated(issue, &carried[at], &holders, new));
    }
    for at in lone.new {
        entries.push(appeared(&new_issues.all[at]));
    }
    entries.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut totals = ComparisonTotals::default();
    entries.iter().for_each(|entry| totals.count(entry.status));
    Comparison {
        schema: SCHEMA.to_owned(),
        totals,
        old: side(old),
        new: side(new),
        findings: entries,
        engagement: engagement(old, new),
    }
}

impl Comparison {
    /// Marks in the new wave's tally which issues are new since the old one.
    pub fn mark(&self, tally: &mut Tally) {
        let mut since: BTreeMap<(&str, usize), Since> = BTreeMap::new();
        for entry in &self.findings {
            let is = match entry.status {
                Status::New => Since::New,
                _ => Since::Persisting,
            };
            for of in &entry.new_findings {
                since.insert((&of.bundle, of.finding), is);
            }
        }
        for bundle in &mut tally.bundles {
            for issue in &mut bundle.issues {
                let first = issue.findings.first();
                issue.since = first.and_then(|at| since.get(&(bundle.id.as_str(), *at)).copied());
            }
        }
        tally.baseline = Some(BaselineRecord {
            wave: self.old.wave.clone(),
            new: self.totals.new,
            persisting: self.totals.persisting,
            gone: self.totals.gone,
        });
    }
}

/// An issue with its bundle.
struct IssueAt<'t> {
    bundle: &'t BundleTally,
    issue: &'t IssueRecord,
}

/// All issues of a tally, in its order.
struct Issues<'t> {
    all: Vec<IssueAt<'t>>,
}

impl<'t> Issues<'t> {
    fn of(tally: &'t Tally) -> Self {
        let bundles = tally.bundles.iter();
        let all = bundles.flat_map(|bundle| {
            let issues = bundle.issues.iter();
            issues.map(move |issue| IssueAt { bundle, issue })
        });
        Self { all: all.collect() }
    }
}

impl<'t> IssueAt<'t> {
    fn findings(&self) -> impl Iterator<Item = &'t crate::tally::FindingRecord> + use<'t> {
        self.bundle.findings_of(self.issue)
    }

    fn refs(&self) -> impl Iterator<Item = FindingRef> + '_ {
        self.issue.findings.iter().map(|at| FindingRef {
            bundle: self.bundle.id.clone(),
            finding: *at,
        })
    }

    fn carried(&self, carry: &Carry) -> Vec<Carried> {
        self.findings()
            .map(|finding| carry.carry(&finding.path, finding.lines()))
            .collect()
    }

    fn place(&self) -> Place {
        Place::new(self.issue.path.clone(), self.issue.lines())
    }

    fn what(&self) -> Option<String> {
        self.findings()
            .find_map(|finding| finding.what.clone().or_else(|| finding.why.clone()))
    }
}

/// Where an issue's lines are now: those of the findings that determine its location.
fn mapped(at: &IssueAt<'_>, carried: &[Carried]) -> Option<Place> {
    let own = at.issue.lines();
    let own = at
        .findings()
        .zip(carried)
        .find(|(finding, _)| finding.lines() == own)
        .map(|(_, to)| to);
    // If these lines are gone, use those of any finding.
    let left = |to: &&Carried| to.path.is_some() && (own.is_none() || to.fate != Fate::Vanished);
    let to = own
        .filter(left)
        .or_else(|| carried.iter().find(|to| to.fate != Fate::Vanished))?;
    Some(Place::new(to.path.clone()?, to.lines))
}

fn names<'t>(issues: impl Iterator<Item = &'t IssueAt<'t>>) -> BTreeSet<String> {
    issues
        .flat_map(IssueAt::findings)
        .map(|finding| finding.reviewer.clone())
        .collect()
}

fn persisting(
    group: &Match,
    old: &Issues<'_>,
    new: &Issues<'_>,
    carried: &[Vec<Carried>],
) -> Entry {
    let before: Vec<&IssueAt<'_>> = group.old.iter().map(|at| &old.all[*at]).collect();
    let after: Vec<&IssueAt<'_>> = group.new.iter().map(|at| &new.all[*at]).collect();
    let all = || before.iter().chain(&after).copied();
    let severity = |issues: &[&IssueAt<'_>]| issues.iter().filter_map(|at| at.issue.severity).max();
    let fate = fate(&carried[group.old[0]]);
    Entry {
        status: Status::Persisting,
        old: Some(before[0].place()),
        mapped: mapped(before[0], &carried[group.old[0]]),
        new: Some(after[0].place()),
        reviewers: names(all()).into_iter().collect(),
        severity: severity(&after),
        old_severity: severity(&before),
        what: after
            .iter()
            .find_map(|at| at.what())
            .or_else(|| before.iter().find_map(|at| at.what())),
        reason: format!("found again; its lines {}", fate_in_words(fate)),
        similarity: Some(group.similarity),
        agreed: after.iter().any(|at| at.issue.is_agreed()),
        old_findings: before.iter().flat_map(|at| at.refs()).collect(),
        new_findings: after.iter().flat_map(|at| at.refs()).collect(),
    }
}

fn appeared(at: &IssueAt<'_>) -> Entry {
    Entry {
        status: Status::New,
        old: None,
        mapped: None,
        new: Some(at.place()),
        reviewers: names(std::iter::once(at)).into_iter().collect(),
        severity: at.issue.severity,
        old_severity: None,
        what: at.what(),
        reason: "the old wave has no similar issue at these lines".to_owned(),
        similarity: None,
        agreed: at.issue.is_agreed(),
        old_findings: Vec::new(),
        new_findings: at.refs().collect(),
    }
}

/// An old issue that the new wave does not repeat.
fn unrepeated(at: &IssueAt<'_>, carried: &[Carried], holders: &Holders<'_>, new: &Tally) -> Entry {
    let mut bundles: BTreeSet<usize> = BTreeSet::new();
    for (finding, to) in at.findings().zip(carried) {
        let path = to.path.as_deref().unwrap_or(&finding.path);
        bundles.extend(holders.of(path, to.lines));
    }
    let holding: Vec<&BundleTally> = bundles
        .iter()
        .filter_map(|bundle| {
            let id = holders.id(*bundle);
            new.bundles.iter().find(|tally| tally.id == id)
        })
        .collect();
    let again: BTreeSet<String> = holding
        .iter()
        .flat_map(|bundle| &bundle.reviewers)
        .filter(|row| row.state.is_usable())
        .filter(|row| {
            at.findings().any(|finding| {
                finding.reviewer == row.reviewer || finding.lineages.shares_with(&row.lineages)
            })
        })
        .map(|row| row.reviewer.clone())
        .collect();
    let fate = fate(carried);
    let reporters = names(std::iter::once(at));
    let listed = |names: &BTreeSet<String>| -> String {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.join(", ")
    };
    let (status, reason) = if again.is_empty() {
        let reason = if bundles.is_empty() {
            "no bundle of the new wave has the file".to_owned()
        } else {
            let ids: Vec<&str> = bundles.iter().map(|at| holders.id(*at)).collect();
            format!(
                "no reviewer of its lineage ({}) has reviewed {} again",
                listed(&lineages_of(at)),
                ids.join(", ")
            )
        };
        (Status::NotReReviewed, reason)
    } else {
        let status = match fate {
            Fate::Changed | Fate::Vanished => Status::Gone,
            Fate::Unchanged | Fate::Moved => Status::Unconfirmed,
        };
        let reason = format!(
            "its lines {}; {} reviewed again and did not repeat it",
            fate_in_words(fate),
            listed(&again)
        );
        (status, reason)
    };
    Entry {
        status,
        old: Some(at.place()),
        mapped: mapped(at, carried),
        new: None,
        reviewers: reporters.into_iter().collect(),
        severity: at.issue.severity,
        old_severity: at.issue.severity,
        what: at.what(),
        reason,
        similarity: None,
        agreed: at.issue.is_agreed(),
        old_findings: at.refs().collect(),
        new_findings: Vec::new(),
    }
}

fn lineages_of(at: &IssueAt<'_>) -> BTreeSet<String> {
    let said = |lineages: &LineageSet, reviewer: &str| {
        if lineages.is_unknown() {
            reviewer.to_owned()
        } else {
            lineages.to_string()
        }
    };
    at.findings()
        .map(|finding| said(&finding.lineages, &finding.reviewer))
        .collect()
}

/// What happened to an issue's lines: the strongest change to those of any finding.
fn fate(carried: &[Carried]) -> Fate {
    let all_gone = carried.iter().all(|to| to.fate == Fate::Vanished);
    let most = carried.iter().map(|to| to.fate).max();
    match most {
        Some(Fate::Vanished) if !all_gone => Fate::Changed,
        Some(fate) => fate,
        None => Fate::Unchanged,
    }
}

fn fate_in_words(fate: Fate) -> &'static str {
    match fate {
        Fate::Unchanged => "did not change",
        Fate::Moved => "moved",
        Fate::Changed => "changed",
        Fate::Vanished => "are gone",
    }
}

/// By status, severity (highest first), then location.
fn order(entry: &Entry) -> impl Ord + use<'_> {
    let place = entry.new.as_ref().or(entry.old.as_ref());
    (
        entry.status,
        std::cmp::Reverse(entry.severity),
        place,
        &entry.old_findings,
        &entry.new_findings,
    )
}

fn side(tally: &Tally) -> WaveSide {
    WaveSide {
        findings: tally.totals.findings,
        issues: tally.totals.issues,
        without_location: tally.findings_without_location.len() as u64,
        ..WaveSide::default()
    }
}

fn engagement(old: &Tally, new: &Tally) -> Vec<Engagement> {
    /// Tokens of a reviewer, and bytes and number of the bundles that it answered about.
    fn written(tally: &Tally) -> BTreeMap<&str, (u64, u64, u64)> {
        let mut found: BTreeMap<&str, (u64, u64, u64)> = BTreeMap::new();
        for bundle in &tally.bundles {
            for row in &bundle.reviewers {
                if let Some(tokens) = row.tokens_out {
                    let own = found.entry(&row.reviewer).or_default();
                    own.0 = own.0.saturating_add(tokens);
                    own.1 = own.1.saturating_add(bundle.bytes.unwrap_or_default());
                    own.2 += 1;
                }
            }
        }
        found
    }
    let (old, new) = (written(old), written(new));
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let of = |name: &str| {
        let (before, after) = (old.get(name), new.get(name));
        Engagement {
            reviewer: name.to_owned(),
            old_tokens: before.map(|of| of.0),
            new_tokens: after.map(|of| of.0),
            old_bytes: before.map(|of| of.1),
            new_bytes: after.map(|of| of.1),
            old_bundles: before.map_or(0, |of| of.2),
            new_bundles: after.map_or(0, |of| of.2),
        }
    };
    names.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests;
