//! Random trees and random edits under random rules and limits. A seed says everything, so a failure can be repeated.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use crate::check::{bundle_and_check, lines_by_git, same_lines};
use crate::place::Place;

/// A file of a tree: its mode and content.
pub(crate) type File = (&'static str, Vec<u8>);
pub(crate) type Tree = BTreeMap<Vec<u8>, File>;

/// Marsaglia's xorshift, 64 bits wide.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % limit.max(1) as u64).unwrap()
    }

    /// True once in `n` times.
    pub(crate) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

/// Few names, so that files and folders meet.
const NAMES: [&str; 12] = [
    "a",
    "b",
    "c",
    "a",
    "b",
    "src",
    "lib.rs",
    "a.b",
    "x y",
    "vendor",
    "Cargo.lock",
    "gr\u{fc}n",
];

pub(crate) fn path(dice: &mut Dice) -> Vec<u8> {
    let parts = 1 + dice.below(4);
    let parts: Vec<_> = (0..parts).map(|_| dice.pick(&NAMES)).collect();
    let mut path = parts.join("/").into_bytes();
    if dice.one_in(25) {
        path.extend_from_slice(dice.pick(&[&b"\xff"[..], b"\n", b"\t", b"\"", b"\\", b" "]));
    }
    path
}

/// Puts a file in, and takes out what cannot be beside it.
pub(crate) fn put(tree: &mut Tree, path: Vec<u8>, file: File) {
    for (at, byte) in path.iter().enumerate() {
        if *byte == b'/' {
            tree.remove(&path[..at]);
        }
    }
    let inside = [&path[..], b"/"].concat();
    tree.retain(|other, _| !other.starts_with(&inside));
    tree.insert(path, file);
}

fn line(dice: &mut Dice) -> Vec<u8> {
    let mut line = match dice.below(12) {
        0 | 1 => Vec::new(),
        2 => b"}".to_vec(),
        3 => b"    end".to_vec(),
        4 => dice
            .pick(&[
                &b"--- a/x"[..],
                b"+++ b/x",
                b"@@ -1 +1 @@",
                b"-- ",
                b"diff --git a/a b/a",
                b"\\ No newline",
            ])
            .to_vec(),
        5 => vec![b'w'; dice.below(300)],
        6 => b"caf\xe9".to_vec(),
        _ => format!("{}line {}", " ".repeat(dice.below(3) * 4), dice.below(1000)).into_bytes(),
    };
    if dice.one_in(20) {
        line.push(b'\r');
    }
    line.push(b'\n');
    line
}

pub(crate) fn content(dice: &mut Dice) -> Vec<u8> {
    if dice.one_in(12) {
        return (0..dice.below(400))
            .map(|_| u8::try_from(dice.below(256)).unwrap())
            .collect();
    }
    let most = dice.pick(&[&0, &1, &5, &30, &30, &200]);
    let count = dice.below(most + 1);
    let mut text: Vec<u8> = (0..count).flat_map(|_| line(dice)).collect();
    if dice.one_in(5) {
        text.pop();
    }
    text
}

pub(crate) fn file(dice: &mut Dice) -> File {
    match dice.below(14) {
        0 => ("120000", format!("to/{}", dice.below(9)).into_bytes()),
        1 => (
            "160000",
            format!("{:040x}", dice.below(1000) + 1).into_bytes(),
        ),
        2 => ("100755", content(dice)),
        _ => ("100644", content(dice)),
    }
}

/// Changes a few runs of lines.
pub(crate) fn edit(dice: &mut Dice, text: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = text
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    for _ in 0..=dice.below(4) {
        let from = dice.below(lines.len() + 1);
        let to = (from + dice.below(6)).min(lines.len());
        let new: Vec<_> = (0..dice.below(6)).map(|_| line(dice)).collect();
        lines.splice(from..to, new);
    }
    let mut text = lines.concat();
    match dice.below(12) {
        0 => {
            text.pop();
        }
        1 => {
            text = String::from_utf8_lossy(&text)
                .replace('\n', "\r\n")
                .into_bytes();
        }
        2 => text.push(0),
        3 => text.push(b'\n'),
        _ => {}
    }
    text
}

pub(crate) fn head(dice: &mut Dice, base: &Tree) -> Tree {
    let mut tree = base.clone();
    for _ in 0..=dice.below(14) {
        let paths: Vec<_> = tree.keys().cloned().collect();
        if paths.is_empty() {
            break;
        }
        let at = &paths[dice.below(paths.len())];
        let (mode, text) = tree[at].clone();
        let is_text = mode.starts_with("100");
        match dice.below(12) {
            0 => {
                tree.remove(at);
            }
            1 | 2 => {
                tree.remove(at);
                let text = if is_text && dice.one_in(2) {
                    edit(dice, &text)
                } else {
                    text
                };
                let to = path(dice);
                put(&mut tree, to, (mode, text));
            }
            3 => {
                let to = path(dice);
                put(&mut tree, to, (mode, text));
            }
            4 if is_text => {
                tree.insert(
                    at.clone(),
                    (if mode == "100755" { "100644" } else { "100755" }, text),
                );
            }
            5 => {
                let new = file(dice);
                tree.insert(at.clone(), new);
            }
            6 => {
                // Below what was a file.
                let inside = [&at[..], b"/", dice.pick(&NAMES).as_bytes()].concat();
                let new = if dice.one_in(2) {
                    (mode, text)
                } else {
                    file(dice)
                };
                put(&mut tree, inside, new);
            }
            7 => {
                // In place of the folder around it.
                let folder = at
                    .iter()
                    .rposition(|byte| *byte == b'/')
                    .unwrap_or(at.len());
                let new = if dice.one_in(2) {
                    (mode, text)
                } else {
                    file(dice)
                };
                put(&mut tree, at[..folder].to_vec(), new);
            }
            8 => {
                let (to, new) = (path(dice), file(dice));
                put(&mut tree, to, new);
            }
            _ if is_text => {
                let text = edit(dice, &text);
                tree.insert(at.clone(), (mode, text));
            }
            _ => {}
        }
    }
    tree
}

