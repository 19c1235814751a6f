//! CODEOWNERS: who owns a path.
//!
//! Takes the file's place and text; gives the owners of a path, for
//! [`By::Codeowners`](crate::plan::component::By::Codeowners).
//!
//! Reads GitHub's format and GitLab's sections. The last line that matches a path decides; a line without owners
//! says that nobody owns it. In a file with sections each section decides for itself, and a path has the owners of
//! all sections; sections of one name, whatever its case, are one. `dir/*` does not reach below `dir`. Character
//! classes and an escaped `#` do not exist there; such a line is skipped with a warning, as the forges do.
//!
//! A `!pattern` is GitLab's (17.10): it removes paths from its section, whatever later lines say, and owners after it are
//! ignored. Only GitHub reads `.github/CODEOWNERS`, so there it is skipped with a warning. In the root and in `docs/`, which
//! both read, it counts: it has no effect on GitHub, so it was written for GitLab.

use std::fmt;

use crate::path::RepoPath;
use crate::plan::pattern::PathPatterns;

/// The places where a repository keeps the file, best first.
pub const PATHS: [&str; 4] = [
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
];

/// A CODEOWNERS file of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeownersFile {
    /// Its path, usually one of [`PATHS`]; this says which forges read it.
    pub path: RepoPath,
    /// What it says.
    pub text: String,
}

/// A CODEOWNERS file, ready for lookups.
#[derive(Debug, Clone)]
pub struct Codeowners {
    sections: Vec<OwnersSection>,
    warnings: Vec<CodeownersWarning>,
}

#[derive(Debug, Clone)]
struct OwnersSection {
    patterns: PathPatterns,
    /// The owners of each pattern; sorted, without repeats.
    owners: Vec<Vec<String>>,
    /// Paths that nobody owns by this section, whatever else it says of them.
    excluded: PathPatterns,
}

/// A line that was skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeownersWarning {
    /// 1-based line of the file.
    pub line: usize,
    /// The line, unchanged.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for CodeownersWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, text, reason } = self;
        write!(f, "CODEOWNERS line {line} is passed over, {reason}: {text}")
    }
}

#[derive(Default)]
struct SectionDraft {
    /// In lower case; empty for the lines before the first section.
    name: String,
    default_owners: Vec<String>,
    patterns: Vec<String>,
    owners: Vec<Vec<String>>,
    excluded: Vec<String>,
}

impl Codeowners {
    /// Reads the file. Lines that cannot be used become [warnings](Self::warnings).
    pub fn parse(file: &CodeownersFile) -> Self {
        let CodeownersFile { path, text } = file;
        let has_exclusions = !path.as_bytes().starts_with(b".github/");
        let mut warnings = Vec::new();
        let mut drafts = vec![SectionDraft::default()];
        let mut current = 0;
        for (index, raw) in text.lines().enumerate() {
            let line = without_comment(raw);
            if line.is_empty() {
                continue;
            }
            let mut warn = |reason: &str| {
                warnings.push(CodeownersWarning {
                    line: index + 1,
                    text: raw.to_owned(),
                    reason: reason.to_owned(),
                });
            };
            let (pattern, rest) = split_pattern(line);
            let (excludes, pattern) = match pattern.strip_prefix('!') {
                Some(pattern) => (true, pattern),
                None => (false, pattern.as_str()),
            };
            let header = section_header(line);
            if excludes && !has_exclusions {
                warn("`!` does not exist on GitHub");
                continue;
            }
            let rest = if excludes { "" } else { rest };
            let owners = match parse_owners(header.map_or(rest, |(_, owners)| owners)) {
                Ok(owners) => owners,
                Err(owner) => {
                    warn(&format!("`{owner}` is no owner"));
                    continue;
                }
            };
            if let Some((name, _)) = header {
                let name = name.trim().to_lowercase();
                current = drafts
                    .iter()
                    .position(|draft| draft.name == name)
                    .unwrap_or_else(|| {
                        drafts.push(SectionDraft {
                            name,
                            ..SectionDraft::default()
                        });
                        drafts.len() - 1
                    });
                drafts[current].default_owners = owners;
            } else if pattern.starts_with("\\#") {
                warn("`\\#` does not exist here");
            } else if pattern.contains(['[', ']']) {
                warn("`[ ]` does not exist here");
            } else if let Err(error) = PathPatterns::codeowners([braces_escaped(pattern)]) {
                warn(&error.reason);
            } else if excludes {
                drafts[current].excluded.push(braces_escaped(pattern));
            } else {
                let draft = &mut drafts[current];
                draft.patterns.push(braces_escaped(pattern));
                draft.owners.push(if owners.is_empty() {
                    draft.default_owners.clone()
                } else {
                    owners
                });
            }
        }
        let mut sections = Vec::new();
        for draft in drafts {
            let compiled = PathPatterns::codeowners(&draft.patterns)
                .and_then(|patterns| Ok((patterns, PathPatterns::codeowners(&draft.excluded)?)));
            match compiled {
                Ok((patterns, excluded)) => sections.push(OwnersSection {
                    patterns,
                    owners: draft.owners,
                    excluded,
                }),
                // Each pattern parsed; one that is too large to compile is all that is left.
                Err(error) => warnings.push(CodeownersWarning {
                    line: 0,
                    text: error.pattern,
                    reason: error.reason,
                }),
            }
        }
        Self { sections, warnings }
    }

