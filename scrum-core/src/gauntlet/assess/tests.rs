use super::*;
use crate::gauntlet::parity::{self, Answer, Exchange, KnownGap, Reply};
use crate::gauntlet::smoke::{SmokeStep, StepResult};
use crate::review::Review;
use crate::tally::{self, NoDiffs, Outcome, Submission, TallyOptions};

const TODAY: &str = "2026-11-26";
const BLOCK: &str = "SEVERITY: BLOCK\nWHERE: a.rs:3\nWHAT: The lock is never released.\n";

fn manifest(forced: bool) -> Manifest {
    let verdict = if forced { "fail" } else { "ok" };
    let json = serde_json::json!({
        "schema": "scrum.manifest/1",
        "range": { "spec": "main...HEAD", "base": "b".repeat(40), "head": "a".repeat(40),
            "base_tree": "c".repeat(40), "head_tree": "d".repeat(40) },
        "config_sha256": "", "guard": { "warn_bytes": 60000, "fail_bytes": 100_000, "forced": forced },
        "bundles": [ { "id": "core", "component": "core", "part": null, "parts": null, "bytes": 165_000,
            "prompt_bytes": 1, "tokens": 1, "verdict": verdict, "diff": "bundles/core.diff",
            "prompt": "prompts/core.md", "diff_sha256": "", "prompt_sha256": "", "files": [] } ],
    });
    serde_json::from_value(json).unwrap()
}

fn tally(answers: &[(&str, &str)]) -> Tally {
    let answers = answers.iter().map(|(reviewer, text)| {
        Submission::new("core", *reviewer, Outcome::Review(Review::from_text(text)))
    });
    tally::tally(answers.collect(), None, &NoDiffs, &TallyOptions::default())
}

fn smoke(results: &[StepResult]) -> SmokeReport {
    let steps = (1..).zip(results);
    let steps = steps.map(|(number, result)| SmokeStep::new(format!("d{number}"), *result, 1));
    let mut report = SmokeReport::new(steps.collect());
    report.commit = Some("a".repeat(40));
    report
}

fn probe(right: &str, status: u16, gaps: &[KnownGap], day: &str) -> ParityReport {
    let reply = |status, body: &str| {
        Reply::Answer(Answer::new(
            status,
            Some("application/json".into()),
            body.as_bytes(),
        ))
    };
    let exchange = Exchange {
        case: "missing-field".into(),
        left: reply(200, "{\"a\":1}"),
        left_again: None,
        right: reply(status, right),
    };
    let results = vec![parity::compare(&exchange, &[])];
    ParityReport::new(["go".into(), "rust".into()], results, gaps, day)
}

fn gap(until: &str) -> KnownGap {
    KnownGap {
        case: "missing-field".into(),
        reason: "decided".into(),
        until: Some(until.into()),
    }
}

/// A release in which every phase was run and nothing was found.
struct Release {
    manifest: Manifest,
    smoke: Option<SmokeReport>,
    tally: Option<Tally>,
    parity: Option<ParityReport>,
    gaps: Vec<Gap>,
    min_lineages: u32,
}

impl Release {
    fn clean() -> Self {
        Self {
            manifest: manifest(false),
            smoke: Some(smoke(&[StepResult::Pass])),
            tally: Some(tally(&[("opus", "NONE"), ("kimi", "NONE")])),
            parity: Some(probe("{\"a\":1}", 200, &[], TODAY)),
            gaps: Vec::new(),
            min_lineages: 2,
        }
    }

    fn assess(&self, rules: &Assess) -> Assessment {
        let evidence = Evidence {
            manifest: &self.manifest,
            smoke: self.smoke.as_ref(),
            tally: self.tally.as_ref(),
            parity: self.parity.as_ref(),
            gaps: &self.gaps,
            min_lineages: self.min_lineages,
            files: &[],
        };
        assess(&evidence, rules, TODAY)
    }
}

fn all() -> Assess {
    Assess {
        require: Phase::ALL.to_vec(),
        ..Assess::default()
    }
}

#[test]
fn nothing_found_ships() {
    let assessment = Release::clean().assess(&all());
    assert_eq!(assessment.verdict, ReleaseVerdict::Ship);
    assert_eq!(assessment.reasons, []);
    let summaries: Vec<&str> = assessment
        .phases
        .iter()
        .map(|phase| phase.summary.as_str())
        .collect();
    assert_eq!(
        summaries,
        [
            "1 PASS / 0 FAIL",
            "0 issues, 0 agreed; 1 of 1 bundle reviewed",
            "1/1 status codes match · 0/1 body shapes diverge"
        ]
    );
}

