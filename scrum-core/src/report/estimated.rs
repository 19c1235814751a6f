//! The estimate of unreported defects, and how often reviewers were right, as text.

use crate::estimate::{EstimateBasis, EstimateMethod, INDICATIVE_BELOW};
use crate::report::sanitize::line;
use crate::size::counted;
use crate::tally::{JudgedRecord, Tally};

/// `at least 12.5 defects in all (95 %: 9.2 to 30.1), of which 8 are reported; Chao, 3 lineages, on unconfirmed findings`.
pub(super) fn estimate_in_words(tally: &Tally) -> Option<String> {
    let estimate = tally.estimate.as_ref()?;
    let method = match estimate.method {
        EstimateMethod::Chapman => "Chapman",
        EstimateMethod::Chao => "Chao",
    };
    let basis = match estimate.basis {
        EstimateBasis::Confirmed => "on confirmed findings",
        EstimateBasis::Unconfirmed => "on unconfirmed findings",
    };
    let indicative = if estimate.indicative {
        format!("; indicative, for there are fewer than {INDICATIVE_BELOW} lineages")
    } else {
        String::new()
    };
    Some(format!(
        "at least {:.1} defects in all (95 %: {:.1} to {:.1}), of which {} reported; {method}, {}, {basis}{indicative}",
        estimate.total,
        estimate.low,
        estimate.high,
        match estimate.found {
            1 => "1 is".to_owned(),
            found => format!("{found} are"),
        },
        counted(u64::from(estimate.occasions), "lineage"),
    ))
}

/// `opus: 3 of 4 confirmed (95 %: 30 to 95 %), 1 found by nobody else`.
pub(super) fn judged_in_words(record: &JudgedRecord) -> String {
    let name = match (&record.reviewer, &record.lineage) {
        (Some(reviewer), _) => line(reviewer),
        (None, lineage) => format!("lineage {}", line(lineage.as_deref().unwrap_or("unknown"))),
    };
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    let judged = if record.judged == 0 {
        "no issue of this wave judged".to_owned()
    } else {
        format!(
            "{} of {} confirmed (95 %: {} to {} %)",
            record.confirmed,
            record.judged,
            percent(record.low),
            percent(record.high)
        )
    };
    format!(
        "{name}: {judged}; {} confirmed in all waves that nobody else reported",
        counted(record.alone, "issue")
    )
}
