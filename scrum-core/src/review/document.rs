//! Answers that are data: JSON, YAML, XML or CSV, whatever tool wrote them.
//!
//! The text becomes a tree of values, each with its offset, and one walk looks for findings in it by the names of keys
//! ([`keys`]). No tool has a reader of its own.

mod by_value;
mod csv;
mod dismissal;
mod enclosing;
mod fields;
mod json;
mod keys;
mod node;
mod place;
mod reading;
mod said;
mod severity;
mod toml;
mod walk;
mod xml;
mod yaml;

use self::node::DEEPEST;
pub(super) use self::node::{Document, Node, NodeValue};
pub(super) use keys::Property;
pub(super) use reading::{ignored, read};
pub(super) use walk::walk;

/// Reads a text that is a document from end to end. `None` if it is none.
pub(super) fn parse(text: &str) -> Option<Document> {
    let trimmed = text.trim_start();
    let offset = text.len() - trimmed.len();
    // Gerrit guards its answers so that no browser runs them.
    let (trimmed, offset) = match trimmed.strip_prefix(")]}'") {
        Some(rest) => (rest, offset + 4),
        None => (trimmed, offset),
    };
    parse_embedded(trimmed, offset)
}

/// Reads the JSON in a fence or between prose.
pub(super) fn parse_json(text: &str, offset: usize) -> Option<Document> {
    let trimmed = text.trim_start();
    let offset = offset + text.len() - trimmed.len();
    let mut document = json::parse(trimmed, offset)?;
    for root in &mut document.roots {
        unfold(root, 0);
    }
    Some(document)
}

/// Reads the document in a fence or between prose.
pub(super) fn parse_embedded(text: &str, offset: usize) -> Option<Document> {
    let inner = text.trim_start();
    let at = offset + text.len() - inner.len();
    match inner.as_bytes().first()? {
        // A table's header may begin a TOML file: `[[findings]]`.
        b'{' | b'[' => parse_json(inner, at).or_else(|| toml::parse(inner, at)),
        b'<' => xml::parse(inner, at),
        _ => yaml::parse(inner, at)
            .or_else(|| csv::parse(inner, at))
            .or_else(|| toml::parse(inner, at)),
    }
}

/// JSON that is written in a text, as the arguments of tools are, becomes a value.
fn unfold(node: &mut Node, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match &mut node.value {
        NodeValue::Text(text) => {
            let json = text.trim();
            // `[1] The lock is kept` is a text.
            if !(json.starts_with(['{', '[']) && json.ends_with(['}', ']'])) {
                return;
            }
            let mut roots = json::parse(json, 0).map_or_else(Vec::new, |parsed| parsed.roots);
            if let (Some(mut inner), true) = (roots.pop(), roots.is_empty()) {
                place_at(&mut inner, node.at);
                unfold(&mut inner, depth + 1);
                node.value = inner.value;
            }
        }
        _ => {
            for child in node.children_mut() {
                unfold(child, depth + 1);
            }
        }
    }
}

/// Puts a value and all in it at one place.
fn place_at(node: &mut Node, at: usize) {
    node.at = at;
    for child in node.children_mut() {
        place_at(child, at);
    }
}

/// Where a document stands between prose: JSON or XML that begins a line of its own, to where it ends.
pub(super) fn between_prose(text: &str) -> Option<std::ops::Range<usize>> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let is_json = trimmed == "{" || trimmed.starts_with("{\"") || trimmed.starts_with("[{");
        if is_json {
            return Some(start..start + json::extent(&text[start..]));
        }
        if let Some(close) = xml::closing_tag(trimmed)
            && let Some(len) = text[start..].rfind(&close)
        {
            return Some(start..start + len + close.len());
        }
        start += line.len();
    }
    None
}
