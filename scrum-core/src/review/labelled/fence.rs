//! Code fences, nested and unclosed ones too, and whether one quotes a diff.

use crate::review::label::{self, Label};
use crate::review::line_prefix;

/// How deep fences are followed; deeper ones are text.
const DEEPEST: usize = 8;

/// A fence and what is in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fence {
    /// The bytes between its two lines.
    pub(super) body: (usize, usize),
    /// Its info string names a diff.
    diff: bool,
    /// It has its closing line.
    closed: bool,
    /// It opens in the first line of the text that is not blank.
    leading: bool,
    /// The fence around it.
    pub(super) parent: Option<u32>,
    mark: u8,
    len: usize,
}

/// The fences met so far.
#[derive(Debug, Default)]
pub(super) struct Fences {
    all: Vec<Fence>,
    open: Vec<u32>,
    /// A line that is no fence came first.
    begun: bool,
}

impl Fences {
    pub(super) fn innermost(&self) -> Option<u32> {
        self.open.last().copied()
    }

    /// Reads a line; says whether it opens or closes a fence. `start` and `next` are where it and the next line begin.
    pub(super) fn read(&mut self, line: &str, start: usize, next: usize) -> bool {
        let leading = !self.begun;
        let Some((mark, len, info)) = mark_of(line) else {
            self.begun = true;
            return false;
        };
        self.begun = true;
        if info.is_empty()
            && let Some(at) = self.open.last().copied()
        {
            let fence = &mut self.all[at as usize];
            if fence.mark != mark || len < fence.len {
                return false;
            }
            fence.body.1 = start;
            fence.closed = true;
            self.open.pop();
            return true;
        }
        // Inside a fence, one with an info string opens another.
        if self.open.len() >= DEEPEST {
            return false;
        }
        let language = info.split([' ', ',', '{', ':']).next().unwrap_or("");
        let diff = ["diff", "patch", "udiff"]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(language));
        let parent = self.innermost();
        let Ok(index) = u32::try_from(self.all.len()) else {
            return false;
        };
        self.all.push(Fence {
            body: (next, next),
            diff,
            closed: false,
            leading,
            parent,
            mark,
            len,
        });
        self.open.push(index);
        true
    }

    /// Ends what is still open with the text.
    pub(super) fn finish(mut self, end: usize) -> Vec<Fence> {
        for at in self.open {
            self.all[at as usize].body.1 = end;
            self.all[at as usize].body.0 = self.all[at as usize].body.0.min(end);
        }
        self.all
    }
}

/// A fence's mark, its length and its info string.
fn mark_of(line: &str) -> Option<(u8, usize, &str)> {
    let inner = line.trim_start_matches([' ', '\t', '>']);
    let inner = match inner.as_bytes() {
        [b'-' | b'*' | b'+', b' ', ..] => inner[2..].trim_start(),
        [b'0'..=b'9', b'.' | b')', b' ', ..] => inner[3..].trim_start(),
        _ => inner,
    };
    let mark = *inner.as_bytes().first()?;
    if !matches!(mark, b'`' | b'~') {
        return None;
    }
    let len = inner.bytes().take_while(|b| *b == mark).count();
    let info = inner[len..].trim();
    (len >= 3 && !info.contains('`')).then_some((mark, len, info))
}

/// What in a fence is quoted from a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    Nothing,
    All,
    /// Its lines all stand in what was shown, but they hold no claim: enough to keep a RETRACT or VERDICT in it from
    /// acting, too little to silence a finding.
    Directives,
    /// Up to this byte: the fence never closes, and what follows no longer looks like a diff.
    Until(usize),
}

impl Fence {
    /// Judges the fence by its info string and the marks in front of its lines. `stands` says whether a line (trimmed)
    /// stands in what the reviewer was shown.
    pub(super) fn quotes(&self, text: &str, stands: &dyn Fn(&str) -> bool) -> Quotes {
        let body = &text[self.body.0..self.body.1];
        let mut end = self.body.0;
        if !self.closed {
            // The lines of a diff at its start; text that never closes must not swallow the findings behind it.
            let mut any = self.diff;
            for line in body.split_inclusive('\n') {
                match diff_line(line.trim_end()) {
                    DiffLine::Surely => any = true,
                    DiffLine::Maybe => {}
                    DiffLine::Not => break,
                }
                end += line.len();
            }
            return if any {
                Quotes::Until(end)
            } else {
                Quotes::Nothing
            };
        }
        // A review wrapped whole in one fence is a review, whatever the fence calls it.
        let whole = self.leading
            && text[self.body.1..]
                .lines()
                .skip(1)
                .all(|line| line.trim().is_empty());
        if self.diff && !whole {
            return Quotes::All;
        }
        let (mut lines, mut diff_lines, mut sure) = (0_usize, 0_usize, false);
        let (mut standing, mut claims) = (true, false);
        for line in body.lines().filter(|line| !line.trim().is_empty()) {
            lines += 1;
            match diff_line(line) {
                DiffLine::Surely => {
                    sure = true;
                    diff_lines += 1;
                }
                DiffLine::Maybe => diff_lines += 1,
                DiffLine::Not => {}
            }
            if standing {
                standing = stands(line.trim());
                // A severity and a place alone may be the reviewer's own words too.
                claims |= label::labelled(line)
                    .is_none_or(|l| matches!(l.label, Label::What | Label::Why));
            }
        }
        let quoted = lines > 1 && standing;
        if (sure && diff_lines * 10 >= lines * 9) || (quoted && claims) {
            Quotes::All
        } else if quoted {
            Quotes::Directives
        } else {
            Quotes::Nothing
        }
    }
}

