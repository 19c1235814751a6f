//! Which folder encloses a path: lookups over a set of folders, without a scan of all parents of every path.

use std::cmp::Ordering;

/// Orders paths so that everything inside a folder directly follows the folder itself: as bytes, with `/` before
/// every other byte.
pub(crate) fn tree_order(left: &[u8], right: &[u8]) -> Ordering {
    let same = common_length(left, right);
    match (left.get(same), right.get(same)) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(a), Some(b)) => (*a != b'/', a).cmp(&(*b != b'/', b)),
    }
}

/// Whether `folder` is `path` or encloses it. The empty path is the top folder.
pub(crate) fn encloses(folder: &[u8], path: &[u8]) -> bool {
    folder.is_empty()
        || path.starts_with(folder) && matches!(path.get(folder.len()), None | Some(b'/'))
}

/// Bytes that two paths have in common at their start.
pub(crate) fn common_length(left: &[u8], right: &[u8]) -> usize {
    left.iter().zip(right).take_while(|(a, b)| a == b).count()
}

/// Folders with a value each, asked for the innermost one around a path.
#[derive(Debug, Clone)]
pub(crate) struct FolderIndex<T> {
    folders: Vec<(Vec<u8>, T)>,
    /// Index of the next outer folder of each, in the same order.
    outer: Vec<Option<usize>>,
}

impl<T> FolderIndex<T> {
    /// Of folders named twice the first stays.
    pub(crate) fn new(folders: impl IntoIterator<Item = (Vec<u8>, T)>) -> Self {
        let mut folders: Vec<_> = folders.into_iter().collect();
        folders.sort_by(|(left, _), (right, _)| tree_order(left, right));
        folders.dedup_by(|(later, _), (earlier, _)| later == earlier);
        let mut outer = Vec::with_capacity(folders.len());
        let mut open: Vec<usize> = Vec::new();
        for (at, (folder, _)) in folders.iter().enumerate() {
            while open
                .last()
                .is_some_and(|last| !encloses(&folders[*last].0, folder))
            {
                open.pop();
            }
            outer.push(open.last().copied());
            open.push(at);
        }
        Self { folders, outer }
    }

    /// The innermost folder that is `path` or encloses it.
    pub(crate) fn innermost(&self, path: &[u8]) -> Option<(&[u8], &T)> {
        let after = self
            .folders
            .partition_point(|(folder, _)| tree_order(folder, path) != Ordering::Greater);
        let mut at = after.checked_sub(1)?;
        // An enclosing folder is the neighbour or encloses it, so what both share bounds its length.
        let shared = common_length(&self.folders[at].0, path);
        loop {
            let (folder, value) = &self.folders[at];
            if folder.len() <= shared && encloses(folder, path) {
                return Some((folder, value));
            }
            at = self.outer[at]?;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_folder_is_followed_by_its_inside() {
        let mut paths = ["a-b", "a", "a/z", "a.c", "a/b/c", "a/b"].map(str::as_bytes);
        paths.sort_by(|left, right| tree_order(left, right));
        assert_eq!(
            paths,
            ["a", "a/b", "a/b/c", "a/z", "a-b", "a.c"].map(str::as_bytes)
        );
    }

    proptest! {
        #[test]
        fn the_innermost_folder_is_the_longest_that_encloses(
            folders in prop::collection::vec("[ab.]{1,2}(/[ab.]{1,2}){0,4}", 0..20),
            path in "[ab.]{1,2}(/[ab.]{1,2}){0,5}",
        ) {
            let index = FolderIndex::new(folders.iter().map(|folder| (folder.clone().into_bytes(), ())));
            let expected = folders
                .iter()
                .filter(|folder| encloses(folder.as_bytes(), path.as_bytes()))
                .max_by_key(|folder| folder.len());
            let found = index.innermost(path.as_bytes()).map(|(folder, ())| folder);
            prop_assert_eq!(found, expected.map(String::as_bytes));
        }
    }
}
