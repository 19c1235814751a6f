//! `scrum parity`: real HTTP servers on loopback that answer alike, differently, badly or not at all.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::place::{Place, Run};
use crate::server::{Reply, Request, Server};

/// Six requests to a validator; one of them is valid, the others fail in five ways.
const CASES: &str = r#"
[[case]]
name = "valid"
path = "/v1/validate"
json = { name = "a", port = 80 }
[[case]]
name = "missing-field"
path = "/v1/validate"
json = { port = 80 }
[[case]]
name = "wrong-type"
path = "/v1/validate"
json = { name = "a", port = "x" }
[[case]]
name = "out-of-range"
path = "/v1/validate"
json = { name = "a", port = 70000 }
[[case]]
name = "unknown-field"
path = "/v1/validate"
json = { name = "a", port = 80, prot = 1 }
[[case]]
name = "empty-name"
path = "/v1/validate"
json = { name = "", port = 80 }
"#;

fn reply(status: u16, body: &Value) -> Reply {
    let typed = vec![("content-type", "application/json".to_owned())];
    Reply::Status(status, typed, body.to_string())
}

/// What is wrong with a request: the kind of fault and the field.
fn fault(body: &Value) -> Option<(&'static str, &'static str)> {
    if body.get("prot").is_some() {
        return Some(("Unknown", "prot"));
    }
    match (body["name"].as_str(), &body["port"]) {
        (None, _) => Some(("Missing", "name")),
        (Some(""), _) => Some(("Empty", "name")),
        (_, Value::String(_)) => Some(("Type", "port")),
        (_, port) if port.as_u64() > Some(65535) => Some(("Range", "port")),
        _ => None,
    }
}

/// Tags its enum from outside, and says when it answered.
fn tagged() -> Server {
    Server::start(|request, number| match fault(&request.body) {
        None => reply(
            200,
            &json!({ "valid": true, "at": format!("10:00:{number:02}") }),
        ),
        Some((kind, field)) => {
            let at = format!("10:00:{number:02}");
            reply(
                422,
                &json!({ "error": { kind: { "field": field } }, "at": at }),
            )
        }
    })
}

/// The same, flat, with exported names.
fn flat() -> Server {
    Server::start(|request, _| match fault(&request.body) {
        None => reply(200, &json!({ "valid": true, "at": "09:59:59" })),
        Some((kind, field)) => {
            let error = json!({ "Kind": kind.to_lowercase(), "Field": field });
            reply(422, &json!({ "error": error, "at": "09:59:59" }))
        }
    })
}

fn probe(place: &Place, left: &str, right: &str, more: &[&str]) -> Run {
    let (left, right) = (format!("rust={left}"), format!("go={right}"));
    let args = [
        &["parity", "cases.toml", "--left", &left, "--right", &right],
        more,
    ]
    .concat();
    place.scrum(&args)
}

fn place(cases: &str, config: &str) -> Place {
    let place = Place::repository();
    place.write("cases.toml", cases);
    place.write("scrum.toml", config);
    place.commit("Base");
    place
}

#[test]
fn two_servers_one_tagged_one_flat() {
    let place = place(CASES, "");
    place.write("a.txt", "1\n");
    place.commit("Change");
    place.scrum(&["bundle", "HEAD~1..HEAD", "-q"]).expect(0);
    let (left, right) = (tagged(), flat());
    let run = probe(
        &place,
        &left.url,
        &right.url,
        &["--record", "answers.jsonl"],
    )
    .expect(1);
    assert!(
        run.stdout
            .starts_with("6/6 status codes match · 5/6 body shapes diverge\n"),
        "{}",
        run.all()
    );
    insta::assert_snapshot!(run.stdout);
    // Both were asked in the order of the cases, the left one twice.
    assert_eq!((left.requests().len(), right.requests().len()), (12, 6));
    assert_eq!(right.requests()[1].body, json!({ "port": 80 }));

    let wave = format!(".scrum/{}", place.read(".scrum/current").trim());
    let report: Value = serde_json::from_str(&place.read(&format!("{wave}/parity.json"))).unwrap();
    assert_eq!(report["schema"], "scrum.parity/1");
    for (field, count) in [
        ("cases", 6),
        ("failed", 0),
        ("status_match", 6),
        ("shape_match", 1),
        ("value_match", 1),
    ] {
        assert_eq!(report[field], count, "{field}");
    }
    assert_eq!(report["noise"], json!(["/at"]));
    assert_eq!(report["results"][1]["pattern"], "enum-tagging");
    assert_eq!(report["results"][1]["differences"][0]["pointer"], "/error");
    assert_eq!(report["head"], place.git(&["rev-parse", "HEAD"]).trim());

    // Recorded, it is the same without the servers.
    drop((left, right));
    let replayed = place.scrum(&["parity", "answers.jsonl"]).expect(1);
    assert_eq!(replayed.stdout, run.stdout);
    let markdown = place
        .scrum(&["parity", "answers.jsonl", "--format", "markdown"])
        .expect(1);
    assert!(
        markdown.stdout.contains("| missing-field | diverges |"),
        "{}",
        markdown.all()
    );
}

