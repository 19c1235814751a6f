//! The Content-Security-Policy of the page.

use sha2::{Digest, Sha256};

/// The style, as in the page. A checkout may have changed its line ends, which a browser normalises before it computes
/// the digest.
pub(super) fn style() -> String {
    include_str!("page.css").replace('\r', "")
}

/// The script, as in the page.
pub(super) fn script() -> String {
    include_str!("page.js").replace('\r', "")
}

/// Only this script and this style are allowed: nothing else may be loaded, sent or run, and the script cannot insert
/// HTML.
pub(super) fn policy(style: &str, script: &str) -> String {
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        source(style),
        source(script)
    )
}

/// A hash source of CSP 3 (section 2.3.1): `sha256-` and the digest in base64.
fn source(text: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(text.as_bytes())))
}

/// RFC 4648, section 4. Used for digests only, which is not worth a crate.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for letter in 0..4 {
            if letter <= three.len() {
                let index = (bits >> (18 - 6 * letter)) & 63;
                text.push(char::from(LETTERS[index as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        // The example of CSP 3, section 8.4.
        assert_eq!(
            source("doSubmit()"),
            "sha256-jzgBGA4UWFFmpOBq0JpdsySukE1FrEN5bUpoK8Z29fY="
        );
    }

    #[test]
    fn nothing_in_the_script_or_the_style_ends_their_elements() {
        for text in [style(), script()] {
            let lower = text.to_ascii_lowercase();
            for end in ["</script", "</style", "<!--", "<script", "\r"] {
                assert!(!lower.contains(end), "{end}");
            }
        }
    }
}
