//! `scrum bundle`: from a range to bundles, prompts and a manifest.

mod draft;
mod empty;
mod options;
mod sizes;

use std::path::Path;

use clap::{Args as ClapArgs, ValueEnum};
use scrum_core::report::bundles::{self, BundlesOptions};
use scrum_core::report::{MATRIX_JOBS, write_matrix};
use scrum_core::wave::Discard;
use scrum_core::wave::manifest::Manifest;

pub(crate) use draft::PlannedWave;
pub(crate) use empty::hint as hint_if_empty;
pub(crate) use options::Bundling;
pub(crate) use sizes::warn_sizes;

use crate::error::{ExitCode, Result, for_shell};
use crate::session::Session;
use crate::terminal::Output;
use crate::trust;
use crate::wave::shown_path;

/// Divide a range into bundles, and write a prompt for each
///
/// RANGE is A..B (the two trees), A...B (from their merge base to B), one revision X (from the merge base of X and
/// HEAD, to HEAD) or X^! (the commit X alone). Without it: from the merge base of HEAD and the default branch to HEAD;
/// the default branch is `base` under [bundle] in scrum.toml, else what origin/HEAD names, else init.defaultBranch, main
/// or master.
///
/// A bundle above the warn limit gets a warning. If one is above the fail limit, nothing is written, the exit code is
/// 1, and the message says how to continue.
///
/// The wave, a folder with bundles and prompts, is written into .scrum/. Give each prompts/BUNDLE.md to your reviewers,
/// save their answers as reviews/BUNDLE/REVIEWER.md, and run `scrum tally`.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  scrum bundle main...HEAD -- src/           # what a branch adds in src/
  scrum bundle v1.0..v1.1 --split            # between two releases
  git diff | scrum bundle --diff -           # unstaged changes")]
pub(crate) struct BundleArgs {
    /// What to review: A..B, A...B, one revision, or X^!
    #[arg(value_name = "RANGE")]
    range: Option<String>,
    #[command(flatten)]
    bundling: Bundling,
    /// Show what would be written, but write nothing
    #[arg(long, help_heading = options::WAVE)]
    dry_run: bool,
    /// Number of threads [default: one per core]
    #[arg(short, long, value_name = "N", help_heading = options::WAVE)]
    jobs: Option<usize>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = options::WAVE)]
    format: BundleFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BundleFormat {
    /// Text for people
    Text,
    /// The manifest, as JSON
    Json,
    /// A job matrix for GitHub Actions, on one line
    GithubMatrix,
}

/// Runs the command.
pub(crate) fn run(args: &BundleArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let jobs = args.jobs.unwrap_or_else(super::cores).max(1);
    let source = args.bundling.source(args.range.as_deref(), true, session)?;
    let session = &trust::follow(session, source, output)?;
    let draft = PlannedWave::plan(args.range.as_deref(), &args.bundling, jobs, session, output)?;
    if args.dry_run || draft.is_refused() || draft.is_empty() {
        let manifest = draft.dry_run(&Discard)?;
        // A matrix of bundles that are not written would start jobs with nothing to do.
        if !(draft.is_refused() && args.format == BundleFormat::GithubMatrix) {
            args.print(&manifest, None, output)?;
        }
        warn_sizes(&manifest, output);
        if draft.is_refused() {
            draft.explain_refusal(&manifest, output);
            return Ok(ExitCode::Refused);
        }
        if draft.is_empty() {
            output.warning(&format!(
                "nothing changed in {}; no wave is written",
                manifest.range.spec
            ));
            empty::hint(&manifest.range, "bundle", session, output);
        }
        return Ok(ExitCode::Done);
    }
    let (folder, manifest) = draft.write(&args.bundling, session, output)?;
    args.print(&manifest, Some(&folder), output)?;
    warn_sizes(&manifest, output);
    if args.format == BundleFormat::Text && !output.quiet {
        output.hint(&next_step(
            session.config.reviewers.len(),
            args.bundling.out.as_deref(),
        ));
    }
    Ok(ExitCode::Done)
}

/// What to type after a wave is written.
///
/// A wave in a folder that the user named is not the newest one, so the command must name its folder.
fn next_step(reviewers: usize, out: Option<&Path>) -> String {
    let wave = out.map_or_else(String::new, |out| {
        format!(" {}", for_shell(&out.display().to_string()))
    });
    match reviewers {
        0 => format!(
            "save the answers to prompts/BUNDLE.md as reviews/BUNDLE/REVIEWER.md, then run `scrum tally{wave}`; or \
             let `scrum review{wave}` ask the reviewers in scrum.toml (`scrum init` proposes one)"
        ),
        1 => format!(
            "`scrum review{wave}` asks the reviewer in scrum.toml and tallies the answer; --dry-run shows the cost"
        ),
        many => format!(
            "`scrum review{wave}` asks the {many} reviewers in scrum.toml and tallies their answers; --dry-run shows the cost"
        ),
    }
}

impl BundleArgs {
    fn print(&self, manifest: &Manifest, folder: Option<&Path>, output: &Output) -> Result<()> {
        output.data(|out| match self.format {
            BundleFormat::Json => out.write_all(&manifest.to_json()),
            BundleFormat::GithubMatrix => write_matrix(manifest, MATRIX_JOBS, out),
            BundleFormat::Text => {
                let most = if output.verbose > 0 { usize::MAX } else { 20 };
                let options = BundlesOptions::default()
                    .color(output.color)
                    .most_excluded(most);
                bundles::write(manifest, &options, out)?;
                match folder {
                    Some(folder) => writeln!(out, "\nwave: {}", shown_path(folder)),
                    None => Ok(()),
                }
            }
        })
    }
}
