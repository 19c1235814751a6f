//! A reviewer that can be asked: with its key, its headers, its limits.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use scrum_core::config::{Api, DEFAULT_MAX_OUTPUT, DEFAULT_RETRIES, Reviewer};

use super::children::Children;
use super::command::{Program, PromptInput};
use super::http::Client;
use super::{ApiKeys, AskError, ReviewerAnswer, wire};
use crate::error::{CommandError, Result, usage_error};

/// A reviewer that scrum asks.
#[derive(Debug)]
pub(crate) struct ReviewerClient {
    asker: Asker,
    pub(crate) limits: AskLimits,
}

/// How often and how soon a reviewer is asked again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AskLimits {
    /// Attempts after the first.
    pub(crate) retries: u32,
    /// Whether the configuration sets the number.
    pub(crate) retries_configured: bool,
    /// Wait before the second attempt.
    pub(crate) backoff: Duration,
    /// The longest wait that a server may request.
    pub(crate) longest_wait: Duration,
    /// Maximum number of prompts sent at once.
    pub(crate) concurrency: usize,
}

#[derive(Debug)]
enum Asker {
    Http(Box<Client>),
    Command(Program),
}

impl ReviewerClient {
    /// Prepares a reviewer; `folder` is where its command runs.
    pub(crate) fn new(reviewer: &Reviewer, folder: &Path) -> Result<Self> {
        let max_output = reviewer.max_output.unwrap_or(DEFAULT_MAX_OUTPUT);
        let mut keys = ApiKeys::default();
        let asker = match reviewer.api {
            Some(api) => {
                let headers = headers(reviewer, api, &mut keys)?;
                let client = Client::new(reviewer, api, headers, keys, max_output);
                Asker::Http(Box::new(client))
            }
            None => {
                if let Some(name) = &reviewer.api_key_env {
                    variable(reviewer, name)?;
                }
                let environment = std::env::vars_os();
                Asker::Command(Program::new(
                    reviewer,
                    environment,
                    folder,
                    keys,
                    max_output,
                ))
            }
        };
        let concurrency = reviewer
            .concurrency
            .map_or(usize::MAX, |many| many as usize);
        Ok(Self {
            asker,
            limits: AskLimits {
                retries: reviewer.retries.unwrap_or(DEFAULT_RETRIES),
                retries_configured: reviewer.retries.is_some(),
                backoff: reviewer.backoff(),
                longest_wait: reviewer.timeout(),
                concurrency,
            },
        })
    }

    /// Asks once.
    pub(crate) fn ask(
        &self,
        prompt: &PromptInput<'_>,
        children: &Children,
    ) -> Result<ReviewerAnswer, AskError> {
        match &self.asker {
            Asker::Http(client) => client.ask(prompt.text),
            Asker::Command(program) => program.ask(prompt, children),
        }
    }
}

/// Warnings before a reviewer is asked.
pub(crate) fn doubts(reviewer: &Reviewer) -> Option<String> {
    let url = reviewer.url.as_deref()?;
    let open = url.starts_with("http://") && !wire::is_loopback(url);
    (open && reviewer.api_key_env.is_some()).then(|| {
        format!(
            "reviewer `{}`: the key goes to {} without encryption",
            reviewer.name,
            wire::host(url)
        )
    })
}

fn headers(reviewer: &Reviewer, api: Api, keys: &mut ApiKeys) -> Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    for (name, value) in &reviewer.headers {
        let value = filled(reviewer, value, keys)?;
        // The configuration cannot contain such characters, but a variable can. Do not show the value.
        if !value.is_ascii() {
            let text = format!(
                "reviewer `{}`: a variable in the header `{name}` has characters that are not ASCII",
                reviewer.name
            );
            return Err(usage_error(text).hint(format!(
                "`scrum review --reviewer {}` after the variable is corrected",
                reviewer.name
            )));
        }
        headers.push((name.clone(), value));
    }
    let has = |headers: &[(String, String)], name: &str| {
        headers
            .iter()
            .any(|(other, _)| other.eq_ignore_ascii_case(name))
    };
    if let Some(name) = &reviewer.api_key_env {
        let key = variable(reviewer, name)?;
        keys.add(&key);
        let (header, value) = match api {
            Api::Openai => ("authorization", format!("Bearer {key}")),
            Api::Anthropic => ("x-api-key", key),
        };
        if !has(&headers, header) {
            headers.push((header.to_owned(), value));
        }
    }
    if api == Api::Anthropic && !has(&headers, "anthropic-version") {
        headers.push((
            "anthropic-version".to_owned(),
            wire::ANTHROPIC_VERSION.to_owned(),
        ));
    }
    Ok(headers)
}

/// A header's value with `${NAME}` replaced.
fn filled(reviewer: &Reviewer, value: &str, keys: &mut ApiKeys) -> Result<String> {
    let mut text = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        let key = variable(reviewer, name)?;
        keys.add(&key);
        text.push_str(before);
        text.push_str(&key);
        rest = behind;
    }
    text.push_str(rest);
    Ok(text)
}

fn variable(reviewer: &Reviewer, name: &str) -> Result<String> {
    let complaint = |what: &str| -> CommandError {
        let text = format!(
            "reviewer `{}`: the environment variable `{name}` {what}",
            reviewer.name
        );
        usage_error(text).hint(format!(
            "set {name}, or leave this reviewer out: --reviewer NAME for each of the others"
        ))
    };
    let value: OsString = std::env::var_os(name).unwrap_or_default();
    let value = value.into_string().map_err(|_| complaint("is not text"))?;
    // Files and `echo` add a line feed.
    match value.trim() {
        "" => Err(complaint("is not set")),
        value if value.chars().any(char::is_control) => Err(complaint("has control characters")),
        value => Ok(value.to_owned()),
    }
}
