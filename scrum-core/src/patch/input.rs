//! A patch file in place of a range.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io;
use std::ops::Range as Span;

use super::{FilePatch, HunkText, PatchError, file_patches, mail};
use crate::change::{
    Change, ChangeKind, ChangeMessage, ChangeSet, Hunk, PatchSource, PathAttributes,
};
use crate::generated::says_generated;
use crate::range::{Commit, Range};

/// Reads a patch file into a [`ChangeSet`]: the output of `git diff`, of `gh pr diff`, one mail of
/// `git format-patch` or a series of them. `name` becomes [`Range::spec`].
///
/// A deletion directly followed by an addition of the same path is one type change. A series may touch a file
/// several times; each time is a separate change, and all changes are in the order of the series. Mails in
/// quoted-printable and base64 are decoded. An interdiff in a cover letter is no change.
///
/// # Errors
///
/// [`PatchError`] with the line where reading failed; nothing is skipped. Binary data is inflated to see whether it is
/// whole, if the crate has its feature `git`.
pub fn change_set(name: &str, text: Vec<u8>) -> Result<ChangeSet, PatchError> {
    let mut text = match mail::decode(&text)? {
        Cow::Owned(decoded) => decoded,
        Cow::Borrowed(_) => text,
    };
    let mut files: Vec<PatchedFile> = Vec::new();
    let mut at = 0;
    let mut series = Series::default();
    for file in file_patches(&text) {
        let file = file?;
        check_binary(&file)?;
        // Sections are slices of `text` in rising order, so the distance is their offset.
        let start = file.text.as_ptr() as usize - text.as_ptr() as usize;
        series.read(&text[at..start], at == 0);
        at = start + file.text.len();
        let change = file.change();
        match files.last_mut() {
            Some(PatchedFile {
                change: last, span, ..
            }) if span.end == start && retyped(last, &change) => {
                span.end = at;
                last.kind = ChangeKind::Typechange;
                last.new_mode = change.new_mode;
                last.binary |= change.binary;
                last.additions += change.additions;
                last.deletions += change.deletions;
                last.bytes += change.bytes;
                last.hunks.extend(change.hunks);
            }
            _ => files.push(PatchedFile {
                change,
                span: start..at,
                commit: series.current,
            }),
        }
    }
    series.read(&text[at..], at == 0);
    let says_something = !text.iter().all(u8::is_ascii_whitespace);
    if files.is_empty() && says_something && !mail::is_only_cover(&text) {
        return Err(PatchError::NotGit);
    }
    // The last line of a file may lack its line feed; what follows in a bundle must not join it.
    if let Some(PatchedFile { span, .. }) = files.last_mut()
        && span.end == text.len()
        && !text.ends_with(b"\n")
    {
        text.reserve_exact(1);
        text.push(b'\n');
        span.end += 1;
    }
    // A mail that builds on an earlier one must come after it, so the whole series keeps its order.
    if !builds_on_itself(&files) {
        files.sort_by(|left, right| left.change.path.cmp(&right.change.path));
    }
    let mut tree: Vec<_> = files
        .iter()
        .filter(|file| file.change.kind != ChangeKind::Deleted)
        .map(|file| file.change.path.clone())
        .collect();
    tree.sort();
    tree.dedup();
    let mut touched = vec![Vec::new(); series.commits.len()];
    for (index, file) in files.iter().enumerate() {
        if let Some(commit) = file.commit {
            touched[commit].push(index);
        }
    }
    // A mail series is written oldest first; ranges list their newest commit first.
    series.commits.reverse();
    touched.reverse();
    let range = Range {
        spec: name.to_owned(),
        commits: series.commits,
        ..Range::default()
    };
    let (changes, spans) = files
        .into_iter()
        .map(|file| (file.change, file.span))
        .unzip();
    let mut set = ChangeSet::new(range, changes, tree, Box::new(PatchFile { text, spans }));
    set.touched = touched;
    set.message = series.message;
    Ok(set)
}

/// A file of a patch.
struct PatchedFile {
    change: Change,
    span: Span<usize>,
    /// Index of the commit whose mail it is in.
    commit: Option<usize>,
}

/// What the mails of a patch say, in their order.
#[derive(Default)]
struct Series {
    commits: Vec<Commit>,
    message: ChangeMessage,
    /// Index of the commit whose mail is being read.
    current: Option<usize>,
}

