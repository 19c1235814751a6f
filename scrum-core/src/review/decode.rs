//! From bytes to the text of the answer: what surrounds it is taken off, and every line keeps its number.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::{memchr, memmem};
use regex::Regex;

use super::{Fault, reasoning, tool_lines};

/// An answer's text.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    /// Bytes of reasoning that were left out.
    pub(super) reasoning: usize,
    /// How many lines end in it.
    pub(super) reasoning_lines: usize,
}

static ESCAPE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
        .expect("a constant pattern")
});
static TIMESTAMP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]? (?:\d\d[OE] )?",
    )
    .expect("a constant pattern")
});

/// Decodes at most `limit` bytes.
pub(super) fn decode<'a>(bytes: &'a [u8], limit: u64, faults: &mut Vec<Fault>) -> Decoded<'a> {
    let kept = within_limit(bytes, limit);
    if kept.len() < bytes.len() {
        faults.push(Fault::TooLarge {
            bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            limit,
        });
    }
    let mut text =
        std::str::from_utf8(kept).map_or_else(|_| String::from_utf8_lossy(kept), Cow::Borrowed);
    if matches!(text, Cow::Owned(_)) {
        faults.push(Fault::NotUtf8);
    }
    if memchr(0, kept).is_some() {
        faults.push(Fault::Nul);
    }
    if text.starts_with('\u{feff}') {
        text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(&text['\u{feff}'.len_utf8()..]),
            Cow::Owned(text) => Cow::Owned(text['\u{feff}'.len_utf8()..].to_owned()),
        };
    }
    if memchr(0x1b, text.as_bytes()).is_some() {
        text = Cow::Owned(ESCAPE.replace_all(&text, "").into_owned());
    }
    if let Some(plain) = without_timestamps(&text) {
        text = Cow::Owned(plain);
    }
    if let Some(read) = tool_lines::rewritten(&text) {
        text = Cow::Owned(read);
    }
    let (mut removed, mut removed_lines) = (0, 0);
    if let Some(from) = answer_behind_reasoning(&text) {
        removed = from;
        removed_lines = memchr::memchr_iter(b'\n', &text.as_bytes()[..from]).count();
        text = Cow::Owned(blanked(&text, from));
    }
    if let Some(answer) = codex_log(&text) {
        text = Cow::Owned(answer);
    }
    Decoded {
        text,
        reasoning: removed,
        reasoning_lines: removed_lines,
    }
}

/// The start of the text, up to the last line that ends within the limit.
fn within_limit(text: &[u8], limit: u64) -> &[u8] {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if text.len() <= limit {
        return text;
    }
    &text[..memchr::memrchr(b'\n', &text[..limit]).map_or(0, |feed| feed + 1)]
}

/// Logs of CI jobs put a time in front of each line.
fn without_timestamps(text: &str) -> Option<String> {
    let first = text.trim_start();
    if !TIMESTAMP.is_match(first) {
        return None;
    }
    let lines: Vec<&str> = text
        .lines()
        .map(|line| {
            TIMESTAMP
                .find(line)
                .map_or(line, |found| &line[found.end()..])
        })
        .map(|line| line.strip_prefix("##[error]").unwrap_or(line))
        .collect();
    Some(lines.join("\n"))
}

/// Where the answer begins, if a mark says that all before is reasoning: a closing tag that has no opening one, or
/// Harmony's channel `final`.
fn answer_behind_reasoning(text: &str) -> Option<usize> {
    const FINAL: &str = "<|channel|>final<|message|>";
    if let Some(at) = memmem::find_iter(text.as_bytes(), FINAL).last() {
        return Some(at + FINAL.len());
    }
    reasoning::unopened(text)
}

/// The text with line feeds in place of what stands before `from`.
fn blanked(text: &str, from: usize) -> String {
    let mut out: String = text[..from].chars().filter(|c| *c == '\n').collect();
    out.push_str(&text[from..]);
    out.replace("<|return|>", "").replace("<|end|>", "")
}

/// The answer in a log of `codex exec`: what follows the last line `codex`.
fn codex_log(text: &str) -> Option<String> {
    if !text.trim_start().starts_with("OpenAI Codex") {
        return None;
    }
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let start = lines.iter().rposition(|line| *line == "codex")?;
    let end = lines[start..]
        .iter()
        .position(|line| line.starts_with("tokens used"))
        .map_or(lines.len(), |len| start + len);
    let mut out = "\n".repeat(start + 1);
    out.push_str(&lines[start + 1..end].join("\n"));
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        decode(bytes, 1 << 20, &mut Vec::new()).text.into_owned()
    }

    #[test]
    fn what_surrounds_an_answer_goes_and_lines_stay() {
        for (bytes, expected) in [
            (&b"\xef\xbb\xbfa"[..], "a"),
            (b"\x1b[31mred\x1b[0m\x1b]8;;x\x07link", "redlink"),
            (b"thinking\nmore</think>\nanswer", "\n\nanswer"),
            (
                b"<|channel|>analysis<|message|>a\nb<|end|><|channel|>final<|message|>c<|return|>",
                "\nc",
            ),
            (
                b"2026-01-02T03:04:05.1234567Z a.rs:1: error: x\n2026-01-02T03:04:06.1Z b\n",
                "a.rs:1: error: x\nb",
            ),
            (
                b"OpenAI Codex v1\nuser\nx\ncodex\nanswer\ntokens used\n5\nanswer\n",
                "\n\n\n\nanswer",
            ),
            (b"the tag `</think>` is kept", "the tag `</think>` is kept"),
            (b"who reads\ncodex\nothers", "who reads\ncodex\nothers"),
        ] {
            assert_eq!(text(bytes), expected);
        }
    }
}
