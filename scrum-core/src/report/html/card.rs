//! A place with everybody's words.

use serde::Serialize;

use super::counted;
use super::finding::{Place, members, severity_key, severity_word};
use super::words::{Prose, prose, start};
use crate::report::clean::line;
use crate::tally::ground::Grounding;
use crate::tally::{BundleTally, LocationTally, PlaceTally};

/// Claims of one place that are shown; more are counted.
const MAX_CLAIMS: usize = 60;

/// A place with everybody's words.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Card {
    #[serde(flatten)]
    pub(super) place: Place,
    /// As the tally has it, for the place in the diff.
    #[serde(skip)]
    pub(super) path: String,
    #[serde(skip)]
    pub(super) lines: Option<(u32, u32)>,
    /// `2 of 3 lineages that reviewed this bundle`.
    pub(super) told: String,
    /// How many locations are meant, where it is more than one.
    pub(super) locations: Option<usize>,
    pub(super) claims: Vec<ClaimView>,
    pub(super) claims_left_out: usize,
    /// What a reader should know of its locations, and what shares a line with it and counts elsewhere.
    pub(super) notes: Vec<String>,
}

/// One reviewer's words.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ClaimView {
    pub(super) reviewer: String,
    pub(super) lineages: String,
    pub(super) severity: &'static str,
    pub(super) severity_word: String,
    /// `lines 20-21`.
    pub(super) at: String,
    /// `review line 2`.
    pub(super) source: String,
    pub(super) what: Option<Prose>,
    pub(super) why: Option<Prose>,
}

impl Card {
    /// Gathers the words; `shown` is what the list says, too.
    pub(super) fn new(bundle: &BundleTally, place: &PlaceTally, shown: Place) -> Self {
        let mut claims = Vec::new();
        let mut count = 0;
        for location in members(bundle, place) {
            count += location.claims.len();
            for at in 0..location.claims.len() {
                if claims.len() < MAX_CLAIMS {
                    claims.push(claim(location, at));
                }
            }
        }
        let mut notes: Vec<String> = members(bundle, place)
            .filter_map(|location| location_notes(place, location))
            .collect();
        let spanning = place
            .spanning
            .iter()
            .filter_map(|at| bundle.locations.get(*at))
            .map(|other| {
                let who: Vec<String> = other.reviewers.iter().map(|name| line(name)).collect();
                let at = at_words(other);
                format!(
                    "shares a line with {at} ({}), which counts elsewhere",
                    who.join(", ")
                )
            });
        notes.extend(spanning);
        if place.spanning_left_out > 0 {
            notes.push(format!("and with {} more", place.spanning_left_out));
        }
        let lineages = counted(u64::from(place.reviewed_by), "lineage", "lineages");
        Self {
            path: place.path.clone(),
            lines: place.start.zip(place.end),
            told: format!(
                "{} of {lineages} that reviewed this bundle",
                place.convergence
            ),
            locations: (place.members.len() > 1).then_some(place.members.len()),
            claims_left_out: count - claims.len(),
            claims,
            notes,
            place: shown,
        }
    }
}

/// What a reader should know of a location, where there is something.
fn location_notes(place: &PlaceTally, location: &LocationTally) -> Option<String> {
    let mut notes = Vec::new();
    if location.convergence >= 2 && place.members.len() > 1 {
        let lineages = location.convergence;
        notes.push(format!("{lineages} lineages at exactly this location"));
    }
    match location.grounding {
        Grounding::Hunk | Grounding::Unverified => {}
        Grounding::File => notes.push("outside the hunks shown".to_owned()),
        Grounding::Wave => notes.push("not in the reviewer's bundle".to_owned()),
        Grounding::Tree => notes.push("an unchanged file".to_owned()),
    }
    notes.extend(location.flags.iter().map(|flag| line(flag)));
    let told = notes.join("; ");
    match place.members.len() {
        _ if notes.is_empty() => None,
        1 => Some(told),
        _ => Some(format!("{}: {told}", at_words(location))),
    }
}

fn claim(location: &LocationTally, at: usize) -> ClaimView {
    let claim = &location.claims[at];
    let severity_text = claim.severity_text.as_deref();
    ClaimView {
        reviewer: line(&claim.reviewer),
        lineages: location
            .lineages
            .get(at)
            .map_or_else(String::new, |set| line(&set.to_string())),
        severity: severity_key(claim.severity),
        severity_word: match (claim.severity, severity_text) {
            (None, Some(written)) => format!("“{}”", start(written, 20)),
            (severity, _) => severity_word(severity).to_owned(),
        },
        at: at_words(location),
        source: match claim.from_bundle.as_deref() {
            Some(from) => format!("line {} of the review of {}", claim.review_line, line(from)),
            None => format!("review line {}", claim.review_line),
        },
        what: claim.what.as_deref().and_then(prose),
        why: claim.why.as_deref().and_then(prose),
    }
}

/// `line 20`, `lines 20-21`, a symbol with its lines, or `whole file`.
fn at_words(location: &LocationTally) -> String {
    let lines = |start, end| match start == end {
        true => format!("line {start}"),
        false => format!("lines {start}-{end}"),
    };
    match (location.start, location.end, &location.symbol) {
        (Some(start), Some(end), _) => lines(start, end),
        (_, _, Some(symbol)) => match (location.symbol_start, location.symbol_end) {
            (Some(start), Some(end)) => format!("{} ({})", line(symbol), lines(start, end)),
            _ => line(symbol),
        },
        _ => "whole file".to_owned(),
    }
}
