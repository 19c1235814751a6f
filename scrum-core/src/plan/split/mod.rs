//! Cuts bundles that are too large into parts that apply one after the other.
//!
//! Takes the files of one bundle; gives the parts and how each is made from a file's patch.
//! [`Plan::new`](crate::plan::Plan::new) calls it if [`Division::split`](crate::plan::Division::split) is set. Before it:
//! [`bundle`](crate::plan); after it: [`guard`](crate::plan::guard).
//!
//! A bundle is a list of units in path order, with tests next to their sources. The list is divided into runs of similar size,
//! if possible between folders. A file that alone is above the warn limit is cut into pieces, at hunks or inside them; no
//! other file is. A unit of several files is never divided.

mod build;
mod cut;
mod pairs;
pub(in crate::plan) mod recipe;
mod size;
mod table;

pub use recipe::Cut;

use crate::change::{Change, ChangeKind, ChangeSet, Mode};
use crate::patch::file_patches;
use crate::path::RepoPath;
use crate::plan::balance::balanced;
use crate::plan::error::PlanError;
use crate::plan::exclude::Reason;
use crate::plan::folder_index::common_length;
use crate::plan::options::BundleOptions;
use crate::plan::piece::Piece;
use crate::plan::unit::Units;

/// Most context lines of a cut.
const MOST_CONTEXT: u32 = 32;

/// A bundle in parts.
#[derive(Debug)]
pub(crate) struct Split {
    /// The pieces of each part, by path.
    pub(crate) parts: Vec<Vec<Piece>>,
    /// Changes that do not fit into any part, and why.
    pub(crate) uncuttable: Vec<(usize, Reason)>,
}

/// What is never divided further.
struct Atom<'a> {
    /// Its place in the row.
    path: &'a RepoPath,
    bytes: u64,
    pieces: Vec<Piece>,
    /// It continues the file of the atom before it.
    continues: bool,
}

/// Cuts a bundle of these changes into parts at or below the warn limit, as far as that is possible.
///
/// # Errors
///
/// [`PlanError::Read`] and [`PlanError::Patch`] for the patch of a file that must be cut.
pub(crate) fn split(
    changes: &ChangeSet,
    members: &[usize],
    units: &Units,
    options: &BundleOptions,
) -> Result<Split, PlanError> {
    let mut split = Split {
        parts: Vec::new(),
        uncuttable: Vec::new(),
    };
    let atoms = atoms(changes, members, units, options, &mut split)?;
    let atoms = beside_their_sources(atoms, options.limits.warn());

    let mut rest = atoms.into_iter().peekable();
    while rest.peek().is_some() {
        // Two pieces of one file, and what is too large anyway, end a run.
        let mut run: Vec<Atom<'_>> = Vec::new();
        while let Some(atom) = rest.next_if(|next| {
            run.last().is_none_or(|last| {
                !next.continues && next.bytes.max(last.bytes) <= options.limits.warn()
            })
        }) {
            run.push(atom);
        }
        split.parts.extend(parts(run, options.limits.warn()));
    }
    Ok(split)
}

/// The units, by path. Those that are too large are cut if that is possible.
fn atoms<'a>(
    changes: &'a ChangeSet,
    members: &[usize],
    units: &Units,
    options: &BundleOptions,
    split: &mut Split,
) -> Result<Vec<Atom<'a>>, PlanError> {
    let mut atoms = Vec::with_capacity(members.len());
    let mut text = Vec::new();
    for &index in members {
        options.control.check()?;
        let unit = units.of(index);
        if unit[0] != index {
            continue;
        }
        let change = &changes.changes()[index];
        let whole = |index: &usize| Piece::whole(*index, &changes.changes()[*index]);
        let pieces: Vec<Piece> = unit.iter().map(whole).collect();
        let bytes = pieces.iter().map(|piece| piece.bytes).sum();
        let atom = Atom {
            path: &change.path,
            bytes,
            pieces,
            continues: false,
        };
        if bytes <= options.limits.warn() || unit.len() > 1 {
            atoms.push(atom);
            continue;
        }
        match cut_file(changes, index, &mut text, options)? {
            Ok(Some(pieces)) => {
                atoms.extend(pieces.into_iter().enumerate().map(|(number, piece)| Atom {
                    path: &change.path,
                    bytes: piece.bytes,
                    pieces: vec![piece],
                    continues: number > 0,
                }));
            }
            Err(reason) if bytes > options.limits.fail() => split.uncuttable.push((index, reason)),
            Ok(None) | Err(_) => atoms.push(atom),
        }
    }
    Ok(atoms)
}

