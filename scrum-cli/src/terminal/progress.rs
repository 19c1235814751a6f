//! The progress line on stderr.

use std::io::IsTerminal;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use scrum_core::control::{Control, Stage};

/// Work that finishes sooner shows no progress.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows progress if stderr is a terminal and the work takes over a second.
#[derive(Debug, Clone)]
pub(crate) struct ProgressLine {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    enabled: bool,
    start: Instant,
    bar: OnceLock<ProgressBar>,
}

impl ProgressLine {
    pub(crate) fn start(quiet: bool) -> Self {
        let enabled = !quiet && std::io::stderr().is_terminal();
        let shared = Shared {
            enabled,
            start: Instant::now(),
            bar: OnceLock::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The progress callback for options of the library.
    pub(crate) fn control(&self) -> Control {
        let progress = self.clone();
        Control::default().progress(move |now| progress.set(name(now.stage), now.done, now.total))
    }

    /// Updates the progress. A `total` of 0 means that it is not known yet.
    pub(crate) fn set(&self, stage: &'static str, done: usize, total: usize) {
        let shared = &self.shared;
        if !shared.enabled || shared.start.elapsed() < PATIENCE {
            return;
        }
        let bar = shared.bar.get_or_init(|| {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("{elapsed:>4} {msg} {pos}/{len}") {
                bar.set_style(style);
            }
            bar
        });
        bar.set_message(stage);
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    }

    /// Removes the line before anything else is printed.
    pub(crate) fn clear(&self) {
        if let Some(bar) = self.shared.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Trees => "comparing trees",
        Stage::Renames => "finding renames",
        Stage::Patches => "making patches",
        Stage::Commits => "reading commits",
        Stage::Split => "planning bundles",
        Stage::Wave => "writing files",
        Stage::Reviews => "reading findings",
        Stage::Bundles => "grouping findings",
        // The library may add stages.
        _ => "working",
    }
}
