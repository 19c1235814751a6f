//! `scrum completions`: shell completions.

use clap::{Args as ClapArgs, CommandFactory};
use clap_complete::Shell;

use crate::error::{ExitCode, Result};
use crate::terminal::Output;

/// Print completions for a shell
///
/// They complete commands, options, values of options, and file names.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  scrum completions bash > ~/.local/share/bash-completion/completions/scrum
  scrum completions zsh > ~/.zfunc/_scrum        # ~/.zfunc must be in $fpath
  scrum completions fish > ~/.config/fish/completions/scrum.fish
  scrum completions powershell >> $PROFILE")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Runs the command.
pub(crate) fn run(args: &CompletionsArgs, output: &Output) -> Result<ExitCode> {
    let mut script = Vec::new();
    let mut command = super::Args::command();
    clap_complete::generate(args.shell, &mut command, "scrum", &mut script);
    output.data(|out| out.write_all(&script))?;
    Ok(ExitCode::Done)
}
