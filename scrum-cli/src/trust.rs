//! Which version of the configuration a review uses: a change under review must not choose its own reviewers or exclude
//! itself.

use std::convert::Infallible;
use std::str::FromStr;

use scrum_core::config::{self, Config};
use scrum_core::range::RangeSpec;

use crate::error::{Result, config_error, usage_error};
use crate::session::Session;
use crate::source::Source;
use crate::terminal::Output;

/// `--config-from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ConfigFrom {
    /// The files on disk.
    Worktree,
    /// Those of a revision.
    Revision(String),
}

impl FromStr for ConfigFrom {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "worktree" => Self::Worktree,
            revision => Self::Revision(revision.to_owned()),
        })
    }
}

/// What is compared, as far as it decides which configuration is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The range, if one is named.
    pub(crate) range: Option<&'a str>,
    /// The index or the work tree.
    pub(crate) uncommitted: bool,
    /// The user's own uncommitted work may use the work tree's configuration.
    pub(crate) own: bool,
}

/// The source that the option names; by default, the version at the base for files that the range changes, except for
/// the user's own uncommitted work outside CI.
pub(crate) fn source(
    option: Option<&ConfigFrom>,
    asked: Asked<'_>,
    session: &Session,
) -> Result<Source> {
    match option {
        Some(ConfigFrom::Worktree) => return Ok(Source::Disk),
        Some(ConfigFrom::Revision(name)) => {
            let repository = session.repository()?;
            let (_, tree) = repository.trees(&RangeSpec::Trees {
                base: name.clone(),
                head: name.clone(),
            })?;
            return Ok(Source::Tree(repository, tree));
        }
        None => {}
    }
    let ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    if asked.uncommitted && asked.own && !ci {
        return Ok(Source::Disk);
    }
    let Ok(repository) = session.repository() else {
        return Ok(Source::Disk);
    };
    let spec = match (asked.uncommitted, asked.range) {
        (true, _) => RangeSpec::Trees {
            base: "HEAD".to_owned(),
            head: "HEAD".to_owned(),
        },
        // A base named by the work tree's configuration could hide a change to that configuration.
        (false, None) => RangeSpec::Default,
        (false, Some(range)) => match range.parse() {
            Ok(spec) => spec,
            Err(_) => return Ok(Source::Disk),
        },
    };
    // Errors are reported when the range is compared.
    let Ok((base, head)) = repository.trees(&spec) else {
        return Ok(Source::Disk);
    };
    Ok(Source::Base {
        repository,
        base,
        head: (!asked.uncommitted).then_some(head),
    })
}

/// The session with the configuration of its source.
pub(crate) fn follow(session: &Session, source: Source, output: &Output) -> Result<Session> {
    let mut trusted = session.clone();
    // The user chose this file explicitly.
    if !session.config_named && !matches!(source, Source::Disk) {
        let text = source.read(&session.top, config::FILE_NAME, output)?;
        let text = text.unwrap_or_default();
        let path = session.top.join(config::FILE_NAME);
        trusted.config = Config::from_toml(&String::from_utf8_lossy(&text))
            .map_err(|error| config_error(&path, &error))?;
    }
    trusted.source = source;
    Ok(trusted)
}

/// Reads a file that the configuration names and that must exist.
pub(crate) fn configured(session: &Session, path: &str, output: &Output) -> Result<Option<String>> {
    if let Some(text) = session.source.read(&session.top, path, output)? {
        return Ok(Some(String::from_utf8_lossy(&text).into_owned()));
    }
    match session.source {
        Source::Disk => Err(
            usage_error(format!("`{path}`, which scrum.toml names, is not there"))
                .hint("paths in scrum.toml count from the repository's top folder"),
        ),
        // The base may name a file that only the head has.
        _ => Ok(None),
    }
}
