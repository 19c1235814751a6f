//! Work on many files, spread over threads.

use std::ops::{ControlFlow, Range};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::objects::{Database, Objects};
use super::{GitError, Progress, ProgressFn, Stage};

/// One object reader a thread, and the work queue that they share.
///
/// Threads take the next few items of a list, so that a large file holds nobody else up; the results stand in the
/// order of the items, whoever made them.
pub(super) struct Workers {
    readers: Vec<Objects>,
    progress: Option<ProgressFn>,
    stage: Stage,
}

impl Workers {
    /// One reader a thread.
    pub(super) fn new(database: &Database, jobs: usize, progress: Option<ProgressFn>) -> Self {
        Self {
            readers: (0..jobs.max(1)).map(|_| database.objects()).collect(),
            progress,
            stage: Stage::Trees,
        }
    }

    /// Workers that can be given no work.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self {
            readers: Vec::new(),
            progress: None,
            stage: Stage::Trees,
        }
    }

    /// Names what the following work is reported as.
    pub(super) fn enter(&mut self, stage: Stage) -> Result<(), GitError> {
        self.stage = stage;
        self.report(0, 0)
    }

    /// The reader of the calling thread.
    pub(super) fn objects(&self) -> &Objects {
        &self.readers[0]
    }

    fn report(&self, done: usize, total: usize) -> Result<(), GitError> {
        report(self.progress.as_ref(), self.stage, done, total)
    }

    /// Makes one value an item.
    pub(super) fn map<T: Send>(
        &mut self,
        items: usize,
        chunk: usize,
        make: impl Fn(&Objects, usize) -> Result<T, GitError> + Sync,
    ) -> Result<Vec<T>, GitError> {
        let chunks = self.run(
            items,
            chunk,
            |_| (),
            |objects, (), range| -> Result<Vec<T>, GitError> {
                range.map(|at| make(objects, at)).collect()
            },
        )?;
        Ok(chunks.1.into_iter().flatten().collect())
    }

    /// Makes one value a chunk of items; each thread has a state of its own, and all states are handed back, too.
    ///
    /// Of several errors that of the first item is returned, whatever the number of threads.
    pub(super) fn run<S: Send, T: Send>(
        &mut self,
        items: usize,
        chunk: usize,
        state: impl Fn(usize) -> S + Sync,
        work: impl Fn(&Objects, &mut S, Range<usize>) -> Result<T, GitError> + Sync,
    ) -> Result<(Vec<S>, Vec<T>), GitError> {
        let chunks = items.div_ceil(chunk);
        let (next, finished) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let results = Mutex::new(Vec::with_capacity(chunks));
        let (progress, stage) = (self.progress.as_ref(), self.stage);
        let thread = |index: usize, objects: &Objects| {
            let mut state = state(index);
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                if at >= chunks {
                    return state;
                }
                let range = at * chunk..items.min((at + 1) * chunk);
                let length = range.len();
                let result = work(objects, &mut state, range).and_then(|value| {
                    let done = finished.fetch_add(length, Ordering::Relaxed) + length;
                    report(progress, stage, done, items).map(|()| value)
                });
                if result.is_err() {
                    // Chunks before this one are all in somebody's hands, so the first error is found in any case.
                    next.fetch_max(chunks, Ordering::Relaxed);
                }
                if let Ok(mut results) = results.lock() {
                    results.push((at, result));
                }
            }
        };
        let threads = self.readers.len().min(chunks);
        let states: Vec<S> = if threads <= 1 {
            self.readers
                .iter()
                .take(threads)
                .map(|o| thread(0, o))
                .collect()
        } else {
            thread::scope(|scope| {
                let thread = &thread;
                let running: Vec<_> = self.readers[..threads]
                    .iter_mut()
                    .enumerate()
                    .map(|(index, objects)| scope.spawn(move || thread(index, objects)))
                    .collect();
                running
                    .into_iter()
                    .map(|handle| {
                        handle
                            .join()
                            .unwrap_or_else(|e| std::panic::resume_unwind(e))
                    })
                    .collect()
            })
        };
        let mut results = results.into_inner().unwrap_or_default();
        results.sort_by_key(|&(at, _)| at);
        let values = results
            .into_iter()
            .map(|(_, result)| result)
            .collect::<Result<_, _>>()?;
        Ok((states, values))
    }
}

/// Tells the caller how far the work is.
pub(super) fn report(
    progress: Option<&ProgressFn>,
    stage: Stage,
    done: usize,
    total: usize,
) -> Result<(), GitError> {
    match progress.map(|callback| callback(Progress { stage, done, total })) {
        Some(ControlFlow::Break(())) => Err(GitError::Cancelled),
        _ => Ok(()),
    }
}
