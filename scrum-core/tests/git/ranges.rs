//! What the words of a range come to, and how it fails.

use std::fs;
use std::path::Path;
use std::process::Command;

use scrum_core::git::{DiffOptions, GitError, RangeEnd, Repository};
use scrum_core::path::RepoPath;
use scrum_core::range::{Range, RangeSpec};

use crate::sandbox::{Sandbox, text};

const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

fn range(repo: &Sandbox, spec: &str) -> (Range, Vec<String>) {
    repo.repository()
        .range(&spec.parse().unwrap(), &[])
        .unwrap()
}

fn fails(repo: &Sandbox, spec: &str) -> GitError {
    repo.repository()
        .range(&spec.parse().unwrap(), &[])
        .unwrap_err()
}

/// `main` and `topic` apart since `fork`, `topic` merged into `merged`.
fn branches() -> (Sandbox, [String; 4]) {
    let mut repo = Sandbox::new();
    repo.write("a", "1\n");
    repo.commit("root");
    repo.write("a", "2\n");
    let fork = repo.commit("fork");
    repo.git(["checkout", "-q", "-b", "topic"]);
    repo.write("t", "1\n");
    repo.commit("topic 1");
    repo.write("t", "2\n");
    let topic = repo.commit("topic 2");
    repo.git(["checkout", "-q", "main"]);
    repo.write("m", "1\n");
    let main = repo.commit("main 1");
    repo.git(["checkout", "-q", "-b", "merged"]);
    repo.git(["merge", "-q", "--no-ff", "-m", "merge", "topic"]);
    let merged = repo.git(["rev-parse", "HEAD"]);
    (repo, [fork, main, topic, merged])
}

#[test]
fn the_forms_of_a_range() {
    let (repo, [fork, main, topic, merged]) = branches();
    repo.git(["tag", "-a", "-m", "x", "v1", &main]);
    for (spec, base, head) in [
        ("main..topic", &main, &topic),
        ("v1..topic", &main, &topic),
        ("main...topic", &fork, &topic),
        ("topic", &topic, &merged),
        ("main~1..", &fork, &merged),
        ("..topic", &merged, &topic),
    ] {
        let (range, _) = range(&repo, spec);
        assert_eq!(range.base.as_ref(), Some(base), "{spec}");
        assert_eq!(range.head.as_ref(), Some(head), "{spec}");
        assert_eq!(
            range.head_tree.unwrap(),
            repo.git(["rev-parse", &format!("{head}^{{tree}}")])
        );
        assert_eq!(range.spec, spec.parse::<RangeSpec>().unwrap().to_string());
    }
}

#[test]
fn commits_are_those_of_git() {
    let (repo, _) = branches();
    for spec in [
        "main..merged",
        "main..topic",
        "merged..main",
        "main~1..merged",
        "topic..main",
    ] {
        let ids: Vec<_> = range(&repo, spec)
            .0
            .commits
            .into_iter()
            .map(|c| c.id)
            .collect();
        assert_eq!(ids.join("\n"), repo.git(["rev-list", spec]), "{spec}");
    }
    let commits = range(&repo, "main..merged").0.commits;
    let subjects: Vec<_> = commits.iter().map(|c| &c.subject[..]).collect();
    assert_eq!(subjects, ["merge", "topic 2", "topic 1"]);
}

