//! Small things that stopped people who used it for the first time.

use std::fs;

use crate::place::Place;

fn commits(count: usize) -> Place {
    let place = Place::repository();
    for number in 0..count {
        place.write("src/a.rs", format!("{number}\n"));
        place.commit(&format!("Commit {number}"));
    }
    place
}

#[test]
fn a_folder_that_is_named_does_not_become_the_newest_wave() {
    let place = commits(2);
    let run = place.scrum(&["bundle", "HEAD^!", "-o", "w"]).expect(0);
    assert!(!place.path().join(".scrum").exists());
    assert!(run.stderr.contains("`scrum tally w`"), "{}", run.all());
    place.scrum(&["bundle", "HEAD^!"]).expect(0);
    let newest = place.read(".scrum/current");
    place.scrum(&["bundle", "HEAD^!", "-o", "v"]).expect(0);
    assert_eq!(place.read(".scrum/current"), newest);
    place.scrum(&["verify", "v"]).expect(0);
}

/// A repository that cannot be written, such as one mounted read-only, is no obstacle to a wave elsewhere.
#[cfg(unix)]
#[test]
fn nothing_is_written_into_the_repository_for_a_named_folder() {
    let place = commits(2);
    fs::write(place.path().join(".scrum"), "in the way").unwrap();
    let out = place.beside("out");
    place
        .scrum(&["bundle", "HEAD^!", "-o", out.to_str().unwrap()])
        .expect(0);
    assert!(out.join("manifest.json").is_file());
}

#[test]
fn an_empty_patch_names_the_command_that_makes_one() {
    let place = commits(1);
    let run = place
        .scrum_with_stdin(&["bundle", "--diff", "-"], b"\n")
        .expect(2);
    assert!(run.stderr.contains("it is empty"), "{}", run.all());
    assert!(
        run.stderr.contains("git diff HEAD | scrum bundle"),
        "{}",
        run.all()
    );
}

#[test]
fn the_last_hint_of_init_works_in_a_young_repository() {
    for count in [1, 4] {
        let place = commits(count);
        let run = place.scrum(&["init"]).expect(0);
        let hint = run.stdout.rsplit('`').nth(1).unwrap();
        let words: Vec<&str> = hint.split(' ').skip(1).collect();
        assert!(words.contains(&"--dry-run"), "{}", run.all());
        let run = place.scrum(&words).expect(0);
        assert!(run.stdout.contains("1 file"), "{}", run.all());
    }
}

#[test]
fn manual_pages_name_the_values_of_options() {
    let place = Place::empty();
    place.scrum(&["man", "pages"]).expect(0);
    let page = place.read("pages/scrum-bundle.1");
    let synopsis = page.split(".SH SYNOPSIS").nth(1).unwrap();
    let synopsis = synopsis.split(".SH ").next().unwrap().replace('\\', "");
    for text in [
        "fB--warnfR fISIZEfR",
        "fB-ofR|fB--outfR fIDIRfR",
        "[fIRANGEfR]",
    ] {
        assert!(synopsis.contains(text), "{text}: {synopsis}");
    }
}

#[test]
fn one_of_a_thing_is_no_plural() {
    let place = commits(2);
    place.scrum(&["bundle", "HEAD^!"]).expect(0);
    let run = place.scrum(&["verify"]).expect(0);
    assert!(
        run.stdout.contains("1 bundle and 0 excluded files"),
        "{}",
        run.all()
    );
    let run = place
        .scrum(&["bundle", "HEAD^!", "--warn", "1", "--fail", "1"])
        .expect(1);
    assert!(run.stderr.contains("1 of 1 bundle above"), "{}", run.all());
}

#[test]
fn prompts_show_paths_as_they_are() {
    let place = Place::repository();
    place.write("src/größe.py", "1\n");
    place.commit("First");
    place.write("src/größe.py", "2\n");
    place.commit("Second");
    place
        .scrum(&["bundle", "HEAD^!", "--by", "top-level", "-o", "w"])
        .expect(0);
    let prompt = place.read("w/prompts/src.md");
    assert!(prompt.contains("+++ b/src/größe.py\n"), "{prompt}");
    // What git applies stays as git writes it.
    assert!(place.read("w/bundles/src.diff").contains("gr\\303\\266"));
    place.write(
        "w/reviews/src/a.md",
        "SEVERITY: WARN\nWHERE: src/größe.py:1\nWHAT: x\nWHY: y\n",
    );
    let tally = place
        .scrum(&["tally", "w", "--format", "json"])
        .expect(0)
        .json();
    assert_eq!(tally["totals"]["findings"], 1);
    assert_eq!(tally["buckets"]["counted"], 1);
}
