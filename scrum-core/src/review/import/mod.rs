//! What lies in a pull request already: the comments of a forge's dump, one review for each author.
//!
//! Takes the bytes of a dump; gives [`Import`]: who said what, in a form that [`Review::read`] reads back. `forge` finds the
//! comments, `tools` the reports of linters, `head_lines` where a comment on older lines belongs now. Forges name the same
//! things differently; a data file lists those keys, so that no forge has a reader of its own.

mod forge;
mod head_lines;
mod keys;
mod tools;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use self::forge::{Comment, Reader};
pub use self::head_lines::HeadLines;
use self::keys::BOTS;
use super::document;
use super::{Claim, ReadOptions, Review, Severity, prose};
use crate::review::location::{KnownPaths, Location};

/// Which forge wrote a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ImportFormat {
    /// Found out by its keys.
    #[default]
    Auto,
    /// GitHub: REST, GraphQL, or `gh pr view --json`.
    GitHub,
    /// GitLab discussions.
    GitLab,
    /// Gerrit comments.
    Gerrit,
    /// Bitbucket comments.
    Bitbucket,
    /// Threads of Azure DevOps.
    Azure,
    /// SARIF: one reviewer for each tool.
    Sarif,
    /// rdjson or rdjsonl: one reviewer for each source.
    Rdjson,
}

impl ImportFormat {
    /// Every format that can be insisted on.
    pub const ALL: [Self; 7] = [
        Self::GitHub,
        Self::GitLab,
        Self::Gerrit,
        Self::Bitbucket,
        Self::Azure,
        Self::Sarif,
        Self::Rdjson,
    ];
}

impl fmt::Display for ImportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::Gerrit => "gerrit",
            Self::Bitbucket => "bitbucket",
            Self::Azure => "azure",
            Self::Sarif => "sarif",
            Self::Rdjson => "rdjson",
        })
    }
}

/// How a dump is read.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct ImportOptions<'a> {
    /// The forge that is insisted on. Default: any.
    pub format: ImportFormat,
    /// Paths that there are. Default: none known.
    pub paths: Option<&'a KnownPaths>,
    /// Maps comments on older lines. Default: none, and such comments keep only their file.
    pub head: Option<&'a HeadLines>,
    /// SARIF and rdjson are not read. Default: they are.
    pub comments_only: bool,
}

impl<'a> ImportOptions<'a> {
    /// Insists on a format.
    #[must_use]
    pub fn format(mut self, format: ImportFormat) -> Self {
        self.format = format;
        self
    }

    /// Sets the paths that there are.
    #[must_use]
    pub fn paths(mut self, paths: impl Into<Option<&'a KnownPaths>>) -> Self {
        self.paths = paths.into();
        self
    }

    /// Sets what maps comments on older lines.
    #[must_use]
    pub fn head(mut self, head: impl Into<Option<&'a HeadLines>>) -> Self {
        self.head = head.into();
        self
    }

    /// Reads comments of forges alone, and not SARIF or rdjson.
    #[must_use]
    pub fn comments_only(mut self, comments_only: bool) -> Self {
        self.comments_only = comments_only;
        self
    }
}

/// Why a dump cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// It is not JSON.
    #[error("it is not JSON")]
    NotJson,
    /// No comment is in it.
    #[error("it has no comments of a pull request, and is no SARIF or rdjson")]
    NoComments,
    /// It has no comments of the asked format.
    #[error("it has nothing of the format {asked}{}", found.map_or(String::new(), |found| format!("; it looks like {found}")))]
    OtherFormat {
        /// The format that was insisted on.
        asked: ImportFormat,
        /// The format that it has, if any.
        found: Option<ImportFormat>,
    },
}

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
    fn program(lineages: &[String]) -> Self {
        Self::Program(lineages.to_vec())
    }

    /// By the login, and by what the forge says of it.
    fn of(login: &str, bot: bool) -> Self {
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

/// A comment that is not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Why, as a plural: `replies`.
    pub reason: &'static str,
    /// The login of who wrote it.
    pub author: String,
    /// Its address, or its first words.
    pub comment: String,
}

/// A dump, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// By the author's name.
    pub authors: Vec<Imported>,
    /// What is left out, in the order of the dump.
    pub left_out: Vec<LeftOut>,
}

/// How an imported review begins, by which it is told from one that a reviewer gave.
pub const IMPORTED: &str = "{\"imported_by\":\"scrum\"";

