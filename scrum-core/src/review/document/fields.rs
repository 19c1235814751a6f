//! The members of an object by their keys in small letters, and the texts and lines in them.

use super::keys::{KEYS, letters};
use super::node::{Node, NodeValue};
use crate::review::location;

/// How many words a text has that may be what is said.
const LEAST_WORDS: usize = 3;

/// An object's members with their keys in small letters.
pub(super) struct Fields<'a>(pub(super) Vec<(String, &'a str, &'a Node)>);

impl<'a> Fields<'a> {
    pub(super) fn of(node: &'a Node) -> Option<Self> {
        let NodeValue::Map(members) = &node.value else {
            return None;
        };
        let members = members.iter();
        Some(Self(
            members
                .map(|(key, node)| (letters(key), key.as_str(), node))
                .collect(),
        ))
    }

    /// The first member with one of these names, in the order of the names.
    pub(super) fn find<T>(
        &self,
        names: &[String],
        read: impl Fn(&'a Node) -> Option<T>,
    ) -> Option<T> {
        names.iter().find_map(|name| {
            self.0
                .iter()
                .filter(|(key, ..)| key == name)
                .find_map(|(_, _, node)| read(node))
        })
    }

    /// The texts below keys that are in none of these lists.
    pub(super) fn other_texts(&self, lists: &[&Vec<String>]) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(|(key, _, node)| {
            let NodeValue::Text(text) = &node.value else {
                return None;
            };
            let named = lists.iter().any(|names| names.contains(key));
            (!named).then_some(text.as_str())
        })
    }

    /// The first text of several words, below a key of any name that is not for something else.
    pub(super) fn sentence(&self) -> Option<&'a str> {
        let others = [
            &KEYS.path,
            &KEYS.place,
            &KEYS.perhaps_path,
            &KEYS.skip,
            &KEYS.link,
        ];
        self.other_texts(&others)
            .find(|text| text.split_whitespace().count() >= LEAST_WORDS)
    }
}

/// A text, or that of an object that holds one.
pub(super) fn text_in(node: &Node) -> Option<&str> {
    match &node.value {
        NodeValue::Text(text) if !text.trim().is_empty() => Some(text),
        // An object with a place of its own is no text.
        NodeValue::Map(members) if !members.iter().any(|(key, node)| names_a_place(key, node)) => [
            "text",
            "markdown",
            "message",
            "value",
            "body",
            "raw",
            "description",
            "title",
            "name",
            "summary",
        ]
        .iter()
        .find_map(|key| text_in(node.get(key)?)),
        _ => None,
    }
}

/// A line: a number, a text with digits, a pair, or an object with one.
pub(super) fn line_in(node: &Node, zero_based: bool) -> Option<(String, usize)> {
    let text = match &node.value {
        NodeValue::Number(number) => {
            let line: u64 = number.parse().ok()?;
            (line + u64::from(zero_based)).to_string()
        }
        NodeValue::Text(text) => {
            let text = text.trim();
            if text.is_empty() {
                return None;
            }
            text.to_owned()
        }
        NodeValue::List(items) => {
            let numbers: Vec<&str> = items.iter().filter_map(Node::text).collect();
            match numbers.as_slice() {
                [one] => (*one).to_owned(),
                [first, .., last] => format!("{first}-{last}"),
                _ => return None,
            }
        }
        NodeValue::Map(_) => {
            let inner = Fields::of(node)?;
            let zero_based = inner.0.iter().any(|(key, ..)| key == "character");
            let first = inner.find(&KEYS.start, |node| line_in(node, zero_based))?;
            let last = inner.find(&KEYS.end, |node| line_in(node, zero_based));
            return Some(match last {
                Some((last, _)) => (format!("{}-{last}", first.0), first.1),
                None => first,
            });
        }
        _ => return None,
    };
    Some((text, node.at))
}

fn names_a_place(key: &str, node: &Node) -> bool {
    let key = letters(key);
    // `lines` may be the code of the lines.
    let is_code =
        matches!(&node.value, NodeValue::Text(text) if location::line_list(text).is_none());
    KEYS.start.contains(&key) && !is_code || KEYS.path.contains(&key)
}
