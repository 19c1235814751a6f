//! What is compared if no range is named, and what is said if a range is empty.

use crate::place::Place;

/// A clone whose branch `topic` is pushed, two commits ahead of `main`.
fn pushed() -> Place {
    let place = Place::repository();
    place.write("a.rs", "1\n");
    place.commit("First");
    place.git(&["checkout", "-q", "-b", "topic"]);
    for number in ["2", "3"] {
        place.write("a.rs", format!("{number}\n"));
        place.commit(number);
    }
    let origin = place.beside("origin");
    let origin = origin.to_str().unwrap();
    place.git(&["init", "-q", "--bare", "-b", "main", origin]);
    place.git(&["remote", "add", "origin", origin]);
    place.git(&["push", "-q", "-u", "origin", "main", "topic"]);
    place.git(&["remote", "set-head", "origin", "main"]);
    place
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[test]
fn a_pushed_branch_is_compared_with_the_default_branch() {
    let place = pushed();
    let run = place.scrum(&["bundle"]).expect(0);
    assert_eq!(
        first_line(&run.stdout),
        "base: origin/main (from origin/HEAD)"
    );
    assert!(run.stdout.contains("2 commits, 1 file"), "{}", run.all());
    // A base that is named is not explained.
    let run = place.scrum(&["bundle", "main"]).expect(0);
    assert!(run.stdout.starts_with("main ("), "{}", run.all());
}

#[test]
fn the_configuration_names_another_base() {
    let place = pushed();
    place.write("scrum.toml", "[bundle]\nbase = \"HEAD~1\"\n");
    let run = place.scrum(&["bundle"]).expect(0);
    assert_eq!(
        first_line(&run.stdout),
        "base: HEAD~1 (from [bundle] base in scrum.toml)"
    );
    assert!(run.stdout.contains("1 commit, 1 file"), "{}", run.all());
    place.write("scrum.toml", "[bundle]\nbase = \"origin/mian\"\n");
    let run = place.scrum(&["bundle"]).expect(2);
    assert!(run.stderr.contains("[bundle] base"), "{}", run.all());
    assert!(run.stderr.contains("origin/main"), "{}", run.all());
}

#[test]
fn an_empty_range_names_those_that_are_not() {
    let place = pushed();
    place.git(&["checkout", "-q", "main"]);
    let expect = |args: &[&str], named: &[&str], not: &[&str]| {
        let run = place.scrum(args).expect(0);
        assert!(run.stderr.contains("nothing changed"), "{}", run.all());
        for text in named {
            assert!(run.stderr.contains(text), "{text}: {}", run.all());
        }
        for text in not {
            assert!(!run.stderr.contains(text), "{text}: {}", run.all());
        }
    };
    let flags = ["--staged", "--uncommitted"];
    expect(&["bundle"], &["scrum bundle HEAD^!"], &flags);
    let other = "HEAD...topic   2 commits of topic that HEAD lacks";
    expect(&["bundle", "topic"], &[other, "HEAD^!"], &flags);
    expect(
        &["bundle", "topic...main"],
        &["main...topic", "main^!"],
        &flags,
    );
    place.write("new.rs", "1\n");
    expect(&["bundle"], &["--uncommitted", "1 untracked"], &flags[..1]);
    place.git(&["add", "new.rs"]);
    expect(&["bundle"], &["--staged", "1 file"], &flags[1..]);
    // What is named works, and is not empty.
    for range in ["HEAD^!", "HEAD...topic"] {
        let run = place.scrum(&["bundle", range]).expect(0);
        assert!(run.stdout.contains("wave: "), "{}", run.all());
    }
}

#[test]
fn review_bundles_the_default_range_if_there_is_no_wave() {
    let place = pushed();
    place.write(
        "scrum.toml",
        "[[reviewers]]\nname = \"a\"\ncommand = [\"sh\", \"-c\", \"cat >/dev/null; echo NONE\"]\n",
    );
    let run = place.scrum(&["review"]).expect(0);
    assert!(
        run.stderr.contains("base: origin/main (from origin/HEAD)"),
        "{}",
        run.all()
    );
    assert!(place.path().join(".scrum/current").is_file());
}
