//! Ctrl-C, and the signals that mean the same.

use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};

use super::children::Children;
use crate::error::{Context as _, Result, failure};

/// The exit code of an interrupted run.
const INTERRUPTED: i32 = 130;

/// What Ctrl-C ends at the moment. A process has only one handler but may run several commands, as the demonstration
/// does.
struct Interruptible {
    children: Arc<Children>,
    first: Box<dyn FnMut() + Send>,
    times: u32,
}

static CURRENT: Mutex<Option<Interruptible>> = Mutex::new(None);
static HANDLER: Once = Once::new();

fn current() -> MutexGuard<'static, Option<Interruptible>> {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Calls `first` at the next Ctrl-C. The second one kills all running programs and exits immediately.
pub(crate) fn listen(children: Arc<Children>, first: impl FnMut() + Send + 'static) -> Result<()> {
    *current() = Some(Interruptible {
        children,
        first: Box::new(first),
        times: 0,
    });
    let mut set = Ok(());
    HANDLER.call_once(|| set = ctrlc::set_handler(handle));
    set.map_err(failure)
        .context("no handler for Ctrl-C can be installed")
}

fn handle() {
    let mut current = current();
    let Some(run) = current.as_mut() else {
        std::process::exit(INTERRUPTED);
    };
    run.times += 1;
    if run.times == 1 {
        (run.first)();
    } else {
        run.children.kill();
        std::process::exit(INTERRUPTED);
    }
}
