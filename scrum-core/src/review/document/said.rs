//! What a document says: its findings, and the remarks beside them.

use crate::review::explain::PartReason;
use crate::review::location::{Location, Malformed};
use crate::review::{Claim, ReviewVerdict, Severity};

/// A word for how bad something is, and the level if the word maps to one.
pub(super) type Rated = (String, Option<Severity>);

/// A finding of a document, and its place in the text.
#[derive(Debug)]
pub(in crate::review) struct DocumentItem {
    pub(in crate::review) at: usize,
    pub(in crate::review) text: String,
    /// `None` for a claim without a place.
    pub(in crate::review) location: Option<Result<Location, Malformed>>,
    pub(in crate::review) swapped: bool,
    pub(in crate::review) claim: Claim,
    pub(in crate::review) link: Option<String>,
    /// Why it does not count, such as `suppressed`.
    pub(in crate::review) dismissed: Option<PartReason>,
}

/// What a document says.
#[derive(Debug, Default)]
pub(in crate::review) struct DocumentSaid {
    pub(in crate::review) items: Vec<DocumentItem>,
    /// It has a list of findings that is empty.
    pub(in crate::review) empty: bool,
    pub(in crate::review) verdict: Option<ReviewVerdict>,
    /// Short texts beside the findings, such as a summary.
    pub(in crate::review) remarks: Vec<String>,
    /// Objects that are no finding, and why not; empty unless they are wanted.
    pub(in crate::review) ignored: Vec<(usize, PartReason)>,
}
