//! Selects the issues to show, in the order of all reports.

use std::collections::HashMap;

use super::anchor::Anchors;
use super::card::Card;
use super::facet::{Counts, Facets};
use super::issue::{Issue, IssueRow};
use crate::report::ranked::{Rank, ranked};
use crate::report::sanitize::line;
use crate::review::Severity;
use crate::tally::Tally;

/// The issues that the page shows.
#[derive(Debug)]
pub(super) struct PlanView {
    /// One for each bundle of the tally.
    pub(super) bundles: Vec<BundlePlan>,
    /// All issues that are shown, the most important first.
    pub(super) rows: Vec<IssueRow>,
    /// How many of the rows are agreed; they are first.
    pub(super) agreeing: usize,
    /// Issues that are not shown.
    pub(super) left_out: usize,
    /// Issues of severity BLOCK, including those that are not shown.
    pub(super) blocking: usize,
    pub(super) facets: Facets,
}

/// The issues of one bundle that the page shows.
#[derive(Debug)]
pub(super) struct BundlePlan {
    pub(super) anchor: String,
    /// In the order of the list.
    pub(super) issues: Vec<Card>,
    pub(super) left_out: usize,
}

impl PlanView {
    /// Selects at most `most` issues of a tally.
    pub(super) fn new(tally: &Tally, most: usize) -> Self {
        let mut anchors = Anchors::new();
        let mut order = ranked(tally);
        let blocks = order.iter();
        let blocks = blocks.filter(|entry| entry.issue.severity == Some(Severity::Block));
        let blocking = blocks.count();
        let left_out = order.split_off(order.len().min(most));
        let agreeing = order.partition_point(|entry| entry.rank == Rank::Agreed);
        let mut bundles: Vec<BundlePlan> = tally
            .bundles
            .iter()
            .map(|bundle| BundlePlan {
                anchor: anchors.name(&line(&bundle.id)),
                issues: Vec::new(),
                left_out: 0,
            })
            .collect();
        for entry in &left_out {
            bundles[entry.at.0].left_out += 1;
        }
        let mut counts = Counts::default();
        let shown: Vec<Issue> = order
            .iter()
            .map(|entry| Issue::new(entry, &mut anchors, &mut counts))
            .collect();
        let anchor_of: HashMap<(usize, usize), &str> = order
            .iter()
            .zip(&shown)
            .map(|(entry, issue)| (entry.at, issue.anchor.as_str()))
            .collect();
        let mut rows = Vec::with_capacity(order.len());
        for (entry, issue) in order.iter().zip(&shown) {
            rows.push(IssueRow::new(entry, issue.clone()));
            let card = Card::new(entry, issue.clone(), &anchor_of);
            bundles[entry.at.0].issues.push(card);
        }
        Self {
            agreeing,
            rows,
            bundles,
            left_out: left_out.len(),
            blocking,
            facets: counts.facets(),
        }
    }
}