enum DiffLine {
    Surely,
    Maybe,
    Not,
}

/// Whether a line looks like one of a diff, with or without the prompt's line numbers.
fn diff_line(line: &str) -> DiffLine {
    let bytes = line.as_bytes();
    match bytes {
        [b' ' | b'o' | b'0'..=b'9', ..] => match line_prefix::gutter(line) {
            Some(_) => DiffLine::Surely,
            None if bytes[0] == b' ' => DiffLine::Maybe,
            None => DiffLine::Not,
        },
        // A bullet, where a label follows.
        [b'-', b' ', ..] if label::labelled(line).is_some() => DiffLine::Not,
        [] | [b'-' | b'\\', b' ', ..] | [b'-', b'-', b'-'] => DiffLine::Maybe,
        [b'+' | b'-', ..] | [b'@', b'@', b' ', ..] => DiffLine::Surely,
        _ if line.starts_with("diff --git ") || line.starts_with("index ") => DiffLine::Surely,
        _ => DiffLine::Not,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fences(text: &str) -> Vec<Fence> {
        let mut fences = Fences::default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let next = start + line.len();
            if !line.trim().is_empty() {
                fences.read(line.trim_end(), start, next);
            }
            start = next;
        }
        fences.finish(text.len())
    }

    fn quotes(text: &str) -> Vec<Quotes> {
        fences(text)
            .iter()
            .map(|fence| fence.quotes(text, &|line| line.contains("shown")))
            .collect()
    }

    #[test]
    fn nested_and_unclosed() {
        let text = "```text\na\n```diff\n+b\n```\nc\n```\nd\n```\ne";
        let all = fences(text);
        let bodies: Vec<&str> = all.iter().map(|f| &text[f.body.0..f.body.1]).collect();
        assert_eq!(bodies, ["a\n```diff\n+b\n```\nc\n", "+b\n", "e"]);
        assert_eq!(
            all.iter().map(|f| f.parent).collect::<Vec<_>>(),
            [None, Some(0), None]
        );
        assert!(!all[2].closed);
    }

    #[test]
    fn evidence_of_quoting() {
        assert_eq!(quotes("x\n```diff\nWHERE: a\n```\n"), [Quotes::All]);
        assert_eq!(quotes("x\n```\n+a\n b\n-c\n```\n"), [Quotes::All]);
        assert_eq!(quotes("x\n```\n   142 +a\n       -b\n```\n"), [Quotes::All]);
        assert_eq!(quotes("x\n```\n@@ -1 +1 @@\n a\n```\n"), [Quotes::All]);
        assert_eq!(
            quotes("x\n```rust\nis shown so\nand shown\n```\n"),
            [Quotes::All]
        );
        assert_eq!(
            quotes("x\n```rust\nis shown so\nand not\n```\n"),
            [Quotes::Nothing]
        );
        for text in [
            "x\n```rust\nis shown so\n\nand shown\n```\n",
            "x\n```\nSEVERITY: shown\nWHAT: shown so\n```\n",
            "x\n```\n+a\n- b\n```\n",
            "x\n```\ndiff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n```\n",
            "```diff\n-a\nWHERE: a\n```\ntext\n",
        ] {
            assert_eq!(quotes(text), [Quotes::All], "{text}");
        }
        for text in [
            "x\n```rust\nand not\nis shown so\n```\n",
            "x\n```\nis shown so\n```\n",
            "x\n```\n  SEVERITY: WARN\n  WHERE: a\n```\n",
        ] {
            assert_eq!(quotes(text), [Quotes::Nothing], "{text}");
        }
        assert_eq!(
            quotes("x\n```\nSEVERITY: shown\nWHERE: shown\n```\n"),
            [Quotes::Directives]
        );
        assert_eq!(
            quotes("x\n```\n- SEVERITY: WARN\n- WHERE: a\n```\n"),
            [Quotes::Nothing]
        );
        assert_eq!(
            quotes("```diff\nSEVERITY: WARN\nWHERE: a\n```\n"),
            [Quotes::Nothing]
        );
    }

    #[test]
    fn an_unclosed_fence_quotes_only_what_looks_like_a_diff() {
        let text = "x\n```diff\n+a\n b\nSEVERITY: WARN\n";
        assert_eq!(quotes(text), [Quotes::Until(text.find("SEV").unwrap())]);
        for (text, after) in [
            ("x\n```diff\n+a\nonly prose\n", "only"),
            ("x\n```diff\n+a\n- SEVERITY: WARN\n", "- SEV"),
        ] {
            assert_eq!(quotes(text), [Quotes::Until(text.find(after).unwrap())]);
        }
        assert_eq!(quotes("x\n```\nSEVERITY: WARN\n"), [Quotes::Nothing]);
        assert_eq!(quotes("x\n```\n  SEVERITY: WARN\n"), [Quotes::Nothing]);
    }

    #[test]
    fn a_shorter_or_another_mark_closes_nothing() {
        for text in ["````\na\n```\nb\n````\n", "~~~\na\n```\nb\n~~~\n"] {
            let all = fences(text);
            assert_eq!(all.len(), 1, "{text}");
            assert_eq!(&text[all[0].body.0..all[0].body.1], "a\n```\nb\n");
        }
        assert!(fences("~40 lines\n`x` is\n```x` y\n").is_empty());
    }

    #[test]
    fn depth_is_bounded() {
        let text = "```a\n".repeat(100_000);
        assert_eq!(fences(&text).len(), DEEPEST);
    }
}
