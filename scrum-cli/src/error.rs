//! Errors become exit codes here, and nowhere else; [`crate::hint`] knows the way on from each.

use std::io::{self, Write as _};
use std::path::PathBuf;

use scrum_core::config::ConfigError;
use scrum_core::git::GitError;
use scrum_core::patch::PatchError;
use scrum_core::plan::PlanError;
use scrum_core::range::RangeSpecError;
use scrum_core::wave::prompt::TemplateError;

use crate::output::Output;

/// The exit codes that scripts may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Done; also where the reader of a pipe left.
    Done = 0,
    /// A gate said no: the size guard, `--fail-on`, `--min-lineages`, verify, a quorum, secrets in prompts; nothing was
    /// reviewed.
    Refused = 1,
    /// Usage, configuration, a revision or path that does not resolve.
    Usage = 2,
    /// Everything else.
    Failure = 3,
    /// Ctrl-C.
    Interrupted = 130,
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
    UnknownWave {
        name: String,
        nearest: Option<String>,
    },
    #[error("`{range}` has no wave yet")]
    NotBundled { range: String },
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

/// The folder of a file that is to be written is not there.
#[derive(Debug, thiserror::Error)]
#[error("there is no folder {}", .0.display())]
pub(crate) struct NoFolder(pub(crate) PathBuf);

/// Prints what clap has to say of the command line, help included, with a way on where there is one.
pub(crate) fn report_arguments(error: &clap::Error) -> std::process::ExitCode {
    // Nobody is left to tell where the stream is closed.
    let _ = error.print();
    if let Some(hint) = crate::hint::of_arguments(error) {
        let _ = writeln!(io::stderr(), "\nhint: {hint}");
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::Usage.into(), std::process::ExitCode::from)
}

/// Prints an error with the way on, and says how to exit.
pub(crate) fn report(error: &anyhow::Error, output: &Output) -> ExitCode {
    if is_broken_pipe(error) {
        return ExitCode::Done;
    }
    output.error(&sentence(error));
    output.hint(&crate::hint::of(error));
    judge(error)
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

fn judge(error: &anyhow::Error) -> ExitCode {
    let mut codes = error.chain().filter_map(|cause| {
        if cause.is::<UsageError>()
            || cause.is::<RangeSpecError>()
            || cause.is::<PlanError>()
            || cause.is::<ConfigError>()
        {
            return Some(ExitCode::Usage);
        }
        if cause.is::<MixedWave>() {
            return Some(ExitCode::Failure);
        }
        cause.downcast_ref::<GitError>().map(git)
    });
    codes.next().unwrap_or(ExitCode::Failure)
}

fn git(error: &GitError) -> ExitCode {
    match error {
        GitError::NotARepository { .. }
        | GitError::NoDefaultBase
        | GitError::UnbornHead
        | GitError::NoMergeBase { .. }
        | GitError::UnknownRevision { .. }
        | GitError::AmbiguousRevision { .. }
        | GitError::NotACommit { .. }
        | GitError::NotATree { .. }
        | GitError::ShallowMergeBase { .. }
        | GitError::Pathspec { .. }
        | GitError::NotOwned { .. }
        | GitError::Sha256 { .. } => ExitCode::Usage,
        _ => ExitCode::Failure,
    }
}
