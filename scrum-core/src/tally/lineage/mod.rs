//! Who a model descends from, and how many of several reviewers are independent of each other.
//!
//! Takes model ids and names; gives [`LineageSet`]s, and how many of several are independent. After it:
//! [`tally`](crate::tally).
//!
//! A reviewer's lineage is a *set*: a Qwen model distilled from DeepSeek descends from both, so it is independent of
//! neither. Two reviewers are independent if their sets are disjoint. An empty set means unknown, and an unknown model
//! could be any of the known ones.

mod independence;
mod table;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use independence::independence;
pub(crate) use independence::independence_of;
pub use table::LineageTable;

/// The lineages of one reviewer, sorted; empty if unknown. Cheap to clone, because a tally has one for every claim.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineageSet(Arc<BTreeSet<String>>);

impl LineageSet {
    /// The set of a reviewer whose lineage is unknown.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// Whether the lineage is unknown.
    pub fn is_unknown(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether both have a lineage in common. Unknown sets have none.
    pub fn shares_with(&self, other: &Self) -> bool {
        !self.0.is_disjoint(&other.0)
    }

    /// Whether every lineage of `self` is one of `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Adds every lineage of `other`.
    pub fn join(&mut self, other: &Self) {
        Arc::make_mut(&mut self.0).extend(other.0.iter().cloned());
    }
}

impl<S: Into<String>> FromIterator<S> for LineageSet {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        Self(Arc::new(names.into_iter().map(Into::into).collect()))
    }
}

impl Serialize for LineageSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for LineageSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeSet::deserialize(deserializer).map(|names| Self(Arc::new(names)))
    }
}

impl fmt::Display for LineageSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_unknown() {
            return f.write_str("unknown");
        }
        for (at, name) in self.iter().enumerate() {
            if at > 0 {
                f.write_str("+")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}
