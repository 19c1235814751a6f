//! What people have decided about issues: `.scrum/triage.toml`, and which issues of a wave its entries are about.
//!
//! An entry names no issue by number or title. It has the path, the lines, the head tree that these lines belong to, and
//! what was claimed; in a later wave the lines are carried through the changes since that tree, and the words are
//! compared as those of one issue are. So an entry survives moved lines, renamed files and rephrased claims.
//!
//! The file is sorted, so that it changes in as few lines as possible, and can be edited by hand.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::carry::Carry;
use super::matching::{Candidate, Claimed, pair_up};
use super::worth::judged;
use crate::estimate::EstimateBasis;
use crate::review::Severity;
use crate::review::location::LineRange;
use crate::tally::{BundleTally, IssueRecord, Tally, TriageMark, TriageVerdict};

/// The schema that this version reads and writes.
pub const TRIAGE_SCHEMA: &str = "scrum.triage/1";

/// Claims of one issue that an entry keeps.
const MAX_CLAIMS: usize = 5;

/// Characters of one claim that an entry keeps.
const MAX_CLAIM: usize = 400;

/// `.scrum/triage.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TriageFile {
    /// What was decided, sorted by path, lines and claims once written.
    pub issues: Vec<TriageEntry>,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriageEntry {
    /// The path as the wave's manifest writes it.
    pub path: String,
    /// `20` or `20-21`: lines at `head`. Absent for a whole file, or a symbol that the diff does not show.
    #[serde(default)]
    pub lines: Option<Lines>,
    /// The symbol, if one was cited.
    #[serde(default)]
    pub symbol: Option<String>,
    /// What was decided.
    pub verdict: TriageVerdict,
    /// Who decided it.
    #[serde(default)]
    pub by: Option<String>,
    /// Why.
    #[serde(default)]
    pub note: Option<String>,
    /// The highest severity when it was decided.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// The reviewers that reported it then, by name.
    #[serde(default)]
    pub reviewers: Vec<String>,
    /// Their lineages, as in `deepseek+alibaba`.
    #[serde(default)]
    pub lineages: Vec<String>,
    /// Full hex id of the tree that `lines` belong to. Without one they are taken for lines of any head.
    #[serde(default)]
    pub head: Option<String>,
    /// What was claimed.
    #[serde(default)]
    pub claims: Vec<String>,
}

/// `20` or `20-21`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Lines(pub LineRange);

impl TryFrom<String> for Lines {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (start, end) = text.split_once('-').unwrap_or((&text, &text));
        match (start.trim().parse(), end.trim().parse()) {
            (Ok(start), Ok(end)) if start >= 1 && start <= end => {
                Ok(Self(LineRange { start, end }))
            }
            _ => Err(format!(
                "`{text}` names no lines: write \"20\" or \"20-21\""
            )),
        }
    }
}

impl std::fmt::Display for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let LineRange { start, end } = self.0;
        if start == end {
            write!(f, "{start}")
        } else {
            write!(f, "{start}-{end}")
        }
    }
}

/// A triage file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TriageError {
    /// Not TOML, an unknown key, or a value of the wrong kind.
    #[error("line {line}: {message}")]
    Toml {
        /// Where it is, 1-based.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// Written by another version.
    #[error("the file has schema `{found}`; this version reads `{TRIAGE_SCHEMA}`")]
    Schema {
        /// The schema named in the file.
        found: String,
    },
}

const HEAD: &str = "\
# Decisions on issues, written by `scrum triage`. May be committed and edited; comments are not kept.
# verdict: confirmed, false-positive, wont-fix or fixed.
";

