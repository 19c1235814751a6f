//! The programs that run, each in a process group of its own, so that what one starts dies with it.

use std::collections::BTreeMap;
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use process_wrap::std::{ChildWrapper, CommandWrap};

/// From the request to end to the end by force.
pub(super) const GRACE: Duration = Duration::from_millis(700);

type Group = Arc<Mutex<Box<dyn ChildWrapper>>>;

/// The programs that run, each with its process group, so that all of them can be ended at once.
#[derive(Debug, Default)]
pub(crate) struct Children {
    live: Mutex<Live>,
}

#[derive(Debug, Default)]
struct Live {
    groups: BTreeMap<u64, Group>,
    next: u64,
    /// Nothing is started any more.
    closed: bool,
}

/// A program that runs; it leaves the list when it is dropped.
pub(super) struct Child<'a> {
    pub(super) children: &'a Children,
    number: u64,
    group: Group,
}

impl Children {
    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nothing is started any more.
    pub(super) fn is_closed(&self) -> bool {
        self.live().closed
    }

    pub(super) fn start(&self, command: Command) -> std::io::Result<Child<'_>> {
        // Held while it starts: whoever ends all of them must not miss this one.
        let mut live = self.live();
        if live.closed {
            return Err(std::io::Error::other("interrupted"));
        }
        let mut command = CommandWrap::from(command);
        #[cfg(unix)]
        command.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::std::JobObject);
        let group: Group = Arc::new(Mutex::new(command.spawn()?));
        let number = live.next;
        live.next += 1;
        live.groups.insert(number, Arc::clone(&group));
        Ok(Child {
            children: self,
            number,
            group,
        })
    }

    /// Lets nothing start any more, asks what runs to end, and ends it by force after a while.
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

    /// Lets nothing start any more, and ends what runs by force.
    pub(crate) fn kill(&self) {
        let mut live = self.live();
        live.closed = true;
        live.groups.values().for_each(kill);
    }
}

fn lock(group: &Group) -> MutexGuard<'_, Box<dyn ChildWrapper>> {
    group.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks a group to end; one that is gone needs nothing.
fn terminate(group: &Group) {
    #[cfg(unix)]
    {
        /// The same number on every Unix.
        const SIGTERM: i32 = 15;
        let _ = lock(group).signal(SIGTERM);
    }
    #[cfg(not(unix))]
    kill(group);
}

fn kill(group: &Group) {
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

    /// Takes the end of a killed program, so that it leaves no zombie.
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
