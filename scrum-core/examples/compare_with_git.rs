//! Compares patches with those of git itself: `compare_with_git REPOSITORY A B [--show N]`.
//!
//! Runs `git diff --full-index --binary -M A B` with no configuration but the repository's and with the attributes of B,
//! and prints how many files have the same patch byte for byte, in what the others differ, whether both name the same
//! renames, and whether the commits are those of `git rev-list A..B`. `--show N` prints the first N differing patches of each category.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use scrum_core::change::{Change, ChangeSet};
use scrum_core::git::{self, DiffOptions, Repository};

fn main() -> Result<(), Box<dyn Error>> {
    git::trust_object_hashes();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, base, head, show) = match &arguments[..] {
        [path, base, head] => (path, base, head, 0),
        [path, base, head, flag, count] if flag == "--show" => (path, base, head, count.parse()?),
        _ => return Err("compare_with_git REPOSITORY A B [--show N]".into()),
    };
    let path = PathBuf::from(path);
    let set = Repository::discover(&path)?
        .changes(&format!("{base}..{head}").parse()?, &DiffOptions::default())?;
    let attributes = format!("--attr-source={head}");
    let diff = [
        "diff",
        "--full-index",
        "--binary",
        "-M",
        "--no-color",
        "--no-ext-diff",
    ];
    let arguments = [&attributes[..]].into_iter().chain(diff);
    let text = run_git(&path, arguments.chain(["--no-textconv", base, head, "--"]))?;
    compare(&set, &sections(&text), show)?;

    let text = String::from_utf8(run_git(
        &path,
        ["rev-list", &format!("{base}..{head}"), "--"],
    )?)?;
    let theirs: BTreeSet<&str> = text.lines().collect();
    let ours: BTreeSet<&str> = set
        .range
        .commits
        .iter()
        .map(|commit| &commit.id[..])
        .collect();
    let (only_ours, only_theirs) = (ours.difference(&theirs), theirs.difference(&ours));
    println!(
        "{} commits; {} only here, {} only in git's",
        ours.len(),
        only_ours.count(),
        only_theirs.count()
    );
    Ok(())
}

fn run_git<'a>(
    path: &Path,
    arguments: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<u8>, Box<dyn Error>> {
    let output = Command::new("git")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_ATTR_NOSYSTEM", "1")
        .arg("-C")
        .arg(path)
        .args(arguments)
        .output()?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
    }
}

/// Cuts a diff at its `diff --git` lines. No other line can begin so: those of a hunk have a mark in front.
fn sections(diff: &[u8]) -> Vec<&[u8]> {
    let mut sections = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in diff.split_inclusive(|&byte| byte == b'\n') {
        if line.starts_with(b"diff --git ") && at > 0 {
            sections.push(&diff[start..at]);
            start = at;
        }
        at += line.len();
    }
    if at > start {
        sections.push(&diff[start..at]);
    }
    sections
}

/// A patch of ours and git's.
type Pair = (Vec<u8>, Vec<u8>);

fn compare(set: &ChangeSet, theirs: &[&[u8]], show: usize) -> Result<(), Box<dyn Error>> {
    // The first line of a section with both names is the key; a type change has two sections of one key.
    let mut by_name: BTreeMap<&[u8], Vec<&[u8]>> = BTreeMap::new();
    for section in theirs {
        by_name
            .entry(first_line(section))
            .or_default()
            .push(section);
    }
    let (mut equal, mut same_bytes, mut all_bytes) = (0, 0, 0);
    let mut different: BTreeMap<&str, Vec<Pair>> = BTreeMap::new();
    let mut ours = Vec::new();
    for (index, change) in set.changes().iter().enumerate() {
        set.read_patch(index, &mut ours)?;
        if ours.len() as u64 != change.bytes {
            return Err(format!("{}: length is not as stated", change.path).into());
        }
        all_bytes += ours.len();
        let theirs = by_name
            .remove(first_line(&ours))
            .unwrap_or_default()
            .concat();
        if theirs == ours {
            equal += 1;
            same_bytes += ours.len();
        } else {
            let category = category(change, &ours, &theirs);
            different
                .entry(category)
                .or_default()
                .push((ours.clone(), theirs));
        }
    }
    let files = set.changes().len();
    let share = |part: usize, whole: usize| part as f64 * 100.0 / whole.max(1) as f64;
    println!("{files} files, {all_bytes} bytes");
    println!("{equal} files equal ({:.2} %)", share(equal, files));
    println!(
        "{same_bytes} bytes in them ({:.2} %)",
        share(same_bytes, all_bytes)
    );
    for (category, pairs) in &different {
        println!("{} files differ: {category}", pairs.len());
        for (ours, theirs) in pairs.iter().take(show) {
            println!("--- ours\n{}", String::from_utf8_lossy(ours));
            println!("--- git's\n{}", String::from_utf8_lossy(theirs));
        }
    }
    let renames = set
        .changes()
        .iter()
        .filter(|change| change.old_path.is_some())
        .count();
    println!(
        "{renames} renames; {} sections of git's have no match here",
        by_name.len()
    );
    for name in by_name.keys().take(show) {
        println!("  {}", String::from_utf8_lossy(name));
    }
    Ok(())
}

fn first_line(text: &[u8]) -> &[u8] {
    text.split(|&byte| byte == b'\n').next().unwrap_or_default()
}

fn category(change: &Change, ours: &[u8], theirs: &[u8]) -> &'static str {
    if theirs.is_empty() {
        return "other renames, or only here";
    }
    if change.binary {
        return "binary patches";
    }
    let lines = |text: &[u8]| -> Vec<Vec<u8>> {
        text.split(|&byte| byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect()
    };
    let without_functions = |text: &[u8]| -> Vec<Vec<u8>> {
        lines(text)
            .into_iter()
            .map(
                |line| match line.windows(3).skip(2).position(|w| w == b" @@") {
                    Some(at) if line.starts_with(b"@@ -") => line[..at + 5].to_vec(),
                    _ => line,
                },
            )
            .collect()
    };
    if without_functions(ours) == without_functions(theirs) {
        return "function names in hunk headers";
    }
    let headers = |text: &[u8]| -> Vec<Vec<u8>> {
        lines(text)
            .into_iter()
            .take_while(|line| !line.starts_with(b"@@ "))
            .collect()
    };
    if headers(ours) == headers(theirs) {
        "hunks"
    } else {
        "headers"
    }
}
