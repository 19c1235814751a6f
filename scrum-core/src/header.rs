//! Which HTTP headers a configuration may set.

/// The fault of a header that is not for others to set.
pub(crate) fn set_by_scrum(name: &str) -> String {
    format!("`{name}` is set by scrum itself")
}

/// Headers about the framing of a request, which only scrum can set.
const FRAMING: [&str; 8] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What is wrong with a header, by RFC 9110, section 5: a name is a token; a value has printable ASCII, blanks, tabs.
pub(crate) fn fault((name, value): (&String, &String)) -> Option<String> {
    let in_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(in_token) {
        return Some(format!(
            "`{name}` cannot be the name of a header, which consists of letters, digits and dashes"
        ));
    }
    if FRAMING.contains(&name.to_ascii_lowercase().as_str()) {
        return Some(set_by_scrum(name));
    }
    let is_allowed = |byte: u8| matches!(byte, b' '..=b'~' | b'\t');
    (!value.bytes().all(is_allowed))
        .then(|| format!("the value of `{name}` must be printable ASCII"))
}
