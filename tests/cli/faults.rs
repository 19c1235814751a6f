//! File systems that fail: every call that changes a file below `.scrum` once fails, and once is the last before a kill.
//! What a person or a reviewer wrote is never lost, and the same command afterwards does what it would have done.
//!
//! `faults.c` lets the calls fail; it is compiled here, and needs Linux. Where the kernel does not let it (a sandbox without
//! user notifications of seccomp) these tests say so and check nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use crate::place::{Place, Run, files_below};

const BUNDLE: [&str; 7] = [
    "bundle",
    "HEAD~1..HEAD",
    "--by",
    "top-level",
    "--jobs",
    "1",
    "-q",
];
const ANSWER: &str = "SEVERITY: WARN\nWHERE: a/f:1\nWHAT: It is new.\n\nVERDICT: FIX\n";
const DUMP: &str = r#"[{"user":{"login":"mia"},"path":"a/f","line":1,"body":"x may be null."},
    {"user":{"login":"bo"},"path":"b/f","line":1,"body":"y is never closed."},
    {"user":{"login":"opus"},"path":"b/f","line":1,"body":"Not by hand."}]"#;

/// What a reviewer of [`a_wave_under_review_is_not_overwritten`] waits for.
const GO: &str = "go";

/// The program that lets calls fail; `None` if it does not work here.
static FAULTS: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cli/faults.c");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = folder.join("faults");
    let compiler = Command::new("cc")
        .arg("-O1")
        .arg("-o")
        .args([&program, &source])
        .status();
    assert!(
        compiler.unwrap().success(),
        "libgit2 needs a C compiler as well"
    );
    let log = folder.join("faults.log");
    let tried = Command::new(&program)
        .arg("/nowhere")
        .args(["0", "-"])
        .arg(log)
        .arg("/bin/true")
        .status();
    let works = tried.unwrap().success();
    if !works {
        eprintln!("no user notifications of seccomp here: failing file systems are not tested");
    }
    works.then_some(program)
});

/// The files below `.scrum` with their contents.
type Files = BTreeMap<String, Vec<u8>>;

fn files(place: &Place) -> Files {
    let folder = place.path().join(".scrum");
    let names = files_below(&folder).into_iter();
    names
        .map(|name| (name.clone(), fs::read(folder.join(name)).unwrap()))
        .collect()
}

fn restore(place: &Place, files: &Files) {
    let folder = place.path().join(".scrum");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    for (name, content) in files {
        place.write(&format!(".scrum/{name}"), content);
    }
}

/// What must come out alike: all files but the lock, and what was moved aside, which has a number behind its name after a
/// second try. Sidecars hold times.
fn comparable(files: &Files) -> Vec<(&str, &[u8])> {
    let all = files.iter().filter(|(name, _)| {
        !name.ends_with(".scrum-review.lock")
            && !name.split('/').any(|part| part.starts_with("reviews."))
    });
    all.map(|(name, content)| {
        let is_sidecar = name.contains("/reviews/") && name.ends_with(".json");
        (&name[..], if is_sidecar { &b""[..] } else { content })
    })
    .collect()
}

/// A command, and what is in `.scrum` before it.
struct Case {
    place: Place,
    before: Files,
    args: Vec<&'static str>,
    /// What is typed.
    stdin: &'static str,
    /// What `triage.toml` may contain at any moment; unless a command writes it, empty.
    decisions: Vec<Vec<u8>>,
    /// Texts that nobody but their author could write again.
    precious: Vec<&'static str>,
    /// Files below `.scrum` after a run in which nothing fails.
    after: Files,
    /// The calls of that run that change something.
    calls: Vec<String>,
}

impl Case {
    /// `None` if calls cannot fail here.
    fn new(place: Place, args: &[&'static str], precious: &[&'static str]) -> Option<Self> {
        Self::typed(place, args, "", precious)
    }

