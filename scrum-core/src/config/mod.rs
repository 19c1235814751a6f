//! `scrum.toml`: what a repository says about how it wants to be divided, shown and counted.
//!
//! Takes the text of a `scrum.toml`; gives a [`Config`], whose values a caller hands to the options of the stages.
//! The library itself reads no file.
//!
//! The text is read into one plain [`Config`]; command line flags then overwrite its fields, so that there is one
//! place where a value comes from. Unknown keys are errors, because a misspelt limit that is silently ignored is
//! worse than none.

mod error;
mod reviewers;
mod size;

use bytesize::ByteSize;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use error::ConfigError;
pub use reviewers::{
    Api, DEFAULT_BACKOFF, DEFAULT_JOBS, DEFAULT_MAX_OUTPUT, DEFAULT_RETRIES, DEFAULT_TIMEOUT,
    Review, Reviewer,
};

use self::error::meant;
use crate::digest;
use crate::plan::guard::{DEFAULT_FAIL, DEFAULT_WARN, Limits};

/// The file's name in the repository's top folder.
pub const FILE_NAME: &str = "scrum.toml";

/// The whole of `scrum.toml`, every absent value at its default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Config {
    /// `[guard]`: size limits.
    pub guard: Guard,
    /// `[bundle]`: how the range is divided.
    pub bundle: Bundle,
    /// `[[components]]`: named parts of the repository, first match wins.
    pub components: Vec<Component>,
    /// `[exclude]`: what reviewers are not shown.
    pub exclude: Exclude,
    /// `[prompt]`: what stands around the diff.
    pub prompt: Prompt,
    /// `[[reviewers]]`: the seats.
    pub reviewers: Vec<Reviewer>,
    /// `[review]`: how reviewers are run.
    pub review: Review,
    /// `[lineages]`: model or reviewer name to its lineages; outranks the built-in table.
    pub lineages: IndexMap<String, Vec<String>>,
    /// `[tally]`: how findings are counted.
    pub tally: Tally,
    /// `[[smoke]]`: commands that must pass.
    pub smoke: Vec<Smoke>,
    /// `[parity]`: how two servers' answers are compared.
    pub parity: Parity,
    /// `[assess]`: rules of the final verdict.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "serde_json::Map<String, serde_json::Value>")
    )]
    pub assess: toml::Table,
}

/// `[guard]`. Sizes are `"60KB"` (1000 bytes), `"60KiB"` (1024) or a number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Guard {
    /// Warn above this. Default 60 KB.
    #[serde(deserialize_with = "size::deserialize")]
    #[cfg_attr(
        feature = "schema",
        schemars(schema_with = "size::schema", extend("default" = DEFAULT_WARN))
    )]
    pub warn: ByteSize,
    /// Fail above this. Default 100 KB.
    #[serde(deserialize_with = "size::deserialize")]
    #[cfg_attr(
        feature = "schema",
        schemars(schema_with = "size::schema", extend("default" = DEFAULT_FAIL))
    )]
    pub fail: ByteSize,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            warn: ByteSize(DEFAULT_WARN),
            fail: ByteSize(DEFAULT_FAIL),
        }
    }
}

/// `[bundle]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Bundle {
    /// How files that no `[[components]]` entry claims are grouped. Default `workspace`.
    pub by: Grouping,
    /// Divide a found component above the warn limit at its sub-folders. Default true.
    pub divide: bool,
    /// Join small neighbours below the warn limit. Default false.
    pub pack: bool,
    /// Cut bundles above the warn limit into parts. Default false.
    pub split: bool,
    /// Context lines around a change. Default 3.
    pub context: u32,
}

impl Default for Bundle {
    fn default() -> Self {
        Self {
            by: Grouping::default(),
            divide: true,
            pack: false,
            split: false,
            context: 3,
        }
    }
}

/// How components are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Grouping {
    /// By the nearest folder with a package manifest (`Cargo.toml`, `go.mod`, …).
    #[default]
    Workspace,
    /// By the owners that `CODEOWNERS` names.
    Codeowners,
    /// By the first folder of the path.
    TopLevel,
}

