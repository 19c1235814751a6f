//! `scrum.toml`: what a repository says about how it wants to be divided, shown and counted.
//!
//! Takes the text of a `scrum.toml`; gives a [`Config`], whose values a caller hands to the options of the stages.
//! The library itself reads no file.
//!
//! The text is read into one plain [`Config`]; command line flags then overwrite its fields, so that there is one
//! place where a value comes from. Unknown keys are errors, because a misspelt limit that is silently ignored is
//! worse than none.

mod error;
mod gauntlet;
mod reviewers;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use error::ConfigError;
pub use gauntlet::{
    DEFAULT_MAX_BODY, DEFAULT_PARITY_TIMEOUT, DEFAULT_STEP_TIMEOUT, Parity, Smoke,
    order as smoke_order,
};
pub use reviewers::{
    Api, DEFAULT_BACKOFF, DEFAULT_JOBS, DEFAULT_MAX_OUTPUT, DEFAULT_RETRIES, DEFAULT_TIMEOUT,
    ReviewSettings, Reviewer,
};

use self::error::meant;
use crate::digest;
use crate::gauntlet::assess::Assess;
use crate::plan::component::ComponentRule;
use crate::plan::exclude::ExcludeOptions;
use crate::plan::guard::Limits;
use crate::plan::{BundleOptions, Division};
use crate::tally::lineage::LineageTable;
use crate::tally::{ReviewerConfig, TallyOptions};
use crate::wave::instructions::PromptRule;

/// The file's name in the repository's top folder.
pub const FILE_NAME: &str = "scrum.toml";

/// The whole `scrum.toml`, with defaults for absent values.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Config {
    /// `[guard]`: size limits.
    pub guard: Limits,
    /// `[bundle]`: how the range is divided.
    pub bundle: Division,
    /// `[[components]]`: named parts of the repository, first match wins.
    pub components: Vec<ComponentRule>,
    /// `[exclude]`: what reviewers are not shown.
    pub exclude: ExcludeOptions,
    /// `[prompt]`: the prompt around the diff.
    pub prompt: Prompt,
    /// `[[reviewers]]`: who reviews.
    pub reviewers: Vec<Reviewer>,
    /// `[review]`: how reviewers are asked.
    pub review: ReviewSettings,
    /// `[lineages]`: from a model or reviewer name to its lineages; overrides the built-in table.
    pub lineages: BTreeMap<String, Vec<String>>,
    /// `[tally]`: how findings are counted.
    pub tally: TallySettings,
    /// `[[smoke]]`: the steps of `scrum smoke`: commands that must pass.
    pub smoke: Vec<Smoke>,
    /// `[parity]`: how `scrum parity` compares two servers' answers.
    pub parity: Parity,
    /// `[assess]`: the rules by which `scrum assess` decides whether a release can ship.
    pub assess: Assess,
}

/// `[prompt]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Prompt {
    /// Path of a template that replaces the built-in one, relative to the repository's top folder.
    pub template: Option<String>,
    /// Show the new-file line number before each line of the diff. Default true.
    pub line_numbers: bool,
    /// Instructions for every reviewer, in a section of their own. Default none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<InstructionsSource>,
    /// Instructions for reviewers of bundles with certain paths. Default none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<PromptRule>,
}

/// `instructions` of `[prompt]`: a text, or a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum InstructionsSource {
    /// The text itself.
    Text(String),
    /// A file with the text.
    File(InstructionsFile),
}

/// A file with instructions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InstructionsFile {
    /// Its path, relative to the repository's top folder.
    pub file: String,
    /// Only the section under the Markdown heading of this name. Default none: the whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
}

impl Default for Prompt {
    fn default() -> Self {
        Self {
            template: None,
            line_numbers: true,
            instructions: None,
            rules: Vec::new(),
        }
    }
}

/// `[tally]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct TallySettings {
    /// How many lines apart two cited ranges may be and still share a line. Default 1.
    pub near_lines: u32,
    /// How many independent lineages must have reviewed each bundle; with fewer, the gate fails. Default 0.
    pub min_lineages: u32,
}

