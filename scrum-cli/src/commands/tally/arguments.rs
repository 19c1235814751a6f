//! What `scrum tally` takes, and what it means.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args as ClapArgs, ValueEnum, ValueHint};
use scrum_core::nearest::nearest;
use scrum_core::report::Only;
use scrum_core::tally::{Gate, Tally, TallyOptions};

use super::super::formats::Format;
use crate::error::{Result, usage_error};
use crate::session::Session;

const COUNT: &str = "What counts";
const GATES: &str = "Gates";
const OUTPUT: &str = "Output";

/// Count what the reviewers agree on
///
/// Without an argument: the newest wave. WAVE is a folder, a name under .scrum/ or a range; FILE is a review or a
/// folder of reviews, whose reviewer is the file's stem and whose bundle is the name of the folder it lies in. Folders
/// behind a WAVE hold reviews of it, as other jobs left them; a folder of waves that are all the same is one of them with
/// the reviews of all.
///
/// Every citation is counted or listed with the reason why not. Agreement counts lineages: one model asked three times
/// is one vote.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  scrum tally --fail-on agreed-block\n  scrum tally --only agreed\n  scrum tally -o comment.md -o scrum.sarif\n  scrum tally main...HEAD downloaded/\n  scrum tally reviews/ --lineage mine=alibaba"
)]
pub(crate) struct TallyArgs {
    /// A wave, or reviews [default: the newest wave]
    #[arg(value_name = "WAVE|FILE")]
    pub(super) names: Vec<PathBuf>,
    /// How many lines apart two ranges may be and still match [default: 1]
    ///
    /// Findings are one issue if their ranges match and they say the same thing.
    #[arg(long, value_name = "N", help_heading = COUNT)]
    near: Option<u32>,
    /// Fail where fewer lineages reviewed a bundle [default: 0]
    ///
    /// Counted are disjoint lineages whose reviewers reported or cleared something.
    #[arg(long, value_name = "N", help_heading = GATES)]
    min_lineages: Option<u32>,
    /// Mark what is new since this wave
    ///
    /// As `scrum compare` does. `--fail-on new-block` and `new-agreed` need it.
    #[arg(long, value_name = "OLD-WAVE", help_heading = COUNT)]
    pub(super) baseline: Option<PathBuf>,
    /// Lineages of a reviewer or model; repeatable
    ///
    /// As in mine=alibaba+deepseek. [lineages] in scrum.toml keeps them for every run; docs/lineages.md has the rules.
    #[arg(long, value_name = "NAME=L[+L]", help_heading = COUNT)]
    lineage: Vec<LineageArg>,
    /// Exit with 1 if the tally has this; repeatable
    #[arg(long, value_name = "WHAT", value_delimiter = ',', help_heading = GATES)]
    fail_on: Vec<FailOn>,
    /// Show these issues only; repeatable
    ///
    /// `agreed`, `block` or `bundle=ID`, in text and Markdown. Counts and gates stay those of the whole tally.
    #[arg(long, value_name = "WHICH", value_delimiter = ',', help_heading = OUTPUT)]
    only: Vec<Only>,
    /// What to print [default: by the ending of -o, else text]
    #[arg(long, value_name = "FORMAT", help_heading = OUTPUT)]
    pub(super) format: Option<Format>,
    /// Write into FILE in place of stdout; repeatable
    ///
    /// Without --format the ending says what: .txt .json .md .html .sarif .rdjsonl .jsonl. github and gitlab have
    /// no ending of their own and need --format. The file is whole or absent at any moment.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = OUTPUT)]
    out: Vec<PathBuf>,
    /// Threads [default: one a core]
    #[arg(short, long, value_name = "N", help_heading = OUTPUT)]
    jobs: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// An issue that two or more lineages report
    Agreed,
    /// Such an issue of severity BLOCK
    AgreedBlock,
    /// An issue of severity BLOCK
    Block,
    /// Any issue
    Any,
    /// A reviewer without usable output, or no review at all
    NoEvidence,
    /// An exact location that two or more lineages cite
    Convergent,
    /// An issue of severity BLOCK that the baseline has not
    NewBlock,
    /// An agreed issue that the baseline has not
    NewAgreed,
}

/// `NAME=L[+L]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LineageArg {
    name: String,
    lineages: Vec<String>,
}

impl FromStr for LineageArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, lineages) = text.split_once('=').ok_or(LINEAGE_FORM)?;
        let lineages: Vec<String> = lineages.split('+').map(str::to_owned).collect();
        if name.is_empty() || lineages.iter().any(String::is_empty) {
            return Err(LINEAGE_FORM);
        }
        Ok(Self {
            name: name.to_owned(),
            lineages,
        })
    }
}

