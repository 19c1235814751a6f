//! What is compared: the text of a range, and what it resolves to.
//!
//! Takes the text of a range; gives a [`RangeSpec`], and later the [`Range`] that it resolved to. After it:
//! [`git`](crate::git).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A range as typed, before any repository was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RangeSpec {
    /// Merge base of `HEAD` and the default branch, to `HEAD`. The default branch is the one that `origin/HEAD` names,
    /// else `init.defaultBranch`, else `main`, else `master`.
    #[default]
    Default,
    /// As [`Default`](Self::Default), but with this revision from the configuration instead of the default branch.
    Configured(String),
    /// `A..B`: the two trees as they are.
    Trees {
        /// Left of the dots; an omitted side is `HEAD`.
        base: String,
        /// Right of the dots; an omitted side is `HEAD`.
        head: String,
    },
    /// `A...B`: merge base of the two, to B.
    MergeBase {
        /// Left of the dots; an omitted side is `HEAD`.
        base: String,
        /// Right of the dots; an omitted side is `HEAD`.
        head: String,
    },
    /// `X`: merge base of X and `HEAD`, to `HEAD`.
    Since(String),
    /// `X^!`: the changes of the commit X itself, compared with its first parent, or with the empty tree if it has
    /// none.
    Commit(String),
    /// The index or the work tree, which the caller wrote as a tree into objects that the repository [also
    /// reads](crate::git::Repository::with_objects).
    Uncommitted {
        /// Its name: `staged` or `uncommitted`.
        name: String,
        /// The base: `HEAD`, or the empty tree.
        base: String,
        /// Full hex id of the tree.
        tree: String,
    },
}

impl FromStr for RangeSpec {
    type Err = RangeSpecError;

    fn from_str(text: &str) -> Result<Self, RangeSpecError> {
        let side = |name: &str| {
            if name.is_empty() {
                "HEAD".to_owned()
            } else {
                name.to_owned()
            }
        };
        if text.is_empty() {
            return Err(RangeSpecError::Empty);
        }
        // Three dots first: `A...B` also contains two.
        let (base, head, merge_base) = if let Some((base, head)) = text.split_once("...") {
            (base, head, true)
        } else if let Some((base, head)) = text.split_once("..") {
            (base, head, false)
        } else {
            return Ok(match text.strip_suffix("^!") {
                Some(commit) if !commit.is_empty() => Self::Commit(commit.to_owned()),
                _ => Self::Since(text.to_owned()),
            });
        };
        if base.is_empty() && head.is_empty() || head.starts_with('.') || head.contains("..") {
            return Err(RangeSpecError::Dots {
                text: text.to_owned(),
            });
        }
        let (base, head) = (side(base), side(head));
        Ok(if merge_base {
            Self::MergeBase { base, head }
        } else {
            Self::Trees { base, head }
        })
    }
}

impl fmt::Display for RangeSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("HEAD"),
            Self::Trees { base, head } => write!(f, "{base}..{head}"),
            Self::MergeBase { base, head } => write!(f, "{base}...{head}"),
            Self::Configured(base) => write!(f, "{base}...HEAD"),
            Self::Since(rev) => f.write_str(rev),
            Self::Commit(rev) => write!(f, "{rev}^!"),
            Self::Uncommitted { name, .. } => f.write_str(name),
        }
    }
}

/// A text that is not a range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RangeSpecError {
    /// Nothing was given.
    #[error("the range is empty")]
    Empty,
    /// Dots without revisions, or too many of them.
    #[error("`{text}` is not a range: write A..B, A...B or one revision")]
    Dots {
        /// The text as given.
        text: String,
    },
}

