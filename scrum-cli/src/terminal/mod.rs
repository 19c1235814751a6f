//! What is printed and how: data to stdout, everything else to stderr; colour; progress.

mod output;
mod progress;

pub(crate) use output::Output;
pub(crate) use progress::ProgressLine;

use clap::{ArgAction, Args, ValueEnum};

/// Options that say how much is printed, and how it looks.
#[derive(Debug, Args)]
pub(crate) struct PrintOptions {
    /// Print nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more
    ///
    /// `scrum tally -v` says where each reviewer's lineage comes from, `scrum bundle -v` lists all that is excluded.
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