impl Series {
    /// Takes the text between two sections; `first`: the text in front of all of them.
    fn read(&mut self, between: &[u8], first: bool) {
        for mail in mail::mails(between, first) {
            self.current = None;
            if mail.is_cover() {
                self.message = mail.message();
            } else if let Some(commit) = mail.commit() {
                self.current = Some(self.commits.len());
                self.commits.push(commit);
            }
        }
    }
}

fn check_binary(file: &FilePatch<'_>) -> Result<(), PatchError> {
    #[cfg(feature = "git")]
    if file.binary && !super::read::binary::inflates(&file.text[file.header.len()..]) {
        return Err(PatchError::BinaryDamaged { line: file.line });
    }
    let _ = file;
    Ok(())
}

/// Whether a section touches what an earlier one made or changed.
fn builds_on_itself(files: &[PatchedFile]) -> bool {
    let mut touched = HashSet::new();
    files.iter().any(|PatchedFile { change, .. }| {
        let old = change.old_path.as_ref().unwrap_or(&change.path);
        touched.contains(old) || !touched.insert(&change.path)
    })
}

struct PatchFile {
    text: Vec<u8>,
    spans: Vec<Span<usize>>,
}

impl PatchSource for PatchFile {
    fn read_patch(&self, index: usize, text: &mut Vec<u8>) -> io::Result<()> {
        text.clear();
        text.extend_from_slice(&self.text[self.spans[index].clone()]);
        Ok(())
    }

    fn patch_in_memory(&self, index: usize) -> Option<&[u8]> {
        Some(&self.text[self.spans[index].clone()])
    }
}

impl FilePatch<'_> {
    /// The section as plain data.
    pub fn change(&self) -> Change {
        Change {
            path: self.path.clone(),
            old_path: self.old_path.clone(),
            kind: self.kind,
            old_mode: self.old_mode,
            new_mode: self.new_mode,
            binary: self.binary,
            additions: self.additions(),
            deletions: self.deletions(),
            bytes: self.text.len() as u64 + u64::from(!self.text.ends_with(b"\n")),
            hunks: self.hunks.iter().map(|hunk| hunk.hunk).collect(),
            base_attributes: self.attributes(b'-'),
            head_attributes: self.attributes(b'+'),
        }
    }

    /// What the patch shows of one side: no attributes, and the file's top if the first hunk begins there.
    fn attributes(&self, mark: u8) -> PathAttributes {
        let top = self.hunks.first().filter(|hunk| {
            let Hunk {
                old_start,
                new_start,
                ..
            } = hunk.hunk;
            old_start.max(new_start) <= 1
        });
        let lines = top.into_iter().flat_map(HunkText::lines);
        let side = lines.filter_map(|line| match line.split_first() {
            Some((b' ', text)) => Some(text),
            Some((own, text)) if *own == mark => Some(text),
            _ => None,
        });
        PathAttributes {
            says_generated: says_generated(side),
            ..PathAttributes::default()
        }
    }
}

