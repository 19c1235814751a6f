//! Objects wherever git keeps them, and objects that cannot be read.

use std::fs;
use std::path::Path;

use scrum_core::git::{DiffOptions, GitError, Repository};

use crate::sandbox::{Sandbox, assert_same, text};

/// Two commits, with files that pack well as differences of each other.
fn project() -> Sandbox {
    let mut repo = Sandbox::new();
    let long: String = (0..400).map(|n| format!("line {n}\n")).collect();
    for name in ["a.txt", "b.txt", "sub/deep/c.txt"] {
        repo.write(name, &long);
    }
    repo.write("blob.bin", [&b"\0"[..], long.as_bytes()].concat());
    repo.commit("First");
    repo.write("a.txt", long.replace("line 7\n", "line seven\n"));
    repo.write("b.txt", long.replace("line 399\n", ""));
    repo.write("blob.bin", [&b"\0\x01"[..], long.as_bytes()].concat());
    repo.write("new.txt", format!("{long}more\n"));
    repo.remove("sub/deep/c.txt");
    repo.commit("Second");
    repo
}

fn diff(path: &Path) -> Vec<u8> {
    let spec = "main~1..main".parse().unwrap();
    let repository = Repository::discover(path).unwrap();
    let set = repository.changes(&spec, &DiffOptions::default()).unwrap();
    assert_eq!(set.range.commits[0].subject, "Second");
    text(&set)
}

#[test]
fn loose_packed_indexed_together_or_borrowed_objects_give_one_text() {
    let repo = project();
    let loose = diff(repo.path());
    assert_same(&loose, &repo.git_diff("main~1", "main", &[]));
    assert!(
        repo.path()
            .join(".git/objects/pack")
            .read_dir()
            .unwrap()
            .next()
            .is_none()
    );

    // One pack a commit, joined by one index, whose own indices are gone.
    for (commit, name) in [("main~1", "1"), ("main", "2")] {
        let objects = repo.git(["rev-list", "--objects", commit]);
        let ids: String = objects
            .lines()
            .map(|line| format!("{}\n", &line[..40]))
            .collect();
        let base = format!(".git/objects/pack/pack-{name}");
        repo.git_in(repo.path(), ["pack-objects", "-q", &base], ids.as_bytes());
    }
    repo.git(["prune-packed", "-q"]);
    repo.git(["multi-pack-index", "write"]);
    let pack = repo.path().join(".git/objects/pack");
    assert!(pack.join("multi-pack-index").is_file());
    assert_same(&diff(repo.path()), &loose);

    repo.git(["repack", "-q", "-a", "-d", "--depth=50", "--window=50"]);
    assert_same(&diff(repo.path()), &loose);

    let borrower = repo.beside("borrower");
    repo.git([
        "clone",
        "-q",
        "--shared",
        "--bare",
        ".",
        borrower.to_str().unwrap(),
    ]);
    assert!(borrower.join("objects/info/alternates").is_file());
    assert_same(&diff(&borrower), &loose);
}

#[test]
fn a_damaged_object_is_named() {
    let repo = project();
    let id = repo.git(["rev-parse", "main:new.txt"]);
    let file = repo
        .path()
        .join(".git/objects")
        .join(&id[..2])
        .join(&id[2..]);
    let mut content = fs::read(&file).unwrap();
    let middle = content.len() / 2;
    content[middle..].fill(0);
    fs::remove_file(&file).unwrap();
    fs::write(&file, content).unwrap();
    let spec = "main~1..main".parse().unwrap();
    let error = repo.repository().changes(&spec, &DiffOptions::default());
    let error = error.unwrap_err();
    let GitError::DamagedObject { id: damaged, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(*damaged, id);
    assert_eq!(error.remedy(), Some("git fsck"));
}

#[test]
fn an_object_of_another_kind_is_damaged_and_not_read() {
    let repo = project();
    let tree = repo.git(["rev-parse", "main^{tree}"]);
    // A tree that names a tree as a file; git's own commands make none.
    let id = (0..40)
        .step_by(2)
        .map(|at| u8::from_str_radix(&tree[at..at + 2], 16).unwrap());
    let entry: Vec<u8> = b"100644 file\0".iter().copied().chain(id).collect();
    let write = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"];
    let odd = repo.git_in(repo.path(), write, &entry);
    let odd = String::from_utf8_lossy(&odd).trim().to_owned();
    let spec = format!("main..{odd}").parse().unwrap();
    let error = repo.repository().changes(&spec, &DiffOptions::default());
    assert!(matches!(error, Err(GitError::DamagedObject { .. })));
}

#[test]
fn a_damaged_pack_is_seen() {
    let repo = project();
    repo.git(["repack", "-q", "-a", "-d"]);
    let good = diff(repo.path());
    let folder = repo.path().join(".git/objects/pack");
    let pack = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let pack = pack
        .into_iter()
        .find(|path| path.extension().unwrap() == "pack")
        .unwrap();
    let whole = fs::read(&pack).unwrap();
    let mut seen = 0;
    // Three bytes of each place at once, so that no checksum can miss it.
    for at in (40..whole.len() - 40).step_by(29) {
        let mut damaged = whole.clone();
        damaged[at..at + 3]
            .iter_mut()
            .for_each(|byte| *byte ^= 0x5a);
        fs::remove_file(&pack).unwrap();
        fs::write(&pack, damaged).unwrap();
        let spec = "main~1..main".parse().unwrap();
        match repo.repository().changes(&spec, &DiffOptions::default()) {
            Ok(set) => assert_same(&text(&set), &good),
            Err(_) => seen += 1,
        }
    }
    assert!(seen > 0);
}
