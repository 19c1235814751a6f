//! SARIF 2.1.0, as accepted by GitHub code scanning.
//!
//! There is one run per component, so that a later upload replaces only the findings of the same component. A component
//! that nobody reviewed has no run, because an empty one would close its earlier findings. Parts of a component share
//! its run.

use std::collections::BTreeMap;
use std::io;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::escape::plain;
use super::file_uri;
use super::fingerprint::fingerprints;
use super::message::{message, rule};
use super::ranked::{Ranked, ranked};
use super::sanitize::line;
use crate::review::Severity;
use crate::size::counted;
use crate::tally::lineage::LineageSet;
use crate::tally::{BundleTally, DiffText, Tally, TriageMark};

/// The JSON Schema that the file names.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Name and version of the fingerprint.
const FINGERPRINT: &str = "scrumIssue/v1";

/// Maximum number of findings and names in the properties of one result.
const MAX_LISTED: usize = 50;

/// The category of the components without their own run. It differs from every component's category, because a `+` in a
/// name is percent-encoded.
const REST: &str = "+rest";

/// The limits of a SARIF file. The defaults are GitHub's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SarifOptions {
    /// Maximum number of runs. Default 20; with more components, the last run contains the rest.
    pub max_runs: usize,
    /// Maximum number of results in one run. Default 25,000.
    pub max_results: usize,
    /// Maximum size of the file in bytes, apart from the size of a file without results. Default 10,000,000, which is
    /// GitHub's limit after compression.
    pub max_bytes: usize,
}

impl Default for SarifOptions {
    fn default() -> Self {
        Self {
            max_runs: 20,
            max_results: 25_000,
            max_bytes: 10_000_000,
        }
    }
}

impl SarifOptions {
    /// Sets [`max_runs`](Self::max_runs).
    #[must_use]
    pub fn max_runs(mut self, runs: usize) -> Self {
        self.max_runs = runs;
        self
    }

    /// Sets [`max_results`](Self::max_results).
    #[must_use]
    pub fn max_results(mut self, results: usize) -> Self {
        self.max_results = results;
        self
    }

    /// Sets [`max_bytes`](Self::max_bytes).
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }
}

/// Writes the tally as SARIF, with one result for each issue. Returns sentences about what a limit left out or
/// combined; the file contains them as notifications.
///
/// `diffs` provides the bundles' diffs for the fingerprints.
///
/// # Errors
///
/// Errors of the writer.
pub fn write_sarif(
    tally: &Tally,
    diffs: &dyn DiffText,
    options: &SarifOptions,
    out: &mut dyn io::Write,
) -> io::Result<Vec<String>> {
    let mut runs = runs(tally, options);
    let told = fill(tally, diffs, options, &mut runs)?;
    let file = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
    });
    // The runs are written one after the other, to avoid another copy of their results.
    let head = file.to_string();
    out.write_all(head.trim_end_matches('}').as_bytes())?;
    out.write_all(b",\"runs\":[")?;
    for (at, run) in runs.iter().enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        run.write(out)?;
    }
    out.write_all(b"\n]}\n")?;
    Ok(told)
}

/// A run being built.
struct SarifRun {
    /// The part of its category between `scrum/` and the last `/`.
    category: String,
    /// Indices of its bundles.
    bundles: Vec<usize>,
    results: Vec<Box<RawValue>>,
    notes: Vec<String>,
}

impl SarifRun {
    fn new(category: String) -> Self {
        Self {
            category,
            bundles: Vec::new(),
            results: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn skeleton(&self) -> Value {
        let notes: Vec<Value> = self
            .notes
            .iter()
            .map(|note| json!({"level": "note", "message": {"text": note}}))
            .collect();
        json!({
            "tool": {"driver": {
                "name": "scrum",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules(),
            }},
            "automationDetails": {"id": format!("scrum/{}/", self.category)},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notes,
            }],
        })
    }

    fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let head = self.skeleton().to_string();
        // The object is closed after its results.
        let head = head.strip_suffix('}').unwrap_or(&head);
        out.write_all(head.as_bytes())?;
        out.write_all(b",\"results\":[")?;
        for (at, result) in self.results.iter().enumerate() {
            out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
            out.write_all(result.get().as_bytes())?;
        }
        out.write_all(b"]}")
    }
}

/// The component of a bundle: its id without the number of its part. No component's own id ends like one.
fn component(id: &str) -> &str {
    match id.rsplit_once('.') {
        Some((component, part))
            if !part.is_empty()
                && !component.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            component
        }
        _ => id,
    }
}

