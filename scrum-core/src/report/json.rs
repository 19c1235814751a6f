//! `tally.json`.

use std::io;

use crate::tally::Tally;

/// Writes the tally as indented JSON with a final line feed.
///
/// # Errors
///
/// Errors of the writer.
pub fn write_json(tally: &Tally, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, tally)?;
    out.write_all(b"\n")
}
