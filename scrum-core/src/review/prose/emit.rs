//! What becomes of a unit: findings, mentions, a claim without a place, or a word that all is well.

use super::reader::ProseReader;
use super::text::{is_dash, letters, sentence_at, sentences, words_in};
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
        let stated = unit.severity.as_ref().or(unit.perhaps_severity.as_ref());
        let mut own = stated.map(|word| {
            (
                severity::read(word),
                word.as_str().trim_matches(['*', '`', '_', ' ']).to_owned(),
            )
        });
        if own.is_none() {
            own = self
                .own_severity(unit, &used)
                .map(|(level, word)| (Some(level), word));
        }
        let title = unit.lines.first().map_or("", |(_, text)| text.as_str());
        // Rest of the places.
        for (index, (line, text)) in unit.lines.iter().enumerate() {
            for place in self.places(text).iter() {
                if used != Some((index, place.range.start)) {
                    self.mention(*line, text, place);
                }
            }
        }
        let claim_words: usize = unit.what.as_deref().map_or(0, letters)
            + unit.why.as_deref().map_or(0, letters)
            + unit
                .lines
                .iter()
                .enumerate()
                .map(|(index, (_, text))| {
                    let cut = used.filter(|(at, _)| *at == index).map(|(_, start)| start);
                    let rest = self.without_place(text, cut);
                    // Between two places nothing is said of either.
                    let joins = words_in(&rest) <= 3
                        && words_in(&self.without_place(text, None)) <= 1
                        && self.places(text).len() > 1;
                    if joins { 0 } else { letters(&rest) }
                })
                .sum::<usize>();
        let approved = {
            let sentence = used.and_then(|(index, start)| {
                unit.lines
                    .get(index)
                    .map(|(_, text)| sentence_at(text, start))
            });
            // What is asked of a place may be answered in the next sentence.
            let answer = used.and_then(|(index, start)| {
                let (_, text) = unit.lines.get(index)?;
                let behind = &text[start..];
                let (question, rest) = behind.split_once("? ")?;
                (!question.contains(". ")).then(|| rest.split(". ").next().unwrap_or(rest))
            });
            own.is_none()
                && (sentence.is_some_and(words::approves) || answer.is_some_and(words::approves))
        };
        let own_lines: Vec<&str> = unit.own_lines().collect();
        let labelled = unit
            .what
            .iter()
            .chain(&unit.why)
            .flat_map(|text| text.lines());
        let passed = own_lines
            .iter()
            .copied()
            .chain(labelled)
            .take(4)
            .any(words::says_passed);
        let (what, _) = self.claim(unit, used);
        let nothing = |text: &str| words::passes(text) || clean::says_nothing_found(text);
        let approves = what.as_deref().is_some_and(nothing) && unit.why.is_none();
        let done = unit.done
            || what.as_deref().is_some_and(words::is_done)
            || passed
            || approves
            || matches!(own_lines.as_slice(), [place, text, ..] if self.is_only_place(place) && words::is_done(text))
            || matches!(own_lines.as_slice(), [_, reply] if words::is_reply(reply));
        let in_section = unit.around.mention
            && (own.is_none() || !(self.is_in_intro() || unit.start == Start::Row));
        let mention = match () {
            () if in_section => Some(PartReason::Section),
            () if done => Some(PartReason::Done),
            () if approved => Some(PartReason::Approves),
            () if claim_words < 2 => Some(PartReason::SaysNothing),
            () if title.matches("~~").count() >= 2 => Some(PartReason::Struck),
            () => None,
        };
        if primary.is_empty() {
            return self.unplaced(unit, own, mention);
        }
        if let Some(reason) = mention {
            // `… is taken correctly. Nothing to flag.`
            let lines = unit.lines.iter().filter(|_| unit.start == Start::Text);
            let closes = lines
                .flat_map(|(_, text)| sentences(text))
                .any(|sentence| clean::says_nothing_found(sentence) && !self.has_place(sentence));
            if closes {
                self.clean.push(self.heading);
            }
            for (line, citation) in primary {
                if let Ok(citation) = citation {
                    self.said.mentions.push(Mention {
                        line,
                        text: citation.text,
                        location: citation.location,
                    });
                }
            }
            return PartOutcome::Nothing(reason);
        }
        let (level, word) = match own {
            Some((level, word)) => (level, Some(word)),
            None => match &unit.around.severity {
                Some((level, word)) => (Some(*level), Some(word.clone())),
                None => (None, None),
            },
        };
        let (what, why) = self.claim(unit, used);
        let labelled = !unit.paths.is_empty() && unit.start != Start::Row;
        let aside = used
            .is_some_and(|(index, start)| index > 0 || unit.lines[index].1[..start].contains(". "));
        if unit.start == Start::Text && aside && level.is_none() && unit.number.is_none() {
            self.weak
                .extend(self.said.statements.len()..self.said.statements.len() + primary.len());
        }
        self.structured |= unit.start != Start::Text;
        for (line, citation) in primary {
            let read_as = if labelled {
                ReadAs::Labelled
            } else {
                ReadAs::Prose
            };
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

    pub(super) fn is_in_intro(&self) -> bool {
        self.sections
            .iter()
            .any(|section| section.level == 8 && section.around.mention)
            && !self
                .sections
                .iter()
                .any(|section| section.level != 8 && section.around.mention)
    }

    /// A unit that names no line.
    pub(super) fn unplaced(
        &mut self,
        unit: &Unit,
        own: Option<(Option<Severity>, String)>,
        mention: Option<PartReason>,
    ) -> PartOutcome {
        let text: String = unit
            .lines
            .iter()
            .map(|(_, text)| text.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        let labelled = [&unit.what, &unit.why]
            .into_iter()
            .flatten()
            .any(|text| sentences(text).any(clean::says_nothing_found));
        let is_clean = labelled
            || unit.lines.iter().any(|(_, line)| {
                sentences(line).any(clean::says_nothing_found) || clean::says_nothing_found(line)
            });
        let is_none = unit.lines.iter().any(|(_, line)| {
            label::says_none(line).is_some_and(|prefix| !prefix.gutter)
                || is_dash(line)
                // `Blocking issues: none`.
                || line.split_once([':', '：']).is_some_and(|(_, value)| {
                    is_dash(value.trim_matches(['*', '_', ' ']))
                })
        });
        let heading = matches!(unit.start, Start::Heading(_));
        if is_clean {
            self.clean.push(self.heading);
            let rest = unit
                .lines
                .iter()
                .flat_map(|(_, line)| sentences(line))
                .filter(|s| !clean::says_nothing_found(s));
            let rest = rest.collect::<Vec<_>>().join(" ");
            if words::speaks_of_a_problem(&rest)
                && !unit.around.mention
                && !rest.to_lowercase().contains("checked for")
                && !heading
            {
                self.content.push((usize::MAX, true));
            }
            return PartOutcome::Clean;
        }
        if is_none {
            self.none.push(self.heading);
            if unit.lines.len() == 1 || !words::speaks_of_a_problem(&text) {
                return PartOutcome::Clean;
            }
        }
        let listed = unit.number.is_some() || !unit.paths.is_empty() || unit.what.is_some();
        if let Some((Some(level), word)) = own
            && mention.is_none()
            && (!heading || listed || unit.lines.len() > 1)
            && words_in(&text) >= 3
            && !words::says_failed(&text)
            && !words::is_count(&text)
            && !self.followed_by_findings(unit)
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
        let remark = unit.around.mention || mention.is_some() || heading && unit.lines.len() == 1;
        if !remark
            && letters(&text) > 8
            && (matches!(unit.start, Start::Item(_)) || words::speaks_of_a_problem(&text))
            && !words::approves(&text)
        {
            self.content
                .push((self.heading, matches!(unit.start, Start::Item(_))));
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

    /// A heading in front of findings is their group, not one without a place.
    pub(super) fn followed_by_findings(&self, unit: &Unit) -> bool {
        matches!(unit.start, Start::Heading(_)) && unit.number.is_none() && unit.lines.len() == 1
    }
}
