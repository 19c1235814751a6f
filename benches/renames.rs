//! Rename matching, at four sizes: each of N files moves to another folder and name, and is edited on the way.
//!
//!     cargo bench -p scrum-core --bench renames
//!
//! What is measured is the whole comparison of two trees. `exact` finds only what was not edited, and so shows what the
//! trees and patches alone take. Needs git to make the repositories.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use divan::{Bencher, black_box};
use scrum_core::git::{DiffOptions, Repository};
use scrum_core::range::RangeSpec;
use tempfile::TempDir;

fn main() {
    divan::main();
}

const FILES: [usize; 4] = [50, 100, 200, 400];

/// A bare repository whose branch `main` has a commit with `files` files, and a second that renames and edits them all.
fn repository(files: usize) -> std::io::Result<TempDir> {
    let folder = TempDir::new()?;
    git(folder.path(), &["init", "-q", "--bare", "."], b"")?;
    let mut stream = String::new();
    let mut commit = |head: &str, edited: bool| {
        let _ = write!(
            stream,
            "commit refs/heads/main\ncommitter A <a@example.org> 1700000000 +0000\ndata 1\nx\n{head}"
        );
        for file in 0..files {
            let mut text = String::new();
            for line in 0..120 {
                // A quarter of the lines is every file's own; an edit changes one in ten.
                let own = if line % 4 == 0 { file } else { line };
                let mark = if edited && line % 10 == 0 {
                    "edited"
                } else {
                    ""
                };
                let _ = writeln!(text, "let value_{own}_{line} = compute({line}); {mark}");
            }
            let name = if edited {
                format!("new/{}/moved{file}.rs", file % 7)
            } else {
                format!("old/{}/file{file}.rs", file % 5)
            };
            let _ = write!(
                stream,
                "M 100644 inline {name}\ndata {}\n{text}\n",
                text.len()
            );
        }
    };
    commit("", false);
    commit("deleteall\n", true);
    git(
        folder.path(),
        &["fast-import", "--quiet"],
        stream.as_bytes(),
    )?;
    Ok(folder)
}

fn git(folder: &Path, arguments: &[&str], input: &[u8]) -> std::io::Result<()> {
    let mut child = Command::new("git")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .spawn()?;
    if let Some(stdin) = &mut child.stdin {
        stdin.write_all(input)?;
    }
    let done = child.wait_with_output()?;
    done.status
        .success()
        .then_some(())
        .ok_or_else(|| std::io::Error::other("git failed"))
}

fn compare(bencher: Bencher<'_, '_>, files: usize, least_similarity: u8) {
    let folder = repository(files).expect("git makes a repository");
    let repository = Repository::discover(folder.path()).expect("it is there");
    let options = DiffOptions::default()
        .jobs(Some(1))
        .rename_threshold(least_similarity);
    let range = RangeSpec::Trees {
        base: "main~1".into(),
        head: "main".into(),
    };
    bencher.bench_local(|| {
        let set = repository.changes(black_box(&range), &options);
        set.expect("two commits compare").changes().len()
    });
}

/// Every deleted file against every added one.
#[divan::bench(args = FILES)]
fn similar(bencher: Bencher<'_, '_>, files: usize) {
    compare(bencher, files, 50);
}

/// By id alone, of which none is found.
#[divan::bench(args = FILES)]
fn exact(bencher: Bencher<'_, '_>, files: usize) {
    compare(bencher, files, 100);
}
