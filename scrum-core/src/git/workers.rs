//! The threads that compare files, each with its own reader of objects.

use super::error::GitError;
use super::objects::{Database, Objects};
use crate::control::{Control, Stage};
use crate::try_map::try_map;

/// One reader of objects for each thread, and the current stage.
pub(super) struct Workers {
    readers: Vec<Objects>,
    control: Control,
    stage: Stage,
}

impl Workers {
    /// One reader for each of `jobs` threads.
    pub(super) fn new(database: &Database, jobs: usize, control: Control) -> Self {
        Self {
            readers: (0..jobs.max(1)).map(|_| database.objects()).collect(),
            control,
            stage: Stage::Trees,
        }
    }

    /// Workers that can be given no work.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self {
            readers: Vec::new(),
            control: Control::default(),
            stage: Stage::Trees,
        }
    }

    /// Sets the stage for progress reports.
    pub(super) fn enter(&mut self, stage: Stage) -> Result<(), GitError> {
        self.stage = stage;
        Ok(self.control.report(stage, 0, 0)?)
    }

    /// The reader of the calling thread.
    pub(super) fn objects(&self) -> &Objects {
        &self.readers[0]
    }

    pub(super) fn control(&self) -> &Control {
        &self.control
    }

    pub(super) fn threads(&self) -> usize {
        self.readers.len()
    }

    /// Computes one value for each item, in their order.
    pub(super) fn map<T: Send>(
        &mut self,
        items: usize,
        make: impl Fn(&Objects, usize) -> Result<T, GitError> + Sync,
    ) -> Result<Vec<T>, GitError> {
        let readers = &mut self.readers;
        try_map(
            &self.control,
            self.stage,
            readers,
            0..items,
            |reader, at| make(reader, at),
        )
    }

    /// As [`map`](Self::map), with a state for each of [`threads`](Self::threads).
    pub(super) fn map_with<S: Send, T: Send>(
        &mut self,
        states: &mut [S],
        items: usize,
        make: impl Fn(&Objects, &mut S, usize) -> Result<T, GitError> + Sync,
    ) -> Result<Vec<T>, GitError> {
        let mut both: Vec<_> = self.readers.iter_mut().zip(states).collect();
        try_map(
            &self.control,
            self.stage,
            &mut both,
            0..items,
            |both, at| make(both.0, both.1, at),
        )
    }
}
