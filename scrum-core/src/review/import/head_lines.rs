//! From lines of the old file, or of an earlier commit, to lines of the head.

use std::collections::HashMap;

use crate::patch;
use crate::review::location::LineRange;

/// How many lines in front of a commented one are compared, too.
const COMPARED: usize = 3;
/// The shortest text of a line that is sought by itself, in bytes.
const SHORTEST: usize = 8;

/// Maps lines to those of the head, through the diffs of a wave.
#[derive(Debug, Clone, Default)]
pub struct HeadLines {
    base: Option<String>,
    head: Option<String>,
    /// By the path at the head and by that at the base.
    files: HashMap<String, usize>,
    diffs: Vec<FileDiff>,
}

#[derive(Debug, Clone)]
struct FileDiff {
    path: String,
    /// Its changes are divided into parts, whose line numbers do not fit together.
    divided: bool,
    /// The lines of the old side that the diff shows, and the rise in line numbers before each hunk.
    hunks: Vec<HunkLines>,
    /// Lines of the new side that the diff shows: number and text.
    new: Vec<(u32, String)>,
}

#[derive(Debug, Clone)]
struct HunkLines {
    old_start: u32,
    /// The new line of each old one; `None` if it was deleted.
    old: Vec<Option<u32>>,
    /// The new line that follows the hunk.
    new_end: u32,
}

impl HeadLines {
    /// Nothing is known but the commits, as full hashes: comments on the head itself need no mapping.
    pub fn new(base: Option<&str>, head: Option<&str>) -> Self {
        Self {
            base: base.map(str::to_owned),
            head: head.map(str::to_owned),
            ..Self::default()
        }
    }

    /// Adds a diff as git writes it. What cannot be read of it maps nothing.
    pub fn add_diff(&mut self, diff: &[u8]) {
        for file in patch::file_patches(diff).map_while(Result::ok) {
            let path = file.path.to_text().0;
            let old = file.old_path.as_ref().map(|path| path.to_text().0);
            if let Some(known) = self.files.get(&path) {
                self.diffs[*known].divided = true;
                continue;
            }
            let mut lines = FileDiff {
                path: path.clone(),
                divided: false,
                hunks: Vec::new(),
                new: Vec::new(),
            };
            for hunk in &file.hunks {
                let mut old = Vec::new();
                for (at, line) in hunk.numbered(hunk.hunk) {
                    if at.old_line().is_some() {
                        old.push(at.new_line());
                    }
                    if let Some(number) = at.new_line() {
                        let text = String::from_utf8_lossy(line.get(1..).unwrap_or(b""));
                        lines.new.push((number, text.trim().to_owned()));
                    }
                }
                // A side without lines starts at the line before it.
                let numbers = hunk.hunk;
                let new_start = numbers.new_start + u32::from(numbers.new_lines == 0);
                lines.hunks.push(HunkLines {
                    old_start: numbers.old_start + u32::from(numbers.old_lines == 0),
                    old,
                    new_end: new_start.saturating_add(numbers.new_lines),
                });
            }
            self.files.insert(path, self.diffs.len());
            if let Some(old) = old {
                self.files.entry(old).or_insert(self.diffs.len());
            }
            self.diffs.push(lines);
        }
    }

    fn file(&self, path: &str) -> Option<&FileDiff> {
        self.files
            .get(path)
            .map(|at| &self.diffs[*at])
            .filter(|file| !file.divided)
    }

    /// Where lines of the old file are at the head. If one of the two ends was deleted, they stay lines of the old file. `None`
    /// if no diff has the file.
    pub fn from_old(&self, path: &str, lines: LineRange) -> Option<(String, LineRange)> {
        let file = self.file(path)?;
        let lines = match (file.head_line(lines.start), file.head_line(lines.end)) {
            (Some(start), Some(end)) => LineRange::new(start, end),
            _ => lines.on_old_side(true),
        };
        Some((file.path.clone(), lines))
    }

    /// Where lines of an earlier commit are at the head: by the commit if it is the head or the base, else by the text of
    /// the last lines of the piece of diff that came with the comment, if the head has them once.
    pub fn from_earlier(
        &self,
        path: &str,
        lines: LineRange,
        commit: Option<&str>,
        diff_hunk: Option<&str>,
    ) -> Option<(String, LineRange)> {
        if commit.is_some() && commit == self.head.as_deref() {
            return Some((path.to_owned(), lines));
        }
        if commit.is_some() && commit == self.base.as_deref() {
            return self.from_old(path, lines);
        }
        let file = self.file(path)?;
        let end = file.by_text(diff_hunk?, lines.end)?;
        let start = end.checked_sub(lines.end - lines.start)?;
        (start > 0).then(|| (file.path.clone(), LineRange::new(start, end)))
    }
}

