//! From a plan to the files of a wave.
//!
//! Takes a plan, a template and a [`Sink`]; writes every file but the manifest, and returns that. Before it:
//! [`prompt`]; after it: [`manifest`].
//!
//! The files go to a [`Sink`]; whether that is a folder, an archive or nothing at all is the caller's business.
//! They are written by several threads, each file whole by one of them, and the manifest lists them in the plan's order, so
//! that what is written does not depend on the number of threads. A bundle's diff, its prompt and the digests of both are
//! made of one look at each patch.

mod around;
mod files;
pub mod instructions;
mod record;
mod wanted;

pub mod layout;
pub mod manifest;
pub mod prompt;
pub mod secret;

use std::io::{self, Write};
use std::sync::Arc;

use self::instructions::Instructions;
use crate::change::{ChangeSet, DEFAULT_CONTEXT};
use crate::control::{Cancelled, Control, Stage};
use crate::digest::DigestWriter;
use crate::hook::Hook;
use crate::patch::{self, PatchId};
use crate::plan::Plan;
use crate::try_map::try_map;
pub use layout::{EXCLUDED, MANIFEST, TREE};
pub use wanted::Wanted;

use around::ContextBuilder;
use files::WaveFiles;
use manifest::{BundleRecord, GuardRecord, Manifest, SCHEMA};
use prompt::Template;

/// Takes the files of a wave. Called by several threads at once, never twice with one name.
pub trait Sink: Sync {
    /// Writes one file. `name` is relative, `/` between its parts, and safe; `content` writes the whole file into the
    /// writer it is given.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written. A file that fails is as it was before.
    fn write_file(
        &self,
        name: &str,
        content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()>;
}

/// Keeps nothing.
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
    /// Numbers in front of the diff's lines in prompts. Default true.
    pub line_numbers: bool,
    /// Digest of the configuration, for the manifest.
    pub config_sha256: String,
    /// Lines of context around a change, for the manifest; `None` for a patch. Default 3.
    pub context: Option<u32>,
    /// Threads. Default 1.
    pub jobs: usize,
    /// Who hears how far the work is, and can end it. By default nobody.
    pub control: Control,
    /// Counts the tokens of a prompt.
    pub(crate) tokens: Option<Hook<TokenFn>>,
    /// What the project asks of its reviewers. Default nothing.
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
    /// Turns the numbers in prompts on or off.
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

    /// Sets the lines of context, `None` for a patch.
    #[must_use]
    pub fn context(mut self, context: Option<u32>) -> Self {
        self.context = context;
        self
    }

    /// Sets what the project asks of its reviewers.
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

    /// Sets who hears how far the work is, and can end it.
    #[must_use]
    pub fn control(mut self, control: Control) -> Self {
        self.control = control;
        self
    }