    /// The same, with something typed.
    fn typed(
        place: Place,
        args: &[&'static str],
        stdin: &'static str,
        precious: &[&'static str],
    ) -> Option<Self> {
        FAULTS.as_ref()?;
        let mut case = Self {
            before: files(&place),
            place,
            args: args.to_vec(),
            stdin,
            decisions: Vec::new(),
            precious: precious.to_vec(),
            after: Files::new(),
            calls: Vec::new(),
        };
        (_, case.calls) = case.run(0, "count");
        case.after = files(&case.place);
        assert!(case.calls.len() > 3, "{:?}", case.calls);
        Some(case)
    }

    /// Runs the command from the beginning, its call `at` failing. Says what it printed, and its calls.
    fn run(&self, at: usize, how: &str) -> (Run, Vec<String>) {
        restore(&self.place, &self.before);
        let log = self.place.beside("calls");
        let mut command = self.place.command(FAULTS.as_ref().unwrap());
        command
            .arg(self.place.path().join(".scrum"))
            .arg(at.to_string())
            .arg(how)
            .arg(&log);
        command.arg(env!("CARGO_BIN_EXE_scrum")).args(&self.args);
        let typed = self.place.beside("typed");
        fs::write(&typed, self.stdin).unwrap();
        command.stdin(fs::File::open(typed).unwrap());
        let run = self.place.finish(command.output().unwrap());
        let calls = fs::read_to_string(log)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect();
        (run, calls)
    }

    /// Nothing is lost, and the command, given again, does what it would have done.
    fn survives(&self, what: &str) {
        let left = files(&self.place);
        for text in &self.precious {
            let is_there = left.values().any(|content| content == text.as_bytes());
            assert!(is_there, "{what}: lost: {text}");
        }
        if !self.decisions.is_empty() {
            let is = &left["triage.toml"];
            let text = String::from_utf8_lossy(is);
            assert!(self.decisions.contains(is), "{what}: half of it: {text}");
        }
        let again = self
            .place
            .scrum_with_stdin(&self.args, self.stdin.as_bytes());
        assert_eq!(again.code, 0, "{what}: {}", again.all());
        let after = files(&self.place);
        for text in &self.precious {
            assert!(
                after.values().any(|content| content == text.as_bytes()),
                "{what}: lost afterwards: {text}"
            );
        }
        let (is, due) = (comparable(&after), comparable(&self.after));
        let names = |files: &[(&str, &[u8])]| -> Vec<String> {
            files.iter().map(|(name, _)| (*name).to_owned()).collect()
        };
        assert_eq!(names(&is), names(&due), "{what}");
        assert!(is == due, "{what}: other contents");
    }

    fn a_kill_at_any_call_loses_nothing(&self) {
        for at in 1..=self.calls.len() {
            let (run, calls) = self.run(at, "kill");
            assert_eq!(run.code, 137, "{}", run.all());
            self.survives(&format!(
                "killed before call {at}, {}",
                calls.last().unwrap()
            ));
        }
    }

    fn an_error_at_any_call_is_reported(&self) {
        let errors = [
            ("ENOSPC", "No space left on device"),
            ("EACCES", "Permission denied"),
            ("EROFS", "Read-only file system"),
        ];
        for at in 1..=self.calls.len() {
            // Each call with one of the errors; all three at the first.
            for (number, (error, text)) in errors.iter().enumerate() {
                if at > 1 && at % errors.len() != number {
                    continue;
                }
                let (run, calls) = self.run(at, error);
                let what = format!("{error} from call {at} on, {}", calls.get(at - 1).unwrap());
                assert!(!run.stderr.contains("panicked"), "{what}: {}", run.all());
                // A tally that cannot be kept in a wave is printed all the same, with a warning.
                let is_done = comparable(&files(&self.place)) == comparable(&self.after);
                let is_told = run.stderr.contains(text);
                match run.code {
                    0 => assert!(is_done || is_told, "{what}: said to be done: {}", run.all()),
                    code => assert!(code == 3 && is_told, "{what}: {}", run.all()),
                }
                self.survives(&what);
            }
        }
    }

    fn short_writes_change_nothing(&self) {
        let (run, _) = self.run(1, "short");
        assert_eq!(run.code, 0, "{}", run.all());
        assert!(
            comparable(&files(&self.place)) == comparable(&self.after),
            "other contents"
        );
    }

    fn all(self) {
        self.a_kill_at_any_call_loses_nothing();
        self.an_error_at_any_call_is_reported();
        self.short_writes_change_nothing();
    }
}

/// A repository whose last commit adds a file to two folders.
fn repository() -> Place {
    let place = Place::repository();
    place.write("README", "x\n");
    place.commit("Base");
    for folder in ["a", "b"] {
        place.write(&format!("{folder}/f"), format!("{folder}\n").repeat(30));
    }
    place.write("Cargo.lock", "x\n");
    place.commit("Change");
    place
}

/// With a wave, an answer in it and a tally.
fn reviewed() -> Place {
    let place = repository();
    place.scrum(&BUNDLE).expect(0);
    let wave = place.read(".scrum/current");
    place.write(&format!(".scrum/{}/reviews/a/opus.md", wave.trim()), ANSWER);
    place.write(&format!(".scrum/{}/reviews/b/opus.md", wave.trim()), ANSWER);
    place.scrum(&["tally"]).expect(0);
    place
}

#[test]
fn a_first_wave() {
    if let Some(case) = Case::new(repository(), &BUNDLE, &[]) {
        case.all();
    }
}

#[test]
fn a_wave_in_place_of_a_reviewed_one() {
    let args = [
        &BUNDLE[..],
        &[
            "--component",
            "ab=a/**",
            "--component",
            "ab2=b/**",
            "--overwrite",
        ],
    ]
    .concat();
    if let Some(case) = Case::new(reviewed(), &args, &[ANSWER]) {
        case.all();
    }
}

#[test]
fn an_import() {
    let place = reviewed();
    place.write("dump.json", DUMP);
    if let Some(case) = Case::new(place, &["import", "dump.json", "-q"], &[ANSWER]) {
        case.all();
    }
}

#[test]
fn a_tally() {
    if let Some(case) = Case::new(reviewed(), &["tally"], &[ANSWER]) {
        case.all();
    }
}

#[test]
fn a_review() {
    let place = reviewed();
    let seat = "[[reviewers]]\nname = \"kimi\"\ncommand = [\"sh\", \"-c\", \"cat >/dev/null; printf 'NONE\\\\n\\\\nVERDICT: SHIP\\\\n'\"]\n";
    place.write("scrum.toml", format!("[review]\njobs = 1\n{seat}"));
    if let Some(case) = Case::new(place, &["review", "-q", "--jobs", "1"], &[ANSWER]) {
        case.a_kill_at_any_call_loses_nothing();
        case.short_writes_change_nothing();
    }
}

#[test]
fn a_triage() {
    let place = reviewed();
    let args = ["triage", "--all", "--by", "Ann"];
    let file = ".scrum/triage.toml";
    place
        .scrum_with_stdin(&args, b"n Only Ann can say this.\nc")
        .expect(0);
    let before = place.read(file).into_bytes();
    assert!(before.windows(8).any(|text| text == b"Only Ann"));
    // Decided, taken back, decided otherwise.
    let keys = "wuwf";
    let Some(mut case) = Case::typed(place, &args, keys, &[ANSWER]) else {
        return;
    };
    case.decisions.push(before);
    for typed in 0..=keys.len() {
        restore(&case.place, &case.before);
        case.place
            .scrum_with_stdin(&args, &keys.as_bytes()[..typed])
            .expect(0);
        case.decisions.push(case.place.read(file).into_bytes());
    }
    case.all();
}

#[test]
fn a_wave_under_review_is_not_overwritten() {
    let place = reviewed();
    // The reviewer says that it has begun, and answers once it may.
    let script =
        format!("cat >/dev/null; : >begun; while ! [ -e {GO} ]; do sleep 0.05; done; echo NONE");
    let seat =
        format!("[[reviewers]]\nname = \"kimi\"\ncommand = [\"sh\", \"-c\", \"{script}\"]\n");
    place.write("scrum.toml", seat);
    let mut review = place.scrum_command();
    review
        .args(["review", "-q"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut review = review.spawn().unwrap();
    while !place.path().join("begun").exists() {
        assert!(
            review.try_wait().unwrap().is_none(),
            "the review ended early"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let others = [&BUNDLE[..], &["--component", "ab=a/**", "--overwrite"]].concat();
    let before = files(&place);
    let refused = place.scrum(&others).expect(2);
    assert!(
        refused.stderr.contains("another run asks the reviewers"),
        "{}",
        refused.all()
    );
    assert!(files(&place) == before, "a refused run changes nothing");
    place.write(GO, "");
    assert!(review.wait().unwrap().success());
    place.scrum(&others).expect(0);
}
