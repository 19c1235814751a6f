//! The lines of a patch above its hunks.

use super::super::pair::FileVersion;
use crate::change::Mode;
use crate::path::quote_with_prefix;

/// Appends everything from `diff --git` to the `index` line, which `says_mode` requests even if both sides are equal.
pub(super) fn write(
    old: Option<&FileVersion>,
    new: Option<&FileVersion>,
    similarity: Option<u64>,
    says_mode: bool,
    out: &mut Vec<u8>,
) {
    let mut line = |text: String| {
        out.extend_from_slice(text.as_bytes());
        out.push(b'\n');
    };
    let (Some(from), Some(to)) = (old.or(new), new.or(old)) else {
        return;
    };
    line(format!(
        "diff --git {} {}",
        quote_with_prefix("a/", from.path.as_bytes()),
        quote_with_prefix("b/", to.path.as_bytes()),
    ));
    let mode = |side: &FileVersion| side.entry.mode;
    match (old.map(mode), new.map(mode)) {
        (None, Some(mode)) => line(format!("new file mode {mode}")),
        (Some(mode), None) => line(format!("deleted file mode {mode}")),
        (Some(old), Some(new)) if old != new => {
            line(format!("old mode {old}"));
            line(format!("new mode {new}"));
        }
        _ => {}
    }
    if let Some(similarity) = similarity {
        line(format!("similarity index {similarity}%"));
        line(format!("rename from {}", from.path.quoted()));
        line(format!("rename to {}", to.path.quoted()));
    }
    let id = |side: Option<&FileVersion>| match side {
        Some(side) => side.entry.id.to_string(),
        None => "0".repeat(40),
    };
    let (old_id, new_id) = (id(old), id(new));
    if old_id != new_id || says_mode {
        let mode: Option<Mode> = match (old.map(mode), new.map(mode)) {
            (Some(old), Some(new)) if old == new => Some(old),
            _ => None,
        };
        match mode {
            Some(mode) => line(format!("index {old_id}..{new_id} {mode}")),
            None => line(format!("index {old_id}..{new_id}")),
        }
    }
}
