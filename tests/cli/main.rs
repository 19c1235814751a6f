//! The program as a whole: real repositories, real files, stdout, stderr and exit code together.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]

mod assess;
mod bad_input;
mod bundle;
mod deleted_lines;
mod demo;
mod dependencies;
mod described;
mod docs;
mod errors;
#[cfg(target_os = "linux")]
mod faults;
mod first_use;
mod formats;
mod help;
mod import;
mod init;
mod line_ends;
mod load;
mod markdown;
mod merged;
mod page;
mod parity;
mod place;
mod programs;
mod ranges;
mod release;
mod review;
mod rounds;
mod schemas;
mod seed;
mod server;
mod smoke;
mod tally;
mod trust;
mod uncommitted;
mod waves;
mod wiring;
