//! Decides when each question is asked: with limits in total and per reviewer, and with retries if they may help.
//!
//! A question that waits for its next attempt does not occupy a thread. If a server requests a pause, all questions to
//! it wait. This is the only part of the program that uses random numbers.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use scrum_core::digest;
use scrum_core::wave::secret;

use super::children::Children;
use super::client::{AskLimits, ReviewerClient};
use super::command::PromptInput;
pub(crate) use super::queue::Work;
use super::queue::{Queue, Turn};
use super::{AskError, Retry, ReviewerAnswer, interrupt};

/// The longest wait between two attempts, unless the server requests one.
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);

/// How often the progress display is updated.
const TICK: Duration = Duration::from_millis(100);

/// Events for the caller, one after the other.
#[derive(Debug)]
pub(crate) enum AskEvent {
    /// A question failed, and will be asked again.
    Retry {
        question: usize,
        reason: String,
        wait: Duration,
    },
    /// A question is done.
    Done(Box<Done>),
    /// Time passed.
    Tick,
    /// Ctrl-C.
    Interrupted,
}

/// The end of a question.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) question: usize,
    pub(crate) result: Result<ReviewerAnswer, AskError>,
    pub(crate) attempts: u32,
    /// The result of the last attempt.
    pub(crate) duration: Duration,
    /// Digest of what was sent.
    pub(crate) prompt_sha256: Option<String>,
    /// Dropped with the event, after the caller has saved the answer.
    kept: Option<Sender<()>>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Every question is done.
    Complete,
    /// Ctrl-C.
    Interrupted,
}

/// Asks all questions, and reports events on the calling thread. An error of the caller stops the run.
pub(crate) fn run(
    work: Vec<Work>,
    seats: Vec<ReviewerClient>,
    jobs: usize,
    mut tell: impl FnMut(&AskEvent) -> crate::error::Result<()>,
) -> crate::error::Result<Ended> {
    let mut left = work.len();
    if left == 0 {
        return Ok(Ended::Complete);
    }
    let (sender, events) = mpsc::channel();
    let children = Arc::new(Children::default());
    let interrupted = sender.clone();
    interrupt::listen(Arc::clone(&children), move || {
        // The receiver is gone where the run is over.
        let _ = interrupted.send(AskEvent::Interrupted);
    })?;
    let threads = jobs.clamp(1, left);
    let shared = Arc::new(SharedQueue {
        queue: Mutex::new(Queue::new(work, &seats)),
        changed: Condvar::new(),
        seats,
        children: Arc::clone(&children),
    });
    for _ in 0..threads {
        let (shared, sender) = (Arc::clone(&shared), sender.clone());
        std::thread::spawn(move || shared.serve(&sender));
    }
    drop(sender);
    let mut ended = Ok(Ended::Complete);
    while left > 0 {
        let event = match events.recv_timeout(TICK) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout) => AskEvent::Tick,
            // All threads have ended, so nothing can be left.
            Err(RecvTimeoutError::Disconnected) => break,
        };
        left -= usize::from(matches!(event, AskEvent::Done(_)));
        if let Err(error) = tell(&event) {
            ended = Err(error);
            break;
        }
        if matches!(event, AskEvent::Interrupted) {
            ended = Ok(Ended::Interrupted);
            break;
        }
    }
    shared.close();
    if !matches!(ended, Ok(Ended::Complete)) {
        children.end();
    }
    // Answers that have arrived meanwhile are paid for; programs that were just killed have no answer.
    if matches!(ended, Ok(Ended::Interrupted)) {
        while let Ok(event) = events.try_recv() {
            if let AskEvent::Done(done) = &event
                && done.result.is_ok()
            {
                tell(&event)?;
            }
        }
    }
    ended
}

/// The state shared by the threads.
struct SharedQueue {
    queue: Mutex<Queue>,
    changed: Condvar,
    seats: Vec<ReviewerClient>,
    children: Arc<Children>,
}

