//! The program as a whole: real repositories, real files, stdout, stderr and exit code together.

mod bad_input;
mod bundle;
mod place;
mod seed;
mod tally;
mod waves;
mod wiring;
