//! The data of an issue that both the list of issues and the cards in the diffs show.

use serde::Serialize;

use super::anchor::Anchors;
use super::facet::Counts;
use super::words::{Prose, prose, severity_key, severity_word, start};
use crate::report::message::worst;
use crate::report::ranked::{Ranked, location_name, triage_in_words, what_and_why};
use crate::report::sanitize::line;
use crate::tally::{IssueRecord, Since, TriageVerdict};

/// Maximum number of characters of a claim in the list.
const SUMMARY: usize = 220;

/// An issue's line in the list.
#[derive(Debug, Clone, Serialize)]
pub(super) struct IssueRow {
    #[serde(flatten)]
    pub(super) issue: Issue,
    pub(super) bundle: String,
    /// The first words of the most severe claim.
    pub(super) summary: Option<Prose>,
    pub(super) reviewers: Vec<String>,
    /// How many further claims there are.
    pub(super) more: usize,
}

/// The data that an issue's line and its card share.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Issue {
    pub(super) anchor: String,
    pub(super) severity: &'static str,
    pub(super) severity_word: &'static str,
    /// Folder with its last slash.
    pub(super) folder: String,
    pub(super) file: String,
    /// `:20-21`, `::symbol` or nothing.
    pub(super) at: String,
    /// Independent lineages that report it.
    pub(super) convergence: u32,
    /// The number of lineages that reviewed.
    pub(super) reviewed_by: u32,
    /// The same as filled and empty dots; empty if there would be too many dots.
    pub(super) dots: String,
    /// 1 to 4.
    pub(super) level: u32,
    /// Numbers of the lineages, for the filter.
    pub(super) lineage_keys: String,
    pub(super) grounding_keys: String,
    /// `new` or `persisting`; empty without a baseline.
    pub(super) since: &'static str,
    /// The decision, for the filter; empty if there is none.
    pub(super) triage_key: &'static str,
    /// The decision, by whom and why.
    pub(super) triage: Option<String>,
}

impl Issue {
    /// Describes an issue, gives it an anchor, and counts it.
    pub(super) fn new(entry: &Ranked<'_>, anchors: &mut Anchors, counts: &mut Counts) -> Self {
        let issue = entry.issue;
        let path = line(&issue.path);
        let at = location_name("", issue.lines(), issue.symbol.as_deref());
        let anchor = anchors.name(&format!("{}/{path}{at}", line(&entry.bundle.id)));
        let (folder, file) = match path.rfind('/') {
            Some(slash) => (path[..=slash].to_owned(), path[slash + 1..].to_owned()),
            None => (String::new(), path),
        };
        let level = issue.convergence.clamp(1, 4);
        let keys = counts.count(entry.findings(), level, issue.severity);
        let triage_key = triage_key(issue);
        counts.count_rounds(issue.since, triage_key);
        Self {
            anchor,
            severity: severity_key(issue.severity),
            severity_word: severity_word(issue.severity),
            folder,
            file,
            at,
            convergence: issue.convergence,
            reviewed_by: issue.reviewed_by,
            dots: dots(issue.convergence, issue.reviewed_by),
            level,
            lineage_keys: keys.lineages,
            grounding_keys: keys.grounding,
            since: issue.since.map_or("", Since::as_str),
            triage_key,
            triage: triage_in_words(issue),
        }
    }
}

/// The word for the decision in attributes.
fn triage_key(issue: &IssueRecord) -> &'static str {
    match &issue.triage {
        None => "",
        Some(mark) if !mark.reopened.is_empty() => "again",
        Some(mark) => match mark.verdict {
            TriageVerdict::Confirmed => "confirmed",
            TriageVerdict::FalsePositive => "false-positive",
            TriageVerdict::WontFix => "wont-fix",
            TriageVerdict::Fixed => "fixed",
        },
    }
}

/// `●●○`: 2 of 3.
fn dots(filled: u32, of: u32) -> String {
    const MOST: u32 = 9;
    if of > MOST || filled > of {
        return String::new();
    }
    let times = |mark: &str, count: u32| mark.repeat(count as usize);
    times("●", filled) + &times("○", of - filled)
}

impl IssueRow {
    /// The issue's line.
    pub(super) fn new(entry: &Ranked<'_>, issue: Issue) -> Self {
        let mut reviewers: Vec<String> = Vec::new();
        for finding in entry.findings() {
            let name = line(&finding.reviewer);
            if !reviewers.contains(&name) {
                reviewers.push(name);
            }
        }
        let worst = worst(entry);
        let words =
            worst.and_then(|worst| what_and_why(worst.what.as_deref(), worst.why.as_deref()).0);
        Self {
            issue,
            bundle: line(&entry.bundle.id),
            summary: words.and_then(|text| prose(&start(text, SUMMARY))),
            reviewers,
            more: entry.findings().count().saturating_sub(1),
        }
    }
}
