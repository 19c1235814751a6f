//! What the objects and keys around a value say of it: a path, lines, a severity, or that it does not count.

use super::keys::{KEYS, letters};
use crate::review::explain::PartReason;
use crate::review::location::{self, KnownPaths};
use crate::review::{Severity, severity, words};

/// What the objects around a value say.
#[derive(Clone, Default)]
pub(super) struct Enclosing<'a> {
    pub(super) path: Option<(&'a str, usize)>,
    /// Lines of the path, from a key.
    pub(super) lines: Option<String>,
    pub(super) severity: Option<(Severity, &'a str)>,
    /// What a list of places is about.
    pub(super) title: Option<&'a str>,
    pub(super) dismissed: Option<PartReason>,
    /// A finding is around, so that an object without a place of its own is a part of it.
    pub(super) claimed: bool,
}

impl<'a> Enclosing<'a> {
    pub(super) fn level(&self) -> Option<Severity> {
        self.severity.map(|(level, _)| level)
    }

    pub(super) fn word(&self) -> Option<String> {
        let (_, word) = self.severity?;
        (!word.is_empty()).then(|| word.to_owned())
    }

    /// What a key says of the values below it: a path, lines of the path above, a severity, or that they do not count.
    pub(super) fn name(&mut self, key: &'a str, paths: Option<&KnownPaths>) {
        if key.is_empty() {
            return;
        }
        let short = letters(key);
        let is_path = paths.is_some_and(|paths| paths.at_end(key).is_some())
            || (location::looks_like_path(key) && key.contains(['/', '.']) && !key.contains(' '));
        if is_path && key.len() > 2 {
            self.path = Some((key, 0));
        } else if self.path.is_some() && is_lines(key) {
            self.lines = Some(
                key.trim_start_matches(|c: char| !c.is_ascii_digit())
                    .to_owned(),
            );
        } else if short.contains("suppress") || KEYS.dismissed.contains(&short) {
            self.dismissed = Some(PartReason::Suppressed);
        } else if key.len() < 40
            && (words::no_findings_below(&spaced(key)) || KEYS.fine.contains(&short))
        {
            self.dismissed = Some(PartReason::Section);
        } else if key.len() < 24
            && let Some((level, _)) = severity::of_heading(&spaced(key))
        {
            // `errors` and `warnings` name lists of any kind, too; their items' own words come first.
            self.severity = Some((level, key));
        }
    }
}

/// Whether a key is a line or a range: `40`, `L40-L52`, `line 40`.
fn is_lines(key: &str) -> bool {
    let digits = key.trim_start_matches(|c: char| c.is_alphabetic() || c == ' ');
    key.len() < 24
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && location::line_range(digits).is_some()
        && (digits.len() == key.len() || location::lines_at_start(key).is_some())
}

/// `mustFix` and `must_fix` as `must fix`.
fn spaced(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    let mut before = ' ';
    for c in key.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            out.push(' ');
        }
        out.push(if c == '_' { ' ' } else { c });
        before = c;
    }
    out
}
