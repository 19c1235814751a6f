//! `tally.json`.
//!
//! The text is that of serde's pretty printer. Nearly all of it is bundles, which several threads can print (`press`).

use std::io;

use serde::Serialize as _;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::press;
use crate::tally::Tally;

/// Writes the tally as indented JSON with a final line feed.
///
/// # Errors
///
/// What the writer says.
pub fn write_json(tally: &Tally, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, tally)?;
    out.write_all(b"\n")
}

/// [`write_json`] on `jobs` threads: the same bytes, sooner.
///
/// # Errors
///
/// What the writer says.
pub fn write_json_parallel(tally: &Tally, jobs: usize, out: &mut dyn io::Write) -> io::Result<()> {
    const NONE: &[u8] = b"\n  \"bundles\": [";
    if jobs < 2 || tally.bundles.len() < 2 {
        return write_json(tally, out);
    }
    let frame = serde_json::to_vec_pretty(&without_bundles(tally))?;
    // In a string the quotes would be escaped, so this is the field's name.
    let Some(at) = memchr::memmem::find(&frame, NONE) else {
        return write_json(tally, out);
    };
    let (head, tail) = frame.split_at(at + NONE.len());
    out.write_all(head)?;
    press::print(&tally.bundles, jobs, out, &|at, bundle, mut out| {
        out.write_all(if at == 0 { b"\n    " } else { b",\n    " })?;
        bundle.serialize(&mut Serializer::with_formatter(&mut out, Indented::new(2)))?;
        Ok(())
    })?;
    out.write_all(b"\n  ")?;
    out.write_all(tail)?;
    out.write_all(b"\n")
}

fn without_bundles(tally: &Tally) -> Tally {
    Tally {
        schema: tally.schema.clone(),
        totals: tally.totals,
        near_lines: tally.near_lines,
        min_lineages: tally.min_lineages,
        buckets: tally.buckets,
        findings_without_location: tally.findings_without_location.clone(),
        unmatched_retractions: tally.unmatched_retractions.clone(),
        bundles: Vec::new(),
        reviewers: tally.reviewers.clone(),
        estimate: tally.estimate.clone(),
        estimate_refused: tally.estimate_refused.clone(),
        warnings: tally.warnings.clone(),
    }
}

/// serde's pretty printing, begun at some depth.
struct Indented {
    depth: usize,
    has_value: bool,
}

impl Indented {
    fn new(depth: usize) -> Self {
        Self {
            depth,
            has_value: false,
        }
    }

    fn line<W: ?Sized + io::Write>(&self, out: &mut W, comma: bool) -> io::Result<()> {
        const LINE: &[u8] = b",\n                                ";
        let from = usize::from(!comma);
        match LINE.get(from..2 + 2 * self.depth) {
            Some(line) => out.write_all(line),
            None => {
                out.write_all(&LINE[from..2])?;
                (0..self.depth).try_for_each(|_| out.write_all(b"  "))
            }
        }
    }

    fn end<W: ?Sized + io::Write>(&mut self, out: &mut W, mark: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_value {
            self.line(out, false)?;
        }
        out.write_all(mark)
    }

    fn begin<W: ?Sized + io::Write>(&mut self, out: &mut W, mark: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_value = false;
        out.write_all(mark)
    }
}

impl Formatter for Indented {
    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.line(out, !first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, _out: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.line(out, !first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _out: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::Review;
    use crate::tally::{NoDiffs, Outcome, Submission, TallyOptions, tally};

    /// Bundles of very different sizes, one of them beyond what is buffered.
    fn sample() -> Tally {
        let review = |findings: usize| {
            let text: String = (0..findings)
                .map(|at| {
                    format!(
                        "SEVERITY: WARN\nWHERE: src/a.rs:{}\nWHAT: a \"bundles\": [ é\\ {at}\n\n",
                        at * 5 + 1
                    )
                })
                .collect();
            Outcome::Review(Review::from_text(&text))
        };
        let sizes = [0, 1, 700, 3, 600, 0, 6_000, 2, 5, 400];
        let submissions = (0..)
            .zip(sizes)
            .flat_map(|(at, size)| {
                ["opus", "kimi"].map(|who| Submission::new(format!("b{at}"), who, review(size)))
            })
            .collect();
        tally(submissions, None, &NoDiffs, &TallyOptions::default())
    }

    #[test]
    fn several_threads_write_the_same_bytes() {
        let tally = sample();
        let mut alone = Vec::new();
        write_json(&tally, &mut alone).unwrap();
        for jobs in [1, 2, 3, 8] {
            let mut together = Vec::new();
            write_json_parallel(&tally, jobs, &mut together).unwrap();
            assert!(alone == together, "{jobs} threads");
        }
    }

    #[test]
    fn a_writer_that_has_enough_ends_all_threads() {
        struct Full(usize);
        impl io::Write for Full {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                if self.0 < bytes.len() {
                    return Err(io::ErrorKind::BrokenPipe.into());
                }
                self.0 -= bytes.len();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let tally = sample();
        for room in [0, 100, 50_000, 2_000_000] {
            let error = write_json_parallel(&tally, 3, &mut Full(room)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe, "{room}");
        }
    }
}