impl TriageFile {
    /// Reads the file's text. An empty one is no decision.
    ///
    /// # Errors
    ///
    /// [`TriageError`] with the line.
    pub fn from_toml(text: &str) -> Result<Self, TriageError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            #[serde(default)]
            schema: Option<String>,
            #[serde(default)]
            issue: Vec<TriageEntry>,
        }
        let raw: Raw = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let before = &text.as_bytes()[..start];
            TriageError::Toml {
                line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
                message: error.message().to_owned(),
            }
        })?;
        match raw.schema {
            Some(found) if found != TRIAGE_SCHEMA => Err(TriageError::Schema { found }),
            _ => Ok(Self { issues: raw.issue }),
        }
    }

    /// The file's text, sorted.
    pub fn to_toml(&self) -> String {
        let mut text = format!("{HEAD}schema = {}\n", quoted(TRIAGE_SCHEMA));
        let mut sorted: Vec<&TriageEntry> = self.issues.iter().collect();
        sorted.sort_by(|a, b| {
            let key = |entry: &TriageEntry| (entry.path.clone(), entry.lines, entry.claims.clone());
            key(a).cmp(&key(b)).then_with(|| a.cmp(b))
        });
        for entry in sorted {
            text.push_str("\n[[issue]]\n");
            let mut put = |key: &str, value: String| {
                text.push_str(key);
                text.push_str(" = ");
                text.push_str(&value);
                text.push('\n');
            };
            put("path", quoted(&entry.path));
            if let Some(lines) = &entry.lines {
                put("lines", quoted(&lines.to_string()));
            }
            let verdict = match entry.verdict {
                TriageVerdict::Confirmed => "confirmed",
                TriageVerdict::FalsePositive => "false-positive",
                TriageVerdict::WontFix => "wont-fix",
                TriageVerdict::Fixed => "fixed",
            };
            let severity = entry.severity.map(|severity| match severity {
                Severity::Block => "block",
                Severity::Warn => "warn",
                Severity::Info => "info",
            });
            let verdict = Some(verdict.to_owned());
            for (key, value) in [
                ("symbol", &entry.symbol),
                ("verdict", &verdict),
                ("by", &entry.by),
                ("note", &entry.note),
                ("severity", &severity.map(str::to_owned)),
            ] {
                if let Some(value) = value {
                    put(key, quoted(value));
                }
            }
            for (key, list) in [
                ("reviewers", &entry.reviewers),
                ("lineages", &entry.lineages),
            ] {
                if !list.is_empty() {
                    let items: Vec<String> = list.iter().map(|item| quoted(item)).collect();
                    put(key, format!("[{}]", items.join(", ")));
                }
            }
            if let Some(head) = &entry.head {
                put("head", quoted(head));
            }
            if !entry.claims.is_empty() {
                // One a line, so that a difference is one.
                let items = entry
                    .claims
                    .iter()
                    .map(|item| format!("  {},\n", quoted(item)));
                put("claims", format!("[\n{}]", items.collect::<String>()));
            }
        }
        text
    }

    /// The trees that entries name, each once.
    pub fn heads(&self) -> BTreeSet<&str> {
        let heads = self.issues.iter().filter_map(|entry| entry.head.as_deref());
        heads.collect()
    }

    /// Marks the issues that entries are about, and makes the tally's estimate and its records of reviewers anew. `carries`
    /// leads from the trees of [`heads`](Self::heads) to the wave's head; an entry whose tree is not among them is
    /// matched by its path and words alone. `head` is the tree of the wave itself: what was said of it to be fixed is no
    /// surprise there. With `trusted`, what other entries dismiss stays open: a change decides nothing about its own review.
    /// Returns for each entry the issues that it is about, as indices of bundle
    /// and issue.
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
                    let why = "the change under review brings this decision itself";
                    mark.reopened.push(why.to_owned());
                }
                bundle.issues[*issue].triage = Some(mark);
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
            let before: Vec<Candidate<'_>> = entries
                .iter()
                .map(|at| self.candidate(*at, &carried[*at]))
                .collect();
            let after: Vec<Candidate<'_>> = free
                .iter()
                .map(|at| {
                    let (bundle, issue) = places[*at];
                    let bundle = &tally.bundles[bundle];
                    let issue = &bundle.issues[issue];
                    let findings = issue.findings.iter();
                    let claims =
                        findings
                            .filter_map(|at| bundle.findings.get(*at))
                            .map(|finding| {
                                let lines = finding.lines().filter(|_| !by_words);
                                (Claimed::Finding(finding), lines)
                            });
                    Candidate {
                        path: &issue.path,
                        old_path: &issue.path,
                        claims: claims.collect(),
                    }
                })
                .collect();
            let (matches, lone) = pair_up(&before, &after, tally.near_lines);
            for found in matches {
                // The most alike entry decides; others about the same issue say no more.
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
    ) -> Candidate<'t> {
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
        Candidate {
            path,
            old_path: &entry.path,
            claims,
        }
    }
}

impl TriageEntry {
    /// A decision on an issue of a bundle. `head` is the wave's head tree.
    pub fn new(
        bundle: &BundleTally,
        issue: &IssueRecord,
        head: Option<&str>,
        verdict: TriageVerdict,
    ) -> Self {
        let findings = || {
            issue
                .findings
                .iter()
                .filter_map(|at| bundle.findings.get(*at))
        };
        let names: BTreeSet<String> = findings().map(|f| f.reviewer.clone()).collect();
        let lineages: BTreeSet<String> = findings()
            .filter(|finding| !finding.lineages.is_unknown())
            .map(|finding| finding.lineages.to_string())
            .collect();
        let claims: BTreeSet<String> = findings()
            .filter_map(|finding| {
                let said = [&finding.what, &finding.why];
                let said: Vec<&str> = said
                    .into_iter()
                    .filter_map(|text| text.as_deref())
                    .collect();
                let words = said
                    .join(" ")
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ");
                let words: String = words.chars().take(MAX_CLAIM).collect();
                (!words.is_empty()).then_some(words)
            })
            .collect();
        Self {
            path: issue.path.clone(),
            lines: issue
                .start
                .zip(issue.end)
                .map(|(start, end)| Lines(LineRange { start, end })),
            symbol: issue.symbol.clone(),
            verdict,
            by: None,
            note: None,
            severity: issue.severity,
            reviewers: names.into_iter().collect(),
            lineages: lineages.into_iter().collect(),
            head: head.map(str::to_owned),
            claims: claims.into_iter().take(MAX_CLAIMS).collect(),
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
            let findings = issue.findings.iter();
            let joined: BTreeSet<String> = findings
                .filter_map(|at| bundle.findings.get(*at))
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
        reopened.push("it was said to be fixed".to_owned());
    }
    TriageMark {
        verdict: entry.verdict,
        by: entry.by.clone(),
        note: entry.note.clone(),
        reopened,
    }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || crate::terminal::is_harmful(c) => {
                out.push_str(&format!("\\U{:08X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
