//! Which findings come first in every report, and the words that all reports have for them.
//!
//! What is reported is a place: one entry with every claim's own words, however many reviewers cite it with ranges of
//! their own. Places that independent lineages agree on come first, then what one lineage alone calls blocking, then
//! the rest. Nothing is left out here; a report that has a limit cuts at the end and says how much.

use std::cmp::Reverse;

use super::clean::{line, shorten};
use crate::review::Severity;
use crate::tally::ground::{DELETED_FILE, Grounding};
use crate::tally::lineage::LineageSet;
use crate::tally::{BundleTally, Claim, LocationTally, PlaceTally, Tally};

/// The largest line number that every format's readers hold: those of SARIF and rdjson are 32-bit signed.
const LAST_LINE: u32 = i32::MAX.unsigned_abs();

/// Why a place stands where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// Two or more independent lineages cite it.
    Convergent,
    /// One lineage alone cites it, and calls it blocking.
    Blocking,
    /// Everything else.
    Rest,
}

/// A place with its bundle.
#[derive(Debug, Clone, Copy)]
pub struct Ranked<'t> {
    /// The bundle that it belongs to.
    pub bundle: &'t BundleTally,
    /// The place.
    pub place: &'t PlaceTally,
    /// The highest severity of its claims.
    pub severity: Option<Severity>,
    /// Why it stands where it stands.
    pub rank: Rank,
    /// Where it stands in the tally: index of the bundle and of the place in it.
    pub(super) at: (usize, usize),
}

/// All places of a tally, the most important first: by rank, convergence, severity, then in the tally's own order.
pub fn ranked(tally: &Tally) -> Vec<Ranked<'_>> {
    let mut all = in_order(tally);
    sort(&mut all);
    all
}

/// The places of one bundle, in the same order.
pub fn of_bundle(bundle: &BundleTally) -> Vec<Ranked<'_>> {
    let mut all: Vec<Ranked<'_>> = unsorted(0, bundle).collect();
    sort(&mut all);
    all
}

/// All places in the tally's own order.
pub(super) fn in_order(tally: &Tally) -> Vec<Ranked<'_>> {
    let bundles = tally.bundles.iter().enumerate();
    bundles
        .flat_map(|(at, bundle)| unsorted(at, bundle))
        .collect()
}

fn unsorted(bundle_at: usize, bundle: &BundleTally) -> impl Iterator<Item = Ranked<'_>> {
    bundle.places.iter().enumerate().map(move |(at, place)| {
        let severity = locations(bundle, &place.members).filter_map(|location| location.severity);
        let severity = severity.max();
        let rank = match severity {
            _ if place.convergence >= 2 => Rank::Convergent,
            Some(Severity::Block) => Rank::Blocking,
            _ => Rank::Rest,
        };
        Ranked {
            bundle,
            place,
            severity,
            rank,
            at: (bundle_at, at),
        }
    })
}

fn sort(all: &mut [Ranked<'_>]) {
    // Stable: equals stay in the tally's order.
    all.sort_by_key(|entry| {
        (
            entry.rank,
            Reverse(entry.place.convergence),
            Reverse(entry.severity),
        )
    });
}

fn locations<'t>(
    bundle: &'t BundleTally,
    indices: &'t [usize],
) -> impl Iterator<Item = &'t LocationTally> {
    indices.iter().filter_map(|at| bundle.locations.get(*at))
}

/// One reviewer's claim at a place.
#[derive(Debug, Clone, Copy)]
pub struct Said<'t> {
    /// Where it is cited.
    pub location: &'t LocationTally,
    /// What is said.
    pub claim: &'t Claim,
    /// The reviewer's lineages; `None` where the tally has none for it.
    pub lineages: Option<&'t LineageSet>,
}

