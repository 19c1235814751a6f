//! Hunks: which lines changed, and how they are written with context around them.
//!
//! Which lines changed is decided by libgit2's xdiff, the code that git itself uses, asked without context. Context,
//! hunk headers and function names are added here: libgit2 would read attributes and configuration of the user for them,
//! and writes some of them otherwise than git.

use git2::{DiffOptions, Patch};

use super::super::error::GitError;
use super::Summary;
use crate::change::Hunk;
use crate::patch::{FunctionRule, hunk_line, shown_name};

/// Old lines replaced by new ones; either may be none. Lines are 0-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ChangedLines {
    old_at: u32,
    old_lines: u32,
    new_at: u32,
    new_lines: u32,
}

impl ChangedLines {
    fn old_end(&self) -> u32 {
        self.old_at + self.old_lines
    }

    fn new_end(&self) -> u32 {
        self.new_at + self.new_lines
    }
}

/// Finds the changed lines of two versions.
pub(super) fn changed_lines(
    old: &git2::Blob<'_>,
    new: &git2::Blob<'_>,
) -> Result<Vec<ChangedLines>, GitError> {
    let mut options = DiffOptions::new();
    options
        .context_lines(0)
        .interhunk_lines(0)
        .indent_heuristic(true)
        .force_text(true)
        .max_size(-1);
    let at = |start: u32, lines: u32| {
        if lines == 0 {
            start
        } else {
            start.saturating_sub(1)
        }
    };
    // Without names there are no attributes for libgit2 to look for. `None` would mean a file named `file`.
    let nameless = std::path::Path::new("");
    let patch = Patch::from_blobs(old, Some(nameless), new, Some(nameless), Some(&mut options))?;
    (0..patch.num_hunks())
        .map(|index| {
            let (hunk, _) = patch.hunk(index)?;
            Ok(ChangedLines {
                old_at: at(hunk.old_start(), hunk.old_lines()),
                old_lines: hunk.old_lines(),
                new_at: at(hunk.new_start(), hunk.new_lines()),
                new_lines: hunk.new_lines(),
            })
        })
        .collect()
}

/// All lines of one text replaced by all of another.
pub(super) fn replaced(old: &[u8], new: &[u8]) -> Vec<ChangedLines> {
    let (old_lines, new_lines) = (count_lines(old), count_lines(new));
    if old_lines == 0 && new_lines == 0 {
        return Vec::new();
    }
    vec![ChangedLines {
        old_at: 0,
        old_lines,
        new_at: 0,
        new_lines,
    }]
}

fn count_lines(text: &[u8]) -> u32 {
    let ends = memchr::memchr_iter(b'\n', text).count();
    let lines = ends + usize::from(text.last().is_some_and(|&last| last != b'\n'));
    // Content of 512 MiB and more is binary, so this never saturates.
    u32::try_from(lines).unwrap_or(u32::MAX)
}

/// The two versions.
#[derive(Clone, Copy)]
pub(super) struct Texts<'a> {
    pub(super) old: &'a [u8],
    pub(super) new: &'a [u8],
}

/// Appends the hunks of `changed` after the lines with the names.
pub(super) fn write(
    texts: Texts<'_>,
    changed: &[ChangedLines],
    context: u32,
    rule: FunctionRule,
    names: &str,
    summary: &mut Summary,
    out: &mut Vec<u8>,
) {
    if changed.is_empty() {
        return;
    }
    out.extend_from_slice(names.as_bytes());
    let mut old = LinePosition::new(texts.old);
    let mut new = LinePosition::new(texts.new);
    let mut function: &[u8] = b"";
    // Changes whose contexts touch make one hunk.
    let touch =
        |a: &ChangedLines, b: &ChangedLines| b.old_at - a.old_end() <= context.saturating_mul(2);
    for group in changed.chunk_by(touch) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            continue;
        };
        let lead = context.min(first.old_at).min(first.new_at);
        let (old_at, new_at) = (first.old_at - lead, first.new_at - lead);
        let searched = old.offset;
        old.forward(old_at);
        new.forward(new_at);
        // A search ends at the hunk before, whose name stays if there is none in between.
        let between = &texts.old[searched..old.offset];
        function = last_function(rule, between).unwrap_or(function);

        let trail = new.clone().lines_after(last.new_end(), context);
        let hunk = Hunk {
            old_start: 0,
            old_lines: last.old_end() + trail - old_at,
            new_start: 0,
            new_lines: last.new_end() + trail - new_at,
        };
        let hunk = Hunk {
            old_start: old_at + u32::from(hunk.old_lines > 0),
            new_start: new_at + u32::from(hunk.new_lines > 0),
            ..hunk
        };
        out.extend_from_slice(&hunk_line(hunk, shown_name(hunk, function)));
        let mut body = old.clone();
        for change in group {
            new.copy(b' ', change.new_at, out);
            body.forward(change.old_at);
            body.copy(b'-', change.old_end(), out);
            new.copy(b'+', change.new_end(), out);
            summary.deletions += u64::from(change.old_lines);
            summary.additions += u64::from(change.new_lines);
        }
        new.copy(b' ', last.new_end() + trail, out);
        summary.hunks.push(hunk);
    }
}

/// The name of the last function that begins in a text.
fn last_function(rule: FunctionRule, text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    while !rest.is_empty() {
        let line = rest.strip_suffix(b"\n").unwrap_or(rest);
        let start = memchr::memrchr(b'\n', line).map_or(0, |at| at + 1);
        if let Some(name) = rule.name(&line[start..]) {
            return Some(name);
        }
        rest = &rest[..start];
    }
    None
}

/// A position between two lines of a text.
#[derive(Clone)]
struct LinePosition<'a> {
    text: &'a [u8],
    line: u32,
    offset: usize,
}

impl<'a> LinePosition<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            line: 0,
            offset: 0,
        }
    }

    /// The next line with its line feed.
    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = &self.text[self.offset..];
        if rest.is_empty() {
            return None;
        }
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        self.line += 1;
        self.offset += length;
        Some(&rest[..length])
    }

    /// Goes to the start of a line.
    fn forward(&mut self, line: u32) {
        let wanted = line.saturating_sub(self.line);
        if wanted == 0 {
            return;
        }
        let rest = &self.text[self.offset..];
        match memchr::memchr_iter(b'\n', rest).nth(wanted as usize - 1) {
            Some(at) => self.offset += at + 1,
            None => self.offset = self.text.len(),
        }
        self.line = line;
    }

    /// How many lines there are after a line, up to `most`.
    fn lines_after(mut self, line: u32, most: u32) -> u32 {
        self.forward(line);
        (0..most)
            .take_while(|_| self.next().is_some())
            .fold(0, |n, _| n + 1)
    }

    /// Copies lines up to a line, each with a mark in front.
    fn copy(&mut self, mark: u8, end: u32, out: &mut Vec<u8>) {
        while self.line < end {
            let Some(line) = self.next() else {
                return;
            };
            out.push(mark);
            out.extend_from_slice(line);
            if line.last() != Some(&b'\n') {
                out.extend_from_slice(b"\n\\ No newline at end of file\n");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_last_line_that_begins_a_function() {
        for (text, name) in [
            ("one\n two\n\n", Some("one")),
            ("one\ntwo \r\n  three\n", Some("two")),
            (" one", None),
            ("", None),
        ] {
            let found = last_function(FunctionRule::default(), text.as_bytes());
            assert_eq!(found, name.map(str::as_bytes), "{text}");
        }
    }
}
