//! Hints for invalid command lines.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::for_shell;

/// The hint for an error of the argument parser, if there is more to say than the error does.
pub(crate) fn of_arguments(error: &clap::Error) -> Option<String> {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::UnknownArgument => match word(ContextKind::InvalidArg)? {
            "--cached" => Some("use `scrum bundle --staged` for staged changes".to_owned()),
            option if option.starts_with('-') => None,
            extra => Some(format!(
                "paths come after two dashes: `scrum bundle RANGE -- {}`; write two revisions as one argument: `scrum bundle A..B`",
                for_shell(extra)
            )),
        },
        ErrorKind::InvalidSubcommand => {
            let first = word(ContextKind::InvalidSubcommand)?;
            first
                .contains("..")
                .then(|| format!("`scrum bundle {}`", for_shell(first)))
        }
        _ => None,
    }
}
