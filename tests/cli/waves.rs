//! The rules of the wave folder.

use std::fs;

use crate::place::{Place, files_below};

fn place() -> Place {
    let place = Place::repository();
    place.write("core/a.rs", "fn a() {}\n");
    place.write("cli/m.rs", "fn m() {}\n");
    place.commit("First");
    place.write("core/a.rs", "fn a() { 1 }\n");
    place.write("cli/m.rs", "fn m() { 1 }\n");
    place.write("Cargo.lock", "lock\n");
    place.commit("Second");
    place
}

const BUNDLE: [&str; 5] = ["bundle", "HEAD~1..HEAD", "--by", "top-level", "--no-pack"];

#[test]
fn the_files_of_a_wave() {
    let place = place();
    place.scrum(&BUNDLE).expect(0);
    let name = place.read(".scrum/current").trim().to_owned();
    let ids: Vec<String> = ["HEAD~1", "HEAD"]
        .map(|rev| {
            place
                .git(&["rev-parse", "--short=7", rev])
                .trim()
                .to_owned()
        })
        .to_vec();
    assert_eq!(name, ids.join("-"));
    assert_eq!(place.read(".scrum/.gitignore"), "*\n");
    assert_eq!(
        files_below(&place.path().join(".scrum").join(&name)),
        [
            "bundles/cli.diff",
            "bundles/core.diff",
            "excluded.diff",
            "manifest.json",
            "prompts/cli.md",
            "prompts/core.md",
            "tree.txt"
        ]
    );
    assert_eq!(
        place.git(&["status", "--porcelain"]),
        "",
        "the wave hides itself from git"
    );
}

#[test]
fn writing_again_removes_only_what_the_old_manifest_named() {
    let place = place();
    place.scrum(&BUNDLE).expect(0);
    let wave = place
        .path()
        .join(".scrum")
        .join(place.read(".scrum/current").trim());
    fs::write(wave.join("notes.txt"), "mine\n").unwrap();
    fs::write(wave.join("bundles/mine.diff"), "mine\n").unwrap();
    fs::write(wave.join("bundles/.scrum-tmp-dead"), "half").unwrap();
    place
        .scrum(&[
            "bundle",
            "HEAD~1..HEAD",
            "--component",
            "all=**",
            "--show",
            "lock-files",
        ])
        .expect(0);
    assert_eq!(
        files_below(&wave),
        [
            "bundles/all.diff",
            "bundles/mine.diff",
            "manifest.json",
            "notes.txt",
            "prompts/all.md",
            "tree.txt"
        ]
    );
}

#[test]
fn reviews_outlive_a_new_wave() {
    let place = place();
    place.scrum(&BUNDLE).expect(0);
    let wave = place
        .path()
        .join(".scrum")
        .join(place.read(".scrum/current").trim());
    fs::create_dir_all(wave.join("reviews/core")).unwrap();
    fs::write(wave.join("reviews/core/opus.md"), "NONE\n").unwrap();
    let before = fs::read(wave.join("manifest.json")).unwrap();

    // The same bundles: nothing to ask.
    place.scrum(&BUNDLE).expect(0);
    assert!(wave.join("reviews/core/opus.md").is_file());

    place.scrum(&["tally"]).expect(0);
    let other = ["bundle", "HEAD~1..HEAD", "--component", "all=**"];
    let run = place.scrum(&other).expect(2);
    assert!(run.stderr.contains("--overwrite"), "{}", run.all());
    assert_eq!(fs::read(wave.join("manifest.json")).unwrap(), before);

    let run = place
        .scrum(&[&other[..], &["--overwrite"]].concat())
        .expect(0);
    let aside: Vec<_> = files_below(&wave)
        .into_iter()
        .filter(|name| name.starts_with("reviews."))
        .collect();
    // What was made of the reviews goes with them: it says nothing of the new bundles.
    let (folder, _) = aside[0].split_once('/').unwrap();
    assert_eq!(folder.len(), "reviews.".len() + 7);
    for name in ["core/opus.md", "tally.json", "tally.md"] {
        assert!(aside.contains(&format!("{folder}/{name}")), "{aside:?}");
    }
    assert!(!wave.join("tally.json").exists(), "{}", run.all());
}