impl Default for TallySettings {
    fn default() -> Self {
        Self {
            near_lines: 1,
            min_lineages: 0,
        }
    }
}

impl Config {
    /// Reads the text of a `scrum.toml`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Toml`], with line and key, if the text cannot be read; the others for values that contradict each
    /// other.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text.as_bytes()[..start]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count()
                + 1;
            ConfigError::Toml {
                line,
                message: error.message().to_owned(),
                nearest: meant(error.message(), table_of),
            }
        })?;
        config.check()?;
        Ok(config)
    }

    /// Checks what the types cannot express. Callers that change fields must check again.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Twice`], [`ConfigError::Name`], [`ConfigError::Reviewer`], [`ConfigError::Value`].
    pub fn check(&self) -> Result<(), ConfigError> {
        names(
            "[[components]]",
            self.components.iter().map(|entry| entry.name.clone()),
            |_| true,
        )?;
        // A reviewer's name is a file's name in the wave, and some file systems do not tell cases apart.
        names(
            "[[reviewers]]",
            self.reviewers.iter().map(|entry| entry.name.to_lowercase()),
            reviewers::is_usable_name,
        )?;
        self.reviewers.iter().try_for_each(Reviewer::check)?;
        gauntlet::check_chain(&self.smoke)?;
        self.parity.check()
    }

    /// Options of [`Plan::new`](crate::plan::Plan::new) from this configuration. The caller adds CODEOWNERS.
    pub fn bundle_options(&self) -> BundleOptions {
        BundleOptions::default()
            .division(self.bundle.clone())
            .components(self.components.clone())
            .limits(self.guard)
            .exclude(self.exclude.clone())
    }

    /// Options of [`tally`](crate::tally::tally()) from this configuration; its lineages override the built-in table.
    pub fn tally_options(&self) -> TallyOptions {
        let lineages = self.lineages.iter();
        let lineages = lineages.map(|(name, set)| (name.clone(), set.clone()));
        let reviewers = self.reviewers.iter().map(|reviewer| {
            let mut expected = ReviewerConfig::new(&reviewer.name).human(reviewer.human);
            expected.lineage.clone_from(&reviewer.lineage);
            expected.model.clone_from(&reviewer.model);
            expected
        });
        TallyOptions::default()
            .near_lines(self.tally.near_lines)
            .min_lineages(self.tally.min_lineages)
            .lineages(LineageTable::builtin().with_overrides(lineages))
            .reviewers(reviewers)
    }

    /// SHA-256, in hex, of everything that affects bundles and prompts, including the template's text. Reviewers and
    /// counting are not part of it, because they change no bundle.
    pub fn bundling_digest(&self, template: &str) -> String {
        let (warn, fail) = (self.guard.warn(), self.guard.fail());
        let rest = (&self.bundle, &self.components, &self.exclude, &self.prompt);
        // Plain structs with string keys serialise into memory without a way to fail.
        let json = serde_json::to_vec(&(warn, fail, rest, template)).unwrap_or_default();
        digest::sha256(&json)
    }
}

fn names(
    list: &'static str,
    names: impl Iterator<Item = String>,
    usable: impl Fn(&str) -> bool,
) -> Result<(), ConfigError> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if name.is_empty() || !usable(&name) {
            return Err(ConfigError::Name { list, name });
        }
        if seen.contains(&name) {
            return Err(ConfigError::Twice { list, name });
        }
        seen.insert(name);
    }
    Ok(())
}

