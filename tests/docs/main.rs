//! README, docs/ and schemas/, held against the program and the library.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]

mod generated_docs;
#[path = "../cli/markdown.rs"]
mod markdown;
mod pages;
mod plugins;
#[path = "../../scrum-cli/src/verify/proof.rs"]
mod proof;
mod schemas;
