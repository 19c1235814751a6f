//! The cases: the requests that are sent to both sides.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::header;

/// One request, sent to both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParityCase {
    /// Its name, unique in the file.
    pub name: String,
    /// The method. Default `POST` if there is a body, else `GET`.
    #[serde(default)]
    pub method: Option<String>,
    /// Path and query, beginning with `/`.
    pub path: String,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    #[serde(default)]
    pub body: Option<String>,
    /// The body as JSON; sets `Content-Type: application/json` unless a header does.
    #[serde(default)]
    pub json: Option<Value>,
    /// Ask the left side twice, to find out which parts of the answer vary. Default true; use `false` for requests that
    /// cannot be repeated, such as one that creates something.
    #[serde(default = "yes")]
    pub repeat: bool,
}

fn yes() -> bool {
    true
}

impl ParityCase {
    /// The method that is used.
    pub fn method(&self) -> &str {
        match &self.method {
            Some(method) => method,
            None if self.body.is_some() || self.json.is_some() => "POST",
            None => "GET",
        }
    }
}

/// A cases file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// It is not valid TOML, or has an unknown key.
    #[error("{0}")]
    Toml(String),
    /// A line is not a case.
    #[error("line {line}: {reason}")]
    Line {
        /// Its number, 1-based.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A case contradicts itself or another one.
    #[error("case `{name}` {reason}")]
    Case {
        /// Its name.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// There are no cases.
    #[error("the file has no cases; write `[[case]]` with `name` and `path`")]
    Empty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    #[serde(default, rename = "case")]
    cases: Vec<ParityCase>,
}

/// Reads a cases file: TOML with `[[case]]` tables, or JSON Lines if its first character is `{`.
///
/// # Errors
///
/// [`CaseError`].
pub fn read_cases(text: &str) -> Result<Vec<ParityCase>, CaseError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let cases: Vec<ParityCase> = if text.trim_start().starts_with('{') {
        let lines = (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty());
        let read = lines.map(|(line, text)| {
            serde_json::from_str(text).map_err(|error| CaseError::Line {
                line,
                reason: error.to_string(),
            })
        });
        read.collect::<Result<_, _>>()?
    } else {
        let file: CaseFile =
            toml::from_str(text).map_err(|error| CaseError::Toml(error.to_string()))?;
        file.cases
    };
    if cases.is_empty() {
        return Err(CaseError::Empty);
    }
    let mut names = std::collections::BTreeSet::new();
    for case in &cases {
        let fault = |reason: &str| CaseError::Case {
            name: case.name.clone(),
            reason: reason.to_owned(),
        };
        if case.name.trim().is_empty() {
            return Err(fault("has no name"));
        }
        if !names.insert(&case.name) {
            return Err(fault("occurs twice"));
        }
        if case.body.is_some() && case.json.is_some() {
            return Err(fault("has both `body` and `json`"));
        }
        // `@host` or `//host` would send the request, and its headers, to another server.
        if !case.path.starts_with('/') || case.path.starts_with("//") {
            return Err(fault("needs a `path` that begins with one `/`"));
        }
        if case
            .path
            .chars()
            .any(|c| c.is_whitespace() || c.is_control())
        {
            return Err(fault("has white space in its `path`; write it as %20"));
        }
        if !case.method().bytes().all(|byte| byte.is_ascii_uppercase()) || case.method().is_empty()
        {
            return Err(fault("needs a `method` in capital letters, as in `POST`"));
        }
        // It would turn the server into a proxy to another one.
        if case.method() == "CONNECT" {
            return Err(fault("cannot use the method CONNECT"));
        }
        if let Some(reason) = case.headers.iter().find_map(header::fault) {
            return Err(fault(&format!(
                "has a header that cannot be sent: {reason}"
            )));
        }
    }
    Ok(cases)
}
