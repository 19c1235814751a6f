//! The running programs, each in its own process group, so that the programs it starts are killed with it.

use std::collections::BTreeMap;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use process_wrap::std::{ChildWrapper, CommandWrap};

/// Time between SIGTERM and SIGKILL.
pub(super) const GRACE: Duration = Duration::from_millis(700);

type ProcessGroup = Arc<Mutex<Box<dyn ChildWrapper>>>;

/// The running programs with their process groups, so that all can be killed at once.
#[derive(Debug, Default)]
pub(crate) struct Children {
    live: Mutex<Live>,
}

#[derive(Debug, Default)]
struct Live {
    groups: BTreeMap<u64, ProcessGroup>,
    next: u64,
    /// No further program may start.
    closed: bool,
}

/// A running program; it leaves the list when it is dropped.
pub(super) struct Child<'a> {
    pub(super) children: &'a Children,
    number: u64,
    group: ProcessGroup,
}

impl Children {
    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no further program may start.
    pub(super) fn is_closed(&self) -> bool {
        self.live().closed
    }

    pub(super) fn start(&self, command: Command) -> std::io::Result<Child<'_>> {
        // Locked during the start, so that killing all programs does not miss this one.
        let mut live = self.live();
        if live.closed {
            return Err(std::io::Error::other("interrupted"));
        }
        let mut command = CommandWrap::from(command);
        #[cfg(unix)]
        command.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::std::JobObject);
        let group: ProcessGroup = Arc::new(Mutex::new(command.spawn()?));
        let number = live.next;
        live.next += 1;
        live.groups.insert(number, Arc::clone(&group));
        Ok(Child {
            children: self,
            number,
            group,
        })
    }

    /// Prevents further starts, sends SIGTERM to all running programs, and kills them after a while.
    pub(crate) fn end(&self) {
        let groups = {
            let mut live = self.live();
            live.closed = true;
            live.groups.values().cloned().collect::<Vec<_>>()
        };
        groups.iter().for_each(terminate);
        let until = Instant::now() + GRACE;
        while Instant::now() < until && !self.live().groups.is_empty() {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.kill();
    }

    /// Prevents further starts, and kills all running programs.
    pub(crate) fn kill(&self) {
        let mut live = self.live();
        live.closed = true;
        live.groups.values().for_each(kill);
    }
}

fn lock(group: &ProcessGroup) -> MutexGuard<'_, Box<dyn ChildWrapper>> {
    group.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends SIGTERM to a group, which may have ended already.
fn terminate(group: &ProcessGroup) {
    #[cfg(unix)]
    {
        /// The same number on every Unix.
        const SIGTERM: i32 = 15;
        let _ = lock(group).signal(SIGTERM);
    }
    #[cfg(not(unix))]
    kill(group);
}

fn kill(group: &ProcessGroup) {
    let _ = lock(group).start_kill();
}

impl Child<'_> {
    pub(super) fn lock(&self) -> MutexGuard<'_, Box<dyn ChildWrapper>> {
        lock(&self.group)
    }

    pub(super) fn try_wait(&self) -> std::io::Result<Option<ExitStatus>> {
        self.lock().try_wait()
    }

    pub(super) fn terminate(&self) {
        terminate(&self.group);
    }

    pub(super) fn kill(&self) {
        kill(&self.group);
    }

    /// Waits for a killed program, so that it leaves no zombie.
    pub(super) fn reap(&self) {
        let until = Instant::now() + GRACE;
        while Instant::now() < until && matches!(self.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Child<'_> {
    fn drop(&mut self) {
        self.children.live().groups.remove(&self.number);
    }
}
