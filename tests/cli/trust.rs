//! What a project tells its reviewers, and whose version of it counts.

use crate::place::Place;

const ASKED: &str = "[prompt]\ninstructions = \"Mind the locks.\"\n[[components]]\nname = \"core\"\npaths = [\"core/**\"]\n\
    instructions = \"No floats.\"\n[[prompt.rules]]\npaths = [\"*.sql\"]\ntext = \"Mind the indexes.\"\n";

fn place() -> Place {
    let place = Place::repository();
    place.write("core/a.rs", "1\n");
    place.write("db/a.sql", "1\n");
    place.write("scrum.toml", ASKED);
    place.commit("First");
    place.write("core/a.rs", "2\n");
    place.write("db/a.sql", "2\n");
    place
}

fn prompt(place: &Place, id: &str) -> String {
    place.read(&format!("w/prompts/{id}.md"))
}

const WRITE: [&str; 8] = [
    "bundle",
    "HEAD^!",
    "--by",
    "top-level",
    "--no-pack",
    "--overwrite",
    "-o",
    "w",
];

#[test]
fn instructions_stand_in_the_prompts_that_they_are_for() {
    let place = place();
    place.commit("Second");
    place.scrum(&WRITE).expect(0);
    let (core, db) = (prompt(&place, "core"), prompt(&place, "db"));
    for (text, of_core, of_db) in [
        ("## What this project asks of reviewers", true, true),
        ("Mind the locks.", true, true),
        ("No floats.", true, false),
        ("Mind the indexes.", false, true),
    ] {
        assert_eq!(
            (core.contains(text), db.contains(text)),
            (of_core, of_db),
            "{text}"
        );
    }
    // Also if a template of one's own does not name them.
    place.write("t.md", "Mine\n{{ diff }}\n");
    place
        .scrum(&[&WRITE[..], &["--template", "t.md"]].concat())
        .expect(0);
    let core = prompt(&place, "core");
    assert!(
        core.contains("No floats.") && core.contains("Mine"),
        "{core}"
    );
}

#[test]
fn a_file_or_a_section_of_it_can_hold_the_instructions() {
    let place = place();
    place.write(
        "AGENTS.md",
        "# Build\nmake\n# Review\nBe strict.\n# Test\nmake test\n",
    );
    place.write(
        "scrum.toml",
        "[prompt]\ninstructions = { file = \"AGENTS.md\", section = \"Review\" }\n",
    );
    place.commit("Second");
    let here = [&WRITE[..], &["--config-from", "worktree"]].concat();
    place.scrum(&here).expect(0);
    let core = prompt(&place, "core");
    assert!(
        core.contains("Be strict.") && !core.contains("make"),
        "{core}"
    );
    place.write(
        "scrum.toml",
        "[prompt]\ninstructions = { file = \"AGENTS.md\", section = \"Reviw\" }\n",
    );
    let run = place.scrum(&here).expect(2);
    assert!(run.stderr.contains("no heading `Reviw`"), "{}", run.all());
    place.write(
        "scrum.toml",
        "[prompt]\ninstructions = { file = \"NONE.md\" }\n",
    );
    let run = place.scrum(&here).expect(2);
    assert!(run.stderr.contains("NONE.md"), "{}", run.all());
}

#[test]
fn a_change_does_not_configure_its_own_review() {
    let place = place();
    place.write("scrum.toml", "[exclude]\npaths = [\"core/**\"]\n");
    place.commit("Second");
    let run = place.scrum(&WRITE).expect(0);
    assert!(
        run.stderr
            .contains("`scrum.toml` is changed by what is under review"),
        "{}",
        run.all()
    );
    assert!(prompt(&place, "core").contains("Mind the locks."));
    // Unless one asks for it.
    let run = place
        .scrum(&[&WRITE[..], &["--config-from", "worktree"]].concat())
        .expect(0);
    assert!(!run.stdout.contains("core  "), "{}", run.all());
    let run = place
        .scrum(&[&WRITE[..], &["--config-from", "HEAD~1"]].concat())
        .expect(0);
    assert!(!run.stderr.contains("is changed by"), "{}", run.all());
    assert!(prompt(&place, "core").contains("Mind the locks."));
}

#[test]
fn reviewers_come_from_the_base_and_ones_own_work_follows_the_work_tree() {
    let place = place();
    place.write(
        "scrum.toml",
        "[[reviewers]]\nname = \"evil\"\ncommand = [\"touch\", \"harmed\"]\n",
    );
    let run = place.scrum(&["bundle", "--uncommitted"]).expect(0);
    assert!(!run.stderr.contains("is changed by"), "{}", run.all());
    let mut ci = place.scrum_command();
    ci.env("CI", "true").args(["bundle", "--uncommitted"]);
    let run = place.finish(ci.output().unwrap()).expect(0);
    assert!(
        run.stderr.contains("`scrum.toml` is changed by"),
        "{}",
        run.all()
    );
    let run = place.scrum(&["review", "--uncommitted"]).expect(2);
    assert!(
        run.stderr.contains("no reviewer is configured"),
        "{}",
        run.all()
    );
    place.commit("Second");
    let run = place.scrum(&["review", "HEAD^!"]).expect(2);
    assert!(
        run.stderr.contains("no reviewer is configured"),
        "{}",
        run.all()
    );
    // Also of a wave that is there already.
    place.scrum(&["bundle", "HEAD^!"]).expect(0);
    place.scrum(&["review"]).expect(2);
    assert!(!place.path().join("harmed").exists());
}