    /// The owners of a path, sorted; empty if nobody owns it.
    pub fn owners(&self, path: &RepoPath) -> Vec<&str> {
        let mut owners: Vec<&str> = Vec::new();
        for section in &self.sections {
            if let Some(at) = section.patterns.matched(path)
                && section.excluded.matched(path).is_none()
            {
                owners.extend(section.owners[at].iter().map(String::as_str));
            }
        }
        owners.sort_unstable();
        owners.dedup();
        owners
    }

    /// The lines that were skipped.
    pub fn warnings(&self) -> &[CodeownersWarning] {
        &self.warnings
    }
}

/// The line up to a `#` at its start or after a blank.
fn without_comment(line: &str) -> &str {
    let mut blank = true;
    for (at, letter) in line.char_indices() {
        if letter == '#' && blank {
            return line[..at].trim();
        }
        blank = letter.is_whitespace();
    }
    line.trim()
}

/// The pattern with its `\ ` resolved, and what follows it.
fn split_pattern(line: &str) -> (String, &str) {
    let mut pattern = String::new();
    let mut letters = line.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' if letters.peek().is_some_and(|(_, next)| next.is_whitespace()) => {
                pattern.extend(letters.next().map(|(_, next)| next));
            }
            letter if letter.is_whitespace() => return (pattern, &line[at..]),
            letter => pattern.push(letter),
        }
    }
    (pattern, "")
}

