//! Checks a cited location against the wave: which file is meant, and was the reviewer shown that line?
//!
//! Takes a manifest and the head tree's paths, once; gives for each path the file that is meant, and for each line its
//! grounding. Before it: [`review`](crate::review); after it: [`tally`](crate::tally).
//!
//! A path is resolved by the first step that succeeds: as written; without `./`, `a/`, `b/`; with `/` for `\`; an
//! absolute path, or one that begins with the repository's name, that ends in a known one; a file name or shortened
//! path of exactly one file in the manifest. Lookups use indices that are built once, so that no citation needs a walk
//! over the manifest or the tree.

mod resolve;
mod suggest;

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::change::{ChangeKind, Hunk};
use crate::path::RepoPath;
use crate::review::location::LineRange;
use crate::wave::manifest::{FileRecord, Manifest};

pub(crate) use resolve::{PathMatch, strip_prefixes};

/// The flag of a location in a deleted file: its lines are those of the base.
pub(super) const DELETED_FILE: &str = "deleted file: lines of the old file";

/// How well the wave supports a location. Ordered from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Grounding {
    /// A hunk of the reviewer's bundle shows it.
    Hunk,
    /// The file is in the reviewer's bundle, but the line in none of its hunks; or the file was cited by its old path,
    /// or without a line.
    File,
    /// The file belongs to another bundle of the wave, or was excluded.
    Wave,
    /// An unchanged file of the head tree.
    Tree,
    /// There is no manifest to check it against.
    Unverified,
}

impl Grounding {
    /// The word in `tally.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hunk => "hunk",
            Self::File => "file",
            Self::Wave => "wave",
            Self::Tree => "tree",
            Self::Unverified => "unverified",
        }
    }
}

/// The indices of a wave for grounding citations. Built once, shared by threads.
#[derive(Debug)]
pub struct WaveIndex {
    bundles: Vec<BundleSize>,
    files: Vec<KnownFile>,
    by_path: HashMap<String, usize>,
    by_old_path: HashMap<String, usize>,
    /// Sorted by bytes.
    tree: Vec<String>,
    /// Paths of the manifest's files, including old ones, with their file; sorted by their reversed bytes.
    backwards: Vec<(String, usize)>,
    tree_backwards: OnceLock<Vec<usize>>,
    names: OnceLock<suggest::KnownNames>,
}

#[derive(Debug)]
struct BundleSize {
    id: String,
    bytes: u64,
}

#[derive(Debug)]
struct KnownFile {
    path: String,
    /// Its lines are those of the base.
    deleted: bool,
    /// Why it was not shown to reviewers.
    excluded: Option<String>,
    /// Its last line, if the whole file is shown.
    last_line: Option<u32>,
    holders: Vec<Holder>,
}

/// A bundle that shows a file, or a part of it.
#[derive(Debug)]
struct Holder {
    bundle: usize,
    old: Spans,
    new: Spans,
}

/// Ranges of lines, with lookup in logarithmic time.
#[derive(Debug, Default)]
struct Spans {
    /// First line, and the last line of this and all earlier ranges; sorted by first line.
    ranges: Vec<(u32, u32)>,
}

impl Spans {
    fn new(hunks: &[Hunk], side: impl Fn(&Hunk) -> (u32, u32)) -> Self {
        let mut ranges: Vec<(u32, u32)> = hunks
            .iter()
            .map(|hunk| match side(hunk) {
                // A side without lines is between two lines; both count as shown.
                (before, 0) => (before.max(1), before.saturating_add(1)),
                (start, lines) => (start, start.saturating_add(lines - 1)),
            })
            .collect();
        ranges.sort_unstable();
        let mut last = 0;
        for range in &mut ranges {
            last = last.max(range.1);
            range.1 = last;
        }
        Self { ranges }
    }

    fn meet(&self, lines: LineRange) -> bool {
        let before = self
            .ranges
            .partition_point(|(start, _)| *start <= lines.end);
        before
            .checked_sub(1)
            .and_then(|at| self.ranges.get(at))
            .is_some_and(|(_, last)| *last >= lines.start)
    }
}

/// A path that the wave knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileRef {
    /// A file of a bundle, or an excluded one.
    Changed(usize),
    /// An unchanged file.
    Tree(usize),
}