#[test]
fn reports_of_no_answer_are_stale_once_the_bundles_are_others() {
    let place = place();
    let other = ["bundle", "HEAD~1..HEAD", "--component", "all=**"];
    place.scrum(&BUNDLE).expect(0);
    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    let folder = place.path().join(&wave);
    let aside = || -> Vec<String> {
        files_below(&folder)
            .into_iter()
            .filter(|name| name.starts_with("reviews."))
            .collect()
    };
    place.scrum(&["tally"]).expect(0);
    assert!(folder.join("tally.json").is_file());
    // The same bundles: the reports are as true as before.
    place.scrum(&BUNDLE).expect(0);
    assert!(folder.join("tally.json").is_file());
    let run = place.scrum(&other).expect(0);
    for report in ["tally.json", "tally.md", "report.html"] {
        assert!(!folder.join(report).exists(), "{report}");
    }
    assert_eq!(aside(), [] as [&str; 0]);
    assert!(!run.stderr.contains("warning"), "{}", run.all());

    // Reports that took in answers from elsewhere are kept, and it is said where.
    place.write("jobs/all/opus.md", "WHERE: core/a.rs:1\nWHAT: It is one.\n");
    place.scrum(&["tally", &wave, "jobs"]).expect(0);
    let run = place.scrum(&BUNDLE).expect(0);
    assert!(
        run.stderr
            .contains("the reports of the old bundles are in .scrum/"),
        "{}",
        run.all()
    );
    let kept = aside();
    assert!(
        kept.iter().any(|name| name.ends_with("/tally.json")),
        "{kept:?}"
    );
    assert!(!folder.join("tally.json").exists());
}

/// A kill while `.scrum/current` is written leaves a temporary file beside it.
#[test]
fn the_next_run_clears_up_beside_the_waves() {
    let place = place();
    place.scrum(&BUNDLE).expect(0);
    place.write(".scrum/.scrum-tmp-killed", "half");
    place.write(".scrum/notes.txt", "mine");
    place.scrum(&BUNDLE).expect(0);
    assert!(!place.path().join(".scrum/.scrum-tmp-killed").exists());
    assert_eq!(place.read(".scrum/notes.txt"), "mine");
}

#[test]
fn a_dry_run_writes_nothing() {
    let place = place();
    let dry = place
        .scrum(&[&BUNDLE[..], &["--dry-run", "--format", "json"]].concat())
        .expect(0);
    assert!(!place.path().join(".scrum").exists());
    let wet = place
        .scrum(&[&BUNDLE[..], &["--format", "json"]].concat())
        .expect(0);
    assert_eq!(dry.stdout, wet.stdout);
}