    /// Sets how the tokens of a prompt are counted, for the manifest. By default they are its bytes divided by 4. The counter
    /// is given whole prompts, which are kept in memory for it.
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
    /// Bundles are above the fail limit, and the plan is not [forced](Plan::force). Nothing was written.
    #[error("bundles above the fail limit: {}", .bundles.join(", "))]
    Oversize {
        /// Their ids.
        bundles: Vec<String>,
    },
    /// The plan was made for another change set. Nothing was written.
    #[error("the plan was made for another change set")]
    OtherChanges,
    /// The template fails on a bundle.
    #[error("the prompt of bundle `{bundle}` cannot be rendered: {source}")]
    Prompt {
        /// The bundle's id.
        bundle: String,
        /// What the template says.
        source: prompt::TemplateError,
    },
    /// A file cannot be written, or a patch cannot be read back.
    #[error("`{name}` cannot be written: {source}")]
    Io {
        /// The file, relative to the wave.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// [`WaveOptions::control`] ended the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Writes every file of a wave but the manifest, which it returns: the caller writes it last, when all others are in
/// place.
///
/// # Errors
///
/// [`WaveError`]; of several that of the first file, in the order `excluded.diff`, `tree.txt`, bundles in the plan's order.
pub fn write(
    changes: &ChangeSet,
    plan: &Plan,
    template: &Template,
    options: &WaveOptions,
    sink: &dyn Sink,
) -> Result<Manifest, WaveError> {
    let oversize: Vec<String> = plan.oversize().map(|bundle| bundle.id.clone()).collect();
    if !oversize.is_empty() && !plan.is_forced() {
        return Err(WaveError::Oversize { bundles: oversize });
    }
    render(changes, plan, template, options, sink)
}

/// As [`write()`], for a wave that is not to be kept: bundles above the fail limit are no error. `sink` is [`Discard`], or looks at what
/// it is given.
///
/// # Errors
///
/// As [`write()`], but [`WaveError::Oversize`].
pub fn dry_run(
    changes: &ChangeSet,
    plan: &Plan,
    template: &Template,
    options: &WaveOptions,
    sink: &dyn Sink,
) -> Result<Manifest, WaveError> {
    render(changes, plan, template, options, sink)
}

fn render(
    changes: &ChangeSet,
    plan: &Plan,
    template: &Template,
    options: &WaveOptions,
    sink: &dyn Sink,
) -> Result<Manifest, WaveError> {
    if !plan.fits(changes) {
        return Err(WaveError::OtherChanges);
    }
    let contexts = ContextBuilder::new(changes, plan);
    // Vendored code makes what is excluded by far the largest file of many waves, so it is begun first.
    let tasks = plan.bundles.len() + 2;
    // One for all files of a thread: parts of one patch follow each other, and are made from one text.
    let mut threads: Vec<WaveFiles<'_>> = (0..options.jobs.clamp(1, tasks))
        .map(|_| WaveFiles::new(changes, sink, options))
        .collect();
    let results = try_map(
        &options.control,
        Stage::Wave,
        &mut threads,
        0..tasks,
        |files, task| match task.checked_sub(2) {
            None if task == 0 => files.excluded(plan).map(Written::Excluded),
            None => files.tree().map(Written::Tree),
            Some(index) => {
                let context = contexts.context(index, options, template);
                let record = files.bundle(&plan.bundles[index], &context, template);
                record.map(|record| Written::Bundle(Box::new(record)))
            }
        },
    )?;
    let mut bundles = Vec::with_capacity(plan.bundles.len());
    let (mut excluded_sha256, mut tree_sha256) = (None, None);
    for result in results {
        match result {
            Written::Excluded(sha256) => excluded_sha256 = sha256,
            Written::Tree(sha256) => tree_sha256 = Some(sha256),
            Written::Bundle(record) => bundles.push(*record),
        }
    }
    let limits = plan.limits();
    let exceeded = plan.oversize().next().is_some();
    let excluded = plan.excluded.iter();
    Ok(Manifest {
        schema: SCHEMA.to_owned(),
        range: changes.range.clone(),
        config_sha256: options.config_sha256.clone(),
        template_sha256: Some(template_digest(template, options.line_numbers)),
        context: options.context,
        patch_sha256: patch_sha256(changes)?,
        guard: GuardRecord {
            warn_bytes: limits.warn(),
            fail_bytes: limits.fail(),
            forced: plan.is_forced() && exceeded,
        },
        bundles,
        excluded: excluded.map(|e| record::excluded(changes, e)).collect(),
        excluded_sha256,
        tree_sha256,
    })
}

/// What one task wrote: a record or a digest.
enum Written {
    Excluded(Option<String>),
    Tree(String),
    Bundle(Box<BundleRecord>),
}

/// The digest of what makes a prompt of a diff.
fn template_digest(template: &Template, line_numbers: bool) -> String {
    let mut writer = DigestWriter::new(io::sink());
    // Digesting into a sink has no way to fail.
    let _ = write!(writer, "{line_numbers} {}", template.text());
    writer.finish().1
}

/// The digest of a patch's own set of file patches, against which its bundles are proven.
fn patch_sha256(changes: &ChangeSet) -> Result<Option<String>, WaveError> {
    if changes.range.base_tree.is_some() {
        return Ok(None);
    }
    let mut id = PatchId::default();
    let mut text = Vec::new();
    for index in 0..changes.changes().len() {
        changes
            .read_patch(index, &mut text)
            .map_err(|source| WaveError::Io {
                name: MANIFEST.to_owned(),
                source,
            })?;
        // What was read into changes once reads again.
        patch::file_patches(&text)
            .flatten()
            .for_each(|file| id.add(&file));
    }
    Ok(Some(id.digest()))
}
