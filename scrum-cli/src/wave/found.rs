//! Finds the wave that the user names.

use std::path::{Path, PathBuf};

use scrum_core::git::GitError;
use scrum_core::nearest::nearest;
use scrum_core::range::{Range, RangeSpec};
use scrum_core::wave::MANIFEST;

use crate::error::{CommandError, Hint, Result, cannot_read, for_shell, usage_error};
use crate::session::Session;

/// What the WAVE or FILE arguments of a command name.
#[derive(Debug)]
pub(crate) enum FoundWave {
    /// A wave's folder.
    Wave(PathBuf),
    /// Review files, or folders of them, without a wave.
    Files(Vec<PathBuf>),
}

/// Finds what the arguments name. None: the newest wave. One: a path, a name under `.scrum/`, or a range, in this
/// order. Several: files and folders of reviews.
pub(crate) fn find(names: &[PathBuf], session: &Session) -> Result<FoundWave> {
    match names {
        [] => newest(session).map(FoundWave::Wave),
        [name] => find_one(name, session),
        names => {
            if let Some(absent) = names.iter().find(|name| !name.exists()) {
                return Err(unknown(absent, session));
            }
            Ok(FoundWave::Files(names.to_vec()))
        }
    }
}

/// As [`find`] for a command that takes a wave and no review files.
pub(crate) fn find_wave(name: Option<&Path>, session: &Session) -> Result<PathBuf> {
    let Some(name) = name else {
        return newest(session);
    };
    match find_one(name, session)? {
        FoundWave::Wave(folder) => Ok(folder),
        FoundWave::Files(_) => Err(no_wave(&name.display().to_string(), None)),
    }
}

/// Whether there is a newest wave.
pub(crate) fn has_newest(session: &Session) -> bool {
    session.waves().join("current").exists()
}

fn newest(session: &Session) -> Result<PathBuf> {
    let current = session.waves().join("current");
    let name = match std::fs::read_to_string(&current) {
        Ok(name) => name,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(usage_error("there is no wave yet")
                .hint("`scrum bundle` writes one; if the wave is elsewhere, name its folder"));
        }
        Err(error) => return Err(cannot_read(&current, &error)),
    };
    let folder = session.waves().join(name.trim_end_matches(['\r', '\n']));
    if folder.join(MANIFEST).is_file() {
        Ok(folder)
    } else {
        Err(usage_error(format!(
            "{} names `{}`, which is not a wave",
            current.display(),
            name.trim_end_matches('\n')
        ))
        .hint("`ls .scrum` lists the waves; name one, or write one with `scrum bundle`"))
    }
}

/// The wave that a path names, or a name under `.scrum/`.
pub(crate) fn named(name: &Path, session: &Session) -> Option<PathBuf> {
    if name.join(MANIFEST).is_file() {
        return Some(name.to_owned());
    }
    let named = session.waves().join(name);
    named.join(MANIFEST).is_file().then_some(named)
}

fn find_one(name: &Path, session: &Session) -> Result<FoundWave> {
    if name.join(MANIFEST).is_file() {
        return Ok(FoundWave::Wave(name.to_owned()));
    }
    if name.file_name().is_some_and(|file| file == MANIFEST) && name.is_file() {
        let folder = name
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        return Ok(FoundWave::Wave(folder.unwrap_or(Path::new(".")).to_owned()));
    }
    if name.exists() {
        return Ok(FoundWave::Files(vec![name.to_owned()]));
    }
    let named = session.waves().join(name);
    if named.join(MANIFEST).is_file() {
        return Ok(FoundWave::Wave(named));
    }
    if let Some(folder) = name.to_str().and_then(|text| of_range(text, session)) {
        return Ok(FoundWave::Wave(folder));
    }
    Err(unknown(name, session))
}

/// The error for an unknown name: with a wave of a similar name, else with what is wrong with it as a range.
fn unknown(name: &Path, session: &Session) -> CommandError {
    let written = name.display().to_string();
    let waves: Vec<String> = std::fs::read_dir(session.waves())
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join(MANIFEST).is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    let nearest = nearest(&written, waves.iter().map(String::as_str)).map(str::to_owned);
    let is_range = match &nearest {
        None => resolve(&written, session),
        Some(_) => None,
    };
    match is_range {
        // Two dots are a range; a single word may also mean a wave or a file.
        Some(Err(error)) if written.contains("..") || has_nearest(&error) => error.into(),
        Some(Ok(_)) => {
            let command = format!("`scrum bundle {}`", for_shell(&written));
            usage_error(format!("`{written}` has no wave yet")).hint(format!(
                "{command} writes one; `ls .scrum` lists the existing ones"
            ))
        }
        _ => no_wave(&written, nearest.as_deref()),
    }
}

/// The error for a name that cannot be a wave. `nearest` is a wave with a similar name.
fn no_wave(name: &str, nearest: Option<&str>) -> CommandError {
    let hint = match nearest {
        Some(known) => Hint::did_you_mean(name, known),
        None => "name a wave's folder, its name under .scrum/ (`ls .scrum`), its range, or review files; \
                 `scrum bundle` writes a wave"
            .into(),
    };
    usage_error(format!(
        "`{name}` is neither a file, a wave, nor a range with a wave"
    ))
    .hint(hint)
}

fn has_nearest(error: &GitError) -> bool {
    matches!(
        error,
        GitError::UnknownRevision {
            nearest: Some(_),
            ..
        }
    )
}

fn of_range(text: &str, session: &Session) -> Option<PathBuf> {
    let range = resolve(text, session)?.ok()?;
    let folder = session.waves().join(super::default_name(&range));
    folder.join(MANIFEST).is_file().then_some(folder)
}

/// The range that a text names; `None` if it has not the form of one, or there is no repository.
fn resolve(text: &str, session: &Session) -> Option<Result<Range, GitError>> {
    let spec: RangeSpec = text.parse().ok()?;
    let range = session.repository().ok()?.range(&spec, &[]);
    Some(range.map(|(range, _)| range))
}
