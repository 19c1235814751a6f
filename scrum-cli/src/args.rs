//! The command line as it is typed. Parsing it reads no file and no repository.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::commands;

/// Splits a change set into review bundles, and counts what the reviewers agree on
///
/// Before a review: `scrum bundle main...HEAD` divides the range's diff by component, guards the size of each
/// bundle, and writes a prompt for each. `scrum review` asks the configured reviewers. After it: `scrum tally` reads the
/// reviewers' `WHERE:` lines and counts which locations models of different lineages agree on.
///
/// Words: a range is what is compared; a component is a named part of the repository; a bundle is what the range changes
/// in one component; a wave is a folder with all bundles of a range, their prompts and their reviews; a lineage is who a
/// model descends from.
#[derive(Debug, Parser)]
#[command(name = "scrum", version = env!("SCRUM_VERSION"), max_term_width = 80, after_help = SHORT, after_long_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const SHORT: &str = "\
`scrum COMMAND -h` lists a command's options, `--help` explains them;
`scrum --help` has examples, exit codes and the environment.";

const AFTER_HELP: &str = "\
Examples:
  scrum demo                         a first look, on a repository of its own
  scrum init                         propose scrum.toml for this repository
  scrum bundle main...HEAD           write a wave: bundles, prompts, manifest
  scrum bundle main...HEAD --split   cut what is too large into parts
  scrum review main...HEAD           bundle, ask the reviewers, count
  scrum tally                        count what the newest wave's reviewers said
  scrum verify                       prove that the newest wave loses nothing

Exit codes:
  0    done
  1    a gate said no: size guard, --fail-on, --min-lineages, verify, quorum,
       secrets; or review had no usable answer at all
  2    usage, configuration, or a revision or path that does not resolve
  3    everything else
  130  interrupted

Environment:
  SCRUM_FORCE_OVERSIZE=1  write bundles above the fail limit (--force-oversize)
  NO_COLOR                no colours, if set and not empty (--color never)
  PATH                    where git and the reviewers' programs are found
  HTTPS_PROXY, NO_PROXY   how review reaches servers";

/// Options that every command takes.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,
    /// Read FILE in place of the top folder's scrum.toml
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// Print nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more
    ///
    /// `scrum tally -v` says where each reviewer's lineage comes from, `scrum bundle -v` lists all that is excluded.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Colours: auto, always or never
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        default_value = "auto",
        hide_possible_values = true
    )]
    pub(crate) color: Color,
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Also into a pipe or a file
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(commands::init::Args),
    Bundle(commands::bundle::Args),
    Verify(commands::verify::Args),
    Review(Box<commands::review::Args>),
    Tally(commands::tally::Args),
    Demo(commands::demo::Args),
    Completions(commands::completions::Args),
    Man(commands::man::Args),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Args::command().debug_assert();
    }

    /// A terminal of 80 columns would break longer lines of tables and examples in their middle.
    #[test]
    fn what_stands_below_the_options_fits_80_columns() {
        let all = super::Args::command();
        let commands = all.get_subcommands().chain([&all]);
        let texts = commands.flat_map(|command| {
            [command.get_after_help(), command.get_after_long_help()]
                .into_iter()
                .flatten()
        });
        let mut lines = 0;
        for text in texts.map(ToString::to_string) {
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}");
                lines += 1;
            }
        }
        assert!(lines > 20);
    }
}
