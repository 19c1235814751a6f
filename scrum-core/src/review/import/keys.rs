//! Where forges put what, from the data file.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::review::document::{Node, Value};

#[derive(Deserialize)]
pub(super) struct Keys {
    pub(super) author: Vec<String>,
    pub(super) body: Vec<String>,
    pub(super) path: Vec<String>,
    pub(super) start: Vec<String>,
    pub(super) end: Vec<String>,
    pub(super) old_line: Vec<String>,
    pub(super) original: Vec<String>,
    pub(super) side: Vec<String>,
    pub(super) link: Vec<String>,
    pub(super) reply: Vec<String>,
    pub(super) resolved: Vec<String>,
    pub(super) system: Vec<String>,
    pub(super) state: Vec<String>,
    pub(super) thread: Vec<String>,
    pub(super) is_thread: Vec<String>,
    pub(super) dump: Vec<String>,
}

pub(super) static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../data/forge-keys.toml"))
        .expect("the data file is part of the program, and a test reads it")
});

/// The first of several pointers that leads to a value.
pub(super) fn first<'a>(node: &'a Node, pointers: &[String]) -> Option<&'a Node> {
    pointers
        .iter()
        .find_map(|pointer| node.at(pointer).filter(|node| node.value != Value::Null))
}

pub(super) fn text<'a>(node: &'a Node, pointers: &[String]) -> Option<&'a str> {
    pointers
        .iter()
        .find_map(|pointer| match &node.at(pointer)?.value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
}

pub(super) fn number(node: &Node, pointers: &[String]) -> Option<u32> {
    pointers
        .iter()
        .find_map(|pointer| match &node.at(pointer)?.value {
            Value::Number(number) => number
                .parse()
                .ok()
                .or((number.len() > 9).then_some(u32::MAX)),
            _ => None,
        })
}
