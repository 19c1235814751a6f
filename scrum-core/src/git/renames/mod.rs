//! Rename detection: which added file is a deleted one under a new name.
//!
//! The rules are git's (`diffcore-rename`, as `git diff -M` runs it), so that both find the same pairs:
//!
//! 1. The same content id. Of several sources, the first with the same file name, else the first.
//! 2. A file name that exactly one deleted and one added file have, at 75 %.
//! 3. Every remaining deleted file against every added one, best scores first, at 50 %; skipped if there are more
//!    than 1000 × 1000 pairs.
//!
//! Only regular files are compared by content; symbolic links and submodules only by id. A type change is neither
//! source nor target. libgit2's rename detection is not used: its limit counts sources per target, so that a large
//! range takes minutes.

mod similarity;

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};

use git2::Oid;

pub(super) use similarity::MAX_SCORE;

use similarity::{Collection, Signature, sizes_too_far};

use super::error::GitError;
use super::pair::{FilePair, FileVersion};
use super::trees::{FileDifference, FileEntry};
use super::workers::Workers;
use crate::change::Mode;
use crate::path::RepoPath;

/// How many sources with the same content a target considers.
const MAX_IDENTICAL: usize = 100;

/// How many sources a target remembers.
const CANDIDATES: usize = 4;

/// What counts as a rename.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    /// The minimum score.
    pub(super) minimum: u64,
    /// Sources × targets may be at most the square of this.
    pub(super) limit: usize,
}

/// Finds the renames among differences sorted by path. The result is also sorted by path.
///
/// A warning says what was left out.
pub(super) fn find(
    differences: Vec<FileDifference>,
    policy: Policy,
    workers: &mut Workers,
    warnings: &mut Vec<String>,
) -> Result<Vec<FilePair>, GitError> {
    let (mut sources, mut targets) = (Vec::new(), Vec::new());
    for (at, difference) in differences.iter().enumerate() {
        match (difference.old, difference.new) {
            (Some(entry), None) => sources.push(RenameCandidate::new(at, difference, entry)),
            (None, Some(entry)) => targets.push(RenameCandidate::new(at, difference, entry)),
            _ => {}
        }
    }
    let mut search = RenameSearch {
        sources,
        targets,
        policy,
        found: Vec::new(),
    };
    search.exact();
    if policy.minimum < MAX_SCORE {
        search.by_file_name(workers)?;
        search.by_content(workers, warnings)?;
    }
    let found: Vec<_> = search
        .found
        .iter()
        .map(|&(source, target, score)| {
            let (source, target) = (&search.sources[source], &search.targets[target]);
            (source.at, target.at, score)
        })
        .collect();
    drop(search);
    Ok(join(differences, &found))
}

/// Replaces additions by the renames found.
fn join(differences: Vec<FileDifference>, found: &[(usize, usize, u64)]) -> Vec<FilePair> {
    let mut pairs: Vec<Option<FilePair>> = differences
        .into_iter()
        .map(|FileDifference { path, old, new }| {
            let side = |entry| FileVersion {
                path: path.clone(),
                entry,
            };
            Some(FilePair {
                old: old.map(side),
                new: new.map(side),
                similarity: None,
            })
        })
        .collect();
    for &(source, target, score) in found {
        let source = pairs[source].take().and_then(|pair| pair.old);
        if let Some(target) = &mut pairs[target] {
            target.old = source;
            target.similarity = Some(score * 100 / MAX_SCORE);
        }
    }
    pairs.into_iter().flatten().collect()
}

struct RenameCandidate<'a> {
    /// Index into the differences.
    at: usize,
    path: &'a RepoPath,
    entry: FileEntry,
    paired: bool,
}

impl<'a> RenameCandidate<'a> {
    fn new(at: usize, difference: &'a FileDifference, entry: FileEntry) -> Self {
        Self {
            at,
            path: &difference.path,
            entry,
            paired: false,
        }
    }

    fn is_file(&self) -> bool {
        self.entry.mode.kind() == Mode::FILE.kind()
    }
}

struct RenameSearch<'a> {
    sources: Vec<RenameCandidate<'a>>,
    targets: Vec<RenameCandidate<'a>>,
    policy: Policy,
    /// Source, target, score.
    found: Vec<(usize, usize, u64)>,
}

