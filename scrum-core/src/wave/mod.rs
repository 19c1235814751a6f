//! From a plan to the files of a wave.
//!
//! Takes a plan, a template and a [`Sink`]; writes every file except the manifest, which it returns. Before it:
//! [`prompt`]; after it: [`manifest`].
//!
//! The files go to a [`Sink`], which the caller implements: a folder, an archive or nothing at all. Several threads
//! write them, each file by one thread, and the manifest lists them in the plan's order, so that the result does not
//! depend on the number of threads. Each patch is read once for a bundle's diff, its prompt and the digests of both.

mod around;
mod files;
pub mod instructions;
mod options;
mod record;
mod wanted;

pub mod layout;
pub mod manifest;
pub mod prompt;
pub mod secret;

use std::io::{self, Write};

use crate::change::ChangeSet;
use crate::control::Stage;
use crate::digest::DigestWriter;
use crate::patch::{self, PatchId};
use crate::plan::Plan;
use crate::try_map::try_map;
pub use layout::{EXCLUDED, MANIFEST, TREE};
pub use options::{Discard, Sink, WaveError, WaveOptions};
pub use wanted::Wanted;

use around::ContextBuilder;
use files::WaveFiles;
use manifest::{BundleRecord, GuardRecord, Manifest, SCHEMA};
use prompt::Template;

/// Writes every file of a wave except the manifest, which it returns: the caller writes it last, after all others.
///
/// # Errors
///
/// [`WaveError`]; if there are several, that of the first file, in the order `excluded.diff`, `tree.txt`, bundles in
/// the plan's order.
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

/// As [`write()`], for a wave that is not kept, so bundles above the fail limit are no error. `sink` is [`Discard`], or
/// one that only examines the files.
///
/// # Errors
///
/// As [`write()`], except [`WaveError::Oversize`].
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
    // With vendored code, `excluded.diff` is by far the largest file of many waves, so start with it.
    let tasks = plan.bundles.len() + 2;
    // One for all files of a thread, because consecutive parts are made from the same patch.
    let mut threads: Vec<WaveFiles<'_>> = (0..options.jobs.clamp(1, tasks))
        .map(|_| WaveFiles::new(changes, sink, options))
        .collect();
    let results = try_map(
        &options.control,
        Stage::Wave,
        &mut threads,
        0..tasks,
        |files, task| match task.checked_sub(2) {
            None if task == 0 => files.excluded(plan).map(WaveEntry::Excluded),
            None => files.tree().map(WaveEntry::Tree),
            Some(index) => {
                let context = contexts.context(index, options, template);
                let record = files.bundle(&plan.bundles[index], &context, template);
                record.map(|record| WaveEntry::Bundle(Box::new(record)))
            }
        },
    )?;
    let mut bundles = Vec::with_capacity(plan.bundles.len());
    let (mut excluded_sha256, mut tree_sha256) = (None, None);
    for result in results {
        match result {
            WaveEntry::Excluded(sha256) => excluded_sha256 = sha256,
            WaveEntry::Tree(sha256) => tree_sha256 = Some(sha256),
            WaveEntry::Bundle(record) => bundles.push(*record),
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

/// The result of one task: a record or a digest.
enum WaveEntry {
    Excluded(Option<String>),
    Tree(String),
    Bundle(Box<BundleRecord>),
}

/// The digest of a prompt's inputs other than the diff.
fn template_digest(template: &Template, line_numbers: bool) -> String {
    let mut writer = DigestWriter::new(io::sink());
    // Writing into a digest cannot fail.
    let _ = write!(writer, "{line_numbers} {}", template.text());
    writer.finish().1
}

/// The digest of a patch's set of file patches, with which `scrum verify` compares the bundles.
fn patch_sha256(changes: &ChangeSet) -> Result<Option<String>, WaveError> {
    if changes.range.base_tree.is_some() {
        return Ok(None);
    }
    let mut id = PatchId::default();
    let mut text = Vec::new();
    for index in 0..changes.changes().len() {
        let text = changes
            .patch(index, &mut text)
            .map_err(|source| WaveError::Io {
                name: MANIFEST.to_owned(),
                source,
            })?;
        // What was read into changes once reads again.
        patch::file_patches(text)
            .flatten()
            .for_each(|file| id.add(&file));
    }
    Ok(Some(id.digest()))
}
