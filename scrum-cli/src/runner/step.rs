//! Runs one step of the smoke chain, in its own process group ([`super::children`]).
//!
//! Both its streams go into one pipe, to keep the order in which they were written.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Instant;

use scrum_core::config::Smoke;
use scrum_core::gauntlet::smoke::{SmokeStep, StepResult, tail};

use super::capture::{Captured, Keep, capture};
use super::children::Children;
use super::process::{CommandEnd, program_in, wait};

/// How many of the last bytes of a step's output are kept.
const OUTPUT_BYTES: usize = 1 << 20;

/// The reason for a step that was running when Ctrl-C was pressed.
pub(crate) const INTERRUPTED: &str = "interrupted";

/// A step that ran, and what it wrote.
pub(crate) struct StepRun {
    pub(crate) step: SmokeStep,
    pub(crate) output: StepOutput,
}

/// What the last attempt of a step wrote.
#[derive(Default)]
pub(crate) struct StepOutput {
    /// The last megabyte.
    pub(crate) end: Vec<u8>,
    /// Number of earlier bytes that are not kept.
    pub(crate) dropped: u64,
}

/// One attempt.
struct Attempt {
    status: Option<ExitStatus>,
    /// Why there is no status.
    reason: Option<String>,
    output: StepOutput,
}

/// Runs a step, with the configured retries.
pub(crate) fn run(step: &Smoke, folder: &Path, children: &Children) -> StepRun {
    let begun = Instant::now();
    let mut attempts = 0;
    let attempt = loop {
        let attempt = attempt(step, folder, children);
        attempts += 1;
        let again = !attempt.passed() && attempts <= step.retries && !children.is_closed();
        if !again {
            break attempt;
        }
    };
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let passed = attempt.passed();
    let result = if passed {
        StepResult::Pass
    } else {
        StepResult::Fail
    };
    let mut ran = SmokeStep::new(&step.name, result, ms);
    ran.exit = attempt.status.and_then(|status| status.code());
    ran.signal = attempt.status.and_then(signal);
    ran.reason = attempt.reason;
    if passed && attempts > 1 {
        ran.reason = Some(format!("passed at attempt {attempts}"));
    }
    if !passed {
        ran.tail = Some(tail(&attempt.output.end));
    }
    StepRun {
        step: ran,
        output: attempt.output,
    }
}

impl Attempt {
    fn passed(&self) -> bool {
        self.reason.is_none() && self.status.is_some_and(|status| status.success())
    }

    fn not_run(reason: String) -> Self {
        Self {
            status: None,
            reason: Some(reason),
            output: StepOutput::default(),
        }
    }
}

fn attempt(step: &Smoke, folder: &Path, children: &Children) -> Attempt {
    let name = step.command.first().map_or("", String::as_str);
    let (reader, writer) = match std::io::pipe() {
        Ok(pipe) => pipe,
        Err(error) => return Attempt::not_run(format!("there is no pipe for its output: {error}")),
    };
    let second = match writer.try_clone() {
        Ok(second) => second,
        Err(error) => return Attempt::not_run(format!("there is no pipe for its output: {error}")),
    };
    let mut command = Command::new(program_in(folder, name));
    command
        .args(step.command.iter().skip(1))
        .current_dir(folder)
        .envs(&step.env)
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(second);
    let deadline = Instant::now() + step.timeout();
    // The command is dropped there with its ends of the pipe, so the reader sees the end.
    let child = match children.start(command) {
        Ok(child) => child,
        Err(_) if children.is_closed() => return Attempt::not_run(INTERRUPTED.to_owned()),
        Err(error) => return Attempt::not_run(format!("`{name}` cannot be started: {error}")),
    };
    let output = Arc::new(Captured::default());
    capture(reader, &output, Keep::End(OUTPUT_BYTES));
    let end = wait(&child, &[&output], deadline);
    // Remaining background processes would disturb the next steps.
    child.kill();
    drop(child);
    let (status, reason) = match end {
        // After SIGTERM, some programs exit with success.
        _ if children.is_closed() => (None, Some(INTERRUPTED.to_owned())),
        CommandEnd::Exited(status) => (Some(status), None),
        CommandEnd::TooLate => {
            let limit = step.timeout.as_deref().unwrap_or("10m");
            (None, Some(format!("timed out after {limit}")))
        }
        // Only the end of the output is kept, so no limit can be exceeded.
        CommandEnd::TooMuch => (None, Some("wrote too much".to_owned())),
        CommandEnd::Lost(error) => (None, Some(format!("cannot be waited for: {error}"))),
    };
    let mut end = output.bytes().clone();
    let surplus = end.len().saturating_sub(OUTPUT_BYTES);
    end.drain(..surplus);
    let dropped = output.total().saturating_sub(end.len() as u64);
    Attempt {
        status,
        reason,
        output: StepOutput { end, dropped },
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}
