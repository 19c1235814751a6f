//! The options for dividing a range. `scrum review` has them, too, for ranges that it bundles first.

use std::path::PathBuf;
use std::str::FromStr;

use bytesize::ByteSize;
use clap::{Args as ClapArgs, ValueEnum, ValueHint};
use scrum_core::config::{Config, ConfigError};
use scrum_core::plan::component::{self, ComponentRule};
use scrum_core::plan::guard::Limits;

use crate::error::Result;
use crate::session::Session;
use crate::source::Source;
use crate::trust::{Asked, ConfigFrom, source};

const RANGE: &str = "What is compared";
const COMPONENTS: &str = "Components";
const SIZES: &str = "Sizes";
const SHOWN: &str = "What reviewers see";
pub(super) const WAVE: &str = "The wave";

/// How to divide, and where to write.
#[derive(Debug, Default, PartialEq, ClapArgs)]
pub(crate) struct Bundling {
    /// Only files that match, relative to the current folder
    ///
    /// Pathspecs as in git: folders, globs, and `:!` to exclude. Renames are only found among these files.
    #[arg(last = true, value_name = "PATHSPEC")]
    pub(super) pathspec: Vec<String>,
    /// Use a patch instead of a range; - is stdin
    ///
    /// In git's format, as written by `git diff`, `git format-patch` and `gh pr diff`. Needs no repository.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["range", "pathspec"], help_heading = RANGE)]
    pub(super) diff: Option<PathBuf>,
    /// Review staged changes: the index against HEAD
    #[arg(long, conflicts_with_all = ["range", "diff", "uncommitted"], help_heading = RANGE)]
    pub(super) staged: bool,
    /// Review uncommitted changes: the work tree against HEAD
    ///
    /// Includes untracked files that git does not ignore.
    #[arg(long, conflicts_with_all = ["range", "diff"], help_heading = RANGE)]
    pub(super) uncommitted: bool,
    /// Leave out untracked files
    #[arg(long, requires = "uncommitted", help_heading = RANGE)]
    pub(super) no_untracked: bool,
    /// Context lines around a change [default: 3]
    #[arg(long, value_name = "N", conflicts_with = "diff", help_heading = RANGE)]
    context: Option<u32>,
    /// How to find components for other files [default: workspace]
    #[arg(long, value_name = "RULE", help_heading = COMPONENTS)]
    by: Option<ByArg>,
    /// Name a component and a glob; repeatable
    ///
    /// With globs as in .gitignore, for example core=crates/core/**. A file belongs to the first component that
    /// matches; a name may have several globs. [[components]] in scrum.toml sets components for every run.
    #[arg(long, value_name = "NAME=GLOB", help_heading = COMPONENTS)]
    component: Vec<ComponentArg>,
    /// Do not divide found components above the warn limit
    #[arg(long, help_heading = COMPONENTS)]
    no_divide: bool,
    /// Pack small found components with their neighbours, whatever scrum.toml says [default]
    ///
    /// Up to a third of the warn limit. A component that you name stays a bundle of its own.
    #[arg(long, overrides_with = "no_pack", help_heading = COMPONENTS)]
    pack: bool,
    /// Keep small found components in bundles of their own
    #[arg(long, overrides_with = "pack", help_heading = COMPONENTS)]
    no_pack: bool,
    /// Warn if a bundle's diff is larger [default: 60KB]
    ///
    /// KB is 1000 bytes, KiB 1024; a number without a unit is bytes.
    #[arg(long, value_name = "SIZE", help_heading = SIZES)]
    warn: Option<ByteSize>,
    /// Fail if a bundle's diff is larger [default: 100KB]
    #[arg(long, value_name = "SIZE", help_heading = SIZES)]
    fail: Option<ByteSize>,
    /// Cut bundles above the warn limit into parts
    ///
    /// Cuts at sub-folders, then between files, then between hunks. The parts apply one after the other, and together
    /// they are the whole bundle.
    #[arg(long, help_heading = SIZES)]
    split: bool,
    /// Write bundles above the fail limit anyway
    ///
    /// `SCRUM_FORCE_OVERSIZE=1` in the environment does the same.
    #[arg(long, help_heading = SIZES)]
    pub(super) force_oversize: bool,
    /// Do not show matching files to reviewers; repeatable
    ///
    /// They are kept in excluded.diff, and every prompt lists them with the reason.
    #[arg(long, value_name = "GLOB", help_heading = SHOWN)]
    exclude: Vec<String>,
    /// Do not show the content of deleted files
    #[arg(long, help_heading = SHOWN)]
    exclude_deleted: bool,
    /// Show files that are excluded by default
    #[arg(long, value_name = "KIND", value_delimiter = ',', help_heading = SHOWN)]
    show: Vec<ExcludedKind>,
    /// Use this template for prompts
    ///
    /// docs/prompt.md lists its variables; --dry-run tries it.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = SHOWN)]
    pub(super) template: Option<PathBuf>,
    /// Show this as the title of the change [default: a patch series' own]
    #[arg(long, value_name = "TEXT", help_heading = SHOWN)]
    pub(super) title: Option<String>,
    /// Show this text as the description of the change; - is stdin
    ///
    /// For example the text of a pull request. Prompts mark it as its authors' words. By default a patch series' cover letter.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = SHOWN)]
    pub(super) description: Option<PathBuf>,
    /// Read scrum.toml and the files it names from REF, or from the worktree
    ///
    /// By default, if the change under review touches one of these files, the version at the base is used, so that a
    /// change cannot configure its own review. For uncommitted work, `scrum bundle` uses the version in the work tree,
    /// unless CI=true.
    #[arg(long, value_name = "REF|worktree", help_heading = SHOWN)]
    pub(crate) config_from: Option<ConfigFrom>,
    /// Write the wave into DIR instead of .scrum/BASE-HEAD
    ///
    /// Name DIR in later commands, too: it does not become the newest wave.
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = WAVE)]
    pub(super) out: Option<PathBuf>,
    /// Replace a wave that has reviews; they move to another folder
    #[arg(long, help_heading = WAVE)]
    pub(super) overwrite: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ByArg {
    /// By the nearest folder with Cargo.toml, go.mod, package.json, …
    Workspace,
    /// By owner in CODEOWNERS
    Codeowners,
    /// By the first folder of the path
    TopLevel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExcludedKind {
    /// Binary content
    Binary,
    /// Lock files of package managers
    LockFiles,
    /// Generated and minified files
    Generated,
    /// Vendored files
    Vendored,
}

/// `NAME=GLOB`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ComponentArg {
    name: String,
    glob: String,
}

