//! The environment of a command: the folder, the repository if there is one, and the configuration.

use std::path::{Path, PathBuf};

use clap::Args;
use scrum_core::config::{self, Config};
use scrum_core::git::{GitEnvironment, GitError, Repository, pathspec_from_top};

use crate::error::{Context as _, Result, cannot_read, config_error};
use crate::source::Source;
use crate::terminal::{Output, PrintOptions};

/// Global options.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,
    /// Read FILE instead of scrum.toml in the top folder
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) print: PrintOptions,
}

/// The common state of commands. The repository is opened lazily, because a patch or a list of review files needs none.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// Top of the work tree; in a bare repository, or outside a repository, the current folder.
    pub(crate) top: PathBuf,
    /// The current folder: `top` or a folder in it.
    pub(crate) folder: PathBuf,
    /// `scrum.toml`, or the defaults.
    pub(crate) config: Config,
    /// Whether `--config` named its file.
    pub(crate) config_named: bool,
    /// Where it and the files that it names come from.
    pub(crate) source: Source,
}

impl Session {
    pub(crate) fn start(global: &Global, output: &Output) -> Result<Self> {
        let mut session = Self::unconfigured(global)?;
        session.config = read_config(global.config.as_deref(), &session.top, output)?;
        Ok(session)
    }

    /// As [`start`](Self::start), but with the default configuration.
    pub(crate) fn unconfigured(global: &Global) -> Result<Self> {
        if let Some(directory) = &global.directory {
            std::env::set_current_dir(directory).map_err(|error| cannot_read(directory, &error))?;
        }
        let folder = std::env::current_dir().context("the current folder cannot be found")?;
        let top = match Repository::find(&folder, &environment()) {
            Ok(repository) => repository
                .top()
                .map_or_else(|| folder.clone(), Path::to_owned),
            // A command that needs the repository reports the error itself.
            Err(_) => folder.clone(),
        };
        Ok(Self {
            top,
            folder,
            config: Config::default(),
            config_named: global.config.is_some(),
            source: Source::Disk,
        })
    }

    /// Opens the repository around the current folder.
    pub(crate) fn repository(&self) -> Result<Repository, GitError> {
        Repository::find(&self.folder, &environment())
    }

    /// Converts a pathspec typed in the current folder into one relative to the top folder.
    pub(crate) fn pathspec_from_top(&self, pathspec: &str) -> Result<String, GitError> {
        // libgit2's name of the top folder may differ from the current folder's by symbolic links.
        let folder = self
            .folder
            .canonicalize()
            .unwrap_or_else(|_| self.folder.clone());
        let top = self.top.canonicalize().unwrap_or_else(|_| self.top.clone());
        let below = folder.strip_prefix(&top).unwrap_or(Path::new(""));
        pathspec_from_top(pathspec, below, &top)
    }

    /// The folder of the waves.
    pub(crate) fn waves(&self) -> PathBuf {
        self.top.join(".scrum")
    }
}

/// The location of the repository according to git's environment variables, which git sets for hooks.
fn environment() -> GitEnvironment {
    let folder = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let lent = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
    GitEnvironment::default()
        .git_dir(folder("GIT_DIR"))
        .work_tree(folder("GIT_WORK_TREE"))
        .objects(
            folder("GIT_OBJECT_DIRECTORY")
                .into_iter()
                .chain(std::env::split_paths(&lent))
                .collect(),
        )
}

fn read_config(named: Option<&Path>, top: &Path, output: &Output) -> Result<Config> {
    let path = named.map_or_else(|| top.join(config::FILE_NAME), Path::to_owned);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Config::default());
        }
        Err(error) => return Err(cannot_read(&path, &error)),
    };
    output.note(&format!("configuration from {}", path.display()));
    Config::from_toml(&text).map_err(|error| config_error(&path, &error))
}
