//! Divides a found component at its sub-folders until each piece fits or is one folder.

use crate::plan::folder_index::common_length;

/// A unit, as far as dividing needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnitItem<'a> {
    /// The path that decides where the unit goes.
    pub(crate) path: &'a [u8],
    /// Members, as indices of changes.
    pub(crate) changes: &'a [usize],
    /// Bytes of their patches.
    pub(crate) bytes: u64,
}

/// Units below one folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FolderGroup<'a> {
    pub(crate) folder: Vec<u8>,
    pub(crate) items: Vec<UnitItem<'a>>,
}

impl FolderGroup<'_> {
    pub(crate) fn bytes(&self) -> u64 {
        self.items.iter().map(|item| item.bytes).sum()
    }
}

/// Divides `group` at its sub-folders, and these at theirs, while they are larger than `limit`. Files directly in a folder
/// stay together under that folder's name. A folder whose only content is one sub-folder is replaced by that. If that
/// leaves a single group, it keeps its name and is not packed.
pub(crate) fn divide(mut group: FolderGroup<'_>, limit: u64) -> Vec<FolderGroup<'_>> {
    group.items.sort_by(|left, right| left.path.cmp(right.path));
    let whole = group.folder.clone();
    let mut done: Vec<FolderGroup<'_>> = Vec::new();
    // Paths may be very deep, so no recursion.
    let mut open = vec![group];
    while let Some(group) = open.pop() {
        if group.bytes() <= limit {
            done.push(group);
            continue;
        }
        let folder = innermost_folder(&group);
        let prefix = if folder.is_empty() {
            0
        } else {
            folder.len() + 1
        };
        let mut direct = Vec::new();
        let mut below: Vec<FolderGroup<'_>> = Vec::new();
        for item in group.items {
            let rest = &item.path[prefix..];
            let Some(end) = rest.iter().position(|byte| *byte == b'/') else {
                direct.push(item);
                continue;
            };
            let child = &item.path[..prefix + end];
            // Sorted by bytes, so all paths below one folder are neighbours.
            match below.last_mut() {
                Some(last) if last.folder == child => last.items.push(item),
                _ => below.push(FolderGroup {
                    folder: child.to_vec(),
                    items: vec![item],
                }),
            }
        }
        if !direct.is_empty() {
            done.push(FolderGroup {
                folder,
                items: direct,
            });
        }
        open.extend(below.into_iter().rev());
    }
    if let [only] = done.as_mut_slice() {
        only.folder = whole;
    }
    done
}

/// The innermost folder around all items.
fn innermost_folder(group: &FolderGroup<'_>) -> Vec<u8> {
    let (Some(first), Some(last)) = (group.items.first(), group.items.last()) else {
        return group.folder.clone();
    };
    // In a sorted list the outermost two have the least in common.
    let same = &first.path[..common_length(first.path, last.path)];
    let end = if first.path == last.path {
        first.path.iter().rposition(|byte| *byte == b'/')
    } else {
        same.iter().rposition(|byte| *byte == b'/')
    };
    same[..end.unwrap_or(0)].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(files: &[(&str, u64)], limit: u64) -> Vec<(String, u64)> {
        let items = files
            .iter()
            .map(|(path, bytes)| UnitItem {
                path: path.as_bytes(),
                changes: &[],
                bytes: *bytes,
            })
            .collect();
        let group = FolderGroup {
            folder: Vec::new(),
            items,
        };
        divide(group, limit)
            .iter()
            .map(|group| {
                (
                    String::from_utf8_lossy(&group.folder).into_owned(),
                    group.bytes(),
                )
            })
            .collect()
    }

    fn named(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
        expected
            .iter()
            .map(|(name, bytes)| ((*name).to_owned(), *bytes))
            .collect()
    }

    #[test]
    fn what_fits_stays_whole() {
        let files = [("a/x", 30), ("b/y", 30)];
        assert_eq!(folders(&files, 60), named(&[("", 60)]));
    }

    #[test]
    fn what_does_not_fit_is_divided_until_it_is_one_folder() {
        let files = [
            ("README", 5),
            ("daemon/a.go", 50),
            ("daemon/b.go", 50),
            ("daemon/graph/x.go", 20),
            ("daemon/graph/y.go", 20),
            ("daemon-old/x", 9),
            ("only/deep/down/a", 40),
            ("only/deep/down/b", 40),
        ];
        assert_eq!(
            folders(&files, 60),
            named(&[
                ("", 5),
                ("daemon-old", 9),
                ("daemon", 100),
                ("daemon/graph", 40),
                ("only/deep/down", 80)
            ])
        );
    }

    #[test]
    fn one_large_file_ends_the_way_down_and_keeps_the_name() {
        assert_eq!(folders(&[("a/b/c", 100)], 60), named(&[("", 100)]));
        assert_eq!(folders(&[("c", 100)], 60), named(&[("", 100)]));
    }

    #[test]
    fn a_very_deep_path_is_no_trouble() {
        let deep = format!("{}x", "d/".repeat(100_000));
        let deeper = format!("{}e/y", "d/".repeat(100_000));
        let files = [(deep.as_str(), 100), (deeper.as_str(), 10)];
        assert_eq!(folders(&files, 60).len(), 2);
    }
}
