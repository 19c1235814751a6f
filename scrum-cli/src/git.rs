//! Runs git as a program.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use crate::error::{Context as _, Result};

/// Runs a git command and waits for it, while writing `stdin`. `needed_by` names what needs git, for the error.
pub(crate) fn output(
    command: &mut Command,
    stdin: Option<&[u8]>,
    needed_by: &str,
) -> Result<Output> {
    command
        .stdin(if stdin.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .with_context(|| format!("git cannot be run; {needed_by} needs git on PATH"))?;
    let pipe = child.stdin.take();
    // If git stops reading, its message on stderr is the better one.
    std::thread::scope(|scope| {
        if let (Some(mut pipe), Some(text)) = (pipe, stdin) {
            scope.spawn(move || pipe.write_all(text));
        }
        child
            .wait_with_output()
            .context("the exit of git cannot be read")
    })
}
