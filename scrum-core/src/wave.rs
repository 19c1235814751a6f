//! From a plan to the files of a wave.
//!
//! Takes a plan, a template and a [`Sink`]; writes every file but the manifest, and returns that. Before it:
//! [`prompt`]; after it: [`manifest`](crate::manifest).
//!
//! The files go to a [`Sink`]; whether that is a folder, an archive or nothing at all is the caller's business.
//! Bundles are written by several threads, each file whole by one of them, and the manifest lists them in the plan's
//! order, so that what is written does not depend on the number of threads.

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::bundle::{Bundle, DiffWriter, Piece, Plan};
use crate::change::{ChangeKind, ChangeSet};
use crate::digest::DigestWriter;
use crate::guard::{Limits, Verdict};
use crate::manifest::{BundleRecord, ExcludedRecord, FileRecord, GuardRecord, Manifest, SCHEMA};
use crate::patch::{self, PatchSet};
use crate::path::RepoPath;
use crate::prompt::{
    self, AROUND_BYTES, BundleContext, CommitItem, Context, ExcludedItem, Numbering, OtherItem,
    PromptError, RangeContext, Template,
};

/// Name of the manifest in a wave.
pub const MANIFEST: &str = "manifest.json";
/// Name of the patch of excluded files.
pub const EXCLUDED: &str = "excluded.diff";
/// Name of the list of the head tree's paths.
pub const TREE: &str = "tree.txt";

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

/// Writes nothing, for a dry run: the manifest comes out the same.
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
    /// The limits that the plan was judged by.
    pub limits: Limits,
    /// The override of the fail limit is set. Default false.
    pub force: bool,
    /// Numbers in front of the diff's lines in prompts. Default true.
    pub line_numbers: bool,
    /// Digest of the configuration, for the manifest.
    pub config_sha256: String,
    /// Lines of context around a change, for the manifest; `None` for a patch. Default 3.
    pub context: Option<u32>,
    /// Threads. Default 1.
    pub jobs: usize,
}

impl Default for WaveOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            force: false,
            line_numbers: true,
            config_sha256: String::new(),
            context: Some(3),
            jobs: 1,
        }
    }
}

impl WaveOptions {
    /// Sets the limits that the plan was judged by.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the override of the fail limit.
    #[must_use]
    pub fn force(mut self, force: bool) -> Self {
        self.force = force;
        self
    }

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

    /// Sets the number of threads; 0 counts as 1.
    #[must_use]
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs.max(1);
        self
    }
}

/// A wave that cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaveError {
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
}

