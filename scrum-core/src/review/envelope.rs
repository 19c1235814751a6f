//! The answer inside what a command or a server wraps around it.

use super::document::{self, Document, Node};
use super::location;

/// The answer of a stream of events as servers send them, and the line where it begins.
pub(super) fn stream(text: &str) -> Option<(String, u32)> {
    let start = text.trim_start();
    if !["data:", "event:"]
        .iter()
        .any(|name| start.starts_with(name))
    {
        return None;
    }
    let mut out = String::new();
    let mut first = None;
    for (number, line) in (1_u32..).zip(text.lines()) {
        let Some(data) = line.trim_start().strip_prefix("data:") else {
            continue;
        };
        let Some(document) = document::parse_json(data, 0) else {
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
        [one] if !one.items().is_empty() => one.items().iter().collect(),
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
    let parts: Vec<&Node> = parts.flatten().collect();
    // What is given to a tool is the answer, and no text beside it.
    if parts.iter().any(|part| part.get("input").is_some()) {
        return None;
    }
    let texts: Vec<&Node> = parts
        .into_iter()
        .filter_map(|part| part.get("text"))
        .collect();
    let first = texts.first()?;
    let joined: String = texts.iter().filter_map(|node| node.text()).collect();
    Some((joined, first.at))
}

/// The shortest text that is taken for an answer in an unknown envelope, in bytes.
const SHORTEST_ANSWER: usize = 60;

/// The longest text of a document in which nothing else is found: an answer in an envelope that is not known.
pub(super) fn longest_text(document: &Document) -> Option<(&str, usize)> {
    fn longest<'a>(node: &'a Node, best: &mut (&'a str, usize)) {
        // The path of a file is as long as a short answer.
        let is_path =
            |text: &str| location::looks_like_path(text) && !text.contains(char::is_whitespace);
        let text = node.text().filter(|text| !is_path(text));
        if let Some(text) = text.filter(|text| text.len() > best.0.len()) {
            *best = (text, node.at);
        }
        for child in node.children() {
            longest(child, best);
        }
    }
    let mut best = ("", 0);
    for root in &document.roots {
        longest(root, &mut best);
    }
    (best.0.len() >= SHORTEST_ANSWER).then_some(best)
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
            let document = document::parse(answer).unwrap();
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
