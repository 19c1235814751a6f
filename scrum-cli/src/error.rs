//! Errors become exit codes and hints here, and nowhere else.

use std::io;

use scrum_core::bundle::PlanError;
use scrum_core::config::ConfigError;
use scrum_core::git::GitError;
use scrum_core::manifest::ManifestError;
use scrum_core::patch::PatchError;
use scrum_core::prompt::TemplateError;
use scrum_core::range::RangeSpecError;

use crate::output::Output;

/// The exit codes that scripts may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Done; also where the reader of a pipe left.
    Done = 0,
    /// A gate said no: the size guard, `--fail-on`, `--min-lineages`, verify.
    Refused = 1,
    /// Usage, configuration, a revision or path that does not resolve.
    Usage = 2,
    /// Everything else.
    Failure = 3,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

/// What the user asked for cannot be done as asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    #[error("`{path}` cannot be read: {source}")]
    Read { path: String, source: io::Error },
    #[error("{path}: {source}")]
    Config { path: String, source: ConfigError },
    #[error("template {path}: {source}")]
    Template { path: String, source: TemplateError },
    #[error("patch {name}: {source}")]
    Patch { name: String, source: PatchError },
    #[error("there is no wave yet")]
    NoWave,
    #[error("`{name}` is neither a file, a wave, nor a range with a wave")]
    UnknownWave { name: String },
    #[error("`{path}` is neither empty nor a wave, so nothing is written into it")]
    NotAWave { path: String },
    #[error("`{path}` has reviews of other bundles")]
    HasReviews { path: String },
    #[error("{text}")]
    Other { text: String, hint: Option<String> },
}

/// The wave on disk is not what its manifest says.
#[derive(Debug, thiserror::Error)]
#[error("{wave}: `{file}` is {what}")]
pub(crate) struct MixedWave {
    pub(crate) wave: String,
    pub(crate) file: String,
    pub(crate) what: &'static str,
}

/// Prints an error with the way on, and says how to exit.
pub(crate) fn report(error: &anyhow::Error, output: &Output) -> ExitCode {
    if is_broken_pipe(error) {
        return ExitCode::Done;
    }
    output.error(&sentence(error));
    let (code, hint) = judge(error);
    if let Some(hint) = hint {
        output.hint(&hint);
    }
    code
}

/// The error and its causes in one line. Many errors name their cause in their own words, and then it is left out.
fn sentence(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.ends_with(&cause) {
            told.push_str(": ");
            told.push_str(&cause);
        }
    }
    told
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

fn judge(error: &anyhow::Error) -> (ExitCode, Option<String>) {
    let hint = |text: &str| Some(text.to_owned());
    for cause in error.chain() {
        if let Some(error) = cause.downcast_ref::<UsageError>() {
            let hint = match error {
                UsageError::NoWave => hint("run `scrum bundle` first"),
                UsageError::UnknownWave { .. } => {
                    hint("name a wave's folder, its name under .scrum/, its range, or review files")
                }
                UsageError::NotAWave { .. } => hint("give -o a new folder, or a wave to replace"),
                UsageError::HasReviews { .. } => hint(
                    "--overwrite moves them aside; -o writes the new wave elsewhere and leaves them",
                ),
                UsageError::Patch {
                    source: PatchError::NotGit,
                    ..
                } => hint("make it with `git diff`, `git format-patch` or `gh pr diff`"),
                UsageError::Other { hint, .. } => hint.clone(),
                _ => None,
            };
            return (ExitCode::Usage, hint);
        }
        if let Some(error) = cause.downcast_ref::<GitError>() {
            return git(error);
        }
        if cause.is::<MixedWave>() {
            return (
                ExitCode::Failure,
                hint("the wave was written halfway or edited; run `scrum bundle` again"),
            );
        }
        if let Some(ManifestError::Schema { .. }) = cause.downcast_ref::<ManifestError>() {
            return (
                ExitCode::Failure,
                hint("read it with the version of scrum that wrote it"),
            );
        }
        if cause.is::<RangeSpecError>() || cause.is::<PlanError>() || cause.is::<ConfigError>() {
            return (ExitCode::Usage, None);
        }
    }
    (ExitCode::Failure, None)
}

fn git(error: &GitError) -> (ExitCode, Option<String>) {
    let run = error.remedy().map(|command| format!("run `{command}`"));
    match error {
        GitError::NotARepository { .. } => {
            let hint = "give -C DIR, or --diff FILE for a patch, which needs no repository";
            (ExitCode::Usage, Some(hint.to_owned()))
        }
        GitError::NoDefaultBase | GitError::UnbornHead => (
            ExitCode::Usage,
            Some("name a range: A..B, A...B or one revision".to_owned()),
        ),
        GitError::NoMergeBase { base, head } => (
            ExitCode::Usage,
            Some(format!(
                "`{base}..{head}` compares the two trees as they are"
            )),
        ),
        GitError::UnknownRevision { .. }
        | GitError::AmbiguousRevision { .. }
        | GitError::NotACommit { .. }
        | GitError::NotATree { .. }
        | GitError::ShallowMergeBase { .. }
        | GitError::Pathspec { .. }
        | GitError::NotOwned { .. }
        | GitError::Sha256 { .. } => (ExitCode::Usage, run),
        _ => (ExitCode::Failure, run),
    }
}
