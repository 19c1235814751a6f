//! The commands: a file each, with its arguments and its function.

pub(crate) mod bundle;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod formats;
pub(crate) mod init;
pub(crate) mod man;
pub(crate) mod review;
pub(crate) mod tally;
pub(crate) mod verify;

use crate::args::{Args, Command};
use crate::error::ExitCode;
use crate::output::Output;
use crate::session::Session;

/// Threads where nobody says how many.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Runs a command.
pub(crate) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let session = || Session::start(&args.global, output);
    match &args.command {
        Command::Bundle(args) => bundle::run(args, &session()?, output),
        Command::Verify(args) => verify::run(args, &session()?, output),
        Command::Review(args) => review::run(args, &session()?, output),
        Command::Tally(args) => tally::run(args, &session()?, output),
        Command::Init(own) => init::run(own, &args.global, output),
        // These two read neither a repository nor its configuration.
        Command::Completions(args) => completions::run(args, output),
        Command::Man(args) => man::run(args, output),
        // It makes a repository of its own, and reads no other configuration.
        Command::Demo(own) => demo::run(own, &args.global, output),
    }
}
