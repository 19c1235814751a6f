//! The findings about a wave, each with its rule. The effects of the rules are decided elsewhere.

use super::rules::{Assess, Phase, Rule};
use super::{Decision, Evidence, PhaseRecord};
use crate::gauntlet::parity::{GapStatus, ParityReport};
use crate::gauntlet::smoke::StepResult;
use crate::plan::guard::Verdict as Size;
use crate::review::Severity;
use crate::review::location::{LineRange, Location};
use crate::size;
use crate::tally::{BundleTally, Tally};

/// One finding.
pub(super) struct Found {
    pub(super) rule: Rule,
    pub(super) what: String,
    pub(super) evidence: String,
}

impl Found {
    fn new(rule: Rule, what: impl Into<String>, evidence: impl Into<String>) -> Self {
        Self {
            rule,
            what: what.into(),
            evidence: evidence.into(),
        }
    }
}

/// The result of each phase.
pub(super) fn phases(evidence: &Evidence<'_>, rules: &Assess) -> Vec<PhaseRecord> {
    let summary = |phase| match phase {
        Phase::Smoke => evidence.smoke.map(|report| {
            let skipped = match report.skip {
                0 => String::new(),
                skip => format!(" / {skip} SKIP"),
            };
            format!("{} PASS / {} FAIL{skipped}", report.pass, report.fail)
        }),
        Phase::Review => reviewed(evidence).map(|tally| {
            let bundles = tally.bundles.len();
            let reviewed = tally.bundles.iter().filter(|bundle| bundle.reviewed_by > 0);
            format!(
                "{}, {} agreed; {} of {bundles} {} reviewed",
                size::counted(tally.totals.issues, "issue"),
                tally.totals.agreed,
                reviewed.count(),
                if bundles == 1 { "bundle" } else { "bundles" }
            )
        }),
        Phase::Parity => evidence.parity.map(ParityReport::headline),
    };
    let phases = Phase::ALL.into_iter().map(|phase| {
        let summary = summary(phase);
        PhaseRecord {
            phase,
            required: rules.require.contains(&phase),
            run: summary.is_some(),
            summary: summary.unwrap_or_else(|| "not run".to_owned()),
        }
    });
    phases.collect()
}

/// The tally, if there are reviews.
fn reviewed<'a>(evidence: &Evidence<'a>) -> Option<&'a Tally> {
    evidence.tally.filter(|tally| !tally.is_unreviewed())
}

/// All findings, in no order.
pub(super) fn findings(evidence: &Evidence<'_>, phases: &[PhaseRecord], today: &str) -> Vec<Found> {
    let mut found = not_run(phases);
    stale(evidence, &mut found);
    smoke(evidence, &mut found);
    if let Some(tally) = reviewed(evidence) {
        for bundle in &tally.bundles {
            review(bundle, evidence.min_lineages.max(1), &mut found);
        }
    }
    sizes(evidence, &mut found);
    parity(evidence, &mut found);
    gaps(evidence, today, &mut found);
    found
}

fn not_run(phases: &[PhaseRecord]) -> Vec<Found> {
    if phases.iter().all(|phase| !phase.run) {
        return vec![Found::new(
            Rule::NotRun,
            "no phase was run",
            "no smoke.json, no review and no parity.json",
        )];
    }
    let absent = phases.iter().filter(|phase| phase.required && !phase.run);
    let told = absent.map(|phase| {
        let what = format!("{} was not run", phase.phase);
        Found::new(Rule::NotRun, what, "[assess] require")
    });
    told.collect()
}