#[test]
fn every_rule_is_found_alone() {
    use StepResult::{Fail, Pass, Skip};
    type Change = fn(&mut Release);
    let gaps = |text: &str| read_gaps(text).unwrap();
    let accepted = "[[gap]]\nid='g'\nwhat='w'\nstatus='accepted'\ndecided_by='Ada'\n";
    let rows: [(Rule, Change); 16] = [
        (Rule::NotRun, |r| {
            r.parity = None;
        }),
        (Rule::Stale, |r| {
            r.smoke.as_mut().unwrap().commit = Some("f".repeat(40));
        }),
        (Rule::SmokeFailed, |r| r.smoke = Some(smoke(&[Pass, Fail]))),
        (Rule::SmokeSkipped, |r| r.smoke = Some(smoke(&[Pass, Skip]))),
        (Rule::AgreedBlock, |r| {
            r.tally = Some(tally(&[("opus", BLOCK), ("kimi", BLOCK)]));
        }),
        (Rule::ConvergentBlock, |r| {
            let other = "SEVERITY: WARN\nWHERE: a.rs:3\nWHAT: Wrong colour of icons shown\n";
            r.tally = Some(tally(&[("opus", BLOCK), ("kimi", other)]));
            // The finding alone is a block, too; that it converges is what holds.
        }),
        (Rule::SingleBlock, |r| {
            r.tally = Some(tally(&[("opus", BLOCK), ("kimi", "NONE")]));
        }),
        (Rule::Dismissed, |r| {
            let mut tally = tally(&[("opus", BLOCK), ("kimi", BLOCK)]);
            tally.bundles[0].issues[0].triage = Some(Box::new(tally::TriageMark {
                verdict: tally::TriageVerdict::FalsePositive,
                by: Some("Ada".into()),
                note: None,
                reopened: Vec::new(),
            }));
            r.tally = Some(tally);
        }),
        (Rule::FewLineages, |r| {
            r.tally = Some(tally(&[("opus", "NONE"), ("opus-2", "NONE")]));
        }),
        (Rule::ForcedOversize, |r| r.manifest = manifest(true)),
        (Rule::ParityDiverges, |r| {
            r.parity = Some(probe("{}", 200, &[], TODAY));
        }),
        (Rule::ParityFailed, |r| {
            r.parity = Some(probe("{}", 503, &[], TODAY));
        }),
        (Rule::GapExpired, |r| {
            r.parity = Some(probe("{}", 200, &[gap("2026-11-25")], TODAY));
        }),
        (Rule::GapOpen, |_| ()),
        (Rule::GapAccepted, |_| ()),
        (Rule::GapClosed, |r| {
            r.parity = Some(probe("{\"a\":1}", 200, &[gap(TODAY)], TODAY));
        }),
    ];
    assert_eq!(rows.map(|(rule, _)| rule).as_slice(), Rule::ALL);
    for (rule, change) in rows {
        let mut release = Release::clean();
        change(&mut release);
        match rule {
            Rule::GapOpen => release.gaps = gaps("[[gap]]\nid='g'\nwhat='w'\nstatus='open'\n"),
            Rule::GapAccepted => release.gaps = gaps(accepted),
            _ => {}
        }
        let assessment = release.assess(&all());
        let found: Vec<Rule> = assessment
            .reasons
            .iter()
            .map(|reason| reason.rule)
            .collect();
        let expected = match rule {
            Rule::ConvergentBlock => vec![rule, Rule::SingleBlock],
            rule => vec![rule],
        };
        assert_eq!(found, expected, "{:#?}", assessment.reasons);
        let verdict = match Assess::default().effect(rule) {
            Effect::Hold => ReleaseVerdict::Hold,
            Effect::Gap => ReleaseVerdict::ShipWithKnownGap,
            Effect::Note => ReleaseVerdict::Ship,
        };
        assert_eq!(assessment.verdict, verdict, "{rule}");
    }
}

#[test]
fn the_configuration_decides_what_a_rule_does() {
    let rules: Assess = toml::from_str("smoke_failed = 'gap'\nsmoke_skipped = 'note'").unwrap();
    let mut release = Release::clean();
    release.smoke = Some(smoke(&[
        StepResult::Pass,
        StepResult::Fail,
        StepResult::Skip,
    ]));
    assert_eq!(
        release.assess(&rules).verdict,
        ReleaseVerdict::ShipWithKnownGap
    );
    assert!(toml::from_str::<Assess>("smoke_faild = 'gap'").is_err());
    assert!(toml::from_str::<Assess>("smoke_failed = 'perhaps'").is_err());
    for rule in Rule::ALL {
        let key = format!("{rule} = 'note'");
        let rules: Assess = toml::from_str(&key).unwrap();
        assert_eq!(rules.effect(*rule), Effect::Note, "{key}");
    }
}

