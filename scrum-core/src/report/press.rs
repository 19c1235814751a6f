//! Bundles of a tally, printed by several threads and written in order.
//!
//! No more is printed ahead than a few stretches of neighbouring bundles, so the memory does not grow with the report.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::tally::BundleTally;

/// Records that a stretch of bundles has at least, where it is not the last.
const STRETCH: usize = 1_000;
/// A bundle with more records is printed straight into the output.
const MOST_BUFFERED: usize = 10_000;

/// Neighbours that are printed together.
struct Stretch {
    bundles: Range<usize>,
    records: usize,
}

fn stretches(bundles: &[BundleTally]) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = Vec::new();
    for (at, bundle) in bundles.iter().enumerate() {
        let records = bundle.locations.len()
            + bundle.places.len()
            + bundle.set_aside.len()
            + bundle.reviewers.len()
            + bundle.findings_without_location.len()
            + bundle.unmatched_retractions.len();
        match all.last_mut() {
            Some(last) if last.records < STRETCH && records < STRETCH => {
                last.bundles.end = at + 1;
                last.records += records;
            }
            _ => all.push(Stretch {
                bundles: at..at + 1,
                records,
            }),
        }
    }
    all
}

/// What prints one bundle, given with its index.
pub(super) type Print<'p> =
    &'p (dyn Fn(usize, &BundleTally, &mut dyn io::Write) -> io::Result<()> + Sync);

/// Prints the bundles in order, on `jobs` threads beside the caller's own, which writes.
pub(super) fn print(
    bundles: &[BundleTally],
    jobs: usize,
    out: &mut dyn io::Write,
    print: Print<'_>,
) -> io::Result<()> {
    let stretches = stretches(bundles);
    if jobs < 2 || stretches.len() < 2 {
        let mut all = bundles.iter().enumerate();
        return all.try_for_each(|(at, bundle)| print(at, bundle, out));
    }
    let press = Press {
        bundles,
        stretches: &stretches,
        print,
        ahead: jobs + 2,
        state: Mutex::default(),
        turned: Condvar::new(),
    };
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(stretches.len()) {
            scope.spawn(|| press.run());
        }
        let written = press.deliver(out);
        press.stop();
        written
    })
}

/// What the threads share.
struct Press<'a> {
    bundles: &'a [BundleTally],
    stretches: &'a [Stretch],
    print: Print<'a>,
    /// Stretches that may be printed before they can be written.
    ahead: usize,
    state: Mutex<State>,
    turned: Condvar,
}

#[derive(Default)]
struct State {
    /// The next stretch to print, and the next to write.
    next: usize,
    due: usize,
    printed: BTreeMap<usize, io::Result<Vec<u8>>>,
    /// Emptied, to be filled again: fresh memory costs more than the printing.
    spare: Vec<Vec<u8>>,
    stopped: bool,
}

impl Press<'_> {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'g>(&self, guard: MutexGuard<'g, State>) -> MutexGuard<'g, State> {
        self.turned
            .wait(guard)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Prints stretches until none is left.
    fn run(&self) {
        let mut state = self.lock();
        loop {
            while !state.stopped && state.next >= state.due + self.ahead {
                state = self.wait(state);
            }
            let at = state.next;
            if state.stopped || at >= self.stretches.len() {
                return;
            }
            state.next += 1;
            let stretch = &self.stretches[at];
            if stretch.records > MOST_BUFFERED {
                continue;
            }
            let mut buffer = state.spare.pop().unwrap_or_default();
            drop(state);
            let printed = self.stretch(stretch, &mut buffer).map(|()| buffer);
            state = self.lock();
            state.printed.insert(at, printed);
            self.turned.notify_all();
        }
    }

    fn stretch(&self, stretch: &Stretch, out: &mut dyn io::Write) -> io::Result<()> {
        let mut bundles = stretch.bundles.clone();
        bundles.try_for_each(|at| (self.print)(at, &self.bundles[at], out))
    }

    /// Writes the stretches in order.
    fn deliver(&self, out: &mut dyn io::Write) -> io::Result<()> {
        for (at, stretch) in self.stretches.iter().enumerate() {
            if stretch.records > MOST_BUFFERED {
                self.stretch(stretch, out)?;
                self.lock().due = at + 1;
                self.turned.notify_all();
                continue;
            }
            let mut state = self.lock();
            let printed = loop {
                if let Some(printed) = state.printed.remove(&at) {
                    break printed;
                }
                state = self.wait(state);
            };
            drop(state);
            let mut buffer = printed?;
            out.write_all(&buffer)?;
            buffer.clear();
            let mut state = self.lock();
            state.spare.push(buffer);
            state.due = at + 1;
            self.turned.notify_all();
        }
        Ok(())
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.turned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::{NoDiffs, Outcome, Submission, TallyOptions, tally};

    #[test]
    fn neighbours_share_a_stretch_and_the_giant_is_alone() {
        let submissions = (0..30)
            .flat_map(|at| {
                let names = if at == 7 { MOST_BUFFERED + 1 } else { 100 };
                (0..names).map(move |name| {
                    let outcome = Outcome::Failed {
                        reason: String::new(),
                    };
                    Submission::new(format!("b{at:02}"), format!("{at}-{name}"), outcome)
                })
            })
            .collect();
        let mut tally = tally(submissions, None, &NoDiffs, &TallyOptions::default());
        for bundle in &mut tally.bundles {
            let own = format!("{}-", bundle.id.trim_start_matches(['b', '0']));
            bundle
                .reviewers
                .retain(|row| row.reviewer.starts_with(&own) || bundle.id == "b00");
        }
        tally.bundles[0].reviewers.truncate(100);
        let all = stretches(&tally.bundles);
        let ends: Vec<usize> = all.iter().map(|stretch| stretch.bundles.end).collect();
        assert!(ends.is_sorted() && ends.last() == Some(&30), "{ends:?}");
        assert!(all.len() < 8, "{ends:?}");
        assert!(
            all.iter()
                .any(|stretch| stretch.records > MOST_BUFFERED && stretch.bundles == (7..8))
        );
    }
}
