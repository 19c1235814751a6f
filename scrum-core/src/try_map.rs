//! Processes many items on several threads: results in the items' order, progress, and cancelling.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::control::{Cancelled, Control, Stage};

/// Average number of chunks per thread: few enough for little overhead, many enough that the threads finish at the same
/// time.
const CHUNKS: usize = 16;
/// Maximum number of items in a chunk, so that a chunk of large items does not delay the others.
const MOST_ITEMS: usize = 32;

/// Applies `work` to every item, with one thread for each of `states`, including the calling thread. A thread keeps its
/// state, such as a buffer, from item to item. Results are in the order of the items, and do not depend on the number
/// of threads.
///
/// # Errors
///
/// The error of the first item that fails, whatever the number of threads; [`Cancelled`] if `control` cancels the work.
pub fn try_map<T, S, R, E>(
    control: &Control,
    stage: Stage,
    states: &mut [S],
    items: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator + Send>,
    work: impl Fn(&mut S, T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E>
where
    S: Send,
    R: Send,
    E: From<Cancelled> + Send,
{
    let items = items.into_iter();
    let total = items.len();
    let threads = states.len().min(total).max(1);
    let size = (total / (threads * CHUNKS)).clamp(1, MOST_ITEMS);
    let queue = Mutex::new((0, items));
    let failed = AtomicBool::new(false);
    let take = || -> Option<(usize, Vec<T>)> {
        if failed.load(Ordering::Relaxed) {
            return None;
        }
        // If a thread panicked, the scope propagates it.
        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
        let start = queue.0;
        let taken: Vec<T> = queue.1.by_ref().take(size).collect();
        queue.0 += taken.len();
        (!taken.is_empty()).then_some((start, taken))
    };
    let done = AtomicUsize::new(0);
    let finished = Mutex::new(Vec::new());
    let run = |state: &mut S| {
        while let Some((start, taken)) = take() {
            let length = taken.len();
            let mut results = Vec::with_capacity(length);
            let result = taken.into_iter().try_for_each(|item| -> Result<(), E> {
                control.check()?;
                results.push(work(state, item)?);
                Ok(())
            });
            let result = result.and_then(|()| {
                let done = done.fetch_add(length, Ordering::Relaxed) + length;
                Ok(control.report(stage, done, total)?)
            });
            // All chunks before this one are already taken by a thread, so the first error is still found.
            failed.fetch_or(result.is_err(), Ordering::Relaxed);
            let mut finished = finished.lock().unwrap_or_else(PoisonError::into_inner);
            finished.push((start, result.map(|()| results)));
        }
    };
    let threads = threads.min(states.len());
    if let Some((own, others)) = states[..threads].split_first_mut() {
        std::thread::scope(|scope| {
            for state in others {
                scope.spawn(|| run(state));
            }
            run(own);
        });
    }
    let mut finished = finished
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    finished.sort_unstable_by_key(|(start, _)| *start);
    let mut results = Vec::with_capacity(total);
    for (_, chunk) in finished {
        results.extend(chunk?);
    }
    Ok(results)
}

/// [`try_map`] for work that neither fails nor is cancelled.
pub fn map<T, S: Send, R: Send>(
    states: &mut [S],
    items: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator + Send>,
    work: impl Fn(&mut S, T) -> R + Sync,
) -> Vec<R> {
    let made = try_map(
        &Control::default(),
        Stage::Reviews,
        states,
        items,
        |state, item| Ok(work(state, item)),
    );
    match made {
        Ok(results) => results,
        Err(Cancelled) => unreachable!("nobody could cancel"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::Cancel;

    #[derive(Debug, PartialEq)]
    enum Failure {
        Item(usize),
        Cancelled,
    }

    impl From<Cancelled> for Failure {
        fn from(_: Cancelled) -> Self {
            Self::Cancelled
        }
    }

    fn doubled(
        control: &Control,
        threads: usize,
        count: usize,
        work: impl Fn(usize) -> Result<usize, Failure> + Sync,
    ) -> Result<Vec<usize>, Failure> {
        let mut states = vec![(); threads];
        try_map(control, Stage::Wave, &mut states, 0..count, |(), item| {
            work(item)
        })
    }

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for (threads, count) in [(1, 5), (2, 0), (2, 1), (3, 1000), (64, 65)] {
            let all = doubled(&Control::default(), threads, count, |item| Ok(item * 2));
            assert!(all.unwrap().into_iter().eq((0..count).map(|item| item * 2)));
        }
    }

    #[test]
    fn the_first_item_that_fails_is_the_error() {
        for threads in [1, 2, 8] {
            let failed = doubled(&Control::default(), threads, 1000, |item| {
                if item % 400 == 399 {
                    Err(Failure::Item(item))
                } else {
                    Ok(item)
                }
            });
            assert_eq!(failed, Err(Failure::Item(399)), "{threads}");
        }
    }

    #[test]
    fn progress_reaches_the_total_and_cancel_ends_the_work() {
        let last = std::sync::Arc::new(AtomicUsize::new(0));
        let seen = std::sync::Arc::clone(&last);
        let control = Control::default().progress(move |progress| {
            assert_eq!(progress.total, 100);
            seen.fetch_max(progress.done, Ordering::Relaxed);
        });
        doubled(&control, 2, 100, Ok).unwrap();
        assert_eq!(last.load(Ordering::Relaxed), 100);

        for threads in [1, 4] {
            let cancel = Cancel::new();
            let control = Control::default().cancel(&cancel);
            let made = AtomicUsize::new(0);
            let ended = doubled(&control, threads, 100_000, |item| {
                cancel.cancel();
                made.fetch_add(1, Ordering::Relaxed);
                Ok(item)
            });
            assert_eq!(ended, Err(Failure::Cancelled));
            assert!(made.load(Ordering::Relaxed) <= threads);
        }
    }
}
