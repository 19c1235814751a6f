//! Answers in JSON, where a model was told to give its findings so.
//!
//! Read only where a review has no `WHERE:` at all. An object is a finding where it names a file, and a line, a
//! severity or a claim; nothing else is guessed.

use std::ops::Range;

use serde_json::value::RawValue;

use super::{Claim, Finding, ReadAs, Review, UnlocatedFinding, severity, verdict};
use crate::review::location::{self, Citation, KnownPaths, Location, Malformed};

/// The most JSON that is read, in bytes.
const LONGEST: usize = 4 << 20;
/// How deep lists of findings may lie.
const DEEPEST: usize = 4;

const PATH: &[&str] = &[
    "path",
    "file",
    "filename",
    "file_path",
    "filepath",
    "file_name",
];
const PLACE: &[&str] = &["where", "location"];
const START: &[&str] = &[
    "line",
    "start_line",
    "startline",
    "line_start",
    "line_number",
    "linenumber",
    "lines",
    "start",
];
const END: &[&str] = &["end_line", "endline", "line_end", "end"];
const SEVERITY: &[&str] = &["severity", "level", "priority"];
const WHAT: &[&str] = &[
    "what",
    "message",
    "title",
    "summary",
    "issue",
    "description",
    "comment",
    "body",
];
const WHY: &[&str] = &[
    "why",
    "reason",
    "explanation",
    "rationale",
    "impact",
    "details",
];
const LISTS: &[&str] = &[
    "findings", "issues", "comments", "results", "problems", "review", "reviews", "defects",
    "items",
];
const VERDICT: &[&str] = &["verdict"];

/// Reads the JSON at `candidates` (byte ranges of `text`) into `review`; the first that holds findings, or an empty
/// list of them, is taken.
pub(super) fn read(
    text: &str,
    candidates: impl Iterator<Item = Range<usize>>,
    paths: Option<&KnownPaths>,
    review: &mut Review,
) {
    for range in candidates {
        let body = text[range].trim();
        if !body.starts_with(['[', '{']) || body.len() > LONGEST {
            continue;
        }
        let Ok(value) = serde_json::from_str::<&RawValue>(body) else {
            continue;
        };
        let mut answer = Answer {
            text,
            paths,
            review: Review::default(),
            at: 0,
            line: 1,
        };
        if answer.value(value, 0) {
            let Review {
                findings,
                unlocated,
                says_clean,
                verdict,
                ..
            } = answer.review;
            review.read_as_json = true;
            review.findings = findings;
            review.unlocated = unlocated;
            review.says_clean |= says_clean;
            review.verdict = review.verdict.or(verdict);
            return;
        }
    }
}

struct Answer<'a> {
    text: &'a str,
    paths: Option<&'a KnownPaths>,
    review: Review,
    /// Lines are counted as findings come, in order.
    at: usize,
    line: u32,
}

type Fields<'a> = Vec<(String, &'a RawValue)>;

impl<'a> Answer<'a> {
    /// Reads a list of findings, an object that holds one, or a finding; says whether it was any of these.
    fn value(&mut self, value: &'a RawValue, depth: usize) -> bool {
        if depth > DEEPEST {
            return false;
        }
        if value.get().starts_with('[') {
            let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(value.get()) else {
                return false;
            };
            if items.is_empty() {
                self.review.says_clean = true;
                return true;
            }
            // A list of anything else is no list of findings.
            let mut any = false;
            for item in items.into_iter().filter(|item| item.get().starts_with('{')) {
                any |= self.value(item, depth + 1);
            }
            return any;
        }
        let Some(fields) = fields(value) else {
            return false;
        };
        if let Some((_, raw)) = VERDICT
            .iter()
            .find_map(|name| fields.iter().find(|(key, _)| key == name))
        {
            self.review.verdict = text_of(raw)
                .as_deref()
                .and_then(verdict::read)
                .or(self.review.verdict);
        }
        if self.finding(value, &fields) {
            return true;
        }
        let lists = fields.iter().filter(|(key, raw)| {
            LISTS.contains(&key.as_str()) && raw.get().starts_with(['[', '{'])
        });
        lists.fold(false, |any, (_, raw)| self.value(raw, depth + 1) || any)
    }