/// GitLab's `[Name]`, `^[Name]`, `[Name][2]`, each with or without default owners after it. Returns
/// its name and those.
fn section_header(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix('^').unwrap_or(line);
    let (name, mut rest) = line.strip_prefix('[')?.split_once(']')?;
    if name.trim().is_empty() {
        return None;
    }
    if let Some((count, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        count.parse::<u32>().ok()?;
        rest = after;
    }
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some((name, rest))
}

/// Words with an `@` in them or before them: users, teams, roles, mail addresses.
fn parse_owners(text: &str) -> Result<Vec<String>, String> {
    let mut owners = Vec::new();
    for word in text.split_whitespace() {
        let name = word.trim_start_matches('@');
        let usable = !name.is_empty() && word.contains('@') && !name.ends_with('@');
        if !usable {
            return Err(word.to_owned());
        }
        owners.push(word.to_owned());
    }
    owners.sort_unstable();
    owners.dedup();
    Ok(owners)
}

/// Braces are plain letters in CODEOWNERS.
fn braces_escaped(pattern: &str) -> String {
    pattern.replace('{', "\\{").replace('}', "\\}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(path: &str, text: &str) -> Codeowners {
        Codeowners::parse(&CodeownersFile {
            path: path.into(),
            text: text.to_owned(),
        })
    }

    fn owners<'a>(file: &'a Codeowners, path: &str) -> Vec<&'a str> {
        file.owners(&RepoPath::from(path))
    }

    #[test]
    fn the_last_match_wins_and_a_bare_pattern_clears() {
        let file = parse(
            ".github/CODEOWNERS",
            "# all\n* @org/all\n*.js @js # inline\n/docs/* docs@example.com\napps/ @b @a\n/apps/github\n/a\\ b/ @space\n",
        );
        assert!(file.warnings().is_empty());
        for (path, expected) in [
            ("x.rs", &["@org/all"][..]),
            ("deep/x.js", &["@js"]),
            ("docs/a.md", &["docs@example.com"]),
            ("docs/deep/a.md", &["@org/all"]),
            ("x/apps/y", &["@a", "@b"]),
            ("apps/github/x", &[]),
            ("a b/x", &["@space"]),
        ] {
            assert_eq!(owners(&file, path), expected, "{path}");
        }
    }

    #[test]
    fn bad_lines_are_named_and_passed_over() {
        let file = parse(
            ".github/CODEOWNERS",
            "* @all\n!x\n[ab].c @a\n\\#x @a\n*.rs nobody\n*.go @\n*.c @c\n",
        );
        let lines: Vec<_> = file.warnings().iter().map(|warning| warning.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6]);
        assert_eq!(owners(&file, "x.rs"), ["@all"]);
        assert_eq!(owners(&file, "x.c"), ["@c"]);
        assert!(file.warnings()[3].to_string().contains("line 5"));
    }

    #[test]
    fn exclusions_count_where_gitlab_reads_the_file() {
        for (path, counts) in [
            (".github/CODEOWNERS", false),
            ("CODEOWNERS", true),
            ("docs/CODEOWNERS", true),
            (".gitlab/CODEOWNERS", true),
        ] {
            for text in ["* @all\n!*.x\n", "!*.x @b nobody\n* @all\n"] {
                let file = parse(path, text);
                let left: &[&str] = if counts { &[] } else { &["@all"] };
                assert_eq!(owners(&file, "a.x"), left, "{path}: {text}");
                assert_eq!(owners(&file, "a.y"), ["@all"], "{path}: {text}");
                let warnings: Vec<_> = file.warnings().iter().map(ToString::to_string).collect();
                assert_eq!(warnings.is_empty(), counts, "{path}: {warnings:?}");
            }
        }
        assert_eq!(PATHS.len(), 4, "a new place needs a row above");
    }

    #[test]
    fn sections_of_one_name_are_one_and_exclusions_last() {
        let file = parse(
            ".gitlab/CODEOWNERS",
            "* @top\n!vendor/\n[Docs] @docs\n*.md\n*.txt @text\n[Code][2] @code\n*.rs\n!gen.rs\ngen.rs @late\n^[DOCS] @late-docs\nx.md\ny.md @y\n!y.txt\n",
        );
        assert!(file.warnings().is_empty(), "{:?}", file.warnings());
        for (path, expected) in [
            // The last match of both parts of the section decides.
            ("a.md", &["@docs", "@top"][..]),
            ("x.md", &["@late-docs", "@top"]),
            ("y.md", &["@top", "@y"]),
            // An exclusion of one part is one of the section, and no later line takes it back.
            ("y.txt", &["@top"]),
            ("src/a.rs", &["@code", "@top"]),
            ("src/gen.rs", &["@top"]),
            // Each section excludes for itself.
            ("vendor/a.md", &["@docs"]),
        ] {
            assert_eq!(owners(&file, path), expected, "{path}");
        }
    }

    #[test]
    fn sections_decide_each_for_itself() {
        let file = parse(
            "CODEOWNERS",
            "* @top\n[Backend] @back\n*.rb\nlib/ @lib\n^[Docs][2] @docs\n*.md\n[Empty]\nlib/x.rb\n",
        );
        assert!(file.warnings().is_empty(), "{:?}", file.warnings());
        assert_eq!(owners(&file, "app/a.rb"), ["@back", "@top"]);
        assert_eq!(owners(&file, "lib/x.rb"), ["@lib", "@top"]);
        assert_eq!(owners(&file, "README.md"), ["@docs", "@top"]);
    }
}
