//! `scrum review`: asks the reviewers about a wave or a range, and counts their answers.

mod arguments;
mod ask;
mod dry_run;
mod progress;
mod refusal;
mod target;

use std::collections::{BTreeMap, HashSet};

use scrum_core::config::{DEFAULT_JOBS, Reviewer};
use scrum_core::nearest::nearest;
use scrum_core::report::Only;
use scrum_core::size::counted;
use scrum_core::tally::{ReviewState, Tally};
use scrum_core::wave::manifest::Manifest;

pub(crate) use self::arguments::ReviewArgs;
use self::arguments::ReviewFormat;
use self::target::ReviewTarget;
use super::formats::{Format, Report};
use crate::error::{ExitCode, Hint, Result, listed, usage_error};
use crate::runner::plan::{self, Question, QuestionState, Scope};
use crate::runner::schedule::Ended;
use crate::runner::store::Store;
use crate::session::Session;
use crate::terminal::Output;
use crate::trust;
use crate::wave::{CountedWave, Wave, shown_path};

/// Runs the command.
pub(crate) fn run(args: &ReviewArgs, session: &Session, output: &Output) -> Result<ExitCode> {
    let source = args.source(session)?;
    let session = &trust::follow(session, source, output)?;
    let reviewers = args.reviewers(session)?;
    let target = match args.target(session, output)? {
        Ok(target) => target,
        Err(code) => return Ok(code),
    };
    let bundles = args.bundles(&target.manifest)?;
    let leaks = |wanted: &[usize]| target.leaks(wanted);

    let redact = session.config.review.redact && !args.allow_secrets;
    let mut redacted = vec![false; target.manifest.bundles.len()];
    if redact {
        for leak in leaks(&bundles)? {
            let bundles = target.manifest.bundles.iter();
            let of_leak = redacted
                .iter_mut()
                .zip(bundles)
                .find(|(_, bundle)| bundle.id == leak.bundle);
            if let Some((redacted, _)) = of_leak {
                *redacted = true;
                output.warning(&format!(
                    "bundle `{}`: {} in its prompt will be redacted before it is sent",
                    leak.bundle,
                    counted(leak.findings.len(), "secret")
                ));
            }
        }
    }
    let retry = args.retried(&target, session, output)?;
    let scope = Scope {
        bundles: &bundles,
        reviewers: &reviewers,
        fresh: args.fresh,
        retry: retry.as_ref(),
        redacted: &redacted,
    };
    let questions = plan::questions(&target.manifest, &target.folder, &session.waves(), scope)?;
    let mut open: Vec<usize> = questions
        .iter()
        .filter(|question| matches!(question.status, QuestionState::Ask { .. }))
        .map(|question| question.bundle)
        .collect();
    open.dedup();
    let found = match redact || args.allow_secrets {
        true => Vec::new(),
        false => leaks(&open)?,
    };
    if args.dry_run {
        dry_run::print(
            &target.manifest,
            &reviewers,
            &questions,
            args.format == ReviewFormat::Json,
            output,
        )?;
    }
    if !found.is_empty() {
        refusal::refuse(&found, output);
        return Ok(ExitCode::Refused);
    }
    if args.dry_run {
        return Ok(ExitCode::Done);
    }
    let jobs = args
        .jobs
        .or(session.config.review.jobs)
        .unwrap_or(DEFAULT_JOBS);
    let asking = ask::Asking {
        wave: &target.folder,
        manifest: &target.manifest,
        reviewers: &reviewers,
        redacted: &redacted,
        jobs: jobs.max(1) as usize,
        session,
        output,
    };
    if asking.run(&questions)? == Ended::Interrupted {
        return Ok(ExitCode::Interrupted);
    }
    awaited(&target, &reviewers, &questions, output);
    args.count(&target, scope, &questions, session, output)
}

