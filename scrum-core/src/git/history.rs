//! The commits of a range, and the files that each of them touched.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use git2::{ObjectType, Oid};

use super::error::GitError;
use super::objects::{EMPTY_TREE, Objects};
use super::trees::{self, Listing};
use super::workers::Workers;
use crate::change::Change;
use crate::control::Control;
use crate::range::{BODY_BYTES, Commit};

/// For how many of the newest commits, without merges, the touched files are determined.
pub const TOUCHED_COMMITS: usize = 200;

/// How many base-only commits to visit after the last commit of the range, to tolerate clock skew (a parent with a
/// later date than its child). git continues until it is past the date of the range's oldest commit, which can take
/// longer than the whole diff if an old topic was merged late. Visiting this many is a tenth of the time for a range of
/// a few commits.
const SLOP: usize = 64;

/// The commits that are in the head's history but not in the base's.
#[derive(Debug, Default)]
pub(super) struct History {
    /// Newest first.
    pub(super) commits: Vec<CommitNode>,
    /// Whether the base is an ancestor of the head, or the head itself.
    pub(super) base_is_ancestor: bool,
}

impl History {
    pub(super) fn to_commits(&self) -> Vec<Commit> {
        self.commits
            .iter()
            .map(|node| Commit::new(node.id.to_string(), node.subject.clone(), &node.body))
            .collect()
    }
}

/// The parts of a commit that are needed.
#[derive(Debug, Clone)]
pub(super) struct CommitNode {
    pub(super) id: Oid,
    tree: Oid,
    parents: Vec<Oid>,
    time: i64,
    subject: String,
    /// The message below the subject, cut.
    body: String,
}

/// Walks from the head, newest first, until only commits of the base's history remain. Without a base, it walks to the
/// roots.
pub(super) fn walk(
    objects: &Objects,
    base: Option<Oid>,
    head: Oid,
    control: &Control,
) -> Result<History, GitError> {
    let mut walk = HistoryWalk {
        objects,
        shallow: shallow_commits(objects),
        states: HashMap::new(),
        queue: BinaryHeap::new(),
        wanted_in_queue: 0,
    };
    if let Some(base) = base {
        walk.push(base, false)?;
    }
    walk.push(head, true)?;

    let mut found = Vec::new();
    let mut slop = SLOP;
    while let Some(queued) = walk.queue.pop() {
        control.check()?;
        let wanted = walk.taken(queued.node.id);
        for &parent in &queued.node.parents {
            walk.push(parent, wanted)?;
        }
        if wanted {
            slop = SLOP;
            found.push(queued.node);
        } else if walk.wanted_in_queue == 0 {
            if slop == 0 {
                break;
            }
            slop -= 1;
        }
    }
    found.retain(|node| walk.is_wanted(node.id));
    // If the base is an ancestor of the head, it is the parent of a commit in the range.
    let base_is_ancestor = base
        .is_none_or(|base| base == head || found.iter().any(|node| node.parents.contains(&base)));
    Ok(History {
        commits: found,
        base_is_ancestor,
    })
}

struct HistoryWalk<'a> {
    objects: &'a Objects,
    shallow: HashSet<Oid>,
    /// Commits seen.
    states: HashMap<Oid, CommitState>,
    queue: BinaryHeap<Queued>,
    wanted_in_queue: usize,
}

struct CommitState {
    /// Not (yet) known to be in the base's history.
    wanted: bool,
    queued: bool,
    parents: Vec<Oid>,
}

struct Queued {
    node: CommitNode,
    /// Commits with the same second stay in the order in which they were visited.
    met: Reverse<usize>,
}

