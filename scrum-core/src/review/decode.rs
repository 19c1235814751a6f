//! From bytes to the text of the answer: what surrounds it is taken off, and every line keeps its number.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::{memchr, memmem};
use regex::Regex;

use super::document::{Document, Node};
use super::{Fault, reasoning};

/// An answer's text.
#[derive(Debug)]
pub(super) struct Decoded<'a> {
    pub(super) text: Cow<'a, str>,
    /// Bytes of reasoning that were left out.
    pub(super) reasoning: usize,
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

/// A command by which a job tells GitHub of a finding: `::error file=a.rs,line=4::…`.
static ANNOTATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^::(error|warning|notice) ([^:\n]*(?::[^:\n]+)*)::(.*)$")
        .expect("a constant pattern")
});

/// Annotations in the form of a compiler's messages.
fn annotations(text: &str) -> String {
    let rewrite = |found: &regex::Captures<'_>| {
        let property = |name: &str| {
            found[2]
                .split(',')
                .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
                .unwrap_or("")
        };
        let lines = match (property("line"), property("endLine")) {
            (line, "") => line.to_owned(),
            (line, end) => format!("{line}-{end}"),
        };
        let title = property("title");
        let joint = if title.is_empty() { "" } else { ": " };
        format!(
            "{}:{lines}: {}: {title}{joint}{}",
            property("file"),
            &found[1],
            &found[3]
        )
    };
    ANNOTATION.replace_all(text, rewrite).into_owned()
}

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
    if memmem::find(text.as_bytes(), b"::").is_some() && ANNOTATION.is_match(&text) {
        text = Cow::Owned(annotations(&text));
    }
    let mut removed = 0;
    if let Some(from) = answer_behind_reasoning(&text) {
        removed = from;
        text = Cow::Owned(blanked(&text, from));
    }
    if let Some(answer) = codex_log(&text) {
        text = Cow::Owned(answer);
    }
    Decoded {
        text,
        reasoning: removed,
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
    if !first.starts_with(|c: char| c.is_ascii_digit() || c == '[') || !TIMESTAMP.is_match(first) {
        return None;
    }
    let stamped = text.lines().filter(|line| TIMESTAMP.is_match(line)).count();
    (stamped * 10 >= text.lines().filter(|line| !line.trim().is_empty()).count() * 8).then(|| {
        let lines: Vec<&str> = text
            .lines()
            .map(|line| {
                TIMESTAMP
                    .find(line)
                    .map_or(line, |found| &line[found.end()..])
            })
            .map(|line| line.strip_prefix("##[error]").unwrap_or(line))
            .collect();
        lines.join("\n")
    })
}

/// Where the answer begins, if a mark says that all before is reasoning: a closing tag that has no opening one, or
/// Harmony's channel `final`.
fn answer_behind_reasoning(text: &str) -> Option<usize> {
    const FINAL: &str = "<|channel|>final<|message|>";
    if let Some(at) = memmem::rfind(text.as_bytes(), FINAL.as_bytes()) {
        return Some(at + FINAL.len());
    }
    reasoning::unopened(text)
}

