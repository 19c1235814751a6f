//! `scrum review` against a server on loopback.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::place::Place;
use crate::server::{Reply, Request, Server};

/// A repository whose last commit changes one file in each of `components` folders.
pub(crate) fn repository(components: usize) -> Place {
    let place = Place::repository();
    let write = |mark: &str| {
        for n in 0..components {
            let lines: String = (1..=30)
                .map(|line| format!("line {line} {mark}\n"))
                .collect();
            place.write(&format!("c{n:02}/file.txt"), lines);
        }
    };
    write("old");
    place.commit("Base");
    write("new");
    place.commit("Change");
    place
}

/// A reviewer that the server plays.
fn seat(name: &str, api: &str, url: &str, keys: &str) -> String {
    format!(
        "[[reviewers]]\nname = \"{name}\"\napi = \"{api}\"\nurl = \"{url}\"\nmodel = \"{name}\"\nbackoff = \"20ms\"\n{keys}\n"
    )
}

const REVIEW: &[&str] = &["review", "HEAD~1..HEAD", "--by", "top-level", "--no-pack"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    REVIEW.iter().chain(more).copied().collect()
}

fn finding(request: &Request) -> String {
    let folder = request
        .prompt()
        .split("diff --git a/")
        .nth(1)
        .unwrap_or("c00/");
    let folder = folder.split('/').next().unwrap();
    format!(
        "SEVERITY: WARN\nWHERE: {folder}/file.txt:3\nWHAT: It is new.\nWHY: It was old.\n\nVERDICT: FIX\n"
    )
}

fn honest() -> Server {
    Server::start(|request, _| Reply::Review(finding(request)))
}

/// The wave's folder.
fn wave(place: &Place) -> PathBuf {
    place
        .path()
        .join(".scrum")
        .join(place.read(".scrum/current").trim())
}

fn sidecar(place: &Place, bundle: &str, reviewer: &str) -> serde_json::Value {
    let path = wave(place)
        .join("reviews")
        .join(bundle)
        .join(format!("{reviewer}.json"));
    serde_json::from_slice(
        &fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    )
    .unwrap()
}

fn state<'a>(tally: &'a serde_json::Value, bundle: usize, reviewer: &str) -> &'a serde_json::Value {
    let rows = tally["bundles"][bundle]["reviewers"].as_array().unwrap();
    rows.iter().find(|row| row["reviewer"] == reviewer).unwrap()
}

#[test]
fn both_formats_are_asked_counted_and_never_asked_twice() {
    let server = honest();
    let place = repository(3);
    let open = seat(
        "kimi",
        "openai",
        &server.url,
        "api_key_env = \"KIMI_KEY\"\nmax_tokens = 77",
    );
    let anthropic = seat(
        "opus",
        "anthropic",
        &server.url,
        "api_key_env = \"OPUS_KEY\"\nheaders = { x-extra = \"a-${OPUS_KEY}\" }",
    );
    place.write("scrum.toml", format!("{open}{anthropic}"));
    let run = || {
        let mut command = place.scrum_command();
        command
            .args(with(&["--format", "json"]))
            .env("KIMI_KEY", "key-of-kimi\n")
            .env("OPUS_KEY", "key-of-opus");
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let tally = run();
    assert_eq!(tally["totals"]["convergent"], 3);
    assert_eq!(server.requests().len(), 6);
    for request in server.requests() {
        match request.path.as_str() {
            "/v1/chat/completions" => {
                assert_eq!(request.header("authorization"), Some("Bearer key-of-kimi"));
                assert_eq!(request.body["max_tokens"], 77);
            }
            "/v1/messages" => {
                assert_eq!(request.header("x-api-key"), Some("key-of-opus"));
                assert_eq!(request.header("x-extra"), Some("a-key-of-opus"));
                assert_eq!(request.header("anthropic-version"), Some("2023-06-01"));
            }
            other => panic!("{other}"),
        }
    }
    let kept = sidecar(&place, "c01", "opus");
    assert_eq!(
        (&kept["model"], &kept["finish_reason"], &kept["http_status"]),
        (&"opus".into(), &"end_turn".into(), &200.into())
    );
    assert!(
        kept["tokens_in"].as_u64() > Some(0) && kept["attempts"] == 1,
        "{kept}"
    );
    // The same again, by range and by wave: nothing is asked, and the tally is the same.
    assert_eq!(run(), tally);
    place.scrum(&["review"]).expect(0);
    assert_eq!(server.requests().len(), 6);
    for name in ["tally.json", "tally.md"] {
        assert!(wave(&place).join(name).is_file(), "{name}");
    }
    // No key stands in any file of the wave.
    let mut folders = vec![wave(&place)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                assert!(!text.contains("key-of"), "{}", path.display());
            }
        }
    }
}

