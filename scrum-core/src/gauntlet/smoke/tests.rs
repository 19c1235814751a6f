use super::*;

fn chain() -> SmokeReport {
    let mut failed = SmokeStep::new("chatd", StepResult::Fail, 12_400);
    failed.exit = Some(2);
    failed.tail = Some("a < b & \"c\"\n# not a directive".to_owned());
    let mut skipped = SmokeStep::new("web # ui", StepResult::Skip, 0);
    skipped.reason = Some("chatd failed".to_owned());
    SmokeReport::new(vec![
        SmokeStep::new("d1", StepResult::Pass, 4_500),
        failed,
        skipped,
    ])
}

fn written(write: impl Fn(&SmokeReport, &mut dyn Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&chain(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn text_has_whole_seconds_and_skip_only_when_there_is_one() {
    let text = written(SmokeReport::write_text);
    assert_eq!(
        text,
        "PASS d1 5s\nFAIL chatd 12s\nSKIP web # ui 0s\n--- 1 PASS / 1 FAIL / 1 SKIP ---\n"
    );
    let mut out = Vec::new();
    let passed = vec![SmokeStep::new("d1", StepResult::Pass, 5_499)];
    SmokeReport::new(passed).write_text(&mut out).unwrap();
    assert_eq!(out, b"PASS d1 5s\n--- 1 PASS / 0 FAIL ---\n");
}

#[test]
fn what_is_written_reads_back_with_the_same_results() {
    let outcome = |report: &SmokeReport| -> Vec<(String, StepResult)> {
        let steps = report.steps.iter();
        steps.map(|step| (step.name.clone(), step.result)).collect()
    };
    for text in [
        written(SmokeReport::write_text),
        written(SmokeReport::write_json),
        written(SmokeReport::write_junit),
        written(SmokeReport::write_tap),
    ] {
        assert_eq!(outcome(&read(&text).unwrap()), outcome(&chain()), "{text}");
    }
    assert_eq!(read(&written(SmokeReport::write_json)).unwrap(), chain());
    let junit = read(&written(SmokeReport::write_junit)).unwrap();
    assert_eq!(junit.steps[1].tail, chain().steps[1].tail);
    assert_eq!(junit.steps[1].reason.as_deref(), Some("exit status 2"));
}

#[test]
fn what_other_runners_write_is_read() {
    use StepResult::{Fail, Pass, Skip};
    let bats = "1..3\nok 1 adds\nnot ok 2 divides\n# (in test file a.bats, line 7)\nok 3 later # skip no network\n";
    let nested = "TAP version 14\n# Subtest: group\n    ok 1 - inner\n    1..1\nok 1 - group\nnot ok 2 - known # TODO soon\n1..2\n";
    let nextest = r#"<?xml version="1.0"?><testsuites tests="2"><testsuite name="a::b"><testcase name="t1" classname="a::b" time="1.5"/>
        <testcase name="t2" classname="a::b" time="0.25"><failure message="boom" type="panic"><![CDATA[line 1
line 2]]></failure></testcase></testsuite></testsuites>"#;
    let hurl = r#"<testsuites><testsuite tests="1" errors="1"><testcase id="x" name="x.hurl" time="0.1"><error>Assert &lt;b&gt;</error></testcase></testsuite></testsuites>"#;
    for (text, expected) in [
        (
            bats,
            vec![("adds", Pass), ("divides", Fail), ("later", Skip)],
        ),
        (nested, vec![("group", Pass), ("known", Pass)]),
        (nextest, vec![("a::b::t1", Pass), ("a::b::t2", Fail)]),
        (hurl, vec![("x.hurl", Fail)]),
    ] {
        let report = read(text).unwrap();
        let found: Vec<_> = report
            .steps
            .iter()
            .map(|step| (step.name.as_str(), step.result))
            .collect();
        assert_eq!(found, expected);
    }
    assert_eq!(read(nextest).unwrap().steps[0].ms, 1500);
    assert_eq!(
        read(nextest).unwrap().steps[1].tail.as_deref(),
        Some("line 1\nline 2")
    );
    assert_eq!(
        read(hurl).unwrap().steps[0].tail.as_deref(),
        Some("Assert <b>")
    );
}

#[test]
fn a_report_that_was_cut_short_is_refused() {
    for text in [
        "PASS d1 5s\n",
        "PASS d1 5s\n--- 2 PASS / 0 FAIL ---\n",
        "PASS d1 5s\nnoise\n--- 1 PASS / 0 FAIL ---\n",
        "hello\n",
        "",
        "1..3\nok 1 a\n",
        "<testsuite><testcase name='a'/>",
        "<html></html>",
        "{\"schema\": 1}",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    let bailed = read("1..3\nok 1 a\nBail out! no disk\n").unwrap();
    assert!(!bailed.passed());
    assert_eq!(bailed.steps[1].reason.as_deref(), Some("no disk"));
}

#[test]
fn steps_come_after_those_they_need() {
    let chain = |steps: &[(&'static str, &[&'static str])]| {
        let steps: Vec<(&str, Vec<&str>)> = steps.iter().map(|(n, d)| (*n, d.to_vec())).collect();
        order(&steps)
    };
    assert_eq!(
        chain(&[("web", &["db", "api"]), ("api", &["db"]), ("db", &[])]),
        Ok(vec![2, 1, 0])
    );
    assert_eq!(chain(&[("a", &[]), ("b", &[])]), Ok(vec![0, 1]));
    assert!(matches!(
        chain(&[("a", &["x"])]),
        Err(ChainError::Unknown { .. })
    ));
    assert!(matches!(
        chain(&[("a", &["b"]), ("b", &["a"]), ("c", &[])]),
        Err(ChainError::Circle { steps }) if steps == ["a", "b"]
    ));
}

#[test]
fn the_tail_is_the_last_lines() {
    let lines: Vec<String> = (0..100).map(|n| format!("line {n}")).collect();
    let kept = tail(lines.join("\n").as_bytes());
    assert_eq!(kept.lines().count(), TAIL_LINES);
    assert!(kept.starts_with("line 80\n") && kept.ends_with("line 99"));
    assert_eq!(tail(b"one\n"), "one");
    assert_eq!(tail(b""), "");
}
