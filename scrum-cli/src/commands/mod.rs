//! The command line, and the commands: one file each, with its arguments and its function.

pub(crate) mod assess;
pub(crate) mod bundle;
pub(crate) mod clean;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod formats;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod log;
pub(crate) mod man;
pub(crate) mod parity;
pub(crate) mod review;
pub(crate) mod show;
pub(crate) mod smoke;
pub(crate) mod tally;
pub(crate) mod triage;
pub(crate) mod verify;

use clap::{Parser, Subcommand};

use crate::error::{ExitCode, Result};
use crate::session::{Global, Session};
use crate::terminal::Output;

/// Splits a change set into review bundles, and counts what the reviewers agree on
///
/// Before a review, `scrum bundle main...HEAD` divides the diff of the range by component, checks the size of each
/// bundle, and writes a prompt for each. `scrum review` asks the configured reviewers. After the review, `scrum tally`
/// reads the answers and counts which issues are reported by models of different lineages.
///
/// Terms: a range is what is compared; a component is a named part of the repository; a bundle contains the changes of
/// the range in one component; a wave is a folder with all bundles of a range, their prompts and their reviews; a
/// lineage is who a model descends from.
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
`scrum --help` has examples, exit codes and environment variables.";

const AFTER_HELP: &str = "\
Examples:
  scrum demo                         a first look, on an example repository
  scrum init                         propose scrum.toml for this repository
  scrum bundle main...HEAD           write a wave: bundles, prompts, manifest
  scrum bundle main...HEAD --split   cut what is too large into parts
  scrum review main...HEAD           bundle, ask the reviewers, count
  scrum tally                        count the reviews of the newest wave
  scrum compare OLD-WAVE NEW-WAVE    what changed between two rounds
  scrum triage                       decide about each issue with one key
  scrum verify                       prove that the newest wave loses nothing
  scrum smoke                        run the commands that must pass
  scrum assess                       decide whether the newest wave can ship

Exit codes:
  0    done
  1    a gate failed: size guard, --fail-on, --min-lineages, verify, quorum,
       secrets, smoke, parity, assess; or review had no usable answer at all
  2    usage, configuration, or a revision or path that does not resolve
  3    any other error
  130  interrupted

Environment:
  SCRUM_FORCE_OVERSIZE=1  write bundles above the fail limit (--force-oversize)
  NO_COLOR                no colours, if set and not empty (--color never)
  PATH                    to find git and the reviewers' programs
  HTTPS_PROXY, NO_PROXY   proxies for the reviewers' servers";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::InitArgs),
    Bundle(bundle::BundleArgs),
    Verify(verify::VerifyArgs),
    Review(Box<review::ReviewArgs>),
    Tally(tally::TallyArgs),
    Import(import::ImportArgs),
    Smoke(smoke::SmokeArgs),
    Parity(parity::ParityArgs),
    Assess(assess::AssessArgs),
    Compare(compare::CompareArgs),
    Triage(triage::TriageArgs),
    Log(log::LogArgs),
    Show(show::ShowArgs),
    Clean(clean::CleanArgs),
    Demo(demo::DemoArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// The default number of threads.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Runs a command.
pub(crate) fn run(args: &Args, output: &Output) -> Result<ExitCode> {
    let session = || Session::start(&args.global, output);
    match &args.command {
        Command::Bundle(args) => bundle::run(args, &session()?, output),
        Command::Verify(args) => verify::run(args, &session()?, output),
        Command::Review(args) => review::run(args, &session()?, output),
        Command::Parity(args) => parity::run(args, &session()?, output),
        Command::Assess(args) => assess::run(args, &session()?, output),
        Command::Smoke(args) => smoke::run(args, &session()?, output),
        Command::Import(args) => import::run(args, &session()?, output),
        Command::Triage(args) => triage::run(args, &session()?, output),
        Command::Log(args) => log::run(args, &session()?, output),
        Command::Show(args) => show::run(args, &session()?, output),
        Command::Clean(args) => clean::run(args, &session()?, output),
        Command::Compare(args) => compare::run(args, &session()?, output),
        Command::Tally(args) => tally::run(args, &session()?, output),
        Command::Init(own) => init::run(own, &args.global, output),
        // These two read neither a repository nor its configuration.
        Command::Completions(args) => completions::run(args, output),
        Command::Man(args) => man::run(args, output),
        // It makes a repository of its own, and reads no other configuration.
        Command::Demo(own) => demo::run(own, &args.global, output),
    }
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
