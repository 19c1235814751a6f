//! `[[reviewers]]` and `[review]`: who is asked, how, and by how many at once.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use crate::header;
use crate::plan::pattern::PathPatterns;

/// Default of the maximum time for one answer.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// Default wait before the second attempt.
pub const DEFAULT_BACKOFF: Duration = Duration::from_secs(1);

/// Default number of attempts after the first.
pub const DEFAULT_RETRIES: u32 = 3;

/// Default of the maximum size of an answer, in bytes.
pub const DEFAULT_MAX_OUTPUT: u64 = 4_000_000;

/// Default number of prompts sent at once. The threads wait rather than compute, so the number of cores does not
/// matter.
pub const DEFAULT_JOBS: u32 = 8;

/// One entry of `[[reviewers]]`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "schema", schemars(extend("required" = ["name"])))]
pub struct Reviewer {
    /// The reviewer's name, also the file name of its reviews. Names must be unique regardless of case.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// Its lineages; if absent, derived from the model or the name.
    pub lineage: Option<Vec<String>>,
    /// A person, who is a lineage of their own and saves reviews in the wave.
    pub human: bool,
    /// Command that reads the prompt on stdin and prints the answer on stdout, run without a shell. In its arguments,
    /// `{prompt_file}` and `{bundle}` become the path of the prompt and the bundle's id.
    pub command: Option<Vec<String>>,
    /// Names of environment variables that the command gets in addition to `PATH`, `HOME`, locale, proxies and the
    /// like.
    pub env: Vec<String>,
    /// API of the server: `openai` or `anthropic`.
    pub api: Option<Api>,
    /// Base URL of the API, e.g. `http://127.0.0.1:11434/v1`.
    pub url: Option<String>,
    /// Model id.
    pub model: Option<String>,
    /// Name of the environment variable that contains the key.
    pub api_key_env: Option<String>,
    /// Maximum length of an answer, in tokens. If absent, 8192 for `anthropic`, which requires a limit; otherwise the
    /// server's default.
    pub max_tokens: Option<u32>,
    /// Sampling temperature; if absent, the server's default.
    pub temperature: Option<f64>,
    /// Further HTTP headers. `${NAME}` in a value becomes the environment variable `NAME`.
    pub headers: BTreeMap<String, String>,
    /// Maximum time for one answer, e.g. `90s` or `10m`. Default 10 minutes.
    pub timeout: Option<String>,
    /// Attempts after the first. Default 3.
    pub retries: Option<u32>,
    /// Wait before the second attempt, e.g. `500ms`; each further wait is twice as long. Default 1 second.
    pub backoff: Option<String>,
    /// How many prompts are sent to it at once; if absent, only `[review] jobs` limits it.
    pub concurrency: Option<u32>,
    /// Maximum size of an answer, e.g. `1MB`. Default 4 MB.
    #[cfg_attr(
        feature = "schema",
        schemars(schema_with = "crate::size::schema", extend("default" = DEFAULT_MAX_OUTPUT))
    )]
    #[serde(deserialize_with = "crate::size::deserialize_optional")]
    pub max_output: Option<u64>,
    /// Globs for paths: the reviewer is asked only about bundles with a matching file; if empty, about all.
    pub paths: Vec<String>,
    /// Price per million input tokens, in any currency.
    pub price_in: Option<f64>,
    /// Price per million output tokens, in the same currency.
    pub price_out: Option<f64>,
}

/// An API of model servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// `POST …/chat/completions`.
    Openai,
    /// `POST …/messages`.
    Anthropic,
}

/// `[review]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ReviewSettings {
    /// How many prompts are sent at once, to all reviewers together. Default 8.
    pub jobs: Option<u32>,
    /// How many independent lineages must have reviewed each bundle. Default 0: no quorum.
    pub quorum: u32,
    /// Redact secrets in prompts instead of stopping. Default false.
    pub redact: bool,
}

impl Reviewer {
    /// Maximum time for one answer.
    pub fn timeout(&self) -> Duration {
        time(self.timeout.as_deref()).unwrap_or(DEFAULT_TIMEOUT)
    }

