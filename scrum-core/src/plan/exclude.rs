//! What no reviewer is shown, and why.
//!
//! Takes a change and [`ExcludeOptions`]; gives a [`Reason`], or none if it is shown. Before it:
//! [`unit`](crate::plan::unit); after it: [`bundle`](crate::plan).
//!
//! Excluded changes are kept: they are in `excluded.diff` and are listed with their reason. A file that the range itself
//! declares to be generated is shown, because that would be a way to hide code. A new file cannot be asked what it said
//! before, so its header counts, with a warning.

use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::change::{Change, ChangeKind, PathAttributes};
use crate::path::RepoPath;
use crate::plan::component::{data_lines, data_patterns};
use crate::plan::pattern::{PathPatterns, PatternError};

/// What is excluded; `[exclude]` in `scrum.toml`. Each reason can be switched on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ExcludeOptions {
    /// gitignore-style globs, judged before everything else; of those that match, the last decides. One with `!` in front
    /// shows a file that anything else would exclude. Default none.
    pub paths: Vec<String>,
    /// Binary content: a new, edited or deleted binary file, and one that `-diff` makes so. Default true.
    pub binary: bool,
    /// Lock files of package managers, by name. Default true.
    pub lock_files: bool,
    /// Files that `linguist-generated` or `gitlab-generated` marks, or whose header says `Code generated … DO NOT EDIT.` or
    /// `@generated`; minified files and source maps, by name. `-linguist-generated` shows a file. Default true.
    pub generated: bool,
    /// Files that `linguist-vendored` marks or that lie in a folder such as `vendor/`. `-linguist-vendored` shows a file.
    /// Default true.
    pub vendored: bool,
    /// Deleted files. Default false.
    pub deleted: bool,
}

impl Default for ExcludeOptions {
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            binary: true,
            lock_files: true,
            generated: true,
            vendored: true,
            deleted: false,
        }
    }
}

impl ExcludeOptions {
    /// Options that exclude nothing.
    pub fn none() -> Self {
        Self {
            paths: Vec::new(),
            binary: false,
            lock_files: false,
            generated: false,
            vendored: false,
            deleted: false,
        }
    }

    /// Sets the globs.
    #[must_use]
    pub fn paths(mut self, paths: Vec<String>) -> Self {
        self.paths = paths;
        self
    }

    /// Sets whether binary content is excluded.
    #[must_use]
    pub fn binary(mut self, yes: bool) -> Self {
        self.binary = yes;
        self
    }

    /// Sets whether lock files are excluded.
    #[must_use]
    pub fn lock_files(mut self, yes: bool) -> Self {
        self.lock_files = yes;
        self
    }

    /// Sets whether generated and minified files are excluded.
    #[must_use]
    pub fn generated(mut self, yes: bool) -> Self {
        self.generated = yes;
        self
    }

    /// Sets whether vendored files are excluded.
    #[must_use]
    pub fn vendored(mut self, yes: bool) -> Self {
        self.vendored = yes;
        self
    }

    /// Sets whether deleted files are excluded.
    #[must_use]
    pub fn deleted(mut self, yes: bool) -> Self {
        self.deleted = yes;
        self
    }
}

/// Says why a change is not shown, or `None` for one that is.
pub(crate) type ExcludeFn = dyn Fn(&Change) -> Option<Reason> + Send + Sync;

/// Why a change is not shown. Displayed as the manifest and the prompt name it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A pattern of `[exclude] paths`.
    Pattern(String),
    /// Binary content.
    Binary,
    /// A package manager's lock file.
    LockFile,
    /// A mark that it has at both ends of the range, or at the one end that has the file.
    Marked(Mark),
    /// Its folder is one for the code of other projects.
    Vendored,
    /// Its name says that it was minified, or that it is a source map.
    Minified,
    /// The file is deleted.
    Deleted,
    /// A rule of the caller's, in its own words; see [`BundleOptions::exclude_if`](crate::plan::BundleOptions::exclude_if).
    Other(String),
    /// A single line with the context that it needs, or the header alone, is larger than any part may be.
    TooLarge {
        /// Size of the smallest part with that line, in bytes.
        bytes: u64,
        /// The fail limit, in bytes.
        limit: u64,
    },
    /// Its header is so long that parts of it would repeat more header than change.
    HeaderTooLarge {
        /// Size of the header, in bytes.
        bytes: u64,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(pattern) => write!(f, "matches [exclude] `{pattern}`"),
            Self::Binary => f.write_str("binary content"),
            Self::LockFile => f.write_str("lock file"),
            Self::Marked(mark) => mark.fmt(f),
            Self::Vendored => f.write_str("vendored"),
            Self::Minified => f.write_str("minified"),
            Self::Deleted => f.write_str("deleted file"),
            Self::Other(words) => f.write_str(words),
            Self::TooLarge { .. } => f.write_str("a line larger than any part can be"),
            Self::HeaderTooLarge { .. } => f.write_str("a header too large to be cut"),
        }
    }
}

