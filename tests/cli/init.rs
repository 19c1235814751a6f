//! `scrum init`: a file that is true, that is read back, and that replaces nothing.

use std::fs;
use std::path::Path;

use scrum_core::config::Config;

use crate::place::{Place, Run, files_below};

/// Three packages, one inside another, and 25 commits.
fn packages() -> Place {
    let place = Place::repository();
    for manifest in [
        "Cargo.toml",
        "core/Cargo.toml",
        "core/web/package.json",
        "big/go.mod",
        "outer/go.mod",
        "outer/inner/go.mod",
    ] {
        place.write(manifest, "x\n");
    }
    place.commit("First");
    for number in 1..25 {
        place.write("core/lib.rs", format!("fn f{number}() {{}}\n"));
        place.write("README.md", format!("{number}\n"));
        place.commit(&format!("Commit {number}"));
    }
    let line = "0123456789012345678901234567890123456789\n";
    place.write("big/one/a.go", line.repeat(1_000));
    place.write("big/two/b.go", line.repeat(900));
    place.write("core/web/a.ts", line.repeat(600));
    // Large enough for an entry, which would take the files of the small package inside it.
    place.write("outer/a.go", line.repeat(700));
    place.write("outer/inner/b.go", line);
    place.commit("Grow");
    place
}

/// Runs `scrum init` with nothing on PATH but what `path` names, and without keys.
fn init(place: &Place, path: &Path, args: &[&str], keys: &[&str]) -> Run {
    let mut command = place.scrum_command();
    for key in ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY"] {
        command.env_remove(key);
    }
    for key in keys {
        command.env(key, "sk-not-to-be-seen");
    }
    command.env("PATH", path).arg("init").args(args);
    place.finish(command.output().unwrap())
}

