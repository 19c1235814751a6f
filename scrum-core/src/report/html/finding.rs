//! Findings: which are shown, in which order, and what stands in a card.

use std::cmp::Reverse;

use serde::Serialize;

use super::anchor::Anchors;
use super::words::{Prose, prose, start};
use super::{Register, counted};
use crate::ground::Grounding;
use crate::likeness::Likeness;
use crate::report::clean::line;
use crate::review::Severity;
use crate::tally::{BundleTally, Claim, LocationTally, PlaceTally, Tally};

/// Claims of one place that are shown; more are counted.
const MAX_CLAIMS: usize = 60;

/// Characters of a claim in the list.
const SUMMARY: usize = 220;

/// What the page shows of the tally's places.
#[derive(Debug)]
pub(super) struct Plan {
    /// One for each bundle of the tally.
    pub(super) bundles: Vec<BundlePlan>,
    /// All places that are shown, the list of them: the most convergent first, then the most severe.
    pub(super) rows: Vec<Row>,
    /// How many of the rows two or more lineages share; they stand first.
    pub(super) agreeing: usize,
    /// Places that are not shown.
    pub(super) left_out: usize,
    /// Places of severity BLOCK, also those that are not shown.
    pub(super) blocking: usize,
    pub(super) facets: Facets,
}

/// What the page shows of one bundle's places.
#[derive(Debug)]
pub(super) struct BundlePlan {
    pub(super) anchor: String,
    /// In the order of the list.
    pub(super) places: Vec<Card>,
    pub(super) left_out: usize,
}

/// What findings are filtered by.
#[derive(Debug, Serialize)]
pub(super) struct Facets {
    pub(super) severities: Vec<Facet>,
    pub(super) agreement: Vec<Facet>,
    pub(super) lineages: Vec<Facet>,
    pub(super) grounding: Vec<Facet>,
}

/// One choice.
#[derive(Debug, Serialize)]
pub(super) struct Facet {
    /// As in the attributes of what is filtered.
    pub(super) value: String,
    pub(super) label: String,
    /// Findings that it leaves.
    pub(super) count: usize,
}

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

impl Plan {
    /// Chooses and orders the places of a tally, at most `most` of them.
    pub(super) fn new(tally: &Tally, most: usize) -> Self {
        let mut anchors = Anchors::new();
        let mut order: Vec<(usize, usize)> = Vec::new();
        for (at, bundle) in tally.bundles.iter().enumerate() {
            order.extend((0..bundle.places.len()).map(|place| (at, place)));
        }
        order.sort_by_key(|&(at, number)| {
            let bundle = &tally.bundles[at];
            let place = &bundle.places[number];
            (
                Reverse(place.convergence),
                Reverse(worst(bundle, place)),
                at,
                place.members.first().copied(),
            )
        });
        let blocks = |&&(at, number): &&(usize, usize)| {
            let bundle = &tally.bundles[at];
            worst(bundle, &bundle.places[number]) == Some(Severity::Block)
        };
        let blocking = order.iter().filter(blocks).count();
        let left_out = order.split_off(order.len().min(most));
        let mut bundles: Vec<BundlePlan> = tally
            .bundles
            .iter()
            .map(|bundle| BundlePlan {
                anchor: anchors.name(&line(&bundle.id)),
                places: Vec::new(),
                left_out: 0,
            })
            .collect();
        for (at, _) in &left_out {
            bundles[*at].left_out += 1;
        }
        let mut counts = Counts::default();
        let mut rows = Vec::with_capacity(order.len());
        for (at, number) in order {
            let bundle = &tally.bundles[at];
            let place = &bundle.places[number];
            let shown = Place::new(bundle, place, &mut anchors, &mut counts);
            rows.push(Row::new(bundle, place, shown.clone()));
            bundles[at].places.push(Card::new(bundle, place, shown));
        }
        Self {
            agreeing: rows.partition_point(|row| row.place.convergence >= 2),
            rows,
            bundles,
            left_out: left_out.len(),
            blocking,
            facets: counts.facets(),
        }
    }
}

/// How many findings each choice leaves.
#[derive(Debug, Default)]
struct Counts {
    severities: [usize; 4],
    agreement: [usize; 4],
    grounding: [usize; 5],
    lineages: Register,
    by_lineage: Vec<usize>,
}