/// What a file, or `.gitattributes` for it, says of its origin. Displayed as the manifest and the prompt name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mark {
    /// `linguist-generated` or `gitlab-generated`.
    Generated,
    /// `linguist-vendored`.
    Vendored,
    /// `-diff`, or the macro `binary`.
    NoDiff,
    /// The comments at the top of the file say that it is generated.
    Header,
}

impl Mark {
    fn is_in(self, attributes: PathAttributes) -> bool {
        match self {
            Self::Generated => attributes.generated == Some(true),
            Self::Vendored => attributes.vendored == Some(true),
            Self::NoDiff => attributes.no_diff,
            Self::Header => attributes.says_generated,
        }
    }

    /// What it says of a change.
    fn judge(self, change: &Change) -> Marked {
        let ends = (
            self.is_in(change.base_attributes),
            self.is_in(change.head_attributes),
        );
        match (self, change.kind, ends) {
            // Only one end has a header to read.
            (Self::Header, ChangeKind::Added, (_, true))
            | (Self::Header, ChangeKind::Deleted, (true, _))
            | (_, _, (true, true)) => Marked::Throughout,
            // A deleted file cannot be hidden by what the head says.
            (_, kind, (false, true)) if kind != ChangeKind::Deleted => Marked::ByTheRange,
            _ => Marked::No,
        }
    }
}

/// How far a mark can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marked {
    No,
    /// Before the range and after it.
    Throughout,
    /// The range brings it in.
    ByTheRange,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Generated => "generated (.gitattributes)",
            Self::Vendored => "vendored (.gitattributes)",
            Self::NoDiff => "-diff (.gitattributes)",
            Self::Header => "generated (its header)",
        })
    }
}

/// What is said of one change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Judgement {
    pub(crate) reason: Option<Reason>,
    /// A mark that would exclude it, which only the head has.
    pub(crate) introduced: Option<Mark>,
}

/// Judges changes one by one.
pub(crate) struct Excluder<'a> {
    options: &'a ExcludeOptions,
    paths: PathPatterns,
    /// The caller's own rule.
    rule: Option<&'a ExcludeFn>,
}

impl<'a> Excluder<'a> {
    pub(crate) fn new(
        options: &'a ExcludeOptions,
        rule: Option<&'a ExcludeFn>,
    ) -> Result<Self, PatternError> {
        Ok(Self {
            options,
            paths: PathPatterns::new(&options.paths)?,
            rule,
        })
    }

    pub(crate) fn judge(&self, change: &Change) -> Judgement {
        if self.paths.takes_back(&change.path) {
            return Judgement::default();
        }
        let reason = self.by_itself(change);
        let mut judgement = Judgement::default();
        if reason.is_none() {
            for (mark, on) in [
                (Mark::Generated, self.generated(change)),
                (Mark::Vendored, self.vendored(change)),
                (Mark::NoDiff, self.options.binary),
                (Mark::Header, self.generated(change)),
            ] {
                match mark.judge(change) {
                    Marked::Throughout if on => {
                        judgement.reason = judgement.reason.or(Some(Reason::Marked(mark)));
                    }
                    Marked::ByTheRange if on => {
                        judgement.introduced = judgement.introduced.or(Some(mark));
                    }
                    _ => {}
                }
            }
        }
        judgement.reason = reason.or(judgement.reason);
        if judgement.reason.is_some() {
            judgement.introduced = None;
        } else if self.options.deleted && change.kind == ChangeKind::Deleted {
            judgement.reason = Some(Reason::Deleted);
        }
        judgement.reason = judgement
            .reason
            .or_else(|| self.rule.and_then(|rule| rule(change)));
        judgement
    }

