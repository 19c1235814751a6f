//! Which component a path belongs to.
//!
//! Takes rules and a [`ChangeSet`]; gives each path the component that it belongs to. Before it:
//! [`change`](crate::change); after it: [`unit`](crate::plan::unit).
//!
//! Explicit rules come first, in their order; what they leave is grouped as [`By`] says; what nothing claims is
//! `root`. [`plan`](crate::plan) then divides found components that are too large, and packs small ones.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::change::{ChangeKind, ChangeSet};
use crate::hook::Hook;
use crate::path::RepoPath;
use crate::plan::codeowners::{Codeowners, CodeownersFile, CodeownersWarning};
use crate::plan::folder_index::FolderIndex;
use crate::plan::pattern::{PathPatterns, PatternError};
use crate::word::words;

/// Name of the component of everything that nothing claims.
pub const ROOT: &str = "root";

/// A component as a person names it: `[[components]]` or `--component`. Two rules of one name are one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ComponentRule {
    /// The component's name.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: String,
    /// gitignore-style globs of its files; of those that match, the last decides.
    pub paths: Vec<String>,
    /// What reviewers of this component are told. Default none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
}

/// How files that no rule claims are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// By the nearest folder with a package manifest (`Cargo.toml`, `go.mod`, …). The top folder's is `root`.
    #[default]
    Workspace,
    /// By the owners that CODEOWNERS names.
    Codeowners,
    /// By the first folder of the path. Files of the top folder are `root`.
    TopLevel,
}

words!(By {
    Workspace => "workspace",
    Codeowners => "codeowners",
    TopLevel => "top-level",
});

/// What a path belongs to, before names are made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ComponentKey {
    /// The rule of this index, or the first of the same name.
    Rule(usize),
    /// What the caller's finder names.
    Named(String),
    /// What nothing claims.
    Root,
    /// A found folder.
    Folder(Vec<u8>),
    /// The owners, joined with `+`.
    Owners(String),
}

impl ComponentKey {
    /// The name of the component before it is divided, and before it is made unique.
    pub(crate) fn name(&self, rules: &[ComponentRule]) -> String {
        match self {
            Self::Rule(index) => rules[*index].name.clone(),
            Self::Named(name) => name.clone(),
            Self::Root => ROOT.to_owned(),
            Self::Folder(folder) => RepoPath::new(folder.as_slice()).display(),
            Self::Owners(owners) => owners.clone(),
        }
    }
}

/// The caller's own rule for components; see [`BundleOptions::finder`](crate::plan::BundleOptions::finder).
pub trait ComponentFinder: Send + Sync {
    /// The component of a path; `None` leaves it to the other rules. Such a component is never divided at its folders nor
    /// packed; one with the name of a [`ComponentRule`] is that component.
    fn component(&self, path: &RepoPath) -> Option<String>;
}

impl<F: Fn(&RepoPath) -> Option<String> + Send + Sync> ComponentFinder for F {
    fn component(&self, path: &RepoPath) -> Option<String> {
        self(path)
    }
}

/// A rule that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ComponentError {
    /// One of its patterns does not compile.
    #[error("component `{component}`, pattern {source}")]
    Pattern {
        /// The rule's name.
        component: String,
        /// The pattern and what is wrong with it.
        source: PatternError,
    },
    /// A rule without a name.
    #[error("a component has no name (its patterns: {})", paths.join(", "))]
    Unnamed {
        /// Its patterns, by which a person finds it.
        paths: Vec<String>,
    },
    /// Grouping by owners was asked for, and the head tree has no CODEOWNERS file.
    #[error("the components are to be found by codeowners, but there is no CODEOWNERS file")]
    NoCodeowners,
}

/// Two rules match the same files; the first one has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubleClaim {
    /// The component that has the files.
    pub winner: String,
    /// The component that would have them otherwise.
    pub loser: String,
    /// How many changed files both match.
    pub files: usize,
    /// The first of them.
    pub example: RepoPath,
}

/// Gives each path its component.
#[derive(Debug)]
pub(crate) struct Grouper<'a> {
    rules: Vec<(ComponentKey, &'a str, PathPatterns)>,
    /// The caller's own.
    finder: Option<&'a Hook<dyn ComponentFinder>>,
    found: FoundBy,
}

#[derive(Debug)]
enum FoundBy {
    Workspace {
        /// Package folders of the head tree.
        head: FolderIndex<()>,
        /// The same, and those whose manifest the range removes.
        either: FolderIndex<()>,
    },
    Codeowners(Box<Codeowners>),
    TopLevel,
}

