//! The tables of the comment, and the folded lists after the issues.

use std::collections::BTreeMap;

use super::{MarkdownPage, bundle_id, fold, severity, words};
use crate::report::Only;
use crate::report::escape::markdown;
use crate::report::ranked::location_name;
use crate::report::sanitize::{line, shorten};
use crate::size::{self, counted};
use crate::tally::{
    BundleTally, MentionRecord, ReviewState, ReviewerRow, SetAside, Tally, UnlocatedRecord,
};

/// Maximum number of rows in a table; the rest is only counted.
const MAX_ROWS: usize = 40;

/// Maximum size of one table in bytes.
const MAX_TABLE: usize = 12_000;

/// Maximum width of a name in a table.
const MAX_CELL: usize = 60;

/// Maximum width of a citation as written.
const MAX_CITATION: usize = 120;

/// Counts of the reviewers' states over the bundles of a tally.
#[derive(Default)]
struct ReviewerTotals {
    lineages: String,
    states: [u64; 6],
    findings: u64,
    tokens: u64,
    estimated: bool,
}

/// The states in the order of the table's columns.
const STATES: [ReviewState; 6] = [
    ReviewState::Findings,
    ReviewState::Clean,
    ReviewState::NoEvidence,
    ReviewState::Failed,
    ReviewState::Missing,
    ReviewState::NotAsked,
];

impl MarkdownPage {
    /// A row for each bundle.
    pub(super) fn bundles(&mut self, tally: &Tally, only: &Only) {
        let bundles = tally.bundles.iter();
        let bundles: Vec<&BundleTally> = bundles
            .filter(|bundle| only.shows_bundle(&bundle.id))
            .collect();
        if bundles.is_empty() {
            return;
        }
        self.push_own(
            "\n| bundle | diff | reviewed by | issues agreed | convergent | distinct |\n\
             |---|---:|---:|---:|---:|---:|\n",
        );
        let more = self.rows(&bundles, |bundle| {
            let totals = &bundle.totals;
            format!(
                "| {} | {} | {} | {} of {} | {} | {} |\n",
                bundle_id(bundle),
                bundle.bytes.map_or_else(String::new, size::decimal),
                counted(u64::from(bundle.reviewed_by), "lineage"),
                totals.agreed,
                totals.issues,
                totals.convergent,
                totals.distinct
            )
        });
        if more > 0 {
            self.push_own(&format!("\nand {}\n", counted(more as u64, "more bundle")));
        }
    }

