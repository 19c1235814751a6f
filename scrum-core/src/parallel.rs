//! Work on many items by several threads, whose results come in the items' order.
//!
//! Takes items and a function; gives the function's results. [`tally`](crate::tally) and the reports use it.

use std::sync::{Mutex, PoisonError};

/// Stretches of items that each thread takes on average: few enough to take quickly, many enough that threads end
/// together.
const STRETCHES: usize = 16;

/// Applies `work` to every item, on up to `jobs` threads, the caller's among them. What comes out does not depend on
/// their number.
pub fn map<T: Send, R: Send>(jobs: usize, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    map_with(jobs, items, || (), |(), item| work(item))
}

/// [`map`] with something that each thread makes once and keeps, such as a buffer.
pub fn map_with<T: Send, R: Send, S>(
    jobs: usize,
    items: Vec<T>,
    own: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, T) -> R + Sync,
) -> Vec<R> {
    let count = items.len();
    let jobs = jobs.min(count);
    if jobs <= 1 {
        let mut kept = own();
        return items
            .into_iter()
            .map(|item| work(&mut kept, item))
            .collect();
    }
    let stretch = (count / (jobs * STRETCHES)).max(1);
    let queue = Mutex::new((0, items.into_iter()));
    let take = || -> Option<(usize, Vec<T>)> {
        // A thread that panicked takes the others with it when the scope ends.
        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
        let start = queue.0;
        let taken: Vec<T> = queue.1.by_ref().take(stretch).collect();
        queue.0 += taken.len();
        (!taken.is_empty()).then_some((start, taken))
    };
    let finished = Mutex::new(Vec::new());
    let run = || {
        let mut kept = own();
        while let Some((start, taken)) = take() {
            let done: Vec<R> = taken
                .into_iter()
                .map(|item| work(&mut kept, item))
                .collect();
            let mut finished = finished.lock().unwrap_or_else(PoisonError::into_inner);
            finished.push((start, done));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..jobs {
            scope.spawn(run);
        }
        run();
    });
    let mut finished = finished
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    finished.sort_unstable_by_key(|(start, _)| *start);
    let mut results = Vec::with_capacity(count);
    for (_, done) in finished {
        results.extend(done);
    }
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for (jobs, count) in [(1, 5), (2, 0), (2, 1), (3, 1000), (64, 65)] {
            let items: Vec<usize> = (0..count).collect();
            let doubled = map(jobs, items, |item| item * 2);
            assert!(
                doubled.iter().copied().eq((0..count).map(|item| item * 2)),
                "{jobs} {count}"
            );
        }
    }
}
