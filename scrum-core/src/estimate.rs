//! Estimates how many defects nobody reported, by capture–recapture: lineages are the capture occasions, defects the
//! animals.
//!
//! Takes [`Captures`], how many lineages reported each defect; gives an [`Estimate`] of all defects, reported or not,
//! or the reason why there is none. It is a *lower bound*, because lineages share blind spots.
//!
//! | lineages | estimator | source |
//! |---|---|---|
//! | 2 | Chapman | Seber, *The Estimation of Animal Abundance*, 1982, p. 60 |
//! | 3 or more | Chao's M<sub>h</sub>, bias-corrected | Chao, *Biometrics* 43, 1987 |
//! | 3 or more | jackknife, first and second order, for comparison | Burnham & Overton, *Biometrika* 65, 1978 |

use serde::{Deserialize, Serialize};

/// Below this many lineages an estimate is only indicative (Briand et al., 1997).
pub const INDICATIVE_BELOW: u32 = 4;

/// Normal quantile of a two-sided interval of 95 %.
const Z: f64 = 1.96;

/// How often defects were reported: the input of an estimate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captures {
    /// For each lineage, the defects that it reported.
    by_lineage: Vec<u64>,
    /// At index `k - 1` the defects that exactly `k` lineages reported.
    frequencies: Vec<u64>,
}

impl Captures {
    /// Counts defects. Each is the set of lineages that reported it, as indices below `lineages`; indices out of range
    /// and repeated ones are left out, and so is a defect that nobody reported.
    pub fn new<'a>(lineages: usize, defects: impl IntoIterator<Item = &'a [usize]>) -> Self {
        let mut by_lineage = vec![0; lineages];
        let mut frequencies = vec![0; lineages];
        for reporters in defects {
            let mut seen = vec![false; lineages];
            for &lineage in reporters.iter().filter(|lineage| **lineage < lineages) {
                if !std::mem::replace(&mut seen[lineage], true) {
                    by_lineage[lineage] += 1;
                }
            }
            let count = seen.iter().filter(|seen| **seen).count();
            if count > 0 {
                frequencies[count - 1] += 1;
            }
        }
        Self {
            by_lineage,
            frequencies,
        }
    }

    /// Distinct defects that were reported.
    pub fn found(&self) -> u64 {
        self.frequencies.iter().sum()
    }

    /// Defects that exactly `count` lineages reported.
    fn by(&self, count: usize) -> u64 {
        let index = count.checked_sub(1);
        index
            .and_then(|i| self.frequencies.get(i))
            .copied()
            .unwrap_or(0)
    }
}

/// How an estimate was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EstimateMethod {
    /// Chapman's estimator for two occasions.
    Chapman,
    /// Chao's estimator for unequal catchability, corrected for few occasions.
    Chao,
}

/// Which defects an estimate is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum EstimateBasis {
    /// Findings that a person has confirmed.
    Confirmed,
    /// All findings. False ones raise the estimate, because two lineages rarely report the same false one.
    Unconfirmed,
}

/// A lower bound of all defects, reported or not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Estimate {
    /// How it was made.
    pub method: EstimateMethod,
    /// Lineages that reviewed.
    pub occasions: u32,
    /// Distinct defects that were reported.
    pub found: u64,
    /// Estimate of all defects; at least `found`.
    pub total: f64,
    /// Lower end of a log-normal interval of 95 %; at least `found`.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// What the defects were.
    pub basis: EstimateBasis,
    /// There were fewer than four lineages, so the estimate is only a hint.
    pub indicative: bool,
}

/// Why there is no estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum EstimateRefused {
    /// Fewer than two lineages reviewed, so nothing can overlap.
    #[error("fewer than two lineages reviewed")]
    Lineages,
    /// Two or more lineages reviewed, but fewer than two of them reviewed every bundle. If a lineage has not seen a
    /// bundle, the fact that it reports nothing there means nothing.
    #[error("fewer than two lineages reviewed every bundle")]
    Coverage,
    /// Nothing was reported.
    #[error("nothing was reported")]
    Nothing,
    /// No defect was reported by two lineages, so there is no overlap to estimate from.
    #[error("no two lineages reported the same defect")]
    NoOverlap,
}

