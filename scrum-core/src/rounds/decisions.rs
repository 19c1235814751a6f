//! Decisions of people about issues: the text of `.scrum/triage.toml`.
//!
//! The file is sorted, so that few lines change at a time, and it can be edited by hand.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::change::OLD_SIDE;
use crate::review::Severity;
use crate::review::location::LineRange;
use crate::tally::{BundleTally, IssueRecord, TriageVerdict};

/// The schema that this version reads and writes.
pub const TRIAGE_SCHEMA: &str = "scrum.triage/1";

/// Maximum number of claims in an entry.
const MAX_CLAIMS: usize = 5;

/// Maximum number of characters of a claim in an entry.
const MAX_CLAIM: usize = 400;

/// `.scrum/triage.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TriageFile {
    /// The decisions; sorted by path, lines and claims when written.
    pub issues: Vec<TriageEntry>,
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriageEntry {
    /// The path, as in the wave's manifest.
    pub path: String,
    /// `20` or `20-21`: lines at `head`; `old:20`: lines of the old file. Absent for a whole file, or a symbol that the diff does not show.
    #[serde(default)]
    pub lines: Option<TriageLines>,
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
    /// The highest severity at the time of the decision.
    #[serde(default)]
    pub severity: Option<Severity>,
    /// The names of the reviewers that had reported it.
    #[serde(default)]
    pub reviewers: Vec<String>,
    /// Their lineages, as in `deepseek+alibaba`.
    #[serde(default)]
    pub lineages: Vec<String>,
    /// Full hex id of the tree that `lines` belong to. Without one, they apply to any head.
    #[serde(default)]
    pub head: Option<String>,
    /// What was claimed.
    #[serde(default)]
    pub claims: Vec<String>,
}

/// `20`, `20-21`, or `old:20` for lines of the old file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct TriageLines(pub LineRange);

impl TryFrom<String> for TriageLines {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let old = text.strip_prefix(OLD_SIDE);
        let numbers = old.unwrap_or(&text);
        let (start, end) = numbers.split_once('-').unwrap_or((numbers, numbers));
        match (start.trim().parse(), end.trim().parse()) {
            (Ok(start), Ok(end)) if start >= 1 && start <= end => {
                Ok(Self(LineRange::new(start, end).on_old_side(old.is_some())))
            }
            _ => Err(format!(
                "`{text}` names no lines: write \"20\", \"20-21\" or \"old:20\""
            )),
        }
    }
}

impl std::fmt::Display for TriageLines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
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
    /// Reads the file's text. An empty text has no decisions.
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
                // One per line, for small diffs.
                let items = entry
                    .claims
                    .iter()
                    .map(|item| format!("  {},\n", quoted(item)));
                put("claims", format!("[\n{}]", items.collect::<String>()));
            }
        }
        text
    }
}

/// The reviewers that report an issue, and their known lineages.
pub(super) fn reporters(
    bundle: &BundleTally,
    issue: &IssueRecord,
) -> (BTreeSet<String>, BTreeSet<String>) {
    let findings = || bundle.findings_of(issue);
    let reviewers = findings().map(|finding| finding.reviewer.clone());
    let lineages = findings()
        .filter(|finding| !finding.lineages.is_unknown())
        .map(|finding| finding.lineages.to_string());
    (reviewers.collect(), lineages.collect())
}

impl TriageEntry {
    /// A decision on an issue of a bundle. `head` is the wave's head tree.
    pub fn new(
        bundle: &BundleTally,
        issue: &IssueRecord,
        head: Option<&str>,
        verdict: TriageVerdict,
    ) -> Self {
        let (names, lineages) = reporters(bundle, issue);
        let claims: BTreeSet<String> = bundle
            .findings_of(issue)
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
            lines: issue.lines().map(TriageLines),
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