#[test]
fn faults_of_servers_and_what_becomes_of_them() {
    let server = Server::start(|request, _| {
        let review = || Reply::Review(finding(request));
        match request.model() {
            "slow" => Reply::After(Duration::from_millis(300), Box::new(review())),
            "pieces" => Reply::Pieces(finding(request)),
            "cut-off" => Reply::CutOff(finding(request)),
            "garbage" => Reply::Status(200, vec![], "<html>\u{1b}[2J".to_owned()),
            "flood" => Reply::Flood(100 << 20),
            "never" => Reply::Never,
            "refused" => Reply::Status(
                403,
                vec![],
                r#"{"error":{"message":"not you, key-of-refused"}}"#.to_owned(),
            ),
            "moved" => Reply::Status(
                308,
                vec![("location", "http://elsewhere.invalid/".to_owned())],
                String::new(),
            ),
            "silent" => Reply::Review(String::new()),
            "long" => {
                let body = crate::server::review(request, "WHERE: c00/file.txt:1")
                    .replace("\"stop\"", "\"length\"");
                Reply::Status(200, vec![], body)
            }
            // Half of a surrogate pair as an escape, which strict readers of JSON refuse.
            "surrogate" => {
                let body = crate::server::review(request, "WHERE: c00/file.txt:1\nWHAT: mark\n")
                    .replace("mark", "\\ud83d");
                Reply::Status(200, vec![], body)
            }
            "broken" => {
                let body =
                    crate::server::review(request, "half an ans").replace("\"stop\"", "\"error\"");
                Reply::Status(200, vec![], body)
            }
            "filtered" => {
                let body = crate::server::review(request, "WHERE: c00/file.txt:1")
                    .replace("\"stop\"", "\"content_filter\"");
                Reply::Status(200, vec![], body)
            }
            "relayed" => {
                let body = r#"{"error":{"code":"429","message":"Provider returned error","metadata":{"raw":"slow down"}}}"#;
                Reply::Status(200, vec![], body.to_owned())
            }
            "stream" => {
                let piece = |text: &str, end: Option<&str>| {
                    let choice =
                        serde_json::json!({ "delta": { "content": text }, "finish_reason": end });
                    format!("data: {}\n\n", serde_json::json!({ "choices": [choice] }))
                };
                let first = piece("WHERE: c00/", None);
                let last = piece("file.txt:1\n", Some("stop"));
                let body = [&first, &last, "data: [DONE]\n\n"];
                let head = ("content-type", "text/event-stream".to_owned());
                Reply::Status(200, vec![head], body.concat())
            }
            other => panic!("{other}"),
        }
    });
    let place = repository(1);
    let names = [
        "slow",
        "pieces",
        "cut-off",
        "garbage",
        "flood",
        "never",
        "refused",
        "moved",
        "silent",
        "long",
        "surrogate",
        "broken",
        "filtered",
        "relayed",
        "stream",
    ];
    let seats: String = names
        .iter()
        .map(|name| {
            let keys = match *name {
                "never" => "timeout = \"300ms\"\nretries = 0",
                "refused" => "api_key_env = \"REFUSED_KEY\"",
                _ => "",
            };
            seat(
                name,
                "openai",
                &server.url,
                &format!("{keys}\nlineage = [\"{name}\"]"),
            )
        })
        .collect();
    let gone = seat("gone", "openai", "http://127.0.0.1:1", "retries = 1");
    place.write("scrum.toml", format!("{seats}{gone}"));
    let mut command = place.scrum_command();
    command
        .args(with(&["--format", "json", "--jobs", "16"]))
        .env("REFUSED_KEY", "key-of-refused");
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(
        !stderr.contains('\u{1b}') && !stderr.contains("key-of"),
        "{stderr}"
    );
    let tally: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let asked = |name: &str| {
        server
            .requests()
            .iter()
            .filter(|request| request.model() == name)
            .count()
    };
    for (name, expected, reason, times) in [
        ("slow", "findings", "", 1),
        ("pieces", "findings", "", 1),
        ("long", "findings", "", 1),
        ("surrogate", "findings", "", 1),
        ("filtered", "findings", "", 1),
        ("stream", "findings", "", 1),
        ("broken", "failed", "error", 4),
        ("relayed", "failed", "slow down", 4),
        ("cut-off", "failed", "broke off", 4),
        ("garbage", "failed", "not a chat-completions response", 4),
        ("flood", "failed", "longer than", 1),
        ("never", "failed", "no answer within 300ms", 1),
        ("refused", "failed", "HTTP 403: not you, [key]", 1),
        ("moved", "failed", "HTTP 308", 1),
        ("silent", "failed", "empty", 1),
        ("gone", "failed", "is a server running at 127.0.0.1:1?", 0),
    ] {
        let row = state(&tally, 0, name);
        assert_eq!(row["state"], expected, "{row}");
        let said = row["reason"].as_str().unwrap_or_default();
        assert!(said.contains(reason), "{name}: {said}");
        assert_eq!(asked(name), times, "{name}");
    }
    for name in ["long", "filtered"] {
        assert_eq!(state(&tally, 0, name)["cut_off"], true, "{name}");
    }
    let mut requests = server.requests().into_iter();
    assert!(requests.all(|request| request.body["stream"] == false));
    // Failures are asked again by the next run; answers are not.
    place
        .scrum(&["review", "--reviewer", "silent,slow"])
        .expect(0);
    assert_eq!((asked("silent"), asked("slow")), (2, 1));
}

