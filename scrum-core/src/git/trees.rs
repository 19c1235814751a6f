//! Compares two trees file by file, and lists the files of the newer one.
//!
//! Sub-trees with the same id at both ends are only listed. Listing every path of the head costs little compared with
//! the patches, and lets a tally tell an unchanged file from an invented one.

use std::cmp::Ordering;

use git2::{ObjectType, Oid};

use super::error::GitError;
use super::objects::{EMPTY_TREE, Objects};
use crate::change::Mode;
use crate::path::RepoPath;

/// Deeper trees are rejected, as git does by `core.maxTreeDepth`.
const MAX_DEPTH: usize = 2048;

/// Maximum total size of all listed paths. Otherwise a few small trees that contain each other could fill any memory.
const MAX_PATH_BYTES: usize = 1 << 30;

/// A tree's entry for one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileEntry {
    pub(super) mode: Mode,
    pub(super) id: Oid,
}

/// A path whose entries differ. At least one side is present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileDifference {
    pub(super) path: RepoPath,
    pub(super) old: Option<FileEntry>,
    pub(super) new: Option<FileEntry>,
}

/// A `.gitattributes` file found on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AttributeFile {
    /// Its folder, without a trailing `/`; empty at the top.
    pub(super) folder: Vec<u8>,
    pub(super) id: Oid,
}

/// The differences of two trees.
#[derive(Debug, Default)]
pub(super) struct TreeDifferences {
    /// Sorted by path.
    pub(super) differences: Vec<FileDifference>,
    /// All files of the head, including submodules, sorted by path; empty unless requested.
    pub(super) head_paths: Vec<RepoPath>,
    /// Those of the base in a folder that changed; others do not affect changed files.
    pub(super) base_attributes: Vec<AttributeFile>,
    /// All of the head; meaningless unless the head was listed.
    pub(super) head_attributes: Vec<AttributeFile>,
}

/// Whether to walk unchanged parts of the head, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    /// Only what differs.
    Changed,
    /// All files of the head.
    Head,
}

/// Compares two trees.
pub(super) fn compare(
    objects: &Objects,
    base: Oid,
    head: Oid,
    listing: Listing,
) -> Result<TreeDifferences, GitError> {
    let mut walk = TreeWalk {
        objects,
        listing,
        path: Vec::new(),
        path_bytes: 0,
        found: TreeDifferences::default(),
    };
    walk.run(base, head)?;
    let mut found = walk.found;
    // A tree walk visits `a.c` before `a/b`, in the order of their bytes; this corrects a damaged order.
    found.differences.sort_by(|a, b| a.path.cmp(&b.path));
    found.head_paths.sort();
    Ok(found)
}

/// Looks one path up in a tree.
pub(super) fn entry_at(
    objects: &Objects,
    tree: Oid,
    path: &RepoPath,
) -> Result<Option<FileEntry>, GitError> {
    let mut id = tree;
    let mut rest = path.as_bytes();
    loop {
        let (name, below) = match memchr::memchr(b'/', rest) {
            Some(at) => (&rest[..at], Some(&rest[at + 1..])),
            None => (rest, None),
        };
        let tree = Tree::read(objects, id)?;
        let Some(entry) = tree.entries.iter().find(|e| tree.name(e) == name) else {
            return Ok(None);
        };
        match (below, entry.is_tree) {
            (None, false) => return Ok(Some(entry.file())),
            (Some(below), true) => (id, rest) = (entry.id, below),
            _ => return Ok(None),
        }
    }
}

struct TreeWalk<'a> {
    objects: &'a Objects,
    listing: Listing,
    /// The current folder, with a trailing `/` unless it is the top.
    path: Vec<u8>,
    path_bytes: usize,
    found: TreeDifferences,
}

/// A folder being walked: its entries at both ends, and the position in them.
struct Level {
    old: Tree,
    new: Tree,
    old_at: usize,
    new_at: usize,
    /// Both ends have the same id, so there is nothing to compare.
    same: bool,
    /// Length of `Walk::path` above this folder.
    parent: usize,
}

