//! `scrum review` with reviewers that are programs: real processes, good and bad.

#![cfg(unix)]

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::place::Place;
use crate::review::repository;

const REVIEW: &[&str] = &[
    "review",
    "HEAD~1..HEAD",
    "--by",
    "top-level",
    "--format",
    "json",
];

/// A reviewer that is a shell script.
fn script(place: &Place, name: &str, text: &str, keys: &str) -> String {
    let path = place.beside(&format!("{name}.sh"));
    fs::write(&path, text).unwrap();
    format!(
        "[[reviewers]]\nname = \"{name}\"\ncommand = [\"sh\", \"{}\"]\nbackoff = \"10ms\"\n{keys}\n",
        path.display()
    )
}

fn row<'a>(tally: &'a serde_json::Value, reviewer: &str) -> &'a serde_json::Value {
    let rows = tally["bundles"][0]["reviewers"].as_array().unwrap();
    rows.iter().find(|row| row["reviewer"] == reviewer).unwrap()
}

fn sidecar(place: &Place, reviewer: &str) -> serde_json::Value {
    let wave = place.read(".scrum/current").trim().to_owned();
    serde_json::from_str(&place.read(&format!(".scrum/{wave}/reviews/c00/{reviewer}.json")))
        .unwrap()
}

/// Whether a process whose number is in a file is alive; zombies do not.
fn lives(place: &Place, file: &str) -> bool {
    let Ok(pid) = fs::read_to_string(place.beside(file)) else {
        return false;
    };
    let output = Command::new("ps")
        .args(["-o", "stat=", "-p", pid.trim()])
        .output()
        .unwrap();
    let state = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

#[track_caller]
fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_programs_do() {
    let place = repository(1);
    let folder = place.beside("");
    let folder = folder.display();
    let hello = "WHERE: c00/file.txt:3\nWHAT: x\n";
    let seats = [
        script(&place, "good", &format!("wc -c > '{folder}/good.in'\nprintf '{hello}'\necho careful >&2\n"), ""),
        script(&place, "unread", &format!("printf '{hello}'\n"), ""),
        script(&place, "silent", "cat > /dev/null\n", ""),
        script(&place, "failing", "echo first >&2; echo 'no token' >&2; exit 7\n", ""),
        script(&place, "once", &format!("[ -e '{folder}/once' ] || {{ : > '{folder}/once'; exit 1; }}\nprintf '{hello}'\n"), "retries = 1"),
        script(&place, "deaf", &format!("trap '' TERM\necho $$ > '{folder}/deaf.pid'\nwhile :; do sleep 0.05; done\n"), "timeout = \"200ms\"\nretries = 0"),
        script(
            &place,
            "forking",
            &format!("sh -c 'trap \"\" TERM HUP; echo $$ > \"{folder}/forked.pid\"; exec sleep 60' &\nprintf '{hello}'\n"),
            "",
        ),
        script(&place, "endless", "while :; do echo 'WHERE: c00/file.txt:1 and on and on'; done\n", "max_output = \"300KB\""),
        script(&place, "noisy", &format!("i=0; while [ $i -lt 3000 ]; do echo 'a long line of noise on stderr' >&2; i=$((i+1)); done\nprintf '{hello}'\n"), ""),
        script(&place, "overloaded", "echo 'API Error: 529 {\"type\":\"overloaded_error\"}'\n", ""),
        script(&place, "killed", "kill -9 $$\n", ""),
        "[[reviewers]]\nname = \"absent\"\ncommand = [\"no-such-command-here\"]\n".to_owned(),
        format!("[[reviewers]]\nname = \"arguments\"\ncommand = [\"sh\", \"-c\", \"cat \\\"$1\\\" > {folder}/file.in; cat > {folder}/stdin.in; echo NONE; echo \\\"$2\\\" > {folder}/bundle\", \"x\", \"{{prompt_file}}\", \"$(touch {folder}/shell) {{bundle}}\"]\n"),
    ]
    .concat();
    place.write("scrum.toml", format!("[review]\njobs = 16\n{seats}"));
    let start = Instant::now();
    let tally = place.scrum(REVIEW).expect(0).json();
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    for (name, state, reason) in [
        ("good", "findings", ""),
        ("unread", "findings", ""),
        ("silent", "failed", "printed nothing"),
        ("failing", "failed", "exit status: 7: no token"),
        ("once", "findings", ""),
        (
            "deaf",
            "failed",
            "no answer within 200ms (`timeout`); killed",
        ),
        ("forking", "findings", ""),
        (
            "endless",
            "failed",
            "wrote more than 300.0 KB (`max_output`); killed",
        ),
        ("noisy", "findings", ""),
        ("overloaded", "failed", "said `API Error: 529"),
        ("killed", "failed", "signal: 9"),
        (
            "absent",
            "failed",
            "there is no command `no-such-command-here` on PATH",
        ),
        ("arguments", "clean", ""),
    ] {
        let row = row(&tally, name);
        assert_eq!(row["state"], state, "{row}");
        assert!(
            row["reason"].as_str().unwrap_or_default().contains(reason),
            "{row}"
        );
    }
    let prompt = |name: &str| fs::read_to_string(place.beside(name)).unwrap();
    let wave = place.read(".scrum/current").trim().to_owned();
    let text = place.read(&format!(".scrum/{wave}/prompts/c00.md"));
    assert_eq!(prompt("good.in").trim(), text.len().to_string());
    assert_eq!(
        (prompt("file.in"), prompt("stdin.in")),
        (text, String::new())
    );
    // No shell reads the arguments.
    assert!(!place.beside("shell").exists());
    assert!(
        prompt("bundle").trim().ends_with("shell) c00"),
        "{}",
        prompt("bundle")
    );
    assert_eq!(sidecar(&place, "good")["stderr"], "careful");
    assert_eq!(sidecar(&place, "failing")["exit_code"], 7);
    assert_eq!(sidecar(&place, "once")["attempts"], 2);
    assert!(sidecar(&place, "noisy")["stderr"].as_str().unwrap().len() <= 8 << 10);
    for file in ["deaf.pid", "forked.pid"] {
        assert!(place.beside(file).exists(), "{file}");
        wait_for(file, || !lives(&place, file));
    }
}

#[test]
fn a_prompt_larger_than_a_pipe_and_an_answer_of_its_size() {
    let place = repository(1);
    place.write(
        "c00/file.txt",
        "a line of some length that is repeated\n".repeat(20_000),
    );
    place.commit("Large");
    place.write("scrum.toml", script(&place, "echo", "cat\n", ""));
    let run = place
        .scrum(&[REVIEW, &["--force-oversize"]].concat())
        .expect(1);
    // Who says nothing but what it was asked has reviewed nothing.
    assert_eq!(row(&run.json(), "echo")["state"], "no-evidence");
    let wave = place.read(".scrum/current").trim().to_owned();
    let path = |name: &str| place.read(&format!(".scrum/{wave}/{name}"));
    assert_eq!(path("reviews/c00/echo.md"), path("prompts/c00.md"));
}

#[test]
fn a_program_sees_the_environment_that_it_is_given() {
    let place = repository(1);
    place.write(
        "scrum.toml",
        script(
            &place,
            "env",
            "env >&2; echo NONE; echo \"$WANTED_KEY\"\n",
            "env = [\"WANTED_KEY\"]",
        ),
    );
    let mut command = place.scrum_command();
    command
        .args(REVIEW)
        .env("WANTED_KEY", "value-of-wanted")
        .env("GITHUB_TOKEN", "value-of-other");
    assert!(command.output().unwrap().status.success());
    let stderr = sidecar(&place, "env")["stderr"]
        .as_str()
        .unwrap()
        .to_owned();
    for (text, there) in [
        ("PATH=", true),
        ("HOME=", true),
        ("WANTED_KEY=[key]", true),
        ("GITHUB_TOKEN", false),
        ("value-of", false),
    ] {
        assert_eq!(stderr.contains(text), there, "{text} in {stderr}");
    }
    let wave = place.read(".scrum/current").trim().to_owned();
    assert_eq!(
        place.read(&format!(".scrum/{wave}/reviews/c00/env.md")),
        "NONE\n[key]\n"
    );
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// A run whose second reviewer never ends, once the first has answered and the second has begun.
fn interrupted(place: &Place, trap: &str) -> Child {
    let folder = place.beside("");
    let slow = format!(
        "{trap}\necho $$ > '{}/slow.pid'\necho half an answer\nwhile :; do sleep 0.05; done\n",
        folder.display()
    );
    place.write(
        "scrum.toml",
        script(place, "quick", "echo NONE\n", "") + &script(place, "slow", &slow, ""),
    );
    let child = place
        .scrum_command()
        .args(REVIEW)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for("both have begun", || {
        lives(place, "slow.pid")
            && fs::read_to_string(place.path().join(".scrum/current")).is_ok_and(|wave| {
                place
                    .path()
                    .join(format!(".scrum/{}/reviews/c00/quick.md", wave.trim()))
                    .exists()
            })
    });
    child
}

#[test]
fn the_first_interrupt_keeps_what_is_there_and_ends_the_rest() {
    for (name, trap) in [
        ("-INT", ""),
        ("-TERM", "trap 'exit 0' TERM"),
        ("-INT", "trap '' TERM"),
    ] {
        let place = repository(1);
        let child = interrupted(&place, trap);
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{stderr}");
        assert!(stderr.contains("interrupted: 1 of 2 questions"), "{stderr}");
        wait_for("the program is gone", || !lives(&place, "slow.pid"));
        let wave = place.read(".scrum/current").trim().to_owned();
        assert!(
            !place
                .path()
                .join(format!(".scrum/{wave}/reviews/c00/slow.md"))
                .exists()
        );
        // The same command goes on.
        place.write(
            "scrum.toml",
            script(&place, "quick", "echo NONE\n", "") + &script(&place, "slow", "echo NONE\n", ""),
        );
        let tally = place.scrum(REVIEW).expect(0).json();
        assert_eq!(row(&tally, "slow")["state"], "clean");
    }
}

#[test]
fn the_second_interrupt_ends_at_once() {
    let place = repository(1);
    let mut child = interrupted(&place, "trap '' TERM");
    let start = Instant::now();
    signal(&child, "-INT");
    std::thread::sleep(Duration::from_millis(100));
    signal(&child, "-INT");
    let status = child.wait().unwrap();
    assert_eq!((status.code(), status.signal()), (Some(130), None));
    assert!(
        start.elapsed() < Duration::from_millis(650),
        "{:?}",
        start.elapsed()
    );
    wait_for("the program is gone", || !lives(&place, "slow.pid"));
}

#[test]
fn a_wave_that_cannot_be_written_stops_before_anything_is_asked() {
    let place = repository(1);
    place
        .scrum(&["bundle", "HEAD~1..HEAD", "--by", "top-level"])
        .expect(0);
    let asked = place.beside("asked");
    place.write(
        "scrum.toml",
        script(
            &place,
            "a",
            &format!("echo x >> '{}'\necho NONE\n", asked.display()),
            "",
        ),
    );
    let wave = place
        .path()
        .join(".scrum")
        .join(place.read(".scrum/current").trim());
    // A file where a folder must be stops root, too.
    fs::remove_dir_all(wave.join("reviews")).unwrap();
    fs::write(wave.join("reviews"), "").unwrap();
    let run = place.scrum(&["review"]).expect(3);
    assert!(
        run.stderr.contains("reviews") && run.stderr.contains("cannot be made"),
        "{}",
        run.stderr
    );
    assert!(!asked.exists(), "asked although the answer has no place");
}
