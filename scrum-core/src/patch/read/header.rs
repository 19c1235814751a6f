//! The header of one `diff --git` section: names, modes, kind.

use super::super::error::excerpt;
use super::super::{PatchError, trimmed};
use super::cursor::Cursor;
use crate::change::{ChangeKind, Mode};
use crate::path::{RepoPath, unquote};

pub(super) struct Header {
    pub(super) path: RepoPath,
    pub(super) old_path: Option<RepoPath>,
    pub(super) kind: ChangeKind,
    pub(super) old_mode: Option<Mode>,
    pub(super) new_mode: Option<Mode>,
    /// There is `Binary files … differ` in place of the data.
    pub(super) binary_mentioned: bool,
    /// By its `index` line the section must have hunks or binary data.
    pub(super) content_changed: bool,
}

/// The ids of empty content, SHA-1 and SHA-256.
const EMPTY: [&str; 2] = [
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
];

/// Whether a file with this `index` line cannot do without content. A deletion can: `--irreversible-delete`.
fn needs_content(kind: ChangeKind, ids: &[u8]) -> bool {
    let ids = ids.split(|byte| *byte == b' ').next().unwrap_or_default();
    let Some(middle) = memchr::memmem::find(ids, b"..") else {
        return false;
    };
    let (old, new) = (&ids[..middle], &ids[middle + 2..]);
    match kind {
        ChangeKind::Deleted => false,
        ChangeKind::Added => !EMPTY.iter().any(|id| id.as_bytes().starts_with(new)),
        _ => old != new,
    }
}

/// Reads from the `diff --git` line at the cursor up to the first line that is no header line.
pub(super) fn read(patch: &mut Cursor<'_>) -> Result<Header, PatchError> {
    let line = patch.line;
    let Some(first) = patch.peek() else {
        return Err(PatchError::Names { line });
    };
    patch.advance(first);
    let both = trimmed(first)
        .strip_prefix(b"diff --git ")
        .unwrap_or_default();

    let mut kind = ChangeKind::Modified;
    let (mut old_mode, mut new_mode) = (None, None);
    // Names of the lines that have exactly one, which are more certain than the `diff --git` line.
    let (mut from, mut to) = (None, None);
    let (mut minus, mut plus) = (None, None);
    let mut ids = None;
    let mut binary_mentioned = false;
    // The kinds of line that were there.
    let mut seen: Vec<&str> = Vec::new();
    while let Some(raw) = patch.peek() {
        let text = trimmed(raw);
        let Some((word, value)) = EXTENDED.iter().chain(&OTHERS).find_map(|word| {
            let value = text.strip_prefix(word.as_bytes())?;
            Some((*word, value))
        }) else {
            break;
        };
        if seen.contains(&word) {
            return Err(PatchError::Repeated {
                line: patch.line,
                text: excerpt(text),
            });
        }
        seen.push(word);
        let mode = || {
            let text = || String::from_utf8_lossy(value).into_owned();
            let line = patch.line;
            Mode::from_octal(value)
                .ok_or_else(|| PatchError::Mode { line, text: text() })
                .map(Some)
        };
        match word {
            "old mode " => old_mode = mode()?,
            "new mode " => new_mode = mode()?,
            "new file mode " => (kind, new_mode) = (ChangeKind::Added, mode()?),
            "deleted file mode " => (kind, old_mode) = (ChangeKind::Deleted, mode()?),
            "rename from " => (kind, from) = (ChangeKind::Renamed, Some(value)),
            "copy from " => (kind, from) = (ChangeKind::Copied, Some(value)),
            "rename to " | "copy to " => to = Some(value),
            "--- " => minus = Some(value),
            "+++ " => plus = Some(value),
            "index " => {
                let mode = value
                    .rsplit(|byte| *byte == b' ')
                    .next()
                    .and_then(Mode::from_octal);
                if value.contains(&b' ') {
                    (old_mode, new_mode) = (old_mode.or(mode), new_mode.or(mode));
                }
                ids = Some(value);
            }
            "Binary files " => {
                binary_mentioned = true;
                patch.advance(raw);
                break;
            }
            // How similar the two files are.
            _ => {}
        }
        patch.advance(raw);
    }

    let names = Names { line };
    let side = |text: Option<&[u8]>| match text {
        Some(b"/dev/null") | None => Ok(None),
        Some(text) => names.prefixed(text).map(Some),
    };
    // `/dev/null` belongs to a file that is added or deleted, and to no other.
    let nothing = |text: Option<&[u8]>| text.is_none_or(|text| text == b"/dev/null");
    let is_nothing = |text: Option<&[u8]>| text == Some(b"/dev/null");
    let fits = match kind {
        ChangeKind::Added => nothing(minus) && !is_nothing(plus),
        ChangeKind::Deleted => nothing(plus) && !is_nothing(minus),
        _ => !is_nothing(minus) && !is_nothing(plus),
    };
    if !fits {
        return Err(PatchError::Names { line });
    }
    let (minus, plus) = (side(minus)?, side(plus)?);
    // Names that contradict each other: the header of another file has got into this one, and one of the two is lost.
    let agree = |named: &Option<RepoPath>, path: &RepoPath| {
        named.as_ref().is_none_or(|named| named == path)
    };
    let contradiction = PatchError::Names { line };
    let pairs = [["rename from ", "rename to "], ["copy from ", "copy to "]];
    let whole = |pair: &[&str; 2]| seen.contains(&pair[0]) == seen.contains(&pair[1]);
    if !pairs.iter().all(whole) {
        return Err(contradiction);
    }
    let (old, new) = match (from, to, minus, plus) {
        (Some(from), Some(to), minus, plus) => {
            let (from, to) = (names.whole(from)?, names.whole(to)?);
            if !agree(&minus, &from) || !agree(&plus, &to) {
                return Err(contradiction);
            }
            (from, to)
        }
        (_, _, None, None) => names.both(both)?,
        (_, _, minus, plus) => {
            let Some(one) = minus.clone().or_else(|| plus.clone()) else {
                return Err(contradiction);
            };
            let first = names.both(both).ok().map(|(_, new)| new);
            if !agree(&plus, &one) || !agree(&first, &one) {
                return Err(contradiction);
            }
            (one.clone(), one)
        }
    };
    let content_changed = ids.is_some_and(|ids| needs_content(kind, ids));
    let moved = matches!(kind, ChangeKind::Renamed | ChangeKind::Copied);
    let path = if kind == ChangeKind::Deleted {
        old.clone()
    } else {
        new
    };
    Ok(Header {
        path,
        old_path: moved.then_some(old),
        kind,
        old_mode,
        new_mode,
        binary_mentioned,
        content_changed,
    })
}

