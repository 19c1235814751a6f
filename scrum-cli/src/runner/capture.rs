//! Captures what a program writes to a pipe while it runs, up to a limit.

use std::io::{ErrorKind, Read};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is kept of a stream.
#[derive(Clone, Copy)]
pub(super) enum Keep {
    /// This many bytes; reading ends there.
    Beginning(u64),
    /// The last bytes.
    End(usize),
}

/// The data of a stream so far. A thread reads it, which is never joined: a process that cannot be killed may keep the
/// other end open forever.
#[derive(Debug, Default)]
pub(super) struct Captured {
    bytes: Mutex<Vec<u8>>,
    /// Number of bytes read so far, kept or not.
    total: AtomicU64,
    done: AtomicBool,
    over: AtomicBool,
}

impl Captured {
    pub(super) fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn total(&self) -> u64 {
        self.total.load(Ordering::Acquire)
    }

    pub(super) fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }
}

pub(super) fn capture(mut stream: impl Read + Send + 'static, into: &Arc<Captured>, keep: Keep) {
    let into = Arc::clone(into);
    std::thread::spawn(move || {
        let mut chunk = vec![0; 1 << 16];
        loop {
            let read = match stream.read(&mut chunk) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            into.total.fetch_add(read as u64, Ordering::AcqRel);
            let mut bytes = into.bytes();
            bytes.extend_from_slice(&chunk[..read]);
            match keep {
                Keep::Beginning(most) if bytes.len() as u64 > most => {
                    into.over.store(true, Ordering::Release);
                    break;
                }
                Keep::End(most) if bytes.len() > 2 * most => {
                    let surplus = bytes.len() - most;
                    bytes.drain(..surplus);
                }
                _ => {}
            }
        }
        if let Keep::End(most) = keep {
            let mut bytes = into.bytes();
            let surplus = bytes.len().saturating_sub(most);
            bytes.drain(..surplus);
        }
        into.done.store(true, Ordering::Release);
    });
}