#[test]
fn commits_are_those_of_git_where_clocks_were_wrong() {
    let repo = Sandbox::new();
    // A line of commits whose dates go up and down, and two branches from it that merge parts of it.
    let mut stream = String::new();
    let mut commit = |mark: u32, date: u32, branch: &str, parents: &[u32]| {
        stream += &format!("commit refs/heads/{branch}\nmark :{mark}\n");
        stream += &format!("committer A <a> {date} +0000\ndata 1\nx\n");
        for (at, parent) in parents.iter().enumerate() {
            let word = if at == 0 { "from" } else { "merge" };
            stream += &format!("{word} :{parent}\n");
        }
        stream += "\n";
    };
    commit(1, 500, "main", &[]);
    for mark in 2..=40 {
        commit(mark, 500 + mark * 7919 % 97, "main", &[mark - 1]);
    }
    commit(41, 10, "old", &[20]);
    commit(42, 9000, "old", &[41]);
    commit(43, 400, "topic", &[38]);
    commit(44, 9100, "topic", &[43, 42]);
    repo.git_in(repo.path(), ["fast-import", "--quiet"], stream.as_bytes());
    for spec in [
        "main..topic",
        "old..topic",
        "topic..main",
        "old..main",
        "main~9..topic",
        "old~1..main~3",
    ] {
        let ours = range(&repo, spec)
            .0
            .commits
            .into_iter()
            .map(|c| c.id)
            .collect::<Vec<_>>();
        let theirs = repo.git(["rev-list", spec]);
        let sorted = |mut ids: Vec<String>| {
            ids.sort();
            ids
        };
        let theirs = theirs.lines().map(str::to_owned).collect();
        assert_eq!(sorted(ours), sorted(theirs), "{spec}");
    }
}

#[test]
fn only_a_base_off_the_heads_history_is_warned_of() {
    let (repo, _) = branches();
    let warnings = |spec: &str| range(&repo, spec).1;
    assert!(warnings("main..topic")[0].contains("`main...topic`"));
    assert_eq!(warnings("merged..main").len(), 1);
    for spec in [
        "main...topic",
        "main..merged",
        "topic..merged",
        "topic",
        "main..main",
    ] {
        assert!(warnings(spec).is_empty(), "{spec}");
    }
}

#[test]
fn the_default_range() {
    let (repo, [fork, main, topic, _]) = branches();
    let default = |repo: &Sandbox| repo.repository().range(&RangeSpec::Default, &[]);
    repo.git(["checkout", "-q", "topic"]);
    let (range, _) = default(&repo).unwrap();
    assert_eq!((range.base, range.head), (Some(fork), Some(topic.clone())));
    assert_eq!(range.spec, "main...HEAD");
    let chosen = |repo: &Sandbox| {
        let (range, _) = default(repo).unwrap();
        (range.spec, range.base_from.unwrap())
    };
    let expect = |base: &str, from: &str| (format!("{base}...HEAD"), from.to_owned());
    const USUAL: &str = "the usual names: main, master";
    // The upstream of a pushed branch is the branch itself, so it is no base.
    repo.git(["branch", "-q", "--set-upstream-to=merged"]);
    assert_eq!(chosen(&repo), expect("main", USUAL));
    repo.git(["checkout", "-q", "--detach"]);
    assert_eq!(chosen(&repo), expect("main", USUAL));
    repo.git(["config", "init.defaultBranch", "merged"]);
    assert_eq!(chosen(&repo), expect("merged", "init.defaultBranch"));
    repo.git(["config", "init.defaultBranch", "nowhere"]);
    repo.git(["branch", "-q", "-m", "main", "master"]);
    assert_eq!(chosen(&repo), expect("master", USUAL));
    // On the default branch itself what is not pushed is meant.
    repo.git(["update-ref", "refs/remotes/origin/master", &main]);
    assert_eq!(chosen(&repo), expect("master", USUAL));
    repo.git(["checkout", "-q", "master"]);
    assert_eq!(chosen(&repo), expect("origin/master", USUAL));
    repo.git(["checkout", "-q", "topic"]);
    repo.git(["branch", "-q", "-D", "master"]);
    assert_eq!(chosen(&repo), expect("origin/master", USUAL));
    repo.git(["update-ref", "refs/remotes/origin/develop", &main]);
    let head = "refs/remotes/origin/HEAD";
    repo.git(["symbolic-ref", head, "refs/remotes/origin/develop"]);
    assert_eq!(chosen(&repo), expect("origin/develop", "origin/HEAD"));
    repo.git(["update-ref", "-d", "refs/remotes/origin/master"]);
    // A remote's HEAD may point to a branch that is gone.
    repo.git(["update-ref", "-d", "refs/remotes/origin/develop"]);
    assert!(matches!(default(&repo), Err(GitError::NoDefaultBase)));
    let configured = RangeSpec::Configured("merged".into());
    let (range, _) = repo.repository().range(&configured, &[]).unwrap();
    assert_eq!(range.spec, "merged...HEAD");
    assert_ne!(main, topic);
}

