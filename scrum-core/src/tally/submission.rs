//! The input of a tally: reviews, data about the reviewers, and options.

use serde::{Deserialize, Serialize};

use crate::control::Control;
use crate::review::Review;
use crate::tally::lineage::LineageTable;

/// The submission of one reviewer for one bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The bundle's id.
    pub bundle: String,
    /// The reviewer's name.
    pub reviewer: String,
    /// The result.
    pub outcome: Outcome,
    /// The metadata beside the review.
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

/// The result of asking a reviewer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// A review.
    Review(Review),
    /// The reviewer was asked, but there is no answer.
    Failed {
        /// Why.
        reason: String,
    },
    /// There is no review yet. This needs no submission: every reviewer in the configuration, or of another bundle, is
    /// missing by default.
    Missing,
    /// The reviewer is not asked about this bundle.
    NotAsked,
}

/// The file beside a review (`reviews/<bundle>/<reviewer>.json`). Every field is optional, unknown ones are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Sidecar {
    /// The model's id, as the host reported it.
    pub model: Option<String>,
    /// The reviewer is a person, who is a lineage of their own.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub human: bool,
    /// The reviewer's lineages, if the author of the sidecar knows them.
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
    /// The command's exit code; absent if a signal ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The end of the command's stderr.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stderr: Option<String>,
    /// The model's reasoning, if the answer has nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// Digest of the bundle's diff, the template and the reviewer's settings: the key of the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The wave in which it was asked, if it is a different one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carried_over_from: Option<String>,
    /// Warnings about the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A reviewer in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ReviewerConfig {
    /// The name, as in the submissions.
    pub name: String,
    /// Its lineages, if they are configured; an empty list means that they are unknown.
    pub lineage: Option<Vec<String>>,
    /// A person: a lineage of its own, named like the person.
    pub human: bool,
    /// The model that is asked.
    pub model: Option<String>,
}

impl ReviewerConfig {
    /// A reviewer with only a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// Sets the lineages.
    pub fn lineage<S: Into<String>>(mut self, lineage: impl IntoIterator<Item = S>) -> Self {
        self.lineage = Some(lineage.into_iter().map(Into::into).collect());
        self
    }

    /// Sets whether it is a person.
    pub fn human(mut self, human: bool) -> Self {
        self.human = human;
        self
    }

    /// Sets the model that is asked.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }
}

/// The options of a tally.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TallyOptions {
    /// How many lines apart two ranges may be and still share a line. Default 1.
    pub near_lines: u32,
    /// How many independent lineages must review a bundle; recorded in the tally, and checked by
    /// [`Tally::failed_gates`](super::Tally::failed_gates). Default 0.
    pub min_lineages: u32,
    /// The table from model ids and names to lineages. Default: the built-in table.
    pub lineages: LineageTable,
    /// The reviewers that are expected for every bundle. Default: none, so those with a submission.
    pub reviewers: Vec<ReviewerConfig>,
    /// Number of threads; the result does not depend on it. Default 1: the calling thread.
    pub jobs: usize,
    /// Progress callback and cancel switch. Default none.
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

/// Provides the diff of a bundle. A tally asks at most once for each bundle, and only if a symbol must be resolved; a
/// page asks once for each bundle of which it shows lines.
pub trait DiffText {
    /// The text of the bundle's `.diff` file; `None` if it is not available.
    fn diff(&self, bundle: &str) -> Option<Vec<u8>>;
}

/// No diffs: symbols stay unresolved.
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
