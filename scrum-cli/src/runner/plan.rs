//! Lists the questions of a wave, and which of them are open.

use std::collections::HashSet;
use std::path::Path;

use scrum_core::config::Reviewer;
use scrum_core::plan::pattern::PatternError;
use scrum_core::wave::Wanted;
use scrum_core::wave::manifest::Manifest;

use super::store::{Archive, Held, Kept, Store, key};

/// One reviewer and one bundle.
#[derive(Debug)]
pub(crate) struct Question {
    /// Index into the manifest's bundles.
    pub(crate) bundle: usize,
    /// Index into the reviewers of the plan.
    pub(crate) reviewer: usize,
    pub(crate) key: String,
    pub(crate) status: QuestionState,
}

/// What to do with a question.
#[derive(Debug)]
pub(crate) enum QuestionState {
    /// Ask. `again` if there is an answer to another question.
    Ask { again: bool },
    /// Nothing: the answer exists.
    There,
    /// Copy the answer from another wave.
    Carry(Kept),
    /// Wait for a person, or for another reviewer that scrum does not ask.
    Awaited,
    /// `paths` excludes this bundle.
    NotAsked,
}

/// The restrictions of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// Indices of the bundles, in order.
    pub(crate) bundles: &'a [usize],
    /// The reviewers, in the configuration's order.
    pub(crate) reviewers: &'a [&'a Reviewer],
    /// Ask even if there is an answer.
    pub(crate) fresh: bool,
    /// Ask again, but only these, by index of the bundle and name of the reviewer.
    pub(crate) retry: Option<&'a HashSet<(usize, String)>>,
    /// For each bundle of the manifest whether its prompt is sent with secrets replaced.
    pub(crate) redacted: &'a [bool],
}

impl Scope<'_> {
    /// Whether to ask this one again; `None` if there is no selection.
    fn retries(&self, bundle: usize, reviewer: &str) -> Option<bool> {
        let chosen = self.retry?;
        Some(
            chosen
                .iter()
                .any(|(at, name)| *at == bundle && name == reviewer),
        )
    }
}

/// Lists the questions, bundle by bundle; within one in the order of the reviewers.
pub(crate) fn questions(
    manifest: &Manifest,
    wave: &Path,
    waves: &Path,
    scope: Scope<'_>,
) -> Result<Vec<Question>, PatternError> {
    let store = Store::new(wave);
    let mut archive = None;
    let mut wanted = Vec::with_capacity(scope.reviewers.len());
    for reviewer in scope.reviewers {
        wanted.push(Wanted::new(&reviewer.paths)?);
    }
    let mut questions = Vec::new();
    for at in scope.bundles {
        let bundle = &manifest.bundles[*at];
        for (seat, reviewer) in scope.reviewers.iter().enumerate() {
            let redacted = scope.redacted.get(*at).copied().unwrap_or_default();
            let key = key(manifest, bundle, reviewer, redacted);
            let held = || store.held(&bundle.id, &reviewer.name, &key);
            let mut kept = || {
                let archive: &Archive =
                    archive.get_or_insert_with(|| Archive::read(waves, wave, scope.reviewers));
                archive.find(&reviewer.name, &key).cloned()
            };
            let status = if !wanted[seat].is_asked(bundle) {
                QuestionState::NotAsked
            } else if !reviewer.is_run() {
                match held() {
                    Held::Nothing => QuestionState::Awaited,
                    _ => QuestionState::There,
                }
            } else if scope.fresh || scope.retries(*at, &reviewer.name) == Some(true) {
                QuestionState::Ask {
                    again: held() != Held::Nothing,
                }
            } else if scope.retries(*at, &reviewer.name) == Some(false) {
                match held() {
                    Held::Nothing | Held::Other => QuestionState::NotAsked,
                    Held::Answer | Held::ByHand => QuestionState::There,
                }
            } else {
                match held() {
                    Held::Answer | Held::ByHand => QuestionState::There,
                    held => match kept() {
                        Some(kept) => QuestionState::Carry(kept),
                        None => QuestionState::Ask {
                            again: held == Held::Other,
                        },
                    },
                }
            };
            questions.push(Question {
                bundle: *at,
                reviewer: seat,
                key,
                status,
            });
        }
    }
    Ok(questions)
}