    /// A row for each reviewer, which shows at once who did not review.
    pub(super) fn reviewers(&mut self, tally: &Tally) {
        let mut seats: BTreeMap<&str, ReviewerTotals> = BTreeMap::new();
        for row in tally.bundles.iter().flat_map(|bundle| &bundle.reviewers) {
            seats.entry(&row.reviewer).or_default().add(row);
        }
        if seats.is_empty() {
            return;
        }
        self.push_own(
            "\n| reviewer | lineage | findings | bundles with findings | clean | no evidence | failed | missing | \
             not asked | tokens |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        );
        let seats: Vec<(&str, ReviewerTotals)> = seats.into_iter().collect();
        let more = self.rows(&seats, |(name, seat)| {
            let states = seat.states.map(|count| match count {
                0 => String::new(),
                count => count.to_string(),
            });
            let tokens = match (seat.tokens, seat.estimated) {
                (0, _) => String::new(),
                (tokens, true) => format!("≈{tokens}"),
                (tokens, false) => tokens.to_string(),
            };
            format!(
                "| {} | {} | {} | {} | {tokens} |\n",
                cell(name),
                cell(&seat.lineages),
                seat.findings,
                states.join(" | ")
            )
        });
        if more > 0 {
            let more = counted(more as u64, "more reviewer");
            self.push_own(&format!("\nand {more}\n"));
        }
    }

    /// Appends rows, and returns how many do not fit.
    fn rows<T>(&mut self, items: &[T], row: impl Fn(&T) -> String) -> usize {
        let most = std::mem::replace(&mut self.most, self.text.len() + MAX_TABLE);
        self.most = self.most.min(most);
        let left_out = self.push_each(&items[..items.len().min(MAX_ROWS)], row);
        self.most = most;
        left_out + items.len().saturating_sub(MAX_ROWS)
    }

    pub(super) fn unlocated(&mut self, tally: &Tally, only: &Only) {
        let records = of_bundles(tally, only, |bundle| &bundle.findings_without_location);
        let item = |(bundle, record): &(&BundleTally, &UnlocatedRecord)| {
            let taken_back = match record.retracted_line {
                Some(line) => format!(", retracted in line {line} (inferred)"),
                None => String::new(),
            };
            format!(
                "- **{}** on {}, review line {}{taken_back} · {}: {}\n",
                name(&record.reviewer),
                bundle_id(bundle),
                record.review_line,
                severity(record.severity),
                words(record.what.as_deref().or(record.why.as_deref()))
            )
        };
        self.folded("Findings without a location", &records, item);
    }

    pub(super) fn set_aside(&mut self, tally: &Tally, only: &Only) {
        let records = of_bundles(tally, only, |bundle| &bundle.set_aside);
        let item = |(bundle, record): &(&BundleTally, &SetAside)| {
            format!(
                "- **{}** on {}, review line {} · {} · {}: {}\n",
                name(&record.reviewer),
                bundle_id(bundle),
                record.review_line,
                markdown(&shorten(&line(&record.text), MAX_CITATION)),
                record.bucket.as_str(),
                words(Some(&record.reason))
            )
        };
        self.folded("Not counted", &records, item);
    }

    pub(super) fn mentions(&mut self, tally: &Tally, only: &Only) {
        let records = of_bundles(tally, only, |bundle| &bundle.mentions);
        let item = |(bundle, record): &(&BundleTally, &MentionRecord)| {
            let symbol = record.symbol.as_deref();
            let at = location_name(&record.path, record.lines(), symbol);
            format!(
                "- **{}** on {}, review line {} · {}\n",
                name(&record.reviewer),
                bundle_id(bundle),
                record.review_line,
                markdown(&shorten(&at, MAX_CITATION))
            )
        };
        self.folded("Mentions, not findings", &records, item);
    }

    pub(super) fn retractions(&mut self, tally: &Tally, only: &Only) {
        let records = of_bundles(tally, only, |bundle| &bundle.unmatched_retractions);
        self.folded(
            "Retractions that match no finding",
            &records,
            |(bundle, record)| {
                format!(
                    "- **{}** on {}, review line {} · {}\n",
                    name(&record.reviewer),
                    bundle_id(bundle),
                    record.review_line,
                    markdown(&shorten(&line(&record.text), MAX_CITATION))
                )
            },
        );
    }

    /// A folded list with a title of our own; entries that do not fit are counted.
    fn folded<T>(&mut self, title: &str, items: &[T], item: impl Fn(&T) -> String) {
        if items.is_empty() {
            return;
        }
        self.push_own(&fold(&format!("{title} ({})", items.len())));
        let more = self.push_each(items, item);
        if more > 0 {
            self.push_own(&format!("\nand {more} more, in `tally.json`\n"));
        }
        self.push_own("\n</details>\n");
    }
}

impl ReviewerTotals {
    fn add(&mut self, row: &ReviewerRow) {
        self.lineages = row.lineages.to_string();
        self.findings += row.findings + row.findings_without_location;
        self.tokens += row.tokens_out.unwrap_or(0);
        self.estimated |= row.tokens_estimated;
        if let Some(at) = STATES.iter().position(|state| *state == row.state) {
            self.states[at] += 1;
        }
    }
}

/// Records of the bundles that are shown, each with its bundle.
fn of_bundles<'t, T>(
    tally: &'t Tally,
    only: &Only,
    records: impl Fn(&'t BundleTally) -> &'t Vec<T>,
) -> Vec<(&'t BundleTally, &'t T)> {
    let bundles = tally.bundles.iter();
    let bundles = bundles.filter(|bundle| only.shows_bundle(&bundle.id));
    bundles
        .flat_map(|bundle| records(bundle).iter().map(move |record| (bundle, record)))
        .collect()
}

/// A name in a table or a sentence.
fn cell(text: &str) -> String {
    markdown(&shorten(&line(text), MAX_CELL))
}

/// A reviewer's name inside `**`, which must not be empty.
fn name(text: &str) -> String {
    match cell(text) {
        name if name.is_empty() => "(no name)".to_owned(),
        name => name,
    }
}
