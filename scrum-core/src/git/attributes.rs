//! `.gitattributes` as they stand in a tree: which paths are generated, vendored or no text.
//!
//! Only the trees of the range are asked, never the work tree, the repository's `info/attributes` or the user's own
//! file, so that one range always gives one diff. Within that, the rules are git's: a deeper file wins over a higher one,
//! a later line over an earlier one, macros (`binary`, and `[attr]` lines of the top file) are expanded.

use std::collections::HashMap;

use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};

use super::GitError;
use super::languages::Language;
use super::objects::Objects;
use super::trees::AttributeFile;
use crate::change::PathAttributes;
use crate::path::{RepoPath, unquote};

/// git reads no longer line.
const MAX_LINE: usize = 2048;

/// Files with more rules that concern us are no one's work; past this they are cut, with a warning.
const MAX_RULES: usize = 5_000;

/// Whether content is text, as far as attributes say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum DiffAttribute {
    /// They do not: a look at the content decides.
    #[default]
    Unspecified,
    /// `diff`: text.
    Set,
    /// `-diff`: binary.
    Unset,
}

/// What a path's attributes say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Attributes {
    pub(super) generated: bool,
    pub(super) vendored: bool,
    pub(super) diff: DiffAttribute,
    /// The language of `diff=<name>`.
    pub(super) language: Option<&'static Language>,
}

impl Attributes {
    /// The part that leaves this module's folder.
    pub(super) fn public(&self) -> PathAttributes {
        PathAttributes {
            generated: self.generated,
            vendored: self.vendored,
            no_diff: self.diff == DiffAttribute::Unset,
        }
    }
}

/// The attributes of one tree, as far as they concern the paths that were asked for.
#[derive(Default)]
pub(super) struct AttributeTree {
    /// By folder.
    files: HashMap<Vec<u8>, Rules>,
    macros: HashMap<Vec<u8>, Vec<Assignment>>,
}

impl AttributeTree {
    /// Reads the files that lie in or above a folder of one of `paths`, which are sorted.
    pub(super) fn read(
        objects: &Objects,
        files: &[AttributeFile],
        paths: &[&RepoPath],
        warnings: &mut Vec<String>,
    ) -> Result<Self, GitError> {
        let mut tree = Self::default();
        tree.macros.insert(
            b"binary".to_vec(),
            ["diff", "merge", "text"]
                .map(|name| Assignment::new(name.as_bytes(), State::Unset))
                .to_vec(),
        );
        // The top file first: it alone defines macros.
        let mut files: Vec<_> = files.iter().filter(|f| concerns(f, paths)).collect();
        files.sort_by(|a, b| a.folder.cmp(&b.folder));
        for file in files {
            let mut path = file.folder.clone();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(b".gitattributes");
            let path = RepoPath::new(path);
            let lines = parse(objects.blob(file.id, &path)?.content());
            if file.folder.is_empty() {
                for line in &lines {
                    if let Target::Macro(name) = &line.target {
                        tree.macros.insert(name.clone(), line.assignments.clone());
                    }
                }
            }
            let rules = tree.rules(lines, &path, warnings);
            tree.files.insert(file.folder.clone(), rules);
        }
        Ok(tree)
    }

    fn rules(&self, lines: Vec<Line>, path: &RepoPath, warnings: &mut Vec<String>) -> Rules {
        let mut rules = Rules::default();
        let (mut names, mut paths) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for mut line in lines {
            let Target::Paths(pattern) = line.target else {
                continue;
            };
            line.assignments.retain(|a| self.is_of_interest(&a.name));
            if line.assignments.is_empty() {
                continue;
            }
            if rules.assignments.len() == MAX_RULES {
                warnings.push(format!(
                    "{path} has more than {MAX_RULES} rules; the rest is not read"
                ));
                break;
            }
            let (set, of, pattern) = match pattern.contains('/') {
                false => (&mut names, &mut rules.of_names, &pattern[..]),
                true => (
                    &mut paths,
                    &mut rules.of_paths,
                    pattern.trim_start_matches('/'),
                ),
            };
            let glob = GlobBuilder::new(pattern)
                .literal_separator(true)
                .backslash_escape(true)
                .build();
            if let Ok(glob) = glob {
                set.add(glob);
                of.push(rules.assignments.len());
                rules.assignments.push(line.assignments);
            }
        }
        match (names.build(), paths.build()) {
            (Ok(names), Ok(paths)) => Rules {
                names,
                paths,
                ..rules
            },
            _ => {
                warnings.push(format!(
                    "the patterns of {path} are too large to be read together"
                ));
                Rules::default()
            }
        }
    }

