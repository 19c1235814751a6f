//! What the headings and lists around a unit say.

use crate::review::Severity;

/// What the headings and lists around a unit say.
#[derive(Debug, Clone, Default)]
pub(super) struct Surroundings {
    pub(super) path: Option<String>,
    pub(super) severity: Option<(Severity, String)>,
    /// Nothing below is a finding.
    pub(super) mention: bool,
    /// The path heads code, and what is said of it.
    pub(super) quotes: bool,
}

/// A heading, or the words before a list, and what holds below it.
#[derive(Debug)]
pub(super) struct OpenSection {
    pub(super) level: u8,
    pub(super) around: Surroundings,
}
