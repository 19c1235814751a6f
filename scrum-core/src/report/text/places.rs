//! One place: where, who, and each claim's own words.

use std::io;

use super::{MAX_CLAIM, Page, Paint, counted, severity_word, worst};
use crate::likeness::Likeness;
use crate::report::clean::{line, shorten, wrap};
use crate::tally::{BundleTally, LocationTally, PlaceTally};

impl Page<'_> {
    pub(super) fn place(&mut self, bundle: &BundleTally, place: &PlaceTally) -> io::Result<()> {
        let severity = worst(bundle, place);
        let name = location_name(&place.path, place.start, place.end, place.symbol.as_deref());
        let word = self.severity(severity);
        let room = self.width.saturating_sub(7);
        let mut names = wrap(&name, room).into_iter();
        let first = names.next().unwrap_or_default();
        let first = self.paint(Paint::Cyan, &first);
        writeln!(self.out, "\n{word}  {first}")?;
        for more in names {
            let more = self.paint(Paint::Cyan, &more);
            writeln!(self.out, "       {more}")?;
        }
        let mut told = format!(
            "{} of {} that reviewed this bundle",
            place.convergence,
            counted(u64::from(place.reviewed_by), "lineage", "lineages")
        );
        let members: Vec<&LocationTally> = place
            .members
            .iter()
            .filter_map(|at| bundle.locations.get(*at))
            .collect();
        let claims: usize = members.iter().map(|location| location.claims.len()).sum();
        if members.len() > 1 {
            told.push_str(&format!(" · {} locations", members.len()));
        }
        if let Some(value) = place.likeness {
            let claims = counted(claims as u64, "claim", "claims");
            told.push_str(&format!(" · {claims}, {}", Likeness::of(value).as_str()));
        }
        self.paragraph(
            "       ",
            &told,
            Some(if place.convergence >= 2 {
                Paint::Green
            } else {
                Paint::Dim
            }),
        )?;
        for location in members {
            self.location(place, location)?;
        }
        for other in place
            .spanning
            .iter()
            .filter_map(|at| bundle.locations.get(*at))
        {
            let lines = location_name(&other.path, other.start, other.end, other.symbol.as_deref());
            let who: Vec<String> = other.reviewers.iter().map(|name| line(name)).collect();
            let text = format!(
                "shares a line with {lines} ({}), which counts elsewhere",
                who.join(", ")
            );
            self.paragraph("       ", &text, Some(Paint::Dim))?;
        }
        if place.spanning_left_out > 0 {
            let text = format!("and with {} more", place.spanning_left_out);
            self.paragraph("       ", &text, Some(Paint::Dim))?;
        }
        Ok(())
    }

    fn location(&mut self, place: &PlaceTally, location: &LocationTally) -> io::Result<()> {
        let at = match (location.start, location.end, &location.symbol) {
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
        };
        let mut told: Vec<String> = Vec::new();
        if location.convergence >= 2 && place.members.len() > 1 {
            told.push(format!(
                "{} lineages at exactly this location",
                location.convergence
            ));
        }
        told.push(match location.grounding.as_str() {
            "hunk" | "unverified" => String::new(),
            "file" => "outside the hunks shown".to_owned(),
            "wave" => "not in the reviewer's bundle".to_owned(),
            _ => "an unchanged file".to_owned(),
        });
        if let Some(from) = &location.from_bundle {
            told.push(format!("from the review of {}", line(from)));
        }
        told.extend(location.flags.iter().map(|flag| line(flag)));
        told.retain(|text| !text.is_empty());
        for (claim, lineages) in location.claims.iter().zip(&location.lineages) {
            let mut who = format!("{} ({lineages}) · {at}", line(&claim.reviewer));
            match (claim.severity, &claim.severity_text) {
                (Some(severity), _) => who.push_str(&format!(" · {}", severity_word(severity))),
                (None, Some(written)) => {
                    who.push_str(&format!(" · “{}”", shorten(&line(written), 20)));
                }
                (None, None) => {}
            }
            // A claim that was filed here from another bundle stands in the review of that one.
            match claim.from_bundle.as_deref() {
                Some(from) if location.from_bundle.as_deref() != Some(from) => who.push_str(
                    &format!(" · line {} of the review of {from}", claim.review_line),
                ),
                _ => who.push_str(&format!(" · review line {}", claim.review_line)),
            }
            self.paragraph("    ", &line(&who), None)?;
            self.said(claim.what.as_deref(), claim.why.as_deref())?;
        }
        if !told.is_empty() {
            self.paragraph(
                "        ",
                &format!("[{}]", told.join("; ")),
                Some(Paint::Dim),
            )?;
        }
        Ok(())
    }

    pub(super) fn said<'t>(
        &mut self,
        what: Option<&'t str>,
        why: Option<&'t str>,
    ) -> io::Result<()> {
        let said = |text: Option<&'t str>| text.filter(|text| !text.trim().is_empty());
        let (what, why) = (said(what), said(why));
        match (what, why) {
            (None, None) => return self.paragraph("        ", "(no words)", Some(Paint::Dim)),
            (Some(what), _) => self.cut(what, None)?,
            (None, Some(why)) => self.cut(why, None)?,
        }
        if let (true, Some(_), Some(why)) = (self.verbose, what, why) {
            self.cut(why, Some(Paint::Dim))?;
        }
        Ok(())
    }

    fn cut(&mut self, text: &str, paint: Option<Paint>) -> io::Result<()> {
        let clean = line(text);
        let length = clean.chars().count();
        if self.verbose || length <= MAX_CLAIM {
            return self.paragraph("        ", &clean, paint);
        }
        let start: String = clean.chars().take(MAX_CLAIM).collect();
        let more = length - MAX_CLAIM;
        self.paragraph(
            "        ",
            &format!("{start}… ({more} more characters, shown with -v)"),
            paint,
        )
    }
}

fn location_name(path: &str, start: Option<u32>, end: Option<u32>, symbol: Option<&str>) -> String {
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
