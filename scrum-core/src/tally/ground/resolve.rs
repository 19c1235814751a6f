//! Resolves a path as written to the file it means.

use std::ops::Range;

use super::{FileRef, WaveIndex};
use crate::path::RepoPath;

/// Longer paths do not exist in any work tree, and are not looked up.
const MAX_PATH: usize = 4096;

/// Maximum number of files named if several match.
const MAX_FITS: usize = 3;

/// What a written path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PathMatch {
    /// Exactly one file.
    Known {
        file: FileRef,
        /// Whether the path had to be guessed, which is reported.
        shortened: bool,
        /// It is the file's path at the base.
        old_path: bool,
    },
    /// No file, or more than one.
    Unknown {
        /// The first few, if several match.
        fits: Vec<String>,
    },
}

impl WaveIndex {
    /// Resolves a path as a reviewer wrote it. The same for every bundle.
    pub(crate) fn resolve(&self, written: &str) -> PathMatch {
        let none = PathMatch::Unknown { fits: Vec::new() };
        if written.len() > MAX_PATH {
            return none;
        }
        let unquoted;
        let written = if written.starts_with('"') {
            unquoted = RepoPath::from_quoted(written.as_bytes()).map(|path| path.to_text().0);
            unquoted.as_deref().unwrap_or(written)
        } else {
            written
        };
        if let Some(found) = self.exact_or_stripped(written, false) {
            return found;
        }
        let slashed;
        let path = if written.contains('\\') {
            slashed = written.replace('\\', "/");
            if let Some(found) = self.exact_or_stripped(&slashed, true) {
                return found;
            }
            slashed.as_str()
        } else {
            written
        };
        if let Some(found) = self.longer(path) {
            return found;
        }
        // `a/` may be a folder of the project as well as git's prefix.
        let (stripped, without_dots) = strip_prefixes(path);
        let whole = self.shortened(without_dots);
        if matches!(whole, Some(PathMatch::Known { .. })) || stripped == without_dots {
            return whole.unwrap_or(none);
        }
        self.shortened(stripped).or(whole).unwrap_or(none)
    }

    fn exact(&self, path: &str, shortened: bool) -> Option<PathMatch> {
        let known = |file, old_path| PathMatch::Known {
            file,
            shortened,
            old_path,
        };
        if let Some(&at) = self.by_path.get(path) {
            return Some(known(FileRef::Changed(at), false));
        }
        if let Some(at) = self.in_tree(path) {
            return Some(known(FileRef::Tree(at), false));
        }
        let &at = self.by_old_path.get(path)?;
        Some(known(FileRef::Changed(at), true))
    }

    fn exact_or_stripped(&self, path: &str, shortened: bool) -> Option<PathMatch> {
        if let Some(found) = self.exact(path, shortened) {
            return Some(found);
        }
        let (stripped, without_dots) = strip_prefixes(path);
        self.exact(without_dots, shortened)
            .or_else(|| self.exact(stripped, shortened))
    }

    /// An absolute path that ends in a known one, or a path with the repository's name in front.
    fn longer(&self, path: &str) -> Option<PathMatch> {
        let drive = matches!(path.as_bytes(), [b'A'..=b'Z' | b'a'..=b'z', b':', b'/', ..]);
        let outside =
            drive || path.starts_with('/') || path.starts_with("~/") || path.starts_with("../");
        let mut rest = path;
        while let Some((_, tail)) = rest.split_once('/') {
            rest = tail;
            // A file name with an unknown folder may well be a different file of that name.
            if !outside && !rest.contains('/') {
                return None;
            }
            if !rest.is_empty()
                && let Some(found) = self.exact(rest, true)
            {
                return Some(found);
            }
            if !outside {
                return None;
            }
        }
        None
    }

    /// A file name or the end of a path that exactly one file of the manifest has. If the manifest has none, the end of
    /// a path (but not a bare file name) that exactly one file of the tree has.
    fn shortened(&self, end: &str) -> Option<PathMatch> {
        if end.is_empty() {
            return None;
        }
        let range = ending_with(self.backwards.len(), end, |at| {
            self.backwards[at].0.as_str()
        });
        let names = &self.backwards[range];
        if let Some((_, first)) = names.first() {
            let mut others = names
                .iter()
                .map(|(_, file)| *file)
                .filter(|file| file != first);
            if others.next().is_none() {
                let path = &self.files[*first].path;
                let old_path = !ends_at_boundary(path, end);
                return Some(PathMatch::Known {
                    file: FileRef::Changed(*first),
                    shortened: true,
                    old_path,
                });
            }
            let fits = names.iter().map(|(path, _)| path.clone());
            return Some(PathMatch::Unknown {
                fits: first_few(fits),
            });
        }
        if !end.contains('/') {
            return None;
        }
        let order = self.tree_backwards.get_or_init(|| {
            let mut order: Vec<usize> = (0..self.tree.len()).collect();
            order.sort_unstable_by(|&a, &b| {
                self.tree[a].bytes().rev().cmp(self.tree[b].bytes().rev())
            });
            order
        });
        let range = ending_with(order.len(), end, |at| self.tree[order[at]].as_str());
        match &order[range] {
            [] => None,
            [one] => Some(PathMatch::Known {
                file: FileRef::Tree(*one),
                shortened: true,
                old_path: false,
            }),
            several => {
                let fits = several.iter().map(|at| self.tree[*at].clone());
                Some(PathMatch::Unknown {
                    fits: first_few(fits),
                })
            }
        }
    }
}

/// The first few in order; only a hundred are examined, because a common name may match in every folder.
fn first_few(paths: impl Iterator<Item = String>) -> Vec<String> {
    let mut paths: Vec<String> = paths.take(100).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.truncate(MAX_FITS);
    paths
}

/// Removes a leading `./` and one `a/` or `b/`. The second value is only without `./`.
pub(crate) fn strip_prefixes(path: &str) -> (&str, &str) {
    let mut path = path;
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    let stripped = path.strip_prefix("a/").or_else(|| path.strip_prefix("b/"));
    (stripped.unwrap_or(path), path)
}

fn ends_at_boundary(path: &str, end: &str) -> bool {
    path.strip_suffix(end)
        .is_some_and(|front| front.is_empty() || front.ends_with('/'))
}

/// The entries whose path ends in `/` and `end`. `paths` are sorted by their reversed bytes, so that these entries are
/// consecutive.
fn ending_with<'a>(count: usize, end: &str, path: impl Fn(usize) -> &'a str) -> Range<usize> {
    let wanted = || end.bytes().rev().chain(std::iter::once(b'/'));
    let from = first_without(0..count, |at| path(at).bytes().rev().lt(wanted()));
    let to = first_without(from..count, |at| {
        path(at)
            .strip_suffix(end)
            .is_some_and(|front| front.ends_with('/'))
    });
    from..to
}

/// The first index of a range for which `holds` is false; it is true for all before and false for all after.
fn first_without(range: Range<usize>, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
