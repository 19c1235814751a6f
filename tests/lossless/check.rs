//! The judgement over one wave.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

use crate::fixture::EMPTY_TREE;
use crate::place::Place;
use crate::sections::{Lines, changed_lines, numbered_additions, numbers_add_up, sections};
use crate::wave::{Wave, path_of};

/// Bundles a range with these flags, and demands everything of the wave that a wave promises.
#[track_caller]
pub(crate) fn bundle_and_check(place: &Place, base: &str, head: &str, flags: &[&str]) -> Wave {
    let wave = bundle(place, &format!("{base}..{head}"), flags);
    let what = format!("{flags:?}");
    verify(place, &wave, &what);
    let target = place.git(&["rev-parse", &format!("{head}^{{tree}}")]);
    assert_eq!(
        apply_by_hand(place, &wave, base),
        target.trim(),
        "{what}: the tree made by hand"
    );
    check_sizes(&wave, flags.contains(&"--split"), &what);
    check_numbers(place, &wave, head, &what);
    wave
}

/// Bundles what `range` says into a folder beside the repository.
#[track_caller]
pub(crate) fn bundle(place: &Place, range: &str, flags: &[&str]) -> Wave {
    let folder = place.beside("wave");
    let _ = fs::remove_dir_all(&folder);
    let mut args = vec!["bundle", range, "--force-oversize", "--out"];
    args.push(folder.to_str().unwrap());
    args.extend(flags);
    let run = place.scrum(&args);
    assert_eq!(run.code, 0, "{flags:?} {}", run.all());
    Wave::open(&folder)
}

/// Demands that `scrum verify` proves the wave.
#[track_caller]
pub(crate) fn verify(place: &Place, wave: &Wave, what: &str) {
    let run = place.scrum(&["verify", wave.folder.to_str().unwrap(), "--format", "json"]);
    assert_eq!(run.code, 0, "{what}: {}", run.all());
    assert_eq!(run.json()["proven"], true, "{what}: {}", run.all());
}

/// The tree that `git apply` makes of the base and the wave's patches, in a repository that has nothing but the base.
#[track_caller]
pub(crate) fn apply_by_hand(place: &Place, wave: &Wave, base: &str) -> String {
    // git takes hunks without context from those alone who say that they mean it.
    let without_context = (wave.manifest["context"] == 0).then_some("--unidiff-zero");
    apply_each(place, &wave.patches(), base, without_context)
}

/// The tree that these named patches make, applied one after the other.
#[track_caller]
pub(crate) fn apply_each(
    place: &Place,
    patches: &[(String, Vec<u8>)],
    base: &str,
    flag: Option<&str>,
) -> String {
    let bench = Bench::of(place, base);
    let apply = ["apply", "--cached", "--whitespace=nowarn"];
    let apply: Vec<_> = apply.into_iter().chain(flag).collect();
    for (name, patch) in patches {
        if let Err(error) = bench.git(&apply, patch) {
            panic!("{name} does not apply: {error}");
        }
    }
    let tree = bench.git(&["write-tree"], b"").unwrap();
    tree.trim().to_owned()
}

/// A repository of its own beside the one that is tested. It has the base's objects; what is made of them goes into a
/// folder that is new each time.
struct Bench<'a> {
    place: &'a Place,
    folder: PathBuf,
}

impl<'a> Bench<'a> {
    fn of(place: &'a Place, base: &str) -> Self {
        let folder = place.beside(&format!("bench-{base}"));
        let bench = Self { place, folder };
        if !bench.folder.exists() {
            fs::create_dir(&bench.folder).unwrap();
            let set_up = |args: &[&str]| drop(bench.command(args, b"", false).unwrap());
            set_up(&["init", "-q", "--bare", "--template="]);
            if base == EMPTY_TREE {
                set_up(&["read-tree", "--empty"]);
            } else {
                let from = place.path();
                let reference = format!("refs/tags/{base}");
                set_up(&[
                    "fetch",
                    "-q",
                    "--depth=1",
                    from.to_str().unwrap(),
                    &reference,
                ]);
                set_up(&["read-tree", "FETCH_HEAD"]);
            }
        }
        let _ = fs::remove_dir_all(bench.folder.join("made"));
        fs::create_dir(bench.folder.join("made")).unwrap();
        fs::copy(bench.folder.join("index"), bench.folder.join("made/index")).unwrap();
        bench
    }