#[test]
fn known_gaps_and_ignored_places() {
    let gap = |case: &str, until: &str| {
        format!("{{ case = \"{case}\", reason = \"decided\", until = \"{until}\" }}")
    };
    let names = [
        "missing-field",
        "wrong-type",
        "out-of-range",
        "unknown-field",
        "empty-name",
    ];
    let place = place(CASES, "");
    let (left, right) = (tagged(), flat());
    probe(
        &place,
        &left.url,
        &right.url,
        &["--record", "answers.jsonl"],
    )
    .expect(1);
    let replay = |config: String, code| {
        place.write("scrum.toml", config);
        place
            .scrum(&["parity", "answers.jsonl", "--format", "json"])
            .expect(code)
    };
    let all: Vec<String> = names.iter().map(|name| gap(name, "2999-01-01")).collect();
    replay(format!("[parity]\nknown_gaps = [{}]\n", all.join(", ")), 0);
    let over: Vec<String> = names.iter().map(|name| gap(name, "2020-01-01")).collect();
    replay(format!("[parity]\nknown_gaps = [{}]\n", over.join(", ")), 1);
    let closed = [all, vec![gap("valid", "2999-01-01")]].concat();
    let run = replay(
        format!("[parity]\nknown_gaps = [{}]\n", closed.join(", ")),
        0,
    );
    assert!(
        run.stderr
            .contains("the known gap `valid` no longer diverges"),
        "{}",
        run.all()
    );
    let run = replay("[parity]\nignore = [\"/error\"]\n".to_owned(), 0);
    assert_eq!(run.json()["value_match"], 6);
}

#[test]
fn servers_that_fail_are_failed_cases_not_matches() {
    let bad = |request: &Request, _: usize| match request.path.as_str() {
        "/broken" => reply_text(500, "application/json", "{}"),
        "/invalid" => reply_text(200, "application/json", "{oops"),
        "/label" => reply_text(200, "text/plain", "{\"a\": 1}"),
        "/packed" => Reply::Status(
            200,
            vec![
                ("content-type", "application/json".into()),
                ("content-encoding", "gzip".into()),
            ],
            "\u{1f}\u{8b}".into(),
        ),
        "/large" => Reply::Flood(1 << 30),
        "/slow" => Reply::Never,
        "/cut" => Reply::CutOff("half".into()),
        "/deep" => reply_text(200, "application/json", &"[".repeat(100_000)),
        "/moved" => Reply::Status(
            302,
            vec![("location", "http://example.invalid/stolen".into())],
            String::new(),
        ),
        path => panic!("{path}"),
    };
    let paths = [
        "broken", "invalid", "label", "packed", "large", "slow", "cut", "deep", "moved",
    ];
    let cases: String = paths
        .iter()
        .map(|path| format!("[[case]]\nname = \"{path}\"\npath = \"/{path}\"\nrepeat = false\n"))
        .collect();
    let place = place(
        &cases,
        "[parity]\ntimeout = \"300ms\"\nmax_body = \"100KB\"\n",
    );
    let (left, right) = (Server::start(bad), Server::start(bad));
    let begun = Instant::now();
    let run = probe(&place, &left.url, &right.url, &["--format", "json"]).expect(1);
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    let report = run.json();
    for (at, path, error) in [
        (0, "broken", "left: status 500"),
        (
            1,
            "invalid",
            "left: the body is declared as JSON, but is not",
        ),
        (3, "packed", "left: the body is encoded as gzip"),
        (
            4,
            "large",
            "left: the body is larger than 100.0 KB (`max_body`)",
        ),
        (5, "slow", "left: no whole answer within 300ms (`timeout`)"),
        (6, "cut", "left: "),
        (7, "deep", "left: the body is declared as JSON, but is not"),
    ] {
        let result = &report["results"][at];
        assert_eq!(result["name"], path);
        let said = result["error"].as_str().unwrap_or_default();
        assert!(said.starts_with(error), "{result}");
    }
    // A label is compared, not trusted; a redirect is an answer, and nobody follows it.
    for at in [2, 8] {
        assert_eq!(
            (
                &report["results"][at]["error"],
                &report["results"][at]["value_match"]
            ),
            (&Value::Null, &true.into())
        );
    }
    assert_eq!(
        (&report["failed"], &report["status_match"]),
        (&7.into(), &2.into())
    );
    assert_eq!(left.requests().len(), paths.len());
}

