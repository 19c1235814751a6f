//! From the two trees of a range to its changes, each with its patch.

use super::attributes::{AttributeTree, Attributes, DiffAttribute};
use super::objects::Objects;
use super::options::DiffOptions;
use super::patch::spool::{Place, Spool, Spooled};
use super::patch::{self, FunctionRule, Style, Treatment};
use super::pathspec::Pathspecs;
use super::renames::{self, FilePair, MAX_SCORE, Policy};
use super::resolve::Ends;
use super::trees::{self, Comparison, Entry, Listing};
use super::workers::Workers;
use super::{GitError, Stage};
use crate::change::{Change, ChangeKind, Mode};
use crate::path::RepoPath;

/// Patches that a thread keeps in memory before it turns to a temporary file.
const SPOOL_BYTES: usize = 1 << 20;

/// Files a thread takes from the queue at once.
const CHUNK_FILES: usize = 16;

/// What the two ends of a range differ in.
pub(super) struct Patches {
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
) -> Result<Patches, GitError> {
    let Comparison {
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
    // Every old and new path is one of these, so no attributes file that matters is left out.
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
            (base_tree.of(source), head_tree.of(path))
        })
        .collect();
    let around = Surroundings {
        style: Style {
            context: options.context,
        },
        attributes,
        head_paths: &head_paths,
    };
    let (spools, chunks) = workers.run(
        pairs.len(),
        CHUNK_FILES,
        |thread| (thread, Spool::new(SPOOL_BYTES)),
        |objects, (thread, spool), range| {
            let make = |at: usize| -> Result<_, GitError> {
                let (change, place) = around.make(objects, &pairs, at, spool)?;
                Ok((change, (*thread, place)))
            };
            range.map(make).collect::<Result<Vec<_>, _>>()
        },
    )?;
    let (changes, places): (Vec<_>, Vec<_>) = chunks.into_iter().flatten().unzip();
    let spools = spools.into_iter().map(|(_, spool)| spool).collect();
    Ok(Patches {
        changes,
        tree: head_paths,
        source: Spooled::new(spools, places),
        warnings,
    })
}

/// What a patch depends on beside its pair.
struct Surroundings<'a> {
    style: Style,
    /// Of each pair, at the base and at the head.
    attributes: Vec<(Attributes, Attributes)>,
    /// Sorted.
    head_paths: &'a [RepoPath],
}

impl Surroundings<'_> {
    /// Writes a pair's patch, and says what it changes and where the patch stands.
    fn make(
        &self,
        objects: &Objects,
        pairs: &[FilePair],
        at: usize,
        spool: &mut Spool,
    ) -> Result<(Change, Place), GitError> {
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
            function: head
                .language
                .map_or(FunctionRule::Default, FunctionRule::Language),
            says_mode: self.leaves_to_folder(pair),
        };
        let (place, summary) =
            spool.add(|out| patch::write(objects, pair, self.style, treatment, out))?;
        let mode = |entry: Entry| entry.mode;
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
            base_attributes: base.public(),
            head_attributes: head.public(),
        };
        Ok((change, place))
    }

    /// Whether a symbolic link moves away, and its old path is a folder at the head.
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
