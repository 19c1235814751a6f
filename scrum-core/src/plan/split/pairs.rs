//! Which test belongs to which source file, by their names.

use std::collections::HashMap;

use crate::path::RepoPath;

/// Folders that say that everything in them is a test.
const TEST_FOLDERS: [&[u8]; 7] = [
    b"test",
    b"tests",
    b"__tests__",
    b"spec",
    b"specs",
    b"testing",
    b"unittests",
];
/// Folders that say nothing about what a file is about.
const NEUTRAL_FOLDERS: [&[u8]; 4] = [b"src", b"lib", b"main", b"source"];
/// Sources of one name that are looked at for one test.
const CANDIDATES: usize = 64;

/// For each file the index of the source that it tests, if the list has it.
pub(super) fn sources(paths: &[&RepoPath]) -> Vec<Option<usize>> {
    let mut by_name: HashMap<(&[u8], &[u8]), Vec<usize>> = HashMap::new();
    let mut by_path: HashMap<&[u8], usize> = HashMap::new();
    let subjects: Vec<Option<&[u8]>> = paths.iter().map(|path| subject(path)).collect();
    for (index, path) in paths.iter().enumerate() {
        if subjects[index].is_none() {
            by_name
                .entry(stem_and_family(path))
                .or_default()
                .push(index);
            by_path.insert(path.as_bytes(), index);
        }
    }
    paths
        .iter()
        .zip(subjects)
        .map(|(path, subject)| {
            let subject = subject?;
            let (stem, family) = stem_and_family(path);
            if matches!(stem, b"test" | b"tests") {
                return module_of(path)
                    .iter()
                    .find_map(|source| by_path.get(source.as_slice()).copied());
            }
            let candidates = by_name.get(&(subject, family))?;
            let near = candidates.iter().take(CANDIDATES);
            let same_folder = |index: &&usize| paths[**index].folder() == path.folder();
            let same_place = |index: &&usize| place(paths[**index]) == place(path);
            near.clone()
                .find(same_folder)
                .or_else(|| near.clone().find(same_place))
                .or_else(|| candidates.first().filter(|_| candidates.len() == 1))
                .copied()
        })
        .collect()
}

/// What a test file is about: its stem without what says that it is a test. `None` for any other file.
fn subject(path: &RepoPath) -> Option<&[u8]> {
    let (stem, _) = stem_and_family(path);
    const ENDS: [&[u8]; 8] = [
        b".test", b".spec", b"_test", b"_tests", b"_spec", b"-test", b"-spec", b".tests",
    ];
    for end in ENDS {
        if let Some(subject) = stem.strip_suffix(end).filter(|subject| !subject.is_empty()) {
            return Some(subject);
        }
    }
    for start in [&b"test_"[..], b"test-"] {
        if let Some(subject) = stem
            .strip_prefix(start)
            .filter(|subject| !subject.is_empty())
        {
            return Some(subject);
        }
    }
    for end in [&b"Tests"[..], b"Test", b"Spec"] {
        let is_word = |subject: &&[u8]| subject.last().is_some_and(u8::is_ascii_alphanumeric);
        if let Some(subject) = stem.strip_suffix(end).filter(is_word) {
            return Some(subject);
        }
    }
    if let Some(subject) = stem
        .strip_prefix(b"Test")
        .filter(|subject| subject.first().is_some_and(u8::is_ascii_uppercase))
    {
        return Some(subject);
    }
    let folder = path.folder();
    let in_tests = folder
        .split(|byte| *byte == b'/')
        .any(|part| TEST_FOLDERS.contains(&part));
    (in_tests || matches!(stem, b"test" | b"tests")).then_some(stem)
}

/// `src/graph/tests.rs` tests the module in `src/graph.rs` or `src/graph/mod.rs`.
fn module_of(path: &RepoPath) -> [Vec<u8>; 2] {
    let name = path.file_name();
    let end = name
        .iter()
        .rposition(|byte| *byte == b'.')
        .unwrap_or(name.len());
    let join = |middle: &[u8]| [path.folder(), middle, &name[end..]].concat();
    [join(b""), join(b"/mod")]
}

/// The folders that say what a file is about.
fn place(path: &RepoPath) -> Vec<&[u8]> {
    path.folder()
        .split(|byte| *byte == b'/')
        .filter(|part| !TEST_FOLDERS.contains(part) && !NEUTRAL_FOLDERS.contains(part))
        .collect()
}

/// The file name up to its last dot, and the extension; those of one language are one.
fn stem_and_family(path: &RepoPath) -> (&[u8], &[u8]) {
    let name = path.file_name();
    let Some(dot) = name
        .iter()
        .rposition(|byte| *byte == b'.')
        .filter(|dot| *dot > 0)
    else {
        return (name, b"");
    };
    let family: &[u8] = match &name[dot + 1..] {
        b"jsx" | b"ts" | b"tsx" | b"mjs" | b"cjs" | b"mts" | b"cts" | b"vue" | b"svelte" => b"js",
        b"cc" | b"cpp" | b"cxx" | b"h" | b"hh" | b"hpp" => b"c",
        b"kt" | b"groovy" | b"scala" => b"java",
        other => other,
    };
    (&name[..dot], family)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(files: &[&str]) -> Vec<(String, String)> {
        let paths: Vec<_> = files.iter().map(|file| RepoPath::from(*file)).collect();
        let borrowed: Vec<_> = paths.iter().collect();
        let found = sources(&borrowed);
        found
            .iter()
            .enumerate()
            .filter_map(|(test, source)| {
                Some((files[test].to_owned(), files[(*source)?].to_owned()))
            })
            .collect()
    }

    #[test]
    fn a_test_finds_its_source() {
        for (test, source) in [
            ("core/foo_test.go", "core/foo.go"),
            ("core/foo_test.rs", "core/foo.rs"),
            ("src/x.test.ts", "src/x.ts"),
            ("src/__tests__/x.test.tsx", "src/x.ts"),
            ("tests/test_x.py", "pkg/x.py"),
            (
                "src/test/java/org/FooTest.java",
                "src/main/java/org/Foo.java",
            ),
            ("spec/models/user_spec.rb", "app/models/user.rb"),
            ("tests/parser.rs", "src/parser.rs"),
            ("src/graph/tests.rs", "src/graph.rs"),
            ("src/graph/tests.rs", "src/graph/mod.rs"),
            ("lib/widget-test.c", "lib/widget.h"),
        ] {
            let pair = (test.to_owned(), source.to_owned());
            assert_eq!(pairs(&[source, test, "zzz/other.go"]), [pair], "{test}");
        }
    }

    #[test]
    fn of_several_sources_the_nearest_is_taken_or_none() {
        let files = [
            "a/index.ts",
            "b/index.ts",
            "b/index.test.ts",
            "c/index.test.ts",
        ];
        assert_eq!(
            pairs(&files),
            [("b/index.test.ts".to_owned(), "b/index.ts".to_owned())]
        );
        let files = ["x/src/main.rs", "y/src/main.rs", "y/tests/main.rs"];
        assert_eq!(
            pairs(&files),
            [("y/tests/main.rs".to_owned(), "y/src/main.rs".to_owned())]
        );
    }

    #[test]
    fn words_that_only_sound_like_tests_are_sources() {
        for name in [
            "latest.rs",
            "contest.py",
            "Testament.java",
            "test.rs",
            "attest_x.go",
        ] {
            assert_eq!(pairs(&[name, "la.rs", "con.py", "x.go"]), [], "{name}");
        }
    }
}
