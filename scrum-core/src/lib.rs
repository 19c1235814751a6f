//! Bundles of a commit range for review, and a tally of what independent reviewers agree on.

pub mod change;
pub mod digest;
#[cfg(feature = "git")]
pub mod git;
pub mod guard;
pub mod location;
pub mod manifest;
pub mod patch;
pub mod path;
pub mod range;
pub mod review;
