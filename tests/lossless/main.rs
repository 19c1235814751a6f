//! Bundles lose nothing: every hard case, patches as input, random histories, and `scrum verify` itself.
//!
//! What is bundled is judged twice: by `scrum verify`, and by the code here, which shares nothing with it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]

mod cases;
mod check;
mod damaged;
mod fixture;
mod patch_input;
#[expect(dead_code, reason = "shared with the tests of the command line")]
#[path = "../cli/place.rs"]
mod place;
mod random;
mod sections;
mod uncommitted;
mod verify;
mod wave;
