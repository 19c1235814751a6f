//! Ranges of real repositories, beside what git itself says of them.
#![cfg(all(unix, feature = "git"))]
#![expect(
    clippy::unwrap_used,
    reason = "functions that set a test up fail it in the same way"
)]

mod functions;
mod patches;
mod ranges;
mod sandbox;
mod storage;
