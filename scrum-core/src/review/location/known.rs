//! The paths that a review may name, and how they are found in a text.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// The paths that a review may name.
///
/// With them a path that the grammar would take apart is read whole, and answers without labels are read with certainty.
#[derive(Debug, Clone, Default)]
pub struct KnownPaths {
    pub(super) all: Vec<String>,
    /// Those that the grammar would not read as themselves; sought when a value is read.
    pub(super) odd: OnceLock<HashSet<String>>,
    /// Finds any of them in a text; built when an answer without labels needs it.
    finder: OnceLock<Option<AhoCorasick>>,
    digests: OnceLock<HashMap<String, String>>,
}

impl KnownPaths {
    /// Takes the paths of a manifest, as they stand there.
    pub fn new<'p>(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let mut all: Vec<String> = paths.into_iter().map(str::to_owned).collect();
        all.sort_unstable();
        all.dedup();
        Self {
            all,
            ..Self::default()
        }
    }

    /// Where paths stand in a text: start, end.
    pub(crate) fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        let finder = self.finder.get_or_init(|| {
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(self.all.iter().filter(|path| path.len() > 2))
                .ok()
        });
        let found = finder.iter().flat_map(move |finder| finder.find_iter(text));
        found.map(|hit| (hit.start(), hit.end()))
    }

    /// Whether it is one of the paths.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.all
            .binary_search_by(|known| known.as_str().cmp(path))
            .is_ok()
    }

    /// The path whose SHA-256 is this, in hex: GitHub's links to the files of a pull request.
    pub(crate) fn by_digest(&self, hex: &str) -> Option<&str> {
        let digests = self.digests.get_or_init(|| {
            let paths = self.all.iter();
            paths
                .map(|path| (crate::digest::sha256(path.as_bytes()), path.clone()))
                .collect()
        });
        digests.get(&hex.to_ascii_lowercase()).map(String::as_str)
    }

    /// The longest path that a longer one, such as a link's, ends with.
    pub(crate) fn at_end<'t>(&self, long: &'t str) -> Option<&'t str> {
        let cuts = long.match_indices('/').map(|(at, _)| at + 1);
        std::iter::once(0)
            .chain(cuts)
            .map(|at| &long[at..])
            .find(|path| self.has(path))
    }
}