const GROUNDINGS: [(Grounding, &str); 5] = [
    (Grounding::Hunk, "In the diff"),
    (Grounding::File, "Outside its hunks"),
    (Grounding::Wave, "Another bundle"),
    (Grounding::Tree, "Unchanged file"),
    (Grounding::Unverified, "Not verified"),
];

impl Counts {
    fn lineage(&mut self, name: &str) -> usize {
        let at = self.lineages.number(name);
        if self.by_lineage.len() <= at {
            self.by_lineage.resize(at + 1, 0);
        }
        at
    }

    fn facets(&self) -> Facets {
        let facet = |value: &str, label: &str, count: usize| Facet {
            value: value.to_owned(),
            label: label.to_owned(),
            count,
        };
        let some = |facets: Vec<Facet>| -> Vec<Facet> {
            facets.into_iter().filter(|facet| facet.count > 0).collect()
        };
        let severities = [
            Some(Severity::Block),
            Some(Severity::Warn),
            Some(Severity::Info),
            None,
        ];
        let mut lineages: Vec<Facet> = self
            .lineages
            .names
            .iter()
            .zip(&self.by_lineage)
            .enumerate()
            .map(|(at, (name, count))| facet(&at.to_string(), &line(name), *count))
            .collect();
        lineages.sort_by(|a, b| a.label.cmp(&b.label));
        Facets {
            severities: some(
                severities
                    .into_iter()
                    .zip(self.severities)
                    .map(|(severity, count)| {
                        facet(severity_key(severity), severity_word(severity), count)
                    })
                    .collect(),
            ),
            agreement: some(
                [
                    ("4", "4 or more"),
                    ("3", "3 lineages"),
                    ("2", "2 lineages"),
                    ("1", "1 lineage"),
                ]
                .into_iter()
                .zip(self.agreement.into_iter().rev())
                .map(|((value, label), count)| facet(value, label, count))
                .collect(),
            ),
            lineages,
            grounding: some(
                GROUNDINGS
                    .into_iter()
                    .zip(self.grounding)
                    .map(|((grounding, label), count)| facet(grounding.as_str(), label, count))
                    .collect(),
            ),
        }
    }
}

impl Place {
    fn new(
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
        let mut lineages: Vec<usize> = Vec::new();
        let mut grounding: Vec<Grounding> = Vec::new();
        for location in members(bundle, place) {
            for set in &location.lineages {
                if set.is_unknown() {
                    lineages.push(counts.lineage("unknown"));
                }
                lineages.extend(set.iter().map(|name| counts.lineage(name)));
            }
            grounding.push(location.grounding);
        }
        lineages.sort_unstable();
        lineages.dedup();
        grounding.sort_unstable();
        grounding.dedup();
        lineages.iter().for_each(|at| counts.by_lineage[*at] += 1);
        for (at, (known, _)) in GROUNDINGS.iter().enumerate() {
            counts.grounding[at] += usize::from(grounding.contains(known));
        }
        counts.severities[match severity {
            Some(Severity::Block) => 0,
            Some(Severity::Warn) => 1,
            Some(Severity::Info) => 2,
            None => 3,
        }] += 1;
        counts.agreement[level as usize - 1] += 1;
        let keys = |words: Vec<String>| words.join(" ");
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
            lineage_keys: keys(lineages.iter().map(usize::to_string).collect()),
            grounding_keys: keys(
                grounding
                    .iter()
                    .map(|word| word.as_str().to_owned())
                    .collect(),
            ),
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
    fn new(bundle: &BundleTally, place: &PlaceTally, shown: Place) -> Self {
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

impl Card {
    fn new(bundle: &BundleTally, place: &PlaceTally, shown: Place) -> Self {
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

fn members<'a>(
    bundle: &'a BundleTally,
    place: &'a PlaceTally,
) -> impl Iterator<Item = &'a LocationTally> {
    place
        .members
        .iter()
        .filter_map(|at| bundle.locations.get(*at))
}

/// The highest severity of a place's members.
fn worst(bundle: &BundleTally, place: &PlaceTally) -> Option<Severity> {
    members(bundle, place)
        .filter_map(|location| location.severity)
        .max()
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
