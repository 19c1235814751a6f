//! `scrum`: review bundles before a review, and a tally after it. The implementation of the binary `scrum`; other
//! programs should use the library `scrum-core`. Data goes to stdout, everything else to stderr.
//!
//! From the bottom up: `error`, `terminal`, `session`, `wave`, then `runner` and `verify`, `uncommitted`, then
//! `commands`. A module imports only those before it. `init` and `demo` contain text and data of their commands.

mod commands;
mod demo;
mod error;
mod git;
mod init;
mod runner;
mod session;
mod source;
mod terminal;
mod trust;
mod uncommitted;
mod verify;
mod wave;

use std::ffi::OsString;
use std::io::Write as _;

use clap::{CommandFactory as _, Parser as _, ValueEnum as _};

use commands::Args;
use commands::formats::{ENDINGS, Format};
use error::{ErrorKind, ExitCode};
use terminal::Output;

/// Runs the program with the arguments of the process.
#[must_use]
pub fn run() -> std::process::ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return refuse(&error),
    };
    // Like git, do not hash every object that is read; hashing takes a quarter of the time.
    scrum_core::git::trust_object_hashes();
    let output = Output::new(&args.global.print);
    let code = commands::run(&args, &output).unwrap_or_else(|error| {
        if error.kind() != ErrorKind::BrokenPipe {
            let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
            output.report(&error, &arguments);
        }
        error.kind().exit_code()
    });
    code.into()
}

/// Prints clap's error or help, with a hint if there is one.
fn refuse(error: &clap::Error) -> std::process::ExitCode {
    // A closed stream cannot be reported.
    let _ = error.print();
    if let Some(hint) = error::of_arguments(error) {
        let _ = writeln!(std::io::stderr(), "\nhint: {hint}");
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::Usage.into(), std::process::ExitCode::from)
}

/// The command line, for tests of the documentation.
#[doc(hidden)]
#[must_use]
pub fn command_line() -> clap::Command {
    Args::command()
}

/// The names of a tally's formats and the file endings that mean one, for tests of the documentation.
#[doc(hidden)]
#[must_use]
pub fn tally_formats() -> (Vec<String>, Vec<&'static str>) {
    let values = Format::value_variants().iter();
    let names = values.filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()));
    let endings = ENDINGS.iter().map(|(ending, _)| *ending);
    (names.collect(), endings.collect())
}

/// The command of each reviewer that `scrum init` knows, and what the entry is based on, for tests of the documentation.
#[doc(hidden)]
#[must_use]
pub fn reviewer_tools() -> Vec<(String, &'static str)> {
    let command = |tool: &init::seats::Tool| [&[tool.program], tool.arguments].concat().join(" ");
    let tools = init::seats::TOOLS.iter();
    tools.map(|tool| (command(tool), tool.rests_on)).collect()
}
