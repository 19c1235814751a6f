//! `scrum man`: the help as manual pages.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Arg, Args as ClapArgs, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use crate::error::{Context as _, ExitCode, Result};
use crate::terminal::Output;
use crate::wave::write_atomically;

/// Write the manual pages
///
/// Without DIR, the main page is printed to stdout. With DIR, the pages of all commands are written into it; it is
/// created if necessary.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  scrum man | man -l -
  scrum man ~/.local/share/man/man1 && man scrum-bundle")]
pub(crate) struct ManArgs {
    /// Write scrum.1 and a page for each command into DIR
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    folder: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &ManArgs, output: &Output) -> Result<ExitCode> {
    // Building fills in what subcommands inherit, such as the global options.
    let mut scrum = super::Args::command().disable_help_subcommand(true);
    scrum.build();
    let Some(folder) = &args.folder else {
        let page = page(&scrum, "scrum")?;
        output.data(|out| out.write_all(&page))?;
        return Ok(ExitCode::Done);
    };
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut pages = 1;
    write(folder, &scrum, "scrum")?;
    for command in scrum.get_subcommands() {
        write(folder, command, &format!("scrum-{}", command.get_name()))?;
        pages += 1;
    }
    output.data(|out| writeln!(out, "{pages} pages in {}", folder.display()))?;
    Ok(ExitCode::Done)
}

fn write(folder: &Path, command: &Command, name: &str) -> Result<()> {
    let page = page(command, name)?;
    let path = folder.join(format!("{name}.1"));
    write_atomically(&path, &mut |out| out.write_all(&page))
}

/// The synopsis with the value names of options, which `clap_mangen` leaves out.
fn synopsis(command: &Command, name: &str) -> Roff {
    let mut line = vec![bold(name.replacen('-', " ", 1)), roman(" ")];
    for option in command
        .get_arguments()
        .filter(|argument| !argument.is_positional() && !argument.is_hide_set())
    {
        line.push(roman("["));
        let names = [
            option.get_short().map(|short| format!("-{short}")),
            option.get_long().map(|long| format!("--{long}")),
        ];
        for (at, own) in names.into_iter().flatten().enumerate() {
            if at > 0 {
                line.push(roman("|"));
            }
            line.push(bold(own));
        }
        if option.get_action().takes_values() {
            line.push(roman(" "));
            line.push(italic(value_name(option)));
        }
        line.push(roman("] "));
    }
    for argument in command.get_positionals() {
        let (open, close) = match argument.is_required_set() {
            true => ("", " "),
            false => ("[", "] "),
        };
        line.extend([roman(open), italic(value_name(argument)), roman(close)]);
    }
    if command.has_subcommands() {
        line.push(italic("COMMAND"));
    }
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]).text(line);
    roff
}

fn value_name(argument: &Arg) -> String {
    let names = argument.get_value_names().unwrap_or_default();
    match names {
        [] => argument.get_id().as_str().to_uppercase(),
        names => names.join(" "),
    }
}

/// One command's page. Its examples and tables, which clap calls after-help, keep their line breaks.
fn page(command: &Command, name: &str) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let man = Man::new(command.clone())
        .title(name.to_uppercase())
        .source(concat!("scrum ", env!("CARGO_PKG_VERSION")))
        .manual("scrum manual");
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    synopsis(command, name).to_writer(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    let after = command
        .get_after_long_help()
        .or_else(|| command.get_after_help());
    for block in after
        .map(ToString::to_string)
        .iter()
        .flat_map(|after| after.split("\n\n"))
    {
        let (heading, lines) = block.split_once('\n').unwrap_or((block, ""));
        let mut roff = Roff::new();
        roff.control(
            "SH",
            [heading.trim_end_matches(':').to_uppercase().as_str()],
        );
        roff.control("nf", []);
        for line in lines.lines() {
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
        roff.control("fi", []);
        roff.to_writer(&mut text)?;
    }
    Ok(ascii(&String::from_utf8_lossy(&text)))
}

/// Replaces characters that are not ASCII by their roff names, so that no reader must guess the encoding.
fn ascii(page: &str) -> Vec<u8> {
    let mut out = String::with_capacity(page.len());
    for letter in page.chars() {
        if letter.is_ascii() {
            out.push(letter);
        } else {
            let _ = write!(out, "\\[u{:04X}]", u32::from(letter));
        }
    }
    out.into_bytes()
}