#[test]
fn the_same_input_gives_the_same_bytes_on_any_number_of_threads() {
    let place = place();
    let outputs: Vec<_> = ["1", "2", "7"]
        .iter()
        .map(|jobs| {
            let out = place.beside(&format!("wave-{jobs}"));
            let run = place
                .scrum(&[&BUNDLE[..], &["--jobs", jobs, "-o", out.to_str().unwrap()]].concat());
            run.expect(0);
            let read = |name: String| (fs::read(out.join(&name)).unwrap(), name);
            files_below(&out).into_iter().map(read).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(outputs[0], outputs[1]);
    assert_eq!(outputs[0], outputs[2]);
}

#[test]
fn the_developers_git_configuration_changes_nothing() {
    let place = place();
    let plain = place
        .scrum(&[&BUNDLE[..], &["--format", "json"]].concat())
        .expect(0);
    let config = "[diff]\n\tnoprefix = true\n\trenames = copies\n\tcontext = 0\n\talgorithm = patience\n\tmnemonicPrefix = true\n\tinterHunkContext = 9\n[core]\n\tquotePath = false\n\tautocrlf = true\n\tabbrev = 4\n\tattributesFile = ~/attributes\n";
    fs::write(place.beside("home").join(".gitconfig"), config).unwrap();
    fs::write(place.beside("home").join("attributes"), "* binary\n").unwrap();
    fs::write(place.path().join(".git/info/attributes"), "*.rs -diff\n").unwrap();
    let other = place
        .scrum(&[&BUNDLE[..], &["--format", "json"]].concat())
        .expect(0);
    assert_eq!(plain.stdout, other.stdout);
}

#[test]
fn a_wave_is_found_by_path_name_and_range() {
    let place = place();
    place.scrum(&BUNDLE).expect(0);
    let name = place.read(".scrum/current").trim().to_owned();
    let by_default = place.scrum(&["tally"]).expect(0).stdout;
    let path = format!(".scrum/{name}");
    for argument in [path.as_str(), name.as_str(), "HEAD~1..HEAD"] {
        assert_eq!(
            place.scrum(&["tally", argument]).expect(0).stdout,
            by_default,
            "{argument}"
        );
    }
    fs::create_dir(place.path().join("core/deep")).unwrap();
    assert_eq!(
        place.scrum(&["-C", "core/deep", "tally"]).expect(0).stdout,
        by_default
    );
    let out = place.beside("elsewhere");
    place
        .scrum(&[&BUNDLE[..], &["-o", out.to_str().unwrap()]].concat())
        .expect(0);
    assert_eq!(place.scrum(&["tally"]).expect(0).stdout, by_default);
    assert_eq!(place.read(".scrum/current").trim(), name);
}

/// Whether a tally wrote it, and not a bundling.
fn is_of_the_tally(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or_default();
    name.starts_with("tally.") || name == "report.html"
}

/// A run is killed at many moments. Whatever stands on disk then is a whole wave, a wave that is recognised as mixed, or
/// none; the next run mends it.
#[test]
fn a_kill_at_any_moment_leaves_each_file_old_or_new() {
    let place = Place::repository();
    let text = |mark: &str| {
        (0..400)
            .map(|n| format!("{mark} {n}\n"))
            .collect::<String>()
    };
    let all = |mark: &str| {
        for file in 0..120 {
            place.write(&format!("folder-{}/file-{file}.txt", file % 40), text(mark));
        }
    };
    all("base");
    place.commit("Base");
    all("one");
    place.commit("One");
    all("two");
    place.commit("Two");
    let out = place.beside("wave");
    let bundle = |range: &str| {
        let mut command = place.scrum_command();
        command
            .args([
                "bundle",
                range,
                "--by",
                "top-level",
                "--no-pack",
                "--overwrite",
                "-q",
                "-o",
            ])
            .arg(&out);
        command.stdout(std::process::Stdio::null());
        command
    };
    let content = |range: &str| -> std::collections::BTreeMap<String, Vec<u8>> {
        assert!(bundle(range).status().unwrap().success());
        let read = |name: String| (name.clone(), fs::read(out.join(&name)).unwrap());
        let names = files_below(&out)
            .into_iter()
            .filter(|name| !is_of_the_tally(name));
        names.map(read).collect()
    };
    let (one, two) = (content("HEAD~2..HEAD~1"), content("HEAD~2..HEAD"));
    let mut cut_short = 0;
    for round in 0..24 {
        let mut child = bundle(["HEAD~2..HEAD~1", "HEAD~2..HEAD"][round % 2])
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(round as u64 * 4));
        child.kill().unwrap();
        cut_short += usize::from(!child.wait().unwrap().success());
        for name in files_below(&out) {
            // Half-written files have names of their own, and a tally is the next run's to replace.
            if name.contains(".scrum-tmp-") || is_of_the_tally(&name) {
                continue;
            }
            let found = fs::read(out.join(&name)).unwrap();
            assert!(
                one.get(&name) == Some(&found) || two.get(&name) == Some(&found),
                "{name}"
            );
        }
        let run = place.scrum(&["tally", out.to_str().unwrap()]);
        assert!(
            run.code == 0 || run.stderr.contains("scrum bundle"),
            "{}",
            run.all()
        );
    }
    assert!(cut_short > 0, "no run was killed before its end");
    assert_eq!(
        content("HEAD~2..HEAD"),
        two,
        "the next run leaves nothing behind"
    );
}

/// What stands in a wave's folder from a killed run is removed, what another run is just writing is not.
#[test]
fn runs_side_by_side_leave_each_other_alone() {
    let place = place();
    let out = place.beside("wave");
    for _ in 0..3 {
        let runs: Vec<_> = (0..6)
            .map(|_| {
                let mut command = place.scrum_command();
                command
                    .args(["bundle", "HEAD~1..HEAD", "-q", "-o"])
                    .arg(&out);
                command.stdout(std::process::Stdio::null());
                command.spawn().unwrap()
            })
            .collect();
        for mut run in runs {
            assert!(run.wait().unwrap().success());
        }
    }
    place.scrum(&["tally", out.to_str().unwrap()]).expect(0);
    fs::write(out.join("bundles/.scrum-tmp-killed"), "half").unwrap();
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "-o", out.to_str().unwrap()])
        .expect(0);
    let left = files_below(&out);
    assert!(
        !left.iter().any(|name| name.contains(".scrum-tmp-")),
        "{left:?}"
    );
}

