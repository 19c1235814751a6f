//! `.gitattributes` of a tree: which paths are generated, vendored or binary.
//!
//! Only the trees of the range are used, never the work tree, the repository's `info/attributes` or the user's own
//! file, so that a range always gives the same diff. gix-attributes applies the rules: a deeper file wins over a higher
//! one, a later line over an earlier one, macros (`binary`, and `[attr]` lines of the top file) are expanded, and a
//! line with an invalid attribute name is ignored.

use std::collections::HashMap;
use std::path::PathBuf;

use bstr::ByteSlice as _;
use gix_attributes::glob::pattern::Case;
use gix_attributes::search::{MetadataCollection, Outcome};
use gix_attributes::{Search, StateRef, parse};

use super::error::GitError;
use super::objects::Objects;
use super::trees::AttributeFile;
use crate::change::PathAttributes;
use crate::patch::Language;
use crate::path::RepoPath;

/// git ignores longer lines.
const MAX_LINE: usize = 2048;

/// Maximum number of rules of a file that are read; real files have fewer. A warning says if there are more.
const MAX_RULES: usize = 5_000;

/// The attributes that are asked for.
const NAMES: [&str; 4] = [
    "diff",
    "linguist-generated",
    "gitlab-generated",
    "linguist-vendored",
];

/// git's built-in macro.
const BINARY: &[u8] = b"[attr]binary -diff -merge -text";

/// Whether the attributes say that content is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum DiffAttribute {
    /// They do not say: the content decides.
    #[default]
    Unspecified,
    /// `diff`: text.
    Set,
    /// `-diff`: binary.
    Unset,
}

/// The attributes of a path.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Attributes {
    pub(super) generated: Option<bool>,
    pub(super) vendored: Option<bool>,
    pub(super) diff: DiffAttribute,
    /// The language of `diff=<name>`, if git has a rule for its function names.
    pub(super) language: Option<&'static str>,
}

impl Attributes {
    /// The public form. `says_generated`: whether the file's header says that it is generated.
    pub(super) fn public(&self, says_generated: bool) -> PathAttributes {
        PathAttributes {
            generated: self.generated,
            vendored: self.vendored,
            no_diff: self.diff == DiffAttribute::Unset,
            says_generated,
            language: self.language,
        }
    }
}

/// The attributes of one tree that apply to the requested paths.
#[derive(Default)]
pub(super) struct AttributeTree {
    /// The rules of each file, by its folder. Their patterns are relative to that folder.
    files: HashMap<Vec<u8>, Search>,
    names: MetadataCollection,
    /// The macros of the top file, and `binary`.
    macros: Vec<String>,
}

impl AttributeTree {
    /// Reads the files in or above a folder of one of `paths`, which are sorted.
    pub(super) fn read(
        objects: &Objects,
        files: &[AttributeFile],
        paths: &[&RepoPath],
        warnings: &mut Vec<String>,
    ) -> Result<Self, GitError> {
        let mut tree = Self::default();
        // The top file first: only it can define macros.
        let mut files: Vec<_> = files.iter().filter(|f| concerns(f, paths)).collect();
        files.sort_by(|a, b| a.folder.cmp(&b.folder));
        for file in files {
            let path = attributes_path(&file.folder);
            let blob = objects.blob(file.id, &path)?;
            tree.add(&path, blob.content(), warnings);
        }
        Ok(tree)
    }

