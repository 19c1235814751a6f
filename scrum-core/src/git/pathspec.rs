//! Pathspecs, which limit a range to some paths.
//!
//! gix-pathspec applies git's rules. Only `attr` is rejected: a range uses the attributes of two trees, but git those
//! of the work tree.

use std::path::Path;

use bstr::ByteSlice as _;
use gix_pathspec::{MagicSignature, Pattern, Search, SearchMode};

use super::error::GitError;
use crate::path::RepoPath;

/// Parsed pathspecs.
pub(super) struct Pathspecs {
    search: Search,
    /// Everything matches, except what is excluded.
    all: bool,
    /// Everything is excluded.
    none: bool,
}

impl Pathspecs {
    /// Parses pathspecs relative to the top folder; none means every path.
    pub(super) fn new(specs: &[String]) -> Result<Self, GitError> {
        let (mut all, mut none) = (specs.is_empty(), false);
        let mut patterns = Vec::new();
        for spec in specs {
            let mut pattern = parse(spec, Path::new(""))?;
            pattern
                .normalize(Path::new(""), Path::new(""))
                .map_err(|error| refused(spec, &error))?;
            // Otherwise it would only match paths that begin with the dot.
            match (pattern.is_nil(), pattern.is_excluded()) {
                (true, false) => all = true,
                (true, true) => none = true,
                _ => patterns.push(pattern),
            }
        }
        if all {
            patterns.retain(Pattern::is_excluded);
        }
        let search = Search::from_specs(patterns, None, Path::new(""))
            .map_err(|error| refused(&specs.join(" "), &error))?;
        Ok(Self { search, all, none })
    }

    /// Whether a path matches.
    pub(super) fn matches(&mut self, path: &RepoPath) -> bool {
        // Specs with attributes were rejected.
        let mut attributes = |_: &_, _, _, _: &mut _| false;
        !self.none
            && self
                .search
                .pattern_matching_relative_path(
                    path.as_bytes().as_bstr(),
                    Some(false),
                    &mut attributes,
                )
                .is_some_and(|found| !found.is_excluded())
    }

    /// Whether every path matches.
    pub(super) fn is_all(&self) -> bool {
        self.all && !self.none && self.search.patterns().len() == 0
    }
}

/// Converts a pathspec typed in the folder `below` (relative to the top folder `top`) into one relative to the top
/// folder. Unlike in git, where this would match nothing, `./` and `../` are also resolved after `:/`.
///
/// # Errors
///
/// [`GitError::Pathspec`] for unknown magic, for `attr`, and for a path outside the repository.
pub fn pathspec_from_top(spec: &str, below: &Path, top: &Path) -> Result<String, GitError> {
    let mut pattern = parse(spec, top)?;
    if pattern.is_nil() {
        // `:` means "no pathspec".
        return Ok(".".to_owned());
    }
    pattern
        .normalize(below, top)
        .map_err(|error| refused(spec, &error))?;
    let mut words = Vec::new();
    let magic = [
        (MagicSignature::TOP, "top"),
        (MagicSignature::EXCLUDE, "exclude"),
        (MagicSignature::ICASE, "icase"),
    ];
    for (flag, word) in magic {
        if pattern.signature.contains(flag) {
            words.push(word);
        }
    }
    match pattern.search_mode {
        SearchMode::ShellGlob => {}
        SearchMode::Literal => words.push("literal"),
        SearchMode::PathAwareGlob => words.push("glob"),
    }
    let path = pattern.path().to_str_lossy();
    let slash = if pattern.signature.contains(MagicSignature::MUST_BE_DIR) {
        "/"
    } else {
        ""
    };
    Ok(if words.is_empty() && !path.starts_with(':') {
        format!("{path}{slash}")
    } else {
        format!(":({}){path}{slash}", words.join(","))
    })
}

