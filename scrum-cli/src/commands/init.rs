//! `scrum init`: proposes a `scrum.toml` for the repository and the machine.

use std::io;
use std::path::Path;

use clap::Args as ClapArgs;
use scrum_core::change::ChangeSet;
use scrum_core::config::{self, Config};
use scrum_core::git::{DiffOptions, Repository};
use scrum_core::plan::BundleOptions;
use scrum_core::plan::guard::{Limits, Verdict};
use scrum_core::plan::proposal::{Proposal, propose};

use crate::error::{CommandError, Context as _, ExitCode, Result, config_error, usage_error};
use crate::init::{Findings, seats, text};
use crate::session::{Global, Session};
use crate::terminal::{Output, ProgressLine};
use crate::wave::{shown_path, write_once};

/// The JSON Schema of `scrum.toml`, as the tests of the library keep it current.
const SCHEMA: &str = include_str!("../../schemas/config.schema.json");

/// Propose a scrum.toml for this repository
///
/// Lists the packages of the repository as components, each with the size of its changes in the newest commits, so that
/// you see whether they fit into the size limits. Packages that are too large are commented out, because scrum divides
/// components that it finds, but not those that you name. Examples of reviewers follow as comments: for the tools on
/// PATH and for the API keys in the environment, by the name of the variable and never its value.
///
/// The file is written into the top folder of the repository, or where --config says. An existing file is never
/// changed; the exit code is then 2.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  scrum init && scrum bundle --dry-run
  scrum init --print | diff scrum.toml -
  scrum init --schema > scrum.schema.json        # see docs/config.md")]
pub(crate) struct InitArgs {
    /// Print the file instead of writing it
    #[arg(long, visible_alias = "dry-run")]
    print: bool,
    /// Use the sizes of the newest N commits
    ///
    /// Only first parents count, so a merge is one commit.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    commits: u32,
    /// Print the JSON Schema of scrum.toml for editors
    #[arg(long, conflicts_with_all = ["print", "commits"])]
    schema: bool,
}

/// Runs the command.
pub(crate) fn run(args: &InitArgs, global: &Global, output: &Output) -> Result<ExitCode> {
    if args.schema {
        output.data(|out| out.write_all(SCHEMA.as_bytes()))?;
        return Ok(ExitCode::Done);
    }
    let session = Session::unconfigured(global)?;
    let repository = session.repository()?;
    let path = match (&global.config, repository.top()) {
        (Some(path), _) => path.clone(),
        (None, Some(top)) => top.join(config::FILE_NAME),
        (None, None) if args.print => config::FILE_NAME.into(),
        (None, None) => return Err(no_work_tree()),
    };
    // Checked early to save the work; the write below decides.
    if !args.print && path.symlink_metadata().is_ok() {
        return Err(exists(&path));
    }
    let seen = look(args, &repository, output)?;
    let findings = Findings {
        proposal: seen
            .as_ref()
            .map(|seen| (&seen.proposal, seen.words.clone())),
        no_proposal: "HEAD has no commit to compare with",
        limits: Limits::default(),
        tools: std::env::var_os("PATH").map_or_else(Vec::new, |path| seats::on_path(&path)),
        endpoints: seats::with_key(|name| {
            std::env::var_os(name).is_some_and(|value| !value.is_empty())
        }),
    };
    let text = text(&findings);
    // Check that the file can be read, in case a name breaks it.
    Config::from_toml(&text).map_err(|error| config_error(&path, &error))?;
    if args.print {
        output.data(|out| out.write_all(text.as_bytes()))?;
        return Ok(ExitCode::Done);
    }
    write_new(&path, &text)?;
    let spec = seen.as_ref().map(|seen| seen.spec.as_str());
    output.data(|out| summary(&findings, &path, spec, out))?;
    Ok(ExitCode::Done)
}

/// What the newest commits change.
struct Seen {
    /// The changes, divided by package.
    proposal: Proposal,
    /// The commits in words.
    words: String,
    /// Their range: all of them, if there are fewer than were asked for.
    spec: String,
}

/// Looks at the newest commits.
fn look(args: &InitArgs, repository: &Repository, output: &Output) -> Result<Option<Seen>> {
    let commits = usize::try_from(args.commits).unwrap_or(usize::MAX);
    let Some(spec) = repository.recent(commits)? else {
        return Ok(None);
    };
    let progress = ProgressLine::start(output.quiet);
    let options = DiffOptions::default()
        .jobs(Some(super::cores()))
        .control(progress.control());
    let changes = repository.changes(&spec, &options);
    progress.clear();
    let changes = changes?;
    let proposal = propose(&changes, &BundleOptions::default())?;
    Ok(Some(Seen {
        proposal,
        words: in_words(&changes),
        spec: changes.range.spec,
    }))
}

/// `last 20 commits (HEAD~20..HEAD, 46 files)`.
fn in_words(changes: &ChangeSet) -> String {
    let commits = changes.range.commits.len();
    let files = changes.changes().len();
    let plural = |count| if count == 1 { "" } else { "s" };
    // A range from the empty tree has no short name.
    let range = if changes.range.base.is_some() {
        format!("{}, ", changes.range.spec)
    } else {
        "the whole history, ".to_owned()
    };
    format!(
        "last {commits} commit{} ({range}{files} file{})",
        plural(commits),
        plural(files)
    )
}

/// Writes a file that must not exist: whole or not at all, even if two runs do so at once.
fn write_new(path: &Path, text: &str) -> Result<()> {
    match write_once(path, text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(path)),
        written => written.with_context(|| format!("{} cannot be written", path.display())),
    }
}

fn exists(path: &Path) -> CommandError {
    let text = format!("{} exists already and is not changed", path.display());
    usage_error(text).hint(
        "`scrum init --print` shows what would be proposed; `scrum init --print | diff scrum.toml -` compares",
    )
}

fn no_work_tree() -> CommandError {
    usage_error("a bare repository has no folder for scrum.toml").hint(
        "`scrum init --config FILE` writes it elsewhere; give the same --config to `scrum bundle`",
    )
}

fn summary(
    findings: &Findings<'_>,
    path: &Path,
    spec: Option<&str>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    writeln!(out, "wrote {}", shown_path(path))?;
    if let Some((proposal, range)) = &findings.proposal {
        let fit = |verdict: Verdict| verdict == Verdict::Ok;
        let all = proposal.components.len();
        let large = proposal
            .components
            .iter()
            .filter(|found| !fit(found.share.verdict));
        let large = large.count();
        let left = if large > 0 {
            format!(", {large} of them too large for one bundle, so scrum will divide them")
        } else {
            String::new()
        };
        writeln!(
            out,
            "  {all} package{}{left}; sizes of the {range}",
            if all == 1 { "" } else { "s" },
        )?;
    } else {
        writeln!(out, "  no components: {}", findings.no_proposal)?;
    }
    let names = findings.tools.iter().map(|tool| tool.program);
    let names: Vec<_> = names
        .chain(findings.endpoints.iter().map(|end| end.variable))
        .collect();
    if names.is_empty() {
        writeln!(
            out,
            "  reviewers: no known tool on PATH, no known key; general examples"
        )?;
    } else {
        writeln!(out, "  reviewers: examples for {}", names.join(", "))?;
    }
    let range = spec.map_or_else(String::new, |spec| format!(" {spec}"));
    writeln!(
        out,
        "\nnext: read it, then run `scrum bundle{range} --dry-run`"
    )
}