impl FileDiff {
    fn head_line(&self, old: u32) -> Option<u32> {
        let before = self.hunks.partition_point(|hunk| hunk.old_start <= old);
        let Some(hunk) = before.checked_sub(1).map(|at| &self.hunks[at]) else {
            return Some(old);
        };
        let inside = usize::try_from(old - hunk.old_start).ok()?;
        match hunk.old.get(inside) {
            Some(new) => *new,
            None => {
                let behind = inside - hunk.old.len();
                hunk.new_end.checked_add(u32::try_from(behind).ok()?)
            }
        }
    }

    /// The head's line that has the text of the last line of a piece of diff, with those before it.
    fn by_text(&self, diff_hunk: &str, last: u32) -> Option<u32> {
        let mut lines = diff_hunk.lines();
        let new_start: u32 = lines
            .next()?
            .split_once('+')?
            .1
            .split([',', ' '])
            .next()?
            .parse()
            .ok()?;
        let new: Vec<&str> = lines
            .filter(|line| !line.starts_with(['-', '\\']))
            .map(|line| line.get(1..).unwrap_or("").trim())
            .collect();
        // A piece that does not end at the commented line says nothing of it.
        if usize::try_from(last.checked_sub(new_start)?).ok()? + 1 != new.len() {
            return None;
        }
        let sought = &new[new.len().saturating_sub(COMPARED)..];
        if sought.iter().map(|line| line.len()).sum::<usize>() < SHORTEST {
            return None;
        }
        let mut found = self.new.windows(sought.len()).filter(|window| {
            let joined = window
                .windows(2)
                .all(|pair| pair[0].0.checked_add(1) == Some(pair[1].0));
            joined && window.iter().map(|(_, text)| text).eq(sought.iter())
        });
        let only = found.next()?.last()?.0;
        found.next().is_none().then_some(only)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFF: &[u8] = b"diff --git a/old.rs b/new.rs\nsimilarity index 90%\nrename from old.rs\nrename to new.rs\n\
--- a/old.rs\n+++ b/new.rs\n@@ -3,4 +3,5 @@\n three\n-four\n+fourth line\n+fourth and a half\n five\n six\n\
@@ -20,0 +22,2 @@\n+added far below\n+added far below\n\
diff --git a/gone.rs b/gone.rs\ndeleted file mode 100644\n--- a/gone.rs\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n-two\n";

    fn at(line: u32) -> LineRange {
        LineRange::new(line, line)
    }

    fn mapped() -> HeadLines {
        let mut lines = HeadLines::new(Some("b0"), Some("h0"));
        lines.add_diff(DIFF);
        lines
    }

    #[test]
    fn old_lines_go_through_the_diff() {
        let lines = mapped();
        for (path, old, new) in [
            ("old.rs", 1, "new.rs:1"),
            ("new.rs", 3, "new.rs:3"),
            ("old.rs", 4, "new.rs:old:4"),
            ("old.rs", 5, "new.rs:6"),
            ("old.rs", 20, "new.rs:21"),
            ("old.rs", 21, "new.rs:24"),
            ("gone.rs", 2, "gone.rs:old:2"),
        ] {
            let (file, lines) = lines.from_old(path, at(old)).unwrap();
            assert_eq!(format!("{file}:{lines}"), new, "{path}:{old}");
        }
        assert_eq!(lines.from_old("other.rs", at(2)), None);
    }

    #[test]
    fn earlier_lines_are_found_by_commit_and_by_text() {
        let lines = mapped();
        let hunk = "@@ -1,3 +7,3 @@ fn x\n three\n-x\n+fourth line\n+fourth and a half";
        for (line, commit, hunk, expected) in [
            (9, Some("h0"), None, Some(9)),
            (5, Some("b0"), None, Some(6)),
            (9, Some("e0"), Some(hunk), Some(5)),
            // The piece ends elsewhere, or its text is not at the head.
            (8, Some("e0"), Some(hunk), None),
            (7, Some("e0"), Some("@@ -1 +7 @@\n+never written"), None),
            (7, None, None, None),
            // The place is short, is there in two pieces, or twice.
            (7, Some("e0"), Some("@@ -1 +7 @@\n+five"), None),
            (
                8,
                Some("e0"),
                Some("@@ -1 +7,2 @@\n six\n+added far below"),
                None,
            ),
            (7, Some("e0"), Some("@@ -1 +7 @@\n+added far below"), None),
        ] {
            let found = lines.from_earlier("new.rs", at(line), commit, hunk);
            let expected = expected.map(|line| ("new.rs".to_owned(), at(line)));
            assert_eq!(found, expected, "{line} {commit:?}");
        }
    }

    #[test]
    fn a_divided_file_is_not_mapped() {
        let mut lines = mapped();
        lines.add_diff(DIFF);
        assert_eq!(lines.from_old("old.rs", at(1)), None);
    }
}
