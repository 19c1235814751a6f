//! What becomes of a unit: findings, mentions, a claim without a place, or a word that all is well.

use super::reader::ProseReader;
use super::text::{Cited, is_dash, letters, sentence_at, sentences, words_in};
use super::unit::{Start, Unit};
use crate::review::explain::{PartOutcome, PartReason};
use crate::review::location::PlaceInText;
use crate::review::statement::{CitedPlace, Statement};
use crate::review::{Claim, Mention, ReadAs, Severity, clean, label, severity, words};

impl ProseReader<'_> {
    pub(super) fn mention(&mut self, line: u32, text: &str, place: &PlaceInText) {
        if place.lines.is_empty() {
            return;
        }
        for citation in place.citations(text).into_iter().flatten() {
            self.said.mentions.push(Mention {
                line,
                text: citation.text,
                location: citation.location,
            });
        }
    }

    pub(super) fn emit(&mut self, unit: &Unit) -> PartOutcome {
        let (primary, used) = self.primary(unit);
        let own = self.stated_severity(unit, used);
        self.mention_others(unit, used);
        let (what, why) = self.claim(unit, used);
        let mention = self.why_no_finding(unit, used, own.is_some(), what.as_deref());
        if primary.is_empty() {
            return self.unplaced(unit, own, mention);
        }
        if let Some(reason) = mention {
            self.set_aside(unit, primary);
            return PartOutcome::Nothing(reason);
        }
        let (level, word) = match own {
            Some((level, word)) => (level, Some(word)),
            None => match &unit.around.severity {
                Some((level, word)) => (Some(*level), Some(word.clone())),
                None => (None, None),
            },
        };
        let aside = used.is_some_and(|(index, start)| unit.lines[index].1[..start].contains(". "));
        if unit.start == Start::Text && aside && level.is_none() {
            self.weak
                .extend(self.said.statements.len()..self.said.statements.len() + primary.len());
        }
        self.structured |= unit.start != Start::Text;
        let read_as = if !unit.paths.is_empty() && unit.start != Start::Row {
            ReadAs::Labelled
        } else {
            ReadAs::Prose
        };
        for (line, citation) in primary {
            let claim = Claim {
                severity: level,
                severity_text: word.clone(),
                what: what.clone(),
                why: why.clone(),
            };
            self.said.statements.push(Statement {
                cited: vec![CitedPlace::new(citation, "")],
                number: unit.number,
                ..Statement::new(line, read_as, claim)
            });
        }
        PartOutcome::Findings(Vec::new())
    }

    /// How bad the unit says it is: the value of a label, which may be no known word, else a word or mark of its text.
    fn stated_severity(
        &self,
        unit: &Unit,
        used: Option<(usize, usize)>,
    ) -> Option<(Option<Severity>, String)> {
        if let Some(word) = unit.severity.as_ref().or(unit.perhaps_severity.as_ref()) {
            let shown = word.trim_matches(['*', '`', '_', ' ']);
            return Some((severity::read(word), shown.to_owned()));
        }
        let (level, word) = self.own_severity(unit, &used)?;
        Some((Some(level), word))
    }

    /// The places of a unit that it is not about are mentions.
    fn mention_others(&mut self, unit: &Unit, used: Option<(usize, usize)>) {
        for (index, (line, text)) in unit.lines.iter().enumerate() {
            for place in self.places(text).iter() {
                if used != Some((index, place.range.start)) {
                    self.mention(*line, text, place);
                }
            }
        }
    }

    /// Why what a unit says is no finding, if it is none.
    fn why_no_finding(
        &self,
        unit: &Unit,
        used: Option<(usize, usize)>,
        rated: bool,
        what: Option<&str>,
    ) -> Option<PartReason> {
        let counts = rated && (self.is_in_intro() || unit.start == Start::Row);
        match () {
            () if unit.around.mention && !counts => Some(PartReason::Section),
            () if is_done(unit, what) => Some(PartReason::Done),
            () if !rated && approves_place(unit, used) => Some(PartReason::Approves),
            () if !self.says_something(unit) => Some(PartReason::SaysNothing),
            () => None,
        }
    }

    /// Whether a unit has words besides its places.
    fn says_something(&self, unit: &Unit) -> bool {
        let labelled = [&unit.what, &unit.why].into_iter().flatten();
        let labelled: usize = labelled.map(|text| letters(text)).sum();
        let lines = unit.lines.iter();
        labelled
            + lines
                .map(|(_, text)| letters(&self.without_places(text)))
                .sum::<usize>()
            > 1
    }

    /// The places of a unit that is no finding are mentions. It may say that there is nothing else, either: `… is taken
    /// correctly. Nothing to flag.`
    fn set_aside(&mut self, unit: &Unit, places: Vec<Cited>) {
        let closes = unit
            .lines
            .iter()
            .flat_map(|(_, text)| sentences(text))
            .any(|sentence| clean::says_nothing_found(sentence) && !self.has_place(sentence));
        if closes {
            self.clean.push(self.heading);
        }
        for (line, citation) in places {
            if let Ok(citation) = citation {
                self.said.mentions.push(Mention {
                    line,
                    text: citation.text,
                    location: citation.location,
                });
            }
        }
    }

    /// Whether the words before a list say that what follows is no finding.
    fn is_in_intro(&self) -> bool {
        self.sections
            .iter()
            .any(|section| section.level == 8 && section.around.mention)
    }

    /// A unit that names no line.
    fn unplaced(
        &mut self,
        unit: &Unit,
        own: Option<(Option<Severity>, String)>,
        mention: Option<PartReason>,
    ) -> PartOutcome {
        let lines: Vec<&str> = unit.lines.iter().map(|(_, text)| text.as_str()).collect();
        let text = lines.join(" ");
        if says_clean(unit) {
            self.clean.push(self.heading);
            if words::speaks_of_a_problem(&text)
                && !unit.around.mention
                && !matches!(unit.start, Start::Heading(_))
                && !text.to_lowercase().contains("checked for")
            {
                self.content.push((self.heading, true));
            }
            return PartOutcome::Clean;
        }
        if says_none(unit) {
            self.none.push(self.heading);
            return PartOutcome::Clean;
        }
        let is_title = matches!(unit.start, Start::Heading(_)) && lines.len() == 1;
        // A heading in front of findings is their group, not one without a place.
        let is_group = is_title && unit.number.is_none();
        if let Some((Some(level), word)) = own
            && mention.is_none()
            && words_in(&text) >= 3
            && !words::says_failed(&text)
            && !words::is_count(&text)
            && !is_group
        {
            let (what, why) = self.claim(unit, None);
            let line = unit.lines.first().map_or(1, |(line, _)| *line);
            let claim = Claim {
                severity: Some(level),
                severity_text: Some(word),
                what,
                why,
            };
            self.unlocated
                .push(Statement::new(line, ReadAs::Prose, claim));
            return PartOutcome::Findings(Vec::new());
        }
        let is_item = matches!(unit.start, Start::Item(_));
        if mention.is_none()
            && !is_title
            && (is_item || words::speaks_of_a_problem(&text))
            && !words::approves(&text)
        {
            self.content.push((self.heading, is_item));
        }
        PartOutcome::Nothing(mention.unwrap_or_else(|| self.why_unplaced(unit)))
    }

    /// Why a unit has no place of its own.
    fn why_unplaced(&self, unit: &Unit) -> PartReason {
        if !self.explain {
            return PartReason::NoPath;
        }
        let lines = unit.lines.iter().chain(&unit.paths);
        let mut reason = PartReason::NoPath;
        for (_, text) in lines {
            for place in self.places(text).iter() {
                if !place.lines.is_empty() {
                    return PartReason::InPassing;
                }
                reason = PartReason::NoLine;
            }
        }
        reason
    }
}