/// The text with line feeds in place of what stands before `from`.
fn blanked(text: &str, from: usize) -> String {
    let mut out: String = text[..from].chars().filter(|c| *c == '\n').collect();
    out.push_str(&text[from..]);
    for mark in ["<|return|>", "<|end|>"] {
        if out.contains(mark) {
            out = out.replace(mark, "");
        }
    }
    out
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

/// The answer of a stream of events as servers send them, and the line where it begins.
pub(super) fn stream(text: &str) -> Option<(String, u32)> {
    if !text.trim_start().starts_with("data:") && !text.trim_start().starts_with("event:") {
        return None;
    }
    let mut out = String::new();
    let mut first = None;
    for (number, line) in (1_u32..).zip(text.lines()) {
        let Some(data) = line.trim_start().strip_prefix("data:") else {
            continue;
        };
        let Some(document) = super::document::parse_json(data, 0) else {
            continue;
        };
        let Some(event) = document.roots.first() else {
            continue;
        };
        let delta = [
            "choices.0.delta.content",
            "delta.text",
            "choices.0.text",
            "candidates.0.content.parts.0.text",
        ]
        .iter()
        .find_map(|pointer| event.at(pointer)?.text())
        .or_else(|| {
            let kind = event.get("type").and_then(Node::text)?;
            kind.ends_with("output_text.delta")
                .then(|| event.get("delta")?.text())
                .flatten()
        });
        if let Some(delta) = delta {
            first.get_or_insert(number);
            out.push_str(delta);
        }
    }
    first.map(|line| (out, line))
}

/// The answer inside what a command or a server wraps around it, and its offset.
pub(super) fn unwrapped(document: &Document) -> Option<(String, usize)> {
    let roots: Vec<&Node> = match document.roots.as_slice() {
        [one]
            if !one.items().is_empty()
                && one.items().iter().all(|item| item.get("type").is_some()) =>
        {
            one.items().iter().collect()
        }
        roots => roots.iter().collect(),
    };
    let text_of = |node: &Node, kind: &str| node.get("type").and_then(Node::text) == Some(kind);
    // `claude -p`, plain and as a stream; `codex exec --json`.
    if let Some(result) = roots
        .iter()
        .rev()
        .filter(|root| text_of(root, "result"))
        .find_map(|root| root.get("result"))
    {
        return Some((result.text()?.to_owned(), result.at));
    }
    let messages: Vec<&Node> = roots
        .iter()
        .filter_map(|root| {
            let item = root.get("item").filter(|item| {
                text_of(item, "agent_message") || text_of(item, "assistant_message")
            });
            let message = root
                .get("msg")
                .filter(|message| text_of(message, "agent_message"));
            item.and_then(|item| item.get("text"))
                .or(message.and_then(|message| message.get("message")))
        })
        .collect();
    if let Some(last) = messages.last() {
        return Some((last.text()?.to_owned(), last.at));
    }
    let assistant: Vec<&Node> = roots
        .iter()
        .filter(|root| text_of(root, "assistant"))
        .flat_map(|root| {
            root.at("message.content")
                .map(Node::items)
                .unwrap_or_default()
        })
        .filter_map(|part| part.get("text"))
        .collect();
    if let Some(first) = assistant.first() {
        let texts: Vec<&str> = assistant.iter().filter_map(|node| node.text()).collect();
        return Some((texts.join("\n"), first.at));
    }
    let chat: Option<Vec<&Node>> = match roots.as_slice() {
        [root] => ["messages", "conversation", "turns", "history"]
            .iter()
            .find_map(|key| root.get(key))
            .map(|node| node.items().iter().collect()),
        _ => None,
    };
    if let Some(said) = last_of_model(chat.as_deref().unwrap_or(&roots)) {
        return Some(said);
    }
    let [root] = roots.as_slice() else {
        return None;
    };
    for pointer in [
        "choices.0.message.content",
        "choices.0.text",
        "candidates.0.content.parts.0.text",
        "output_text",
        "message.content",
        "response",
    ] {
        if let Some(node) = root.at(pointer)
            && let Some(text) = node.text()
        {
            return Some((text.to_owned(), node.at));
        }
    }
    // A list of parts, each with a text.
    let lists = [
        root.get("content"),
        root.at("message.content"),
        root.at("choices.0.message.content"),
    ];
    let parts = lists.into_iter().flatten().map(Node::items).chain(
        root.get("output")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|item| item.get("content").map(Node::items)),
    );
    let texts: Vec<&Node> = parts
        .flatten()
        .filter(|part| part.get("type").is_some())
        .filter_map(|part| part.get("text"))
        .collect();
    let first = texts.first()?;
    let joined: String = texts.iter().filter_map(|node| node.text()).collect();
    Some((joined, first.at))
}

/// What the model said last in a chat.
fn last_of_model(messages: &[&Node]) -> Option<(String, usize)> {
    let is_model = |message: &&&Node| {
        let role = ["role", "sender", "author.role", "from"]
            .iter()
            .find_map(|key| message.at(key)?.text());
        matches!(role, Some("assistant" | "model" | "ai" | "gpt" | "bot"))
    };
    if messages.len() < 2 {
        return None;
    }
    let message = messages.iter().rev().find(is_model)?;
    let content = ["content", "text", "value", "parts", "message"]
        .iter()
        .find_map(|key| message.get(key))?;
    let text = match content.text() {
        Some(text) => text.to_owned(),
        None => {
            let parts = content.items().iter();
            let texts = parts.filter_map(|part| part.get("text").unwrap_or(part).text());
            texts.collect::<Vec<_>>().join("\n")
        }
    };
    (!text.trim().is_empty()).then_some((text, content.at))
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
        ] {
            assert_eq!(text(bytes), expected);
        }
    }

    #[test]
    fn envelopes() {
        for (answer, inner) in [
            (r#"{"type":"result","result":"a"}"#, "a"),
            (
                "{\"type\":\"system\"}\n{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"x\"}]}}\n{\"type\":\"result\",\"result\":\"b\"}",
                "b",
            ),
            (
                r#"{"type":"item.completed","item":{"type":"agent_message","text":"c"}}"#,
                "c",
            ),
            (r#"{"choices":[{"message":{"content":"d"}}]}"#, "d"),
            (
                r#"{"role":"assistant","content":[{"type":"text","text":"e"}]}"#,
                "e",
            ),
            (
                r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"text","text":"g"}]}]}"#,
                "g",
            ),
            (
                r#"{"output":[{"content":[{"type":"output_text","text":"f"}]}]}"#,
                "f",
            ),
        ] {
            let document = super::super::document::parse(answer).unwrap();
            assert_eq!(
                unwrapped(&document).map(|(text, _)| text).as_deref(),
                Some(inner),
                "{answer}"
            );
        }
        let events = "event: x\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"b\"}}\n\ndata: [DONE]\n";
        assert_eq!(stream(events), Some(("ab".to_owned(), 2)));
    }
}