#[test]
fn one_commit_alone() {
    let (repo, [fork, _, topic, _]) = branches();
    let set = repo.changes("topic^!");
    assert_eq!(set.range.head, Some(topic));
    assert_eq!(set.range.commits.len(), 1);
    // The first commit is compared with nothing.
    let set = repo.changes(&format!("{fork}~1^!"));
    assert_eq!(set.range.base_tree.as_deref(), Some(EMPTY_TREE));
    assert!(!set.changes().is_empty());
    assert_eq!((set.range.base, set.range.commits.len()), (None, 1));
    let error = fails(&repo, "main^{tree}^!");
    assert!(matches!(error, GitError::NotACommit { name } if name == "main^{tree}"));
}

#[test]
fn from_nothing_and_between_trees() {
    let (repo, _) = branches();
    let set = repo.changes(&format!("{EMPTY_TREE}..main"));
    assert_eq!(set.range.base, None);
    assert_eq!(set.range.base_tree.as_deref(), Some(EMPTY_TREE));
    assert_eq!(set.changes().len(), 2);
    assert_eq!(set.range.commits.len(), 3);
    assert!(set.warnings.is_empty());
    let set = repo.changes("main^{tree}..topic^{tree}");
    assert_eq!((set.range.base, set.range.commits.len()), (None, 0));
    let error = fails(&repo, "main^{tree}...topic");
    assert!(matches!(error, GitError::NotACommit { name } if name == "main^{tree}"));
    let error = fails(&repo, "main:a..topic");
    assert!(matches!(error, GitError::NotATree { name } if name == "main:a"));
}

#[test]
fn the_commits_say_what_they_touched() {
    let mut repo = Sandbox::new();
    repo.write("a", "1\n2\n3\n4\n");
    repo.write("b", "1\n");
    let base = repo.commit("base");
    repo.write("b", "2\n");
    repo.commit("edit b");
    repo.git(["mv", "a", "c"]);
    repo.commit("move a to c");
    repo.write("d", "1\n");
    repo.commit("d comes");
    repo.remove("d");
    let head = repo.commit("d goes");
    let set = repo.changes(&format!("{base}..{head}"));
    let paths: Vec<_> = set.changes().iter().map(|c| c.path.display()).collect();
    assert_eq!(paths, ["b", "c"]);
    assert_eq!(set.touched, [vec![], vec![], vec![1], vec![0]]);
}

#[test]
fn the_tree_is_all_of_the_head() {
    let (repo, _) = branches();
    repo.git([
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("160000,{},sub", "1".repeat(40)),
    ]);
    repo.git(["commit", "-q", "-m", "submodule"]);
    let set = repo.changes("main..HEAD");
    let paths: Vec<_> = set.tree.iter().map(RepoPath::display).collect();
    assert_eq!(paths, ["a", "m", "sub", "t"]);
    let file = |path: &str| {
        repo.repository()
            .file_at_head(&set.range, &path.into())
            .unwrap()
    };
    assert_eq!(file("t").as_deref(), Some(&b"2\n"[..]));
    assert_eq!(file("sub"), None);
    assert_eq!(file("t/x"), None);
    assert_eq!(file("none"), None);
}

#[test]
fn an_unknown_revision_is_named_with_its_end() {
    let (repo, _) = branches();
    for (spec, wanted, side) in [
        ("nope..main", "nope", RangeEnd::Base),
        ("main..nope", "nope", RangeEnd::Head),
        ("nope", "nope", RangeEnd::Base),
        ("main...--help", "--help", RangeEnd::Head),
        ("main~99..main", "main~99", RangeEnd::Base),
    ] {
        let error = fails(&repo, spec);
        let text = error.to_string();
        assert!(text.contains(&format!("`{wanted}`")), "{text}");
        assert!(
            matches!(error, GitError::UnknownRevision { name, end, .. } if name == wanted && end == side)
        );
    }
}

