//! What lies in a pull request already: the comments of a forge's dump, one review for each author.
//!
//! Takes the bytes of a dump; gives [`Import`]: who said what, in a form that [`Review::read`] reads back. `forge` finds the
//! comments, `tools` the reports of linters, `head_lines` where a comment on older lines belongs now. Forges name the same
//! things differently; a data file lists those keys, so that no forge has a reader of its own.

mod forge;
mod format;
mod head_lines;
mod imported;
mod keys;
mod printed;
mod tools;

use std::collections::BTreeMap;

pub use self::forge::LeftOut;
use self::forge::{Comment, CommentReader};
pub use self::format::ImportFormat;
pub use self::head_lines::HeadLines;
pub use self::imported::{Author, IMPORTED, Imported, ImportedFinding};
use self::imported::{finding_of, reviewer_name};
use super::document;
use super::{Claim, ReadOptions, Review, prose, words};
use crate::review::location::{KnownPaths, Location};

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

/// A dump, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// By the author's name.
    pub authors: Vec<Imported>,
    /// What is left out, in the order of the dump.
    pub left_out: Vec<LeftOut>,
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
    let printed = printed::as_json(text);
    let text = printed.as_deref().unwrap_or(text);
    let document = document::parse(text).ok_or(ImportError::NotJson)?;
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
    let CommentReader {
        comments,
        mut left_out,
        ..
    } = CommentReader::read(document, format, options.head);
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
        if let Err(reason) = take(&comment, &reading, author) {
            left_out.push(comment.left_out(reason));
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

/// The longest comment that may be praise and nothing else, in bytes.
const LONGEST_PRAISE: usize = 100;
const SAYS_NOTHING: &str = "remarks without a place";

/// What a comment says becomes findings of its author; or why it says nothing.
fn take(
    comment: &Comment,
    options: &ReadOptions<'_>,
    author: &mut Imported,
) -> Result<(), &'static str> {
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
            return Err(SAYS_NOTHING);
        }
        if comment.body.len() < LONGEST_PRAISE && words::approves(&comment.body) {
            return Err("praise");
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
        return Ok(());
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
        return Ok(());
    }
    let objects = review.unlocated.iter().any(|said| said.retracted.is_none());
    let clean = review.says_clean || (comment.approves && !objects);
    author.says_clean |= clean;
    if clean { Ok(()) } else { Err(SAYS_NOTHING) }
}

#[cfg(test)]
mod tests;
