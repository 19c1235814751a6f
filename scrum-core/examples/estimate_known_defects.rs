//! The estimate of unreported defects, held against changes whose defects are known.
//!
//! `cargo run -p scrum-core --no-default-features --example estimate_known_defects -- EVALUATIONS.JSON`
//!
//! Reads a file of `offline/results/*/evaluations.json` of <https://github.com/withmartian/code-review-benchmark>: for
//! each pull request and tool, which of the known defects the tool found. For every choice of a few tools it estimates
//! from what these found how many defects there are, and prints the medians as a Markdown table.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use scrum_core::estimate::{Captures, EstimateBasis, estimate};
use serde::Deserialize;

/// How many tools are chosen.
const CHOSEN: [usize; 5] = [2, 3, 4, 6, 8];

/// What one tool found in one pull request, and what it missed.
#[derive(Deserialize)]
struct Evaluation {
    true_positives: Vec<Known>,
    false_negatives: Vec<Known>,
}

#[derive(Deserialize)]
struct Known {
    golden_comment: String,
}

/// For each known defect, the tools that found it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Defects {
    tools: usize,
    found_by: Vec<Vec<usize>>,
}

impl Defects {
    fn from_json(text: &[u8]) -> serde_json::Result<Self> {
        let pulls: BTreeMap<String, BTreeMap<String, Evaluation>> = serde_json::from_slice(text)?;
        let names: BTreeSet<&String> = pulls.values().flat_map(BTreeMap::keys).collect();
        let mut defects: BTreeMap<(&String, &str), Vec<usize>> = BTreeMap::new();
        for (pull, evaluations) in &pulls {
            for (tool, name) in names.iter().enumerate() {
                let Some(evaluation) = evaluations.get(*name) else {
                    continue;
                };
                for known in &evaluation.false_negatives {
                    defects.entry((pull, &known.golden_comment)).or_default();
                }
                for known in &evaluation.true_positives {
                    let found_by = defects.entry((pull, &known.golden_comment)).or_default();
                    if !found_by.contains(&tool) {
                        found_by.push(tool);
                    }
                }
            }
        }
        Ok(Self {
            tools: names.len(),
            found_by: defects.into_values().collect(),
        })
    }

    /// What the chosen tools found, and what is estimated from it. `None` if the estimate is refused.
    fn estimated(&self, chosen: &[usize]) -> Option<(u64, f64)> {
        let of_chosen = |tools: &Vec<usize>| -> Vec<usize> {
            let at = |tool: &usize| chosen.iter().position(|one| one == tool);
            tools.iter().filter_map(at).collect()
        };
        let defects: Vec<Vec<usize>> = self.found_by.iter().map(of_chosen).collect();
        let captures = Captures::new(chosen.len(), defects.iter().map(Vec::as_slice));
        let estimate = estimate(&captures, EstimateBasis::Confirmed).ok()?;
        Some((captures.found(), estimate.total))
    }
}

/// All choices of `count` of the numbers below `all`.
fn choices(all: usize, count: usize) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    for mask in 0_u64..1 << all {
        if mask.count_ones() as usize == count {
            found.push((0..all).filter(|at| mask >> at & 1 == 1).collect());
        }
    }
    found
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The table's rows: tools, choices, median found, median estimate, how many estimates exceed what is known.
fn table(defects: &Defects) -> Vec<String> {
    let known = defects.found_by.len();
    let counts = CHOSEN.into_iter().filter(|count| *count <= defects.tools);
    let row = |count: usize| {
        let choices = choices(defects.tools, count);
        let results: Vec<_> = choices
            .iter()
            .filter_map(|chosen| defects.estimated(chosen))
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "counts of defects are small")]
        let found = median(results.iter().map(|(found, _)| *found as f64).collect());
        let estimate = median(results.iter().map(|(_, estimate)| *estimate).collect());
        #[expect(clippy::cast_precision_loss, reason = "counts of defects are small")]
        let above = results
            .iter()
            .filter(|(_, estimate)| *estimate > known as f64)
            .count();
        format!(
            "| {count} | {} | {found:.0} | {estimate:.0} | {known} | {above} |",
            results.len()
        )
    };
    counts.map(row).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("name an evaluations.json")?;
    let defects = Defects::from_json(&std::fs::read(file)?)?;
    println!(
        "| tools | choices of so many | found, median | estimate, median | known | estimates above |"
    );
    println!("|---|---|---|---|---|---|");
    for row in table(&defects) {
        println!("{row}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_defect_is_known_once_with_all_that_found_it() {
        let text = r#"{"pull/1": {
            "a": {"true_positives": [{"golden_comment": "x"}], "false_negatives": [{"golden_comment": "y"}]},
            "b": {"true_positives": [{"golden_comment": "x"}, {"golden_comment": "y"}], "false_negatives": []},
            "c": {"true_positives": [], "false_negatives": [{"golden_comment": "x"}, {"golden_comment": "y"}]}
        }}"#;
        let defects = Defects::from_json(text.as_bytes()).unwrap();
        assert_eq!(
            defects,
            Defects {
                tools: 3,
                found_by: vec![vec![0, 1], vec![1]]
            }
        );
        // a and b: 1 by both, 1 by b alone; Chapman gives 2 · 3 / 2 − 1 = 2. The other pairs share nothing.
        assert_eq!(defects.estimated(&[0, 1]), Some((2, 2.0)));
        assert_eq!(defects.estimated(&[0, 2]), None);
        assert_eq!(choices(4, 2).len(), 6);
    }
}
