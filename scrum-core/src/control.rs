//! Progress of long work, and cancelling it.
//!
//! Takes a switch and a callback from the caller; gives the stages a [`Control`] to report to and to check. It is part
//! of the options of every stage that can take long: `git::DiffOptions`, [`BundleOptions`](crate::plan::BundleOptions),
//! [`WaveOptions`](crate::wave::WaveOptions) and [`TallyOptions`](crate::tally::TallyOptions). They can all share one.
//!
//! ```
//! use scrum_core::control::{Cancel, Control};
//!
//! let cancel = Cancel::new();
//! let control = Control::default()
//!     .cancel(&cancel)
//!     .progress(|progress| println!("{:?}: {} of {}", progress.stage, progress.done, progress.total));
//! // From another thread, or from a signal handler:
//! cancel.cancel();
//! assert!(control.is_cancelled());
//! ```

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Both trees are compared.
    Trees,
    /// Renames are looked for.
    Renames,
    /// Patches are made.
    Patches,
    /// Finding out which files the newest commits touched.
    Commits,
    /// Bundles are cut into parts.
    Split,
    /// The files of a wave are written.
    Wave,
    /// Resolving the locations in each reviewer's answers.
    Reviews,
    /// The findings of each bundle are grouped.
    Bundles,
}

/// How far a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Number of items of this stage that are done.
    pub done: usize,
    /// Number of items of this stage; 0 while it is not known yet.
    pub total: usize,
}

/// A switch that cancels work. Clones share their state; once cancelled, it stays cancelled.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A switch that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels the work that checks this switch. Can be called from any thread, and more than once.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The work was cancelled by its [`Cancel`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

type ProgressFn = dyn Fn(Progress) + Send + Sync;

/// A progress callback and a cancel switch; by default neither.
///
/// A stage checks the switch between items and inside large ones. When cancelled, it returns its own error, usually
/// within a few hundredths of a second. libgit2 cannot be interrupted: a thread that is comparing two versions of a
/// large file keeps running in the background, and frees its memory when libgit2 is done.
#[derive(Clone, Default)]
pub struct Control {
    cancel: Option<Cancel>,
    progress: Option<Arc<ProgressFn>>,
}

impl Control {
    /// Sets the switch that cancels the work.
    #[must_use]
    pub fn cancel(mut self, cancel: &Cancel) -> Self {
        self.cancel = Some(cancel.clone());
        self
    }

    /// Sets a function that is called, from any thread, when a stage begins and whenever some of its items are done.
    #[must_use]
    pub fn progress(mut self, progress: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Whether the work is cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(Cancel::is_cancelled)
    }

    /// Whether the work can be cancelled at all.
    #[cfg(feature = "git")]
    pub(crate) fn can_cancel(&self) -> bool {
        self.cancel.is_some()
    }

    pub(crate) fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() {
            Err(Cancelled)
        } else {
            Ok(())
        }
    }

    /// Reports the progress of a stage.
    pub(crate) fn report(&self, stage: Stage, done: usize, total: usize) -> Result<(), Cancelled> {
        if let Some(progress) = &self.progress {
            progress(Progress { stage, done, total });
        }
        self.check()
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("cancel", &self.cancel)
            .field("progress", &self.progress.is_some())
            .finish()
    }
}

/// Bytes that a [`Watched`] writer passes on between two checks of the switch.
const WATCHED_BYTES: usize = 1 << 20;

/// A writer that fails once the work is cancelled.
pub(crate) struct Watched<'a> {
    out: &'a mut dyn Write,
    control: &'a Control,
}

impl<'a> Watched<'a> {
    pub(crate) fn new(out: &'a mut dyn Write, control: &'a Control) -> Self {
        Self { out, control }
    }
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.control.check().map_err(io::Error::other)?;
        self.out.write(&bytes[..bytes.len().min(WATCHED_BYTES)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_stops_inside_a_large_text() {
        struct CancelsAtOnce(Cancel, usize);
        impl Write for CancelsAtOnce {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.cancel();
                self.1 += bytes.len();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let cancel = Cancel::new();
        let control = Control::default().cancel(&cancel);
        let mut out = CancelsAtOnce(cancel, 0);
        let written = Watched::new(&mut out, &control).write_all(&vec![b'x'; 3 * WATCHED_BYTES]);
        assert!(written.is_err());
        assert_eq!(out.1, WATCHED_BYTES);
    }
}
