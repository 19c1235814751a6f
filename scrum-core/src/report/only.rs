//! A filter for reports for people.

use std::str::FromStr;

use crate::review::Severity;
use crate::tally::{BundleTally, IssueRecord};

/// What to show; the default shows everything. Read from words such as `agreed`, `block` and `bundle=core`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Only {
    /// Only issues that lineages agree on.
    pub agreed: bool,
    /// Only issues of severity BLOCK.
    pub block: bool,
    /// Only these bundles, by id; empty for all.
    pub bundles: Vec<String>,
}

/// An unknown word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not agreed, block or bundle=ID")]
pub struct UnknownOnly(pub String);

impl FromStr for Only {
    type Err = UnknownOnly;

    fn from_str(text: &str) -> Result<Self, UnknownOnly> {
        let mut only = Self::default();
        match text.split_once('=') {
            None if text == "agreed" => only.agreed = true,
            None if text == "block" => only.block = true,
            Some(("bundle", id)) if !id.is_empty() => only.bundles.push(id.to_owned()),
            _ => return Err(UnknownOnly(text.to_owned())),
        }
        Ok(only)
    }
}

impl Only {
    /// Adds a filter: several bundles are alternatives, all other filters must apply.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.agreed |= more.agreed;
        self.block |= more.block;
        self.bundles.extend(more.bundles);
        self
    }

    /// Whether issues are left out within the bundles that are shown.
    pub fn narrows_issues(&self) -> bool {
        self.agreed || self.block
    }

    pub(super) fn shows_bundle(&self, id: &str) -> bool {
        self.bundles.is_empty() || self.bundles.iter().any(|shown| shown == id)
    }

    pub(super) fn shows(&self, bundle: &BundleTally, issue: &IssueRecord) -> bool {
        self.shows_bundle(&bundle.id)
            && (!self.agreed || issue.is_agreed())
            && (!self.block || issue.severity == Some(Severity::Block))
    }
}
