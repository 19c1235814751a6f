//! Bundles of a commit range for review, and a tally of what independent reviewers agree on.

pub mod bundle;
pub mod change;
pub mod codeowners;
pub mod component;
pub mod config;
pub mod digest;
pub mod exclude;
#[cfg(feature = "git")]
pub mod git;
pub mod guard;
pub mod location;
pub mod manifest;
mod nest;
pub mod patch;
pub mod path;
pub mod pattern;
pub mod prompt;
pub mod range;
pub mod review;
pub mod size;
pub mod split;
pub mod unit;
pub mod wave;
