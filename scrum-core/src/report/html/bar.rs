//! The bar that shows how many lineages report a bundle's issues.

use serde::Serialize;

use super::counted;
use crate::tally::BundleTally;

/// Width of a whole bar, in its own units.
const WIDTH: u64 = 1000;

/// One bundle's issues by the number of lineages that report them, the most first.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Bar {
    pub(super) parts: Vec<BarPart>,
    /// The same as text.
    pub(super) label: String,
}

/// The issues that the same number of lineages report.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct BarPart {
    /// How many, 4 for four and more.
    pub(super) level: u32,
    pub(super) x: u64,
    pub(super) width: u64,
}

/// The bar of one bundle.
pub(super) fn bar(bundle: &BundleTally) -> Bar {
    let mut counts = [0_u64; 4];
    for issue in &bundle.issues {
        let level = issue.convergence.clamp(1, 4) as usize;
        counts[level - 1] += 1;
    }
    let total = bundle.issues.len() as u64;
    let mut before = 0;
    let mut parts = Vec::new();
    let mut words = Vec::new();
    for (level, count) in [1_u32, 2, 3, 4].into_iter().zip(counts).rev() {
        if count == 0 {
            continue;
        }
        let x = before * WIDTH / total;
        before += count;
        parts.push(BarPart {
            level,
            x,
            // The ends are rounded, so that the parts fill the bar.
            width: (before * WIDTH / total).saturating_sub(x),
        });
        let lineages = match level {
            1 => "one lineage".to_owned(),
            4 => "four lineages or more".to_owned(),
            level => format!("{level} lineages"),
        };
        words.push(format!("{} by {lineages}", counted(count, "issue")));
    }
    let label = match words.is_empty() {
        true => "no issue".to_owned(),
        false => words.join(", "),
    };
    Bar { parts, label }
}
