//! Help, manual pages and completions: all of them come from one description of the command line.

use std::fs;
use std::process::{Command, Stdio};

use crate::place::Place;

const COMMANDS: [&str; 17] = [
    "assess",
    "parity",
    "smoke",
    "triage",
    "clean",
    "compare",
    "log",
    "show",
    "import",
    "demo",
    "init",
    "bundle",
    "review",
    "verify",
    "tally",
    "completions",
    "man",
];

#[test]
fn the_short_help_at_80_columns() {
    let place = Place::empty();
    let mut all = place.scrum(&["-h"]).expect(0).stdout;
    for command in COMMANDS {
        all += &format!("\n==== scrum {command} -h\n");
        all += &place.scrum(&[command, "-h"]).expect(0).stdout;
    }
    let wide: Vec<_> = all
        .lines()
        .filter(|line| line.chars().count() > 80)
        .collect();
    assert!(wide.is_empty(), "{wide:#?}");
    insta::assert_snapshot!(all);
}

#[test]
fn the_long_help_teaches() {
    let place = Place::empty();
    let run = place.scrum(&["--help"]).expect(0);
    insta::assert_snapshot!(run.stdout);
    for command in COMMANDS {
        let long = place.scrum(&[command, "--help"]).expect(0).stdout;
        let example = format!("\n  scrum {command}");
        assert!(
            long.contains("Example") && long.contains(&example),
            "{long}"
        );
        let short = place.scrum(&[command, "-h"]).expect(0).stdout;
        assert!(short.contains(&example), "{short}");
        assert!(run.stdout.contains(&format!("\n  {command} ")), "{command}");
    }
    for word in ["SCRUM_FORCE_OVERSIZE", "NO_COLOR", "130"] {
        assert!(run.stdout.contains(word), "{word}");
    }
}

#[test]
fn a_build_for_development_names_the_version_alone() {
    let run = Place::empty().scrum(&["--version"]).expect(0);
    let mut words = run.stdout.split_whitespace();
    assert_eq!(
        (words.next(), words.next()),
        (Some("scrum"), Some(env!("CARGO_PKG_VERSION"))),
        "{}",
        run.all()
    );
}

/// A program that may not be there. Where a whole run must have it, `SCRUM_TEST_ALL=1` makes its absence an error.
fn is_there(program: &str) -> bool {
    let mut command = Command::new(program);
    let found = command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let there = found.is_ok();
    assert!(
        there || std::env::var_os("SCRUM_TEST_ALL").is_none(),
        "{program} is not there"
    );
    there
}

#[test]
fn a_manual_page_for_each_command() {
    let place = Place::empty();
    let run = place.scrum(&["man", "pages"]).expect(0);
    assert_eq!(
        run.stdout,
        format!("{} pages in pages\n", COMMANDS.len() + 1)
    );
    let main = place.scrum(&["man"]).expect(0).stdout;
    assert_eq!(main, place.read("pages/scrum.1"));
    assert!(main.contains("SCRUM_FORCE_OVERSIZE"), "{main}");
    for command in COMMANDS {
        let page = place.read(&format!("pages/scrum-{command}.1"));
        assert!(page.contains(&format!("scrum {command}")), "{page}");
        assert!(page.contains(".SH EXAMPLE"), "{page}");
    }
    if !is_there("groff") {
        return;
    }
    for page in fs::read_dir(place.path().join("pages")).unwrap() {
        let page = page.unwrap().path();
        let mut groff = Command::new("groff");
        let output = groff
            .args(["-man", "-ww", "-Tutf8", "-z"])
            .arg(&page)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.is_empty(),
            "{}: {said}",
            page.display()
        );
    }
}

/// What a shell offers after these words.
fn bash(place: &Place, words: &[&str]) -> String {
    let script = place.scrum(&["completions", "bash"]).expect(0).stdout;
    place.write("completions.bash", script);
    let last = words.len() - 1;
    let before = words.get(last - 1).unwrap_or(&"");
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let program = format!(
        "source completions.bash\nCOMP_WORDS=({})\nCOMP_CWORD={last}\n_scrum scrum '{}' '{before}'\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        quoted.join(" "),
        words[last]
    );
    let mut shell = Command::new("bash");
    let output = shell
        .args(["--norc", "-c", &program])
        .current_dir(place.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.is_empty(), "{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn bash_completes_commands_options_and_values() {
    if !is_there("bash") {
        return;
    }
    let place = Place::empty();
    let offered = bash(&place, &["scrum", ""]);
    for command in COMMANDS {
        assert!(offered.contains(command), "{command}: {offered}");
    }
    assert_eq!(
        bash(&place, &["scrum", "bundle", "--spl"]).trim(),
        "--split"
    );
    let values = bash(&place, &["scrum", "bundle", "--by", ""]);
    assert!(
        values.contains("workspace") && values.contains("top-level"),
        "{values}"
    );
}

#[test]
fn every_shell_has_completions() {
    let place = Place::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.scrum(&["completions", shell]).expect(0).stdout;
        assert!(
            script.contains("bundle") && script.contains("tally"),
            "{shell}"
        );
    }
    // Syntax alone, where the shells are there.
    for (shell, args) in [("zsh", &["-n"][..]), ("fish", &["--no-execute"])] {
        if is_there(shell) {
            let script = place.scrum(&["completions", shell]).expect(0).stdout;
            place.write(shell, script);
            let mut command = Command::new(shell);
            let output = command
                .args(args)
                .arg(place.path().join(shell))
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success() && said.is_empty(),
                "{shell}: {said}"
            );
        }
    }
}
