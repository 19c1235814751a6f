//! Files that a text names again without their paths: `line 4 of the same file`, `Line 9 has the same problem`.

use std::borrow::Cow;
use std::collections::HashMap;

use super::reader::ProseReader;
use super::text::{sentence_says_severity, sentences};
use crate::review::ReadOptions;
use crate::review::location;
use crate::review::markdown::{LineKind, MarkdownLine};
use crate::review::words;

/// How many lines above are looked at for the file.
const NEAR: usize = 40;

/// Puts the path that was named last in place of the words for it, where a line's number is next to them.
pub(super) fn resolve(lines: &mut [MarkdownLine<'_>], options: &ReadOptions<'_>) {
    // The last path of each line that was looked at.
    let mut last: HashMap<usize, Option<String>> = HashMap::new();
    for at in 0..lines.len() {
        let text = &lines[at].text;
        if matches!(lines[at].kind, LineKind::Code | LineKind::Blank) {
            continue;
        }
        let Some(named) = words::same_file(text) else {
            continue;
        };
        let path_in = |text: &str| {
            let places = location::places(text, options.paths);
            places.last().map(|place| place.path.clone())
        };
        let path = path_in(&text[..named.start]).or_else(|| {
            let mut above = (at.saturating_sub(NEAR)..at).rev();
            above.find_map(|at| {
                let found = last.entry(at).or_insert_with(|| path_in(&lines[at].text));
                found.clone()
            })
        });
        let Some(path) = path else { continue };
        let mut whole = text.to_string();
        whole.replace_range(named.clone(), &format!("`{path}`"));
        let lined = location::places(&whole, options.paths)
            .iter()
            .any(|place| place.range.contains(&(named.start + 1)) && !place.lines.is_empty());
        if lined {
            lines[at].text = Cow::Owned(whole);
            last.insert(at, Some(path));
        }
    }
}

impl ProseReader<'_> {
    /// The path of the finding before, for a text that begins with lines and says that it is the same there.
    pub(super) fn path_before(&self, text: &str) -> Option<String> {
        if !begins_again(text) {
            return None;
        }
        let cited = self.said.statements.last()?.cited.last()?;
        Some(cited.location.as_ref().ok()?.path.clone())
    }
}

/// Whether a text begins with lines, and says that there is the same, or how bad it is there.
pub(super) fn begins_again(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic())
        && location::lines_at_start(text).is_some()
        && (words::says_again(text) || sentences(text).skip(1).any(sentence_says_severity))
}
