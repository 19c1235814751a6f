//! Bad input gets a clear error with the right exit code, and loses nothing.

use std::fs;

use crate::place::{Place, files_below};

/// Two commits in one component.
fn small() -> Place {
    let place = Place::repository();
    place.write("core/a.rs", "fn a() {}\n");
    place.commit("First");
    place.write("core/a.rs", "fn a() {}\nfn b() {}\n");
    place.write("cli/main.rs", "fn main() {}\n");
    place.commit("Second");
    place
}

/// The folder of the newest wave, relative to the repository.
fn wave(place: &Place) -> String {
    format!(".scrum/{}", place.read(".scrum/current").trim())
}

#[test]
fn outside_a_repository() {
    let place = Place::empty();
    // The temporary folder itself must not lie in somebody's repository.
    let mut command = place.scrum_command();
    command.env("GIT_CEILING_DIRECTORIES", place.beside(""));
    let output = command.args(["bundle", "HEAD"]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("repository"), "{stderr}");
}

#[test]
fn an_unknown_revision_is_named() {
    let place = small();
    for range in [
        "nowhere..HEAD",
        "HEAD..nowhere",
        "nowhere...HEAD",
        "nowhere",
    ] {
        let run = place.scrum(&["bundle", range]).expect(2);
        assert!(run.stderr.contains("`nowhere`"), "{}", run.all());
    }
    place.scrum(&["bundle", "a..b..c"]).expect(2);
    place.scrum(&["bundle", ".."]).expect(2);
    assert!(!place.path().join(".scrum").exists());
}

#[test]
fn an_error_is_told_once() {
    let place = small();
    let run = place.scrum(&["-C", "absent", "bundle"]).expect(2);
    assert_eq!(run.stderr.matches("os error").count(), 1, "{}", run.all());
    place.write("scrum.toml", "[guard]\nwarm = 1\n");
    let run = place.scrum(&["bundle"]).expect(2);
    assert_eq!(run.stderr.matches("`warm`").count(), 1, "{}", run.all());
}

#[test]
fn a_pathspec_that_leaves_the_repository_is_refused() {
    let place = small();
    for (folder, pathspec) in [(".", "../core"), ("core", "../../core"), ("core", "../..")] {
        let run = place
            .scrum(&["-C", folder, "bundle", "HEAD~1", "--", pathspec])
            .expect(2);
        assert!(run.stderr.contains("outside"), "{}", run.all());
    }
}

#[test]
fn quiet_leaves_the_way_on_from_an_oversize_bundle() {
    let place = small();
    let run = place
        .scrum(&["-q", "bundle", "HEAD~1", "--warn=1B", "--fail=1B"])
        .expect(1);
    assert!(run.stderr.contains("core/a.rs"), "{}", run.all());
    assert!(run.stderr.contains("--split"), "{}", run.all());
}

