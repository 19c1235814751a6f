//! Every error names the thing, has its exit code, and ends with a hint that holds a command to type.

use std::fs;

use crate::place::{Place, Run};

/// Two branches that parted, a tag, and a component each.
fn branches() -> Place {
    let place = Place::repository();
    place.write("core/a.rs", "fn a() {}\n");
    place.commit("First");
    place.git(&["checkout", "-q", "-b", "topic"]);
    place.write("core/a.rs", "fn a() {}\nfn b() {}\n");
    place.write("web/b.rs", "fn c() {}\n");
    place.commit("Second");
    place.git(&["tag", "v1.0.0"]);
    place
}

/// The hint's line, which must hold a command.
#[track_caller]
fn hint(run: &Run) -> String {
    let mut lines = run.stderr.lines();
    let hint = lines.find_map(|line| line.strip_prefix("hint: "));
    let hint = hint.unwrap_or_else(|| panic!("no hint\n{}", run.all()));
    let commands = ["scrum", "git", "ls", "df"];
    let has_command = hint.split('`').skip(1).step_by(2).any(|quoted| {
        let word = quoted.split(' ').next().unwrap_or_default();
        commands.contains(&word)
    });
    assert!(
        has_command || hint.contains("Then: scrum "),
        "no command in the hint\n{}",
        run.all()
    );
    hint.to_owned()
}

#[test]
fn errors_of_the_command_line_and_the_repository() {
    let place = branches();
    place.git(&["checkout", "-q", "--orphan", "other"]);
    place.commit("Unrelated");
    place.git(&["checkout", "-q", "topic"]);
    place.write("not.patch", "hello\n");
    place.write(
        "broken.patch",
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n",
    );
    place.write(
        "bare.patch",
        "diff --git x x\nindex 1..2 100644\n--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b\n",
    );
    place.write("mine.md", "{{ bundle.btyes }}{{ diff }}");
    place.write("empty.md", "no diff");
    let blob = place.git(&["rev-parse", "HEAD:core/a.rs"]);
    let blob = blob.trim();
    // The arguments, the exit code, what the error names, what the hint proposes.
    let table: &[(&[&str], i32, &str, &str)] = &[
        (
            &["bundle", "mian"],
            2,
            "unknown revision `mian`",
            "scrum bundle main",
        ),
        (
            &["bundle", "mian~0...topic"],
            2,
            "`mian~0`",
            "scrum bundle main~0...topic",
        ),
        (&["bundle", "v1.0"], 2, "`v1.0`", "v1.0.0"),
        (
            &["bundle", "HEAD~99..HEAD"],
            2,
            "`HEAD~99`",
            "git log --oneline HEAD",
        ),
        (
            &["bundle", "nothing-like-it"],
            2,
            "`nothing-like-it`",
            "git branch -a",
        ),
        (
            &["bundle", "core"],
            2,
            "unknown revision `core`",
            "scrum bundle -- core",
        ),
        (
            &["bundle", "not.patch"],
            2,
            "`not.patch`",
            "--diff not.patch",
        ),
        (
            &["bundle", "main..topic..x"],
            2,
            "`main..topic..x`",
            "scrum bundle main...HEAD",
        ),
        (&["bundle", ""], 2, "the range is empty", "scrum bundle"),
        (
            &["bundle", "main topic"],
            2,
            "`main topic`",
            "scrum bundle main..topic",
        ),
        (
            &["bundle", "other...topic"],
            2,
            "no merge base",
            "scrum bundle other..topic",
        ),
        (
            &["bundle", "HEAD^{tree}...HEAD"],
            2,
            "is not a commit",
            "scrum bundle",
        ),
        (&["bundle", blob], 2, "has no tree", "git cat-file"),
        (
            &["bundle", "main", "--", "../.."],
            2,
            "outside",
            "scrum bundle",
        ),
        (
            &["bundle", "main", "--component", "core=[a"],
            2,
            "core",
            "--component",
        ),
        (&["bundle", "main", "--exclude", "[a"], 2, "[a", "--exclude"),
        (
            &["bundle", "main", "--by", "codeowners"],
            2,
            "CODEOWNERS",
            "--by workspace",
        ),
        (
            &["bundle", "main", "--warn", "2KB", "--fail", "1KB"],
            2,
            "above the fail limit",
            "--warn 60KB",
        ),
        (
            &["bundle", "main", "--template", "absent.md"],
            2,
            "`absent.md`",
            "ls .",
        ),
        (
            &["bundle", "main", "--template", "mine.md"],
            2,
            "bundle.btyes",
            "bundle.bytes",
        ),
        (
            &["bundle", "main", "--template", "empty.md"],
            2,
            "diff",
            "--template",
        ),
        (
            &["bundle", "--diff", "absent.patch"],
            2,
            "`absent.patch`",
            "ls .",
        ),
        (&["bundle", "--diff", "core"], 2, "`core`", "ls -ld core"),
        (
            &["bundle", "--diff", "not.patch"],
            2,
            "git's format",
            "git diff",
        ),
        (
            &["bundle", "--diff", "broken.patch"],
            2,
            "line ",
            "git apply --stat broken.patch",
        ),
        (
            &["bundle", "--diff", "bare.patch"],
            2,
            "noprefix",
            "git -c diff.noprefix=false",
        ),
        (
            &["bundle", "main", "-o", "core"],
            2,
            "neither empty nor a wave",
            "-o NEW-FOLDER",
        ),
        (&["-C", "absent", "bundle"], 2, "`absent`", "ls ."),
        (
            &["--config", "absent.toml", "bundle"],
            2,
            "absent.toml",
            "ls .",
        ),
        (&["tally"], 2, "no wave yet", "scrum bundle"),
        (&["tally", "absent"], 2, "`absent`", "ls .scrum"),
        (&["verify", "absent"], 2, "`absent`", "ls .scrum"),
        (&["verify", "core"], 2, "`core`", "scrum bundle"),
    ];
    for (args, code, message, way) in table {
        let run = place.scrum(args).expect(*code);
        let error = run.stderr.lines().find(|line| line.starts_with("error: "));
        assert!(
            error.is_some_and(|error| error.contains(message)),
            "{args:?}\n{}",
            run.all()
        );
        let hint = hint(&run);
        assert!(hint.contains(way), "{args:?}\n{}", run.all());
    }
    assert!(!place.path().join(".scrum").exists());
}

