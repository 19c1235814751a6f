//! What may be between two sections of a patch, and what may not because it would be lost.

use memchr::memmem;

use super::super::error::excerpt;
use super::super::{PatchError, mail};
use super::header::EXTENDED;

/// Where between sections the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    /// The head and the message of a mail, up to its line `---`. git cuts it off before it reads the patch, so hunks may
    /// be quoted here.
    Message,
    /// Text of people: in front of the first section, below a message, after a signature, a commit of `git log -p`.
    Prose,
    /// After a section, before anything else.
    Section,
    /// An interdiff in a cover letter, which is about two versions of the series and belongs to neither.
    Interdiff,
}

/// Follows the lines between sections.
#[derive(Debug, Clone)]
pub(super) struct Between {
    zone: Zone,
    /// Nothing was passed since the section.
    immediate: bool,
    /// This mail's subject says `0/N`.
    cover: bool,
}

/// What a line is.
#[derive(Debug)]
pub(super) enum BetweenLine {
    /// The first line of a section.
    Section,
    /// Belongs between sections.
    Pass,
    /// Would be lost.
    Bad(StrayLine),
}

/// Why a line may not be here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StrayLine {
    Combined,
    Stray,
    NoGitHeader,
    HunkLong,
    SubmoduleLog,
    Unmerged,
    Colour,
}

impl StrayLine {
    pub(super) fn at(self, line: usize, text: &[u8]) -> PatchError {
        let text = excerpt(text);
        match self {
            Self::Combined => PatchError::Combined { line },
            Self::Stray => PatchError::Stray { line, text },
            Self::NoGitHeader => PatchError::NoGitHeader { line, text },
            Self::HunkLong => PatchError::HunkLong { line },
            Self::SubmoduleLog => PatchError::SubmoduleLog { line, text },
            Self::Unmerged => PatchError::Unmerged { line, text },
            Self::Colour => PatchError::Colour { line },
        }
    }
}

impl Between {
    /// In front of the first section of this text.
    pub(super) fn before(text: &[u8]) -> Self {
        let zone = if mail::begins_with_head(text) {
            Zone::Message
        } else {
            Zone::Prose
        };
        Self {
            zone,
            immediate: false,
            cover: false,
        }
    }

    pub(super) fn after_section() -> Self {
        Self {
            zone: Zone::Section,
            immediate: true,
            cover: false,
        }
    }

    /// Judges one line. `next` is the one after it, `before` everything in front of it.
    pub(super) fn judge(&mut self, line: &[u8], next: &[u8], before: &[u8]) -> BetweenLine {
        let immediate = std::mem::take(&mut self.immediate);
        if mail::begins(line, next) {
            (self.zone, self.cover) = (Zone::Message, false);
            return BetweenLine::Pass;
        }
        match self.zone {
            Zone::Interdiff => return BetweenLine::Pass,
            Zone::Message => {
                self.cover |= mail::is_cover_subject(line);
                if self.cover && line.starts_with(b"Interdiff") && line.ends_with(b":") {
                    self.zone = Zone::Interdiff;
                    return BetweenLine::Pass;
                }
            }
            Zone::Prose | Zone::Section => {}
        }
        if line.starts_with(b"diff --git ") {
            return BetweenLine::Section;
        }
        match self.fault(line, next, immediate, before) {
            Some(fault) => BetweenLine::Bad(fault),
            None => {
                self.enter(line);
                BetweenLine::Pass
            }
        }
    }

    /// Changes the zone after a line that passed.
    fn enter(&mut self, line: &[u8]) {
        let opens = |word: &str| line.starts_with(word.as_bytes());
        if self.zone == Zone::Message && line.trim_ascii_end() == b"---" {
            self.zone = Zone::Prose;
        }
        let text_follows = is_signature(line)
            || is_boundary_shape(line)
            || opens("commit ")
            || opens("# HG changeset patch");
        if self.zone == Zone::Section && text_follows {
            self.zone = Zone::Prose;
        }
    }

    fn fault(&self, line: &[u8], next: &[u8], immediate: bool, before: &[u8]) -> Option<StrayLine> {
        let starts = |word: &str| line.starts_with(word.as_bytes());
        if starts("diff --cc ") || starts("diff --combined ") {
            return Some(StrayLine::Combined);
        }
        if starts("--- ") && next.starts_with(b"+++ ") {
            return Some(StrayLine::NoGitHeader);
        }
        if has_colour(line) && looks_like_patch(&without_colour(line), b"") {
            return Some(StrayLine::Colour);
        }
        if self.zone == Zone::Message {
            return None;
        }
        if is_submodule_log(line) {
            return Some(StrayLine::SubmoduleLog);
        }
        if starts("* Unmerged path ") {
            return Some(StrayLine::Unmerged);
        }
        if looks_like_patch(line, next) {
            return Some(StrayLine::Stray);
        }
        if self.zone == Zone::Prose {
            return None;
        }
        let line_of_hunk = match line.first() {
            Some(b'-') => !is_signature(line) && !is_boundary(line, before),
            Some(b'+') => true,
            Some(b' ' | b'\\') => immediate,
            _ => false,
        };
        match (line_of_hunk, immediate) {
            (true, true) => Some(StrayLine::HunkLong),
            (true, false) => Some(StrayLine::Stray),
            (false, _) => looks_like_header(line).then_some(StrayLine::Stray),
        }
    }
}

