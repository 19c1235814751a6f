//! Maps lines of one tree to another, through the diff between the two.
//!
//! Takes the changes from the old tree to the new one, made without context lines; gives the new location of lines of
//! an old file. Renames and moved blocks (`moves`) are followed.

use std::collections::HashMap;

use super::moves::Moves;
use crate::change::{Change, ChangeKind, ChangeSet, Hunk};
use crate::review::location::LineRange;

/// The location of lines after the changes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Carried {
    /// The path in the new tree; `None` if the file is gone and its lines moved nowhere.
    pub path: Option<String>,
    /// The lines in the new tree; `None` if none of them is left, or if no lines were given.
    pub lines: Option<LineRange>,
    /// What happened to the lines. Without lines: to the file.
    pub fate: Fate,
}

/// What happened to lines between two trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Fate {
    /// Every line is the same.
    Unchanged,
    /// Every line is the same, elsewhere in the file or in another file.
    Moved,
    /// At least one line was edited, removed, or inserted between the others.
    Changed,
    /// None is left.
    Vanished,
}

/// Maps lines of an old tree to a new one. Paths are written as in a manifest.
#[derive(Debug, Default)]
pub struct Carry {
    /// By path in the old tree; other files did not change.
    files: HashMap<String, Target>,
    moves: Moves,
}

/// What became of a file.
#[derive(Debug)]
enum Target {
    /// Nothing is left of it.
    Gone,
    /// It is only in the new tree.
    Back,
    /// It changed in a way without lines: another type, or binary content.
    Replaced { path: String },
    /// Some of its lines were edited.
    Edited { path: String, hunks: Vec<Hunk> },
}

impl Carry {
    /// Uses these changes, which must come from a diff without context lines. Moved blocks are not detected.
    pub fn new(changes: &[Change]) -> Self {
        let mut files = HashMap::with_capacity(changes.len());
        for change in changes {
            let path = change.path.to_text().0;
            let (source, target) = match change.kind {
                ChangeKind::Added | ChangeKind::Copied => (path, Target::Back),
                ChangeKind::Deleted => (path, Target::Gone),
                ChangeKind::Modified | ChangeKind::Renamed | ChangeKind::Typechange => {
                    let whole = change.binary || change.kind == ChangeKind::Typechange;
                    let target = if whole {
                        Target::Replaced { path }
                    } else {
                        let hunks = change.hunks.clone();
                        Target::Edited { path, hunks }
                    };
                    (change.source_path().to_text().0, target)
                }
            };
            // A file that was renamed while another file took its path: its lines went with the rename.
            if matches!(target, Target::Back) {
                files.entry(source).or_insert(target);
            } else {
                files.insert(source, target);
            }
        }
        Self {
            files,
            moves: Moves::default(),
        }
    }

    /// As [`new`](Self::new), but also follows blocks of lines that moved unchanged, within a file or between files.
    ///
    /// # Errors
    ///
    /// If the text of a change, which is kept outside memory, cannot be read back.
    pub fn with_moves(set: &ChangeSet) -> std::io::Result<Self> {
        let mut carry = Self::new(set.changes());
        carry.moves = Moves::find(set)?;
        Ok(carry)
    }

    /// The path that an old path has in the new tree; `None` if the file is gone.
    pub fn path<'a>(&'a self, path: &'a str) -> Option<&'a str> {
        match self.files.get(path) {
            None | Some(Target::Back) => Some(path),
            Some(Target::Gone) => None,
            Some(Target::Replaced { path } | Target::Edited { path, .. }) => Some(path),
        }
    }

