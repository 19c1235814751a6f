//! Ctrl-C, and the signals that mean the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::children::Children;
use crate::error::{Context as _, Result, failure};

/// The exit code of an interrupted run.
const INTERRUPTED: i32 = 130;

/// Calls `first` at the first Ctrl-C. The second kills what still runs, and ends the program at once.
pub(crate) fn listen(
    children: Arc<Children>,
    mut first: impl FnMut() + Send + 'static,
) -> Result<()> {
    let times = AtomicU32::new(0);
    ctrlc::set_handler(move || {
        if times.fetch_add(1, Ordering::Relaxed) == 0 {
            first();
        } else {
            children.kill();
            std::process::exit(INTERRUPTED);
        }
    })
    .map_err(failure)
    .context("no handler for Ctrl-C can be installed")
}
