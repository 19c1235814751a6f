//! Options for comparing a range.

use std::thread;

use crate::change::DEFAULT_CONTEXT;
use crate::control::Control;

/// How a range is compared.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DiffOptions {
    /// Limits the range to paths, by git's pathspecs except `attr`; relative to the repository's top folder. Renames
    /// are only found within them. Empty, the default, means everything.
    pub pathspec: Vec<String>,
    /// Unchanged lines around a change; 3 by default.
    pub context: u32,
    /// Number of threads that make patches; by default the available parallelism. 0 counts as 1. Unless this is 1, one
    /// more thread reads the commits of the range.
    pub jobs: Option<usize>,
    /// The minimum similarity of a rename, in percent; 50 by default. 100 finds only unedited files.
    pub rename_threshold: u8,
    /// Renames of edited files are only detected if deleted × added files is at most the square of this; 1000 by
    /// default, as in git.
    pub rename_limit: usize,
    /// Progress callback and cancel switch. Default none.
    pub control: Control,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self {
            pathspec: Vec::new(),
            context: DEFAULT_CONTEXT,
            jobs: None,
            rename_threshold: 50,
            rename_limit: 1000,
            control: Control::default(),
        }
    }
}

impl DiffOptions {
    /// Sets [`pathspec`](Self::pathspec).
    #[must_use]
    pub fn pathspec(mut self, pathspec: Vec<String>) -> Self {
        self.pathspec = pathspec;
        self
    }

    /// Sets [`context`](Self::context).
    #[must_use]
    pub fn context(mut self, lines: u32) -> Self {
        self.context = lines;
        self
    }

    /// Sets [`jobs`](Self::jobs).
    #[must_use]
    pub fn jobs(mut self, jobs: Option<usize>) -> Self {
        self.jobs = jobs;
        self
    }

    /// Sets [`rename_threshold`](Self::rename_threshold).
    #[must_use]
    pub fn rename_threshold(mut self, percent: u8) -> Self {
        self.rename_threshold = percent;
        self
    }

    /// Sets [`rename_limit`](Self::rename_limit).
    #[must_use]
    pub fn rename_limit(mut self, files: usize) -> Self {
        self.rename_limit = files;
        self
    }

    /// Sets [`control`](Self::control).
    #[must_use]
    pub fn control(mut self, control: Control) -> Self {
        self.control = control;
        self
    }

    pub(super) fn threads(&self) -> usize {
        self.jobs
            .unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from))
            .max(1)
    }
}
