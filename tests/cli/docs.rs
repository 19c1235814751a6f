//! What README and docs/ show of sessions at a terminal: every `$ …` line in them is run, and prints what follows it.
//!
//! A page begins in the repository of `scrum demo`, before anything was bundled; its lines are run one after the other. A
//! line `…` stands for any number of lines. `UPDATE_DOCS=1` writes what is printed into the pages.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::markdown::{Block, blocks, pages};
use crate::place::Place;

/// Stands for lines that a page leaves out.
const ELIDED: &str = "…";

/// A terminal on a machine with nothing but the demonstration's repository.
struct Terminal {
    place: Place,
    folder: PathBuf,
}

impl Terminal {
    fn new() -> Self {
        let place = Place::empty();
        let folder = place.beside("gateway");
        place
            .scrum(&["demo", "-o", folder.to_str().unwrap()])
            .expect(0);
        std::fs::remove_dir_all(folder.join(".scrum")).unwrap();
        Self { place, folder }
    }

    /// What a line prints, stdout and stderr together.
    fn type_in(&mut self, line: &str) -> Vec<String> {
        if let Some(folder) = line.strip_prefix("cd ") {
            self.folder = self.folder.join(folder);
            assert!(self.folder.is_dir(), "{line}");
            return Vec::new();
        }
        let scrum = Path::new(env!("CARGO_BIN_EXE_scrum")).parent().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut shell: Command = self.place.command("sh");
        let output = shell
            .args(["-c", &format!("exec 2>&1\n{line}")])
            .env("PATH", format!("{}:{path}", scrum.display()))
            .current_dir(&self.folder)
            .output()
            .unwrap();
        let root = self.place.beside("");
        let root = root.to_str().unwrap().trim_end_matches('/');
        let text = String::from_utf8_lossy(&output.stdout).replace(root, "~");
        text.lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }
}

/// A typed line and what the page says that it prints.
struct Step<'a> {
    typed: &'a str,
    printed: &'a [String],
}

/// The steps of a session; `None` where the block is none.
fn session(block: &Block) -> Option<Vec<Step<'_>>> {
    let first = block.lines.first()?;
    if block.language != "console" && !(block.language.is_empty() && first.starts_with("$ ")) {
        return None;
    }
    let mut steps = Vec::new();
    let mut rest = &block.lines[..];
    while let Some((line, after)) = rest.split_first() {
        let typed = line
            .strip_prefix("$ ")
            .unwrap_or_else(|| panic!("a session begins with `$ `: {line}"));
        let end = after
            .iter()
            .position(|line| line.starts_with("$ "))
            .unwrap_or(after.len());
        let printed = &after[..end];
        let blank = printed
            .iter()
            .rev()
            .take_while(|line| line.trim().is_empty())
            .count();
        steps.push(Step {
            typed,
            printed: &printed[..printed.len() - blank],
        });
        rest = &after[end..];
    }
    Some(steps)
}

/// Whether `found` is what `said` says, `…` for any lines.
fn fits(said: &[String], found: &[String]) -> bool {
    match said.iter().position(|line| line == ELIDED) {
        None => said
            .iter()
            .map(|line| line.trim_end())
            .eq(found.iter().map(String::as_str)),
        Some(at) => {
            let (head, tail) = (&said[..at], &said[at + 1..]);
            found.len() >= head.len()
                && fits(head, &found[..head.len()])
                && (head.len()..=found.len()).any(|from| fits(tail, &found[from..]))
        }
    }
}

#[test]
fn every_session_in_the_pages_is_true() {
    let update = std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1");
    let mut sessions = 0;
    for (path, text) in pages() {
        let blocks = blocks(&text);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        // From the last block to the first, so that the lines before keep their numbers.
        let mut written: Vec<(&Block, Vec<String>)> = Vec::new();
        let mut terminal = None;
        for block in &blocks {
            let Some(steps) = session(block) else {
                continue;
            };
            sessions += 1;
            let terminal = terminal.get_or_insert_with(Terminal::new);
            let mut new = Vec::new();
            for (number, step) in steps.iter().enumerate() {
                let mut found = terminal.type_in(step.typed);
                while found.last().is_some_and(String::is_empty) {
                    found.pop();
                }
                if fits(step.printed, &found) {
                    found = step.printed.to_vec();
                } else {
                    assert!(
                        update && !step.printed.iter().any(|line| line == ELIDED),
                        "{} shows `{}` with\n{}\nbut it prints\n{}",
                        path.display(),
                        step.typed,
                        step.printed.join("\n"),
                        found.join("\n")
                    );
                }
                if number > 0 {
                    let gap = !steps[number - 1].printed.is_empty();
                    new.extend(gap.then(String::new));
                }
                new.push(format!("$ {}", step.typed));
                new.append(&mut found);
            }
            written.push((block, new));
        }
        for (block, new) in written.into_iter().rev() {
            let indented = new.into_iter().map(|line| {
                let line = format!("{:1$}{line}", "", block.indent);
                line.trim_end().to_owned()
            });
            lines.splice(block.start..block.start + block.lines.len(), indented);
        }
        if update {
            std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        }
    }
    assert!(sessions > 0, "no page shows a session");
}

#[test]
fn what_a_page_leaves_out_may_be_anything() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    for (said, found, fit) in [
        ("a\nb", "a\nb", true),
        ("a\nb", "a\nc", false),
        ("a", "a\nb", false),
        ("a\n…", "a\nb\nc", true),
        ("a\n…\nc", "a\nc", true),
        ("a\n…\nd", "a\nb\nc", false),
        ("…\nb\n…\nd", "a\nb\nc\nd", true),
    ] {
        assert_eq!(fits(&lines(said), &lines(found)), fit, "{said:?} {found:?}");
    }
}

#[test]
fn blocks_are_found() {
    let page = "Text\n\n    $ one\n    two\n\n    three\n\nText\n```console\n$ four\n```\n- a list\n\n  ```toml\n  x = 1\n  ```\n";
    let found: Vec<_> = blocks(page)
        .into_iter()
        .map(|b| (b.language, b.start, b.lines.join("|")))
        .collect();
    let expected = [
        ("", 2, "$ one|two||three"),
        ("console", 9, "$ four"),
        ("toml", 14, "x = 1"),
    ];
    assert_eq!(
        found,
        expected.map(|(language, start, lines)| (language.to_owned(), start, lines.to_owned()))
    );
}
