//! "Did you mean": the known path nearest to an unknown one.

use std::collections::BTreeMap;

use super::WaveIndex;
use crate::nearest::{MAX_NAME, distance_within, limit};

/// Maximum number of different file names that are compared, of the manifest and the tree together.
const MAX_NAMES: usize = 30_000;

/// Paths kept for one file name.
const MAX_PATHS: usize = 50;

/// The file names of the wave in lower case, each with its paths; those of the manifest first.
#[derive(Debug)]
pub(crate) struct KnownNames {
    changed: BTreeMap<String, Vec<String>>,
    tree: BTreeMap<String, Vec<String>>,
}

impl WaveIndex {
    /// The known path whose file name is nearest by edit distance ([`nearest`](crate::nearest), case ignored), at most
    /// a third of the name's length away. Ties go to the manifest's files before the tree's, then to the path that
    /// shares more folders, then to the first by bytes.
    pub(crate) fn suggest(&self, written: &str) -> Option<String> {
        let names = self.names.get_or_init(|| {
            let mut room = MAX_NAMES;
            let changed = collect(self.files.iter().map(|file| &file.path), &mut room);
            let tree = collect(self.tree.iter(), &mut room);
            KnownNames { changed, tree }
        });
        let written = written.replace('\\', "/").to_lowercase();
        let name: Vec<char> = written.rsplit('/').next()?.chars().collect();
        if name.is_empty() || name.len() > MAX_NAME {
            return None;
        }
        let limit = limit(name.len());
        let mut best: Option<((usize, usize, usize), String)> = None;
        for names in [&names.changed, &names.tree] {
            let before = best.as_ref().map(|((distance, ..), _)| *distance);
            for (known, paths) in names {
                let limit = best.as_ref().map_or(limit, |((distance, ..), _)| *distance);
                let Some(distance) = distance_within(&name, known, limit) else {
                    continue;
                };
                if before == Some(distance) {
                    continue;
                }
                for path in paths {
                    let rank = (
                        distance,
                        usize::MAX - shared_folders(path, &written),
                        path.len(),
                    );
                    if best.as_ref().is_none_or(|(least, _)| rank < *least) {
                        best = Some((rank, path.clone()));
                    }
                }
            }
        }
        best.map(|(_, path)| path)
    }
}

fn collect<'a>(
    paths: impl Iterator<Item = &'a String>,
    room: &mut usize,
) -> BTreeMap<String, Vec<String>> {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in paths {
        let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
        if let Some(known) = names.get_mut(&name) {
            if known.len() < MAX_PATHS {
                known.push(path.clone());
            }
        } else if *room > 0 && name.len() <= MAX_NAME {
            *room -= 1;
            names.insert(name, vec![path.clone()]);
        }
    }
    names
}

/// Folder names that both paths have, case ignored.
fn shared_folders(path: &str, written: &str) -> usize {
    let path = path.to_lowercase();
    let folders = |path: &str| -> Vec<String> {
        let mut parts: Vec<String> = path.split('/').take(32).map(str::to_owned).collect();
        parts.pop();
        parts
    };
    let known = folders(&path);
    folders(written)
        .iter()
        .filter(|part| known.contains(part))
        .count()
}
