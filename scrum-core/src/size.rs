//! Sizes as people read and write them: KB means 1000 bytes, KiB 1024.
//!
//! Takes a number of bytes, or a size as text; gives the other.

use std::borrow::Cow;
use std::fmt;

use bytesize::ByteSize;
use serde::Deserializer;
use serde::de::{self, Unexpected, Visitor};

/// `46.1 KB`: one decimal, rounded half up; whole bytes below 1 KB, MB from 1000 KB.
pub fn decimal(bytes: u64) -> String {
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let (unit, name) = if bytes < 999_950 {
        (1_000, "KB")
    } else {
        (1_000_000, "MB")
    };
    let tenths = bytes.saturating_add(unit / 20) / (unit / 10);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

/// `46 KB`: whole KB, rounded half up, the form of the tally's headline.
pub fn whole_kb(bytes: u64) -> String {
    format!("{} KB", bytes.saturating_add(500) / 1_000)
}

/// Reads a size: a number of bytes, or a text with a unit.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    struct SizeVisitor;
    impl Visitor<'_> for SizeVisitor {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a size: \"60KB\", \"60KiB\", or a number of bytes")
        }

        fn visit_i64<E: de::Error>(self, bytes: i64) -> Result<u64, E> {
            let unsigned = u64::try_from(bytes);
            unsigned.map_err(|_| E::invalid_value(Unexpected::Signed(bytes), &self))
        }

        fn visit_u64<E: de::Error>(self, bytes: u64) -> Result<u64, E> {
            Ok(bytes)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<u64, E> {
            text.parse::<ByteSize>()
                .map(|size| size.as_u64())
                .map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
        }
    }
    deserializer.deserialize_any(SizeVisitor)
}

/// As [`deserialize`], for a key that may be absent.
pub(crate) fn deserialize_optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u64>, D::Error> {
    deserialize(deserializer).map(Some)
}

/// What [`deserialize`] reads, as a schema.
#[cfg(feature = "schema")]
pub(crate) fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "anyOf": [
            {
                "type": "string",
                "pattern": r"^([0-9]+|[0-9]+(\.[0-9]+)?\s*([bB]|[kKmMgGtTpPeE][iI]?[bB]?))$"
            },
            { "type": "integer", "minimum": 0 }
        ]
    })
}

/// A number with its noun: `1 file`, `2 files`, `3 entries`.
pub fn counted<N: fmt::Display + Copy + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    format!("{count} {}", number_of(count == N::from(1), noun))
}

/// A noun in the singular or the plural.
pub(crate) fn number_of(singular: bool, noun: &str) -> Cow<'_, str> {
    match noun.strip_suffix('y') {
        _ if singular => noun.into(),
        Some(stem) => format!("{stem}ies").into(),
        None => format!("{noun}s").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_round_half_up() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 KB"),
            (1_050, "1.1 KB"),
            (46_123, "46.1 KB"),
            (999_949, "999.9 KB"),
            (999_950, "1.0 MB"),
            (122_449_999, "122.4 MB"),
        ] {
            assert_eq!(decimal(bytes), text);
        }
        assert_eq!(whole_kb(45_500), "46 KB");
        assert_eq!(whole_kb(45_499), "45 KB");
        assert_eq!(whole_kb(u64::MAX), format!("{} KB", u64::MAX / 1_000));
    }
}
