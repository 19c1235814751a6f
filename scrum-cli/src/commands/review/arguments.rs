//! The arguments of `scrum review`.

use clap::{Args as ClapArgs, ValueEnum};
use scrum_core::tally::ReviewState;

use crate::commands::bundle::Bundling;

/// Ask the configured reviewers, and count their findings
///
/// Asks every reviewer in scrum.toml about every bundle of a wave, and ends with the tally. Answers that exist already,
/// in this wave or another, are not asked for again, so the same command continues after an interruption.
///
/// WAVE is a folder or a name under .scrum/ [default: the newest]. A RANGE is bundled first, with the options of
/// `scrum bundle`; so is the default range if there is no wave yet. Before anything is sent, every prompt is searched
/// for secrets.
///
/// The exit code is 1 if a prompt contains a secret, if the size guard, the quorum or `min_lineages` fails, or if there
/// is no usable answer at all.
#[derive(Debug, ClapArgs)]
#[command(after_help = "\
Examples:
  scrum review main...HEAD --dry-run     # what would be sent, and its cost
  scrum review main...HEAD               # bundle, ask, count
  scrum review                           # the newest wave: only what is missing
  scrum review --retry no-evidence       # ask again if an answer was unusable
  scrum review --reviewer kimi --fresh   # ask one reviewer again")]
pub(crate) struct ReviewArgs {
    /// A wave, or a range to bundle first [default: the newest wave]
    #[arg(id = "range", value_name = "WAVE|RANGE")]
    pub(super) name: Option<String>,
    /// Ask only this reviewer; repeatable
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(super) reviewer: Vec<String>,
    /// Ask only about this bundle; repeatable
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(super) bundle: Vec<String>,
    /// Maximum number of prompts sent at once [default: 8]
    #[arg(short, long, value_name = "N")]
    pub(super) jobs: Option<u32>,
    /// Show what would be sent and its cost, but send and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Send prompts even if something looks like a secret
    #[arg(long)]
    pub(super) allow_secrets: bool,
    /// Ask even if there is an answer; old answers are kept beside the new ones
    #[arg(long)]
    pub(super) fresh: bool,
    /// Ask again, but only if the review has this state; repeatable
    #[arg(
        long,
        value_name = "STATE",
        value_delimiter = ',',
        conflicts_with = "fresh"
    )]
    pub(super) retry: Vec<Retried>,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: ReviewFormat,
    #[command(flatten, next_help_heading = "With a range, as for scrum bundle")]
    pub(super) bundling: Bundling,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReviewFormat {
    /// Text for people
    Text,
    /// The tally, as JSON
    Json,
}

/// A state of reviews that are asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Retried {
    /// An answer that says nothing usable
    NoEvidence,
    /// There is no answer
    Failed,
}

impl Retried {
    pub(super) fn state(self) -> ReviewState {
        match self {
            Self::NoEvidence => ReviewState::NoEvidence,
            Self::Failed => ReviewState::Failed,
        }
    }
}
