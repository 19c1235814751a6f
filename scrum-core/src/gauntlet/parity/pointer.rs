//! JSON Pointers (RFC 6901), and patterns in which `*` matches any single key or index.

use std::fmt;

/// Appends one key or index to a pointer.
pub(super) fn join(pointer: &str, token: impl fmt::Display) -> String {
    let token = token.to_string().replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{token}")
}

/// A pattern of JSON Pointers, such as `/items/*/id`. It also matches everything below what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointerPattern(String);

/// A pattern that is not a JSON Pointer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a JSON Pointer: it must begin with `/`, and `~` must be followed by 0 or 1")]
pub struct PointerError(String);

impl PointerPattern {
    /// Checks a pattern.
    ///
    /// # Errors
    ///
    /// [`PointerError`] if it does not begin with `/` or has a `~` that neither `0` nor `1` follows.
    pub fn new(text: &str) -> Result<Self, PointerError> {
        let mut tildes = text.split('~').skip(1);
        if text.starts_with('/') && tildes.all(|rest| rest.starts_with(['0', '1'])) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PointerError(text.to_owned()))
        }
    }

    /// Whether the pattern matches `pointer` or one of its parents.
    pub fn covers(&self, pointer: &str) -> bool {
        let mut tokens = pointer.split('/');
        self.0.split('/').all(|wanted| {
            tokens
                .next()
                .is_some_and(|token| wanted == "*" || wanted == token)
        })
    }
}

impl fmt::Display for PointerPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
