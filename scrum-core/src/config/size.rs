//! Sizes as `scrum.toml` writes them: `"60KB"`, `"60KiB"` or a number of bytes.

use std::fmt;

use bytesize::ByteSize;
use serde::Deserializer;
use serde::de::{self, Unexpected, Visitor};

/// Reads a size: bytes as a number, or a text with a unit.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<ByteSize, D::Error> {
    struct Size;
    impl Visitor<'_> for Size {
        type Value = ByteSize;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a size: \"60KB\", \"60KiB\", or a number of bytes")
        }

        fn visit_i64<E: de::Error>(self, bytes: i64) -> Result<ByteSize, E> {
            let unsigned = u64::try_from(bytes);
            unsigned
                .map(ByteSize)
                .map_err(|_| E::invalid_value(Unexpected::Signed(bytes), &self))
        }

        fn visit_u64<E: de::Error>(self, bytes: u64) -> Result<ByteSize, E> {
            Ok(ByteSize(bytes))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<ByteSize, E> {
            text.parse()
                .map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
        }
    }
    deserializer.deserialize_any(Size)
}

/// As [`deserialize`], for a key that may be absent.
pub(super) fn deserialize_optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<ByteSize>, D::Error> {
    deserialize(deserializer).map(Some)
}

/// What [`ByteSize`] reads, as a schema. It is written rounded, so fields of it state their default in bytes.
#[cfg(feature = "schema")]
pub(super) fn schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
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

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::plan::guard::Limits;

    #[test]
    fn sizes_are_decimal_or_binary() {
        let config = Config::from_toml("[guard]\nwarn = '1KiB'\nfail = 2048\n").unwrap();
        assert_eq!(
            config.limits(),
            Limits {
                warn: 1024,
                fail: 2048
            }
        );
    }

    #[test]
    fn what_is_no_size_is_told_what_one_looks_like() {
        for value in ["'60 parsecs'", "-1", "1.5", "true"] {
            let error = Config::from_toml(&format!("[guard]\nwarn = {value}\n")).unwrap_err();
            let text = error.to_string();
            assert!(text.contains("line 2") && text.contains("60KB"), "{text}");
        }
    }
}
