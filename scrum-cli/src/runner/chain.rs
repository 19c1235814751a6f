//! Runs the smoke chain: each step after those it needs, several at once if requested.

use std::path::Path;
use std::sync::{Arc, mpsc};

use scrum_core::config::Smoke;
use scrum_core::gauntlet::smoke::{SmokeStep, StepResult};

use super::children::Children;
use super::interrupt;
use super::step::{self, INTERRUPTED, StepOutput, StepRun};
use crate::error::Result;

/// Events while the chain runs.
pub(crate) enum ChainEvent<'a> {
    /// A step begins.
    Started(&'a Smoke),
    /// A step has ended. A skipped step has no output.
    Finished(&'a SmokeStep, Option<&'a StepOutput>),
}

/// A finished chain.
pub(crate) struct ChainRun {
    /// Every step, in the order of `order`.
    pub(crate) steps: Vec<SmokeStep>,
    /// Whether Ctrl-C was pressed.
    pub(crate) interrupted: bool,
}

enum Message {
    Done(usize, StepRun),
    Interrupted,
}

/// Runs `chain` in `order`, in which each step follows those it needs. `tell` is called for every step on the calling
/// thread; finished steps come in `order` if `jobs` is 1. An error of `tell` stops the chain.
pub(crate) fn run(
    chain: &[Smoke],
    order: &[usize],
    jobs: usize,
    folder: &Path,
    mut tell: impl FnMut(&ChainEvent<'_>) -> Result<()>,
) -> Result<ChainRun> {
    let children = Arc::new(Children::default());
    let (sender, messages) = mpsc::channel();
    let interrupt = sender.clone();
    interrupt::listen(Arc::clone(&children), move || {
        // The receiver is gone once the chain is over.
        let _ = interrupt.send(Message::Interrupted);
    })?;
    let mut finished: Vec<Option<SmokeStep>> = vec![None; chain.len()];
    let mut started = vec![false; chain.len()];
    let (mut running, mut interrupted) = (0, false);
    let mut ended = Ok(());
    loop {
        for &index in order {
            let stop = interrupted || ended.is_err();
            if started[index] || (stop && running > 0) {
                continue;
            }
            let why = if stop {
                Some(INTERRUPTED.to_owned())
            } else {
                unmet(chain, &finished, index)
            };
            match why {
                Some(why) => {
                    started[index] = true;
                    let mut step = SmokeStep::new(&chain[index].name, StepResult::Skip, 0);
                    step.reason = Some(why);
                    if ended.is_ok() {
                        ended = tell(&ChainEvent::Finished(&step, None));
                    }
                    finished[index] = Some(step);
                }
                None if running < jobs && is_ready(chain, &finished, index) => {
                    started[index] = true;
                    running += 1;
                    ended = tell(&ChainEvent::Started(&chain[index]));
                    let (step, folder) = (chain[index].clone(), folder.to_owned());
                    let (children, sender) = (Arc::clone(&children), sender.clone());
                    std::thread::spawn(move || {
                        let run = step::run(&step, &folder, &children);
                        // The receiver is gone after an error.
                        let _ = sender.send(Message::Done(index, run));
                    });
                }
                None => {}
            }
        }
        if running == 0 {
            break;
        }
        match messages.recv() {
            Ok(Message::Done(index, run)) => {
                running -= 1;
                if ended.is_ok() {
                    ended = tell(&ChainEvent::Finished(&run.step, Some(&run.output)));
                }
                finished[index] = Some(run.step);
            }
            Ok(Message::Interrupted) => interrupted = true,
            Err(mpsc::RecvError) => break,
        }
        if interrupted || ended.is_err() {
            children.end();
        }
    }
    ended?;
    let steps = order.iter().filter_map(|&index| finished[index].take());
    Ok(ChainRun {
        steps: steps.collect(),
        interrupted,
    })
}

/// Why a step cannot run: one that it needs failed or was skipped.
fn unmet(chain: &[Smoke], finished: &[Option<SmokeStep>], index: usize) -> Option<String> {
    let needed = chain[index].needs.iter().find_map(|name| {
        let step = finished.iter().flatten().find(|step| step.name == *name)?;
        (step.result != StepResult::Pass).then_some(step)
    })?;
    let what = match needed.result {
        StepResult::Skip => "was skipped",
        _ => "failed",
    };
    Some(format!("`{}` {what}", needed.name))
}

/// Whether all steps that a step needs have passed.
fn is_ready(chain: &[Smoke], finished: &[Option<SmokeStep>], index: usize) -> bool {
    let passed = |name: &String| {
        let mut steps = finished.iter().flatten();
        steps.any(|step| step.name == *name && step.result == StepResult::Pass)
    };
    chain[index].needs.iter().all(passed)
}