/// What the lines begin with that git's header has beyond those of any diff.
pub(super) const EXTENDED: [&str; 10] = [
    "old mode ",
    "new mode ",
    "new file mode ",
    "deleted file mode ",
    "rename from ",
    "rename to ",
    "copy from ",
    "copy to ",
    "similarity index ",
    "dissimilarity index ",
];

/// What the other lines of a header begin with.
const OTHERS: [&str; 4] = ["index ", "--- ", "+++ ", "Binary files "];

/// Reads names; errors carry the line of the section.
struct Names {
    line: usize,
}

impl Names {
    /// A name that fills its line and has no prefix.
    fn whole(&self, text: &[u8]) -> Result<RepoPath, PatchError> {
        let path = RepoPath::from_quoted(text).ok_or(PatchError::Names { line: self.line })?;
        self.inside(path)
    }

    /// A name after `--- ` or `+++ `. git writes a tab after a name with spaces; other programs write a date after the tab.
    fn prefixed(&self, text: &[u8]) -> Result<RepoPath, PatchError> {
        let name = if text.starts_with(b"\"") {
            unquote(text)
                .ok_or(PatchError::Names { line: self.line })?
                .0
        } else {
            text.split(|byte| *byte == b'\t')
                .next()
                .unwrap_or_default()
                .to_vec()
        };
        self.strip(&name)
    }