/// Whether a unit says that it is settled: `Fixed in 4f2c9ab`, `No issues found`.
fn is_done(unit: &Unit, what: Option<&str>) -> bool {
    let own_lines: Vec<&str> = unit.own_lines().collect();
    let labelled = [&unit.what, &unit.why].into_iter().flatten();
    let said = own_lines.iter().copied();
    let mut said = said.chain(labelled.flat_map(|text| text.lines()));
    unit.done
        || what.is_some_and(words::is_done)
        || said.by_ref().take(4).any(words::says_passed)
        || what.is_some_and(clean::says_nothing_found) && unit.why.is_none()
        || matches!(own_lines.as_slice(), [_, reply] if words::is_reply(reply))
}

/// Whether the sentence around the place approves of it.
fn approves_place(unit: &Unit, used: Option<(usize, usize)>) -> bool {
    used.is_some_and(|(index, start)| words::approves(sentence_at(&unit.lines[index].1, start)))
}

/// Whether a unit says that there is nothing to report.
fn says_clean(unit: &Unit) -> bool {
    let labelled = [&unit.what, &unit.why].into_iter().flatten();
    labelled
        .chain(unit.lines.iter().map(|(_, line)| line))
        .any(|text| sentences(text).any(clean::says_nothing_found))
}

/// Whether a unit says that its section is empty: `None`, `Blocking issues: none`.
fn says_none(unit: &Unit) -> bool {
    unit.lines.iter().any(|(_, line)| {
        label::says_none(line).is_some_and(|prefix| !prefix.gutter)
            || is_dash(line)
            || line
                .split_once([':', '：'])
                .is_some_and(|(_, value)| is_dash(value.trim_matches(['*', '_', ' '])))
    })
}