const LINEAGE_FORM: &str = "write NAME=LINEAGE, as in mine=deepseek+alibaba";

impl FailOn {
    fn gate(self) -> Gate {
        match self {
            Self::Agreed => Gate::Agreed,
            Self::AgreedBlock => Gate::AgreedBlock,
            Self::Block => Gate::Block,
            Self::Any => Gate::Any,
            Self::NoEvidence => Gate::NoEvidence,
            Self::Convergent => Gate::Convergent,
            Self::NewBlock => Gate::NewBlock,
            Self::NewAgreed => Gate::NewAgreed,
        }
    }
}

impl TallyArgs {
    /// What may fail the tally.
    pub(super) fn gates(&self) -> Result<Vec<Gate>> {
        let gates: Vec<Gate> = self.fail_on.iter().map(|gate| gate.gate()).collect();
        match gates.iter().find(|gate| gate.needs_baseline()) {
            Some(gate) if self.baseline.is_none() => Err(usage_error(format!(
                "--fail-on {gate} needs --baseline OLD-WAVE"
            ))
            .hint("`scrum log` lists the waves; name the one of the round before")),
            _ => Ok(gates),
        }
    }

    /// How to count: the flags over the configuration.
    pub(super) fn options(&self, session: &Session) -> TallyOptions {
        let mut config = session.config.clone();
        let named = self.lineage.iter();
        config
            .lineages
            .extend(named.map(|named| (named.name.clone(), named.lineages.clone())));
        config.tally.near_lines = self.near.unwrap_or(config.tally.near_lines);
        config.tally.min_lineages = self.min_lineages.unwrap_or(config.tally.min_lineages);
        let jobs = self.jobs.unwrap_or_else(super::super::cores).max(1);
        config.tally_options().jobs(jobs)
    }

    /// The files to write, each with its format.
    pub(super) fn targets(&self) -> Result<Vec<(&Path, Format)>> {
        if let (Some(_), [_, second, ..]) = (self.format, self.out.as_slice()) {
            let text = format!(
                "--format names one format for two files; `{}` is the second",
                second.display()
            );
            return Err(
                usage_error(text).hint("leave --format out, and let each file's ending say")
            );
        }
        let target = |path: &'_ PathBuf| -> Result<Format> {
            match self.format {
                Some(format) => Ok(format),
                None => Format::of_ending(path),
            }
        };
        let out = self.out.iter();
        out.map(|path| Ok((path.as_path(), target(path)?)))
            .collect()
    }

    /// What --only asks for.
    pub(super) fn only(&self, tally: &Tally) -> Result<Only> {
        let only = self.only.iter().cloned().fold(Only::default(), Only::and);
        let ids = || tally.bundles.iter().map(|bundle| bundle.id.as_str());
        if let Some(unknown) = only
            .bundles
            .iter()
            .find(|id| !ids().any(|known| known == *id))
        {
            let error = usage_error(format!("--only: there is no bundle `{unknown}`"));
            return Err(match nearest(unknown, ids()) {
                Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                None => error,
            });
        }
        let targets = self.targets()?;
        let mut formats = targets.iter().map(|(_, format)| format).chain(&self.format);
        let shows = |format: &Format| matches!(format, Format::Text | Format::Markdown);
        if only != Only::default() && !formats.all(shows) {
            return Err(usage_error(
                "--only narrows text and Markdown; other formats are for programs and hold everything".to_owned(),
            ));
        }
        Ok(only)
    }

    /// Names of --lineage that no reviewer and no model has, and that some reviewer's name is spelt nearly like.
    pub(super) fn misspelt(&self, tally: &Tally) -> Vec<String> {
        let names = tally
            .reviewers
            .iter()
            .map(|record| record.reviewer.as_str());
        let is_model = |name: &str| {
            let mut rows = tally.bundles.iter().flat_map(|bundle| &bundle.reviewers);
            rows.any(|row| {
                row.model
                    .as_deref()
                    .is_some_and(|model| model.contains(name))
            })
        };
        let unknown = self.lineage.iter().filter(|given| {
            !names.clone().any(|reviewer| reviewer.contains(&given.name)) && !is_model(&given.name)
        });
        let meant = unknown.filter_map(|given| {
            let known = nearest(&given.name, names.clone())?;
            Some(format!(
                "--lineage: no reviewer is named `{}` (did you mean `{known}`?)",
                given.name
            ))
        });
        meant.collect()
    }
}
