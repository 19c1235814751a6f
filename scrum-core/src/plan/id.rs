//! Bundle ids: component names made safe as file names on Linux, macOS and Windows.
//!
//! ASCII letters, digits and `-_+.` stay, everything else becomes `-` (`daemon/graph` is `daemon-graph`, `@org/a+@b`
//! is `org-a+b`), a leading dot is spelt out (`.github` is `dot-github`), and a name that ends like a part (`core.1`)
//! loses its last dot (`core-1`), so that `core.1` is always the first part of `core`. Names that Windows reserves
//! get `_` in front. A name that is not ASCII, or longer than 80 bytes, ends in eight digits of its SHA-256. If ids differ
//! in case alone, all but the first get `-2`, `-3` and so on.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

const LONGEST: usize = 80;

/// Hands out ids that no earlier one equals.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    /// In lower case, because some file systems ignore case.
    taken: HashSet<String>,
    /// The number to try next for a base id.
    next: HashMap<String, usize>,
}

impl Ids {
    pub(crate) fn make(&mut self, name: &str) -> String {
        let base = safe(name);
        let key = base.to_ascii_lowercase();
        if self.taken.insert(key.clone()) {
            return base;
        }
        let next = self.next.entry(key).or_insert(2);
        loop {
            let id = format!("{base}-{next}");
            *next += 1;
            if self.taken.insert(id.to_ascii_lowercase()) {
                return id;
            }
        }
    }
}

fn safe(name: &str) -> String {
    let mut id = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => id.push(letter),
            '.' | '+' if !id.is_empty() => id.push(letter),
            '.' => id.push_str("dot-"),
            // `@` only says that an owner follows.
            '@' => {}
            _ if id.ends_with('-') || id.is_empty() => {}
            _ => id.push('-'),
        }
    }
    id.truncate(id.trim_end_matches(['-', '.']).len());
    if let Some((head, digits)) = id.rsplit_once('.')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        id = format!("{head}-{digits}");
    }
    let stem = id.split('.').next().unwrap_or_default();
    if is_reserved(stem) {
        id.insert(0, '_');
    }
    if id.is_empty() || !name.is_ascii() || id.len() > LONGEST {
        let digest = Sha256::digest(name.as_bytes());
        let digits: String = digest[..4]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        id.truncate(LONGEST - 9);
        id.truncate(id.trim_end_matches(['-', '.']).len());
        id = if id.is_empty() {
            format!("component-{digits}")
        } else {
            format!("{id}-{digits}")
        };
    }
    id
}

/// Device names of Windows, which no file may have, whatever its extension.
fn is_reserved(stem: &str) -> bool {
    let stem = stem.to_ascii_lowercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix)
            .is_some_and(|digit| matches!(digit.as_bytes(), [b'0'..=b'9']))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_file_names() {
        for (name, id) in [
            ("core", "core"),
            ("daemon/graph", "daemon-graph"),
            (".github", "dot-github"),
            ("..", "dot"),
            ("core.1", "core-1"),
            ("core.v1", "core.v1"),
            ("v1.2.3", "v1.2-3"),
            ("@org/team+@bob", "org-team+bob"),
            ("@org/team:src", "org-team-src"),
            ("a b\tc", "a-b-c"),
            ("trailing.", "trailing"),
            ("--flag", "flag"),
            ("NUL", "_NUL"),
            ("con.x", "_con.x"),
            ("com1", "_com1"),
            ("common", "common"),
            ("../../etc", "dot-.-..-etc"),
        ] {
            assert_eq!(safe(name), id, "{name}");
        }
        assert!(safe("\u{6587}").starts_with("component-"));
        assert_ne!(safe("b\u{fc}r"), safe("b\u{e4}r"));
        assert!(safe(&"x".repeat(500)).len() <= LONGEST);
    }

    #[test]
    fn equal_ids_are_told_apart_whatever_their_case() {
        let mut ids = Ids::default();
        let made: Vec<_> = ["a/b", "a-b", "A-B", "a-b-2"]
            .map(|name| ids.make(name))
            .to_vec();
        assert_eq!(made, ["a-b", "a-b-2", "A-B-3", "a-b-2-2"]);
    }

    proptest! {
        #[test]
        fn any_name_is_safe(names in prop::collection::vec(".{0,100}|[a-c./@:+1-]{0,6}", 1..20)) {
            let mut ids = Ids::default();
            let mut seen = HashSet::new();
            for name in &names {
                let id = ids.make(name);
                prop_assert!(!id.is_empty() && id.len() <= LONGEST + 8);
                prop_assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_+.".contains(&byte)));
                prop_assert!(!id.starts_with(['.', '-']) && !id.ends_with('.'));
                let part = id.rsplit_once('.').is_some_and(|(_, end)| end.bytes().all(|b| b.is_ascii_digit()));
                prop_assert!(!part, "{} looks like a part", id);
                prop_assert!(seen.insert(id.to_lowercase()));
            }
        }
    }
}
