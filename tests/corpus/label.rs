//! What a person says that a review cites.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

/// One citation, as `expected.json` has it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Label {
    pub(crate) review_line: u64,
    pub(crate) path: Option<String>,
    pub(crate) start: Option<u64>,
    pub(crate) end: Option<u64>,
    pub(crate) symbol: Option<String>,
    pub(crate) bucket: String,
    /// What the citation is about; citations of one issue should agree.
    pub(crate) issue: Option<String>,
}

/// By reviewer, in the order of the review.
pub(crate) type Labels = BTreeMap<String, Vec<Label>>;

pub(crate) fn read(folder: &Path) -> Labels {
    let path = folder.join("expected.json");
    let text = fs::read_to_string(&path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