/// Writes every file of a wave but the manifest, which it returns: the caller writes it last, when all others are in
/// place.
///
/// # Errors
///
/// [`WaveError`], the one of the first bundle in the plan's order that failed.
pub fn write(
    changes: &ChangeSet,
    plan: &Plan,
    template: &Template,
    options: &WaveOptions,
    sink: &dyn Sink,
) -> Result<Manifest, WaveError> {
    let surroundings = Surroundings::new(changes, plan);
    let records: Vec<Mutex<Option<Result<BundleRecord, WaveError>>>> =
        plan.bundles.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let work = || {
        // One for all bundles of a thread: parts of one file follow each other, and are made from one text.
        let mut writer = DiffWriter::new(changes);
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(bundle) = plan.bundles.get(index) else {
                return;
            };
            if failed.load(Ordering::Relaxed) {
                return;
            }
            let context = surroundings.context(index, options.line_numbers, template);
            let record = write_bundle(changes, &mut writer, bundle, &context, template, sink);
            failed.fetch_or(record.is_err(), Ordering::Relaxed);
            // A poisoned lock means that another thread panicked, which the scope passes on anyway.
            if let Ok(mut slot) = records[index].lock() {
                *slot = Some(record);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..options.jobs.min(plan.bundles.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut bundles = Vec::with_capacity(records.len());
    for record in records {
        // Slots stay empty only behind a failure, which is met first: bundles are taken in order.
        if let Some(record) = record.into_inner().unwrap_or_default() {
            bundles.push(record?);
        }
    }
    let excluded_sha256 = write_excluded(changes, plan, sink)?;
    let tree_sha256 = write_tree(changes, sink)?;
    let limits = options.limits;
    let exceeded = bundles.iter().any(|bundle| bundle.verdict == Verdict::Fail);
    Ok(Manifest {
        schema: SCHEMA.to_owned(),
        range: changes.range.clone(),
        config_sha256: options.config_sha256.clone(),
        template_sha256: Some(template_digest(template, options.line_numbers)),
        context: options.context,
        patch_sha256: patch_sha256(changes)?,
        guard: GuardRecord {
            warn_bytes: limits.warn,
            fail_bytes: limits.fail,
            forced: options.force && exceeded,
        },
        bundles,
        excluded: plan
            .excluded
            .iter()
            .map(|excluded| {
                let change = &changes.changes[excluded.change];
                let (path, quoted) = change.path.to_text();
                let (old_path, old_quoted) = optional_text(change.old_path.as_ref());
                let reason = excluded.reason.to_string();
                ExcludedRecord {
                    path,
                    quoted,
                    old_path,
                    old_quoted,
                    reason,
                    bytes: change.bytes,
                }
            })
            .collect(),
        excluded_sha256,
        tree_sha256: Some(tree_sha256),
    })
}

/// The digest of what makes a prompt of a diff.
fn template_digest(template: &Template, line_numbers: bool) -> String {
    let mut writer = DigestWriter::new(io::sink());
    // Digesting into a sink has no way to fail.
    let _ = write!(writer, "{line_numbers} {}", template.text());
    writer.finish().1
}

fn write_bundle(
    changes: &ChangeSet,
    writer: &mut DiffWriter<'_>,
    bundle: &Bundle,
    context: &Context,
    template: &Template,
    sink: &dyn Sink,
) -> Result<BundleRecord, WaveError> {
    let diff = format!("bundles/{}.diff", bundle.id);
    let prompt = format!("prompts/{}.md", bundle.id);
    let (bytes, diff_sha256) = digested(sink, &diff, &mut |out| writer.bundle(bundle, out))?;
    let mut shown =
        |out: &mut dyn Write| write_shown(changes, writer, bundle, context.line_numbers, out);
    // The template's own failure has no place in an I/O error, so it is carried past the sink.
    let mut failure = None;
    let written = digested(sink, &prompt, &mut |out| match prompt::write_prompt(
        template, context, &mut shown, out,
    ) {
        Ok(()) => Ok(()),
        Err(PromptError::Io(source)) => Err(source),
        Err(PromptError::Template(source)) => {
            failure = Some(source);
            Err(io::Error::other("the template fails"))
        }
    });
    if let Some(source) = failure {
        return Err(WaveError::Prompt {
            bundle: bundle.id.clone(),
            source,
        });
    }
    let (prompt_bytes, prompt_sha256) = written?;
    Ok(BundleRecord {
        id: bundle.id.clone(),
        component: bundle.component.clone(),
        part: bundle.part.map(|(part, _)| part),
        parts: bundle.part.map(|(_, parts)| parts),
        packed: bundle.packed.clone(),
        bytes,
        prompt_bytes,
        tokens: prompt_bytes.div_ceil(4),
        verdict: bundle.verdict,
        diff,
        prompt,
        diff_sha256,
        prompt_sha256,
        files: bundle
            .pieces
            .iter()
            .map(|piece| file_record(changes, piece))
            .collect(),
    })
}

/// Writes a file through a digest.
fn digested(
    sink: &dyn Sink,
    name: &str,
    content: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
) -> Result<(u64, String), WaveError> {
    let mut result = (0, String::new());
    sink.write_file(name, &mut |out| {
        let mut digest = DigestWriter::new(out);
        content(&mut digest)?;
        result = digest.finish();
        Ok(())
    })
    .map_err(|source| WaveError::Io {
        name: name.to_owned(),
        source,
    })?;
    Ok(result)
}

fn write_excluded(
    changes: &ChangeSet,
    plan: &Plan,
    sink: &dyn Sink,
) -> Result<Option<String>, WaveError> {
    if plan.excluded.is_empty() {
        return Ok(None);
    }
    let (_, sha256) = digested(sink, EXCLUDED, &mut |out| plan.write_excluded(changes, out))?;
    Ok(Some(sha256))
}

/// The digest of a patch's own set of file patches, against which its bundles are proven.
fn patch_sha256(changes: &ChangeSet) -> Result<Option<String>, WaveError> {
    if changes.range.base_tree.is_some() {
        return Ok(None);
    }
    let mut set = PatchSet::default();
    let mut text = Vec::new();
    for index in 0..changes.changes.len() {
        changes
            .read_patch(index, &mut text)
            .map_err(|source| WaveError::Io {
                name: MANIFEST.to_owned(),
                source,
            })?;
        // What was read into changes once reads again.
        patch::file_patches(&text)
            .flatten()
            .for_each(|file| set.add(&file));
    }
    Ok(Some(set.digest()))
}

fn write_tree(changes: &ChangeSet, sink: &dyn Sink) -> Result<String, WaveError> {
    let mut list = |out: &mut dyn Write| {
        changes
            .tree
            .iter()
            .try_for_each(|path| writeln!(out, "{}", path.quoted()))
    };
    digested(sink, TREE, &mut list).map(|(_, sha256)| sha256)
}

/// The bundle's diff as a prompt shows it.
fn write_shown(
    changes: &ChangeSet,
    writer: &mut DiffWriter<'_>,
    bundle: &Bundle,
    line_numbers: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut text = Vec::new();
    for piece in &bundle.pieces {
        text.clear();
        writer.piece(piece, &mut text)?;
        let deleted = changes.changes[piece.change].kind == ChangeKind::Deleted;
        let numbering = if deleted {
            Numbering::old_side(&piece.hunks)
        } else {
            Numbering::new_side(&piece.hunks)
        };
        prompt::write_shown(&text, line_numbers.then_some(numbering), out)?;
    }
    Ok(())
}

fn file_record(changes: &ChangeSet, piece: &Piece) -> FileRecord {
    let change = &changes.changes[piece.change];
    let (path, quoted) = change.path.to_text();
    let (old_path, old_quoted) = optional_text(piece.old_path.as_ref());
    FileRecord {
        path,
        quoted,
        old_path,
        old_quoted,
        kind: piece.kind,
        old_mode: piece.old_mode,
        new_mode: piece.new_mode,
        moved_from_component: piece.moved_from_component.clone(),
        binary: change.binary,
        additions: piece.additions,
        deletions: piece.deletions,
        bytes: piece.bytes,
        hunks: piece.hunks.clone(),
    }
}

fn optional_text(path: Option<&RepoPath>) -> (Option<String>, bool) {
    match path.map(RepoPath::to_text) {
        Some((text, quoted)) => (Some(text), quoted),
        None => (None, false),
    }
}

/// What prompts say of everything that is not their own bundle; made once a wave.
struct Surroundings<'a> {
    changes: &'a ChangeSet,
    plan: &'a Plan,
    /// One a bundle, in the plan's order.
    bundles: Vec<OtherItem>,
    excluded: Vec<ExcludedItem>,
}

/// No list needs more entries than could ever fit; what is beyond is only counted.
const LONGEST_LIST: usize = AROUND_BYTES / 16;

impl<'a> Surroundings<'a> {
    fn new(changes: &'a ChangeSet, plan: &'a Plan) -> Self {
        let bundles = plan
            .bundles
            .iter()
            .map(|bundle| OtherItem {
                id: bundle.id.clone(),
                files: bundle.pieces.len(),
                folders: folders(changes, bundle),
            })
            .collect();
        let excluded = plan
            .excluded
            .iter()
            .take(LONGEST_LIST)
            .map(|excluded| ExcludedItem {
                path: one_line(&changes.changes[excluded.change].path.display()),
                reason: one_line(&excluded.reason.to_string()),
            })
            .collect();
        Self {
            changes,
            plan,
            bundles,
            excluded,
        }
    }

    /// The context of the bundle at `index`, its lists cut to what the template's own text leaves of [`AROUND_BYTES`].
    fn context(&self, index: usize, line_numbers: bool, template: &Template) -> Context {
        let bundle = &self.plan.bundles[index];
        let mut context = self.without_lists(bundle, line_numbers);
        let around = template.size_around(&context);
        let lists = &mut context.lists;
        lists.excluded.clone_from(&self.excluded);
        lists.excluded_omitted = self.plan.excluded.len() - self.excluded.len();
        // The other parts of one component first: they are what a reader of this part misses.
        let (parts, rest): (Vec<_>, Vec<_>) = (0..self.plan.bundles.len())
            .filter(|other| *other != index)
            .partition(|other| self.plan.bundles[*other].component == bundle.component);
        let others = parts.len() + rest.len();
        let near = parts.into_iter().chain(rest).take(LONGEST_LIST);
        lists.others = near.map(|other| self.bundles[other].clone()).collect();
        lists.others_omitted = others - lists.others.len();
        lists.cut_files = bundle
            .pieces
            .iter()
            .filter(|piece| piece.cut.is_some())
            .map(|piece| one_line(&self.changes.changes[piece.change].path.display()))
            .collect();
        lists.commits = self.commits(bundle);
        // A template of one's own may be long; a few entries are shown even then.
        prompt::cap(
            lists,
            AROUND_BYTES.saturating_sub(around).max(AROUND_BYTES / 8),
        );
        context
    }

    fn without_lists(&self, bundle: &Bundle, line_numbers: bool) -> Context {
        let range = &self.changes.range;
        let about = BundleContext {
            id: bundle.id.clone(),
            component: one_line(&bundle.component),
            part: bundle.part.map(|(part, _)| part),
            parts: bundle.part.map(|(_, parts)| parts),
            bytes: bundle.bytes,
            files: bundle.pieces.len(),
            additions: bundle.pieces.iter().map(|piece| piece.additions).sum(),
            deletions: bundle.pieces.iter().map(|piece| piece.deletions).sum(),
        };
        let spec = if range.spec.is_empty() {
            "the change set"
        } else {
            &range.spec
        };
        let shown = RangeContext {
            spec: one_line(spec),
            base: range.base.clone(),
            head: range.head.clone(),
        };
        Context::new(about, shown, line_numbers)
    }

    /// The commits that touched a file of the bundle.
    fn commits(&self, bundle: &Bundle) -> Vec<CommitItem> {
        let mut own: Vec<usize> = bundle.pieces.iter().map(|piece| piece.change).collect();
        own.sort_unstable();
        let commits = self.changes.range.commits.iter().zip(&self.changes.touched);
        commits
            .filter(|(_, touched)| touched.iter().any(|file| own.binary_search(file).is_ok()))
            .map(|(commit, _)| CommitItem {
                id: commit.id.chars().take(7).collect(),
                subject: one_line(&commit.subject),
            })
            .collect()
    }
}

/// The folders of a bundle with the most files first, at most four of them.
fn folders(changes: &ChangeSet, bundle: &Bundle) -> String {
    const SHOWN: usize = 4;
    let mut counts: Vec<(usize, &[u8])> = Vec::new();
    let mut names: Vec<&[u8]> = bundle
        .pieces
        .iter()
        .map(|piece| changes.changes[piece.change].path.folder())
        .collect();
    names.sort_unstable();
    for name in names {
        match counts.last_mut() {
            Some((count, last)) if *last == name => *count += 1,
            _ => counts.push((1, name)),
        }
    }
    // Stable: folders with equally many files stay in the order of their names.
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let mut text: Vec<String> = counts
        .iter()
        .take(SHOWN)
        .map(|(count, name)| {
            let name = if name.is_empty() {
                "the top folder".to_owned()
            } else {
                RepoPath::new(*name).display()
            };
            format!("{} ({count})", one_line(&name))
        })
        .collect();
    if counts.len() > SHOWN {
        text.push(format!("and {} more folders", counts.len() - SHOWN));
    }
    text.join(", ")
}

/// A text as one line of a prompt.
fn one_line(text: &str) -> String {
    prompt::plain(text.as_bytes()).replace('\n', "\\x0A")
}
