//! Asks the open questions of a wave, and saves the answers.

use std::path::Path;

use scrum_core::config::Reviewer;
use scrum_core::size::counted;
use scrum_core::tally::Sidecar;
use scrum_core::wave::manifest::Manifest;

use super::progress::AskProgress;
use crate::error::Result;
use crate::runner::AnswerMeta;
use crate::runner::client::{ReviewerClient, doubts};
use crate::runner::plan::{Question, QuestionState};
use crate::runner::schedule::{self, AskEvent, Done, Ended, Work};
use crate::runner::store::{Lock, Store};
use crate::session::Session;
use crate::terminal::Output;

/// More bytes per token than any tokenizer reaches. If a server counts fewer tokens, it did not get the whole prompt.
const MOST_BYTES_A_TOKEN: u64 = 12;

/// Shorter prompts, in bytes, are not checked this way.
const SHORT_PROMPT: u64 = 8_000;

/// A run.
pub(super) struct Asking<'a> {
    pub(super) wave: &'a Path,
    pub(super) manifest: &'a Manifest,
    pub(super) reviewers: &'a [&'a Reviewer],
    pub(super) redacted: &'a [bool],
    pub(super) jobs: usize,
    pub(super) session: &'a Session,
    pub(super) output: &'a Output,
}

impl Asking<'_> {
    /// Reuses answers of other waves, and asks for the rest. A wave that is complete is not touched.
    pub(super) fn run(&self, questions: &[Question]) -> Result<Ended> {
        let is_open = |question: &&Question| {
            matches!(
                question.status,
                QuestionState::Ask { .. } | QuestionState::Carry(_)
            )
        };
        if questions.iter().filter(is_open).count() == 0 {
            return Ok(Ended::Complete);
        }
        // Reviewers with no open questions need no key.
        let mut numbers = vec![None; self.reviewers.len()];
        let mut seats = Vec::new();
        let mut totals = vec![0; self.reviewers.len()];
        for question in questions {
            if let QuestionState::Ask { .. } = question.status {
                totals[question.reviewer] += 1;
                if numbers[question.reviewer].is_none() {
                    let reviewer = self.reviewers[question.reviewer];
                    numbers[question.reviewer] = Some(seats.len());
                    seats.push(ReviewerClient::new(reviewer, &self.session.top)?);
                    doubts(reviewer)
                        .iter()
                        .for_each(|doubt| self.output.warning(doubt));
                }
            }
        }
        let _lock = Lock::hold(self.wave)?;
        let store = Store::new(self.wave);
        self.carry_over(questions, &store)?;
        let mut work = Vec::new();
        for (number, question) in questions.iter().enumerate() {
            if let (QuestionState::Ask { .. }, Some(seat)) =
                (&question.status, numbers[question.reviewer])
            {
                let bundle = &self.manifest.bundles[question.bundle];
                store.prepare(&bundle.id)?;
                work.push(Work {
                    question: number,
                    seat,
                    bundle: bundle.id.clone(),
                    prompt: self.wave.join(&bundle.prompt),
                    prompt_sha256: bundle.prompt_sha256.clone(),
                    redact: self
                        .redacted
                        .get(question.bundle)
                        .copied()
                        .unwrap_or_default(),
                });
            }
        }
        let all = work.len();
        let mut progress = AskProgress::start(self.reviewers, &totals, self.output);
        let (mut answered, mut failed) = (0, 0);
        let ended = schedule::run(work, seats, self.jobs, |event| {
            match event {
                AskEvent::Interrupted => {}
                AskEvent::Tick => progress.tick(),
                AskEvent::Retry {
                    question,
                    reason,
                    wait,
                } => {
                    let question = &questions[*question];
                    progress.again(question.reviewer, self.id(question), reason, *wait);
                }
                AskEvent::Done(done) => {
                    let question = &questions[done.question];
                    self.keep(done, question, &store)?;
                    let (meta, failure) = match &done.result {
                        Ok(answer) => (&answer.meta, None),
                        Err(failure) => (&*failure.meta, Some(failure.reason.as_str())),
                    };
                    answered += usize::from(failure.is_none());
                    failed += usize::from(failure.is_some());
                    progress.done(
                        question.reviewer,
                        self.id(question),
                        meta,
                        done.duration,
                        failure,
                    );
                }
            }
            Ok(())
        });
        progress.finish();
        let ended = ended?;
        if ended == Ended::Interrupted {
            self.output.error(&format!(
                "interrupted: {answered} of {} answered and kept",
                counted(all, "question")
            ));
            self.output
                .hint("run the same command again to send the rest");
        } else if failed > 0 {
            self.output.warning(&format!(
                "{failed} of {} failed; run the same command again to retry",
                counted(all, "question")
            ));
        }
        Ok(ended)
    }

    fn id(&self, question: &Question) -> &str {
        &self.manifest.bundles[question.bundle].id
    }

    fn carry_over(&self, questions: &[Question], store: &Store) -> Result<()> {
        let mut carried = 0;
        for question in questions {
            let QuestionState::Carry(kept) = &question.status else {
                continue;
            };
            let reviewer = &self.reviewers[question.reviewer].name;
            // If the answer has vanished meanwhile, the next run asks the question.
            if let Some((answer, sidecar)) = kept.read() {
                store.put(self.id(question), reviewer, Some(&answer), &sidecar)?;
                carried += 1;
            }
        }
        if carried > 0 {
            self.output
                .detail(&format!("{carried} answers reused from other waves"));
        }
        Ok(())
    }

    fn keep(&self, done: &Done, question: &Question, store: &Store) -> Result<()> {
        let reviewer = self.reviewers[question.reviewer];
        let bundle = &self.manifest.bundles[question.bundle];
        let (meta, answer, error) = match &done.result {
            Ok(answer) => (&answer.meta, Some(answer.text.as_str()), None),
            Err(failure) => (&*failure.meta, None, Some(failure.reason.clone())),
        };
        let sidecar = Sidecar {
            model: meta.model.clone().or_else(|| reviewer.model.clone()),
            tokens_in: meta.tokens_in,
            tokens_out: meta.tokens_out,
            finish_reason: meta.finish_reason.clone(),
            duration_ms: u64::try_from(done.duration.as_millis()).ok(),
            attempts: Some(done.attempts),
            error,
            prompt_sha256: done.prompt_sha256.clone(),
            http_status: meta.http_status,
            exit_code: meta.exit_code,
            stderr: meta.stderr.clone(),
            reasoning: meta.reasoning.clone(),
            key: Some(question.key.clone()),
            warnings: answer.map_or(Vec::new(), |_| warnings(meta, bundle.prompt_bytes)),
            ..Sidecar::default()
        };
        store.put(&bundle.id, &reviewer.name, answer, &sidecar)
    }
}

/// What the user should know about an answer.
fn warnings(meta: &AnswerMeta, prompt_bytes: u64) -> Vec<String> {
    let tokens = meta.tokens_in.filter(|tokens| *tokens > 0);
    let cut = tokens.filter(|tokens| {
        prompt_bytes > SHORT_PROMPT && tokens.saturating_mul(MOST_BYTES_A_TOKEN) < prompt_bytes
    });
    cut.map(|tokens| {
        format!(
            "the server counted only {tokens} tokens of a prompt of about {}, so it has probably truncated the prompt; raise its \
             context length",
            prompt_bytes.div_ceil(4)
        )
    })
    .into_iter()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_that_the_server_cut_is_noticed() {
        let counted = |tokens| AnswerMeta {
            tokens_in: tokens,
            ..AnswerMeta::default()
        };
        assert!(warnings(&counted(Some(4096)), 60_000)[0].contains("4096 tokens"));
        for (tokens, bytes) in [
            (Some(15_000), 60_000),
            (None, 60_000),
            (Some(1), 4_000),
            (Some(0), 60_000),
        ] {
            assert_eq!(warnings(&counted(tokens), bytes), [] as [&str; 0]);
        }
    }
}
