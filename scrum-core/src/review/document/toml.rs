//! TOML. A value's offset is that of the table that contains it.

use super::{Document, Node, NodeValue};

pub(super) fn parse(text: &str, offset: usize) -> Option<Document> {
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let is_header = first.starts_with('[') && first.ends_with(']');
    if !is_header && !first.contains(" = ") {
        return None;
    }
    let table: toml::Table = toml::from_str(text).ok()?;
    let mut headers = text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line.trim()))
    });
    // The headers of lists come in the order of their tables.
    let mut next = |key: &str| {
        let header = format!("[[{key}]]");
        headers
            .find(|(_, line)| *line == header)
            .map(|(at, _)| offset + at)
    };
    let members = table.into_iter().map(|(key, value)| {
        let node = match value {
            toml::Value::Array(items) if items.iter().all(toml::Value::is_table) => {
                let mut last = offset;
                let items = items.into_iter().map(|item| {
                    last = next(&key).unwrap_or(last);
                    node(item, last)
                });
                Node {
                    at: offset,
                    value: NodeValue::List(items.collect()),
                }
            }
            value => node(value, offset),
        };
        (key, node)
    });
    Some(Document {
        roots: vec![Node {
            at: offset,
            value: NodeValue::Map(members.collect()),
        }],
    })
}

fn node(value: toml::Value, at: usize) -> Node {
    let value = match value {
        toml::Value::String(text) => NodeValue::Text(text),
        toml::Value::Integer(number) => NodeValue::Number(number.to_string()),
        toml::Value::Float(number) => NodeValue::Number(number.to_string()),
        toml::Value::Boolean(yes) => NodeValue::Bool(yes),
        toml::Value::Datetime(time) => NodeValue::Text(time.to_string()),
        toml::Value::Array(items) => {
            NodeValue::List(items.into_iter().map(|item| node(item, at)).collect())
        }
        toml::Value::Table(members) => NodeValue::Map(
            members
                .into_iter()
                .map(|(key, value)| (key, node(value, at)))
                .collect(),
        ),
    };
    Node { at, value }
}