    /// Adds one file, at most [`MAX_RULES`] rules of it.
    fn add(&mut self, path: &RepoPath, text: &[u8], warnings: &mut Vec<String>) {
        let is_top = path.folder().is_empty();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        // For git the text is a string of C.
        let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
        let lines: Vec<&[u8]> = text.lines().collect();
        let rules = || parse(text).filter_map(Result::ok);
        if self.macros.is_empty() {
            self.macros.push("binary".to_owned());
        }
        if is_top {
            self.macros
                .extend(rules().filter_map(|(kind, _, _)| match kind {
                    parse::Kind::Macro(name) => Some(name.as_str().to_owned()),
                    parse::Kind::Pattern(_) => None,
                }));
        }
        let mut kept = Vec::new();
        let mut count = 0;
        for (kind, mut assignments, number) in rules() {
            let Some(line) = lines.get(number - 1).filter(|line| line.len() <= MAX_LINE) else {
                continue;
            };
            let concerns_us = match kind {
                parse::Kind::Macro(_) => is_top,
                parse::Kind::Pattern(_) => assignments.any(|assignment| {
                    assignment.is_ok_and(|found| self.is_of_interest(found.name.as_str()))
                }),
            };
            if !concerns_us {
                continue;
            }
            if count == MAX_RULES {
                warnings.push(format!(
                    "{path} has more than {MAX_RULES} rules; the rest is not read"
                ));
                break;
            }
            count += 1;
            kept.extend_from_slice(line);
            kept.push(b'\n');
        }
        if count == 0 {
            return;
        }
        let mut search = Search::default();
        let mut add = |text: &[u8], macros| {
            let added =
                search.add_patterns_buffer(text, PathBuf::new(), None, &mut self.names, macros);
            debug_assert!(added.is_ok(), "no file is read");
        };
        if self.files.is_empty() {
            add(BINARY, true);
        }
        add(&kept, is_top);
        self.files.insert(path.folder().to_vec(), search);
    }

    fn is_of_interest(&self, name: &str) -> bool {
        NAMES.contains(&name) || self.macros.iter().any(|known| known == name)
    }

    /// The attributes of a path.
    pub(super) fn of(&self, path: &RepoPath) -> Attributes {
        let mut found = Attributes::default();
        if self.files.is_empty() {
            return found;
        }
        let mut outcome = Outcome::default();
        outcome.initialize_with_selection(&self.names, NAMES);
        let mut folder = Some(path.folder());
        while let Some(at) = folder {
            if let Some(rules) = self.files.get(at) {
                let below = match at.len() {
                    0 => path.as_bytes(),
                    length => &path.as_bytes()[length + 1..],
                };
                let case = Case::Sensitive;
                rules.pattern_matching_relative_path(
                    below.as_bstr(),
                    case,
                    Some(false),
                    &mut outcome,
                );
                if outcome.is_done() {
                    break;
                }
            }
            folder = match memchr::memrchr(b'/', at) {
                Some(slash) => Some(&at[..slash]),
                None if at.is_empty() => None,
                None => Some(&b""[..]),
            };
        }
        for assignment in outcome.iter_selected().map(|found| found.assignment) {
            let switch = switch(assignment.state);
            match assignment.name.as_str() {
                "linguist-generated" | "gitlab-generated" => {
                    // If they contradict each other, the file is shown.
                    let both = [found.generated, switch].into_iter().flatten();
                    found.generated = both.min();
                }
                "linguist-vendored" => found.vendored = switch,
                _ => match assignment.state {
                    StateRef::Set => found.diff = DiffAttribute::Set,
                    StateRef::Unset => found.diff = DiffAttribute::Unset,
                    StateRef::Value(name) => {
                        let name = name.as_bstr().to_str();
                        let language = name.ok().and_then(Language::named);
                        found.language = language.map(|language| language.name);
                    }
                    StateRef::Unspecified => {}
                },
            }
        }
        found
    }
}

/// An attribute as linguist and GitLab read it: set or `true`, unset or `false`.
fn switch(state: StateRef<'_>) -> Option<bool> {
    match state {
        StateRef::Set => Some(true),
        StateRef::Unset => Some(false),
        StateRef::Value(value) => {
            let value = value.as_bstr();
            let is = |word: &[u8]| value.eq_ignore_ascii_case(word);
            (is(b"true") || is(b"false")).then(|| is(b"true"))
        }
        StateRef::Unspecified => None,
    }
}

fn attributes_path(folder: &[u8]) -> RepoPath {
    let mut path = folder.to_vec();
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(b".gitattributes");
    RepoPath::new(path)
}

