//! `.scrum/triage.toml`: reads it, applies it to a wave, writes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scrum_core::path::RepoPath;
use scrum_core::range::Range;
use scrum_core::rounds::TriageFile;
use scrum_core::tally::Tally;

use super::rounds::carry_between_trees;
use super::{Wave, remove_left_behind, write_atomically};
use crate::error::{Context as _, Result, cannot_read, usage_error};
use crate::session::Session;

/// The file's place, from the top of the repository.
const PLACE: &str = ".scrum/triage.toml";

/// Where the file is.
pub(crate) fn decisions_path(session: &Session) -> PathBuf {
    session.waves().join("triage.toml")
}

/// Reads the file; an absent one has no decisions.
pub(crate) fn read_decisions(session: &Session) -> Result<TriageFile> {
    let path = decisions_path(session);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&path, &text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(TriageFile::default()),
        Err(error) => Err(cannot_read(&path, &error)),
    }
}

fn parse(path: &Path, text: &str) -> Result<TriageFile> {
    TriageFile::from_toml(text).map_err(|error| {
        usage_error(format!("{}: {error}", path.display()))
            .hint("correct the line, or take the file away; docs/rounds.md has its keys")
    })
}

/// Writes the file. Beside the waves, which git ignores, it can be committed.
pub(crate) fn write_decisions(session: &Session, decisions: &TriageFile) -> Result<()> {
    let waves = session.waves();
    std::fs::create_dir_all(&waves)
        .with_context(|| format!("{} cannot be made", waves.display()))?;
    remove_left_behind(&waves)?;
    let ignore = waves.join(".gitignore");
    let text = std::fs::read_to_string(&ignore).unwrap_or_default();
    if matches!(text.trim(), "*" | "") {
        write_atomically(&ignore, &mut |out| out.write_all(b"*\n!triage.toml\n"))?;
    }
    let text = decisions.to_toml();
    write_atomically(&decisions_path(session), &mut |out| {
        out.write_all(text.as_bytes())
    })
}

/// Marks what people have decided about a wave's issues. Returns for each decision the issues that it is about.
pub(crate) fn apply_decisions(
    decisions: &TriageFile,
    wave: &Wave,
    tally: &mut Tally,
    session: &Session,
) -> Vec<Vec<(usize, usize)>> {
    let range = &wave.manifest.range;
    let head = range.head_tree.as_deref();
    let mut carries = BTreeMap::new();
    for tree in decisions.heads() {
        // A tree that is gone, as in a shallow clone, leaves path and words.
        if let Some(head) = head
            && let Ok(carry) = carry_between_trees(tree, head, session)
        {
            carries.insert(tree.to_owned(), carry);
        }
    }
    let trusted = at_base(range, session);
    decisions.apply(tally, &carries, head, trusted.as_ref())
}

/// The decisions of the range's base, if the range itself changes them.
fn at_base(range: &Range, session: &Session) -> Option<TriageFile> {
    // Uncommitted work is the user's own, and so are the decisions in it.
    range.head.as_ref()?;
    let repository = session.repository().ok()?;
    let place = RepoPath::new(PLACE);
    let base = Range {
        head_tree: range.base_tree.clone(),
        ..range.clone()
    };
    let before = repository.file_at_head(&base, &place).ok()?;
    let after = repository.file_at_head(range, &place).ok()?;
    if before == after {
        return None;
    }
    let text = String::from_utf8(before.unwrap_or_default()).unwrap_or_default();
    Some(TriageFile::from_toml(&text).unwrap_or_default())
}