/// A template may pass its samples and fail on a bundle.
#[test]
fn a_template_that_fails_while_a_prompt_is_rendered() {
    let place = branches();
    place.write(
        "late.md",
        "{{ diff }}\n{% if bundle.id == 'web' %}{{ bundle.files | sum }}{% endif %}\n",
    );
    let run = place.scrum(&[
        "bundle",
        "main",
        "--by",
        "top-level",
        "--no-pack",
        "--template",
        "late.md",
    ]);
    let run = run.expect(2);
    assert!(
        run.stderr
            .contains("the prompt of bundle `web` cannot be rendered: line 2: "),
        "{}",
        run.all()
    );
    assert!(hint(&run).contains("docs/prompt.md"), "{}", run.all());
}

#[test]
fn errors_of_the_configuration() {
    let place = branches();
    for (text, line, message, way) in [
        (
            "[guard]\nwran = '1KB'\n",
            "line 2",
            "`wran`",
            "did you mean `warn`",
        ),
        ("[gaurd]\n", "line 1", "`gaurd`", "did you mean `guard`"),
        ("warn = '1KB'\n", "line 1", "`warn`", "[guard] warn"),
        (
            "[bundle]\n\nby = 'workspce'\n",
            "line 3",
            "`workspce`",
            "`workspace`",
        ),
        (
            "[guard]\nwarn = '60 parsecs'\n",
            "line 2",
            "60 parsecs",
            "scrum init --print",
        ),
        ("[guard\n", "line 1", "", "scrum init --print"),
        (
            "[guard]\nwarn = '2KB'\nfail = '1KB'\n",
            "line 1",
            "above the fail limit",
            "scrum init --print",
        ),
        (
            "[[reviewers]]\nname = 'a'\n[[reviewers]]\nname = 'a'\n",
            "",
            "`a`",
            "[[reviewers]]",
        ),
        (
            "[[reviewers]]\nname = '../a'\n",
            "",
            "`../a`",
            "scrum init --print",
        ),
        (
            "[[reviewers]]\nname = 'a'\napi = 'openai'\nurl = 'http://x'\nmodel = 'm'\nheaders = { 'x y' = '1' }\n",
            "reviewer `a`",
            "`headers`: `x y`",
            "scrum init --print",
        ),
    ] {
        place.write("scrum.toml", text);
        let run = place.scrum(&["bundle", "main"]).expect(2);
        for word in ["scrum.toml", line, message] {
            assert!(run.stderr.contains(word), "{text}\n{}", run.all());
        }
        assert!(hint(&run).contains(way), "{text}\n{}", run.all());
    }
}

