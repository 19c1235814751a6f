//! Waits for a program that writes to pipes, and kills it if it takes too long or writes too much.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::capture::Captured;
use super::children::{Child, GRACE};

/// How long a program's children may keep its pipes open after it has ended.
const LINGER: Duration = Duration::from_millis(500);

/// How a program ended.
pub(super) enum CommandEnd {
    Exited(ExitStatus),
    TooLate,
    TooMuch,
    Lost(std::io::Error),
}

/// Waits for a program, and kills it after `deadline` or if a stream exceeds its limit.
pub(super) fn wait(child: &Child<'_>, streams: &[&Captured], deadline: Instant) -> CommandEnd {
    const SHORTEST: Duration = Duration::from_millis(1);
    const LONGEST: Duration = Duration::from_millis(20);
    let is_done = || streams.iter().all(|stream| stream.is_done());
    let is_over = || streams.iter().any(|stream| stream.is_over());
    let mut pause = SHORTEST;
    loop {
        // Read before checking the child, so that output from just before its end is seen.
        let over = is_over();
        match child.try_wait() {
            Ok(Some(status)) => {
                let until = deadline.min(Instant::now() + LINGER);
                while !is_done() && Instant::now() < until {
                    std::thread::sleep(SHORTEST);
                }
                if !is_done() || child.children.is_closed() {
                    // Its children keep the pipes open, or everything must end.
                    child.kill();
                }
                return if is_over() {
                    CommandEnd::TooMuch
                } else {
                    CommandEnd::Exited(status)
                };
            }
            Ok(None) => {}
            Err(error) => {
                child.kill();
                return CommandEnd::Lost(error);
            }
        }
        if over {
            child.kill();
            child.reap();
            return CommandEnd::TooMuch;
        }
        if Instant::now() >= deadline {
            child.terminate();
            let until = Instant::now() + GRACE;
            while Instant::now() < until && matches!(child.try_wait(), Ok(None)) {
                std::thread::sleep(LONGEST.min(GRACE / 10));
            }
            // The group may outlive its leader.
            child.kill();
            child.reap();
            return CommandEnd::TooLate;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST);
    }
}

/// The program of a command that runs in `folder`: a path is relative to it, a plain name is searched in PATH.
pub(super) fn program_in(folder: &Path, program: &str) -> PathBuf {
    if program.contains(['/', '\\']) {
        folder.join(program)
    } else {
        PathBuf::from(program)
    }
}