impl SharedQueue {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.queue().closed = true;
        self.changed.notify_all();
    }

    /// The next question, as soon as one may be asked; `None` if there is none any more.
    fn next(&self) -> Option<Turn> {
        let mut queue = self.queue();
        loop {
            if queue.closed || queue.is_done() {
                self.changed.notify_all();
                return None;
            }
            let now = Instant::now();
            if let Some(turn) = queue.take(now) {
                return Some(turn);
            }
            queue = match queue.wake_at(now) {
                Some(time) => {
                    let wait = time.saturating_duration_since(now);
                    let woken = self.changed.wait_timeout(queue, wait);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self
                    .changed
                    .wait(queue)
                    .unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Asks until nothing is left.
    fn serve(&self, sender: &Sender<AskEvent>) {
        while let Some(mut turn) = self.next() {
            turn.attempts += 1;
            let start = Instant::now();
            let mut prompt_sha256 = None;
            let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                self.ask(&turn.work, &mut prompt_sha256)
            }));
            let result = asked.unwrap_or_else(|_| {
                Err(AskError::new(
                    "internal error; please report it",
                    Retry::Never,
                ))
            });
            let duration = start.elapsed();
            let events = self.settle(turn, result, duration, prompt_sha256);
            self.changed.notify_all();
            // A thread waits until its answer is saved, so that a kill costs at most one answer per thread. There is no
            // receiver if the run was stopped.
            let (kept, keeping) = mpsc::channel();
            for mut event in events {
                if let AskEvent::Done(done) = &mut event {
                    done.kept = Some(kept.clone());
                }
                let _ = sender.send(event);
            }
            drop(kept);
            let _ = keeping.recv();
        }
    }

    fn ask(&self, work: &Work, sent: &mut Option<String>) -> Result<ReviewerAnswer, AskError> {
        let unreadable = |why: &str| {
            let reason = format!("the prompt {} {why}", work.prompt.display());
            AskError::new(reason, Retry::Never)
        };
        let bytes = std::fs::read(&work.prompt)
            .map_err(|error| unreadable(&format!("cannot be read: {error}")))?;
        // Send exactly what was searched for secrets.
        if digest::sha256(&bytes) != work.prompt_sha256 {
            return Err(unreadable("has changed since the run began"));
        }
        let mut text = String::from_utf8(bytes).map_err(|_| unreadable("is not UTF-8"))?;
        *sent = Some(work.prompt_sha256.clone());
        if work.redact {
            text = secret::redact(&text).0;
            *sent = Some(digest::sha256(text.as_bytes()));
        }
        let prompt = PromptInput {
            bundle: &work.bundle,
            text: &text,
            file: (!work.redact).then_some(&work.prompt),
        };
        self.seats[work.seat].ask(&prompt, &self.children)
    }

    /// Records the end of an attempt, and returns the event.
    fn settle(
        &self,
        turn: Turn,
        result: Result<ReviewerAnswer, AskError>,
        duration: Duration,
        prompt_sha256: Option<String>,
    ) -> Vec<AskEvent> {
        let mut queue = self.queue();
        let seat = turn.work.seat;
        queue.release(seat);
        let done = |turn: Turn, result, duration, prompt_sha256| {
            AskEvent::Done(Box::new(Done {
                question: turn.work.question,
                result,
                attempts: turn.attempts,
                duration,
                prompt_sha256,
                kept: None,
            }))
        };
        let mut failure = match result {
            Ok(answer) => return vec![done(turn, Ok(answer), duration, prompt_sha256)],
            Err(failure) => failure,
        };
        let limits = self.seats[seat].limits;
        match next_wait(&limits, failure.retry, turn.attempts, fastrand::f64()) {
            Next::Wait(wait) => {
                let now = Instant::now();
                if matches!(failure.retry, Retry::LaterAll(_)) {
                    queue.pause(seat, now + wait);
                }
                let event = AskEvent::Retry {
                    question: turn.work.question,
                    reason: failure.reason,
                    wait,
                };
                queue.delay(now + wait, turn);
                vec![event]
            }
            Next::TooLong(wait) => {
                failure.reason = format!(
                    "{}; the server asks to wait {wait:?}, longer than `timeout`",
                    failure.reason
                );
                vec![done(turn, Err(failure), duration, prompt_sha256)]
            }
            Next::GiveUp => {
                let mut events = Vec::new();
                if failure.retry == Retry::NeverThisReviewer {
                    for other in queue.drop_seat(seat) {
                        let same = AskError::new(failure.reason.clone(), Retry::Never);
                        events.push(done(other, Err(same), Duration::ZERO, None));
                    }
                }
                events.insert(0, done(turn, Err(failure), duration, prompt_sha256));
                events
            }
        }
    }
}

