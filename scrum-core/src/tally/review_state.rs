//! Whether a reviewer reviewed at all, and how much it said.
//!
//! There is no minimum length: a `NONE` of four letters is a review, and 300 words that neither report nor clear
//! anything are not.

use serde::{Deserialize, Serialize};

use super::{Buckets, Sidecar};
use crate::review::{Review, ReviewVerdict};
use crate::word::words;

/// The state of a reviewer's answer about a bundle. Only [`Findings`](Self::Findings) and [`Clean`](Self::Clean) count
/// as reviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ReviewState {
    /// It reports something.
    Findings,
    /// It says that there is nothing to report, or retracted everything.
    Clean,
    /// It neither reports nor clears anything.
    NoEvidence,
    /// It was asked, but there is no answer.
    Failed,
    /// There is no answer yet.
    Missing,
    /// It was not asked about this bundle.
    NotAsked,
}

impl ReviewState {
    /// Whether the reviewer has reviewed the bundle.
    pub fn is_usable(self) -> bool {
        matches!(self, Self::Findings | Self::Clean)
    }
}

words!(ReviewState {
    Findings => "findings",
    Clean => "clean",
    NoEvidence => "no-evidence",
    Failed => "failed",
    Missing => "missing",
    NotAsked => "not-asked",
});

/// Whether the finish reason says that the answer hit the output limit, or that a filter ended it.
pub(super) fn is_cut_off(sidecar: Option<&Sidecar>) -> bool {
    let reason = sidecar.and_then(|sidecar| sidecar.finish_reason.as_deref());
    reason.is_some_and(|reason| {
        let reason = reason.to_ascii_lowercase();
        matches!(
            reason.as_str(),
            "length"
                | "max_tokens"
                | "max_output_tokens"
                | "max-tokens"
                | "model_length"
                | "content_filter"
        )
    })
}

/// Determines the state of a review whose citations are in `buckets`. The second value says why it is no evidence.
pub(super) fn judge(
    review: &Review,
    buckets: &Buckets,
    cut_off: bool,
) -> (ReviewState, Option<String>) {
    let no = |why: &str| (ReviewState::NoEvidence, Some(why.to_owned()));
    let loose = &review.unlocated;
    let standing = loose.iter().any(|loose| loose.retracted.is_none());
    if buckets.counted + buckets.duplicate > 0 || standing {
        return (ReviewState::Findings, None);
    }
    if cut_off {
        return no("cut off before any finding");
    }
    let others = buckets.unknown_path + buckets.beyond_file + buckets.malformed;
    if (buckets.retracted > 0 || !loose.is_empty()) && others == 0 {
        return (ReviewState::Clean, None);
    }
    match review.verdict {
        Some(ReviewVerdict::Block) => return no("says BLOCK but reports nothing that counts"),
        Some(ReviewVerdict::Fix) => return no("says FIX but reports nothing that counts"),
        Some(ReviewVerdict::Ship) if others == 0 => return (ReviewState::Clean, None),
        None if review.says_clean && others == 0 => return (ReviewState::Clean, None),
        _ => {}
    }
    if review.bytes == 0 {
        no("empty")
    } else if buckets.unknown_path > 0 && buckets.unknown_path + buckets.echoed == buckets.citations
    {
        no("names only paths that do not exist")
    } else if buckets.echoed > 0 && buckets.echoed == buckets.citations {
        no("only repeats the diff or the prompt")
    } else if buckets.citations > 0 {
        no("nothing it names can be counted")
    } else {
        no("no finding, no NONE and no VERDICT: SHIP")
    }
}

/// Output tokens, and whether they are estimated: the sidecar's, else a quarter of the review's bytes, rounded up.
pub(super) fn tokens_out(bytes: u64, sidecar: Option<&Sidecar>) -> (u64, bool) {
    match sidecar.and_then(|sidecar| sidecar.tokens_out) {
        Some(tokens) => (tokens, false),
        None => (bytes.div_ceil(4), true),
    }
}

/// For each value its ratio to the median of the others, two decimals; `None` if there are no others or their median is
/// 0.
pub(super) fn relative_to_others(values: &[u64]) -> Vec<Option<f64>> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    values
        .iter()
        .map(|value| {
            let own = sorted.partition_point(|other| other < value);
            let other = |at: usize| sorted.get(if at < own { at } else { at + 1 }).copied();
            let others = sorted.len().checked_sub(1).filter(|n| *n > 0)?;
            let low = other((others - 1) / 2)?;
            let high = other(others / 2)?;
            let twice = low.saturating_add(high);
            (twice > 0).then(|| two_decimals(*value as f64 * 2.0 / twice as f64))
        })
        .collect()
}

