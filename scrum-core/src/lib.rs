//! Bundles of a commit range for review, and a tally of what independent reviewers agree on. Before a review, a range
//! is divided by component into bundles small enough for a reviewer, each with a prompt. After the review, the answers
//! are read and counted. No model does the counting: the same input always gives the same result, offline. The manifest
//! connects both halves:
//!
//! ```text
//! git ─► ChangeSet ─► plan ─► Plan ─► wave ─► Manifest
//!                                                │
//!                report ◄─ Tally ◄─ tally ◄─ review
//! ```
//!
//! # The flow, stage by stage
//!
//! | stage | takes | gives |
//! |---|---|---|
//! | [`range`] | `main...HEAD` | a [`RangeSpec`](range::RangeSpec) |
//! | [`mod@git`], or [`patch`] | a repository and a range, or a patch | a [`ChangeSet`](change::ChangeSet): plain data, the texts read back one by one |
//! | [`plan`](mod@plan) | the change set and options | a [`Plan`](plan::Plan): components, bundles, parts, verdicts on their sizes |
//! | [`wave`] | the plan, a template and a sink | all files, and the [`Manifest`](wave::manifest::Manifest) that describes them |
//! | [`review`] | an answer's text | [`Finding`](review::Finding)s with their locations |
//! | [`tally`](mod@tally) | all submissions | the [`Tally`](tally::Tally): every citation in one bucket, agreement |
//! | [`rounds`] | the tallies of two waves | a [`Comparison`](rounds::Comparison): what is new, gone or still there |
//! | [`report`] | a tally | text, JSON and other formats, into your writer |
//!
//! [`gauntlet`] has the other phases of a release: the smoke chain, the parity probe and the assessment. [`estimate`]
//! estimates how many defects nobody reported.
//!
//! [`config`] is `scrum.toml`; [`control`] reports the progress of long work and cancels it; [`path`], [`digest`] and
//! [`size`] are small types that several stages use.
//!
//! Each stage imports only the types of earlier ones. The crate never prints, exits, or reads the environment or a
//! clock; apart from [`mod@git`], it does I/O only through the caller's readers and writers. Without the feature `git`
//! (on by default) it needs no C compiler.
//!
//! # A tally from strings
//!
//! A [`Submission`](tally::Submission) is one reviewer's answer about one bundle. No wave is needed; if there is one,
//! pass its [`WaveIndex`](tally::ground::WaveIndex) instead of `None`.
//!
//! ```
//! use scrum_core::review::Review;
//! use scrum_core::tally::{self, NoDiffs, Outcome, Submission, TallyOptions};
//!
//! let answer = |reviewer: &str, text: &str| {
//!     Submission::new("core", reviewer, Outcome::Review(Review::from_text(text)))
//! };
//! let said = "SEVERITY: BLOCK\nWHERE: src/pool.rs:42\nWHAT: The lock is never released.\n";
//! let answers = vec![answer("opus", said), answer("opus-2", said), answer("kimi", said)];
//! let tally = tally::tally(answers, None, &NoDiffs, &TallyOptions::default());
//! // One model asked twice is one vote.
//! assert_eq!(tally.bundles[0].locations[0].convergence, 2);
//! ```
//!
//! # Bundles from a repository
//!
//! ```
//! # #[cfg(feature = "git")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! # let git = |args: &[&str]| {
//! #     let identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
//! #     let mut command = std::process::Command::new("git");
//! #     command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
//! #     assert!(command.current_dir(folder).args(identity).args(args).status().unwrap().success());
//! # };
//! # git(&["init", "-q", "-b", "main"]);
//! # git(&["commit", "-q", "--allow-empty", "-m", "Base"]);
//! # std::fs::write(folder.join("pool.rs"), "fn drain() {}\n")?;
//! # git(&["add", "."]);
//! # git(&["commit", "-q", "-m", "Add a pool"]);
//! # let range = "main~1..main";
//! use scrum_core::plan::{BundleOptions, Plan};
//! use scrum_core::git::{DiffOptions, Repository};
//!
//! let changes = Repository::discover(folder)?.changes(&range.parse()?, &DiffOptions::default())?;
//! let plan = Plan::new(&changes, &BundleOptions::default())?;
//! for bundle in &plan.bundles {
//!     let mut diff = Vec::new();
//!     bundle.write_diff(&changes, &mut diff)?;
//!     println!("{}: {} bytes, {:?}", bundle.id, diff.len(), bundle.verdict);
//! }
//! # assert_eq!(plan.bundles.len(), 1);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "git"))]
//! # fn main() {}
//! ```
//! [`wave::write`] produces all files that `scrum bundle` writes: diffs, prompts, manifest.
//!
//! # Features
//!
//! - `git`, on by default: reading repositories.
//! - `schema`: `schemars::JsonSchema` for the types of the manifest, the tally, the sidecar and the configuration, and
//!   the module `schema` with the JSON Schema of each of these files.
#![deny(clippy::print_stdout, clippy::print_stderr, clippy::exit)]

pub mod change;
pub mod config;
pub mod control;
pub mod digest;
pub mod estimate;
pub mod gauntlet;
mod generated;
#[cfg(feature = "git")]
pub mod git;
mod header;
mod hook;
#[doc(hidden)]
pub mod nearest;
pub mod patch;
pub mod path;
pub mod plan;
pub mod range;
pub mod report;
pub mod review;
pub mod rounds;
#[cfg(feature = "schema")]
pub mod schema;
pub mod size;
pub mod tally;
#[doc(hidden)]
pub mod terminal;
#[doc(hidden)]
pub mod try_map;
pub mod wave;
mod word;

pub use word::UnknownWord;

/// The README; its Rust block is tested here.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}

/// The guide to the library; its blocks are tested here. It is outside the crate, so it is missing in a package.
#[cfg(all(doctest, feature = "git"))]
#[doc = include_str!("../../docs/embedding.md")]
mod embedding {}