impl<'a> Grouper<'a> {
    pub(crate) fn new(
        rules: &'a [ComponentRule],
        by: By,
        codeowners: Option<&CodeownersFile>,
        finder: Option<&'a Hook<dyn ComponentFinder>>,
        changes: &ChangeSet,
    ) -> Result<Self, ComponentError> {
        let mut first_of_name = HashMap::new();
        let mut compiled = Vec::with_capacity(rules.len());
        for (index, rule) in rules.iter().enumerate() {
            if rule.name.trim().is_empty() {
                return Err(ComponentError::Unnamed {
                    paths: rule.paths.clone(),
                });
            }
            let patterns =
                PathPatterns::new(&rule.paths).map_err(|source| ComponentError::Pattern {
                    component: rule.name.clone(),
                    source,
                })?;
            let first = *first_of_name.entry(rule.name.as_str()).or_insert(index);
            compiled.push((ComponentKey::Rule(first), rule.name.as_str(), patterns));
        }
        let found = match by {
            By::Workspace => workspace(changes),
            By::Codeowners => {
                let file = codeowners.ok_or(ComponentError::NoCodeowners)?;
                FoundBy::Codeowners(Box::new(Codeowners::parse(file)))
            }
            By::TopLevel => FoundBy::TopLevel,
        };
        Ok(Self {
            rules: compiled,
            finder,
            found,
        })
    }

    /// The component of a path of the head tree; with `gone`, of one that only the base tree has.
    pub(crate) fn component(&self, path: &RepoPath, gone: bool) -> ComponentKey {
        let claimed = self
            .rules
            .iter()
            .find(|(_, _, patterns)| patterns.is_match(path));
        if let Some((key, _, _)) = claimed {
            return key.clone();
        }
        if let Some(name) = self.finder.and_then(|finder| finder.component(path)) {
            let rule = self.rules.iter().find(|(_, known, _)| *known == name);
            return rule.map_or(ComponentKey::Named(name), |(key, _, _)| key.clone());
        }
        match &self.found {
            FoundBy::Workspace { head, either } => {
                let folders = if gone { either } else { head };
                match folders.innermost(path.folder()) {
                    Some((folder, ())) if !folder.is_empty() => {
                        ComponentKey::Folder(folder.to_vec())
                    }
                    _ => ComponentKey::Root,
                }
            }
            FoundBy::Codeowners(owners) => {
                let owners = owners.owners(path);
                if owners.is_empty() {
                    ComponentKey::Root
                } else {
                    ComponentKey::Owners(owners.join("+"))
                }
            }
            FoundBy::TopLevel => {
                let bytes = path.as_bytes();
                match bytes.iter().position(|byte| *byte == b'/') {
                    Some(end) => ComponentKey::Folder(bytes[..end].to_vec()),
                    None => ComponentKey::Root,
                }
            }
        }
    }

    /// The lines of CODEOWNERS that were skipped.
    pub(crate) fn codeowners_warnings(&self) -> &[CodeownersWarning] {
        match &self.found {
            FoundBy::Codeowners(owners) => owners.warnings(),
            _ => &[],
        }
    }

    /// What a person should know about the rules: those that match no file of the range nor of the head tree, and
    /// pairs that match the same changed files.
    pub(crate) fn judge_rules(&self, changes: &ChangeSet) -> (Vec<String>, Vec<DoubleClaim>) {
        let mut used = vec![false; self.rules.len()];
        let mut double: BTreeMap<(usize, usize), DoubleClaim> = BTreeMap::new();
        for change in changes.changes() {
            let mut winner = None;
            for (index, (key, name, patterns)) in self.rules.iter().enumerate() {
                if !patterns.is_match(&change.path) {
                    continue;
                }
                used[index] = true;
                let Some(first) = winner else {
                    winner = Some(index);
                    continue;
                };
                if self.rules[first].0 != *key {
                    double
                        .entry((first, index))
                        .or_insert_with(|| DoubleClaim {
                            winner: self.rules[first].1.to_owned(),
                            loser: (*name).to_owned(),
                            files: 0,
                            example: change.path.clone(),
                        })
                        .files += 1;
                }
            }
        }
        let unused = self
            .rules
            .iter()
            .zip(used)
            .filter(|((_, _, patterns), used)| {
                !used && !changes.tree.iter().any(|path| patterns.is_match(path))
            })
            .map(|((_, name, _), _)| (*name).to_owned())
            .collect();
        (unused, double.into_values().collect())
    }
}

