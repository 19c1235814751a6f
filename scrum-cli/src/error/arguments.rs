//! Hints for command lines that do not parse.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::for_shell;

/// The hint for what the command line itself refuses, if there is more to say than what was refused.
pub(crate) fn of_arguments(error: &clap::Error) -> Option<String> {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => Some(word.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::UnknownArgument => match word(ContextKind::InvalidArg)? {
            "--cached" => Some("`scrum bundle --staged` takes what is staged".to_owned()),
            option if option.starts_with('-') => None,
            extra => Some(format!(
                "paths stand behind two dashes: `scrum bundle RANGE -- {}`; two revisions are one word: `scrum bundle A..B`",
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