#[test]
fn a_misspelt_revision_comes_with_the_one_that_was_meant() {
    let (repo, _) = branches();
    repo.git(["tag", "v1.2.0"]);
    repo.git(["update-ref", "refs/remotes/origin/release", "main"]);
    repo.git(["update-ref", "refs/remotes/origin/main", "main"]);
    for (spec, meant) in [
        ("mian..main", Some("main")),
        ("main..mian~2", Some("main~2")),
        ("head", Some("HEAD")),
        ("v1.20", Some("v1.2.0")),
        ("master~1..main", Some("main~1")),
        ("origin/master", Some("origin/main")),
        ("release", Some("origin/release")),
        ("main~99", None),
        ("entirely-else", None),
    ] {
        let GitError::UnknownRevision {
            nearest, shallow, ..
        } = fails(&repo, spec)
        else {
            panic!("{spec}");
        };
        assert_eq!(nearest.as_deref(), meant, "{spec}");
        assert!(!shallow);
    }
}

#[test]
fn the_newest_commits_as_a_range() {
    let mut repo = Sandbox::new();
    assert_eq!(repo.repository().recent(20).unwrap(), None);
    for name in ["a", "b", "c"] {
        repo.write(name, name);
        repo.commit(name);
    }
    let recent = |commits| repo.repository().recent(commits).unwrap();
    let spec = |commits| recent(commits).map(|spec| spec.to_string());
    assert_eq!(spec(2).as_deref(), Some("HEAD~2..HEAD"));
    let whole = recent(3).unwrap();
    assert_eq!(recent(20).unwrap(), whole);
    assert_eq!(repo.changes(&whole.to_string()).changes().len(), 3);
    let shallow = repo.beside("shallow");
    for (depth, range) in [("1", None), ("2", Some("HEAD~1..HEAD"))] {
        let _ = fs::remove_dir_all(&shallow);
        let from = format!("file://{}", repo.path().display());
        let to = shallow.to_str().unwrap();
        repo.git(["clone", "-q", "--depth", depth, &from, to]);
        let clone = Repository::discover(&shallow).unwrap();
        let found = clone.recent(20).unwrap().map(|spec| spec.to_string());
        assert_eq!(found.as_deref(), range, "{depth}");
    }
}

#[test]
fn an_abbreviation_of_several_is_ambiguous() {
    let repo = Sandbox::new();
    // Blobs until two ids begin alike in four digits.
    let mut input = String::new();
    for at in 0..2000 {
        let content = at.to_string();
        input += &format!("blob\ndata {}\n{content}\n", content.len());
    }
    input += "commit refs/heads/main\ncommitter A <a> 1700000000 +0000\ndata 1\nx\n";
    repo.git_in(repo.path(), ["fast-import", "--quiet"], input.as_bytes());
    let objects = repo.git([
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objectname)",
    ]);
    let ids: Vec<&str> = objects.lines().collect();
    let twice = ids.windows(2).find(|w| w[0][..4] == w[1][..4]).unwrap()[0][..4].to_owned();
    let error = fails(&repo, &format!("{twice}..main"));
    assert!(
        matches!(error, GitError::AmbiguousRevision { .. }),
        "{error}"
    );
}

#[test]
fn without_a_common_history_there_is_no_merge_base() {
    let (mut repo, _) = branches();
    repo.git(["checkout", "-q", "--orphan", "other"]);
    repo.commit("other root");
    let error = fails(&repo, "main...other");
    assert!(matches!(error, GitError::NoMergeBase { .. }), "{error}");
}

#[test]
fn a_shallow_clone_says_that_it_is_shallow() {
    let (repo, _) = branches();
    let shallow = repo.beside("shallow");
    let url = format!("file://{}", repo.path().display());
    let path = shallow.to_str().unwrap();
    repo.git([
        "clone",
        "-q",
        "--no-single-branch",
        "--depth=1",
        "--branch=topic",
        &url,
        path,
    ]);
    let clone = Repository::discover(&shallow).unwrap();
    let result = |spec: &str| clone.changes(&spec.parse().unwrap(), &DiffOptions::default());
    let error = result("origin/main...topic").unwrap_err();
    assert!(
        matches!(error, GitError::ShallowMergeBase { .. }),
        "{error}"
    );
    assert_eq!(error.remedy(), Some("git fetch --unshallow"));
    // Trees are there, and of the history what is there.
    let set = result("origin/main..topic").unwrap();
    assert_eq!(set.range.commits.len(), 1);
}