    fn finding(&mut self, value: &RawValue, fields: &Fields<'a>) -> bool {
        let level = find(fields, SEVERITY).and_then(text_of);
        let what = find(fields, WHAT).and_then(text_of);
        let why = find(fields, WHY).and_then(text_of);
        let inner = find(fields, PLACE).and_then(self::fields);
        let place = find(fields, PLACE)
            .filter(|raw| raw.get().starts_with('"'))
            .and_then(text_of);
        let around = inner.as_ref().unwrap_or(fields);
        let path = find(around, PATH)
            .or_else(|| find(fields, PATH))
            .filter(|raw| raw.get().starts_with('"'))
            .and_then(text_of);
        let start = find(around, START);
        if level.is_none() && what.is_none() && (path.is_none() || start.is_none()) {
            return false;
        }
        let line = self.line_of(value);
        let mapped = level.as_deref().and_then(severity::read);
        let located: Vec<(String, Result<Location, Malformed>, bool)> = match (path, place) {
            (Some(path), _) => vec![located(&path, self.paths, start, find(around, END))],
            (None, Some(place)) => location::citations_up_to(&place, 256)
                .0
                .into_iter()
                .map(|item| match item {
                    Ok(citation) => (citation.text, Ok(citation.location), citation.swapped),
                    Err(malformed) => (place.clone(), Err(malformed), false),
                })
                .collect(),
            (None, None) => Vec::new(),
        };
        if located.is_empty() {
            // A severity or a claim alone may be anything; both together are a finding.
            let both = level.is_some() && what.is_some();
            if both {
                self.review.unlocated.push(UnlocatedFinding {
                    line,
                    claim: Claim {
                        severity: mapped,
                        severity_text: level,
                        what,
                        why,
                    },
                    retracted: None,
                });
            }
            return both;
        }
        for (text, location, swapped) in located {
            self.review.findings.push(Finding {
                line,
                text,
                location,
                claim: Claim {
                    severity: mapped,
                    severity_text: level.clone(),
                    what: what.clone(),
                    why: why.clone(),
                },
                read_as: ReadAs::Document,
                link: None,
                number: None,
                quoted: None,
                stands_in_diff: false,
                retracted: None,
                swapped,
            });
        }
        true
    }

    fn line_of(&mut self, value: &RawValue) -> u32 {
        let at = value.get().as_ptr() as usize - self.text.as_ptr() as usize;
        let feeds = memchr::memchr_iter(
            b'\n',
            self.text.as_bytes().get(self.at..at).unwrap_or_default(),
        )
        .count();
        self.line = self
            .line
            .saturating_add(u32::try_from(feeds).unwrap_or(u32::MAX));
        self.at = at.max(self.at);
        self.line
    }
}

/// The members of an object, their names in small letters. The first of a name counts.
fn fields(value: &RawValue) -> Option<Fields<'_>> {
    struct Members<'a>(Fields<'a>);

    impl<'de> serde::Deserialize<'de> for Members<'de> {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;

            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Members<'de>;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: serde::de::MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> Result<Self::Value, A::Error> {
                    let mut members = Vec::new();
                    while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
                        members.push((key.to_ascii_lowercase(), value));
                    }
                    Ok(Members(members))
                }
            }

            deserializer.deserialize_map(Visitor)
        }
    }

    if !value.get().starts_with('{') {
        return None;
    }
    serde_json::from_str::<Members<'_>>(value.get())
        .ok()
        .map(|members| members.0)
}

fn find<'a>(fields: &Fields<'a>, names: &[&str]) -> Option<&'a RawValue> {
    let raw = names
        .iter()
        .find_map(|name| fields.iter().find(|(key, _)| key == name))?
        .1;
    (raw.get() != "null").then_some(raw)
}

/// A string's text, or a number as written.
fn text_of(raw: &RawValue) -> Option<String> {
    match raw.get().as_bytes().first()? {
        b'"' => serde_json::from_str(raw.get()).ok(),
        b'0'..=b'9' | b'-' => Some(raw.get().to_owned()),
        _ => None,
    }
}

/// A path with the lines that stand beside it. The path itself may carry them, too.
fn located(
    path: &str,
    paths: Option<&KnownPaths>,
    start: Option<&RawValue>,
    end: Option<&RawValue>,
) -> (String, Result<Location, Malformed>, bool) {
    let lines = match start {
        Some(raw) if raw.get().starts_with('[') => {
            let pair: Vec<u64> = serde_json::from_str(raw.get()).unwrap_or_default();
            pair.iter()
                .map(u64::to_string)
                .collect::<Vec<_>>()
                .join("-")
        }
        Some(raw) => {
            let first = text_of(raw).unwrap_or_default();
            match end.and_then(text_of) {
                Some(last) if !first.is_empty() => format!("{first}-{last}"),
                _ => first,
            }
        }
        None => String::new(),
    };
    let read = if lines.is_empty() {
        None
    } else {
        location::line_range(&lines)
    };
    let shown = if lines.is_empty() {
        path.to_owned()
    } else {
        format!("{path}:{lines}")
    };
    match read {
        Some(Ok(range)) => {
            let path = path.trim();
            let plain = location::citations_up_to(path, 1).0.pop();
            let path = match plain {
                _ if paths.is_some_and(|paths| paths.has_odd(path)) => path.to_owned(),
                Some(Ok(citation)) if !path.contains(' ') => citation.location.path,
                _ => path.to_owned(),
            };
            let known = !path.is_empty() && !location::names_no_place(&path);
            let location = Location {
                path,
                lines: Some(range),
                symbol: None,
            };
            (
                shown,
                if known {
                    Ok(location)
                } else {
                    Err(Malformed::NoPath)
                },
                swapped(&lines),
            )
        }
        Some(Err(malformed)) => (shown, Err(malformed), false),
        None if lines.is_empty() => match whole(path, paths) {
            Some(Ok(citation)) => (shown, Ok(citation.location), citation.swapped),
            Some(Err(malformed)) => (shown, Err(malformed), false),
            None => (shown, Err(Malformed::Empty), false),
        },
        None => (
            shown,
            Err(Malformed::Line {
                text: lines.chars().take(24).collect(),
            }),
            false,
        ),
    }
}

