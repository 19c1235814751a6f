//! The program as a whole: real repositories, real files, stdout, stderr and exit code together.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]

mod bad_input;
mod bundle;
mod demo;
mod dependencies;
mod docs;
mod errors;
mod formats;
mod help;
mod import;
mod init;
mod line_ends;
mod load;
mod markdown;
mod merged;
mod page;
mod place;
mod programs;
mod review;
mod schemas;
mod seed;
mod server;
mod tally;
mod waves;
mod wiring;
