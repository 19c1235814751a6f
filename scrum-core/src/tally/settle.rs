//! One citation after the other: which file and lines it means, where it belongs, and what becomes of it.
//!
//! Paths and symbols are numbered, so that what follows compares numbers. A path is resolved once for all its
//! citations, and a bundle's diff is read once for all the symbols that are sought in it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::retract::Retractions;
use super::{Bucket, DiffText};
use crate::review::location::{LineRange, Location};
use crate::review::{Finding, QuoteEvidence, Review};
use crate::tally::ground::{FileRef, Ground, Grounding, PathMatch, strip_prefixes};
use crate::tally::symbol::resolve_symbols;

/// Different unknown paths for which a known one is suggested; the first in the order of the reviews.
const MAX_SUGGESTIONS: usize = 1_000;

/// What a location means, by numbers that are equal only for equal things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    /// Index into [`Settler::paths`].
    pub(super) path: usize,
    pub(super) lines: Option<LineRange>,
    /// Index into [`Settler::symbols`].
    pub(super) symbol: Option<usize>,
}

/// A citation that is not malformed, echoed, unknown or retracted.
#[derive(Debug)]
pub(super) struct Spotted {
    pub(super) key: Key,
    pub(super) symbol_lines: Option<LineRange>,
    /// The bundle it belongs to, where that is not the review's own.
    pub(super) moved_to: Option<usize>,
    pub(super) grounding: Grounding,
    pub(super) flags: Vec<String>,
}

/// What a location names, known or not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aim {
    pub(super) key: Key,
    /// Its lines, or those of its symbol.
    pub(super) lines: Option<LineRange>,
    pub(super) unknown: bool,
}

/// What became of a finding before duplicates are looked for.
#[derive(Debug)]
pub(super) enum Fate {
    SetAside(Bucket, String),
    Live(Spotted),
}

/// A review with the fate of each of its findings, and the retractions that met nothing.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) fates: Vec<Fate>,
    pub(super) unmatched: Vec<usize>,
    pub(super) too_many_retractions: bool,
}

/// What a written path means.
#[derive(Debug, Clone)]
enum Target {
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
pub(super) struct Settler<'a> {
    ground: Option<&'a Ground>,
    targets: HashMap<String, Target>,
    path_numbers: HashMap<String, usize>,
    pub(super) paths: Vec<String>,
    symbol_numbers: HashMap<String, usize>,
    pub(super) symbols: Vec<String>,
    /// Bundle, path, symbol.
    found: HashMap<(usize, usize, usize), LineRange>,
    suggestions: usize,
}