#[test]
fn what_passes_is_asked_again_and_a_server_is_given_its_time() {
    let server = Server::start(|request, number| match number {
        0 => Reply::Status(
            429,
            vec![("retry-after", "1".to_owned())],
            "slow down".to_owned(),
        ),
        1 => Reply::Status(500, vec![], "oops".to_owned()),
        2 => Reply::Status(529, vec![], String::new()),
        _ => Reply::Review(finding(request)),
    });
    let place = repository(1);
    place.write("scrum.toml", seat("kimi", "openai", &server.url, ""));
    let run = place.scrum(&with(&["--format", "json"])).expect(0);
    assert_eq!(state(&run.json(), 0, "kimi")["state"], "findings");
    assert!(
        run.stderr.contains("HTTP 429: slow down; again in 1."),
        "{}",
        run.stderr
    );
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    assert!(requests[1].at - requests[0].at >= Duration::from_secs(1));
    assert_eq!(sidecar(&place, "c00", "kimi")["attempts"], 4);

    // A wait that nobody has: failed at once, with the server's word.
    let server = Server::start(|_, _| {
        Reply::Status(429, vec![("retry-after", "7200".to_owned())], String::new())
    });
    place.write("scrum.toml", seat("kimi", "openai", &server.url, ""));
    let run = place.scrum(&with(&["--format", "json"])).expect(1);
    let reason = state(&run.json(), 0, "kimi")["reason"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(reason.contains("7200s"), "{reason}");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_refused_key_is_tried_once() {
    let server =
        Server::start(|_, _| Reply::Status(401, vec![], r#"{"error":"bad key"}"#.to_owned()));
    let place = repository(4);
    place.write(
        "scrum.toml",
        seat("kimi", "openai", &server.url, "concurrency = 1"),
    );
    let run = place.scrum(&with(&["--format", "json"])).expect(1);
    let tally = run.json();
    for bundle in 0..4 {
        assert_eq!(state(&tally, bundle, "kimi")["reason"], "HTTP 401: bad key");
    }
    assert_eq!(server.requests().len(), 1);
    assert!(
        run.stderr
            .contains("error: nothing was reviewed: no usable answer to 4 questions (4 failed)"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_run_in_which_nobody_reviewed_anything_is_no_success() {
    // `opus` answers about the first bundle alone, and `qwen` chats.
    let server = Server::start(|request, _| match request.model() {
        "opus" if finding(request).contains("c00/") => Reply::Review(finding(request)),
        "qwen" => Reply::Review("What a lovely change.\n".to_owned()),
        _ => Reply::Status(400, vec![], r#"{"error":"no"}"#.to_owned()),
    });
    let place = repository(2);
    let seats: String = ["kimi", "opus", "qwen"]
        .iter()
        .map(|name| seat(name, "openai", &server.url, ""))
        .collect();
    let person = "[[reviewers]]\nname = \"anna\"\nhuman = true\n";
    place.write("scrum.toml", format!("{seats}{person}"));
    // One usable answer is enough: gates and quorum say whether it is enough for somebody.
    let run = place.scrum(REVIEW).expect(0);
    assert!(
        run.stderr.contains("3 of 6 questions failed"),
        "{}",
        run.stderr
    );
    // Of whom a run is about is what counts: a job of a CI asks about its own bundle.
    for (scope, counted) in [
        (
            &["--bundle", "c01"][..],
            "3 questions (2 failed, 1 no-evidence)",
        ),
        (&["--reviewer", "kimi"], "2 questions (2 failed)"),
        (&["--reviewer", "qwen"], "2 questions (2 no-evidence)"),
        (&["--reviewer", "kimi,anna"], "2 questions (2 failed)"),
    ] {
        let run = place.scrum(&with(scope)).expect(1);
        assert!(
            run.stderr
                .contains(&format!("no usable answer to {counted}")),
            "{scope:?}\n{}",
            run.stderr
        );
        assert!(
            run.stderr.contains("hint: `scrum review` asks"),
            "{}",
            run.stderr
        );
    }
    // A person who is awaited has not failed, and one who has answered has reviewed.
    place.scrum(&with(&["--reviewer", "anna"])).expect(0);
    let review = wave(&place).join("reviews/c01/anna.md");
    fs::create_dir_all(review.parent().unwrap()).unwrap();
    fs::write(&review, "NONE\n").unwrap();
    place.scrum(&with(&["--bundle", "c01"])).expect(0);
    // So it is where nobody is configured but people.
    place.write("scrum.toml", person);
    place.scrum(&with(&["--fresh"])).expect(0);
}

#[test]
fn only_what_failed_or_said_nothing_is_retried() {
    // The first answer says nothing usable, the second question fails, the third is answered.
    let server = Server::start(|request, number| match number {
        0 => Reply::Review("I cannot see any files.\n".to_owned()),
        1 => Reply::Status(400, Vec::new(), "{}".to_owned()),
        _ => Reply::Review(finding(request)),
    });
    let place = repository(3);
    place.write("scrum.toml", seat("kimi", "openai", &server.url, ""));
    place.scrum(&with(&["--jobs", "1"]));
    assert_eq!(server.requests().len(), 3);
    for (retry, asked, states) in [
        ("no-evidence", 1, ["findings", "failed", "findings"]),
        ("no-evidence", 0, ["findings", "failed", "findings"]),
        ("failed", 1, ["findings", "findings", "findings"]),
    ] {
        let before = server.requests().len();
        let run = place.scrum(&["review", "--retry", retry, "--format", "json"]);
        let tally = run.json();
        let found: Vec<_> = (0..3)
            .map(|bundle| state(&tally, bundle, "kimi")["state"].as_str().unwrap())
            .collect();
        assert_eq!(found, states, "{retry}: {}", run.all());
        assert_eq!(server.requests().len() - before, asked, "{retry}");
    }
    place.scrum(&["review", "--retry", "clean"]).expect(2);
}

#[test]
fn a_new_commit_asks_only_where_something_changed() {
    let server = honest();
    let place = repository(3);
    place.write("scrum.toml", seat("kimi", "openai", &server.url, ""));
    place
        .scrum(&["review", "HEAD~1..HEAD", "--by", "top-level", "--no-pack"])
        .expect(0);
    let first = place.read(".scrum/current").trim().to_owned();
    place.write("c01/file.txt", "another text\n");
    place.git(&["commit", "-q", "-m", "More", "c01/file.txt"]);
    let review = [
        "review",
        "HEAD~2..HEAD",
        "--by",
        "top-level",
        "--no-pack",
        "--format",
        "json",
    ];
    let plan = place
        .scrum(&[&review[..], &["--dry-run"]].concat())
        .expect(0)
        .json();
    assert_eq!(
        (
            &plan["reviewers"][0]["ask"],
            &plan["reviewers"][0]["carried_over"]
        ),
        (&1.into(), &2.into())
    );
    let tally = place.scrum(&review).expect(0).json();
    assert_eq!(server.requests().len(), 4);
    assert!(server.requests()[3].prompt().contains("another text"));
    assert_eq!(
        state(&tally, 0, "kimi")["carried_over_from"],
        first.as_str()
    );
    assert!(state(&tally, 1, "kimi")["carried_over_from"].is_null());
    let text = place.scrum(&["tally"]).expect(0).stdout;
    assert!(
        text.contains(&format!("carried over from {first}")),
        "{text}"
    );
}

#[test]
fn changed_settings_ask_again_and_keep_the_old_answer() {
    let server = honest();
    let place = repository(1);
    let config = |temperature: &str| {
        place.write(
            "scrum.toml",
            seat(
                "kimi",
                "openai",
                &server.url,
                &format!("temperature = {temperature}"),
            ),
        );
    };
    let kept = || {
        let names = fs::read_dir(wave(&place).join("reviews/c00")).unwrap();
        let names: BTreeSet<String> = names
            .map(|name| name.unwrap().file_name().into_string().unwrap())
            .collect();
        names
            .into_iter()
            .filter(|name| name.starts_with("kimi.md"))
            .count()
    };
    config("0.5");
    place.scrum(REVIEW).expect(0);
    config("0.7");
    place.scrum(REVIEW).expect(0);
    assert_eq!((server.requests().len(), kept()), (2, 2));
    // Back again: that answer is there still.
    config("0.5");
    place.scrum(REVIEW).expect(0);
    assert_eq!(server.requests().len(), 2);
    place.scrum(&with(&["--fresh"])).expect(0);
    assert_eq!(server.requests().len(), 3);
    // An answer that somebody put there is nobody's to replace.
    fs::remove_file(wave(&place).join("reviews/c00/kimi.json")).unwrap();
    config("0.9");
    place.scrum(REVIEW).expect(0);
    assert_eq!(server.requests().len(), 3);
    // What is kept aside is no review.
    let tally = place.scrum(&["tally", "--format", "json"]).expect(0).json();
    assert_eq!(
        tally["bundles"][0]["reviewers"].as_array().unwrap().len(),
        1
    );
}

#[test]
fn paths_people_and_a_quorum() {
    let server = honest();
    let place = repository(2);
    let config = |quorum: u32, paths: &str| {
        place.write(
            "scrum.toml",
            format!(
                "[review]\nquorum = {quorum}\n{}{}[[reviewers]]\nname = \"anna\"\nhuman = true\npaths = [\"c01/**\"]\n",
                seat("kimi", "openai", &server.url, ""),
                seat("opus", "openai", &server.url, paths),
            ),
        );
    };
    config(2, "paths = [\"c01/**\"]");
    let run = place.scrum(&with(&["--format", "json"])).expect(0);
    let tally = run.json();
    assert_eq!(state(&tally, 0, "opus")["state"], "not-asked");
    assert_eq!(state(&tally, 0, "anna")["state"], "not-asked");
    assert_eq!(state(&tally, 1, "anna")["state"], "missing");
    assert!(
        run.stderr
            .contains("anna: c01: waiting for this review; save it as"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("reviews/c01/anna.md"), "{}", run.stderr);
    assert_eq!(server.requests().len(), 3);
    // `scrum tally` says the same.
    let again = place.scrum(&["tally", "--format", "json"]).expect(0).json();
    assert_eq!(again, tally);
    config(3, "paths = [\"c01/**\"]");
    let run = place.scrum(REVIEW).expect(1);
    assert!(
        run.stderr.contains("quorum: 2 of 3 lineages reviewed c01"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("reviewed c00"), "{}", run.stderr);
    place.scrum(&with(&["--bundle", "c00"])).expect(0);
}

#[test]
fn limits_hold() {
    let server = Server::start(|request, _| {
        Reply::After(
            Duration::from_millis(30),
            Box::new(Reply::Review(finding(request))),
        )
    });
    let place = repository(8);
    place.write(
        "scrum.toml",
        format!(
            "[review]\njobs = 5\n{}{}",
            seat("kimi", "openai", &server.url, "concurrency = 1"),
            seat("opus", "openai", &server.url, ""),
        ),
    );
    place.scrum(REVIEW).expect(0);
    assert_eq!(server.requests().len(), 16);
    assert!(
        (2..=5).contains(&server.most_at_once()),
        "{}",
        server.most_at_once()
    );
    let mut kimi: Vec<Instant> = server
        .requests()
        .iter()
        .filter(|r| r.model() == "kimi")
        .map(|r| r.at)
        .collect();
    kimi.sort();
    assert!(
        kimi.windows(2)
            .all(|pair| pair[1] - pair[0] >= Duration::from_millis(29)),
        "{kimi:?}"
    );
}

#[test]
fn a_secret_stops_everything_unless_it_may_go_or_is_redacted() {
    let server = honest();
    let place = repository(2);
    let token = format!("gl{}-Zk9wQ2xLr7TnVb4YcXe1", "pat");
    place.write("c01/file.txt", format!("line one\ntoken = \"{token}\"\n"));
    place.commit("Token");
    let review = ["review", "HEAD~1..HEAD", "--by", "top-level", "--no-pack"];
    let seats = seat("kimi", "openai", &server.url, "");
    place.write("scrum.toml", &seats);
    for more in [&["--dry-run"][..], &[], &["--dry-run"]] {
        let run = place.scrum(&[&review[..], more].concat()).expect(1);
        assert!(
            run.stderr.contains("c01: c01/file.txt:2: GitLab token"),
            "{}",
            run.stderr
        );
        assert!(!run.all().contains(&token), "{}", run.all());
    }
    assert_eq!(server.requests().len(), 0);
    place.write("scrum.toml", format!("[review]\nredact = true\n{seats}"));
    place.scrum(&review).expect(0);
    let sent = server.requests()[0].prompt().to_owned();
    assert!(
        !sent.contains(&token) && sent.contains("token = \"[redacted: GitLab token]\""),
        "{sent}"
    );
    place.scrum(&review).expect(0);
    assert_eq!(server.requests().len(), 1);
    place
        .scrum(&[&review[..], &["--allow-secrets"]].concat())
        .expect(0);
    assert!(server.requests()[1].prompt().contains(&token));
}

#[test]
fn a_dry_run_says_what_it_would_cost_and_writes_nothing() {
    let place = repository(2);
    let keys = "api_key_env = \"NOT_SET\"\nprice_in = 3.0\nprice_out = 15.0\nmax_tokens = 500";
    place.write(
        "scrum.toml",
        seat("kimi", "openai", "http://127.0.0.1:1", keys),
    );
    let run = place.scrum(&with(&["--dry-run"])).expect(0);
    insta::assert_snapshot!(run.all());
    assert!(!place.path().join(".scrum").exists());
    let plan = place
        .scrum(&with(&["--dry-run", "--format", "json"]))
        .expect(0)
        .json();
    assert_eq!(plan["schema"], "scrum.plan/1");
    assert_eq!(plan["questions"][1]["status"], "ask");
    // The key is needed only now.
    let run = place.scrum(REVIEW).expect(2);
    assert!(
        run.stderr
            .contains("reviewer `kimi`: the environment variable `NOT_SET` is not set"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_cannot_be_asked_is_said_before_anything_is() {
    let place = repository(1);
    let none = place.scrum(REVIEW).expect(2);
    assert!(
        none.stderr.contains("no reviewer is configured"),
        "{}",
        none.stderr
    );
    place.write(
        "scrum.toml",
        seat("kimi", "openai", "http://127.0.0.1:1", ""),
    );
    let unknown = place.scrum(&with(&["--reviewer", "kimmi"])).expect(2);
    assert!(
        unknown.stderr.contains("there is no reviewer `kimmi`")
            && unknown.stderr.contains("`kimi`"),
        "{}",
        unknown.stderr
    );
    let unknown = place.scrum(&with(&["--bundle", "c99"])).expect(2);
    assert!(
        unknown.stderr.contains("there is no bundle `c99`"),
        "{}",
        unknown.stderr
    );
    place.scrum(&["review", "HEAD..HEAD"]).expect(0);
    let refused = place
        .scrum(&with(&["--warn", "10B", "--fail", "20B"]))
        .expect(1);
    assert!(
        refused.stderr.contains("above the fail limit"),
        "{}",
        refused.stderr
    );
    place.scrum(&["bundle", "HEAD~1..HEAD"]).expect(0);
    let options = place
        .scrum(&["review", place.read(".scrum/current").trim(), "--split"])
        .expect(2);
    assert!(
        options.stderr.contains("already bundled"),
        "{}",
        options.stderr
    );
    place.write(
        "scrum.toml",
        "[[reviewers]]\nname='a'\napi='openai'\ncommand=['b']\n",
    );
    let twofold = place.scrum(REVIEW).expect(2);
    assert!(
        twofold.stderr.contains("reviewer `a`"),
        "{}",
        twofold.stderr
    );
}

#[test]
fn a_proxy_is_used_but_not_to_this_machine() {
    let server = honest();
    let place = repository(1);
    place.write(
        "scrum.toml",
        format!(
            "{}{}",
            seat("far", "openai", "http://model.invalid/v1", "retries = 0"),
            seat("near", "openai", &server.url, "retries = 0"),
        ),
    );
    let mut command = place.scrum_command();
    command
        .args(with(&["--format", "json"]))
        .env("HTTP_PROXY", &server.url)
        .env("ALL_PROXY", &server.url);
    let output = command.output().unwrap();
    let tally: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        state(&tally, 0, "far")["state"],
        "findings",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let hosts: BTreeSet<String> = server
        .requests()
        .iter()
        .map(|request| format!("{} {}", request.model(), request.header("host").unwrap()))
        .collect();
    let near = format!("near {}", server.url.trim_start_matches("http://"));
    assert_eq!(
        hosts.into_iter().collect::<Vec<_>>(),
        ["far model.invalid".to_owned(), near]
    );
}

#[test]
fn two_runs_do_not_ask_the_same_wave() {
    let server = Server::start(|request, _| {
        Reply::After(
            Duration::from_millis(700),
            Box::new(Reply::Review(finding(request))),
        )
    });
    let place = repository(1);
    place.write("scrum.toml", seat("kimi", "openai", &server.url, ""));
    let mut first = place
        .scrum_command()
        .args(REVIEW)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while server.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = place.scrum(&["review"]).expect(2);
    assert!(second.stderr.contains("another run"), "{}", second.stderr);
    assert!(first.wait().unwrap().success());
    assert_eq!(server.requests().len(), 1);
}

/// The questions whose answers are on disk.
fn answered(place: &Place) -> BTreeSet<(String, String)> {
    let mut answered = BTreeSet::new();
    let Ok(current) = fs::read_to_string(place.path().join(".scrum/current")) else {
        return answered;
    };
    let reviews = place
        .path()
        .join(".scrum")
        .join(current.trim())
        .join("reviews");
    for bundle in fs::read_dir(reviews).into_iter().flatten().flatten() {
        for file in fs::read_dir(bundle.path()).unwrap().flatten() {
            let name = file.file_name().into_string().unwrap();
            if let Some(reviewer) = name.strip_suffix(".md") {
                let bundle = bundle.file_name().into_string().unwrap();
                answered.insert((bundle, reviewer.to_owned()));
            }
        }
    }
    answered
}

#[test]
fn fifty_kills_at_any_moment_and_nothing_is_asked_twice() {
    const KILLS: u32 = 50;
    const JOBS: usize = 3;
    let server = Server::start(|request, _| {
        Reply::After(
            Duration::from_millis(25),
            Box::new(Reply::Review(finding(request))),
        )
    });
    let place = repository(40);
    let seats: String = ["kimi", "opus", "qwen", "glm"]
        .map(|name| seat(name, "openai", &server.url, ""))
        .concat();
    place.write("scrum.toml", format!("[review]\njobs = {JOBS}\n{seats}"));
    let distinct = 40 * 4;
    let question = |request: &Request| {
        let folder = request.prompt().split("diff --git a/").nth(1).unwrap();
        (
            folder.split('/').next().unwrap().to_owned(),
            request.model().to_owned(),
        )
    };
    let mut lot: u64 = 0x5eed;
    let (mut in_flight, mut effective) = (0, 0);
    for kill in 0..KILLS {
        let before = (server.requests().len(), answered(&place));
        // By range and by wave; after the second kill there is one.
        let args = if kill < 3 || kill % 3 == 0 {
            REVIEW
        } else {
            &["review"]
        };
        let mut child = place
            .scrum_command()
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut draw = |most: u64| {
            lot = lot
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (lot >> 33) % most
        };
        // Every third kill comes at any moment of the start, the others in the middle of the questions, however long the
        // machine takes to get there.
        if kill % 3 == 0 {
            std::thread::sleep(Duration::from_millis(draw(80)));
        } else {
            let enough = before.0 + 1 + usize::try_from(draw(5)).unwrap();
            while server.requests().len() < enough && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(draw(35)));
        }
        let running = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        effective += u32::from(running);
        // What was on its way when the program died arrives still.
        server.settle();
        let asked: Vec<_> = server.requests()[before.0..].iter().map(question).collect();
        let after = answered(&place);
        for question in &asked {
            assert!(
                !before.1.contains(question),
                "kill {kill}: {question:?} was answered already"
            );
        }
        let unique: BTreeSet<_> = asked.iter().cloned().collect();
        assert_eq!(
            unique.len(),
            asked.len(),
            "kill {kill}: asked twice in one run"
        );
        let lost = unique.difference(&after).count();
        assert!(lost <= JOBS, "kill {kill}: {lost} questions were under way");
        in_flight += lost;
    }
    place.scrum(REVIEW).expect(0);
    assert_eq!(answered(&place).len(), distinct);
    let requests = server.requests();
    let unique: BTreeSet<_> = requests.iter().map(question).collect();
    assert_eq!(unique.len(), distinct);
    println!(
        "{effective} of {KILLS} kills met a run; {} requests = {distinct} questions + {in_flight} under way at a kill",
        requests.len()
    );
    assert_eq!(requests.len(), distinct + in_flight);
    assert!(
        in_flight > 0 && effective > KILLS / 2,
        "the kills met nothing"
    );
    // Every review is whole, and beside its own sidecar.
    for (bundle, reviewer) in answered(&place) {
        let folder = wave(&place).join("reviews").join(&bundle);
        let text = fs::read_to_string(folder.join(format!("{reviewer}.md"))).unwrap();
        assert!(text.ends_with("VERDICT: FIX\n") && text.contains(&format!("{bundle}/file.txt:3")));
        assert_eq!(
            sidecar(&place, &bundle, &reviewer)["model"],
            reviewer.as_str()
        );
    }
}

#[test]
fn a_live_server_where_there_is_one() {
    let Ok(url) = std::env::var("SCRUM_TEST_OPENAI_URL") else {
        println!("not run: SCRUM_TEST_OPENAI_URL names no server");
        return;
    };
    let model = std::env::var("SCRUM_TEST_OPENAI_MODEL")
        .unwrap_or_else(|_| "qwen2.5-coder:0.5b".to_owned());
    let place = repository(1);
    place.write(
        "scrum.toml",
        format!("[[reviewers]]\nname='live'\napi='openai'\nurl='{url}'\nmodel='{model}'\nmax_tokens=200\ntimeout='5m'\n"),
    );
    place.scrum(REVIEW).expect(0);
    assert_eq!(answered(&place).len(), 1);
}
