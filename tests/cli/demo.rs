//! `scrum demo`: a newcomer's first look, on a machine that has nothing set up.

use std::fs;

use crate::place::{Place, Run, files_below};

/// Runs the demonstration in a folder `try` beside the repository.
fn demo(place: &Place) -> Run {
    let folder = place.beside("try");
    place.scrum(&["demo", "-o", folder.to_str().unwrap()])
}

#[test]
fn the_whole_path() {
    let place = Place::empty();
    let run = demo(&place).expect(0);
    // How long each answer took, and which came first, stands on stderr.
    insta::assert_snapshot!(run.stdout);
}

/// Each line of the demonstration, typed by hand in its folder, prints what the demonstration showed.
#[test]
fn it_runs_what_it_shows() {
    let place = Place::empty();
    let shown = demo(&place).expect(0).stdout;
    let folder = place.beside("try");
    let wave = format!(
        ".scrum/{}",
        fs::read_to_string(folder.join(".scrum/current"))
            .unwrap()
            .trim()
    );
    let tally = fs::read(folder.join(&wave).join("tally.json")).unwrap();
    fs::remove_dir_all(folder.join(".scrum")).unwrap();
    let mut typed = 0;
    for line in shown
        .lines()
        .filter_map(|line| line.strip_prefix("$ scrum "))
    {
        let arguments: Vec<&str> = ["-C", folder.to_str().unwrap()]
            .into_iter()
            .chain(line.split(' '))
            .collect();
        let run = place.scrum(&arguments).expect(0);
        assert!(shown.contains(&run.stdout), "{}", run.all());
        typed += 1;
    }
    assert!(typed > 2, "{shown}");
    assert_eq!(
        fs::read(folder.join(&wave).join("tally.json")).unwrap(),
        tally
    );
}

#[test]
fn neither_git_nor_a_home_nor_settings_take_part() {
    let plain = Place::empty();
    let expected = demo(&plain).expect(0).stdout;

    let place = Place::empty();
    let hostile = "[core]\n\tautocrlf = true\n\teol = crlf\n\thooksPath = /nowhere\n[init]\n\tdefaultBranch = other\n\
                   \ttemplateDir = /nowhere\n[commit]\n\tgpgSign = true\n[user]\n\tname = Somebody\n\temail = s@example.org\n";
    fs::write(place.beside("home/.gitconfig"), hostile).unwrap();
    assert_eq!(demo(&place).expect(0).stdout, expected);
    let bytes = |place: &Place| fs::read(place.beside("try/limiter/bucket.py")).unwrap();
    assert_eq!(
        bytes(&place),
        bytes(&plain),
        "line ends are the recorded ones"
    );

    // No PATH, no home, no variables at all, and a broken scrum.toml where it is started.
    let bare = Place::empty();
    bare.write("scrum.toml", "rubbish");
    let mut command = bare.scrum_command();
    command
        .env_clear()
        .args(["demo", "-o"])
        .arg(bare.beside("try"));
    let output = command.output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let root = bare.beside("").display().to_string();
    let stdout = stdout.replace(root.trim_end_matches('/'), "[PLACE]");
    assert_eq!(stdout, expected);
}

#[test]
fn the_repository_is_one_that_git_takes() {
    let place = Place::empty();
    demo(&place).expect(0);
    let folder = place.beside("try");
    let git = |args: &[&str]| place.git(&[&["-C", folder.to_str().unwrap()], args].concat());
    git(&["fsck", "--strict"]);
    assert_eq!(
        git(&["status", "--porcelain"]),
        "?? comment.md\n?? report.html\n?? scrum.toml\n"
    );
    assert_eq!(
        git(&["log", "--format=%s by %an", "rate-limit"]),
        "Limit each client by a token bucket by Grace\nForward requests, so many a minute by Ada\n"
    );
    let verified = place
        .scrum(&["-C", folder.to_str().unwrap(), "verify"])
        .expect(0);
    assert!(
        verified.stdout.starts_with("verified:"),
        "{}",
        verified.all()
    );
}

#[test]
fn it_stays_in_its_folder() {
    let place = Place::empty();
    // Without -o: a new folder among the temporary ones, which stays.
    let temporary = place.beside("tmp");
    fs::create_dir(&temporary).unwrap();
    let mut command = place.scrum_command();
    for name in ["TMPDIR", "TMP", "TEMP"] {
        command.env(name, &temporary);
    }
    assert!(command.arg("demo").output().unwrap().status.success());
    let made: Vec<_> = fs::read_dir(&temporary).unwrap().flatten().collect();
    assert_eq!(made.len(), 1, "{made:?}");
    assert!(
        made[0]
            .file_name()
            .to_string_lossy()
            .starts_with("scrum-demo-")
    );
    assert!(made[0].path().join("scrum.toml").is_file());
    assert_eq!(files_below(&place.path()), [""; 0]);

    // What is there already is left alone.
    place.write("mine.txt", "mine\n");
    let run = place.scrum(&["demo", "-o", "."]).expect(2);
    assert!(run.stderr.contains("is not empty"), "{}", run.all());
    assert_eq!(files_below(&place.path()), ["mine.txt"]);
    place.scrum(&["demo", "-o", "mine.txt"]).expect(2);
    place.scrum(&["demo", "-o", "mine.txt/deeper"]).expect(2);

    // -C counts for -o, as everywhere.
    let home = place.beside("home");
    place
        .scrum(&["-C", home.to_str().unwrap(), "demo", "-o", "here", "-q"])
        .expect(0);
    assert!(home.join("here/.scrum/current").is_file());
}

#[test]
fn all_phases_of_a_release() {
    let place = Place::empty();
    let folder = place.beside("try");
    let run = place
        .scrum(&["demo", "--gauntlet", "-o", folder.to_str().unwrap()])
        .expect(0);
    insta::assert_snapshot!(run.stdout);
    // Typed by hand, each line prints the same.
    for line in run
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("$ scrum "))
    {
        let typed: Vec<&str> = ["-C", folder.to_str().unwrap()]
            .into_iter()
            .chain(line.split(' '))
            .collect();
        let again = place.scrum(&typed);
        assert_eq!(again.code, i32::from(line == "assess"), "{}", again.all());
        // The review is there already, which its first lines say.
        if line != "review" && !line.starts_with("bundle") {
            assert!(run.stdout.contains(&again.stdout), "{}", again.all());
        }
    }
}

#[test]
fn a_recorded_answer_by_itself() {
    let place = Place::empty();
    let run = place
        .scrum(&["demo", "--answer", "qwen", "gateway"])
        .expect(0);
    assert_eq!(run.stdout, "NONE\n\nVERDICT: SHIP\n");
    let run = place
        .scrum(&["demo", "--answer", "nobody", "gateway"])
        .expect(2);
    assert!(
        run.stderr.contains("the reviewers are kimi"),
        "{}",
        run.all()
    );
}
