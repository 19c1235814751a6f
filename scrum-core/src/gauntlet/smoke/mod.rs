//! The smoke chain: the results of its steps, as text, JSON, JUnit XML and TAP.
//!
//! A [`SmokeReport`] is made from finished steps with [`SmokeReport::new`], or read with [`read`] from the report of
//! another test runner. [`order`] sorts the steps of a configuration so that each comes after those it needs.

mod junit;
mod order;
mod read;
mod tap;
mod text;

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

pub use order::{ChainError, order};
pub use read::{SmokeReadError, read};

/// Value of `schema` in `smoke.json`.
pub const SCHEMA: &str = "scrum.smoke/1";

/// Number of lines of a failed step's output that a report keeps.
pub const TAIL_LINES: usize = 20;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum StepResult {
    /// It exited with 0.
    Pass,
    /// It exited with another code, was killed, timed out, or could not be started.
    Fail,
    /// It was not run, because a step it needs did not pass or the run was interrupted.
    Skip,
}

impl StepResult {
    /// `PASS`, `FAIL` or `SKIP`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Skip => "SKIP",
        }
    }
}

/// One step of a chain, after it ran or was skipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SmokeStep {
    /// The step's name.
    pub name: String,
    /// How it ended.
    pub result: StepResult,
    /// How long all its attempts ran, in milliseconds.
    pub ms: u64,
    /// Exit status of its last attempt; `None` if a signal ended it or it never ran.
    #[serde(default)]
    pub exit: Option<i32>,
    /// The signal that ended it.
    #[serde(default)]
    pub signal: Option<i32>,
    /// Why it was skipped or could not finish, e.g. `timed out after 60s` or `d1 failed`.
    #[serde(default)]
    pub reason: Option<String>,
    /// The last [`TAIL_LINES`] lines that a failed step wrote.
    #[serde(default)]
    pub tail: Option<String>,
}

impl SmokeStep {
    /// A step with only its result.
    pub fn new(name: impl Into<String>, result: StepResult, ms: u64) -> Self {
        Self {
            name: name.into(),
            result,
            ms,
            exit: None,
            signal: None,
            reason: None,
            tail: None,
        }
    }
}

impl SmokeStep {
    /// Writes the step's line of the text form, `PASS d1 5s`.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        text::write_step(self, out)
    }

    /// Why it did not pass, e.g. `exit status 2`; empty if unknown.
    pub fn why(&self) -> String {
        match (&self.reason, self.signal, self.exit) {
            (Some(reason), _, _) => reason.clone(),
            (None, Some(signal), _) => format!("ended by signal {signal}"),
            (None, None, Some(exit)) => format!("exit status {exit}"),
            (None, None, None) => String::new(),
        }
    }
}

/// The results of a whole chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SmokeReport {
    /// [`SCHEMA`].
    pub schema: String,
    /// Steps that passed.
    pub pass: usize,
    /// Steps that failed.
    pub fail: usize,
    /// Steps that did not run.
    pub skip: usize,
    /// Full hex id of the commit that was checked out; `None` outside a repository, and for reports of other test
    /// runners.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether tracked files differed from that commit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncommitted: bool,
    /// The steps, in the order in which they ran.
    pub steps: Vec<SmokeStep>,
}

impl SmokeReport {
    /// Counts `steps`.
    pub fn new(steps: Vec<SmokeStep>) -> Self {
        let count = |result| steps.iter().filter(|step| step.result == result).count();
        Self {
            schema: SCHEMA.to_owned(),
            pass: count(StepResult::Pass),
            fail: count(StepResult::Fail),
            skip: count(StepResult::Skip),
            commit: None,
            uncommitted: false,
            steps,
        }
    }

    /// Whether no step failed and none was skipped. A chain without steps proves nothing, so it did not pass.
    pub fn passed(&self) -> bool {
        self.fail == 0 && self.skip == 0 && self.pass > 0
    }

    /// Writes the report as text, the form of `smoke.txt`.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        text::write(self, out)
    }

    /// Writes the last line of the text form, `--- 20 PASS / 1 FAIL ---`.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write_totals(&self, out: &mut dyn Write) -> io::Result<()> {
        text::write_totals(self, out)
    }

    /// Writes the report as JSON, with a line feed at its end.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        writeln!(out)
    }

    /// Writes the report as JUnit XML.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write_junit(&self, out: &mut dyn Write) -> io::Result<()> {
        junit::write(self, out)
    }

    /// Writes the report as TAP, version 14.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write_tap(&self, out: &mut dyn Write) -> io::Result<()> {
        tap::write(self, out)
    }
}

/// The last [`TAIL_LINES`] lines of an output, with invalid UTF-8 replaced.
pub fn tail(output: &[u8]) -> String {
    let end = output.strip_suffix(b"\n").unwrap_or(output);
    let start = memchr::memrchr_iter(b'\n', end)
        .nth(TAIL_LINES - 1)
        .map_or(0, |at| at + 1);
    String::from_utf8_lossy(&end[start..]).into_owned()
}

#[cfg(test)]
mod tests;
