//! Anchors in the page, for links: `#core`, `#core/src/pool.rs:20-21`.

use std::collections::HashSet;

/// Returns each name only once.
#[derive(Debug)]
pub(super) struct Anchors {
    taken: HashSet<String>,
}

impl Anchors {
    /// The page's own names begin with a slash. A bundle's name cannot, because it is a file name.
    pub(super) fn new() -> Self {
        let own = [
            "overview", "matrix", "findings", "bundles", "excluded", "legend", "main",
        ];
        Self {
            taken: own.iter().map(|name| format!("/{name}")).collect(),
        }
    }

    /// The name `wanted` in a form that is valid in an id and a link: every character except letters, digits and
    /// `._/:-+@~` becomes `-`; a second one of the same name gets the suffix `~2`.
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