fn reply_text(status: u16, media: &str, body: &str) -> Reply {
    Reply::Status(
        status,
        vec![("content-type", media.to_owned())],
        body.to_owned(),
    )
}

#[test]
fn nobody_else_is_asked() {
    let place = place(
        "[[case]]\nname = \"a\"\npath = \"//example.invalid/\"\n",
        "",
    );
    let right = Server::start(|_, _| reply(200, &json!(1)));
    let run = probe(&place, &right.url, &right.url, &[]).expect(2);
    assert!(run.stderr.contains("begins with one `/`"), "{}", run.all());
    assert_eq!(right.requests().len(), 0);

    // Nobody listens at the left; a redirect to the own server is one to the same place.
    place.write("cases.toml", "[[case]]\nname = \"a\"\npath = \"/a\"\nmethod = \"DELETE\"\nheaders = { x-word = \"b\" }\n");
    let run = probe(
        &place,
        "http://127.0.0.1:1",
        &right.url,
        &["--format", "json"],
    )
    .expect(1);
    let report = run.json();
    assert!(
        report["results"][0]["error"]
            .as_str()
            .unwrap()
            .contains("connection refused by 127.0.0.1:1"),
        "{report}"
    );
    assert_eq!(right.requests()[0].header("x-word"), Some("b"));

    let moved = || {
        Server::start(|request, _| {
            let host = request.header("host").unwrap_or_default();
            Reply::Status(
                307,
                vec![("location", format!("http://{host}/b"))],
                String::new(),
            )
        })
    };
    let (left, right) = (moved(), moved());
    probe(&place, &left.url, &right.url, &[]).expect(0);
}

#[test]
fn what_is_typed_wrongly_is_named() {
    let place = place(CASES, "");
    for (args, words) in [
        (&["parity", "cases.toml"][..], "no server is named"),
        (
            &["parity", "cases.toml", "--left", "a=http://h"][..],
            "--right",
        ),
        (
            &[
                "parity",
                "cases.toml",
                "--left",
                "a",
                "--right",
                "b=http://h",
            ][..],
            "NAME=URL",
        ),
        (&["parity", "absent.toml"][..], "absent.toml"),
    ] {
        let run = place.scrum(args).expect(2);
        assert!(run.stderr.contains(words), "{}", run.all());
    }
    fs::write(
        place.path().join("cut.jsonl"),
        "{\"schema\":\"scrum.recording/1\",\"sides\":[\"a\",\"b\"],\"exchanges\":3}\n",
    )
    .unwrap();
    let run = place.scrum(&["parity", "cut.jsonl"]).expect(2);
    assert!(
        run.stderr.contains("declares 3 exchanges, but has 0"),
        "{}",
        run.all()
    );
    let run = place
        .scrum(&[
            "parity",
            "cut.jsonl",
            "--left",
            "a=http://h",
            "--right",
            "b=http://h",
        ])
        .expect(2);
    assert!(run.stderr.contains("recorded answers"), "{}", run.all());
}
