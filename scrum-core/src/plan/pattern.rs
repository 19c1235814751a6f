//! gitignore-style globs over repository paths.
//!
//! Takes globs; gives a set of them that says which match a path. [`component`](crate::plan::component) and
//! [`exclude`](crate::plan::exclude) ask it.
//!
//! Matching is on bytes and the same on every platform. Unlike gitignore, braces are understood
//! (`src/{a,b}/**`).

use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::path::RepoPath;

/// A pattern that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}`: {reason}")]
pub struct PatternError {
    /// The pattern as written.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

/// A list of patterns of which the last that matches decides.
///
/// A pattern without a `/` (but at its end) matches at any depth, any other from the top folder. One that matches
/// a folder matches everything in it; a `/` at the end matches folders alone. A pattern with `!` in front removes what
/// earlier patterns matched.
#[derive(Debug, Clone)]
pub struct PathPatterns {
    sets: Vec<GlobSet>,
    /// The pattern of each glob, in the order of the globs over all sets.
    owners: Vec<usize>,
    /// For each pattern whether it begins with `!`.
    negated: Vec<bool>,
}

/// What a pattern says of the inside of a matched folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Gitignore,
    /// As gitignore, but `docs/*` does not reach below `docs`, and nothing negates.
    Codeowners,
}

impl PathPatterns {
    /// Compiles patterns as gitignore reads them.
    ///
    /// # Errors
    ///
    /// [`PatternError`] with the first pattern that is empty, does not parse or is too large to compile.
    pub fn new<S: AsRef<str>>(patterns: impl IntoIterator<Item = S>) -> Result<Self, PatternError> {
        let mut globs = Globs::default();
        for pattern in patterns {
            globs.add(pattern.as_ref(), Dialect::Gitignore)?;
        }
        globs.build()
    }

    /// Compiles the patterns of a CODEOWNERS file.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub(crate) fn codeowners<S: AsRef<str>>(
        patterns: impl IntoIterator<Item = S>,
    ) -> Result<Self, PatternError> {
        let mut globs = Globs::default();
        for pattern in patterns {
            globs.add(pattern.as_ref(), Dialect::Codeowners)?;
        }
        globs.build()
    }

    /// Index of the pattern that decides about this path; `None` if none matches, or one with `!` decides.
    pub fn matched(&self, path: &RepoPath) -> Option<usize> {
        let last = self.last(path)?;
        (!self.negated[last]).then_some(last)
    }

    /// Whether the last pattern that matches this path is one with `!` in front.
    pub fn takes_back(&self, path: &RepoPath) -> bool {
        self.last(path).is_some_and(|last| self.negated[last])
    }

    /// Whether the patterns, taken together, match this path.
    pub fn is_match(&self, path: &RepoPath) -> bool {
        self.matched(path).is_some()
    }

    fn last(&self, path: &RepoPath) -> Option<usize> {
        let candidate = Candidate::from_bytes(path.as_bytes());
        let mut hits = Vec::new();
        let mut offset = 0;
        let mut last = None;
        for set in &self.sets {
            set.matches_candidate_into(&candidate, &mut hits);
            let found = hits.iter().map(|hit| self.owners[offset + hit]).max();
            last = last.max(found);
            offset += set.len();
        }
        last
    }
}

#[derive(Default)]
struct Globs {
    globs: Vec<Glob>,
    owners: Vec<usize>,
    patterns: Vec<String>,
    negated: Vec<bool>,
}

impl Globs {
    fn add(&mut self, pattern: &str, dialect: Dialect) -> Result<(), PatternError> {
        let error = |reason: &str| PatternError {
            pattern: pattern.to_owned(),
            reason: reason.to_owned(),
        };
        let (text, negated) = match pattern.strip_prefix('!') {
            Some(rest) if dialect == Dialect::Gitignore => (rest, true),
            _ => (pattern, false),
        };
        for glob in translate(text, dialect).ok_or_else(|| error("matches nothing"))? {
            let glob = GlobBuilder::new(&glob)
                .literal_separator(true)
                .backslash_escape(true)
                .empty_alternates(true)
                .build()
                .map_err(|source| error(&source.kind().to_string()))?;
            self.globs.push(glob);
            self.owners.push(self.patterns.len());
        }
        self.patterns.push(pattern.to_owned());
        self.negated.push(negated);
        Ok(())
    }