#[test]
fn errors_of_a_wave() {
    let place = branches();
    place
        .scrum(&["bundle", "main", "-o", ".scrum/first"])
        .expect(0);
    let run = place.scrum(&["tally", "frist"]).expect(2);
    assert!(hint(&run).contains("scrum tally first"), "{}", run.all());

    place.write(".scrum/first/reviews/core/opus.md", "NONE\n");
    let run = place.scrum(&[
        "bundle",
        "HEAD~1..HEAD",
        "--by",
        "top-level",
        "-o",
        ".scrum/first",
    ]);
    let run = run.expect(2);
    assert!(
        run.stderr
            .contains("already holds reviews of a different division"),
        "{}",
        run.all()
    );
    assert!(hint(&run).contains("--overwrite"), "{}", run.all());

    place.write(".scrum/first/bundles/root.diff", "other\n");
    let run = place.scrum(&["tally", "first"]).expect(3);
    assert!(run.stderr.contains("root.diff"), "{}", run.all());
    hint(&run);
    for manifest in ["{", "{\"schema\": \"scrum.manifest/99\"}"] {
        place.write(".scrum/first/manifest.json", manifest);
        let run = place.scrum(&["tally", "first"]).expect(3);
        assert!(run.stderr.contains("manifest"), "{}", run.all());
        hint(&run);
    }
    fs::remove_file(place.path().join(".scrum/first/manifest.json")).unwrap();
    place.write(".scrum/current", "first\n");
    let run = place.scrum(&["tally"]).expect(2);
    assert!(run.stderr.contains("first"), "{}", run.all());
    hint(&run);
}

#[test]
fn a_name_that_is_spelt_nearly_right_comes_with_the_command_corrected() {
    let place = branches();
    let seats = "[[reviewers]]\nname = 'opus'\ncommand = ['cat']\n[[reviewers]]\nname = 'kimi'\ncommand = ['cat']\n";
    place.write("scrum.toml", seats);
    place
        .scrum(&["bundle", "main", "--by", "top-level", "--no-pack"])
        .expect(0);
    // The arguments, what the error names, what the hint proposes.
    let table: &[(&[&str], &str, &str)] = &[
        (
            &["review", "--bundle", "cor"],
            "no bundle `cor`",
            "Then: scrum review --bundle core",
        ),
        (
            &["review", "--bundle", "core,wbe"],
            "no bundle `wbe`",
            "Then: scrum review --bundle core,web",
        ),
        // The corrected word is the option's, not the command's.
        (
            &["review", "--dry-run", "--bundle=we"],
            "no bundle `we`",
            "known: core, web; `scrum review --dry-run`",
        ),
        (
            &["review", "--reviewer", "kimmi", "--bundle", "core"],
            "no reviewer `kimmi`",
            "Then: scrum review --reviewer kimi --bundle core",
        ),
        (
            &["review", "--reviewer", "gemini"],
            "no reviewer `gemini`",
            "known: opus, kimi; `scrum review --dry-run`",
        ),
        (
            &["review", "mian...topic"],
            "unknown revision `mian`",
            "Then: scrum review main...topic",
        ),
        (
            &["tally", "mian...topic"],
            "unknown revision `mian`",
            "Then: scrum tally main...topic",
        ),
        (
            &["tally", "topci"],
            "unknown revision `topci`",
            "Then: scrum tally topic",
        ),
        (
            &["verify", "main...tpoic"],
            "unknown revision `tpoic`",
            "Then: scrum verify main...topic",
        ),
        (
            &["tally", "topic..main"],
            "`topic..main` has no wave yet",
            "`scrum bundle topic..main`",
        ),
        (
            &["verify", "zzz..main"],
            "unknown revision `zzz`",
            "git branch -a",
        ),
    ];
    for (args, message, way) in table {
        let run = place.scrum(args).expect(2);
        assert!(run.stderr.contains(message), "{args:?}\n{}", run.all());
        let hint = hint(&run);
        assert!(hint.contains(way), "{args:?}\n{}", run.all());
    }
    place.write("out/core/opus.md", "NONE\n");
    let run = place
        .scrum(&["tally", "out", "--lineage", "opsu=mine"])
        .expect(0);
    assert!(
        run.stderr
            .contains("no reviewer is named `opsu` (did you mean `opus`?)"),
        "{}",
        run.all()
    );
    let run = place
        .scrum(&["tally", "out", "--lineage", "opus=mine"])
        .expect(0);
    assert!(
        !run.stderr.contains("no reviewer is named"),
        "{}",
        run.all()
    );
}