#[test]
fn a_missing_object_is_named_with_its_path() {
    let (repo, _) = branches();
    repo.git(["config", "uploadpack.allowFilter", "true"]);
    let partial = repo.beside("partial");
    let url = format!("file://{}", repo.path().display());
    let path = partial.to_str().unwrap();
    repo.git(["clone", "-q", "--bare", "--filter=blob:none", &url, path]);
    let clone = Repository::discover(&partial).unwrap();
    let spec = "main..topic".parse().unwrap();
    let error = clone.changes(&spec, &DiffOptions::default()).unwrap_err();
    let GitError::MissingObject { id, path, partial } = &error else {
        panic!("{error}");
    };
    assert_eq!(path.as_ref().unwrap().display(), "m");
    assert_eq!(*id, repo.git(["rev-parse", "main:m"]));
    assert!(partial);
    assert!(error.remedy().unwrap().contains("--refetch"));
}

#[test]
fn the_top_folder_is_that_of_git() {
    let mut repo = Sandbox::new();
    repo.write("sub/a", "a\n");
    repo.commit("First");
    let canonical = |path: &Path| path.canonicalize().unwrap();
    let top = |path: &Path| Repository::discover(path).unwrap().top().map(canonical);
    assert_eq!(top(&repo.path().join("sub")), Some(canonical(repo.path())));

    let apart = repo.beside("apart");
    let linked = repo.beside("linked");
    let [apart_text, linked_text] = [&apart, &linked].map(|path| path.to_str().unwrap());
    repo.git([
        "clone",
        "-q",
        "--separate-git-dir",
        apart_text,
        ".",
        linked_text,
    ]);
    assert_eq!(top(&linked.join("sub")), Some(canonical(&linked)));

    let bare = repo.beside("bare.git");
    repo.git(["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    assert_eq!(top(&bare), None);
    fs::remove_file(bare.join("config")).unwrap();
    assert_eq!(top(&bare), None, "git goes by the name of the folder");
}

#[test]
fn what_is_no_repository_is_named() {
    let folder = tempfile::TempDir::new().unwrap();
    let error = Repository::discover(folder.path()).unwrap_err();
    assert!(error.to_string().contains(folder.path().to_str().unwrap()));
    assert!(matches!(error, GitError::NotARepository { .. }));
    let repo = Sandbox::new();
    assert!(matches!(fails(&repo, "HEAD"), GitError::UnbornHead));
    fs::write(repo.path().join(".git/config"), "[core\n").unwrap();
    let error = Repository::discover(repo.path()).unwrap_err();
    assert!(matches!(error, GitError::Open { .. }), "{error:?}");
}

#[test]
fn a_sha256_repository_is_refused_in_words() {
    let folder = tempfile::TempDir::new().unwrap();
    let done = Command::new("git")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .args(["init", "-q", "--object-format=sha256"])
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(done.success());
    let error = Repository::discover(folder.path()).unwrap_err();
    assert!(matches!(error, GitError::Sha256 { .. }), "{error:?}");
}

#[test]
fn an_empty_range_is_empty() {
    let (repo, _) = branches();
    let set = repo.changes("main..main");
    assert!(set.changes().is_empty() && set.range.commits.is_empty() && text(&set).is_empty());
    assert_eq!(set.tree.len(), 2);
}

#[test]
fn what_is_checked_out_and_whether_it_was_changed() {
    let mut repo = Sandbox::new();
    assert_eq!(repo.repository().checkout().unwrap(), None);
    repo.write("a", "1\n");
    let commit = repo.commit("root");
    let checkout = || repo.repository().checkout().unwrap().unwrap();
    assert_eq!((checkout().commit, checkout().uncommitted), (commit, false));
    repo.write("untracked", "1\n");
    assert!(!checkout().uncommitted);
    repo.write("a", "2\n");
    assert!(checkout().uncommitted);
    repo.git(["add", "a"]);
    assert!(checkout().uncommitted);
}
