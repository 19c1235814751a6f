//! `scrum smoke`: chains of real commands, good and bad, and the reports of other runners.

#![cfg(unix)]

use std::fmt::Write as _;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::place::Place;

/// A step that a shell runs.
fn step(name: &str, script: &str, keys: &str) -> String {
    format!("[[smoke]]\nname = \"{name}\"\ncommand = [\"sh\", \"-c\", '''{script}''']\n{keys}\n")
}

/// A repository with a wave and a chain; gives the wave's folder.
fn with_wave(chain: &str) -> (Place, String) {
    let place = Place::repository();
    place.write("scrum.toml", chain);
    place.write("a.txt", "1\n");
    place.commit("Base");
    place.write("a.txt", "2\n");
    place.commit("Change");
    place.scrum(&["bundle", "HEAD~1..HEAD", "-q"]).expect(0);
    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    (place, wave)
}

fn json(place: &Place, wave: &str) -> serde_json::Value {
    serde_json::from_str(&place.read(&format!("{wave}/smoke.json"))).unwrap()
}

/// Whether a process whose number is in a file is alive; zombies do not.
fn lives(place: &Place, file: &str) -> bool {
    let pid = fs::read_to_string(place.beside(file)).unwrap();
    let output = Command::new("ps")
        .args(["-o", "stat=", "-p", pid.trim()])
        .output()
        .unwrap();
    let state = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

#[test]
fn a_chain_of_21_commands() {
    let mut chain = String::new();
    let mut expected = String::new();
    for number in 1..=20 {
        let _ = write!(chain, "{}", step(&format!("d{number}"), "true", ""));
        let _ = writeln!(expected, "PASS d{number} 0s");
    }
    chain += &step("chatd", "echo listening; echo no route >&2; exit 2", "");
    expected += "FAIL chatd 0s\n--- 20 PASS / 1 FAIL ---\n";
    let (place, wave) = with_wave(&chain);
    let run = place.scrum(&["smoke"]).expect(1);
    assert_eq!(run.stdout, expected);
    assert_eq!(place.read(&format!("{wave}/smoke.txt")), expected);
    assert!(
        run.stderr
            .contains("chatd: exit status 2\n  listening\n  no route\n"),
        "{}",
        run.all()
    );
    let report = json(&place, &wave);
    assert_eq!(report["schema"], "scrum.smoke/1");
    assert_eq!((&report["pass"], &report["fail"]), (&20.into(), &1.into()));
    assert_eq!(report["steps"][20]["exit"], 2);
    assert_eq!(report["steps"][20]["tail"], "listening\nno route");
    assert_eq!(report["commit"], place.git(&["rev-parse", "HEAD"]).trim());
    assert_eq!(report.get("uncommitted"), None);
    assert_eq!(
        place.read(&format!("{wave}/smoke/chatd.log")),
        "listening\nno route\n"
    );
    // In any number at once, in the same order.
    assert_eq!(
        place.scrum(&["smoke", "--jobs", "8"]).expect(1).stdout,
        expected
    );
}

#[test]
fn steps_that_hang_fork_die_and_flood() {
    let (place, wave) = with_wave("");
    let folder = place.beside("");
    let folder = folder.display();
    let chain = [
        step("hangs", &format!("trap '' TERM; echo $$ > {folder}/hangs; echo waiting; while :; do sleep 0.05; done"), "timeout = \"300ms\""),
        step("forks", &format!("sh -c 'trap \"\" TERM HUP; echo $$ > {folder}/forks; exec sleep 60 > /dev/null 2>&1' & while [ ! -s {folder}/forks ]; do sleep 0.01; done"), ""),
        step("killed", "kill -9 $$", ""),
        step("floods", "yes 0123456789012345678901234567890123456789012345678901234567890123456789012345678 2>/dev/null | head -c 100000000; exit 1", ""),
        step("again", &format!("[ -e {folder}/again ] || {{ : > {folder}/again; exit 1; }}"), "retries = 1"),
        step("variable", "[ \"$WORD\" = 'a b' ] && [ -n \"$PATH\" ]", "env = { WORD = \"a b\" }"),
        "[[smoke]]\nname = \"absent\"\ncommand = [\"no-such-command-here\"]\n".to_owned(),
    ]
    .concat();
    place.write("scrum.toml", chain);
    let begun = Instant::now();
    let run = place.scrum(&["smoke", "--jobs", "3"]).expect(1);
    assert!(begun.elapsed() < Duration::from_secs(30));
    let report = json(&place, &wave);
    let steps = report["steps"].as_array().unwrap();
    for (name, result, field, value) in [
        ("hangs", "FAIL", "reason", "timed out after 300ms".into()),
        ("forks", "PASS", "exit", 0.into()),
        ("killed", "FAIL", "signal", 9.into()),
        ("floods", "FAIL", "exit", 1.into()),
        ("again", "PASS", "reason", "passed at attempt 2".into()),
        ("variable", "PASS", "exit", 0.into()),
        ("absent", "FAIL", "exit", serde_json::Value::Null),
    ] {
        let step = steps.iter().find(|step| step["name"] == name).unwrap();
        assert_eq!(
            (&step["result"], &step[field]),
            (&result.into(), &value),
            "{step}"
        );
    }
    assert_eq!(steps[0]["tail"], "waiting");
    assert!(!lives(&place, "hangs") && !lives(&place, "forks"));
    // What is kept of a flood is its end, whole lines of it in the report.
    let log = fs::metadata(place.path().join(&wave).join("smoke/floods.log")).unwrap();
    assert!(log.len() < 2 << 20, "{}", log.len());
    let log = place.read(&format!("{wave}/smoke/floods.log"));
    assert!(
        log.starts_with("[98951424 bytes before this are not kept]\n"),
        "{:?}",
        &log[..80]
    );
    assert_eq!(steps[3]["tail"].as_str().unwrap().lines().count(), 20);
    assert!(
        run.stdout.ends_with("--- 3 PASS / 4 FAIL ---\n"),
        "{}",
        run.all()
    );
}

#[test]
fn a_step_whose_dependency_failed_is_skipped() {
    let chain = [
        step("db", "exit 3", ""),
        step("api", "true", "needs = [\"db\"]"),
        step("web", "true", "needs = [\"api\", \"lint\"]"),
        step("lint", "true", ""),
    ]
    .concat();
    let (place, wave) = with_wave(&chain);
    for jobs in ["1", "4"] {
        let run = place.scrum(&["smoke", "--jobs", jobs]).expect(1);
        assert_eq!(
            run.stdout,
            "FAIL db 0s\nSKIP api 0s\nPASS lint 0s\nSKIP web 0s\n--- 1 PASS / 1 FAIL / 2 SKIP ---\n"
        );
    }
    let report = json(&place, &wave);
    assert_eq!(report["steps"][1]["reason"], "`db` failed");
    assert_eq!(report["steps"][3]["reason"], "`api` was skipped");

    // A part of the chain brings what it needs, and the wave keeps the whole one's report.
    let run = place.scrum(&["smoke", "--only", "lint"]).expect(0);
    assert_eq!(run.stdout, "PASS lint 0s\n--- 1 PASS / 0 FAIL ---\n");
    let run = place.scrum(&["smoke", "--only", "api"]).expect(1);
    assert_eq!(
        run.stdout,
        "FAIL db 0s\nSKIP api 0s\n--- 0 PASS / 1 FAIL / 1 SKIP ---\n"
    );
    assert_eq!(json(&place, &wave), report);
    let run = place.scrum(&["smoke", "--only", "lnt"]).expect(2);
    assert!(run.stderr.contains("did you mean `lint`?"), "{}", run.all());
}

#[test]
fn ctrl_c_leaves_a_truthful_summary() {
    let (place, wave) = with_wave("");
    let chain = [
        step("first", "true", ""),
        step(
            "long",
            &format!(
                "echo $$ > {0}; exec sleep 60",
                place.beside("long").display()
            ),
            "",
        ),
        step("last", "true", ""),
    ]
    .concat();
    place.write("scrum.toml", chain);
    let mut command = place.scrum_command();
    let mut child = command
        .arg("smoke")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while fs::read_to_string(place.beside("long"))
        .unwrap_or_default()
        .is_empty()
    {
        assert!(begun.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(5));
    }
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let status = child.wait().unwrap();
    assert_eq!((status.code(), status.signal()), (Some(130), None));
    let text = place.read(&format!("{wave}/smoke.txt"));
    assert!(
        text.starts_with("PASS first 0s\nFAIL long ")
            && text.ends_with("\nSKIP last 0s\n--- 1 PASS / 1 FAIL / 1 SKIP ---\n"),
        "{text}"
    );
    assert_eq!(json(&place, &wave)["steps"][1]["reason"], "interrupted");
    assert!(!lives(&place, "long"));
}

#[test]
fn reports_of_other_runners_plug_in() {
    let (place, wave) = with_wave("");
    let junit = "<testsuites><testsuite><testcase classname='net' name='t1' time='1.5'/><testcase name='t2'>\
                 <failure message='boom'>line 1</failure></testcase></testsuite></testsuites>";
    let text = "PASS net::t1 2s\nFAIL t2 0s\n--- 1 PASS / 1 FAIL ---\n";
    let run = place
        .scrum_with_stdin(&["smoke", "--from", "-"], junit.as_bytes())
        .expect(1);
    assert_eq!(run.stdout, text);
    assert_eq!(place.read(&format!("{wave}/smoke.txt")), text);
    assert_eq!(json(&place, &wave)["steps"][1]["reason"], "boom");
    // Nobody knows what another runner ran on.
    assert_eq!(json(&place, &wave).get("commit"), None);

    place.write(
        "bats.tap",
        "1..3\nok 1 adds\nok 2 later # skip no network\nok 3 more\n",
    );
    let run = place.scrum(&["smoke", "--from", "bats.tap"]).expect(0);
    assert!(
        run.stdout.ends_with("--- 2 PASS / 0 FAIL / 1 SKIP ---\n"),
        "{}",
        run.all()
    );
    for (name, content, words) in [
        ("cut.tap", "1..3\nok 1 adds\n", "3 planned"),
        (
            "cut.xml",
            "<testsuite><testcase name='a'/>",
            "it ends inside an element",
        ),
        ("prose.txt", "all is well\n", "not `PASS name 5s` lines"),
    ] {
        place.write(name, content);
        let run = place.scrum(&["smoke", "--from", name]).expect(2);
        assert!(
            run.stderr.contains(words) && run.stderr.contains(name),
            "{}",
            run.all()
        );
    }
    place.write("empty.xml", "<testsuite/>");
    place.scrum(&["smoke", "--from", "empty.xml"]).expect(1);
}

#[test]
fn formats_go_by_name_or_ending() {
    let place = Place::empty();
    place.write("scrum.toml", step("a & b", "exit 1", ""));
    let run = place.scrum(&["smoke", "--format", "tap"]).expect(1);
    assert!(
        run.stdout
            .starts_with("TAP version 14\n1..1\nnot ok 1 - a & b\n  ---\n"),
        "{}",
        run.all()
    );
    let run = place.scrum(&["smoke", "-o", "smoke.xml"]).expect(1);
    assert_eq!(run.stdout, "");
    assert!(
        place
            .read("smoke.xml")
            .contains("<testcase name=\"a &amp; b\" classname=\"smoke\"")
    );
    let run = place
        .scrum(&["smoke", "--from", "smoke.xml", "--format", "json"])
        .expect(1);
    assert_eq!(run.json()["steps"][0]["name"], "a & b");
    let run = place.scrum(&["smoke", "-o", "smoke.doc"]).expect(2);
    assert!(
        run.stderr.contains("the ending is not that of a format"),
        "{}",
        run.all()
    );
    place.write("scrum.toml", "");
    let run = place.scrum(&["smoke"]).expect(2);
    assert!(
        run.stderr.contains("has no [[smoke]] step"),
        "{}",
        run.all()
    );
}