fn retyped(old: &Change, new: &Change) -> bool {
    let types = (old.old_mode, new.new_mode);
    old.kind == ChangeKind::Deleted
        && new.kind == ChangeKind::Added
        && old.path == new.path
        && matches!(types, (Some(old), Some(new)) if old.kind() != new.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIES: &str = "From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001\nFrom: x <x@example.org>\nSubject: [PATCH 1/2] First\n step\n\nBody\n---\n x | 1 +\n\ndiff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n-- \n2.47.0\n\nFrom 2222222222222222222222222222222222222222 Mon Sep 17 00:00:00 2001\nSubject: [PATCH 2/2] Second\n\n---\n\ndiff --git a/a b/a\nnew file mode 100644\nindex 0..1\n--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+n\ndiff --git a/x b/x\nindex 2..3 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-b\n+c\n-- \n2.47.0\n";

    #[test]
    fn a_series_has_its_own_words() {
        let cover = "From 3333333333333333333333333333333333333333 Mon Sep 17 00:00:00 2001\nSubject: [PATCH v2 0/2] =?UTF-8?q?Gr=C3=BCn?=\n\nWhy all\nof it.\n\nA. U. Thor (2):\n  First step\n  Second\n\n x | 2 +-\n-- \n2.47.0\n\n";
        let set = change_set("series", [cover, SERIES].concat().into_bytes()).unwrap();
        let message = |title: &str, text: &str| ChangeMessage {
            title: title.to_owned(),
            text: text.to_owned(),
        };
        assert_eq!(set.message, message("Grün", "Why all\nof it."));
        let told: Vec<_> = set
            .range
            .commits
            .iter()
            .map(|commit| (commit.subject.as_str(), commit.body.as_str()))
            .collect();
        assert_eq!(told, [("Second", ""), ("First step", "Body")]);
        assert_eq!(set.touched, [vec![1, 2], vec![0]]);

        let untouched = cover
            .replace("=?UTF-8?q?Gr=C3=BCn?=", "*** SUBJECT HERE ***")
            .replace("Why all\nof it.", "*** BLURB HERE ***");
        let set = change_set("series", [&untouched, SERIES].concat().into_bytes()).unwrap();
        assert_eq!(set.message, ChangeMessage::default());
    }

    /// As mailing lists keep them, and as people save one.
    #[test]
    fn a_mail_needs_no_commit_id() {
        let patch = "---\n x | 1 +\n\ndiff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n";
        let head = "Date: Mon, 17 Sep 2001 00:00:00 +0000\nSubject: [PATCH net-next] Only\n\tone\n\nFrom: B <b@example.org>\n\nBecause.\n\nSigned-off-by: B <b@example.org>\n";
        for from in ["", "From mboxrd@z Thu Jan  1 00:00:00 1970\n"] {
            let set = change_set("-", [from, head, patch].concat().into_bytes()).unwrap();
            let commit = &set.range.commits[0];
            assert_eq!(
                (commit.id.as_str(), commit.subject.as_str()),
                ("", "Only one")
            );
            assert_eq!(commit.body, "Because.");
            assert_eq!(set.touched, [vec![0]]);
        }
    }

    #[test]
    fn a_series_keeps_its_order_and_its_subjects() {
        let set = change_set("series.mbox", SERIES.as_bytes().to_vec()).unwrap();
        let paths: Vec<_> = set
            .changes()
            .iter()
            .map(|change| change.path.to_string())
            .collect();
        assert_eq!(paths, ["x", "a", "x"]);
        let subjects: Vec<_> = set
            .range
            .commits
            .iter()
            .map(|c| c.subject.as_str())
            .collect();
        assert_eq!(subjects, ["Second", "First step"]);
        let mut text = Vec::new();
        set.read_patch(0, &mut text).unwrap();
        assert!(text.ends_with(b"-a\n+b\n"));
        set.read_patch(2, &mut text).unwrap();
        assert!(text.ends_with(b"-b\n+c\n"));
        assert_eq!(set.changes()[2].bytes, text.len() as u64);
    }

    #[test]
    fn delete_and_add_of_another_type_is_one_change() {
        let text = "diff --git a/l b/l\ndeleted file mode 100644\nindex 1..0\n--- a/l\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\ndiff --git a/l b/l\nnew file mode 120000\nindex 0..1\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+t\n\\ No newline at end of file";
        let set = change_set("-", text.as_bytes().to_vec()).unwrap();
        assert_eq!(set.changes().len(), 1);
        assert_eq!(set.changes()[0].kind, ChangeKind::Typechange);
        let mut read = Vec::new();
        set.read_patch(0, &mut read).unwrap();
        assert_eq!(read, format!("{text}\n").as_bytes());
        assert_eq!(set.changes()[0].bytes, read.len() as u64);
    }

    #[test]
    fn a_header_counts_where_the_first_hunk_shows_it() {
        let section = |hunk: &str| format!("diff --git a/x b/x\n--- a/x\n+++ b/x\n{hunk}");
        for (hunk, expected) in [
            (
                "@@ -1,2 +1,2 @@\n // Code generated by x DO NOT EDIT.\n-a\n+b\n",
                (true, true),
            ),
            (
                "@@ -1,2 +1,3 @@\n // a\n+// Code generated by x DO NOT EDIT.\n b\n",
                (false, true),
            ),
            (
                "@@ -1,2 +1 @@\n-// Code generated by x DO NOT EDIT.\n b\n",
                (true, false),
            ),
            (
                "@@ -5,2 +5,2 @@\n // Code generated by x DO NOT EDIT.\n-a\n+b\n",
                (false, false),
            ),
            (
                "@@ -0,0 +1 @@\n+// Code generated by x DO NOT EDIT.\n",
                (false, true),
            ),
        ] {
            let set = change_set("-", section(hunk).into_bytes()).unwrap();
            let change = &set.changes()[0];
            let said = (
                change.base_attributes.says_generated,
                change.head_attributes.says_generated,
            );
            assert_eq!(said, expected, "{hunk}");
        }
    }

    #[test]
    fn text_without_a_section_is_no_patch() {
        assert_eq!(
            change_set("x", b"hello\n".to_vec()).unwrap_err(),
            PatchError::NotGit
        );
        assert!(change_set("x", Vec::new()).unwrap().changes().is_empty());
    }
}
