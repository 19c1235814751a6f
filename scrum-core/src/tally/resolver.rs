//! Resolves locations with the wave: which file and lines each means, and which bundle it belongs to.
//!
//! Paths and symbols are numbered, so that later steps compare numbers. A path is resolved once for all its citations,
//! and a bundle's diff is read once for all its symbols.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ground::{DELETED_FILE, FileRef, Grounding, PathMatch, WaveIndex, strip_prefixes};
use super::symbol::resolve_symbols;
use super::{Bucket, DiffText};
use crate::review::Review;
use crate::review::location::{LineRange, Location};

/// Maximum number of unknown paths for which a known one is suggested, in the order of the reviews.
const MAX_SUGGESTIONS: usize = 1_000;

/// A location as numbers: equal numbers mean equal locations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LocationKey {
    /// Index into [`Resolver::paths`].
    pub(super) path: usize,
    pub(super) lines: Option<LineRange>,
    /// Index into [`Resolver::symbols`].
    pub(super) symbol: Option<usize>,
}

/// A resolved location.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) key: LocationKey,
    /// The lines of its symbol, if it names one that the diff shows.
    pub(super) symbol_lines: Option<LineRange>,
    /// Index of the bundle that it belongs to.
    pub(super) bundle: usize,
    pub(super) grounding: Grounding,
    pub(super) flags: Vec<String>,
    /// Why it cannot count.
    pub(super) fault: Option<(Bucket, String)>,
}

impl Resolved {
    /// Its lines, or those of its symbol.
    pub(super) fn lines(&self) -> Option<LineRange> {
        self.key.lines.or(self.symbol_lines)
    }
}

/// What a written path means.
#[derive(Debug, Clone)]
enum ResolvedTarget {
    Known {
        path: usize,
        file: Option<FileRef>,
        flag: Option<String>,
        old_path: bool,
    },
    Unknown {
        reason: String,
        path: usize,
    },
}