impl RenameSearch<'_> {
    fn pair(&mut self, source: usize, target: usize, score: u64) {
        self.sources[source].paired = true;
        self.targets[target].paired = true;
        self.found.push((source, target, score));
    }

    fn exact(&mut self) {
        let mut by_id: HashMap<Oid, VecDeque<usize>> = HashMap::new();
        for (index, source) in self.sources.iter().enumerate() {
            by_id.entry(source.entry.id).or_default().push_back(index);
        }
        for target in 0..self.targets.len() {
            let wanted = &self.targets[target];
            let Some(same) = by_id.get_mut(&wanted.entry.id) else {
                continue;
            };
            let fits = |source: &RenameCandidate<'_>| {
                source.is_file() && wanted.is_file() || source.entry.mode == wanted.entry.mode
            };
            let near = same.iter().take(MAX_IDENTICAL).enumerate();
            let best = near
                .filter(|&(_, &source)| fits(&self.sources[source]))
                .min_by_key(|&(at, &source)| {
                    let named = self.sources[source].path.file_name() == wanted.path.file_name();
                    (Reverse(named), at)
                })
                .map(|(at, _)| at);
            // Removed near the front of a deque, so that a thousand equal files do not need a thousand full searches.
            if let Some(source) = best.and_then(|at| same.remove(at)) {
                self.pair(source, target, MAX_SCORE);
            }
        }
    }

    fn by_file_name(&mut self, workers: &mut Workers) -> Result<(), GitError> {
        let minimum = self.policy.minimum + (MAX_SCORE - self.policy.minimum) / 2;
        let sources = unique_names(&self.sources);
        let targets = unique_names(&self.targets);
        let mut pairs: Vec<(usize, usize)> = sources
            .iter()
            .filter_map(|(name, source)| Some(((*source)?, (*targets.get(name)?)?)))
            .filter(|&(s, t)| self.sources[s].is_file() && self.targets[t].is_file())
            .collect();
        pairs.sort_unstable();
        let (all_sources, all_targets) = (&self.sources, &self.targets);
        let scores = workers.map(pairs.len(), |objects, at| {
            let (source, target) = (&all_sources[pairs[at].0], &all_targets[pairs[at].1]);
            let size = |c: &RenameCandidate<'_>| objects.blob_size(c.entry.id, c.path);
            if sizes_too_far(size(source)?, size(target)?, minimum) {
                return Ok(0);
            }
            Ok(signature(objects, source)?.score(&signature(objects, target)?))
        })?;
        for (&(source, target), score) in pairs.iter().zip(scores) {
            if score >= minimum {
                self.pair(source, target, score);
            }
        }
        Ok(())
    }

    fn by_content(
        &mut self,
        workers: &mut Workers,
        warnings: &mut Vec<String>,
    ) -> Result<(), GitError> {
        let left = |all: &[RenameCandidate<'_>]| -> Vec<usize> {
            (0..all.len()).filter(|&at| !all[at].paired).collect()
        };
        let (sources, targets) = (left(&self.sources), left(&self.targets));
        let pairs = sources.len().saturating_mul(targets.len());
        if pairs > self.policy.limit.saturating_mul(self.policy.limit) {
            warnings.push(format!(
                "rename detection was limited: {} deleted and {} added files were not compared for similarity",
                sources.len(),
                targets.len(),
            ));
            return Ok(());
        }
        if pairs == 0 {
            return Ok(());
        }
        let minimum = self.policy.minimum;
        let (all_sources, all_targets) = (&self.sources, &self.targets);
        let size = |objects: &super::objects::Objects, candidate: &RenameCandidate<'_>| {
            if candidate.is_file() {
                let size = objects.blob_size(candidate.entry.id, candidate.path)?;
                Ok(Some(size))
            } else {
                Ok(None)
            }
        };
        let source_sizes = workers.map(sources.len(), |objects, at| {
            size(objects, &all_sources[sources[at]])
        })?;
        let target_sizes = workers.map(targets.len(), |objects, at| {
            size(objects, &all_targets[targets[at]])
        })?;
        let may_match = |a: Option<u64>, b: Option<u64>| {
            a.zip(b).is_some_and(|(a, b)| !sizes_too_far(a, b, minimum))
        };
        let source_signatures = workers.map(sources.len(), |objects, at| {
            let size = source_sizes[at];
            if target_sizes.iter().any(|&target| may_match(size, target)) {
                signature(objects, &all_sources[sources[at]])
            } else {
                Ok(Signature::default())
            }
        })?;
        let collection = Collection::new(&source_signatures);
        drop(source_signatures);
        let rows = workers.map(targets.len(), |objects, row| {
            let target = &all_targets[targets[row]];
            let fits = |column: usize| may_match(source_sizes[column], target_sizes[row]);
            let scores = if (0..sources.len()).any(fits) {
                collection.scores(&signature(objects, target)?)
            } else {
                Vec::new()
            };
            let mut best = Best::default();
            for (column, &source) in sources.iter().enumerate() {
                let score = scores.get(column).copied().filter(|_| fits(column));
                best.record(Score {
                    score: score.unwrap_or(0),
                    same_name: all_sources[source].path.file_name() == target.path.file_name(),
                    source,
                    target: targets[row],
                });
            }
            Ok(best.0)
        })?;
        let mut scores: Vec<Score> = rows.into_iter().flatten().flatten().collect();
        // A stable sort, as in git: equal scores stay in the order of targets.
        scores.sort_by_key(|score| Reverse(score.rank()));
        for score in scores {
            let free = !self.sources[score.source].paired && !self.targets[score.target].paired;
            if free && score.score >= minimum {
                self.pair(score.source, score.target, score.score);
            }
        }
        Ok(())
    }
}

