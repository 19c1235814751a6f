//! The parity probe: sends the same requests to two implementations of one service and compares the answers.
//!
//! Takes recorded [`Exchange`]s, compares each with [`compare`], and collects the results in a [`ParityReport`]. A case
//! has one of three results: it matches, it diverges, or it *failed*, because one side gave no usable answer. Two
//! failures that look alike prove nothing, so they never count as a match.
//!
//! Noise is measured: the left side is asked twice, and parts that differ between its two answers are not compared.

mod case;
mod compare;
mod gaps;
mod pattern;
mod pointer;
mod recording;
mod report;
mod shape;

use serde::{Deserialize, Serialize};

pub use case::{CaseError, ParityCase, read_cases};
pub use compare::{CaseResult, Difference, DifferenceKind, compare};
pub(crate) use gaps::is_date;
pub use gaps::{GapStatus, JudgedGap, KnownGap};
pub use pattern::ParityPattern;
pub use pointer::{PointerError, PointerPattern};
pub use recording::{RECORDING_SCHEMA, Recording, RecordingError};
pub use report::{PARITY_SCHEMA, ParityReport};

/// The answer of one server, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// An answer came, whatever its status.
    Answer(Answer),
    /// No answer: no connection, a timeout, or a body over the limit.
    Failed {
        /// Why.
        reason: String,
    },
}

/// An HTTP response as it was received. Redirects are not followed, so they are compared like any other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// The header `Content-Type`.
    #[serde(default)]
    pub content_type: Option<String>,
    /// The header `Location`, of redirects.
    #[serde(default)]
    pub location: Option<String>,
    /// The body, with `%XX` for bytes that are not UTF-8 (and `%25` for `%`) if [`escaped`](Self::escaped) is set.
    pub body: String,
    /// The body was not UTF-8.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub escaped: bool,
}

impl Answer {
    /// An answer with a body as it was received.
    pub fn new(status: u16, content_type: Option<String>, body: &[u8]) -> Self {
        let text = std::str::from_utf8(body);
        Self {
            status,
            content_type,
            location: None,
            escaped: text.is_err(),
            body: text.map_or_else(|_| escape(body), str::to_owned),
        }
    }

    /// The media type without its parameters, in lower case: `application/json`.
    pub fn media_type(&self) -> Option<String> {
        let value = self.content_type.as_deref()?;
        let media = value.split(';').next()?.trim();
        (!media.is_empty()).then(|| media.to_ascii_lowercase())
    }
}

/// Bytes as text, such that different bytes give different texts.
fn escape(body: &[u8]) -> String {
    let mut text = String::with_capacity(body.len() * 2);
    for byte in body {
        if byte.is_ascii() && *byte != b'%' {
            text.push(char::from(*byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// The answers of both sides to one case. A recording has one per line, and can be compared again without a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// Name of the case.
    pub case: String,
    /// The left side.
    pub left: Reply,
    /// The left side, asked again; `None` if noise is not measured.
    #[serde(default)]
    pub left_again: Option<Reply>,
    /// The right side.
    pub right: Reply,
}

#[cfg(test)]
mod tests;