#[test]
fn what_was_not_run_is_said_and_holds_only_when_required() {
    let mut release = Release::clean();
    (release.smoke, release.parity) = (None, None);
    let assessment = release.assess(&Assess::default());
    assert_eq!(assessment.verdict, ReleaseVerdict::Ship);
    assert!(!assessment.phases[0].run && assessment.phases[0].summary == "not run");
    let held = release.assess(&all());
    let whats: Vec<&str> = held
        .reasons
        .iter()
        .map(|reason| reason.what.as_str())
        .collect();
    assert_eq!(whats, ["smoke was not run", "parity was not run"]);
    // Nobody answered: that is no review.
    release.tally = Some(tally(&[("opus", "I have looked at it.")]));
    let nothing = release.assess(&Assess::default());
    assert_eq!(
        (nothing.verdict, nothing.reasons.len()),
        (ReleaseVerdict::Hold, 1)
    );
}

#[test]
fn gaps_are_accepted_until_their_day_even_after_the_probe() {
    let mut release = Release::clean();
    release.parity = Some(probe("{}", 200, &[gap("2026-11-25")], "2026-11-24"));
    assert_eq!(release.assess(&all()).verdict, ReleaseVerdict::Hold);
    release.parity = Some(probe("{}", 200, &[gap(TODAY)], TODAY));
    assert_eq!(
        release.assess(&all()).verdict,
        ReleaseVerdict::ShipWithKnownGap
    );
}

#[test]
fn gap_files_are_checked() {
    let good = "[[gap]]\nid = 'a'\nwhat = 'b'\nevidence = 'c'\nstatus = 'accepted'\n'decided by' = 'Ada'\nuntil = '2027-01-31'\n";
    assert_eq!(
        read_gaps(good).unwrap()[0].decided_by.as_deref(),
        Some("Ada")
    );
    assert_eq!(read_gaps(""), Ok(Vec::new()));
    for (text, words) in [
        (
            "[[gap]]\nid='a'\nwhat='b'\nstatus='accepted'\n",
            "decided_by",
        ),
        ("[[gap]]\nid='a'\nwhat=' '\nstatus='open'\n", "`what`"),
        ("[[gap]]\nid='a'\nwhat='b'\nstatus='perhaps'\n", "perhaps"),
        (
            "[[gap]]\nid='a'\nwhat='b'\nstatus='open'\nuntil='soon'\n",
            "soon",
        ),
        ("[[gap]]\nid='a'\nwhat='b'\nstatus='open'\nwho='c'\n", "who"),
        (
            "[[gap]]\nid='a'\nwhat='b'\nstatus='open'\n[[gap]]\nid='a'\nwhat='b'\nstatus='open'\n",
            "twice",
        ),
    ] {
        let error = read_gaps(text).unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn reports_name_rule_and_evidence_and_pass_nothing_on() {
    let mut release = Release::clean();
    release.tally = Some(tally(&[("opus", BLOCK), ("kimi", BLOCK)]));
    release.smoke.as_mut().unwrap().steps[0].name = "a\u{1b}[2J | @team".into();
    release.smoke.as_mut().unwrap().steps[0].result = StepResult::Skip;
    let assessment = release.assess(&all());
    let written = |write: fn(&Assessment, &mut dyn Write) -> io::Result<()>| {
        let mut out = Vec::new();
        write(&assessment, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let text = written(Assessment::write_text);
    assert!(
        text.starts_with("hold: main...HEAD at aaaaaaaaaaaa\n\n  smoke   "),
        "{text}"
    );
    assert!(
        text.contains(
            "  hold  agreed_block: a.rs:3: The lock is never released.\n        bundle core, reviews of kimi, opus\n"
        ),
        "{text}"
    );
    let markdown = written(Assessment::write_markdown);
    let head = format!("main...HEAD at `{}`, on {TODAY}.", "a".repeat(40));
    assert!(markdown.contains(&head), "{markdown}");
    assert!(markdown.contains("| `agreed_block` | a.rs:"), "{markdown}");
    assert!(!(text.clone() + &markdown).contains('\u{1b}') && !markdown.contains(" @team"));

    let back: Assessment = serde_json::from_str(&written(Assessment::write_json)).unwrap();
    assert_eq!(back, assessment);
    let statement: serde_json::Value =
        serde_json::from_str(&written(Assessment::write_in_toto)).unwrap();
    assert_eq!(
        statement["subject"][0]["digest"]["gitCommit"],
        "a".repeat(40)
    );
    let predicate = &statement["predicate"];
    assert_eq!(predicate["result"], "FAILED");
    assert_eq!(predicate["passedTests"], serde_json::json!(["parity"]));
    assert_eq!(predicate["warnedTests"].as_array().unwrap().len(), 1);
    assert_eq!(
        predicate["failedTests"],
        serde_json::json!(["agreed_block: a.rs:3: The lock is never released."])
    );
}