impl Queued {
    fn key(&self) -> (i64, Reverse<usize>) {
        (self.node.time, self.met)
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Queued {}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Queued {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl HistoryWalk<'_> {
    fn is_wanted(&self, id: Oid) -> bool {
        self.states.get(&id).is_some_and(|state| state.wanted)
    }

    /// Records that a commit left the queue, and returns whether it is wanted.
    fn taken(&mut self, id: Oid) -> bool {
        let Some(state) = self.states.get_mut(&id) else {
            return false;
        };
        state.queued = false;
        self.wanted_in_queue -= usize::from(state.wanted);
        state.wanted
    }

    fn push(&mut self, id: Oid, wanted: bool) -> Result<(), GitError> {
        if self.states.contains_key(&id) {
            if !wanted {
                self.unwant(id);
            }
            return Ok(());
        }
        let mut node = read(self.objects, id)?;
        if self.shallow.contains(&id) {
            node.parents.clear();
        }
        let state = CommitState {
            wanted,
            queued: true,
            parents: node.parents.clone(),
        };
        let met = Reverse(self.states.len());
        self.states.insert(id, state);
        self.wanted_in_queue += usize::from(wanted);
        self.queue.push(Queued { node, met });
        Ok(())
    }

    /// Marks a commit and its history, as far as it was visited, as part of the base's history.
    fn unwant(&mut self, id: Oid) {
        let mut left = vec![id];
        while let Some(id) = left.pop() {
            if let Some(state) = self.states.get_mut(&id)
                && state.wanted
            {
                state.wanted = false;
                self.wanted_in_queue -= usize::from(state.queued);
                left.extend(&state.parents);
            }
        }
    }
}

/// Commits at which a shallow clone's history ends: their parents are missing.
pub(super) fn shallow_commits(objects: &Objects) -> HashSet<Oid> {
    let file = objects.common_dir().join("shallow");
    std::fs::read_to_string(file)
        .unwrap_or_default()
        .lines()
        .filter_map(|line| Oid::from_str(line.trim()).ok())
        .collect()
}

fn read(objects: &Objects, id: Oid) -> Result<CommitNode, GitError> {
    objects.parse(id, ObjectType::Commit, |data| parse(id, data))
}

fn parse(id: Oid, data: &[u8]) -> Option<CommitNode> {
    let mut rest = data;
    let mut next = || {
        let (line, after) = match memchr::memchr(b'\n', rest) {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &b""[..]),
        };
        let line = (!rest.is_empty()).then_some(line);
        rest = after;
        line
    };
    let tree = oid(next()?.strip_prefix(b"tree ")?)?;
    let (mut parents, mut time) = (Vec::new(), 0);
    while let Some(line) = next().filter(|line| !line.is_empty()) {
        if let Some(parent) = line.strip_prefix(b"parent ") {
            parents.push(oid(parent)?);
        } else if let Some(committer) = line.strip_prefix(b"committer ") {
            time = seconds(committer).unwrap_or(0);
        }
    }
    let subject = std::iter::from_fn(next)
        .map(<[u8]>::trim_ascii)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    // Trailers may follow a body of the greatest length.
    let body = &rest[..rest.len().min(2 * BODY_BYTES)];
    Some(CommitNode {
        id,
        tree,
        parents,
        time,
        subject: String::from_utf8_lossy(subject).into_owned(),
        body: String::from_utf8_lossy(body).into_owned(),
    })
}

fn oid(hex: &[u8]) -> Option<Oid> {
    Oid::from_str(std::str::from_utf8(hex).ok()?).ok()
}

/// The seconds of `Name <mail> 1700000000 +0100`.
fn seconds(line: &[u8]) -> Option<i64> {
    let after = &line[memchr::memrchr(b'>', line)? + 1..];
    std::str::from_utf8(after)
        .ok()?
        .split_ascii_whitespace()
        .next()?
        .parse()
        .ok()
}

/// For the newest commits, the indices of the changes whose path or old path they touched.
pub(super) fn touched(
    commits: &[CommitNode],
    changes: &[Change],
    workers: &mut Workers,
) -> Result<Vec<Vec<usize>>, GitError> {
    let mut index = HashMap::new();
    for (at, change) in changes.iter().enumerate() {
        index.insert(change.source_path(), at);
    }
    // A path that is both an old and a new one belongs to the new.
    for (at, change) in changes.iter().enumerate() {
        index.insert(&change.path, at);
    }
    let mut plain = 0;
    let newest = commits
        .iter()
        .take_while(|commit| {
            plain += usize::from(commit.parents.len() < 2);
            plain <= TOUCHED_COMMITS
        })
        .count();
    let trees: HashMap<Oid, Oid> = commits.iter().map(|c| (c.id, c.tree)).collect();
    workers.map(newest, |objects, at| {
        let commit = &commits[at];
        let before = match commit.parents[..] {
            [] => Oid::from_str(EMPTY_TREE)?,
            [parent] => match trees.get(&parent) {
                Some(tree) => *tree,
                None => read(objects, parent)?.tree,
            },
            _ => return Ok(Vec::new()),
        };
        let compared = trees::compare(objects, before, commit.tree, Listing::Changed)?;
        let mut touched: Vec<_> = compared
            .differences
            .iter()
            .filter_map(|difference| index.get(&difference.path).copied())
            .collect();
        touched.sort_unstable();
        touched.dedup();
        Ok(touched)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_needed_of_a_commit() {
        let id = Oid::from_bytes(&[1; 20]).unwrap();
        let text = b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n\
            parent 0101010101010101010101010101010101010101\n\
            author A <a> 5 +0000\ncommitter > B <b> 1700000000 +0100\n\
            gpgsig -----BEGIN\n parent no\n -----END\n\n\n  A subject \xff\nmore\n";
        let node = parse(id, text).unwrap();
        assert_eq!(node.parents, [id]);
        assert_eq!(node.time, 1_700_000_000);
        assert_eq!(node.subject, "A subject \u{fffd}");
        assert_eq!(node.body, "more\n");
        assert!(parse(id, b"tree xyz\n").is_none());
        assert!(parse(id, b"").is_none());
    }
}