impl WaveIndex {
    /// Builds the indices. `tree_txt` is the wave's `tree.txt`: one path per line, quoted as by git; invalid lines are
    /// ignored.
    pub fn new(manifest: &Manifest, tree_txt: &[u8]) -> Self {
        let mut wave_index = Self {
            bundles: Vec::with_capacity(manifest.bundles.len()),
            files: Vec::new(),
            by_path: HashMap::new(),
            by_old_path: HashMap::new(),
            tree: tree_paths(tree_txt),
            backwards: Vec::new(),
            tree_backwards: OnceLock::new(),
            names: OnceLock::new(),
        };
        let mut old_paths: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, bundle) in manifest.bundles.iter().enumerate() {
            wave_index.bundles.push(BundleSize {
                id: bundle.id.clone(),
                bytes: bundle.bytes,
            });
            for record in &bundle.files {
                let file = wave_index.file(&record.path);
                let known = &mut wave_index.files[file];
                known.deleted |= record.kind == ChangeKind::Deleted;
                let last = last_line(record);
                known.last_line = known.last_line.max(last);
                known.holders.push(Holder {
                    bundle: at,
                    old: Spans::new(&record.hunks, |h| (h.old_start, h.old_lines)),
                    new: Spans::new(&record.hunks, |h| (h.new_start, h.new_lines)),
                });
                if let Some(old) = &record.old_path {
                    old_paths.entry(old).or_insert(file);
                }
            }
        }
        for record in &manifest.excluded {
            let file = wave_index.file(&record.path);
            wave_index.files[file].excluded = Some(record.reason.clone());
            if let Some(old) = &record.old_path {
                old_paths.entry(old).or_insert(file);
            }
        }
        for (old, file) in old_paths {
            // The source of a copy, and a path that another file took, mean the file that has the path now.
            if !wave_index.by_path.contains_key(old) && wave_index.in_tree(old).is_none() {
                wave_index.by_old_path.insert(old.to_owned(), file);
            }
        }
        let new = wave_index.by_path.iter();
        wave_index.backwards = new
            .chain(&wave_index.by_old_path)
            .map(|(path, file)| (path.clone(), *file))
            .collect();
        wave_index
            .backwards
            .sort_unstable_by(|(a, _), (b, _)| a.bytes().rev().cmp(b.bytes().rev()));
        wave_index
    }

    fn file(&mut self, path: &str) -> usize {
        if let Some(&at) = self.by_path.get(path) {
            return at;
        }
        let at = self.files.len();
        self.by_path.insert(path.to_owned(), at);
        self.files.push(KnownFile {
            path: path.to_owned(),
            deleted: false,
            excluded: None,
            last_line: None,
            holders: Vec::new(),
        });
        at
    }

    fn in_tree(&self, path: &str) -> Option<usize> {
        self.tree
            .binary_search_by(|known| known.as_str().cmp(path))
            .ok()
    }

    /// The bundles' ids and sizes in bytes, in the manifest's order.
    pub fn bundles(&self) -> impl Iterator<Item = (&str, u64)> {
        self.bundles
            .iter()
            .map(|bundle| (bundle.id.as_str(), bundle.bytes))
    }

    pub(crate) fn bundle_count(&self) -> usize {
        self.bundles.len()
    }

    pub(crate) fn path_of(&self, file: FileRef) -> &str {
        match file {
            FileRef::Changed(at) => &self.files[at].path,
            FileRef::Tree(at) => &self.tree[at],
        }
    }

    /// The bundles that show a file; that of the review comes first.
    pub(crate) fn holders(&self, file: FileRef, own: Option<usize>) -> Vec<usize> {
        let FileRef::Changed(at) = file else {
            return Vec::new();
        };
        let mut bundles: Vec<usize> = self.files[at].holders.iter().map(|h| h.bundle).collect();
        bundles.sort_by_key(|bundle| (Some(*bundle) != own, *bundle));
        bundles.dedup();
        bundles
    }

    /// The side that all lines of a file are of, if it has but one: the old side of a deleted file. An unchanged file has the same
    /// lines on both, and its head is meant.
    pub(crate) fn only_side(&self, file: FileRef) -> Option<bool> {
        match file {
            FileRef::Changed(at) => self.files[at].deleted.then_some(true),
            FileRef::Tree(_) => Some(false),
        }
    }

    /// Whether the lines of a file are those of the base.
    pub(crate) fn is_deleted(&self, file: FileRef) -> bool {
        matches!(file, FileRef::Changed(at) if self.files[at].deleted)
    }

    /// Why a file was not shown to reviewers.
    pub(crate) fn excluded(&self, file: FileRef) -> Option<&str> {
        match file {
            FileRef::Changed(at) => self.files[at].excluded.as_deref(),
            FileRef::Tree(_) => None,
        }
    }

    /// The last line of a file, if the wave shows the whole of it: one that was added or deleted.
    pub(crate) fn last_line(&self, file: FileRef) -> Option<u32> {
        match file {
            FileRef::Changed(at) => self.files[at].last_line,
            FileRef::Tree(_) => None,
        }
    }

    /// Grounds lines of a known file for a review of the bundle `own`; `None` means a bundle that is not in the
    /// manifest. The second value is the bundle that owns the lines, if it is a different one.
    pub(crate) fn locate(
        &self,
        own: Option<usize>,
        file: FileRef,
        lines: Option<LineRange>,
    ) -> (Grounding, Option<usize>) {
        let FileRef::Changed(at) = file else {
            return (Grounding::Tree, None);
        };
        let known = &self.files[at];
        let shows = |holder: &&Holder| {
            lines.is_some_and(|lines| {
                let spans = match lines.old_side {
                    true => &holder.old,
                    false => &holder.new,
                };
                spans.meet(lines)
            })
        };
        let is_own = |holder: &&Holder| Some(holder.bundle) == own;
        let mut own_holders = known.holders.iter().filter(is_own);
        if own_holders.any(|holder| shows(&holder)) {
            (Grounding::Hunk, None)
        } else if let Some(other) = known.holders.iter().find(shows) {
            (Grounding::Wave, Some(other.bundle))
        } else if known.holders.iter().any(|holder| is_own(&holder)) {
            (Grounding::File, None)
        } else {
            let first = known.holders.first().map(|holder| holder.bundle);
            (Grounding::Wave, first)
        }
    }
}