#[test]
fn the_parts_of_a_component_that_was_cut_are_named() {
    let place = Place::repository();
    let lines = |word: &str| {
        (0..400)
            .map(|line| format!("{word} {line}\n"))
            .collect::<String>()
    };
    for file in ["a", "b"] {
        place.write(&format!("core/{file}.txt"), lines("old"));
    }
    place.commit("First");
    for file in ["a", "b"] {
        place.write(&format!("core/{file}.txt"), lines("new"));
    }
    place.commit("Second");
    place.write(
        "scrum.toml",
        "[[reviewers]]\nname = 'opus'\ncommand = ['cat']\n[[components]]\nname = 'core'\npaths = ['core/**']\n",
    );
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--split", "--warn", "14KB"])
        .expect(0);
    let run = place
        .scrum(&["review", "--dry-run", "--bundle", "core"])
        .expect(2);
    assert!(
        hint(&run).contains("Then: scrum review --dry-run --bundle core.1,core.2"),
        "{}",
        run.all()
    );
    place
        .scrum(&["review", "--dry-run", "--bundle", "core.1,core.2"])
        .expect(0);
}

#[test]
fn errors_of_repositories_that_are_not_what_they_should_be() {
    let place = Place::repository();
    let run = place.scrum(&["bundle"]).expect(2);
    assert!(run.stderr.contains("no commit yet"), "{}", run.all());
    hint(&run);
    place.write("a", "a\n");
    place.commit("First");
    place.write("a", "b\n");
    place.commit("Second");
    place.git(&["branch", "-m", "trunk"]);
    let run = place.scrum(&["bundle"]).expect(2);
    assert!(run.stderr.contains("no default branch"), "{}", run.all());
    assert!(hint(&run).contains("HEAD^!"), "{}", run.all());

    let source = format!("file://{}", place.path().display());
    let clone = place.beside("clone");
    let clone = clone.to_str().unwrap();
    place.git(&["clone", "-q", "--depth", "1", &source, clone]);
    let run = place
        .scrum(&["-C", clone, "bundle", "HEAD~1..HEAD"])
        .expect(2);
    assert!(
        hint(&run).contains("git fetch --unshallow"),
        "{}",
        run.all()
    );

    // Formats of a repository that libgit2 does not know, named as git names them.
    for (extension, value, named) in [
        ("refStorage", "reftable", "reftable"),
        ("someDay", "yes", "`extensions.someday`"),
    ] {
        let other = place.beside(extension);
        let other = other.to_str().unwrap();
        place.git(&["init", "-q", other]);
        place.git(&["-C", other, "config", "core.repositoryFormatVersion", "1"]);
        place.git(&[
            "-C",
            other,
            "config",
            &format!("extensions.{extension}"),
            value,
        ]);
        let run = place.scrum(&["-C", other, "bundle"]).expect(2);
        assert!(run.stderr.contains(named), "{}", run.all());
        assert!(hint(&run).contains("--diff -"), "{}", run.all());
    }

    let outside = place.beside("outside");
    fs::create_dir(&outside).unwrap();
    let outside = outside.to_str().unwrap();
    for command in [&["bundle"][..], &["init"]] {
        let mut scrum = place.scrum_command();
        // The temporary folder itself must not lie in somebody's repository.
        scrum.env("GIT_CEILING_DIRECTORIES", place.beside(""));
        let run = place.finish(scrum.args(["-C", outside]).args(command).output().unwrap());
        let run = run.expect(2);
        assert!(
            run.stderr.contains("not in a git repository"),
            "{}",
            run.all()
        );
        assert!(hint(&run).contains("--diff"), "{}", run.all());
    }
}