    fn git(&self, args: &[&str], stdin: &[u8]) -> Result<String, String> {
        self.command(args, stdin, true)
    }

    fn command(&self, args: &[&str], stdin: &[u8], made: bool) -> Result<String, String> {
        let input = self.place.beside("stdin");
        fs::write(&input, stdin).unwrap();
        let mut command = self.place.git_command();
        command
            .current_dir(&self.folder)
            // Whatever the repository's user has set up is not asked here.
            .env("HOME", &self.folder)
            .env_remove("XDG_CONFIG_HOME");
        if made {
            command
                .env("GIT_INDEX_FILE", self.folder.join("made/index"))
                .env("GIT_OBJECT_DIRECTORY", self.folder.join("made"))
                .env(
                    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                    self.folder.join("objects"),
                );
        }
        let input = Stdio::from(fs::File::open(&input).unwrap());
        let output = command.args(args).stdin(input).output().unwrap();
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

/// Sizes are those of the files, and what `--split` leaves above the warn limit cannot be cut.
#[track_caller]
fn check_sizes(wave: &Wave, split: bool, what: &str) {
    let warn = wave.manifest["guard"]["warn_bytes"].as_u64().unwrap();
    for bundle in wave.bundles() {
        let text = wave.bundle_text(bundle);
        assert_eq!(bundle["bytes"], text.len(), "{what}: {}", bundle["id"]);
        assert!(numbers_add_up(&text), "{what}: {}", bundle["id"]);
        if !split || text.len() as u64 <= warn {
            continue;
        }
        let changed: usize = changed_lines(&text).values().sum();
        let files = bundle["files"].as_array().unwrap();
        // A line to be deleted that is large must stand as context in the piece before its own, so both are one.
        let large = text
            .split(|byte| *byte == b'\n')
            .any(|line| line.len() as u64 > warn / 2);
        assert!(
            (files.len() == 1 && changed <= if large { 2 } else { 1 }) || is_one_unit(files),
            "{what}: {} has {} bytes in {} files with {changed} changed lines, above {warn}:\n{}",
            bundle["id"],
            text.len(),
            files.len(),
            text[..text.len().min(3000)]
                .escape_ascii()
                .to_string()
                .replace("\\n", "\n")
        );
    }
}

/// In parts, too, an added line has the number that it has in the head's file.
#[track_caller]
fn check_numbers(place: &Place, wave: &Wave, head: &str, what: &str) {
    let mut contents: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    for bundle in wave
        .bundles()
        .iter()
        .filter(|bundle| !bundle["part"].is_null())
    {
        for (file, text) in wave.files_of(bundle) {
            let additions = numbered_additions(&text);
            // The line of a submodule stands in no file.
            if additions.is_empty() || file["new_mode"] == "160000" {
                continue;
            }
            let path = path_of(file);
            let content = contents.entry(path.clone()).or_insert_with(|| {
                let object = [head.as_bytes(), b":", &path].concat();
                let mut show = place.git_command();
                show.args(["cat-file", "blob"])
                    .arg(OsStr::from_bytes(&object));
                let output = show.output().unwrap();
                assert!(output.status.success(), "{what}: {show:?}");
                output.stdout
            });
            let lines: Vec<_> = content.split_inclusive(|byte| *byte == b'\n').collect();
            for (number, added) in additions {
                let due = lines.get(number - 1).copied().unwrap_or_default();
                let added = added.strip_suffix(b"\n").unwrap_or(added);
                let due = due.strip_suffix(b"\n").unwrap_or(due);
                assert!(
                    added == due,
                    "{what}: {} says that line {number} of {file} is `{}`",
                    bundle["id"],
                    added.escape_ascii()
                );
            }
        }
    }
}

/// Whether the files hang together by shared or nested paths.
fn is_one_unit(files: &[Value]) -> bool {
    let paths: Vec<Vec<Vec<u8>>> = files
        .iter()
        .map(|file| {
            let old = file["old_path"]
                .as_str()
                .map(|path| path.as_bytes().to_vec());
            [path_of(file)].into_iter().chain(old).collect()
        })
        .collect();
    let touch = |one: &[u8], two: &[u8]| {
        let (short, long) = if one.len() < two.len() {
            (one, two)
        } else {
            (two, one)
        };
        long.starts_with(short) && matches!(long.get(short.len()), None | Some(b'/'))
    };
    let mut reached = vec![0];
    let mut at = 0;
    while let Some(from) = reached.get(at).copied() {
        for to in 0..files.len() {
            let joined = paths[from]
                .iter()
                .any(|one| paths[to].iter().any(|two| touch(one, two)));
            if joined && !reached.contains(&to) {
                reached.push(to);
            }
        }
        at += 1;
    }
    let whole = files.len() > 1 || files[0]["kind"] == "typechange";
    whole && reached.len() == files.len()
}

/// The changed lines of each file as git's own diff has them.
pub(crate) fn lines_by_git(place: &Place, base: &str, head: &str) -> BTreeMap<Vec<u8>, Lines> {
    let diff = |args: &[&str]| {
        let output = place
            .git_command()
            .args(["diff", "-M", "--no-color"])
            .args(args)
            .args([base, head])
            .output()
            .unwrap();
        assert!(output.status.success());
        output.stdout
    };
    // git looks for attributes in the work tree, where the scripts put nothing.
    let attributes = place.path().join(".gitattributes");
    let show = ["show", &format!("{head}:.gitattributes")];
    let content = place.git_command().args(show).output().unwrap();
    fs::write(&attributes, content.stdout).unwrap();
    let patch = diff(&["--binary", "--full-index"]);
    fs::remove_file(&attributes).unwrap();
    let raw = diff(&["--raw", "-z"]);
    let mut fields = raw.split(|byte| *byte == 0);
    let mut sections = sections(&patch).into_iter();
    let mut found: BTreeMap<Vec<u8>, Lines> = BTreeMap::new();
    while let (Some(about), Some(path)) = (fields.next(), fields.next()) {
        let status = about.rsplit(|byte| *byte == b' ').next().unwrap()[0];
        let path = if status == b'R' {
            fields.next().unwrap()
        } else {
            path
        };
        // A type change stands as a deletion and an addition.
        for _ in 0..if status == b'T' { 2 } else { 1 } {
            let own = found.entry(path.to_vec()).or_default();
            for (line, count) in changed_lines(sections.next().unwrap()) {
                *own.entry(line).or_default() += count;
            }
        }
    }
    assert!(sections.next().is_none());
    found
}

/// Demands that two divisions have the same lines in the same files.
#[track_caller]
pub(crate) fn same_lines(
    found: &BTreeMap<Vec<u8>, Lines>,
    due: &BTreeMap<Vec<u8>, Lines>,
    what: &str,
) {
    let paths = |lines: &BTreeMap<Vec<u8>, Lines>| -> Vec<String> {
        lines
            .keys()
            .map(|path| path.escape_ascii().to_string())
            .collect()
    };
    assert_eq!(paths(found), paths(due), "{what}: files");
    for (path, lines) in found {
        let due = &due[path];
        if lines != due {
            let differing = lines
                .iter()
                .find(|(line, count)| due.get(*line) != Some(count));
            let missing = due
                .iter()
                .find(|(line, count)| lines.get(*line) != Some(count));
            let show = |line: Option<(&Vec<u8>, &usize)>| {
                line.map(|(line, count)| {
                    format!("{count} × {}", line[..line.len().min(200)].escape_ascii())
                })
            };
            panic!(
                "{what}: {}: found {:?}, due {:?}",
                path.escape_ascii(),
                show(differing),
                show(missing)
            );
        }
    }
}