impl Imported {
    fn new(reviewer: String, author: Author) -> Self {
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
        if findings.is_empty() && self.says_clean {
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

/// Reads a dump.
///
/// # Errors
///
/// If the bytes are not JSON, or hold no comments, or none of the format that is insisted on.
///
/// ```
/// use scrum_core::review::import::{ImportOptions, import};
///
/// let dump = br#"[{"user":{"login":"anna"},"path":"src/pool.rs","line":9,"side":"RIGHT","body":"The lock is kept."}]"#;
/// let read = import(dump, &ImportOptions::default())?;
/// assert_eq!(read.authors[0].reviewer, "anna");
/// assert_eq!(read.authors[0].findings[0].start_line, Some(9));
/// # Ok::<(), scrum_core::review::import::ImportError>(())
/// ```
pub fn import(bytes: &[u8], options: &ImportOptions<'_>) -> Result<Import, ImportError> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    let is_json = text.trim_start().starts_with(['{', '[', ')']);
    let document = is_json
        .then(|| document::parse(text))
        .flatten()
        .ok_or(ImportError::NotJson)?;
    let asked = options.format;
    if let Some(import) = read(&document, asked, options) {
        return Ok(import);
    }
    if asked == ImportFormat::Auto {
        return Err(ImportError::NoComments);
    }
    let found = ImportFormat::ALL
        .into_iter()
        .find(|format| read(&document, *format, options).is_some());
    Err(ImportError::OtherFormat { asked, found })
}

/// The document as one of a format; `None` if it has nothing of it.
fn read(
    document: &document::Document,
    format: ImportFormat,
    options: &ImportOptions<'_>,
) -> Option<Import> {
    let reading = ReadOptions::default().paths(options.paths);
    if !options.comments_only
        && let Some(authors) = tools::read(document, format, &reading)
    {
        return Some(Import {
            authors,
            left_out: Vec::new(),
        });
    }
    if matches!(format, ImportFormat::Sarif | ImportFormat::Rdjson) {
        return None;
    }
    let Reader {
        comments,
        mut left_out,
        ..
    } = Reader::read(document, format, options.head);
    if comments.is_empty() && left_out.is_empty() {
        return None;
    }
    let mut authors: BTreeMap<String, Imported> = BTreeMap::new();
    for comment in comments {
        let name = reviewer_name(&comment.author);
        let author = authors
            .entry(name.clone())
            .or_insert_with(|| Imported::new(name, Author::of(&comment.author, comment.bot)));
        author.comments += 1;
        if !take(&comment, &reading, author) {
            left_out.push(comment.left_out("remarks without a place"));
        }
    }
    for author in authors.values_mut() {
        author.says_clean &= author.findings.is_empty();
    }
    Some(Import {
        authors: authors.into_values().collect(),
        left_out,
    })
}

/// A login as the name of a reviewer and of a file.
fn reviewer_name(login: &str) -> String {
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

fn finding_of(location: &Location, claim: Claim) -> ImportedFinding {
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

/// What a comment says becomes findings of its author. Whether it said anything.
fn take(comment: &Comment, options: &ReadOptions<'_>, author: &mut Imported) -> bool {
    let mut add = |location: &Location, claim: Claim| {
        author.findings.push(ImportedFinding {
            link: comment.link.clone(),
            resolved: comment.resolved,
            ..finding_of(location, claim)
        });
    };
    if let Some(path) = &comment.path {
        let mut claim = prose::comment(&comment.body);
        if claim.what.is_none() {
            return false;
        }
        if let Some(displaced) = &comment.displaced {
            let why = claim.why.take();
            claim.why = Some(why.map_or(displaced.clone(), |why| format!("{why}\n{displaced}")));
        }
        let location = Location {
            path: path.clone(),
            lines: comment.lines,
            symbol: None,
        };
        add(&location, claim);
        return true;
    }
    let review = Review::read(comment.body.as_bytes(), options);
    let mut any = false;
    for read in review.findings {
        if let (Ok(location), None, None) = (&read.location, read.quoted, &read.retracted) {
            add(location, read.claim);
            any = true;
        }
    }
    if any {
        return true;
    }
    let objects = review.unlocated.iter().any(|said| said.retracted.is_none());
    let clean = review.says_clean || (comment.approves && !objects);
    author.says_clean |= clean;
    clean
}

#[cfg(test)]
mod tests;