/// The table that has a key of this name.
fn table_of(key: &str) -> Option<String> {
    let tables = serde_json::to_value(Config::default()).ok()?;
    let mut tables = tables.as_object()?.iter();
    tables
        .find(|(_, table)| table.get(key).is_some())
        .map(|(name, _)| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::component::By;

    #[test]
    fn the_documented_file_is_read() {
        let text = r#"
[guard]
warn = "60KB"
fail = "100KB"
[bundle]
by = "top-level"
[[components]]
name = "validatord"
paths = ["cmd/validatord/**", "internal/validator/**"]
[exclude]
paths = ["**/*.snap"]
[[reviewers]]
name = "opus"
lineage = ["anthropic"]
command = ["claude", "-p"]
[[reviewers]]
name = "kimi"
api = "openai"
url = "http://127.0.0.1:11434/v1"
model = "kimi-k2"
api_key_env = "KIMI_KEY"
timeout = "10m"
retries = 3
concurrency = 2
max_tokens = 4096
[review]
jobs = 8
quorum = 2
[lineages]
"our-finetune" = ["alibaba"]
[[smoke]]
name = "d1"
command = ["sh", "-c", "exit 0"]
timeout = "60s"
needs = []
[parity]
ignore = ["/request_id"]
known_gaps = [ { case = "missing-field", reason = "x" } ]
"#;
        let config = Config::from_toml(text).unwrap();
        assert_eq!(config.guard, Limits::default());
        assert_eq!(config.bundle.by, By::TopLevel);
        assert!(config.bundle.divide && !config.bundle.split);
        assert_eq!(config.reviewers[1].api, Some(Api::Openai));
        assert_eq!(config.lineages["our-finetune"], ["alibaba"]);
        assert_eq!(
            config.tally,
            TallySettings {
                near_lines: 1,
                min_lineages: 0
            }
        );
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        assert_eq!(Config::from_toml("").unwrap(), Config::default());
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let error = Config::from_toml("[guard]\nwarn = \"1KB\"\nwran = 3\n").unwrap_err();
        let ConfigError::Toml {
            line,
            message,
            nearest,
        } = error
        else {
            panic!("{error}")
        };
        assert_eq!(line, 3);
        assert!(message.contains("wran"), "{message}");
        assert_eq!(nearest.as_deref(), Some("warn"));
    }

    #[test]
    fn values_that_contradict_are_refused() {
        let limits = Config::from_toml("guard = { warn = \"2KB\", fail = \"1KB\" }");
        let text = limits.unwrap_err().to_string();
        assert!(
            text.contains("line 1")
                && text.contains("(2000 bytes) is above the fail limit (1000 bytes)"),
            "{text}"
        );
        let twice = Config::from_toml("[[reviewers]]\nname='a'\n[[reviewers]]\nname='a'\n");
        assert!(matches!(twice, Err(ConfigError::Twice { .. })));
        let outside = Config::from_toml("[[reviewers]]\nname='../a'\n");
        assert!(matches!(outside, Err(ConfigError::Name { .. })));
    }

    #[test]
    fn the_digest_follows_what_decides_the_bundles() {
        let (mut one, two) = (Config::default(), Config::default());
        one.tally.near_lines = 9;
        assert_eq!(one.bundling_digest("t"), two.bundling_digest("t"));
        assert_ne!(one.bundling_digest("t"), two.bundling_digest("u"));
        one.guard = Limits::new(60_030, 100_000).unwrap();
        assert_ne!(one.bundling_digest("t"), two.bundling_digest("t"));
        one = Config::default();
        one.bundle.split = true;
        assert_ne!(one.bundling_digest("t"), two.bundling_digest("t"));
    }

    #[test]
    fn sizes_are_decimal_or_binary() {
        let config = Config::from_toml("[guard]\nwarn = '1KiB'\nfail = 2048\n").unwrap();
        assert_eq!(config.guard, Limits::new(1024, 2048).unwrap());
    }

    #[test]
    fn what_is_no_size_is_told_what_one_looks_like() {
        for value in ["'60 parsecs'", "-1", "1.5", "true"] {
            let error = Config::from_toml(&format!("[guard]\nwarn = {value}\n")).unwrap_err();
            let text = error.to_string();
            assert!(text.contains("line 2") && text.contains("60KB"), "{text}");
        }
    }
}
