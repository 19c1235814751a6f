//! What the values of an object tell, where its keys are called anything.

use super::fields::Fields;
use super::keys::KEYS;
use super::node::{Node, NodeValue};
use crate::review::location::{self, KnownPaths};

/// Whether a text is a path of the wave.
pub(super) fn is_known(text: &str, paths: Option<&KnownPaths>) -> bool {
    paths.is_some_and(|paths| paths.at_end(text).is_some())
}

/// Whether a text is a path of the wave with lines, and nothing else.
pub(super) fn is_known_place(text: &str, paths: Option<&KnownPaths>) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
        && matches!(
            location::places(text, paths).as_slice(),
            [place] if !place.lines.is_empty()
                && place.range.len() == text.trim().len()
                && is_known(&place.path, paths)
        )
}

/// Whether an object is a place and nothing else, whatever its keys are called: a path of the wave, beside numbers.
pub(super) fn holds_a_place(node: &Node, paths: Option<&KnownPaths>) -> bool {
    let NodeValue::Map(members) = &node.value else {
        return false;
    };
    let is_path = |node: &Node| {
        let text = node.text().filter(|text| text.len() < 400);
        text.is_some_and(|text| is_known(text, paths) || is_known_place(text, paths))
    };
    let mut texts = members
        .iter()
        .filter(|(_, node)| matches!(node.value, NodeValue::Text(_)) && number_in(node).is_none());
    texts.next().is_some_and(|(_, node)| is_path(node))
        && texts.next().is_none()
        && members.iter().all(|(_, node)| !node.is_structure())
}

/// A number from 1; attributes of XML are texts.
fn number_in(node: &Node) -> Option<u32> {
    let number: u32 = node.text()?.parse().ok()?;
    (number > 0).then_some(number)
}

/// The first line of an object with where it stands, and the last.
pub(super) type FoundLines = ((String, usize), Option<String>);

/// The one number of an object that may be a line, or the two that may be its first and its last.
pub(super) fn lines(fields: &Fields<'_>) -> Option<FoundLines> {
    let may_be = |key: &str| {
        let mut others = KEYS.no_line.iter();
        !others.any(|word| key.starts_with(word.as_str()) || key.ends_with(word.as_str()))
    };
    // Where all are texts, as in XML, some may be numbers.
    let are_texts = fields
        .0
        .iter()
        .all(|(.., node)| matches!(node.value, NodeValue::Text(_)));
    let is_number = |node: &Node| are_texts || matches!(node.value, NodeValue::Number(_));
    let numbers = fields.0.iter().filter(|(key, ..)| may_be(key));
    let numbers = numbers.flat_map(|(_, _, node)| match &node.value {
        NodeValue::List(items) if items.len() == 2 => items.iter().collect(),
        _ => vec![*node],
    });
    let mut lines = numbers
        .filter(|node| is_number(node))
        .filter_map(|node| Some((number_in(node)?, node.at)));
    match (lines.next(), lines.next(), lines.next()) {
        (Some((line, at)), None, None) => Some(((line.to_string(), at), None)),
        (Some((first, at)), Some((last, _)), None) if first <= last => {
            Some(((first.to_string(), at), Some(last.to_string())))
        }
        _ => None,
    }
}

/// Whether an object holds others that may be findings.
pub(super) fn is_container(fields: &Fields<'_>, paths: Option<&KnownPaths>) -> bool {
    let is_object = |node: &Node| matches!(node.value, NodeValue::Map(_));
    fields.0.iter().enumerate().any(|(at, (key, _, node))| {
        let apart = !KEYS.skip.contains(key) && !KEYS.inside.contains(key);
        // Elements of XML are repeated under one name.
        let repeated = is_object(node)
            && fields.0[..at]
                .iter()
                .any(|(other, _, node)| other == key && is_object(node));
        let placed = is_object(node)
            && !holds_a_place(node, paths)
            && Fields::of(node).is_some_and(|inner| {
                inner.0.iter().any(|(key, _, node)| {
                    let listed = matches!(node.value, NodeValue::List(_));
                    KEYS.start.contains(key) || listed && KEYS.inside.contains(key)
                })
            })
            && !KEYS.start.contains(key)
            && !KEYS.end.contains(key);
        apart && (node.items().iter().any(is_object) || repeated || placed)
    })
}