#[test]
fn an_empty_range_says_so_and_writes_nothing() {
    let place = small();
    let run = place.scrum(&["bundle", "HEAD..HEAD"]).expect(0);
    assert!(run.stderr.contains("nothing changed"), "{}", run.all());
    assert!(!place.path().join(".scrum").exists());
    let json = place
        .scrum(&["bundle", "HEAD..HEAD", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(json["bundles"].as_array().unwrap().len(), 0);
    let run = place
        .scrum(&["bundle", "HEAD~1..HEAD", "--", "nothing/here"])
        .expect(0);
    assert!(run.stderr.contains("nothing changed"), "{}", run.all());
}

#[test]
fn a_shallow_clone_without_the_merge_base() {
    let place = small();
    place.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    place.write("side.rs", "fn side() {}\n");
    place.commit("Side");
    let clone = place.beside("clone");
    let source = format!("file://{}", place.path().display());
    place.git(&[
        "clone",
        "-q",
        "--depth",
        "1",
        "--no-single-branch",
        &source,
        clone.to_str().unwrap(),
    ]);
    let mut command = place.scrum_command();
    let output = command
        .args(["bundle", "origin/main...origin/side", "-C"])
        .arg(&clone)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(
        stderr.contains("shallow") && stderr.contains("fetch"),
        "{stderr}"
    );
}

#[test]
fn a_bare_repository_works() {
    let place = small();
    let bare = place.beside("bare.git");
    place.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let mut command = place.scrum_command();
    let output = command
        .args(["bundle", "HEAD~1..HEAD"])
        .current_dir(&bare)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(bare.join(".scrum/current").is_file());
}

#[test]
fn an_unknown_key_of_the_configuration() {
    let place = small();
    place.write(
        "scrum.toml",
        "[guard]\nwarn = \"60KB\"\n\n[bundle]\nspilt = true\n",
    );
    let run = place.scrum(&["bundle", "HEAD~1..HEAD"]).expect(2);
    for word in ["scrum.toml", "line 5", "spilt"] {
        assert!(run.stderr.contains(word), "{word}: {}", run.all());
    }
    let run = place
        .scrum(&["bundle", "HEAD", "--config", "absent.toml"])
        .expect(2);
    assert!(run.stderr.contains("absent.toml"), "{}", run.all());
}

#[test]
fn a_pattern_that_cannot_compile() {
    let place = small();
    let run = place
        .scrum(&["bundle", "HEAD~1..HEAD", "--component", "core=core/[a"])
        .expect(2);
    assert!(
        run.stderr.contains("core/[a") && run.stderr.contains("core"),
        "{}",
        run.all()
    );
    let run = place
        .scrum(&["bundle", "HEAD~1..HEAD", "--exclude", "core/[a"])
        .expect(2);
    assert!(run.stderr.contains("core/[a"), "{}", run.all());
    assert!(!place.path().join(".scrum").exists());
}

#[test]
fn components_that_overlap_or_match_nothing() {
    let place = small();
    let overlap = [
        "bundle",
        "HEAD~1..HEAD",
        "--component",
        "one=core/**",
        "--component",
        "two=core/a.rs",
    ];
    let run = place.scrum(&[&overlap[..], &["-v"]].concat()).expect(0);
    assert!(
        run.stderr.contains("core/a.rs") && run.stderr.contains("two"),
        "{}",
        run.all()
    );
    assert!(
        place
            .path()
            .join(wave(&place))
            .join("bundles/one.diff")
            .is_file()
    );
    let run = place
        .scrum(&["bundle", "HEAD~1..HEAD", "--component", "ghost=no/such/**"])
        .expect(0);
    assert!(
        run.stderr.contains("warning") && run.stderr.contains("ghost"),
        "{}",
        run.all()
    );
    let quiet = place.scrum(&[
        "bundle",
        "HEAD~1..HEAD",
        "--component",
        "ghost=no/such/**",
        "-q",
    ]);
    assert_eq!(quiet.expect(0).stderr, "");
}

#[test]
fn a_template_with_an_unknown_variable() {
    let place = small();
    place.write("mine.md", "Review\n{{ diff }}\n{{ bundel.id }}\n");
    let run = place
        .scrum(&["bundle", "HEAD~1..HEAD", "--template", "mine.md"])
        .expect(2);
    for word in ["mine.md", "line 3", "bundel"] {
        assert!(run.stderr.contains(word), "{word}: {}", run.all());
    }
    assert!(!place.path().join(".scrum").exists());
}

#[test]
fn reviews_that_are_no_text_are_warnings_and_the_tally_goes_on() {
    let place = small();
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--by", "top-level", "--no-pack"])
        .expect(0);
    let reviews = format!("{}/reviews/core", wave(&place));
    let good = "SEVERITY: BLOCK\nWHERE: core/a.rs:2\nWHAT: w\nWHY: y\n\nVERDICT: BLOCK\n";
    place.write(&format!("{reviews}/opus.md"), good);
    place.write(
        &format!("{reviews}/kimi.md"),
        [b"\xff\xfe not text\n", good.as_bytes()].concat(),
    );
    place.write(&format!("{reviews}/qwen.md"), "");
    place.write(&format!("{reviews}/glm.md"), format!("nul \0 byte\n{good}"));
    let mut huge = good.as_bytes().to_vec();
    huge.resize(50_000_000, b'x');
    place.write(&format!("{reviews}/grok.md"), huge);
    place.write(&format!("{reviews}/mistral.json"), "{ not json");
    let run = place.scrum(&["tally", "--format", "json"]).expect(0);
    let tally = run.json();
    assert_eq!(tally["totals"]["distinct"], 1, "{}", run.all());
    let location = &tally["bundles"]
        .as_array()
        .unwrap()
        .iter()
        .find(|b| b["id"] == "core")
        .unwrap()["locations"][0];
    assert_eq!(location["convergence"], 4, "{location}");
    let rows = tally["bundles"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|bundle| bundle["reviewers"].as_array().unwrap());
    let states: Vec<_> = rows
        .filter(|row| row["reviewer"] == "mistral")
        .map(|row| &row["state"])
        .collect();
    assert!(states.contains(&&"no-evidence".into()), "{states:?}");
    for word in ["kimi", "UTF-8", "grok"] {
        assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
    }
}

#[test]
#[cfg(unix)]
fn a_review_that_is_no_file_is_not_waited_for() {
    let place = small();
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--by", "top-level"])
        .expect(0);
    let reviews = place.path().join(wave(&place)).join("reviews/core");
    fs::create_dir_all(&reviews).unwrap();
    fs::write(reviews.join("opus.md"), "NONE\n").unwrap();
    std::os::unix::fs::symlink("/dev/zero", reviews.join("kimi.md")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", reviews.join("qwen.json")).unwrap();
    let pipe = std::process::Command::new("mkfifo")
        .arg(reviews.join("glm.md"))
        .status();
    assert!(pipe.unwrap().success());
    let run = place.scrum(&["tally", "--format", "json"]).expect(0);
    let rows = run.json()["bundles"][1]["reviewers"].clone();
    let states: Vec<(&str, &str)> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["reviewer"].as_str().unwrap(),
                row["state"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        states,
        [
            ("glm", "failed"),
            ("kimi", "failed"),
            ("opus", "clean"),
            ("qwen", "missing")
        ]
    );
    for name in ["kimi.md", "glm.md", "qwen.json"] {
        assert!(run.stderr.contains(name), "{}", run.all());
    }
}

#[test]
fn a_review_beyond_the_limit_is_measured_and_not_read() {
    let place = Place::empty();
    let path = place.path().join("opus.md");
    fs::write(&path, "WHERE: a.rs:1\n").unwrap();
    fs::File::options()
        .append(true)
        .open(&path)
        .and_then(|file| file.set_len(1 << 40))
        .unwrap();
    let run = place
        .scrum(&["tally", "opus.md", "--format", "json"])
        .expect(0);
    assert!(run.stderr.contains("1099511627776 bytes"), "{}", run.all());
    assert_eq!(run.json()["totals"]["distinct"], 1);
}

#[test]
#[cfg(unix)]
fn a_wave_that_cannot_be_written_is_tallied() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = small();
    place.scrum(&["bundle", "HEAD~1..HEAD"]).expect(0);
    let folder = place.path().join(wave(&place));
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    let may_write = fs::write(folder.join("probe"), "").is_ok();
    let run = place.scrum(&["tally"]);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let run = run.expect(0);
    assert!(run.stdout.contains("0 convergent"), "{}", run.all());
    // Nothing is closed to root.
    assert!(
        may_write || run.stderr.contains("tally.json"),
        "{}",
        run.all()
    );
}

#[test]
fn a_review_of_a_bundle_that_the_manifest_lacks() {
    let place = small();
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--by", "top-level"])
        .expect(0);
    place.write(
        &format!("{}/reviews/elsewhere/opus.md", wave(&place)),
        "WHERE: core/a.rs:2\n",
    );
    let run = place.scrum(&["tally"]).expect(0);
    assert!(run.stderr.contains("elsewhere"), "{}", run.all());
}

#[test]
fn a_manifest_of_a_newer_schema() {
    let place = small();
    place.scrum(&["bundle", "HEAD~1..HEAD"]).expect(0);
    let manifest = format!("{}/manifest.json", wave(&place));
    place.write(
        &manifest,
        place
            .read(&manifest)
            .replace("scrum.manifest/1", "scrum.manifest/9"),
    );
    let run = place.scrum(&["tally"]).expect(3);
    assert!(run.stderr.contains("scrum.manifest/9"), "{}", run.all());
}

#[test]
fn a_wave_that_was_written_halfway_is_recognised() {
    let place = small();
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--by", "top-level", "--no-pack"])
        .expect(0);
    let folder = place.path().join(wave(&place));
    for file in ["bundles/core.diff", "prompts/cli.md", "tree.txt"] {
        let whole = fs::read(folder.join(file)).unwrap();
        fs::write(folder.join(file), "other\n").unwrap();
        let run = place.scrum(&["tally"]).expect(3);
        assert!(
            run.stderr.contains(file) && run.stderr.contains("scrum bundle"),
            "{}",
            run.all()
        );
        fs::remove_file(folder.join(file)).unwrap();
        let run = place.scrum(&["tally"]).expect(3);
        assert!(run.stderr.contains("missing"), "{}", run.all());
        fs::write(folder.join(file), whole).unwrap();
    }
    place.scrum(&["tally"]).expect(0);
    fs::write(folder.join("bundles/core.diff"), "other\n").unwrap();
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--by", "top-level", "--no-pack"])
        .expect(0);
    place.scrum(&["tally"]).expect(0);
}

#[test]
fn a_folder_that_is_no_wave_is_left_alone() {
    let place = small();
    place.write("precious/notes.txt", "mine\n");
    let run = place
        .scrum(&["bundle", "HEAD~1..HEAD", "-o", "precious"])
        .expect(2);
    assert!(run.stderr.contains("precious"), "{}", run.all());
    assert_eq!(files_below(&place.path().join("precious")), ["notes.txt"]);
}

#[test]
fn no_wave_and_unknown_waves() {
    let place = small();
    let run = place.scrum(&["tally"]).expect(2);
    assert!(run.stderr.contains("scrum bundle"), "{}", run.all());
    let run = place.scrum(&["tally", "nothing-here"]).expect(2);
    assert!(run.stderr.contains("nothing-here"), "{}", run.all());
}

#[test]
fn a_patch_that_is_none() {
    let place = Place::empty();
    let run = place
        .scrum_with_stdin(&["bundle", "--diff", "-"], b"hello\n")
        .expect(2);
    assert!(run.stderr.contains("git diff"), "{}", run.all());
    let run = place.scrum(&["bundle", "--diff", "absent.patch"]).expect(2);
    assert!(run.stderr.contains("absent.patch"), "{}", run.all());
    let broken = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n";
    let run = place
        .scrum_with_stdin(&["bundle", "--diff", "-"], broken)
        .expect(2);
    assert!(run.stderr.contains("line 6"), "{}", run.all());
    assert!(!place.path().join(".scrum").exists());
}