/// The folders below the top with a package manifest (`Cargo.toml`, `go.mod`, …), by path: what
/// [`By::Workspace`] finds in a tree.
pub fn package_folders(tree: &[RepoPath]) -> Vec<RepoPath> {
    let markers = tree.iter().filter(|path| is_marker(path));
    let folders: BTreeSet<RepoPath> = markers
        .map(|path| RepoPath::new(path.folder()))
        .filter(|folder| !folder.as_bytes().is_empty())
        .collect();
    folders.into_iter().collect()
}

/// The folders with a package manifest.
fn workspace(changes: &ChangeSet) -> FoundBy {
    let folder = |path: &RepoPath| (path.folder().to_vec(), ());
    let head: Vec<_> = changes
        .tree
        .iter()
        .filter(|path| is_marker(path))
        .map(folder)
        .collect();
    let removed = changes
        .changes()
        .iter()
        .filter_map(|change| match change.kind {
            ChangeKind::Deleted => Some(&change.path),
            ChangeKind::Renamed => change.old_path.as_ref(),
            _ => None,
        });
    let removed: Vec<_> = removed.filter(|path| is_marker(path)).map(folder).collect();
    FoundBy::Workspace {
        either: FolderIndex::new(head.iter().cloned().chain(removed)),
        head: FolderIndex::new(head),
    }
}

/// Whether a file makes the folder it lies in a package. It is asked of every path of the head, so it uses no patterns.
fn is_marker(path: &RepoPath) -> bool {
    let (name, folder) = (path.file_name(), path.folder());
    let named_after_folder = || {
        let parent = folder.rsplit(|byte| *byte == b'/').next();
        let rest = parent
            .filter(|parent| !parent.is_empty())
            .and_then(|parent| name.strip_prefix(parent));
        rest.is_some_and(|rest| MARKERS.after_folder.contains(rest))
    };
    let is_named = MARKERS.names.contains(name)
        || MARKERS.endings.iter().any(|ending| name.ends_with(ending))
        || named_after_folder();
    let mut parents = folder.split(|byte| *byte == b'/');
    is_named && !parents.any(|parent| MARKERS.test_data.contains(parent))
}

struct Markers {
    names: HashSet<&'static [u8]>,
    endings: Vec<&'static [u8]>,
    /// What follows the folder's name.
    after_folder: HashSet<&'static [u8]>,
    /// Folders without packages.
    test_data: HashSet<&'static [u8]>,
}

static MARKERS: LazyLock<Markers> = LazyLock::new(|| {
    let mut markers = Markers {
        names: HashSet::new(),
        endings: Vec::new(),
        after_folder: HashSet::new(),
        test_data: HashSet::new(),
    };
    for line in data_lines(include_str!("../../data/workspace-markers.txt")).map(str::as_bytes) {
        if let Some(ending) = line.strip_prefix(b"*") {
            markers.endings.push(ending);
        } else if let Some(rest) = line.strip_prefix(b"FOLDER") {
            markers.after_folder.insert(rest);
        } else if let Some(folder) = line.strip_suffix(b"/") {
            markers.test_data.insert(folder);
        } else {
            markers.names.insert(line);
        }
    }
    markers
});

/// The patterns of a data file of this crate: one a line, `#` begins a comment.
pub(crate) fn data_patterns(text: &str) -> PathPatterns {
    #[expect(
        clippy::expect_used,
        reason = "the data is part of the crate and a test compiles it"
    )]
    PathPatterns::new(data_lines(text)).expect("the built-in patterns compile")
}

