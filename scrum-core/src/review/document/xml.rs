//! XML reports, such as checkstyle's: an element is an object, its attributes and inner elements are its members.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{DEEPEST, Document, MOST_VALUES, Node, Value};

pub(super) fn parse(text: &str, offset: usize) -> Option<Document> {
    // HTML in an answer is prose.
    let known = [
        "<?xml",
        "<checkstyle",
        "<results",
        "<pmd",
        "<testsuites",
        "<issues",
        "<BugCollection",
    ];
    if !known.iter().any(|start| text.starts_with(start)) {
        return None;
    }
    let mut reader = Reader::from_str(text);
    let mut open: Vec<(String, Node)> = Vec::new();
    let mut roots = Vec::new();
    let mut damaged = false;
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
            Ok(Event::Eof) => break,
            Err(_) => {
                damaged = true;
                break;
            }
            Ok(_) => {}
        }
    }
    while let Some(done) = open.pop() {
        damaged = true;
        close(done, &mut open, &mut roots);
    }
    (!roots.is_empty()).then_some(Document { roots, damaged })
}

fn element(start: &BytesStart<'_>, at: usize) -> (String, Node) {
    let name = start.local_name().as_ref().to_owned();
    let members = start.attributes().flatten().map(|attribute| {
        let key = attribute.key.local_name().as_ref().to_owned();
        let raw = attribute.value.into_owned();
        let value = quick_xml::escape::unescape(&raw).map_or(raw.clone(), |text| text.into_owned());
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
                value: Value::Text(value),
            },
        )
    });
    let value = Value::Map(members.collect());
    (name, Node { at, value })
}

fn text_of(words: &str, at: usize, open: &mut [(String, Node)]) {
    let words = words.trim();
    if let Some((
        _,
        Node {
            value: Value::Map(members),
            ..
        },
    )) = open.last_mut()
        && !words.is_empty()
    {
        let value = Value::Text(words.to_owned());
        members.push(("text".to_owned(), Node { at, value }));
    }
}

fn close((name, node): (String, Node), open: &mut [(String, Node)], roots: &mut Vec<Node>) {
    match open.last_mut() {
        Some((
            _,
            Node {
                value: Value::Map(members),
                ..
            },
        )) => members.push((name, node)),
        _ => roots.push(node),
    }
}
