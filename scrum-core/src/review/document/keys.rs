//! The names of keys, from the data file.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::review::Severity;

#[derive(Deserialize)]
pub(super) struct DocumentKeys {
    pub(super) path: Vec<String>,
    pub(super) place: Vec<String>,
    pub(super) start: Vec<String>,
    pub(super) end: Vec<String>,
    pub(super) inside: Vec<String>,
    pub(super) severity: Vec<String>,
    pub(super) perhaps_severity: Vec<String>,
    pub(super) title: Vec<String>,
    pub(super) body: Vec<String>,
    pub(super) rule: Vec<String>,
    pub(super) link: Vec<String>,
    pub(super) skip: Vec<String>,
    pub(super) dismissed: Vec<String>,
    pub(super) lists: Vec<String>,
    pub(super) verdict: Vec<String>,
    pub(super) nested: Vec<String>,
    pub(super) perhaps_path: Vec<String>,
    pub(super) status: Vec<String>,
    pub(super) over: Vec<String>,
    pub(super) fine: Vec<String>,
    pub(super) passed: Vec<String>,
    pub(super) no_severity: Vec<String>,
    pub(super) no_line: Vec<String>,
    pub(super) run: Vec<String>,
    /// What words mean as the value of a key for severities, and nowhere else.
    pub(super) words: HashMap<String, Severity>,
}

pub(super) static KEYS: LazyLock<DocumentKeys> = LazyLock::new(|| {
    use crate::review::words::{Field, labels};

    let mut keys: DocumentKeys = toml::from_str(include_str!("../../../data/document-keys.toml"))
        .expect("the data file is part of the program, and a test reads it");
    // What a label is called in an answer's own language, a key or a column is, too.
    for (list, field) in [
        (&mut keys.path, Field::Path),
        (&mut keys.start, Field::Lines),
        (&mut keys.severity, Field::Severity),
        (&mut keys.title, Field::What),
        (&mut keys.body, Field::Why),
    ] {
        let mut names: Vec<String> = labels(field).map(str::to_owned).collect();
        names.sort_unstable();
        list.append(&mut names);
    }
    for list in [
        &mut keys.path,
        &mut keys.place,
        &mut keys.start,
        &mut keys.end,
        &mut keys.inside,
        &mut keys.severity,
        &mut keys.perhaps_severity,
        &mut keys.title,
        &mut keys.body,
        &mut keys.rule,
        &mut keys.link,
        &mut keys.skip,
        &mut keys.dismissed,
        &mut keys.lists,
        &mut keys.verdict,
        &mut keys.nested,
        &mut keys.perhaps_path,
        &mut keys.status,
        &mut keys.over,
        &mut keys.fine,
        &mut keys.passed,
        &mut keys.no_severity,
        &mut keys.no_line,
        &mut keys.run,
    ] {
        list.iter_mut().for_each(|name| *name = letters(name));
    }
    keys
});

/// A key in small letters, without `_`, `-` and blanks.
pub(super) fn letters(key: &str) -> String {
    key.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .take(40)
        .collect()
}

pub(super) fn is_one_of(key: &str, wanted: &[String]) -> bool {
    let key = letters(key);
    wanted.iter().any(|name| letters(name) == key)
}

/// What a key is for, where only the name is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::review) enum Property {
    Path,
    Start,
    End,
    Severity,
    Title,
    Body,
}

impl Property {
    /// What a key of this name is for.
    pub(in crate::review) fn of(key: &str) -> Option<Self> {
        let key = letters(key);
        [
            (&KEYS.path, Self::Path),
            (&KEYS.end, Self::End),
            (&KEYS.start, Self::Start),
            (&KEYS.severity, Self::Severity),
            (&KEYS.perhaps_severity, Self::Severity),
            (&KEYS.title, Self::Title),
            (&KEYS.body, Self::Body),
        ]
        .into_iter()
        .find_map(|(names, property)| names.contains(&key).then_some(property))
    }
}