fn stale(evidence: &Evidence<'_>, found: &mut Vec<Found>) {
    let Some(head) = &evidence.manifest.range.head else {
        return;
    };
    let smoke = evidence.smoke.map(|report| report.commit.as_ref());
    let parity = evidence.parity.map(|report| report.head.as_ref());
    for (file, ran_on) in [("smoke.json", smoke), ("parity.json", parity)] {
        if let Some(commit) = ran_on.flatten().filter(|commit| *commit != head) {
            let short = |id: &str| id.chars().take(12).collect::<String>();
            let what = format!("{file} is of {}, not of {}", short(commit), short(head));
            found.push(Found::new(Rule::Stale, what, file));
        }
    }
    if evidence.smoke.is_some_and(|report| report.uncommitted) {
        let what = "the smoke chain ran on files that were not committed";
        found.push(Found::new(Rule::Stale, what, "smoke.json"));
    }
}

fn smoke(evidence: &Evidence<'_>, found: &mut Vec<Found>) {
    let Some(report) = evidence.smoke else {
        return;
    };
    if report.steps.is_empty() {
        let what = "the smoke chain has no step";
        found.push(Found::new(Rule::SmokeFailed, what, "smoke.json"));
    }
    for step in &report.steps {
        let (rule, verb) = match step.result {
            StepResult::Pass => continue,
            StepResult::Fail => (Rule::SmokeFailed, "failed"),
            StepResult::Skip => (Rule::SmokeSkipped, "was skipped"),
        };
        let why = match step.why() {
            why if why.is_empty() => why,
            why => format!(": {why}"),
        };
        let what = format!("step {} {verb}{why}", step.name);
        let evidence = format!("smoke.json, step {}", step.name);
        found.push(Found::new(rule, what, evidence));
    }
}

fn review(bundle: &BundleTally, min_lineages: u32, found: &mut Vec<Found>) {
    if bundle.reviewed_by < min_lineages {
        let what = format!(
            "bundle {} was reviewed by {} of {}",
            bundle.id,
            bundle.reviewed_by,
            size::counted(min_lineages, "lineage")
        );
        let evidence = format!("tally.json, bundle {}", bundle.id);
        found.push(Found::new(Rule::FewLineages, what, evidence));
    }
    let blocks = |severity: Option<Severity>| severity == Some(Severity::Block);
    let told = |findings: &[usize]| {
        let mut reviewers: Vec<&str> = Vec::new();
        let mut claim = "";
        for record in findings
            .iter()
            .filter_map(|index| bundle.findings.get(*index))
        {
            if !reviewers.contains(&record.reviewer.as_str()) {
                reviewers.push(&record.reviewer);
            }
            if claim.is_empty() {
                claim = record.what.as_deref().unwrap_or_default();
            }
        }
        (reviewers.join(", "), claim.to_owned())
    };
    let mut add = |rule, place: String, findings: &[usize]| {
        let (reviewers, claim) = told(findings);
        let what = match claim.as_str() {
            "" => place,
            claim => format!("{place}: {claim}"),
        };
        let evidence = format!("bundle {}, reviews of {reviewers}", bundle.id);
        found.push(Found::new(rule, what, evidence));
    };
    let mut agreed: Vec<usize> = Vec::new();
    for issue in bundle.issues.iter().filter(|issue| blocks(issue.severity)) {
        let place = place(&issue.path, issue.lines(), issue.symbol.as_deref());
        if issue.is_dismissed() {
            // This also dismisses locations of the same findings.
            agreed.extend(&issue.findings);
            add(Rule::Dismissed, place, &issue.findings);
        } else if issue.is_agreed() {
            agreed.extend(&issue.findings);
            add(Rule::AgreedBlock, place, &issue.findings);
        } else {
            add(Rule::SingleBlock, place, &issue.findings);
        }
    }
    agreed.sort_unstable();
    for location in bundle
        .locations
        .iter()
        .filter(|at| at.convergence >= 2 && blocks(at.severity))
    {
        // An agreed issue of the same findings is already listed.
        if !location
            .findings
            .iter()
            .all(|index| agreed.binary_search(index).is_ok())
        {
            let place = place(&location.path, location.lines(), location.symbol.as_deref());
            add(Rule::ConvergentBlock, place, &location.findings);
        }
    }
}