/// Tells people where to save their reviews, because scrum does not ask them.
fn awaited(
    target: &ReviewTarget,
    reviewers: &[&Reviewer],
    questions: &[Question],
    output: &Output,
) {
    const SHOWN: usize = 5;
    let store = Store::new(&target.folder);
    for (seat, reviewer) in reviewers.iter().enumerate() {
        let waiting: Vec<&Question> = questions
            .iter()
            .filter(|question| {
                question.reviewer == seat && matches!(question.status, QuestionState::Awaited)
            })
            .collect();
        for question in waiting.iter().take(SHOWN) {
            let id = &target.manifest.bundles[question.bundle].id;
            let place = shown_path(&store.place(id, &reviewer.name));
            output.detail(&format!(
                "{}: {id}: waiting for this review; save it as {place}",
                reviewer.name
            ));
        }
        if waiting.len() > SHOWN {
            let more = waiting.len() - SHOWN;
            output.detail(&format!(
                "{}: and at {}",
                reviewer.name,
                counted(more, "more bundle")
            ));
        }
    }
}

impl ReviewArgs {
    /// The selected reviewers, in the order of the configuration.
    fn reviewers<'a>(&self, session: &'a Session) -> Result<Vec<&'a Reviewer>> {
        let all = &session.config.reviewers;
        if all.is_empty() {
            return Err(usage_error("no reviewer is configured").hint(
                "add some under [[reviewers]] in scrum.toml; `scrum init --print` shows how, docs/reviewers.md has \
                 more",
            ));
        }
        let names = all.iter().map(|reviewer| reviewer.name.as_str());
        known("reviewer", &self.reviewer, names)?;
        let wanted = |reviewer: &&Reviewer| {
            self.reviewer.is_empty() || self.reviewer.contains(&reviewer.name)
        };
        Ok(all.iter().filter(wanted).collect())
    }

    /// The indices of the selected bundles, in the manifest's order.
    fn bundles(&self, manifest: &Manifest) -> Result<Vec<usize>> {
        let ids = manifest.bundles.iter().map(|bundle| bundle.id.as_str());
        known("bundle", &self.bundle, ids)?;
        let wanted =
            |at: &usize| self.bundle.is_empty() || self.bundle.contains(&manifest.bundles[*at].id);
        Ok((0..manifest.bundles.len()).filter(wanted).collect())
    }

    /// The bundles and reviewers whose reviews have a state that `--retry` names; `None` without it.
    fn retried(
        &self,
        target: &ReviewTarget,
        session: &Session,
        output: &Output,
    ) -> Result<Option<HashSet<(usize, String)>>> {
        if self.retry.is_empty() {
            return Ok(None);
        }
        // A range that is not bundled yet has no reviews.
        let Ok(wave) = Wave::open(&target.folder) else {
            return Ok(Some(HashSet::new()));
        };
        let options = session.config.tally_options().jobs(super::cores());
        let CountedWave {
            tally, warnings, ..
        } = CountedWave::new(wave, &options, session)?;
        output.warnings(&warnings);
        let wanted = |state: ReviewState| self.retry.iter().any(|retry| retry.state() == state);
        // The tally has the manifest's bundles in the manifest's order.
        let rows = tally.bundles.iter().enumerate().flat_map(|(at, bundle)| {
            let rows = bundle.reviewers.iter().filter(|row| wanted(row.state));
            rows.map(move |row| (at, row.reviewer.clone()))
        });
        Ok(Some(rows.collect()))
    }

    /// Counts, prints the tally, and checks the gates.
    fn count(
        &self,
        target: &ReviewTarget,
        scope: Scope<'_>,
        questions: &[Question],
        session: &Session,
        output: &Output,
    ) -> Result<ExitCode> {
        let options = session.config.tally_options().jobs(super::cores());
        let mut counted = CountedWave::new(Wave::open(&target.folder)?, &options, session)?;
        output.warnings(&counted.warnings);
        counted.apply_decisions(session)?;
        let CountedWave { wave, tally, .. } = counted;
        let report = Report {
            tally: &tally,
            manifest: Some(&wave.manifest),
            diffs: &wave,
            only: Only::default(),
            output,
            assessment: None,
        };
        report.print(match self.format {
            ReviewFormat::Text => Format::Text,
            ReviewFormat::Json => Format::Json,
        })?;
        report.keep(&wave.folder)?;
        let mut code = ExitCode::Done;
        for failure in tally.failed_gates(&[], options.min_lineages) {
            output.error(&failure.to_string());
            code = ExitCode::Refused;
        }
        let asked = |id: &str| {
            scope
                .bundles
                .iter()
                .any(|at| target.manifest.bundles[*at].id == id)
        };
        for miss in tally.short_of_quorum(session.config.review.quorum) {
            if asked(&miss.bundle) {
                output.error(&format!(
                    "quorum: {} of {} lineages reviewed {}",
                    miss.reviewed_by, miss.needed, miss.bundle
                ));
                code = ExitCode::Refused;
            }
        }
        if let Some(in_vain) = in_vain(scope.reviewers, questions, &tally) {
            output.error(&in_vain);
            code = ExitCode::Refused;
        } else if code == ExitCode::Done {
            let page = wave.folder.join("report.html");
            if self.format == ReviewFormat::Text && !output.quiet && page.is_file() {
                output.hint(&format!(
                    "open {} in a browser to see it with the diffs; `scrum tally` counts again, -o comment.md for a pull \
                     request",
                    shown_path(&page)
                ));
            }
            return Ok(code);
        }
        output.hint(
            "`scrum review` asks those that failed again, `scrum review --retry no-evidence` those that gave no \
             usable answer; what they said is in reviews/ of the wave",
        );
        Ok(code)
    }
}

