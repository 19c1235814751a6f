//! An analysis over many tallies: how often does each reviewer agree with somebody of another lineage?
//!
//! `cargo run -p scrum-core --no-default-features --example many_tallies -- TALLY.JSON…`

use std::collections::BTreeMap;
use std::error::Error;
use std::ops::AddAssign;

use scrum_core::tally::Tally;

/// Of one reviewer, over all tallies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Record {
    reviews: u32,
    issues: u32,
    agreed: u32,
}

impl AddAssign for Record {
    fn add_assign(&mut self, other: Self) {
        self.reviews += other.reviews;
        self.issues += other.issues;
        self.agreed += other.agreed;
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut all: BTreeMap<String, Record> = BTreeMap::new();
    for file in std::env::args().skip(1) {
        add(&Tally::from_json(&std::fs::read(file)?)?, &mut all);
    }
    for (reviewer, record) in all {
        println!(
            "{reviewer}: {} reviews, {} issues, {} agreed",
            record.reviews, record.issues, record.agreed
        );
    }
    Ok(())
}

fn add(tally: &Tally, all: &mut BTreeMap<String, Record>) {
    for bundle in &tally.bundles {
        for row in bundle.reviewers.iter().filter(|row| row.state.is_usable()) {
            let issues = bundle.issues.iter().filter(|issue| {
                let mut findings = issue.findings.iter().map(|index| &bundle.findings[*index]);
                findings.any(|finding| finding.reviewer == row.reviewer)
            });
            let mut record = Record {
                reviews: 1,
                ..Record::default()
            };
            for issue in issues {
                record.issues += 1;
                record.agreed += u32::from(issue.is_agreed());
            }
            *all.entry(row.reviewer.clone()).or_default() += record;
        }
    }
}

#[cfg(test)]
mod tests {
    use scrum_core::review::Review;
    use scrum_core::tally::{NoDiffs, Outcome, Submission, TallyOptions, tally};

    use super::*;

    #[test]
    fn two_hundred_tallies_are_added_up() {
        let mut all = BTreeMap::new();
        for number in 1..=200 {
            let said = format!(
                "SEVERITY: WARN\nWHERE: src/pool.rs:{number}\nWHAT: The lock is never released.\n"
            );
            // Every fourth time the second reviewer finds nothing.
            let second = if number % 4 == 0 { "NONE\n" } else { &said };
            let answers = [("opus", said.as_str()), ("kimi", second)];
            let answers = answers.map(|(reviewer, text)| {
                Submission::new("core", reviewer, Outcome::Review(Review::from_text(text)))
            });
            let tally = tally(answers.into(), None, &NoDiffs, &TallyOptions::default());
            // As another program would read it.
            add(
                &Tally::from_json(&tally.to_json().unwrap()).unwrap(),
                &mut all,
            );
        }
        let record = |issues, agreed| Record {
            reviews: 200,
            issues,
            agreed,
        };
        assert_eq!(all["opus"], record(200, 150));
        assert_eq!(all["kimi"], record(150, 150));
    }
}