type Pieces = Result<Option<Vec<Piece>>, Reason>;

/// Cuts one file. `Ok(Ok(None))` for one that has no lines to cut between.
fn cut_file(
    changes: &ChangeSet,
    index: usize,
    text: &mut Vec<u8>,
    options: &BundleOptions,
) -> Result<Pieces, PlanError> {
    let change: &Change = &changes.changes()[index];
    // git takes the two lines of a submodule together or not at all.
    let submodule = [change.old_mode, change.new_mode].contains(&Some(Mode::SUBMODULE));
    if change.binary || submodule || change.kind == ChangeKind::Typechange {
        return Ok(Ok(None));
    }
    let path = || change.path.clone();
    let text = changes
        .patch(index, text)
        .map_err(|source| PlanError::Read {
            path: path(),
            source,
        })?;
    let Some(patch) = file_patches(text).next() else {
        return Ok(Ok(None));
    };
    let patch = patch.map_err(|source| PlanError::Patch {
        path: path(),
        source,
    })?;
    // Text around the section, or a second section, would be lost in pieces.
    if patch.text.len() != text.len() {
        return Ok(Ok(None));
    }
    let fail = options.limits.fail();
    if patch.header.len() as u64 > fail {
        return Ok(Err(Reason::TooLarge {
            bytes: patch.header.len() as u64,
            limit: fail,
        }));
    }
    let context = options.division.context.clamp(1, MOST_CONTEXT) as usize;
    Ok(cut::cut(index, change, text, &patch, options, context)?)
}

/// Moves each test to its source, if both, with the source's other tests, fit into one part.
fn beside_their_sources(atoms: Vec<Atom<'_>>, limit: u64) -> Vec<Atom<'_>> {
    let paths: Vec<_> = atoms.iter().map(|atom| atom.path).collect();
    let sources = pairs::sources(&paths);
    let whole = |atom: &Atom<'_>| {
        atom.bytes <= limit && atom.pieces.iter().all(|piece| piece.cut.is_none())
    };
    let whole: Vec<bool> = atoms.iter().map(whole).collect();
    let mut atoms: Vec<Option<Atom<'_>>> = atoms.into_iter().map(Some).collect();
    for (test, source) in sources.into_iter().enumerate() {
        let Some(source) = source.filter(|source| whole[*source] && whole[test]) else {
            continue;
        };
        let sum = |test: &Atom<'_>, source: &Atom<'_>| test.bytes + source.bytes;
        if let (Some(tested), Some(with)) = (&atoms[test], &atoms[source])
            && sum(tested, with) <= limit
            && let Some(tested) = atoms[test].take()
            && let Some(with) = &mut atoms[source]
        {
            with.bytes += tested.bytes;
            with.pieces.extend(tested.pieces);
        }
    }
    atoms.into_iter().flatten().collect()
}

/// Divides a run of atoms into parts.
fn parts(run: Vec<Atom<'_>>, limit: u64) -> Vec<Vec<Piece>> {
    let sizes: Vec<u64> = run.iter().map(|atom| atom.bytes).collect();
    let paths: Vec<&RepoPath> = run.iter().map(|atom| atom.path).collect();
    let top = match (paths.first(), paths.last()) {
        (Some(first), Some(last)) => shared_folders(first, last),
        _ => 0,
    };
    let price = |end: usize| {
        let (left, right) = (paths[end - 1], paths[end]);
        let depth = shared_folders(left, right).saturating_sub(top).min(5) as u64;
        // Between two files of one folder it is worse than between that folder's sub-folders.
        let inside = left.folder() == right.folder();
        80 * depth + if inside { 120 } else { 0 }
    };
    let ends = balanced(&sizes, limit, price);
    let mut atoms = run.into_iter();
    let mut start = 0;
    ends.into_iter()
        .map(|end| {
            let part = atoms.by_ref().take(end - start);
            let mut pieces: Vec<Piece> = part.flat_map(|atom| atom.pieces).collect();
            start = end;
            pieces.sort_by_key(|piece| piece.change);
            pieces
        })
        .collect()
}

/// Number of folders that two paths have in common.
fn shared_folders(left: &RepoPath, right: &RepoPath) -> usize {
    let shared = &left.as_bytes()[..common_length(left.as_bytes(), right.as_bytes())];
    shared.iter().filter(|byte| **byte == b'/').count()
}

#[cfg(test)]
mod tests;
