//! The arguments of `scrum tally`.

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
/// Without an argument, counts the newest wave. WAVE is a folder, a name under .scrum/ or a range. FILE is a review or
/// a folder of reviews; the file's name without ending is the reviewer, and the name of its folder is the bundle.
/// Folders after a WAVE contain more reviews of it, for example from other CI jobs. A folder with several copies of one
/// wave counts as that wave with the reviews of all copies.
///
/// Every citation is counted, or listed with the reason why it is not. Agreement is counted by lineage: one model asked
/// three times has one vote.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  scrum tally --fail-on agreed-block\n  scrum tally --only agreed\n  scrum tally -o comment.md -o scrum.sarif\n  scrum tally main...HEAD downloaded/\n  scrum tally reviews/ --lineage mine=alibaba"
)]
pub(crate) struct TallyArgs {
    /// A wave, or review files [default: the newest wave]
    #[arg(value_name = "WAVE|FILE")]
    pub(super) names: Vec<PathBuf>,
    /// How many lines apart two ranges may be and still match [default: 1]
    ///
    /// Findings whose ranges match are one issue if they say the same thing.
    #[arg(long, value_name = "N", help_heading = COUNT)]
    near: Option<u32>,
    /// Fail if fewer lineages reviewed a bundle [default: 0]
    ///
    /// Only independent lineages with a usable review count.
    #[arg(long, value_name = "N", help_heading = GATES)]
    min_lineages: Option<u32>,
    /// Mark issues that are new since this wave
    ///
    /// Issues are compared as in `scrum compare`. `--fail-on new-block` and `new-agreed` need this option.
    #[arg(long, value_name = "OLD-WAVE", help_heading = COUNT)]
    pub(super) baseline: Option<PathBuf>,
    /// Set the lineages of a reviewer or model; repeatable
    ///
    /// For example mine=alibaba+deepseek. [lineages] in scrum.toml sets them for every run; docs/lineages.md has the
    /// rules.
    #[arg(long, value_name = "NAME=L[+L]", help_heading = COUNT)]
    lineage: Vec<LineageArg>,
    /// Exit with code 1 if the tally contains this; repeatable
    #[arg(long, value_name = "WHAT", value_delimiter = ',', help_heading = GATES)]
    fail_on: Vec<FailOn>,
    /// Show only these issues; repeatable
    ///
    /// `agreed`, `block` or `bundle=ID`, in text and Markdown. Totals and gates still use the whole tally.
    #[arg(long, value_name = "WHICH", value_delimiter = ',', help_heading = OUTPUT)]
    only: Vec<Only>,
    /// Show what became of each part of the reviews, instead of counting
    ///
    /// For each heading, list item, row, paragraph, object or block of labels: its lines, and which finding it gave or
    /// why none. For finding out why an answer is not read as expected.
    #[arg(long, help_heading = OUTPUT, conflicts_with_all = ["only", "format", "out", "baseline", "fail_on"])]
    pub(super) explain: bool,
    /// Output format [default: by the ending of -o, else text]
    #[arg(long, value_name = "FORMAT", help_heading = OUTPUT)]
    pub(super) format: Option<Format>,
    /// Write to FILE instead of stdout; repeatable
    ///
    /// Without --format, the ending decides: .txt .json .md .html .sarif .rdjsonl .jsonl. github and gitlab have no
    /// ending and need --format. The file is written atomically.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = OUTPUT)]
    out: Vec<PathBuf>,
    /// Number of threads [default: one per core]
    #[arg(short, long, value_name = "N", help_heading = OUTPUT)]
    jobs: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// An issue that two or more lineages report
    Agreed,
    /// An issue of severity BLOCK that two or more lineages report
    AgreedBlock,
    /// An issue of severity BLOCK
    Block,
    /// Any issue
    Any,
    /// A reviewer without a usable answer, or no review at all
    NoEvidence,
    /// An exact location that two or more lineages cite
    Convergent,
    /// An issue of severity BLOCK that is not in the baseline
    NewBlock,
    /// An agreed issue that is not in the baseline
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
    /// The conditions that can fail the tally.
    pub(super) fn gates(&self) -> Result<Vec<Gate>> {
        let gates: Vec<Gate> = self.fail_on.iter().map(|gate| gate.gate()).collect();
        match gates.iter().find(|gate| gate.needs_baseline()) {
            Some(gate) if self.baseline.is_none() => Err(usage_error(format!(
                "--fail-on {gate} needs --baseline OLD-WAVE"
            ))
            .hint("`scrum log` lists the waves; name the one of the previous round")),
            _ => Ok(gates),
        }
    }

    /// The options for counting: the configuration, overridden by flags.
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
                usage_error(text).hint("leave out --format, so that each file's ending decides")
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

    /// The value of --only.
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
                "--only affects text and Markdown; the other formats always contain everything"
                    .to_owned(),
            ));
        }
        Ok(only)
    }

    /// Names in --lineage that are neither a reviewer nor a model, but are spelt like a reviewer's name.
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
