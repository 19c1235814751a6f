//! The command line of scrum.

fn main() {}
