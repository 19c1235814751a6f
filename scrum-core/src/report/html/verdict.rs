//! The verdict on the release: the first section, if there is an assessment.

use serde::Serialize;

use crate::gauntlet::assess::Assessment;
use crate::report::sanitize::line;

/// Maximum number of findings listed; more are only counted.
const MAX_REASONS: usize = 200;

/// What `verdict.html` shows.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    verdict: &'static str,
    day: String,
    phases: Vec<PhaseView>,
    reasons: Vec<ReasonView>,
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct PhaseView {
    name: &'static str,
    summary: String,
    required: bool,
    run: bool,
}

#[derive(Debug, Serialize)]
struct ReasonView {
    effect: &'static str,
    rule: &'static str,
    what: String,
    evidence: String,
}

/// Collects the data of the section.
pub(super) fn section(assessment: &Assessment) -> Section {
    let phases = assessment.phases.iter().map(|phase| PhaseView {
        name: phase.phase.word(),
        summary: line(&phase.summary),
        required: phase.required,
        run: phase.run,
    });
    let reasons = assessment.reasons.iter().take(MAX_REASONS);
    let reasons = reasons.map(|reason| ReasonView {
        effect: reason.effect.word(),
        rule: reason.rule.word(),
        what: line(&reason.what),
        evidence: line(&reason.evidence),
    });
    Section {
        verdict: assessment.verdict.word(),
        day: line(&assessment.day),
        phases: phases.collect(),
        reasons: reasons.collect(),
        left_out: assessment.reasons.len().saturating_sub(MAX_REASONS),
    }
}
