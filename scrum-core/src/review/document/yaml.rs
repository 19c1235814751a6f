//! YAML. Aliases are not followed, so that no document grows beyond its text.

use saphyr_parser::{Event, Parser};

use super::node::{DEEPEST, Document, MOST_VALUES, Node, NodeValue};

pub(super) fn parse(text: &str, offset: usize) -> Option<Document> {
    // Cheap signs first: nearly all answers are prose.
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty() && !line.starts_with('#') && *line != "---")?;
    let (key, value) = first.trim_start_matches("- ").split_once(':')?;
    // `- src/a.rs:4 is kept` is a list in prose.
    if !value.is_empty() && !value.starts_with(' ') {
        return None;
    }
    let plain = !key.contains(char::is_whitespace) && key.starts_with(char::is_lowercase);
    let mut lines = text.lines().take(40);
    if !plain || !lines.any(|line| line.trim_start().starts_with("- ")) {
        return None;
    }
    let mut open: Vec<(Node, Option<(String, usize)>)> = Vec::new();
    let mut roots = Vec::new();
    let offsets: Vec<usize> = std::iter::once(0)
        .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1))
        .collect();
    for (count, event) in Parser::new_from_str(text).enumerate() {
        let Ok((event, span)) = event else { break };
        if count > MOST_VALUES || open.len() > DEEPEST {
            break;
        }
        let line = span.start.line().saturating_sub(1);
        let at = offset + offsets.get(line).copied().unwrap_or(text.len());
        let done = match event {
            Event::MappingStart(..) => {
                open.push((
                    Node {
                        at,
                        value: NodeValue::Map(Vec::new()),
                    },
                    None,
                ));
                continue;
            }
            Event::SequenceStart(..) => {
                open.push((
                    Node {
                        at,
                        value: NodeValue::List(Vec::new()),
                    },
                    None,
                ));
                continue;
            }
            Event::MappingEnd | Event::SequenceEnd => match open.pop() {
                Some((node, _)) => node,
                None => continue,
            },
            Event::Scalar(words, ..) => {
                let words = words.trim_end();
                let value = match words {
                    "null" | "~" => NodeValue::Null,
                    "true" => NodeValue::Bool(true),
                    words => NodeValue::Text(words.to_owned()),
                };
                Node { at, value }
            }
            Event::Alias(_) => Node {
                at,
                value: NodeValue::Null,
            },
            _ => continue,
        };
        put(done, &mut open, &mut roots);
    }
    while let Some((node, _)) = open.pop() {
        put(node, &mut open, &mut roots);
    }
    let structured = roots.iter().any(Node::is_structure);
    structured.then_some(Document { roots })
}

fn put(node: Node, open: &mut [(Node, Option<(String, usize)>)], roots: &mut Vec<Node>) {
    let Some((parent, key)) = open.last_mut() else {
        roots.push(node);
        return;
    };
    match &mut parent.value {
        NodeValue::List(items) => items.push(node),
        NodeValue::Map(members) => match key.take() {
            Some((name, _)) => members.push((name, node)),
            None => *key = Some((node.text().unwrap_or("").to_owned(), node.at)),
        },
        _ => {}
    }
}
