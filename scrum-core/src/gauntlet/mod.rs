//! The other three phases of a release: the smoke chain before the review, the parity probe after it, and the
//! assessment of all of them.
//!
//! Takes recorded results of commands and servers; gives reports. The caller runs the commands and sends the requests.

pub mod assess;
pub mod parity;
pub mod smoke;
