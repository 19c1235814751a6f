//! Prints what a range changes: `changes REPOSITORY RANGE [--patch] [--jobs N] [-- PATHSPEC…]`.
//!
//! Without `--patch` one line a file, as `git diff --name-status -M` writes it.

use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use scrum_core::change::ChangeKind;
use scrum_core::git::{self, DiffOptions, Repository};

fn main() -> Result<(), Box<dyn Error>> {
    git::trust_object_hashes();
    let mut arguments = std::env::args().skip(1);
    let usage = "changes REPOSITORY RANGE [--patch] [--jobs N] [-- PATHSPEC…]";
    let path = PathBuf::from(arguments.next().ok_or(usage)?);
    let spec = arguments.next().ok_or(usage)?.parse()?;
    let (mut patch, mut options) = (false, DiffOptions::default());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--patch" => patch = true,
            "--jobs" => options.jobs = Some(arguments.next().ok_or(usage)?.parse()?),
            "--" => options.pathspec = arguments.by_ref().collect(),
            _ => return Err(usage.into()),
        }
    }
    let set = Repository::discover(&path)?.changes(&spec, &options)?;
    for warning in &set.warnings {
        eprintln!("warning: {warning}");
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let mut text = Vec::new();
    for (index, change) in set.changes().iter().enumerate() {
        if patch {
            set.read_patch(index, &mut text)?;
            out.write_all(&text)?;
            continue;
        }
        let path = change.path.quoted();
        match (change.kind, &change.old_path) {
            (ChangeKind::Added, _) => writeln!(out, "A\t{path}")?,
            (ChangeKind::Deleted, _) => writeln!(out, "D\t{path}")?,
            (ChangeKind::Typechange, _) => writeln!(out, "T\t{path}")?,
            (_, Some(old)) => writeln!(out, "R\t{}\t{path}", old.quoted())?,
            _ => writeln!(out, "M\t{path}")?,
        }
    }
    out.flush()?;
    Ok(())
}
