//! Finds the issues of a wave that the entries of a triage file are about, and marks them.
//!
//! An entry does not refer to an issue by number or title. It contains the path, the lines, the head tree that these
//! lines refer to, and the claims. In a later wave, the lines are mapped through the changes since that tree, and the
//! words are compared as in the grouping of findings. So an entry survives moved lines, renamed files and rephrased
//! claims.

use std::collections::{BTreeMap, BTreeSet};

use super::carry::Carry;
use super::decisions::{TriageEntry, TriageFile};
use super::matching::{Claimed, MatchIssue, pair_up};
use super::worth::judged;
use crate::estimate::EstimateBasis;
use crate::review::Severity;
use crate::review::location::LineRange;
use crate::tally::{BundleTally, IssueRecord, Tally, TriageMark, TriageVerdict};

impl TriageFile {
    /// The trees that the entries name, without duplicates.
    pub fn heads(&self) -> BTreeSet<&str> {
        let heads = self.issues.iter().filter_map(|entry| entry.head.as_deref());
        heads.collect()
    }

    /// Marks the issues that the entries are about, and updates the tally's estimate and its records of reviewers.
    /// `carries` maps the trees of [`heads`](Self::heads) to the wave's head; an entry whose tree is not among them is
    /// matched only by its path and words. `head` is the tree of the wave itself: an issue that was marked as fixed at
    /// this tree is not shown again. With `trusted`, only these entries can dismiss issues, so that a change cannot
    /// decide about its own review. Returns for each entry the issues that it is about, as indices of bundle and issue.
    pub fn apply(
        &self,
        tally: &mut Tally,
        carries: &BTreeMap<String, Carry>,
        head: Option<&str>,
        trusted: Option<&Self>,
    ) -> Vec<Vec<(usize, usize)>> {
        let about = self.about(tally, carries);
        let mut confirmed = false;
        for (entry, places) in self.issues.iter().zip(&about) {
            for (bundle, issue) in places {
                let bundle = &mut tally.bundles[*bundle];
                let mut mark = mark(entry, bundle, *issue, head);
                if entry.verdict.dismisses()
                    && trusted.is_some_and(|trusted| !trusted.issues.contains(entry))
                {
                    let why = "the change under review adds this decision itself";
                    mark.reopened.push(why.to_owned());
                }
                bundle.issues[*issue].triage = Some(Box::new(mark));
            }
        }
        for issue in tally.bundles.iter().flat_map(|bundle| &bundle.issues) {
            confirmed |= was_right(issue) == Some(true);
        }
        if confirmed {
            tally.estimate_missed(EstimateBasis::Confirmed, |issue| {
                was_right(issue) == Some(true)
            });
        } else {
            tally.estimate_missed(EstimateBasis::Unconfirmed, |issue| {
                was_right(issue) != Some(false)
            });
        }
        tally.judged = judged(tally, self);
        about
    }

    fn about(&self, tally: &Tally, carries: &BTreeMap<String, Carry>) -> Vec<Vec<(usize, usize)>> {
        let mut about: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.issues.len()];
        let places: Vec<(usize, usize)> = tally
            .bundles
            .iter()
            .enumerate()
            .flat_map(|(at, bundle)| (0..bundle.issues.len()).map(move |issue| (at, issue)))
            .collect();
        let carried: Vec<(String, Option<LineRange>, bool)> = self
            .issues
            .iter()
            .map(|entry| {
                let lines = entry.lines.map(|lines| lines.0);
                let carry = entry.head.as_ref().map(|head| carries.get(head));
                match carry {
                    Some(Some(carry)) => {
                        let to = carry.carry(&entry.path, lines);
                        (
                            to.path.unwrap_or_else(|| entry.path.clone()),
                            to.lines,
                            true,
                        )
                    }
                    Some(None) => (entry.path.clone(), None, false),
                    None => (entry.path.clone(), lines, true),
                }
            })
            .collect();
        let known = (0..carried.len()).filter(|at| carried[*at].2).collect();
        let unknown = (0..carried.len()).filter(|at| !carried[*at].2).collect();
        let mut free: Vec<usize> = (0..places.len()).collect();
        for (entries, by_words) in [(known, false), (unknown, true)] {
            let entries: Vec<usize> = entries;
            if entries.is_empty() {
                continue;
            }
            let before: Vec<MatchIssue<'_>> = entries
                .iter()
                .map(|at| self.candidate(*at, &carried[*at]))
                .collect();
            let after: Vec<MatchIssue<'_>> = free
                .iter()
                .map(|at| {
                    let (bundle, issue) = places[*at];
                    let bundle = &tally.bundles[bundle];
                    let issue = &bundle.issues[issue];
                    let claims = bundle.findings_of(issue).map(|finding| {
                        let lines = finding.lines().filter(|_| !by_words);
                        (Claimed::Finding(finding), lines)
                    });
                    MatchIssue {
                        path: &issue.path,
                        old_path: &issue.path,
                        claims: claims.collect(),
                    }
                })
                .collect();
            let (matches, lone) = pair_up(&before, &after, tally.near_lines);
            for found in matches {
                // The most similar entry decides; others about the same issue are ignored.
                let own = &mut about[entries[found.old[0]]];
                own.extend(found.new.iter().map(|at| places[free[*at]]));
            }
            free = lone.new.iter().map(|at| free[*at]).collect();
        }
        about
    }

    fn candidate<'t>(
        &'t self,
        at: usize,
        (path, lines, _): &'t (String, Option<LineRange>, bool),
    ) -> MatchIssue<'t> {
        let entry = &self.issues[at];
        let symbol = entry.symbol.as_deref();
        let claims = entry.claims.iter().map(String::as_str);
        let mut claims: Vec<_> = claims
            .map(|text| (Claimed::Text { text, symbol }, *lines))
            .collect();
        // Without words the lines alone decide.
        if claims.is_empty() {
            claims.push((Claimed::Text { text: "", symbol }, *lines));
        }
        MatchIssue {
            path,
            old_path: &entry.path,
            claims,
        }
    }
}

fn was_right(issue: &IssueRecord) -> Option<bool> {
    issue.triage.as_ref()?.verdict.was_right()
}

fn mark(entry: &TriageEntry, bundle: &BundleTally, issue: usize, head: Option<&str>) -> TriageMark {
    let issue = &bundle.issues[issue];
    let mut reopened = Vec::new();
    if entry.verdict.dismisses() {
        if issue.severity == Some(Severity::Block) && entry.severity < Some(Severity::Block) {
            reopened.push("its severity rose to BLOCK".to_owned());
        }
        if !entry.lineages.is_empty() {
            let known: BTreeSet<&str> = entry
                .lineages
                .iter()
                .flat_map(|set| set.split('+'))
                .collect();
            let joined: BTreeSet<String> = bundle
                .findings_of(issue)
                .filter(|finding| {
                    let mut names = finding.lineages.iter();
                    !finding.lineages.is_unknown() && !names.any(|name| known.contains(name))
                })
                .map(|finding| format!("{} reports it, too", finding.lineages))
                .collect();
            reopened.extend(joined);
        }
    }
    if entry.verdict == TriageVerdict::Fixed && entry.head.as_deref() != head {
        reopened.push("it was marked as fixed".to_owned());
    }
    TriageMark {
        verdict: entry.verdict,
        by: entry.by.clone(),
        note: entry.note.clone(),
        reopened,
    }
}

#[cfg(test)]
mod tests;