impl<'a> Settler<'a> {
    pub(super) fn new(ground: Option<&'a Ground>) -> Self {
        Self {
            ground,
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
            for location in cited
                .filter_map(|finding| finding.location.as_ref().ok())
                .chain(retracted)
            {
                self.prepare_path(&location.path);
                let Some(symbol) = &location.symbol else {
                    continue;
                };
                let symbol = self.symbol_number(symbol);
                let Some(Target::Known { path, file, .. }) = self.targets.get(&location.path)
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
        match (self.ground, file) {
            (Some(ground), Some(file)) => ground.holders(file, Some(bundle)),
            _ => vec![bundle],
        }
    }

    fn prepare_path(&mut self, written: &str) {
        if self.targets.contains_key(written) {
            return;
        }
        let target = match self.ground {
            None => Target::Known {
                path: self.path_number(strip_prefixes(written).0),
                file: None,
                flag: None,
                old_path: false,
            },
            Some(ground) => match ground.resolve(written) {
                PathMatch::Known {
                    file,
                    shortened,
                    old_path,
                } => Target::Known {
                    path: self.path_number(ground.path_of(file)),
                    file: Some(file),
                    flag: if old_path {
                        Some(format!("named by its old path {written}"))
                    } else {
                        shortened.then(|| format!("resolved from {written}"))
                    },
                    old_path,
                },
                PathMatch::Unknown { fits } => Target::Unknown {
                    reason: self.unknown_reason(ground, written, &fits),
                    path: self.path_number(written),
                },
            },
        };
        self.targets.insert(written.to_owned(), target);
    }

    fn unknown_reason(&mut self, ground: &Ground, written: &str, fits: &[String]) -> String {
        if !fits.is_empty() {
            return format!(
                "fits more than one file; did you mean {}?",
                fits.join(" or ")
            );
        }
        self.suggestions += 1;
        let nearest = (self.suggestions <= MAX_SUGGESTIONS)
            .then(|| ground.suggest(written))
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

    /// What a location of a review of `bundle` names, the lines it covers, and whether its path is unknown. `None` for a
    /// path that was not prepared.
    pub(super) fn aim(&self, bundle: usize, location: &Location) -> Option<Aim> {
        let target = self.targets.get(&location.path)?;
        let (key, symbol_lines) = self.lines(bundle, location, target);
        Some(Aim {
            key,
            lines: key.lines.or(symbol_lines),
            unknown: matches!(target, Target::Unknown { .. }),
        })
    }

    /// The lines that a location of a review of `bundle` covers: its own, or those of its symbol and the bundle that
    /// shows it.
    fn lines(
        &self,
        bundle: usize,
        location: &Location,
        target: &Target,
    ) -> (Key, Option<LineRange>) {
        let (path, file) = match target {
            Target::Known { path, file, .. } => (*path, *file),
            Target::Unknown { path, .. } => (*path, None),
        };
        let symbol = location
            .symbol
            .as_ref()
            .filter(|_| location.lines.is_none())
            .and_then(|symbol| self.symbol_numbers.get(symbol).copied());
        let found = symbol.and_then(|symbol| {
            let mut holders = self.holders(bundle, file).into_iter();
            holders.find_map(|holder| self.found.get(&(holder, path, symbol)).copied())
        });
        let key = Key {
            path,
            lines: location.lines,
            symbol,
        };
        (key, found)
    }

    /// Settles one review of the bundle with this index. Its paths must have been prepared.
    pub(super) fn settle(&self, bundle: usize, review: &Review) -> Settled {
        let met = Retractions::new(self, bundle, review);
        let mut fates = Vec::with_capacity(review.findings.len());
        for (at, finding) in review.findings.iter().enumerate() {
            fates.push(self.fate(bundle, review, finding, met.by(at)));
        }
        Settled {
            fates,
            unmatched: met.unmatched,
            too_many_retractions: met.exhausted,
        }
    }

    fn fate(
        &self,
        bundle: usize,
        review: &Review,
        finding: &Finding,
        retracted: Option<usize>,
    ) -> Fate {
        let location = match &finding.location {
            Ok(location) => location,
            Err(malformed) => return Fate::SetAside(Bucket::Malformed, malformed.to_string()),
        };
        if let Some(evidence) = finding.quoted {
            return Fate::SetAside(Bucket::Echoed, echo_reason(evidence).to_owned());
        }
        let Some(target) = self.targets.get(&location.path) else {
            return Fate::SetAside(Bucket::UnknownPath, "no such path".to_owned());
        };
        let (file, flag, old_path) = match target {
            Target::Unknown { reason, .. } => {
                return Fate::SetAside(Bucket::UnknownPath, reason.clone());
            }
            Target::Known {
                file,
                flag,
                old_path,
                ..
            } => (file, flag, old_path),
        };
        if let Some(line) = retracted {
            return Fate::SetAside(Bucket::Retracted, format!("taken back at line {line}"));
        }
        if let Some(inferred) = &finding.retracted {
            let reason = format!(
                "taken back in plain words at line {} (inferred): {}",
                inferred.line, inferred.phrase
            );
            return Fate::SetAside(Bucket::Retracted, reason);
        }
        let (key, symbol_lines) = self.lines(bundle, location, target);
        let mut spotted = Spotted {
            key,
            symbol_lines,
            moved_to: None,
            grounding: Grounding::Unverified,
            flags: Vec::new(),
        };
        if let (Some(ground), Some(file)) = (self.ground, file) {
            let own = (bundle < ground.bundle_count()).then_some(bundle);
            let spot = ground.locate(own, *file, key.lines.or(symbol_lines));
            spotted.moved_to = spot.moved_to;
            spotted.grounding = if *old_path && spot.grounding == Grounding::Hunk {
                Grounding::File
            } else {
                spot.grounding
            };
            spotted.flags = spot.flags;
        }
        spotted.flags.extend(flag.clone());
        let told = [
            (finding.swapped, "range was written backwards"),
            (finding.stands_in_diff, "the same line stands in the diff"),
            (review.read_as_json, "read as JSON"),
        ];
        spotted.flags.extend(
            told.iter()
                .filter(|(holds, _)| *holds)
                .map(|(_, text)| (*text).to_owned()),
        );
        Fate::Live(spotted)
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

fn echo_reason(evidence: QuoteEvidence) -> &'static str {
    match evidence {
        QuoteEvidence::Gutter => "quoted: a diff mark or a line number stands in front",
        QuoteEvidence::QuotingFence => "quoted: in a fence that quotes the diff",
        QuoteEvidence::WholeBlock => "quoted: the whole block stands so in the diff or the prompt",
    }
}
