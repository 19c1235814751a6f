//! `scrum bundle` over real ranges.

use std::collections::BTreeMap;
use std::fs;

use crate::place::Place;

/// A history with most of what can happen to a file.
fn eventful() -> Place {
    let place = Place::repository();
    let body = |word: &str| (0..40).map(|n| format!("{word} {n}\n")).collect::<String>();
    place.write("core/Cargo.toml", "[package]\n");
    place.write("cli/Cargo.toml", "[package]\n");
    place.write("core/src/kept.rs", body("kept"));
    place.write("core/src/moved.rs", body("moved"));
    place.write("core/src/gone.rs", body("gone"));
    place.write("core/link", "file\n");
    place.write("Cargo.lock", "old\n");
    place.write("logo.png", b"\x89PNG\0\x01");
    place.commit("Base");
    place.write(
        "core/src/kept.rs",
        body("kept").replace("kept 7\n", "changed 7\n"),
    );
    place.git(&["mv", "core/src/moved.rs", "cli/moved here.rs"]);
    place.write("cli/moved here.rs", body("moved").replace("moved 3\n", ""));
    fs::remove_file(place.path().join("core/src/gone.rs")).unwrap();
    fs::remove_file(place.path().join("core/link")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("src/kept.rs", place.path().join("core/link")).unwrap();
    place.write("cli/new\ttab.rs", "fn main() {}\n");
    place.write("Cargo.lock", "new\n");
    place.write("logo.png", b"\x89PNG\0\x02");
    place.commit("Everything happens");
    place
}

fn wave(place: &Place) -> std::path::PathBuf {
    place
        .path()
        .join(".scrum")
        .join(place.read(".scrum/current").trim())
}

#[test]
fn the_text_output() {
    let place = eventful();
    let run = place.scrum(&["bundle", "HEAD~1..HEAD", "--no-pack"]);
    insta::assert_snapshot!(run.expect(0).all());
}

#[test]
fn small_found_components_are_packed_unless_something_says_no() {
    let place = eventful();
    let names = |args: &[&str]| {
        let args = [
            &["bundle", "HEAD~1..HEAD", "--dry-run", "--format", "json"],
            args,
        ]
        .concat();
        let manifest = place.scrum(&args).expect(0).json();
        let bundles = manifest["bundles"].as_array().unwrap().iter();
        let rows = bundles.map(|bundle| format!("{} {}", bundle["id"], bundle["packed"]));
        rows.collect::<Vec<_>>().join(", ")
    };
    const PACKED: &str = r#""cli+core" ["cli","core"]"#;
    const EACH: &str = r#""cli" null, "core" null"#;
    assert_eq!(names(&[]), PACKED);
    assert_eq!(names(&["--no-pack"]), EACH);
    assert_eq!(names(&["--no-pack", "--pack"]), PACKED);
    // A third of this is less than the two together.
    assert_eq!(names(&["--warn", "3KB"]), EACH);
    assert_eq!(
        names(&["--component", "core=core/**"]),
        r#""core" null, "cli" null"#
    );
    place.write("scrum.toml", "[bundle]\npack = false\n");
    assert_eq!(names(&[]), EACH);
    assert_eq!(names(&["--pack"]), PACKED);
}

#[test]
fn every_changed_file_stands_in_exactly_one_place() {
    let place = eventful();
    for flags in [
        &[][..],
        &["--no-pack"],
        &["--split", "--warn", "400B", "--fail", "1KB"],
        &["--by", "top-level"],
    ] {
        let mut args = vec![
            "bundle",
            "HEAD~1..HEAD",
            "--format",
            "json",
            "--force-oversize",
            "--overwrite",
        ];
        args.extend(flags);
        let manifest = place.scrum(&args).expect(0).json();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut parts: BTreeMap<String, usize> = BTreeMap::new();
        for bundle in manifest["bundles"].as_array().unwrap() {
            for file in bundle["files"].as_array().unwrap() {
                let path = file["path"].as_str().unwrap().to_owned();
                *if bundle["part"].is_null() {
                    &mut seen
                } else {
                    &mut parts
                }
                .entry(path)
                .or_default() += 1;
            }
        }
        for file in manifest["excluded"].as_array().unwrap() {
            *seen
                .entry(file["path"].as_str().unwrap().to_owned())
                .or_default() += 1;
        }
        assert!(seen.values().all(|count| *count == 1), "{flags:?} {seen:?}");
        let mut all: Vec<_> = seen.into_keys().chain(parts.into_keys()).collect();
        all.sort();
        let names = place.git(&["diff", "--name-only", "-M", "-z", "HEAD~1..HEAD"]);
        let mut changed: Vec<_> = names.split_terminator('\0').map(str::to_owned).collect();
        changed.sort();
        assert_eq!(all, changed, "{flags:?}");
    }
}

#[test]
fn the_diffs_together_are_gits_own() {
    let place = eventful();
    place.scrum(&["bundle", "HEAD~1..HEAD"]).expect(0);
    let mut sections: Vec<String> = Vec::new();
    let mut files = vec![wave(&place).join("excluded.diff")];
    files.extend(
        fs::read_dir(wave(&place).join("bundles"))
            .unwrap()
            .map(|e| e.unwrap().path()),
    );
    for file in files {
        sections.extend(split_sections(&fs::read_to_string(file).unwrap()));
    }
    let git = place.git(&["diff", "--full-index", "--binary", "-M", "HEAD~1..HEAD"]);
    let mut expected = split_sections(&git);
    // The bytes of a compressed literal are the compressor's own affair.
    for list in [&mut sections, &mut expected] {
        for section in list.iter_mut() {
            if let Some(at) = section.find("GIT binary patch") {
                section.truncate(at);
            }
        }
        list.sort();
    }
    assert_eq!(sections, expected);
}

fn split_sections(text: &str) -> Vec<String> {
    let text = text.strip_prefix("diff --git ").unwrap_or(text);
    text.split("\ndiff --git ")
        .map(|section| section.trim_end().to_owned())
        .collect()
}

#[test]
fn files_that_say_they_are_generated_are_excluded_and_can_be_brought_back() {
    let place = Place::repository();
    const HEADER: &str = "// Code generated by x; DO NOT EDIT.\n";
    let tail = "line\n".repeat(20);
    place.write(
        ".gitattributes",
        "by-gitlab.txt gitlab-generated\nvendor/ours/** -linguist-vendored\ndenied.go linguist-generated=false\n",
    );
    let write = |word: &str| {
        for path in ["gen.go", "denied.go", "kept.go"] {
            place.write(path, format!("{HEADER}package x\n\n{tail}{word}\n"));
        }
        place.write("types.py", format!("# @generated\n{tail}{word}\n"));
        for path in ["by-gitlab.txt", "vendor/ours/x.go", "vendor/x.go", "own.go"] {
            place.write(path, format!("{word}\n"));
        }
    };
    write("old");
    place.write("becomes.go", "package x\n");
    place.commit("Base");
    write("new");
    place.write("becomes.go", format!("{HEADER}package x\n"));
    place.write("new.go", format!("{HEADER}package x\n"));
    place.commit("Head");
    let bundle = ["bundle", "HEAD~1..HEAD", "--exclude", "!kept.go"];
    let run = place.scrum(&bundle).expect(0);
    insta::assert_snapshot!(run.all());
    place.scrum(&["verify"]).expect(0);
    // Of a patch only what the hunks show is known: the added file.
    let patch = place.git(&["diff", "HEAD~1..HEAD"]);
    let run = place
        .scrum_with_stdin(
            &["bundle", "--diff", "-", "--dry-run", "--format", "json"],
            patch.as_bytes(),
        )
        .expect(0);
    let excluded: Vec<_> = run.json()["excluded"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| format!("{}: {}", file["path"], file["reason"]))
        .collect();
    assert_eq!(
        excluded,
        [
            r#""new.go": "generated (its header)""#,
            r#""vendor/ours/x.go": "vendored""#,
            r#""vendor/x.go": "vendored""#
        ]
    );
}

#[test]
fn a_prompt_as_a_reviewer_sees_it() {
    let place = eventful();
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--no-pack"])
        .expect(0);
    let prompt = fs::read_to_string(wave(&place).join("prompts/cli.md")).unwrap();
    insta::assert_snapshot!(prompt);
}

#[test]
fn json_is_the_manifest() {
    let place = eventful();
    let run = place
        .scrum(&["bundle", "HEAD~1..HEAD", "--format", "json"])
        .expect(0);
    assert_eq!(
        run.stdout,
        fs::read_to_string(wave(&place).join("manifest.json")).unwrap()
    );
    let manifest = run.json();
    assert_eq!(manifest["schema"], "scrum.manifest/1");
    for bundle in manifest["bundles"].as_array().unwrap() {
        let file = |key: &str| fs::read(wave(&place).join(bundle[key].as_str().unwrap())).unwrap();
        assert_eq!(bundle["bytes"], file("diff").len());
        assert_eq!(bundle["prompt_bytes"], file("prompt").len());
        assert_eq!(bundle["tokens"], file("prompt").len().div_ceil(4));
        let bytes: u64 = bundle["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| file["bytes"].as_u64().unwrap())
            .sum();
        assert_eq!(bundle["bytes"], bytes);
    }
    let moved = manifest["bundles"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|b| b["files"].as_array().unwrap());
    let moved = moved
        .clone()
        .find(|file| file["kind"] == "renamed")
        .unwrap();
    assert_eq!(moved["old_path"], "core/src/moved.rs");
    assert_eq!(moved["moved_from_component"], "core");
}

#[test]
fn ranges_without_dots_and_without_words() {
    let place = Place::repository();
    place.write("a", "1\n");
    place.commit("One");
    place.git(&["checkout", "-q", "-b", "topic"]);
    place.write("b", "2\n");
    place.commit("Two");
    place.git(&["checkout", "-q", "main"]);
    place.write("c", "3\n");
    place.commit("Three");
    place.git(&["checkout", "-q", "topic"]);
    let files = |args: &[&str]| -> Vec<String> {
        let args = [&["bundle", "--dry-run", "--format", "json"], args].concat();
        let manifest = place.scrum(&args).expect(0).json();
        let bundles = manifest["bundles"].as_array().unwrap().clone();
        let mut files: Vec<_> = bundles
            .iter()
            .flat_map(|bundle| bundle["files"].as_array().unwrap())
            .map(|file| file["path"].as_str().unwrap().to_owned())
            .collect();
        files.sort();
        files
    };
    // The default, one revision, and three dots start at the merge base; two dots compare the trees.
    assert_eq!(files(&[]), ["b"]);
    assert_eq!(files(&["main"]), ["b"]);
    assert_eq!(files(&["main...topic"]), ["b"]);
    assert_eq!(files(&["main..topic"]), ["b", "c"]);
    let run = place
        .scrum(&["bundle", "--dry-run", "main..topic"])
        .expect(0);
    assert!(run.stderr.contains("main...topic"), "{}", run.all());
}

#[test]
fn a_pathspec_counts_from_the_current_folder() {
    let place = eventful();
    let run = place.scrum(&[
        "-C",
        "core",
        "bundle",
        "HEAD~1..HEAD",
        "--dry-run",
        "--format",
        "json",
        "--",
        "src",
    ]);
    let manifest = run.expect(0).json();
    let paths: Vec<_> = manifest["bundles"][0]["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    assert_eq!(
        paths,
        ["core/src/gone.rs", "core/src/kept.rs", "core/src/moved.rs"]
    );
}

#[test]
fn a_patch_in_place_of_a_range() {
    let place = eventful();
    let patch = place.git(&["diff", "--full-index", "--binary", "-M", "HEAD~1..HEAD"]);
    let elsewhere = Place::empty();
    let run = elsewhere.scrum_with_stdin(
        &["bundle", "--diff", "-", "--format", "json"],
        patch.as_bytes(),
    );
    let manifest = run.expect(0).json();
    assert!(manifest["range"]["base"].is_null());
    let name = elsewhere.read(".scrum/current");
    assert!(name.starts_with("patch-"), "{name}");
    let wave = elsewhere.path().join(".scrum").join(name.trim());
    let mut sections = split_sections(&fs::read_to_string(wave.join("excluded.diff")).unwrap());
    for file in fs::read_dir(wave.join("bundles")).unwrap() {
        sections.extend(split_sections(
            &fs::read_to_string(file.unwrap().path()).unwrap(),
        ));
    }
    sections.sort();
    let mut expected = split_sections(&patch);
    expected.sort();
    assert_eq!(sections, expected);
}

#[test]
fn pathspecs_typed_in_a_folder_are_gits() {
    let place = Place::repository();
    for name in ["a.c", "src/a.c", "src/b.c", "src/deep/c.h"] {
        place.write(name, "1\n");
    }
    place.commit("First");
    for name in ["a.c", "src/a.c", "src/b.c", "src/deep/c.h"] {
        place.write(name, "2\n");
    }
    place.commit("Second");
    let top = place.path();
    for specs in [
        &[".", ":!a.c"][..],
        &[":!a.c"],
        &["*.c"],
        &[":(glob)*.c"],
        &[":/", ":(exclude)deep"],
        &["../a.c", "[[:alpha:]].c"],
        &[top.join("src/b.c").to_str().unwrap()],
    ] {
        let args = ["-C", "src", "diff", "--name-only", "HEAD~1", "HEAD", "--"];
        let due = place.git(&[&args[..], specs].concat());
        let args = [
            "-C",
            "src",
            "bundle",
            "HEAD~1..HEAD",
            "--dry-run",
            "--format",
            "json",
            "--",
        ];
        let manifest = place.scrum(&[&args[..], specs].concat()).expect(0).json();
        let mut found: Vec<_> = manifest["bundles"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|bundle| bundle["files"].as_array().unwrap())
            .map(|file| file["path"].as_str().unwrap())
            .collect();
        found.sort_unstable();
        assert_eq!(found, due.lines().collect::<Vec<_>>(), "{specs:?}");
    }
}

#[test]
fn gitlabs_own_place_for_codeowners_is_read() {
    let place = Place::repository();
    place.write(
        ".gitlab/CODEOWNERS",
        "[Core][2] @core\nsrc/\n!src/gen/\n^[web]\nweb/ @web\n[CORE]\nlib/ @lib\n",
    );
    let files = ["src/a.c", "src/gen/b.c", "web/c.js", "lib/d.c", "e.md"];
    for name in files {
        place.write(name, "1\n");
    }
    place.commit("First");
    for name in files {
        place.write(name, "2\n");
    }
    place.commit("Second");
    let args = [
        "bundle",
        "HEAD~1..HEAD",
        "--by",
        "codeowners",
        "--dry-run",
        "--format",
        "json",
    ];
    let manifest = place.scrum(&args).expect(0).json();
    let of = |path: &str| {
        let bundles = manifest["bundles"].as_array().unwrap();
        let mut holding = bundles.iter().filter(|bundle| {
            let mut files = bundle["files"].as_array().unwrap().iter();
            files.any(|file| file["path"] == path)
        });
        holding.next().unwrap()["component"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let components = files.map(of);
    // What a section excludes has no owner, as what no line names; the other three have one each.
    assert_eq!(components[1], components[4], "{components:?}");
    let mut own = vec![
        &components[0],
        &components[2],
        &components[3],
        &components[4],
    ];
    own.sort();
    own.dedup();
    assert_eq!(own.len(), 4, "{components:?}");
}