/// Whether an attributes file is in or above the folder of one of the sorted paths.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> AttributeTree {
        let mut tree = AttributeTree::default();
        for (folder, text) in files {
            let path = attributes_path(folder.as_bytes());
            tree.add(&path, text.as_bytes(), &mut Vec::new());
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
        assert_eq!(tree.of(&"sub/only.txt".into()).generated, Some(true));
        assert_eq!(tree.of(&"sub/deep/only.txt".into()).generated, None);
    }

    #[test]
    fn patterns_are_gits() {
        let tree = tree(&[(
            "",
            "gen/** linguist-generated\n**/snap linguist-generated=true\n\"with space\" linguist-vendored\n\
             dir/ linguist-vendored\n{a,b} linguist-vendored\na/*.c linguist-vendored=false\n!x linguist-vendored\n",
        )]);
        let of = |path: &str| tree.of(&path.into());
        for path in ["gen/a/b", "x/y/snap", "snap"] {
            assert_eq!(of(path).generated, Some(true), "{path}");
        }
        for (path, vendored) in [
            ("q/with space", Some(true)),
            ("{a,b}", Some(true)),
            ("a/x.c", Some(false)),
            ("dir/file", None),
            ("a", None),
            ("x", None),
        ] {
            assert_eq!(of(path).vendored, vendored, "{path}");
        }
    }

    #[test]
    fn generated_is_said_by_linguist_or_gitlab_and_denied_by_either() {
        let tree = tree(&[(
            "",
            "l linguist-generated\ng gitlab-generated\nt gitlab-generated=true\nu -gitlab-generated\n\
             f linguist-generated=false\nlu linguist-generated -gitlab-generated\n\
             ul -linguist-generated gitlab-generated\no linguist-generated=perhaps\ng !gitlab-generated linguist-vendored\n",
        )]);
        for (path, generated) in [
            ("l", Some(true)),
            ("g", None),
            ("t", Some(true)),
            ("u", Some(false)),
            ("f", Some(false)),
            ("lu", Some(false)),
            ("ul", Some(false)),
            ("o", None),
            ("x", None),
        ] {
            assert_eq!(tree.of(&path.into()).generated, generated, "{path}");
        }
    }

    #[test]
    fn macros_end_though_they_name_each_other() {
        let tree = tree(&[(
            "",
            "[attr]one two -diff\n[attr]two one linguist-generated\nf one\n",
        )]);
        let of = tree.of(&"f".into());
        assert_eq!(of.generated, Some(true));
        assert_eq!(of.diff, DiffAttribute::Unset);
    }

    #[test]
    fn a_line_with_an_invalid_name_is_dropped_as_git_drops_it() {
        let tree = tree(&[(
            "",
            "*.txt -diff # why\n*.c diff=cpp #\n*.h -diff\ngen[[:digit:]].c linguist-generated\n",
        )]);
        assert_eq!(tree.of(&"a.txt".into()).diff, DiffAttribute::Unspecified);
        assert!(tree.of(&"a.c".into()).language.is_none());
        assert_eq!(tree.of(&"a.h".into()).diff, DiffAttribute::Unset);
        assert_eq!(tree.of(&"gen1.c".into()).generated, Some(true));
        assert_eq!(tree.of(&"genx.c".into()).generated, None);
    }

    #[test]
    fn too_many_rules_are_cut_with_a_warning() {
        let text = "*.c text\n*.x linguist-generated\n".repeat(MAX_RULES + 1);
        let mut warnings = Vec::new();
        let mut tree = AttributeTree::default();
        tree.add(&attributes_path(b""), text.as_bytes(), &mut warnings);
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("5000 rules"), "{warnings:?}");
    }

    /// Compares with `git check-attr`: random attribute files in three folders, random paths.
    fn compare_with_git(rounds: usize, seed: u64) {
        let mut random = fastrand::Rng::with_seed(seed);
        const FOLDERS: [&str; 4] = ["", "a", "a/b", "c"];
        const NAMES_OF_FILES: [&str; 10] = [
            "x.c", "gen1.c", "genx.c", "a b", "{a,b}", "[x]", "X.C", "dir", "x.min.js", "\u{e9}.c",
        ];
        const PATTERNS: [&str; 26] = [
            "*",
            "*.c",
            "x.c",
            "/x.c",
            "a/*.c",
            "a/**",
            "**/x.c",
            "a/**/x.c",
            "gen[[:digit:]].c",
            "gen[0-9].c",
            "gen[!0-9].c",
            "gen?.c",
            "\"a b\"",
            "{a,b}",
            "\\[x\\]",
            "[x]",
            "dir/",
            "dir",
            "b/x.c",
            "*.[cC]",
            "**",
            "x.*",
            "*.min.*",
            "\u{e9}.c",
            "!x.c",
            "\\!x.c",
        ];
        const WORDS: [&str; 25] = [
            "diff",
            "-diff",
            "!diff",
            "diff=rust",
            "diff=cpp",
            "binary",
            "-binary",
            "!binary",
            "linguist-generated",
            "-linguist-generated",
            "linguist-generated=true",
            "linguist-generated=false",
            "linguist-generated=TRUE",
            "gitlab-generated",
            "-gitlab-generated",
            "linguist-vendored",
            "-linguist-vendored",
            "!linguist-vendored",
            "text",
            "own",
            "-own",
            "other",
            "#",
            "a!b",
            "diff=",
        ];
        let switch = |value: &str| match value.to_ascii_lowercase().as_str() {
            "set" | "true" => Some(true),
            "unset" | "false" => Some(false),
            _ => None,
        };
        for round in 0..rounds {
            let folder = tempfile::tempdir().unwrap();
            let git = |args: &[&str]| {
                let mut command = std::process::Command::new("git");
                command.current_dir(folder.path()).args(args);
                command
                    .env("GIT_CONFIG_GLOBAL", "/dev/null")
                    .env("GIT_CONFIG_NOSYSTEM", "1");
                command.env("HOME", folder.path());
                command
            };
            assert!(git(&["init", "-q"]).status().unwrap().success());
            let mut tree = AttributeTree::default();
            let mut all = String::new();
            for at in FOLDERS {
                let mut text = String::new();
                for _ in 0..random.usize(..6) {
                    let count = random.usize(1..4);
                    let words: Vec<_> = (0..count)
                        .map(|_| WORDS[random.usize(..WORDS.len())])
                        .collect();
                    let pattern = match random.usize(..8) {
                        0 => "[attr]own",
                        1 => "[attr]other",
                        _ => PATTERNS[random.usize(..PATTERNS.len())],
                    };
                    text += &format!("{pattern} {}\n", words.join(" "));
                }
                std::fs::create_dir_all(folder.path().join(at)).unwrap();
                std::fs::write(folder.path().join(at).join(".gitattributes"), &text).unwrap();
                tree.add(
                    &attributes_path(at.as_bytes()),
                    text.as_bytes(),
                    &mut Vec::new(),
                );
                all += &format!("{at}/.gitattributes:\n{text}");
            }
            let mut paths = Vec::new();
            for at in FOLDERS {
                for name in NAMES_OF_FILES {
                    paths.push(if at.is_empty() {
                        name.to_owned()
                    } else {
                        format!("{at}/{name}")
                    });
                }
            }
            std::fs::write(folder.path().join(".git/paths"), paths.join("\0")).unwrap();
            let asked = std::fs::File::open(folder.path().join(".git/paths")).unwrap();
            let output = git(&["check-attr", "--stdin", "-z"])
                .args(NAMES)
                .stdin(asked)
                .output()
                .unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            let fields: Vec<_> = text.split('\0').collect();
            let mut rows = fields.chunks_exact(3).map(|row| row[2]);
            for path in &paths {
                let [diff, linguist, gitlab, vendored] = NAMES.map(|_| rows.next().unwrap());
                let generated = [switch(linguist), switch(gitlab)];
                let own = tree.of(&path.as_str().into());
                let due = match diff {
                    "set" => DiffAttribute::Set,
                    "unset" => DiffAttribute::Unset,
                    _ => DiffAttribute::Unspecified,
                };
                let language = own.language.is_some();
                assert_eq!(
                    (own.diff, language, own.generated, own.vendored),
                    (
                        due,
                        matches!(diff, "rust" | "cpp"),
                        generated.into_iter().flatten().min(),
                        switch(vendored)
                    ),
                    "round {round}, {path}: {diff} {linguist} {gitlab} {vendored}\n{all}"
                );
            }
            assert!(rows.next().is_none());
        }
    }

    #[test]
    fn a_sample_of_attributes_is_gits() {
        compare_with_git(5, 3);
    }

    #[test]
    #[ignore = "runs git 500 times: cargo test -p scrum-core --lib -- --ignored attributes_in_ten_thousand"]
    fn attributes_in_ten_thousand_cases_are_gits() {
        // 40 paths each.
        compare_with_git(250, 13);
    }
}
