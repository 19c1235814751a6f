//! The program as a whole: real repositories, real files, stdout, stderr and exit code together.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]

mod bad_input;
mod bundle;
mod demo;
mod errors;
mod help;
mod init;
mod dependencies;
mod line_ends;
mod formats;
mod merged;
mod place;
mod schemas;
mod seed;
mod tally;
mod version;
mod waves;
mod wiring;
