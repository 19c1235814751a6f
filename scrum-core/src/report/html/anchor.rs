//! Names of spots in the page, for links from elsewhere: `#core`, `#core/src/pool.rs:20-21`.

use std::collections::HashSet;

/// Hands out each name once.
#[derive(Debug)]
pub(super) struct Anchors {
    taken: HashSet<String>,
}

impl Anchors {
    /// The page's own names begin with a slash, which no bundle's does: it is the name of a file.
    pub(super) fn new() -> Self {
        let own = [
            "overview", "matrix", "findings", "bundles", "excluded", "legend", "main",
        ];
        Self {
            taken: own.iter().map(|name| format!("/{name}")).collect(),
        }
    }

    /// A name as near to `wanted` as an id and a link can have it: what is neither a letter, a digit nor one of
    /// `._/:-+@~` becomes `-`; a second one of the same name has `~2` behind it.
    pub(super) fn name(&mut self, wanted: &str) -> String {
        const LONGEST: usize = 300;
        let plain: String = wanted
            .chars()
            .take(LONGEST)
            .map(|c| match c {
                c if c.is_alphanumeric() => c,
                '.' | '_' | '/' | ':' | '-' | '+' | '@' | '~' => c,
                _ => '-',
            })
            .collect();
        let plain = if plain.is_empty() {
            "-".to_owned()
        } else {
            plain
        };
        if self.taken.insert(plain.clone()) {
            return plain;
        }
        let mut number = 2_usize;
        loop {
            let next = format!("{plain}~{number}");
            if self.taken.insert(next.clone()) {
                return next;
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_unlike() {
        let mut anchors = Anchors::new();
        assert_eq!(anchors.name("core/src/a b.rs:3"), "core/src/a-b.rs:3");
        assert_eq!(anchors.name("core/src/a-b.rs:3"), "core/src/a-b.rs:3~2");
        assert_eq!(anchors.name("core/src/a\"b.rs:3"), "core/src/a-b.rs:3~3");
        assert_eq!(anchors.name("/findings"), "/findings~2");
        assert_eq!(anchors.name("für/多.rs::f<T>"), "für/多.rs::f-T-");
        assert_eq!(anchors.name(""), "-");
    }
}
