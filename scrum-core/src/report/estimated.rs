//! The estimate of what nobody reported, in words.

use super::ranked::counted;
use crate::estimate::{EstimateBasis, EstimateMethod, INDICATIVE_BELOW};
use crate::tally::Tally;

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
        counted(u64::from(estimate.occasions), "lineage", "lineages"),
    ))
}
