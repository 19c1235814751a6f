//! The options that say how a range is divided; `scrum review` takes them, too, where it bundles first.

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
    /// Only files that match, seen from the current folder
    ///
    /// As git's own: folders, globs, `:!` in front to leave out. Renames are sought among these files.
    #[arg(last = true, value_name = "PATHSPEC")]
    pub(super) pathspec: Vec<String>,
    /// Take a patch in place of a range; - is stdin
    ///
    /// In git's format, as `git diff`, `git format-patch` and `gh pr diff` write it. No repository is needed.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["range", "pathspec"], help_heading = RANGE)]
    pub(super) diff: Option<PathBuf>,
    /// Take what is staged: the index against HEAD
    #[arg(long, conflicts_with_all = ["range", "diff", "uncommitted"], help_heading = RANGE)]
    pub(super) staged: bool,
    /// Take what is not committed: the work tree against HEAD
    ///
    /// With untracked files, unless git ignores them.
    #[arg(long, conflicts_with_all = ["range", "diff"], help_heading = RANGE)]
    pub(super) uncommitted: bool,
    /// Leave untracked files out
    #[arg(long, requires = "uncommitted", help_heading = RANGE)]
    pub(super) no_untracked: bool,
    /// Lines around a change [default: 3]
    #[arg(long, value_name = "N", conflicts_with = "diff", help_heading = RANGE)]
    context: Option<u32>,
    /// Group what no component claims [default: workspace]
    #[arg(long, value_name = "RULE", help_heading = COMPONENTS)]
    by: Option<ByArg>,
    /// Name a component and a glob; repeatable
    ///
    /// Globs are those of .gitignore, as in core=crates/core/**. The first component that matches has the file; two of
    /// one name are one component. [[components]] in scrum.toml keeps them for every run.
    #[arg(long, value_name = "NAME=GLOB", help_heading = COMPONENTS)]
    component: Vec<ComponentArg>,
    /// Leave found components above the warn limit whole
    #[arg(long, help_heading = COMPONENTS)]
    no_divide: bool,
    /// Pack small found components with their neighbours, whatever scrum.toml says [default]
    ///
    /// Up to a third of the warn limit. A component that you name stays a bundle of its own.
    #[arg(long, overrides_with = "no_pack", help_heading = COMPONENTS)]
    pack: bool,
    /// Leave small found components a bundle of their own each
    #[arg(long, overrides_with = "pack", help_heading = COMPONENTS)]
    no_pack: bool,
    /// Warn above this size of a diff [default: 60KB]
    ///
    /// KB is 1000 bytes, KiB 1024; a bare number is bytes.
    #[arg(long, value_name = "SIZE", help_heading = SIZES)]
    warn: Option<ByteSize>,
    /// Fail above this size of a diff [default: 100KB]
    #[arg(long, value_name = "SIZE", help_heading = SIZES)]
    fail: Option<ByteSize>,
    /// Cut bundles above the warn limit into parts
    ///
    /// At sub-folders, then files, then hunks. The parts apply one after the other, and all of them make the whole.
    #[arg(long, help_heading = SIZES)]
    split: bool,
    /// Write bundles above the fail limit all the same
    ///
    /// `SCRUM_FORCE_OVERSIZE=1` in the environment does the same.
    #[arg(long, help_heading = SIZES)]
    pub(super) force_oversize: bool,
    /// Do not show files that match; repeatable
    ///
    /// They stay in excluded.diff, and every prompt lists them with the reason.
    #[arg(long, value_name = "GLOB", help_heading = SHOWN)]
    exclude: Vec<String>,
    /// Do not show the bodies of deleted files
    #[arg(long, help_heading = SHOWN)]
    exclude_deleted: bool,
    /// Show what is excluded by default
    #[arg(long, value_name = "KIND", value_delimiter = ',', help_heading = SHOWN)]
    show: Vec<Shown>,
    /// Render prompts with this template
    ///
    /// docs/prompt.md has what it can name; --dry-run tries it.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = SHOWN)]
    pub(super) template: Option<PathBuf>,
    /// Take scrum.toml and what it names from REF, or from the worktree
    ///
    /// By default a file that is changed by what is under review is taken from the base, so that a change cannot configure
    /// its own review; `scrum bundle` takes the work tree's for uncommitted work, unless CI=true.
    #[arg(long, value_name = "REF|worktree", help_heading = SHOWN)]
    pub(crate) config_from: Option<ConfigFrom>,
    /// Write into DIR in place of .scrum/BASE-HEAD
    ///
    /// Other commands then need DIR, too: it does not become the newest wave.
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = WAVE)]
    pub(super) out: Option<PathBuf>,
    /// Replace a wave that has reviews; they are moved aside
    #[arg(long, help_heading = WAVE)]
    pub(super) overwrite: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ByArg {
    /// Nearest folder with Cargo.toml, go.mod, package.json, …
    Workspace,
    /// Owners in CODEOWNERS
    Codeowners,
    /// First folder of the path
    TopLevel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shown {
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
    /// Whether nothing is said.
    pub(crate) fn is_silent(&self) -> bool {
        *self == Self::default()
    }

    /// Where the configuration of a review of this range comes from. `own`: nobody else is asked about it.
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

    /// The configuration with the flags over it.
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
        // A flag replaces the configured component of its name and goes before all others.
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
                Shown::Binary => config.exclude.binary = false,
                Shown::LockFiles => config.exclude.lock_files = false,
                Shown::Generated => config.exclude.generated = false,
                Shown::Vendored => config.exclude.vendored = false,
            }
        }
        config.check()?;
        Ok(config)
    }
}