/// An unwritable place; a superuser may write everywhere, and then there is nothing to see.
#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let place = branches();
    let folder = place.beside("locked");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(folder.join("x"), "").is_ok() {
        return;
    }
    let wave = folder.join("wave");
    let run = place
        .scrum(&["bundle", "main", "-o", wave.to_str().unwrap()])
        .expect(3);
    assert!(run.stderr.contains("Permission denied"), "{}", run.all());
    hint(&run);
}

#[test]
fn what_changes_nothing_has_a_way_on() {
    let place = branches();
    for (args, way) in [
        (&["bundle", "HEAD..HEAD"][..], "scrum bundle HEAD^!"),
        (&["bundle", "main", "--", "nowhere"], "paths"),
    ] {
        let run = place.scrum(args).expect(0);
        assert!(run.stderr.contains("nothing changed"), "{}", run.all());
        assert!(run.stderr.contains(way), "{}", run.all());
        hint(&run);
        let quiet = place.scrum(&[&["-q"], args].concat()).expect(0);
        assert_eq!(quiet.stderr, "");
    }
    place.git(&["checkout", "-q", "main"]);
    let run = place.scrum(&["bundle"]).expect(0);
    assert!(run.stderr.contains("scrum bundle HEAD^!"), "{}", run.all());
}

#[test]
fn reviews_in_the_wrong_place_are_told() {
    let place = branches();
    place
        .scrum(&[
            "bundle",
            "main",
            "--by",
            "top-level",
            "--no-pack",
            "-o",
            "w",
        ])
        .expect(0);
    place.write("w/reviews/opus.md", "NONE\n");
    place.write("w/reviews/cora/opus.md", "NONE\n");
    let run = place.scrum(&["tally", "w"]).expect(0);
    assert!(
        run.stderr.contains("w/reviews/opus.md is not read"),
        "{}",
        run.all()
    );
    assert!(
        run.stderr.contains("`cora` (did you mean `core`?)"),
        "{}",
        run.all()
    );
    let run = place
        .scrum(&["tally", "w", "--min-lineages", "3"])
        .expect(1);
    assert!(hint(&run).contains("scrum tally"), "{}", run.all());
    fs::create_dir(place.path().join("empty")).unwrap();
    let run = place.scrum(&["tally", "empty"]).expect(0);
    assert!(run.stderr.contains("no review in empty"), "{}", run.all());
    let run = place
        .scrum(&["tally", "w", "-o", "absent/tally.json"])
        .expect(3);
    assert!(!run.stderr.contains("scrum-tmp"), "{}", run.all());
    assert!(run.stderr.contains("mkdir -p absent"), "{}", run.all());
}

#[test]
fn what_the_command_line_itself_refuses_has_a_way_on() {
    let place = Place::empty();
    for (args, tip) in [
        (&["bunlde"][..], "bundle"),
        (&["bundle", "--spilt"], "--split"),
        (&["bundle", "--by", "workspaces"], "workspace"),
        (&["tally", "--fail-on", "blok"], "block"),
        (&["bundle", "--component", "core"], "NAME=GLOB"),
        (&["bundle", "--warn", "60 parsecs"], "--warn"),
        (&["completions", "bsh"], "bash"),
        (&["bundle", "main", "HEAD"], "scrum bundle A..B"),
        (&["bundle", "main", "src/"], "-- src/"),
        (&["bundle", "--cached"], "--staged"),
        (&["main...HEAD"], "scrum bundle main...HEAD"),
    ] {
        let run = place.scrum(args).expect(2);
        assert!(run.stderr.contains(tip), "{}", run.all());
        assert!(run.stderr.contains("--help"), "{}", run.all());
    }
}