/// Rounded to two decimals, so that every platform prints the same digits.
pub(super) fn two_decimals(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::UnlocatedFinding;

    fn buckets(of: &[(crate::tally::Bucket, u64)]) -> Buckets {
        let mut buckets = Buckets::default();
        for (bucket, times) in of {
            for _ in 0..*times {
                buckets.add(*bucket);
            }
        }
        buckets
    }

    #[test]
    fn states() {
        use crate::tally::Bucket::{Counted, Echoed, Malformed, Retracted, UnknownPath};
        let review = |none, verdict| Review {
            says_clean: none,
            verdict,
            bytes: 1500,
            ..Review::default()
        };
        let (block, ship) = (Some(ReviewVerdict::Block), Some(ReviewVerdict::Ship));
        let empty = Review::default();
        let loose = Review {
            unlocated: vec![UnlocatedFinding {
                line: 1,
                claim: crate::review::Claim::default(),
                retracted: None,
            }],
            ..Review::default()
        };
        for (review, counts, cut_off, state) in [
            (review(true, None), &[][..], false, ReviewState::Clean),
            (review(false, ship), &[], false, ReviewState::Clean),
            (review(true, ship), &[], true, ReviewState::NoEvidence),
            (review(false, None), &[], false, ReviewState::NoEvidence),
            (empty, &[], false, ReviewState::NoEvidence),
            (review(false, block), &[], false, ReviewState::NoEvidence),
            (review(true, block), &[], false, ReviewState::NoEvidence),
            (
                review(false, block),
                &[(Counted, 1)],
                true,
                ReviewState::Findings,
            ),
            (loose, &[], true, ReviewState::Findings),
            (
                review(false, block),
                &[(Retracted, 2)],
                false,
                ReviewState::Clean,
            ),
            (
                review(false, None),
                &[(Retracted, 1), (UnknownPath, 1)],
                false,
                ReviewState::NoEvidence,
            ),
            (
                review(false, None),
                &[(UnknownPath, 3)],
                false,
                ReviewState::NoEvidence,
            ),
            (
                review(false, None),
                &[(Echoed, 3)],
                false,
                ReviewState::NoEvidence,
            ),
            (
                review(false, None),
                &[(Malformed, 1)],
                false,
                ReviewState::NoEvidence,
            ),
            (
                review(false, ship),
                &[(Echoed, 3)],
                false,
                ReviewState::Clean,
            ),
            (
                review(false, ship),
                &[(Echoed, 3)],
                false,
                ReviewState::Clean,
            ),
            (
                review(false, ship),
                &[(UnknownPath, 1)],
                false,
                ReviewState::NoEvidence,
            ),
            (
                review(true, None),
                &[(Malformed, 1)],
                false,
                ReviewState::NoEvidence,
            ),
        ] {
            let (found, reason) = judge(&review, &buckets(counts), cut_off);
            assert_eq!(found, state, "{review:?} {counts:?}");
            assert_eq!(reason.is_some(), state == ReviewState::NoEvidence);
        }
    }

    #[test]
    fn tokens_and_their_multiples() {
        assert_eq!(tokens_out(9, None), (3, true));
        let sidecar = Sidecar {
            tokens_out: Some(7),
            ..Sidecar::default()
        };
        assert_eq!(tokens_out(9, Some(&sidecar)), (7, false));
        assert_eq!(
            relative_to_others(&[100, 100, 25]),
            [Some(1.6), Some(1.6), Some(0.25)]
        );
        assert_eq!(relative_to_others(&[100]), [None]);
        assert_eq!(relative_to_others(&[5, 0, 0]), [None, Some(0.0), Some(0.0)]);
        assert_eq!(relative_to_others(&[]), []);
    }

    #[test]
    fn the_reason_names_what_was_found_instead() {
        use crate::tally::Bucket::{Echoed, Malformed, UnknownPath};
        for (bytes, counts, cut_off, reason) in [
            (0, &[][..], false, "empty"),
            (9, &[(Malformed, 1)], true, "cut off before any finding"),
            (
                9,
                &[(Echoed, 3)],
                false,
                "only repeats the diff or the prompt",
            ),
            (
                9,
                &[(UnknownPath, 3)],
                false,
                "names only paths that do not exist",
            ),
            (
                9,
                &[(UnknownPath, 1), (Echoed, 2)],
                false,
                "names only paths that do not exist",
            ),
            (
                9,
                &[(Malformed, 1)],
                false,
                "nothing it names can be counted",
            ),
            (
                9,
                &[(Malformed, 1), (Echoed, 1)],
                false,
                "nothing it names can be counted",
            ),
        ] {
            let review = Review {
                bytes,
                ..Review::default()
            };
            let (_, found) = judge(&review, &buckets(counts), cut_off);
            assert_eq!(found.as_deref(), Some(reason), "{counts:?}");
        }
    }
}