/// The entries of a data file of this crate.
pub(crate) fn data_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::fixture::{change, change_set};

    fn rule(name: &str, paths: &[&str]) -> ComponentRule {
        ComponentRule {
            name: name.into(),
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            instructions: None,
        }
    }

    fn folder(name: &str) -> ComponentKey {
        ComponentKey::Folder(name.into())
    }

    #[test]
    fn the_nearest_package_folder_wins_and_the_top_is_root() {
        let mut changes = change_set(vec![
            change("gone/Cargo.toml", ChangeKind::Deleted, 1),
            change("gone/src/lib.rs", ChangeKind::Deleted, 1),
        ]);
        changes.tree = [
            "Cargo.toml",
            "a/Cargo.toml",
            "a/web/package.json",
            "a/web/x/y.ts",
            "b/x",
            "c/Some.csproj",
            "d/Cargo.toml.orig",
        ]
        .map(RepoPath::from)
        .to_vec();
        let finder = Grouper::new(&[], By::Workspace, None, None, &changes).unwrap();
        for (path, gone, key) in [
            ("a/src/lib.rs", false, folder("a")),
            ("a/web/x/y.ts", false, folder("a/web")),
            ("b/x", false, ComponentKey::Root),
            ("c/src/x.cs", false, folder("c")),
            ("d/x", false, ComponentKey::Root),
            ("top", false, ComponentKey::Root),
            ("gone/src/lib.rs", true, folder("gone")),
            ("gone/src/lib.rs", false, ComponentKey::Root),
        ] {
            assert_eq!(finder.component(&path.into(), gone), key, "{path}");
        }
    }

    #[test]
    fn what_makes_a_package_and_what_only_looks_like_it() {
        for (path, expected) in [
            ("libs/cart/project.json", true),
            ("spring-core/spring-core.gradle", true),
            ("spring-core/spring-core.gradle.kts", true),
            ("spring-core/build.gradle", true),
            ("spring-core/other.gradle", false),
            ("gradle/ide.gradle", false),
            (".gradle", false),
            ("web/fixtures/app/package.json", false),
            ("fixtures/package.json", false),
            ("a/__fixtures__/x/Cargo.toml", false),
            ("pkg/testdata/mod/go.mod", false),
            ("fixtures-of-x/package.json", true),
            ("a/b/BUILD", false),
            ("a/b/BUILD.bazel", false),
            ("a/BUCK", false),
            ("third/MODULE.bazel", true),
            ("third/WORKSPACE", true),
            ("cell/.buckconfig", true),
        ] {
            assert_eq!(is_marker(&path.into()), expected, "{path}");
        }
    }

    #[test]
    fn bazel_packages_belong_to_the_nearest_module() {
        let mut changes = change_set(Vec::new());
        let tree = [
            "MODULE.bazel",
            "BUILD.bazel",
            "src/a/BUILD.bazel",
            "src/b/BUILD",
            "tools/x/WORKSPACE",
            "tools/x/y/BUILD",
        ];
        changes.tree = tree.map(RepoPath::from).to_vec();
        let grouper = Grouper::new(&[], By::Workspace, None, None, &changes).unwrap();
        for (path, key) in [
            ("src/a/x.cc", ComponentKey::Root),
            ("src/b/x.cc", ComponentKey::Root),
            ("tools/x/y/z.cc", folder("tools/x")),
        ] {
            assert_eq!(grouper.component(&path.into(), false), key, "{path}");
        }
    }

    #[test]
    fn rules_come_first_and_their_faults_are_told() {
        let changes = change_set(vec![
            change("core/a", ChangeKind::Modified, 1),
            change("core/b", ChangeKind::Modified, 1),
            change("web/a", ChangeKind::Modified, 1),
        ]);
        let rules = [
            rule("core", &["core/**"]),
            rule("all", &["*"]),
            rule("none", &["nowhere/**"]),
            rule("core", &["web/**"]),
        ];
        let finder = Grouper::new(&rules, By::TopLevel, None, None, &changes).unwrap();
        assert_eq!(
            finder.component(&"core/a".into(), false),
            ComponentKey::Rule(0)
        );
        assert_eq!(
            finder.component(&"web/a".into(), false),
            ComponentKey::Rule(1)
        );
        let (unused, double) = finder.judge_rules(&changes);
        assert_eq!(unused, ["none"]);
        let pairs: Vec<_> = double
            .iter()
            .map(|claim| (claim.winner.as_str(), claim.loser.as_str(), claim.files))
            .collect();
        assert_eq!(pairs, [("core", "all", 2), ("all", "core", 1)]);
    }

    #[test]
    fn a_pattern_that_does_not_compile_names_its_component() {
        let changes = change_set(Vec::new());
        let rules = [rule("core", &["src/[x"])];
        let error = Grouper::new(&rules, By::TopLevel, None, None, &changes).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("core") && text.contains("src/[x"), "{text}");
    }

    #[test]
    fn top_level_and_owners() {
        let changes = change_set(Vec::new());
        let finder = Grouper::new(&[], By::TopLevel, None, None, &changes).unwrap();
        assert_eq!(
            finder.component(&".github/x".into(), false),
            folder(".github")
        );
        assert_eq!(
            finder.component(&"README.md".into(), false),
            ComponentKey::Root
        );
        let file = CodeownersFile {
            path: "CODEOWNERS".into(),
            text: "*.rs @b @a\n".to_owned(),
        };
        let finder = Grouper::new(&[], By::Codeowners, Some(&file), None, &changes).unwrap();
        let owners = ComponentKey::Owners("@a+@b".into());
        assert_eq!(finder.component(&"x/y.rs".into(), false), owners);
        assert_eq!(
            finder.component(&"x/y.go".into(), false),
            ComponentKey::Root
        );
        assert_eq!(
            Grouper::new(&[], By::Codeowners, None, None, &changes).unwrap_err(),
            ComponentError::NoCodeowners
        );
    }
}