/// Estimates the number of all defects.
///
/// # Errors
///
/// [`EstimateRefused`] if the data do not allow an estimate.
///
/// ```
/// use scrum_core::estimate::{Captures, EstimateBasis, estimate};
///
/// // Two lineages: one reported 3 defects, the other 2, and one is the same.
/// let defects: [&[usize]; 4] = [&[0], &[0], &[0, 1], &[1]];
/// let estimate = estimate(&Captures::new(2, defects), EstimateBasis::Unconfirmed).unwrap();
/// assert_eq!((estimate.found, estimate.total), (4, 5.0));
/// ```
pub fn estimate(captures: &Captures, basis: EstimateBasis) -> Result<Estimate, EstimateRefused> {
    let lineages = captures.by_lineage.len();
    let found = captures.found();
    if lineages < 2 {
        return Err(EstimateRefused::Lineages);
    }
    if found == 0 {
        return Err(EstimateRefused::Nothing);
    }
    if captures.by(1) == found {
        return Err(EstimateRefused::NoOverlap);
    }
    let (method, (total, variance)) = if lineages == 2 {
        let both = captures.by(2);
        let pair = (captures.by_lineage[0], captures.by_lineage[1]);
        (EstimateMethod::Chapman, chapman(pair.0, pair.1, both))
    } else {
        (EstimateMethod::Chao, chao(captures))
    };
    let (low, high) = interval(float(found), total, variance);
    let occasions = u32::try_from(lineages).unwrap_or(u32::MAX);
    Ok(Estimate {
        method,
        occasions,
        found,
        total,
        low,
        high,
        basis,
        indicative: occasions < INDICATIVE_BELOW,
    })
}

/// Chapman's estimate of a population and its variance: `first` and `second` caught on two occasions, `both` on both.
/// Seber 1982, p. 60.
fn chapman(first: u64, second: u64, both: u64) -> (f64, f64) {
    let (first, second, both) = (float(first), float(second), float(both));
    let total = (first + 1.0) * (second + 1.0) / (both + 1.0) - 1.0;
    let variance = (first + 1.0) * (second + 1.0) * (first - both) * (second - both)
        / ((both + 1.0).powi(2) * (both + 2.0));
    (total, variance)
}

/// Chao's bias-corrected estimate for `t` occasions and its variance. Chao 1987.
fn chao(captures: &Captures) -> (f64, f64) {
    let t = float(captures.by_lineage.len() as u64);
    let (once, twice) = (float(captures.by(1)), float(captures.by(2)));
    let missing = (t - 1.0) * once * (once - 1.0) / (2.0 * t * (twice + 1.0));
    let spread = once * once + 4.0 * once * twice + 3.0 * once - 6.0 * twice - 6.0;
    let variance = missing
        + (t - 1.0).powi(2) * once * (once - 1.0) * spread
            / (4.0 * t * t * (twice + 1.0).powi(2) * (twice + 2.0));
    (float(captures.found()) + missing, variance.max(0.0))
}

/// Jackknife estimates of the first and the second order. Burnham & Overton 1978. They are shown in addition to Chao's
/// estimate, never instead of it.
pub fn jackknife(captures: &Captures) -> (f64, f64) {
    let t = float(captures.by_lineage.len() as u64);
    let found = float(captures.found());
    let (once, twice) = (float(captures.by(1)), float(captures.by(2)));
    let first = found + once * (t - 1.0) / t;
    let second = found + once * (2.0 * t - 3.0) / t - twice * (t - 2.0).powi(2) / (t * (t - 1.0));
    (first, second)
}

/// A log-normal interval around an estimate, never below the number found. Chao 1987.
fn interval(found: f64, total: f64, variance: f64) -> (f64, f64) {
    let missing = total - found;
    if missing <= 0.0 || variance <= 0.0 {
        return (total, total);
    }
    let factor = (Z * (variance / (missing * missing)).ln_1p().sqrt()).exp();
    (found + missing / factor, found + missing * factor)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of findings are far below 2^53"
)]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
