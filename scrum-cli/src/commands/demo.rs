//! `scrum demo`: the whole path on a repository of its own.

use std::path::{Path, PathBuf};

use anstyle::Style;
use clap::{Args as ClapArgs, Parser as _};
use scrum_core::report::sanitize;

use crate::demo;
use crate::error::{Context as _, ExitCode, Result, cannot_read, failure, usage_error};
use crate::session::Global;
use crate::terminal::Output;
use crate::wave::write_atomically;

/// Show the whole path on a small repository of its own
///
/// Makes a repository with a branch to review, divides the branch into bundles, asks four recorded reviewers, and counts
/// what they agree on. Each step is the real command, and its line is shown as you would type it.
///
/// Nothing is configured, no model is asked, nothing leaves this machine, and git need not be installed.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  scrum demo\n  scrum demo -o try-scrum\n  scrum demo --gauntlet"
)]
pub(crate) struct DemoArgs {
    /// Work in DIR, which must be new or empty, in place of a new folder among the temporary ones
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print what the reviewer SEAT of the demonstration answers about BUNDLE
    #[arg(long, hide = true, num_args = 2, value_names = ["SEAT", "BUNDLE"], conflicts_with = "out")]
    answer: Option<Vec<String>>,
    /// Show all phases of a release: smoke chain, review, parity probe and assessment
    #[arg(long)]
    gauntlet: bool,
    /// Do what the smoke chain's step NAME does in the demonstration
    #[arg(long, hide = true, value_name = "NAME", conflicts_with_all = ["out", "answer"])]
    step: Option<String>,
}

/// Columns that the words around the commands take.
const WIDTH: usize = 80;

/// Runs the command.
pub(crate) fn run(args: &DemoArgs, global: &Global, output: &Output) -> Result<ExitCode> {
    if let Some([seat, bundle]) = args.answer.as_deref() {
        return say(seat, bundle, output);
    }
    if let Some(name) = &args.step {
        return do_step(name, output);
    }
    if let Some(folder) = &global.directory {
        enter(folder)?;
    }
    let folder = prepare(args.out.as_deref())?;
    let shown = folder.display();
    demo::repository(&folder)
        .with_context(|| format!("the repository in {shown} cannot be made"))?;
    let program = std::env::current_exe().context("this program cannot be found")?;
    let config = if args.gauntlet {
        for (name, content) in demo::GAUNTLET_FILES {
            write_atomically(&folder.join(name), &mut |out| out.write_all(content))?;
        }
        demo::gauntlet_config(&program)
    } else {
        demo::config(&program)
    };
    write_atomically(&folder.join("scrum.toml"), &mut |out| {
        out.write_all(config.as_bytes())
    })?;
    enter(&folder)?;
    let stage = DemoStage { output };
    stage.words(
        "A gateway limits its clients' requests. The branch `rate-limit` replaces the limit by a token bucket, with a \
         handful of defects planted. The repository was made just now; the four reviewers in its scrum.toml are \
         recordings, so no model is asked and nothing leaves this machine.",
    )?;
    stage.line(&format!("cd {shown}"))?;
    if args.gauntlet {
        return gauntlet(&stage);
    }

    stage.title("1. Divide the branch into bundles, and write a prompt for each")?;
    stage.run("scrum bundle main...HEAD")?;

    stage.title("2. Ask every reviewer about every bundle, and count what they agree on")?;
    stage.run("scrum review")?;

    stage.title("3. Look at it as a page, or take it to a pull request")?;
    stage.run("scrum tally -o report.html")?;
    stage.run("scrum tally -o comment.md")?;

    stage.title("What to see")?;
    for point in POINTS {
        stage.point(point)?;
    }
    stage.print(&[String::new()])?;
    stage.words(
        "All of it stays in the folder above: open report.html, look around. Nothing else was written. In a repository of your \
         own, begin with `scrum bundle`, which needs no configuration, or with `scrum init`, which proposes one.",
    )?;
    Ok(ExitCode::Done)
}

/// The four phases, from the range to the verdict.
fn gauntlet(stage: &DemoStage<'_>) -> Result<ExitCode> {
    for (title, line) in [
        (
            "1. Divide the branch into bundles",
            "scrum bundle main...HEAD",
        ),
        ("2. Run the commands that must pass", "scrum smoke"),
        (
            "3. Ask every reviewer, and count what they agree on",
            "scrum review",
        ),
        (
            "4. Compare the new gateway's answers with the old one's, as they were recorded",
            "scrum parity answers.jsonl",
        ),
        ("5. Say whether it can ship", "scrum assess"),
    ] {
        stage.title(title)?;
        stage.run(line)?;
    }
    stage.title("What to see")?;
    for point in GAUNTLET_POINTS {
        stage.point(point)?;
    }
    stage.print(&[String::new()])?;
    stage.words(
        "All of it is in the folder above. The wave below .scrum/ keeps smoke.txt, smoke.json, parity.json, assess.md and \
         the page report.html, which begins with the verdict. docs/gauntlet.md explains each phase.",
    )?;
    Ok(ExitCode::Done)
}