    /// Where lines of an old file, or the file itself, are in the new tree.
    ///
    /// ```
    /// use scrum_core::review::location::LineRange;
    /// use scrum_core::rounds::{Carry, Fate};
    ///
    /// let same = Carry::default().carry("src/pool.rs", Some(LineRange::new(3, 4)));
    /// assert_eq!((same.path.as_deref(), same.fate), (Some("src/pool.rs"), Fate::Unchanged));
    /// ```
    pub fn carry(&self, path: &str, lines: Option<LineRange>) -> Carried {
        let new_path = self.path(path).map(str::to_owned);
        let whole = |fate| Carried {
            path: new_path.clone(),
            lines: None,
            fate,
        };
        let carried = match (self.files.get(path), lines) {
            // Both waves are taken to have one base, so that a deleted line keeps its number; the old wave's head lacks the
            // line, and the way from there says nothing of it.
            (target, Some(range)) if range.old_side => match target {
                Some(Target::Back) => whole(Fate::Vanished),
                _ => Carried {
                    path: new_path.or_else(|| Some(path.to_owned())),
                    lines,
                    fate: Fate::Unchanged,
                },
            },
            (None, lines) => Carried {
                path: new_path,
                lines,
                fate: Fate::Unchanged,
            },
            (Some(Target::Gone | Target::Back), _) | (Some(Target::Replaced { .. }), Some(_)) => {
                whole(Fate::Vanished)
            }
            (Some(Target::Replaced { .. }), None) => whole(Fate::Changed),
            (Some(Target::Edited { hunks, .. }), None) => {
                let changed = !hunks.is_empty();
                whole(if changed {
                    Fate::Changed
                } else {
                    Fate::Unchanged
                })
            }
            (Some(Target::Edited { hunks, .. }), Some(range)) => {
                let (lines, fate) = through(hunks, range);
                Carried {
                    path: new_path,
                    lines,
                    fate,
                }
            }
        };
        if matches!(carried.fate, Fate::Changed | Fate::Vanished)
            && let Some(range) = lines
            && let Some((path, lines)) = self.moves.of(path, range)
        {
            return Carried {
                path: Some(path),
                lines: Some(lines),
                fate: Fate::Moved,
            };
        }
        carried
    }
}

