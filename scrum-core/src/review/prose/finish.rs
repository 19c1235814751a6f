//! What the answer says as a whole: what it takes back, and whether it is clean.

use std::collections::BTreeMap;

use super::reader::ProseReader;
use super::text::sentences;
use crate::review::explain::{PartOutcome, PartReason};
use crate::review::location::Location;
use crate::review::markdown::{LineKind, MarkdownLine};
use crate::review::phrase::TRIGGERS;
use crate::review::retraction::{self, RetractionTarget};
use crate::review::statement::{Reading, Statement};
use crate::review::{Claim, InferredRetraction, sentence, words};

/// Lines that may take something back, at most.
const MOST_RETRACTIONS: usize = 1000;

impl ProseReader<'_> {
    pub(super) fn finish(mut self, lines: &[MarkdownLine<'_>]) -> Reading {
        self.retract(lines);
        if self.structured {
            for at in std::mem::take(&mut self.weak).into_iter().rev() {
                let statement = self.said.statements.remove(at);
                if let Some(part) = self.said.parts.get_mut(statement.part) {
                    part.outcome = PartOutcome::Nothing(PartReason::Remark);
                }
                self.said.mentions.extend(statement.into_mentions());
            }
        }
        let praised = |statement: &Statement| {
            let Claim { what, why, .. } = &statement.claim;
            let said: Vec<&str> = [what, why]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect();
            statement.claim.severity_text.is_none() && words::praises(&said.join("\n"))
        };
        if !self.clean.is_empty() && self.said.statements.iter().all(praised) {
            self.said.demoted(PartReason::Approves);
        }
        // Places of a list were taken for mentions as well.
        let taken: std::collections::HashSet<(u32, Location)> = self
            .said
            .statements
            .iter()
            .flat_map(|statement| {
                let cited = statement.cited.iter();
                cited.filter_map(|place| Some((statement.line, place.location.clone().ok()?)))
            })
            .collect();
        self.said
            .mentions
            .retain(|mention| !taken.contains(&(mention.line, mention.location.clone())));
        self.said.statements.append(&mut self.unlocated);
        let standing = self
            .said
            .statements
            .iter()
            .any(|statement| statement.retracted.is_none());
        let listed = self
            .content
            .iter()
            .any(|(heading, item)| *item || !self.clean.contains(heading));
        let stated = !self.clean.is_empty() && !listed;
        let all_none = !self.none.is_empty() && self.content.is_empty();
        self.said.says_clean = !standing && !self.rejects && (stated || all_none);
        self.said
    }

    /// Findings that plain words take back.
    pub(super) fn retract(&mut self, lines: &[MarkdownLine<'_>]) {
        let mut taken: BTreeMap<usize, InferredRetraction> = BTreeMap::new();
        let mut tried = 0;
        for line in lines
            .iter()
            .filter(|line| !matches!(line.kind, LineKind::Code | LineKind::Blank))
        {
            if TRIGGERS.find(line.text.as_bytes()).is_none() || tried >= MOST_RETRACTIONS {
                continue;
            }
            tried += 1;
            let own = self
                .units
                .iter()
                .rposition(|(_, _, range)| range.start <= line.number);
            for said in sentences(&line.text) {
                let Some(target) = retraction::target(&sentence::plain(said)) else {
                    continue;
                };
                let units: Vec<usize> = match target {
                    RetractionTarget::Own => own
                        .filter(|own| self.units[*own].2.contains(&line.number))
                        .into_iter()
                        .collect(),
                    RetractionTarget::Numbers(numbers) => numbers
                        .into_iter()
                        .filter_map(|number| {
                            let before = self.units.iter().rposition(|(own, findings, range)| {
                                *own == Some(number)
                                    && !findings.is_empty()
                                    && range.start <= line.number
                            });
                            // Where nothing is numbered, findings are counted.
                            let numbered = self
                                .units
                                .iter()
                                .any(|(own, findings, _)| own.is_some() && !findings.is_empty());
                            before.or_else(|| {
                                let with = self
                                    .units
                                    .iter()
                                    .enumerate()
                                    .filter(|(_, (_, findings, _))| !findings.is_empty());
                                let at = usize::try_from(number).ok()?.checked_sub(1)?;
                                (!numbered)
                                    .then(|| with.map(|(index, _)| index).nth(at))
                                    .flatten()
                            })
                        })
                        .collect(),
                };
                // Units and parts are in the same order.
                let takes_back = self
                    .units
                    .iter()
                    .rposition(|(_, _, range)| range.contains(&line.number));
                if let Some(part) = takes_back.and_then(|at| self.said.parts.get_mut(at))
                    && !units.is_empty()
                    && matches!(part.outcome, PartOutcome::Nothing(_))
                {
                    part.outcome = PartOutcome::Retraction;
                }
                for unit in units {
                    for finding in self.units[unit].1.clone() {
                        taken.entry(finding).or_insert_with(|| InferredRetraction {
                            line: line.number,
                            phrase: sentence::shown(said),
                        });
                    }
                }
            }
        }
        for (at, words) in taken {
            if let Some(statement) = self.said.statements.get_mut(at) {
                statement.retracted = Some(words);
            }
        }
    }
}
