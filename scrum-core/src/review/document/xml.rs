//! XML reports, such as checkstyle's: an element is an object, its attributes and inner elements are its members.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::node::{DEEPEST, Document, MOST_VALUES, Node, NodeValue};

/// Names of HTML, which in an answer is prose, and of reasoning.
const PROSE: [&str; 39] = [
    "a",
    "b",
    "blockquote",
    "body",
    "br",
    "code",
    "details",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "html",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "dl",
    "section",
    "ul",
];
const REASONING: [&str; 5] = ["think", "reason", "thought", "seed", "scratch"];

/// The name of the element that a text begins with, if it is one of a report.
fn root_name(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<')?;
    let len = inner
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-')))
        .unwrap_or(inner.len());
    let name = &inner[..len];
    let lower = name.to_ascii_lowercase();
    let prose =
        PROSE.contains(&lower.as_str()) || REASONING.iter().any(|word| lower.starts_with(word));
    (name.starts_with(|c: char| c.is_ascii_alphabetic()) && !prose).then_some(name)
}

/// The closing tag of the element that a line begins with.
pub(super) fn closing_tag(line: &str) -> Option<String> {
    root_name(line).map(|name| format!("</{name}>"))
}

pub(super) fn parse(text: &str, offset: usize) -> Option<Document> {
    if !text.starts_with("<?xml") {
        root_name(text)?;
    }
    let mut reader = Reader::from_str(text);
    let mut open: Vec<(String, Node)> = Vec::new();
    let mut roots = Vec::new();
    let mut left = MOST_VALUES;
    loop {
        let at = offset + usize::try_from(reader.buffer_position()).unwrap_or(0);
        left = left.saturating_sub(1);
        match reader.read_event() {
            Ok(Event::Start(start)) if left > 0 && open.len() < DEEPEST => {
                open.push(element(&start, at));
            }
            Ok(Event::Empty(start)) => close(element(&start, at), &mut open, &mut roots),
            Ok(Event::End(_)) => {
                if let Some(done) = open.pop() {
                    close(done, &mut open, &mut roots);
                }
            }
            Ok(Event::Text(words)) => {
                text_of(&words, at, &mut open);
            }
            Ok(Event::CData(words)) => {
                text_of(&words, at, &mut open);
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    while let Some(done) = open.pop() {
        close(done, &mut open, &mut roots);
    }
    Some(Document { roots })
}

fn element(start: &BytesStart<'_>, at: usize) -> (String, Node) {
    let name = start.local_name().as_ref().to_owned();
    let members = start.attributes().flatten().map(|attribute| {
        let key = attribute.key.local_name().as_ref().to_owned();
        let raw = attribute.value.into_owned();
        let value =
            quick_xml::escape::unescape(&raw).map_or(raw.clone(), std::borrow::Cow::into_owned);
        let value = NodeValue::Text(value);
        (key, Node { at, value })
    });
    let value = NodeValue::Map(members.collect());
    (name, Node { at, value })
}

fn text_of(words: &str, at: usize, open: &mut [(String, Node)]) {
    let words = words.trim();
    if let Some((
        _,
        Node {
            value: NodeValue::Map(members),
            ..
        },
    )) = open.last_mut()
        && !words.is_empty()
    {
        let value = NodeValue::Text(words.to_owned());
        members.push(("text".to_owned(), Node { at, value }));
    }
}

fn close((name, mut node): (String, Node), open: &mut [(String, Node)], roots: &mut Vec<Node>) {
    // An element that holds a text, one attribute or one element and nothing else is that.
    if let NodeValue::Map(members) = &node.value
        && let [(_, only)] = members.as_slice()
    {
        node = only.clone();
    }
    match open.last_mut() {
        Some((
            _,
            Node {
                value: NodeValue::Map(members),
                ..
            },
        )) => members.push((name, node)),
        _ => roots.push(node),
    }
}
