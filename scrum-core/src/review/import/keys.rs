//! Where forges put what, and who is a program, from the data files.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::format::ImportFormat;
use crate::review::document::{Node, NodeValue};

/// Pointers from a comment or its thread; the first that leads to a value wins.
type Pointers = Vec<String>;

#[derive(Deserialize)]
pub(super) struct ForgeKeys {
    pub(super) author: Pointers,
    pub(super) body: Pointers,
    pub(super) path: Pointers,
    pub(super) start: Pointers,
    pub(super) end: Pointers,
    pub(super) count: Pointers,
    pub(super) bare_end: Pointers,
    pub(super) bare_old_end: Pointers,
    pub(super) bare_unless: Pointers,
    pub(super) old_start: Pointers,
    pub(super) old_end: Pointers,
    pub(super) original_start: Pointers,
    pub(super) original_end: Pointers,
    pub(super) original_commit: Pointers,
    pub(super) diff_hunk: Pointers,
    pub(super) side: Pointers,
    pub(super) old_sides: Vec<String>,
    pub(super) link: Pointers,
    pub(super) reply: Pointers,
    pub(super) resolved: Pointers,
    pub(super) resolved_words: Vec<String>,
    pub(super) system: Pointers,
    pub(super) system_words: Vec<String>,
    pub(super) state: Pointers,
    pub(super) approves: Pointers,
    pub(super) approval_notes: Vec<String>,
    pub(super) inner: Pointers,
    pub(super) bot: Pointers,
    pub(super) bot_words: Vec<String>,
    pub(super) thread: Pointers,
    pub(super) is_thread: Pointers,
    pub(super) dump: Pointers,
    pub(super) marks: Marks,
}

/// By which keys each forge is known, by its name.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Marks(HashMap<String, Pointers>);

impl Marks {
    /// Whether a comment or its thread has a mark of a format; of `Auto`, of any.
    pub(super) fn has(&self, node: &Node, format: ImportFormat) -> bool {
        let asked = format.to_string();
        self.0.iter().any(|(name, marks)| {
            (format == ImportFormat::Auto || *name == asked) && first(node, marks).is_some()
        })
    }
}

pub(super) static KEYS: LazyLock<ForgeKeys> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../data/forge-keys.toml"))
        .expect("the data file is part of the program, and a test reads it")
});

/// Who is a program.
#[derive(Deserialize)]
pub(super) struct Bots {
    pub(super) endings: Vec<String>,
    /// By the login without `[bot]`.
    pub(super) lineages: HashMap<String, Vec<String>>,
}

pub(super) static BOTS: LazyLock<Bots> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../data/bots.toml"))
        .expect("the data file is part of the program, and a test reads it")
});

/// The first of several pointers that leads to a value.
pub(super) fn first<'a>(node: &'a Node, pointers: &[String]) -> Option<&'a Node> {
    pointers.iter().find_map(|pointer| {
        node.at(pointer)
            .filter(|node| node.value != NodeValue::Null)
    })
}

pub(super) fn text<'a>(node: &'a Node, pointers: &[String]) -> Option<&'a str> {
    pointers
        .iter()
        .find_map(|pointer| match &node.at(pointer)?.value {
            NodeValue::Text(text) => Some(text.as_str()),
            _ => None,
        })
}

pub(super) fn number(node: &Node, pointers: &[String]) -> Option<u32> {
    pointers
        .iter()
        .find_map(|pointer| match &node.at(pointer)?.value {
            NodeValue::Number(number) => number
                .parse()
                .ok()
                .or((number.len() > 9).then_some(u32::MAX)),
            _ => None,
        })
}

/// Whether a key says yes: `true`, an object, or one of the words.
pub(super) fn is_set(node: &Node, pointers: &[String], words: &[String]) -> bool {
    first(node, pointers).is_some_and(|node| match &node.value {
        NodeValue::Bool(yes) => *yes,
        NodeValue::Map(_) => true,
        NodeValue::Text(word) | NodeValue::Number(word) => {
            words.iter().any(|known| known.eq_ignore_ascii_case(word))
        }
        _ => false,
    })
}