/// A path without lines beside it, which may carry them.
fn whole(path: &str, paths: Option<&KnownPaths>) -> Option<Result<Citation, Malformed>> {
    let odd = paths.and_then(|paths| paths.citations(path));
    odd.unwrap_or_else(|| location::citations_up_to(path, 1).0)
        .into_iter()
        .next_back()
}

fn swapped(lines: &str) -> bool {
    let mut numbers = lines
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse::<u32>().ok());
    matches!((numbers.next(), numbers.next()), (Some(first), Some(last)) if last < first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::location::LineRange;
    use crate::review::{ReviewVerdict, Severity};

    fn lines_of(finding: &Finding) -> Option<LineRange> {
        finding
            .location
            .as_ref()
            .ok()
            .and_then(|location| location.lines)
    }

    fn review(text: &str) -> Review {
        Review::from_text(text)
    }

    #[test]
    fn an_array_of_findings() {
        let text = "[\n {\"path\": \"src/a.rs\", \"line\": 42, \"severity\": \"high\", \"message\": \"m\"},\n {\"file\": \"b.rs\", \"startLine\": \"9\", \"endLine\": 3}\n]";
        let review = review(text);
        assert!(review.read_as_json);
        assert_eq!(review.findings.len(), 2);
        assert_eq!((review.findings[0].line, review.findings[1].line), (2, 3));
        assert_eq!(
            lines_of(&review.findings[0]),
            Some(LineRange { start: 42, end: 42 })
        );
        assert_eq!(review.findings[0].claim.severity, Some(Severity::Block));
        assert_eq!(review.findings[0].claim.what.as_deref(), Some("m"));
        assert_eq!(
            lines_of(&review.findings[1]),
            Some(LineRange { start: 3, end: 9 })
        );
        assert!(review.findings[1].swapped);
    }

    #[test]
    fn an_object_in_a_fence_among_prose() {
        let text = "Here you are:\n\n```json\n{\"findings\": [{\"location\": {\"path\": \"src/a.rs\", \"line\": 1}, \"title\": \"t\"}], \"verdict\": \"BLOCK\"}\n```\nDone.";
        let review = review(text);
        assert_eq!(review.findings.len(), 1);
        assert_eq!(review.findings[0].line, 4);
        assert_eq!(review.verdict, Some(ReviewVerdict::Block));
    }

    #[test]
    fn nothing_is_guessed() {
        for text in [
            "{\"name\": \"x\", \"version\": 3}",
            "[1, 2, 3]",
            "{\"path\": \"src/a.rs\"}",
            "{broken",
            "prose with {\"path\": \"src/a.rs\", \"line\": 1} inside",
            "WHERE: src/a.rs:1\n\n```json\n[{\"path\": \"src/b.rs\", \"line\": 1}]\n```\n",
        ] {
            assert!(!review(text).read_as_json, "{text}");
        }
    }

    #[test]
    fn empty_lists_say_none() {
        assert!(review("[]").says_clean);
        assert!(review("{\"findings\": []}").says_clean);
        assert!(!review("{\"other\": []}").says_clean);
    }

    #[test]
    fn lines_in_other_forms() {
        let of = |fields: &str| {
            review(&format!(
                "[{{\"file\": \"src/a.rs\", {fields}, \"message\": \"m\"}}]"
            ))
            .findings
            .remove(0)
            .location
        };
        assert_eq!(
            of("\"line\": \"40-52\"").unwrap().lines,
            Some(LineRange { start: 40, end: 52 })
        );
        assert_eq!(
            of("\"lines\": [40, 52]").unwrap().lines,
            Some(LineRange { start: 40, end: 52 })
        );
        assert_eq!(of("\"line\": null").unwrap().lines, None);
        assert!(matches!(of("\"line\": 0"), Err(Malformed::Line { .. })));
        assert!(matches!(
            of("\"line\": \"somewhere\""),
            Err(Malformed::Line { .. })
        ));
    }

    #[test]
    fn a_finding_without_a_place() {
        let review = review("[{\"severity\": \"WARN\", \"message\": \"m\"}]");
        assert_eq!((review.findings.len(), review.unlocated.len()), (0, 1));
    }
}