/// Reports that nothing was reviewed: the run includes reviewers that scrum asks, and none of them has a usable answer
/// about any of its bundles. A person who has not answered yet is not a failure.
fn in_vain(reviewers: &[&Reviewer], questions: &[Question], tally: &Tally) -> Option<String> {
    let mut asked = 0;
    let mut states: BTreeMap<&'static str, usize> = BTreeMap::new();
    for question in questions {
        let reviewer = reviewers[question.reviewer];
        // The tally has the manifest's bundles in the manifest's order.
        let mut rows = tally.bundles.get(question.bundle)?.reviewers.iter();
        let state = rows.find(|row| row.reviewer == reviewer.name)?.state;
        if state.is_usable() {
            return None;
        }
        if reviewer.is_run() && state != ReviewState::NotAsked {
            asked += 1;
            *states.entry(state.as_str()).or_default() += 1;
        }
    }
    let states: Vec<String> = states
        .iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    (asked > 0).then(|| {
        format!(
            "nothing was reviewed: no usable answer to {} ({})",
            counted(asked, "question"),
            states.join(", ")
        )
    })
}

/// Rejects an unknown name.
fn known<'a>(
    what: &str,
    names: &[String],
    known: impl Iterator<Item = &'a str> + Clone,
) -> Result<()> {
    let Some(name) = names
        .iter()
        .find(|name| !known.clone().any(|other| other == *name))
    else {
        return Ok(());
    };
    // A component that was split has one bundle for each part.
    let parts = parts(name, known.clone());
    let hint = if what == "bundle" && !parts.is_empty() {
        Hint::did_you_mean(name, &parts.join(","))
    } else if let Some(meant) = nearest(name, known.clone()) {
        Hint::did_you_mean(name, meant)
    } else {
        let known = listed(known);
        format!(
            "known: {known}; `scrum review --dry-run` lists the reviewers, with `--format json` also the bundles"
        )
        .into()
    };
    Err(usage_error(format!("there is no {what} `{name}`")).hint(hint))
}

/// The bundles of a component that was split, in order.
fn parts<'a>(component: &str, ids: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let is_part = |id: &&str| {
        id.strip_prefix(component)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|number| number.parse::<u32>().is_ok())
    };
    ids.filter(is_part).collect()
}
