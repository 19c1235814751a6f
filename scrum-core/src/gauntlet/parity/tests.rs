use super::*;

fn json(status: u16, body: &str) -> Reply {
    Reply::Answer(Answer::new(
        status,
        Some("application/json".into()),
        body.as_bytes(),
    ))
}

fn exchange(left: &str, right: &str) -> Exchange {
    Exchange {
        case: "case".into(),
        left: json(200, left),
        left_again: None,
        right: json(200, right),
    }
}

#[test]
fn shapes_and_values_are_told_apart() {
    for (left, right, shape, value) in [
        (r#"{"a":1}"#, r#"{ "a": 1.0 }"#, true, true),
        (r#"{"a":1}"#, r#"{"a":2}"#, true, false),
        (r#"{"a":1}"#, r#"{"b":1}"#, false, false),
        (r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#, true, true),
        (r#"{"a":"x"}"#, r#"{"a":true}"#, false, false),
        ("9007199254740993", "9007199254740992", true, false),
        ("1e2", "100", true, true),
        ("[1,2]", "[1,2,3]", true, false),
        ("[]", r#"[{"a":1}]"#, true, false),
        ("[1]", r#"[1,"x"]"#, false, false),
        (r#"[{"a":1}]"#, r#"[{"a":1},{"b":1}]"#, false, false),
    ] {
        let result = compare(&exchange(left, right), &[]);
        assert_eq!(
            (result.shape_match, result.value_match, result.error),
            (shape, value, None),
            "{left} {right}"
        );
    }
}

#[test]
fn ways_to_diverge_have_names() {
    use ParityPattern::*;
    for (left, right, pattern, pointer) in [
        (
            r#"{"Schema":{"field":"x"}}"#,
            r#"{"Kind":"schema","Field":"x"}"#,
            Some(EnumTagging),
            "",
        ),
        (
            r#"{"e":["Missing"]}"#,
            r#"{"e":[{"kind":"missing"}]}"#,
            Some(EnumTagging),
            "/e/0",
        ),
        (
            r#"{"fieldName":1}"#,
            r#"{"field_name":1}"#,
            Some(KeyCase),
            "",
        ),
        (r#"{"a":null,"b":1}"#, r#"{"b":1}"#, Some(NullAbsent), "/a"),
        (
            r#"{"a/b":1}"#,
            r#"{"a/b":"1"}"#,
            Some(NumberString),
            "/a~1b",
        ),
        (r#"{"a":["x"]}"#, r#"{"a":"x"}"#, Some(ArraySingle), "/a"),
        (r#"{"a":1}"#, r#"{"a":"one"}"#, None, "/a"),
    ] {
        for (one, other) in [(left, right), (right, left)] {
            let result = compare(&exchange(one, other), &[]);
            assert_eq!(result.pattern, pattern, "{one} {other}");
            assert_eq!(result.differences[0].pointer, pointer, "{one} {other}");
            assert!(!result.shape_match);
        }
    }
}

#[test]
fn what_the_left_side_changes_by_itself_is_noise() {
    let mut exchange = exchange(
        r#"{"at":"10:00","id":7,"n":1}"#,
        r#"{"at":"10:02","id":8,"n":1}"#,
    );
    exchange.left_again = Some(json(200, r#"{"at":"10:01","id":7,"n":1}"#));
    let result = compare(&exchange, &[]);
    assert_eq!(result.noise, ["/at"]);
    assert_eq!(result.differences.len(), 1);
    assert_eq!(result.differences[0].pointer, "/id");
    let ignore = [PointerPattern::new("/*").unwrap()];
    assert!(compare(&exchange, &ignore).matches());
}

#[test]
fn two_failures_that_look_alike_are_no_match() {
    let refused = || Reply::Failed {
        reason: "connection refused".into(),
    };
    for (left, right) in [
        (refused(), refused()),
        (json(500, "{}"), json(500, "{}")),
        (json(200, "{oops"), json(200, "{oops")),
        (json(200, "{}"), json(503, "{}")),
    ] {
        let exchange = Exchange {
            case: "case".into(),
            left,
            left_again: None,
            right,
        };
        let result = compare(&exchange, &[]);
        assert!(result.error.is_some() && !result.matches() && !result.diverges());
        let report = ParityReport::new(["a".into(), "b".into()], vec![result], &[], "2026-01-01");
        assert_eq!((report.failed, report.status_match), (1, 0));
        assert!(!report.passed());
    }
}

#[test]
fn bodies_that_are_not_json_are_compared_by_bytes() {
    let text = |body: &[u8]| Reply::Answer(Answer::new(200, Some("text/plain".into()), body));
    let compared = |left: &[u8], right: &[u8]| {
        let exchange = Exchange {
            case: "case".into(),
            left: text(left),
            left_again: None,
            right: text(right),
        };
        let result = compare(&exchange, &[]);
        (result.shape_match, result.value_match)
    };
    assert_eq!(compared(b"a", b"a"), (true, true));
    assert_eq!(compared(b"a", b"b"), (true, false));
    assert_eq!(compared(b"\xff", b"\xff"), (true, true));
    assert_eq!(compared(b"\xff", b"%FF"), (true, false));
    assert_eq!(compared(b"{}", b"x"), (false, false));
}

#[test]
fn redirects_and_media_types_are_compared() {
    let mut moved = Answer::new(302, None, b"");
    moved.location = Some("/a".into());
    let mut elsewhere = moved.clone();
    elsewhere.location = Some("/b".into());
    let exchange = Exchange {
        case: "case".into(),
        left: Reply::Answer(moved),
        left_again: None,
        right: Reply::Answer(elsewhere),
    };
    let result = compare(&exchange, &[]);
    assert!(result.diverges() && result.value_match && !result.header_match);
}

#[test]
fn known_gaps_are_accepted_until_they_expire() {
    let gap = |case: &str, until: Option<&str>| KnownGap {
        case: case.into(),
        reason: "decided".into(),
        until: until.map(Into::into),
    };
    let result = |name: &str, right: &str| {
        let mut result = compare(&exchange("1", right), &[]);
        result.name = name.into();
        result
    };
    let gaps = [
        gap("open", Some("2026-11-26")),
        gap("over", Some("2026-11-25")),
        gap("closed", None),
        gap("nobody", None),
    ];
    let results = vec![
        result("open", "2"),
        result("over", "2"),
        result("closed", "1"),
    ];
    let report = ParityReport::new(["a".into(), "b".into()], results, &gaps, "2026-11-26");
    let statuses: Vec<GapStatus> = report.known_gaps.iter().map(|gap| gap.status).collect();
    use GapStatus::*;
    assert_eq!(statuses, [Accepted, Expired, Closed, Unknown]);
    let unlisted: Vec<&str> = report
        .unlisted()
        .map(|result| result.name.as_str())
        .collect();
    assert_eq!(unlisted, ["over"]);
    assert_eq!(
        report.headline(),
        "3/3 status codes match · 0/3 body shapes diverge"
    );

    assert!(gap("x", Some("2027-13-01")).fault().is_some());
    assert!(gap("x", Some("soon")).fault().is_some());
    assert!(gap("x", Some("2027-01-31")).fault().is_none());
}

#[test]
fn cases_are_read_and_checked() {
    let toml = "[[case]]\nname = \"a\"\npath = \"/v1\"\njson = { k = 1 }\n[[case]]\nname = \"b\"\npath = \"/v1?q=1\"\nmethod = \"DELETE\"\n";
    let cases = read_cases(toml).unwrap();
    assert_eq!((cases[0].method(), cases[1].method()), ("POST", "DELETE"));
    let lines =
        "{\"name\":\"a\",\"path\":\"/\"}\n\n{\"name\":\"b\",\"path\":\"/\",\"body\":\"x\"}\n";
    assert_eq!(read_cases(lines).unwrap().len(), 2);
    for wrong in [
        "",
        "[[case]]\nname = \"a\"\npath = \"v1\"\n",
        "[[case]]\nname = \"a\"\npath = \"//evil.example/v1\"\n",
        "[[case]]\nname = \"a\"\npath = \"/a b\"\n",
        "[[case]]\nname = \"a\"\npath = \"/\"\nbdoy = \"x\"\n",
        "[[case]]\nname = \"a\"\npath = \"/\"\nbody = \"x\"\njson = 1\n",
        "{\"name\":\"a\",\"path\":\"/\"}\n{\"name\":\"a\",\"path\":\"/\"}\n",
        "{\"name\":\"a\"}\n",
        "[[case]]\nname = \"a\"\npath = \"/\"\nmethod = \"CONNECT\"\n",
        "[[case]]\nname = \"a\"\npath = \"/\"\nmethod = \"GET /x\"\n",
        "[[case]]\nname = \"a\"\npath = \"/\"\nheaders = { content-length = \"3\" }\n",
        "[[case]]\nname = \"a\"\npath = \"/\"\nheaders = { x = \"a\\r\\nb\" }\n",
    ] {
        assert!(read_cases(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn pointers_match_by_token() {
    let covers =
        |pattern: &str, pointer: &str| PointerPattern::new(pattern).unwrap().covers(pointer);
    assert!(covers("/items/*/id", "/items/3/id"));
    assert!(covers("/items/*/id", "/items/3/id/raw"));
    assert!(!covers("/items/*/id", "/items/3/name"));
    assert!(!covers("/id", "/identity"));
    assert!(PointerPattern::new("id").is_err());
    assert!(PointerPattern::new("/a~2").is_err());
}

#[test]
fn noise_beyond_what_is_listed_is_noise_all_the_same() {
    let items = |mark: &str, last: &str| {
        let items: Vec<String> = (0..500)
            .map(|n| format!("{{\"at\":\"{mark}{n}\",\"n\":{n}}}"))
            .collect();
        format!("{{\"items\":[{}],\"last\":{last}}}", items.join(","))
    };
    let mut exchange = exchange(&items("a", "1"), &items("c", "2"));
    exchange.left_again = Some(json(200, &items("b", "1")));
    let result = compare(&exchange, &[]);
    assert_eq!((result.noise.len(), result.differences.len()), (200, 1));
    assert_eq!(result.differences[0].pointer, "/last");
}

#[test]
fn another_status_at_the_second_time_is_no_noise() {
    let mut exchange = exchange(r#"{"id":1}"#, r#"{"id":2}"#);
    exchange.left_again = Some(json(409, r#"{"error":"exists"}"#));
    let result = compare(&exchange, &[]);
    assert!(result.error.unwrap().contains("`repeat = false`"));
}

#[test]
fn elements_without_end_are_compared_in_time() {
    let numbers = vec!["1"; 100_000].join(",");
    let texts = vec!["\"x\""; 100_000].join(",");
    let result = compare(
        &exchange(&format!("[{numbers}]"), &format!("[{numbers},{texts}]")),
        &[],
    );
    assert_eq!(result.differences.len() + result.more_differences, 100_000);
    assert!(!result.shape_match);
}

#[test]
fn recordings_read_back_whole_or_not_at_all() {
    let mut moved = Answer::new(302, None, b"\xff%");
    moved.location = Some("/b".into());
    let mut one = exchange("{}", "[]");
    one.left_again = Some(Reply::Answer(moved));
    let mut two = exchange("1", "2");
    two.right = Reply::Failed {
        reason: "connection refused".into(),
    };
    let recording = Recording {
        sides: ["go".into(), "rust".into()],
        exchanges: vec![one, two],
    };
    let mut out = Vec::new();
    recording.write(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(Recording::is_one(&text) && !Recording::is_one("{\"name\":\"a\",\"path\":\"/\"}"));
    assert_eq!(Recording::read(&text).unwrap(), recording);
    let cut: String = text
        .lines()
        .take(2)
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(
        Recording::read(&cut),
        Err(RecordingError::Cut {
            stated: 2,
            counted: 1
        })
    );
    assert!(Recording::read(&text[..text.len() - 9]).is_err());
}
