//! Divides a row of sizes into balanced runs.

/// Divides `sizes` into runs of which each sums to at most `limit`, unless a single size is above it. Returns the
/// end of each run.
///
/// A run ends near the size at which all that is left would be divided evenly. `price` says how bad it is to end a run
/// before an index, in thousandths; 1000 is as bad as a run of twice the even size. The time grows with the number of
/// sizes: each is looked at for a few runs at most.
pub(super) fn balanced(sizes: &[u64], limit: u64, price: impl Fn(usize) -> u64) -> Vec<usize> {
    /// Price of needing a run more than there could be.
    const ONE_MORE: u64 = 400;
    let limit = limit.max(1);
    let mut ends = Vec::new();
    let mut left: u64 = sizes.iter().sum();
    let mut start = 0;
    while start < sizes.len() {
        let runs = left.div_ceil(limit).max(1);
        let target = (left / runs).max(1);
        let mut sum = 0;
        let mut best: Option<(u64, usize, u64)> = None;
        let mut farthest = (start + 1, sizes[start]);
        if left <= limit {
            farthest = (sizes.len(), left);
        } else {
            for (at, size) in sizes.iter().enumerate().skip(start) {
                sum += size;
                if sum > limit && at > start {
                    break;
                }
                let end = at + 1;
                farthest = (end, sum);
                if sum < target / 2 {
                    continue;
                }
                let after = (left - sum).div_ceil(limit);
                let more = if after + 1 > runs { ONE_MORE } else { 0 };
                let cut = if end < sizes.len() { price(end) } else { 0 };
                let cost = cut + more + sum.abs_diff(target).saturating_mul(1000) / target;
                if best.is_none_or(|(least, _, _)| cost < least) {
                    best = Some((cost, end, sum));
                }
            }
        }
        let (end, sum) = best.map_or(farthest, |(_, end, sum)| (end, sum));
        ends.push(end);
        left -= sum;
        start = end;
    }
    ends
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sums(sizes: &[u64], limit: u64, price: impl Fn(usize) -> u64) -> Vec<u64> {
        let mut start = 0;
        let sum = |end: usize| {
            let sum = sizes[start..end].iter().sum();
            start = end;
            sum
        };
        balanced(sizes, limit, price).into_iter().map(sum).collect()
    }

    #[test]
    fn runs_are_even_and_not_what_is_left_over() {
        assert_eq!(sums(&[10; 13], 60, |_| 0), [40, 40, 50]);
        assert_eq!(sums(&[30, 30, 1], 60, |_| 0), [30, 31]);
        assert_eq!(sums(&[5, 100, 5], 60, |_| 0), [5, 100, 5]);
    }

    #[test]
    fn a_good_place_is_worth_some_balance() {
        let price = |end: usize| if end == 4 { 0 } else { 300 };
        assert_eq!(sums(&[10; 10], 60, price), [40, 60]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_every_run_fits(
            sizes in prop::collection::vec(0_u64..150, 0..60),
            limit in 0_u64..200,
        ) {
            let ends = balanced(&sizes, limit, |end| (end % 7) as u64 * 100);
            let mut start = 0;
            for end in &ends {
                prop_assert!(*end > start);
                let run = &sizes[start..*end];
                prop_assert!(run.len() == 1 || run.iter().sum::<u64>() <= limit.max(1));
                start = *end;
            }
            prop_assert_eq!(start, sizes.len());
        }
    }
}