impl<'t> Ranked<'t> {
    /// The locations that vote here.
    pub fn members(&self) -> impl Iterator<Item = &'t LocationTally> {
        locations(self.bundle, &self.place.members)
    }

    /// The locations that share a line and vote elsewhere.
    pub fn spanning(&self) -> impl Iterator<Item = &'t LocationTally> {
        locations(self.bundle, &self.place.spanning)
    }

    /// Every claim of the members, in the tally's order.
    pub fn said(&self) -> impl Iterator<Item = Said<'t>> {
        self.members().flat_map(said_of)
    }

    /// First and last line at the head, for formats that point into files.
    ///
    /// `None` for a whole file, a symbol whose definition the diff does not show, and a deleted file, whose lines are
    /// not those of any file at the head. Always `1 <= first <= last`, and at most 2³¹ - 1.
    pub fn head_lines(&self) -> Option<(u32, u32)> {
        let deleted =
            |location: &LocationTally| location.flags.iter().any(|flag| flag == DELETED_FILE);
        if self.members().any(deleted) {
            return None;
        }
        let lines = self.place.start.zip(self.place.end);
        let (start, end) = lines.or_else(|| {
            let symbol = self.members().next()?;
            symbol.symbol_start.zip(symbol.symbol_end)
        })?;
        (1..=LAST_LINE)
            .contains(&start)
            .then(|| (start, end.clamp(start, LAST_LINE)))
    }

    /// `src/pool.rs:20-21`, `src/pool.rs::drain` or `src/pool.rs`, in one line of clean text.
    pub fn name(&self) -> String {
        let place = self.place;
        location_name(&place.path, place.start, place.end, place.symbol.as_deref())
    }

    /// `2 of 3 lineages that reviewed this bundle`.
    pub fn agreement(&self) -> String {
        format!(
            "{} of {} that reviewed this bundle",
            self.place.convergence,
            counted(u64::from(self.place.reviewed_by), "lineage", "lineages")
        )
    }
}

impl Said<'_> {
    /// `kimi (moonshot)`, in one line of clean text.
    pub fn who(&self) -> String {
        let name = line(&self.claim.reviewer);
        let name = if name.is_empty() { "(no name)" } else { &name };
        match self.lineages {
            Some(lineages) => format!("{name} ({lineages})"),
            None => name.to_owned(),
        }
    }

    /// The severity's word, or what the reviewer wrote in its place.
    pub fn severity(&self) -> Option<String> {
        match (self.claim.severity, &self.claim.severity_text) {
            (Some(severity), _) => Some(severity_word(severity).to_owned()),
            (None, Some(written)) => Some(format!("“{}”", shorten(&line(written), 20))),
            (None, None) => None,
        }
    }

    /// What is said, else why; `None` where there are no words.
    pub fn words(&self) -> Option<&str> {
        let said = |text: &'_ Option<String>| text.as_ref().is_some_and(|t| !t.trim().is_empty());
        let claim = self.claim;
        let text = if said(&claim.what) {
            &claim.what
        } else {
            &claim.why
        };
        text.as_deref().filter(|text| !text.trim().is_empty())
    }
}

/// The claims at a location, in its own order.
pub(super) fn said_of(location: &LocationTally) -> impl Iterator<Item = Said<'_>> {
    let claims = location.claims.iter().enumerate();
    claims.map(move |(at, claim)| Said {
        location,
        claim,
        lineages: location.lineages.get(at),
    })
}

/// `line 20`, `lines 20-21`, `drain (lines 20-31)` or `whole file`, in clean text.
pub(super) fn cited(location: &LocationTally) -> String {
    match (location.start, location.end, &location.symbol) {
        (Some(start), Some(end), _) => format!(
            "{} {}",
            if start == end { "line" } else { "lines" },
            range(start, end)
        ),
        (_, _, Some(symbol)) => match (location.symbol_start, location.symbol_end) {
            (Some(start), Some(end)) => {
                format!("{} (lines {})", line(symbol), range(start, end))
            }
            _ => line(symbol),
        },
        _ => "whole file".to_owned(),
    }
}

/// What a reader should know of a location, in clean text.
pub(super) fn notes(location: &LocationTally) -> Vec<String> {
    let mut told = Vec::new();
    match location.grounding {
        Grounding::Hunk | Grounding::Unverified => {}
        Grounding::File => told.push("outside the hunks shown".to_owned()),
        Grounding::Wave => told.push("not in the reviewer's bundle".to_owned()),
        Grounding::Tree => told.push("an unchanged file".to_owned()),
    }
    if let Some(from) = &location.from_bundle {
        told.push(format!("from the review of {}", line(from)));
    }
    told.extend(location.flags.iter().map(|flag| line(flag)));
    told.retain(|text| !text.is_empty());
    told
}

pub(super) fn location_name(
    path: &str,
    start: Option<u32>,
    end: Option<u32>,
    symbol: Option<&str>,
) -> String {
    let path = line(path);
    match (start, end, symbol) {
        (_, _, Some(symbol)) => format!("{path}::{}", line(symbol)),
        (Some(start), Some(end), None) => format!("{path}:{}", range(start, end)),
        _ => path,
    }
}

fn range(start: u32, end: u32) -> String {
    if start == end {
        start.to_string()
    } else {
        format!("{start}-{end}")
    }
}

pub(super) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Block => "BLOCK",
        Severity::Warn => "WARN",
        Severity::Info => "INFO",
    }
}

pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
