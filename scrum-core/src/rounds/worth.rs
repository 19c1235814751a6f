//! How often each reviewer is right: confirmed issues out of those judged, with a confidence interval.

use std::collections::BTreeMap;

use super::decisions::{TriageFile, reporters};
use crate::tally::{JudgedRecord, Tally};

/// Normal quantile of a two-sided interval of 95 %.
const Z: f64 = 1.96;

/// Confirmed and judged issues of one reviewer or lineage.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    confirmed: u64,
    judged: u64,
    alone: u64,
}

/// The records of all reviewers, then of all lineages, that have judged issues. `triage` is the whole file, including
/// entries about other waves.
pub(super) fn judged(tally: &Tally, triage: &TriageFile) -> Vec<JudgedRecord> {
    let mut reviewers: BTreeMap<String, Count> = BTreeMap::new();
    let mut lineages: BTreeMap<String, Count> = BTreeMap::new();
    for bundle in &tally.bundles {
        for issue in &bundle.issues {
            let mark = issue.triage.as_ref();
            let Some(right) = mark.and_then(|mark| mark.verdict.was_right()) else {
                continue;
            };
            let (names, makers) = reporters(bundle, issue);
            for (counts, keys) in [(&mut reviewers, names), (&mut lineages, makers)] {
                for key in keys {
                    let count = counts.entry(key).or_default();
                    count.judged += 1;
                    count.confirmed += u64::from(right);
                }
            }
        }
    }
    for entry in &triage.issues {
        if entry.verdict.was_right() != Some(true) {
            continue;
        }
        for (counts, keys) in [
            (&mut reviewers, &entry.reviewers),
            (&mut lineages, &entry.lineages),
        ] {
            if let [only] = keys.as_slice() {
                counts.entry(only.clone()).or_default().alone += 1;
            }
        }
    }
    let record = |(name, count): (String, Count), is_reviewer: bool| {
        let (low, high) = wilson(count.confirmed, count.judged);
        JudgedRecord {
            reviewer: is_reviewer.then(|| name.clone()),
            lineage: (!is_reviewer).then_some(name),
            confirmed: count.confirmed,
            judged: count.judged,
            low,
            high,
            alone: count.alone,
        }
    };
    let reviewers = reviewers.into_iter().map(|entry| record(entry, true));
    reviewers
        .chain(lineages.into_iter().map(|entry| record(entry, false)))
        .collect()
}

/// The 95 % Wilson score interval for `hits` of `of`, to two decimals. Wilson 1927. If `of` is 0, it is 0 to 1.
fn wilson(hits: u64, of: u64) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    let (k, n) = (hits.min(of) as f64, of as f64);
    let middle = (k + Z * Z / 2.0) / (n + Z * Z);
    let half = Z / (n + Z * Z) * (k * (n - k) / n + Z * Z / 4.0).sqrt();
    let rounded = |value: f64| (value.clamp(0.0, 1.0) * 100.0).round() / 100.0;
    (rounded(middle - half), rounded(middle + half))
}

#[cfg(test)]
mod tests {
    use super::wilson;

    #[test]
    fn wilson_intervals_as_tables_have_them() {
        // Newcombe 1998, table I: 81 of 263 and 15 of 148, and the ends.
        for (hits, of, low, high) in [
            (81, 263, 0.26, 0.37),
            (15, 148, 0.06, 0.16),
            (0, 20, 0.0, 0.16),
            (1, 29, 0.01, 0.17),
            (20, 20, 0.84, 1.0),
            (0, 0, 0.0, 1.0),
        ] {
            assert_eq!(wilson(hits, of), (low, high), "{hits} of {of}");
        }
    }
}
