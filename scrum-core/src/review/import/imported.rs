//! What one author said, and how it is written as a review.

use serde::{Deserialize, Serialize};

use super::keys::BOTS;
use crate::review::location::Location;
use crate::review::{Claim, Severity};

/// A finding of an imported review, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedFinding {
    /// The file.
    pub path: String,
    /// First line, in the new file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_line: Option<u32>,
    /// Last line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u32>,
    /// In place of both, lines of the old file: `old:41`, `old:41-44`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// `block`, `warn` or `info`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// What is said first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Where the comment can be opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Its thread is resolved.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resolved: bool,
}

/// Who wrote comments.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Author {
    /// A person: a lineage of their own.
    Person,
    /// A program, with the lineages of its model; none if they are not known.
    Program(Vec<String>),
}

impl Author {
    pub(super) fn program(lineages: &[String]) -> Self {
        Self::Program(lineages.to_vec())
    }

    /// By the login, and by what the forge says of it.
    pub(super) fn of(login: &str, bot: bool) -> Self {
        let name = login.strip_suffix("[bot]").unwrap_or(login);
        let known = BOTS
            .lineages
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        let lower = login.to_ascii_lowercase();
        match known {
            Some((_, lineages)) => Self::program(lineages),
            None if bot || BOTS.endings.iter().any(|ending| lower.ends_with(ending)) => {
                Self::program(&[])
            }
            None => Self::Person,
        }
    }
}

/// What one author said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The login, without `[bot]`.
    pub reviewer: String,
    /// Who that is.
    pub author: Author,
    /// The comments that were read.
    pub comments: u64,
    /// In the order of the dump.
    pub findings: Vec<ImportedFinding>,
    /// It says as a whole that there is nothing, or approves.
    pub says_clean: bool,
}

/// How an imported review begins, by which it is told from one that a reviewer gave.
pub const IMPORTED: &str = "{\"imported_by\":\"scrum\"";

impl Imported {
    pub(super) fn new(reviewer: String, author: Author) -> Self {
        Self {
            reviewer,
            author,
            comments: 0,
            findings: Vec::new(),
            says_clean: false,
        }
    }

    /// The review as JSON Lines. `findings` are those of one bundle.
    pub fn to_json_lines(&self, findings: &[&ImportedFinding]) -> String {
        let mut out = IMPORTED.to_owned();
        if self.says_clean {
            out.push_str(",\"findings\":[]");
        }
        out.push_str("}\n");
        for finding in findings {
            out.push_str(&serde_json::to_string(finding).unwrap_or_default());
            out.push('\n');
        }
        out
    }

    /// Adds what an earlier import of the same author brought, as [`to_json_lines`](Self::to_json_lines) wrote it. Of a
    /// comment that is in both, this one counts.
    pub fn merge(&mut self, earlier: &str) {
        let mut lines = earlier.lines();
        let clean = lines
            .next()
            .is_some_and(|head| head.contains("\"findings\":[]"));
        let known = |finding: &ImportedFinding| {
            self.findings.iter().any(|own| match &finding.link {
                Some(link) => own.link.as_ref() == Some(link),
                None => own == finding,
            })
        };
        let mut merged: Vec<ImportedFinding> = lines
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter(|finding| !known(finding))
            .collect();
        merged.append(&mut self.findings);
        self.findings = merged;
        self.says_clean = (self.says_clean || clean) && self.findings.is_empty();
    }

    /// Whether there is anything to write.
    pub fn says_something(&self) -> bool {
        !self.findings.is_empty() || self.says_clean
    }
}

/// A login as the name of a reviewer and of a file.
pub(super) fn reviewer_name(login: &str) -> String {
    let login = login.strip_suffix("[bot]").unwrap_or(login);
    let name: String = login
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') {
                c
            } else {
                '-'
            }
        })
        .take(80)
        .collect();
    let name = name.trim_matches(['.', '-']).to_owned();
    if name.is_empty() {
        "unknown".to_owned()
    } else {
        name
    }
}

pub(super) fn finding_of(location: &Location, claim: Claim) -> ImportedFinding {
    let severity = claim.severity.map(|level| match level {
        Severity::Block => "block".to_owned(),
        Severity::Warn => "warn".to_owned(),
        Severity::Info => "info".to_owned(),
    });
    let new = location.lines.filter(|lines| !lines.old_side);
    let old = location.lines.filter(|lines| lines.old_side);
    ImportedFinding {
        path: location.path.clone(),
        start_line: new.map(|lines| lines.start),
        end_line: new.map(|lines| lines.end),
        lines: old.map(|lines| lines.to_string()),
        severity,
        title: claim.what,
        body: claim.why,
        link: None,
        resolved: false,
    }
}
