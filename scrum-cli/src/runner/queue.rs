//! The open questions by reviewer: which may be asked now, which must wait, and until when.
//!
//! It does not read the clock and starts nothing; [`super::schedule`] does.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Instant;

use super::client::ReviewerClient;

/// An open question.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    /// The caller's identifier.
    pub(crate) question: usize,
    /// Index of the reviewer.
    pub(crate) seat: usize,
    pub(crate) bundle: String,
    pub(crate) prompt: PathBuf,
    /// The expected digest of the prompt's file.
    pub(crate) prompt_sha256: String,
    /// Whether to redact its secrets.
    pub(crate) redact: bool,
}

/// A question and the number of attempts so far.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) work: Work,
    pub(super) attempts: u32,
}

/// The questions that are not done, and which reviewers may be asked.
pub(super) struct Queue {
    /// For each reviewer, the questions that may be asked now.
    ready: Vec<VecDeque<Turn>>,
    /// Questions that wait for their next attempt.
    delayed: Vec<(Instant, Turn)>,
    limits: Vec<usize>,
    running: Vec<usize>,
    paused: Vec<Option<Instant>>,
    under_way: usize,
    /// The reviewer whose turn is next.
    turn: usize,
    pub(super) closed: bool,
}

impl Queue {
    pub(super) fn new(work: Vec<Work>, seats: &[ReviewerClient]) -> Self {
        let mut ready: Vec<VecDeque<Turn>> = seats.iter().map(|_| VecDeque::new()).collect();
        for work in work {
            ready[work.seat].push_back(Turn { work, attempts: 0 });
        }
        Self {
            ready,
            delayed: Vec::new(),
            limits: seats.iter().map(|seat| seat.limits.concurrency).collect(),
            running: vec![0; seats.len()],
            paused: vec![None; seats.len()],
            under_way: 0,
            turn: 0,
            closed: false,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.under_way == 0 && self.delayed.is_empty() && self.ready.iter().all(VecDeque::is_empty)
    }

    /// Takes a question that may be asked now, from each reviewer in turn.
    pub(super) fn take(&mut self, now: Instant) -> Option<Turn> {
        let mut at = 0;
        while at < self.delayed.len() {
            if self.delayed[at].0 <= now {
                let (_, turn) = self.delayed.swap_remove(at);
                self.ready[turn.work.seat].push_front(turn);
            } else {
                at += 1;
            }
        }
        let seats = self.ready.len();
        for step in 0..seats {
            let seat = (self.turn + step) % seats;
            let paused = self.paused[seat].is_some_and(|until| until > now);
            if paused || self.running[seat] >= self.limits[seat] {
                continue;
            }
            if let Some(turn) = self.ready[seat].pop_front() {
                self.running[seat] += 1;
                self.under_way += 1;
                self.turn = seat + 1;
                return Some(turn);
            }
        }
        None
    }

    /// The next time at which something changes.
    pub(super) fn wake_at(&self, now: Instant) -> Option<Instant> {
        let delayed = self.delayed.iter().map(|(time, _)| *time);
        let paused = self.paused.iter().zip(&self.ready);
        let paused = paused.filter_map(|(until, ready)| until.filter(|_| !ready.is_empty()));
        delayed.chain(paused).filter(|time| *time > now).min()
    }

    pub(super) fn release(&mut self, seat: usize) {
        self.running[seat] -= 1;
        self.under_way -= 1;
    }

    pub(super) fn pause(&mut self, seat: usize, until: Instant) {
        let paused = &mut self.paused[seat];
        *paused = Some(paused.map_or(until, |other| other.max(until)));
    }

    /// Makes a question wait for its next attempt.
    pub(super) fn delay(&mut self, until: Instant, turn: Turn) {
        self.delayed.push((until, turn));
    }

    /// Removes the remaining questions of a reviewer.
    pub(super) fn drop_seat(&mut self, seat: usize) -> Vec<Turn> {
        let mut dropped: Vec<Turn> = self.ready[seat].drain(..).collect();
        let (of_seat, others) = std::mem::take(&mut self.delayed)
            .into_iter()
            .partition(|(_, turn)| turn.work.seat == seat);
        self.delayed = others;
        dropped.extend(of_seat.into_iter().map(|(_, turn): (Instant, Turn)| turn));
        dropped
    }
}
