//! The options that say how a range is divided; `scrum review` takes them, too, where it bundles first.

use std::path::PathBuf;
use std::str::FromStr;

use bytesize::ByteSize;
use clap::{Args as ClapArgs, ValueEnum};
use scrum_core::config::{self, Config, Grouping};

use crate::session::Session;

/// How to divide, and where to write.
#[derive(Debug, ClapArgs)]
pub(crate) struct Bundling {
    /// Only files that match, seen from the current folder
    #[arg(last = true, value_name = "PATHSPEC")]
    pub(super) pathspec: Vec<String>,
    /// Write the wave into DIR in place of .scrum/BASE-HEAD
    #[arg(short, long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Group the files that no component claims [default: workspace]
    #[arg(long, value_name = "RULE")]
    by: Option<By>,
    /// A component and one of its globs; may be repeated, first match wins
    #[arg(long, value_name = "NAME=GLOB")]
    component: Vec<ComponentArg>,
    /// Leave found components above the warn limit whole
    #[arg(long)]
    no_divide: bool,
    /// Join small neighbours below the warn limit
    #[arg(long)]
    pack: bool,
    /// Warn above this size of a bundle's diff [default: 60KB]
    #[arg(long, value_name = "SIZE")]
    warn: Option<ByteSize>,
    /// Fail above this size of a bundle's diff [default: 100KB]
    #[arg(long, value_name = "SIZE")]
    fail: Option<ByteSize>,
    /// Write bundles above the fail limit all the same
    #[arg(long)]
    pub(super) force_oversize: bool,
    /// Cut bundles above the warn limit into parts
    #[arg(long)]
    split: bool,
    /// Do not show files that match this glob; may be repeated
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Show what is excluded by default
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    show: Vec<Shown>,
    /// Do not show the bodies of deleted files
    #[arg(long)]
    exclude_deleted: bool,
    /// Take a patch in git's format in place of a range; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["range", "pathspec"])]
    pub(super) diff: Option<PathBuf>,
    /// Render prompts with this template
    #[arg(long, value_name = "FILE")]
    pub(super) template: Option<PathBuf>,
    /// Lines of context around a change [default: 3]
    #[arg(long, value_name = "N", conflicts_with = "diff")]
    context: Option<u32>,
    /// Replace a wave that has reviews of other bundles; the reviews are moved aside
    #[arg(long)]
    pub(super) overwrite: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
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
    /// The configuration with the flags over it.
    pub(super) fn config(&self, session: &Session) -> anyhow::Result<Config> {
        let mut config = session.config.clone();
        if let Some(by) = self.by {
            config.bundle.by = match by {
                By::Workspace => Grouping::Workspace,
                By::Codeowners => Grouping::Codeowners,
                By::TopLevel => Grouping::TopLevel,
            };
        }
        let mut components: Vec<config::Component> = Vec::new();
        for ComponentArg { name, glob } in &self.component {
            match components
                .iter_mut()
                .find(|component| component.name == *name)
            {
                Some(component) => component.paths.push(glob.clone()),
                None => components.push(config::Component {
                    name: name.clone(),
                    paths: vec![glob.clone()],
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
        config.bundle.pack |= self.pack;
        config.bundle.split |= self.split;
        config.bundle.context = self.context.unwrap_or(config.bundle.context);
        config.guard.warn = self.warn.unwrap_or(config.guard.warn);
        config.guard.fail = self.fail.unwrap_or(config.guard.fail);
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
