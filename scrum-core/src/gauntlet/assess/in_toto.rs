//! An in-toto statement about a release, for tools that collect attestations.
//!
//! Sources: <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md> and
//! <https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md>.

use serde_json::{Value, json};

use super::{Assessment, Effect, PhaseRecord, ReleaseVerdict};

pub(super) fn statement(assessment: &Assessment) -> Value {
    let result = match assessment.verdict {
        ReleaseVerdict::Ship => "PASSED",
        ReleaseVerdict::ShipWithKnownGap => "WARNED",
        ReleaseVerdict::Hold => "FAILED",
    };
    let subject = &assessment.subject;
    let digests = [
        ("gitCommit", &subject.commit),
        ("gitTree", &subject.tree),
        ("sha256", &subject.patch_sha256),
    ];
    let digest: serde_json::Map<String, Value> = digests
        .into_iter()
        .filter_map(|(name, id)| Some((name.to_owned(), json!(id.as_ref()?))))
        .collect();
    let configuration: Vec<Value> = assessment
        .evidence
        .iter()
        .map(|file| json!({ "name": file.name, "digest": { "sha256": file.sha256 } }))
        .collect();
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "name": subject.range, "digest": digest }],
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {
            "result": result,
            "configuration": configuration,
            "passedTests": passed(assessment),
            "warnedTests": named(assessment, Effect::Gap),
            "failedTests": named(assessment, Effect::Hold),
        },
    })
}

/// Phases that were run and have no `hold` or `gap`.
fn passed(assessment: &Assessment) -> Vec<String> {
    let spoken_against = |phase: &PhaseRecord| {
        let mut reasons = assessment.reasons.iter();
        reasons
            .any(|reason| reason.effect > Effect::Note && reason.rule.phase() == Some(phase.phase))
    };
    let phases = assessment.phases.iter();
    phases
        .filter(|phase| phase.run && !spoken_against(phase))
        .map(|phase| phase.phase.to_string())
        .collect()
}

fn named(assessment: &Assessment, effect: Effect) -> Vec<String> {
    let reasons = assessment.reasons.iter();
    reasons
        .filter(|reason| reason.effect == effect)
        .map(|reason| format!("{}: {}", reason.rule, reason.what))
        .collect()
}