/// A range after it was resolved. A patch has neither commits nor trees.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Range {
    /// The range as typed, e.g. `main...HEAD`; for a patch its file name, or `-`.
    pub spec: String,
    /// Where the base comes from, if the user did not name it: `origin/HEAD`, `init.defaultBranch`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_from: Option<String>,
    /// Full hex id of the base commit.
    pub base: Option<String>,
    /// Full hex id of the head commit.
    pub head: Option<String>,
    /// Full hex id of the base tree.
    pub base_tree: Option<String>,
    /// Full hex id of the head tree.
    pub head_tree: Option<String>,
    /// Pathspecs that limit the range; empty means all of it.
    #[serde(default)]
    pub pathspec: Vec<String>,
    /// The commits of the range, newest first.
    #[serde(default)]
    pub commits: Vec<Commit>,
    /// Whether the head is the index or the work tree, limited to the pathspecs. The repository does not store its
    /// tree.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncommitted: bool,
}

/// A commit of a range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Commit {
    /// Full hex id; empty for a mail that names none.
    pub id: String,
    /// First line of the message, invalid bytes replaced.
    pub subject: String,
    /// The rest of the message without its trailers (`Signed-off-by:` and the like), invalid bytes replaced; empty if it is longer
    /// than [`BODY_BYTES`]. Prompts show it; the manifest does not have it.
    #[serde(skip)]
    pub body: String,
}

/// The longest body of a commit that is kept, in bytes.
pub const BODY_BYTES: usize = 2_000;

impl Commit {
    /// Takes the text below the subject.
    pub(crate) fn new(id: String, subject: String, rest: &str) -> Self {
        let body = without_trailers(rest.trim());
        let fits = body.len() <= BODY_BYTES;
        Self {
            id,
            subject,
            body: if fits { body.to_owned() } else { String::new() },
        }
    }
}

/// A message without its last paragraph if that consists of lines such as `Signed-off-by: name`.
fn without_trailers(text: &str) -> &str {
    let (before, last) = text.rsplit_once("\n\n").unwrap_or(("", text));
    let is_trailer = |line: &str| {
        line.split_once(": ").is_some_and(|(key, _)| {
            !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
    };
    if last.lines().all(is_trailer) {
        before.trim_end()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trees(base: &str, head: &str) -> RangeSpec {
        RangeSpec::Trees {
            base: base.into(),
            head: head.into(),
        }
    }

    #[test]
    fn reads_the_five_forms() {
        assert_eq!("a..b".parse(), Ok(trees("a", "b")));
        assert_eq!("a..".parse(), Ok(trees("a", "HEAD")));
        assert_eq!("..b".parse(), Ok(trees("HEAD", "b")));
        assert_eq!(
            "a...b".parse(),
            Ok(RangeSpec::MergeBase {
                base: "a".into(),
                head: "b".into()
            })
        );
        assert_eq!("v1.2".parse(), Ok(RangeSpec::Since("v1.2".into())));
        assert_eq!("v1.2^!".parse(), Ok(RangeSpec::Commit("v1.2".into())));
        assert_eq!("^!".parse(), Ok(RangeSpec::Since("^!".into())));
    }

    #[test]
    fn a_body_has_no_trailers_and_is_whole_or_not_there() {
        let body = |rest: &str| Commit::new(String::new(), String::new(), rest).body;
        for (rest, expected) in [
            ("\nWhy.\n\nMore.\n", "Why.\n\nMore."),
            (
                "Why.\n\nFixes: #12\nSigned-off-by: A <a@example.org>\n",
                "Why.",
            ),
            ("Signed-off-by: A <a@example.org>", ""),
            (
                "Note: this is text\nin two lines",
                "Note: this is text\nin two lines",
            ),
            ("", ""),
        ] {
            assert_eq!(body(rest), expected, "{rest}");
        }
        assert_eq!(body(&"x".repeat(BODY_BYTES)).len(), BODY_BYTES);
        assert_eq!(body(&"x".repeat(BODY_BYTES + 1)), "");
    }

    #[test]
    fn refuses_bare_and_surplus_dots() {
        for text in ["..", "...", "a..b..c", "a....b"] {
            assert!(
                matches!(text.parse::<RangeSpec>(), Err(RangeSpecError::Dots { .. })),
                "{text}"
            );
        }
        assert_eq!("".parse::<RangeSpec>(), Err(RangeSpecError::Empty));
    }
}