    fn build(self) -> Result<PathPatterns, PatternError> {
        let mut sets = Vec::new();
        // Sets have a size limit; a long list (CODEOWNERS files have thousands of lines) is halved until it fits.
        let mut open = vec![(0, self.globs.len())];
        while let Some((start, end)) = open.pop() {
            let mut set = GlobSetBuilder::new();
            for glob in &self.globs[start..end] {
                set.add(glob.clone());
            }
            match set.build() {
                Ok(set) => sets.push(set),
                Err(error) if end - start <= 1 => {
                    let pattern = self.owners.get(start).map(|at| &self.patterns[*at]);
                    return Err(PatternError {
                        pattern: pattern.cloned().unwrap_or_default(),
                        reason: error.kind().to_string(),
                    });
                }
                Err(_) => {
                    let middle = start + (end - start) / 2;
                    open.push((middle, end));
                    open.push((start, middle));
                }
            }
        }
        Ok(PathPatterns {
            sets,
            owners: self.owners,
            negated: self.negated,
        })
    }
}

/// The globs, anchored at the top folder, that together match what one pattern matches.
fn translate(pattern: &str, dialect: Dialect) -> Option<Vec<String>> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let (body, folder_only) = match pattern.strip_suffix('/') {
        Some(body) => (body, true),
        None => (pattern, false),
    };
    let anchored = body.contains('/');
    let body = body.strip_prefix('/').unwrap_or(body);
    if body.is_empty() {
        // A lone `/` is the top folder itself in CODEOWNERS; gitignore has no meaning for it.
        let all = dialect == Dialect::Codeowners && folder_only;
        return all.then(|| vec!["**".to_owned()]);
    }
    let glob = if anchored || body == "**" {
        body.to_owned()
    } else {
        format!("**/{body}")
    };
    if glob == "**" || glob.ends_with("/**") {
        return Some(vec![glob]);
    }
    let inside = format!("{glob}/**");
    Some(if folder_only {
        vec![inside]
    } else if dialect == Dialect::Codeowners && body.ends_with("/*") {
        vec![glob]
    } else {
        vec![glob, inside]
    })
}

/// Writes a folder or file name as a pattern that matches it alone.
pub(crate) fn escaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for letter in path.chars() {
        if matches!(letter, '*' | '?' | '[' | ']' | '{' | '}' | '\\')
            || (out.is_empty() && letter == '!')
        {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(patterns: &[&str], path: &str) -> bool {
        PathPatterns::new(patterns)
            .unwrap()
            .is_match(&RepoPath::from(path))
    }

    #[test]
    fn patterns_read_as_in_gitignore() {
        for (pattern, path, expected) in [
            ("*.snap", "a/b/x.snap", true),
            ("*.snap", "x.snap/inside", true),
            ("/*.snap", "a/x.snap", false),
            ("docs", "a/docs/x.md", true),
            ("docs/", "a/docs/x.md", true),
            ("docs/", "a/docs", false),
            ("/docs", "a/docs/x.md", false),
            ("a/*", "a/b/c", true),
            ("a/*.rs", "a/b/c.rs", false),
            ("a/**", "a/b/c.rs", true),
            ("a/**", "a", false),
            ("**/gen/**", "gen/x", true),
            ("cmd/{a,b}/**", "cmd/b/x", true),
            ("./src/**", "src/x", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("**", "anything/at/all", true),
        ] {
            assert_eq!(hits(&[pattern], path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn the_last_match_decides() {
        let patterns = ["core/**", "!core/gen/**", "core/gen/keep.rs"];
        assert!(hits(&patterns, "core/x.rs"));
        assert!(!hits(&patterns, "core/gen/x.rs"));
        assert!(hits(&patterns, "core/gen/keep.rs"));
    }

    #[test]
    fn bytes_that_are_not_utf8_match() {
        let patterns = PathPatterns::new(["a/**"]).unwrap();
        assert!(patterns.is_match(&RepoPath::new(b"a/\xff\xfe".to_vec())));
    }

    #[test]
    fn broken_patterns_are_named() {
        for pattern in ["src/[a", "a/{b", "", "/", "!"] {
            let error = PathPatterns::new(["ok", pattern]).unwrap_err();
            assert_eq!(error.pattern, pattern);
            assert!(!error.reason.is_empty());
        }
    }

    #[test]
    fn escaped_names_stand_for_themselves() {
        for name in ["a[1]", "x*", "{b}", "!c", "q?", "back\\slash"] {
            let pattern = format!("{}/**", escaped(name));
            assert!(hits(&[&pattern], &format!("{name}/file")), "{pattern}");
        }
    }

    #[test]
    fn thousands_of_patterns_compile() {
        let patterns: Vec<_> = (0..3000).map(|n| format!("**/dir{n}/**/*.x{n}")).collect();
        let set = PathPatterns::new(&patterns).unwrap();
        assert_eq!(
            set.matched(&RepoPath::from("a/dir2999/b/c.x2999")),
            Some(2999)
        );
        assert_eq!(set.matched(&RepoPath::from("a/dir2999/b/c.x1")), None);
    }
}
