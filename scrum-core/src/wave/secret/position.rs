//! Where a line of a prompt is: in the prompt, and in a file of the diff.

use serde::Serialize;

use crate::change::OLD_SIDE;
use crate::patch::{HunkLineKind, HunkWalk, NUMBER_COLUMNS, hunk_header};

/// A secret in a prompt. It does not contain the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretFinding {
    /// What it looks like, e.g. `GitHub token`.
    pub kind: &'static str,
    /// Line of the prompt, 1-based.
    pub prompt_line: u64,
    /// The file of the diff, as the diff writes it; `None` outside the diff.
    pub path: Option<String>,
    /// Line of the file, 1-based: of the new one, or of the old one if the line is removed.
    pub line: Option<u32>,
    /// The change removes the line.
    pub removed: bool,
}

/// Follows a prompt line by line.
#[derive(Default)]
pub(super) struct PromptPosition {
    prompt_line: u64,
    path: Option<String>,
    /// Columns in front of the diff's own lines: those of the numbers and a space, or 0.
    gutter: usize,
    walk: HunkWalk,
    /// The number of the line that is read, if it is one of a hunk.
    line: Option<u32>,
    removed: bool,
}

impl PromptPosition {
    /// Moves to the next line.
    pub(super) fn advance(&mut self, line: &str) {
        self.prompt_line += 1;
        (self.line, self.removed) = (None, false);
        if !self.walk.is_done() {
            let at = self.walk.take(self.without_gutter(line));
            self.removed = at.kind == HunkLineKind::Deleted;
            // A part of a cut file is numbered otherwise than its `@@` lines say.
            let shown = line.get(..self.gutter).and_then(number_shown);
            self.line = shown.or(at.new_line()).or(at.old_line());
            return;
        }
        if let Some(gutter) = gutter_of(line) {
            self.gutter = gutter;
            let names = line[gutter..].trim_start_matches("diff --git ");
            self.path = Some(new_path(names));
        } else if line.starts_with("===== DIFF ") {
            self.path = None;
        } else if self.path.is_some()
            && let Some((hunk, _)) = hunk_header(self.without_gutter(line))
        {
            self.walk = HunkWalk::new(hunk);
        }
    }

    /// The file of the diff, if the line is in one.
    pub(super) fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    fn without_gutter<'l>(&self, line: &'l str) -> &'l [u8] {
        line.as_bytes().get(self.gutter..).unwrap_or_default()
    }

    /// Where the line's own text begins: after its number and its mark.
    pub(super) fn content(&self, line: &str) -> usize {
        let width = if self.line.is_some() {
            self.gutter + 1
        } else {
            0
        };
        if line.is_char_boundary(width) {
            width
        } else {
            0
        }
    }

    /// A secret of this kind, here.
    pub(super) fn finding(&self, kind: &'static str) -> SecretFinding {
        SecretFinding {
            kind,
            prompt_line: self.prompt_line,
            path: self.path.clone(),
            line: self.line,
            removed: self.removed,
        }
    }
}

/// The columns in front of a file's first line, if this is one.
fn gutter_of(line: &str) -> Option<usize> {
    let own = line.trim_start_matches(' ');
    let gutter = line.len() - own.len();
    let numbered = gutter == 0 || gutter > *NUMBER_COLUMNS.start();
    (numbered && own.starts_with("diff --git ")).then_some(gutter)
}

/// The number in front of a line: `    41 ` or `old:41 `.
fn number_shown(gutter: &str) -> Option<u32> {
    let shown = gutter.trim();
    shown.strip_prefix(OLD_SIDE).unwrap_or(shown).parse().ok()
}

/// The new path of `a/x b/x`, without its prefix.
fn new_path(names: &str) -> String {
    let names = names.trim_end();
    // Usually both names are the same, and then each is half of the text, even if it has spaces.
    let half = names.len() / 2;
    let same = names.get(..half).zip(names.get(half + 1..));
    let name = match same {
        Some((old, new)) if old.get(1..) == new.get(1..) => new,
        _ => names.rfind(" b/").map_or(names, |at| &names[at + 1..]),
    };
    name.strip_prefix("b/").unwrap_or(name).to_owned()
}
