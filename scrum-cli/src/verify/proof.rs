//! What `scrum verify` prints: plain data, from which `schemas/verify.schema.json` is generated.

use serde::Serialize;

/// The schema that this version writes.
pub(crate) const SCHEMA: &str = "scrum.verify/1";

/// What `scrum verify` found.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Proof {
    /// Name and number of this format.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    pub(crate) schema: &'static str,
    /// The wave's folder.
    pub(crate) wave: String,
    /// Everything adds up.
    pub(crate) proven: bool,
    /// Bundles applied, parts counted each.
    pub(crate) bundles: usize,
    /// Those of them that are parts of a component.
    pub(crate) parts: usize,
    /// Files in `excluded.diff`.
    pub(crate) excluded: usize,
    /// The tree that everything is applied to; `None` for a wave made from a patch.
    pub(crate) base_tree: Option<String>,
    /// The head tree; with a pathspec the base tree with the matching paths of the head.
    pub(crate) target_tree: Option<String>,
    /// What applying everything gave.
    pub(crate) result_tree: Option<String>,
    /// Why it is not proven.
    pub(crate) difference: Option<TreeDifference>,
}

/// The first thing that differs.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct TreeDifference {
    /// The bundle's id, or `excluded`.
    pub(crate) bundle: Option<String>,
    /// The path that differs, where it is one.
    pub(crate) path: Option<String>,
    /// What differs.
    pub(crate) reason: String,
}
