//! Answers that are data: JSON, YAML, XML or CSV, whatever tool wrote them.
//!
//! The text becomes a tree of values, each with its offset, and one walk looks for findings in it by the names of keys
//! ([`keys`]). No tool has a reader of its own.

mod csv;
mod fields;
mod json;
mod keys;
mod place;
mod reading;
mod severity;
mod toml;
mod walk;
mod xml;
mod yaml;

pub(super) use reading::read;
pub(super) use walk::walk;

/// How deep values are followed.
const DEEPEST: usize = 48;
/// How many values a document may have; the rest is left out.
const MOST_VALUES: usize = 2_000_000;

/// A value and where it stands in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) value: NodeValue,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum NodeValue {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let NodeValue::Map(members) = &self.value else {
            return None;
        };
        members
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, node)| node)
    }

    /// The value behind several keys; a number picks an element of a list.
    pub(super) fn at(&self, pointer: &str) -> Option<&Node> {
        pointer
            .split('.')
            .try_fold(self, |node, key| match &node.value {
                NodeValue::List(items) => key.parse::<usize>().ok().and_then(|at| items.get(at)),
                _ => node.get(key),
            })
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Text(text) | NodeValue::Number(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> &[Node] {
        match &self.value {
            NodeValue::List(items) => items,
            _ => &[],
        }
    }

    fn is_structure(&self) -> bool {
        matches!(self.value, NodeValue::List(_) | NodeValue::Map(_))
    }
}

/// A document, or several in a row.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) roots: Vec<Node>,
}

/// Reads a text that is a document from end to end. `None` if it is none.
pub(super) fn parse(text: &str) -> Option<Document> {
    let trimmed = text.trim_start();
    let offset = text.len() - trimmed.len();
    // Gerrit guards its answers so that no browser runs them.
    let (trimmed, offset) = match trimmed.strip_prefix(")]}'") {
        Some(rest) => (rest, offset + 4),
        None => (trimmed, offset),
    };
    match trimmed.trim_start().as_bytes().first()? {
        b'{' | b'[' => json::parse(trimmed, offset).or_else(|| toml::parse(trimmed, offset)),
        b'<' => xml::parse(trimmed, offset),
        _ => yaml::parse(trimmed, offset)
            .or_else(|| csv::parse(trimmed, offset))
            .or_else(|| toml::parse(trimmed, offset)),
    }
}

/// Reads the JSON in a fence or between prose.
pub(super) fn parse_json(text: &str, offset: usize) -> Option<Document> {
    let trimmed = text.trim_start();
    let offset = offset + text.len() - trimmed.len();
    trimmed
        .starts_with(['{', '['])
        .then(|| json::parse(trimmed, offset))
        .flatten()
}
