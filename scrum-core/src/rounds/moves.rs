//! Blocks of lines that moved: removed in one place and added in another, within a file or between files.
//!
//! Takes the patches between two trees; maps removed lines to the added ones that they became. A line is an anchor if
//! it has enough letters and digits, was removed once and added once; from an anchor, the block grows up and down over
//! lines that are equal except for white space. As in `git diff --color-moved`, a block needs at least 20 letters and
//! digits.

use std::collections::HashMap;

use crate::change::ChangeSet;
use crate::patch::{HunkLineKind, file_patches};
use crate::review::location::LineRange;

/// Minimum number of letters and digits in a block, so that a moved `}` means nothing. As in `git diff --color-moved`.
const MIN_BLOCK: usize = 20;

/// Maximum amount of patch text that is searched, in bytes.
const MAX_TEXT: u64 = 64 << 20;

/// Where moved lines went.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// By old path and line: the new path's index and line.
    lines: HashMap<(usize, u32), (usize, u32)>,
    paths: Vec<String>,
    numbers: HashMap<String, usize>,
}

/// A line that was removed or added.
#[derive(Debug)]
struct MovedLine {
    file: usize,
    line: u32,
    text: Vec<u8>,
}

impl Moves {
    pub(super) fn find(set: &ChangeSet) -> std::io::Result<Self> {
        let mut moves = Self::default();
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        let mut text = Vec::new();
        let mut read = 0;
        for (at, change) in set.changes().iter().enumerate() {
            if change.binary || change.hunks.is_empty() {
                continue;
            }
            read += change.bytes;
            if read > MAX_TEXT {
                break;
            }
            set.read_patch(at, &mut text)?;
            let old = moves.number(change.source_path().to_text().0);
            let new = moves.number(change.path.to_text().0);
            // A read error ends the iterator; the remaining lines then have not moved.
            for file in file_patches(&text).map_while(Result::ok) {
                for hunk in &file.hunks {
                    for (at, text) in hunk.numbered(hunk.hunk) {
                        let (line, list, file) = match at.kind {
                            HunkLineKind::Deleted => (at.old_at, &mut removed, old),
                            HunkLineKind::Added => (at.new_at, &mut added, new),
                            HunkLineKind::Context | HunkLineKind::Note => continue,
                        };
                        list.push(MovedLine {
                            file,
                            line,
                            text: squeezed(&text[1..]),
                        });
                    }
                }
            }
        }
        moves.join(&removed, &added);
        Ok(moves)
    }

    fn number(&mut self, path: String) -> usize {
        if let Some(&known) = self.numbers.get(&path) {
            return known;
        }
        let next = self.paths.len();
        self.paths.push(path.clone());
        self.numbers.insert(path, next);
        next
    }

    fn join(&mut self, removed: &[MovedLine], added: &[MovedLine]) {
        let (from, to) = (unique(removed), unique(added));
        let mut taken = vec![false; added.len()];
        let mut at = 0;
        while at < removed.len() {
            let anchor = from
                .get(removed[at].text.as_slice())
                .and_then(|own| own.filter(|own| *own == at))
                .and_then(|_| to.get(removed[at].text.as_slice()).copied().flatten());
            let Some(target) = anchor.filter(|target| !taken[*target]) else {
                at += 1;
                continue;
            };
            // Grow up over equal lines that are in no earlier block, then down.
            let mut up = 0;
            while up < at.min(target)
                && follows(removed, at - up - 1)
                && follows(added, target - up - 1)
                && removed[at - up - 1].text == added[target - up - 1].text
                && !taken[target - up - 1]
                && !self.has(&removed[at - up - 1])
            {
                up += 1;
            }
            let mut down = 1;
            while at + down < removed.len()
                && target + down < added.len()
                && follows(removed, at + down - 1)
                && follows(added, target + down - 1)
                && removed[at + down].text == added[target + down].text
                && !taken[target + down]
            {
                down += 1;
            }
            let block = (at - up..at + down).zip(target - up..target + down);
            let letters: usize = block
                .clone()
                .map(|(from, _)| letters(&removed[from].text))
                .sum();
            if letters >= MIN_BLOCK {
                for (from, to) in block {
                    taken[to] = true;
                    let (from, to) = (&removed[from], &added[to]);
                    self.lines
                        .insert((from.file, from.line), (to.file, to.line));
                }
            }
            at += down;
        }
    }