    fn is_of_interest(&self, name: &[u8]) -> bool {
        matches!(name, b"diff" | b"linguist-generated" | b"linguist-vendored")
            || self.macros.contains_key(name)
    }

    /// The attributes of a path.
    pub(super) fn of(&self, path: &RepoPath) -> Attributes {
        let mut found = HashMap::new();
        if self
            .files
            .values()
            .all(|rules| rules.assignments.is_empty())
        {
            return Attributes::default();
        }
        let mut folder = Some(path.folder());
        while let Some(at) = folder {
            if let Some(rules) = self.files.get(at) {
                let below = match at.len() {
                    0 => path.as_bytes(),
                    length => &path.as_bytes()[length + 1..],
                };
                for rule in rules.matching(path.file_name(), below).into_iter().rev() {
                    self.assign(&rules.assignments[rule], &mut found);
                }
            }
            folder = match memchr::memrchr(b'/', at) {
                Some(slash) => Some(&at[..slash]),
                None if at.is_empty() => None,
                None => Some(&b""[..]),
            };
        }
        let is_true = |name: &[u8]| match found.get(name) {
            Some(State::Set) => true,
            Some(State::Value(value)) => value.eq_ignore_ascii_case(b"true"),
            _ => false,
        };
        let (diff, language) = match found.get(&b"diff"[..]) {
            Some(State::Set) => (DiffAttribute::Set, None),
            Some(State::Unset) => (DiffAttribute::Unset, None),
            Some(State::Value(name)) => (DiffAttribute::Unspecified, Language::named(name)),
            _ => (DiffAttribute::Unspecified, None),
        };
        Attributes {
            generated: is_true(b"linguist-generated"),
            vendored: is_true(b"linguist-vendored"),
            diff,
            language,
        }
    }

    /// Takes over what is not decided yet. Each name is decided once, so macros that name each other come to an end.
    fn assign<'a>(
        &'a self,
        assignments: &'a [Assignment],
        found: &mut HashMap<&'a [u8], &'a State>,
    ) {
        let mut left: Vec<&Assignment> = assignments.iter().collect();
        while let Some(assignment) = left.pop() {
            if found.contains_key(&assignment.name[..]) {
                continue;
            }
            found.insert(&assignment.name, &assignment.state);
            if assignment.state == State::Set
                && let Some(inner) = self.macros.get(&assignment.name)
            {
                left.extend(inner);
            }
        }
    }
}

/// Whether an attributes file lies in or above the folder of one of the sorted paths.
fn concerns(file: &AttributeFile, paths: &[&RepoPath]) -> bool {
    if file.folder.is_empty() {
        return true;
    }
    let prefix = [&file.folder[..], b"/"].concat();
    let at = paths.partition_point(|path| path.as_bytes() < &prefix[..]);
    paths
        .get(at)
        .is_some_and(|path| path.as_bytes().starts_with(&prefix))
}

/// The rules of one file.
#[derive(Default)]
struct Rules {
    /// Patterns without `/`, asked about the file name.
    names: GlobSet,
    /// Those with one, asked about the path below the file's folder.
    paths: GlobSet,
    /// From the index in `names` or `paths` to that in `assignments`.
    of_names: Vec<usize>,
    of_paths: Vec<usize>,
    /// One entry a rule, in file order.
    assignments: Vec<Vec<Assignment>>,
}