/// Makes the two commits.
pub(crate) fn history(place: &Place, base: &Tree, head: &Tree) {
    let mut stream = Vec::new();
    for (number, (tag, tree)) in [("base", base), ("head", head)].into_iter().enumerate() {
        let from = if number == 0 { "" } else { "from :1\n" };
        write!(
            stream,
            "commit refs/heads/main\nmark :{}\ncommitter C <c@example.org> 981173106 +0000\ndata 4\n{tag}\n{from}deleteall\n",
            number + 1
        )
        .unwrap();
        for (path, (mode, content)) in tree {
            let path: String = path.iter().fold(String::new(), |mut path, byte| {
                let _ = write!(path, "\\{byte:03o}");
                path
            });
            if *mode == "160000" {
                writeln!(
                    stream,
                    "M 160000 {} \"{path}\"",
                    String::from_utf8_lossy(content)
                )
                .unwrap();
            } else {
                write!(
                    stream,
                    "M {mode} inline \"{path}\"\ndata {}\n",
                    content.len()
                )
                .unwrap();
                stream.extend_from_slice(content);
                stream.push(b'\n');
            }
        }
        write!(stream, "reset refs/tags/{tag}\nfrom :{}\n\n", number + 1).unwrap();
    }
    let mut import = place.git_command();
    let mut child = import
        .args(["fast-import", "--quiet"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&stream).unwrap();
    assert!(child.wait().unwrap().success());
}

pub(crate) fn flags(dice: &mut Dice) -> Vec<String> {
    let mut flags: Vec<&str> = vec!["--by", dice.pick(&["workspace", "top-level"])];
    for (flag, odds) in [
        ("--no-divide", 3),
        ("--no-pack", 3),
        ("--exclude-deleted", 4),
    ] {
        if dice.one_in(odds) {
            flags.push(flag);
        }
    }
    if dice.one_in(3) {
        flags.extend(["--show", "binary,lock-files,vendored"]);
    }
    for _ in 0..dice.below(3) {
        flags.extend([
            "--component",
            dice.pick(&[
                "one=a/**",
                "one=*",
                "two=**/b/**",
                "two=b",
                "three=*/a",
                "four=**/src/**",
                "five=**/*.rs",
            ]),
        ]);
    }
    if dice.one_in(3) {
        flags.extend(["--context", dice.pick(&["0", "1", "2", "8"])]);
    }
    let mut flags: Vec<_> = flags.into_iter().map(str::to_owned).collect();
    let warn = 150 + dice.below(2000);
    let fail = warn + dice.below(2000);
    flags.extend([
        "--warn".to_owned(),
        format!("{warn}B"),
        "--fail".to_owned(),
        format!("{fail}B"),
    ]);
    flags
}

fn prove(seed: u64) {
    let mut dice = Dice::new(seed);
    let place = Place::repository();
    let mut base = Tree::new();
    for _ in 0..3 + dice.below(25) {
        let (path, file) = (path(&mut dice), file(&mut dice));
        put(&mut base, path, file);
    }
    let head = head(&mut dice, &base);
    if base == head {
        return;
    }
    history(&place, &base, &head);
    let due = lines_by_git(&place, "base", "head");
    let mut flags = flags(&mut dice);
    for split in [false, true] {
        if split {
            flags.push("--split".to_owned());
        }
        // What a failing thread printed says which seed to try again.
        eprintln!("seed {seed}: scrum bundle base..head {}", flags.join(" "));
        let flags: Vec<_> = flags.iter().map(String::as_str).collect();
        let wave = bundle_and_check(&place, "base", "head", &flags);
        same_lines(&wave.lines(), &due, &format!("seed {seed} {flags:?}"));
    }
}

/// Cases for each of the tests below; more of them with `SCRUM_RANDOM_CASES=1000 cargo test --test lossless random`.
fn cases() -> u64 {
    let asked = std::env::var("SCRUM_RANDOM_CASES").ok();
    asked.and_then(|asked| asked.parse().ok()).unwrap_or(20)
}

#[test]
fn random_histories_of_even_seeds() {
    (0..cases()).for_each(|n| prove(2 * n));
}

#[test]
fn random_histories_of_odd_seeds() {
    (0..cases()).for_each(|n| prove(2 * n + 1));
}
