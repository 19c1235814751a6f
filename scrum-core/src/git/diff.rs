//! From the two trees of a range to its changes, each with its patch.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::attributes::{AttributeTree, Attributes, DiffAttribute};
use super::error::GitError;
use super::objects::Objects;
use super::options::DiffOptions;
use super::pair::FilePair;
use super::pathspec::Pathspecs;
use super::renames::{self, MAX_SCORE, Policy};
use super::resolve::Ends;
use super::trees::{self, FileEntry, Listing, TreeDifferences};
use super::workers::Workers;
use super::write::spool::{ByteRange, Spool, Spooled};
use super::write::{self, Style, Summary, Treatment};
use crate::change::{Change, ChangeKind, Mode};
use crate::control::{Cancelled, Control, Stage};
use crate::patch::FunctionRule;
use crate::path::RepoPath;

/// Bytes of patches that a thread keeps in memory before it uses a temporary file.
const SPOOL_BYTES: usize = 1 << 20;

/// If both sides together have at least this many bytes and the work can be cancelled, a pair gets its own thread.
/// Comparing that much takes libgit2 a tenth of a second or, at worst, minutes.
const LARGE_PAIR: u64 = 4 << 20;

/// Time between two checks for cancelling while a large pair is compared.
const PATIENCE: Duration = Duration::from_millis(20);

/// The differences between the two ends of a range.
pub(super) struct RangeDiff {
    pub(super) changes: Vec<Change>,
    /// All files of the head, sorted by path.
    pub(super) tree: Vec<RepoPath>,
    pub(super) source: Spooled,
    pub(super) warnings: Vec<String>,
}

/// Compares the trees of two ends, finds what was renamed, and writes the patches.
pub(super) fn patches(
    ends: &Ends,
    pathspec: &mut Pathspecs,
    options: &DiffOptions,
    workers: &mut Workers,
) -> Result<RangeDiff, GitError> {
    let TreeDifferences {
        mut differences,
        head_paths,
        base_attributes,
        head_attributes,
    } = trees::compare(
        workers.objects(),
        ends.base.tree,
        ends.head.tree,
        Listing::Head,
    )?;
    if !pathspec.is_all() {
        differences.retain(|difference| pathspec.matches(&difference.path));
    }
    let mut warnings = Vec::new();
    // Every old and new path is one of these, so every relevant attributes file is read.
    let paths: Vec<_> = differences.iter().map(|d| &d.path).collect();
    let mut read = |files| AttributeTree::read(workers.objects(), files, &paths, &mut warnings);
    let (base_tree, head_tree) = (read(&base_attributes)?, read(&head_attributes)?);
    workers.enter(Stage::Renames)?;
    let policy = Policy {
        minimum: u64::from(options.rename_threshold.min(100)) * MAX_SCORE / 100,
        limit: options.rename_limit,
    };
    let pairs = renames::find(differences, policy, workers, &mut warnings)?;

    workers.enter(Stage::Patches)?;
    // The trees of attributes stay in this thread.
    let attributes = pairs
        .iter()
        .map(|pair| {
            let path = pair.path();
            let source = pair.old.as_ref().map_or(path, |side| &side.path);
            let mut head = head_tree.of(path);
            if source != path {
                // As for git: the rule of the old name, if that has one.
                head.language = head_tree.of(source).language.or(head.language);
            }
            (base_tree.of(source), head)
        })
        .collect();
    let writer = PatchWriter {
        control: workers.control().clone(),
        style: Style {
            context: options.context,
        },
        attributes,
        head_paths: &head_paths,
    };
    let mut spools: Vec<(usize, Spool)> = (0..workers.threads())
        .map(|thread| (thread, Spool::new(SPOOL_BYTES)))
        .collect();
    let made = workers.map_with(&mut spools, pairs.len(), |objects, (thread, spool), at| {
        let (change, place) = writer.make(objects, &pairs, at, spool)?;
        Ok((change, (*thread, place)))
    })?;
    let (changes, places): (Vec<_>, Vec<_>) = made.into_iter().unzip();
    let spools = spools.into_iter().map(|(_, spool)| spool).collect();
    Ok(RangeDiff {
        changes,
        tree: head_paths,
        source: Spooled::new(spools, places),
        warnings,
    })
}

/// Writes patches. Has everything that a patch depends on, except its pair.
struct PatchWriter<'a> {
    control: Control,
    style: Style,
    /// Of each pair, at the base and at the head.
    attributes: Vec<(Attributes, Attributes)>,
    /// Sorted.
    head_paths: &'a [RepoPath],
}