    /// The reasons that need no attributes.
    fn by_itself(&self, change: &Change) -> Option<Reason> {
        let path = &change.path;
        if let Some(at) = self.paths.matched(path) {
            return Some(Reason::Pattern(self.options.paths[at].clone()));
        }
        if self.options.binary && change.binary {
            return Some(Reason::Binary);
        }
        if self.options.lock_files && is_lock_file(path) {
            return Some(Reason::LockFile);
        }
        if self.vendored(change) && VENDORED.is_match(path) {
            return Some(Reason::Vendored);
        }
        if self.generated(change) && MINIFIED.is_match(path) {
            return Some(Reason::Minified);
        }
        None
    }

    /// Whether what looks generated is excluded: the option says so, and no attribute at either end denies it.
    fn generated(&self, change: &Change) -> bool {
        let ends = [change.base_attributes, change.head_attributes];
        self.options.generated && ends.iter().all(|end| end.generated != Some(false))
    }

    /// The same for what looks vendored.
    fn vendored(&self, change: &Change) -> bool {
        let ends = [change.base_attributes, change.head_attributes];
        self.options.vendored && ends.iter().all(|end| end.vendored != Some(false))
    }
}

/// Whether everything in a folder is vendored.
pub(crate) fn is_vendored(folder: &RepoPath) -> bool {
    VENDORED.is_match(&RepoPath::new([folder.as_bytes(), b"/x"].concat()))
}

fn is_lock_file(path: &RepoPath) -> bool {
    data_lines(LOCK_FILES).any(|name| name.as_bytes() == path.file_name())
}

const LOCK_FILES: &str = include_str!("../../data/lock-files.txt");
static VENDORED: LazyLock<PathPatterns> =
    LazyLock::new(|| data_patterns(include_str!("../../data/vendored.txt")));
