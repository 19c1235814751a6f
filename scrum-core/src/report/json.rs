//! `tally.json`.

use std::io::{self, Write as _};

use crate::tally::Tally;

/// Writes the tally as indented JSON with a final line feed.
///
/// # Errors
///
/// Errors of the writer.
pub fn write_json(tally: &Tally, out: &mut dyn io::Write) -> io::Result<()> {
    // Each bracket and each name is written by itself: too little for a call through `dyn`.
    let mut out = io::BufWriter::new(out);
    serde_json::to_writer_pretty(&mut out, tally)?;
    out.write_all(b"\n")?;
    out.flush()
}
