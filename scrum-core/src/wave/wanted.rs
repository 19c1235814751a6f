//! Selects the bundles that a reviewer is asked about.

use crate::plan::pattern::{PathPatterns, PatternError};
use crate::wave::manifest::{BundleRecord, FileRecord};

/// The bundles that a reviewer is asked about: all, or those with a file that its `paths` match.
#[derive(Debug)]
pub struct Wanted(Option<PathPatterns>);

impl Wanted {
    /// Those with a file that one of these globs matches, as in `paths` of `[[reviewers]]`; all if there are none.
    ///
    /// # Errors
    ///
    /// [`PatternError`] for an invalid pattern.
    pub fn new(paths: &[String]) -> Result<Self, PatternError> {
        let patterns = (!paths.is_empty()).then(|| PathPatterns::new(paths));
        Ok(Self(patterns.transpose()?))
    }

    /// Whether a file of the bundle matches, by its new or its old path.
    pub fn is_asked(&self, bundle: &BundleRecord) -> bool {
        self.0.as_ref().is_none_or(|patterns| {
            let mut paths = bundle.files.iter().flat_map(FileRecord::paths);
            paths.any(|path| patterns.is_match(&path))
        })
    }
}