/// One entry of `[[components]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The component's name.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// gitignore-style globs of its files.
    pub paths: Vec<String>,
}

/// `[exclude]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Exclude {
    /// gitignore-style globs of files that reviewers are not shown.
    pub paths: Vec<String>,
    /// Leave out binary content. Default true.
    pub binary: bool,
    /// Leave out lock files of package managers. Default true.
    pub lock_files: bool,
    /// Leave out generated and minified files. Default true.
    pub generated: bool,
    /// Leave out vendored files. Default true.
    pub vendored: bool,
    /// Leave out the bodies of deleted files. Default false.
    pub deleted: bool,
}

impl Default for Exclude {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            binary: true,
            lock_files: true,
            generated: true,
            vendored: true,
            deleted: false,
        }
    }
}

/// `[prompt]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Prompt {
    /// Path of a template that replaces the built-in one, relative to the repository's top folder.
    pub template: Option<String>,
    /// Put the new-file line number in front of each line of the diff. Default true.
    pub line_numbers: bool,
}

impl Default for Prompt {
    fn default() -> Self {
        Self {
            template: None,
            line_numbers: true,
        }
    }
}

/// `[tally]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Tally {
    /// How many lines apart two cited ranges may be and still share a line. Default 1.
    pub near_lines: u32,
    /// Disjoint lineages that must have reviewed each bundle, else the gate says no. Default 0.
    pub min_lineages: u32,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            near_lines: 1,
            min_lineages: 0,
        }
    }
}

/// One entry of `[[smoke]]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Smoke {
    /// The step's name.
    pub name: String,
    /// The command and its arguments.
    pub command: Vec<String>,
    /// Longest time, e.g. `60s`.
    pub timeout: Option<String>,
    /// Steps that must have passed before.
    pub needs: Vec<String>,
}

/// `[parity]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Parity {
    /// JSON pointers whose values may differ.
    pub ignore: Vec<String>,
    /// Differences that are known and accepted.
    pub known_gaps: Vec<KnownGap>,
}

/// One accepted difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KnownGap {
    /// Name of the case.
    pub case: String,
    /// Why it is accepted.
    pub reason: String,
}

impl Config {
    /// Reads the text of a `scrum.toml`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Toml`] with line and key for what cannot be read; the others for values that contradict each
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
                nearest: meant(error.message()),
            }
        })?;
        config.check()?;
        Ok(config)
    }

    /// Checks what the types cannot say. Callers that overwrite fields check again.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Limits`], [`ConfigError::Twice`], [`ConfigError::Name`], [`ConfigError::Reviewer`].
    pub fn check(&self) -> Result<(), ConfigError> {
        let Limits { warn, fail } = self.limits();
        if warn > fail {
            return Err(ConfigError::Limits { warn, fail });
        }
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
        self.reviewers.iter().try_for_each(Reviewer::check)
    }

    /// The limits of `[guard]`, in bytes.
    pub fn limits(&self) -> Limits {
        Limits {
            warn: self.guard.warn.as_u64(),
            fail: self.guard.fail.as_u64(),
        }
    }

    /// SHA-256, in hex, of everything here that decides what the bundles and prompts are, the template's text
    /// included. Reviewers and counting do not enter: they change no bundle.
    pub fn bundling_digest(&self, template: &str) -> String {
        // Sizes as numbers: their text is rounded.
        let Limits { warn, fail } = self.limits();
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

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(config.limits(), Limits::default());
        assert_eq!(config.bundle.by, Grouping::TopLevel);
        assert!(config.bundle.divide && !config.bundle.split);
        assert_eq!(config.reviewers[1].api, Some(Api::Openai));
        assert_eq!(config.lineages["our-finetune"], ["alibaba"]);
        assert_eq!(
            config.tally,
            Tally {
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
        assert_eq!(
            limits,
            Err(ConfigError::Limits {
                warn: 2000,
                fail: 1000
            })
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
        one.guard.warn = ByteSize(60_030);
        assert_ne!(one.bundling_digest("t"), two.bundling_digest("t"));
        one = Config::default();
        one.bundle.split = true;
        assert_ne!(one.bundling_digest("t"), two.bundling_digest("t"));
    }
}