fn config(text: &str) -> Config {
    Config::from_toml(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// What `scrum bundle` makes of the same commits: component and bytes.
fn sizes(place: &Place, args: &[&str]) -> Vec<(String, u64)> {
    let args = [
        &[
            "bundle",
            "HEAD~20..HEAD",
            "--dry-run",
            "--force-oversize",
            "--format",
            "json",
        ],
        args,
    ];
    let json = place.scrum(&args.concat()).expect(0).json();
    let mut sizes: Vec<_> = json["bundles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bundle| {
            let name = bundle["component"].as_str().unwrap().to_owned();
            (name, bundle["bytes"].as_u64().unwrap())
        })
        .collect();
    sizes.sort();
    sizes
}

#[test]
fn the_text_of_a_repository_with_packages() {
    let place = packages();
    let none = place.beside("home");
    let run = init(&place, &none, &["--print"], &[]).expect(0);
    insta::assert_snapshot!(run.all());
    assert!(!place.path().join("scrum.toml").exists());
}

#[test]
fn the_sizes_are_those_of_bundle_and_naming_changes_none() {
    let place = packages();
    let none = place.beside("home");
    let whole = sizes(&place, &["--no-divide", "--no-pack"]);
    let before = sizes(&place, &[]);
    let run = init(&place, &none, &[], &[]).expect(0);
    let text = place.read("scrum.toml");
    for (name, bytes) in &whole {
        let said = format!("{}.{} KB", bytes / 1_000, (bytes % 1_000 + 50) / 100);
        let said = if *bytes < 1_000 {
            format!("{bytes} B")
        } else {
            said
        };
        assert!(text.contains(&said), "{name}: {said}\n{text}");
    }
    let named: Vec<_> = config(&text)
        .components
        .into_iter()
        .map(|c| c.name)
        .collect();
    assert_eq!(named, ["core/web"], "{text}");
    assert!(run.stdout.contains("1 of them too large"), "{}", run.all());
    assert_eq!(sizes(&place, &[]), before);
}

#[test]
fn what_is_there_is_never_touched() {
    let place = packages();
    let none = place.beside("home");
    place.write("scrum.toml", "# mine, and [broken\n");
    let before = files_below(&place.path());
    let run = init(&place, &none, &[], &[]).expect(2);
    assert!(run.stderr.contains("exists already"), "{}", run.all());
    assert!(run.stderr.contains("scrum init --print"), "{}", run.all());
    init(&place, &none, &["--print"], &[]).expect(0);
    assert_eq!(place.read("scrum.toml"), "# mine, and [broken\n");
    // A link into nowhere is there, too.
    fs::remove_file(place.path().join("scrum.toml")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", place.path().join("scrum.toml")).unwrap();
        init(&place, &none, &[], &[]).expect(2);
        assert!(!place.path().join("nowhere").exists());
        fs::remove_file(place.path().join("scrum.toml")).unwrap();
    }
    init(&place, &none, &["--config", "other.toml"], &[]).expect(0);
    config(&place.read("other.toml"));
    fs::rename(
        place.path().join("other.toml"),
        place.path().join("scrum.toml"),
    )
    .unwrap();
    assert_eq!(files_below(&place.path()), before);
}

#[test]
fn it_works_wherever_one_stands() {
    let place = packages();
    let none = place.beside("home");
    let remove = || fs::remove_file(place.path().join("scrum.toml")).unwrap();
    // A sub-folder: the file goes to the top.
    let run = init(&place, &none, &["-C", "core/web"], &[]).expect(0);
    assert!(run.stdout.contains("scrum.toml"), "{}", run.all());
    remove();
    place.git(&["checkout", "-q", "--detach"]);
    init(&place, &none, &[], &[]).expect(0);
    remove();
    // Fewer commits than are asked for.
    let run = init(&place, &none, &["--commits", "1000"], &[]).expect(0);
    assert!(run.stdout.contains("26 commits"), "{}", run.all());
    assert!(place.read("scrum.toml").contains("the whole history"));

    let source = format!("file://{}", place.path().display());
    for (depth, said) in [("1", "no commit to compare"), ("3", "HEAD~2..HEAD")] {
        let clone = place.beside(depth);
        let clone = clone.to_str().unwrap();
        place.git(&["clone", "-q", "--depth", depth, &source, clone]);
        let run = init(&place, &none, &["-C", clone, "--print"], &[]).expect(0);
        assert!(run.stdout.contains(said), "{}", run.all());
        config(&run.stdout);
    }
    let bare = place.beside("bare");
    let bare = bare.to_str().unwrap();
    place.git(&["clone", "-q", "--bare", &source, bare]);
    let run = init(&place, &none, &["-C", bare], &[]).expect(2);
    assert!(
        run.stderr.contains("bare") && run.stderr.contains("--config"),
        "{}",
        run.all()
    );
    init(&place, &none, &["-C", bare, "--print"], &[]).expect(0);

    let empty = Place::repository();
    let run = init(&empty, &none, &[], &[]).expect(0);
    assert!(run.stdout.contains("no components"), "{}", run.all());
    assert_eq!(config(&empty.read("scrum.toml")), Config::default());
}

#[cfg(unix)]
#[test]
fn tools_and_keys_are_examples_and_no_key_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let place = packages();
    let tools = place.beside("tools");
    fs::create_dir(&tools).unwrap();
    for (name, mode) in [
        ("claude", 0o755),
        ("ollama", 0o755),
        ("codex", 0o644),
        ("aider", 0o755),
    ] {
        let path = tools.join(name);
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let run = init(&place, &tools, &[], &["OPENAI_API_KEY"]).expect(0);
    assert!(
        run.stdout
            .contains("examples for claude, ollama, OPENAI_API_KEY\n"),
        "{}",
        run.all()
    );
    let text = place.read("scrum.toml");
    assert!(!text.contains("sk-not"), "{text}");
    assert!(config(&text).reviewers.is_empty());
    let on: String = text
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with([' ', '#']) => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let names: Vec<_> = config(&on)
        .reviewers
        .into_iter()
        .map(|seat| seat.name)
        .collect();
    assert_eq!(names, ["claude", "ollama", "openai", "alice"], "{on}");
}

#[test]
fn the_schema_for_editors_is_the_one_of_the_project() {
    let run = Place::empty().scrum(&["init", "--schema"]).expect(0);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/config.schema.json");
    assert_eq!(run.stdout, fs::read_to_string(path).unwrap());
}