impl TreeWalk<'_> {
    fn run(&mut self, base: Oid, head: Oid) -> Result<(), GitError> {
        // An explicit stack, because the input determines the depth.
        let mut levels = Vec::new();
        levels.extend(self.enter(Some(base), Some(head), b"")?);
        while let Some(level) = levels.last_mut() {
            let old = level.old.entries.get(level.old_at);
            let new = level.new.entries.get(level.new_at);
            let order = match (old, new) {
                (None, None) => {
                    self.path.truncate(level.parent);
                    levels.pop();
                    continue;
                }
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(old), Some(new)) => level.old.sort_key(old).cmp(level.new.sort_key(new)),
            };
            let old = old.filter(|_| order != Ordering::Greater).copied();
            let new = new.filter(|_| order != Ordering::Less).copied();
            level.old_at += usize::from(old.is_some());
            level.new_at += usize::from(new.is_some());
            let same = level.same;
            let name = match (old, new) {
                (Some(old), _) => level.old.name(&old),
                (_, Some(new)) => level.new.name(&new),
                (None, None) => continue,
            };
            // Entries with the same sort key are both trees or both not.
            if old.or(new).is_some_and(|entry| entry.is_tree) {
                let new = new.map(|e| e.id);
                let old = if same { new } else { old.map(|e| e.id) };
                let below = self.enter(old, new, name)?;
                if levels.len() >= MAX_DEPTH {
                    return Err(GitError::TreeTooLarge {
                        what: "more than 2048 nested folders",
                    });
                }
                levels.extend(below);
            } else {
                self.file(name, old, new, same)?;
            }
        }
        Ok(())
    }

    fn enter(
        &mut self,
        old: Option<Oid>,
        new: Option<Oid>,
        name: &[u8],
    ) -> Result<Option<Level>, GitError> {
        let same = old == new;
        if same && self.listing == Listing::Changed {
            return Ok(None);
        }
        let tree = |id: Option<Oid>| match id {
            Some(id) => Tree::read(self.objects, id),
            None => Ok(Tree::default()),
        };
        let level = Level {
            old: if same { Tree::default() } else { tree(old)? },
            new: tree(new)?,
            old_at: 0,
            new_at: 0,
            same,
            parent: self.path.len(),
        };
        if !name.is_empty() {
            self.path.extend_from_slice(name);
            self.path.push(b'/');
        }
        Ok(Some(level))
    }

    fn file(
        &mut self,
        name: &[u8],
        old: Option<TreeEntry>,
        new: Option<TreeEntry>,
        same: bool,
    ) -> Result<(), GitError> {
        let (old, new) = (old.map(|e| e.file()), new.map(|e| e.file()));
        if name == b".gitattributes" {
            let folder = self.path.strip_suffix(b"/").unwrap_or_default();
            // git does not read attributes through a symbolic link.
            let note = |list: &mut Vec<AttributeFile>, entry: Option<FileEntry>| {
                if let Some(entry) = entry.filter(|e| e.mode.kind() == Mode::FILE.kind()) {
                    list.push(AttributeFile {
                        folder: folder.to_vec(),
                        id: entry.id,
                    });
                }
            };
            note(&mut self.found.base_attributes, old);
            note(&mut self.found.head_attributes, new);
        }
        let list = new.is_some() && self.listing == Listing::Head;
        let differ = !same && old != new;
        if !list && !differ {
            return Ok(());
        }
        let path = RepoPath::new([&self.path[..], name].concat());
        self.path_bytes += path.as_bytes().len();
        if self.path_bytes > MAX_PATH_BYTES {
            return Err(GitError::TreeTooLarge {
                what: "more than 1 GiB of paths",
            });
        }
        if list {
            self.found.head_paths.push(path.clone());
        }
        if differ {
            self.found
                .differences
                .push(FileDifference { path, old, new });
        }
        Ok(())
    }
}

/// One folder's entries, in git's order.
#[derive(Default)]
struct Tree {
    /// All names, each followed by a `/`.
    names: Vec<u8>,
    entries: Vec<TreeEntry>,
}

#[derive(Clone, Copy)]
struct TreeEntry {
    name_start: usize,
    /// Without the `/`.
    name_end: usize,
    mode: u32,
    is_tree: bool,
    id: Oid,
}

impl TreeEntry {
    fn file(&self) -> FileEntry {
        FileEntry {
            mode: Mode(self.mode),
            id: self.id,
        }
    }
}

impl Tree {
    fn read(objects: &Objects, id: Oid) -> Result<Self, GitError> {
        if id.to_string() == EMPTY_TREE {
            return Ok(Self::default());
        }
        objects.parse(id, ObjectType::Tree, Self::parse)
    }

