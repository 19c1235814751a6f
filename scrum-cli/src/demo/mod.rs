//! The data of `scrum demo`: a small history with planted defects, and the answers of four reviewers.

use std::path::Path;

use scrum_core::git::{self, GitError, Snapshot};

/// `(path, content)` of files in `demo/`.
macro_rules! files {
    ($folder:literal, $($path:literal),+ $(,)?) => {
        [$(($path, include_bytes!(concat!("../../demo/", $folder, "/", $path)).as_slice())),+]
    };
}

/// What a reviewer answered: bundle, reviewer, text.
macro_rules! answers {
    ($($bundle:literal: $($seat:literal),+);+ $(;)?) => {
        &[$($(($bundle, $seat, include_str!(concat!("../../demo/answers/", $bundle, "/", $seat, ".md")))),+),+]
    };
}

/// The reviewers' names.
pub(crate) const SEATS: [&str; 4] = ["kimi", "opus", "qwen", "sonnet"];

const ANSWERS: &[(&str, &str, &str)] = answers! {
    "gateway": "kimi", "opus", "qwen", "sonnet";
    "limiter": "kimi", "opus", "qwen", "sonnet";
};

/// The answer of a reviewer about a bundle.
pub(crate) fn answer(seat: &str, bundle: &str) -> Option<&'static str> {
    let mut answers = ANSWERS.iter();
    answers
        .find(|(of, by, _)| *of == bundle && *by == seat)
        .map(|(_, _, text)| *text)
}

/// Makes the repository: `main` with two packages, and a branch `rate-limit` that changes both.
pub(crate) fn repository(folder: &Path) -> Result<(), GitError> {
    let before = files!(
        "before",
        "gateway/app.py",
        "gateway/pyproject.toml",
        "limiter/pyproject.toml",
        "limiter/window.py",
        "uv.lock",
    );
    let after = files!(
        "after",
        "gateway/app.py",
        "limiter/bucket.py",
        "limiter/pyproject.toml",
        "limiter/test_bucket.py",
        "uv.lock",
    );
    // Commit ids depend on this, too.
    let mut base = Snapshot::new("main", "Forward requests, so many a minute")
        .author("Ada", "ada@example.org")
        .seconds(1_767_600_000);
    base.files = before.to_vec();
    let mut head = Snapshot::new("rate-limit", "Limit each client by a token bucket")
        .author("Grace", "grace@example.org")
        .seconds(1_767_686_400);
    head.files = after.to_vec();
    let gone = "limiter/window.py";
    let kept = before
        .into_iter()
        .filter(|(path, _)| *path != gone && after.iter().all(|(changed, _)| changed != path));
    head.files.extend(kept);
    git::create(folder, &[base, head])
}

/// A `scrum.toml` whose reviewers are commands of `program` that print recorded answers.
pub(crate) fn config(program: &Path) -> String {
    let program = toml_string(&program.to_string_lossy());
    let components = ["gateway", "limiter"]
        .map(|name| format!("\n[[components]]\nname = \"{name}\"\npaths = [\"{name}/**\"]\n"));
    let seats = SEATS.map(|seat| {
        format!(
            "\n[[reviewers]]\nname = \"{seat}\"\ncommand = [{program}, \"demo\", \"--answer\", \"{seat}\", \"{{bundle}}\"]\n"
        )
    });
    format!(
        "# Two components. scrum finds packages by itself, but packs small ones into one bundle; a component that\n\
         # is named here is a bundle of its own.\n{}\n\
         # Four reviewers, each a command that reads a prompt and prints an answer. These print recorded answers; in\n\
         # your own repository they would be, say, [\"claude\", \"-p\"] or a model's API.\n{}",
        components.concat(),
        seats.concat()
    )
}

/// Additional files for the demonstration of all phases.
pub(crate) const GAUNTLET_FILES: [(&str, &[u8]); 3] =
    files!("gauntlet", "cases.toml", "answers.jsonl", "gaps.toml");

/// The steps of the demonstration's smoke chain, and those they need.
const STEPS: [(&str, &[&str]); 3] = [
    ("limiter", &[]),
    ("gateway", &["limiter"]),
    ("forwards", &["gateway"]),
];

/// What a step of the smoke chain prints.
pub(crate) fn step(name: &str) -> Option<String> {
    let known = STEPS.iter().any(|(step, _)| *step == name);
    known.then(|| format!("{name}: ok\n"))
}

/// As [`config`], with a smoke chain and the rules of the other phases.
pub(crate) fn gauntlet_config(program: &Path) -> String {
    let name = toml_string(&program.to_string_lossy());
    let mut text = config(program);
    text.push_str("\n# Three commands that must pass.\n");
    for (step, needs) in STEPS {
        text.push_str(&format!(
            "\n[[smoke]]\nname = \"{step}\"\ncommand = [{name}, \"demo\", \"--step\", \"{step}\"]\nneeds = {needs:?}\n"
        ));
    }
    text.push_str(include_str!("../../demo/gauntlet/tables.toml"));
    text
}

/// A basic string of TOML.
fn toml_string(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|c| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use scrum_core::config::Config;

    use super::*;

    #[test]
    fn every_file_of_the_demonstration_is_part_of_it() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
        let mut on_disk = 0;
        for bundle in std::fs::read_dir(folder.join("answers")).unwrap() {
            let bundle = bundle.unwrap().path();
            for file in std::fs::read_dir(&bundle).unwrap() {
                let file = file.unwrap().path();
                let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
                assert!(answer(&name(&file), &name(&bundle)).is_some(), "{file:?}");
                on_disk += 1;
            }
        }
        assert_eq!(on_disk, ANSWERS.len());
        assert!(answer("nobody", "gateway").is_none());
    }

    #[test]
    fn the_configuration_holds_any_name_of_the_program() {
        for program in [
            "/usr/bin/scrum",
            r"C:\Program Files\scrum.exe",
            "/a \"b\"\u{1}/scrum",
        ] {
            let config = Config::from_toml(&config(Path::new(program))).unwrap();
            assert_eq!(config.reviewers.len(), SEATS.len());
            assert_eq!(config.reviewers[0].command.as_ref().unwrap()[0], program);
            let config = Config::from_toml(&gauntlet_config(Path::new(program))).unwrap();
            assert_eq!(config.smoke[2].command[0], program);
        }
    }
}
