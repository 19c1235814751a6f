//! What a tally is made from: reviews, what is known of the reviewers, and the choices of the caller.

use serde::{Deserialize, Serialize};

use crate::control::Control;
use crate::review::Review;
use crate::tally::lineage::LineageTable;

/// What one reviewer handed in for one bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The bundle's id.
    pub bundle: String,
    /// The reviewer's name.
    pub reviewer: String,
    /// What came back.
    pub outcome: Outcome,
    /// What the runner wrote beside the review.
    pub sidecar: Option<Sidecar>,
}

impl Submission {
    /// A submission without a sidecar.
    pub fn new(bundle: impl Into<String>, reviewer: impl Into<String>, outcome: Outcome) -> Self {
        Self {
            bundle: bundle.into(),
            reviewer: reviewer.into(),
            outcome,
            sidecar: None,
        }
    }
}

/// What came back from a reviewer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// A review, as read.
    Review(Review),
    /// Asked, and no answer came.
    Failed {
        /// Why.
        reason: String,
    },
    /// No review is there. Needs no submission: whoever is in the config or reviewed another bundle is missing.
    Missing,
    /// This bundle is none of the reviewer's business.
    NotAsked,
}

/// The file beside a review (`reviews/<bundle>/<reviewer>.json`). Every field is optional, unknown ones are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Sidecar {
    /// The model's id, as the host reported it.
    pub model: Option<String>,
    /// The review is a person's, who is a lineage of their own.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub human: bool,
    /// The reviewer's lineages, where whoever wrote the sidecar knows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lineage: Option<Vec<String>>,
    /// Tokens of the prompt.
    pub tokens_in: Option<u64>,
    /// Tokens of the answer.
    pub tokens_out: Option<u64>,
    /// Why the model stopped: `stop`, `length`, `max_tokens` ….
    pub finish_reason: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// How often it was asked.
    pub attempts: Option<u32>,
    /// Why there is no answer.
    pub error: Option<String>,
    /// SHA-256 of the prompt, hex.
    pub prompt_sha256: Option<String>,
    /// The last HTTP status.
    pub http_status: Option<u16>,
    /// The command's exit code; absent where a signal ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The end of what the command wrote on stderr.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stderr: Option<String>,
    /// What the model thought, where it said nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// Digest of the bundle's diff, the template and the reviewer's settings: the question that was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The wave in which it was asked, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carried_over_from: Option<String>,
    /// What a person should know of the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// What the configuration says of a reviewer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ReviewerConfig {
    /// The name, as in the submissions.
    pub name: String,
    /// Its lineages, where they are stated; an empty list states that they are unknown.
    pub lineage: Option<Vec<String>>,
    /// A person: a lineage of its own, named like the person.
    pub human: bool,
    /// The model that is asked.
    pub model: Option<String>,
}

impl ReviewerConfig {
    /// A reviewer of whom only the name is known.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// States the lineages.
    pub fn lineage<S: Into<String>>(mut self, lineage: impl IntoIterator<Item = S>) -> Self {
        self.lineage = Some(lineage.into_iter().map(Into::into).collect());
        self
    }

    /// Says whether it is a person.
    pub fn human(mut self, human: bool) -> Self {
        self.human = human;
        self
    }

    /// Names the model that is asked.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }
}

/// The choices of a tally.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TallyOptions {
    /// How many lines apart two ranges may be and still share a line. Default 1.
    pub near_lines: u32,
    /// Disjoint lineages that a bundle shall be reviewed by; recorded in the tally, judged by
    /// [`Tally::failed_gates`](super::Tally::failed_gates). Default 0.
    pub min_lineages: u32,
    /// Model ids and names to lineages. Default: the built-in table.
    pub lineages: LineageTable,
    /// The reviewers that are expected for every bundle. Default: none, so those that handed something in.
    pub reviewers: Vec<ReviewerConfig>,
    /// Threads that count; the result does not depend on their number. Default 1: the caller's own.
    pub jobs: usize,
    /// Who hears how far the work is, and can end it. By default nobody.
    pub control: Control,
}

impl Default for TallyOptions {
    fn default() -> Self {
        Self {
            near_lines: 1,
            min_lineages: 0,
            lineages: LineageTable::builtin(),
            reviewers: Vec::new(),
            jobs: 1,
            control: Control::default(),
        }
    }
}

impl TallyOptions {
    /// Sets [`near_lines`](Self::near_lines).
    pub fn near_lines(mut self, lines: u32) -> Self {
        self.near_lines = lines;
        self
    }

    /// Sets [`min_lineages`](Self::min_lineages).
    pub fn min_lineages(mut self, lineages: u32) -> Self {
        self.min_lineages = lineages;
        self
    }

    /// Sets [`lineages`](Self::lineages).
    pub fn lineages(mut self, table: LineageTable) -> Self {
        self.lineages = table;
        self
    }

    /// Sets [`reviewers`](Self::reviewers).
    pub fn reviewers(mut self, reviewers: impl IntoIterator<Item = ReviewerConfig>) -> Self {
        self.reviewers = reviewers.into_iter().collect();
        self
    }

    /// Sets [`jobs`](Self::jobs).
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs;
        self
    }

    /// Sets [`control`](Self::control).
    pub fn control(mut self, control: Control) -> Self {
        self.control = control;
        self
    }
}

/// Hands out the diff of a bundle. A tally asks at most once for each bundle, and only where a symbol is to be resolved; a
/// page asks once for each bundle that it shows lines of.
pub trait DiffText {
    /// The text of the bundle's `.diff` file; `None` where it cannot be had.
    fn diff(&self, bundle: &str) -> Option<Vec<u8>>;
}

/// No diffs at hand: symbols stay unresolved.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoDiffs;

impl DiffText for NoDiffs {
    fn diff(&self, _bundle: &str) -> Option<Vec<u8>> {
        None
    }
}

impl<F: Fn(&str) -> Option<Vec<u8>>> DiffText for F {
    fn diff(&self, bundle: &str) -> Option<Vec<u8>> {
        self(bundle)
    }
}