    /// Reads a sequence of `<octal mode> <name>NUL<20 bytes>`.
    fn parse(mut data: &[u8]) -> Option<Self> {
        let mut tree = Self {
            names: Vec::with_capacity(data.len()),
            entries: Vec::with_capacity(data.len() / 32),
        };
        while !data.is_empty() {
            let space = memchr::memchr(b' ', data)?;
            let mode = Mode::from_octal(&data[..space])?;
            data = &data[space + 1..];
            let nul = memchr::memchr(0, data)?;
            let name = &data[..nul];
            // Such names could point outside the folder; git rejects them, too.
            if name.is_empty() || name == b"." || name == b".." || name.contains(&b'/') {
                return None;
            }
            let (id, rest) = data[nul + 1..].split_at_checked(20)?;
            data = rest;
            let name_start = tree.names.len();
            tree.names.extend_from_slice(name);
            tree.names.push(b'/');
            tree.entries.push(TreeEntry {
                name_start,
                name_end: tree.names.len() - 1,
                mode: canonical(mode.0),
                is_tree: mode.kind() == 0o040_000,
                id: Oid::from_bytes(id).ok()?,
            });
        }
        // Every tree written by git is sorted and has no duplicates.
        let sorted = tree
            .entries
            .is_sorted_by(|a, b| tree.sort_key(a) < tree.sort_key(b));
        if !sorted {
            let mut entries = std::mem::take(&mut tree.entries);
            entries.sort_by(|a, b| tree.sort_key(a).cmp(tree.sort_key(b)));
            entries.dedup_by(|a, b| tree.sort_key(a) == tree.sort_key(b));
            tree.entries = entries;
        }
        Some(tree)
    }

    fn name(&self, entry: &TreeEntry) -> &[u8] {
        &self.names[entry.name_start..entry.name_end]
    }

    /// git orders a folder as if its name ended in `/`. No name contains one, so a file and a folder never have one key.
    fn sort_key(&self, entry: &TreeEntry) -> &[u8] {
        &self.names[entry.name_start..entry.name_end + usize::from(entry.is_tree)]
    }
}

/// The mode as git sees it: only the owner's executable bit of a file's permissions counts.
fn canonical(mode: u32) -> u32 {
    match mode & 0o170_000 {
        0o100_000 if mode & 0o100 != 0 => Mode::EXECUTABLE.0,
        0o100_000 => Mode::FILE.0,
        0o120_000 => Mode::SYMLINK.0,
        0o040_000 => 0o040_000,
        _ => Mode::SUBMODULE.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut data = Vec::new();
        for (mode, name) in entries {
            data.extend_from_slice(mode.as_bytes());
            data.push(b' ');
            data.extend_from_slice(name.as_bytes());
            data.push(0);
            data.extend_from_slice(&[7; 20]);
        }
        data
    }

    fn names(tree: &Tree) -> Vec<String> {
        tree.entries
            .iter()
            .map(|e| String::from_utf8_lossy(tree.sort_key(e)).into_owned())
            .collect()
    }

    #[test]
    fn reads_entries_in_gits_order() {
        let tree = Tree::parse(&raw(&[
            ("100644", "a"),
            ("100755", "a.c"),
            ("40000", "a"),
            ("160000", "b"),
        ]));
        assert_eq!(names(&tree.unwrap()), ["a", "a.c", "a/", "b"]);
    }

    #[test]
    fn mends_a_wrong_order_and_repetitions() {
        let tree = Tree::parse(&raw(&[("100644", "b"), ("100644", "a"), ("100644", "b")]));
        assert_eq!(names(&tree.unwrap()), ["a", "b"]);
    }

    #[test]
    fn refuses_what_is_no_tree() {
        for data in [
            &b"100644"[..],
            b"100644 a",
            b"100644 a\0short",
            b"xyz a\0aaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(Tree::parse(data).is_none());
        }
        for name in ["", ".", "..", "a/b"] {
            assert!(Tree::parse(&raw(&[("100644", name)])).is_none(), "{name}");
        }
    }

    #[test]
    fn modes_are_gits() {
        assert_eq!(canonical(0o100_664), 0o100_644);
        assert_eq!(canonical(0o100_744), 0o100_755);
        assert_eq!(canonical(0o120_777), 0o120_000);
    }
}
