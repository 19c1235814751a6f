//! How a range is compared, and how the caller hears of it.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread;

/// What the work is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Both trees are compared.
    Trees,
    /// Renames are sought.
    Renames,
    /// Patches are made.
    Patches,
    /// The newest commits are asked which files they touched.
    Commits,
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What the work is at.
    pub stage: Stage,
    /// Items of this stage that are done.
    pub done: usize,
    /// Items of this stage, 0 while they are not counted yet.
    pub total: usize,
}

/// Told how far the work is, from any thread; `Break` ends it with [`GitError::Cancelled`](super::GitError::Cancelled).
pub type ProgressFn = Arc<dyn Fn(Progress) -> ControlFlow<()> + Send + Sync>;

/// How a range is compared.
#[derive(Clone)]
#[non_exhaustive]
pub struct DiffOptions {
    /// Limits the range to paths, as git's own pathspecs do, but for `attr`; relative to the repository's top folder.
    /// Renames are sought inside them. Empty, the default, means everything.
    pub pathspec: Vec<String>,
    /// Unchanged lines around a change; 3 by default.
    pub context: u32,
    /// Threads that make patches; by default as many as the machine runs at once. 0 counts as 1. The commits of the range are
    /// read by one more, unless this is 1.
    pub jobs: Option<usize>,
    /// The least similarity of a rename, in percent; 50 by default. 100 finds only what was not edited.
    pub rename_threshold: u8,
    /// Renames of edited files are sought only while deleted × added files is no more than the square of this; 1000 by
    /// default, as in git.
    pub rename_limit: usize,
    /// Called now and then.
    pub progress: Option<ProgressFn>,
}

impl Default for DiffOptions {
    fn default() -> Self {
        Self {
            pathspec: Vec::new(),
            context: 3,
            jobs: None,
            rename_threshold: 50,
            rename_limit: 1000,
            progress: None,
        }
    }
}

impl fmt::Debug for DiffOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiffOptions")
            .field("pathspec", &self.pathspec)
            .field("context", &self.context)
            .field("jobs", &self.jobs)
            .field("rename_threshold", &self.rename_threshold)
            .field("rename_limit", &self.rename_limit)
            .field("progress", &self.progress.is_some())
            .finish()
    }
}

impl DiffOptions {
    /// Sets [`pathspec`](Self::pathspec).
    #[must_use]
    pub fn with_pathspec(mut self, pathspec: Vec<String>) -> Self {
        self.pathspec = pathspec;
        self
    }

    /// Sets [`context`](Self::context).
    #[must_use]
    pub fn with_context(mut self, lines: u32) -> Self {
        self.context = lines;
        self
    }

    /// Sets [`jobs`](Self::jobs).
    #[must_use]
    pub fn with_jobs(mut self, jobs: Option<usize>) -> Self {
        self.jobs = jobs;
        self
    }

    /// Sets [`rename_threshold`](Self::rename_threshold).
    #[must_use]
    pub fn with_rename_threshold(mut self, percent: u8) -> Self {
        self.rename_threshold = percent;
        self
    }

    /// Sets [`progress`](Self::progress).
    #[must_use]
    pub fn with_progress(mut self, progress: ProgressFn) -> Self {
        self.progress = Some(progress);
        self
    }

    pub(super) fn threads(&self) -> usize {
        self.jobs
            .unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from))
            .max(1)
    }
}
