//! The commands: a file each, with its arguments and its function.

pub(crate) mod bundle;
pub(crate) mod tally;
pub(crate) mod verify;

use crate::args::Command;
use crate::error::ExitCode;
use crate::output::Output;
use crate::session::Session;

/// Threads where nobody says how many.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Runs a command.
pub(crate) fn run(
    command: &Command,
    session: &Session,
    output: &Output,
) -> anyhow::Result<ExitCode> {
    match command {
        Command::Bundle(args) => bundle::run(args, session, output),
        Command::Verify(args) => verify::run(args, session, output),
        Command::Tally(args) => tally::run(args, session, output),
    }
}
