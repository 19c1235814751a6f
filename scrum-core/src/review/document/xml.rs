//! XML reports, such as checkstyle's: an element is an object, its attributes and inner elements are its members.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{DEEPEST, Document, MOST_VALUES, Node, NodeValue};

pub(super) fn parse(text: &str, offset: usize) -> Option<Document> {
    // HTML in an answer is prose.
    let name = text
        .trim_start_matches(['<', '?'])
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or("");
    const HTML: [&str; 24] = [
        "", "a", "b", "br", "details", "div", "em", "h1", "h2", "h3", "h4", "h5", "html", "i",
        "img", "li", "p", "span", "strong", "sub", "summary", "sup", "table", "ul",
    ];
    let thinks = text.starts_with("<think")
        || text.starts_with("<reason")
        || text.starts_with("<thought")
        || text.starts_with("<seed")
        || text.starts_with("<scratch");
    if thinks || HTML.contains(&name.to_ascii_lowercase().as_str()) {
        return None;
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
    (!roots.is_empty()).then_some(Document { roots })
}

fn element(start: &BytesStart<'_>, at: usize) -> (String, Node) {
    let name = start.local_name().as_ref().to_owned();
    let members = start.attributes().flatten().map(|attribute| {
        let key = attribute.key.local_name().as_ref().to_owned();
        let raw = attribute.value.into_owned();
        let value =
            quick_xml::escape::unescape(&raw).map_or(raw.clone(), std::borrow::Cow::into_owned);
        // What checkstyle and PMD call the name of a file.
        let key = if name == "file" && key == "name" {
            "path".to_owned()
        } else {
            key
        };
        (
            key,
            Node {
                at,
                value: NodeValue::Text(value),
            },
        )
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
    // An element that holds a text and nothing else is that text.
    if let NodeValue::Map(members) = &mut node.value
        && let [(key, only)] = members.as_mut_slice()
        && key == "text"
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
