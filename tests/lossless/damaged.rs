//! Damaged patches: what git accepts is read with no fewer changes, or refused with its line.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use scrum_core::patch::{self, PatchError};

use crate::fixture::build;
use crate::place::Place;

const ONE: &str = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n@@ -9 +9 @@\n-e\n+f\n";
const OTHER: &str =
    "diff --git a/z b/z\nindex 1..2 100644\n--- a/z\n+++ b/z\n@@ -1 +1 @@\n-a\n+b\n";
const BINARY: &str =
    "diff --git a/i b/i\nindex 1..2 100644\nGIT binary patch\nliteral 0\nHcmV?d00001\n\n";

/// The line of the error, or 0.
fn line_of(error: &PatchError) -> usize {
    let text = error.to_string();
    let digits = text
        .strip_prefix("line ")
        .and_then(|rest| rest.split(':').next());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// Whatever would be lost, by kind: a patch, the line that is named, and a word of the reason.
#[test]
fn nothing_is_lost_in_silence() {
    let without = |text: &str, line: &str| text.replacen(line, "", 1);
    let behind =
        |text: &str, line: &str, extra: &str| text.replacen(line, &format!("{line}{extra}"), 1);
    let cases: Vec<(String, usize, &str)> = vec![
        // Between hunks.
        (behind(ONE, " d\n", "\n"), 11, "belongs to no file"),
        (behind(ONE, " d\n", "junk\n"), 11, "belongs to no file"),
        (behind(ONE, " d\n", " e\n"), 10, "more lines"),
        (behind(ONE, " d\n", "+e\n"), 10, "more lines"),
        (behind(ONE, " d\n", "-e\n"), 10, "more lines"),
        (behind(ONE, " d\n", "\n+e\n"), 11, "belongs to no file"),
        (behind(ONE, "+f\n", "# x\n-e\n") + OTHER, 14, "belongs to no file"),
        (ONE.replace("@@ -9 +9 @@", "@ -9 +9 @@"), 11, "belongs to no file"),
        (ONE.replace("@@ -9 +9 @@", "@@-9 +9 @@"), 10, "belongs to no file"),
        // In a header.
        (behind(ONE, "100644\n", "junk\n"), 1, "before line 3"),
        (behind(ONE, "100644\n", "\n"), 1, "before line 3"),
        (behind(ONE, "+++ b/x\n", "\n"), 1, "no hunk"),
        (without(ONE, "diff --git a/x b/x\n"), 1, "belongs to no file"),
        (
            without(&[OTHER, ONE].concat(), "diff --git a/x b/x\n"),
            8,
            "belongs to no file",
        ),
        (
            ["diff --git a/x b/x\n", OTHER].concat(),
            1,
            "no hunk, no binary data",
        ),
        (
            "diff --git a/x b/x\nsimilarity index 90%\nrename from x\nrename to y\nindex 1..2\n"
                .to_owned(),
            1,
            "content changed",
        ),
        (
            "diff --git a/x b/x\nnew file mode 100644\nindex 000..123\n".to_owned(),
            1,
            "content changed",
        ),
        (
            ["diff --git a/x b/x\n--- a/x\n+++ b/x\n", "--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n"].concat(),
            4,
            "already has such a line",
        ),
        (ONE.replace("+++ b/x", "+++ b/y"), 1, "file names"),
        (ONE.replace("+++ b/x", "rename to y"), 1, "file names"),
        (ONE.replace("+++ b/x", "+++ /dev/null"), 1, "file names"),
        (ONE.replace("100644", "100644\nnew file mode 100644"), 1, "file names"),
        (ONE.replace("/x\n+++ b/x", "/y\n+++ b/y"), 1, "file names"),
        (
            "diff --git a/x b/y\nsimilarity index 90%\nrename from x\nrename to y\n--- a/z\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n"
                .to_owned(),
            1,
            "file names",
        ),
        // Beside sections.
        (
            [OTHER, "diff -u a/y b/y\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n"].concat(),
            8,
            "belongs to no file",
        ),
        (
            [OTHER, "--- a/y\t2026-01-01\n+++ b/y\t2026-01-01\n@@ -1 +1 @@\n-a\n+b\n"].concat(),
            8,
            "without a `diff --git`",
        ),
        (
            ["--- a/y\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", OTHER].concat(),
            1,
            "without a `diff --git`",
        ),
        (
            ["*** a/y\n--- b/y\n***************\n", OTHER].concat(),
            1,
            "belongs to no file",
        ),
        (
            [OTHER, "Binary files a/y and b/y differ\n"].concat(),
            8,
            "belongs to no file",
        ),
        ([OTHER, "Only in b: y\n"].concat(), 8, "belongs to no file"),
        (
            [OTHER, "* Unmerged path y\n"].concat(),
            8,
            "in conflict",
        ),
        (
            [OTHER, "\nProperty changes on: y\n___\nAdded: svn:executable\n## -0,0 +1 ##\n+*\n"].concat(),
            13,
            "belongs to no file",
        ),
        // Counts.
        (ONE.replace("-1,3 +1,3", "-1,2 +1,2"), 9, "more lines"),
        (ONE.replace("-1,3 +1,3", "-1,4 +1,4"), 10, "ends before"),
        (ONE.replace("-b\n+c\n", " b\n"), 5, "adds and deletes no line"),
        // Binary data.
        (
            [&without(BINARY, "\n\n").replace("00001", "00001\n"), "Index: y\n=====\n", OTHER].concat(),
            6,
            "closed by an empty line",
        ),
        (without(BINARY, "00001\n\n"), 5, "damaged"),
        (BINARY.replace("HcmV", "IcmV"), 5, "damaged"),
        (BINARY.replace("HcmV", "H~~~"), 5, "damaged"),
        (BINARY.replace("0001", "0002"), 1, "damaged"),
        (BINARY.replace("literal 0", "literal 7"), 1, "damaged"),
        // Other forms of git's output.
        (
            [OTHER, "Submodule sub 1234567..89abcde:\n  > Commit\n"].concat(),
            8,
            "submodule",
        ),
        (
            ["Submodule a b 1234567...89abcde (rewind):\n", OTHER].concat(),
            1,
            "submodule",
        ),
        (
            ["Submodule sub 0000000..89abcde (new submodule)\n", OTHER].concat(),
            1,
            "submodule",
        ),
        (
            ["Submodule sub contains modified content\n", OTHER].concat(),
            1,
            "submodule",
        ),
        (
            "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\na [-b-]{+c+}\n".to_owned(),
            4,
            "word diff",
        ),
        (
            "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n  [-b-]{+c+}\n  d\n".to_owned(),
            4,
            "word diff",
        ),
        (
            "\x1b[1mdiff --git a/x b/x\x1b[m\n\x1b[36m@@ -1 +1 @@\x1b[m\n".to_owned(),
            1,
            "colour",
        ),
        (
            "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n\x1b[31m-b\x1b[m\n\x1b[32m+\x1b[m\x1b[32mc\x1b[m\n".to_owned(),
            5,
            "colour",
        ),
    ];
    let mut wrong = String::new();
    for (text, line, reason) in &cases {
        match patch::change_set("p", text.clone().into_bytes()) {
            Ok(set) => {
                let _ = write!(wrong, "{} read from\n{text}\n", set.changes().len());
            }
            Err(error) => {
                let message = error.to_string();
                if line_of(&error) != *line || !message.contains(reason) {
                    let _ = write!(wrong, "{message}\n  for line {line}, {reason}\n{text}\n");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_is_only_dressed_is_read_whole() {
    let mail = |head: &str, body: &str| {
        format!(
            "From 1111111111111111111111111111111111111111 Mon Sep 17 00:00:00 2001\nFrom: x <x@example.org>\n{head}\n{body}"
        )
    };
    let cover = mail(
        "Subject: [PATCH v2 0/1] All\n",
        &format!("Words\n\nInterdiff against v1:\n{ONE}\n-- \n2.47.0\n\n"),
    );
    let first = mail(
        "Subject: [PATCH v2 1/1] One\n",
        &format!(
            "- a list\n+ of words\n@@ -1 +1 @@\n---\n x | 2 +-\n\n- since v1\n\n{OTHER}-- \n2.47.0\n\n"
        ),
    );
    let encoded = mail(
        "Subject: [PATCH] One\nContent-Transfer-Encoding: quoted-printable\n",
        &OTHER.replace("+b\n", "+=\nb =3D =C3=\n=BC\n"),
    );
    let attached = mail(
        "Subject: [PATCH] One\nContent-Type: multipart/mixed; boundary=\"------------2.47.0\"\n",
        &format!(
            "--------------2.47.0\nContent-Type: text/x-patch\n\n{OTHER}--------------2.47.0--\n"
        ),
    );
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(OTHER.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(
        patch::change_set("p", utf16).unwrap_err(),
        PatchError::Utf16
    );
    for (text, changes, commits, added) in [
        (format!("\u{feff}{ONE}"), 1, 0, 2),
        (format!("\u{feff}{ONE}\n\u{feff}{OTHER}"), 2, 0, 3),
        (format!("{ONE}\n\n{OTHER}\n"), 2, 0, 3),
        (format!("{cover}{first}"), 1, 1, 1),
        (cover.clone(), 0, 0, 0),
        (first.clone(), 1, 1, 1),
        (encoded, 1, 1, 1),
        (attached, 1, 1, 1),
        (first.replace('\n', "\r\n"), 1, 1, 1),
        (
            format!(
                "commit 1234\nAuthor: x\n\n    @@ -1 +1 @@\n\n{ONE}\ncommit 2345\n\n    - x\n\n{OTHER}"
            ),
            2,
            0,
            3,
        ),
    ] {
        let set = patch::change_set("p", text.clone().into_bytes())
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        let sum: u64 = set.changes().iter().map(|change| change.additions).sum();
        let found = (set.changes().len(), set.range.commits.len(), sum);
        assert_eq!(found, (changes, commits, added), "{text}");
    }
}

/// Lines added and deleted, by path.
type Counts = BTreeMap<Vec<u8>, (u64, u64)>;

/// What git sees in a patch, if it accepts it.
fn seen_by_git(place: &Place, patch: &[u8]) -> Option<Counts> {
    let mut child = place
        .git_command()
        .args(["apply", "--numstat", "-z", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(patch);
    let output = child.wait_with_output().unwrap();
    output.status.success().then(|| {
        let mut counts = Counts::new();
        for row in output.stdout.split(|byte| *byte == 0) {
            let cells: Vec<_> = row.splitn(3, |byte| *byte == b'\t').collect();
            let [added, deleted, path] = cells[..] else {
                continue;
            };
            let number = |cell: &[u8]| String::from_utf8_lossy(cell).parse().unwrap_or(0);
            let sum = counts.entry(path.to_vec()).or_default();
            sum.0 += number(added);
            sum.1 += number(deleted);
        }
        counts
    })
}

fn seen_by_scrum(patch: &[u8]) -> Result<Counts, PatchError> {
    let mut counts = Counts::new();
    for change in patch::change_set("p", patch.to_vec())?.changes() {
        let sum = counts.entry(change.path.as_bytes().to_vec()).or_default();
        sum.0 += change.additions;
        sum.1 += change.deletions;
    }
    Ok(counts)
}

/// Patches of many kinds, to be damaged.
fn seeds() -> Vec<Vec<u8>> {
    let scripts = [
        "binary",
        "copy",
        "file-to-symlink",
        "line-ends",
        "look-alikes",
        "mode-change",
        "no-newline",
        "odd-names",
        "rename-cycle",
        "rewritten",
    ];
    let forms: [&[&str]; 4] = [
        &["diff", "-M", "--binary", "base", "head"],
        &["diff", "-U0", "base", "head"],
        &["format-patch", "--stdout", "--binary", "base..head"],
        &["log", "-p", "--reverse", "base..head"],
    ];
    let mut seeds = Vec::new();
    for script in scripts {
        let place = build(script);
        for form in forms {
            let output = place.git_command().args(form).output().unwrap();
            // Small enough that each change of a line meets something that matters.
            seeds.push(output.stdout);
        }
    }
    seeds.retain(|patch| !patch.is_empty() && patch.len() < 20_000);
    seeds
}

/// One to three damages.
fn damage(seeds: &[Vec<u8>], random: &mut fastrand::Rng) -> Vec<u8> {
    const JUNK: [&str; 14] = [
        "\n",
        "junk\n",
        " \n",
        "+added\n",
        "-deleted\n",
        " context\n",
        "-- \n",
        "@@ -1 +1 @@\n",
        "diff --git a/q b/q\n",
        "--- a/q\n",
        "+++ b/q\n",
        "--- a/q\n+++ b/q\n@@ -1 +1 @@\n-a\n+b\n",
        "Index: q\n",
        "\u{feff}",
    ];
    let pick = |random: &mut fastrand::Rng| seeds[random.usize(..seeds.len())].clone();
    let patch = pick(random);
    let mut lines: Vec<Vec<u8>> = patch
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    for _ in 0..random.usize(1..=3) {
        if lines.is_empty() {
            break;
        }
        let at = random.usize(..lines.len());
        match random.u8(..9) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 | 3 => lines.insert(at, JUNK[random.usize(..JUNK.len())].into()),
            4 => {
                let other = random.usize(..lines.len());
                lines.swap(at, other);
            }
            5 => {
                let byte = random.usize(..lines[at].len());
                lines[at][byte] = b" +-@\n\rax09~"[random.usize(..11)];
            }
            6 => drop(lines.drain(at..(at + random.usize(1..=4)).min(lines.len()))),
            7 => lines.truncate(at),
            _ => lines.push(pick(random)),
        }
    }
    lines.concat()
}

/// Damages patches and compares. Prints how many git and scrum accept.
fn compare(count: usize, seed: u64) {
    let place = Place::empty();
    let seeds = seeds();
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut accepted, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for case in 0..count {
        let patch = damage(&seeds, &mut random);
        let Some(git) = seen_by_git(&place, &patch) else {
            continue;
        };
        accepted += 1;
        let Ok(own) = seen_by_scrum(&patch) else {
            refused += 1;
            continue;
        };
        let fewer = |(path, due): (&Vec<u8>, &(u64, u64))| {
            own.get(path)
                .is_none_or(|found| found.0 < due.0 || found.1 < due.1)
        };
        if git.iter().any(fewer) {
            let text = String::from_utf8_lossy(&patch).into_owned();
            wrong.push(format!("case {case}: git {git:?}\nscrum {own:?}\n{text}"));
        }
    }
    println!("{count} damaged patches: git accepts {accepted}, of which scrum refuses {refused}");
    assert!(
        wrong.is_empty(),
        "{} with fewer changes than git sees; the first:\n{}",
        wrong.len(),
        wrong[0]
    );
}

#[test]
fn a_sample_of_damaged_patches_against_git() {
    compare(150, 7);
}

#[test]
#[ignore = "takes a minute or more: cargo test -p scrum-cli --test lossless -- --ignored ten_thousand_damaged"]
fn ten_thousand_damaged_patches_against_git() {
    compare(10_000, 16);
}