static MINIFIED: LazyLock<PathPatterns> =
    LazyLock::new(|| data_patterns(include_str!("../../data/minified.txt")));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::fixture::change;

    fn reason(change: &Change, options: &ExcludeOptions) -> Option<String> {
        let judgement = Excluder::new(options, None).unwrap().judge(change);
        judgement.reason.map(|reason| reason.to_string())
    }

    fn of_path(path: &str, options: &ExcludeOptions) -> Option<String> {
        reason(&change(path, ChangeKind::Modified, 1), options)
    }

    #[test]
    fn names_that_exclude_and_names_that_do_not() {
        let all = ExcludeOptions::default().paths(vec!["**/*.snap".into()]);
        for (path, expected) in [
            ("Cargo.lock", Some("lock file")),
            ("web/package-lock.json", Some("lock file")),
            ("go.sum", Some("lock file")),
            ("vendor/github.com/x/y.go", Some("vendored")),
            ("web/node_modules/x/index.js", Some("vendored")),
            ("static/jquery.min.js", Some("minified")),
            ("a/b.snap", Some("matches [exclude] `**/*.snap`")),
            ("src/lock.rs", None),
            ("Cargo.lock.md", None),
            ("src/vendor.rs", None),
            ("src/admin.js", None),
        ] {
            assert_eq!(of_path(path, &all).as_deref(), expected, "{path}");
            assert_eq!(of_path(path, &ExcludeOptions::none()), None, "{path}");
        }
    }

    #[test]
    fn a_negated_pattern_brings_a_file_back() {
        let options = ExcludeOptions::default().paths(vec![
            "*.snap".into(),
            "!vendor/ours/**".into(),
            "!go.sum".into(),
        ]);
        assert_eq!(of_path("vendor/ours/x.go", &options), None);
        assert_eq!(of_path("go.sum", &options), None);
        assert_eq!(
            of_path("vendor/x.go", &options).as_deref(),
            Some("vendored")
        );
        assert!(of_path("a.snap", &options).is_some());
    }

    #[test]
    fn every_reason_has_a_switch() {
        let on = ExcludeOptions::default();
        let mut binary = change("x.png", ChangeKind::Modified, 1);
        binary.binary = true;
        assert_eq!(reason(&binary, &on).as_deref(), Some("binary content"));
        assert_eq!(reason(&binary, &on.clone().binary(false)), None);
        assert_eq!(of_path("go.sum", &on.clone().lock_files(false)), None);
        assert_eq!(of_path("vendor/x", &on.clone().vendored(false)), None);
        assert_eq!(of_path("x.min.js", &on.clone().generated(false)), None);
        let deleted = change("src/x", ChangeKind::Deleted, 1);
        assert_eq!(reason(&deleted, &on), None);
        assert_eq!(
            reason(&deleted, &on.deleted(true)).as_deref(),
            Some("deleted file")
        );
    }

    /// A modified file with these marks at base and head.
    fn marked(path: &str, base: PathAttributes, head: PathAttributes) -> Change {
        let mut file = change(path, ChangeKind::Modified, 1);
        (file.base_attributes, file.head_attributes) = (base, head);
        file
    }

    fn none() -> PathAttributes {
        PathAttributes::default()
    }

    fn generated() -> PathAttributes {
        PathAttributes {
            generated: Some(true),
            ..none()
        }
    }

    fn header() -> PathAttributes {
        PathAttributes {
            says_generated: true,
            ..none()
        }
    }

    #[test]
    fn a_mark_counts_only_if_both_ends_have_it() {
        let on = ExcludeOptions::default();
        let excluder = Excluder::new(&on, None).unwrap();
        for (mark, with) in [(Mark::Generated, generated()), (Mark::Header, header())] {
            let judgement = excluder.judge(&marked("src/x.rs", none(), with));
            assert_eq!(judgement.reason, None);
            assert_eq!(judgement.introduced, Some(mark));
            let file = marked("src/x.rs", with, with);
            let judgement = excluder.judge(&file);
            assert_eq!(judgement.introduced, None);
            assert_eq!(judgement.reason, Some(Reason::Marked(mark)));
            assert_eq!(reason(&file, &on.clone().generated(false)), None);
            let left = excluder.judge(&marked("src/x.rs", with, none()));
            assert_eq!(left, Judgement::default());
        }
    }

    #[test]
    fn the_header_of_a_file_with_one_end_counts() {
        let on = ExcludeOptions::default();
        let excluder = Excluder::new(&on, None).unwrap();
        for (kind, base, head) in [
            (ChangeKind::Added, none(), header()),
            (ChangeKind::Deleted, header(), none()),
        ] {
            let mut file = marked("src/x.rs", base, head);
            file.kind = kind;
            let judgement = excluder.judge(&file);
            assert_eq!(judgement.reason, Some(Reason::Marked(Mark::Header)));
            // What .gitattributes say needs both ends all the same.
            (file.base_attributes, file.head_attributes) = match kind {
                ChangeKind::Added => (none(), generated()),
                _ => (generated(), none()),
            };
            assert_eq!(excluder.judge(&file).reason, None);
        }
    }

    #[test]
    fn a_negative_attribute_at_either_end_brings_a_file_back() {
        let on = ExcludeOptions::default();
        let denied = |with: PathAttributes| PathAttributes {
            generated: Some(false),
            vendored: Some(false),
            ..with
        };
        for (path, with, expected) in [
            ("vendor/x.go", none(), "vendored"),
            ("x.min.js", none(), "minified"),
            ("x.go", header(), "generated (its header)"),
        ] {
            let said = reason(&marked(path, with, with), &on);
            assert_eq!(said.as_deref(), Some(expected), "{path}");
            for (base, head) in [(with, denied(with)), (denied(with), with)] {
                assert_eq!(reason(&marked(path, base, head), &on), None, "{path}");
            }
        }
        // A pattern does the same, and one that excludes is stronger than an attribute.
        let back = ExcludeOptions::default().paths(vec!["!x.go".into()]);
        assert_eq!(reason(&marked("x.go", header(), header()), &back), None);
        let all = ExcludeOptions::default().paths(vec!["*.go".into()]);
        let file = marked("x.go", denied(none()), denied(none()));
        assert!(reason(&file, &all).is_some());
    }

    #[test]
    fn the_data_compiles() {
        assert!(VENDORED.is_match(&"a/third_party/x".into()));
        assert!(MINIFIED.is_match(&"a.css.map".into()));
        assert!(data_lines(LOCK_FILES).count() > 30);
    }
}
