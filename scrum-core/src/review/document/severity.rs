//! How bad an object says it is.

use std::collections::HashMap;

use super::fields::{Fields, text_in};
use super::keys::KEYS;
use super::node::{Node, NodeValue};
use super::place::FoundPlace;
use super::said::Rated;
use crate::review::{Severity, severity};

/// The longest value that is read as a severity whatever its key, in bytes.
const LONGEST_WORD: usize = 20;

/// The severities of SARIF's rules, by their names.
pub(super) type RuleLevels<'a> = HashMap<&'a str, &'a str>;

/// How bad an object says it is.
pub(super) fn severity_in(
    fields: &Fields<'_>,
    found: &FoundPlace<'_>,
    rules: &RuleLevels<'_>,
) -> Option<Rated> {
    let word = fields.find(&KEYS.severity, |node| match &node.value {
        NodeValue::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        // Codex's priorities, and ESLint's numbers.
        NodeValue::Number(number) => Some(number.clone()),
        _ => None,
    });
    let is = |name: &str| fields.0.iter().any(|(key, ..)| key == name);
    // Editors count severities from the worst, and columns as characters.
    let is_editor = fields
        .0
        .iter()
        .any(|(_, _, node)| node.at("start.character").is_some());
    let number = |word: &str| -> Option<Severity> {
        let value: u32 = word.parse().ok()?;
        if is("priority") {
            severity::read(&format!("P{value}"))
        } else if is_editor {
            match value {
                1 => Some(Severity::Block),
                2 => Some(Severity::Warn),
                _ => Some(Severity::Info),
            }
        } else if is("severity") {
            match value {
                2 => Some(Severity::Block),
                1 => Some(Severity::Warn),
                0 | 3 | 4 => Some(Severity::Info),
                _ => None,
            }
        } else {
            None
        }
    };
    if let Some(word) = word {
        // PMD's priorities go from 1, the worst, to 5.
        if is("beginline") {
            let level = match word.as_str() {
                "1" | "2" => Some(Severity::Block),
                "3" => Some(Severity::Warn),
                _ => Some(Severity::Info),
            };
            return Some((word, level));
        }
        let known = || KEYS.words.get(&word.to_lowercase()).copied();
        let level = severity::read(&word)
            .or_else(|| number(&word))
            .or_else(known);
        return Some((word, level));
    }
    if let Some(rule) = fields.find(&KEYS.rule, Node::text)
        && let Some(word) = rules.get(rule)
    {
        return Some(((*word).to_owned(), severity::read(word)));
    }
    let perhaps = fields.find(&KEYS.perhaps_severity, |node| {
        let text = node.text()?;
        severity::read(text).map(|level| (text.to_owned(), Some(level)))
    });
    let from_title = || {
        let title = fields.find(&KEYS.title, |node| text_in(node))?;
        let (level, word) = severity::marked(title)?;
        Some((word, Some(level)))
    };
    // Inside `extra` or a rule's properties.
    let nested = || {
        KEYS.nested.iter().find_map(|name| {
            let (_, _, node) = fields.0.iter().find(|(key, ..)| key == name)?;
            let inner = Fields::of(node)?;
            let word = inner.find(&KEYS.severity, Node::text);
            let word = word.or_else(|| inner.find(&KEYS.perhaps_severity, Node::text))?;
            Some((word.to_owned(), severity::read(word)))
        })
    };
    let names_place = fields.0.iter().any(|(key, ..)| KEYS.place.contains(key));
    let placed = found.path.is_some() || found.start.is_some() || names_place;
    let sought = || by_value(fields).filter(|_| placed);
    perhaps.or_else(nested).or_else(from_title).or_else(sought)
}

/// A severity and nothing else, below a key of any name.
fn by_value(fields: &Fields<'_>) -> Option<Rated> {
    let others = [
        &KEYS.no_severity,
        &KEYS.title,
        &KEYS.body,
        &KEYS.rule,
        &KEYS.skip,
    ];
    fields.other_texts(&others).find_map(|text| {
        let level = severity::read(text).filter(|_| text.len() < LONGEST_WORD)?;
        Some((text.to_owned(), Some(level)))
    })
}

/// SARIF's rules say how bad their results are.
pub(super) fn learn_rules<'a>(node: &'a Node, levels: &mut RuleLevels<'a>) {
    let Some(rules) = node.at("tool.driver.rules") else {
        return;
    };
    for rule in rules.items() {
        let id = rule.get("id").and_then(Node::text);
        let level = rule.at("defaultConfiguration.level").and_then(Node::text);
        if let (Some(id), Some(level)) = (id, level) {
            levels.insert(id, level);
        }
    }
}
