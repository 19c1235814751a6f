//! `scrum`: review bundles before a review, and a tally after it.
//!
//! Data goes to stdout, everything else to stderr. Exit codes are those of [`error::ExitCode`].

mod args;
mod commands;
mod demo;
#[cfg(test)]
mod docs;
mod error;
mod hint;
mod init;
mod output;
#[cfg(test)]
mod pages;
mod progress;
mod runner;
#[cfg(test)]
mod schemas;
mod session;
mod verify;
mod wave;

use clap::Parser;

fn main() -> std::process::ExitCode {
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(error) => return error::report_arguments(&error),
    };
    // git does not hash every object that it reads either; it takes a quarter of the time.
    scrum_core::git::trust_object_hashes();
    let output = output::Output::new(&args.global);
    match commands::run(&args, &output) {
        Ok(code) => code.into(),
        Err(error) => error::report(&error, &output).into(),
    }
}