impl PatchWriter<'_> {
    /// Writes a pair's patch; returns the change and where the patch is stored.
    fn make(
        &self,
        objects: &Objects,
        pairs: &[FilePair],
        at: usize,
        spool: &mut Spool,
    ) -> Result<(Change, ByteRange), GitError> {
        let pair = &pairs[at];
        let path = pair.path();
        let source = pair.old.as_ref().map_or(path, |side| &side.path);
        let (base, head) = self.attributes[at];
        let treatment = Treatment {
            diff: if base.diff == head.diff {
                head.diff
            } else {
                DiffAttribute::Unspecified
            },
            function: FunctionRule::of(head.language),
            says_mode: self.leaves_to_folder(pair),
        };
        let (place, summary) = spool.add(|out| self.write(objects, pair, treatment, out))?;
        let mode = |entry: FileEntry| entry.mode;
        let old_mode = pair.old.as_ref().map(|side| mode(side.entry));
        let new_mode = pair.new.as_ref().map(|side| mode(side.entry));
        let kind = match (old_mode, new_mode) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Deleted,
            (Some(old), Some(new)) if old.kind() != new.kind() => ChangeKind::Typechange,
            _ if pair.similarity.is_some() => ChangeKind::Renamed,
            _ => ChangeKind::Modified,
        };
        let change = Change {
            path: path.clone(),
            old_path: (kind == ChangeKind::Renamed).then(|| source.clone()),
            kind,
            old_mode,
            new_mode,
            binary: summary.binary,
            additions: summary.additions,
            deletions: summary.deletions,
            bytes: place.length(),
            hunks: summary.hunks,
            base_attributes: base.public(summary.old_says_generated),
            head_attributes: head.public(summary.new_says_generated),
        };
        Ok((change, place))
    }

    /// Writes a pair's text. libgit2 cannot be interrupted, so a thread of its own writes a large pair, and is
    /// abandoned when the work is cancelled.
    fn write(
        &self,
        objects: &Objects,
        pair: &FilePair,
        treatment: Treatment,
        out: &mut Vec<u8>,
    ) -> Result<Summary, GitError> {
        if !self.control.can_cancel() || content_size(objects, pair)? < LARGE_PAIR {
            return write::write(objects, pair, self.style, treatment, out);
        }
        let (objects, pair, style) = (objects.same_database(), pair.clone(), self.style);
        let (send, receive) = mpsc::channel();
        let thread = thread::Builder::new().spawn(move || {
            let mut text = Vec::new();
            let summary = write::write(&objects, &pair, style, treatment, &mut text);
            // There is no receiver any more if the work was cancelled.
            let _ = send.send(summary.map(|summary| (text, summary)));
        })?;
        loop {
            match receive.recv_timeout(PATIENCE) {
                Ok(written) => {
                    let (text, summary) = written?;
                    out.extend_from_slice(&text);
                    return Ok(summary);
                }
                Err(RecvTimeoutError::Timeout) => self.control.check()?,
                // Propagate the thread's panic.
                Err(RecvTimeoutError::Disconnected) => match thread.join() {
                    Ok(()) => return Err(Cancelled.into()),
                    Err(panic) => std::panic::resume_unwind(panic),
                },
            }
        }
    }

    /// Whether a symbolic link is renamed and its old path is a folder at the head.
    fn leaves_to_folder(&self, pair: &FilePair) -> bool {
        let moved = pair.old.as_ref().filter(|_| pair.similarity.is_some());
        let Some(old) = moved.filter(|old| old.entry.mode == Mode::SYMLINK) else {
            return false;
        };
        let folder = [old.path.as_bytes(), b"/"].concat();
        let paths = self.head_paths;
        let at = paths.partition_point(|path| path.as_bytes() < &folder[..]);
        paths
            .get(at)
            .is_some_and(|path| path.as_bytes().starts_with(&folder))
    }
}

/// Bytes of content that a patch is made from.
fn content_size(objects: &Objects, pair: &FilePair) -> Result<u64, GitError> {
    let files = [&pair.old, &pair.new].into_iter().flatten();
    let files = files.filter(|side| side.entry.mode != Mode::SUBMODULE);
    let sizes = files.map(|side| objects.blob_size(side.entry.id, &side.path));
    sizes.sum()
}