impl FromStr for ComponentArg {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, glob)) if !name.is_empty() && !glob.is_empty() => Ok(Self {
                name: name.to_owned(),
                glob: glob.to_owned(),
            }),
            _ => Err("write NAME=GLOB, as in core=crates/core/**"),
        }
    }
}

impl Bundling {
    /// Whether no option is given.
    pub(crate) fn is_silent(&self) -> bool {
        *self == Self::default()
    }

    /// Where the configuration for a review of this range comes from. `own`: the change is not sent to anybody else.
    pub(crate) fn source(
        &self,
        range: Option<&str>,
        own: bool,
        session: &Session,
    ) -> Result<Source> {
        if self.diff.is_some() && self.config_from.is_none() {
            return Ok(Source::Disk);
        }
        let uncommitted = self.staged || self.uncommitted;
        let asked = Asked {
            range,
            uncommitted,
            own,
        };
        source(self.config_from.as_ref(), asked, session)
    }

    /// The configuration, overridden by the flags.
    pub(super) fn config(&self, session: &Session) -> Result<Config> {
        let mut config = session.config.clone();
        if let Some(by) = self.by {
            config.bundle.by = match by {
                ByArg::Workspace => component::By::Workspace,
                ByArg::Codeowners => component::By::Codeowners,
                ByArg::TopLevel => component::By::TopLevel,
            };
        }
        let mut components: Vec<ComponentRule> = Vec::new();
        for ComponentArg { name, glob } in &self.component {
            match components
                .iter_mut()
                .find(|component| component.name == *name)
            {
                Some(component) => component.paths.push(glob.clone()),
                None => components.push(ComponentRule {
                    name: name.clone(),
                    paths: vec![glob.clone()],
                    instructions: None,
                }),
            }
        }
        // A flag replaces the configured component with its name and precedes all others.
        config
            .components
            .retain(|old| components.iter().all(|new| new.name != old.name));
        components.append(&mut config.components);
        config.components = components;
        config.bundle.divide &= !self.no_divide;
        config.bundle.pack = self.pack || config.bundle.pack && !self.no_pack;
        config.bundle.split |= self.split;
        config.bundle.context = self.context.unwrap_or(config.bundle.context);
        let limit = |flag: Option<ByteSize>, or: u64| flag.map_or(or, |size| size.as_u64());
        config.guard = Limits::new(
            limit(self.warn, config.guard.warn()),
            limit(self.fail, config.guard.fail()),
        )
        .map_err(ConfigError::from)?;
        config.exclude.paths.extend(self.exclude.iter().cloned());
        config.exclude.deleted |= self.exclude_deleted;
        for shown in &self.show {
            match shown {
                ExcludedKind::Binary => config.exclude.binary = false,
                ExcludedKind::LockFiles => config.exclude.lock_files = false,
                ExcludedKind::Generated => config.exclude.generated = false,
                ExcludedKind::Vendored => config.exclude.vendored = false,
            }
        }
        config.check()?;
        Ok(config)
    }
}