/// The tables that all reviews share.
pub(super) struct Resolver<'a> {
    wave_index: Option<&'a WaveIndex>,
    targets: HashMap<String, ResolvedTarget>,
    path_numbers: HashMap<String, usize>,
    pub(super) paths: Vec<String>,
    symbol_numbers: HashMap<String, usize>,
    pub(super) symbols: Vec<String>,
    /// Bundle, path, symbol.
    found: HashMap<(usize, usize, usize), LineRange>,
    suggestions: usize,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(wave_index: Option<&'a WaveIndex>) -> Self {
        Self {
            wave_index,
            targets: HashMap::new(),
            path_numbers: HashMap::new(),
            paths: Vec::new(),
            symbol_numbers: HashMap::new(),
            symbols: Vec::new(),
            found: HashMap::new(),
            suggestions: 0,
        }
    }

    /// Resolves the paths and symbols of all reviews, given with their bundle's index. `bundle_ids` names the bundles.
    pub(super) fn prepare<'r>(
        &mut self,
        reviews: impl Iterator<Item = (usize, &'r Review)>,
        bundle_ids: &[String],
        diffs: &dyn DiffText,
    ) {
        let mut wanted: BTreeMap<usize, BTreeSet<(usize, usize)>> = BTreeMap::new();
        for (bundle, review) in reviews {
            let cited = review
                .findings
                .iter()
                .filter(|finding| finding.quoted.is_none());
            let retracted = review
                .retractions
                .iter()
                .flat_map(|retraction| &retraction.locations);
            for mention in &review.mentions {
                self.prepare_path(&mention.location.path);
            }
            for location in cited
                .filter_map(|finding| finding.location.as_ref().ok())
                .chain(retracted)
            {
                self.prepare_path(&location.path);
                let Some(symbol) = &location.symbol else {
                    continue;
                };
                let symbol = self.symbol_number(symbol);
                let Some(ResolvedTarget::Known { path, file, .. }) =
                    self.targets.get(&location.path)
                else {
                    continue;
                };
                for holder in self.holders(bundle, *file) {
                    wanted.entry(holder).or_default().insert((*path, symbol));
                }
            }
        }
        for (bundle, pairs) in wanted {
            let Some(diff) = bundle_ids.get(bundle).and_then(|id| diffs.diff(id)) else {
                continue;
            };
            let mut by_path: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (path, symbol) in pairs {
                let symbols = by_path.entry(self.paths[path].clone()).or_default();
                symbols.insert(self.symbols[symbol].clone());
            }
            for ((path, symbol), lines) in resolve_symbols(&diff, &by_path) {
                let key = (
                    bundle,
                    self.path_numbers[&path],
                    self.symbol_numbers[&symbol],
                );
                self.found.insert(key, lines);
            }
        }
    }

    fn holders(&self, bundle: usize, file: Option<FileRef>) -> Vec<usize> {
        match (self.wave_index, file) {
            (Some(wave_index), Some(file)) => wave_index.holders(file, Some(bundle)),
            _ => vec![bundle],
        }
    }

    fn prepare_path(&mut self, written: &str) {
        if self.targets.contains_key(written) {
            return;
        }
        let target = match self.wave_index {
            None => ResolvedTarget::Known {
                path: self.path_number(strip_prefixes(written).0),
                file: None,
                flag: None,
                old_path: false,
            },
            Some(wave_index) => match wave_index.resolve(written) {
                PathMatch::Known {
                    file,
                    shortened,
                    old_path,
                } => ResolvedTarget::Known {
                    path: self.path_number(wave_index.path_of(file)),
                    file: Some(file),
                    flag: if old_path {
                        Some(format!("cited by its old path {written}"))
                    } else {
                        shortened.then(|| format!("resolved from {written}"))
                    },
                    old_path,
                },
                PathMatch::Unknown { fits } => ResolvedTarget::Unknown {
                    reason: self.unknown_reason(wave_index, written, &fits),
                    path: self.path_number(written),
                },
            },
        };
        self.targets.insert(written.to_owned(), target);
    }

    fn unknown_reason(&mut self, wave_index: &WaveIndex, written: &str, fits: &[String]) -> String {
        if !fits.is_empty() {
            return format!(
                "matches more than one file; did you mean {}?",
                fits.join(" or ")
            );
        }
        self.suggestions += 1;
        let nearest = (self.suggestions <= MAX_SUGGESTIONS)
            .then(|| wave_index.suggest(written))
            .flatten();
        match nearest {
            Some(path) => format!("no such path; did you mean {path}?"),
            None => "no such path in the range or the tree".to_owned(),
        }
    }

    fn path_number(&mut self, path: &str) -> usize {
        number(&mut self.path_numbers, &mut self.paths, path)
    }

    fn symbol_number(&mut self, symbol: &str) -> usize {
        number(&mut self.symbol_numbers, &mut self.symbols, symbol)
    }

    /// The path that a location in a review of `bundle` means; as written if the wave does not know it.
    pub(super) fn path<'s>(&'s self, location: &'s Location) -> &'s str {
        match self.targets.get(&location.path) {
            Some(ResolvedTarget::Known { path, .. } | ResolvedTarget::Unknown { path, .. }) => {
                &self.paths[*path]
            }
            None => &location.path,
        }
    }

    /// Resolves a location in a review of the bundle with this index. Its path must have been prepared.
    pub(super) fn resolve(&self, bundle: usize, location: &Location) -> Resolved {
        let mut resolved = Resolved {
            key: LocationKey {
                path: usize::MAX,
                lines: location.lines,
                symbol: None,
            },
            symbol_lines: None,
            bundle,
            grounding: Grounding::Unverified,
            flags: Vec::new(),
            fault: None,
        };
        let Some(target) = self.targets.get(&location.path) else {
            resolved.fault = Some((Bucket::UnknownPath, "no such path".to_owned()));
            return resolved;
        };
        let (ResolvedTarget::Known { path, .. } | ResolvedTarget::Unknown { path, .. }) = target;
        resolved.key.path = *path;
        let symbol = location
            .symbol
            .as_ref()
            .filter(|_| location.lines.is_none());
        resolved.key.symbol = symbol.and_then(|symbol| self.symbol_numbers.get(symbol).copied());
        let (file, flag, old_path) = match target {
            ResolvedTarget::Known {
                file,
                flag,
                old_path,
                ..
            } => (*file, flag, *old_path),
            ResolvedTarget::Unknown { reason, .. } => {
                resolved.fault = Some((Bucket::UnknownPath, reason.clone()));
                return resolved;
            }
        };
        resolved.symbol_lines = resolved.key.symbol.and_then(|symbol| {
            let mut holders = self.holders(bundle, file).into_iter();
            holders.find_map(|holder| self.found.get(&(holder, *path, symbol)).copied())
        });
        if let (Some(wave_index), Some(file)) = (self.wave_index, file) {
            if let Some(old_side) = wave_index.only_side(file) {
                let moved = |lines: LineRange| lines.on_old_side(old_side);
                resolved.key.lines = resolved.key.lines.map(moved);
                resolved.symbol_lines = resolved.symbol_lines.map(moved);
            }
            self.ground_in(&mut resolved, wave_index, file);
            let old_side = resolved.lines().is_some_and(|lines| lines.old_side);
            if old_path && !old_side && resolved.grounding == Grounding::Hunk {
                resolved.grounding = Grounding::File;
            }
        }
        resolved.flags.extend(flag.clone());
        resolved
    }

    fn ground_in(&self, resolved: &mut Resolved, wave_index: &WaveIndex, file: FileRef) {
        let lines = resolved.lines();
        if let (Some(lines), Some(last)) = (resolved.key.lines, wave_index.last_line(file)) {
            if lines.start > last {
                let noun = if last == 1 { "line" } else { "lines" };
                let reason = format!("beyond the end of the file, which has {last} {noun}");
                resolved.fault = Some((Bucket::BeyondFile, reason));
            } else if lines.old_side && !wave_index.is_deleted(file) {
                let reason = "the file is new and has no old lines".to_owned();
                resolved.fault = Some((Bucket::BeyondFile, reason));
            }
        }
        let own = (resolved.bundle < wave_index.bundle_count()).then_some(resolved.bundle);
        let (grounding, moved_to) = wave_index.locate(own, file, lines);
        resolved.grounding = grounding;
        if wave_index.is_deleted(file) && lines.is_some() {
            resolved.flags.push(DELETED_FILE.to_owned());
        }
        if let (Grounding::Wave, None, Some(reason)) =
            (grounding, moved_to, wave_index.excluded(file))
        {
            resolved.flags.push(format!("excluded: {reason}"));
        }
        resolved.bundle = moved_to.unwrap_or(resolved.bundle);
    }
}

fn number(numbers: &mut HashMap<String, usize>, names: &mut Vec<String>, name: &str) -> usize {
    if let Some(&number) = numbers.get(name) {
        return number;
    }
    let number = names.len();
    numbers.insert(name.to_owned(), number);
    names.push(name.to_owned());
    number
}
