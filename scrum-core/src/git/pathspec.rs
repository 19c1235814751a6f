//! Pathspecs: which paths a range is limited to.
//!
//! As in git, without `attr`: a folder or file name, a pattern with `*`, `?` and `[…]` where `*` meets `/` as well,
//! and in front the magic words `:(exclude)` (also `:!`, `:^`), `:(icase)`, `:(glob)`, `:(literal)`, `:(top)`
//! (also `:/`). Paths are those of the repository's top folder.

use globset::{Candidate, GlobBuilder, GlobMatcher};

use super::GitError;
use super::attributes::without_braces;
use crate::path::RepoPath;

/// Pathspecs, ready to be asked.
pub(super) struct Pathspecs {
    include: Vec<Pattern>,
    exclude: Vec<Pattern>,
}

struct Pattern {
    /// The text, in lower case where case is ignored.
    text: Vec<u8>,
    ignore_case: bool,
    glob: Option<GlobMatcher>,
}

impl Pathspecs {
    /// Reads pathspecs; none at all means every path.
    pub(super) fn new(specs: &[String]) -> Result<Self, GitError> {
        let mut all = Self {
            include: Vec::new(),
            exclude: Vec::new(),
        };
        for spec in specs {
            let (pattern, exclude) = Pattern::parse(spec)?;
            if exclude {
                all.exclude.push(pattern);
            } else {
                all.include.push(pattern);
            }
        }
        Ok(all)
    }

    /// Whether a path is meant.
    pub(super) fn matches(&self, path: &RepoPath) -> bool {
        (self.include.is_empty() || self.include.iter().any(|p| p.matches(path.as_bytes())))
            && !self.exclude.iter().any(|p| p.matches(path.as_bytes()))
    }

    /// Whether every path is meant.
    pub(super) fn is_all(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }
}

impl Pattern {
    fn parse(spec: &str) -> Result<(Self, bool), GitError> {
        let error = |message: String| GitError::Pathspec {
            text: spec.to_owned(),
            message,
        };
        let (mut exclude, mut literal, mut glob, mut ignore_case) = (false, false, false, false);
        let mut text = spec;
        if let Some(long) = spec.strip_prefix(":(") {
            let Some((words, rest)) = long.split_once(')') else {
                return Err(error("missing `)`".to_owned()));
            };
            for word in words.split(',').filter(|word| !word.is_empty()) {
                match word {
                    "exclude" => exclude = true,
                    "literal" => literal = true,
                    "glob" => glob = true,
                    "icase" => ignore_case = true,
                    "top" => {}
                    _ => return Err(error(format!("unknown magic `{word}`"))),
                }
            }
            text = rest;
        } else if let Some(short) = spec.strip_prefix(':') {
            text = short.trim_start_matches(['!', '^', '/']);
            exclude = short[..short.len() - text.len()].contains(['!', '^']);
            text = text.strip_prefix(':').unwrap_or(text);
        }
        let text = text.strip_prefix("./").unwrap_or(text);
        let text = if text == "." { "" } else { text };
        if text.starts_with('/') || text.split('/').any(|part| part == "..") {
            return Err(error("outside the repository".to_owned()));
        }
        let matcher = if !literal && text.contains(['*', '?', '[', '\\']) {
            let glob = GlobBuilder::new(&without_braces(text))
                .literal_separator(glob)
                .case_insensitive(ignore_case)
                .backslash_escape(true)
                .build()
                .map_err(|e| error(e.kind().to_string()))?;
            Some(glob.compile_matcher())
        } else {
            None
        };
        let mut text = text.as_bytes().to_vec();
        if ignore_case {
            text.make_ascii_lowercase();
        }
        let pattern = Self {
            text,
            ignore_case,
            glob: matcher,
        };
        Ok((pattern, exclude))
    }

    fn matches(&self, path: &[u8]) -> bool {
        let lower;
        let folded = if self.ignore_case {
            lower = path.to_ascii_lowercase();
            &lower
        } else {
            path
        };
        let inside = folded.strip_prefix(&self.text[..]).is_some_and(|rest| {
            self.text.is_empty() || rest.is_empty() || rest[0] == b'/' || self.text.ends_with(b"/")
        });
        inside
            || self
                .glob
                .as_ref()
                .is_some_and(|glob| glob.is_match_candidate(&Candidate::from_bytes(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(specs: &[&str], paths: &[&str]) -> Vec<String> {
        let specs: Vec<_> = specs.iter().map(|&s| s.to_owned()).collect();
        let specs = Pathspecs::new(&specs).unwrap();
        paths
            .iter()
            .filter(|&&path| specs.matches(&RepoPath::from(path)))
            .map(|&path| path.to_owned())
            .collect()
    }

    #[test]
    fn chooses_as_git_does() {
        let all = ["a.c", "src/a.c", "src/deep/b.c", "srcx/a.c", "Doc/r{1}.md"];
        for (specs, expected) in [
            (&[][..], &all[..]),
            (&["src"], &["src/a.c", "src/deep/b.c"]),
            (&["src/"], &["src/a.c", "src/deep/b.c"]),
            (&["."], &all),
            (&["*.c"], &["a.c", "src/a.c", "src/deep/b.c", "srcx/a.c"]),
            (&[":(glob)*.c"], &["a.c"]),
            (&[":(glob)src/**/*.c"], &["src/a.c", "src/deep/b.c"]),
            (&["src", ":!src/deep"], &["src/a.c"]),
            (&[":(exclude)src"], &["a.c", "srcx/a.c", "Doc/r{1}.md"]),
            (&[":(icase)doc"], &["Doc/r{1}.md"]),
            (&["*{1}*"], &["Doc/r{1}.md"]),
            (&[":(literal)*.c"], &[]),
            (&["s?c"], &[]),
        ] {
            assert_eq!(chosen(specs, &all), expected, "{specs:?}");
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for spec in [":(attr:x)a", ":(top", "../a", "/etc", "a[b"] {
            let error = Pathspecs::new(&[spec.to_owned()]).err();
            assert!(matches!(error, Some(GitError::Pathspec { .. })), "{spec}");
        }
    }
}