/// What the assessment above shows.
const GAUNTLET_POINTS: [&str; 3] = [
    "All commands pass, and the release holds all the same: twice, independent lineages report the same blocking defect.",
    "Five of six bodies diverge in shape, each because one side tags its enum from outside. Somebody has accepted that for \
     a time, so it is a known gap and not a reason to hold.",
    "The time in each answer differs from one request to the next. The left side was asked twice, so that is noise.",
];

/// Does what a step of the demonstration's smoke chain does.
fn do_step(name: &str, output: &Output) -> Result<ExitCode> {
    let Some(text) = demo::step(name) else {
        return Err(
            usage_error(format!("the demonstration has no step `{name}`"))
                .hint("`scrum demo --gauntlet` shows them"),
        );
    };
    output.data(|out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::Done)
}

/// What the tally above shows; the snapshot of the demonstration is where it is held against it.
const POINTS: [&str; 5] = [
    "opus and kimi mean one defect in limiter/bucket.py and cite different lines: one issue, agreed.",
    "opus and sonnet agree on line 26 to the letter. They are one lineage, so it is one vote; it is shown all the same.",
    "qwen praised the limiter and named nothing: no evidence, which counts neither for nor against. On the gateway it said NONE, \
     which is an answer: there it counts among the lineages that reviewed.",
    "sonnet took a finding back, and kimi named a file that does not exist. Both are listed as not counted, with the reason.",
    "uv.lock changed too. No reviewer is shown a lock file; every prompt says so.",
];

/// Prints one recorded answer.
fn say(seat: &str, bundle: &str, output: &Output) -> Result<ExitCode> {
    let Some(text) = demo::answer(seat, bundle) else {
        let text = format!("nothing was recorded of `{seat}` about `{bundle}`");
        return Err(usage_error(text).hint(format!("the seats are {}", demo::SEATS.join(", "))));
    };
    output.data(|out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::Done)
}

/// The folder to work in, made where it is not there.
fn prepare(named: Option<&Path>) -> Result<PathBuf> {
    let Some(named) = named else {
        let folder = tempfile::Builder::new().prefix("scrum-demo-").tempdir()?;
        // It is kept: what a newcomer wants next is to look into it.
        return Ok(folder.keep());
    };
    let refuse = |what: &str| {
        usage_error(format!("`{}` {what}", named.display()))
            .hint("name a folder that is not there yet")
    };
    match std::fs::read_dir(named) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(refuse("is not empty"));
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            std::fs::create_dir_all(named)
                .map_err(|error| refuse(&format!("cannot be made: {error}")))?;
        }
        Err(error) => return Err(refuse(&format!("cannot be used: {error}"))),
    }
    Ok(std::path::absolute(named)?)
}

fn enter(folder: &Path) -> Result<()> {
    std::env::set_current_dir(folder).map_err(|error| cannot_read(folder, &error))
}

/// Where the demonstration is shown: the commands print as they always do, and this prints what stands around them.
struct DemoStage<'a> {
    output: &'a Output,
}

impl DemoStage<'_> {
    fn title(&self, text: &str) -> Result<()> {
        self.print(&[String::new(), self.strong(text), String::new()])
    }

    /// A paragraph.
    fn words(&self, text: &str) -> Result<()> {
        let mut lines = sanitize::wrap(text, WIDTH);
        lines.push(String::new());
        self.print(&lines)
    }

    /// An entry of a list.
    fn point(&self, text: &str) -> Result<()> {
        let lines = sanitize::wrap(text, WIDTH - 2);
        let marked = lines
            .iter()
            .enumerate()
            .map(|(number, line)| format!("{} {line}", if number == 0 { "-" } else { " " }));
        self.print(&marked.collect::<Vec<_>>())
    }

    /// A line as a person would type it.
    fn line(&self, text: &str) -> Result<()> {
        self.print(&[self.strong(&format!("$ {text}"))])
    }

    /// Shows a command's line, and runs what it says.
    fn run(&self, line: &str) -> Result<()> {
        self.line(line)?;
        let command = super::Args::try_parse_from(line.split(' ')).map_err(failure)?;
        super::run(&command, self.output)?;
        Ok(())
    }

    fn strong(&self, text: &str) -> String {
        let style = if self.output.color {
            Style::new().bold()
        } else {
            Style::new()
        };
        format!("{style}{text}{style:#}")
    }

    fn print(&self, lines: &[String]) -> Result<()> {
        self.output.data(|out| {
            lines
                .iter()
                .try_for_each(|line| writeln!(out, "{}", line.trim_end()))
        })
    }
}