/// For each file name the only unpaired file with it, or `None` if there are several.
fn unique_names<'a>(candidates: &[RenameCandidate<'a>]) -> HashMap<&'a [u8], Option<usize>> {
    let mut names = HashMap::new();
    for (index, candidate) in candidates.iter().enumerate().filter(|(_, c)| !c.paired) {
        names
            .entry(candidate.path.file_name())
            .and_modify(|bearer| *bearer = None)
            .or_insert(Some(index));
    }
    names
}

fn signature(
    objects: &super::objects::Objects,
    candidate: &RenameCandidate<'_>,
) -> Result<Signature, GitError> {
    let blob = objects.blob(candidate.entry.id, candidate.path)?;
    let content = blob.content();
    Ok(Signature::new(
        content,
        !super::write::looks_binary(content),
    ))
}

#[derive(Debug, Clone, Copy)]
struct Score {
    score: u64,
    same_name: bool,
    source: usize,
    target: usize,
}

impl Score {
    fn rank(&self) -> (u64, bool) {
        (self.score, self.same_name)
    }
}

/// The best sources of one target, in the same slots as in git: their order decides ties.
#[derive(Debug, Default)]
struct Best([Option<Score>; CANDIDATES]);

impl Best {
    fn record(&mut self, score: Score) {
        let rank = |slot: &Option<Score>| slot.as_ref().map(Score::rank);
        // The first of the worst slots; an empty one is the worst.
        let worst = self.0.iter_mut().min_by_key(|slot| rank(slot));
        if let Some(slot) = worst.filter(|slot| rank(slot) < Some(score.rank())) {
            *slot = Some(score);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(value: u64, same_name: bool, source: usize) -> Score {
        Score {
            score: value,
            same_name,
            source,
            target: 0,
        }
    }

    #[test]
    fn the_best_four_are_kept() {
        let mut best = Best::default();
        for (source, value) in [10, 50, 30, 20, 40, 5, 50].into_iter().enumerate() {
            best.record(score(value, false, source));
        }
        let kept: Vec<_> = best.0.iter().flatten().map(|s| s.source).collect();
        // 10 gave way to 40, then 20 to the second 50.
        assert_eq!(kept, [4, 1, 2, 6]);
    }

    #[test]
    fn equal_scores_stay_and_a_name_decides() {
        let mut best = Best::default();
        for source in 0..5 {
            best.record(score(7, false, source));
        }
        best.record(score(7, true, 9));
        let kept: Vec<_> = best.0.iter().flatten().map(|s| s.source).collect();
        assert_eq!(kept, [9, 1, 2, 3]);
    }

    fn difference(path: &str, old: Option<(Mode, u8)>, new: Option<(Mode, u8)>) -> FileDifference {
        let entry = |(mode, id): (Mode, u8)| FileEntry {
            mode,
            id: Oid::from_bytes(&[id; 20]).unwrap(),
        };
        FileDifference {
            path: path.into(),
            old: old.map(entry),
            new: new.map(entry),
        }
    }

    fn exact(differences: Vec<FileDifference>) -> Vec<(String, String)> {
        let policy = Policy {
            minimum: MAX_SCORE,
            limit: 1000,
        };
        find(differences, policy, &mut Workers::none(), &mut Vec::new())
            .unwrap()
            .into_iter()
            .filter(|pair| pair.similarity == Some(100))
            .filter_map(|pair| Some((pair.old?.path.display(), pair.new?.path.display())))
            .collect()
    }

    #[test]
    fn equal_content_prefers_the_same_name() {
        let (file, one) = (Mode::FILE, 1);
        let found = exact(vec![
            difference("a/x", Some((file, one)), None),
            difference("a/y", Some((file, one)), None),
            difference("b/y", None, Some((Mode::EXECUTABLE, one))),
            difference("b/z", None, Some((file, one))),
        ]);
        let expected = [("a/y", "b/y"), ("a/x", "b/z")];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn types_do_not_mix_and_type_changes_stay() {
        let found = exact(vec![
            difference("changed", Some((Mode::FILE, 1)), Some((Mode::SYMLINK, 2))),
            difference("gone", Some((Mode::SYMLINK, 3)), None),
            difference("new-file", None, Some((Mode::FILE, 3))),
            difference("new-link", None, Some((Mode::SYMLINK, 3))),
            difference("new-of-changed", None, Some((Mode::FILE, 1))),
        ]);
        assert_eq!(found, [("gone".to_owned(), "new-link".to_owned())]);
    }

    #[test]
    fn many_equal_files_take_no_quadratic_time() {
        let many = 20_000;
        let mut all = Vec::new();
        for at in 0..many {
            let path = format!("old/{at:05}");
            all.push(difference(&path, Some((Mode::FILE, 1)), None));
        }
        for at in 0..many {
            let path = format!("older/{at:05}");
            all.push(difference(&path, None, Some((Mode::FILE, 1))));
        }
        // Quadratic time would be minutes.
        assert_eq!(exact(all).len(), many);
    }
}
