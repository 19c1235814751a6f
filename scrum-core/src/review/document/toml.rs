//! TOML. A value's offset is that of the table that contains it.

use std::collections::HashMap;

use super::node::{Document, Node, NodeValue};

pub(super) fn parse(text: &str, offset: usize) -> Option<Document> {
    // A cheap sign first: nearly all answers are prose.
    if !text.contains(" = ") {
        return None;
    }
    let table: toml::Table = toml::from_str(text).ok()?;
    // The headers of a list come in the order of its tables.
    let mut headers: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(key) = line
            .trim()
            .strip_prefix("[[")
            .and_then(|key| key.strip_suffix("]]"))
        {
            headers.entry(key).or_default().push(offset + at);
        }
        at += line.len();
    }
    let members = table.into_iter().map(|(key, value)| {
        let node = match value {
            toml::Value::Array(items) => {
                let starts = headers.remove(key.as_str()).unwrap_or_default();
                let starts = starts.into_iter().chain(std::iter::repeat(offset));
                let items = items
                    .into_iter()
                    .zip(starts)
                    .map(|(item, at)| node(item, at));
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
