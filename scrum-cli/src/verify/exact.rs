//! Applies the text hunks of one file exactly, in linear time.
//!
//! `git apply` copies the whole file for each hunk: 40,000 hunks in one file take most of a minute. This is stricter
//! than git: every hunk must match at the line in its header. If one does not, git is used instead, and gives the
//! reason.

use scrum_core::patch::{FilePatch, HunkText};

/// The lines of a file while it is patched, with a gap where the last hunk was.
#[derive(Debug, Default)]
pub(super) struct PatchedLines<'a> {
    /// The lines before the gap, each with its line feed.
    before: Vec<&'a [u8]>,
    /// The lines after the gap, last one first.
    after: Vec<&'a [u8]>,
}

impl<'a> PatchedLines<'a> {
    /// The lines of a file.
    pub(super) fn new(content: &'a [u8]) -> Self {
        let mut after: Vec<_> = scrum_core::patch::lines(content).collect();
        after.reverse();
        Self {
            before: Vec::new(),
            after,
        }
    }

    /// Applies one section. `None` if it does not match exactly, or if git would reject it.
    pub(super) fn apply(&mut self, file: &FilePatch<'a>, without_context: bool) -> Option<()> {
        let mut shift: i64 = 0;
        for hunk in &file.hunks {
            self.apply_hunk(hunk, shift, without_context)?;
            let (old, new) = (hunk.hunk.old_lines, hunk.hunk.new_lines);
            shift += i64::from(new) - i64::from(old);
        }
        Some(())
    }

    fn apply_hunk(&mut self, text: &HunkText<'a>, shift: i64, without_context: bool) -> Option<()> {
        let hunk = text.hunk;
        // A side without lines names the line before it.
        let first = i64::from(hunk.old_start) + shift - i64::from(hunk.old_lines > 0);
        self.move_to(usize::try_from(first).ok()?)?;
        let mut lines = text.lines().peekable();
        let mut last_is_context = false;
        // Only the last line of the file may lack its line feed.
        let mut open = None;
        while let Some(line) = lines.next() {
            // `\ No newline at end of file` refers to the line before it.
            let ends_file = lines.next_if(|next| next.starts_with(b"\\")).is_some();
            let (mark, content) = match line {
                [mark @ (b' ' | b'-' | b'+'), content @ ..] => (*mark, content),
                // An empty line of context that lost its space.
                _ => (b' ', line),
            };
            let content = if ends_file {
                content.strip_suffix(b"\n").unwrap_or(content)
            } else {
                content
            };
            last_is_context = mark == b' ';
            if mark != b'+' {
                let own = self.after.pop()?;
                if own != content {
                    return None;
                }
            }
            if mark != b'-' {
                self.before.push(content);
                if !content.ends_with(b"\n") {
                    open = open.or(Some(self.before.len()));
                }
            }
        }
        // Without context after the change, git requires the end of the file there.
        if !last_is_context && !without_context && !self.after.is_empty() {
            return None;
        }
        let at_end = |count| count == self.before.len() && self.after.is_empty();
        open.is_none_or(at_end).then_some(())
    }

    /// Moves the gap after this many lines.
    fn move_to(&mut self, count: usize) -> Option<()> {
        while self.before.len() > count {
            self.after.push(self.before.pop()?);
        }
        while self.before.len() < count {
            self.before.push(self.after.pop()?);
        }
        Some(())
    }

    /// The current content of the file.
    pub(super) fn content(&self) -> Vec<u8> {
        let lines = self.before.iter().chain(self.after.iter().rev());
        lines.flat_map(|line| line.iter().copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use scrum_core::patch::file_patches;

    use super::PatchedLines;

    fn apply(base: &str, hunks: &[&str]) -> Option<String> {
        let texts: Vec<_> = hunks
            .iter()
            .map(|hunks| format!("diff --git a/x b/x\n--- a/x\n+++ b/x\n{hunks}"))
            .collect();
        let mut lines = PatchedLines::new(base.as_bytes());
        for text in &texts {
            for file in file_patches(text.as_bytes()) {
                lines.apply(&file.unwrap(), false)?;
            }
        }
        Some(String::from_utf8(lines.content()).unwrap())
    }

    #[test]
    fn sections_apply_one_after_the_other() {
        let base = "a\nb\nc\nd\ne\nf\n";
        let first = "@@ -1,3 +1,4 @@\n a\n+x\n b\n c\n";
        let second = "@@ -4,4 +4,3 @@\n c\n-d\n e\n f\n";
        let both = "a\nx\nb\nc\ne\nf\n";
        assert_eq!(apply(base, &[first, second]).as_deref(), Some(both));
        // The other way round, with the numbers of that way.
        let later = "@@ -3,4 +3,3 @@\n c\n-d\n e\n f\n";
        assert_eq!(apply(base, &[later, first]).as_deref(), Some(both));
        assert_eq!(
            apply(base, &[&format!("{first}{later}")]).as_deref(),
            Some(both)
        );
    }

    #[test]
    fn ends_of_files() {
        let none = "\\ No newline at end of file\n";
        for (base, hunk, due) in [
            ("a\n", format!("@@ -1 +1 @@\n-a\n+a\n{none}"), Some("a")),
            ("a", format!("@@ -1 +1 @@\n-a\n{none}+a\n"), Some("a\n")),
            ("", "@@ -0,0 +1 @@\n+a\n".to_owned(), Some("a\n")),
            ("a\n", "@@ -1 +0,0 @@\n-a\n".to_owned(), Some("")),
            // Not at the end, or not what is there.
            ("a\nb\n", "@@ -1 +1 @@\n-a\n+c\n".to_owned(), None),
            ("a\n", "@@ -2 +2 @@\n-a\n+b\n".to_owned(), None),
            ("a", "@@ -1 +1 @@\n-a\n+b\n".to_owned(), None),
            (
                "a\nb\n",
                format!("@@ -1,2 +1,2 @@\n-a\n+c\n{none} b\n"),
                None,
            ),
        ] {
            assert_eq!(apply(base, &[&hunk]).as_deref(), due, "{base:?} {hunk}");
        }
    }
}
