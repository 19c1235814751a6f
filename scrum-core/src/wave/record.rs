//! The manifest's records of bundles and excluded files.

use crate::change::ChangeSet;
use crate::path::RepoPath;
use crate::plan::{Bundle, Excluded, Piece};
use crate::wave::manifest::{BundleRecord, ExcludedRecord, FileRecord};

/// A file that was written.
pub(super) struct Digested {
    pub(super) name: String,
    pub(super) bytes: u64,
    /// In lower-case hex.
    pub(super) sha256: String,
}

/// The record of a bundle whose two files are written.
pub(super) fn bundle(
    changes: &ChangeSet,
    bundle: &Bundle,
    diff: Digested,
    prompt: Digested,
    tokens: u64,
) -> BundleRecord {
    BundleRecord {
        id: bundle.id.clone(),
        component: bundle.component.clone(),
        part: bundle.part.map(|(part, _)| part),
        parts: bundle.part.map(|(_, parts)| parts),
        packed: bundle.packed.clone(),
        bytes: diff.bytes,
        prompt_bytes: prompt.bytes,
        tokens,
        verdict: bundle.verdict,
        diff: diff.name,
        prompt: prompt.name,
        diff_sha256: diff.sha256,
        prompt_sha256: prompt.sha256,
        files: bundle
            .pieces
            .iter()
            .map(|piece| file(changes, piece))
            .collect(),
    }
}

/// The record of an excluded change.
pub(super) fn excluded(changes: &ChangeSet, excluded: &Excluded) -> ExcludedRecord {
    let change = &changes.changes()[excluded.change];
    let (path, quoted) = change.path.to_text();
    let (old_path, old_quoted) = optional_text(change.old_path.as_ref());
    ExcludedRecord {
        path,
        quoted,
        old_path,
        old_quoted,
        reason: excluded.reason.to_string(),
        bytes: change.bytes,
    }
}

fn file(changes: &ChangeSet, piece: &Piece) -> FileRecord {
    let change = &changes.changes()[piece.change];
    let (path, quoted) = change.path.to_text();
    let (old_path, old_quoted) = optional_text(piece.old_path.as_ref());
    FileRecord {
        path,
        quoted,
        old_path,
        old_quoted,
        kind: piece.kind,
        old_mode: piece.old_mode,
        new_mode: piece.new_mode,
        moved_from_component: piece.moved_from_component.clone(),
        binary: change.binary,
        additions: piece.additions,
        deletions: piece.deletions,
        bytes: piece.bytes,
        hunks: piece.hunks.clone(),
    }
}

fn optional_text(path: Option<&RepoPath>) -> (Option<String>, bool) {
    match path.map(RepoPath::to_text) {
        Some((text, quoted)) => (Some(text), quoted),
        None => (None, false),
    }
}