/// Maps a range through the hunks of its file, which are in order and have no context.
fn through(hunks: &[Hunk], range: LineRange) -> (Option<LineRange>, Fate) {
    let mut changed = false;
    let (mut start, mut end) = (i64::from(range.start), i64::from(range.end));
    let (first, last) = (start, end);
    // How much the hunks before a line add to its number.
    let mut shift = 0_i64;
    let (mut start_shift, mut end_shift) = (0_i64, 0_i64);
    let (mut start_fixed, mut end_fixed) = (None, None);
    for hunk in hunks {
        let (old, old_lines) = (i64::from(hunk.old_start), i64::from(hunk.old_lines));
        let (new, new_lines) = (i64::from(hunk.new_start), i64::from(hunk.new_lines));
        // First and last line that the hunk removes; of an insertion the lines around it.
        let (removed_first, removed_last) = if old_lines == 0 {
            (old + 1, old)
        } else {
            (old, old + old_lines - 1)
        };
        if removed_first > last {
            break;
        }
        changed |= removed_last >= first && (old_lines > 0 || removed_first > first);
        // A side without lines begins at the line before it.
        let (new_first, new_last) = if new_lines == 0 {
            (new + 1, new)
        } else {
            (new, new + new_lines - 1)
        };
        let inside = |line: i64| (removed_first..=removed_last).contains(&line);
        let same_size = old_lines == new_lines;
        if inside(first) {
            start_fixed = Some(if same_size {
                new_first + first - removed_first
            } else {
                new_first
            });
        }
        if inside(last) {
            end_fixed = Some(if same_size {
                new_first + last - removed_first
            } else {
                new_last
            });
        }
        shift += new_lines - old_lines;
        if removed_last < first {
            start_shift = shift;
        }
        if removed_last < last {
            end_shift = shift;
        }
    }
    start = start_fixed.unwrap_or(start + start_shift);
    end = end_fixed.unwrap_or(end + end_shift);
    let lines = (start <= end && start >= 1)
        .then(|| Some((u32::try_from(start).ok()?, u32::try_from(end).ok()?)))
        .flatten()
        .map(|(start, end)| LineRange::new(start, end));
    let fate = match (lines, changed) {
        (None, _) => Fate::Vanished,
        (Some(_), true) => Fate::Changed,
        (Some(_), false) => Fate::Unchanged,
    };
    (lines, fate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::RepoPath;

    pub(crate) fn change(kind: ChangeKind, old: &str, new: &str, hunks: &[[u32; 4]]) -> Change {
        Change {
            path: RepoPath::new(new),
            old_path: (old != new).then(|| RepoPath::new(old)),
            kind,
            old_mode: None,
            new_mode: None,
            binary: false,
            additions: 0,
            deletions: 0,
            bytes: 0,
            hunks: hunks
                .iter()
                .map(|[old_start, old_lines, new_start, new_lines]| Hunk {
                    old_start: *old_start,
                    old_lines: *old_lines,
                    new_start: *new_start,
                    new_lines: *new_lines,
                })
                .collect(),
            base_attributes: crate::change::PathAttributes::default(),
            head_attributes: crate::change::PathAttributes::default(),
        }
    }

    fn lines(start: u32, end: u32) -> LineRange {
        LineRange::new(start, end)
    }

    #[test]
    fn lines_go_through_the_hunks_before_and_at_them() {
        // Two lines in front of line 5; line 10 becomes three; lines 20 to 24 go; line 30 becomes another one.
        let hunks = [[4, 0, 5, 2], [10, 1, 12, 3], [20, 5, 23, 0], [30, 1, 29, 1]];
        let carry = Carry::new(&[change(ChangeKind::Modified, "a", "a", &hunks)]);
        for (old, new, fate) in [
            ((1, 4), Some((1, 4)), Fate::Unchanged),
            // What is put between two lines changes a range that has both.
            ((4, 5), Some((4, 7)), Fate::Changed),
            ((5, 5), Some((7, 7)), Fate::Unchanged),
            ((10, 10), Some((12, 14)), Fate::Changed),
            ((9, 11), Some((11, 15)), Fate::Changed),
            ((11, 19), Some((15, 23)), Fate::Unchanged),
            ((20, 24), None, Fate::Vanished),
            ((22, 22), None, Fate::Vanished),
            ((19, 21), Some((23, 23)), Fate::Changed),
            ((23, 26), Some((24, 25)), Fate::Changed),
            ((25, 29), Some((24, 28)), Fate::Unchanged),
            ((30, 30), Some((29, 29)), Fate::Changed),
            ((31, 1000), Some((30, 999)), Fate::Unchanged),
        ] {
            let carried = carry.carry("a", Some(lines(old.0, old.1)));
            let new = new.map(|(start, end)| lines(start, end));
            assert_eq!((carried.lines, carried.fate), (new, fate), "{old:?}");
        }
    }

    #[test]
    fn files_are_renamed_removed_and_replaced() {
        let carry = Carry::new(&[
            change(ChangeKind::Renamed, "old", "new", &[]),
            change(ChangeKind::Added, "old", "old", &[[0, 0, 1, 9]]),
            change(ChangeKind::Deleted, "gone", "gone", &[[1, 9, 0, 0]]),
            change(ChangeKind::Typechange, "link", "link", &[]),
            change(ChangeKind::Added, "back", "back", &[[0, 0, 1, 9]]),
        ]);
        for (path, asked, new, left, fate) in [
            ("old", true, Some("new"), true, Fate::Unchanged),
            ("old", false, Some("new"), false, Fate::Unchanged),
            ("gone", true, None, false, Fate::Vanished),
            ("link", true, Some("link"), false, Fate::Vanished),
            ("link", false, Some("link"), false, Fate::Changed),
            // A finding in a file that the old wave deleted, and that is there again.
            ("back", true, Some("back"), false, Fate::Vanished),
            ("other", true, Some("other"), true, Fate::Unchanged),
        ] {
            let carried = carry.carry(path, asked.then(|| lines(3, 4)));
            assert_eq!(carried.path.as_deref(), new, "{path}");
            assert_eq!(carried.lines, left.then(|| lines(3, 4)), "{path}");
            assert_eq!(carried.fate, fate, "{path}");
        }
    }
}
