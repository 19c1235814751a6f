//! Errors of the command line: the message, the exit code, and what to type next.
//!
//! All three are decided once, where an error enters the command line: by a `From` impl for the library's errors
//! (`from`), or by the constructors below. Chains of causes are not searched afterwards.

mod arguments;
mod from;
mod retype;

use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) use arguments::of_arguments;
pub(crate) use from::{cannot_read, config_error, patch_error, template_error};
pub(crate) use retype::{for_shell, listed};

/// What a function of the command line returns.
pub(crate) type Result<T, E = CommandError> = std::result::Result<T, E>;

/// The exit codes that scripts may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Done; also if a pipe was closed.
    Done = 0,
    /// A gate failed (the size guard, `--fail-on`, `--min-lineages`, verify, a quorum, secrets in prompts), or nothing
    /// was reviewed.
    Refused = 1,
    /// Usage, configuration, a revision or path that does not resolve.
    Usage = 2,
    /// Any other error.
    Failure = 3,
    /// Ctrl-C.
    Interrupted = 130,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

/// The kind of an error, which decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    /// The request cannot be carried out as it is.
    Usage,
    /// Any other error.
    Failure,
    /// A pipe was closed. This is not an error, and nothing is printed.
    BrokenPipe,
}

impl ErrorKind {
    pub(crate) fn exit_code(self) -> ExitCode {
        match self {
            Self::Usage => ExitCode::Usage,
            Self::Failure => ExitCode::Failure,
            Self::BrokenPipe => ExitCode::Done,
        }
    }
}

/// What to type next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Hint {
    Text(String),
    /// A name is similar to one that exists. The hint is the typed command with the name corrected.
    DidYouMean {
        written: String,
        known: String,
    },
}

impl<T: Into<String>> From<T> for Hint {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

impl Hint {
    pub(crate) fn did_you_mean(written: &str, known: &str) -> Self {
        Self::DidYouMean {
            written: written.to_owned(),
            known: known.to_owned(),
        }
    }

    /// The text of the hint. `arguments` are the arguments of the program.
    fn in_words(&self, arguments: &[OsString]) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::DidYouMean { written, known } => {
                match retype::corrected(arguments, written, known) {
                    Some(command) => format!("did you mean `{known}`? Then: {command}"),
                    None => {
                        format!(
                            "did you mean `{known}`? `scrum COMMAND --help` shows where it goes"
                        )
                    }
                }
            }
        }
    }
}

/// An error on its way to the user.
#[derive(Debug)]
pub(crate) struct CommandError {
    kind: ErrorKind,
    error: Box<dyn std::error::Error + Send + Sync>,
    hints: Vec<Hint>,
}

/// What was being done when an error occurred.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
struct WithContext {
    text: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// The folder of a file to be written does not exist.
#[derive(Debug, thiserror::Error)]
#[error("there is no folder {}", .0.display())]
pub(crate) struct NoFolder(pub(crate) PathBuf);

/// The request cannot be carried out as it is.
pub(crate) fn usage_error(
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> CommandError {
    CommandError::new(ErrorKind::Usage, error)
}

/// A failure that is not the user's mistake.
pub(crate) fn failure(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> CommandError {
    CommandError::new(ErrorKind::Failure, error)
}

impl CommandError {
    fn new(kind: ErrorKind, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            kind,
            error: error.into(),
            hints: Vec::new(),
        }
    }

    /// Adds what to type next.
    pub(crate) fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The error and its causes in one line. A cause that the error already mentions is left out.
    pub(crate) fn sentence(&self) -> String {
        let mut told = self.error.to_string();
        let mut cause = self.error.source();
        while let Some(error) = cause {
            let words = error.to_string();
            if !told.ends_with(&words) {
                told.push_str(": ");
                told.push_str(&words);
            }
            cause = error.source();
        }
        told
    }

    /// What to type next; never empty. `arguments` are the arguments of the program.
    pub(crate) fn hints(&self, arguments: &[OsString]) -> Vec<String> {
        if self.hints.is_empty() {
            return vec![
                "`scrum --help` has examples and exit codes, `scrum COMMAND --help` the options of a command".to_owned(),
            ];
        }
        let hints = self.hints.iter();
        hints.map(|hint| hint.in_words(arguments)).collect()
    }
}

/// Adds what was being done when an error occurred. Kind and hints do not change.
pub(crate) trait Context<T> {
    fn context(self, text: &str) -> Result<T>;
    fn with_context(self, text: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Into<CommandError>> Context<T> for std::result::Result<T, E> {
    fn context(self, text: &str) -> Result<T> {
        self.with_context(|| text.to_owned())
    }

    fn with_context(self, text: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| {
            let CommandError { kind, error, hints } = error.into();
            let error = WithContext {
                text: text(),
                source: error,
            };
            CommandError {
                kind,
                error: Box::new(error),
                hints,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_stand_in_one_line_and_none_twice() {
        let error = std::io::Error::other("disk on fire");
        let error = Err::<(), _>(error).context("x cannot be written: disk on fire");
        let error = error.context("no wave").unwrap_err();
        assert_eq!(
            error.sentence(),
            "no wave: x cannot be written: disk on fire"
        );
        assert_eq!(error.kind(), ErrorKind::Failure);
    }

    #[test]
    fn context_keeps_kind_and_hints() {
        let error = Err::<(), _>(usage_error("no").hint("`ls`")).context("wave");
        let error = error.unwrap_err();
        assert_eq!(error.kind().exit_code(), ExitCode::Usage);
        assert_eq!(error.hints(&[]), ["`ls`"]);
    }
}