fn parse(spec: &str, top: &Path) -> Result<Pattern, GitError> {
    let error = |message: &str| GitError::Pathspec {
        text: spec.to_owned(),
        message: message.to_owned(),
    };
    let pattern = gix_pathspec::parse(spec.as_bytes(), gix_pathspec::Defaults::default())
        .map_err(|error| refused(spec, &error))?;
    if !pattern.attributes.is_empty() {
        return Err(error("unknown magic `attr`"));
    }
    // An absolute path must be inside the work tree.
    let is_absolute = pattern.path().starts_with(b"/");
    if is_absolute && top.as_os_str().is_empty() {
        return Err(error("outside the repository"));
    }
    Ok(pattern)
}

fn refused(spec: &str, error: &dyn std::fmt::Display) -> GitError {
    let message = error.to_string();
    let outside = message.contains("not inside") || message.contains("leaves the repository");
    GitError::Pathspec {
        text: spec.to_owned(),
        message: if outside {
            "outside the repository".to_owned()
        } else {
            message
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(specs: &[&str], paths: &[&str]) -> Vec<String> {
        let specs: Vec<_> = specs.iter().map(|&s| s.to_owned()).collect();
        let mut specs = Pathspecs::new(&specs).unwrap();
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
            (&[":!src"], &["a.c", "srcx/a.c", "Doc/r{1}.md"]),
            (&[".", ":!a.c"], &all[1..]),
            (&["s?c"], &[]),
        ] {
            assert_eq!(chosen(specs, &all), expected, "{specs:?}");
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for spec in [":(attr:x)a", ":(top", "../a", "/etc", ":(glob,literal)a"] {
            let error = Pathspecs::new(&[spec.to_owned()]).err();
            assert!(matches!(error, Some(GitError::Pathspec { .. })), "{spec}");
        }
    }

    #[test]
    fn from_a_subfolder() {
        for (spec, below, top) in [
            ("a.c", "src", "src/a.c"),
            (".", "src", "src"),
            ("..", "src/deep", "src"),
            ("..", "src", "."),
            (":!a.c", "src", ":(exclude)src/a.c"),
            (":(icase,glob)*.c", "src", ":(icase,glob)src/*.c"),
            (":/a.c", "src", ":(top)a.c"),
            ("deep/", "src", "src/deep/"),
            (":", "src", "."),
            ("/top/folder/src/a.c", "src", "src/a.c"),
        ] {
            let found = pathspec_from_top(spec, Path::new(below), Path::new("/top/folder"));
            assert_eq!(found.unwrap(), top, "{spec} in {below}");
        }
        for spec in ["../../x", "/etc/passwd"] {
            let found = pathspec_from_top(spec, Path::new("src"), Path::new("/top/folder"));
            assert!(matches!(found, Err(GitError::Pathspec { .. })), "{spec}");
        }
    }

    /// Compares with `git diff`: random pathspecs in two folders.
    fn compare_with_git(rounds: usize, seed: u64) {
        const EMPTY_TREE: &str = crate::git::objects::EMPTY_TREE;
        const FILES: [&str; 24] = [
            "a.c",
            "b.c",
            "A.C",
            "gen1.c",
            "genx.c",
            "src/a.c",
            "src/b.h",
            "src/gen2.c",
            "src/deep/a.c",
            "src/deep/b.c",
            "src/Deep.md",
            "srcx/a.c",
            "doc/r{1}.md",
            "doc/[x].md",
            "doc/x.md",
            "doc/a b",
            "d\u{e9}/a.c",
            "src/a.c.bak",
            "a/b/c/d.c",
            "a/b/x",
            "a/x",
            "b",
            "src/src/a.c",
            "-x",
        ];
        const MAGIC: [&str; 16] = [
            "",
            "",
            "",
            "",
            "",
            ":!",
            ":^",
            ":/",
            ":!/",
            ":(exclude)",
            ":(icase)",
            ":(glob)",
            ":(literal)",
            ":(top)",
            ":(exclude,glob)",
            ":(icase,exclude)",
        ];
        const WORDS: [&str; 34] = [
            "a.c",
            "*.c",
            "*",
            "src",
            "src/",
            "src/*",
            "src/**",
            "src/**/a.c",
            "**/a.c",
            "**",
            ".",
            "./src",
            "deep",
            "deep/",
            "s?c",
            "[ab].c",
            "gen[[:digit:]].c",
            "*[[:digit:]]*",
            "doc/[x].md",
            "doc/\\[x\\].md",
            "doc/{1}",
            "*{1}*",
            "A.C",
            "SRC",
            "a",
            "a/b",
            "a/b/",
            "a/*/x",
            "..",
            "../doc",
            "src/../a.c",
            "*/a.c",
            "d*",
            "\u{e9}*",
        ];
        let folder = tempfile::tempdir().unwrap();
        let git = |at: &str, args: &[&str]| {
            let mut command = std::process::Command::new("git");
            command.current_dir(folder.path().join(at)).args(args);
            command
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .env("GIT_CONFIG_NOSYSTEM", "1");
            command.output().unwrap()
        };
        assert!(git("", &["init", "-q"]).status.success());
        for file in FILES {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        assert!(git("", &["add", "-A"]).status.success());
        let top = folder.path().canonicalize().unwrap();
        let mut random = fastrand::Rng::with_seed(seed);
        let mut refused = 0;
        for round in 0..rounds {
            let below = ["", "src", "a/b"][random.usize(..3)];
            let specs: Vec<_> = (0..random.usize(1..4))
                .map(|_| {
                    let magic = MAGIC[random.usize(..MAGIC.len())];
                    format!("{magic}{}", WORDS[random.usize(..WORDS.len())])
                })
                .collect();
            // `git ls-files` loses files where an excluded path is outside the folder; ranges are `git diff`'s anyway.
            let mut args = vec!["diff", "--cached", "--name-only", "-z", EMPTY_TREE, "--"];
            args.extend(specs.iter().map(String::as_str));
            let resolved = |spec: &String| {
                let path = spec
                    .trim_start_matches(":!/")
                    .trim_start_matches(":/")
                    .trim_start_matches(":(top)");
                path.len() < spec.len() && (path.starts_with('.') || path.contains("/.."))
            };
            if specs.iter().any(resolved) {
                continue;
            }
            let output = git(below, &args);
            let own = specs
                .iter()
                .map(|spec| pathspec_from_top(spec, Path::new(below), &top))
                .collect::<Result<Vec<_>, _>>();
            let (true, Ok(own)) = (output.status.success(), &own) else {
                refused += 1;
                assert!(
                    !output.status.success() && own.is_err(),
                    "round {round}, {specs:?} in `{below}`: {own:?} {output:?}"
                );
                continue;
            };
            let mut due: Vec<_> = output
                .stdout
                .split(|byte| *byte == 0)
                .filter(|path| !path.is_empty())
                .collect();
            let mut asked = Pathspecs::new(own).unwrap();
            let mut found: Vec<_> = FILES
                .iter()
                .filter(|file| asked.matches(&RepoPath::from(**file)))
                .map(|file| file.as_bytes())
                .collect();
            due.sort_unstable();
            found.sort_unstable();
            let text = |paths: &[&[u8]]| bstr::join(" ", paths).to_str_lossy().into_owned();
            assert_eq!(
                text(&found),
                text(&due),
                "round {round}, {specs:?} in `{below}`, {own:?}"
            );
        }
        // Most are accepted by both, so that the comparison is about something.
        assert!(
            refused < rounds / 2,
            "{refused} of {rounds} are refused by both"
        );
    }

    #[test]
    fn a_sample_of_pathspecs_is_gits() {
        compare_with_git(60, 5);
    }

    #[test]
    #[ignore = "runs git 10,000 times: cargo test -p scrum-core --lib -- --ignored ten_thousand_pathspecs"]
    fn ten_thousand_pathspecs_are_gits() {
        compare_with_git(10_000, 14);
    }
}