fn place(path: &str, lines: Option<LineRange>, symbol: Option<&str>) -> String {
    let location = Location {
        path: path.to_owned(),
        lines: lines.filter(|_| symbol.is_none()),
        symbol: symbol.map(str::to_owned),
    };
    location.to_string()
}

fn sizes(evidence: &Evidence<'_>, found: &mut Vec<Found>) {
    let manifest = evidence.manifest;
    for bundle in manifest
        .bundles
        .iter()
        .filter(|bundle| bundle.verdict == Size::Fail)
    {
        let what = format!(
            "bundle {} has {}, above the limit of {}",
            bundle.id,
            size::decimal(bundle.bytes),
            size::decimal(manifest.guard.fail_bytes)
        );
        let evidence = format!("manifest.json, bundle {}", bundle.id);
        found.push(Found::new(Rule::ForcedOversize, what, evidence));
    }
}

fn parity(evidence: &Evidence<'_>, found: &mut Vec<Found>) {
    let Some(report) = evidence.parity else {
        return;
    };
    let at = |case: &str| format!("parity.json, case {case}");
    if report.cases == 0 {
        let what = "the parity probe has no case";
        found.push(Found::new(Rule::ParityFailed, what, "parity.json"));
    }
    for result in &report.results {
        if let Some(error) = &result.error {
            let what = format!("case {}: {error}", result.name);
            found.push(Found::new(Rule::ParityFailed, what, at(&result.name)));
        }
    }
    let expired = |case: &str| {
        let mut gaps = report.known_gaps.iter();
        gaps.any(|gap| gap.case == case && gap.status == GapStatus::Expired)
    };
    for result in report.unlisted().filter(|result| !expired(&result.name)) {
        let pattern = result
            .pattern
            .map_or_else(String::new, |pattern| format!(" ({pattern})"));
        let what = format!("case {} diverges{pattern}", result.name);
        found.push(Found::new(Rule::ParityDiverges, what, at(&result.name)));
    }
}

/// The gaps in the probe's report, and those of `gaps.toml`.
fn gaps(evidence: &Evidence<'_>, today: &str, found: &mut Vec<Found>) {
    let known = evidence.parity.map(|report| report.known_gaps.as_slice());
    for gap in known.unwrap_or_default() {
        let over = gap.until.as_deref().is_some_and(|until| until < today);
        let (rule, what) = match gap.status {
            // The day may have passed since the probe.
            GapStatus::Accepted | GapStatus::Expired if over => (
                Rule::GapExpired,
                format!("expired on {}", gap.until.as_deref().unwrap_or_default()),
            ),
            GapStatus::Accepted | GapStatus::Expired => (Rule::GapAccepted, gap.reason.clone()),
            GapStatus::Closed => (Rule::GapClosed, "no longer diverges".to_owned()),
            GapStatus::Unknown => (Rule::GapClosed, "no case has that name".to_owned()),
            // The failed case itself is already listed.
            GapStatus::Failed => continue,
        };
        let what = format!("parity gap {}: {what}", gap.case);
        found.push(Found::new(rule, what, "[parity] known_gaps"));
    }
    for gap in evidence.gaps {
        let (rule, more) = match gap.status {
            Decision::Closed => continue,
            Decision::Open => (Rule::GapOpen, String::new()),
            Decision::Accepted if gap.expired(today) => {
                let until = gap.until.as_deref().unwrap_or_default();
                (Rule::GapExpired, format!(" (expired on {until})"))
            }
            Decision::Accepted => {
                let by = gap.decided_by.as_deref().unwrap_or("nobody");
                (Rule::GapAccepted, format!(" (accepted by {by})"))
            }
        };
        let what = format!("gap {}: {}{more}", gap.id, gap.what);
        let evidence = gap.evidence.as_deref().unwrap_or("gaps.toml");
        found.push(Found::new(rule, what, evidence));
    }
}
