//! The filters for issues, with the number of issues for each choice.

use serde::Serialize;

use super::Register;
use super::words::{severity_key, severity_word};
use crate::report::sanitize::line;
use crate::review::Severity;
use crate::tally::ground::Grounding;
use crate::tally::{FindingRecord, Since};

/// The filters.
#[derive(Debug, Serialize)]
pub(super) struct Facets {
    pub(super) severities: Vec<Facet>,
    pub(super) agreement: Vec<Facet>,
    pub(super) lineages: Vec<Facet>,
    pub(super) grounding: Vec<Facet>,
    /// Empty without a baseline.
    pub(super) since: Vec<Facet>,
    /// Empty if there are no decisions.
    pub(super) triage: Vec<Facet>,
}

/// One choice.
#[derive(Debug, Serialize)]
pub(super) struct Facet {
    /// The value in the attributes of issues.
    pub(super) value: String,
    pub(super) label: String,
    /// Number of matching issues.
    pub(super) count: usize,
}

/// Counts the issues that match each choice.
#[derive(Debug, Default)]
pub(super) struct Counts {
    severities: [usize; 4],
    agreement: [usize; 4],
    grounding: [usize; 5],
    lineages: Register,
    by_lineage: Vec<usize>,
    since: [usize; 2],
    triage: [usize; 5],
}

const SINCE: [Since; 2] = [Since::New, Since::Persisting];

const TRIAGE: [(&str, &str); 5] = [
    ("again", "Shown again"),
    ("confirmed", "Confirmed"),
    ("false-positive", "False positive"),
    ("wont-fix", "Won't fix"),
    ("fixed", "Fixed"),
];

const SEVERITIES: [Option<Severity>; 4] = [
    Some(Severity::Block),
    Some(Severity::Warn),
    Some(Severity::Info),
    None,
];

const GROUNDINGS: [(Grounding, &str); 5] = [
    (Grounding::Hunk, "In the diff"),
    (Grounding::File, "Outside its hunks"),
    (Grounding::Wave, "Another bundle"),
    (Grounding::Tree, "Unchanged file"),
    (Grounding::Unverified, "Not verified"),
];

/// The values of one issue, as in its attributes.
#[derive(Debug)]
pub(super) struct FacetKeys {
    pub(super) lineages: String,
    pub(super) grounding: String,
}

impl Counts {
    /// Counts an issue with these findings; `level` is 1 to 4 lineages.
    pub(super) fn count<'a>(
        &mut self,
        findings: impl Iterator<Item = &'a FindingRecord>,
        level: u32,
        severity: Option<Severity>,
    ) -> FacetKeys {
        let mut lineages: Vec<usize> = Vec::new();
        let mut grounding: Vec<Grounding> = Vec::new();
        for finding in findings {
            if finding.lineages.is_unknown() {
                lineages.push(self.lineage("unknown"));
            }
            lineages.extend(finding.lineages.iter().map(|name| self.lineage(name)));
            grounding.push(finding.grounding);
        }
        lineages.sort_unstable();
        lineages.dedup();
        grounding.sort_unstable();
        grounding.dedup();
        lineages.iter().for_each(|at| self.by_lineage[*at] += 1);
        for (at, (known, _)) in GROUNDINGS.iter().enumerate() {
            self.grounding[at] += usize::from(grounding.contains(known));
        }
        for (at, known) in SEVERITIES.into_iter().enumerate() {
            self.severities[at] += usize::from(known == severity);
        }
        self.agreement[level as usize - 1] += 1;
        let lineages: Vec<String> = lineages.iter().map(usize::to_string).collect();
        let grounding: Vec<&str> = grounding.iter().map(|word| word.as_str()).collect();
        FacetKeys {
            lineages: lineages.join(" "),
            grounding: grounding.join(" "),
        }
    }

    /// Counts an issue by whether it is new and by its decision.
    pub(super) fn count_rounds(&mut self, since: Option<Since>, triage: &str) {
        for (at, known) in SINCE.into_iter().enumerate() {
            self.since[at] += usize::from(since == Some(known));
        }
        for (at, (known, _)) in TRIAGE.into_iter().enumerate() {
            self.triage[at] += usize::from(known == triage);
        }
    }

    /// The number of a lineage.
    fn lineage(&mut self, name: &str) -> usize {
        let at = self.lineages.number(name);
        if self.by_lineage.len() <= at {
            self.by_lineage.resize(at + 1, 0);
        }
        at
    }

    /// The choices that match at least one issue.
    pub(super) fn facets(&self) -> Facets {
        let facet = |value: &str, label: &str, count: usize| Facet {
            value: value.to_owned(),
            label: label.to_owned(),
            count,
        };
        let some = |facets: Vec<Facet>| -> Vec<Facet> {
            facets.into_iter().filter(|facet| facet.count > 0).collect()
        };
        let mut lineages: Vec<Facet> = self
            .lineages
            .names
            .iter()
            .zip(&self.by_lineage)
            .enumerate()
            .map(|(at, (name, count))| facet(&at.to_string(), &line(name), *count))
            .collect();
        lineages.sort_by(|a, b| a.label.cmp(&b.label));
        Facets {
            severities: some(
                SEVERITIES
                    .into_iter()
                    .zip(self.severities)
                    .map(|(severity, count)| {
                        facet(severity_key(severity), severity_word(severity), count)
                    })
                    .collect(),
            ),
            agreement: some(
                [
                    ("4", "4 or more"),
                    ("3", "3 lineages"),
                    ("2", "2 lineages"),
                    ("1", "1 lineage"),
                ]
                .into_iter()
                .zip(self.agreement.into_iter().rev())
                .map(|((value, label), count)| facet(value, label, count))
                .collect(),
            ),
            lineages,
            since: some(
                SINCE
                    .into_iter()
                    .zip(self.since)
                    .map(|(since, count)| {
                        let label = match since {
                            Since::New => "New",
                            Since::Persisting => "Persisting",
                        };
                        facet(since.as_str(), label, count)
                    })
                    .collect(),
            ),
            triage: some(
                TRIAGE
                    .into_iter()
                    .zip(self.triage)
                    .map(|((value, label), count)| facet(value, label, count))
                    .collect(),
            ),
            grounding: some(
                GROUNDINGS
                    .into_iter()
                    .zip(self.grounding)
                    .map(|((grounding, label), count)| facet(grounding.as_str(), label, count))
                    .collect(),
            ),
        }
    }
}
