//! What the objects and keys around a value say of it: a path, lines, a severity, or that it does not count.

use super::keys::{KEYS, letters};
use crate::review::explain::PartReason;
use crate::review::location;
use crate::review::{Severity, severity, words};

/// What the objects around a value say.
#[derive(Clone, Default)]
pub(super) struct Enclosing<'a> {
    pub(super) path: Option<(&'a str, usize)>,
    /// Lines of the path, from a key.
    pub(super) lines: Option<String>,
    pub(super) severity: Option<(Severity, Option<&'a str>)>,
    /// What a list of places is about.
    pub(super) title: Option<&'a str>,
    pub(super) dismissed: Option<PartReason>,
}

impl<'a> Enclosing<'a> {
    pub(super) fn level(&self) -> Option<Severity> {
        self.severity.map(|(level, _)| level)
    }

    pub(super) fn word(&self) -> Option<String> {
        let (_, word) = self.severity?;
        word.map(str::to_owned)
    }

    /// What a key says of the values below it: a path, lines of the path above, a severity, or that they do not count.
    pub(super) fn name(&mut self, key: &'a str) {
        // Elements of lists have no key.
        if key.is_empty() {
            return;
        }
        let short = letters(key);
        if location::looks_like_path(key) {
            self.path = Some((key, 0));
        } else if location::line_range(key).is_some() {
            self.lines = Some(key.to_owned());
        } else if KEYS.dismissed.contains(&short) {
            self.dismissed = Some(PartReason::Suppressed);
        } else if words::no_findings_below(&spaced(key)) || KEYS.fine.contains(&short) {
            self.dismissed = Some(PartReason::Section);
        } else if let Some((level, _)) = severity::of_heading(&spaced(key)) {
            // `errors` and `warnings` name lists of any kind, too; their items' own words come first.
            self.severity = Some((level, Some(key)));
        }
    }
}

/// `mustFix` as `must Fix`.
fn spaced(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    let mut before = ' ';
    for c in key.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            out.push(' ');
        }
        out.push(c);
        before = c;
    }
    out
}
