//! Whether what speaks of one issue is counted together, and what does not is kept apart: over all pairs of counted
//! citations by different reviewers.

use std::collections::HashMap;

use serde_json::Value;

use crate::label::{Label, Labels};
use crate::{share, three_decimals};

pub(crate) const HEAD: &str =
    "rule                   one issue  together  of them right  precision  recall";

/// Pairs of one rule.
#[derive(Debug, Clone, Default)]
pub(crate) struct Agreement {
    /// Pairs that speak of one issue.
    same: usize,
    /// Pairs that the rule puts together.
    together: usize,
    /// Those that are both.
    right: usize,
}

/// Where a rule puts a citation: reviewer and index of the label, to any number that is equal where they agree.
pub(crate) type Groups = HashMap<(String, usize), usize>;

impl Agreement {
    pub(crate) fn add(&mut self, labels: &Labels, groups: &Groups) {
        let all: Vec<(&String, usize, &Label)> = labels
            .iter()
            .flat_map(|(name, labels)| labels.iter().enumerate().map(move |(at, l)| (name, at, l)))
            .filter(|(_, _, label)| label.bucket == "counted")
            .collect();
        for (at, (reviewer, index, label)) in all.iter().enumerate() {
            for (other_reviewer, other_index, other) in &all[at + 1..] {
                if reviewer == other_reviewer {
                    continue;
                }
                let same = label.issue.is_some() && label.issue == other.issue;
                let group = groups.get(&((*reviewer).clone(), *index));
                let other = groups.get(&((*other_reviewer).clone(), *other_index));
                let together = group.is_some() && group == other;
                self.same += usize::from(same);
                self.together += usize::from(together);
                self.right += usize::from(same && together);
            }
        }
    }

    pub(crate) fn precision(&self) -> f64 {
        share(self.right, self.together)
    }

    pub(crate) fn recall(&self) -> f64 {
        share(self.right, self.same)
    }

    pub(crate) fn row(&self, rule: &str) -> String {
        format!(
            "{rule:<22} {:>9}  {:>8}  {:>13}  {:>9}  {:>6}",
            self.same,
            self.together,
            self.right,
            three_decimals(self.right, self.together),
            three_decimals(self.right, self.same),
        )
    }
}

/// Citations agree that are in one record of `name`: `locations` or `issues`.
pub(crate) fn by(name: &str, labels: &Labels, tally: &Value) -> Groups {
    let mut group_of = HashMap::new();
    for (group, record) in tally[name].as_array().unwrap().iter().enumerate() {
        for finding in record["findings"].as_array().unwrap() {
            group_of.insert(usize::try_from(finding.as_u64().unwrap()).unwrap(), group);
        }
    }
    let mut groups = Groups::new();
    for (reviewer, labels) in labels {
        for (at, label) in labels.iter().enumerate() {
            if let Some(finding) = finding_of(reviewer, label, tally) {
                groups.insert((reviewer.clone(), at), group_of[&finding]);
            }
        }
    }
    groups
}

/// The index of the reviewer's finding at the label's location.
fn finding_of(reviewer: &str, label: &Label, tally: &Value) -> Option<usize> {
    let findings = tally["findings"].as_array().unwrap();
    findings.iter().position(|finding| {
        finding["reviewer"] == *reviewer
            && finding["path"].as_str() == label.path.as_deref()
            && finding["start"].as_u64() == label.start
            && finding["end"].as_u64() == label.end
            && finding["symbol"].as_str() == label.symbol.as_deref()
    })
}
