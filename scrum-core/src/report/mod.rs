//! Reports of a wave and of a tally. Each is a function of the data and a writer of the caller's.
//!
//! What reviewers wrote is hostile until shown otherwise: it goes through [`clean`](mod@clean) before it reaches a
//! terminal.

pub mod bundles;
pub mod clean;
mod json;
mod text;

pub use json::write_json;
pub use text::{TextOptions, write_text};
