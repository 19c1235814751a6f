//! Recorded answers: a line that names both sides, then one exchange per line. Comparing them needs no network.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::Exchange;

/// Value of `schema` in the first line of a recording.
pub const RECORDING_SCHEMA: &str = "scrum.recording/1";

/// The answers of both sides to all cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// Names of both sides, left and right.
    pub sides: [String; 2],
    /// The answers, in the order of the cases.
    pub exchanges: Vec<Exchange>,
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct RecordingHead {
    schema: String,
    sides: [String; 2],
    /// Number of exchanges that follow, to detect a truncated file.
    exchanges: usize,
}

/// A recording that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// A line is invalid.
    #[error("line {line}: {reason}")]
    Line {
        /// Its number, 1-based.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// It is truncated.
    #[error("it declares {stated} exchanges, but has {counted}")]
    Cut {
        /// How many the first line names.
        stated: usize,
        /// How many there are.
        counted: usize,
    },
}

impl Recording {
    /// Whether a text begins as a recording does.
    pub fn is_one(text: &str) -> bool {
        let first = text.lines().next().unwrap_or_default();
        serde_json::from_str::<RecordingHead>(first)
            .is_ok_and(|head| head.schema == RECORDING_SCHEMA)
    }

    /// Reads a recording.
    ///
    /// # Errors
    ///
    /// [`RecordingError`].
    pub fn read(text: &str) -> Result<Self, RecordingError> {
        let fault = |line: usize, reason: String| RecordingError::Line { line, reason };
        let mut lines = (1..)
            .zip(text.lines())
            .filter(|(_, line)| !line.trim().is_empty());
        let (line, first) = lines.next().unwrap_or((1, ""));
        let head: RecordingHead =
            serde_json::from_str(first).map_err(|error| fault(line, error.to_string()))?;
        if head.schema != RECORDING_SCHEMA {
            return Err(fault(line, format!("its schema is `{}`", head.schema)));
        }
        let exchanges = lines
            .map(|(line, text)| {
                serde_json::from_str(text).map_err(|error| fault(line, error.to_string()))
            })
            .collect::<Result<Vec<Exchange>, _>>()?;
        if exchanges.len() != head.exchanges {
            return Err(RecordingError::Cut {
                stated: head.exchanges,
                counted: exchanges.len(),
            });
        }
        Ok(Self {
            sides: head.sides,
            exchanges,
        })
    }

    /// Writes the recording.
    ///
    /// # Errors
    ///
    /// Errors of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let head = RecordingHead {
            schema: RECORDING_SCHEMA.to_owned(),
            sides: self.sides.clone(),
            exchanges: self.exchanges.len(),
        };
        serde_json::to_writer(&mut *out, &head)?;
        writeln!(out)?;
        for exchange in &self.exchanges {
            serde_json::to_writer(&mut *out, exchange)?;
            writeln!(out)?;
        }
        Ok(())
    }
}