/// What to do after a failed attempt.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Wait(Duration),
    /// The server requests a longer wait than allowed.
    TooLong(Duration),
    GiveUp,
}

/// Exponential backoff with jitter: half of the wait is fixed, the other half is multiplied by `lot`, from 0 to 1. A
/// wait requested by the server is a minimum, to which up to a tenth is added, so that not all requests come back at
/// once.
fn next_wait(limits: &AskLimits, retry: Retry, attempts: u32, lot: f64) -> Next {
    let (after, allowed) = match retry {
        Retry::Never | Retry::NeverThisReviewer => return Next::GiveUp,
        Retry::IfConfigured => (None, limits.retries_configured),
        Retry::Later(after) | Retry::LaterAll(after) => (after, true),
    };
    if !allowed || attempts > limits.retries {
        return Next::GiveUp;
    }
    let doublings = attempts.saturating_sub(1).min(16);
    let own = limits
        .backoff
        .saturating_mul(1 << doublings)
        .min(LONGEST_BACKOFF.max(limits.backoff));
    let own = own.mul_f64(0.5 + 0.5 * lot);
    match after {
        Some(after) if after > limits.longest_wait => Next::TooLong(after),
        Some(after) => Next::Wait(own.max(after + after.mul_f64(0.1 * lot))),
        None => Next::Wait(own),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(retries: u32, configured: bool) -> AskLimits {
        AskLimits {
            retries,
            retries_configured: configured,
            backoff: Duration::from_secs(1),
            longest_wait: Duration::from_secs(100),
            concurrency: 1,
        }
    }

    #[test]
    fn waits_double_with_jitter_up_to_a_limit() {
        let wait = |attempts, lot| next_wait(&limits(99, true), Retry::Later(None), attempts, lot);
        assert_eq!(wait(1, 0.0), Next::Wait(Duration::from_millis(500)));
        assert_eq!(wait(1, 1.0), Next::Wait(Duration::from_secs(1)));
        assert_eq!(wait(4, 1.0), Next::Wait(Duration::from_secs(8)));
        assert_eq!(wait(50, 1.0), Next::Wait(LONGEST_BACKOFF));
    }

    #[test]
    fn a_server_is_not_asked_before_it_says_so() {
        let wait = |after, lot| {
            let after = Some(Duration::from_secs(after));
            next_wait(&limits(3, false), Retry::LaterAll(after), 1, lot)
        };
        assert_eq!(wait(10, 0.0), Next::Wait(Duration::from_secs(10)));
        assert_eq!(wait(10, 1.0), Next::Wait(Duration::from_secs(11)));
        assert_eq!(wait(0, 1.0), Next::Wait(Duration::from_secs(1)));
        assert_eq!(wait(101, 0.0), Next::TooLong(Duration::from_secs(101)));
    }

    #[test]
    fn attempts_are_counted() {
        let next = |limits: &AskLimits, retry, attempts| next_wait(limits, retry, attempts, 0.0);
        assert_eq!(next(&limits(2, true), Retry::Later(None), 3), Next::GiveUp);
        assert_ne!(next(&limits(2, true), Retry::Later(None), 2), Next::GiveUp);
        assert_eq!(next(&limits(0, true), Retry::Later(None), 1), Next::GiveUp);
        assert_eq!(next(&limits(9, true), Retry::Never, 1), Next::GiveUp);
        assert_eq!(
            next(&limits(9, false), Retry::IfConfigured, 1),
            Next::GiveUp
        );
        assert_ne!(next(&limits(9, true), Retry::IfConfigured, 1), Next::GiveUp);
    }
}
