//! What the list of findings and the cards in the diffs both say of a place.

use serde::Serialize;

use super::anchor::Anchors;
use super::facet::Counts;
use super::words::{Prose, prose, start};
use crate::report::clean::line;
use crate::review::Severity;
use crate::tally::likeness::Likeness;
use crate::tally::{BundleTally, Claim, LocationTally, PlaceTally};

/// Characters of a claim in the list.
const SUMMARY: usize = 220;

/// A place's line in the list of findings.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    #[serde(flatten)]
    pub(super) place: Place,
    pub(super) bundle: String,
    /// The first words of the most severe claim.
    pub(super) summary: Option<Prose>,
    pub(super) reviewers: Vec<String>,
    /// How many further claims there are.
    pub(super) more: usize,
}

/// What a place's line and its card both say.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Place {
    pub(super) anchor: String,
    pub(super) severity: &'static str,
    pub(super) severity_word: &'static str,
    /// Folder with its last slash.
    pub(super) folder: String,
    pub(super) file: String,
    /// `:20-21`, `::symbol` or nothing.
    pub(super) at: String,
    /// Lineages that meet here.
    pub(super) convergence: u32,
    /// Out of so many.
    pub(super) reviewed_by: u32,
    /// The same as filled and empty dots; nothing where they would be too many to count.
    pub(super) dots: String,
    /// 1 to 4.
    pub(super) level: u32,
    pub(super) likeness: Option<&'static str>,
    /// Numbers of the lineages, for the filter.
    pub(super) lineage_keys: String,
    pub(super) grounding_keys: String,
}

impl Place {
    /// Describes a place, gives it a name, and counts it.
    pub(super) fn new(
        bundle: &BundleTally,
        place: &PlaceTally,
        anchors: &mut Anchors,
        counts: &mut Counts,
    ) -> Self {
        let severity = worst(bundle, place);
        let path = line(&place.path);
        let at = at_lines(place.start, place.end, place.symbol.as_deref());
        let anchor = anchors.name(&format!("{}/{path}{at}", line(&bundle.id)));
        let (folder, file) = match path.rfind('/') {
            Some(slash) => (path[..=slash].to_owned(), path[slash + 1..].to_owned()),
            None => (String::new(), path),
        };
        let level = place.convergence.clamp(1, 4);
        let keys = counts.count(members(bundle, place), level, severity);
        Self {
            anchor,
            severity: severity_key(severity),
            severity_word: severity_word(severity),
            folder,
            file,
            at,
            convergence: place.convergence,
            reviewed_by: place.reviewed_by,
            dots: dots(place.convergence, place.reviewed_by),
            level,
            likeness: place.likeness.map(|value| Likeness::of(value).as_str()),
            lineage_keys: keys.lineages,
            grounding_keys: keys.grounding,
        }
    }
}

/// `●●○`: 2 of 3.
fn dots(filled: u32, of: u32) -> String {
    const MOST: u32 = 9;
    if of > MOST || filled > of {
        return String::new();
    }
    let times = |mark: &str, count: u32| mark.repeat(count as usize);
    times("●", filled) + &times("○", of - filled)
}

impl Row {
    /// The place's line.
    pub(super) fn new(bundle: &BundleTally, place: &PlaceTally, shown: Place) -> Self {
        let claims = || members(bundle, place).flat_map(|location| &location.claims);
        // The first of the most severe; `max_by_key` would give the last.
        let first =
            claims()
                .filter(|claim| said(claim).is_some())
                .reduce(|best, claim| match claim.severity > best.severity {
                    true => claim,
                    false => best,
                });
        let mut reviewers: Vec<String> = Vec::new();
        for claim in claims() {
            let name = line(&claim.reviewer);
            if !reviewers.contains(&name) {
                reviewers.push(name);
            }
        }
        Self {
            place: shown,
            bundle: line(&bundle.id),
            summary: first
                .and_then(said)
                .and_then(|text| prose(&start(text, SUMMARY))),
            reviewers,
            more: claims().count().saturating_sub(1),
        }
    }
}

fn said(claim: &Claim) -> Option<&str> {
    let some = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    match (some(&claim.what), some(&claim.why)) {
        (true, _) => claim.what.as_deref(),
        (false, true) => claim.why.as_deref(),
        (false, false) => None,
    }
}

/// The locations that vote at a place.
pub(super) fn members<'a>(
    bundle: &'a BundleTally,
    place: &'a PlaceTally,
) -> impl Iterator<Item = &'a LocationTally> {
    place
        .members
        .iter()
        .filter_map(|at| bundle.locations.get(*at))
}

/// The highest severity of a place's members.
pub(super) fn worst(bundle: &BundleTally, place: &PlaceTally) -> Option<Severity> {
    members(bundle, place)
        .filter_map(|location| location.severity)
        .max()
}

fn at_lines(start: Option<u32>, end: Option<u32>, symbol: Option<&str>) -> String {
    match (start, end, symbol) {
        (_, _, Some(symbol)) => format!("::{}", line(symbol)),
        (Some(start), Some(end), None) if start == end => format!(":{start}"),
        (Some(start), Some(end), None) => format!(":{start}-{end}"),
        _ => String::new(),
    }
}

/// The word in attributes.
pub(super) fn severity_key(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Block) => "block",
        Some(Severity::Warn) => "warn",
        Some(Severity::Info) => "info",
        None => "none",
    }
}

/// The word for people.
pub(super) fn severity_word(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Block) => "Block",
        Some(Severity::Warn) => "Warn",
        Some(Severity::Info) => "Info",
        None => "No severity",
    }
}