/// The last line of a file that was added or deleted, or of the part of it that the record has.
fn last_line(record: &FileRecord) -> Option<u32> {
    let last = |hunk: &Hunk| match record.kind {
        ChangeKind::Added => hunk.new_start.saturating_add(hunk.new_lines),
        ChangeKind::Deleted => hunk.old_start.saturating_add(hunk.old_lines),
        _ => 0,
    };
    let beyond = record.hunks.iter().map(last).max()?;
    beyond.checked_sub(1).filter(|last| *last > 0)
}

/// The paths of a `tree.txt`, sorted.
fn tree_paths(text: &[u8]) -> Vec<String> {
    let mut paths: Vec<String> = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .filter_map(RepoPath::from_quoted)
        .map(|path| path.to_text().0)
        .collect();
    if !paths.is_sorted() {
        paths.sort_unstable();
    }
    paths.dedup();
    paths
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::plan::guard::Verdict;
    use crate::wave::manifest::{BundleRecord, ExcludedRecord, GuardRecord};

    /// A file with hunks given as (start, lines), on both sides.
    pub(crate) fn file(path: &str, kind: ChangeKind, hunks: &[(u32, u32)]) -> FileRecord {
        FileRecord {
            path: path.to_owned(),
            quoted: false,
            old_path: None,
            old_quoted: false,
            kind,
            old_mode: None,
            new_mode: None,
            moved_from_component: None,
            binary: false,
            additions: 0,
            deletions: 0,
            bytes: 0,
            hunks: hunks
                .iter()
                .map(|&(start, lines)| match kind {
                    ChangeKind::Added => Hunk {
                        old_start: 0,
                        old_lines: 0,
                        new_start: start,
                        new_lines: lines,
                    },
                    ChangeKind::Deleted => Hunk {
                        old_start: start,
                        old_lines: lines,
                        new_start: 0,
                        new_lines: 0,
                    },
                    _ => Hunk {
                        old_start: start,
                        old_lines: lines,
                        new_start: start,
                        new_lines: lines,
                    },
                })
                .collect(),
        }
    }

    pub(crate) fn bundle(id: &str, bytes: u64, files: Vec<FileRecord>) -> BundleRecord {
        BundleRecord {
            id: id.to_owned(),
            component: id.to_owned(),
            part: None,
            parts: None,
            packed: Vec::new(),
            bytes,
            prompt_bytes: bytes,
            tokens: bytes / 4,
            verdict: Verdict::Ok,
            diff: format!("bundles/{id}.diff"),
            prompt: format!("prompts/{id}.md"),
            diff_sha256: String::new(),
            prompt_sha256: String::new(),
            files,
        }
    }

    pub(crate) fn manifest(bundles: Vec<BundleRecord>) -> Manifest {
        Manifest {
            schema: crate::wave::manifest::SCHEMA.to_owned(),
            range: crate::range::Range::default(),
            config_sha256: String::new(),
            template_sha256: None,

            context: None,
            patch_sha256: None,
            guard: GuardRecord {
                warn_bytes: 60_000,
                fail_bytes: 100_000,
                forced: false,
            },
            bundles,
            excluded: Vec::new(),
            excluded_sha256: None,
            tree_sha256: None,
        }
    }

    fn wave() -> WaveIndex {
        let renamed = FileRecord {
            old_path: Some("src/before.rs".into()),
            ..file("src/after.rs", ChangeKind::Renamed, &[(10, 5)])
        };
        let mut manifest = manifest(vec![
            bundle(
                "core.1",
                1,
                vec![
                    file("src/printer.rs", ChangeKind::Modified, &[(10, 5), (40, 10)]),
                    file("src/big.rs", ChangeKind::Modified, &[(1, 50)]),
                    file("src/a/mod.rs", ChangeKind::Modified, &[(1, 5)]),
                    renamed,
                ],
            ),
            bundle(
                "core.2",
                2,
                vec![
                    file("src/big.rs", ChangeKind::Modified, &[(900, 50)]),
                    file("src/gone.rs", ChangeKind::Deleted, &[(1, 30)]),
                    file("src/b/mod.rs", ChangeKind::Modified, &[(1, 5)]),
                ],
            ),
        ]);
        manifest.excluded.push(ExcludedRecord {
            path: "Cargo.lock".into(),
            quoted: false,
            old_path: None,
            old_quoted: false,
            reason: "lock file".into(),
            bytes: 1,
        });
        let tree = b"README.md\nsrc/after.rs\nsrc/lib.rs\nsrc/printer.rs\ntests/printer.rs\n\"b\\303\\274r.rs\"\n";
        WaveIndex::new(&manifest, tree)
    }

    fn lines(start: u32, end: u32) -> Option<LineRange> {
        Some(LineRange::new(start, end))
    }

    fn resolved(wave_index: &WaveIndex, written: &str) -> Option<String> {
        match wave_index.resolve(written) {
            PathMatch::Known { file, .. } => Some(wave_index.path_of(file).to_owned()),
            PathMatch::Unknown { .. } => None,
        }
    }

    #[test]
    fn paths_resolve_only_to_one_file() {
        let wave_index = wave();
        for (written, path) in [
            ("src/printer.rs", Some("src/printer.rs")),
            ("b/src/printer.rs", Some("src/printer.rs")),
            ("./src/printer.rs", Some("src/printer.rs")),
            ("src\\printer.rs", Some("src/printer.rs")),
            ("C:\\work\\bat\\src\\printer.rs", Some("src/printer.rs")),
            ("/home/u/bat/src/printer.rs", Some("src/printer.rs")),
            ("../bat/src/printer.rs", Some("src/printer.rs")),
            ("bat/src/printer.rs", Some("src/printer.rs")),
            // Of the manifest one file has the name; the tree's other one is no candidate.
            ("printer.rs", Some("src/printer.rs")),
            ("before.rs", Some("src/after.rs")),
            ("src/before.rs", Some("src/after.rs")),
            ("a/mod.rs", Some("src/a/mod.rs")),
            ("mod.rs", None),
            ("lib.rs", None),
            ("rinter.rs", None),
            ("src/Printer.rs", None),
            // A folder in front of a bare name may well be meant.
            ("docs/README.md", None),
            ("/srv/README.md", Some("README.md")),
            ("b\u{fc}r.rs", Some("b\u{fc}r.rs")),
            ("\"b\\303\\274r.rs\"", Some("b\u{fc}r.rs")),
            ("", None),
            ("/", None),
            ("..", None),
        ] {
            assert_eq!(resolved(&wave_index, written).as_deref(), path, "{written}");
        }
    }

    #[test]
    fn unknown_paths_come_with_a_question() {
        let wave_index = wave();
        let question = |written: &str| match wave_index.resolve(written) {
            PathMatch::Unknown { fits } if fits.is_empty() => wave_index.suggest(written),
            PathMatch::Unknown { fits } => Some(fits.join(" ")),
            PathMatch::Known { .. } => None,
        };
        assert_eq!(
            question("src/Printer.rs").as_deref(),
            Some("src/printer.rs")
        );
        assert_eq!(question("src/prnter.rs").as_deref(), Some("src/printer.rs"));
        assert_eq!(question("lib.rs").as_deref(), Some("src/lib.rs"));
        assert_eq!(
            question("mod.rs").as_deref(),
            Some("src/a/mod.rs src/b/mod.rs")
        );
        assert_eq!(question("completely/different.py"), None);
    }

    #[test]
    fn of_equally_near_names_the_one_in_more_of_the_folders_is_asked_for() {
        let modified = |path| file(path, ChangeKind::Modified, &[(1, 5)]);
        let files = ["a/queue.rs", "lib/net/queue.rs", "lib/net/x/quote.rs"].map(modified);
        let wave_index = WaveIndex::new(
            &manifest(vec![bundle("all", 1, files.into())]),
            b"z/quee.rs\n",
        );
        for (written, path) in [
            ("lib/net/quue.rs", "lib/net/queue.rs"),
            ("LIB\\quue.rs", "lib/net/queue.rs"),
            ("elsewhere/quue.rs", "a/queue.rs"),
            ("quotte.rs", "lib/net/x/quote.rs"),
        ] {
            assert_eq!(
                wave_index.suggest(written).as_deref(),
                Some(path),
                "{written}"
            );
        }
        assert_eq!(wave_index.suggest("lib/"), None);
    }

    #[test]
    fn groundings() {
        let wave_index = wave();
        let at = |own: &str, path: &str, lines| {
            let PathMatch::Known { file, old_path, .. } = wave_index.resolve(path) else {
                panic!("{path}");
            };
            let own = wave_index.bundles().position(|(id, _)| id == own);
            let (grounding, moved_to) = wave_index.locate(own, file, lines);
            (grounding, moved_to, old_path)
        };
        use Grounding::{File, Hunk, Tree, Wave};
        assert_eq!(
            at("core.1", "src/printer.rs", lines(12, 12)),
            (Hunk, None, false)
        );
        assert_eq!(
            at("core.1", "src/printer.rs", lines(14, 20)),
            (Hunk, None, false)
        );
        assert_eq!(
            at("core.1", "src/printer.rs", lines(15, 39)),
            (File, None, false)
        );
        assert_eq!(at("core.1", "src/printer.rs", None), (File, None, false));
        assert_eq!(
            at("core.2", "src/printer.rs", lines(12, 12)),
            (Wave, Some(0), false)
        );
        assert_eq!(
            at("core.1", "src/big.rs", lines(910, 910)),
            (Wave, Some(1), false)
        );
        assert_eq!(
            at("core.1", "src/big.rs", lines(500, 500)),
            (File, None, false)
        );
        let old = |line| lines(line, line).map(|lines| lines.on_old_side(true));
        for (path, line, grounding) in [
            ("src/gone.rs", 30, Hunk),
            ("src/gone.rs", 31, File),
            ("src/big.rs", 910, Hunk),
            ("src/big.rs", 980, File),
        ] {
            assert_eq!(at("core.2", path, old(line)), (grounding, None, false));
        }
        assert_eq!(at("core.1", "Cargo.lock", lines(3, 3)), (Wave, None, false));
        assert_eq!(at("core.1", "src/lib.rs", lines(3, 3)), (Tree, None, false));
        assert_eq!(
            at("core.1", "src/before.rs", lines(12, 12)),
            (Hunk, None, true)
        );
        assert_eq!(
            at("nowhere", "src/printer.rs", lines(12, 12)),
            (Wave, Some(0), false)
        );
    }

    #[test]
    fn an_empty_side_is_shown_by_its_neighbours() {
        let cut = Hunk {
            old_start: 5,
            old_lines: 3,
            new_start: 4,
            new_lines: 0,
        };
        let spans = Spans::new(&[cut], |h| (h.new_start, h.new_lines));
        for (line, met) in [(3, false), (4, true), (5, true), (6, false)] {
            assert_eq!(spans.meet(LineRange::new(line, line)), met, "{line}");
        }
    }
}
