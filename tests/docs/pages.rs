//! Holds README and docs/ against the program: command lines that a reader may copy, and configuration.
//!
//! Sessions with their output are run by `tests/cli/docs.rs`. The lines here may need a network, a model or a repository
//! of the reader's, so they are parsed only.

use clap::error::ErrorKind;
use scrum_core::config::Config;

use crate::markdown;

/// The `scrum …` commands in a line of shell, as words.
fn commands(line: &str) -> Vec<Vec<String>> {
    let Some(words) = shlex::split(line) else {
        return Vec::new();
    };
    let ends = |word: &String| {
        matches!(
            word.as_str(),
            "|" | "||" | "&&" | ";" | ">" | ">>" | "<" | "2>"
        )
    };
    words
        .split(ends)
        .filter_map(|words| {
            // Variables may be set in front, and YAML may be around.
            let start = words
                .iter()
                .position(|word| word == "scrum" || word == "$(scrum")?;
            let plain = words[..start].iter().all(|word| {
                word.contains('=') || matches!(word.as_str(), "-" | "run:" | "$" | "time")
            });
            plain.then(|| {
                words[start..]
                    .iter()
                    .map(|word| word.trim_start_matches("$(").to_owned())
                    .collect()
            })
        })
        .collect()
}

#[test]
fn every_command_line_in_the_pages_parses() {
    let mut parsed = 0;
    for (path, text) in markdown::pages() {
        for block in markdown::blocks(&text) {
            if matches!(
                block.language.as_str(),
                "rust" | "toml" | "json" | "jinja" | "diff"
            ) {
                continue;
            }
            let joined = block.lines.join("\n").replace("\\\n", " ");
            for words in joined.lines().flat_map(commands) {
                let result = scrum_cli::command_line().try_get_matches_from(&words);
                let told = result.as_ref().err().map(clap::Error::kind);
                if !matches!(
                    told,
                    None | Some(ErrorKind::DisplayHelp | ErrorKind::DisplayVersion)
                ) {
                    panic!(
                        "{}: {}\n{}",
                        path.display(),
                        words.join(" "),
                        result.unwrap_err()
                    );
                }
                parsed += 1;
            }
        }
    }
    assert!(parsed > 5, "only {parsed} commands found");
}

#[test]
fn every_configuration_in_the_pages_is_one() {
    let mut read = 0;
    for (path, text) in markdown::pages() {
        for block in markdown::blocks(&text) {
            let text = block.lines.join("\n");
            if block.language == "toml" && !text.contains("scrum-core = ") {
                Config::from_toml(&text).unwrap_or_else(|error| {
                    panic!("{}, line {}: {error}", path.display(), block.start)
                });
                read += 1;
            }
        }
    }
    assert!(read > 0, "no page shows a scrum.toml");
}

#[test]
fn commands_are_found_in_lines_of_shell() {
    for (line, expected) in [
        ("scrum tally # the newest", vec!["scrum tally"]),
        (
            "gh pr diff 7 | scrum bundle --diff -",
            vec!["scrum bundle --diff -"],
        ),
        (
            "SCRUM_FORCE_OVERSIZE=1 scrum bundle > out && scrum tally",
            vec!["scrum bundle", "scrum tally"],
        ),
        ("- run: scrum bundle 'a b'", vec!["scrum bundle a b"]),
        ("cargo run -- scrum", vec![]),
        ("the scrum of models", vec![]),
    ] {
        let found: Vec<_> = commands(line).iter().map(|words| words.join(" ")).collect();
        assert_eq!(found, expected, "{line}");
    }
}
