//! Packs small found components into one bundle with their neighbours.
//!
//! A prompt has some kilobytes of text around its diff, so a bundle of a few lines costs more than it shows. Components that
//! somebody named are never packed, and files of different owners are never mixed.

use super::balance::balanced;
use super::group::ComponentGroup;
use crate::plan::component::ComponentKey;
use crate::plan::folder_index::common_length;

/// Names of more components than this are counted instead of listed.
const NAMED: usize = 3;

/// What may be packed together.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Pool {
    /// Found folders, and `root`.
    Folders,
    /// The files of these owners.
    Owners(String),
}

/// `None` for a component that somebody named.
fn pool(key: &ComponentKey) -> Option<Pool> {
    match key {
        ComponentKey::Rule(_) | ComponentKey::Named(_) => None,
        ComponentKey::Root | ComponentKey::Folder(_) => Some(Pool::Folders),
        ComponentKey::Owners(owners) => Some(Pool::Owners(owners.clone())),
    }
}

/// Packs the groups that are not above `limit` into bundles of at most `limit` bytes: neighbours in the order of bundles,
/// skipping larger ones between them. A packed group takes the place of its first member.
pub(super) fn pack(groups: Vec<ComponentGroup>, limit: u64) -> Vec<ComponentGroup> {
    let mut pools: Vec<(Pool, Vec<(usize, ComponentGroup)>)> = Vec::new();
    let mut placed: Vec<(usize, ComponentGroup)> = Vec::with_capacity(groups.len());
    for (at, group) in groups.into_iter().enumerate() {
        match pool(&group.key).filter(|_| group.bytes <= limit) {
            None => placed.push((at, group)),
            Some(pool) => match pools.iter_mut().find(|(known, _)| *known == pool) {
                Some((_, members)) => members.push((at, group)),
                None => pools.push((pool, vec![(at, group)])),
            },
        }
    }
    for (_, members) in pools {
        let sizes: Vec<u64> = members.iter().map(|(_, group)| group.bytes).collect();
        let folders: Vec<&[u8]> = members
            .iter()
            .map(|(_, group)| group.folder.as_slice())
            .collect();
        // Folders that share parents belong together.
        let price = |end: usize| 400 * shared_parents(folders[end - 1], folders[end]).min(3) as u64;
        let ends = balanced(&sizes, limit, price);
        let mut members = members.into_iter();
        let mut start = 0;
        for end in ends {
            placed.extend(join(members.by_ref().take(end - start)));
            start = end;
        }
    }
    placed.sort_by_key(|(at, _)| *at);
    placed.into_iter().map(|(_, group)| group).collect()
}

/// Number of leading folders that two folders have in common.
fn shared_parents(left: &[u8], right: &[u8]) -> usize {
    let shared = common_length(left, right);
    let whole = |folder: &[u8]| matches!(folder.get(shared), None | Some(b'/'));
    let slashes = left[..shared].iter().filter(|byte| **byte == b'/').count();
    slashes + usize::from(shared > 0 && whole(left) && whole(right))
}

/// One group of several, at the place of the first.
fn join(members: impl Iterator<Item = (usize, ComponentGroup)>) -> Option<(usize, ComponentGroup)> {
    let mut members = members.peekable();
    let (at, mut joined) = members.next()?;
    if members.peek().is_none() {
        return Some((at, joined));
    }
    let mut names = vec![joined.component];
    for (_, group) in members {
        joined.bytes += group.bytes;
        joined.changes.extend(group.changes);
        names.push(group.component);
    }
    joined.changes.sort_unstable();
    joined.component = name(&names);
    joined.packed = names;
    Some((at, joined))
}

/// The name of a packed bundle: its components' names, of which all but the first leave out the folder that all share.
fn name(names: &[String]) -> String {
    let Some((first, rest)) = names.split_first() else {
        return String::new();
    };
    if rest.len() >= NAMED {
        return format!("{first}+{} more", rest.len());
    }
    let shared = rest
        .iter()
        .map(|name| common_length(first.as_bytes(), name.as_bytes()))
        .min()
        .unwrap_or(0);
    let folder = first.as_bytes()[..shared]
        .iter()
        .rposition(|byte| *byte == b'/')
        .map_or(0, |slash| slash + 1);
    let rest: Vec<&str> = rest.iter().map(|name| &name[folder..]).collect();
    format!("{first}+{}", rest.join("+"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, key: ComponentKey, bytes: u64) -> ComponentGroup {
        ComponentGroup {
            component: name.into(),
            key,
            folder: name.into(),
            packed: Vec::new(),
            bytes,
            changes: Vec::new(),
        }
    }

    fn folder(name: &str, bytes: u64) -> ComponentGroup {
        group(name, ComponentKey::Folder(name.into()), bytes)
    }

    fn packed(groups: Vec<ComponentGroup>, limit: u64) -> Vec<(String, u64, usize)> {
        let packed = pack(groups, limit);
        let shown = packed
            .into_iter()
            .map(|group| (group.component, group.bytes, group.packed.len()));
        shown.collect()
    }

    fn row(name: &str, bytes: u64, packed: usize) -> (String, u64, usize) {
        (name.to_owned(), bytes, packed)
    }

    #[test]
    fn small_neighbours_join_and_large_ones_are_passed_over() {
        let groups = [
            ("a", 5),
            ("b", 15),
            ("c", 70),
            ("d", 18),
            ("e", 1),
            ("f", 1),
            ("g", 1),
            ("h", 1),
            ("i", 21),
        ];
        let groups = groups.map(|(name, bytes)| folder(name, bytes));
        assert_eq!(
            packed(groups.into(), 20),
            [
                row("a+b", 20, 2),
                row("c", 70, 0),
                row("d", 18, 0),
                row("e+3 more", 4, 4),
                row("i", 21, 0),
            ]
        );
    }

    #[test]
    fn folders_of_one_parent_stay_together() {
        let groups = [
            ("a/x", 6),
            ("a/y", 6),
            ("b/x", 6),
            ("b/y", 6),
            ("b/z", 6),
            ("c", 6),
        ];
        let groups = groups.map(|(name, bytes)| folder(name, bytes));
        assert_eq!(
            packed(groups.into(), 24),
            [row("a/x+y", 12, 2), row("b/x+3 more", 24, 4)]
        );
    }

    #[test]
    fn what_is_named_and_what_others_own_is_not_mixed() {
        let owned = |name, owners: &str| group(name, ComponentKey::Owners(owners.into()), 1);
        let groups = vec![
            group("rule", ComponentKey::Rule(0), 1),
            group("named", ComponentKey::Named("named".into()), 1),
            group("root", ComponentKey::Root, 1),
            folder("docs", 1),
            owned("@a", "@a"),
            owned("@a:x", "@a"),
            owned("@b", "@b"),
        ];
        assert_eq!(
            packed(groups, 20),
            [
                row("rule", 1, 0),
                row("named", 1, 0),
                row("root+docs", 2, 2),
                row("@a+@a:x", 2, 2),
                row("@b", 1, 0),
            ]
        );
    }

    #[test]
    fn a_name_says_the_common_folder_once() {
        for (names, expected) in [
            (&["a/b/x", "a/b/y"][..], "a/b/x+y"),
            (&["a/b/x", "a/c"], "a/b/x+c"),
            (&["a", "a/b"], "a+a/b"),
            (&["root", "web", "zed"], "root+web+zed"),
            (&["a/1", "a/2", "a/3", "a/4"], "a/1+3 more"),
        ] {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(name(&names), expected);
        }
    }
}