    fn has(&self, side: &MovedLine) -> bool {
        self.lines.contains_key(&(side.file, side.line))
    }

    /// Where lines of an old file went, if all of them moved together.
    pub(super) fn of(&self, path: &str, range: LineRange) -> Option<(String, LineRange)> {
        let file = *self.numbers.get(path)?;
        let (target, first) = *self.lines.get(&(file, range.start))?;
        let mut last = first;
        for line in range.start.checked_add(1)?..=range.end {
            let next = *self.lines.get(&(file, line))?;
            last = last.checked_add(1)?;
            if next != (target, last) {
                return None;
            }
        }
        let lines = LineRange::new(first, last);
        Some((self.paths.get(target)?.clone(), lines))
    }
}

/// Whether the line after `at` is the next one of the same file.
fn follows(sides: &[MovedLine], at: usize) -> bool {
    let (this, next) = (&sides[at], sides.get(at + 1));
    next.is_some_and(|next| next.file == this.file && next.line == this.line + 1)
}

/// The lines that can be anchors; `None` for a text that occurs more than once.
fn unique(sides: &[MovedLine]) -> HashMap<&[u8], Option<usize>> {
    let mut found: HashMap<&[u8], Option<usize>> = HashMap::new();
    for (at, side) in sides.iter().enumerate() {
        if letters(&side.text) > 0 {
            found
                .entry(&side.text)
                .and_modify(|known| *known = None)
                .or_insert(Some(at));
        }
    }
    found
}

fn squeezed(line: &[u8]) -> Vec<u8> {
    line.iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect()
}

fn letters(text: &[u8]) -> usize {
    text.iter()
        .filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(lines: &[(usize, u32, &str)]) -> Vec<MovedLine> {
        lines
            .iter()
            .map(|(file, line, text)| MovedLine {
                file: *file,
                line: *line,
                text: squeezed(text.as_bytes()),
            })
            .collect()
    }

    fn moves(removed: &[(usize, u32, &str)], added: &[(usize, u32, &str)]) -> Moves {
        let mut moves = Moves::default();
        for path in ["a.rs", "b.rs"] {
            moves.number(path.to_owned());
        }
        moves.join(&sides(removed), &sides(added));
        moves
    }

    #[test]
    fn a_block_moves_with_its_braces_and_another_indent() {
        let moves = moves(
            &[
                (0, 7, "}"),
                (0, 10, "fn drain(pool: &Pool) {"),
                (0, 11, "    pool.lock().release();"),
                (0, 12, "}"),
            ],
            &[
                (1, 3, "    fn drain(pool: &Pool) {"),
                (1, 4, "        pool.lock().release();"),
                (1, 5, "    }"),
                (1, 6, "}"),
            ],
        );
        let of = |start, end| moves.of("a.rs", LineRange::new(start, end));
        let to = |start, end| Some(("b.rs".to_owned(), LineRange::new(start, end)));
        assert_eq!(of(10, 12), to(3, 5));
        assert_eq!(of(12, 12), to(5, 5));
        // The brace before it went nowhere.
        assert_eq!(of(7, 7), None);
        assert_eq!(of(12, 13), None);
    }

    #[test]
    fn short_and_repeated_lines_move_nowhere() {
        let short = moves(&[(0, 1, "return 1;")], &[(1, 1, "return 1;")]);
        assert_eq!(short.of("a.rs", LineRange::new(1, 1)), None);
        let line = "assert_eq!(left, right, \"the same again\");";
        let twice = moves(&[(0, 1, line)], &[(1, 1, line), (1, 9, line)]);
        assert_eq!(twice.of("a.rs", LineRange::new(1, 1)), None);
    }
}