impl Rules {
    /// The rules that meet a path, in file order.
    fn matching(&self, name: &[u8], path: &[u8]) -> Vec<usize> {
        let names = self.names.matches_candidate(&Candidate::from_bytes(name));
        let paths = self.paths.matches_candidate(&Candidate::from_bytes(path));
        let mut rules: Vec<_> = names
            .into_iter()
            .map(|at| self.of_names[at])
            .chain(paths.into_iter().map(|at| self.of_paths[at]))
            .collect();
        rules.sort_unstable();
        rules
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Set,
    Unset,
    Unspecified,
    Value(Vec<u8>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Assignment {
    name: Vec<u8>,
    state: State,
}

impl Assignment {
    fn new(name: &[u8], state: State) -> Self {
        Self {
            name: name.to_vec(),
            state,
        }
    }

    /// One word of a line; `None` if git takes it for no attribute's name.
    fn parse(word: &[u8]) -> Option<Self> {
        let (sign, word) = match word {
            [b'-', name @ ..] => (Some(State::Unset), name),
            [b'!', name @ ..] => (Some(State::Unspecified), name),
            _ => (None, word),
        };
        let (name, value) = match memchr::memchr(b'=', word) {
            Some(at) => (&word[..at], Some(&word[at + 1..])),
            None => (word, None),
        };
        let value = value.map_or(State::Set, |value| State::Value(value.to_vec()));
        (is_name(name) && !name.starts_with(b"builtin_"))
            .then(|| Self::new(name, sign.unwrap_or(value)))
    }
}

/// Whether git takes a text for an attribute's name.
fn is_name(name: &[u8]) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    !matches!(name.first(), None | Some(b'-')) && name.iter().all(is_letter)
}

enum Target {
    Paths(String),
    Macro(Vec<u8>),
}

struct Line {
    target: Target,
    assignments: Vec<Assignment>,
}

fn parse(text: &[u8]) -> Vec<Line> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    text.split(|&byte| byte == b'\n')
        .filter(|line| line.len() <= MAX_LINE)
        .filter_map(parse_line)
        .collect()
}

fn parse_line(line: &[u8]) -> Option<Line> {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
    let line = line.trim_ascii();
    let (pattern, rest) = if line.first() == Some(&b'"') {
        let (pattern, rest) = unquote(line)?;
        (pattern, rest)
    } else {
        let end = line.iter().position(blank).unwrap_or(line.len());
        (line[..end].to_vec(), &line[end..])
    };
    // `!` has no meaning here, and a pattern that ends in `/` means folders, which have no content.
    if matches!(pattern.first(), None | Some(b'#' | b'!')) || pattern.ends_with(b"/") {
        return None;
    }
    // One word that is no attribute, and git passes over the whole line.
    let assignments = rest
        .split(blank)
        .filter(|word| !word.is_empty())
        .map(Assignment::parse)
        .collect::<Option<_>>()?;
    let target = match pattern.strip_prefix(b"[attr]") {
        Some(name) if !name.is_empty() => Target::Macro(is_name(name).then(|| name.to_vec())?),
        _ => Target::Paths(without_braces(std::str::from_utf8(&pattern).ok()?)),
    };
    Some(Line {
        target,
        assignments,
    })
}

/// git's patterns know no alternatives; globset's do, so braces are taken literally.
pub(super) fn without_braces(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '{' | '}' if !escaped => out.extend(['[', c, ']']),
            _ => out.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> AttributeTree {
        let mut tree = AttributeTree::default();
        tree.macros.insert(
            b"binary".to_vec(),
            vec![Assignment::new(b"diff", State::Unset)],
        );
        for (folder, text) in files {
            let lines = parse(text.as_bytes());
            for line in &lines {
                if let Target::Macro(name) = &line.target {
                    tree.macros.insert(name.clone(), line.assignments.clone());
                }
            }
            let rules = tree.rules(lines, &RepoPath::from(*folder), &mut Vec::new());
            tree.files.insert(folder.as_bytes().to_vec(), rules);
        }
        tree
    }

    #[test]
    fn later_lines_and_deeper_files_win() {
        let tree = tree(&[
            ("", "*.rs diff=rust\n*.bin binary\nkeep.bin !diff\n"),
            ("sub", "*.bin diff\n/only.txt linguist-generated\n"),
            ("sub/deep", "*.rs -diff\n"),
        ]);
        let diff = |path: &str| tree.of(&path.into()).diff;
        assert_eq!(diff("a.bin"), DiffAttribute::Unset);
        assert_eq!(diff("keep.bin"), DiffAttribute::Unspecified);
        assert_eq!(diff("sub/a.bin"), DiffAttribute::Set);
        assert_eq!(diff("sub/deep/x.rs"), DiffAttribute::Unset);
        assert!(tree.of(&"sub/x.rs".into()).language.is_some());
        assert!(tree.of(&"sub/only.txt".into()).generated);
        assert!(!tree.of(&"sub/deep/only.txt".into()).generated);
    }

    #[test]
    fn patterns_are_gits() {
        let tree = tree(&[(
            "",
            "gen/** linguist-generated\n**/snap linguist-generated=true\n\"with space\" linguist-vendored\n\
             dir/ linguist-vendored\n{a,b} linguist-vendored\na/*.c linguist-vendored=false\n!x linguist-vendored\n",
        )]);
        let of = |path: &str| tree.of(&path.into());
        assert!(of("gen/a/b").generated);
        assert!(of("x/y/snap").generated && of("snap").generated);
        assert!(of("q/with space").vendored);
        assert!(of("{a,b}").vendored);
        for path in ["dir/file", "a", "a/x.c", "x"] {
            assert!(!of(path).vendored, "{path}");
        }
    }

    #[test]
    fn macros_end_though_they_name_each_other() {
        let tree = tree(&[(
            "",
            "[attr]one two -diff\n[attr]two one linguist-generated\nf one\n",
        )]);
        let of = tree.of(&"f".into());
        assert!(of.generated);
        assert_eq!(of.diff, DiffAttribute::Unset);
    }
}
