//! What a comment says that hangs on a line of its own.

use super::text::{letters, strip_marks};
use crate::review::markdown::{self, LineKind};
use crate::review::span;
use crate::review::statement::LONGEST_CLAIM;
use crate::review::{Claim, Severity, severity, words};

/// What a comment says that hangs on a line of its own: its severity, its first sentence and the rest.
pub(in crate::review) fn comment(body: &str) -> Claim {
    let mut own: Option<(Severity, String)> = None;
    let mut said: Vec<String> = Vec::new();
    let lines = markdown::lines(body);
    let kept = lines
        .iter()
        .take_while(|line| !matches!(line.kind, LineKind::Heading(level) if level >= 10));
    for (at, line) in kept
        .filter(|line| !matches!(line.kind, LineKind::Blank | LineKind::Code | LineKind::Rule))
        .enumerate()
    {
        let text = line.text.as_ref();
        if words::is_noise(text) {
            continue;
        }
        own = own.or_else(|| severity::marked(text));
        let only_mark = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .all(|word| {
                severity::read(word).is_some()
                    || ["severity", "priority", "badge"]
                        .iter()
                        .any(|mark| mark.eq_ignore_ascii_case(word))
            })
            || (at == 0 && text.contains(" | ") && text.starts_with('_'));
        let text = text.trim_matches(|c: char| matches!(c, '*' | '_' | ' ' | '#'));
        if !only_mark && (letters(text) > 1 || text.chars().any(char::is_numeric)) {
            said.push(text.to_owned());
        }
    }
    let cut = |text: String| span::cut(&text, LONGEST_CLAIM).into_owned();
    let mut said = said.into_iter();
    let what = said.next().map(|title| cut(strip_marks(&title).to_owned()));
    let why = said.collect::<Vec<_>>().join("\n");
    Claim {
        severity: own.as_ref().map(|(level, _)| *level),
        severity_text: own.map(|(_, word)| word),
        what,
        why: (!why.is_empty()).then(|| cut(why)),
    }
}
