//! What is printed and how: data to stdout, everything else to stderr; colour; progress.

mod output;
mod progress;

pub(crate) use output::Output;
pub(crate) use progress::ProgressLine;

use clap::{ArgAction, Args, ValueEnum};

/// Options for how much is printed, and how it looks.
#[derive(Debug, Args)]
pub(crate) struct PrintOptions {
    /// Print only results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Print more details
    ///
    /// `scrum tally -v` shows where each reviewer's lineage comes from, `scrum bundle -v` lists all excluded files.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
    /// Colours: auto, always or never
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        default_value = "auto",
        hide_possible_values = true
    )]
    color: Color,
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Also into a pipe or a file
    Always,
    /// Never
    Never,
}
