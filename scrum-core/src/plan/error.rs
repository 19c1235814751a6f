//! Why a plan cannot be made.

use std::io;

use crate::control::Cancelled;
use crate::patch::PatchError;
use crate::path::RepoPath;
use crate::plan::component::ComponentError;
use crate::plan::pattern::PatternError;

/// A plan that cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A component rule or the grouping is unusable.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// A pattern of `[exclude] paths` does not compile.
    #[error("exclude pattern {0}")]
    Exclude(#[source] PatternError),
    /// A patch that must be cut could not be read back.
    #[error("the patch of {path} cannot be read back: {source}")]
    Read {
        /// The file whose patch it is.
        path: RepoPath,
        /// Why the spool or file with the patch could not be read.
        source: io::Error,
    },
    /// A patch that must be cut is not one.
    #[error("the patch of {path} cannot be cut: {source}")]
    Patch {
        /// The file whose patch it is.
        path: RepoPath,
        /// What is wrong with the patch, with its line.
        source: PatchError,
    },
    /// [`BundleOptions::control`](crate::plan::BundleOptions::control) ended the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}
