//! Common kinds of divergence, which come from how languages and libraries write JSON.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

/// A common kind of divergence between two JSON values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ParityPattern {
    /// One side tags an enum externally, `{"Schema":{"field":1}}`, the other in a field, `{"Kind":"schema","Field":1}`.
    EnumTagging,
    /// The same keys in a different spelling: `fieldName`, `field_name`, `FieldName`.
    KeyCase,
    /// One side writes `null`, the other omits the key.
    NullAbsent,
    /// One side writes a number, the other the same number as a string.
    NumberString,
    /// One side writes an array of one element, the other that element.
    ArraySingle,
}

impl ParityPattern {
    /// The name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::EnumTagging => "enum-tagging",
            Self::KeyCase => "key-case",
            Self::NullAbsent => "null-absent",
            Self::NumberString => "number-string",
            Self::ArraySingle => "array-single",
        }
    }

    /// Recognises how `left` and `right`, the values at one pointer, diverge, without looking inside them.
    pub(super) fn between(left: &Value, right: &Value) -> Option<Self> {
        match (left, right) {
            (Value::Object(left), Value::Object(right)) => {
                if tagged(left, right) || tagged(right, left) {
                    Some(Self::EnumTagging)
                } else if other_case(left, right) {
                    Some(Self::KeyCase)
                } else {
                    null_absent(left, right).then_some(Self::NullAbsent)
                }
            }
            // A unit variant: `"Schema"` against `{"kind":"schema"}`.
            (Value::String(tag), Value::Object(map)) | (Value::Object(map), Value::String(tag))
                if map.len() == 1 && map.values().any(|value| names(value, tag)) =>
            {
                Some(Self::EnumTagging)
            }
            (Value::Number(number), Value::String(text))
            | (Value::String(text), Value::Number(number)) => {
                let other: Value = serde_json::from_str(text).ok()?;
                same_number(number, other.as_number()?).then_some(Self::NumberString)
            }
            (Value::Array(items), single) | (single, Value::Array(items)) => (items.len() == 1
                && super::shape::type_name(&items[0]) == super::shape::type_name(single))
            .then_some(Self::ArraySingle),
            _ => None,
        }
    }
}

impl fmt::Display for ParityPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `Field_Name`, `fieldName` and `field-name` are one word.
fn folded(key: &str) -> String {
    key.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn names(value: &Value, tag: &str) -> bool {
    value
        .as_str()
        .is_some_and(|text| folded(text) == folded(tag))
}

/// Whether `outer` is `{tag: …}` and `flat` has a field whose value is that tag.
fn tagged(outer: &Map<String, Value>, flat: &Map<String, Value>) -> bool {
    let mut entries = outer.iter();
    let (Some((tag, _)), None) = (entries.next(), entries.next()) else {
        return false;
    };
    !flat.contains_key(tag) && flat.values().any(|value| names(value, tag))
}

fn other_case(left: &Map<String, Value>, right: &Map<String, Value>) -> bool {
    let keys = |map: &Map<String, Value>| {
        let mut keys: Vec<String> = map.keys().map(|key| folded(key)).collect();
        keys.sort_unstable();
        keys
    };
    keys(left) == keys(right) && left.keys().any(|key| !right.contains_key(key))
}

fn null_absent(left: &Map<String, Value>, right: &Map<String, Value>) -> bool {
    let mut only = (left.iter().filter(|(key, _)| !right.contains_key(*key)))
        .chain(right.iter().filter(|(key, _)| !left.contains_key(*key)))
        .peekable();
    only.peek().is_some() && only.all(|(_, value)| value.is_null())
}

/// Whether two numbers have the same value: `1`, `1.0` and `1e0` do.
pub(super) fn same_number(one: &Number, other: &Number) -> bool {
    // Integers above 2^53 must not be compared as floating point.
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => one == other,
        _ => one.as_f64() == other.as_f64(),
    }
}