/// A line that only a diff program writes.
fn looks_like_patch(line: &[u8], next: &[u8]) -> bool {
    let starts = |word: &str| line.starts_with(word.as_bytes());
    let between = |start: &str, end: &str| starts(start) && line.ends_with(end.as_bytes());
    let then = |start: &str, word: &str| starts(start) && next.starts_with(word.as_bytes());
    starts("@@ -")
        || starts("@@@ -")
        || starts("+++ a/")
        || starts("+++ b/")
        || starts("diff --git ")
        || line == b"GIT binary patch"
        || line == b"***************"
        || between("Binary files ", " differ")
        || between("Files ", " differ")
        || then("rename from ", "rename to ")
        || then("copy from ", "copy to ")
        || then("old mode ", "new mode ")
        || then("*** ", "--- ")
        || is_index(line)
}

/// A line of a `diff --git` header.
fn looks_like_header(line: &[u8]) -> bool {
    const OTHERS: [&str; 3] = ["literal ", "delta ", "Only in "];
    // A damaged hunk header, and another program's `diff` line.
    line.starts_with(b"@@")
        || line.starts_with(b"diff -")
        || EXTENDED
            .iter()
            .chain(&OTHERS)
            .any(|word| line.starts_with(word.as_bytes()))
}

/// `index 1234567..89abcde 100644`.
fn is_index(line: &[u8]) -> bool {
    let Some(ids) = line.strip_prefix(b"index ") else {
        return false;
    };
    let ids = ids.split(|byte| *byte == b' ').next().unwrap_or_default();
    let Some(middle) = memmem::find(ids, b"..") else {
        return false;
    };
    let (old, new) = (&ids[..middle], &ids[middle + 2..]);
    let is_id = |id: &[u8]| !id.is_empty() && id.iter().all(u8::is_ascii_hexdigit);
    is_id(old) && is_id(new)
}

/// What `diff.submodule=log` and `--submodule=diff` write for a submodule: `Submodule path 1234567..89abcde:` with a
/// remark, or without ids `Submodule path contains modified content`.
fn is_submodule_log(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"Submodule ") else {
        return false;
    };
    if rest.ends_with(b" contains untracked content")
        || rest.ends_with(b" contains modified content")
    {
        return true;
    }
    let is_id = |id: &[u8]| id.len() >= 4 && id.iter().all(u8::is_ascii_hexdigit);
    rest.split(|byte| *byte == b' ').any(|word| {
        let word = word.strip_suffix(b":").unwrap_or(word);
        memmem::find(word, b"..").is_some_and(|at| {
            let new = &word[at + 2..];
            is_id(&word[..at]) && is_id(new.strip_prefix(b".").unwrap_or(new))
        })
    })
}

/// The line in front of a mail's signature. A mailer may take its space away.
fn is_signature(line: &[u8]) -> bool {
    matches!(line, b"-- " | b"--")
}

fn is_boundary_shape(line: &[u8]) -> bool {
    line.len() > 4 && line.starts_with(b"--") && line.get(2) != Some(&b' ')
}

/// A boundary between the parts of a mail that the text in front declares.
fn is_boundary(line: &[u8], before: &[u8]) -> bool {
    let Some(name) = line.strip_prefix(b"--") else {
        return false;
    };
    mail::boundaries(before).any(|boundary| {
        let rest = name.strip_prefix(boundary);
        matches!(rest.map(<[u8]>::trim_ascii_end), Some(b"" | b"--"))
    })
}

/// Whether a line has a terminal's colour code.
pub(super) fn has_colour(line: &[u8]) -> bool {
    memmem::find(line, b"\x1b[").is_some() && without_colour(line).len() < line.len()
}

/// Without the codes that set colours: `ESC [`, digits and semicolons, `m`.
fn without_colour(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memmem::find(rest, b"\x1b[") {
        let code = &rest[at + 2..];
        let digits = code
            .iter()
            .take_while(|byte| byte.is_ascii_digit() || **byte == b';')
            .count();
        if code.get(digits) == Some(&b'm') {
            out.extend_from_slice(&rest[..at]);
            rest = &code[digits + 1..];
        } else {
            out.extend_from_slice(&rest[..at + 2]);
            rest = code;
        }
    }
    out.extend_from_slice(rest);
    out
}
