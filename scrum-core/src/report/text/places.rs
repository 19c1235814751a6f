//! One place: where, who, and each claim's own words.

use std::io;

use super::{MAX_CLAIM, Page, Paint, counted};
use crate::report::clean::{line, wrap};
use crate::report::ranked::{Ranked, cited, location_name, notes, said_of};
use crate::tally::LocationTally;
use crate::tally::likeness::Likeness;

impl Page<'_> {
    pub(super) fn place(&mut self, ranked: &Ranked<'_>) -> io::Result<()> {
        let place = ranked.place;
        let word = self.severity(ranked.severity);
        let room = self.width.saturating_sub(7);
        let name = ranked.name();
        let mut names = wrap(&name, room).into_iter();
        let first = names.next().unwrap_or_default();
        let first = self.paint(Paint::Cyan, &first);
        writeln!(self.out, "\n{word}  {first}")?;
        for more in names {
            let more = self.paint(Paint::Cyan, &more);
            writeln!(self.out, "       {more}")?;
        }
        let mut told = ranked.agreement();
        let members = ranked.members().count();
        if members > 1 {
            told.push_str(&format!(" · {members} locations"));
        }
        if let Some(value) = place.likeness {
            let claims = counted(ranked.said().count() as u64, "claim", "claims");
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
        for location in ranked.members() {
            self.location(members, location)?;
        }
        for other in ranked.spanning() {
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

    fn location(&mut self, members: usize, location: &LocationTally) -> io::Result<()> {
        let at = cited(location);
        let mut told: Vec<String> = Vec::new();
        if location.convergence >= 2 && members > 1 {
            told.push(format!(
                "{} lineages at exactly this location",
                location.convergence
            ));
        }
        told.extend(notes(location));
        for said in said_of(location) {
            let claim = said.claim;
            let mut who = format!("{} · {at}", said.who());
            if let Some(word) = said.severity() {
                who.push_str(&format!(" · {word}"));
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