    /// The two names of a `diff --git` line. Without quotes a space may belong to a name, so the line is cut where
    /// both halves name one path; that holds for every section that needs this line (no rename, no content).
    fn both(&self, text: &[u8]) -> Result<(RepoPath, RepoPath), PatchError> {
        let error = || PatchError::Names { line: self.line };
        if text.starts_with(b"\"") {
            let (old, rest) = unquote(text).ok_or_else(error)?;
            let rest = rest.strip_prefix(b" ").ok_or_else(error)?;
            let new = RepoPath::from_quoted(rest).ok_or_else(error)?;
            return Ok((self.strip(&old)?, self.strip(new.as_bytes())?));
        }
        if text.ends_with(b"\"") {
            let at = text
                .iter()
                .position(|byte| *byte == b'"')
                .ok_or_else(error)?;
            let new = RepoPath::from_quoted(&text[at..]).ok_or_else(error)?;
            let old = text[..at].strip_suffix(b" ").ok_or_else(error)?;
            return Ok((self.strip(old)?, self.strip(new.as_bytes())?));
        }
        // Both names have the same length here, so the only candidate is the middle.
        let middle = text.len() / 2;
        match (text.len() % 2, text.get(middle)) {
            (1, Some(b' ')) => {
                let (old, new) = (
                    self.strip(&text[..middle])?,
                    self.strip(&text[middle + 1..])?,
                );
                if old == new {
                    Ok((old, new))
                } else {
                    Err(error())
                }
            }
            _ => Err(error()),
        }
    }

    /// Takes off `a/`, `b/` or one of the letters of git's `diff.mnemonicPrefix`.
    fn strip(&self, name: &[u8]) -> Result<RepoPath, PatchError> {
        match name {
            [b'a' | b'b' | b'c' | b'i' | b'o' | b'w', b'/', path @ ..] => {
                self.inside(RepoPath::new(path))
            }
            _ => Err(PatchError::Prefix {
                line: self.line,
                name: RepoPath::new(name).display(),
            }),
        }
    }

    fn inside(&self, path: RepoPath) -> Result<RepoPath, PatchError> {
        let mut parts = path.as_bytes().split(|byte| *byte == b'/');
        let bad = |part: &[u8]| matches!(part, b"" | b"." | b"..") || part.contains(&0);
        if parts.any(bad) {
            return Err(PatchError::Outside {
                line: self.line,
                name: path.display(),
            });
        }
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use crate::change::ChangeKind;
    use crate::patch::{FilePatch, PatchError, file_patches};

    fn one(text: &str) -> Result<FilePatch<'_>, PatchError> {
        file_patches(text.as_bytes()).next().unwrap()
    }

    #[test]
    fn names_with_spaces_and_quotes() {
        let cases = [
            (
                "diff --git a/a b.txt b/a b.txt\nold mode 100644\nnew mode 100755\n",
                "a b.txt",
            ),
            (
                "diff --git \"a/t\\tb\" \"b/t\\tb\"\nnew file mode 100644\nindex 0..e69de29\n",
                "t\tb",
            ),
            (
                "diff --git a/x y b/x y\n--- a/x y\t\n+++ b/x y\t\n@@ -1 +1 @@\n-a\n+b\n",
                "x y",
            ),
            ("diff --git a/b/b b/b/b\nnew file mode 100644\n", "b/b"),
        ];
        for (text, path) in cases {
            assert_eq!(one(text).unwrap().path.as_str(), Some(path));
        }
    }

    #[test]
    fn renames_take_their_names_from_their_own_lines() {
        let file =
            one("diff --git a/x b b/y c\nsimilarity index 100%\nrename from x b\nrename to y c\n")
                .unwrap();
        assert_eq!(file.kind, ChangeKind::Renamed);
        assert_eq!(file.old_path.unwrap().as_str(), Some("x b"));
        assert_eq!(file.path.as_str(), Some("y c"));
    }

    #[test]
    fn a_mode_that_is_none_is_refused() {
        let file = one("diff --git a/x b/x\nold mode 100644\nnew mode 10075x\n");
        let mode = PatchError::Mode {
            line: 3,
            text: "10075x".into(),
        };
        assert_eq!(file.unwrap_err(), mode);
    }

    #[test]
    fn a_deleted_file_keeps_its_name() {
        let file = one("diff --git a/x b/x\ndeleted file mode 100644\nindex 1..0\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n").unwrap();
        assert_eq!(
            (file.kind, file.path.as_str()),
            (ChangeKind::Deleted, Some("x"))
        );
    }

    #[test]
    fn names_that_leave_the_repository_are_refused() {
        for name in ["../x", "a//x", "/etc/passwd", "x/./y", "x/"] {
            let text = format!("diff --git a/{name} b/{name}\nnew file mode 100644\n");
            assert!(
                matches!(one(&text), Err(PatchError::Outside { .. })),
                "{name}"
            );
        }
        let bare = one("diff --git src/x src/x\nnew file mode 100644\n");
        assert!(matches!(bare, Err(PatchError::Prefix { .. })), "{bare:?}");
    }
}