    /// Wait before the second attempt.
    pub fn backoff(&self) -> Duration {
        time(self.backoff.as_deref()).unwrap_or(DEFAULT_BACKOFF)
    }

    /// Whether scrum asks this reviewer.
    pub fn is_run(&self) -> bool {
        self.command.is_some() || self.api.is_some()
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.contradiction().map_or(Ok(()), |reason| {
            Err(ConfigError::Reviewer {
                name: self.name.clone(),
                reason,
            })
        })
    }

    fn contradiction(&self) -> Option<String> {
        let said = |text: &str| Some(text.to_owned());
        if self.command.is_some() && self.api.is_some() {
            return said("use either `command` or `api`");
        }
        if self.human && self.is_run() {
            return said("`human = true` cannot be combined with `command` or `api`");
        }
        if let Some(command) = &self.command
            && command.first().is_none_or(String::is_empty)
        {
            return said("`command` names no program");
        }
        if self.api.is_some() {
            for (key, value) in [("url", &self.url), ("model", &self.model)] {
                if value.as_ref().is_none_or(String::is_empty) {
                    return Some(format!("`api` needs `{key}`"));
                }
            }
            if let Some(url) = &self.url
                && !url.starts_with("http://")
                && !url.starts_with("https://")
            {
                return Some(format!(
                    "`url` must begin with http:// or https://, unlike `{url}`"
                ));
            }
            let framed = |(name, value): (&String, &String)| {
                // What is asked is JSON.
                let typed = name.eq_ignore_ascii_case("content-type");
                if typed {
                    Some(header::set_by_scrum(name))
                } else {
                    header::fault((name, value))
                }
            };
            if let Some(fault) = self.headers.iter().find_map(framed) {
                return Some(format!("`headers`: {fault}"));
            }
            if !self.env.is_empty() {
                return said("`env` is only for a `command`; use `api_key_env` with an `api`");
            }
        } else {
            let only_for_api = [
                ("url", self.url.is_some()),
                ("headers", !self.headers.is_empty()),
                ("max_tokens", self.max_tokens.is_some()),
                ("temperature", self.temperature.is_some()),
            ];
            if let Some((key, _)) = only_for_api.into_iter().find(|(_, set)| *set) {
                return Some(format!("`{key}` needs `api`"));
            }
        }
        for (key, value) in [("timeout", &self.timeout), ("backoff", &self.backoff)] {
            if let Some(fault) = time_fault(key, value.as_deref()) {
                return Some(fault);
            }
        }
        for (key, value) in [
            ("concurrency", self.concurrency.map(u64::from)),
            ("max_tokens", self.max_tokens.map(u64::from)),
            ("max_output", self.max_output),
        ] {
            if value == Some(0) {
                return Some(format!("`{key}` is 0"));
            }
        }
        for (key, price) in [("price_in", self.price_in), ("price_out", self.price_out)] {
            if price.is_some_and(|price| !price.is_finite() || price < 0.0) {
                return Some(format!("`{key}` is not a price"));
            }
        }
        if self.temperature.is_some_and(|value| !value.is_finite()) {
            return said("`temperature` is not a number");
        }
        PathPatterns::new(&self.paths)
            .err()
            .map(|error| format!("`paths`: {error}"))
    }
}

/// A time such as `90s`, if present and valid.
pub(super) fn time(text: Option<&str>) -> Option<Duration> {
    humantime::parse_duration(text?).ok()
}

/// What is wrong with the value of a time.
pub(super) fn time_fault(key: &str, text: Option<&str>) -> Option<String> {
    let text = text?;
    match humantime::parse_duration(text) {
        Err(_) => Some(format!(
            "`{key}` must be a time such as `90s` or `10m`, unlike `{text}`"
        )),
        Ok(time) if time.is_zero() => Some(format!("`{key}` is 0")),
        Ok(_) => None,
    }
}