/// The runs with their bundles, without results.
fn runs(tally: &Tally, options: &SarifOptions) -> Vec<SarifRun> {
    let mut components: Vec<(&str, Vec<usize>)> = Vec::new();
    let mut numbers = BTreeMap::new();
    for (at, bundle) in tally.bundles.iter().enumerate() {
        let name = component(&bundle.id);
        let number = *numbers.entry(name).or_insert(components.len());
        if number == components.len() {
            components.push((name, Vec::new()));
        }
        components[number].1.push(at);
    }
    let bundles = |indices: &[usize]| -> Vec<&BundleTally> {
        indices
            .iter()
            .filter_map(|at| tally.bundles.get(*at))
            .collect()
    };
    let reviewed = |bundle: &BundleTally| bundle.reviewed_by > 0 || !bundle.issues.is_empty();
    let silent = components.len();
    components.retain(|(_, indices)| bundles(indices).into_iter().any(reviewed));
    let silent = silent - components.len();

    let most = options.max_runs.max(1);
    let own = if components.len() > most {
        most - 1
    } else {
        components.len()
    };
    let beyond = components.split_off(own);
    let mut runs: Vec<SarifRun> = Vec::with_capacity(own + 1);
    for (name, indices) in components {
        let mut category = String::new();
        file_uri::encode(name.as_bytes(), &mut category);
        let mut run = SarifRun::new(category);
        let waiting = bundles(&indices)
            .into_iter()
            .filter(|bundle| !reviewed(bundle));
        run.notes
            .extend(waiting.map(|bundle| format!("Nobody reviewed {}.", plain(&bundle.id))));
        run.bundles = indices;
        runs.push(run);
    }
    if !beyond.is_empty() {
        let mut rest = SarifRun::new(REST.to_owned());
        rest.notes.push(format!(
            "{} over the limit of {most} runs share this one.",
            counted(beyond.len() as u64, "component")
        ));
        rest.bundles = beyond
            .into_iter()
            .flat_map(|(_, bundles)| bundles)
            .collect();
        runs.push(rest);
    }
    if runs.is_empty() {
        // A file without runs is refused.
        runs.push(SarifRun::new("+none".to_owned()));
    }
    if let (Some(first), true) = (runs.first_mut(), silent > 0) {
        first.notes.push(format!(
            "{} without any review: no run.",
            counted(silent as u64, "component")
        ));
    }
    runs
}

/// Puts the results into their runs, the most important first, until a limit is reached.
fn fill(
    tally: &Tally,
    diffs: &dyn DiffText,
    options: &SarifOptions,
    runs: &mut [SarifRun],
) -> io::Result<Vec<String>> {
    let fingerprints = fingerprints(tally, diffs);
    let mut run_of: Vec<Option<usize>> = vec![None; tally.bundles.len()];
    for (at, run) in runs.iter().enumerate() {
        for bundle in &run.bundles {
            run_of[*bundle] = Some(at);
        }
    }
    let mut bytes: usize = runs
        .iter()
        .map(|run| run.skeleton().to_string().len() + 256)
        .sum();
    let mut full = false;
    let mut left_out = vec![0_u64; runs.len()];
    let mut nowhere = 0_u64;
    for entry in ranked(tally) {
        let (bundle, issue) = entry.at;
        // Every bundle with an issue has a run.
        let Some(at) = run_of[bundle] else { continue };
        let Some(uri) = file_uri::uri(&entry.issue.path) else {
            nowhere += 1;
            continue;
        };
        if full || runs[at].results.len() >= options.max_results {
            left_out[at] += 1;
            continue;
        }
        let result = result(&entry, &uri, &fingerprints[bundle][issue]);
        let result = serde_json::value::to_raw_value(&result)?;
        bytes += result.get().len() + 2;
        // Leave out all the rest, so that no less important result takes the space of this one.
        full = bytes > options.max_bytes;
        if full {
            left_out[at] += 1;
        } else {
            runs[at].results.push(result);
        }
    }
    let mut told: Vec<String> = Vec::new();
    for (run, count) in runs.iter_mut().zip(left_out) {
        if count > 0 {
            let note = format!(
                "{} left out of scrum/{}/, the least important: the limits are {} results a run and {} bytes.",
                counted(count, "result"),
                run.category,
                options.max_results,
                options.max_bytes
            );
            run.notes.push(note);
        }
        told.extend(run.notes.iter().cloned());
    }
    if nowhere > 0 {
        told.push(format!(
            "{} left out because their paths are not in the repository.",
            counted(nowhere, "result")
        ));
    }
    Ok(told)
}

