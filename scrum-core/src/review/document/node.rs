//! The tree of values that every kind of document becomes, each with its offset in the text.

/// How deep values are followed.
pub(super) const DEEPEST: usize = 48;
/// How many values a document may have; the rest is left out.
pub(super) const MOST_VALUES: usize = 2_000_000;

/// A value and its place in the text.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::review) struct Node {
    pub(in crate::review) at: usize,
    pub(in crate::review) value: NodeValue,
}

#[derive(Debug, Clone, PartialEq)]
pub(in crate::review) enum NodeValue {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    pub(in crate::review) fn get(&self, key: &str) -> Option<&Node> {
        let NodeValue::Map(members) = &self.value else {
            return None;
        };
        members
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, node)| node)
    }

    /// The value behind several keys; a number picks an element of a list.
    pub(in crate::review) fn at(&self, pointer: &str) -> Option<&Node> {
        pointer
            .split('.')
            .try_fold(self, |node, key| match &node.value {
                NodeValue::List(items) => key.parse::<usize>().ok().and_then(|at| items.get(at)),
                _ => node.get(key),
            })
    }

    pub(in crate::review) fn text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Text(text) | NodeValue::Number(text) => Some(text),
            _ => None,
        }
    }

    pub(in crate::review) fn items(&self) -> &[Node] {
        match &self.value {
            NodeValue::List(items) => items,
            _ => &[],
        }
    }

    /// The elements of a list, or the values of an object.
    pub(in crate::review) fn children(&self) -> Vec<&Node> {
        match &self.value {
            NodeValue::List(items) => items.iter().collect(),
            NodeValue::Map(members) => members.iter().map(|(_, node)| node).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn children_mut(&mut self) -> Vec<&mut Node> {
        match &mut self.value {
            NodeValue::List(items) => items.iter_mut().collect(),
            NodeValue::Map(members) => members.iter_mut().map(|(_, node)| node).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn is_structure(&self) -> bool {
        matches!(self.value, NodeValue::List(_) | NodeValue::Map(_))
    }
}

/// A document, or several in a row.
#[derive(Debug)]
pub(in crate::review) struct Document {
    pub(in crate::review) roots: Vec<Node>,
}
