//! The other three phases of a release: the smoke chain before the review, the parity probe after it, and the
//! assessment that weighs all of them.
//!
//! Takes what commands and servers did, as recorded data; gives reports. Running commands and sending requests is the
//! caller's business.

pub mod assess;
pub mod parity;
pub mod smoke;
