//! Compares a wave with a later one: maps lines between their heads, and finds the status of issues.

use std::borrow::Cow;

use scrum_core::git::DiffOptions;
use scrum_core::range::{Range, RangeSpec};
use scrum_core::rounds::{self, Carry, Comparison};
use scrum_core::tally::Tally;

use super::{CountedWave, Wave, shown_path};
use crate::error::{Context as _, Result, usage_error};
use crate::session::Session;

/// Compares an older wave with a later one.
pub(crate) fn compare(
    old: &CountedWave,
    wave: &Wave,
    tally: &Tally,
    session: &Session,
) -> Result<Comparison> {
    let carry = carry_between(&old.wave, wave, session)?;
    let mut comparison = rounds::compare(&old.tally, tally, &wave.manifest, &carry);
    for (side, wave) in [
        (&mut comparison.old, &old.wave),
        (&mut comparison.new, wave),
    ] {
        let range = &wave.manifest.range;
        let name = wave.folder.file_name().map(|name| name.to_string_lossy());
        side.wave = name.map_or_else(|| shown_path(&wave.folder), Cow::into_owned);
        side.head.clone_from(&range.head);
        side.head_tree.clone_from(&range.head_tree);
    }
    Ok(comparison)
}

/// How lines moved from the head of one wave to that of another.
fn carry_between(old: &Wave, new: &Wave, session: &Session) -> Result<Carry> {
    let (before, after) = (&old.manifest, &new.manifest);
    if before.patch_sha256.is_some() && before.patch_sha256 == after.patch_sha256 {
        return Ok(Carry::default());
    }
    let tree = |range: &Range, wave: &Wave| {
        range.head_tree.clone().ok_or_else(|| {
            usage_error(format!(
                "{} was made from a patch, so its head is not known",
                shown_path(&wave.folder)
            ))
            .hint("to compare rounds, make both waves from ranges of the repository: `scrum bundle A..B`")
        })
    };
    let (base, head) = (tree(&before.range, old)?, tree(&after.range, new)?);
    carry_between_trees(&base, &head, session)
}

/// How lines moved from one tree to another, both by their full hex ids.
pub(super) fn carry_between_trees(base: &str, head: &str, session: &Session) -> Result<Carry> {
    if base == head {
        return Ok(Carry::default());
    }
    let spec = RangeSpec::Trees {
        base: base.to_owned(),
        head: head.to_owned(),
    };
    let changes = session
        .repository()?
        .changes(&spec, &DiffOptions::default().context(0))
        .with_context(|| {
            format!("the heads of the two waves ({base} and {head}) cannot be compared")
        })?;
    Carry::with_moves(&changes).context("the changes between the two heads cannot be read")
}