fn level(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(Severity::Block) => "error",
        Some(Severity::Warn) => "warning",
        Some(Severity::Info) | None => "note",
    }
}

/// The rules, in the order of [`rule_index`].
const RULES: [(Option<Severity>, &str, &str, &str); 4] = [
    (
        Some(Severity::Block),
        "Blocking",
        "A reviewer says that this must not be merged.",
        "At least one reviewer gave this issue the severity BLOCK.",
    ),
    (
        Some(Severity::Warn),
        "Warning",
        "A reviewer says that this should be fixed.",
        "The highest severity that a reviewer gave this issue is WARN.",
    ),
    (
        Some(Severity::Info),
        "Information",
        "A reviewer says that this is worth knowing.",
        "The highest severity that a reviewer gave this issue is INFO.",
    ),
    (
        None,
        "Unrated",
        "A reviewer reports this without a severity.",
        "No reviewer gave this issue a known severity.",
    ),
];

fn rule_index(severity: Option<Severity>) -> usize {
    RULES
        .iter()
        .position(|(known, ..)| *known == severity)
        .unwrap_or(RULES.len() - 1)
}

fn rules() -> Value {
    const HELP: &str = "Each claim is shown in its reviewer's own words. An issue is agreed if reviewers of two or \
        more independent lineages report it, out of the lineages that reviewed its bundle. Claims are one issue if \
        they share a line and say the same thing, judged by their words.";
    RULES
        .iter()
        .map(|(severity, name, short, full)| {
            json!({
                "id": rule(*severity),
                "name": name,
                "shortDescription": {"text": short},
                "fullDescription": {"text": full},
                "help": {"text": HELP},
                "defaultConfiguration": {"level": level(*severity)},
                "properties": {"tags": ["review"]},
            })
        })
        .collect()
}

fn result(entry: &Ranked<'_>, uri: &str, fingerprint: &str) -> Value {
    let mut physical = json!({"artifactLocation": {"uri": uri}});
    if let Some((start, end)) = entry.head_lines() {
        physical["region"] = json!({"startLine": start, "endLine": end});
    }
    let mut result = json!({
        "ruleId": rule(entry.issue.severity),
        "ruleIndex": rule_index(entry.issue.severity),
        "level": level(entry.issue.severity),
        "message": {"text": message(entry)},
        "locations": [{"physicalLocation": physical}],
        "partialFingerprints": {FINGERPRINT: fingerprint},
        "properties": properties(entry),
    });
    if let Some(mark) = &entry.issue.triage
        && entry.issue.is_dismissed()
    {
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": justification(mark),
        }]);
    }
    result
}

/// Who dismissed an issue, and why.
fn justification(mark: &TriageMark) -> String {
    let by = mark.by.as_deref().map(|by| format!(" by {by}"));
    let note = mark.note.as_deref().map(|note| format!(": {note}"));
    line(&format!(
        "{}{}{}",
        mark.verdict.as_str(),
        by.unwrap_or_default(),
        note.unwrap_or_default()
    ))
}

fn properties(entry: &Ranked<'_>) -> Value {
    let issue = entry.issue;
    let mut lineages: Vec<&LineageSet> = entry.findings().map(|said| &said.lineages).collect();
    lineages.sort_unstable();
    lineages.dedup();
    let mut reviewers: Vec<&str> = entry
        .findings()
        .map(|said| said.reviewer.as_str())
        .collect();
    reviewers.sort_unstable();
    reviewers.dedup();
    lineages.truncate(MAX_LISTED);
    reviewers.truncate(MAX_LISTED);
    let findings: Vec<Value> = entry
        .findings()
        .take(MAX_LISTED)
        .map(|finding| {
            json!({
                "reviewer": finding.reviewer,
                "start": finding.start,
                "end": finding.end,
                "symbol": finding.symbol,
                "grounding": finding.grounding,
                "readAs": finding.read_as,
                "flags": finding.flags,
            })
        })
        .collect();
    json!({
        "bundle": entry.bundle.id,
        "agreed": issue.is_agreed(),
        "convergence": issue.convergence,
        "reviewedBy": issue.reviewed_by,
        "lineages": lineages,
        "reviewers": reviewers,
        "similarity": issue.similarity,
        "findings": findings,
    })
}

#[cfg(test)]
mod tests;
