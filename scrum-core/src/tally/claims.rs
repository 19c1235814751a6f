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

/// The mean similarity of two sets of claims if they are one issue: average linkage, as within a wave. 0 to 1, and up to
/// 0.14 above that for claims about one symbol, so that the same words about another one come after them.
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

#[cfg(test)]
mod tests {
    use super::*;

    const SAME: &str = "The mutex stays held after the early exit";

    #[test]
    fn claims_of_two_waves_are_one_issue_by_the_rule_of_one_wave() {
        let line = |at| Some(LineRange::new(at, at));
        let other = "Negative amounts overflow the total";
        // A fifth of the words is the same: enough at the same lines or symbol only.
        let near = "mutex deadlocks writer queue";
        for (a, b, one) in [
            ((line(5), None, SAME), (line(5), None, SAME), true),
            ((line(5), None, SAME), (line(6), None, SAME), true),
            ((line(5), None, SAME), (line(9), None, SAME), false),
            ((line(5), None, SAME), (line(5), None, other), false),
            ((line(5), None, SAME), (line(5), None, near), true),
            // Nothing to compare: the lines decide, or the symbol.
            ((line(5), None, SAME), (line(5), None, ""), true),
            ((line(5), None, SAME), (line(9), None, ""), false),
            ((None, Some("f"), SAME), (None, Some("f"), ""), true),
            ((None, Some("f"), SAME), (None, Some("g"), ""), false),
            ((line(5), None, SAME), (None, None, SAME), false),
            ((None, None, SAME), (None, None, SAME), true),
            ((None, None, SAME), (None, None, near), false),
            ((None, Some("f"), SAME), (None, Some("f"), near), true),
            ((None, Some("f"), SAME), (None, Some("f"), other), false),
            ((None, None, SAME), (None, None, ""), false),
        ] {
            let mut reader = ClaimReader::new(["a.rs"]);
            let mut read = |(lines, symbol, text): (_, Option<&str>, &str)| {
                [reader.read_text(text, symbol, lines)]
            };
            let (first, second) = (read(a), read(b));
            assert_eq!(same_issue(&first, &second, 1).is_some(), one, "{a:?} {b:?}");
            assert_eq!(same_issue(&second, &first, 1).is_some(), one, "{b:?} {a:?}");
        }
        let mut reader = ClaimReader::new(["a.rs"]);
        let two = [0, 1].map(|_| reader.read_text(SAME, Some("f"), line(5)));
        assert_eq!(same_issue(&two, &two, 1), Some(1.0));
    }

    #[test]
    fn the_same_symbol_goes_above_the_same_words() {
        let mut reader = ClaimReader::new(["a.rs"]);
        for (a, b, lines, similarity) in [
            (Some("f"), Some("f"), None, 1.14),
            (Some("f"), Some("g"), None, 1.0),
            (None, None, None, 1.0),
            (None, None, Some(LineRange::new(5, 5)), 1.0),
        ] {
            let mut read = |symbol| [reader.read_text(SAME, symbol, lines)];
            assert_eq!(
                same_issue(&read(a), &read(b), 1),
                Some(similarity),
                "{a:?} {b:?}"
            );
        }
    }
}
