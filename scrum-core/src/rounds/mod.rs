//! Rounds: compares a second wave of reviews with the first.
//!
//! Takes the tallies of two waves and the changes between their heads; gives a [`Comparison`]: which issues are new,
//! which persist, which are gone, and which nobody has reviewed again. Before it: [`tally`](crate::tally); after it:
//! [`report`](crate::report).
//!
//! [`Carry`] maps lines of the old head to the new one. Issues are then compared like findings of one wave: they match
//! if they share a line and say the same thing. No model is involved.

mod carry;
mod compare;
mod decisions;
mod held;
mod matching;
mod moves;
mod record;
mod triage;
mod worth;

pub use carry::{Carried, Carry, Fate};
pub use compare::compare;
pub use decisions::{TRIAGE_SCHEMA, TriageEntry, TriageError, TriageFile, TriageLines};
pub use record::{
    Comparison, ComparisonTotals, Engagement, Entry, FindingRef, Place, SCHEMA, Status, WaveSide,
};
