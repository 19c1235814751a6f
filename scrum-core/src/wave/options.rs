//! Options and destination of a wave that is written, and the errors.

use std::io::{self, Write};
use std::sync::Arc;

use super::instructions::Instructions;
use super::prompt;
use crate::change::DEFAULT_CONTEXT;
use crate::control::{Cancelled, Control};
use crate::hook::Hook;

/// Receives the files of a wave. Called by several threads at once, never twice with the same name.
pub trait Sink: Sync {
    /// Writes one file. `name` is relative and safe, with `/` as separator; `content` writes the whole file into the
    /// writer that it gets.
    ///
    /// # Errors
    ///
    /// If the file cannot be written; it is then unchanged.
    fn write_file(
        &self,
        name: &str,
        content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()>;
}

/// Discards all files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discard;

impl Sink for Discard {
    fn write_file(
        &self,
        _name: &str,
        content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        content(&mut io::sink())
    }
}

/// How a wave is written.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WaveOptions {
    /// Whether prompts show line numbers before the diff's lines. Default true.
    pub line_numbers: bool,
    /// Digest of the configuration, for the manifest.
    pub config_sha256: String,
    /// Context lines around a change, for the manifest; `None` for a patch. Default 3.
    pub context: Option<u32>,
    /// Number of threads. Default 1.
    pub jobs: usize,
    /// Progress callback and cancel switch. Default none.
    pub control: Control,
    /// Counts the tokens of a prompt.
    pub(crate) tokens: Option<Hook<TokenFn>>,
    /// The project's instructions for reviewers. Default none.
    pub instructions: Instructions,
}

/// The number of tokens of a text.
pub(crate) type TokenFn = dyn Fn(&str) -> u64 + Send + Sync;

impl Default for WaveOptions {
    fn default() -> Self {
        Self {
            line_numbers: true,
            config_sha256: String::new(),
            context: Some(DEFAULT_CONTEXT),
            jobs: 1,
            control: Control::default(),
            tokens: None,
            instructions: Instructions::default(),
        }
    }
}

impl WaveOptions {
    /// Sets whether prompts show line numbers.
    #[must_use]
    pub fn line_numbers(mut self, line_numbers: bool) -> Self {
        self.line_numbers = line_numbers;
        self
    }

    /// Sets the configuration's digest.
    #[must_use]
    pub fn config_sha256(mut self, digest: impl Into<String>) -> Self {
        self.config_sha256 = digest.into();
        self
    }

    /// Sets the context lines, `None` for a patch.
    #[must_use]
    pub fn context(mut self, context: Option<u32>) -> Self {
        self.context = context;
        self
    }

    /// Sets the project's instructions for reviewers.
    #[must_use]
    pub fn instructions(mut self, instructions: Instructions) -> Self {
        self.instructions = instructions;
        self
    }

    /// Sets the number of threads; 0 counts as 1.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs.max(1);
        self
    }

    /// Sets the progress callback and cancel switch.
    #[must_use]
    pub fn control(mut self, control: Control) -> Self {
        self.control = control;
        self
    }

    /// Sets how the tokens of a prompt are counted, for the manifest. By default, they are its bytes divided by 4. The
    /// counter gets whole prompts, which are kept in memory for it.
    #[must_use]
    pub fn tokens(mut self, count: impl Fn(&str) -> u64 + Send + Sync + 'static) -> Self {
        self.tokens = Some(Hook(Arc::new(count)));
        self
    }
}

/// A wave that cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaveError {
    /// Bundles are above the fail limit, and the plan is not [forced](crate::plan::Plan::force). Nothing was written.
    #[error("bundles above the fail limit: {}", .bundles.join(", "))]
    Oversize {
        /// Their ids.
        bundles: Vec<String>,
    },
    /// The plan was made for another change set. Nothing was written.
    #[error("the plan was made for another change set")]
    OtherChanges,
    /// The template cannot be rendered for a bundle.
    #[error("the prompt of bundle `{bundle}` cannot be rendered: {source}")]
    Prompt {
        /// The bundle's id.
        bundle: String,
        /// The template's error.
        source: prompt::TemplateError,
    },
    /// A file cannot be written, or a patch cannot be read back.
    #[error("`{name}` cannot be written: {source}")]
    Io {
        /// The file, relative to the wave.
        name: String,
        /// The system's error.
        source: io::Error,
    },
    /// [`WaveOptions::control`] cancelled the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