/// People and programs save answers under many names.
#[test]
fn every_file_among_the_reviews_is_read_or_named() {
    let place = place();
    place.scrum(&[&BUNDLE[..], &["-o", "w"]].concat()).expect(0);
    let answer = "SEVERITY: WARN\nWHERE: core/a.rs:1\nWHAT: x\n\nVERDICT: FIX\n";
    let read = [
        "opus.txt",
        "kimi.markdown",
        "qwen",
        "llama.MD",
        "mistral.log",
    ];
    let named = [
        ("core/opus.text", "its ending is not that of an answer"),
        ("core/gemini.docx", "its ending is not that of an answer"),
        ("core/kimi.txt", "another answer has its name"),
        ("core/more/grok.md", "a review lies in a bundle's folder"),
        ("late.md", "a review lies in a bundle's folder"),
    ];
    for name in read {
        place.write(&format!("w/reviews/core/{name}"), answer);
    }
    for (name, _) in named {
        place.write(&format!("w/reviews/{name}"), answer);
    }
    // Those that say nothing to anybody.
    for name in [".DS_Store", "opus.md.1234567", "opus.json.1234567.2"] {
        place.write(&format!("w/reviews/core/{name}"), "{}");
    }
    place.write("w/reviews/core/opus.json", "{\"model\":\"claude-opus-4\"}");
    let run = place.scrum(&["tally", "w", "--format", "json"]).expect(0);
    let tally = run.json();
    let core = tally["bundles"]
        .as_array()
        .unwrap()
        .iter()
        .find(|bundle| bundle["id"] == "core")
        .unwrap();
    let mut reviewers: Vec<_> = core["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["reviewer"].as_str().unwrap())
        .collect();
    reviewers.sort_unstable();
    assert_eq!(reviewers, ["kimi", "llama", "mistral", "opus", "qwen"]);
    let told: Vec<&str> = run
        .stderr
        .lines()
        .filter(|line| line.contains("is not read"))
        .collect();
    assert_eq!(told.len(), named.len(), "{}", run.stderr);
    for (name, why) in named {
        let file = format!(
            "w/reviews/{}",
            name.strip_suffix("/grok.md").unwrap_or(name)
        );
        let told = told
            .iter()
            .any(|line| line.contains(&format!("{file} is")) && line.contains(why));
        assert!(told, "{name}: {}", run.stderr);
    }
    for number in 0..20 {
        place.write(&format!("w/reviews/core/{number}.pdf"), "");
    }
    let run = place.scrum(&["tally", "w"]).expect(0);
    assert!(
        run.stderr
            .contains("and 15 more files in reviews/ not read"),
        "{}",
        run.stderr
    );
}