/// Whether `<name>.md` is a valid file name on every file system.
pub(super) fn is_usable_name(name: &str) -> bool {
    !name.starts_with('.')
        && !name.contains(|c: char| c.is_control() || "/\\:*?\"<>|".contains(c))
        && name.len() <= 200
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn reviewer(keys: &str) -> Result<Config, ConfigError> {
        Config::from_toml(&format!("[[reviewers]]\nname = 'seat'\n{keys}"))
    }

    #[test]
    fn contradictions_name_the_reviewer() {
        for (keys, words) in [
            ("command = ['a']\napi = 'openai'", "either"),
            ("command = []", "no program"),
            ("command = ['a']\nhuman = true", "`human = true`"),
            ("api = 'openai'\nmodel = 'm'", "`url`"),
            ("api = 'openai'\nurl = 'http://x'", "`model`"),
            ("api = 'openai'\nurl = 'ftp://x'\nmodel = 'm'", "ftp://x"),
            ("command = ['a']\nurl = 'http://x'", "`url` needs `api`"),
            ("command = ['a']\ntimeout = 'soon'", "soon"),
            ("command = ['a']\nbackoff = '0s'", "`backoff` is 0"),
            ("command = ['a']\nconcurrency = 0", "`concurrency` is 0"),
            ("command = ['a']\nprice_in = -1.0", "`price_in`"),
            ("command = ['a']\npaths = ['a[']", "`paths`"),
            ("command = ['a']\nheaders = { a = 'b' }", "`headers` needs"),
        ] {
            let error = reviewer(keys).unwrap_err().to_string();
            assert!(error.contains("reviewer `seat`"), "{error}");
            assert!(error.contains(words), "{keys}: {error}");
        }
    }

    #[test]
    fn headers_that_cannot_be_sent_are_named() {
        let with = |header: &str| {
            let api = "api = 'openai'\nurl = 'http://x'\nmodel = 'm'";
            reviewer(&format!("{api}\nheaders = {{ {header} }}"))
        };
        for (header, words) in [
            ("'x y' = 'a'", "`x y` cannot be the name"),
            ("'' = 'a'", "`` cannot be the name"),
            ("'x:' = 'a'", "`x:` cannot be the name"),
            ("\"x\\n\" = 'a'", "cannot be the name"),
            ("'grüße' = 'a'", "`grüße` cannot be the name"),
            ("Content-Length = '1'", "`Content-Length` is set by scrum"),
            ("x-title = \"a\\r\\nb\"", "the value of `x-title`"),
            ("x-title = 'grüße'", "the value of `x-title`"),
        ] {
            let error = with(header).unwrap_err().to_string();
            assert!(error.contains("reviewer `seat`: `headers`: "), "{error}");
            assert!(error.contains(words), "{header}: {error}");
        }
        for header in [
            "X-Title = 'a b'",
            "'x.y_z~' = \"a\\tb\"",
            "host = 'h'",
            "a = ''",
        ] {
            assert!(with(header).is_ok(), "{header}");
        }
    }

    #[test]
    fn names_differ_in_more_than_case_and_are_file_names() {
        let twice = Config::from_toml("[[reviewers]]\nname='Opus'\n[[reviewers]]\nname='opus'\n");
        assert!(matches!(twice, Err(ConfigError::Twice { .. })), "{twice:?}");
        for name in ["a/b", "a:b", ".a", "a\\u0007"] {
            let config = Config::from_toml(&format!(
                "[[reviewers]]\nname=\"{}\"\n",
                name.replace('/', "\\u002f")
            ));
            assert!(
                matches!(config, Err(ConfigError::Name { .. })),
                "{name}: {config:?}"
            );
        }
        assert!(Config::from_toml("[[reviewers]]\nname='gpt-4.1 mini'\n").is_ok());
    }

    #[test]
    fn times_have_defaults_and_units() {
        let config = reviewer("command = ['a']\ntimeout = '1m 30s'\nbackoff = '20ms'").unwrap();
        assert_eq!(config.reviewers[0].timeout(), Duration::from_secs(90));
        assert_eq!(config.reviewers[0].backoff(), Duration::from_millis(20));
        assert_eq!(Reviewer::default().timeout(), DEFAULT_TIMEOUT);
    }
}
