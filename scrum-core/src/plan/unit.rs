//! Changes that only apply together.
//!
//! Takes the changes of a range; gives groups of them, by index. Before it: [`component`](crate::plan::component); after
//! it: [`exclude`](crate::plan::exclude).
//!
//! Bundles are applied one after the other, so two changes may be in different bundles only if neither touches what the
//! other one needs. A unit is formed by changes that share a path (a rename or copy source that is also edited, two
//! copies of one source, a path that one change leaves and another takes), by changes of which one's path is a folder
//! of the other's (a file that becomes a folder, or the reverse), and by chains of both.

use crate::change::Change;
use crate::plan::folder_index::{encloses, tree_order};

/// The units of a change list. A change that depends on no other is a unit of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Units {
    /// Indices of the members of each unit, ascending; units ordered by their first member.
    members: Vec<Vec<usize>>,
    /// The unit of each change.
    of: Vec<usize>,
}

impl Units {
    /// Finds the units. Apart from one sort, the time grows with the length of all paths.
    pub fn find(changes: &[Change]) -> Self {
        let mut paths: Vec<(&[u8], usize)> = Vec::with_capacity(changes.len());
        for (index, change) in changes.iter().enumerate() {
            paths.push((change.path.as_bytes(), index));
            if let Some(old) = &change.old_path {
                paths.push((old.as_bytes(), index));
            }
        }
        paths.sort_by(|(left, a), (right, b)| tree_order(left, right).then(a.cmp(b)));

        let mut sets = DisjointSets::new(changes.len());
        // The paths that are equal to the current one or enclose it. One tree has no file inside a file, so one
        // path inside another is always the old path of one change and the new path of another.
        let mut open: Vec<(&[u8], usize)> = Vec::new();
        for &(path, index) in &paths {
            while open.last().is_some_and(|(outer, _)| !encloses(outer, path)) {
                open.pop();
            }
            // Those further out are already joined with the last.
            if let Some((last, joined)) = open.last().copied() {
                sets.join(joined, index);
                if last == path {
                    continue;
                }
            }
            open.push((path, index));
        }

        let mut unit_of_root = vec![usize::MAX; changes.len()];
        let mut members: Vec<Vec<usize>> = Vec::new();
        let mut of = Vec::with_capacity(changes.len());
        for index in 0..changes.len() {
            let root = sets.root(index);
            if unit_of_root[root] == usize::MAX {
                unit_of_root[root] = members.len();
                members.push(Vec::new());
            }
            members[unit_of_root[root]].push(index);
            of.push(unit_of_root[root]);
        }
        Self { members, of }
    }

    /// The members of each unit.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[usize]> {
        self.members.iter().map(Vec::as_slice)
    }

    /// The members of the unit that a change belongs to, itself included.
    pub fn of(&self, change: usize) -> &[usize] {
        &self.members[self.of[change]]
    }
}

struct DisjointSets {
    parent: Vec<usize>,
}

impl DisjointSets {
    fn new(len: usize) -> Self {
        Self {
            parent: (0..len).collect(),
        }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.root(left), self.root(right));
        // The smaller index leads, so that the result does not depend on the order of joins.
        self.parent[left.max(right)] = left.min(right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::ChangeKind;
    use crate::plan::fixture::change;

    fn units(changes: &[Change]) -> Vec<Vec<usize>> {
        Units::find(changes).iter().map(<[usize]>::to_vec).collect()
    }

    fn renamed(from: &str, to: &str) -> Change {
        let mut change = change(to, ChangeKind::Renamed, 10);
        change.old_path = Some(from.into());
        change
    }

    #[test]
    fn a_file_that_becomes_a_folder_takes_everything_inside_along() {
        let changes = [
            change("a", ChangeKind::Deleted, 1),
            change("a-b", ChangeKind::Modified, 1),
            change("a/x", ChangeKind::Added, 1),
            change("a/y/z", ChangeKind::Added, 1),
            change("b", ChangeKind::Modified, 1),
        ];
        assert_eq!(units(&changes), [vec![0, 2, 3], vec![1], vec![4]]);
    }

    #[test]
    fn components_that_trade_file_and_folder_are_one_chain() {
        // `left` was a file and is a folder now, `right` the reverse, by renames.
        let changes = [
            renamed("right/x", "left/x"),
            change("other", ChangeKind::Modified, 1),
            renamed("left", "right"),
        ];
        assert_eq!(units(&changes), [vec![0, 2], vec![1]]);
    }

    #[test]
    fn shared_paths_join() {
        let mut copy = change("c", ChangeKind::Copied, 1);
        copy.old_path = Some("a".into());
        let mut second = change("d", ChangeKind::Copied, 1);
        second.old_path = Some("a".into());
        let changes = [
            change("a", ChangeKind::Modified, 1),
            copy,
            second,
            renamed("f", "e"),
            renamed("g", "f"),
            renamed("h", "i"),
        ];
        assert_eq!(units(&changes), [vec![0, 1, 2], vec![3, 4], vec![5]]);
    }

    #[test]
    fn neighbours_in_name_are_not_inside() {
        let changes = [
            change("lib", ChangeKind::Deleted, 1),
            change("lib.rs", ChangeKind::Added, 1),
            change("lib2/x", ChangeKind::Added, 1),
        ];
        assert_eq!(units(&changes).len(), 3);
    }
}
