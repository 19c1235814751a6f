//! Decides whether claims of two waves are one issue, by the rule that groups findings of one wave (`group`).

use super::FindingRecord;
use super::group::{THRESHOLD, THRESHOLD_WITHOUT_LINES};
use super::similarity::{self, Reader, Words, share};
use crate::review::location::LineRange;

/// Reads the claims about one file, under all its paths.
pub(crate) struct ClaimReader(Reader);

/// The claim of one finding, and its lines.
pub(crate) struct ClaimWords {
    pub(crate) lines: Option<LineRange>,
    symbol: Option<String>,
    words: Words,
}

impl ClaimReader {
    pub(crate) fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let paths: Vec<&str> = paths.into_iter().collect();
        Self(Reader::new(&paths.join(" ")))
    }

    /// Reads a finding; `lines` are its lines at the head at which the waves are compared.
    pub(crate) fn read(&mut self, finding: &FindingRecord, lines: Option<LineRange>) -> ClaimWords {
        ClaimWords {
            lines,
            symbol: finding.symbol.clone(),
            words: self.0.words(finding),
        }
    }

    /// Reads plain text about lines or a symbol.
    pub(crate) fn read_text(
        &mut self,
        text: &str,
        symbol: Option<&str>,
        lines: Option<LineRange>,
    ) -> ClaimWords {
        ClaimWords {
            lines,
            symbol: symbol.map(str::to_owned),
            words: self.0.words_of(std::iter::once(text)),
        }
    }
}

/// The mean similarity of two sets of claims, 0 to 1, if they are one issue: average linkage, as within a wave.
pub(crate) fn same_issue(a: &[ClaimWords], b: &[ClaimWords], near_lines: u32) -> Option<f64> {
    let mut sum = 0;
    let mut met = false;
    let without = |claims: &[ClaimWords]| claims.iter().all(|claim| claim.lines.is_none());
    let by_words = without(a) && without(b);
    let threshold = if by_words {
        THRESHOLD_WITHOUT_LINES
    } else {
        THRESHOLD
    };
    for a in a {
        for b in b {
            let (meets, compared) = match (a.lines, b.lines) {
                (Some(a), Some(b)) => (a.is_near(b, near_lines), true),
                (None, None) => (a.symbol.is_some() && a.symbol == b.symbol, by_words),
                _ => (false, false),
            };
            if !meets && !by_words {
                continue;
            }
            met |= compared;
            sum += match similarity::compare(&a.words, &b.words) {
                // A symbol that the diff does not show counts like lines.
                Some(alike) if by_words && meets => alike + (THRESHOLD_WITHOUT_LINES - THRESHOLD),
                Some(alike) => alike,
                None if meets => threshold,
                None => 0,
            };
        }
    }
    let pairs = (a.len() * b.len()) as u64;
    (met && sum >= threshold * pairs)
        .then(|| super::review_state::two_decimals(share(sum) / pairs as f64))
}
